"""Makes the demo model: cuts SmolLM2, prunes its vocabulary, heals it, fits the projector, and fine-tunes on scenes.

`python -m saliency_viz.demo.train`, with the packages gguf and accelerate beside the usual ones; `--resume` goes on
where a stopped run left off. The vision tower is that of the demo model in the repository; `--vision-minutes 20` trains
one from scratch. Quality on held-out scenes is for `evaluate`.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import torch
import torch.distributed as dist
from torch import Tensor, nn

from ..errors import ModelError
from . import model as shape
from .batches import CaptionBatches, EnglishBatches, VisionBatches, WordBatches
from .losses import DenseHeads, alignment_loss, caption_loss, dense_loss, project, word_tokens, words_loss
from .prepare import Parts, prepare

STAGES = ("vision", "heal", "fit", "tune")
LOG = Path(__file__).resolve().parents[2] / "docs" / "demo-training.jsonl"
WORK = Path.home() / ".cache" / "saliency_viz" / "demo-training"
FIRST_SEED = {"vision": 5 * 10**8, "heal": 6 * 10**8, "fit": 5.5 * 10**8, "tune": 0}  # of the scenes


@dataclass(frozen=True)
class Settings:
    """How to train. A stage ends after its steps if they are given, else after its minutes. Batches are per process."""

    seed: int = 0
    minutes: dict[str, float] = field(default_factory=lambda: {"vision": 0.0, "heal": 3.0, "fit": 4.0, "tune": 76.0})
    steps: dict[str, int | None] = field(default_factory=lambda: dict.fromkeys(STAGES))
    batch: dict[str, int] = field(default_factory=lambda: {"vision": 16, "heal": 8, "fit": 12, "tune": 3})
    language_rate: float = 5e-4  # peak learning rates of AdamW
    projector_rate: float = 1e-3
    english_every: int = 8  # steps of tuning: one is on plain English
    alignment_weight: float = 0.1
    work: Path = WORK
    log: Path = LOG
    checkpoint_minutes: float = 5.0
    export_to: Path | None = None


@dataclass(frozen=True)
class Place:
    """One of `size` processes that train together."""

    rank: int = 0
    size: int = 1


class Run:
    """A training run held open: model, helper heads, optimizer, and how far it has come."""

    def __init__(self, settings: Settings, parts: Parts, place: Place | None = None) -> None:
        self.settings, self.place, self.english = settings, place or Place(), parts.english
        self.tokenizer = parts.tokenizer
        self.processor = shape.build_processor(self.tokenizer)
        self.model = shape.build_model(len(self.tokenizer), parts.shape, settings.seed)
        shape.load_language(self.model, parts.language)
        if parts.tower is not None:
            self.model.model.vision_tower.load_state_dict(parts.tower)
        self.heads = DenseHeads(self.model.config.vision_config.hidden_size)
        self.tokens = word_tokens(self.tokenizer)
        self.stage, self.step, self.seconds = STAGES[0], 0, 0.0
        self.optimizer = build_optimizer(self)

    def save(self, path: Path) -> None:
        """Writes everything a resumed run needs, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        state = {
            "stage": self.stage,
            "step": self.step,
            "seconds": self.seconds,
            "vocabulary": self.tokenizer.get_vocab(),
            "model": self.model.state_dict(),
            "heads": self.heads.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }
        torch.save(state, path.with_suffix(".partial"))
        path.with_suffix(".partial").replace(path)

    def load(self, path: Path) -> None:
        """Goes on where `save` left off."""
        if not path.is_file():
            raise FileNotFoundError(f"Expected a checkpoint at {path} to resume from. Start without --resume first.")
        state = torch.load(path, weights_only=True)
        if state["vocabulary"] != self.tokenizer.get_vocab():
            raise ModelError(
                "Expected the checkpoint's tokenizer. Got another, since the world or its grammar has changed. "
                "Start anew without --resume."
            )
        self.stage, self.step, self.seconds = state["stage"], state["step"], state["seconds"]
        self.model.load_state_dict(state["model"])
        self.heads.load_state_dict(state["heads"])
        self.optimizer = build_optimizer(self)
        self.optimizer.load_state_dict(state["optimizer"])

    @property
    def progress(self) -> float:
        """How much of the present stage is done, 0 to 1."""
        steps, minutes = self.settings.steps[self.stage], self.settings.minutes[self.stage]
        if steps is not None:
            return self.step / steps if steps else 1.0
        return self.seconds / (60 * minutes) if minutes else 1.0


def build_optimizer(run: Run) -> torch.optim.Optimizer:
    """AdamW over what the stage trains; each group knows its peak learning rate."""
    groups: dict[float, list[Tensor]] = {}
    named = [*run.model.named_parameters(), *(("heads." + name, p) for name, p in run.heads.named_parameters())]
    for name, parameter in named:
        peak = peak_rate(run.stage, name, run.settings)
        parameter.requires_grad_(peak > 0)
        if peak:
            groups.setdefault(peak, []).append(parameter)
    rows = [{"params": parameters, "peak": peak} for peak, parameters in groups.items()]
    return torch.optim.AdamW(rows, lr=0.0, weight_decay=0.01, betas=(0.9, 0.98), fused=True)


def peak_rate(stage: str, name: str, settings: Settings) -> float:
    """The learning rate of one parameter in a stage; 0 if it is frozen there."""
    if "vision_tower" in name or name.startswith("heads."):
        return settings.projector_rate if stage == "vision" else 0.0
    if "projector" in name:
        return {"fit": 3 * settings.projector_rate, "tune": settings.projector_rate}.get(stage, 0.0)
    if stage not in ("heal", "tune"):
        return 0.0
    if "embed_tokens" in name or "lm_head" in name:
        return settings.language_rate / 4
    slow = any(part in name for part in ("q_proj", "k_proj", "norm"))
    return settings.language_rate / (2 if slow else 1)


