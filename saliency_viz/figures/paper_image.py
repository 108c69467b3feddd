"""Pictures for a paper: what a token attended to beside what mattered, on the image the model saw.

Ignores text maps and curves. The picture under the colours is grey and light, so that a colour is a number; pixels no
image token shows keep the picture.
"""

from __future__ import annotations

from math import ceil

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from PIL import Image

from ..errors import SettingError
from ..trace import Trace
from .labels import label
from .reading import KINDS, Kind, Steps, image_map, scales_of, steps_of
from .scales import Scale
from .style import LABEL, TITLE, Page, bar, heat, pair_scales, pair_unit, style
from .view import View
from .words import NAMES, judged_words, picture_words, run_words, view_words

PAIR = View(normalization="share", colors="magma")
PLAIN = View(colors="magma")
OPACITY = 0.62


def image_overlays(trace: Trace, step: Steps, view: View = PAIR) -> Figure:
    """The image | attention | saliency of one token, or of several as one (view.reduce), a line per picture and scale.

    One scale for all of it, unless raw saliency or ranges set by hand ask for two.
    """
    places = places_of(trace)
    with style():
        side, gap = 2.1, 0.12
        heights = [side * trace.pictures[p].size[1] / trace.pictures[p].size[0] for p, _ in places]
        scales = pair_scales(trace, view, "image", step)
        one = scales[0] is scales[1]
        apart = gap if one else 0.75
        page = Page(0.1 + 3 * side + gap + apart + 0.9, 0.42 + sum(heights) + (len(heights) - 1) * gap + 0.5)
        top, lefts = 0.42, (0.1, 0.1 + side + gap, 0.1 + 2 * side + gap + apart)
        for line, ((picture, scale), height) in enumerate(zip(places, heights, strict=True)):
            axes = page.axes(lefts[0], top, side, height)
            width, tall = trace.pictures[picture].size
            axes.imshow(np.asarray(trace.pictures[picture].seen), extent=(0, width, tall, 0), aspect="auto")
            _bare(axes, "what the model saw" if not line else "")
            if len(places) > 1:
                axes.set_ylabel(picture_words(trace, picture) + (", thumbnail" if scale else ""), fontsize=LABEL)
            for kind, left, values in zip(KINDS, lefts[1:], scales, strict=True):
                axes = page.axes(left, top, side, height)
                overlay(axes, trace, step, kind, view, values, picture, scale)
                _bare(axes, NAMES[kind] if not line else "")
                if not line and (kind == "saliency" or not one):
                    unit = pair_unit(view) if one else view.unit(kind)
                    bar(page, values, view.colors, unit, left + side + 0.08, top, min(height, 2.1))
            top += height + gap
        page.text(0.1, 0.02, _title(trace, step, view), TITLE)
        notes = (
            [f"Scale: {scales[0].note}"]
            if one
            else [f"{NAMES[k]}: {s.note}" for k, s in zip(KINDS, scales, strict=True)]
        )
        page.footer(0.1, top - gap + 0.08, [view_words(trace, view), *notes], trace.text, 3 * side + gap + apart)
        return page.figure


def image_layers(trace: Trace, step: Steps, kind: Kind = "saliency", view: View = PLAIN, picture: int = 0) -> Figure:
    """One token's map on one picture at every layer, all on one scale (tiles; the thumbnail where there are none)."""
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
        scale = view.over_layers().scale(trace, kind, keys="image")
        page = Page(0.1 + columns * (side + gap) + 0.9, 0.36 + lines * (height + gap + 0.14) + 0.5)
        for layer in range(trace.model.layers):
            down, across = divmod(layer, columns)
            axes = page.axes(0.1 + across * (side + gap), 0.36 + down * (height + gap + 0.14), side, height)
            overlay(axes, trace, step, kind, view.at(layers=layer), scale, *places[0])
            _bare(axes)
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
        )
        page.text(0.1, 0.02, f"{NAMES[kind]}, layer by layer: {_title(trace, step, view)}", TITLE)
        notes = [run_words(trace) + "; ● target layers", f"Scale: {scale.note}"]
        page.footer(0.1, 0.36 + lines * (height + gap + 0.14), notes, trace.text, across)
        return page.figure


def overlay(
    axes: Axes, trace: Trace, step: Steps, kind: Kind, view: View, scale: Scale, picture: int = 0, box_scale: int = 0
) -> AxesImage:
    """Draw one map over the greyed picture; returns the map, whose data is `ImageMap.grid`."""
    found = image_map(trace, step, kind, view.layers, view.normalization, picture, box_scale, view.reduce)
    extent = (0, found.size[0], found.size[1], 0)
    axes.imshow(greyed(trace.pictures[picture].seen), cmap="gray", vmin=0, vmax=255, extent=extent, aspect="auto")
    drawn = heat(axes, found.grid(), scale, view.colors, missing="none", extent=extent, alpha=OPACITY)
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


def _title(trace: Trace, step: Steps, view: View) -> str:
    steps = steps_of(step)
    if len(steps) > 1:
        text = label("".join(trace.steps[one].text for one in steps))
        return f"“{text}” ({view.reduce} of steps {', '.join(map(str, steps))})"
    one, step = trace.steps[steps[0]], steps[0]
    score = "no score (first output)" if one.score is None else f"score {one.score:.4f}"
    return f"“{label(one.text)}” (step {step}, p {one.probability:.2f}, {score}{judged_words(trace, step)})"


def _bare(axes: Axes, title: str = "") -> None:
    axes.set_xticks([])
    axes.set_yticks([])
    for side in axes.spines.values():
        side.set_visible(True)
    axes.set_title(title, loc="left", fontsize=TITLE)
