"""How sure a measure is: bootstrap intervals over images, paired differences, and Holm's correction for several.

Every measure is a statistic of sums over images: counts [images, columns] are summed and a function of the sums gives
the measure. Ignores what the columns count.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 2000
LEVEL = 0.95
AT_ONCE = 16384  # draws made together: one resample at a time took longer than all the arithmetic after it
Statistic = Callable[[np.ndarray], np.ndarray]  # sums [..., columns] to values [...]


@dataclass(frozen=True)
class Interval:
    """A measure with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3g} [{self.low:.3g}, {self.high:.3g}]"


@dataclass(frozen=True)
class Difference:
    """One measure of a run less that of another on the same images. p: two-sided, by exchanging the two runs' images at
    random; holm: p corrected for all differences of the same table."""

    change: Interval
    p: float
    holm: float


def weights(images: int, resamples: int = RESAMPLES, seed: int = 0) -> np.ndarray:
    """How often each image is taken, uint16 [1 + resamples, images]: first all once, then draws with replacement."""
    random = np.random.default_rng(seed)
    drawn = np.ones((1 + resamples, images), np.uint16)
    together = max(1, AT_ONCE // max(1, images))
    for first in range(1, 1 + resamples, together):
        rows = drawn[first : first + together]
        taken = random.integers(0, images, rows.shape) + images * np.arange(len(rows))[:, None]
        rows[:] = np.bincount(taken.ravel(), minlength=rows.size).reshape(rows.shape)
    return drawn


def resampled(counts: np.ndarray) -> np.ndarray:
    """Sums over images of counts [images, columns] in every resample, float64 [1 + resamples, columns]."""
    blocks = np.array_split(weights(len(counts)), 20)  # as floats all at once would fill memory
    return np.concatenate([block.astype(float) @ counts for block in blocks])


def share(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    """top / bottom, 0 where nothing was counted."""
    top, bottom = np.broadcast_arrays(np.asarray(top, float), np.asarray(bottom, float))
    return np.divide(top, bottom, out=np.zeros(top.shape), where=bottom > 0)


def interval(values: np.ndarray) -> Interval:
    """The first value with the percentile interval of the others; NaN (a resample that has no value) is left out."""
    drawn = values[1:][np.isfinite(values[1:])]
    low, high = np.percentile(drawn, (50 * (1 - LEVEL), 50 * (1 + LEVEL))) if len(drawn) else (np.nan, np.nan)
    return Interval(float(values[0]), float(low), float(high))


def estimates(counts: np.ndarray, measures: Mapping[str, Statistic]) -> dict[str, Interval]:
    """Each measure of counts [images, columns] with its interval over images."""
    sums = resampled(counts)
    return {name: interval(measure(sums)) for name, measure in measures.items()}


def differences(
    here: np.ndarray, there: Mapping[str, np.ndarray], measures: Mapping[str, Statistic]
) -> dict[str, dict[str, Difference]]:
    """Each measure of `here` less that of each other run, by run and measure. Rows are the same images in all."""
    found = {
        (run, name): _difference(here, counts, measure)
        for run, counts in there.items()
        for name, measure in measures.items()
    }
    corrected = holm([p for _, p in found.values()])
    table: dict[str, dict[str, Difference]] = {run: {} for run in there}
    for ((run, name), (change, p)), corrected_p in zip(found.items(), corrected, strict=True):
        table[run][name] = Difference(change, p, corrected_p)
    return table


def _difference(here: np.ndarray, there: np.ndarray, measure: Statistic) -> tuple[Interval, float]:
    change = interval(measure(resampled(here)) - measure(resampled(there)))
    swapped = np.random.default_rng(1).integers(0, 2, (RESAMPLES, len(here)))
    apart = here - there
    by_chance = measure(here.sum(0) - swapped @ apart) - measure(there.sum(0) + swapped @ apart)
    as_far = np.abs(by_chance) >= abs(change.value) - 1e-12
    return change, float((1 + as_far.sum()) / (1 + RESAMPLES))


def holm(p: Sequence[float]) -> list[float]:
    """p-values corrected for their number, step down (Holm 1979)."""
    order = sorted(range(len(p)), key=lambda index: p[index])
    corrected, highest = [0.0] * len(p), 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, (len(p) - rank) * p[index]))
        corrected[index] = highest
    return corrected
