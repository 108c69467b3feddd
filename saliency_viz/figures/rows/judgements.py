"""Do scores tell marked tokens apart? Histogram, rate by bin, mean and spread, AUROC (Fig. 10, Table 5).

Ignores unmarked tokens and those without a score (the first output), and how the numbers are drawn.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ...errors import SettingError
from ...trace import Trace


@dataclass(frozen=True, eq=False)
class Judged:
    """Marked tokens of one or many runs. scores [n]: Eq. 6; hallucinated [n] bool; tokens [n]: (run, step)."""

    scores: np.ndarray
    hallucinated: np.ndarray
    tokens: tuple[tuple[int, int], ...]
    runs: int


@dataclass(frozen=True)
class Statistics:
    """edges [bins + 1]: equal bins of the score. counts and rates [bins]: tokens, and the share of hallucinated among
    them (NaN where the bin is empty). mean, sd (n - 1): None without such tokens; sd 0 for one. auroc: the chance that
    a hallucinated token scores lower than a right one, ties one half; None unless both classes exist."""

    edges: tuple[float, ...]
    right_counts: tuple[int, ...]
    hallucinated_counts: tuple[int, ...]
    rates: tuple[float, ...]
    right_mean: float | None
    right_sd: float | None
    hallucinated_mean: float | None
    hallucinated_sd: float | None
    auroc: float | None


def judged_scores(traces: Trace | Iterable[Trace]) -> Judged:
    """Scores and judgements of every marked token that has a score."""
    traces = [traces] if isinstance(traces, Trace) else list(traces)
    found = [
        (trace.steps[step].score, mark.judgement == "hallucinated", (run, step))
        for run, trace in enumerate(traces)
        for step, mark in sorted(trace.marks.items())
        if 0 <= step < len(trace.steps) and trace.steps[step].score is not None
    ]
    return Judged(
        np.array([score for score, _, _ in found], np.float64),
        np.array([bad for _, bad, _ in found], bool),
        tuple(token for _, _, token in found),
        len(traces),
    )


def auroc(scores: np.ndarray, hallucinated: np.ndarray) -> float | None:
    """The chance that a hallucinated token scores lower than a right one (Mann-Whitney); ties count one half."""
    bad, good = int(hallucinated.sum()), int((~hallucinated).sum())
    if not bad or not good:
        return None
    values, place, count = np.unique(scores, return_inverse=True, return_counts=True)
    middle = np.cumsum(count) - (count - 1) / 2  # mean rank of tied scores, from 1
    ranks = middle[place.reshape(-1)]
    return float((ranks[~hallucinated].sum() - good * (good + 1) / 2) / (bad * good))


def statistics(judged: Judged, bins: int = 10, top: float | None = None) -> Statistics:
    """Fig. 10 and Table 5 over `bins` equal bins from 0 to top (None: the largest score; then it lies in the last)."""
    if not isinstance(bins, int) or bins < 1:
        raise SettingError(f"bins must be a whole number of at least 1. Got {bins!r}.")
    largest = float(judged.scores.max()) if len(judged.scores) else 0.0
    edges = np.linspace(0.0, top if top is not None else (largest or 1.0), bins + 1)
    if top is not None and not largest <= top:
        raise SettingError(f"top must reach the largest score, {largest:.4g}. Got {top!r}.")
    right = np.histogram(judged.scores[~judged.hallucinated], edges)[0]
    wrong = np.histogram(judged.scores[judged.hallucinated], edges)[0]
    total = right + wrong
    rates = np.divide(wrong, total, out=np.full(bins, np.nan), where=total > 0)
    right_mean, right_sd = _mean_sd(judged.scores[~judged.hallucinated])
    wrong_mean, wrong_sd = _mean_sd(judged.scores[judged.hallucinated])
    return Statistics(
        edges=tuple(edges.tolist()),
        right_counts=tuple(right.tolist()),
        hallucinated_counts=tuple(wrong.tolist()),
        rates=tuple(rates.tolist()),
        right_mean=right_mean,
        right_sd=right_sd,
        hallucinated_mean=wrong_mean,
        hallucinated_sd=wrong_sd,
        auroc=auroc(judged.scores, judged.hallucinated),
    )


def _mean_sd(values: np.ndarray) -> tuple[float | None, float | None]:
    if not len(values):
        return None, None
    return float(values.mean()), float(values.std(ddof=1)) if len(values) > 1 else 0.0
