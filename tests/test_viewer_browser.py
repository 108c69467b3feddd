"""The viewer in a real browser, opened from disk with the network off: what it shows equals the trace."""

# ruff: noqa: F811 -- fixtures are imported

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from saliency_viz.figures.rows import metrics
from saliency_viz.figures.rows.scales import LOCKS, TRANSFORMS, locked_scale
from saliency_viz.figures.web.payload import payload, rows_payload, steps_payload
from saliency_viz.figures.web.standalone import standalone
from saliency_viz.settings import LocoRE
from saliency_viz.trace import Mark, Picture, Trace

from .traces import example_trace, png
from .viewer_page import needs_chromium, show, start  # noqa: F401

pytestmark = needs_chromium
TRIANGLE = (
    "viewer.tabs.find((t) => t.name === 'words').view.values"
    ".map((row) => row.map((value) => Number.isNaN(value) ? null : value))"
)
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    " ${alert(1)}",
    " \"q\" 'q'",
    "</script>",
    "<b>b</b>",
    "{{x}}",
    " `x`",
    "\n",
    "",
)


@pytest.mark.slow
def test_each_token_is_a_button_that_carries_its_score(show):
    trace = example_trace()
    opened = show(trace)
    scores = opened.values(".sv-strip .sv-token")
    assert np.isnan(scores[0])
    assert np.allclose(scores[1:], [step.score for step in trace.steps[1:]], rtol=1e-12)
    heights = opened.js(
        "[...document.querySelectorAll('.sv-token-bar > span')].map((bar) => parseInt(bar.style.height))"
    )
    top = max(step.score for step in trace.steps[1:])
    assert heights[1:] == [max(1, round(18 * step.score / top)) for step in trace.steps[1:]] and heights[0] == 0
    assert opened.text(".sv-token[data-step='2'] .sv-badge") == "✗1"
    label = opened.page.locator(".sv-token").nth(2).get_attribute("aria-label")
    assert "2:  shows" in label and "1 candidates rejected" in label


@pytest.mark.slow
def test_words_and_shares_equal_the_figures_numbers(show):
    trace = example_trace()
    opened = show(trace, token=9)
    for layer, normalization, kind in product((0, 3, "target", "all"), ("row", "raw", "share"), metrics.KINDS):
        opened.state(layer=layer, normalization=normalization)
        row = metrics.row(trace, 9, kind, layer, normalization)
        shown = opened.values(f".sv-token-card .sv-panel[data-kind={kind}] .sv-word[data-key]")
        keys = [key for key in range(53) if not 3 <= key < 38]
        assert np.allclose(shown[: len(keys) - 2], row[keys[:-2]], rtol=2e-6, atol=1e-12)
        assert np.isnan(shown[-2:]).all()  # the token itself and the one after are not reached
        (chip,) = opened.values(f".sv-token-card .sv-panel[data-kind={kind}] .sv-chip")
        assert chip == pytest.approx(float(row[3:38].sum()), rel=1e-5)
        by_hand = {
            "template": row[:3].sum(),
            "image": row[3:38].sum(),
            "prompt": row[38:42].sum(),
            "outputs": row[42:].sum(),
        }
        for part, total in by_hand.items():
            (share,) = opened.values(f".sv-share[data-kind={kind}][data-part={part}]")
            assert share == pytest.approx(float(total / row.sum()), rel=1e-4)


@pytest.mark.slow
def test_the_picture_s_colour_bar_ends_where_the_figures_scale_does(show):
    trace = example_trace()
    opened = show(trace, token=6, layer=1)
    for lock, transform, kind in product(LOCKS, TRANSFORMS, metrics.KINDS):
        opened.state(scale=lock, transform=transform)
        ticks = opened.values(f".sv-token-card .sv-panel[data-kind={kind}] .sv-image-bar .sv-bar-ticks > span")
        scale = locked_scale(trace, kind, 1, "row", transform, lock, 6, "image")
        assert ticks[0] == pytest.approx(scale.low, rel=1e-5) and ticks[-1] == pytest.approx(scale.high, rel=1e-5)


