"""Value ranges: from which number to which number a colour map runs, over what it is locked, and what it leaves out.

Ignores drawing. A range of non-negative values starts at 0 (or at a stated floor on a log scale), never at the
smallest value drawn: what looks bright in one panel is as large as what looks bright beside it. `Scale.note` says in
words what was done and belongs beside every colour bar.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ...errors import SettingError
from ...trace import Trace
from .metrics import (
    Kind,
    Layers,
    Normalization,
    Reduce,
    Steps,
    dimmed,
    layer_indices,
    layer_rows,
    part_of_keys,
    row,
    steps_of,
)

Transform = Literal["linear", "log", "percentile"]
Lock = Literal["run", "layer", "token", "manual"]
Ends = tuple[float, float]
Keys = Literal["all", "image", "text", "words", "outputs"]
TRANSFORMS: tuple[Transform, ...] = ("linear", "log", "percentile")
LOCKS: tuple[Lock, ...] = ("run", "layer", "token")  # "manual" is locked by hand, over nothing
DECADES = 3  # a log scale shows this many powers of ten below its top, unless the smallest positive value is nearer


@dataclass(frozen=True)
class Scale:
    """low and high: the numbers at the two ends of the colour map. beyond: share of the finite values above high;
    below: share under low that a log scale draws as low. signed: a diverging map centred at 0."""

    low: float
    high: float
    transform: Transform = "linear"
    signed: bool = False
    scope: str = ""
    beyond: float = 0.0
    below: float = 0.0
    largest: float = 0.0

    def normalized(self, values: np.ndarray) -> np.ndarray:
        """float64 in [0, 1], the place on the colour map; values outside go to the ends, NaN stays NaN."""
        values = np.asarray(values, np.float64)
        if self.transform == "log":
            with np.errstate(divide="ignore", invalid="ignore"):
                values = np.log10(np.maximum(values, self.low)) - np.log10(self.low)
            return np.clip(values / (np.log10(self.high) - np.log10(self.low)), 0, 1)
        return np.clip((values - self.low) / (self.high - self.low), 0, 1)

    @property
    def note(self) -> str:
        """One line for the colour bar or footer: transform, ends, scope, and what lies outside."""
        ends = f"{self.transform}, {self.low:.3g} to {self.high:.3g}"
        ends += f" ({self.scope})" if self.scope else ""
        if self.beyond:
            ends += f"; {self.beyond:.2%} of values above, up to {self.largest:.3g}, drawn as the top"
        if self.below:
            ends += f"; {self.below:.1%} of values below, drawn as the bottom"
        return ends


def scale_of(
    values: np.ndarray | Iterable[np.ndarray],
    transform: Transform = "linear",
    percentile: float = 99.0,
    signed: bool = False,
    scope: str = "",
) -> Scale:
    """One scale for everything given together; NaN is ignored. Non-negative values start at 0, signed ones are centred.

    linear: to the largest (absolute) value. percentile: linear to that percentile. log: over at most three decades
    below the largest value. Nothing but zeros gives 0 to 1. Raises SettingError for a log scale of signed values.
    """
    if transform not in TRANSFORMS:
        raise SettingError(f"transform must be one of {', '.join(TRANSFORMS)}. Got {transform!r}.")
    if signed and transform == "log":
        raise SettingError("A signed difference has no log scale. Choose linear or percentile.")
    if not 0 < percentile <= 100:
        raise SettingError(f"percentile must be in (0, 100]. Got {percentile!r}.")
    arrays = [values] if isinstance(values, np.ndarray) else list(values)
    flat = np.concatenate([np.asarray(array).ravel() for array in arrays] or [np.zeros(0)])
    flat = flat[np.isfinite(flat)]
    size = np.abs(flat) if signed else flat
    largest = float(size.max()) if len(size) and size.max() > 0 else 0.0
    high = float(np.percentile(size, percentile)) if transform == "percentile" and len(size) else largest
    high = high if high > 0 else (largest or 1.0)
    low, below = (-high if signed else 0.0), 0.0
    if transform == "log":
        positive = flat[flat > 0]
        low = max(high / 10**DECADES, float(positive.min()) if len(positive) else 0.0)
        low = min(low, high / 10)  # one value alone still needs two ends
        below = float((flat < low).mean()) if len(flat) else 0.0
    beyond = float((size > high).mean()) if len(size) else 0.0
    return Scale(low, high, transform, signed, scope, beyond, below, largest)


def scale_between(
    values: np.ndarray | Iterable[np.ndarray], ends: Ends, transform: Transform = "linear", scope: str = "set by hand"
) -> Scale:
    """A scale whose two ends a person set; says how much of the values given lies outside them.

    percentile is linear here: the ends are given. A log scale cannot start at 0: it then starts three decades under
    its top. Raises SettingError unless 0 <= low < high.
    """
    low, high = checked_ends(ends)
    arrays = [values] if isinstance(values, np.ndarray) else list(values)
    flat = np.concatenate([np.asarray(array).ravel() for array in arrays] or [np.zeros(0)])
    flat = flat[np.isfinite(flat)]
    if transform == "log" and low == 0:
        low = high / 10**DECADES
    beyond, below = (float(part.mean()) if len(flat) else 0.0 for part in (flat > high, flat < low))
    kept: Transform = "log" if transform == "log" else "linear"
    return Scale(low, high, kept, False, scope, beyond, below, float(flat.max()) if len(flat) else 0.0)


def checked_ends(ends: Any) -> Ends:
    """Two finite numbers, 0 <= low < high. Raises SettingError."""
    try:
        low, high = (float(end) for end in ends)
    except (TypeError, ValueError):
        low = high = np.nan
    if not 0 <= low < high < np.inf:
        raise SettingError(f"A range must be two numbers, 0 <= low < high. Got {ends!r}.")
    return low, high


def key_mask(trace: Trace, keys: Keys | Iterable[int] = "all") -> np.ndarray:
    """bool [keys]: the keys a view shows. "text" is everything but the image, "words" the text the page does not draw
    grey (`dimmed`); positions may be given one by one."""
    parts = part_of_keys(trace)
    if isinstance(keys, str) and keys == "words":
        return (parts != 1) & ~np.isin(np.arange(len(parts)), dimmed(trace))
    masks = {"all": parts >= 0, "image": parts == 1, "text": parts != 1, "outputs": parts == 3}
    if isinstance(keys, str):
        if keys not in masks:
            raise SettingError(f"keys must be one of {', '.join([*masks, 'words'])} or positions. Got {keys!r}.")
        return masks[keys]
    mask = np.zeros(len(parts), bool)
    mask[np.asarray(sorted(keys), np.int64)] = True
    return mask


def locked_scale(
    traces: Trace | Iterable[Trace],
    kinds: Kind | Iterable[Kind] = "saliency",
    layers: Layers = "target",
    normalization: Normalization = "row",
    transform: Transform = "linear",
    lock: Lock = "layer",
    step: Steps | None = None,
    keys: Keys | Iterable[int] = "all",
    percentile: float = 99.0,
    ends: Ends | None = None,
    reduce: Reduce = "mean",
    each: Sequence[Steps] | None = None,
) -> Scale:
    """One scale for all runs and kinds given, over the keys a view shows.

    lock "run": every step, every layer by itself (nothing ever moves). "layer": every step at the chosen layers.
    "token": this step alone, or the mean or max of several (named so in the note, since it does not compare between
    tokens). "manual": from one of ends to the other. A step's unreachable keys do not count. each: the step (or
    several) of each run, in place of one for all; the same run may be given twice, with two tokens.
    """
    if lock not in (*LOCKS, "manual"):
        raise SettingError(f"lock must be one of {', '.join(LOCKS)} or manual. Got {lock!r}.")
    if lock == "manual" and ends is None:
        raise SettingError('lock "manual" needs its two numbers, such as (0, 0.5). Got None.')
    traces = [traces] if isinstance(traces, Trace) else list(traces)
    steps: list[Steps | None] = [step] * len(traces) if each is None else list(each)
    if lock == "token" and (None in steps or len(steps) != len(traces)):
        raise SettingError(f'lock "token" needs the step it is locked to, of each of {len(traces)} runs. Got {steps}.')
    kinds = (kinds,) if isinstance(kinds, str) else tuple(kinds)
    found = []
    runs = list({id(trace): trace for trace in traces}.values())
    for trace, own in zip(traces, steps, strict=True) if lock == "token" else ((run, None) for run in runs):
        layer_indices(trace, layers)
        mask = key_mask(trace, keys)
        for one in [steps_of(own)] if own is not None else [(index,) for index in range(len(trace.steps))]:
            shown = mask[: trace.steps[one[-1]].position]
            for kind in kinds:
                if lock == "run":
                    values = layer_rows(trace, one[0], kind, "all", normalization)
                else:
                    values = row(trace, one, kind, layers, normalization, reduce)
                found.append(values[..., : len(shown)][..., shown])
    if ends is not None and lock == "manual":
        return scale_between(found, ends, transform)
    words = {
        "run": "locked over the run, every layer",
        "layer": "locked over the run, these layers",
        "token": "this token only: does not compare between tokens",
    }
    if lock == "token" and len(traces) > len(runs):
        words["token"] = "the selected and the held token only: does not compare with others"
    scope = words[lock] + (f", {len(runs)} runs together" if len(runs) > 1 else "")
    return scale_of(found, transform, percentile, scope=scope)
