"""Run, Stop, reload and Back in a real browser: what waits, what is lost, and what comes back."""

from __future__ import annotations

import re

import pytest

from .app_browser import caption, open_site, ready, shut, watched, write_examples
from .app_fakes import eventually

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# What gradio's own scripts log when a reload breaks off what they were listening to.
BROKEN_OFF = ("network error", "ERR_", "AbortError", "Connection errored out")


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    site = open_site(write_examples(tmp_path_factory.mktemp("runs") / "examples"))
    site.store.grace = 60.0  # a reload is a close and an open
    yield site
    site.page.close()


@pytest.fixture
def site(served):
    """The server, its engine as it was at first."""
    backend = served.backend
    backend.pause, backend.hold_at, backend.written, backend.closed = 0.0, None, 0, 0
    backend.calls.clear()
    yield served
    backend.go_on.set()
    assert eventually(lambda: backend.closed == len(backend.calls))


@pytest.fixture
def opened(site, browser):
    """A function that opens a page; in the end none may have logged an error."""
    pages = []

    def make(**options):
        page, seen = watched(browser, **options)
        pages.append((page, seen))
        ready(page, site.address)
        page.wait_for_function("SaliencyApp.current.runs[0]")  # the example, and its picture in the field
        page.wait_for_selector("#app-image img")
        return page

    yield make
    for page, seen in pages:
        errors = [text for text in seen.errors if not any(word in text for word in BROKEN_OFF)]
        shut(page)
        assert (errors, seen.outside) == ([], [])


def buttons(page):
    """Whether Run and Stop can be pressed."""
    return tuple(not page.locator(name).is_disabled() for name in ("#app-run", "#app-stop"))


def notice(page):
    return page.locator(".app-notice-text").text_content()


def says(page, text):
    """Wait until the notice begins so: the buttons may change a moment before it."""
    told = "(text) => (document.querySelector('.app-notice-text') || {textContent: ''}).textContent.startsWith(text)"
    page.wait_for_function(told, arg=text)
    return True


def holding(site, page, at=3):
    """This page's run holds the model and has written so many tokens."""
    site.backend.hold_at, site.backend.pause = at, 0.02
    site.backend.go_on.clear()
    page.click("#app-run")
    assert eventually(lambda: site.backend.written >= at)


def whole(page):
    page.wait_for_function("SaliencyApp.current.runs[0] && SaliencyApp.current.runs[0].steps.length === 40")


def test_a_run_that_waits_for_another_visitor_can_be_stopped_and_asked_for_anew(site, opened):
    holder, waiter = opened(), opened()
    assert buttons(waiter) == (True, False)
    holding(site, holder)
    waiter.click("#app-run")
    waiter.wait_for_selector("#app-stop:not([disabled])")
    assert says(waiter, "Waiting") and buttons(waiter) == (False, True)
    waiter.click("#app-stop")
    waiter.wait_for_selector("#app-run:not([disabled])")
    assert says(waiter, "Stopped before its turn. Nothing was run.") and buttons(waiter) == (True, False)
    waiter.click("#app-run")
    waiter.wait_for_selector("#app-stop:not([disabled])")
    site.backend.go_on.set()
    whole(holder)
    whole(waiter)
    waiter.wait_for_selector("#app-run:not([disabled])")
    assert buttons(waiter) == (True, False) and len(site.backend.calls) == 2


