"""Object words of recorded captions, each with every score that a trace holds of it.

Where the words stand and which are hallucinated comes from marks on the trace (a person's, or a demo scene's truth) or
from spans of text (`chair`). A word of several tokens is judged by its first: there the model decides. Ignores what the
scores are worth (`detection`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ..figures.rows.metrics import PARTS, part_sums
from ..scores import score
from ..settings import Score
from ..trace import Trace
from .detection import POSITION, PROBABILITY, Mentions, S

VARIANTS: dict[str, Score] = {S: "mean", "S sum": "sum", "S previous": "previous", "S recent": "recent"}
SHARES = tuple(f"{kind} on {part}" for kind in ("saliency", "attention") for part in PARTS if part != "template")


@dataclass(frozen=True)
class Word:
    """An object word: its first token's step, and whether the object is not there. kind: which object, "" unknown."""

    step: int
    hallucinated: bool
    kind: str = ""


def words_from_marks(trace: Trace) -> list[Word]:
    """Neighbouring tokens marked alike are one word."""
    said = {step: (mark.judgement, mark.note) for step, mark in trace.marks.items() if 0 <= step < len(trace.steps)}
    firsts = [step for step in sorted(said) if said.get(step - 1) != said[step]]
    return [Word(step, said[step][0] == "hallucinated", said[step][1]) for step in firsts]


def words_from_spans(trace: Trace, spans: Iterable[tuple[int, int, str, bool]]) -> list[Word]:
    """From (start, stop, kind, hallucinated) in `trace.text`: the first token that shows some of the word."""
    stops = np.cumsum([len(step.text) for step in trace.steps])
    starts = np.concatenate([[0], stops[:-1]]) if len(stops) else stops
    found = []
    for start, stop, kind, hallucinated in spans:
        inside = [
            step
            for step in np.flatnonzero((starts < stop) & (stops > start))
            if trace.text[max(start, starts[step]) : min(stop, stops[step])].strip()
        ]
        if inside:
            found.append(Word(int(inside[0]), hallucinated, kind))
    return found


def first_of_each_kind(words: Iterable[Word]) -> list[Word]:
    """Only the first mention of each kind; those of unknown kind all."""
    seen: set[str] = set()
    return [word for word in words if not word.kind or not (word.kind in seen or seen.add(word.kind))]


def picture_numbers(traces: Sequence[Trace]) -> list[int]:
    """A number for each trace: captions of the same pictures share one, so that they are not drawn apart."""
    seen = [hashlib.sha256(b"".join(one.png for one in trace.pictures)).digest() for trace in traces]
    numbers = {digest: number for number, digest in enumerate(dict.fromkeys(seen))}
    return [numbers[digest] for digest in seen]


def mentions_of(
    traces: Sequence[Trace],
    words: Sequence[Sequence[Word]] | None = None,
    layers: Sequence[int] | None = None,
    pictures: Sequence[int] | None = None,
) -> Mentions:
    """Every score of every word. words: None takes the marks. pictures: see `picture_numbers`; None: each trace has a
    picture of its own.

    layers: which layers scores are taken over; None: each trace's target layers.
    """
    words = [words_from_marks(trace) for trace in traces] if words is None else words
    pictures = range(len(traces)) if pictures is None else pictures
    rows = [
        (scores_of(trace, word.step, layers), word.hallucinated, image)
        for image, trace, found in zip(pictures, traces, words, strict=True)
        for word in found
    ]
    names = NAMES if not rows else tuple(rows[0][0])
    scores = {name: np.array([row[name] for row, _, _ in rows], float) for name in names}
    return Mentions(scores, np.array([bad for _, bad, _ in rows], bool), np.array([image for *_, image in rows], int))


def scores_of(trace: Trace, step: int, layers: Sequence[int] | None = None) -> dict[str, float]:
    """Everything a trace says of one token by name; NaN where undefined."""
    chosen = list(trace.target_layers if layers is None else layers)
    entry = trace.steps[step]
    saliency = trace.saliency[step][chosen].astype(np.float64)
    attention = trace.attention[step][chosen].astype(np.float64)
    first, stop = trace.first_output, entry.position
    found: dict[str, float | None] = {
        name: score(saliency, range(len(chosen)), first, stop, kind) for name, kind in VARIANTS.items()
    }
    norm = trace.saliency_norm[step][chosen].astype(np.float64)
    found["raw S"] = float((saliency[:, first:stop].mean(1) * norm).mean()) if stop > first else None
    found["raw norm"] = float(norm.mean())
    found |= _shares(trace, "saliency", saliency) | _shares(trace, "attention", attention)
    found[PROBABILITY], found["entropy"] = entry.probability, entry.entropy
    found["margin"] = _margin(entry.probability, [candidate.probability for candidate in entry.candidates])
    found[POSITION] = float(entry.index)
    return {name: np.nan if value is None else float(value) for name, value in found.items()}


NAMES = (*VARIANTS, "raw S", "raw norm", *SHARES, PROBABILITY, "entropy", "margin", POSITION)


def _shares(trace: Trace, kind: str, rows: np.ndarray) -> dict[str, float | None]:
    """The part of the mean row that went to image, prompt and outputs."""
    sums = part_sums(trace, rows.mean(axis=0))
    total = sums.sum()
    parts = zip(PARTS, sums, strict=True)
    named = {f"{kind} on {part}": value for part, value in parts}
    return {name: float(named[name] / total) if total > 0 else None for name in SHARES if name in named}


def _margin(taken: float, candidates: Sequence[float]) -> float | None:
    """How far the first candidate's probability lies above the second's; None where only one is known."""
    best = sorted(candidates, reverse=True)
    return best[0] - best[1] if len(best) > 1 else None
