"""Curves for a paper: saliency over distance (Fig. 2), score and threshold, scores by judgement (Fig. 10).

Ignores maps (paper_maps) and pictures (paper_image). A curve's height says its unit on the axis.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ...trace import Trace
from ..caption_text import EXPECTED, hidden_words, judged_words, mark_words, method_words, run_words, view_words
from ..colors import JUDGEMENTS, LINES, VERDICTS
from ..labels import label, labels
from ..rows.judgements import judged_scores, statistics
from ..rows.metrics import Kind, distance_curve, score_curve
from ..rows.view import View
from .style import FAINT, INK, LABEL, LINE, Page, label_room, style, token_ticks

PLAIN = View()


def distance(
    trace: Trace,
    steps: Sequence[int] = (),
    view: View = PLAIN,
    kind: Kind = "saliency",
    hidden: Collection[int] = (),
) -> Figure:
    """Fig. 2: what tokens took from the outputs before them, over the distance back; steps in colour, others grey.

    Only raw saliency compares in height between tokens; the axis says which it is. hidden: positions left out.
    """
    with style():
        page = Page(4.6, 3.3)
        axes = page.axes(0.6, 0.15, 3.2, 2.2)
        for step in range(1, len(trace.steps)):
            if step not in steps:
                far, values = _curve(trace, step, view, kind, hidden)
                axes.plot(far, values, color=LINE, linewidth=0.4, zorder=1)
        for index, step in enumerate(steps):
            far, values = _curve(trace, step, view, kind, hidden)
            name = f"{label(trace.steps[step].text)} (step {step})" + judged_words(trace, step)
            axes.plot(
                far,
                values,
                color=LINES[index % len(LINES)],
                linestyle=("-", "--", ":")[index // len(LINES) % 3],
                linewidth=1.2,
                marker="o",
                markersize=2.5,
                label=name,
            )
        if view.transform == "log":
            axes.set_yscale("log")
        else:
            axes.set_ylim(bottom=0)
        axes.set_xlim(0.5, max(len(trace.steps) - 0.5, 1.5))
        axes.set_xlabel("distance back from the predicted token (1 = the token just before)")
        axes.set_ylabel(view.unit(kind))
        if steps:
            for text in axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1), handlelength=1.8).get_texts():
                text.set_parse_math(False)
        outputs = range(trace.first_output, trace.first_output + len(trace.steps))
        notes = ["Grey: the other tokens of the caption.", *hidden_words(trace, hidden, outputs)]
        page.footer(0.6, 2.75, [view_words(trace, view), *notes], width=3.8)
        return page.figure


def scores(trace: Trace, steps: Sequence[int] = ()) -> Figure:
    """Score S (Eq. 6) and threshold tau (Eq. 7) over the caption; candidates SGRS rejected below, fallbacks marked."""
    with style():
        curve = score_curve(trace)
        names = labels([step.text for step in trace.steps])
        count, room = len(names), label_room(names)
        width = max(0.115 * count, 3.0)
        page = Page(0.6 + width + 0.2, 0.3 + 1.7 + room + 0.7)
        axes = page.axes(0.6, 0.3, width, 1.7)
        at = np.arange(count)
        axes.plot(at, curve.expected, color=FAINT, linewidth=3, alpha=0.35, solid_capstyle="butt", label=EXPECTED)
        axes.plot(at, curve.scores, color=LINES[0], linewidth=1.0, marker="o", markersize=2.6, label="score S")
        if np.isfinite(curve.thresholds).any():
            axes.step(
                at,
                curve.thresholds,
                where="mid",
                color=INK,
                linewidth=0.9,
                linestyle=(0, (3, 2)),
                label="threshold τ",
            )
        for step in trace.steps:
            turned_down = [c.saliency for c in step.candidates if c.verdict == "rejected" and c.saliency is not None]
            axes.plot(
                [step.index] * len(turned_down), turned_down, "x", color=VERDICTS["rejected"], markersize=3.4, mew=0.9
            )
        if curve.rejected.any():
            axes.plot([], [], "x", color=VERDICTS["rejected"], markersize=3.4, mew=0.9, label="rejected candidate")
        if curve.fallback.any():
            where = np.flatnonzero(curve.fallback)
            axes.plot(
                where, curve.scores[where], "D", mfc="none", color=VERDICTS["fallback"], markersize=5, label="fallback"
            )
        axes.set_xlim(-0.7, count - 0.3)
        axes.set_ylim(0, 1.06 * curve.top or 1)
        axes.set_ylabel("score S, unit l2 norm per row")
        token_ticks(axes, names, "x")
        for step, text in enumerate(axes.get_xticklabels()):
            if step in trace.marks:
                text.set_color(JUDGEMENTS[trace.marks[step].judgement])
            text.set_fontweight("bold" if step in steps else "normal")
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=4, handlelength=1.8, borderaxespad=0.1)
        axes.set_title(method_words(trace), loc="left", parse_math=False)
        lines = [f"{run_words(trace)}; S: {View().layer_words(trace)} and earlier outputs; the first output has none."]
        page.footer(0.6, 0.3 + 1.7 + room + 0.1, lines + mark_words(trace), width=width)
        return page.figure


def judgements(traces: Trace | Iterable[Trace], bins: int = 10) -> Figure:
    """Fig. 10: scores of marked tokens by judgement, and the share of hallucinated ones in each score bin."""
    judged = judged_scores(traces)
    found = statistics(judged, bins)
    with style():
        page = Page(6.4, 2.9)
        left, right = page.axes(0.5, 0.3, 2.4, 1.7), page.axes(3.6, 0.3, 2.4, 1.7)
        edges = np.array(found.edges)
        counts = {"right": found.right_counts, "hallucinated": found.hallucinated_counts}
        for name, number in counts.items():
            left.stairs(number, edges, fill=True, alpha=0.45, color=JUDGEMENTS[name])
            left.stairs(number, edges, color=JUDGEMENTS[name], linewidth=0.8, label=_summary(name, found))
        left.set_xlabel("score S (Eq. 6)")
        left.set_ylabel("marked tokens")
        left.yaxis.set_major_locator(MaxNLocator("auto", integer=True))
        left.legend(loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.1)
        middle, rate = (edges[:-1] + edges[1:]) / 2, np.array(found.rates, float)
        right.bar(middle, rate, np.diff(edges) * 0.9, color=JUDGEMENTS["hallucinated"], alpha=0.75)
        for x, height, total in zip(middle, rate, np.add(found.right_counts, found.hallucinated_counts), strict=True):
            right.text(
                x, (0 if np.isnan(height) else height) + 0.02, str(total), ha="center", fontsize=LABEL - 1, color=FAINT
            )
        right.set_ylim(0, 1.12)
        right.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
        right.set_xlabel("score S (Eq. 6)")
        right.set_ylabel("hallucinated in the bin")
        area = "undefined (one class only)" if found.auroc is None else f"{found.auroc:.3f}"
        right.set_title(f"AUROC of a low score: {area}", loc="left")
        lines = [
            f"{len(judged.scores)} marked tokens with a score, runs: {judged.runs}; over the bars: tokens in the bin."
        ]
        page.footer(0.5, 2.42, lines, width=5.5)
        return page.figure


def _curve(trace: Trace, step: int, view: View, kind: Kind, hidden: Collection[int]) -> tuple[np.ndarray, np.ndarray]:
    """`distance_curve`, with gaps at hidden outputs."""
    far, values = distance_curve(trace, step, kind, view.layers, view.normalization)
    return far, np.where(np.isin(trace.steps[step].position - far, list(hidden)), np.float32(np.nan), values)


def _summary(name: str, found) -> str:
    mean = getattr(found, f"{name}_mean")
    if mean is None:
        return f"{name}: none"
    spread = getattr(found, f"{name}_sd")
    return f"{name}: {mean:.3f} ± {spread:.3f} (n = {sum(getattr(found, f'{name}_counts'))})"
