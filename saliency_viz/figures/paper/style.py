"""The look of paper figures: fonts, inches, heat maps, colour bars, the small footer, and saving.

Ignores what is drawn. No pyplot: figures are values, and nothing about matplotlib stays changed. matplotlib's
settings are one per process, so drawing and saving hold one lock while they differ from the defaults.
"""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from threading import RLock
from typing import Any, Literal, cast

import matplotlib
import numpy as np
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, ListedColormap, Normalize, make_norm_from_scale
from matplotlib.figure import Figure, SubFigure
from matplotlib.gridspec import GridSpec
from matplotlib.image import AxesImage
from matplotlib.scale import LogScale
from matplotlib.text import Text

from ...errors import SettingError
from ...trace import Trace
from ..caption_text import NAMES
from ..colors import DIVERGING, MISSING, opacity_at, table
from ..rows.metrics import KINDS, Steps
from ..rows.scales import Keys, Scale
from ..rows.view import View

FORMATS = ("png", "svg", "pdf")
DPI = 300
FONTS = (
    "DejaVu Sans",
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans",
    "WenQuanYi Zen Hei",
    "Noto Serif CJK SC",
    "Noto Serif CJK JP",
    "Noto Emoji",
    "Segoe UI Symbol",
)
LABEL = 6.0  # points: token labels and ticks
TEXT = 7.0  # points: axis titles
TITLE = 8.0  # points: panel titles
CAPTION_LINES = 12  # of a caption under a figure; what is cut ends in …
INK, FAINT, LINE = "#1a1a1a", "#6b6b6b", "#c8c8c8"
_settings_lock = RLock()


@cache
def fonts() -> tuple[str, ...]:
    """Those of the fonts above this machine has; a letter none of them has is drawn as an empty box."""
    present = {font.name for font in font_manager.fontManager.ttflist}
    return tuple(name for name in FONTS if name in present)


@contextmanager
def style() -> Iterator[None]:
    """matplotlib's settings for paper, restored afterwards; text stays text in SVG and PDF."""
    settings = {
        "font.family": list(fonts()) or ["sans-serif"],
        "font.size": TEXT,
        "svg.fonttype": "none",
        "svg.hashsalt": "saliency_viz",
        "pdf.fonttype": 42,
        "axes.linewidth": 0.5,
        "axes.edgecolor": FAINT,
        "axes.labelsize": TEXT,
        "axes.labelcolor": INK,
        "axes.titlesize": TITLE,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "text.color": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "xtick.labelsize": LABEL,
        "ytick.labelsize": LABEL,
        "xtick.major.width": 0.5,
        "ytick.major.width": 0.5,
        "xtick.major.size": 2,
        "ytick.major.size": 2,
        "legend.frameon": False,
        "legend.fontsize": LABEL,
        "figure.facecolor": "white",
    }
    with _settings_lock, matplotlib.rc_context(cast("dict[Any, Any]", settings)), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


class Page:
    """A figure measured in inches from its top left corner, so that cells and labels keep their size at any length.
    figure: a part of a larger one that it is drawn on."""

    def __init__(self, width: float, height: float, figure: Figure | SubFigure | None = None) -> None:
        self.width, self.height = width, height
        self.figure = cast("Figure", figure or Figure(figsize=(width, height)))

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Axes of this size whose frame starts left and top inches from the page's corner."""
        box = (left / self.width, 1 - (top + height) / self.height, width / self.width, height / self.height)
        return self.figure.add_axes(box)

    def text(self, left: float, top: float, text: str, size: float = LABEL, color: str = INK, **options) -> None:
        """Literal text (no TeX) that hangs from this point."""
        options.setdefault("va", "top")
        at = (left / self.width, 1 - top / self.height)
        self.figure.text(*at, text, fontsize=size, color=color, parse_math=False, **options)

    def footer(
        self, left: float, top: float, lines: Sequence[str], caption: str = "", width: float | None = None
    ) -> None:
        """The caption the figure is about, then settings and scales, small, under everything else."""
        width = width or self.width - left
        fit = max(40, int(width / (LABEL * 0.007)))
        wrapped = textwrap.wrap(" ".join(caption.split()), fit, max_lines=CAPTION_LINES, placeholder=" …")
        below = [part for line in lines for part in textwrap.wrap(line, fit)]
        if wrapped:
            self.text(left, top, "\n".join(wrapped), LABEL, INK, style="italic", linespacing=1.35)
        self.text(left, top + 0.115 * len(wrapped), "\n".join(below), LABEL - 0.5, FAINT, linespacing=1.35)


