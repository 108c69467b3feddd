"""Token by token maps for a paper: outputs (Fig. 1), two runs (Fig. 3), all text (Fig. 6), all layers (Fig. 13, 14).

Ignores curves and pictures (paper_curves, paper_image). What is compared shares one scale, every colour bar has a
unit, and the footer states run, layers and scale. Layers and steps count from 0.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from math import ceil

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ...trace import Trace
from ..caption_text import NAMES, hidden_words, judged_words, mark_words, method_words, run_words, view_words
from ..colors import JUDGEMENTS, MISSING
from ..labels import label, labels
from ..rows.alignment import triangle_difference
from ..rows.metrics import KINDS, Kind, rows, triangle
from ..rows.scales import Keys, Scale, scale_of
from ..rows.view import View
from .style import (
    INK,
    LABEL,
    TITLE,
    Page,
    bar,
    heat,
    label_room,
    over_run,
    pair_notes,
    pair_scales,
    pair_unit,
    shared,
    style,
    token_ticks,
)

PAIR = View(normalization="share")  # attention and saliency in one unit, so that one colour scale is honest
MAP = View(normalization="share", transform="log")
PLAIN = View()


def output_maps(
    trace: Trace,
    steps: Sequence[int] = (),
    view: View = PAIR,
    hidden: Collection[int] = (),
    together: bool = True,
    keys: Keys = "outputs",
    others: Sequence[Trace] = (),
) -> Figure:
    """Fig. 1: attention | saliency among output tokens; line: predicted token, column: earlier output.

    steps are framed. One scale for both maps if together and they have one unit (shares), else one each, over keys
    and over other runs that stand beside. hidden: positions whose columns are grey, which the footer says.
    """
    view = over_run(view)
    with style():
        names = labels([step.text for step in trace.steps])
        cell, room = 0.105, label_room(names)
        side = max(cell * len(names), 1.2)
        panels = [triangle(trace, view.layers, kind, view.normalization) for kind in KINDS]
        scales = pair_scales([trace, *others], view, keys, together=together)
        one = scales[0] is scales[1]
        gap = room + (0.15 if one else 0.85)
        page = Page(room + 2 * side + gap + 0.8, 0.3 + side + room + 0.6)
        for index, (kind, values, scale) in enumerate(zip(KINDS, panels, scales, strict=True)):
            left = room + index * (side + gap)
            axes = page.axes(left, 0.3, side, side)
            heat(axes, values, scale, view.colors, missing="white")
            _hide(axes, trace, hidden)
            _triangle_axes(axes, names, trace, steps, f"{NAMES[kind]} to earlier outputs")
            if index or not one:
                unit = pair_unit(view) if one else view.unit(kind)
                bar(page, scale, view.colors, unit, left + side + 0.1, 0.3, min(side, 2.4))
        notes = [*pair_notes(scales), *_hidden_outputs(trace, hidden), *mark_words(trace)]
        page.footer(
            room,
            0.3 + side + room + 0.12,
            [view_words(trace, view), *notes],
            trace.text,
            2 * side + gap,
        )
        return page.figure


def compare(
    first: Trace,
    second: Trace,
    steps: Sequence[int] = (),
    view: View = PLAIN,
    kind: Kind = "saliency",
    hidden: tuple[Collection[int], Collection[int]] = ((), ()),
) -> Figure:
    """Fig. 3: two runs' output maps on one scale, and second - first at the same places of the caption.

    steps count in the second run. Grey cells of the difference: the first run has no such place. hidden: positions of
    each run whose columns are grey.
    """
    view = over_run(view)
    with style():
        names = [labels([step.text for step in trace.steps]) for trace in (first, second)]
        maps = [triangle(trace, view.layers, kind, view.normalization) for trace in (first, second)]
        change = triangle_difference(first, second, *maps)
        both = view.scale((first, second), kind, keys="outputs")
        signed = scale_of(change, "percentile" if view.transform == "percentile" else "linear", view.percentile, True)
        cell, room = 0.095, max(label_room(part) for part in names)
        sides = [max(cell * len(part), 1.2) for part in (*names, names[1])]
        side = max(sides)
        lefts = [room, 2 * room + sides[0] + 0.15, 3 * room + sides[0] + sides[1] + 0.95]
        page = Page(lefts[2] + sides[2] + 0.8, 0.3 + side + room + 0.7)
        titles = (method_words(first), method_words(second), "difference (second − first)")
        drawn = (
            (maps[0], both, first, names[0], hidden[0]),
            (maps[1], both, second, names[1], hidden[1]),
            (change, signed, second, names[1], hidden[1]),
        )
        for left, width, title, (values, scale, trace, own, out) in zip(lefts, sides, titles, drawn, strict=True):
            axes = page.axes(left, 0.3, width, width)
            heat(axes, values, scale, view.colors, missing="white")
            if scale is signed:
                unmatched = np.isnan(change) & np.tri(len(own), k=-1, dtype=bool)
                _shade(axes, unmatched)
            _hide(axes, trace, out)
            _triangle_axes(axes, own, trace, steps if trace is second else (), title)
        bar(page, both, view.colors, view.unit(kind), lefts[1] + sides[1] + 0.1, 0.3, min(sides[1], 2.4))
        unit = "difference of " + view.unit(kind)
        bar(page, signed, view.colors, unit, lefts[2] + sides[2] + 0.1, 0.3, min(sides[2], 2.4))
        lines = [
            f"First: {view_words(first, view)}",
            f"Second: {view_words(second, view)}",
            f"Both maps: {both.note}. Difference: {signed.note}; grey: no such place in the first run.",
        ]
        for name, trace, out in zip(("first", "second"), (first, second), hidden, strict=True):
            lines += [f"{line} (in the {name})" for line in _hidden_outputs(trace, out)]
        page.footer(room, 0.3 + side + room + 0.12, lines, width=lefts[2] + sides[2] - room)
        return page.figure


def text_map(trace: Trace, view: View = MAP, hidden: Collection[int] = (), together: bool = True) -> Figure:
    """Fig. 6: all text before each output. attention over saliency; line: predicted token, column: text token.

    A picture's tokens are one column, their mean, so that a column is always one token's worth. hidden positions (an
    attention sink, say) are left out and named in the footer. One scale for both if together and in one unit (shares).
    """
    view = over_run(view)
    with style():
        keys, names = _text_columns(trace, hidden)
        lines = labels([step.text for step in trace.steps])
        cell, left, under = 0.1, label_room(lines), label_room(names)
        width, height = cell * len(names), max(cell * len(lines), 0.6)
        page = Page(left + width + 0.8, 0.3 + 2 * (height + 0.3) + under + 0.5)
        found = [_collapsed(rows(trace, kind, view.layers, view.normalization), keys) for kind in KINDS]
        reach = np.array([[min(key) < step.position for key in keys] for step in trace.steps])
        found = [np.where(reach, values, np.float32(np.nan)) for values in found]
        scales = _scales_of_figure(trace, view, found, together)
        top = 0.3
        for kind, values, scale in zip(KINDS, found, scales, strict=True):
            axes = page.axes(left, top, width, height)
            heat(axes, values, scale, view.colors, missing="white")
            token_ticks(axes, lines, "y")
            token_ticks(axes, names if kind == "saliency" else [], "x")
            axes.set_title(f"{NAMES[kind]}: every output (line) to the text before it (column)", loc="left")
            axes.axvline(sum(min(key) < trace.first_output for key in keys) - 0.5, color="white", linewidth=0.6)
            bar(page, scale, view.colors, view.unit(kind), left + width + 0.1, top, min(height, 2.0))
            top += height + 0.3
        notes = [*pair_notes(scales), *hidden_words(trace, hidden, range(len(trace.token_texts)))]
        page.footer(left, top - 0.3 + under + 0.1, [view_words(trace, view), *notes], trace.text, width)
        return page.figure


def layer_grid(
    trace: Trace,
    kind: Kind = "saliency",
    view: View = PLAIN,
    steps: Sequence[int] = (),
    hidden: Collection[int] = (),
) -> Figure:
    """Fig. 13, 14: the output map of every layer, all on one scale; steps are marked at the left edge.

    hidden: positions whose columns are grey, which the footer says.
    """
    with style():
        count = trace.model.layers
        columns = min(8, count)
        lines, side, gap = ceil(count / columns), 0.92, 0.1
        page = Page(columns * (side + gap) + 1.2, lines * (side + gap + 0.14) + 0.75)
        scale = view.over_layers().scale(trace, kind, keys="outputs")
        for layer in range(count):
            down, across = divmod(layer, columns)
            axes = page.axes(0.25 + across * (side + gap), 0.3 + down * (side + gap + 0.14), side, side)
            heat(axes, triangle(trace, layer, kind, view.normalization), scale, view.colors, missing="white")
            _hide(axes, trace, hidden)
            chosen = "●" if layer in trace.target_layers else ""
            axes.set_title(f"layer {layer} {chosen}", fontsize=LABEL, pad=2)
            axes.set_xticks([])
            axes.set_yticks(list(steps), ["▸"] * len(steps), fontsize=LABEL)
            axes.tick_params("y", length=0, pad=0)
        width = columns * (side + gap) - gap
        bar(
            page,
            scale,
            view.colors,
            view.unit(kind),
            0.25 + width + 0.1,
            0.3,
            min(1.7, lines * (side + gap + 0.14) - gap - 0.14),
        )
        page.text(0.25, 0.02, f"{NAMES[kind]} of each output (line) to earlier outputs (column), layer by layer", TITLE)
        lines_of_text = [run_words(trace) + "; ● target layers", f"Scale: {scale.note}"]
        lines_of_text += _hidden_outputs(trace, hidden)
        marked = ", ".join(
            f"{label(trace.steps[step].text)} (line {step}){judged_words(trace, step)}" for step in steps
        )
        page.footer(
            0.25,
            0.3 + lines * (side + gap + 0.14) + 0.02,
            [*([f"▸ {marked}"] if steps else []), *lines_of_text],
            trace.text,
            width,
        )
        return page.figure


def _triangle_axes(axes: Axes, names: Sequence[str], trace: Trace, steps: Sequence[int], title: str) -> None:
    """Token labels on both axes; chosen steps framed, marked tokens in their judgement's colour."""
    token_ticks(axes, names, "x")
    token_ticks(axes, names, "y")
    axes.set_title(title, loc="left", parse_math=False)
    for step, text in enumerate(axes.get_yticklabels()):
        if step in trace.marks:
            text.set_color(JUDGEMENTS[trace.marks[step].judgement])
        if step in steps:
            text.set_fontweight("bold")
            axes.add_patch(Rectangle((-0.5, step - 0.5), max(step, 1), 1, fill=False, edgecolor=INK, linewidth=0.7))


