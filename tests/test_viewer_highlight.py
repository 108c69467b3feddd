"""What is under the pointer lights up in every view; small multiples speak; several layers or tokens count as one."""

# ruff: noqa: F811 -- fixtures are imported

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from saliency_viz.figures.rows import metrics

from .traces import example_trace
from .viewer_page import needs_chromium, show  # noqa: F401

pytestmark = needs_chromium
LIGHTS = "[...document.querySelectorAll('{where} .sv-plot-light')].filter((bar) => !bar.hidden).map((bar) => {box})"
# Where plotly itself puts a column or a row of layers by keys, in px of the drawing.
MIDDLE = """([name, at]) => { const axis = viewer.heat.sides[0].plot.root._fullLayout[name];
  return axis._offset + axis.l2p(at); }"""
BOX = "[bar.offsetLeft, bar.offsetTop, bar.offsetWidth, bar.offsetHeight]"


def first_output(opened):
    return opened.js("viewer.run.first")


def panel_words(opened, slot):
    """Numbers on the words of a panel of the pair, by position."""
    nodes = "[...document.querySelectorAll(s)].map((n) => [Number(n.dataset.key), n.dataset.value])"
    found = opened.js(f"(s) => {nodes}", f".sv-token-card .sv-panel[data-slot='{slot}'] .sv-word[data-key]")
    return {key: float(value) for key, value in found if value}


@pytest.mark.slow
def test_a_mean_of_chosen_layers_is_numpys_mean_of_their_rows(show):
    trace = example_trace()
    opened = show(trace, token=6, normalization="row")
    buttons = opened.page.locator(".sv-layer")
    buttons.nth(1).click()
    buttons.nth(4).click(modifiers=["Control"])
    opened.js("viewer.drawn()")
    assert opened.js("viewer.getState().layer") == [1, 4]
    row = (metrics.row(trace, 6, "saliency", 1) + metrics.row(trace, 6, "saliency", 4)) / 2
    shown = opened.js(
        "[...document.querySelectorAll('.sv-token-card .sv-panel[data-kind=saliency] .sv-word[data-key]')]"
        ".filter((n) => n.dataset.value).map((n) => [Number(n.dataset.key), Number(n.dataset.value)])"
    )
    assert shown and all(value == pytest.approx(row[key], rel=1e-5, abs=1e-7) for key, value in shown)
    assert "mean of layers 1, 4" in opened.text(".sv-token-card .sv-panel[data-kind=saliency] .sv-unit")
    buttons.nth(1).click(modifiers=["Control"])  # taken away again
    assert opened.js("viewer.getState().layer") == 4
    opened.page.keyboard.press("[")
    assert opened.js("viewer.getState().layer") == 3


def test_a_sentence_is_compared_with_what_stands_for_it_and_not_with_one_token(show):
    words = (" The", " cow", " eats.", " It", " sleeps", " well.")
    trace = example_trace(12, words=words)
    opened = show(trace, token=4, granularity="sentence", held=1)
    held, chosen = opened.js("viewer.stepsOf(1)"), opened.js("viewer.stepsOf(0)")
    assert (held, chosen) == ([0, 1, 2], [3, 4, 5])
    first = np.mean([metrics.row(trace, step) for step in chosen], axis=0)
    second = np.mean([metrics.row(trace, step) for step in held], axis=0)
    shown = panel_words(opened, "difference")
    assert shown and all(value == pytest.approx(second[key] - first[key], abs=2e-6) for key, value in shown.items())
    assert "“The cow eats.”" in opened.text(".sv-panel[data-slot='1'] h3")
    assert opened.page.locator(".sv-strip .sv-held").count() == 3


def test_several_tokens_of_one_run_stand_beside_the_same_tokens_of_the_other(show):
    trace = example_trace(9)
    opened = show([trace, example_trace(9, seed=3)], token=5, also=[2, 3])
    assert opened.js("viewer.stepsOf(1)") == [2, 3, 5]


@pytest.mark.slow
def test_a_word_under_the_pointer_lights_its_column_row_and_line_everywhere(show):
    opened = show(example_trace(), token=8, view="words")
    opened.look(".sv-heat .sv-plot")
    key = first_output(opened) + 4
    opened.js(f"viewer.hover({key}, 0)")
    column = opened.js("(key) => viewer.heat.columns.findIndex((c) => c.keys.includes(key))", key)
    lit = opened.js(LIGHTS.format(where=".sv-heat", box=BOX))
    assert len(lit) == 2  # attention and saliency
    middle = opened.js(MIDDLE, ["xaxis", column])
    left, _, width, _ = lit[0]
    assert left <= middle <= left + width + 1
    assert len(opened.js(LIGHTS.format(where=".sv-tab-body", box=BOX))) == 2  # its column, and its own row
    opened.state(view="data")
    opened.js(f"viewer.hover(null); viewer.hover({key}, 0)")
    assert opened.page.locator(".sv-data tr.sv-lit").get_attribute("data-key") == str(key)
    opened.page.locator(".sv-data tbody tr").nth(key - 1).hover()
    assert opened.js("viewer.lit") == key - 1
    opened.state(view="over")
    opened.js(f"viewer.hover({key}, 0)")
    assert opened.page.locator(".sv-glimpse[visibility=visible]").count() >= 2


