"""How a person wants numbers shown: which layers, which normalisation, which scale locked over what, which colours.

Ignores which numbers: every figure and table takes a trace and a View.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ...errors import SettingError
from ...trace import Trace
from ..colors import SEQUENTIAL
from .metrics import NORMALIZATIONS, REDUCES, UNITS, Kind, Layers, Normalization, Reduce, Steps
from .scales import LOCKS, TRANSFORMS, Ends, Keys, Lock, Scale, Transform, checked_ends, locked_scale


@dataclass(frozen=True)
class View:
    """Defaults: mean of the target layers, unit-norm rows (Eq. 5), linear from 0, one scale over the whole run.

    reduce: how the rows of several tokens (a word, a range) become one. attention_range, saliency_range: the two
    numbers each kind's colours run between under lock "manual".
    """

    layers: Layers = "target"
    normalization: Normalization = "row"
    transform: Transform = "linear"
    lock: Lock = "layer"
    percentile: float = 99.0
    colors: str = "viridis"
    reduce: Reduce = "mean"
    attention_range: Ends | None = None
    saliency_range: Ends | None = None

    def __post_init__(self) -> None:
        choices = {
            "normalization": NORMALIZATIONS,
            "transform": TRANSFORMS,
            "lock": (*LOCKS, "manual"),
            "colors": SEQUENTIAL,
            "reduce": REDUCES,
        }
        for name, allowed in choices.items():
            if getattr(self, name) not in allowed:
                raise SettingError(f"{name} must be one of {', '.join(allowed)}. Got {getattr(self, name)!r}.")
        for name in ("attention_range", "saliency_range"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, checked_ends(getattr(self, name)))

    def at(self, **changes: object) -> View:
        """The same view with some choices changed."""
        return replace(self, **changes)

    def scale(
        self,
        traces: Trace | Iterable[Trace],
        kinds: Kind | Iterable[Kind],
        step: Steps | None = None,
        keys: Keys | Iterable[int] = "all",
        each: Sequence[Steps] | None = None,
    ) -> Scale:
        """The one scale of everything compared under this view (`locked_scale`). Raises SettingError where attention
        and saliency would share a scale and have different ranges set by hand."""
        kinds = (kinds,) if isinstance(kinds, str) else tuple(kinds)
        ranges: set[Ends | None] = {self.ends(kind) for kind in kinds} if self.lock == "manual" else {None}
        if len(ranges) > 1:
            raise SettingError(
                "Attention and saliency have different ranges set by hand, so one scale cannot show both. "
                "Set the same two numbers, or choose a locked scale."
            )
        return locked_scale(
            traces, kinds, self.layers, self.normalization, self.transform, self.lock, step, keys, self.percentile,
            ranges.pop(), self.reduce, each,
        )  # fmt: skip

    def ends(self, kind: Kind) -> Ends | None:
        """The numbers set by hand for a kind, if any."""
        return self.attention_range if kind == "attention" else self.saliency_range

    def over_layers(self) -> View:
        """The view for a figure that shows every layer: one scale over all of them, unless it is set by hand."""
        return self if self.lock == "manual" else self.at(lock="run")

    def unit(self, kind: Kind) -> str:
        """Title of a colour bar."""
        return UNITS[kind, self.normalization]

    def layer_words(self, trace: Trace) -> str:
        """The layers in words: "mean of layers 3-5 (target)"."""
        if self.layers == "all":
            return f"mean of all {trace.model.layers} layers"
        if self.layers == "target":
            return f"mean of target layers {_ranges(trace.target_layers)}"
        if isinstance(self.layers, tuple):
            return f"{'mean of layers' if len(self.layers) > 1 else 'layer'} {_ranges(self.layers)}"
        return f"layer {self.layers}"


def _ranges(numbers: Iterable[int]) -> str:
    """(0, 1, 2, 5) as "0-2, 5"."""
    parts: list[list[int]] = []
    for number in sorted(numbers):
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ", ".join(str(low) if low == high else f"{low}\u2013{high}" for low, high in parts)
