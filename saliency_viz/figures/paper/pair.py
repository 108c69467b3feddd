"""Two tokens of one run beside each other: on the picture and on the words before them, with their difference.

Ignores two runs (paper_maps.compare). Both tokens share one scale for the picture and one for the words, as the page.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from ...trace import Trace
from ..caption_text import hidden_words, view_words
from ..colors import MISSING
from ..labels import labels
from ..rows.metrics import Kind, Steps, place_on_image, row, steps_of
from ..rows.scales import Keys, Scale, key_mask, scale_of
from ..rows.view import View
from .image import BAR, GAP, SIDE, bare, lay, places_of, token_title
from .style import TEXT, TITLE, Page, bar, heat, label_room, style, token_ticks

PLAIN = View()
NAMED = ("selected", "held", "held − selected")
TOP, LINE, CELL = 0.66, 0.26, 0.1  # inches: above the pictures, a line of words, a column of them


@dataclass(frozen=True, eq=False)
class Pair:
    """values: the row [keys] of the selected token, of the held one, and held - selected; NaN where a token cannot see.
    image, words: (scale of the first two, scale of the difference) on the picture and on the words."""

    values: tuple[np.ndarray, np.ndarray, np.ndarray]
    image: tuple[Scale, Scale]
    words: tuple[Scale, Scale]


def pair_of(trace: Trace, selected: Steps, held: Steps, kind: Kind, view: View) -> Pair:
    """The numbers and scales of the figure. The words' scale leaves out what the page draws grey (`dimmed`)."""
    rows = []
    for step in (steps_of(selected), steps_of(held)):
        rows.append(row(trace, step, kind, view.layers, view.normalization, view.reduce))
        rows[-1][trace.steps[step[-1]].position :] = np.nan
    change = rows[1] - rows[0]

    def scales(keys: Keys) -> tuple[Scale, Scale]:
        both = view.scale([trace, trace], kind, keys=keys, each=[selected, held])
        return both, scale_of(change[key_mask(trace, keys)], signed=True, scope="these two tokens")

    return Pair((rows[0], rows[1], change), scales("image"), scales("words"))


def token_pair(
    trace: Trace,
    selected: Steps,
    held: Steps,
    kind: Kind = "saliency",
    view: View = PLAIN,
    hidden: Collection[int] = (),
) -> Figure:
    """The selected token | the held one | held - selected: on every picture, and below on the words before them.

    hidden: positions left uncoloured or out, which the footer says. Raises SettingError for a run without an image.
    """
    places, pair = places_of(trace), pair_of(trace, selected, held, kind, view)
    reach = max(trace.steps[steps_of(step)[-1]].position for step in (selected, held))
    image = set(trace.positions("image").tolist())
    words = [key for key in range(reach) if key not in image and key not in hidden]
    with style():
        names = labels([trace.token_texts[key] for key in words])
        heights = [SIDE * trace.pictures[p].size[1] / trace.pictures[p].size[0] for p, _ in places]
        left = label_room(NAMED)
        width = max(0.1 + 3 * SIDE + GAP + 2 * BAR + 0.2, left + CELL * len(words) + 0.9)
        below = TOP + sum(heights) + GAP * len(heights) + 0.2
        foot = below + 3 * LINE + 0.15 + max(label_room(names), 0.4) + 0.1
        page = Page(width, foot + 0.7)
        for name, step, top in (("Selected", selected, 0.02), ("Held", held, 0.2)):
            page.text(0.1, top, f"{name}: {token_title(trace, step, view)}", TITLE)
        _pictures(page, trace, pair, kind, view, heights, hidden)
        _words(page, trace, pair, view, words, names, (left, below))
        page.footer(0.1, foot, _notes(trace, pair, view, hidden), trace.text, width - 0.3)
        return page.figure


def _pictures(
    page: Page, trace: Trace, pair: Pair, kind: Kind, view: View, heights: Sequence[float], hidden: Collection[int]
) -> None:
    """Three maps a line, each on the greyed picture; a bar after the two tokens and one after the difference."""
    top, lefts = TOP, (0.1, 0.1 + SIDE + GAP, 0.1 + 2 * SIDE + GAP + BAR)
    units = {1: view.unit(kind), 2: "difference of " + view.unit(kind)}
    for line, ((picture, tiles), height) in enumerate(zip(places_of(trace), heights, strict=True)):
        for index, (values, left) in enumerate(zip(pair.values, lefts, strict=True)):
            scale, axes = pair.image[index == 2], page.axes(left, top, SIDE, height)
            lay(axes, trace, place_on_image(trace, values, picture, tiles).without(hidden), scale, view.colors)
            bare(axes, NAMED[index] if not line else "")
            if index in units and not line:
                bar(page, scale, view.colors, units[index], left + SIDE + 0.08, top, min(height, 2.1), True)
        top += height + GAP


def _words(
    page: Page,
    trace: Trace,
    pair: Pair,
    view: View,
    words: Sequence[int],
    names: Sequence[str],
    corner: tuple[float, float],
) -> None:
    """The two tokens' lines over the line of their difference, a column for each word; a bar for each of both."""
    left, top = corner
    width = CELL * len(words)
    for lines, scale in (((0, 1), pair.words[0]), ((2,), pair.words[1])):
        axes = page.axes(left, top, width, LINE * len(lines))
        values = np.stack([pair.values[line][list(words)] for line in lines])
        heat(axes, values, scale, view.colors, missing="white" if 0 in lines else MISSING)
        token_ticks(axes, [NAMED[line] for line in lines], "y")
        token_ticks(axes, names if lines == (2,) else [], "x")
        axes.axvline(sum(key < trace.first_output for key in words) - 0.5, color="#808080", linewidth=0.6)
        if 0 in lines:
            axes.set_title("Words before, in the same unit", loc="left", fontsize=TEXT)
        bar(page, scale, view.colors, "", left + width + 0.1, top, 2 * LINE - 0.06)
        top += LINE * len(lines) + 0.15


def _notes(trace: Trace, pair: Pair, view: View, hidden: Collection[int]) -> list[str]:
    notes = [view_words(trace, view)]
    for name, (both, change) in (("Picture", pair.image), ("Words", pair.words)):
        notes.append(f"{name}: {both.note}. Difference: {change.note}")
    notes[-1] += "; grey: one of the two cannot see that word"
    return [*notes, *hidden_words(trace, hidden, range(len(trace.token_texts)))]
