"""Links in a real browser: everything on the screen comes back, also after a restart, or is said to be missing."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from saliency_viz.ui import permalinks

from .app_browser import (
    caption,
    compare,
    drawn,
    open_site,
    ready,
    shut,
    state,
    watched,
    watched_page,
    write_examples,
)
from .app_fakes import eventually
from .test_app_browser import pick, run, shown, wait_end
from .traces import png

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# A value of every key of the viewer's state that is not its default. A new key must be added here.
CHANGED = {
    "token": 9, "also": [4, 5, 11], "layer": 3, "scale": "manual", "transform": "log", "normalization": "raw",
    "cmap": "magma", "opacity": 0.35, "view": "words", "hide_sinks": True, "reveal_truth": True,
    "pins": [*range(3, 30), 33], "pin_kind": "attention", "granularity": "several", "image_columns": "sum",
    "triangle": "difference", "triangle_keys": "words", "compare_kind": "attention", "matrix": "attention",
    "reduce": "max", "held": 6, "held_also": [2, 4], "range_attention": [0.01, 0.5], "range_saliency": [0, 0.125],
    "frame": 0, "matrix_row": 41, "heads_show": "mean", "head": 2, "heads_part": "outputs", "heads_kind": "difference",
    "fill": "blur", "follow": True, "smooth": True, "strip": "compact", "content": True, "curve": "folded",
    "claim_scope": "visit", "knock_hide": "words", "knock_layers": "chosen", "knock_head": 1,
}  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = open_site(write_examples(tmp_path_factory.mktemp("links") / "examples"), pause=0.0)
    yield site
    site.page.close()


@pytest.fixture
def tab(site, browser):
    with watched_page(browser, site.address) as page:
        yield page


@pytest.fixture
def fresh(browser):
    """A page not yet opened, for what begins with a link; at the end as `tab`."""
    page, seen = watched(browser)
    yield page
    shut(page)
    assert (seen.errors, seen.outside) == ([], [])


def opened(page, address):
    """Open a link and wait for the run it names."""
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_function("window.SaliencyApp && SaliencyApp.current && SaliencyApp.current.runs[0]")
    drawn(page)


def set_state(page, **changes):
    page.evaluate("(changes) => SaliencyApp.current.set(changes)", changes)
    drawn(page)


def link(page):
    return page.evaluate("SaliencyApp.address()")


def query(page):
    return dict(parse_qsl(urlsplit(link(page)).query))


def restart(site):
    """What a restart of the server forgets."""
    site.store._runs.clear()


def upload(page):
    page.set_input_files("#app-image input[type=file]", {"name": "a.png", "mimeType": "image/png", "buffer": png()})
    page.wait_for_selector("#app-image img")


def test_a_link_can_hold_every_key_of_the_viewer_s_state(tab):
    usual = tab.evaluate("SaliencyApp.DEFAULTS")
    assert set(permalinks.STATE_KEYS) == set(usual) == set(CHANGED)
    assert all(CHANGED[key] != usual[key] for key in usual)


def test_each_key_of_the_state_is_read_from_the_address_as_it_was_written(site, fresh):
    opened(fresh, f"{site.address}/?example=kitchen")
    for key, value in CHANGED.items():
        set_state(
            fresh, **{"scale": "manual", key: value} if key.startswith("range_") else {"scale": "layer", key: value}
        )
        before = state(fresh)
        assert before[key] == value
        words = permalinks.read(query(fresh)).state
        assert fresh.evaluate("(words) => SaliencyApp.parsed(words)", words) == before


def test_a_link_with_every_key_changed_opens_on_the_same_screen(site, fresh):
    opened(fresh, f"{site.address}/?example=kitchen")
    set_state(fresh, **CHANGED)
    before = state(fresh)
    assert before == CHANGED
    opened(fresh, link(fresh))
    assert state(fresh) == before


def test_what_a_link_does_not_say_is_the_default_and_not_what_the_visitor_last_chose(site, fresh):
    opened(fresh, f"{site.address}/?example=kitchen")
    set_state(fresh, cmap="magma", opacity=0.2)
    opened(fresh, f"{site.address}/?example=beach&token=4")
    assert (state(fresh)["cmap"], state(fresh)["opacity"], state(fresh)["token"]) == ("viridis", 0.62, 4)


def test_positions_are_written_as_ranges(tab):
    pick(tab, "farm")
    set_state(tab, pins=[3, 4, 5, 9, 20, 21])
    assert query(tab)["pins"] == "3-5.9.20-21"


def test_a_vanished_run_of_an_example_is_made_again_with_one_click_and_looked_at_as_before(site, tab):
    pick(tab, "kitchen")
    tab.fill("#app-prompt textarea", "What is there?")
    run(tab)
    set_state(tab, token=7, layer=1, view="over", cmap="cividis")
    before, address, calls = state(tab), link(tab), len(site.backend.calls)
    restart(site)
    opened(tab, address)
    tab.wait_for_selector(".app-notice.warning")
    assert tab.locator("#app-prompt textarea").input_value() == "What is there?"
    assert tab.locator(".sv-example").count() == 1 and len(site.backend.calls) == calls
    tab.click("[data-do=again]")
    wait_end(tab)
    assert eventually(lambda: state(tab) == before)
    assert site.backend.calls[-1]["prompt"] == "What is there?" and len(caption(tab)) == 40
    assert query(tab)["run"] == shown(tab)


def test_the_run_beside_comes_back_too_from_its_recipe_after_a_restart(site, tab):
    pick(tab, "farm")
    run(tab)
    compare(tab, "method:both")
    wait_end(tab, 1)
    set_state(tab, token=11, compare_kind="attention")
    before, address = state(tab), link(tab)
    second = site.backend.calls[-1]
    restart(site)
    opened(tab, address)
    tab.click("[data-do=again]")
    tab.wait_for_function("SaliencyApp.current.runs[1]")
    wait_end(tab, 1)
    assert state(tab) == before
    for name in ("sgrs", "locore", "sampling", "prompt", "max_new_tokens"):
        assert site.backend.calls[-1][name] == second[name]


def test_only_the_run_beside_is_gone_and_is_made_again(site, tab):
    pick(tab, "farm")
    run(tab)
    compare(tab, "method:locore")
    wait_end(tab, 1)
    address, gone = link(tab), shown(tab, 1)
    site.store.share(shown(tab))
    del site.store._runs[gone]
    opened(tab, address)
    tab.wait_for_selector(".app-notice.warning")
    tab.click("[data-do=again_beside]")
    wait_end(tab, 1, before=gone)
    assert site.backend.calls[-1]["locore"] is not None


def test_an_own_picture_s_run_says_what_is_missing_and_goes_on_when_the_picture_is_there(site, tab):
    tab.click("#app-image button[aria-label=Remove]")
    upload(tab)
    run(tab)
    set_state(tab, token=12, layer=0)
    address = link(tab)
    restart(site)
    tab.goto("about:blank")
    tab.goto(address)
    tab.wait_for_selector(".app-notice.warning")
    assert "upload" in tab.locator(".app-notice-text").text_content()
    assert tab.locator("[data-do=open]").count() == 1 and tab.locator("[data-do=again]").count() == 0
    upload(tab)
    run(tab)
    assert eventually(lambda: (state(tab)["token"], state(tab)["layer"]) == (12, 0))


def test_a_run_with_nothing_but_a_gone_id_says_so(site, fresh):
    fresh.goto(f"{site.address}/?run=gone&token=3")
    fresh.wait_for_selector(".app-notice.warning")
    assert "does not say how it was made" in fresh.locator(".app-notice-text").text_content()
    assert "gone" in fresh.url


def test_a_link_asks_for_the_model_and_says_when_it_is_not_offered(site, fresh):
    fresh.goto(f"{site.address}/?example=farm&n=5&model=other")
    fresh.wait_for_selector(".app-notice.warning")
    fresh.wait_for_function("SaliencyApp.model === 'other'")
    fresh.click("[data-do=again]")
    wait_end(fresh)
    assert site.backend.calls[-1]["model"] == "other" and query(fresh)["model"] == "other"
    fresh.goto(f"{site.address}/?example=farm&n=5&model=org/unknown-7b")
    fresh.wait_for_selector(".app-notice.warning")
    assert "org/unknown-7b" in fresh.locator(".app-notice-text").text_content()


def test_a_prompt_too_long_for_an_address_is_said_when_the_link_is_copied_and_when_it_is_opened(site, tab):
    pick(tab, "farm")
    tab.fill("#app-prompt textarea", "牛" * 600)
    run(tab)
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.click("#app-copy-link")
    tab.wait_for_selector(".app-notice.warning")
    assert "too long" in tab.locator(".app-notice-text").text_content()
    address = tab.evaluate("navigator.clipboard.readText()")
    assert len(address) < 600 and "prompt" not in dict(parse_qsl(urlsplit(address).query))
    restart(site)
    tab.goto("about:blank")
    tab.goto(address)
    tab.wait_for_selector(".app-notice.warning")
    assert "Part of what made it" in tab.locator(".app-notice-text").text_content()


def test_a_hostile_link_is_inert(site, browser):
    page, seen = watched(browser)
    page.on("dialog", lambda dialog: seen.errors.append(dialog.message))
    words = '"><img src=x onerror=alert(1)>'
    bad = dict.fromkeys((*permalinks.STATE_KEYS, "beside", "model", "prompt"), words)
    page.goto(
        f"{site.address}/?{urlencode({'example': 'farm', 'n': '3', **bad, 'also': '0-999999999', 'pins': '[1e9]'})}"
    )
    page.wait_for_function("window.SaliencyApp && SaliencyApp.current && SaliencyApp.current.runs[0]")
    assert page.locator("img[src=x]").count() == 0
    assert json.dumps(state(page))
    shut(page)
    assert seen.errors == [] and seen.outside == []


def test_plots_keep_their_bars_and_clips_when_the_address_changes(site, tab):
    """Parts of a drawing refer to each other within the document, not at the address of some earlier moment."""
    pick(tab, "farm")
    tab.locator(".sv-heat .sv-plot").first.scroll_into_view_if_needed()
    drawn(tab)
    before = tab.url
    set_state(tab, token=7, view="words")
    tab.wait_for_function("(before) => location.href !== before", arg=before)
    found = tab.evaluate(
        "() => [...document.querySelectorAll('.sv-plot .gradient_filled, .sv-plot [clip-path]')].map((node) => "
        "[getComputedStyle(node).fill, getComputedStyle(node).clipPath].find((value) => value.startsWith('url')))"
    )
    names = [value.removeprefix('url("').removesuffix('")') for value in found]
    assert len(names) >= 4 and all(name.startswith("#") for name in names), names
    assert all(tab.evaluate("(name) => Boolean(document.querySelector(name))", name) for name in names)


def test_the_chosen_tab_is_in_sight_on_a_phone(site, browser):
    page, _ = watched(browser, viewport={"width": 390, "height": 844})
    ready(page, site.address)
    set_state(page, view="data")
    tab_box, list_box = page.locator(".sv-tab[data-view=data]").bounding_box(), page.locator(".sv-tabs").bounding_box()
    right = list_box["x"] + list_box["width"]
    assert list_box["x"] <= tab_box["x"] and tab_box["x"] + tab_box["width"] <= right + 1  # pixels are whole, boxes not
    assert page.evaluate("scrollY") == 0
    shut(page)
