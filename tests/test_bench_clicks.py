"""The bench of clicks: its traces have the sizes it says, and every click is timed until all views show the token."""

from __future__ import annotations

import pytest

from saliency_viz.bench import clicks
from saliency_viz.trace import Trace

from .app_browser import chromium_path


@pytest.mark.parametrize("size", [(60, 6, 113), (200, 32, 700), (7, 2, 11)])
def test_a_made_up_trace_has_the_size_asked_for(size, tmp_path):
    tokens, layers, keys = size
    trace = clicks.made_up(*size)
    assert trace.attention.shape[:2] == (tokens, layers)
    assert keys - 25 <= trace.attention.shape[2] <= keys + 11  # the image's tokens make a full grid
    if tokens < 60:
        again = Trace.load(trace.save(tmp_path / "x.trace"))
        assert [step.text for step in again.steps] == [step.text for step in trace.steps]


def test_without_a_browser_nothing_is_measured_and_that_is_said(monkeypatch):
    monkeypatch.setattr(clicks.importlib.util, "find_spec", lambda name: None)
    said: list[str] = []
    assert clicks.click_rows(said.append) == [] and "playwright" in said[0]


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.skipif(chromium_path() is None, reason="needs a Chromium")
def test_clicks_and_a_streamed_caption_are_timed(monkeypatch):
    pytest.importorskip("playwright")
    monkeypatch.setattr(clicks, "CLICKS", 5)
    monkeypatch.setattr(clicks, "STREAMED", 11)
    monkeypatch.setattr(clicks, "SIZES", ((7, 2, 31),))
    rows = clicks.click_rows(lambda text: None, clicks.SIZES)
    assert [len(row.runs) for row in rows] == [5, 5, 1]
    assert all(value > 0 for row in rows for value in row.runs)
    assert all("p95" in row.note for row in rows[:2]) and "CPU" in rows[2].note
