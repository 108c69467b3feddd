"""The run list, what stands beside, and the table of decodings: in the page, and in the store behind it."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from saliency_viz.errors import LimitError, TraceError
from saliency_viz.serving.held_bytes import held_bytes
from saliency_viz.serving.run_store import RunStore
from saliency_viz.settings import SGRS, LocoRE
from saliency_viz.trace import Trace
from saliency_viz.ui.handlers.decodings import made_so
from saliency_viz.ui.run_list import Entries, method_of

from .app_browser import caption, compare, open_site, ready, shut, watched, write_examples
from .test_app_browser import pick, run, shown, wait_end
from .traces import example_trace

SIZE = held_bytes(example_trace(3))


# ---- the store -------------------------------------------------------------------------------------------------------


def test_pinned_runs_stay_when_the_others_give_way():
    store = RunStore(max_bytes=4 * SIZE)
    first = store.put(example_trace(3), "first", "v")
    store.pin(first, "v")
    later = [store.put(example_trace(3), "later", "v") for _ in range(5)]
    assert store.get(first).pinned and store.bytes <= store.max_bytes
    assert [run.id for run in store.of_visit("v")] == [first, *later[-3:]]
    store.pin(first, "v", False)
    for _ in range(4):
        store.put(example_trace(3), "later", "v")
    assert store.get(first) is None


def test_pins_stay_within_a_share_of_the_room_and_the_limit_of_bytes_holds_even_then():
    store = RunStore(max_bytes=9 * SIZE)
    runs = [store.put(example_trace(3), str(i), "v") for i in range(3)]
    store.pin(runs[0], "v")
    store.pin(runs[1], "v")
    store.pin(runs[1], "v")  # once more is no more
    with pytest.raises(LimitError, match="Unpin one"):
        store.pin(runs[2], "v")
    small = RunStore(max_bytes=100 * SIZE)
    kept = [small.put(example_trace(3), str(i), f"visit {i}") for i in range(4)]
    for i, run_id in enumerate(kept):
        small.pin(run_id, f"visit {i}")
    small.max_bytes = 3 * SIZE
    newest = small.put(example_trace(3), "newest", "v")
    assert small.bytes <= small.max_bytes and small.get(newest) is not None


def test_a_run_is_pinned_and_forgotten_by_its_own_visit_only():
    store = RunStore()
    mine = store.put(example_trace(3), "mine", "me")
    for visit in ("you", None, ""):
        for change in (store.pin, store.drop, store.own):
            with pytest.raises(TraceError, match="no longer in your list"):
                change(mine, visit)
    store.pin(mine, "me")
    store.put(example_trace(4), "grown", "me", mine)
    assert store.get(mine).pinned  # a newer trace of the run stays pinned
    store.drop(mine, "me")
    assert store.get(mine) is None


def test_the_list_says_how_a_run_was_made_pinned_first_then_newest():
    store = RunStore()
    ids = [store.put(example_trace(3, sgrs=None), "a", "v"), store.put(example_trace(5, locore=LocoRE()), "b", "v")]
    ids.append(store.put(example_trace(3), "c", "v"))
    store.pin(ids[0], "v")
    found = Entries().listed(store.of_visit("v"))
    assert [entry["id"] for entry in found] == [ids[0], ids[2], ids[1]]
    assert [entry["method"] for entry in found] == ["plain", "SGRS", "SGRS + LocoRE"]
    assert found[2]["tokens"] == 5 and found[0]["model"] == "synthetic" and found[0]["seed"] is None
    data = base64.b64decode(found[0]["picture"].partition(",")[2])
    small = np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)
    whole = np.asarray(example_trace(3).pictures[0].image).astype(int)
    assert small.shape == whole.shape and np.abs(small - whole).mean() < 12  # smaller than a thumbnail already


def test_a_run_is_taken_for_a_decoding_only_if_it_is_just_that():
    trace = example_trace(7, sgrs=None)
    assert method_of(trace) == "plain" and made_so(trace, trace.settings, "synthetic")
    assert not made_so(trace, trace.settings, "other")
    from dataclasses import replace

    assert not made_so(trace, replace(trace.settings, sgrs=SGRS()), "synthetic")
    assert not made_so(replace(trace, ended="cancelled"), trace.settings, "synthetic")
    forced = replace(trace, settings=replace(trace.settings, forced=(1,)))
    assert not made_so(forced, trace.settings, "synthetic") and method_of(forced) == "plain, what if"


# ---- the page --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = open_site(write_examples(tmp_path_factory.mktemp("runs") / "examples"))
    yield site
    site.page.close()


@pytest.fixture
def tab(site, browser):
    site.backend.__init__()
    page, seen = watched(browser)
    ready(page, site.address)
    yield page
    shut(page)
    assert seen.errors == [] and seen.outside == []


def titles(page):
    """Titles of the open list, in order."""
    return page.locator("#app-header .app-pop:visible .app-entry-title").all_text_contents()


def listed(page, what):
    """Wait until the page's list of runs makes a fact true."""
    page.wait_for_function(f"((runs) => {what})(SaliencyApp.runs())")


