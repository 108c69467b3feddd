"""Plotly figures of a Trace, one function each: small enough to send and safe to draw.

Ignores numbers (metrics) and ranges (scales). Token texts are model output: plotly would read tags in them, so every
one goes through `plotly_label`. Axes are numbers with token labels as ticks, since plotly guesses types of categories.
No default template; margins, colour bars and ranges are stated, so that an update never moves or rescales a panel.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
import plotly.graph_objects as go

from ..errors import SettingError
from ..trace import Trace
from .caption_text import EXPECTED, NAMES, method_words
from .colors import DIVERGING, LINES, MISSING, OPACITY, PARTS, VERDICTS, plotly_scale
from .labels import plotly_label, plotly_text
from .rows.alignment import triangle_difference
from .rows.metrics import PARTS as PART_NAMES
from .rows.metrics import Kind, Steps, distance_curve, image_map, layer_rows, score_curve, shares_over_run, triangle
from .rows.scales import Keys, Scale, key_mask, scale_of
from .rows.view import View

PLAIN = View()
FONT = "system-ui, sans-serif"
PICTURE_SIDE = 768  # pixels; a larger picture is sent smaller, since it only lies under the colours


def image_overlay(
    trace: Trace,
    step: Steps,
    kind: Kind = "saliency",
    view: View = PLAIN,
    picture: int = 0,
    box_scale: int = 0,
    opacity: float = OPACITY,
    scale: Scale | None = None,
    dark: bool = False,
) -> go.Figure:
    """A step's map over the picture, in pixels at the size the model saw. scale: a locked one (None: view's)."""
    found = image_map(trace, step, kind, view.layers, view.normalization, picture, box_scale, view.reduce)
    x_edges, y_edges, cells = found.lattice()
    if not cells.size:
        raise SettingError(f"Picture {picture} has no image tokens at scale {box_scale}. Choose another of its scales.")
    scale = scale or view.scale(trace, kind, step, "image")
    width, height = found.size
    heat = _heat(cells, scale, view, view.unit(kind), x=x_edges, y=y_edges)
    heat.colorscale = plotly_scale(_map_name(scale, view), opacity=opacity)  # 0 leaves the picture as it is
    heat.hovertemplate = "x %{x:.0f}, y %{y:.0f} px: %{customdata:.4g}<extra></extra>"
    figure = go.Figure(heat, _layout(f"{NAMES[kind]} on the image", dark))
    figure.update_layout(margin={"l": 8, "b": 8})
    figure.update_xaxes(range=[0, width], visible=False, constrain="domain")
    figure.update_yaxes(range=[height, 0], visible=False, scaleanchor="x", constrain="domain")
    figure.add_layout_image(
        source=_data_uri(trace, picture), xref="x", yref="y", x=0, y=0, sizex=width, sizey=height, sizing="stretch",
        layer="below",
    )  # fmt: skip
    return figure


def layers_by_keys(
    trace: Trace,
    step: int,
    kind: Kind = "saliency",
    view: View = PLAIN,
    keys: Keys = "text",
    scale: Scale | None = None,
    dark: bool = False,
) -> go.Figure:
    """Every layer (line, the first at the bottom) against the keys the step could see (column)."""
    shown = np.flatnonzero(key_mask(trace, keys)[: trace.steps[step].position])
    values = layer_rows(trace, step, kind, "all", view.normalization)[:, shown]
    scale = scale or (view if view.lock == "token" else view.over_layers()).scale(trace, kind, step, keys)
    figure = go.Figure(_heat(values, scale, view, view.unit(kind)), _layout(f"{NAMES[kind]} by layer", dark))
    figure.data[0].hovertemplate = "layer %{y}, “%{x}”: %{customdata:.4g}<extra></extra>"
    _token_axis(figure.layout.xaxis, [trace.token_texts[key] for key in shown])
    figure.update_yaxes(title="layer", dtick=max(1, trace.model.layers // 8), range=[-0.5, trace.model.layers - 0.5])
    return figure


def output_triangle(
    trace: Trace,
    kind: Kind = "saliency",
    view: View = PLAIN,
    scale: Scale | None = None,
    dark: bool = False,
) -> go.Figure:
    """Line: predicted output, column: earlier output (Fig. 1)."""
    view = view.at(lock="layer") if view.lock == "token" else view
    values = triangle(trace, view.layers, kind, view.normalization)
    scale = scale or view.scale(trace, kind, keys="outputs")
    return _square(trace, values, scale, view, view.unit(kind), f"{NAMES[kind]} to earlier outputs", dark)


def output_difference(
    first: Trace, second: Trace, kind: Kind = "saliency", view: View = PLAIN, dark: bool = False
) -> go.Figure:
    """second - first at the same places of the two captions, on the second's axes; centred at 0 (Fig. 3)."""
    maps = [triangle(trace, view.layers, kind, view.normalization) for trace in (first, second)]
    values = triangle_difference(first, second, *maps)
    scale = scale_of(values, "percentile" if view.transform == "percentile" else "linear", view.percentile, True)
    unit = "difference of " + view.unit(kind)
    return _square(second, values, scale, view, unit, f"{method_words(second)} − {method_words(first)}", dark)