def test_hovering_a_patch_tells_its_index_and_exact_values(show):
    trace = example_trace()
    opened = show(trace, token=5, layer=4)
    box = opened.page.locator(".sv-panel[data-kind=saliency] .sv-picture").bounding_box()
    column, line = 5, 2  # of 7 x 5 patches: patch 19, position 22
    opened.page.mouse.move(box["x"] + (column + 0.5) / 7 * box["width"], box["y"] + (line + 0.5) / 5 * box["height"])
    said = opened.text(".sv-tip")
    assert "patch 19" in said and "position 22" in said
    for kind in ("attention", "saliency"):
        value = float(opened.page.locator(".sv-tip-row", has_text=kind).locator("b").inner_text().replace("−", "-"))
        assert value == pytest.approx(float(metrics.row(trace, 5, kind, 4)[22]), rel=1e-3)


def test_a_patch_is_painted_in_the_colour_of_its_value(show):
    trace = example_trace()
    opened = show(trace, token=5, layer=4, opacity=1, transform="linear", scale="layer")
    pixels = opened.js(
        """() => { const canvas = document.querySelector('.sv-panel[data-kind=attention] canvas.sv-canvas');
        const copy = new OffscreenCanvas(canvas.width, canvas.height), out = [];
        const pen = copy.getContext('2d', {willReadFrequently: true});
        pen.drawImage(canvas, 0, 0);
        for (let p = 0; p < 35; p++) out.push([...pen.getImageData(Math.floor((p % 7 + .5) / 7 * canvas.width),
          Math.floor((Math.floor(p / 7) + .5) / 5 * canvas.height), 1, 1).data]); return out; }"""
    )
    from saliency_viz.figures.colors import table

    scale = locked_scale(trace, "attention", 4, keys="image")
    places = scale.normalized(metrics.row(trace, 5, "attention", 4)[3:38])
    wanted = table("viridis")[np.round(places * 255).astype(int)].astype(int)
    assert np.abs(np.array(pixels)[:, :3] - wanted).max() <= 1
    assert (np.array(pixels)[:, 3] == 255).all()


def test_arrows_home_and_end_step_and_brackets_choose_layers(show):
    opened = show(example_trace(), token=4)
    opened.page.locator(".sv-token").nth(4).focus()
    for key, wanted in (
        ("ArrowRight", 5),
        ("ArrowLeft", 4),
        ("Home", 0),
        ("ArrowLeft", 0),
        ("End", 10),
        ("ArrowRight", 10),
    ):
        opened.page.keyboard.press(key)
        assert opened.js("viewer.getState().token") == wanted
        assert opened.js("Number(document.activeElement.dataset.step)") == wanted
    for key, wanted in (("]", 0), ("]", 1), ("[", 0), ("[", 0)):
        opened.page.keyboard.press(key)
        assert opened.js("viewer.getState().layer") == wanted
    opened.js("viewer.drawn()")
    assert opened.js("document.querySelectorAll('.sv-strip [tabindex=\"0\"]').length") == 1
    assert opened.page.locator(".sv-layer[aria-checked=true]").inner_text() == "0"


@pytest.mark.slow
def test_twenty_five_fast_presses_end_on_token_twenty_five(show):
    trace = example_trace(steps=31)
    opened = show(trace, token=0)
    opened.page.locator(".sv-token").first.focus()
    for _ in range(25):
        opened.page.keyboard.press("ArrowRight")
    opened.js("viewer.drawn()")
    assert opened.js("viewer.getState().token") == 25
    assert opened.page.locator(".sv-token[aria-selected=true]").get_attribute("data-step") == "25"
    assert float(opened.text("[data-fact=score]")) == pytest.approx(trace.steps[25].score, rel=5e-3)
    assert opened.js("document.querySelector('.sv-root').dataset.drawn") == "run-0/25/target"


def test_zoom_stays_when_the_token_changes(show):
    opened = show(example_trace(), token=7)
    opened.look(".sv-heat .sv-panel[data-kind=saliency] .sv-plot")
    plot = opened.page.locator(".sv-heat .sv-panel[data-kind=saliency] .nsewdrag").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    opened.page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] * 0.2)
    opened.page.mouse.down()
    opened.page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.8, steps=5)
    opened.page.mouse.up()
    ranges = "(() => { const l = viewer.heat.sides[1].plot.root.layout; return [l.xaxis.range, l.yaxis.range]; })()"
    waited = """new Promise((done) => { const look = () =>
      viewer.heat.sides[1].plot.root.layout.xaxis.range[0] > 1 ? done() : setTimeout(look, 20); look(); })"""
    opened.js(waited)
    zoomed = opened.js(ranges)
    assert zoomed[0][1] - zoomed[0][0] < 10
    opened.state(token=9, layer=2)
    assert opened.js(ranges) == zoomed


