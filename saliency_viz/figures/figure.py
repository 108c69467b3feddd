"""One plotly figure of a trace by name, for notebooks and reports: the same rows and scales as the page.

Ignores how each is drawn (plots).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import plotly.graph_objects as go

from ..errors import SettingError
from ..trace import Trace
from . import plots
from .rows.metrics import Kind, Layers, Normalization
from .rows.scales import Transform
from .rows.view import View


@dataclass(frozen=True)
class Asked:
    """What a figure is of. step: None where the whole caption is drawn."""

    trace: Trace
    step: int | None
    kind: Kind
    view: View
    other: Trace | None
    picture: int
    dark: bool

    @property
    def one_step(self) -> int:
        """The step. Raises SettingError where none was named."""
        if self.step is None:
            raise SettingError(
                f"This figure is of one token: step must lie in 0..{len(self.trace.steps) - 1}. Got None."
            )
        return self.step


def figure(
    trace: Trace,
    step: int | None = None,
    kind: Kind = "saliency",
    layer: Layers = "target",
    what: str | None = None,
    *,
    other: Trace | None = None,
    picture: int = 0,
    normalization: Normalization = "row",
    transform: Transform = "linear",
    dark: bool = False,
) -> go.Figure:
    """A plotly figure: `.show()` it, or `.write_html(path)`.

    what: "image" (a step's map on the picture), "layers" (layers x text keys of a step), "distance" (what a step took
    from earlier outputs, by distance, Fig. 2), "outputs" (every output from the earlier ones, Fig. 1; with `other`,
    that run minus this one, Fig. 3), "scores" (S and tau, Eq. 6-7), "shares" (template, image, prompt, outputs). None:
    "image" where the step has one to be drawn on, else "layers"; without a step "outputs". layer: "target", "all"
    (their mean), a number, or several. Raises SettingError for anything the trace does not have.
    """
    if what is None:
        what = "outputs" if step is None else "image" if len(trace.boxes) else "layers"
    if what not in FIGURES:
        raise SettingError(f"what must be one of {', '.join(FIGURES)}. Got {what!r}.")
    if other is not None and what != "outputs":
        raise SettingError(f'Two runs are compared by what="outputs". Got {what!r}.')
    view = View(layers=layer, normalization=normalization, transform=transform)
    return FIGURES[what](Asked(trace, step, kind, view, other, picture, dark))


def _image(asked: Asked) -> go.Figure:
    return plots.image_overlay(asked.trace, asked.one_step, asked.kind, asked.view, asked.picture, dark=asked.dark)


def _layers(asked: Asked) -> go.Figure:
    return plots.layers_by_keys(asked.trace, asked.one_step, asked.kind, asked.view, dark=asked.dark)


def _distance(asked: Asked) -> go.Figure:
    return plots.distance(asked.trace, (asked.one_step,), asked.kind, asked.view, asked.dark)


def _outputs(asked: Asked) -> go.Figure:
    if asked.other is not None:
        return plots.output_difference(asked.trace, asked.other, asked.kind, asked.view, asked.dark)
    return plots.output_triangle(asked.trace, asked.kind, asked.view, dark=asked.dark)


def _scores(asked: Asked) -> go.Figure:
    return plots.scores(asked.trace, asked.dark)


def _shares(asked: Asked) -> go.Figure:
    return plots.part_shares(asked.trace, asked.kind, asked.view, asked.dark)


FIGURES: Mapping[str, Callable[[Asked], go.Figure]] = {
    "image": _image,
    "layers": _layers,
    "distance": _distance,
    "outputs": _outputs,
    "scores": _scores,
    "shares": _shares,
}