@pytest.mark.slow
@pytest.mark.browser
def test_runs_are_named_pinned_shown_and_deleted_by_keyboard_alone(site, tab):
    pick(tab, "farm")
    run(tab)
    first = shown(tab)
    site.backend.words = (" Other", " words")
    run(tab)
    second = shown(tab)
    tab.locator("#app-runs").focus()
    tab.keyboard.press("Enter")
    tab.wait_for_function("(id) => document.activeElement.dataset.run === id", arg=second)  # the one on the screen
    assert titles(tab)[0].startswith("Other words") and len(titles(tab)) == 2
    assert "demo · plain · 40 tokens" in tab.locator(".app-entry-made").first.text_content()
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("F2")
    tab.keyboard.type("<b>my name</b>")
    tab.keyboard.press("Enter")
    listed(tab, "runs.some((run) => run.title === '<b>my name</b>')")
    assert tab.locator("#app-header b").count() == 0 and site.store.get(first).trace.title == "<b>my name</b>"
    tab.locator(f".app-pick[data-run='{first}']").focus()
    tab.keyboard.press("p")
    listed(tab, f"runs[0].id === '{first}' && runs[0].pinned")
    assert site.store.get(first).pinned and titles(tab)[0] == "<b>my name</b>"
    tab.locator(f".app-pick[data-run='{first}']").focus()
    tab.keyboard.press("Enter")
    tab.wait_for_function("(id) => SaliencyApp.current.runs[0].id === id", arg=first)
    assert tab.locator("#app-runs .app-pop-value").text_content() == "<b>my name</b>"
    tab.locator("#app-runs").focus()
    tab.keyboard.press("Enter")
    tab.wait_for_function("(id) => document.activeElement.dataset.run === id", arg=first)
    tab.keyboard.press("Delete")
    listed(tab, "runs.length === 1")
    tab.wait_for_function("(id) => SaliencyApp.current.runs[0].id === id", arg=second)  # the next takes its place
    assert site.store.get(first) is None
    tab.keyboard.press("Escape")
    assert tab.locator("#app-header .app-pop:visible").count() == 0


@pytest.mark.slow
@pytest.mark.browser
def test_any_other_run_can_stand_beside_and_so_can_another_token_of_this_one(site, tab):
    pick(tab, "farm")
    run(tab)
    first = shown(tab)
    site.backend.words = (" Other", " words")
    tab.fill("#app-prompt textarea", "Another prompt?")
    run(tab)
    tab.click("#app-compare")
    tab.click(f"#app-header .app-pop .app-pick[data-run='{first}']")
    tab.wait_for_function("(id) => SaliencyApp.current.runs[1] && SaliencyApp.current.runs[1].id === id", arg=first)
    assert caption(tab, 1)[0] == " The" and caption(tab, 0)[0] == " Other"
    tab.evaluate("() => SaliencyApp.current.set({token: 3})")
    compare(tab, "token")
    tab.evaluate("() => SaliencyApp.current.set({token: 6})")
    tab.wait_for_function("SaliencyApp.current.holding")
    assert "words" in tab.locator("#app-compare .app-pop-value").text_content()
    link = tab.evaluate("SaliencyApp.address()")
    assert "held=3" in link and "beside" not in link
    compare(tab, "nothing")
    assert shown(tab, 1) == first  # what stood there before is back
    other = tab.context.new_page()
    other.goto(link)
    other.wait_for_function("window.SaliencyApp && SaliencyApp.current && SaliencyApp.current.holding")
    assert other.evaluate("SaliencyApp.current.getState().held") == 3
    other.close()