def test_the_heatmap_holds_every_layer_and_a_click_chooses_one(show):
    trace = example_trace()
    opened = show(trace, token=6, image_columns="each")
    opened.look(".sv-heat .sv-plot")
    for side, kind in enumerate(("attention", "saliency")):
        shown = np.array(
            opened.js(f"viewer.heat.sides[{side}].values.map((row) => row.map((v) => Number.isNaN(v) ? -1 : v))")
        )
        assert shown.shape == (5, 53) and (shown[:, 48:] == -1).all()
        assert np.allclose(shown[:, :48], metrics.layer_rows(trace, 6, kind)[:, :48], rtol=1e-6)
    opened.state(image_columns="sum")
    assert opened.js("viewer.heat.sides[0].values[2][3]") == pytest.approx(
        float(metrics.layer_rows(trace, 6, "attention")[2, 3:38].sum()), rel=1e-5
    )
    plot = opened.page.locator(".sv-heat .sv-panel[data-kind=attention] .nsewdrag").first
    box = plot.bounding_box()
    place = {"x": 20, "y": box["height"] * (1 - 3.5 / 5)}
    plot.hover(position={"x": 20, "y": box["height"] * 0.5})
    plot.hover(position=place)
    for _ in range(250):  # plotly clicks on what it hovered last, and looks now and then where that is
        if opened.js("(viewer.heat.sides[0].plot.root._hoverdata || [{}])[0].y") == 3:
            break
        opened.page.wait_for_timeout(20)
    plot.click(position=place)
    assert opened.js("viewer.getState().layer") == 3


@pytest.mark.parametrize("paper", [False, True])
def test_plots_out_of_sight_wait_and_come_on_the_screen_or_on_paper_as_what_is_chosen_by_then(show, paper):
    trace = example_trace()
    opened = show(trace, token=6, image_columns="each")
    opened.state(token=8)
    assert opened.page.locator(".sv-heat .main-svg").count() == 0
    assert opened.text(".sv-heat .sv-panel[data-kind=saliency] h3") == "Saliency"
    if paper:
        opened.js("dispatchEvent(new Event('beforeprint'))")
    else:
        opened.look(".sv-heat .sv-plot")
    assert opened.page.locator(".sv-heat .nsewdrag").count() == 2
    shown = opened.js("viewer.heat.sides[1].values.map((row) => row.map((v) => Number.isNaN(v) ? -1 : v))")
    assert np.allclose(np.array(shown)[:, :50], metrics.layer_rows(trace, 8, "saliency")[:, :50], rtol=1e-6)


def test_plots_that_come_on_the_screen_between_two_runs_are_of_the_one_that_is_there(show):
    opened = show(example_trace(26), token=20, image_columns="each")
    look = "document.querySelector('.sv-heat').scrollIntoView(); viewer.heat.plots.look()"
    opened.js(f"(run) => {{ viewer.setRun(run); {look}; }}", payload(example_trace(5), "short"))
    assert opened.js("viewer.heat.sides.map((side) => side.values[0].length)") == [3 + 35 + 4 + 5] * 2
    opened.js("viewer.drawn()")


def test_reverse_lookup_tells_how_much_each_output_drew_on_dragged_patches(show):
    trace = example_trace()
    opened = show(trace, token=5)
    box = opened.page.locator(".sv-panel[data-kind=attention] .sv-picture").bounding_box()
    opened.page.mouse.move(box["x"] + 1.5 / 7 * box["width"], box["y"] + 1.5 / 5 * box["height"])
    opened.page.mouse.down()
    opened.page.mouse.move(box["x"] + 2.5 / 7 * box["width"], box["y"] + 2.5 / 5 * box["height"], steps=4)
    opened.page.mouse.up()
    opened.js("viewer.drawn()")
    pins = [3 + line * 7 + column for line in (1, 2) for column in (1, 2)]
    assert opened.js("viewer.getState().pins") == pins and opened.js("viewer.getState().pin_kind") == "attention"
    drawn = metrics.rows(trace, "attention")[:, pins].sum(axis=1)
    assert np.allclose(opened.values(".sv-strip .sv-token"), drawn, rtol=1e-5)
    assert "4 patches" in opened.text(".sv-notice")
    opened.page.locator(".sv-token").first.focus()
    opened.page.keyboard.press("Escape")
    assert opened.js("viewer.getState().pins") == []


