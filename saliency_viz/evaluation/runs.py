"""A model over many items: a line as each is done, resumed where it stopped, shared among processes, merged in order.

    run.json              what was asked of which model, with versions and settings
    METHOD.jsonl          one line an item, in the items' order; METHOD.errors.jsonl: those that failed, and why
    METHOD.seconds.jsonl  how long each took
    parts/                what each process wrote; traces/METHOD/ID.trace where asked for

No process waits for another: whoever finds all parts done merges them. Ignores scores (`scoring`, `detection`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from .. import __version__
from ..decoding import caption, replay
from ..errors import DataError, SaliencyVizError, SettingError
from ..models import LVLM
from ..settings import Recording, Sampling
from ..trace import Trace
from .encoding import encoded_once
from .items import TASKS, Item, safe_name
from .methods import Method
from .records import Record

Tell = Callable[[int, str], None]


@dataclass(frozen=True)
class Shard:
    """Which part of the pictures a process takes: number `index` of `count`."""

    index: int = 0
    count: int = 1

    @staticmethod
    def of(text: str | None) -> Shard:
        """ "1/8", or what a launcher (accelerate, torchrun) says in the environment. Raises SettingError."""
        if text is None:
            return Shard(int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1)))
        first, slash, count = text.partition("/")
        if not slash or not first.isdigit() or not count.isdigit() or not int(first) < int(count):
            raise SettingError(f"--shard must read I/N with I from 0 to N - 1. Got {text!r}.")
        return Shard(int(first), int(count))

    def own(self, items: Sequence[Item]) -> list[Item]:
        """This process's items: whole pictures, dealt out in turn."""
        place = {image: index for index, image in enumerate(dict.fromkeys(item.image for item in items))}
        return [item for item in items if place[item.image] % self.count == self.index]


@dataclass(frozen=True)
class Plan:
    """What a run does. text: the field for answers; max_new_tokens: longest answer; traces: whether they are kept."""

    task: str
    items: tuple[Item, ...]
    methods: tuple[Method, ...]
    out: Path
    max_new_tokens: int
    sampling: Sampling = Sampling()
    traces: bool = False
    recording: Recording = Recording()

    @property
    def text(self) -> str:
        """The field that answers stand in."""
        return TASKS[self.task].text


def run(model: LVLM, plan: Plan, shard: Shard = Shard(), tell: Tell = lambda done, text: None) -> int:
    """Everything that is not done yet, then the merge if all is done. Returns how many items failed so far."""
    (plan.out / "parts").mkdir(parents=True, exist_ok=True)
    _describe(model, plan)
    own = shard.own(plan.items)
    done = {method.name: _done(plan, method) for method in plan.methods}
    count = sum(item.id in done[method.name] for item in own for method in plan.methods)
    tell(count, "")
    with encoded_once(model):
        for item in own:
            for method in plan.methods:
                if item.id not in done[method.name]:
                    record = _answer(model, plan, item, method)
                    _append(plan.out / "parts" / f"{method.file_name}.{shard.index}.jsonl", record)
                    count += 1
                    tell(count, f"{method.name} {item.id}")
    return sum(_merge(plan, method) for method in plan.methods)


def _answer(model: LVLM, plan: Plan, item: Item, method: Method) -> Record:
    """One line: what was said, or why it could not be."""
    keywords = {**method.keywords(model.family.beta), "sampling": plan.sampling, "recording": plan.recording}
    try:
        if item.given is None:
            trace = caption(model, item.image, item.prompt, plan.max_new_tokens, **keywords)
        else:
            longest = {"max_new_tokens": plan.max_new_tokens}
            trace = replay(model, item.image, item.prompt, item.given, **longest, **keywords)
    except SaliencyVizError as error:
        return {"id": item.id, **item.about, "error": f"{type(error).__name__}: {error}"}
    if plan.traces:
        path = trace_path(plan.out, method, item.id)
        path.parent.mkdir(parents=True, exist_ok=True)
        trace.save(path)
    return {"id": item.id, **item.about, plan.text: trace.text.strip(), **_facts(trace)}