@pytest.mark.slow
@pytest.mark.browser
def test_one_click_makes_the_four_decodings_and_two_of_them_open_side_by_side(site, tab):
    pick(tab, "farm")
    run(tab)
    first, before = shown(tab), len(site.backend.calls)
    compare(tab, "all")
    tab.wait_for_function(
        "[...document.querySelectorAll('.app-methods tbody .app-methods-caption')].length === 4", timeout=60_000
    )
    tab.wait_for_selector("#app-run:not([disabled])")
    made = site.backend.calls[before:]
    assert [(call["sgrs"] is not None, call["locore"] is not None) for call in made] == [
        (True, False), (False, True), (True, True)
    ]  # fmt: skip
    assert all(call["sampling"] == made[0]["sampling"] for call in made)
    rows = {
        name: tab.locator(f".app-methods tr[data-method={name}] td").all_text_contents()[2:]
        for name in ("plain", "sgrs", "locore", "both")
    }
    trace = example_trace(40, words=site.backend.words)
    caption_said, changed, judged, score, rejected, _ = rows["sgrs"]
    assert caption_said == trace.text and rejected == str(sum(s.rejected for s in trace.steps))
    mean = np.mean([step.score for step in trace.steps[1:]])
    assert float(score) == pytest.approx(mean, rel=5e-3) and judged == "–"
    assert changed.startswith("0 / ") and rows["plain"][1] == "–"
    assert len(tab.evaluate("SaliencyApp.runs()")) == 4
    named = (
        "[...document.querySelectorAll('.app-methods tr[data-method=sgrs] .app-num')]"
        ".map((cell) => getComputedStyle(cell, '::before').content)"
    )
    wide, heads = tab.viewport_size, ("changed words", "hallucinated of marked", "mean score", "rejected", "time")
    assert tab.evaluate(named) == ["none"] * 5  # the columns' heads name them
    tab.set_viewport_size({"width": 390, "height": 844})  # and where there is no room for columns, each itself
    assert [text.strip('" ') for text in tab.evaluate(named)] == list(heads)
    assert tab.evaluate("document.documentElement.scrollWidth") == 390
    tab.set_viewport_size(wide)
    tab.check(".app-methods tr[data-method=both] input[name=app-methods-1]")
    tab.click("[data-methods=open]")
    tab.wait_for_function("SaliencyApp.current.runs[1] && SaliencyApp.current.runs[1].settings.locore")
    assert shown(tab, 0) == first and tab.evaluate("SaliencyApp.current.runs[1].settings.sgrs !== null")
    place = "document.querySelector('.sv-caption').getBoundingClientRect().top"
    tab.wait_for_function(f"Math.abs({place} - 56) < 2")  # under the header, not below the table
    tab.click(".app-methods .app-close")
    assert tab.locator(".app-methods:visible").count() == 0


@pytest.mark.slow
@pytest.mark.browser
def test_stop_ends_the_four_and_keeps_what_was_made(site, tab):
    pick(tab, "farm")
    run(tab)
    site.backend.hold_at = 9
    compare(tab, "all")
    tab.wait_for_function(
        "(document.querySelector('.app-methods-wait') || {textContent: ''}).textContent.includes('writing')"
    )
    tab.click("#app-stop")
    tab.wait_for_selector("#app-stop[disabled]")
    site.backend.go_on.set()
    tab.wait_for_selector("#app-run:not([disabled])")
    tab.wait_for_selector(".app-notice.info")
    rows = "document.querySelectorAll('.app-methods tbody .app-methods-caption').length"
    tab.wait_for_function(f"{rows} === 2")  # the one there was, and what was begun
    site.backend.hold_at = None
    run(tab)
    assert len(caption(tab)) == 40


@pytest.mark.slow
@pytest.mark.browser
def test_a_saved_trace_opens_beside_with_its_name(site, tab, tmp_path):
    pick(tab, "farm")
    path = example_trace(9, words=(" saved",)).save(tmp_path / "mine.trace")
    with tab.expect_file_chooser() as chooser:
        compare(tab, "open")
    chooser.value.set_files(path)
    tab.wait_for_function("SaliencyApp.current.runs[1] && SaliencyApp.current.runs[1].steps.length === 9")
    assert tab.locator("#app-compare .app-pop-value").text_content() == "mine"
    assert Trace.load(path).title == ""


@pytest.mark.slow
@pytest.mark.browser
def test_a_reload_finds_the_visit_s_runs_again_and_a_new_tab_does_not(site, tab, monkeypatch):
    monkeypatch.setattr(site.store, "grace", 60.0)  # a reload is a close and an open
    pick(tab, "farm")
    run(tab)
    first = shown(tab)
    tab.reload()
    tab.wait_for_function("window.SaliencyApp && SaliencyApp.runs && SaliencyApp.runs().length === 1")
    assert tab.evaluate("SaliencyApp.runs()[0].id") == first
    tab.click("#app-runs")
    tab.locator(f"[data-entry='{first}'] [data-act=pin]").click()  # it is this visit's own
    listed(tab, "runs[0].pinned")
    other = tab.context.new_page()
    ready(other, site.address)
    assert other.evaluate("SaliencyApp.runs().length") == 0
    other.close()


@pytest.mark.slow
@pytest.mark.browser
def test_two_runs_change_places(site, tab):
    pick(tab, "farm")
    run(tab)
    first = shown(tab)
    compare(tab, "method:sgrs")
    wait_end(tab, 1)
    second = shown(tab, 1)
    compare(tab, "swap")
    tab.wait_for_function("(id) => SaliencyApp.current.runs[0] && SaliencyApp.current.runs[0].id === id", arg=second)
    tab.wait_for_function("(id) => SaliencyApp.current.runs[1] && SaliencyApp.current.runs[1].id === id", arg=first)
