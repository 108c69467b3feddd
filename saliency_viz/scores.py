"""S of a token: how much the outputs before it mattered to it, by Eq. 6 or a variant, and how it falls by itself.

Ignores where a row came from: the loop gives the one it has just seen, a reader one of a Trace.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .settings import SGRS, Score


@dataclass(frozen=True)
class Variant:
    """reach: how many outputs are looked at, the latest first, of |J| there are, with the setting `recent`. mean:
    whether their sum is divided by that number."""

    reach: Callable[[int, int], int]
    mean: bool = True


VARIANTS: dict[str, Variant] = {
    "mean": Variant(lambda count, recent: count),  # Eq. 6
    "sum": Variant(lambda count, recent: count, mean=False),  # Eq. 6 without 1/|J|
    "previous": Variant(lambda count, recent: 1),  # D.1
    "recent": Variant(min),
}


def score(
    normalized: np.ndarray,
    layers: Sequence[int],
    first: int,
    stop: int,
    kind: Score = "mean",
    recent: int = SGRS.recent,
) -> float | None:
    """S(x_P) from its predicting row, normalised by Eq. 5, [layers, keys]; the earlier outputs are keys first..stop-1.

    The mean over `layers` (L_target) of what `kind` makes of the earlier outputs. None when no output was written
    before: nothing can be said of nothing.
    """
    if stop <= first:
        return None
    reach = VARIANTS[kind].reach(stop - first, recent)
    looked_at = normalized[list(layers), stop - reach : stop].astype(np.float64)
    return float(looked_at.sum() / (len(layers) * divisor(stop - first, kind, recent)))


def divisor(count: int, kind: Score = "mean", recent: int = SGRS.recent) -> int:
    """What the sum over the outputs looked at is divided by, where `count` outputs stand before."""
    return VARIANTS[kind].reach(count, recent) if VARIANTS[kind].mean else 1


def expected_fall(
    scores: Sequence[float | None], kind: Score = "mean", recent: int = SGRS.recent
) -> tuple[float | None, ...]:
    """The score of each output of a caption if position alone decided: the mean over the caption of S times its
    divisor, over the divisor there. For Eq. 6 it falls as 1/|J|. None where there is no output before.

    scores: of all outputs in order, so that |J| is the index; those without one are left out of the mean.
    """
    divisors = [divisor(count, kind, recent) for count in range(1, len(scores))]
    totals = [value * by for value, by in zip(scores[1:], divisors, strict=True) if value is not None]
    if not totals:
        return (None,) * len(scores)
    mean = sum(totals) / len(totals)
    return (None, *(mean / by for by in divisors))
