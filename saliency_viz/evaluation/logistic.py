"""Does one more score help to tell the classes apart? Nested logistic regressions and their likelihood ratio.

Ignores what the scores mean: they enter as standardised ranks, so that no scale and no outlier decides. Mentions in one
picture are not independent, so p is a guide; the intervals over images elsewhere are the safer word.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

STEPS, RIDGE = 100, 1e-6  # of Newton's method; the ridge only keeps separated classes finite


@dataclass(frozen=True)
class Gain:
    """What a score adds to others. likelihood_ratio: twice the gain in log likelihood, chi-squared with one degree of
    freedom where it adds nothing; p: of that; coefficient: of the added score, positive where higher means class 1."""

    likelihood_ratio: float
    p: float
    coefficient: float


def standard_ranks(scores: np.ndarray) -> np.ndarray:
    """Mean ranks of scores [n], shifted and scaled to mean 0 and spread 1; all equal: zeros."""
    values, place, count = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(count) - (count - 1) / 2)[place.reshape(-1)]
    spread = ranks.std()
    return (ranks - ranks.mean()) / spread if spread > 0 else np.zeros(len(scores))


def fit(features: np.ndarray, outcome: np.ndarray) -> tuple[np.ndarray, float]:
    """Coefficients [1 + features], the constant first, and log likelihood of a logistic regression.

    features: [n, features]; outcome: bool [n].
    """
    design = np.column_stack([np.ones(len(outcome)), features])
    at = np.zeros(design.shape[1])
    best = _log_likelihood(design, at, outcome)
    for _ in range(STEPS):
        chance = _chance(design @ at)
        curve = (design * (chance * (1 - chance))[:, None]).T @ design + RIDGE * np.eye(len(at))
        step = np.linalg.solve(curve, design.T @ (outcome - chance) - RIDGE * at)
        found = _log_likelihood(design, at + step, outcome)
        while found < best - 1e-9 and np.abs(step).max() > 1e-9:
            step = step / 2
            found = _log_likelihood(design, at + step, outcome)
        at, gained, best = at + step, found - best, found
        if gained < 1e-10:
            break
    return at, best


def predicted(features: np.ndarray, outcome: np.ndarray) -> np.ndarray:
    """What a logistic regression on features [n, features] expects of each, float64 [n]; their sum is the outcomes'."""
    at, _ = fit(features, outcome)
    return _chance(np.column_stack([np.ones(len(outcome)), features]) @ at)


def gain(score: np.ndarray, beside: Sequence[np.ndarray], outcome: np.ndarray) -> Gain:
    """What a score [n] adds to the scores `beside` it, all by rank."""
    base = np.array([standard_ranks(one) for one in beside]).reshape(len(beside), len(outcome)).T
    _, without = fit(base, outcome)
    at, with_it = fit(np.column_stack([base, standard_ranks(score)]), outcome)
    ratio = max(0.0, 2 * (with_it - without))
    return Gain(ratio, math.erfc(math.sqrt(ratio / 2)), float(at[-1]))


def _chance(logits: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(logits, -500, 500)))


def _log_likelihood(design: np.ndarray, at: np.ndarray, outcome: np.ndarray) -> float:
    logits = design @ at
    return float((outcome * logits - np.logaddexp(0, logits)).sum())
