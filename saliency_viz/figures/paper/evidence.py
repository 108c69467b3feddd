"""Figures of an evaluation: AUROC of every score, rates by bin beside position, layers, CHAIR by method, time, decay.

Ignores how the numbers were found (evaluation), and captions, which stand under a figure: it takes plain values,
intervals as {"value", "low", "high"}.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from ..colors import LINES
from .style import FAINT, Drawing, Page, label_room

Values = Mapping[str, Any]
HALF = 3.25  # inches: two of them stand side by side on paper
LINE = 0.19  # inches of a score or a method


def aurocs(found: Values) -> Drawing:
    """AUROC of every score with its interval, S first; the line at one half is a score that knows nothing."""
    names = list(found["scores"])

    def draw(page: Page) -> None:
        axes = page.axes(1.7, 0.15, 3.7, LINE * len(names))
        for place, name in enumerate(names):
            one = found["scores"][name]["auroc"]
            color = LINES[0] if name in ("S", "S beside position") else LINES[1] if name == "position" else FAINT
            _dot(axes, place, one, color)
        axes.axvline(0.5, color=FAINT, linewidth=0.6, linestyle=":")
        axes.set_yticks(range(len(names)), names)
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.set_xlim(0, 1)
        axes.set_xlabel("AUROC: a hallucinated word looks worse than a right one")

    return Drawing(5.6, 0.6 + LINE * len(names), draw)


def _dot(axes: Axes, place: float, one: Values, color: str) -> None:
    """A value and its interval on a line of its own; an undefined one is left out."""
    if np.isfinite(one["value"]):
        axes.plot([one["low"], one["high"]], [place, place], color=color, linewidth=1.2)
        axes.plot([one["value"]], [place], "o", color=color, markersize=3)


def bins(found: Values, name: str = "S") -> Drawing:
    """Fig. 10b: hallucination rate by bin of a score, beside the rate that the words' positions alone predict."""
    rows = [one for one in found["bins"][name] if one["count"]]
    middle = [(one["low"] + one["high"]) / 2 for one in rows]
    rate = [one["rate"]["value"] for one in rows]
    below = [one["rate"]["value"] - one["rate"]["low"] for one in rows]
    above = [one["rate"]["high"] - one["rate"]["value"] for one in rows]

    def draw(page: Page) -> None:
        axes = page.axes(0.5, 0.3, HALF - 0.65, 1.55)
        width = 0.85 * (rows[0]["high"] - rows[0]["low"]) if rows else 1
        axes.bar(middle, rate, width, color=LINES[0], alpha=0.45)
        axes.errorbar(middle, rate, [below, above], fmt="none", ecolor=LINES[0], elinewidth=0.7, capsize=1.5)
        axes.plot(middle, [one["by_position"] for one in rows], "D-", color=LINES[1], markersize=3, linewidth=0.8)
        for x, one in zip(middle, rows, strict=True):
            axes.text(x, 1.03, str(one["count"]), ha="center", fontsize=5.5, color=FAINT)
        axes.set_ylim(0, 1.1)
        axes.set_xlabel(f"score {name}")
        axes.set_ylabel("share hallucinated")

    return Drawing(HALF, 2.25, draw)


def by_layer(found: Values) -> Drawing:
    """AUROC of S, of S beside position and of attention on outputs at every layer."""
    rows = found["layers"]

    def draw(page: Page) -> None:
        axes = page.axes(0.5, 0.3, HALF - 0.65, 1.55)
        for index, name in enumerate(rows[0] if rows else ()):
            values = [row[name] for row in rows]
            low, high = ([one[end] for one in values] for end in ("low", "high"))
            axes.fill_between(range(len(rows)), low, high, color=LINES[index], alpha=0.15, linewidth=0)
            label = {"color": LINES[index], "linewidth": 1, "marker": "o", "markersize": 2, "label": name}
            axes.plot([one["value"] for one in values], **label)
        axes.axhline(0.5, color=FAINT, linewidth=0.6, linestyle=":")
        axes.set_ylim(0, 1)
        axes.set_xlabel("layer, from 0")
        axes.set_ylabel("AUROC")
        axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 1), ncols=3, handlelength=1, columnspacing=1, borderpad=0)

    return Drawing(HALF, 2.25, draw)


def by_method(rows: Mapping[str, Values], panels: Sequence[tuple[str, str]]) -> Drawing:
    """A panel for each measure (its name and title), a line for each method (Table 1, Fig. 4). rows: by method, values
    with low and high."""
    names = ["\n".join(textwrap.wrap(name, 34)) for name in rows]
    room = 0.2 + label_room([line for name in names for line in name.split("\n")])
    step = min(1.75, (2 * HALF - room) / len(panels))

    def draw(page: Page) -> None:
        for index, (name, title) in enumerate(panels):
            axes = page.axes(room + step * index, 0.28, step - 0.25, 0.24 * len(rows))
            for place, method in enumerate(rows):
                _dot(axes, place, rows[method][name], LINES[place % len(LINES)])
            axes.set_yticks(range(len(rows)), names if index == 0 else [""] * len(rows))
            axes.set_ylim(len(rows) - 0.5, -0.5)
            axes.locator_params(axis="x", nbins=4)
            axes.set_title(title, loc="left")

    return Drawing(room + step * len(panels), 0.6 + 0.24 * len(rows), draw)


def decay_curves(rows: Sequence[Values]) -> Drawing:
    """Table 6: CHAIR of what follows, over the factor on attention to a salient right word, and to a random one."""

    def draw(page: Page) -> None:
        for place, (name, title) in enumerate((("chair_s", "CHAIRs of the rest"), ("recall", "recall of the rest"))):
            axes = page.axes(0.5 + 2.4 * place, 0.3, 1.9, 1.5)
            for index, target in enumerate(dict.fromkeys(row["target"] for row in rows)):
                line = [row for row in rows if row["target"] == target and row["chair"]]
                found = [row["chair"][name] for row in line]
                bars = [[one["value"] - one["low"] for one in found], [one["high"] - one["value"] for one in found]]
                label = {"color": LINES[index], "marker": "o", "markersize": 2.5, "linewidth": 1, "label": target}
                at = [row["factor"] + 0.012 * index for row in line]  # beside each other, not one over the other
                axes.errorbar(at, [one["value"] for one in found], bars, capsize=1.5, **label)
            axes.set_xlabel("factor r on attention to the word")
            axes.set_title(title, loc="left")
            axes.set_ylim(0, 1.05)
            if place == 1:
                axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1), handlelength=1.2)

    return Drawing(5.8, 2.25, draw)