def test_a_range_of_tokens_is_drawn_as_the_mean_of_its_rows(show):
    trace = example_trace()
    opened = show(trace, token=6)
    opened.page.locator(".sv-token").nth(6).click()
    opened.page.locator(".sv-token").nth(8).click(modifiers=["Shift"])
    opened.js("viewer.drawn()")
    assert opened.page.locator(".sv-token[aria-selected=true]").count() == 3
    row = metrics.row(trace, [6, 7, 8], "saliency", "target")
    shown = opened.values(".sv-token-card .sv-panel[data-kind=saliency] .sv-word[data-key]")
    assert np.allclose(shown[3:15], [*row[38:50]], rtol=1e-5)


def test_candidates_stand_against_tau_with_their_verdicts(show):
    trace = example_trace()
    opened = show(trace, token=8, view="candidates")
    rows = opened.js(
        "[...document.querySelectorAll('.sv-candidates tbody tr')].map((r) => [r.dataset.token, r.dataset.verdict])"
    )
    assert rows == [["108", "accepted"], ["908", "rejected"]]
    assert opened.page.locator(".sv-candidate-text").nth(1).inner_text() == " <b>dog</b>"
    left = float(opened.js("parseFloat(document.querySelector('.sv-candidate-bar > i').style.left)"))
    assert left == pytest.approx(100 * 0.01 / (1.08 * trace.steps[8].score), rel=1e-6)
    assert opened.page.locator(".sv-candidates button").count() == 0  # nobody to ask in a file


def test_the_expected_fall_lies_behind_the_score_on_its_scale(show):
    trace = example_trace()
    opened = show(trace, token=8, view="candidates")
    points = opened.js("document.querySelector('.sv-expected').getAttribute('d').match(/[\\d.]+ [\\d.]+/g)")
    found = [float(point.split()[1]) for point in points]
    expected, top = metrics.expected_scores(trace)[1:], 1.06 * metrics.score_curve(trace).top
    assert found == pytest.approx([42 - 30 * min(value, top) / top for value in expected], abs=0.06)
    parts = opened.js("[...document.querySelector('.sv-curve-svg').children].map((n) => n.getAttribute('class'))")
    assert parts.index("sv-expected") < parts.index("sv-score")
    assert "expected from the position" in opened.page.locator(".sv-curve-svg").inner_html()


def test_locore_s_window_and_gain_lie_on_the_words(show):
    trace = example_trace(locore=LocoRE(beta=0.2, window=3))
    opened = show(trace, token=8)
    raised = opened.js(
        "[...document.querySelectorAll('.sv-panel[data-kind=attention] .sv-gain')].map((n) => Number(n.dataset.key))"
    )
    assert raised == [int(key) for key in np.flatnonzero(trace.gain(8) > 1)] and len(raised) == 3
    assert opened.js("[...document.querySelectorAll('.sv-panel[data-kind=saliency] .sv-gain')].length") == 0
    for step in (0, 1, 2, 5):
        assert np.allclose(opened.js(f"[...viewer.run.gain({step})]"), trace.gain(step))


def test_the_triangle_holds_each_output_s_row_and_the_difference_of_shares(show):
    trace = example_trace()
    opened = show(trace, view="words", layer=3, triangle="attention")
    shown = np.array(
        opened.js(TRIANGLE),
        float,
    )
    assert np.allclose(shown, metrics.triangle(trace, 3, "attention"), rtol=1e-6, equal_nan=True)
    opened.state(triangle="difference")
    shown = np.array(
        opened.js(TRIANGLE),
        float,
    )
    wanted = metrics.triangle(trace, 3, "saliency", "share") - metrics.triangle(trace, 3, "attention", "share")
    assert np.allclose(shown, wanted, atol=1e-7, equal_nan=True)


