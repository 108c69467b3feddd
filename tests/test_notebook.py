"""A Trace as the last line of a notebook's cell: one line of text, and the interactive view in a frame of its own."""

from __future__ import annotations

import html
import re

import pytest

import saliency_viz as sv
from saliency_viz.figures.web import notebook
from saliency_viz.figures.web.standalone import standalone

from .app_browser import shut, watched
from .traces import example_trace

# Styles a notebook might have, and a secret that nothing inside the cell may read.
CELL = "<!doctype html><title>secret</title><style>button {{ display: none !important }}</style><div>{view}</div>"


def test_a_trace_is_one_line_of_text_that_says_whose_caption_it_is():
    trace = example_trace(11)
    assert repr(trace) == "Trace('synthetic', 11 tokens, 5 layers: 'The image shows a red teapot and two cups below.')"
    assert "\n" not in repr(example_trace(26)) and len(repr(example_trace(26))) < 120


def test_the_view_is_one_frame_that_holds_the_standalone_page():
    trace = example_trace()
    shown = trace._repr_html_()
    (page,) = re.findall(
        r'^<iframe srcdoc="([^"]*)" sandbox="allow-scripts allow-downloads" .*></iframe>$', shown, re.S
    )
    assert html.unescape(page) == standalone(trace)


def test_two_runs_and_the_height_are_chosen_with_view():
    shown = sv.view(example_trace(), example_trace(seed=1), height=431, state={"token": 3}, theme="dark")
    assert "height: 431px" in shown._repr_html_()
    assert repr(shown).count("Trace(") == 2 and repr(shown) == shown.text


@pytest.mark.parametrize("height", [0, 199, 4001, 1.5, True, "800"])
def test_a_height_that_is_no_cell_s_is_refused(height):
    with pytest.raises(sv.SaliencyVizError, match=r"height must be a whole number of pixels in \[200, 4000\]\. Got"):
        sv.view(example_trace(), height=height)


def test_a_run_too_large_for_a_notebook_says_what_to_do_instead(monkeypatch):
    monkeypatch.setattr(notebook, "MAX_BYTES", 1000)
    shown = sv.view(example_trace())
    assert "iframe" not in shown._repr_html_()
    assert shown.text.startswith("Trace('synthetic'") and "python -m saliency_viz open" in shown.text


def test_hostile_words_stay_inside_the_frame_s_attribute():
    trace = example_trace(words=('"></iframe><script>alert(1)</script>', " &quot;", " 'x"))
    shown = trace._repr_html_()
    assert shown.count("<iframe") == shown.count("</iframe") == 1 and "<script" not in shown


@pytest.mark.slow
@pytest.mark.browser
def test_in_a_browser_a_token_can_be_clicked_and_nothing_outside_is_reached(browser):
    page, seen = watched(browser)
    page.set_content(CELL.format(view=example_trace()._repr_html_()))
    frame = page.frame_locator("iframe")
    frame.locator(".sv-token").nth(4).click()
    frame.locator('.sv-token[data-step="4"][aria-selected="true"]').wait_for()
    assert frame.locator(".sv-facts-word").text_content() == "red"
    (inside,) = [one for one in page.frames if one.parent_frame]
    attempt = "() => {{ try {{ return String({}); }} catch (shut) {{ return 'refused'; }} }}"
    for reach in ("parent.document.title", "top.document.cookie", "localStorage.length", "document.cookie"):
        assert inside.evaluate(attempt.format(reach)) == "refused"
    fetched = "fetch('http://127.0.0.1:9/').then(() => 'answered', () => 'refused')"
    assert inside.evaluate(fetched) == "refused"
    errors = [error for error in seen.errors if "Content Security Policy" not in error]  # that one refused fetch
    shut(page)
    assert errors == [] and seen.outside == []
