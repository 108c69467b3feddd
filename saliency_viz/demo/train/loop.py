"""Makes the demo model: cuts SmolLM2, prunes its vocabulary, heals it, fits the projector, and fine-tunes on scenes.

`python -m saliency_viz.demo.train`, with the packages gguf and accelerate beside the usual ones; `--resume` goes on
where a stopped run left off. The vision tower is that of the demo model in the repository; `--vision-minutes 20` trains
one from scratch. Quality on held-out scenes is for `evaluate`.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import torch
import torch.distributed as dist
from torch import nn
from torch.multiprocessing.spawn import spawn

from ...paths import embedded_model
from . import model as shape
from .prepare import prepare
from .stages import MINUTES, STAGES, Loss, Run, Settings, build_optimizer, learning_rate_factor, stage_losses
from .workers import Worker, average_gradients, shared

LOG = Path(__file__).resolve().parents[3] / "docs" / "demo-training.jsonl"
WORK = Path.home() / ".cache" / "saliency_viz" / "demo-training"


def train_step(run: Run, loss_of: Loss) -> dict[str, float]:
    """One update, of the mean gradient over all processes; returns the numbers worth logging."""
    factor = learning_rate_factor(run.progress)
    loss, numbers = loss_of(run.step)
    if not torch.isfinite(loss):
        raise FloatingPointError(
            f"Expected a finite loss at step {run.step} of {run.stage}. Got {loss.item()}. Lower the learning rates."
        )
    loss.backward()
    parameters = [p for group in run.optimizer.param_groups for p in group["params"]]
    average_gradients(parameters, run.worker)
    nn.utils.clip_grad_norm_(parameters, 1.0)
    for group in run.optimizer.param_groups:
        group["lr"] = group["peak"] * factor
    run.optimizer.step()
    run.optimizer.zero_grad()
    run.step += 1
    return {"loss": loss.item(), **numbers}


def train(run: Run, stop_after: tuple[str, int] | None = None) -> None:
    """Goes through the stages from where the run stands; after `stop_after` (stage, step) it saves and leaves."""
    checkpoint = run.settings.work / "checkpoint.pt"
    for stage in STAGES[STAGES.index(run.stage) :]:
        if stage != run.stage:
            run.stage, run.step, run.seconds = stage, 0, 0.0
            run.optimizer = build_optimizer(run)
        for _ in train_stage(run, checkpoint):
            if stop_after == (run.stage, run.step):
                keep(run, checkpoint)
                return
        keep(run, checkpoint)
    if run.settings.export_to and run.worker.rank == 0:
        shape.export(run.model, run.processor, run.settings.export_to)


def train_stage(run: Run, checkpoint: Path) -> Iterator[int]:
    """One stage, a step at a time; logs every 10 steps and saves every few minutes."""
    if run.progress >= 1:
        return
    loss_of, means = stage_losses(run), {}
    before = saved = time.monotonic()
    while run.progress < 1:
        numbers = train_step(run, loss_of)
        now = time.monotonic()
        run.seconds, before = shared(run.seconds + now - before, run.worker), now
        means |= {name: 0.95 * means.get(name, value) + 0.05 * value for name, value in numbers.items()}
        if run.step % 10 == 0 or run.progress >= 1:
            log(run, means)
        if shared(now - saved, run.worker) > 60 * run.settings.checkpoint_minutes:
            keep(run, checkpoint)
            saved = now
        yield run.step


def keep(run: Run, checkpoint: Path) -> None:
    """The first process saves the run and, while tuning, the model as it is."""
    if run.worker.rank == 0:
        run.save(checkpoint)
        if run.stage == "tune":
            shape.export(run.model, run.processor, run.settings.work / "latest")


def log(run: Run, means: dict[str, float]) -> None:
    """One JSON line to the log file and to the screen, of the first process's numbers."""
    if run.worker.rank:
        return
    row = {
        "stage": run.stage,
        "step": run.step,
        "minutes": round(run.seconds / 60, 2),
        "seen": run.step * run.settings.batch[run.stage] * run.worker.size,
    }
    write(run.settings.log, row | {name: round(value, 4) for name, value in means.items()})


def write(file: Path, row: dict) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as stream:
        stream.write(json.dumps(row) + "\n")
    print(json.dumps(row), flush=True)


def train_in(rank: int, size: int, settings: Settings, tower: Path | None, resume: bool) -> None:
    """What each of the processes does; they meet through a file in the work folder."""
    torch.set_num_threads(1)
    if size > 1:
        os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
        meeting = f"file://{settings.work.resolve()}/meeting"
        dist.init_process_group("gloo", init_method=meeting, rank=rank, world_size=size)
    run = Run(settings, prepare(settings.work, settings.seed, tower), Worker(rank, size))
    if resume:
        run.load(settings.work / "checkpoint.pt")
    train(run)


def main(arguments: list[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for stage in STAGES:
        parser.add_argument(f"--{stage}-minutes", type=float, default=MINUTES[stage])
        parser.add_argument(f"--{stage}-steps", type=int, default=None, help="instead of minutes")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2, help="of one thread each")
    parser.add_argument(
        "--tower", type=Path, default=embedded_model(), help="the demo model to take the vision tower from"
    )
    parser.add_argument("--work", type=Path, default=WORK, help="where the checkpoint is kept")
    parser.add_argument("--log", type=Path, default=LOG)
    parser.add_argument("--export", type=Path, default=embedded_model(), help="where the finished model goes")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint")
    options = parser.parse_args(arguments)
    settings = Settings(
        seed=options.seed,
        minutes={stage: getattr(options, f"{stage}_minutes") for stage in STAGES},
        steps={stage: getattr(options, f"{stage}_steps") for stage in STAGES},
        work=options.work,
        log=options.log,
        export_to=options.export,
    )
    tower = None if options.vision_minutes or options.vision_steps else options.tower
    parts = prepare(settings.work, settings.seed, tower)
    if not options.resume:
        for row in parts.steps:
            write(settings.log, row)
    del parts
    (settings.work / "meeting").unlink(missing_ok=True)
    if options.processes == 1:
        train_in(0, 1, settings, tower, options.resume)
    else:
        spawn(train_in, (options.processes, settings, tower, options.resume), nprocs=options.processes)


if __name__ == "__main__":
    main()