def test_a_layer_under_the_pointer_lights_up_in_the_buttons_and_the_heatmap(show):
    opened = show(example_trace(), token=8)
    opened.look(".sv-heat .sv-plot")
    opened.page.locator(".sv-layer").nth(3).hover()
    assert opened.js("viewer.litLayer") == 3
    tops = opened.js(LIGHTS.format(where=".sv-heat", box=BOX))
    middle = opened.js(MIDDLE, ["yaxis", 3])
    assert len(tops) == 2 and tops[0][1] <= middle <= tops[0][1] + tops[0][3]
    opened.js("viewer.hoverLayer(1)")
    assert opened.page.locator(".sv-layer.sv-lit").get_attribute("data-layer") == "1"


def place_in_cell(opened, layer, x, y):
    """Client coordinates of a place (parts of the picture) in a layer's cell of the saliency panel."""
    return opened.js(
        """([layer, x, y]) => {
        const [frame] = viewer.panels[1].overlay.frames, { grid } = frame, box = frame.box.getBoundingClientRect();
        const [across, down] = [x, y].map((part, i) => grid.gap[i] + part * (1 - 2 * grid.gap[i]));
        return [box.left + box.width * (grid.left + grid.width * (layer % grid.columns + across)),
                box.top + box.height * (grid.top + grid.height * (Math.floor(layer / grid.columns) + down))]; }""",
        [layer, x, y],
    )


@pytest.mark.slow
def test_a_small_picture_says_the_value_of_the_patch_in_that_layer_and_a_drag_over_it_pins(show):
    trace = example_trace()
    opened = show(trace, token=6, layer="all", transform="linear")
    opened.page.locator(".sv-token-card").scroll_into_view_if_needed()
    patch, layer = 9, 3
    left, top, right, bottom = opened.js(f"viewer.run.boxes[{patch}]")
    opened.page.mouse.move(*place_in_cell(opened, layer, (left + right) / 2, (top + bottom) / 2))
    key = opened.js(f"viewer.run.imageKeys[{patch}]")
    assert (opened.js("viewer.lit"), opened.js("viewer.litLayer")) == (key, layer)
    value = metrics.row(trace, 6, "saliency", layer)[key]
    assert opened.text(".sv-tip").startswith(f"patch {patch}")
    assert opened.js("(value) => SaliencyViewer.formatNumber(value, 4)", float(value)) in opened.text(".sv-tip")
    start = place_in_cell(opened, layer, left + 0.01, top + 0.01)
    end = place_in_cell(opened, layer, right - 0.01, bottom - 0.01)
    opened.page.mouse.move(*start)
    opened.page.mouse.down()
    opened.page.mouse.move(*end, steps=4)
    opened.page.mouse.up()
    opened.js("viewer.drawn()")
    assert (opened.js("viewer.getState().pins"), opened.js("viewer.getState().layer")) == ([key], "all")
    opened.page.mouse.click(*place_in_cell(opened, 2, 0.5, 0.5))
    assert opened.js("viewer.getState().layer") == 2  # a click still chooses the layer


def test_pinning_moves_nothing_and_says_which_words_drew_most(show):
    trace = example_trace()
    opened = show(trace, token=6, layer=3)
    picture = opened.page.locator(".sv-token-card .sv-panel[data-kind=saliency] .sv-picture")
    before = picture.bounding_box()
    key = opened.js("viewer.run.imageKeys[9]")
    opened.state(pins=[key], pin_kind="saliency")
    assert picture.bounding_box() == before
    drawn = np.array([metrics.row(trace, step, "saliency", 3)[key] for step in range(11)])
    most = opened.js("(step) => viewer.run.quoted(viewer.run.first + step)", int(drawn.argmax()))
    assert f"most: {most}" in opened.text(".sv-notice")


def test_colour_bars_come_back_with_the_scale(show):
    opened = show(example_trace(), token=6)
    bars = ".sv-token-card .sv-bar-box .sv-bar"
    assert opened.page.locator(bars).count() == 4
    opened.js("window.rows = viewer.run.rows; viewer.run.rows = rows.map(() => null); viewer.draw()")  # not here yet
    assert opened.page.locator(bars).count() == 0
    opened.js("viewer.run.rows = rows; viewer.draw()")
    assert opened.page.locator(bars).count() == 4


def test_two_runs_of_one_name_are_told_apart_by_what_they_were_given(show):
    first = example_trace()
    second = replace(example_trace(seed=2), prompt="What is on the left?")
    opened = show([first, second], token=3)
    names = opened.page.locator(".sv-strip-name").all_text_contents()
    assert "What is on the left?" in names[1] and "What is on the left?" not in names[0]