def test_the_table_and_its_csv_are_the_row(show):
    trace = example_trace(words=("=SUM(A1)", ' "a,b"', "\n"))
    opened = show(trace, token=4, view="data")
    row = metrics.row(trace, 4, "saliency")
    cells = opened.values(".sv-data tbody tr td:nth-child(6)")
    assert np.allclose(cells, row[:46], rtol=1e-6)
    import csv
    import io

    lines = list(csv.reader(io.StringIO(opened.js("viewer.tabs.find((t) => t.name === 'data').view.csv()"))))
    head = next(i for i, line in enumerate(lines) if line[0] == "position")
    assert np.allclose([float(line[5]) for line in lines[head + 1 :]], row[:46], rtol=1e-6)
    assert lines[head + 1 + 42][2] == "'=SUM(A1)" and lines[head + 1 + 43][2] == ' "a,b"'
    assert lines[head + 1 + 3][3] == "0"  # the first patch


def test_two_runs_stand_side_by_side_on_one_scale_with_a_signed_difference(show):
    first = example_trace()
    second = example_trace(seed=1)
    ids = [step.token_id for step in second.steps]
    changed = tuple(replace(step, token_id=777, text=" kettle") if step.index == 5 else step for step in second.steps)
    second = replace(second, steps=changed)
    opened = show([first, second], token=7, compare_kind="saliency", transform="linear")
    assert ids[5] == 105
    marked = opened.js("[...document.querySelectorAll('.sv-changed')].map((n) => n.dataset.step)")
    assert marked == ["5", "5"]
    a, b = (metrics.row(trace, 7, "saliency") for trace in (first, second))
    shown = opened.values(".sv-panel[data-slot=difference] .sv-word[data-key]")
    keys = [key for key in range(49) if not 3 <= key < 38 and key != 47]
    at = {key: i for i, key in enumerate(k for k in range(53) if not 3 <= k < 38)}
    assert np.allclose([shown[at[key]] for key in keys], (b - a)[keys], atol=1e-6)
    assert np.isnan(shown[at[47]])  # the changed word has no counterpart
    high = locked_scale([first, second], "saliency", "target", keys="image").high
    for slot in (0, 1):
        ticks = opened.values(f".sv-panel[data-slot='{slot}'] .sv-image-bar .sv-bar-ticks > span")
        assert ticks[-1] == pytest.approx(high, rel=1e-6)
    ticks = opened.values(".sv-panel[data-slot=difference] .sv-image-bar .sv-bar-ticks > span")
    assert ticks[1] == 0 and ticks[-1] == -ticks[0] == pytest.approx(float(np.abs(b - a)[3:38].max()), rel=1e-5)


def test_hostile_tokens_stay_text(show):
    trace = example_trace(words=HOSTILE)
    trace = replace(trace, prompt_texts=(HOSTILE[0], *trace.prompt_texts[1:]), title=HOSTILE[0])
    opened = show(trace, token=8)
    for view in ("candidates", "layers", "words", "over", "marks", "data"):
        opened.state(view=view)
        assert opened.text(".sv-token-text") == HOSTILE[0]
        assert opened.js("document.querySelectorAll('img[src=x], .sv-root b b, .sv-root script').length") == 0
    opened.page.locator(".sv-token").first.hover()
    assert "<img" in opened.text(".sv-tip")
    assert opened.text(".sv-token[data-step='7'] .sv-token-text") == "⏎"
    opened.look(".sv-heat .sv-plot")
    labels = opened.js("[...document.querySelectorAll('.sv-heat .xtick text')].map((n) => n.textContent)")
    assert any(label.startswith("<img src") for label in labels) and any("${alert(1)}" in label for label in labels)


def test_truth_shows_only_when_asked(show):
    trace = replace(example_trace(), marks={3: Mark("hallucinated", "none"), 4: Mark("right")})
    opened = show(trace, token=3)
    assert opened.page.locator(".sv-hallucinated, .sv-right").count() == 0
    assert "hallucinated" not in opened.text(".sv-token-card")
    opened.state(reveal_truth=True)
    assert opened.page.locator(".sv-hallucinated").get_attribute("data-step") == "3"
    assert opened.page.locator(".sv-right").get_attribute("data-step") == "4"
    assert opened.text("[data-fact=mark]") == "hallucinated"


