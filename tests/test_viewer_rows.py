"""Runs too large to travel at once: their rows come in the background, nearest first, and nothing moves meanwhile."""

# ruff: noqa: F811 -- fixtures are imported

from __future__ import annotations

import weakref
from dataclasses import replace

import numpy as np
import pytest

from saliency_viz.figures.rows import metrics
from saliency_viz.figures.rows.scales import locked_scale
from saliency_viz.figures.web.payload import payload, rows_bytes, rows_payload
from saliency_viz.serving.engine import Engine
from saliency_viz.serving.run_store import RunStore
from saliency_viz.trace import Mark
from saliency_viz.ui import payloads
from saliency_viz.ui.context import Context
from saliency_viz.ui.gallery import Gallery
from saliency_viz.ui.handlers import fetch

from .test_viewer_browser import TRIANGLE
from .traces import example_trace
from .viewer_page import needs_chromium, show, start  # noqa: F401

pytestmark = needs_chromium


def served(opened, trace, lost=()):
    """A viewer on the trace without rows, whose requests a list remembers; those in `lost` fail."""
    asked = []

    def rows(run, first, count):
        asked.append((run, first, count))
        return None if len(asked) in lost else rows_payload(trace, first, count)

    start(opened)
    opened.window.expose("serveRows", rows)
    opened.js(
        """() => { viewer.options.fetchRows = async (run, first, count) => {
        const found = await serveRows(run, first, count || 1);
        if (!found) throw new Error("lost");
        return found; }; }"""
    )
    return asked


def until(opened, fact, seconds=120):
    """Wait for a fact in the page, without eval (its CSP forbids it)."""
    for _ in range(int(seconds / 0.05)):
        if opened.js(fact):
            return
        opened.page.wait_for_timeout(50)
    raise AssertionError(fact)


@pytest.mark.slow
def test_rows_come_in_the_background_and_the_views_of_the_caption_fill(show):
    trace = example_trace(steps=17)
    opened = show(trace)
    asked = served(opened, trace)
    opened.js("(p) => { viewer.setRun(p); viewer.setState({token: 7, view: 'over'}); }", payload(trace, "r", 0))
    until(opened, "viewer.run.complete && viewer.rows.running.size === 0")
    opened.js("viewer.drawn()")
    assert asked[0] == ("r", 7, 1)  # what was chosen, by itself
    assert sorted(step for _, first, count in asked for step in range(first, first + count)) == list(range(17))
    assert asked[1][1] == 8  # then its neighbours
    points = opened.js("viewer.tabs.find((t) => t.name === 'over').view.sides[1].points")
    wanted = metrics.shares_over_run(trace, "saliency")
    assert np.allclose([[point[part] for part in metrics.PARTS] for point in points], wanted, rtol=1e-5)
    opened.state(view="words", layer=3, triangle="attention")
    assert np.allclose(
        np.array(opened.js(TRIANGLE), float), metrics.triangle(trace, 3, "attention"), rtol=1e-6, equal_nan=True
    )
    assert opened.page.locator(".sv-rows:visible").count() == 0
    top = opened.values(".sv-panel[data-kind=saliency] .sv-image-bar .sv-bar-ticks > span")[-1]
    opened.state(transform="linear", layer="target")
    top = opened.values(".sv-panel[data-kind=saliency] .sv-image-bar .sv-bar-ticks > span")[-1]
    assert top == pytest.approx(locked_scale(trace, "saliency", keys="image").high, rel=1e-5)
    assert opened.js("viewer.getState().token") == 7


