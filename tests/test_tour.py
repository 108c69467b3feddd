"""The first visit's tour and the help: shown once, dismissed for good, found again, and true to the keys there are."""

from __future__ import annotations

import re

import pytest

from saliency_viz.paths import assets

from .app_browser import open_site, ready, shut, state, watched, write_examples

FLAG = "localStorage.getItem('saliency-viz-tour')"
FOCUS = "document.activeElement.dataset.tour || document.activeElement.id || document.activeElement.tagName"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = open_site(write_examples(tmp_path_factory.mktemp("tour") / "examples"), pause=0.0)
    yield site
    site.page.close()


@pytest.fixture
def visit(site, browser):
    """visit(query, **options of the browser context): a page as at a first visit; nothing may have gone wrong."""
    opened = []

    def go(query="", **options):
        page, seen = watched(browser, tour=True, **options)
        opened.append((page, seen))
        ready(page, site.address + query)
        page.wait_for_selector(".sv-token")
        return page

    yield go
    for page, seen in opened:
        shut(page)
        assert seen.errors == [] and seen.outside == []


def step(page):
    return page.locator(".app-tour-count").text_content()


def inside(page, name):
    """Whether the ring lies around the middle of a part of the page."""
    return page.evaluate(
        "(name) => { const [ring, part] = ['.app-tour-ring', name].map((one) => document.querySelector(one)"
        ".getBoundingClientRect()); const x = part.left + part.width / 2;"
        " return ring.left < x && x < ring.right && ring.top < part.bottom && part.top < ring.bottom; }",
        name,
    )


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("options", [{}, {"viewport": {"width": 390, "height": 844}}], ids=["wide", "phone"])
def test_a_first_visit_walks_through_five_steps_that_point_at_what_they_name(visit, options):
    page = visit(reduced_motion="reduce", **options)
    page.wait_for_selector(".app-tour-card")
    words = ""
    for number, part in enumerate(["#app-image", ".sv-strip", ".sv-layers", ".sv-tabs", "#app-methods"], 1):
        assert step(page) == f"{number} of 5" and page.evaluate(FOCUS) == "next"
        page.wait_for_function("() => document.querySelector('.app-tour-ring').getBoundingClientRect().height > 20")
        assert inside(page, part)
        box = page.locator(".app-tour-card").bounding_box()
        view = page.viewport_size
        assert box["x"] >= 0 and box["x"] + box["width"] <= view["width"] and box["y"] + box["height"] <= view["height"]
        page.keyboard.press("Enter")
        words = page.locator(".app-tour-card").text_content() if page.locator(".app-tour-card").count() else words
    assert "SGRS" in words and "LocoRE" in words and page.evaluate("scrollY") == 0
    assert page.locator(".app-tour").count() == 0 and page.evaluate(FLAG) == "seen"


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("how", ["Escape", "skip"])
def test_dismissed_it_gives_the_focus_back_and_never_comes_by_itself_again(visit, how):
    page = visit()
    page.wait_for_selector(".app-tour-card")
    card = page.locator(".app-tour-card")
    assert card.get_attribute("role") == "dialog"
    for name in ("labelledby", "describedby"):
        assert page.locator("#" + card.get_attribute(f"aria-{name}")).text_content()
    if how == "skip":
        page.click("[data-tour=skip]")
    else:
        page.keyboard.press("Escape")
    assert page.locator(".app-tour").count() == 0
    page.reload()
    page.wait_for_selector(".sv-token")
    page.evaluate("() => SaliencyApp.current.drawn()")
    assert page.locator(".app-tour").count() == 0


@pytest.mark.slow
@pytest.mark.browser
def test_the_page_stays_usable_behind_it_and_back_goes_back(visit):
    page = visit()
    page.click("[data-tour=next]")
    page.locator(".sv-strip .sv-token").nth(3).click()
    assert state(page)["token"] == 3 and step(page) == "2 of 5"
    page.click("[data-tour=back]")
    assert step(page) == "1 of 5"
    page.keyboard.press("Escape")
    assert page.locator(".app-tour").count() == 0


@pytest.mark.slow
@pytest.mark.browser
def test_who_comes_by_a_link_is_not_stopped_by_it_and_the_help_shows_it_again(visit):
    page = visit("/?example=kitchen&token=3")
    page.evaluate("() => SaliencyApp.current.drawn()")
    assert page.locator(".app-tour").count() == 0
    page.keyboard.press("?")
    page.get_by_role("button", name="show the tour").click()
    assert step(page) == "1 of 5" and page.locator(".sv-help").is_hidden()
    page.keyboard.press("Escape")
    assert page.evaluate(FLAG) == "seen"


@pytest.mark.slow
@pytest.mark.browser
def test_the_help_holds_the_focus_lists_every_key_and_gives_the_focus_back(visit):
    page = visit("/?example=kitchen")
    page.locator(".sv-strip .sv-token").nth(2).click()
    before = page.evaluate("document.activeElement.dataset.step")
    page.keyboard.press("?")
    for _ in range(7):
        page.keyboard.press("Tab")
        assert page.evaluate("Boolean(document.activeElement.closest('.sv-help'))")
    shown = page.locator(".sv-help kbd").all_text_contents()
    assert "Ctrl Enter" in shown and "[  ]" in shown and "Alt ← →" in shown
    page.keyboard.press("Escape")
    assert page.locator(".sv-help").is_hidden() and page.evaluate("document.activeElement.dataset.step") == before


def keys_handled(folder: str) -> set[str]:
    """Names of all keys that a folder's scripts compare event.key with."""
    found = set()
    for path in (assets() / folder).rglob("*.js"):
        text = path.read_text("utf-8")
        found |= set(re.findall(r'event\.key [!=]== "([^"]+)"', text))
        for table in re.findall(r"\{([^{}]*)\}\[event\.key\]", text):
            found |= set(re.findall(r'"?([\w?\[\]]+)"?:', table))
        for names in re.findall(r"\[([^\[\]]*)\]\.includes\(event\.key\)", text):
            found |= set(re.findall(r'"([^"]+)"', names))
        rest = re.sub(r'event\.key [!=]== "[^"]+"|\}\[event\.key\]|\.includes\(event\.key\)', "", text)
        assert "event.key" not in rest, f"{path.name} reads a key in a way this test does not understand"
    return found


def keys_listed(path: str) -> set[str]:
    """Names of the keys in a help table: the first array of each row."""
    text = (assets() / path).read_text("utf-8")
    rows = re.findall(r'\[\[("[^\n]*?")\], "', text)
    return {name for row in rows for name in re.findall(r'"([^"]+)"', row)}


@pytest.mark.parametrize(("folder", "table"), [("viewer", "viewer/views/help.js"), ("app", "app/page/keys.js")])
def test_the_help_lists_exactly_the_keys_that_are_handled(folder, table):
    assert keys_listed(table) == keys_handled(folder) - {"Tab"}  # Tab only keeps the focus inside the help
    assert len(keys_listed(table)) > 5
