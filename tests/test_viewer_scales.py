"""Ranges set by hand, several tokens as one, and two tokens of one run: the viewer's numbers equal the figures'."""

# ruff: noqa: F811 -- fixtures are imported

from __future__ import annotations

import json
from itertools import product

import numpy as np
import pytest

from saliency_viz.figures.rows import metrics
from saliency_viz.ui import exports

from .traces import csv_file, example_trace
from .viewer_page import needs_chromium, show, start  # noqa: F401

pytestmark = needs_chromium
PANEL = ".sv-token-card .sv-panel[data-kind={kind}]"


def ticks(opened, kind, bar="image-bar"):
    """The numbers at the ends of a panel's colour bar."""
    found = opened.values(f"{PANEL.format(kind=kind)} .sv-{bar} .sv-bar-ticks > span")
    return found[0], found[-1]


def words(opened, where="", trace=None):
    """The numbers on the words of a panel, by position."""
    nodes = "[...document.querySelectorAll(s)].map((n) => [Number(n.dataset.key), n.dataset.value])"
    found = opened.js(f"(s) => {nodes}", f"{where} .sv-word[data-key]")
    return {key: float(value) if value else np.nan for key, value in found}


def test_a_range_set_by_hand_rules_both_bars_and_survives_other_tokens_and_layers(show):
    opened = show(example_trace(), token=6, scale="manual", range_attention=[0.02, 0.11], range_saliency=[0, 0.25])
    for token, layer in ((6, "target"), (9, 2)):
        opened.state(token=token, layer=layer)
        for bar in ("image-bar", "word-bar-box"):
            assert ticks(opened, "attention", bar) == (0.02, 0.11)
            assert ticks(opened, "saliency", bar) == (0, 0.25)


@pytest.mark.slow
def test_the_numbers_at_the_bar_change_the_scale_and_nonsense_is_refused(show):
    trace = example_trace()
    opened = show(trace, token=6, scale="layer", transform="linear")
    assert opened.page.locator(".sv-range:visible").count() == 0
    opened.page.click(".sv-view-button")
    opened.page.select_option(".sv-controls select >> nth=0", "manual")
    opened.js("viewer.drawn()")
    assert opened.text(".sv-view-button") == "View: set by hand, linear to the top"
    low, high = opened.js("viewer.getState().range_saliency")
    top = max(metrics.row(trace, step)[3:38].max() for step in range(11))
    assert low == 0 and top <= high <= 1.1 * top  # begins where the locked scale ends
    upper = opened.page.locator(PANEL.format(kind="saliency") + " .sv-range-end").nth(1)
    upper.fill("0.125")
    upper.press("Enter")
    opened.js("viewer.drawn()")
    assert ticks(opened, "saliency") == (0, 0.125)
    for nonsense in ("-1", "0", ""):
        upper.fill(nonsense)
        upper.press("Tab")
        opened.js("viewer.drawn()")
        assert upper.get_attribute("aria-invalid") == "true" and ticks(opened, "saliency") == (0, 0.125)
    opened.page.keyboard.press("Escape")  # "View" lies over it
    opened.page.locator(PANEL.format(kind="saliency") + " .sv-range button").click()
    opened.js("viewer.drawn()")
    assert opened.js("viewer.getState().range_saliency") == [low, high]


@pytest.mark.slow
def test_a_colour_under_a_range_set_by_hand_is_the_figure_s(show):
    from saliency_viz.figures.colors import table

    trace = example_trace()
    state = {"scale": "manual", "range_attention": [0.01, 0.08], "range_saliency": [0.02, 0.3], "cmap": "magma"}
    opened = show(trace, token=8, layer=3, opacity=1, **state)
    view = exports._asked(trace, None, {"token": 8, "layer": 3, **state}).view
    for kind, transform in product(metrics.KINDS, ("linear", "percentile", "log")):
        opened.state(transform=transform)
        pixels = opened.js(
            """(kind) => { const c = document.querySelector(`.sv-panel[data-kind=${kind}] canvas.sv-canvas`);
            const copy = new OffscreenCanvas(c.width, c.height), out = [];
            const pen = copy.getContext('2d', {willReadFrequently: true});
            pen.drawImage(c, 0, 0);
            for (let p = 0; p < 35; p++) out.push([...pen.getImageData(Math.floor((p % 7 + .5) / 7 * c.width),
              Math.floor((Math.floor(p / 7) + .5) / 5 * c.height), 1, 1).data].slice(0, 3)); return out; }""",
            kind,
        )
        scale = view.at(transform=transform).scale(trace, kind, 8, "image")
        assert (scale.low, scale.high) == tuple(state[f"range_{kind}"])
        places = scale.normalized(metrics.row(trace, 8, kind, 3)[3:38])
        wanted = table("magma")[np.round(places * 255).astype(int)].astype(int)
        assert np.abs(np.array(pixels) - wanted).max() <= 2