def scores(trace: Trace, dark: bool = False) -> go.Figure:
    """Score S, what its position alone would make of it, threshold tau (Eq. 7) and rejected candidates."""
    curve = score_curve(trace)
    at = np.arange(len(trace.steps))
    figure = go.Figure(layout=_layout("Score over the caption", dark))
    figure.add_scatter(
        x=at, y=curve.expected, mode="lines", opacity=0.35, name=EXPECTED,
        line={"color": VERDICTS["untried"], "width": 5},
        hovertemplate="“%{x}”: from its position %{y:.4g}<extra></extra>",
    )  # fmt: skip
    score_line = {"x": at, "y": curve.scores, "mode": "lines+markers", "line": {"color": LINES[0], "width": 2}}
    figure.add_scatter(**score_line, name="score S", hovertemplate="“%{x}”: S %{y:.4g}<extra></extra>")
    if np.isfinite(curve.thresholds).any():
        dashed = {"color": LINES[4], "width": 2, "dash": "dash", "shape": "hvh"}
        figure.add_scatter(
            x=at, y=curve.thresholds, mode="lines", line=dashed, name="threshold τ",
            hovertemplate="“%{x}”: τ %{y:.4g}<extra></extra>",
        )  # fmt: skip
    refused = [
        (step.index, candidate.saliency, plotly_label(candidate.text))
        for step in trace.steps
        for candidate in step.candidates
        if candidate.verdict == "rejected" and candidate.saliency is not None
    ]
    if refused:
        x, y, names = zip(*refused, strict=True)
        figure.add_scatter(
            x=x, y=y, customdata=names, mode="markers", name="rejected",
            marker={"symbol": "x", "size": 8, "color": VERDICTS["rejected"]},
            hovertemplate="rejected “%{customdata}”: S %{y:.4g}<extra></extra>",
        )  # fmt: skip
    if curve.fallback.any():
        figure.add_scatter(
            x=at[curve.fallback], y=curve.scores[curve.fallback], mode="markers", name="fallback", hoverinfo="skip",
            marker={"symbol": "diamond-open", "size": 12, "color": VERDICTS["fallback"]},
        )  # fmt: skip
    _token_axis(figure.layout.xaxis, [step.text for step in trace.steps])
    figure.update_yaxes(title="score S, unit l2 norm per row", range=[0, 1.06 * curve.top or 1])
    return figure


def distance(
    trace: Trace, steps: Sequence[int], kind: Kind = "saliency", view: View = PLAIN, dark: bool = False
) -> go.Figure:
    """What the chosen steps took from earlier outputs, over the distance back (Fig. 2); 1 is the token just before."""
    figure = go.Figure(layout=_layout(f"{NAMES[kind]} over distance", dark))
    for index, step in enumerate(steps):
        far, values = distance_curve(trace, step, kind, view.layers, view.normalization)
        earlier = [plotly_label(trace.steps[step - back].text) for back in far]
        figure.add_scatter(
            x=far, y=values, customdata=earlier, mode="lines+markers", name=plotly_label(trace.steps[step].text),
            line={"color": LINES[index % len(LINES)], "width": 2},
            hovertemplate="%{x} back, “%{customdata}”: %{y:.4g}<extra></extra>",
        )  # fmt: skip
    figure.update_xaxes(title="distance back from the predicted token", rangemode="tozero")
    figure.update_yaxes({"type": "log"} if view.transform == "log" else {"rangemode": "tozero"}, title=view.unit(kind))
    return figure