@pytest.mark.slow
def test_how_far_it_is_stands_there_and_another_run_ends_it(show):
    trace = example_trace(steps=17)
    opened = show(trace)
    start(opened)
    opened.js(
        """() => { window.asked = []; viewer.options.fetchRows = (run, first, count) => {
        asked.push([run, first, count || 1]); return new Promise((done) => { window.answer = done; }); }; }"""
    )
    opened.js(
        "(p) => { viewer.setRun(p); viewer.setState({token: 4}); return viewer.drawn(); }", payload(trace, "r", 0)
    )
    opened.js("(rows) => answer(rows)", rows_payload(trace, 4))
    until(opened, "asked.length === 2")
    assert opened.text(".sv-rows") == "loading rows 1 / 17"
    opened.js("(p) => { viewer.setRun(p); return viewer.drawn(); }", payload(example_trace(5), "other"))
    first, count = opened.js("asked[1].slice(1)")
    opened.js("(rows) => answer(rows)", rows_payload(trace, first, count))  # too late: of no run that is shown
    opened.page.wait_for_timeout(150)
    assert opened.js("asked.length") == 2 and opened.page.locator(".sv-rows:visible").count() == 0


@pytest.mark.slow
def test_an_answer_that_is_lost_is_asked_for_again_and_a_dead_server_not_for_ever(show):
    trace = example_trace()
    opened = show(trace)
    asked = served(opened, trace, lost=(2,))
    opened.js("(p) => { viewer.setRun(p); viewer.setState({token: 3}); }", payload(trace, "r", 0))
    until(opened, "viewer.run.complete")
    assert asked[1] == asked[2]
    asked.clear()
    opened.js("(p) => viewer.setRun(p)", payload(trace, "s", 0))
    opened.js(
        """() => { const serve = viewer.options.fetchRows; window.dead = 0;
        viewer.options.fetchRows = async (run, first, count) => {
          if (!count) return serve(run, first);
          dead++;
          throw new Error("lost"); }; }"""
    )
    opened.js("viewer.schedule()")
    until(opened, "dead > 0 && viewer.rows.running.size === 0")
    opened.state(layer=2)
    opened.state(layer=3)
    assert opened.js("dead") == 3 and len(asked) == 1


def test_the_server_hands_out_several_steps_and_refuses_too_many(monkeypatch, tmp_path):
    trace = example_trace()
    whole, pair = rows_payload(trace, 2, 3), [rows_payload(trace, step) for step in (2, 3, 4)]
    assert whole["shape"] == [3, 5, 53]
    import base64

    for name in ("attention", "saliency", "norm"):
        assert base64.b64decode(whole[name]) == b"".join(base64.b64decode(one[name]) for one in pair)
    assert sum(len(base64.b64decode(whole[name])) for name in ("attention", "saliency", "norm")) == rows_bytes(trace, 3)
    context = Context(Engine(), RunStore(), Gallery(tmp_path))
    run = context.store.put(trace, "r", "visit")
    assert fetch.fetch_rows(context, [run, 2, 3])["shape"] == [3, 5, 53]
    assert fetch.fetch_rows(context, [run, 2])["shape"] == [1, 5, 53]
    for wrong in ([run, 9, 3], [run, -1, 1], [run, 2, 0], [run, "2", 1], [run, 2, "1"]):
        assert "There are no steps" in fetch.fetch_rows(context, wrong)["error"]
    monkeypatch.setattr(fetch, "ROWS_BYTES", rows_bytes(trace, 2))
    assert "Ask for fewer" in fetch.fetch_rows(context, [run, 2, 3])["error"]


def test_a_large_run_s_payload_is_made_once_for_its_trace_and_anew_once_it_is_marked(tmp_path, monkeypatch):
    trace = example_trace(9)
    context = Context(Engine(), RunStore(), Gallery(tmp_path))
    run = context.store.put(trace, "r", "visit")
    small = fetch.fetch_run(context, run)
    assert small["rows"] and fetch.fetch_run(context, run) is not small
    monkeypatch.setattr(payloads, "ROWS_BYTES", 0)
    large = fetch.fetch_run(context, run)
    assert large == payload(trace, run, 0) and fetch.fetch_run(context, run) is large
    marked = replace(trace, marks={3: Mark("right")})
    assert context.payloads.of(marked, run) == payload(marked, run, 0) != large
    assert context.payloads.of(trace, "another") == {**large, "run": "another"}
    kept = weakref.ref(marked)
    del marked
    assert kept() is None
