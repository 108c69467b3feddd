"""What a visitor set is there at the next visit, and one button sets it back; nothing jumps as a page loads."""

from __future__ import annotations

import json

import pytest

from .app_browser import drawn, open_site, ready, shut, state, unfold, watched, watched_page, write_examples
from .visitor import opened_with

pytestmark = pytest.mark.browser
KEPT = "JSON.parse(localStorage.getItem('saliency-viz-view') || '{}')"
SETTINGS = "localStorage.getItem('saliency-viz-settings')"
TEMPERATURE = "#app-temperature input[type=number]"
READY = "window.SaliencyApp && SaliencyApp.current"
# Sums what moved without anyone's doing, as browsers score it.
WATCH = """
window.moved = [];
new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.moved.push(
  [entry.value, entry.sources.map(({ node }) => node && (node.id || node.className || node.nodeName))]);
}).observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = open_site(write_examples(tmp_path_factory.mktemp("prefs") / "examples"), pause=0.0)
    yield site
    site.page.close()


@pytest.fixture
def tab(site, browser):
    with watched_page(browser, site.address) as page:
        page.wait_for_selector(".sv-token")
        yield page


def again(page):
    page.reload()
    page.wait_for_function(f"{READY} && SaliencyApp.current.runs[0]")
    drawn(page)


@pytest.mark.slow
def test_how_one_likes_to_look_is_kept_and_reset_sets_it_back(tab):
    assert tab.locator(".sv-view-button").inner_text() == "View"
    tab.click(".sv-view-button")
    assert tab.locator(".sv-controls").is_visible() and tab.locator(".sv-reset").is_hidden()
    tab.locator(".sv-choice select").filter(has_text="magma").select_option("magma")
    tab.get_by_label("hide sinks").check()
    tab.locator(".sv-strip .sv-token").nth(4).click()
    assert tab.evaluate(KEPT) == {"cmap": "magma", "hide_sinks": True}
    again(tab)
    assert (state(tab)["cmap"], state(tab)["hide_sinks"], state(tab)["opacity"]) == ("magma", True, 0.62)
    assert tab.locator(".sv-view-button").inner_text() == "View: magma, hide sinks"
    tab.click(".sv-view-button")
    tab.click(".sv-reset")
    usual = tab.evaluate("SaliencyApp.DEFAULTS")
    assert {key: state(tab)[key] for key in ("cmap", "hide_sinks")} == {
        key: usual[key] for key in ("cmap", "hide_sinks")
    }
    assert tab.evaluate(KEPT) == {} and tab.locator(".sv-reset").is_hidden()


@pytest.mark.slow
def test_what_a_link_shows_is_not_taken_for_the_visitor_s_taste(site, tab):
    tab.goto(f"{site.address}/?example=farm&cmap=cividis&opacity=0.2&token=3")
    tab.wait_for_function(f"{READY} && SaliencyApp.current.getState().cmap === 'cividis'")
    tab.keyboard.press("]")
    tab.locator(".sv-strip .sv-token").nth(5).click()
    assert tab.evaluate(KEPT) == {}
    tab.goto(site.address)
    tab.wait_for_function(f"{READY} && SaliencyApp.current.runs[0]")
    assert (state(tab)["cmap"], state(tab)["opacity"]) == ("viridis", 0.62)


@pytest.mark.slow
@pytest.mark.parametrize(
    "kept", ["{", "[]", "3", json.dumps({"cmap": "<b>", "opacity": "x", "token": 3, "scale": None})]
)
def test_a_damaged_memory_is_as_none(site, browser, kept):
    page, seen = watched(browser)
    with opened_with(page, f"localStorage.setItem('saliency-viz-view', {json.dumps(kept)})"):
        ready(page, site.address)
    page.wait_for_selector(".sv-token")
    wanted = page.evaluate("SaliencyApp.DEFAULTS")
    shown = state(page)
    shut(page)
    assert {key: shown[key] for key in ("cmap", "opacity", "scale")} == {
        key: wanted[key] for key in ("cmap", "opacity", "scale")
    }
    assert seen.errors == []


@pytest.mark.slow
def test_decoding_settings_are_kept_and_one_button_sets_all_back(tab):
    unfold(tab, "#app-decoding")
    tab.fill(TEMPERATURE, "0.7")
    tab.keyboard.press("Tab")
    tab.wait_for_function(f"() => JSON.parse({SETTINGS} || '[]')[1] === 0.7")
    tab.check("#app-sgrs input")
    tab.wait_for_function(f"() => JSON.parse({SETTINGS})[5] === true")
    again(tab)
    assert tab.locator("#app-sgrs input").is_checked()
    tab.click("#app-decoding button >> nth=0")
    tab.wait_for_selector(TEMPERATURE)
    tab.wait_for_function(f"() => document.querySelector('{TEMPERATURE}').value === '0.7'")
    tab.click("#app-reset")
    tab.wait_for_function(f"() => document.querySelector('{TEMPERATURE}').value === '0'")
    assert not tab.locator("#app-sgrs input").is_checked()


@pytest.mark.slow
@pytest.mark.parametrize("size", [(1440, 900), (390, 844)], ids=["wide", "phone"])
def test_the_first_visit_does_not_jump_as_it_loads(site, browser, size):
    page, _ = watched(browser, tour=True, viewport={"width": size[0], "height": size[1]}, alone=True)
    page.context.add_init_script(WATCH)
    ready(page, site.address)
    page.wait_for_selector(".app-tour-card")
    drawn(page)
    moved = page.evaluate("moved")
    shut(page)
    ours = [(score, names) for score, names in moved if any(str(name).startswith(("app-", "sv-")) for name in names)]
    assert sum(score for score, _ in ours) < 0.1, str(moved)  # gradio's own loader moves too, sooner or later, and goes