def part_shares(trace: Trace, kind: Kind = "saliency", view: View = PLAIN, dark: bool = False) -> go.Figure:
    """Per output: the shares of template, image, prompt and earlier outputs; each column adds to 1."""
    found = shares_over_run(trace, kind, view.layers, view.normalization)
    figure = go.Figure(layout=_layout(f"Where {kind} went", dark))
    for index, name in enumerate(PART_NAMES):
        figure.add_bar(
            x=np.arange(len(trace.steps)), y=found[:, index], name=name, marker={"color": PARTS[name]},
            hovertemplate=f"“%{{x}}”: {name} %{{y:.1%}}<extra></extra>",
        )  # fmt: skip
    figure.update_layout(barmode="stack", bargap=0.1)
    _token_axis(figure.layout.xaxis, [step.text for step in trace.steps])
    figure.update_yaxes(title=f"share of {kind}", range=[0, 1], tickformat=".0%")
    return figure


def _square(trace: Trace, values: np.ndarray, scale: Scale, view: View, unit: str, title: str, dark: bool) -> go.Figure:
    figure = go.Figure(_heat(values, scale, view, unit), _layout(title, dark))
    figure.data[0].hovertemplate = "“%{y}” from “%{x}”: %{customdata:.4g}<extra></extra>"
    texts = [step.text for step in trace.steps]
    _token_axis(figure.layout.xaxis, texts)
    _token_axis(figure.layout.yaxis, texts, downwards=True)
    figure.update_yaxes(scaleanchor="x", constrain="domain")
    return figure


def _heat(values: np.ndarray, scale: Scale, view: View, unit: str, **places: Any) -> go.Heatmap:
    """z is what the colour map runs over (log10 on a log scale); customdata is the number itself, for hover."""
    values = np.asarray(values, np.float32)
    bar: dict[str, Any] = {"title": {"text": plotly_text(unit), "side": "right"}, "thickness": 12, "outlinewidth": 0}
    z, low, high = values, scale.low, scale.high
    if scale.transform == "log":
        z = np.log10(np.maximum(values, np.float32(scale.low)))
        low, high = np.log10(scale.low), np.log10(scale.high)
        ends = [low, *range(int(np.ceil(low + 1e-9)), int(np.ceil(high - 1e-9))), high]
        bar |= {"tickvals": ends, "ticktext": [f"{10.0**end:.2g}" for end in ends]}
    return go.Heatmap(
        z=z, zmin=low, zmax=high, zauto=False, customdata=values, colorscale=plotly_scale(_map_name(scale, view)),
        colorbar=bar, hoverongaps=False, zsmooth=False, **places,
    )  # fmt: skip


def _map_name(scale: Scale, view: View) -> str:
    return DIVERGING if scale.signed else view.colors


def _layout(title: str, dark: bool) -> go.Layout:
    ink, line = ("#e8e8e8", "#4a4a4a") if dark else ("#1a1a1a", MISSING)
    axis = {"gridcolor": line, "zeroline": False, "linecolor": line, "fixedrange": False}
    return go.Layout(
        template="none",
        title={"text": plotly_text(title), "x": 0, "xanchor": "left", "font": {"size": 14}},
        font={"family": FONT, "size": 12, "color": ink},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        margin={"l": 104, "r": 12, "t": 34, "b": 108},
        xaxis=axis,
        yaxis=axis,
        legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 1, "yanchor": "bottom"},
        uirevision="kept",
    )


def _token_axis(axis: go.layout.XAxis | go.layout.YAxis, texts: Sequence[str], downwards: bool = False) -> None:
    """Tokens as tick labels at 0, 1, 2 ...; hover shows the same labels."""
    ends = [-0.5, len(texts) - 0.5]
    names = [plotly_label(text, 14) for text in texts]
    axis.update(tickmode="array", tickvals=list(range(len(texts))), ticktext=names, showgrid=False)
    axis.update(range=ends[::-1] if downwards else ends, tickfont={"size": 10 if len(texts) > 24 else 12})
    axis.update(automargin=False)
    if not downwards:
        axis.update(tickangle=-90 if len(texts) > 12 else -40)


def _data_uri(trace: Trace, picture: int) -> str:
    """The picture in grey, so that every colour over it is a number."""
    seen = trace.pictures[picture].seen.convert("L")
    seen.thumbnail((PICTURE_SIDE, PICTURE_SIDE))
    buffer = BytesIO()
    seen.save(buffer, "JPEG", quality=88)
    return "data:image/jpeg;base64," + b64encode(buffer.getvalue()).decode("ascii")
