"""For who hears the page, steers it by keys, or needs other colours: axe finds nothing serious, the rest is driven."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from saliency_viz.figures.rows import metrics
from saliency_viz.figures.web.standalone import standalone
from saliency_viz.trace import Mark

from .app_browser import compare, drawn, open_site, ready, shut, state, watched, watched_page, write_examples
from .test_app_browser import run, wait_end
from .traces import example_trace

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe
PHONE = {"width": 390, "height": 844}
# Found in gradio 6.31's own parts, by rule and node. Nothing at present; ours never goes here.
GRADIO: dict[str, tuple[str, ...]] = {}
STOPS = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, [tabindex]")].filter((node) =>
  !node.disabled && node.tabIndex >= 0 && node.getClientRects().length
  && getComputedStyle(node).visibility === "visible"
  && node.closest("#app-header, #app-left, #app-right"))"""
# Whether the focus is drawn as a line around what has it.
SHOWN = """() => { const look = getComputedStyle(document.activeElement);
  return look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 1; }"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = open_site(write_examples(tmp_path_factory.mktemp("axe") / "examples"), pause=0.0)
    yield site
    site.page.close()


@pytest.fixture
def tab(site, browser):
    with watched_page(browser, site.address) as page:
        page.wait_for_selector(".sv-token")
        drawn(page)
        yield page


# axe is read once by a page: its functions stay compiled. What passed, most of its answer, is not sent here.
LOADED = "() => typeof axe === 'object'"
# What fades (a button that may be pressed again) is looked at as it will be; what turns without end is left to turn.
FADED = """() => document.getAnimations().filter((one) => Number.isFinite(one.effect.getComputedTiming().endTime))
  .forEach((one) => one.finish())"""
VIOLATIONS = "() => axe.run({resultTypes: ['violations']}).then((found) => found.violations)"


def serious(page):
    """Rules broken seriously on the page as it is: {rule: nodes}, without what is known to be gradio's."""
    if not page.evaluate(LOADED):
        page.evaluate(Axe().axe_script)
    page.evaluate(FADED)
    found = {}
    for rule in page.evaluate(VIOLATIONS):
        nodes = [" ".join(map(str, node["target"])) for node in rule["nodes"]]
        nodes = [node for node in nodes if node not in GRADIO.get(rule["id"], ())]
        if nodes and rule["impact"] in ("serious", "critical"):
            found[rule["id"]] = nodes
    return found


def look_at_heatmaps(page):
    """They are drawn where they are seen."""
    page.locator(".sv-heat .sv-plot").first.scroll_into_view_if_needed()
    page.evaluate("() => (window.viewer || SaliencyApp.current).drawn()")
    page.wait_for_selector(".sv-heat .main-svg", state="attached")


@pytest.mark.slow
def test_axe_finds_nothing_serious_in_any_main_state_of_the_page(site, browser, tab):
    first, _ = watched(browser, tour=True)
    ready(first, site.address)
    first.wait_for_selector(".app-tour-card")
    assert serious(first) == {}
    shut(first)
    tab.click('.app-thumb[data-name="kitchen"]')
    run(tab)
    look_at_heatmaps(tab)
    for view in tab.evaluate("SaliencyApp.current.tabs.map((tab) => tab.name)"):
        tab.evaluate("(view) => SaliencyApp.current.set({view})", view)
        drawn(tab)
        assert (view, serious(tab)) == (view, {})
    tab.click("[data-decodings=choose]")
    assert serious(tab) == {}
    tab.click("[data-decodings=run]")
    tab.wait_for_function("document.querySelectorAll('.app-methods tbody .app-methods-caption').length === 4")
    tab.wait_for_selector("#app-run:not([disabled])")
    assert serious(tab) == {}
    tab.click(".app-methods .app-close")
    compare(tab, "method:both")
    wait_end(tab, 1)
    tab.evaluate("() => SaliencyApp.current.set({pins: [4, 5, 40]})")
    drawn(tab)
    assert serious(tab) == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_any_tab_of_a_marked_run(site, browser, scheme):
    marks = {step: Mark("hallucinated" if step % 3 else "right", "seen") for step in range(2, 20, 2)}
    run_id = site.store.put(replace(example_trace(26), marks=marks), "Marked", None)
    site.store.share(run_id)
    page, _ = watched(browser, color_scheme=scheme)
    ready(page, f"{site.address}/?run={run_id}&token=5&reveal_truth=true&claim_scope=caption")
    page.wait_for_selector(".sv-token")
    look_at_heatmaps(page)
    for view in page.evaluate("SaliencyApp.current.tabs.map((tab) => tab.name)"):
        page.evaluate("(view) => SaliencyApp.current.set({view})", view)
        drawn(page)
        if view == "claim":
            page.wait_for_selector(".sv-claim-dot")
        assert (view, serious(page)) == (view, {})
    shut(page)


