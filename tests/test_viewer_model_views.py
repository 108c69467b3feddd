"""What only the model can add, on the screen: lens, heads, a token's map, curves equal the numbers that were sent."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import numpy as np
import pytest

from saliency_viz.decoding import Faithfulness
from saliency_viz.figures.rows import metrics
from saliency_viz.figures.web.payload import payload
from saliency_viz.ui.handlers.inspect import curves, packed

from .traces import example_trace
from .viewer_page import closed, needs_chromium, opened_page, start

pytestmark = needs_chromium
ASSETS = Path(__file__).resolve().parents[1] / "assets" / "viewer"
VIEWS = ("lens", "heads", "matrix", "knock_out", "faithfulness")
VIEW = "viewer.tabs.find((tab) => tab.name === viewer.state.view).view"
BODY = ".sv-tab-body > div:not([hidden])"
# Patches that have one colour, tried at two corners of each.
HOLES = """() => {
  const shown = document.querySelector(".sv-faith-picture"), canvas = document.createElement("canvas");
  Object.assign(canvas, { width: shown.width, height: shown.height });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(shown, 0, 0);
  const at = (x, y) => [...pen.getImageData(x, y, 1, 1).data].join(), [w, h] = [canvas.width, canvas.height];
  const flat = ([l, t, r, b]) => at(l * w + 3, t * h + 3) === at(r * w - 4, b * h - 4);
  return viewer.run.boxes.map((box, patch) => [patch, flat(box)]).filter(([, one]) => one).map(([patch]) => patch);
}"""
STEP, REACH = 6, 48  # 42 positions of prompt, six words written


@pytest.fixture(scope="module")
def opened(browser, tmp_path_factory):
    """One page for all tests of this file, each with a viewer of its own."""
    one = opened_page(browser, tmp_path_factory.mktemp("views"), example_trace())
    yield one
    closed(one)


def begin(opened, view, language="en", width=1280, dark=False, **state):
    """The viewer as the app makes it, on one run at one token; questions wait in `replies` for their answer. Nothing
    is computed unasked, as it is soon after a first quick answer (tests/test_app_looks.py)."""
    opened.page.set_viewport_size({"width": width, "height": 900})
    opened.js("(dark) => document.body.classList.toggle('dark', dark)", dark)
    start(opened, lang=language)
    opened.js(
        """() => { window.replies = []; viewer.options.onAction = (name, detail, news) => { acts.push([name, detail]);
        return name === "halt" ? null : new Promise((yes, no) => replies.push({ yes, no, news })); }; }"""
    )
    opened.js("() => { viewer.options.model = () => 'synthetic'; viewer.pace.quick = () => false; }")
    opened.js(
        "([p, s]) => { viewer.setRun(p); viewer.setState(s); return viewer.drawn(); }",
        [payload(example_trace(), "r"), {"token": STEP, "view": view, "layer": 1, **state}],
    )


def ask(opened, answer, **detail):
    """Press the tab's button and let the server answer; what was asked must be this."""
    opened.page.locator(f"{BODY} > .sv-section-head button:visible").first.click()
    kind = opened.js("viewer.state.view")
    assert opened.js("acts.at(-1)") == [kind, {"run": "r", "step": STEP, **detail}]
    opened.js("async (answer) => { replies.at(-1).yes(answer); await null; await viewer.drawn(); }", answer)
    opened.js("viewer.drawn()")


def saved(opened):
    """What "save CSV" would hand over, as rows without the lines that begin with #."""
    return list(csv.reader(io.StringIO(opened.js(f"SaliencyViewer.csvText(...{VIEW}.table())"))))


def lines(rows):
    return [row for row in rows if not row[0].startswith("#")][1:]


def heads_like(seed=2, scale=1.0):
    """Attention and saliency [5 layers, 3 heads, 48 keys]."""
    rng = np.random.default_rng(seed)
    return rng.dirichlet(np.full(REACH, 0.3), (5, 3)), rng.gamma(0.4, scale, (5, 3, REACH))


def parts():
    return metrics.part_of_keys(example_trace())[:REACH]


