"""How a person wants numbers shown: which layers, which normalisation, which scale locked over what, which colours.

Ignores which numbers: every figure and table takes a trace and a View.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..errors import SettingError
from ..trace import Trace
from .colors import SEQUENTIAL
from .reading import NORMALIZATIONS, UNITS, Kind, Layers, Normalization
from .scales import LOCKS, TRANSFORMS, Keys, Lock, Scale, Transform, locked_scale


@dataclass(frozen=True)
class View:
    """Defaults: mean of the target layers, unit-norm rows (Eq. 5), linear from 0, one scale over the whole run."""

    layers: Layers = "target"
    normalization: Normalization = "row"
    transform: Transform = "linear"
    lock: Lock = "layer"
    percentile: float = 99.0
    colors: str = "viridis"

    def __post_init__(self) -> None:
        choices = {
            "normalization": NORMALIZATIONS,
            "transform": TRANSFORMS,
            "lock": LOCKS,
            "colors": SEQUENTIAL,
        }
        for name, allowed in choices.items():
            if getattr(self, name) not in allowed:
                raise SettingError(f"{name} must be one of {', '.join(allowed)}. Got {getattr(self, name)!r}.")

    def at(self, **changes: object) -> View:
        """The same view with some choices changed."""
        return replace(self, **changes)

    def scale(
        self,
        traces: Trace | Iterable[Trace],
        kinds: Kind | Iterable[Kind],
        step: int | None = None,
        keys: Keys | Iterable[int] = "all",
    ) -> Scale:
        """The one scale of everything compared under this view (`locked_scale`)."""
        return locked_scale(
            traces, kinds, self.layers, self.normalization, self.transform, self.lock, step, keys, self.percentile
        )

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
            return f"mean of layers {_ranges(self.layers)}" if len(self.layers) > 1 else f"layer {self.layers[0]}"
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
