"""Every decoding of a run side by side: CHAIR, recall, length and time (Table 1, Fig. 4), and paired differences.

Ignores traces; what saliency says of the words is for `examination`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..errors import DataError
from . import chair
from .intervals import estimates, share
from .methods import Method, method_of
from .records import read_records
from .runs import read_run
from .scoring import Report, captions_of, chair_report, counted, values
from .truth import Truth

TIMES = {
    "seconds": lambda sums: share(sums[..., 0], sums[..., 2]),  # an answer
    "ms": lambda sums: 1000 * share(sums[..., 0], sums[..., 1]),  # a token
}


def finished(folder: Path) -> list[Method]:
    """The decodings of a run that have answered everything. Raises DataError when none has."""
    methods = [method_of(name) for name in read_run(folder)["methods"]]
    done = [method for method in methods if (folder / f"{method.file_name}.jsonl").exists()]
    if not done:
        raise DataError(f"{folder} has no finished decoding. Run it again: it goes on where it stopped.")
    return done


def captions_by_decoding(
    folder: Path, methods: Sequence[Method], truth: Truth, vocabulary: chair.Vocabulary
) -> tuple[dict[str, Report], dict[str, Report]]:
    """CHAIR of every decoding, and of each but the first its paired differences to the first."""
    found = {
        method.name: counted(captions_of(folder / f"{method.file_name}.jsonl", truth), truth, vocabulary)
        for method in methods
    }
    first, *others = found
    changes = {name: chair_report(found[name], {first: found[first]})["differences"] for name in others}
    return {name: chair_report(rows) for name, rows in found.items()}, changes


def time_by_decoding(folder: Path, methods: Sequence[Method]) -> dict[str, Report]:
    """Seconds an answer and milliseconds a token, the prompt and recording included, with intervals over answers."""
    found = {}
    for method in methods:
        lines = read_records(folder / f"{method.file_name}.seconds.jsonl", ("id",))
        tokens = [line["tokens"] for line in read_records(folder / f"{method.file_name}.jsonl", ("tokens",))]
        seconds = [sum(value for name, value in line.items() if name != "id") for line in lines]
        counts = np.stack([np.array(seconds), np.array(tokens, float), np.ones(len(lines))], axis=1)
        found[method.name] = values(estimates(counts, TIMES))
    return found


def decodings(folder: Path, truth: Truth, vocabulary: chair.Vocabulary) -> Report:
    """{"decodings": {name: measures, images, "intervals"}, "differences": {name: {first: {measure: difference}}}}."""
    methods = finished(folder)
    captions, changes = captions_by_decoding(folder, methods, truth, vocabulary)
    times = time_by_decoding(folder, methods)
    return {"decodings": {name: _joined(captions[name], times[name]) for name in captions}, "differences": changes}


def _joined(captions: Report, times: Report) -> Report:
    return {**captions, **times, "intervals": {**captions["intervals"], **times["intervals"]}}
