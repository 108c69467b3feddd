"""The object words of a run's traces: from its own folder and a truth, or from marked traces.

Ignores scores; `mentions` reads those.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import DataError
from ..trace import Trace
from .chair import Vocabulary
from .content import content_words
from .items import safe_name
from .mentions import Word, words_from_spans
from .records import image_key, read_records
from .truth import Truth


@dataclass(frozen=True, eq=False)
class Judged:
    """Traces with their object words. names: what each is called: its item, or its file."""

    names: tuple[str, ...]
    traces: tuple[Trace, ...]
    words: tuple[tuple[Word, ...], ...]


def judged_run(folder: Path, method: str, truth: Truth, vocabulary: Vocabulary) -> Judged:
    """A run's kept traces, each word judged by the truth of its picture. method: its file name. Raises DataError."""
    lines = read_records(folder / f"{method}.jsonl", ("id", "image_id"))
    unknown = [line["id"] for line in lines if image_key(line["image_id"]) not in truth]
    if unknown:
        raise DataError(f"The truth must know every picture of {folder}. It lacks {unknown[0]}. Pass that of this run.")
    traces = [_trace(folder / "traces" / method / f"{safe_name(line['id'])}.trace") for line in lines]
    words = [
        _words(trace, truth[image_key(line["image_id"])], vocabulary) for trace, line in zip(traces, lines, strict=True)
    ]
    return Judged(tuple(line["id"] for line in lines), tuple(traces), tuple(words))


def judged_traces(paths: Sequence[Path]) -> Judged:
    """Trace files whose tokens were marked, of which content words count, as on the page. Raises DataError when there
    is none."""
    traces = tuple(Trace.load(path) for path in paths)
    words = tuple(tuple(content_words(trace)) for trace in traces)
    if not any(words):
        raise DataError(
            "Without --truth the traces must be marked: right and hallucinated, on the page or by a demo scene. Got no "
            "mark. Mark some words, or pass the truth."
        )
    return Judged(tuple(path.stem for path in paths), traces, words)


def _words(trace: Trace, kinds: frozenset[str], vocabulary: Vocabulary) -> tuple[Word, ...]:
    found = vocabulary.mentions(trace.text)
    return tuple(words_from_spans(trace, [(m.start, m.stop, m.kind, m.kind not in kinds) for m in found]))


def _trace(path: Path) -> Trace:
    if not path.exists():
        raise DataError(
            f"There is no trace {path}. Run with --traces into another --out, or choose a run that has them."
        )
    return Trace.load(path)