def test_beside_the_switch_stands_that_only_raw_compares_between_tokens(show):
    opened = show(example_trace(), token=6)
    opened.page.click(".sv-view-button")
    for normalization in ("row", "share"):
        opened.state(normalization=normalization)
        assert "only raw compares between tokens" in opened.text(".sv-sizes")
    opened.state(normalization="raw")
    assert opened.text(".sv-sizes") == "sizes compare between tokens"
    assert opened.page.locator(".sv-sizes").is_visible()


@pytest.mark.slow
@pytest.mark.parametrize("reduce", ["mean", "max"])
def test_a_word_is_the_mean_or_the_maximum_of_its_tokens_in_viewer_figures_and_tables(show, reduce):
    trace = example_trace(words=(" Tea", "pot", "s", " and", " cup", "s"))
    opened = show(trace, token=7, granularity="word", reduce=reduce, layer=2)
    steps = opened.js("viewer.stepsOf(0)")
    assert steps == [6, 7, 8]  # "Tea" "pot" "s"
    for kind, normalization in product(metrics.KINDS, metrics.NORMALIZATIONS):
        opened.state(normalization=normalization)
        row = metrics.row(trace, steps, kind, 2, normalization, reduce)
        shown = words(opened, PANEL.format(kind=kind))
        assert [shown[key] for key in (40, 44, 49)] == pytest.approx(
            [float(row[key]) for key in (40, 44, 49)], rel=1e-5
        )
        (chip,) = opened.values(f"{PANEL.format(kind=kind)} .sv-chip")
        assert chip == pytest.approx(float(row[3:38].sum()), rel=1e-5)
        one_by_one = np.stack([metrics.row(trace, step, kind, 2, normalization) for step in steps])
        assert np.allclose(row, getattr(one_by_one, reduce)(0), rtol=1e-6)
    state = {**opened.js("viewer.getState()"), "steps": steps}
    _, table = csv_file(exports.export(trace, "keys", state).data)
    assert len(table) == trace.steps[8].position and table[0]["gain"] == ""
    wanted = metrics.row(trace, steps, "saliency", 2, "share", reduce)[: len(table)]
    assert np.allclose([float(line["saliency"]) for line in table], wanted)
    lines = opened.js("viewer.tabs.find((t) => t.name === 'data').view.csv()").split("\n")
    assert f'# over the steps: "{reduce}"' in lines and "# steps: [6, 7, 8]" in lines
    kept = json.loads(exports.export(trace, "json", state).data)
    assert kept["keys"]["steps"] == steps and kept["metadata"]["view"]["reduce"] == reduce
    assert exports.export(trace, "image.png", state).data.startswith(b"\x89PNG")