def test_a_reload_in_mid_run_keeps_what_was_written_and_says_so_once(site, opened):
    page = opened()
    holding(site, page, at=19)
    page.wait_for_function("sessionStorage.getItem('saliency-viz-making')")  # its run is on the screen
    run = page.evaluate("SaliencyApp.shown[0].id")
    page.reload()
    page.wait_for_selector(".app-notice.warning")
    assert notice(page).startswith("This page was loaded again while a caption was being written.")
    page.wait_for_function("SaliencyApp.current.runs[0]")
    assert page.evaluate("SaliencyApp.shown[0].id") == run and 0 < len(caption(page)) < 40
    site.backend.go_on.set()
    assert eventually(lambda: site.backend.closed == 1) and buttons(page) == (True, False)
    site.backend.hold_at = 0  # the next one has no word yet
    site.backend.go_on.clear()
    page.click("#app-run")
    page.wait_for_function("sessionStorage.getItem('saliency-viz-making') === ''")
    page.reload()
    page.wait_for_selector(".app-notice.warning")
    assert notice(page).startswith("This page was loaded again before the first word")
    page.reload()
    page.wait_for_function("window.SaliencyApp && SaliencyApp.current && SaliencyApp.current.runs[0]")
    assert page.locator(".app-notice.on").count() == 0 and page.evaluate("SaliencyApp.shown[0].id") == run


def test_back_goes_to_the_run_before_as_it_was_looked_at_and_forward_again(site, opened):
    page = opened()
    page.click('.app-thumb[data-name="kitchen"]')
    page.wait_for_function("SaliencyApp.current.runs[0].id === 'example-kitchen'")  # not only on its way
    page.evaluate("SaliencyApp.current.set({token: 7, layer: 1})")
    page.wait_for_function("location.search.includes('token=7')")
    page.click("#app-run")
    whole(page)
    page.wait_for_selector("#app-run:not([disabled])")
    run = page.evaluate("SaliencyApp.shown[0].id")
    page.wait_for_function("(run) => location.search.includes(run)", arg=run)
    page.go_back()
    page.wait_for_function(
        "SaliencyApp.shown[0].id === 'example-kitchen' && SaliencyApp.current.getState().token === 7"
    )
    assert page.evaluate("SaliencyApp.current.getState().layer") == 1 and "example=kitchen" in page.url
    page.go_back()
    page.wait_for_function("SaliencyApp.current.runs[0].id === 'example-farm'")
    page.go_forward()
    page.wait_for_function("SaliencyApp.current.runs[0].id === 'example-kitchen'")
    page.go_forward()
    page.wait_for_function("(run) => SaliencyApp.current.runs[0].id === run", arg=run)
    assert len(caption(page)) == 40 and len(site.backend.calls) == 1


def test_a_run_still_on_its_way_when_back_is_pressed_does_not_rewrite_the_history(site, opened):
    page = opened()
    page.click('.app-thumb[data-name="kitchen"]')
    page.wait_for_function("SaliencyApp.current.runs[0].id === 'example-kitchen'")
    page.click("#app-run")
    whole(page)
    page.wait_for_selector("#app-run:not([disabled])")
    entries = page.evaluate("history.length")
    # Back is pressed, and before the run it asked for comes, one looks around once more in the one that was shown.
    page.evaluate("addEventListener('popstate', () => SaliencyApp.current.set({ token: 3 }), { once: true })")
    page.evaluate("history.back()")
    page.wait_for_function("SaliencyApp.current.runs[0].id === 'example-kitchen'")
    page.wait_for_function("location.search.includes('example=kitchen')")
    assert page.evaluate("history.length") == entries
    page.go_forward()
    page.wait_for_function("!SaliencyApp.shown[0].example")


def test_going_back_to_a_run_that_is_gone_says_so_and_leaves_what_is_shown(site, opened):
    page = opened()
    for _ in range(2):
        before = page.evaluate("SaliencyApp.shown[0].id")
        page.click("#app-run")
        page.wait_for_function("(before) => SaliencyApp.shown[0].id !== before", arg=before)
        page.wait_for_selector("#app-run:not([disabled])")
        page.wait_for_function("location.search.includes(SaliencyApp.shown[0].id)")  # an entry that Back leads to
    gone, last = before, page.evaluate("SaliencyApp.shown[0].id")
    del site.store._runs[gone]
    page.go_back()
    page.wait_for_selector(".app-notice.error")
    assert "no longer kept here" in notice(page) and page.evaluate("SaliencyApp.shown[0].id") == last
    page.click("#app-run")  # and the next run is an entry of its own at once
    page.wait_for_function("(last) => SaliencyApp.shown[0].id !== last", arg=last)
    page.wait_for_function("location.search.includes(SaliencyApp.shown[0].id)", timeout=8000)