@dataclass(frozen=True)
class Drawing:
    """A figure that may stand alone or on a sheet, in the same size. width, height: inches; draw: puts it on a page."""

    width: float
    height: float
    draw: Callable[[Page], None]

    def alone(self) -> Figure:
        """A figure of its own."""
        with style():
            page = Page(self.width, self.height)
            self.draw(page)
            return page.figure

    def on(self, sheet: Figure, left: float, top: float) -> None:
        """Put it on a larger figure, so many inches from its corner."""
        width, height = sheet.get_size_inches()
        columns = [left, self.width, width - left - self.width]
        rows = [top, self.height, height - top - self.height]
        place = GridSpec(3, 3, figure=sheet, width_ratios=columns, height_ratios=rows)[1, 1]
        with style():
            self.draw(Page(self.width, self.height, sheet.add_subfigure(place)))


def color_map(name: str, missing: str = MISSING) -> Colormap:
    """A copy of a colour map that paints impossible numbers in their own colour."""
    return matplotlib.colormaps[name].with_extremes(bad=missing)


@make_norm_from_scale(cast("type[LogScale]", partial(LogScale, nonpositive="clip")))
class _LogNorm(Normalize):
    """matplotlib's LogNorm, without its refusal to be built on a scale that clips."""


class FloorLogNorm(_LogNorm):
    """Log scale whose zeros are drawn as its bottom, not as missing; NaN stays missing.

    Raised before the logarithm: "clip" alone leaves 0 masked (matplotlib 3.11 with numpy 2.4).
    """

    def __call__(self, value: Any, clip: bool | None = None) -> np.ma.MaskedArray:
        raised = np.maximum(np.ma.getdata(value), np.float64(self.vmin or 0))
        return super().__call__(np.ma.array(raised, mask=np.ma.getmask(value)), clip)


def norm_of(scale: Scale) -> Normalize:
    """matplotlib's form of a scale."""
    return (FloorLogNorm if scale.transform == "log" else Normalize)(scale.low, scale.high)


def heat(
    axes: Axes, values: np.ndarray, scale: Scale, colors: str = "viridis", missing: str = MISSING, **options
) -> AxesImage:
    """Draw a matrix, first line on top, one square per number."""
    name = DIVERGING if scale.signed else colors
    image = axes.imshow(
        values, cmap=color_map(name, missing), norm=norm_of(scale), interpolation="nearest", aspect="auto", **options
    )
    for side in axes.spines.values():
        side.set_visible(True)
    return image


def over_paper(name: str) -> Colormap:
    """A map's colours as they look over white where a picture lies under them elsewhere: 0 is the paper itself."""
    alpha = opacity_at(np.linspace(0, 1, 256), signed=name == DIVERGING)[:, None]
    return ListedColormap((table(name) * alpha + 255 * (1 - alpha)) / 255)


def bar(
    page: Page, scale: Scale, colors: str, unit: str, left: float, top: float, height: float, on_picture: bool = False
) -> Axes:
    """A colour bar with its unit; pointed where values lie beyond an end. on_picture: as the colours are over one."""
    axes = page.axes(left, top, 0.09, height)
    ends = {(True, True): "both", (True, False): "max", (False, True): "min", (False, False): "neither"}
    name = DIVERGING if scale.signed else colors
    extend = "both" if scale.signed and scale.beyond else ends[scale.beyond > 0, scale.below > 0]
    mappable = ScalarMappable(norm_of(scale), over_paper(name) if on_picture else color_map(name))
    drawn = page.figure.colorbar(mappable, cax=axes, extend=extend, extendfrac=0.06)
    words = unit
    if len(unit) * 0.055 > height:  # longer than the bar
        words = unit.replace(", ", ",\n").replace(" (", "\n(").replace(" | ", " |\n")
    drawn.set_label(words, fontsize=LABEL + 0.5)
    drawn.outline.set_linewidth(0.4)
    axes.tick_params(labelsize=LABEL, width=0.4, length=2)
    return axes