def test_axe_finds_nothing_serious_in_menus_help_notices_the_dark_and_on_a_phone(site, tab):
    tab.click("#app-export button")
    assert serious(tab) == {}
    tab.keyboard.press("Escape")
    tab.keyboard.press("?")
    assert serious(tab) == {}
    tab.keyboard.press("Escape")
    tab.click("#app-decoding button >> nth=0")
    tab.wait_for_selector("#app-temperature input")
    tab.goto(f"{site.address}/?run=gone")
    tab.wait_for_selector(".app-notice.warning")
    for dark in (False, True):
        if dark:
            tab.click("#app-theme")
        for size in ({"width": 1440, "height": 900}, PHONE):
            tab.set_viewport_size(size)
            assert (dark, size["width"], serious(tab)) == (dark, size["width"], {})


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_serious_in_the_standalone_file(browser, tmp_path, dark):
    path = tmp_path / "page.html"
    path.write_text(standalone([example_trace(), example_trace(seed=1)]), "utf-8")
    context = browser.new_context(viewport=PHONE if dark else None, color_scheme="dark" if dark else "light")
    page = context.new_page()
    page.goto(path.as_uri())
    page.wait_for_selector(".sv-root[data-drawn]", state="attached")
    look_at_heatmaps(page)
    found = serious(page)
    context.close()
    assert found == {}


def test_every_control_is_reached_by_tab_and_shows_it_and_none_holds_the_focus(tab):
    wanted = tab.evaluate(
        f"() => {{ const all = ({STOPS})(); all.forEach((node, i) => (node.dataset.stop = i)); return all.length; }}"
    )
    reached, unseen = set(), []
    tab.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
    for _ in range(wanted + 40):
        tab.keyboard.press("Tab")
        stop = tab.evaluate("document.activeElement.dataset.stop")
        if stop is not None:
            reached.add(int(stop))
            if not tab.evaluate(SHOWN):
                unseen.append(tab.evaluate("document.activeElement.outerHTML.slice(0, 120)"))
    names = tab.evaluate(
        "() => [...document.querySelectorAll('[data-stop]')]"
        ".map((node) => [Number(node.dataset.stop), node.outerHTML.slice(0, 120)])"
    )
    # Of radios one is a stop, by the keyboard's rule; the rest is reached with the arrows.
    missed = [name for stop, name in names if stop not in reached and 'type="radio"' not in name]
    assert wanted > 40 and missed == [] and unseen == []


