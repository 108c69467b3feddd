"""The page in a real browser, on an engine without a model: loading, stepping, running, stopping, links, errors."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from saliency_viz.trace import Trace

from .app_browser import (
    caption,
    compare,
    drawn,
    open_site,
    ready,
    shut,
    state,
    unfold,
    watched,
    watched_page,
    write_examples,
)
from .app_fakes import eventually
from .traces import example_trace, png

pytestmark = pytest.mark.browser
RUNNING = "SaliencyApp.current.runs[0] && SaliencyApp.current.runs[0].payload.ended === 'running'"
HOSTILE = (" <img src=x onerror=alert(1)>", " ${alert(2)}", " `x`", ' "><script>alert(3)</script>', " {{7*7}}", " é")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = open_site(write_examples(tmp_path_factory.mktemp("site") / "examples"))
    yield site
    site.page.close()


@pytest.fixture
def tab(site, browser):
    site.backend.__init__()
    site.backend.loads = 1
    with watched_page(browser, site.address) as page:
        page.wait_for_selector(".sv-token")  # what the server says of an opened page has come
        yield page


def pick(page, name):
    page.wait_for_function("SaliencyApp.current.runs[0]")
    before = page.evaluate("SaliencyApp.shown[0].serial")
    page.click(f'.app-thumb[data-name="{name}"]')
    page.wait_for_function("(before) => SaliencyApp.shown[0].serial !== before", arg=before)
    page.wait_for_selector(f'.app-thumb[data-name="{name}"][aria-pressed=true]')
    page.wait_for_selector("#app-image img")


def shown(page, slot=0):
    """Id of the run a place shows."""
    return page.evaluate("(slot) => (SaliencyApp.current.runs[slot] || {id: null}).id", slot)


def wait_end(page, slot=0, before=None):
    """Wait until the page is free and the place shows a whole run, the one it was given last, other than `before` and
    no example."""
    page.wait_for_function(
        "([slot, before]) => { const run = SaliencyApp.current.runs[slot], given = SaliencyApp.shown[slot];"
        " return run && given && run.id === given.id && run.id !== before && !run.id.startsWith('example-')"
        " && run.payload.ended !== 'running' && run.steps.every((step) => !step.pending) }",
        arg=[slot, before],
    )
    page.wait_for_selector("#app-run:not([disabled])")


def upload(page):
    """A picture of 64 x 48 into the field."""
    picture = {"name": "a.png", "mimeType": "image/png", "buffer": png(64, 48)}
    page.locator("#app-image input[type=file]").set_input_files(picture)


def run(page):
    """Press Run and wait for its end."""
    before = page.evaluate("(SaliencyApp.shown[0] || {id: null}).id")  # what it was given, also if it is still fetched
    page.click("#app-run")
    wait_end(page, before=before)


@pytest.mark.slow
def test_the_first_visit_shows_an_example_and_says_so(tab):
    tab.wait_for_selector(".sv-token")
    assert tab.locator(".sv-example").count() == 1
    assert tab.locator("h1").count() == 1 and tab.title() == "saliency_viz"
    assert tab.locator(".app-thumb").count() == 3
    assert "example=" not in tab.url


def test_an_example_opens_by_link_at_its_token_and_layer(site, browser):
    tab, seen = watched(browser)
    tab.goto(f"{site.address}/?example=kitchen&token=3&layer=2")
    tab.wait_for_selector(".sv-token")
    tab.wait_for_function("SaliencyApp.current.getState().token === 3 && SaliencyApp.current.getState().layer === 2")
    assert caption(tab) == [step.text for step in example_trace(26, seed=1).steps]
    assert tab.locator("#app-prompt textarea").input_value() == "Describe the image."
    shut(tab)
    assert (seen.errors, seen.outside) == ([], [])


@pytest.mark.slow
def test_twenty_five_fast_key_presses_end_on_the_twenty_fifth_token(tab):
    tab.wait_for_selector(".sv-token")
    tab.evaluate("() => SaliencyApp.current.setState({token: 0})")
    drawn(tab)
    tab.locator(".sv-strip .sv-token").first.focus()
    for _ in range(25):
        tab.keyboard.press("ArrowRight")
    drawn(tab)
    assert state(tab)["token"] == 25
    assert tab.locator('.sv-token[aria-selected="true"]').count() == 1


def looked_away(page):
    """Nobody looks at the page any more: once the model's state was asked for again, all that opening asks is asked,
    and after one more it is asked for no more."""

    def status(answer):
        return "fetch_status" in (answer.request.post_data or "")

    with page.expect_response(status):
        pass
    with page.expect_response(status):
        page.evaluate(
            "() => { Object.defineProperty(document, 'hidden', {get: () => true}); SaliencyApp.lookAtModel(); }"
        )
    asked = [""]
    page.on("request", lambda request: asked.append(request.url))
    while asked:  # what the last answer asked for
        asked.clear()
        page.wait_for_timeout(1000)


@pytest.mark.slow
def test_stepping_asks_the_server_for_nothing(tab):
    tab.wait_for_selector(".sv-token")
    drawn(tab)
    looked_away(tab)
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.locator(".sv-strip .sv-token").nth(4).click()
    tab.keyboard.press("End")
    drawn(tab)
    assert asked == []


@pytest.mark.slow
def test_a_run_streams_and_ends_whole(site, tab):
    pick(tab, "farm")
    tab.fill("#app-prompt textarea", "What is there?")
    site.backend.hold_at = 21
    tab.click("#app-run")
    tab.wait_for_function(RUNNING)
    tab.wait_for_selector("#app-stop:not([disabled])")
    tab.wait_for_selector("#app-run[disabled]")
    site.backend.go_on.set()
    wait_end(tab)
    assert caption(tab) == [step.text for step in example_trace(40, words=site.backend.words).steps]
    assert site.backend.calls[-1]["prompt"] == "What is there?"
    assert site.backend.closed == 1
    query = parse_qs(urlsplit(tab.evaluate("SaliencyApp.address()")).query)
    assert query["example"] == ["farm"] and query["prompt"] == ["What is there?"] and query["n"] == ["64"]


@pytest.mark.slow
def test_stop_ends_the_run_keeps_what_was_written_and_frees_the_queue(site, tab):
    site.backend.hold_at = 21
    pick(tab, "farm")
    tab.click("#app-run")
    tab.wait_for_function(RUNNING)
    tab.click("#app-stop")
    tab.wait_for_selector("#app-stop[disabled]")
    site.backend.go_on.set()
    wait_end(tab)
    assert 0 < len(caption(tab)) == site.backend.written <= 22  # what was drafted is kept, and observed
    assert site.backend.closed == 1
    tab.wait_for_selector(".app-notice.info")
    run(tab)
    assert len(caption(tab)) == 40
    assert site.backend.closed == 2


@pytest.mark.slow
def test_closing_the_page_stops_the_run_and_frees_its_memory(site, browser):
    site.backend.__init__(hold_at=21)
    page, _ = watched(browser)
    ready(page, site.address)
    pick(page, "farm")
    page.click("#app-run")
    page.wait_for_function(RUNNING)
    page.close()
    second, _ = watched(browser)
    ready(second, site.address)
    site.backend.go_on.set()
    pick(second, "farm")
    run(second)  # only possible once the first run gave its place back
    shut(second)
    assert eventually(lambda: site.backend.closed == 2)
    assert site.backend.written < 80


@pytest.mark.slow
def test_two_visitors_do_not_see_each_others_runs(site, browser, tab):
    pick(tab, "farm")
    run(tab)
    other, _ = watched(browser)
    ready(other, site.address)
    mine, theirs = (page.evaluate("SaliencyApp.runs().map((run) => run.id)") for page in (tab, other))
    shut(other)
    assert mine and not set(mine) & set(theirs)


@pytest.mark.slow
def test_hostile_words_are_inert_text(site, tab):
    alerts = []
    tab.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    site.backend.words = HOSTILE
    pick(tab, "farm")
    tab.fill("#app-prompt textarea", HOSTILE[0] + HOSTILE[1] + "{{constructor}}")
    run(tab)
    drawn(tab)
    assert caption(tab)[:6] == list(HOSTILE)
    tab.click("#app-export button")
    tab.keyboard.press("Escape")
    assert alerts == []
    assert tab.locator("img[src=x], .sv-viewer script").count() == 0
    label = tab.locator("#app-runs").text_content()
    assert "<img src=x" in label


BROKEN = (b"", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, b"<svg></svg>")


@pytest.mark.slow
@pytest.mark.parametrize(
    "data", [b"not an image at all", *(pytest.param(one, marks=pytest.mark.slow) for one in BROKEN)]
)
def test_a_broken_upload_gets_a_sentence_and_the_page_still_works(site, tab, data):
    tab.set_input_files(
        "#app-image input[type=file]", {"name": "x.png", "mimeType": "image/png", "buffer": data or b" "}
    )
    tab.wait_for_selector(".app-notice.error")
    sentence = tab.locator(".app-notice-text").text_content()
    assert sentence.endswith(".") and "Traceback" not in sentence and len(sentence) < 300
    pick(tab, "beach")
    run(tab)
    assert len(caption(tab)) == 40


@pytest.mark.slow
def test_running_without_an_image_says_what_to_do(tab):
    tab.click("#app-image button[aria-label=Remove]")
    tab.click("#app-run")
    tab.wait_for_selector(".app-notice.error")
    assert "image" in tab.locator(".app-notice-text").text_content()
    tab.wait_for_selector("#app-run:not([disabled])")


@pytest.mark.slow
def test_an_accident_in_the_engine_is_one_sentence_and_loses_nothing(site, tab, caplog):
    site.backend.fail_at, site.backend.failure = 6, RuntimeError("secret path /root/x")
    pick(tab, "farm")
    tab.click("#app-run")
    tab.wait_for_selector(".app-notice.error")
    assert "secret" not in tab.locator(".app-notice-text").text_content()
    assert "secret path" in caplog.text
    tab.wait_for_selector("#app-run:not([disabled])")
    site.backend.fail_at = None
    run(tab)
    assert len(caption(tab)) == 40


@pytest.mark.slow
def test_settings_reach_the_engine_with_the_paper_s_names(site, tab):
    pick(tab, "farm")
    tab.check("#app-sgrs input")
    tab.check("#app-locore input")
    unfold(tab, "#app-decoding")
    tab.click("#app-preset_qwen")
    tab.locator("#app-max_new_tokens input[type=number]").fill("7")
    tab.locator("#app-max_new_tokens input[type=number]").press("Tab")
    tab.locator("#app-seed input").fill("11")
    tab.locator("#app-seed input").press("Tab")
    tab.wait_for_function("document.querySelector('#app-beta input[type=number]').value === '0.2'")
    run(tab)
    call = site.backend.calls[-1]
    assert (call["sgrs"].alpha, call["locore"].beta, call["max_new_tokens"], call["sampling"].seed) == (0.6, 0.2, 7, 11)
    query = parse_qs(urlsplit(tab.evaluate("SaliencyApp.address()")).query)
    assert query["sgrs"] == ["0.6_5_3_5_window"] and query["locore"] == ["0.2_10"] and query["seed"] == ["11"]


@pytest.mark.slow
def test_settings_are_remembered_for_the_next_visit(site, browser):
    page, seen = watched(browser)
    ready(page, site.address)
    page.check("#app-locore input")
    page.wait_for_function("(localStorage.getItem('saliency-viz-settings') || '').includes('true')")
    page.goto(site.address)
    page.wait_for_selector("#app-locore input:checked")
    shut(page)
    assert seen.errors == []


@pytest.mark.slow
def test_compare_runs_the_same_picture_and_seed_into_the_second_place(site, tab):
    pick(tab, "farm")
    run(tab)
    compare(tab, "method:locore")
    wait_end(tab, 1)
    drawn(tab)
    first, second = site.backend.calls[-2:]
    assert first["locore"] is None and second["locore"] is not None
    assert first["sampling"] == second["sampling"] and first["prompt"] == second["prompt"]
    assert tab.locator(".sv-pair.sv-three").count() == 1
    link = tab.evaluate("SaliencyApp.address()")
    compare(tab, "nothing")
    tab.wait_for_function("!SaliencyApp.current.runs[1]")
    assert "beside" not in tab.evaluate("SaliencyApp.address()")
    other = tab.context.new_page()
    other.goto(link)
    other.wait_for_function("window.SaliencyApp && SaliencyApp.current && SaliencyApp.current.runs[1]")
    other.close()


@pytest.mark.slow
def test_a_stopped_comparison_leaves_the_first_run_and_a_clean_page(site, tab):
    pick(tab, "farm")
    run(tab)
    first = caption(tab)
    before = site.backend.closed
    site.backend.hold_at = 9
    compare(tab, "method:sgrs")
    tab.wait_for_function(RUNNING.replace("[0]", "[1]"))
    tab.click("#app-stop")
    tab.wait_for_selector("#app-stop[disabled]")
    site.backend.go_on.set()
    wait_end(tab, 1)
    assert site.backend.closed == before + 1
    assert caption(tab) == first  # the run that was there is untouched
    site.backend.hold_at = None
    run(tab)  # and the place is free for the next
    assert len(caption(tab)) == 40


@pytest.mark.slow
def test_a_candidate_can_be_forced_and_the_caption_it_leads_to_stands_beside(site, tab):
    pick(tab, "farm")
    run(tab)
    tab.locator(".sv-strip .sv-token").nth(2).click()
    drawn(tab)
    tab.locator(".sv-tab-body button", has_text="go on from this").first.click()
    wait_end(tab, 1)
    assert site.backend.calls[-1]["forced"] == (100, 101, 902)
    assert site.backend.calls[-1]["image"].size == (70, 49)  # the picture of the trace, not of the upload field


@pytest.mark.slow
def test_what_if_attention_to_some_words_were_gone(site, tab):
    pick(tab, "farm")
    run(tab)
    tab.evaluate("() => SaliencyApp.current.set({token: 5, pins: [40, 41]})")
    tab.locator("button", has_text="regenerate from here").click()
    wait_end(tab, 1)
    call = site.backend.calls[-1]
    assert call["forced"] == (100, 101, 102, 103, 104)
    assert (call["edits"][0].keys, call["edits"][0].factor, call["edits"][0].rows[0]) == ((40, 41), 0.0, 42 + 5 - 1)


@pytest.mark.slow
def test_a_link_to_an_own_run_opens_it_again_and_says_so_when_it_is_gone(site, browser, tab):
    pick(tab, "kitchen")
    run(tab)
    tab.locator(".sv-strip .sv-token").nth(7).click()
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.click("#app-copy-link")
    tab.wait_for_selector(".app-notice.info")
    link = tab.evaluate("navigator.clipboard.readText()")
    tab.goto("about:blank")  # the page closes; the run was shared, so it stays
    tab.goto(link)
    tab.wait_for_function("window.SaliencyApp && SaliencyApp.current && SaliencyApp.current.runs[0]")
    tab.wait_for_function("SaliencyApp.current.getState().token === 7")
    assert len(caption(tab)) == 40
    site.store._runs.clear()
    tab.goto(link)
    tab.wait_for_selector(".app-notice.on")
    tab.wait_for_selector(".app-thumb[data-name=kitchen][aria-pressed=true]")  # once the server has looked at it


@pytest.mark.slow
def test_a_saved_trace_opens_without_a_model_and_a_wrong_file_gets_a_sentence(site, tab, tmp_path):
    saw = "text => document.querySelector('#app-seen .app-note').textContent === text"
    tab.wait_for_function(saw, arg="The model saw it at 70 × 50 pixels, as 35 tokens.")
    path = example_trace(9, words=(" saved",), grid=(3, 4)).save(tmp_path / "mine.trace")
    with tab.expect_file_chooser() as chooser:
        tab.click("#app-export button")
        tab.click("[data-open=first]")
    chooser.value.set_files(path)
    tab.wait_for_function("SaliencyApp.current.runs[0] && SaliencyApp.current.runs[0].steps.length === 9")
    assert caption(tab) == [" saved"] * 9
    tab.wait_for_function(saw, arg="The model saw it at 40 × 30 pixels, as 12 tokens.")  # and not as the run before
    path.write_bytes(b"broken" * 100)
    with tab.expect_file_chooser() as chooser:
        tab.click("#app-export button")
        tab.click("[data-open=second]")
    chooser.value.set_files(path)
    tab.wait_for_selector(".app-notice.error")
    assert site.backend.calls == [] and len(caption(tab)) == 9


@pytest.mark.slow
def test_the_downloaded_trace_is_the_run_on_the_screen(site, tab, tmp_path):
    pick(tab, "beach")
    run(tab)
    with tab.expect_download() as download:
        tab.click("#app-export button")
        tab.click("[data-export=trace]")
    path = tmp_path / "x.trace"
    download.value.save_as(path)
    assert [step.text for step in Trace.load(path).steps] == caption(tab)


@pytest.mark.slow
def test_help_opens_with_the_question_mark_and_closes_with_escape(tab):
    tab.locator("h1").click()
    tab.keyboard.press("?")
    tab.wait_for_selector(".sv-help", state="visible")
    tab.keyboard.press("Escape")
    tab.wait_for_selector(".sv-help", state="hidden")
    tab.click("#app-help")
    tab.wait_for_selector(".sv-help", state="visible")
    tab.keyboard.press("Escape")
    tab.locator("#app-prompt textarea").press("?")
    assert not tab.locator(".sv-help").is_visible()


@pytest.mark.slow
def test_the_model_chooser_says_what_is_not_there(site, tab):
    def choose(name):
        tab.click("#app-model")
        tab.check(f"input[name=app-model][value={name}]")
        tab.click(".app-models-use")

    choose("other")
    tab.wait_for_function("SaliencyApp.model === 'other'")  # the server agreed
    tab.wait_for_selector(".app-status[data-state=ready]")
    choose("missing")
    tab.wait_for_selector(".app-status[data-state=failed]")
    pick(tab, "farm")
    tab.click("#app-run")
    tab.wait_for_selector(".app-notice.error")
    assert "missing" in tab.locator(".app-notice-text").text_content()


@pytest.mark.slow
def test_dark_follows_the_system_and_the_button_turns_it(site, browser):
    page, seen = watched(browser, color_scheme="dark")
    ready(page, site.address)
    page.wait_for_selector(".sv-token")
    assert page.locator(".sv-root.sv-dark").count() == 1

    def brightness():
        colour = page.evaluate("getComputedStyle(document.querySelector('.app-header')).backgroundColor")
        return sum(map(int, re.findall(r"\d+", colour)[:3]))

    assert brightness() < 150
    page.click("#app-theme")
    page.wait_for_selector(".sv-root:not(.sv-dark)")
    assert brightness() > 700
    page.reload()
    page.wait_for_selector(".sv-root:not(.sv-dark)")
    shut(page)
    assert (seen.errors, seen.outside) == ([], [])


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_overflows_sideways(site, browser, width):
    page, _ = watched(browser, viewport={"width": width, "height": 844})
    ready(page, site.address)
    page.wait_for_selector(".sv-token")
    page.click("#app-decoding button")
    drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    shut(page)


@pytest.mark.slow
def test_chinese_browsers_get_chinese_words(site, browser):
    page, seen = watched(browser, locale="zh-CN")
    ready(page, site.address)
    assert page.locator("#app-run").text_content().strip() == "运行"
    assert page.evaluate("document.documentElement.lang") == "zh"
    shut(page)
    assert seen.errors == []


def test_header_and_settings_stay_in_sight_while_one_scrolls(tab):
    tab.evaluate("() => scrollTo(0, 400)")
    assert tab.evaluate("scrollY") > 300
    assert tab.locator("#app-header").bounding_box()["y"] == 0
    assert tab.locator("#app-left").bounding_box()["y"] == tab.locator("#app-header").bounding_box()["height"]


@pytest.mark.slow
def test_stop_stands_in_the_notice_and_keys_work_with_the_focus_nowhere(site, tab):
    site.backend.hold_at = 3
    pick(tab, "farm")
    before = shown(tab)
    tab.click("#app-run")
    assert eventually(lambda: site.backend.written >= 3)  # or Stop could come before the second token
    tab.wait_for_selector("#app-stop:not([disabled])")
    tab.locator(".app-notice.busy .app-button").click()
    tab.wait_for_selector("#app-stop[disabled]")  # it has arrived
    site.backend.go_on.set()
    wait_end(tab, before=before)
    assert len(caption(tab)) < 40
    tab.evaluate("document.activeElement.blur()")
    at = state(tab)["token"]
    tab.keyboard.press("ArrowLeft")
    assert state(tab)["token"] == at - 1
    tab.evaluate("document.activeElement.blur(); SaliencyApp.current.set({pins: [5]})")
    tab.keyboard.press("Escape")
    assert state(tab)["pins"] == []


@pytest.mark.slow
def test_another_picture_greys_what_is_of_the_one_before_until_it_is_run(site, tab):
    pick(tab, "farm")
    upload(tab)
    tab.wait_for_selector(".app-stale")
    assert tab.locator(".app-thumb[aria-pressed=true]").count() == 0
    assert "of the picture before" in tab.locator(".app-notice.info").inner_text()
    run(tab)
    assert tab.locator(".app-stale").count() == 0


@pytest.mark.slow
@pytest.mark.parametrize("when", ["while it is written", "while it waits", "and it comes whole"])
def test_a_picture_changed_while_a_caption_is_made_is_not_called_its_picture(site, tab, when):
    pick(tab, "farm")
    site.backend.hold_at = 9 if when == "while it is written" else 0

    def whole(route):
        if '"fn_name":"fetch_run"' in (route.request.post_data or ""):
            eventually(lambda: site.backend.closed)
        route.continue_()

    if when == "and it comes whole":
        tab.route("**/component_server/**", whole)
    tab.click("#app-run")
    if when == "while it is written":
        tab.wait_for_function(RUNNING)
    else:
        tab.wait_for_selector("#app-stop:not([disabled])")
    upload(tab)
    tab.wait_for_selector(".app-stale")
    site.backend.go_on.set()
    wait_end(tab)
    seen = tab.locator("#app-seen .app-note")
    tab.wait_for_function("document.querySelector('#app-seen').textContent.includes('The model saw it at')")
    assert tab.locator(".app-stale").count() == 1 and not seen.is_visible()  # what it says is of the one before
    site.backend.hold_at = None
    run(tab)
    assert site.backend.calls[-1]["image"].size == (64, 48)
    assert tab.locator(".app-stale").count() == 0 and seen.is_visible()


@pytest.mark.slow
def test_a_further_question_on_a_greyed_run_is_as_grey_as_the_run(site, tab):
    pick(tab, "farm")
    run(tab)
    upload(tab)
    tab.wait_for_selector(".app-stale")
    before = shown(tab)
    tab.click(".sv-ask-open")
    tab.fill(".sv-ask input", "And now?")
    tab.press(".sv-ask input", "Enter")
    wait_end(tab, before=before)
    assert (site.backend.calls[-1]["prompt"], site.backend.calls[-1]["image"].size) == ("And now?", (70, 49))
    assert tab.locator(".app-stale").count() == 1


@pytest.mark.slow
def test_the_picture_a_run_is_of_put_back_greys_nothing(tab):
    pick(tab, "farm")
    upload(tab)
    tab.wait_for_selector(".app-stale")
    tab.click('.app-thumb[data-name="farm"]')
    tab.wait_for_selector('.app-thumb[data-name="farm"][aria-pressed=true]')
    tab.wait_for_selector("body:not(.app-stale)")
    drawn(tab)
    assert tab.locator(".app-stale").count() == 0


@pytest.mark.slow
def test_a_refusal_goes_as_soon_as_its_cause_is_changed(tab):
    pick(tab, "farm")
    tab.fill("#app-prompt textarea", "")
    tab.click("#app-run")
    tab.wait_for_selector(".app-notice.error")
    tab.fill("#app-prompt textarea", "Describe the image.")
    assert tab.locator(".app-notice.error").count() == 0


def test_the_words_of_the_page_are_there_before_any_part_is(site):
    from saliency_viz.paths import assets
    from saliency_viz.ui.components import bundle

    script = bundle(assets(), ".js").decode("utf-8")
    assert script.rstrip().splitlines()[-1].startswith('SaliencyApp.setTexts({"en"')


@pytest.mark.parametrize("width", [900, 1100])
def test_the_header_keeps_one_row_and_its_menus_on_the_screen(site, browser, width):
    page, seen = watched(browser, viewport={"width": width, "height": 800})
    ready(page, site.address)
    assert page.locator(".app-header").bounding_box()["height"] <= 50
    page.locator(".app-menu > .app-button").first.click()
    box = page.locator(".app-menu-items:visible").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= width
    shut(page)
    assert seen.errors == []