@pytest.mark.slow
def test_a_held_token_stands_beside_the_next_ones_on_one_scale_with_their_difference(show):
    trace = example_trace()
    opened = show(trace, token=4, transform="linear", compare_kind="saliency")
    opened.page.locator(".sv-token").nth(4).focus()
    opened.page.keyboard.press("t")
    opened.page.locator(".sv-token").nth(9).click()
    opened.js("viewer.drawn()")
    assert opened.js("viewer.getState().held") == 4 and opened.page.locator(".sv-pair.sv-three").count() == 1
    assert opened.page.locator(".sv-strip:visible").count() == 1
    assert opened.page.locator(".sv-held").get_attribute("data-step") == "4"
    now, held = (metrics.row(trace, step) for step in (9, 4))
    assert words(opened, ".sv-panel[data-slot='0']")[44] == pytest.approx(float(now[44]), rel=1e-5)
    assert words(opened, ".sv-panel[data-slot='1']")[44] == pytest.approx(float(held[44]), rel=1e-5)
    change = words(opened, ".sv-panel[data-slot=difference]")
    for key in (1, 39, 42, 45):
        assert change[key] == pytest.approx(float(held[key] - now[key]), abs=1e-6)
    assert np.isnan(change[46]) and np.isnan(change[50])  # the held token's row ended before
    ends = [opened.values(f".sv-panel[data-slot='{slot}'] .sv-image-bar .sv-bar-ticks > span")[-1] for slot in (0, 1)]
    assert ends[0] == ends[1]
    opened.state(scale="token")  # one scale for the two of them
    both = max(float(row[3:38].max()) for row in (now, held))
    for slot in (0, 1):
        top = opened.values(f".sv-panel[data-slot='{slot}'] .sv-image-bar .sv-bar-ticks > span")[-1]
        assert top == pytest.approx(both, rel=1e-5)
    opened.page.locator(".sv-panel[data-slot='1'] .sv-word[data-key='43']").hover()
    assert opened.page.locator(".sv-panel[data-slot='0'] .sv-word.sv-lit").get_attribute("data-key") == "43"
    opened.page.locator(".sv-token").nth(9).focus()
    opened.page.keyboard.press("Escape")
    opened.js("viewer.drawn()")
    assert opened.js("viewer.getState().held") is None and opened.page.locator(".sv-three").count() == 0


@pytest.mark.slow
def test_a_held_token_is_part_of_the_state_and_gives_way_to_a_second_run(show):
    from saliency_viz.figures.web.payload import payload

    trace = example_trace()
    opened = show(trace, token=9, held=3)
    assert opened.js("viewer.holding") and opened.text("[data-slot='1'] h3").lower() == "held “a”"
    opened.page.locator(".sv-hold").click()
    assert not opened.js("viewer.comparing")
    start(opened)
    one, other = payload(trace, "a"), payload(example_trace(seed=2), "b")
    opened.js("([a, b]) => { viewer.setRun(a); viewer.hold(2); viewer.setRun(b, {slot: 1}); }", [one, other])
    assert opened.js("[viewer.getState().held, viewer.runs[1].id]") == [None, "b"]
    opened.js("() => { viewer.hold(5); return viewer.drawn(); }")
    assert opened.js("viewer.holding")
    opened.js("() => { viewer.hold(); return viewer.drawn(); }")
    assert opened.js("viewer.runs[1].id") == "b"  # what stood there before comes back


@pytest.mark.slow
def test_taps_alone_select_a_range_or_several_tokens(show):
    opened = show(example_trace(), token=2, granularity="range")
    token = opened.page.locator(".sv-token")
    token.nth(3).click()
    assert opened.js("viewer.stepsOf(0)") == [3]
    token.nth(6).click()
    assert opened.js("viewer.stepsOf(0)") == [3, 4, 5, 6]
    token.nth(8).click()
    assert opened.js("viewer.stepsOf(0)") == [8]
    opened.state(granularity="several")
    token.nth(5).click()
    token.nth(1).click()
    assert opened.js("viewer.stepsOf(0)") == [1, 5, 8]
    token.nth(5).click()
    assert opened.js("viewer.stepsOf(0)") == [1, 8]
    token.nth(1).click()
    assert opened.js("viewer.stepsOf(0)") == [8] and opened.js("viewer.getState().token") == 8


def test_ranges_and_held_tokens_from_a_link_are_checked(show):
    wrong = {"range_attention": [3, 1], "range_saliency": "x", "held": 999, "reduce": "sum", "granularity": "all"}
    opened = show(example_trace(), token=2, scale="manual", **wrong)
    state = opened.js("viewer.getState()")
    assert (state["held"], state["reduce"], state["granularity"]) == (10, "mean", "token")
    for kind in metrics.KINDS:
        low, high = state[f"range_{kind}"]
        assert low == 0 < high