def test_patches_and_words_are_pinned_by_keys_as_by_clicks(tab):
    picture = tab.locator(".sv-picture").first
    picture.focus()
    assert picture.get_attribute("role") == "application" and "Enter" in picture.get_attribute("aria-label")
    tab.keyboard.press("ArrowRight")  # the first patch, of 5 rows and 7 columns from position 3 on
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "ArrowDown", "ArrowUp"):
        tab.keyboard.press(key)
    assert tab.locator(".sv-tip").inner_text().startswith("patch 9 · position 12")
    tab.keyboard.press("Enter")
    assert (state(tab)["pins"], state(tab)["pin_kind"]) == ([12], "attention")
    tab.keyboard.press("End")
    tab.keyboard.press(" ")
    assert state(tab)["pins"] == [12, 3 + 34]
    words = tab.locator(".sv-panel[data-kind=saliency] .sv-words").first
    words.focus()
    for key in ("Home", "ArrowRight", "ArrowRight"):
        tab.keyboard.press(key)
    tab.keyboard.press("Enter")
    assert (state(tab)["pins"], state(tab)["pin_kind"]) == ([2, 12, 37], "saliency")
    tab.keyboard.press("Escape")
    assert state(tab)["pins"] == []


def test_each_panel_says_its_strongest_patches_in_words(tab):
    trace = example_trace(26, seed=0)
    tab.evaluate("() => SaliencyApp.current.set({token: 9, layer: 3})")
    drawn(tab)
    said = tab.locator(".sv-token-card .sv-panel .sv-heard").all_text_contents()
    for words, kind in zip(said, metrics.KINDS, strict=True):
        values = metrics.row(trace, 9, kind, 3)[3:38]
        top = np.argsort(-values, kind="stable")[:3]
        expected = [f"row {patch // 7 + 1}, column {patch % 7 + 1}:" for patch in top]
        assert [part.rsplit(" ", 1)[0] for part in words.removeprefix("Strongest patches: ").split("; ")] == expected
        shown = float(words.split("; ")[0].rsplit(" ", 1)[1])
        assert shown == pytest.approx(values[top[0]], rel=5e-3)


def test_the_selected_token_is_told_in_words_with_its_shares_and_only_once(tab):
    live = tab.locator(".sv-root > .sv-heard[aria-live=polite]")
    tab.evaluate("() => SaliencyApp.current.set({token: 5, layer: 'target'})")
    tab.wait_for_function(
        "() => document.querySelector('.sv-root > .sv-heard').textContent.startsWith('teapot: saliency')"
    )
    shares = metrics.facts(example_trace(26, seed=0), 5)["saliency_shares"]
    words = live.text_content()
    assert f"image {100 * shares['image']:.0f}" in words.replace("\u00a0", " ") and "mean of target layers" in words
    told = tab.evaluate(
        "() => new Promise((done) => { let changes = 0; const live = document.querySelector('.sv-root > .sv-heard');"
        " new MutationObserver(() => changes++).observe(live, {childList: true});"
        " for (let token = 6; token < 20; token++) SaliencyApp.current.set({token});"
        " setTimeout(() => done(changes), 1200); })"
    )
    assert told == 1


def test_with_reduced_motion_nothing_of_ours_moves(site, browser):
    page, _ = watched(browser, tour=True, reduced_motion="reduce")
    ready(page, site.address)
    page.wait_for_selector(".app-tour-card")
    page.evaluate("() => SaliencyApp.say({kind: 'busy', key: 'running'})")
    moving = page.evaluate(
        "() => [...document.querySelectorAll('[class*=app-], [class*=sv-]')].filter((node) => ['', '::before']"
        ".some((part) => { const look = getComputedStyle(node, part); return look.animationName !== 'none' ||"
        " look.transitionDuration.split(',').some((time) => parseFloat(time) > 0); })"
        " && !/svelte/.test(node.className))"
        ".map((node) => String(node.className))"
    )
    shut(page)
    assert moving == []


def test_with_forced_colours_what_means_something_keeps_its_colour_and_the_choice_is_a_line(site, browser):
    page, _ = watched(browser, forced_colors="active")
    ready(page, site.address)
    page.wait_for_selector(".sv-token")
    drawn(page)
    colors = page.evaluate(
        "() => [...document.querySelectorAll('.sv-token-text')].map((node) => getComputedStyle(node).backgroundColor)"
    )
    outline = page.evaluate("() => getComputedStyle(document.querySelector('.sv-token.sv-selected')).outlineStyle")
    shut(page)
    assert len(set(colors)) > 5 and outline == "solid"
