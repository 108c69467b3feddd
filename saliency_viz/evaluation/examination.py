"""Saliency's claim examined over a run: every score, every layer, Table 5, Fig. 10b, 11 and 12, as plain values.

Ignores where the words came from (`words`) and how the numbers are drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ..figures.rows.decodings import word_groups
from ..trace import Trace
from .detection import (
    ADJUSTED,
    FEW,
    POSITION,
    PROBABILITY,
    VERDICTS,
    Claim,
    Mentions,
    S,
    beside_position,
    claim,
    danger,
    discriminate,
    rate_by_bin,
    spread,
)
from .logistic import gain
from .mentions import Word, first_of_each_kind, mentions_of, picture_numbers
from .words import Judged

Report = dict[str, Any]
TABLE5 = (S, "S previous", "S recent", "raw S", "raw norm", PROBABILITY, POSITION)


def examine(judged: Judged, first: bool = False, resamples: int = 2000) -> Report:
    """Everything `evaluate detect` says. first: only the first mention of each object in a caption."""
    words = [first_of_each_kind(found) if first else list(found) for found in judged.words]
    pictures = picture_numbers(judged.traces)
    mentions = mentions_of(judged.traces, words, pictures=pictures)
    found = claim(mentions, resamples)
    report: Report = {
        "captions": len(judged.traces),
        "mentions": "the first of each object" if first else "all",
        "fusion": ", ".join(sorted({trace.settings.recording.fusion for trace in judged.traces})),
        **claim_values(found),
    }
    if not found.scores:
        return report
    known = mentions.known(S)
    report["adds"] = {name: asdict(one) for name, one in _gains(known).items()} if found.verdict != "few" else {}
    report["table5"] = _table5(known)
    report["bins"] = {name: [asdict(one) for one in rate_by_bin(known, name)] for name in (S, "S previous")}
    report["equal_bins"] = {S: [asdict(one) for one in rate_by_bin(known, S, equal_counts=True)]}
    report["layers"] = layers(judged.traces, words, pictures, resamples)
    report["salient_hallucinations"] = salient_hallucinations(judged, words, known)
    report["neighbours"] = asdict(neighbours(judged.traces, words))
    return report


def claim_values(found: Claim) -> Report:
    """A claim as plain values, with its verdict in words."""
    scores = {
        name: {
            "auroc": asdict(one.auroc),
            "average_precision": asdict(one.precision),
            "base": one.base,
            "right": one.right,
            "hallucinated": one.hallucinated,
        }
        for name, one in found.scores.items()
    }
    counted = {"right": found.right, "hallucinated": found.hallucinated}
    more = {"adds_to_probability_and_position": asdict(found.gain)} if found.gain else {}
    return {"verdict": found.verdict, "words": VERDICTS[found.verdict], **counted, "scores": scores, **more}


def _gains(mentions: Mentions) -> Mapping[str, Any]:
    """What each score adds to probability and position; what those two add to each other."""
    beside = {name: mentions.scores[name] for name in (PROBABILITY, POSITION)}
    found = {}
    for name, values in mentions.scores.items():
        there = np.isfinite(values)
        others = [other[there] for key, other in beside.items() if key != name]
        if min(mentions.hallucinated[there].sum(), (~mentions.hallucinated[there]).sum()) >= FEW:
            found[name] = gain(values[there], others, mentions.hallucinated[there])
    return found


def _table5(mentions: Mentions) -> Report:
    values = {name: mentions.scores[name] for name in TABLE5} | {ADJUSTED: beside_position(mentions)}
    found = {name: spread(mentions, one) for name, one in values.items()}
    return {name: {"right": one.right, "hallucinated": one.hallucinated} for name, one in found.items()}


def layers(
    traces: Sequence[Trace], words: Sequence[Sequence[Word]], pictures: Sequence[int], resamples: int
) -> list[Report]:
    """By layer, from 0: AUROC of S, of S beside position, and of the attention on outputs."""
    found = []
    for layer in range(min((trace.model.layers for trace in traces), default=0)):
        mentions = mentions_of(traces, words, [layer], pictures).known(S)
        scores = {name: danger(mentions, name) for name in (S, ADJUSTED, "attention on outputs")}
        found.append({name: asdict(discriminate(worse, mentions, resamples).auroc) for name, worse in scores.items()})
    return found


def salient_hallucinations(
    judged: Judged, words: Sequence[Sequence[Word]], known: Mentions, most: int = 12
) -> list[Report]:
    """Fig. 11: hallucinated words whose S lies above the median of right words, the highest first."""
    right = np.sort(known.scores[S][~known.hallucinated])
    flat = [(image, word) for image, found in enumerate(words) for word in found]
    found = []
    for image, word in flat:
        score = judged.traces[image].steps[word.step].score
        if word.hallucinated and score is not None and len(right) and score > np.median(right):
            above = float(np.searchsorted(right, score) / len(right))
            found.append(
                {
                    "item": judged.names[image],
                    "step": word.step,
                    "word": word_at(judged.traces[image], word.step),
                    "kind": word.kind,
                    "S": score,
                    "above_right": above,
                    "probability": judged.traces[image].steps[word.step].probability,
                }
            )
    return sorted(found, key=lambda one: -one["S"])[:most]


def word_at(trace: Trace, step: int) -> str:
    """The word that a step's token belongs to, of all its tokens."""
    texts = [one.text for one in trace.steps]
    return "".join(texts[at] for group in word_groups(texts) if step in group for at in group).strip()


@dataclass(frozen=True)
class Neighbours:
    """Fig. 12: words between two right object words of the same caption. hallucinated, right: how many such words;
    lower, right_lower: the share of them whose S lies below both neighbours'."""

    hallucinated: int
    lower: float | None
    right: int
    right_lower: float | None


def neighbours(traces: Sequence[Trace], words: Sequence[Sequence[Word]]) -> Neighbours:
    """How often a hallucinated word's S lies below those of the right object words before and after it; and, what the
    figure leaves out, how often that of a right word does in the same place."""
    below: dict[bool, list[bool]] = {True: [], False: []}
    for trace, found in zip(traces, words, strict=True):
        scored = [(word, score) for word in found if (score := trace.steps[word.step].score) is not None]
        for before, here, after in zip(scored, scored[1:], scored[2:], strict=False):
            if not before[0].hallucinated and not after[0].hallucinated:
                below[here[0].hallucinated].append(here[1] < min(before[1], after[1]))
    shares = {bad: float(np.mean(values)) if values else None for bad, values in below.items()}
    return Neighbours(len(below[True]), shares[True], len(below[False]), shares[False])
