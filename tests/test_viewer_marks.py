"""Marks and notes by keyboard, kept in the trace; what the marked tokens' scores say (Fig. 10) equals the figure's."""

# ruff: noqa: F811 -- fixtures are imported

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from saliency_viz.figures.rows.judgements import judged_scores, statistics
from saliency_viz.figures.web.payload import payload
from saliency_viz.trace import Mark, Trace
from saliency_viz.ui.handlers.runs import judged

from .traces import example_trace
from .viewer_page import needs_chromium, show, start  # noqa: F401

pytestmark = needs_chromium


def marked(steps=23):
    """Every third token hallucinated, the first and the last unmarked."""
    marks = {step: Mark("hallucinated" if step % 3 == 0 else "right") for step in range(1, steps - 1)}
    return replace(example_trace(steps), marks=marks)


def test_counts_rates_and_spread_by_score_are_the_paper_figure_s(show):
    trace = marked()
    opened = show(trace, view="marks", reveal_truth=True)
    wanted = statistics(judged_scores(trace))
    chart = ".sv-tab-body rect[data-chart={}][data-kind={}]"
    assert opened.values(chart.format("count", "right")) == list(wanted.right_counts)
    assert opened.values(chart.format("count", "hallucinated")) == list(wanted.hallucinated_counts)
    assert opened.values(chart.format("rate", "hallucinated")) == pytest.approx(list(wanted.rates), nan_ok=True)
    tall = 170 - 8 - 22
    heights = opened.js(
        "[...document.querySelectorAll('rect[data-chart=rate]')].map((n) => Number(n.getAttribute('height')))"
    )
    assert heights == pytest.approx(list(np.nan_to_num(wanted.rates) * tall))
    said = opened.text(".sv-tab-body .sv-share-legend:has(.sv-hint)")
    for mean, spread in ((wanted.right_mean, wanted.right_sd), (wanted.hallucinated_mean, wanted.hallucinated_sd)):
        assert f"{float(f'{mean:.3g}'):g} ± {float(f'{spread:.3g}'):g}" in said
    assert f"AUROC {float(f'{wanted.auroc:.3g}'):g}" in opened.text(".sv-tab-body > div:not([hidden]) > p")


@pytest.mark.slow
def test_a_mark_and_its_note_are_made_by_keyboard_alone_and_changed_by_mouse(show):
    opened = show(example_trace())
    start(opened)
    opened.js(
        "(p) => { viewer.setRun(p); viewer.setState({token: 4}); return viewer.drawn(); }",
        payload(example_trace(), "r"),
    )
    keys = opened.page.keyboard
    opened.page.locator(".sv-token").nth(4).focus()
    keys.press("h")
    keys.press("n")
    for _ in range(100):
        if opened.js("document.activeElement.tagName") == "INPUT":
            break
        opened.page.wait_for_timeout(20)
    keys.type("no teapot <b>here</b>")
    keys.press("Enter")
    assert opened.js("document.activeElement.dataset.step") == "4"
    note = {"run": "r", "step": 4, "judgement": "hallucinated", "note": "no teapot <b>here</b>"}
    assert opened.js("acts.at(-1)") == ["mark", note]
    opened.js("viewer.drawn()")
    field = opened.page.locator(".sv-tab-body .sv-text:visible")
    assert field.input_value() == "no teapot <b>here</b>"
    field.fill("")
    field.press("Escape")  # the one before comes back
    assert opened.js("viewer.run.marks[4].note") == "no teapot <b>here</b>"
    opened.page.locator(".sv-tab-body [data-judgement=right]").click()
    assert opened.js("acts.at(-1)[1]") == {**note, "judgement": "right"}
    opened.page.locator(".sv-token").nth(5).click()
    opened.js("viewer.drawn()")
    assert field.input_value() == "" and field.is_disabled()  # nothing to note on a token without a mark


def test_marks_and_notes_are_in_the_saved_trace_and_come_back_with_it(show, tmp_path):
    trace = judged(example_trace(), {"step": 4, "judgement": "hallucinated", "note": "no teapot"})
    trace = judged(trace, {"step": 7, "judgement": "right", "note": ""})
    again = Trace.load(trace.save(tmp_path / "marked.trace"))
    assert again.marks == {4: Mark("hallucinated", "no teapot"), 7: Mark("right")}
    opened = show(again, token=4, view="marks", reveal_truth=True)
    assert opened.page.locator(".sv-tab-body .sv-text:visible").input_value() == "no teapot"
    assert judged(again, {"step": 4, "judgement": None}).marks == {7: Mark("right")}