def test_hidden_sinks_are_always_stated(show):
    trace = example_trace()
    opened = show(trace, token=6, hide_sinks=True)
    row = metrics.row(trace, 6, "attention")
    hidden = 100 * row[:3].sum() / row.sum()
    note = opened.text(".sv-panel[data-kind=attention] .sv-words-note")
    assert note.startswith("3 template and sink tokens hidden") and f"{hidden:.1f}" in note
    assert opened.page.locator(".sv-panel[data-kind=attention] .sv-word[data-key='1']").is_hidden()


def test_panels_keep_their_place_while_stepping(show):
    opened = show(example_trace(steps=23), token=1)
    tops = """[...document.querySelectorAll('.sv-card')].map((card) => {
      const box = card.getBoundingClientRect(); return [box.top + scrollY, box.height]; })"""
    places = []
    for token in (1, 12, 22):
        opened.state(token=token)
        places.append(opened.js(tops))
    assert places[0][:3] == places[1][:3] == places[2][:3]


@pytest.mark.slow
@pytest.mark.parametrize("dark", [False, True])
def test_a_phone_shows_everything_without_sideways_scrolling(show, dark):
    for traces in (
        example_trace(steps=31, words=("Supercalifragilisticexpialidocious" * 2, " a")),
        [example_trace(), example_trace(seed=1)],
    ):
        opened = show(traces, width=390, dark=dark)
        for view in ("candidates", "layers", "words", "over", "heads", "matrix", "marks", "data"):
            opened.state(view=view)
            assert opened.js("document.documentElement.scrollWidth") <= 390
        assert opened.js("document.querySelector('.sv-root').classList.contains('sv-dark')") is dark


def test_a_chosen_picture_has_its_own_patches(show):
    trace = example_trace()
    second = Picture(png(30, 60), (0, 0, 30, 60), (10, 50))
    boxes = trace.boxes.copy()
    boxes[30:] = [[0, 10 * i, 10, 10 * i + 10] for i in range(5)]
    images = np.array([0] * 30 + [1] * 5, np.int16)
    opened = show(replace(trace, pictures=(*trace.pictures, second), boxes=boxes, box_images=images), token=4, frame=1)
    assert opened.page.locator(".sv-panel[data-kind=saliency] .sv-figure").count() == 1
    picture = opened.page.locator(".sv-panel[data-kind=saliency] .sv-picture")
    box = picture.bounding_box()
    picture.hover(position={"x": box["width"] / 2, "y": box["height"] * 0.7})
    assert "patch 33" in opened.text(".sv-tip")


def test_an_empty_viewer_explains_itself_and_draws_nothing(show):
    opened = show(example_trace())
    start(opened)
    opened.js("viewer.drawn()")
    assert "Choose an example" in opened.text(".sv-caption")
    assert opened.page.locator(".sv-token").count() == 0
    assert opened.page.locator(".sv-panel .sv-empty").first.bounding_box()["height"] >= 200


