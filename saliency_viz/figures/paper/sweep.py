"""Fig. 5: what a setting of SGRS or LocoRE costs and brings, as curves over alpha, one line for each beta.

Ignores how the numbers were measured (sweep): it takes rows with value, low and high.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure

from ..colors import LINES
from .style import Page, style

PANELS = (
    ("chair_s", "CHAIR_s (share of captions)"),
    ("chair_i", "CHAIR_i (share of mentions)"),
    ("recall", "recall of objects"),
    ("ms_per_token", "ms per token"),
)


def sweep_figure(rows: Sequence[Any], notes: Sequence[str] = ()) -> Figure:
    """Four panels over alpha: hallucination by caption and by mention, recall, cost; bars are 95 % intervals.

    rows: with alpha, beta and, under the names of PANELS, something with value, low and high.
    """
    betas = sorted({row.beta for row in rows})
    width, height, gap = 1.7, 1.5, 0.62
    with style():
        page = Page(0.6 + len(PANELS) * (width + gap), 0.25 + height + 1.0)
        for panel, (name, unit) in enumerate(PANELS):
            axes = page.axes(0.6 + panel * (width + gap), 0.25, width, height)
            for index, beta in enumerate(betas):
                line = sorted((row for row in rows if row.beta == beta), key=lambda row: row.alpha)
                found = [getattr(row, name) for row in line]
                axes.errorbar(
                    [row.alpha + 0.008 * (index - (len(betas) - 1) / 2) for row in line],  # apart, so that bars show
                    [value.value for value in found],
                    [[value.value - value.low for value in found], [value.high - value.value for value in found]],
                    color=LINES[index % len(LINES)],
                    linewidth=1.0,
                    marker="o",
                    markersize=2.5,
                    capsize=1.5,
                    elinewidth=0.6,
                    label=f"β = {beta:g}" + (" (no LocoRE)" if beta == 0 else ""),
                )
            axes.set_ylim(bottom=0)
            axes.set_xticks(sorted({row.alpha for row in rows}))
            axes.set_xlabel("α (0: no SGRS)")
            axes.set_ylabel(unit)
            if panel == 0:
                axes.legend(loc="best", handlelength=1.2)
        page.footer(0.6, 0.25 + height + 0.5, [*notes, "Bars: 95 % bootstrap intervals over scenes."])
        return page.figure