def test_a_server_that_does_not_answer_is_said_below_the_title_and_run_works_when_it_is_back(site, opened):
    page = opened()
    whole_title = page.locator(".sv-caption").bounding_box()
    page.evaluate("window.fromBefore = true")
    page.context.set_offline(True)
    try:
        page.click("#app-run")
        page.wait_for_selector(".app-notice.error")
        assert notice(page).startswith("The server does not answer.")
        covered = "[...document.querySelectorAll('.toast-body')].map((one) => one.getBoundingClientRect().top)"
        assert all(top == 0 or top > whole_title["y"] + 100 for top in page.evaluate(covered))
    finally:
        page.context.set_offline(False)
    page.wait_for_function("!window.fromBefore && window.SaliencyApp && window.SaliencyApp.current")  # gradio's reload
    page.wait_for_selector("#app-run:not([disabled])")
    page.wait_for_selector("#app-image img")  # Run has a picture
    page.click("#app-run")
    whole(page)


def test_what_was_said_of_a_server_is_taken_back_when_it_answers(opened):
    page = opened()
    looks = re.compile("component_server")
    page.route(looks, lambda route: route.abort())
    page.evaluate("SaliencyApp.lookAtModel()")
    page.wait_for_selector(".app-notice.error")
    assert notice(page).startswith("The server does not answer.")
    page.unroute(looks)
    page.wait_for_selector(".app-notice:not(.on)", state="attached")


def due(page):
    return page.locator("#app-run").get_attribute("data-due")


def test_run_says_what_it_would_do_otherwise_until_it_has_done_it(site, opened):
    page = opened()

    def says(words):
        page.wait_for_function("words => (document.querySelector('#app-run').dataset.due || '') === words", arg=words)

    says("without SGRS")  # the example was made with it
    page.click("#app-run")
    whole(page)
    says("")
    page.check("#app-sgrs input")
    says("with SGRS")
    page.check("#app-locore input")
    says("with SGRS + LocoRE")
    page.uncheck("#app-locore input")
    says("with SGRS")
    page.wait_for_selector("#app-run:not([disabled])")
    page.click("#app-run")
    says("")
    page.wait_for_selector("#app-run:not([disabled])")
    page.uncheck("#app-sgrs input")
    says("without SGRS")
    page.check("#app-sgrs input")
    says("")


def test_the_toast_has_room_in_it_and_covers_neither_header_nor_title(site, opened):
    page = opened(viewport={"width": 1280, "height": 720})
    title = page.locator(".sv-caption").bounding_box()
    padding, box = page.evaluate(  # at one moment: the page may have news of its own
        """() => {
          SaliencyApp.say({ kind: "warning", text: "A sentence." });
          const notice = document.querySelector(".app-notice");
          return [parseFloat(getComputedStyle(notice).paddingLeft), notice.getBoundingClientRect().toJSON()];
        }"""
    )
    assert padding >= 10 and box["y"] > title["y"] + 100 and box["y"] + box["height"] <= 720


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_skip_link_can_be_read(opened, scheme):
    page = opened(color_scheme=scheme)
    page.locator(".app-skip").focus()
    colors = page.evaluate(
        "(() => { const style = getComputedStyle(document.querySelector('.app-skip'));"
        " return [style.color, style.backgroundColor]; })()"
    )
    assert contrast(*colors) >= 4.5


def contrast(*colors):
    """WCAG's ratio of two rgb(...) colours."""

    def luminance(color):
        parts = [int(part) / 255 for part in color[color.index("(") + 1 : -1].split(",")[:3]]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    dark, light = sorted(map(luminance, colors))
    return (light + 0.05) / (dark + 0.05)