@pytest.mark.slow
def test_a_growing_run_shows_drafts_grey_and_scores_when_observed(show):
    trace = example_trace()
    opened = show(trace)
    start(opened)
    empty = replace(
        trace,
        steps=(),
        spans=trace.spans[:3],
        attention=trace.attention[:0, :, :42],
        saliency=trace.saliency[:0, :, :42],
        saliency_norm=trace.saliency_norm[:0],
    )
    send = "(delta) => { viewer.appendSteps(delta); return viewer.drawn(); }"
    running = {**payload(empty, "r"), "ended": "running"}
    opened.js("(p) => { viewer.setRun(p, {slot: 0}); return viewer.drawn(); }", running)
    opened.js(send, steps_payload(trace.steps[:4], 0, "r", pending=range(4)))
    assert opened.page.locator(".sv-token.sv-pending").count() == 4
    assert np.isnan(opened.values(".sv-strip .sv-token")).all()
    rows = [
        array[:3, ..., :45] if array.ndim == 3 else array[:3]
        for array in (trace.attention, trace.saliency, trace.saliency_norm)
    ]
    opened.js(send, steps_payload(trace.steps[:5], 0, "r", *rows, pending={3, 4}))
    assert opened.page.locator(".sv-token.sv-pending").count() == 2
    assert opened.values(".sv-strip .sv-token")[2] == pytest.approx(trace.steps[2].score)
    assert opened.js("viewer.getState().token") == 2  # follows the last observed one
    shown = opened.values(".sv-token-card .sv-panel[data-kind=attention] .sv-word[data-key]")
    assert np.allclose(shown[7:9], metrics.row(trace, 2, "attention")[42:44], rtol=1e-5)
    opened.js(send, steps_payload(trace.steps[3:4], 3, "other"))  # of another run: not ours
    assert opened.page.locator(".sv-token").count() == 5
    opened.js(
        send,
        steps_payload(
            trace.steps[3:4], 3, "r", *(array[3:4] for array in (trace.attention, trace.saliency, trace.saliency_norm))
        ),
    )
    assert opened.page.locator(".sv-token").count() == 4  # a withdrawn draft is gone
    words = (
        "[...document.querySelectorAll('.sv-panel[data-kind=attention] .sv-word[data-key]')].map((n) => n.dataset.key)"
    )
    assert opened.js(words) == [str(key) for key in (*range(3), *range(38, 46))]
    assert opened.js("document.querySelectorAll('.sv-panel[data-kind=attention] .sv-words-break').length") == 1
    assert opened.js("asked") == []  # rows of a growing run come by themselves
    opened.js("(p) => { viewer.setState({token: 1}); viewer.setRun(p); return viewer.drawn(); }", payload(trace, "r"))
    assert opened.page.locator(".sv-token").count() == 11 and opened.js("viewer.getState().token") == 1
    opened.js("viewer.clear(); viewer.drawn()")
    assert opened.page.locator(".sv-token").count() == 0


def test_rows_left_out_are_asked_for_once_and_drawn_when_they_come(show):
    trace = example_trace()
    opened = show(trace)
    start(opened)
    opened.js(
        "(p) => { viewer.setRun(p); viewer.setState({token: 7, transform: 'linear'}); return viewer.drawn(); }",
        payload(trace, "r", max_rows_bytes=0),
    )
    assert opened.js("asked") == [["r", 7]]
    assert "not here yet" in opened.text(".sv-panel[data-kind=saliency] .sv-words-note")
    opened.js(
        "(rows) => { answer(rows); return new Promise((done) => setTimeout(done)).then(() => viewer.drawn()); }",
        rows_payload(trace, 7),
    )
    shown = opened.values(".sv-token-card .sv-panel[data-kind=saliency] .sv-word[data-key]")
    assert np.allclose(shown[3:14], metrics.row(trace, 7)[38:49], rtol=1e-5)
    ticks = opened.values(".sv-panel[data-kind=saliency] .sv-image-bar .sv-bar-ticks > span")
    assert ticks[-1] == pytest.approx(locked_scale(trace, "saliency", "target", keys="image").high, rel=1e-5)


def test_what_only_the_server_can_do_is_asked_by_name(show):
    trace = example_trace()
    opened = show(trace)
    start(opened)
    opened.js("(p) => { viewer.setRun(p); viewer.setState({token: 8}); return viewer.drawn(); }", payload(trace, "r"))
    opened.page.locator(".sv-candidates button").click()
    assert opened.js("acts") == [["force", {"run": "r", "step": 8, "token_id": 908}]]
    opened.page.locator(".sv-token").nth(4).click()
    assert opened.js("states.at(-1).token") == 4
    opened.page.keyboard.press("h")
    opened.js("viewer.drawn()")
    assert opened.js("acts.at(-1)") == ["mark", {"run": "r", "step": 4, "judgement": "hallucinated", "note": ""}]
    assert opened.page.locator(".sv-hallucinated").get_attribute("data-step") == "4"


def test_what_if_names_the_pins_and_the_factor(show):
    trace = example_trace()
    opened = show(trace)
    start(opened)
    opened.js(
        "(p) => { viewer.setRun(p); viewer.setState({token: 6, pins: [5, 39]}); return viewer.drawn(); }",
        payload(trace, "r"),
    )
    assert "1 patches + 1 words" in opened.text(".sv-notice")
    opened.page.locator(".sv-what-if input").fill("1.5")
    opened.page.locator(".sv-what-if button").click()
    assert opened.js("acts.at(-1)") == ["what_if", {"run": "r", "step": 6, "keys": [5, 39], "factor": 1.5}]