def learning_rate_factor(progress: float) -> float:
    """A short warm-up, then a half cosine to zero."""
    return min(1.0, progress / 0.04 + 0.02) * (0.5 + 0.5 * math.cos(math.pi * min(1.0, progress)))


def stage_losses(run: Run) -> Callable[[int], tuple[Tensor, dict[str, float]]]:
    """The loss of the stage's step number i; its batch depends on i, the seed and the process alone."""
    seed = run.settings.seed * 10**7 + int(FIRST_SEED[run.stage])
    size, stage, model = run.settings.batch[run.stage], run.stage, run.model

    def number(step: int) -> int:
        return step * run.place.size + run.place.rank

    if stage == "vision":
        seen = VisionBatches(seed, size)
        return lambda step: dense_loss(model, run.heads, seen[number(step)])
    if stage == "fit":
        seen = VisionBatches(seed, size)

        def fit(step: int) -> tuple[Tensor, dict[str, float]]:
            batch = seen[number(step)]
            return alignment_loss(model, run.tokens, project(model, batch), batch.labels)

        return fit
    if stage == "heal":
        words = WordBatches(seed, size, run.tokenizer, run.english)
        return lambda step: words_loss(model, words[number(step)])
    scenes, english = CaptionBatches(seed, size, run.tokenizer), EnglishBatches(run.english, 2 * size, run.tokenizer)

    def tune(step: int) -> tuple[Tensor, dict[str, float]]:
        every = run.settings.english_every
        if step % every == every - 1:
            loss, numbers = words_loss(model, english[number(step // every)])
            return loss, {"english": numbers["words"]}
        return caption_loss(model, run.tokens, scenes[number(step)], run.settings.alignment_weight)

    return tune


def train_step(run: Run, loss_of: Callable[[int], tuple[Tensor, dict[str, float]]]) -> dict[str, float]:
    """One update, of the mean gradient over all processes; returns the numbers worth logging."""
    factor = learning_rate_factor(run.progress)
    loss, numbers = loss_of(run.step)
    if not torch.isfinite(loss):
        raise FloatingPointError(
            f"Expected a finite loss at step {run.step} of {run.stage}. Got {loss.item()}. Lower the learning rates."
        )
    loss.backward()
    parameters = [p for group in run.optimizer.param_groups for p in group["params"]]
    average_gradients(parameters, run.place)
    nn.utils.clip_grad_norm_(parameters, 1.0)
    for group in run.optimizer.param_groups:
        group["lr"] = group["peak"] * factor
    run.optimizer.step()
    run.optimizer.zero_grad()
    run.step += 1
    return {"loss": loss.item(), **numbers}


def average_gradients(parameters: list[Tensor], place: Place) -> None:
    """Every process ends with the mean of all processes' gradients; one without a gradient counts as zero."""
    if place.size == 1:
        return
    for parameter in parameters:
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)
    flat = torch.cat([parameter.grad.flatten() for parameter in parameters])
    dist.all_reduce(flat)
    flat /= place.size
    for parameter, part in zip(parameters, flat.split([p.numel() for p in parameters]), strict=True):
        parameter.grad.copy_(part.view_as(parameter))


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
    if run.settings.export_to and run.place.rank == 0:
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
        run.seconds, before = shared(run.seconds + now - before, run.place), now
        means |= {name: 0.95 * means.get(name, value) + 0.05 * value for name, value in numbers.items()}
        if run.step % 10 == 0 or run.progress >= 1:
            log(run, means)
        if shared(now - saved, run.place) > 60 * run.settings.checkpoint_minutes:
            keep(run, checkpoint)
            saved = now
        yield run.step


def shared(value: float, place: Place) -> float:
    """The first process's value, in all processes, so that all stop at the same step."""
    if place.size == 1:
        return value
    tensor = torch.tensor([value], dtype=torch.float64)
    dist.broadcast(tensor, 0)
    return tensor.item()


def keep(run: Run, checkpoint: Path) -> None:
    """The first process saves the run and, while tuning, the model as it is."""
    if run.place.rank == 0:
        run.save(checkpoint)
        if run.stage == "tune":
            shape.export(run.model, run.processor, run.settings.work / "latest")


def log(run: Run, means: dict[str, float]) -> None:
    """One JSON line to the log file and to the screen, of the first process's numbers."""
    if run.place.rank:
        return
    row = {
        "stage": run.stage,
        "step": run.step,
        "minutes": round(run.seconds / 60, 2),
        "seen": run.step * run.settings.batch[run.stage] * run.place.size,
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
    run = Run(settings, prepare(settings.work, settings.seed, tower), Place(rank, size))
    if resume:
        run.load(settings.work / "checkpoint.pt")
    train(run)


def main(arguments: list[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for stage in STAGES:
        parser.add_argument(f"--{stage}-minutes", type=float, default=Settings().minutes[stage])
        parser.add_argument(f"--{stage}-steps", type=int, default=None, help="instead of minutes")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2, help="of one thread each")
    parser.add_argument("--tower", type=Path, default=shape.FOLDER, help="the demo model whose vision tower to take")
    parser.add_argument("--work", type=Path, default=WORK, help="where the checkpoint is kept")
    parser.add_argument("--log", type=Path, default=LOG)
    parser.add_argument("--export", type=Path, default=shape.FOLDER, help="where the finished model goes")
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
        torch.multiprocessing.spawn(
            train_in, (options.processes, settings, tower, options.resume), nprocs=options.processes
        )


if __name__ == "__main__":
    main()
