"""Do scores tell marked tokens apart? Histogram, rate by bin, mean and spread, AUROC (Fig. 10, Table 5).

Ignores unmarked tokens and those without a score (the first output), and how the numbers are drawn.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ...errors import SettingError
from ...trace import Trace
from ...whole_numbers import whole


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
    if hallucinated.all() or not hallucinated.any():
        return None
    return float(weighted_auroc(-scores, hallucinated, np.ones((1, len(scores))))[0])


def weighted_auroc(danger: np.ndarray, hallucinated: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The chance that a hallucinated token is in more danger [n] than a right one, ties one half, where token i counts
    weights [resamples, n] times. float64 [resamples]; NaN where a class is missing."""
    bad, good = weights_by_value(danger, hallucinated, weights)
    below = np.cumsum(good, axis=1) - good
    pairs = bad.sum(1) * good.sum(1)
    won = (bad * (below + good / 2)).sum(1)
    return np.divide(won, pairs, out=np.full(len(pairs), np.nan), where=pairs > 0)


def weights_by_value(
    danger: np.ndarray, hallucinated: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Weights [resamples, n] added up over equal dangers, ascending: of hallucinated and of right tokens, float64
    [resamples, values]."""
    order = np.argsort(danger, kind="stable")
    starts = np.unique(danger[order], return_index=True)[1]
    counted = weights[:, order].astype(np.float64)
    bad = np.add.reduceat(counted * hallucinated[order], starts, axis=1)
    return bad, np.add.reduceat(counted, starts, axis=1) - bad


def statistics(judged: Judged, bins: int = 10, top: float | None = None) -> Statistics:
    """Fig. 10 and Table 5 over `bins` equal bins from 0 to top (None: the largest score; then it lies in the last)."""
    bins = whole("bins", bins, 1)
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
