"""What is seen together without scrolling: the caption, the selected word, and attention beside saliency.

Short and long captions of small and large models, on the screens people have; the numbers in the pictures are tested
elsewhere.
"""

from __future__ import annotations

import pytest

from .app_browser import drawn, open_site, ready, shut, watched, write_examples
from .traces import example_trace

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DESKTOPS = ((1280, 720), (1440, 900), (1920, 1080))
RUNS = {"8 tokens, 6 layers": (8, 6, (5, 7)), "200 tokens, 32 layers": (200, 32, (23, 29))}
LEAST = 260  # px of a picture's height
BOXES = """() => Object.fromEntries(Object.entries({
  header: '.app-header', strip: '.sv-strip', word: '.sv-token.sv-selected', facts: '.sv-facts',
  attention: '.sv-twin[data-kind=attention] .sv-picture', saliency: '.sv-twin[data-kind=saliency] .sv-picture',
  layers: '.sv-layer-row', last: '.sv-layer[data-layer=all]', caption: '.sv-caption', tabs: '.sv-tabs'})
  .map(([name, selector]) => { const box = document.querySelector(selector).getBoundingClientRect();
    return [name, [box.left, box.top, box.right, box.bottom].map(Math.round)]; }))"""
LEFT, TOP, RIGHT, BOTTOM = range(4)
BEYOND = """() => [...document.querySelectorAll('.sv-twin')].filter((panel) => panel.getClientRects().length)
  .flatMap((panel) => [...panel.querySelectorAll('.sv-bar-ticks > span')].filter((tick) =>
    tick.getBoundingClientRect().right > panel.getBoundingClientRect().right + .5).map((tick) => tick.textContent))"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = open_site(write_examples(tmp_path_factory.mktemp("site") / "examples"))
    yield site
    site.page.close()


@pytest.fixture(scope="module")
def links(site):
    """Address of a page that shows each run, a late token chosen."""
    found = {}
    for name, (steps, layers, grid) in RUNS.items():
        run = site.store.put(example_trace(steps, layers=layers, grid=grid), name, None)
        site.store.share(run)
        found[name] = f"{site.address}/?run={run}&token={steps - 2}"
    return found


@pytest.fixture
def visit(browser, links):
    """visit(run, width, height): the page once it shows the run; afterwards nothing may have gone wrong."""
    opened = []

    def open_page(run: str, width: int, height: int):
        page, seen = watched(browser, viewport={"width": width, "height": height}, reduced_motion="reduce")
        opened.append((page, seen))
        ready(page, links[run])
        page.wait_for_selector(".sv-token.sv-selected")
        page.wait_for_selector(".sv-image-bar .sv-bar-ticks > span", state="attached")  # a long run's rows come later
        settled(page)
        return page

    yield open_page
    for page, seen in opened:
        shut(page)
        assert (seen.errors, seen.outside) == ([], [])


def settled(page) -> None:
    """Drawn, measured in the frames after, and drawn again at that size."""
    drawn(page)
    page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 60))))"
    )
    drawn(page)


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize(("width", "height"), DESKTOPS)
def test_caption_word_and_both_pictures_are_seen_together(visit, run, width, height):
    page = visit(run, width, height)
    boxes = page.evaluate(BOXES)
    assert page.evaluate("scrollY") == 0
    assert boxes["header"][BOTTOM] - boxes["header"][TOP] <= 49
    strip = boxes["strip"]
    assert boxes["header"][BOTTOM] <= strip[TOP] and strip[BOTTOM] - strip[TOP] <= 120
    assert strip[TOP] <= boxes["word"][TOP] and boxes["word"][BOTTOM] <= strip[BOTTOM]
    for kind in ("attention", "saliency"):
        left, top, right, bottom = boxes[kind]
        assert boxes["facts"][BOTTOM] <= top and bottom <= boxes["layers"][TOP] and right <= width
        whole = page.evaluate(
            "(kind) => document.querySelector(`.sv-twin[data-kind=${kind}] .sv-pictures`).clientWidth", kind
        )
        assert bottom - top >= LEAST or right - left >= 0.97 * whole  # a wide picture takes the width there is
    assert boxes["attention"][RIGHT] < boxes["saliency"][LEFT]
    assert boxes["attention"][TOP] == boxes["saliency"][TOP]
    assert boxes["layers"][BOTTOM] <= height and boxes["last"][RIGHT] <= width
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("run", RUNS)
def test_a_click_changes_everything_and_moves_nothing(visit, run):
    page = visit(run, 1280, 720)
    before = page.evaluate(BOXES)
    page.evaluate("() => document.querySelectorAll('.sv-strip .sv-token')[1].click()")
    settled(page)
    after = page.evaluate(BOXES)
    still = ("header", "strip", "facts", "attention", "saliency", "layers", "tabs")
    assert {name: after[name] for name in still} == {name: before[name] for name in still}
    strip, word = after["strip"], after["word"]
    assert strip[TOP] <= word[TOP] and word[BOTTOM] <= strip[BOTTOM]  # scrolled inside, also back to the first line


HELD = """() => { const { run, options } = SaliencyApp.current, ask = options.fetchRows;
  run.rows[1] = null;
  options.fetchRows = (...which) => new Promise((answer) => { window.answer = () => answer(ask(...which)); }); }"""


def test_numbers_on_their_way_keep_their_place(visit):
    page = visit("200 tokens, 32 layers", 1280, 720)
    page.wait_for_function("SaliencyApp.current.run.complete")
    settled(page)
    before = page.evaluate(BOXES)
    page.evaluate(HELD)
    page.evaluate("() => document.querySelectorAll('.sv-strip .sv-token')[1].click()")
    page.wait_for_selector(".sv-words.sv-waiting", state="attached")
    settled(page)
    still = ("facts", "attention", "saliency", "layers", "tabs")
    waiting = page.evaluate(BOXES)
    assert {name: waiting[name] for name in still} == {name: before[name] for name in still}
    page.evaluate("answer()")
    page.wait_for_function("SaliencyApp.current.run.has(1)")
    settled(page)
    come = page.evaluate(BOXES)
    assert {name: come[name] for name in still} == {name: before[name] for name in still}


@pytest.mark.parametrize("run", RUNS)
def test_past_the_pair_the_caption_stays_as_one_line_and_nothing_jumps(visit, run):
    page = visit(run, 1280, 720)
    length = page.evaluate("document.documentElement.scrollHeight")
    page.evaluate("() => document.querySelector('.sv-tab-card').scrollIntoView()")
    page.wait_for_selector(".sv-caption.sv-line")
    settled(page)
    boxes = page.evaluate(BOXES)
    assert abs(boxes["caption"][TOP] - boxes["header"][BOTTOM]) <= 1
    assert boxes["caption"][BOTTOM] - boxes["caption"][TOP] <= 48 and boxes["caption"][BOTTOM] <= boxes["tabs"][TOP]
    assert boxes["strip"][LEFT] <= boxes["word"][LEFT] and boxes["word"][RIGHT] <= boxes["strip"][RIGHT]
    assert abs(page.evaluate("document.documentElement.scrollHeight") - length) <= 2
    page.keyboard.press("Home")
    page.evaluate("() => scrollTo(0, 0)")
    page.wait_for_selector(".sv-caption:not(.sv-line)")


def test_a_long_caption_is_compact_and_content_words_leave_the_rest_out(visit):
    page = visit("200 tokens, 32 layers", 1440, 900)
    assert page.locator(".sv-strip.sv-compact").count() == 1
    page.locator(".sv-caption label", has_text="content words").locator("input").check()
    drawn(page)
    seen = page.locator(".sv-strip .sv-token:visible .sv-token-text").all_text_contents()
    small = {" a", " A", " and", "."}
    chosen = page.locator(".sv-token.sv-selected .sv-token-text").text_content()
    assert len(seen) > 60 and set(seen) & small <= {chosen} and " teapot" in seen and " shows" in seen
    page.locator(".sv-token.sv-selected").focus()
    page.keyboard.press("ArrowLeft")  # passes over what is left out
    drawn(page)
    assert page.locator(".sv-token.sv-selected .sv-token-text").text_content() not in small


def test_on_a_phone_the_result_comes_first_and_one_picture_at_a_time(visit):
    page = visit("8 tokens, 6 layers", 390, 844)
    order = [
        page.locator(name).bounding_box()["y"]
        for name in (".sv-strip >> nth=0", ".sv-facts", ".sv-layer-row", "#app-image")
    ]
    assert order == sorted(order)
    shown = ".sv-twin:visible"
    assert page.locator(shown).count() == 1 and page.locator(shown).get_attribute("data-kind") == "saliency"
    assert page.locator(".sv-layer-row").bounding_box()["y"] < 844
    page.locator(".sv-flip button", has_text="attention").click()
    drawn(page)
    assert page.locator(shown).get_attribute("data-kind") == "attention"
    page.wait_for_function(
        "() => [...document.querySelectorAll('.sv-twin[data-kind=attention] canvas')].some((canvas) => canvas.width &&"
        " canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean))"
    )
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_on_a_tablet_inputs_and_pair_stand_side_by_side(visit):
    page = visit("8 tokens, 6 layers", 768, 1024)
    boxes = page.evaluate(BOXES)
    inputs = page.locator("#app-image").bounding_box()
    assert inputs["x"] + inputs["width"] <= boxes["strip"][LEFT]
    assert boxes["attention"][TOP] == boxes["saliency"][TOP] and boxes["saliency"][RIGHT] <= 768
    assert boxes["header"][BOTTOM] <= 49 and page.evaluate("document.documentElement.scrollWidth") == 768


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize(("width", "height"), [(390, 844), (768, 1024), (1280, 720)])
def test_the_numbers_at_a_bar_end_within_their_panel(visit, run, width, height):
    page = visit(run, width, height)
    assert page.locator(".sv-twin .sv-image-bar .sv-bar-ticks > span").count() >= 4
    assert page.evaluate(BEYOND) == []
