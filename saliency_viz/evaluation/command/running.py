"""`evaluate scenes | run`: what to ask, and asking it. Ignores scores."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from ... import flags
from ...settings import FUSIONS


def _add_scenes(task: argparse.ArgumentParser) -> None:
    task.add_argument("--out", required=True, metavar="DIR", help="folder for pictures, truth and questions")
    task.add_argument("--scenes", type=int, default=100, metavar="N", help="how many")
    task.add_argument("--world", choices=("held-out", "combinations", "style"), default="style", help=WORLD_HELP)


def _scenes(options: argparse.Namespace) -> None:
    from ..scenes import write

    print(write(Path(options.out), options.scenes, options.world))


def _add_run(task: argparse.ArgumentParser) -> None:
    task.add_argument("--task", required=True, dest="kind", choices=("chair", "pope", "jsonl", "replay"), help=RUN_HELP)
    task.add_argument("--images", required=True, metavar="DIR", help="folder of the pictures")
    task.add_argument("--items", nargs="+", default=[], metavar="FILE", help="questions, records or given captions")
    task.add_argument("--ids", metavar="FILE", help="with chair: only these pictures, a list or records of image_id")
    task.add_argument("--out", required=True, metavar="DIR", help="folder for the answers; a run in it goes on")
    task.add_argument("--decoding", nargs="+", default=["plain"], metavar="NAME", help=DECODING_HELP)
    task.add_argument("--prompt", metavar="TEXT", help="what to ask; with pope, {text} stands for the question")
    task.add_argument("--max-new-tokens", type=int, metavar="N", help="longest answer; the task's own if unset")
    task.add_argument("--limit", type=int, metavar="N", help="only the first N pictures")
    task.add_argument("--traces", action="store_true", help="keep every trace, for detect and for the page")
    task.add_argument("--fusion", choices=FUSIONS, default="product", help="what traces keep of attention and gradient")
    task.add_argument("--target-layers", type=flags.indices, metavar="A-B", help="of S; the deeper half if unset")
    task.add_argument("--shard", metavar="I/N", help="this process's part; a launcher's rank and size if unset")
    flags.add_model_flags(task)
    flags.add_sampling_flags(task)


def _run(options: argparse.Namespace) -> None:
    from ..items import TASKS as RUNS
    from ..items import Source, read_items
    from ..methods import method_of
    from ..runs import Plan, Shard, run

    kind, shard = RUNS[options.kind], Shard.of(options.shard)
    ids = Path(options.ids) if options.ids else None
    prompt = kind.prompt if options.prompt is None else options.prompt
    source = Source(Path(options.images).expanduser(), tuple(map(Path, options.items)), prompt, ids)
    items = tuple(read_items(options.kind, source, options.limit))
    plan = Plan(
        task=options.kind,
        items=items,
        methods=tuple(method_of(name) for name in options.decoding),
        out=Path(options.out).expanduser(),
        max_new_tokens=kind.tokens if options.max_new_tokens is None else options.max_new_tokens,
        sampling=flags.sampling_of(options),
        traces=options.traces,
        recording=flags.recording_of(options),
    )
    options.device = _device(options.device)
    model = flags.quiet_load(options)
    with _Bar(len(shard.own(items)) * len(plan.methods), shard.index) as bar:
        failed = run(model, plan, shard, bar.show)
    done = ", ".join(f"{plan.out / method.file_name}.jsonl" for method in plan.methods)
    print(f"{len(items)} items, {failed} answers failed (see *.errors.jsonl). {done}", file=sys.stderr)


def _device(name: str) -> str:
    """Each process its own GPU, where a launcher started several and none was named."""
    import torch

    rank = os.environ.get("LOCAL_RANK")
    return f"cuda:{rank}" if name == "auto" and rank is not None and torch.cuda.is_available() else name


class _Bar:
    """How far a run is and how long it will take, on a terminal; one line for each process."""

    def __init__(self, total: int, place: int) -> None:
        from tqdm import tqdm

        self.bar = tqdm(total=total, position=place, disable=None, unit="answer", smoothing=0.1)

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.close()

    def show(self, done: int, text: str) -> None:
        """done: answers so far, those of an earlier run included."""
        if self.bar.n == 0 and done and not text:
            self.bar.initial = done  # what was there already says nothing of the speed
        self.bar.update(done - self.bar.n)
        self.bar.set_postfix_str(text, refresh=False)


WORLD_HELP = "scenes like those of its training, with kinds that never met there, or drawn in a style it never saw"
RUN_HELP = "describe every picture, answer POPE's questions, answer records, or read given captions again"
DECODING_HELP = "plain, sgrs, locore or a decoder of docs/decoders.md, joined by +; with settings: sgrs:alpha=0.3"
RUNNING = {
    "scenes": (_add_scenes, _scenes, "make demo scenes with their truth, questions and boxes, in the public formats"),
    "run": (_add_run, _run, "answer a benchmark with a model, by one decoding or several; goes on if stopped"),
}