def test_shares_over_the_caption_and_distances_are_the_figures_numbers(show):
    trace = example_trace()
    opened = show(trace, token=8, view="over", layer=1)
    shown = opened.js("viewer.tabs.find((t) => t.name === 'over').view.sides.map((s) => [s.points, s.distance])")
    for kind, (points, distance) in zip(metrics.KINDS, shown, strict=True):
        wanted = metrics.shares_over_run(trace, kind, 1)
        assert np.allclose([[point[part] for part in metrics.PARTS] for point in points], wanted, rtol=1e-5)
        assert np.allclose(distance, metrics.distance_curve(trace, 8, kind, 1)[1], rtol=1e-6)


def test_marks_give_the_auroc_one_counts_by_hand(show):
    trace = example_trace()
    marks = {step: Mark("right" if step % 2 else "hallucinated") for step in range(1, 11)}
    opened = show(replace(trace, marks=marks), view="marks")
    assert "look first" in opened.text(".sv-tab-body > div:not([hidden]) > p")
    opened.state(reveal_truth=True)
    right, wrong = ([trace.steps[step].score for step in range(1, 11) if step % 2 == odd] for odd in (1, 0))
    area = np.mean([(a > b) + 0.5 * (a == b) for a in right for b in wrong])
    assert f"AUROC {float(f'{area:.3g}'):g}" in opened.text(".sv-tab-body > div:not([hidden]) > p")


def test_every_text_on_a_coloured_ground_is_readable(show):
    opened = show(example_trace())
    lowest = opened.js(
        """() => { const part = (x) => { x /= 255; return x <= .04045 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4; };
        const light = (css) => { const [r, g, b] = css.match(/\\d+/g).map(Number);
          return .2126 * part(r) + .7152 * part(g) + .0722 * part(b); };
        let lowest = 99;
        for (const theme of ['light', 'dark']) for (const map of [...SaliencyViewer.SEQUENTIAL, 'RdBu_r'])
          for (let i = 0; i <= 100; i++) { const t = SaliencyViewer.tintOf(map, i / 100, theme);
            const [a, b] = [light(t.background), light(t.ink)];
            lowest = Math.min(lowest, (Math.max(a, b) + .05) / (Math.min(a, b) + .05)); }
        return lowest; }"""
    )
    assert lowest >= 4.5


def test_the_page_speaks_chinese_when_asked(browser, tmp_path: Path):
    path = tmp_path / "zh.html"
    path.write_text(standalone(example_trace(), language="zh"), "utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    page.wait_for_selector(".sv-root[data-drawn]", state="attached")
    assert page.locator(".sv-tab").first.inner_text() == "候选"
    assert page.locator(".sv-panel h3").first.inner_text() == "注意力"
    page.close()


def test_a_question_mark_opens_the_keys_and_escape_returns(show):
    opened = show(example_trace(), token=3)
    opened.page.locator(".sv-token").nth(3).focus()
    opened.page.keyboard.press("?")
    assert opened.page.locator(".sv-help").is_visible()
    opened.page.keyboard.press("Escape")
    assert opened.page.locator(".sv-help").is_hidden()
    assert opened.js("document.activeElement.dataset.step") == "3"


def test_nonsense_in_a_link_becomes_a_valid_state(show):
    opened = show(
        example_trace(),
        token="9e9",
        layer="x",
        scale="nope",
        transform=3,
        opacity="many",
        view="none",
        pins=[-1, 4, "a", 999],
        cmap="jet",
    )
    state = opened.js("viewer.getState()")
    assert state["layer"] == "target" and state["scale"] == "layer" and state["transform"] == "percentile"
    assert (
        state["token"] == 10 and state["pins"] == [4] and state["cmap"] == "viridis" and state["view"] == "candidates"
    )
    assert 0 <= state["opacity"] <= 1
    json.dumps(state)


def test_the_page_holds_a_whole_trace(show):
    trace = example_trace()
    assert isinstance(trace, Trace)
    opened = show(trace)
    assert opened.page.locator(".sv-token").count() == len(trace.steps)
    assert opened.js("Plotly.version") == opened.js("SaliencyViewer.PLOTLY_VERSION")
