"""Whether "hallucinations have low saliency" holds over some captions, as the page shows it: counts, dots, AUROCs.

Ignores which captions (handlers/claim.py) and how the answer is drawn. Every number is `evaluation.detection`'s.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from ..errors import LimitError
from ..evaluation.content import content_words, word_text
from ..evaluation.detection import ADJUSTED, POSITION, PROBABILITY, Discrimination, Mentions, S, claim, spread
from ..evaluation.mentions import mentions_of, picture_numbers
from ..trace import Trace

PREVIOUS = "S previous"  # what the paper's Table 5 is of
SCORES = (S, ADJUSTED, POSITION, PROBABILITY, "saliency on image", "attention on image", "attention on outputs")
RESAMPLES = 1000
MOST_DOTS = 1500
KEPT = 32  # answers
MOST_WAITING = 8  # who ask at once; more would hold the threads that everybody needs


def examined(captions: Mapping[str, Trace]) -> dict[str, Any]:
    """Captions by run id. verdict: a key of detection.VERDICTS. scores: by name {auroc: {value, low, high}, right,
    hallucinated}; none where there are too few to say. dots: {S, position, hallucinated, run, step, word} of every
    object word that has an S. means: of S and of S from the word before, {right, hallucinated} each (mean, deviation).
    """
    ids, traces = list(captions), list(captions.values())
    words = [content_words(trace) for trace in traces]
    mentions = mentions_of(traces, words, pictures=picture_numbers(traces))
    known = mentions.known(S)
    needed = {name: values for name, values in known.scores.items() if name in SCORES}
    found = claim(replace(known, scores=needed), RESAMPLES)
    scores = {} if found.verdict == "few" else found.scores
    means = {name: asdict(spread(known, known.scores[name])) for name in (S, PREVIOUS)}
    return {
        "verdict": found.verdict,
        "right": found.right,
        "hallucinated": found.hallucinated,
        "captions": sum(map(bool, words)),
        "pictures": len(np.unique(known.image)),
        "models": sorted({trace.model.name for trace, there in zip(traces, words, strict=True) if there}),
        "scores": {name: _told(scores[name]) for name in SCORES if name in scores},
        "means": {name: {kind: list(map(_plain, pair)) for kind, pair in of.items()} for name, of in means.items()},
        "dots": _dots(ids, traces, words, mentions)[:MOST_DOTS],
    }


def _dots(
    ids: Sequence[str], traces: Sequence[Trace], words: Sequence[Sequence[Any]], mentions: Mentions
) -> list[dict[str, Any]]:
    """One for each mention with an S, in the order of `mentions`."""
    flat = [(run, trace, word) for run, trace, found in zip(ids, traces, words, strict=True) for word in found]
    return [
        {
            "S": float(value),
            "position": word.step,
            "hallucinated": word.hallucinated,
            "run": run,
            "step": word.step,
            "word": word_text(trace, word),
        }
        for value, (run, trace, word) in zip(mentions.scores[S], flat, strict=True)
        if np.isfinite(value)
    ]


def _told(one: Discrimination) -> dict[str, Any]:
    return {"auroc": asdict(one.auroc), "right": one.right, "hallucinated": one.hallucinated}


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


class Claims:
    """Answers kept by what they are of; one is worked out at a time, since each takes a second or two."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(MOST_WAITING)
        self._kept: OrderedDict[Hashable, dict[str, Any]] = OrderedDict()

    def of(self, captions: Mapping[str, Trace], work: Callable[..., dict[str, Any]] = examined) -> dict[str, Any]:
        """The answer over these captions; known as long as no mark of theirs changes. Raises LimitError when too many
        wait for theirs."""
        key = tuple((run, len(trace.steps), frozenset(trace.marks.items())) for run, trace in captions.items())
        if not self._places.acquire(blocking=False):
            raise LimitError("Too many ask for this at once. Choose the captions again in a moment.")
        try:
            with self._lock:
                if key not in self._kept:
                    self._kept[key] = work(captions)
                self._kept.move_to_end(key)
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
                return self._kept[key]
        finally:
            self._places.release()
