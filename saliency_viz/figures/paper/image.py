"""Pictures for a paper: what a token attended to beside what mattered, on the image the model saw.

Ignores text maps and curves. The picture under the colours is grey and light, so that a colour is a number; pixels no
image token shows keep the picture.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import ceil

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from PIL import Image

from ...errors import SettingError
from ...trace import Trace
from ..caption_text import NAMES, hidden_words, judged_words, picture_words, run_words, view_words
from ..colors import opacity_at
from ..labels import label
from ..rows.metrics import KINDS, Kind, Steps, image_map, row, scales_of, steps_of
from ..rows.patches import ImageMap
from ..rows.scales import Scale, scale_of
from ..rows.view import View
from .style import LABEL, TITLE, Page, bar, heat, pair_notes, pair_scales, pair_unit, style

PAIR = View(normalization="share", colors="magma")
PLAIN = View(colors="magma")
Beside = tuple[Trace, Steps]  # a run, and its token (or several) that stand beside
SIDE, GAP, TOP = 2.1, 0.12, 0.42  # inches: a picture's width, between two, above the first
BAR = 0.85  # inches: a colour bar with its numbers and unit


def image_overlays(
    trace: Trace,
    step: Steps,
    view: View = PAIR,
    beside: Beside | None = None,
    hidden: Collection[int] = (),
    together: bool = True,
) -> Figure:
    """The image | attention | saliency of one token, or of several as one (view.reduce), a line per picture and scale.

    One scale for both maps if together and they have one unit (shares), else one each. beside: a run and its token
    that the scales must hold for too. hidden: positions left uncoloured, which the footer says.
    """
    places = places_of(trace)
    with style():
        traces, each = _compared(trace, step, beside)
        scales = pair_scales(traces, view, "image", each, together)
        one = scales[0] is scales[1]
        apart = GAP if one else BAR
        heights = [SIDE * trace.pictures[p].size[1] / trace.pictures[p].size[0] for p, _ in places]
        lefts = (0.1, 0.1 + SIDE + GAP, 0.1 + 2 * SIDE + GAP + apart)
        page = Page(lefts[2] + SIDE + 0.9, TOP + sum(heights) + (len(heights) - 1) * GAP + 0.5)
        top = TOP
        for line, (place, height) in enumerate(zip(places, heights, strict=True)):
            _seen(page.axes(lefts[0], top, SIDE, height), trace, place, not line, len(places) > 1)
            for kind, left, scale in zip(KINDS, lefts[1:], scales, strict=True):
                axes = page.axes(left, top, SIDE, height)
                overlay(axes, trace, step, kind, view, scale, *place, hidden)
                bare(axes, NAMES[kind] if not line else "")
                if not line and (kind == "saliency" or not one):
                    unit = pair_unit(view) if one else view.unit(kind)
                    bar(page, scale, view.colors, unit, left + SIDE + 0.08, top, min(height, 2.1), True)
            top += height + GAP
        page.text(0.1, 0.02, token_title(trace, step, view), TITLE)
        notes = [*pair_notes(scales), *hidden_words(trace, hidden, trace.positions("image").tolist())]
        page.footer(0.1, top - GAP + 0.08, [view_words(trace, view), *notes], trace.text, lefts[2] + SIDE - 0.1)
        return page.figure


def image_layers(
    trace: Trace,
    step: Steps,
    kind: Kind = "saliency",
    view: View = PLAIN,
    picture: int = 0,
    others: Sequence[Trace] = (),
    hidden: Collection[int] = (),
) -> Figure:
    """One token's map on one picture at every layer, all on one scale (tiles; the thumbnail where there are none).

    others: runs that the scale must hold for too. hidden: positions left uncoloured, which the footer says.
    """
    places = [place for place in places_of(trace) if place[0] == picture]
    if not places:
        raise SettingError(
            f"The trace shows pictures {sorted({p for p, _ in places_of(trace)})}. Got picture {picture}."
        )
    with style():
        width, tall = trace.pictures[picture].size
        columns = min(8, trace.model.layers)
        lines, side, gap = ceil(trace.model.layers / columns), 0.92, 0.08
        height = side * tall / width
        scale = _layers_scale(trace, step, kind, view, others)
        page = Page(0.1 + columns * (side + gap) + 0.9, 0.36 + lines * (height + gap + 0.14) + 0.5)
        for layer in range(trace.model.layers):
            down, across = divmod(layer, columns)
            axes = page.axes(0.1 + across * (side + gap), 0.36 + down * (height + gap + 0.14), side, height)
            overlay(axes, trace, step, kind, view.at(layers=layer), scale, *places[0], hidden)
            bare(axes)
            axes.set_title(f"layer {layer}" + (" ●" if layer in trace.target_layers else ""), fontsize=LABEL, pad=2)
        across = columns * (side + gap)
        bar(
            page,
            scale,
            view.colors,
            view.unit(kind),
            0.1 + across,
            0.36,
            min(1.7, lines * (height + gap + 0.14) - gap - 0.14),
            True,
        )
        page.text(0.1, 0.02, f"{NAMES[kind]}, layer by layer: {token_title(trace, step, view)}", TITLE)
        notes = [run_words(trace) + "; ● target layers", f"Scale: {scale.note}"]
        notes += hidden_words(trace, hidden, trace.positions("image").tolist())
        page.footer(0.1, 0.36 + lines * (height + gap + 0.14), notes, trace.text, across)
        return page.figure


def overlay(
    axes: Axes,
    trace: Trace,
    step: Steps,
    kind: Kind,
    view: View,
    scale: Scale,
    picture: int = 0,
    box_scale: int = 0,
    hidden: Collection[int] = (),
) -> AxesImage:
    """Draw one map over the greyed picture; returns the map, whose data is `ImageMap.grid`."""
    found = image_map(trace, step, kind, view.layers, view.normalization, picture, box_scale, view.reduce)
    return lay(axes, trace, found.without(hidden), scale, view.colors)


def lay(axes: Axes, trace: Trace, found: ImageMap, scale: Scale, colors: str) -> AxesImage:
    """Any map over its greyed picture, in the pixels the model saw."""
    picture = found.picture
    extent = (0, found.size[0], found.size[1], 0)
    axes.imshow(greyed(trace.pictures[picture].seen), cmap="gray", vmin=0, vmax=255, extent=extent, aspect="auto")
    cells = found.grid()
    alpha = opacity_at(np.nan_to_num(scale.normalized(cells)), signed=scale.signed)
    drawn = heat(axes, cells, scale, colors, missing="none", extent=extent, alpha=alpha)
    axes.set_xlim(0, found.size[0])
    axes.set_ylim(found.size[1], 0)
    return drawn


def greyed(image: Image.Image) -> np.ndarray:
    """float32 [height, width] in 0..255: a picture, grey and light, to lie under colours."""
    return 255 - (255 - np.asarray(image.convert("L"), np.float32)) * 0.65


def places_of(trace: Trace) -> list[tuple[int, int]]:
    """(picture, scale) of every map there is. Raises SettingError for a run without an image."""
    places = [(picture, scale) for picture in range(len(trace.pictures)) for scale in scales_of(trace, picture)]
    if not places:
        raise SettingError("This trace has no image tokens, so nothing can be drawn on an image. Choose a text figure.")
    return places


def token_title(trace: Trace, step: Steps, view: View) -> str:
    """A token with its step, probability and score, or several with how they are made one."""
    steps = steps_of(step)
    if len(steps) > 1:
        text = label("".join(trace.steps[one].text for one in steps))
        return f"“{text}” ({view.reduce} of steps {', '.join(map(str, steps))})"
    only = next(iter(steps))
    one = trace.steps[only]
    score = "no score (first output)" if one.score is None else f"score {one.score:.3g}"
    return f"“{label(one.text)}” (step {only}, p {one.probability:.2f}, {score}{judged_words(trace, only)})"


def _compared(trace: Trace, step: Steps, beside: Beside | None) -> tuple[list[Trace], list[Steps]]:
    runs = [(trace, step), *([beside] if beside else [])]
    return [run for run, _ in runs], [one for _, one in runs]


def _layers_scale(trace: Trace, step: Steps, kind: Kind, view: View, others: Sequence[Trace]) -> Scale:
    """Over every layer by itself: of all steps, or of this token alone where the view is locked to it."""
    if view.lock != "token":
        return view.over_layers().scale([trace, *others], kind, keys="image")
    image = trace.positions("image")
    layers = range(trace.model.layers)
    each = [row(trace, step, kind, layer, view.normalization, view.reduce)[image] for layer in layers]
    return scale_of(each, view.transform, view.percentile, scope="this token, every layer: does not compare")


def _seen(axes: Axes, trace: Trace, place: tuple[int, int], first: bool, several: bool) -> None:
    """The picture as the model saw it, named where there are several."""
    picture, scale = place
    width, tall = trace.pictures[picture].size
    axes.imshow(np.asarray(trace.pictures[picture].seen), extent=(0, width, tall, 0), aspect="auto")
    bare(axes, "what the model saw" if first else "")
    if several:
        axes.set_ylabel(picture_words(trace, picture) + (", thumbnail" if scale else ""), fontsize=LABEL)


def bare(axes: Axes, title: str = "") -> None:
    axes.set_xticks([])
    axes.set_yticks([])
    for side in axes.spines.values():
        side.set_visible(True)
    axes.set_title(title, loc="left", fontsize=TITLE)