@pytest.mark.slow
def test_the_lens_shows_every_layers_tokens_and_the_written_ones_curve(opened):
    begin(opened, "lens")
    rng = np.random.default_rng(4)
    top = np.sort(rng.random((5, 3)), axis=1)[:, ::-1] / 2
    hostile = ["<img src=x onerror=alert(1)>", " ${alert(2)}", "=1+1"]
    answer = [
        {
            "probability": float(rng.random()),
            "rank": int(10**layer),
            "top": [[106 + i, hostile[i], float(top[layer, i])] for i in range(3)],
        }
        for layer in range(5)
    ]
    ask(opened, {"layers": answer})
    assert opened.js("[...document.querySelectorAll('.sv-lens tbody tr')].map((row) => row.dataset.layer)") == list(
        "43210"
    )
    assert np.allclose(opened.values(f"{BODY} .sv-lens-cell"), top[::-1].ravel(), rtol=1e-12)
    assert opened.page.locator(".sv-written").count() == 5  # token 106 is the one that was written
    for curve in ("probability", "rank"):
        assert opened.values(f"[data-curve={curve}] circle") == [layer[curve] for layer in answer]
    places = opened.js(
        "[...document.querySelectorAll('[data-curve=probability] circle')].map((dot) => Number(dot.getAttribute('cx')))"
    )
    assert np.allclose(np.diff(places) / np.diff([layer["probability"] for layer in answer]), 136, rtol=1e-6)
    rows = lines(saved(opened))
    assert len(rows) == 15 and rows[4][4:6] == ["107", hostile[1]] and rows[2][5] == "'=1+1"
    assert [float(row[6]) for row in rows] == pytest.approx(top.ravel().tolist(), rel=1e-12)
    opened.page.locator(".sv-lens-cell").nth(1).hover()
    assert opened.page.locator(".sv-tip").inner_text().split("\n")[1:4] == ["layer", "4", "p"]
    opened.page.locator(".sv-lens-layer").nth(1).click()
    assert opened.js("viewer.getState().layer") == 3


