"""The colours of every figure: perceptual maps, a diverging map for signed numbers, and the colours of verdicts.

Ignores value ranges (scales). One table serves plotly, matplotlib and the page, so that a value has one colour.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np

from ..errors import SettingError

SEQUENTIAL = ("viridis", "cividis", "magma")
DIVERGING = "RdBu_r"  # red: more, blue: less, white: 0; told apart with red-green blindness
OPACITY = 0.62  # of a map over a picture, unless one chose
MISSING = "#e6e6e6"  # a number that cannot be (a key the row cannot see), never a colour of the maps
VERDICTS: Mapping[str, str] = {
    "accepted": "#0072b2",
    "rejected": "#d55e00",
    "untried": "#8c8c8c",
    "fallback": "#cc79a7",
}
JUDGEMENTS: Mapping[str, str] = {"right": "#0072b2", "hallucinated": "#d55e00"}
PARTS: Mapping[str, str] = {"template": "#8c8c8c", "image": "#009e73", "prompt": "#e69f00", "outputs": "#0072b2"}
LINES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")


@cache
def table(name: str) -> np.ndarray:
    """uint8 [256, 3]: red, green, blue from the lowest to the highest value. Raises SettingError for another name."""
    if name not in (*SEQUENTIAL, DIVERGING):
        raise SettingError(f"The colour map must be one of {', '.join((*SEQUENTIAL, DIVERGING))}. Got {name!r}.")
    import matplotlib  # here, since the page may need no map at all

    colors = np.round(matplotlib.colormaps[name](np.linspace(0, 1, 256))[:, :3] * 255).astype(np.uint8)
    colors.setflags(write=False)
    return colors


def css(rgb: np.ndarray) -> str:
    """ "#rrggbb" of three numbers in 0..255."""
    return "#" + "".join(f"{int(part):02x}" for part in rgb)


def opacity_at(places: np.ndarray, opacity: float = OPACITY, signed: bool = False) -> np.ndarray:
    """float64 in 0..1: how opaque a place of a map is over a picture. 0 leaves the picture untouched (of a signed map,
    its middle does), small values let it through; 1 everywhere at opacity 1. As `opacityAt` of the page's color.js."""
    places = np.asarray(places, np.float64)
    weights = np.abs(2 * places - 1) if signed else places
    return min(1.0, 1.5 * opacity) * weights ** (3.3 * (1 - opacity))


def plotly_scale(name: str, stops: int = 33, opacity: float | None = None) -> list[list]:
    """[[place in 0..1, "#rrggbb"], ...] for plotly's `colorscale`; over a picture (opacity) "rgba(...)"."""
    places = np.linspace(0, 1, stops)
    colors = [table(name)[round(place * 255)] for place in places]
    if opacity is None:
        return [[float(place), css(color)] for place, color in zip(places, colors, strict=True)]
    alphas = opacity_at(places, opacity, name == DIVERGING)
    return [
        [float(place), "rgba({},{},{},{:.3f})".format(*color, alpha)]
        for place, color, alpha in zip(places, colors, alphas, strict=True)
    ]


def painted(places: np.ndarray, name: str) -> np.ndarray:
    """uint8 [..., 3]: the colours of places in [0, 1] (`Scale.normalized`); NaN is painted as missing."""
    places = np.asarray(places, np.float64)
    missing = np.isnan(places)
    colors = table(name)[np.round(np.where(missing, 0, np.clip(places, 0, 1)) * 255).astype(np.int64)].copy()
    colors[missing] = [int(MISSING[i : i + 2], 16) for i in (1, 3, 5)]
    return colors


def luminance(rgb: np.ndarray) -> float:
    """Relative luminance in 0..1 (WCAG 2) of three numbers in 0..255."""
    parts = np.asarray(rgb, np.float64) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def ink(rgb: np.ndarray) -> str:
    """Black or white, whichever reads better on a colour; the worse case still has a contrast above 4.5."""
    return "#000000" if luminance(rgb) > 0.179 else "#ffffff"