def over_run(view: View) -> View:
    """A figure of a whole run has no single token to lock a scale to: it locks to the run at its layers."""
    return view.at(lock="layer") if view.lock == "token" else view


def shared(view: View, together: bool) -> bool:
    """Whether attention and saliency may share a scale: only shares have one unit, and a range set by hand is two."""
    return together and view.normalization == "share" and view.lock != "manual"


def pair_scales(
    traces: Trace | Sequence[Trace],
    view: View,
    keys: Keys,
    each: Sequence[Steps] | None = None,
    together: bool = True,
) -> tuple[Scale, Scale]:
    """Scales of attention and saliency: one each, or one for both where that is `shared`. each: every run's step."""
    if shared(view, together):
        one = view.scale(traces, KINDS, keys=keys, each=each)
        return one, one
    attention, saliency = (view.scale(traces, kind, keys=keys, each=each) for kind in KINDS)
    return attention, saliency


def pair_notes(scales: tuple[Scale, Scale]) -> list[str]:
    """What the footer says of `pair_scales`: a line for each scale."""
    if scales[0] is scales[1]:
        return [f"Scale: {scales[0].note}"]
    return [f"{NAMES[kind]}: {scale.note}" for kind, scale in zip(KINDS, scales, strict=True)]


def pair_unit(view: View) -> str:
    """Title of the one bar of a pair."""
    if view.normalization == "share":
        return "share of the row (attention | saliency)"
    return f"{view.unit('attention')} | {view.unit('saliency')}"


def token_ticks(
    axes: Axes, labels: Sequence[str], which: Literal["x", "y"], size: float = LABEL, rotation: float = 90, **options
) -> None:
    """Token labels at 0, 1, 2 ... along "x" or "y", literal."""
    setter = axes.set_xticks if which == "x" else axes.set_yticks
    extra = {"rotation": rotation} if which == "x" else {}
    setter(range(len(labels)), labels, fontsize=size, parse_math=False, **extra, **options)
    axes.tick_params(which, length=0, pad=1.5)


def label_room(labels: Sequence[str], size: float = LABEL) -> float:
    """Inches the longest label needs; a wide (East Asian) letter counts as two."""
    widest = max((sum(2 if ord(letter) > 0x2E7F else 1 for letter in label) for label in labels), default=1)
    return 0.08 + widest * size * 0.008


def figure_bytes(figure: Figure, format: str) -> bytes:
    """A figure as "png", "svg" or "pdf"; the same figure gives the same bytes. Raises SettingError for others."""
    nothing = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
    if format not in FORMATS:
        raise SettingError(f"The format must be one of {', '.join(FORMATS)}. Got {format!r}.")
    buffer = BytesIO()
    with style(), matplotlib.rc_context({"pdf.fonttype": pdf_font_type([figure])}):
        figure.savefig(buffer, format=format, dpi=DPI, bbox_inches="tight", pad_inches=0.06, metadata=nothing[format])
    return buffer.getvalue()


def save(figure: Figure, path: str | Path) -> Path:
    """Write one figure in the format its name ends in (`figure_bytes`); returns the path."""
    path = Path(path)
    path.write_bytes(figure_bytes(figure, path.suffix.lstrip(".").lower()))
    return path


def pdf_font_type(figures: Sequence[Figure]) -> int:
    """How fonts are embedded. matplotlib 3.11 takes those with PostScript outlines (Noto CJK) as type 42 without their
    shapes: blank letters."""
    return 42 if all(map(_first_font_suffices, figures)) else 3


def _first_font_suffices(figure: Figure) -> bool:
    """Whether matplotlib's own font has every letter of the figure, so that no fallback font is embedded."""
    known = font_manager.get_font(font_manager.findfont("DejaVu Sans")).get_charmap()
    return all(ord(letter) in known for text in figure.findobj(Text) for letter in text.get_text() if letter != "\n")