def _facts(trace: Trace) -> Record:
    """What else a line says of its answer; `seconds` goes to a file of its own, as no two runs agree on it."""
    return {
        "tokens": len(trace.steps),
        "ended": trace.ended,
        "rejected": sum(step.rejected for step in trace.steps),
        "fallbacks": sum(step.fallback for step in trace.steps),
        "seconds": dict(trace.seconds),
    }


def trace_path(out: Path, method: Method, item: str) -> Path:
    """Where the trace of an item lies."""
    return out / "traces" / method.file_name / f"{safe_name(item)}.trace"


# ---- files -----------------------------------------------------------------------------------------------------------


def _describe(model: LVLM, plan: Plan) -> None:
    """Write run.json, or compare with the one there. Raises SettingError when another run's lies there."""
    path = plan.out / "run.json"
    about = {
        "task": plan.task,
        "items": len(plan.items),
        "max_new_tokens": plan.max_new_tokens,
        "sampling": asdict(plan.sampling),
        "recording": asdict(plan.recording),
        "methods": {method.name: _settings(method, model) for method in plan.methods},
        "model": {name: value for name, value in asdict(model.info).items() if name != "device"},
        "versions": _versions(),
        "device": model.info.device,
        "date": datetime.now(timezone.utc).date().isoformat(),
    }
    if path.exists():
        before = json.loads(path.read_text(encoding="utf-8"))
        same = ("task", "items", "max_new_tokens", "sampling", "recording", "model")
        other = [name for name in same if before.get(name) != json.loads(json.dumps(about[name]))]
        if other:
            raise SettingError(
                f"{plan.out} holds a run with another {other[0]}: {before.get(other[0])!r:.80}. Choose another --out, "
                "or ask the same again to go on with it."
            )
        about["methods"] = {**before["methods"], **about["methods"]}
        about |= {name: before.get(name, "") for name in ("versions", "device", "date")}
    _replace(path, json.dumps(about, indent=2) + "\n")


def _settings(method: Method, model: LVLM) -> dict[str, Any]:
    return {name: asdict(value) for name, value in method.keywords(model.family.beta).items() if value is not None}


def _versions() -> dict[str, str]:
    import platform

    import torch
    import transformers

    return {
        "saliency_viz": __version__,
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "python": platform.python_version(),
    }


def _append(path: Path, record: Mapping[str, Any]) -> None:
    """One line more. An interrupted write may leave a line cut; it is then closed first and skipped on reading."""
    with path.open("ab+") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")
        file.write(json.dumps(record).encode() + b"\n")
        file.flush()


def _parts(plan: Plan, method: Method) -> Iterator[Record]:
    """Every line that processes wrote, in no order."""
    for path in sorted((plan.out / "parts").glob("*.jsonl")):
        if path.name.rsplit(".", 2)[0] != method.file_name:
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                yield json.loads(line)
            except json.JSONDecodeError:
                continue  # cut by an interruption; its item is not done


def _done(plan: Plan, method: Method) -> set[str]:
    """Items that need no second try; one that failed gets it."""
    return {record["id"] for record in _parts(plan, method) if "error" not in record}


def _merge(plan: Plan, method: Method) -> int:
    """If every item was tried, one file in their order; failed ones apart. Returns how many failed so far."""
    found: dict[str, Record] = {}
    for record in _parts(plan, method):
        if record["id"] not in found or "error" in found[record["id"]]:
            found[record["id"]] = record
    failed = [record for record in found.values() if "error" in record]
    if len(found.keys() & {item.id for item in plan.items}) == len(plan.items):
        lines = [found[item.id] for item in plan.items]
        good = [line for line in lines if "error" not in line]
        seconds = [{"id": line["id"], **line.pop("seconds", {})} for line in good]
        parts = {"": good, ".errors": [line for line in lines if "error" in line], ".seconds": seconds}
        for ending, rows in parts.items():
            _replace(plan.out / f"{method.file_name}{ending}.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    return len(failed)


def _replace(path: Path, text: str) -> None:
    """Write whole or not at all, also when two processes do."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)


def read_run(folder: str | Path) -> dict[str, Any]:
    """run.json of a run's folder. Raises DataError."""
    path = Path(folder) / "run.json"
    if not path.exists():
        raise DataError(f"{folder} must be the --out folder of evaluate run. It holds no run.json. Check the path.")
    return json.loads(path.read_text(encoding="utf-8"))