def _shade(axes: Axes, cells: np.ndarray) -> None:
    """Paint cells grey: there is no number here."""
    layer = np.zeros((*cells.shape, 4))
    layer[..., :3] = [int(MISSING[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    layer[..., 3] = cells
    axes.imshow(layer, interpolation="nearest", aspect="auto")


def _hide(axes: Axes, trace: Trace, hidden: Collection[int]) -> None:
    """Grey columns of outputs that are hidden on request."""
    columns = [key in set(hidden) for key in _outputs(trace)]
    if any(columns):
        _shade(axes, np.tri(len(columns), k=-1, dtype=bool) & np.array(columns))


def _outputs(trace: Trace) -> range:
    return range(trace.first_output, trace.first_output + len(trace.steps))


def _hidden_outputs(trace: Trace, hidden: Collection[int]) -> list[str]:
    lines, grey = hidden_words(trace, hidden, _outputs(trace)), {*hidden} & {*_outputs(trace)}
    return [f"{line}: grey" if grey else line for line in lines]


def _scales_of_figure(trace: Trace, view: View, found: Sequence[np.ndarray], together: bool) -> tuple[Scale, Scale]:
    """`pair_scales` over the columns of this figure, in which a picture's tokens are one."""
    if view.lock == "manual":
        return pair_scales(trace, view, "all")
    made = partial(scale_of, transform=view.transform, percentile=view.percentile, scope="locked over this figure")
    if shared(view, together):
        one = made(found)
        return one, one
    attention, saliency = map(made, found)
    return attention, saliency


def _text_columns(trace: Trace, hidden: Collection[int]) -> tuple[list[list[int]], list[str]]:
    """(positions per column, labels): every text token by itself, every run of image tokens as one."""
    image = set(trace.positions("image").tolist())
    spans = [list(range(span.start, span.stop)) for span in trace.spans]
    columns = [span for span in spans if image & set(span)]
    columns += [[position] for span in spans if not image & set(span) for position in span]
    columns = sorted(kept for kept in ([p for p in column if p not in set(hidden)] for column in columns) if kept)
    names = [
        f"[image, mean of {len(column)}]" if column[0] in image else label(trace.token_texts[column[0]])
        for column in columns
    ]
    return columns, names


def _collapsed(values: np.ndarray, columns: Sequence[Sequence[int]]) -> np.ndarray:
    """float32 [steps, columns]: mean over the positions of each column."""
    return np.stack([values[:, list(column)].mean(axis=1) for column in columns], axis=1)
