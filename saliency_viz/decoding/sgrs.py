"""Saliency-Guided Rejection Sampling: the threshold and the decision of one step (Eq. 7, Algorithm 1).

Ignores models: scores come in as numbers or as a function that gives them when they are needed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..settings import SGRS
from ..trace import Step, Verdict


@dataclass(frozen=True)
class Decision:
    """What a step takes. taken: index of the candidate. saliency and verdicts: per candidate, None where not scored."""

    taken: int
    saliency: tuple[float | None, ...]
    verdicts: tuple[Verdict, ...]
    threshold: float
    fallback: bool


def recent_scores(steps: Sequence[Step], settings: SGRS) -> tuple[float, ...]:
    """The scores that Eq. 7 averages over for the output after these, the oldest first. A token that the person gave
    counts as accepted; the first output has no score."""
    if settings.history == "accepted":
        accepted = [step.score for step in steps if step.score is not None and not step.fallback]
        return tuple(accepted[-settings.window :])
    last = steps[-settings.window - 1 :]  # (P - 1) - j <= W: W + 1 positions
    fallbacks = settings.history == "window"
    return tuple(step.score for step in last if step.score is not None and (fallbacks or not step.fallback))


def threshold(recent: Sequence[float], settings: SGRS) -> float:
    """tau, Eq. 7: alpha times the mean of the recent scores; 0 without any."""
    return settings.alpha * sum(recent) / len(recent) if recent else 0.0


def decide(
    order: Sequence[int],
    first_score: float | None,
    tau: float,
    tries: int,
    score_all: Callable[[], Sequence[float]],
) -> Decision:
    """Algorithm 1 at one position: candidates in draw order, at most `tries` (R) of them, the first with S >= tau.

    first_score: S of the candidate drawn first; None at the first output, which is accepted (J is empty).
    score_all gives S of every candidate, and is called only when the first is rejected. If none of the tries is
    accepted, the highest S among all K is taken (fallback).
    """
    verdicts: list[Verdict] = ["untried"] * len(order)
    saliency: list[float | None] = [None] * len(order)
    saliency[order[0]] = first_score
    if first_score is None or first_score >= tau:
        verdicts[order[0]] = "accepted"
        return Decision(order[0], tuple(saliency), tuple(verdicts), tau, False)
    scores = list(score_all())
    scores[order[0]] = first_score
    for index in order[:tries]:
        if scores[index] >= tau:
            verdicts[index] = "accepted"
            return Decision(index, tuple(scores), tuple(verdicts), tau, False)
        verdicts[index] = "rejected"
    best = max(range(len(order)), key=lambda index: scores[index])
    return Decision(best, tuple(scores), tuple(verdicts), tau, True)