@pytest.mark.slow
@pytest.mark.parametrize("scale", [1.0, 1e-11])
def test_the_share_of_every_head_is_what_numpy_counts(opened, scale):
    begin(opened, "heads")
    attention, saliency = heads_like(scale=scale)
    ask(opened, packed(attention, saliency))
    wanted = {}
    for part, name in enumerate(metrics.PARTS):
        for kind, values in (("attention", attention), ("saliency", saliency)):
            wanted[kind, name] = values[..., parts() == part].sum(-1) / values.sum(-1)
        for kind in ("attention", "saliency", "difference"):
            opened.state(heads_part=name, heads_kind=kind)
            shares = (
                wanted["saliency", name] - wanted["attention", name] if kind == "difference" else wanted[kind, name]
            )
            assert np.allclose(opened.js(f"{VIEW}.values"), shares, atol=4e-4)
            if kind != "difference":
                assert np.allclose(
                    opened.js(f"{VIEW}.plot.root.data[0].z"), shares, atol=4e-4
                )  # the bar goes from 0 to 1
    rows = np.array(lines(saved(opened)), float)
    assert rows.shape == (15, 10) and (rows[:, :2] == [[i // 3, i % 3] for i in range(15)]).all()
    columns = [
        wanted[kind, name].ravel()
        for kind in ("attention", "saliency")
        for name in ("image", "prompt", "outputs", "template")
    ]
    assert np.allclose(rows[:, 2:].T, columns, atol=4e-4)


def test_a_click_on_a_cell_shows_that_head_over_the_picture_and_the_words(opened):
    begin(opened, "heads", transform="linear")
    attention, saliency = heads_like()
    ask(opened, packed(attention, saliency))
    assert opened.page.locator(f"{BODY} .sv-grid-canvas:visible").count() == 2
    plot = opened.page.locator(f"{BODY} .nsewdrag").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    place = {"x": box["width"] * 2.5 / 3, "y": box["height"] * (1 - 3.5 / 5)}
    plot.hover(position={"x": 20, "y": box["height"] * 0.5})
    plot.hover(position=place)
    for _ in range(250):  # plotly clicks on what it hovered last, and looks now and then where that is
        if opened.js(f"(({VIEW}.plot.root._hoverdata || [{{}}])[0]).y") == 3:
            break
        opened.page.wait_for_timeout(20)
    plot.click(position=place)
    opened.js("viewer.drawn()")
    state = opened.js("viewer.getState()")
    assert (state["layer"], state["head"], state["heads_show"]) == (3, 2, "one")
    for side, values in enumerate((attention, saliency)):
        row = values[3, 2]
        words = {key: row[key] for key in range(REACH) if not 3 <= key < 38}
        nodes = f"[...{VIEW}.panels[{side}].words.tokens.nodes]"
        shown = opened.js(f"{nodes}.map(([key, node]) => [key, node.dataset.value])")
        assert {key: float(value) for key, value in shown if value} == pytest.approx(words, rel=1e-3, abs=1e-7)
        top = opened.js(f"{VIEW}.panels[{side}].given.scale.high")
        assert top == pytest.approx(values[3, :, 3:38].max(), rel=1e-3)  # one scale for all heads of the layer
    assert opened.page.locator(f"{BODY} .sv-picture:visible").count() == 2
    opened.page.locator(f"{BODY} .sv-picture:visible").first.hover(position={"x": 5, "y": 5})
    assert opened.page.locator(".sv-tip b").all_inner_texts() == [
        opened.js(
            "(v) => SaliencyViewer.formatNumber(Math.fround(v), 4)",
            float(opened.js(f"{VIEW}.panels[{side}].given.values[3]")),
        )
        for side in (0, 1)
    ]


@pytest.mark.parametrize("how, reduce", [("mean", np.mean), ("max", np.max)])
def test_all_heads_as_their_mean_or_largest_value(opened, how, reduce):
    begin(opened, "heads", layer="target", heads_show=how)
    attention, saliency = heads_like()
    ask(opened, packed(attention, saliency))
    for side, values in enumerate((attention, saliency)):
        shown = opened.js(f"[...{VIEW}.panels[{side}].given.values]")[:REACH]
        assert np.allclose(shown, reduce(values[2:].mean(0), axis=0), rtol=2e-3, atol=1e-6)


@pytest.mark.slow
def test_a_row_of_the_map_shows_what_that_query_attended_to(opened):
    begin(opened, "matrix", transform="linear")
    rng = np.random.default_rng(5)
    words = [key for key in range(REACH) if not 3 <= key < 38]
    attention, saliency = (np.tril(rng.random((REACH, REACH))) for _ in range(2))
    ask(opened, {**packed(attention[words], saliency[words]), "rows": words}, layer=1)
    shown = np.array(opened.js(f"{VIEW}.values.map((row) => row.map((v) => Number.isNaN(v) ? null : v))"), float)
    wanted = np.where(np.tri(len(words), dtype=bool), saliency[np.ix_(words, words)], np.nan)
    assert np.allclose(shown, wanted, rtol=1e-3, equal_nan=True)
    assert opened.js(f"{VIEW}.query.query.select.value") == "47"  # nobody chose: the row that predicts the token
    opened.js(f"{VIEW}.plot.options.click(0, {words.index(40)})")
    opened.js("viewer.drawn()")
    assert opened.js("viewer.getState().matrix_row") == 40
    for side, values in enumerate((attention, saliency)):
        assert np.allclose(opened.js(f"[...{VIEW}.query.panels[{side}].given.values]")[:REACH], values[40], rtol=1e-3)
        assert opened.js(f"{VIEW}.query.panels[{side}].given.scale.high") == pytest.approx(
            values[words, 3:38].max(), rel=1e-3
        )
    nodes = f"[...{VIEW}.query.panels[0].words.tokens.nodes]"
    unseen = opened.js(f"{nodes}.filter(([, node]) => node.classList.contains('sv-beyond')).map(([key]) => key)")
    assert unseen == list(range(41, 53))
    rows = lines(saved(opened))
    assert [int(row[0]) for row in rows] == list(range(41)) and rows[40][1:4] == ["prompt", " image", ""]
    assert np.allclose(
        [[float(row[4]), float(row[5])] for row in rows], np.stack([attention[40], saliency[40]], 1)[:41], rtol=1e-3
    )
    said = opened.text(".sv-loss")
    assert "“image” (position 40)" in said and "“and” (token 6)" in said  # whose query, and whose loss
    opened.page.locator(f"{BODY} select").nth(1).select_option("39")
    assert opened.js("viewer.getState().matrix_row") == 39
    opened.state(layer="all")  # another question; the maps of layers stay out of a mean over layers
    assert opened.page.locator(f"{BODY} .sv-grid-mode").count() == 0


def measured():
    """Curves whose areas can be worked out: 35 places, three draws."""
    points = np.array([0.0, 0.2, 0.6, 1.0])
    deletion = {"saliency": np.array([[0.5, 0.1, 0.05, 0.02]]), "attention": np.array([[0.5, 0.4, 0.2, 0.02]])}
    deletion["random"] = np.array([[0.5, 0.45, 0.3, 0.02], [0.5, 0.35, 0.1, 0.02], [0.5, 0.4, 0.2, 0.02]])
    insertion = {name: 1 - curve for name, curve in deletion.items()}
    orders = {name: np.random.default_rng(i).permutation(35)[None] for i, name in enumerate(deletion)}
    return Faithfulness(STEP, (1,), "mean", 0, points, deletion, insertion, orders)


def test_curves_areas_and_file_are_the_measured_numbers(opened):
    begin(opened, "faithfulness")
    found = measured()
    ask(opened, curves(found), layer=1, fill="mean")
    for side in ("deletion", "insertion"):
        for ranking in ("saliency", "attention", "random"):
            dots = opened.values(f".sv-panel[data-side={side}] circle[data-ranking={ranking}]")
            assert dots == pytest.approx(getattr(found, side)[ranking].mean(0).tolist(), rel=1e-12)
            area = opened.values(f".sv-panel[data-side={side}] tr[data-ranking={ranking}] .sv-num")
            by_hand = getattr(found, side)[ranking].mean(0) @ [0.1, 0.3, 0.4, 0.2]
            assert area == pytest.approx([by_hand], rel=1e-12)
    assert opened.text(".sv-panel[data-side=deletion] tr[data-ranking=random] .sv-num") == "0.254 (0.199 – 0.309)"
    band = opened.page.locator(".sv-panel[data-side=deletion] .sv-band").get_attribute("d")
    heights = [float(y) for y in re.findall(r"[ML]\S+ (\S+?)(?=[LZ])", band)]
    draws = found.deletion["random"]
    edge = np.concatenate([draws.max(0), draws.min(0)[::-1]])
    assert np.allclose(heights, 8 + (1 - edge) * 188, atol=0.06)  # 188 pixels from 0 to 1
    rows = saved(opened)
    assert [f"# area deletion saliency 0: {found.area('deletion', 'saliency')[0]}"] in rows
    numbers = {(r[0], r[1], int(r[2]), float(r[3])): float(r[4]) for r in lines(rows)}
    assert numbers == {(r["side"], r["ranking"], r["draw"], r["fraction"]): r["probability"] for r in found.table()}


def test_the_picture_beside_the_curves_has_the_holes_of_the_point_looked_at(opened):
    begin(opened, "faithfulness")
    found = measured()
    ask(opened, curves(found), layer=1, fill="mean")
    assert opened.page.locator(".sv-faith-picture").get_attribute("data-gone") == "7"  # 20 % of 35
    dot = ".sv-panel[data-side=insertion] circle[data-ranking=saliency][data-fraction='0.6']"
    where = [float(opened.page.locator(dot).get_attribute(name)) for name in ("cx", "cy")]
    opened.page.locator(".sv-panel[data-side=insertion] .sv-chart svg").hover(position={"x": where[0], "y": where[1]})
    assert opened.page.locator(".sv-faith-picture").get_attribute("data-gone") == "14"  # 60 % shown
    assert opened.page.locator(".sv-tip b").all_inner_texts() == ["0.95", "0.8", "0.8"]
    holes = opened.js(HOLES)
    assert holes == sorted(found.orders["saliency"][0][21:].tolist())


def test_what_came_is_kept_and_going_back_asks_nothing(opened):
    begin(opened, "heads")
    ask(opened, packed(*heads_like()))
    opened.state(token=2)
    assert opened.page.locator(f"{BODY} > .sv-section-head button").first.is_visible()
    opened.state(token=STEP, view="lens")
    opened.state(view="heads")
    assert opened.page.locator(f"{BODY} .sv-grid-canvas:visible").count() == 2
    assert opened.js("acts.length") == 1


def test_asking_at_every_token_asks_for_the_one_that_stays_chosen(opened):
    begin(opened, "lens", follow=True)
    opened.page.wait_for_timeout(0)
    for _ in range(200):
        if opened.js("acts.length"):
            break
        opened.page.wait_for_timeout(20)
    assert opened.js("acts") == [["lens", {"run": "r", "step": STEP}]]
    opened.js("for (const token of [1, 2, 3, 4]) viewer.set({token})")
    opened.js("(layers) => replies[0].yes({layers})", [{"probability": 0.5, "rank": 1, "top": [[1, "a", 0.5]]}] * 5)
    for _ in range(200):
        if opened.js("acts.length") == 2:
            break
        opened.page.wait_for_timeout(20)
    assert opened.js("acts[1]") == ["lens", {"run": "r", "step": 4}]


def test_a_refusal_stands_in_the_tab_and_one_may_ask_again(opened):
    begin(opened, "lens")
    button = opened.page.locator(f"{BODY} > .sv-section-head button").first
    button.click()
    assert not button.is_visible()
    opened.js("async () => { replies[0].no(new Error('No lens <b>today</b>.')); await null; await viewer.drawn(); }")
    opened.js("viewer.drawn()")
    assert opened.text(f"{BODY} .sv-hint") == "No lens <b>today</b>."
    button.click()
    assert opened.js("acts.length") == 2


def test_a_measurement_says_how_far_it_is_and_can_be_stopped(opened):
    begin(opened, "faithfulness")
    opened.page.locator(f"{BODY} button", has_text="measure").click()
    opened.js("replies[0].news({done: 31, total: 128})")
    assert opened.text(f"{BODY} [role=status]") == "31 of 128 readings"
    assert opened.js(f"[{VIEW}.asked.bar.value, {VIEW}.asked.bar.max]") == [31, 128]
    opened.page.locator(f"{BODY} button", has_text="stop").click()
    assert opened.js("acts.at(-1)") == ["halt", {"run": "r", "kind": "faithfulness"}]
    opened.js("async () => { replies[0].yes({stopped: true}); await null; await null; await viewer.drawn(); }")
    opened.js("viewer.drawn()")
    assert opened.text(f"{BODY} [role=status]") == "Stopped: nothing was kept."
    assert opened.js(f"{VIEW}.asked.known.size") == 0
    assert opened.page.locator(f"{BODY} button", has_text="measure").is_enabled()


def test_without_a_model_no_tab_that_needs_one_is_offered(opened):
    begin(opened, "candidates")
    assert all(opened.page.locator(f".sv-tab[data-view={view}]").is_visible() for view in VIEWS)
    opened.js("() => { delete viewer.options.onAction; viewer.schedule(); return viewer.drawn(); }")
    for view in VIEWS:
        tab = opened.page.locator(f".sv-tab[data-view={view}]")
        assert tab.is_hidden() and "needs the model" in tab.get_attribute("title")
    assert opened.page.locator(".sv-tab[data-view=candidates]").is_visible()


def test_a_run_of_another_model_is_named(opened):
    begin(opened, "lens")
    assert opened.page.locator(".sv-tab[data-missing]").count() == 0
    opened.js("() => { viewer.options.model = () => 'somebody/other'; viewer.schedule(); return viewer.drawn(); }")
    said = opened.text(f"{BODY} [role=status]")
    assert "“synthetic”" in said and "“other”" in said
    opened.js("() => { viewer.options.model = () => '/a/folder/synthetic'; viewer.schedule(); return viewer.drawn(); }")
    assert opened.page.locator(f"{BODY} button:visible:enabled").count() == 1


@pytest.mark.slow
@pytest.mark.parametrize("dark", [False, True])
def test_a_phone_shows_every_view_without_sideways_scrolling(opened, dark):
    words = [key for key in range(REACH) if not 3 <= key < 38]
    square = np.tril(np.random.default_rng(1).random((REACH, REACH)))[words]
    answers = {
        "lens": {"layers": [{"probability": 0.5, "rank": 3, "top": [[i, f" word{i}", 0.1] for i in range(5)]}] * 5},
        "heads": packed(*heads_like()),
        "matrix": {**packed(square, square), "rows": words},
        "faithfulness": curves(measured()),
    }
    for view, answer in answers.items():
        begin(opened, view, width=390, dark=dark)
        more = {"matrix": {"layer": 1}, "faithfulness": {"layer": 1, "fill": "mean"}}.get(view, {})
        ask(opened, answer, **more)
        assert opened.js("document.documentElement.scrollWidth <= window.innerWidth")


def test_every_sentence_of_these_views_is_there_in_chinese(opened):
    said = {"every head", "one head", "saliency − attention", "random", "Deletion", "area under the curve"}
    for path in [ASSETS / "views" / "on_demand.js", *(ASSETS / "tabs").glob("*.js")]:
        said |= set(re.findall(r'\bt\(\s*"((?:[^"\\]|\\.)*)"', path.read_text("utf-8")))
    assert len(said) > 50
    assert sorted(said - set(opened.js("Object.keys(SaliencyViewer.languages.zh)"))) == []


def test_the_views_speak_chinese_when_asked(opened):
    begin(opened, "faithfulness", language="zh")
    ask(opened, curves(measured()), layer=1, fill="mean")
    words = opened.js(f"document.querySelector({BODY!r}).innerText.replace(/[“”].*?[“”]|CSV|PNG|SVG/g, '')")
    assert not re.search(r"[A-Za-z]{3}", words)


KNOCKED = {
    "before": -0.25,
    "after": -2.5,
    "by_layer": [-0.25, -0.5, -2.0, -0.125, -0.25],
    "top_before": [[106, " and", 0.7788], [7, " or", 0.125], [8, " with", 0.0625]],
    "top_after": [[7, " or", 0.5], [106, " and", 0.0821], [9, " a", 0.03125]],
    "follows": " or three bowls",
}
IMAGE = list(range(3, 38))


def test_knock_out_asks_for_what_is_chosen_and_shows_the_numbers_that_came(opened):
    begin(opened, "knock_out")
    ask(opened, KNOCKED, keys=IMAGE, layers=None, heads=None)
    said = opened.page.locator(".sv-knock-said")
    assert said.get_attribute("data-before") == "-0.25" and said.get_attribute("data-after") == "-2.5"
    words = said.text_content()
    assert "0.779 → 0.0821" in words and "−2.25 nats" in words and "35 places hidden" in words
    bars = opened.page.locator(".sv-knock-bar")
    assert [float(bar.get_attribute("data-value")) for bar in bars.all()] == KNOCKED["by_layer"]
    tall = [float(bar.get_attribute("height")) for bar in bars.all()]  # -1.75 to +0.125 nats on 96 px
    assert tall == pytest.approx([1, 0.25 / 1.875 * 96, 1.75 / 1.875 * 96, 0.125 / 1.875 * 96, 1])
    assert [bar.get_attribute("class") for bar in bars.all()].count("sv-knock-bar sv-knock-up") == 1
    told = opened.page.locator("[data-knock=top] tbody tr")
    assert [[float(cell.get_attribute("data-value")) for cell in row.locator("td").all()] for row in told.all()] == [
        [p for _, _, p in KNOCKED[name]] for name in ("top_before", "top_after")
    ]
    texts = [step.text for step in example_trace().steps[STEP : STEP + 8]]
    assert opened.page.locator("[data-follows=before]").text_content() == "".join(texts).strip()
    assert opened.page.locator("[data-follows=after]").text_content() == "or three bowls"
    rows = lines(saved(opened))
    assert [float(row[3]) for row in rows] == [0, -0.25, -1.75, 0.125, 0]
    bars.nth(2).click(force=True)
    assert opened.js("viewer.getState().layer") == 2


@pytest.mark.slow
def test_knock_out_of_pins_words_layers_and_heads(opened):
    begin(opened, "knock_out", knock_hide="pins")
    button = opened.page.locator(f"{BODY} > .sv-section-head button:visible").first
    assert (
        button.is_disabled()
        and "Nothing is pinned" in opened.page.locator(f"{BODY} .sv-hint:visible").first.text_content()
    )
    opened.js("() => { viewer.setState({pins: [4, 5, 44, 50]}); return viewer.drawn(); }")
    ask(opened, KNOCKED, keys=[4, 5, 44], layers=None, heads=None)  # the row of token 6 does not see 50
    selects = opened.page.locator(f"{BODY} select")
    selects.nth(0).select_option("words")
    selects.nth(1).select_option("chosen")
    selects.nth(2).select_option("2")
    opened.js("viewer.drawn()")
    ask(opened, KNOCKED, keys=list(range(42, 48)), layers=[1], heads=[2])
    faint = [bar.get_attribute("data-layer") for bar in opened.page.locator(".sv-knock-out-of").all()]
    assert faint == ["0", "2", "3", "4"]
    selects.nth(0).select_option("all")
    opened.js("viewer.drawn()")
    ask(opened, KNOCKED, keys=None, layers=[1], heads=[2])
    assert "heads silent · layer 1 · head 2" in opened.page.locator(".sv-knock-said").text_content()
