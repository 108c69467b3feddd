"""A server that does not answer what the page asks it: every part says so, loses nothing, and works once it does."""

from __future__ import annotations

import json
from contextlib import contextmanager

import pytest

from .app_browser import caption, drawn, open_site, ready, shut, watched, write_examples
from .app_fakes import eventually
from .traces import png
from .visitor import opened_with

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SENTENCE = "The server does not answer."
# What the browser itself logs of such a question.
LOST = ("net::ERR_FAILED", "status of 502", "status of 503", "status of 401")
PICTURE = {"name": "a.png", "mimeType": "image/png", "buffer": png(64, 48)}
IDLE = "#app-image .app-media-stage:not(.busy)"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = open_site(write_examples(tmp_path_factory.mktemp("site") / "examples"))
    yield site
    site.page.close()


@pytest.fixture
def tab(site, browser):
    """A page with its example; afterwards nothing failed that was not said."""
    site.backend.__init__()
    site.backend.loads = 1
    page, seen = watched(browser)
    ready(page, site.address)
    page.wait_for_function("SaliencyApp.current.runs[0]")
    page.wait_for_selector("#app-image img")
    yield page
    errors = [text for text in seen.errors if not any(word in text for word in LOST)]
    shut(page)
    assert (errors, seen.outside) == ([], [])


@contextmanager
def silent(page, name, times=None, refusal=None):
    """The server does not answer this question, or not so many times; then a proxy does, then the network it is in."""
    asked = []

    def lose(route):
        if f'"fn_name":"{name}"' not in (route.request.post_data or "") or len(asked) == times:
            return route.continue_()
        asked.append(name)
        if refusal is not None:
            return route.fulfill(status=401, body=json.dumps({"detail": refusal}))
        if len(asked) == 1:
            return route.abort()
        return route.fulfill(status=502 if len(asked) == 2 else 200, body="<h1>Welcome to our network</h1>")

    page.route("**/component_server/**", lose)
    yield asked
    page.unroute("**/component_server/**")


def said(page, sentence=SENTENCE):
    page.wait_for_function(
        "(text) => [...document.querySelectorAll('.app-notice.error .app-notice-text')]"
        ".some((note) => note.textContent.startsWith(text))",
        arg=sentence,
    )


def taken_back(page):
    page.wait_for_function("!document.querySelector('.app-notice.on.error')")


def run_id(page):
    """Of the run the viewer has."""
    return page.evaluate("SaliencyApp.current.runs[0].id")


def own_run(page):
    page.click("#app-run")
    page.wait_for_function("SaliencyApp.current.runs[0].steps.length === 40")
    page.wait_for_selector("#app-run:not([disabled])")


def pick(page, name):
    page.click(f'.app-thumb[data-name="{name}"]')


def test_a_picture_that_cannot_be_looked_at_takes_nothing_away(site, tab):
    before = tab.locator("#app-image img").get_attribute("src")
    with silent(tab, "look_at") as asked:
        tab.locator("#app-image input[type=file]").set_input_files(PICTURE)
        said(tab)
        tab.wait_for_selector(IDLE)
    assert len(asked) == 3  # it was tried again before that
    assert tab.locator("#app-image img").get_attribute("src") == before
    tab.click("#app-run")
    tab.wait_for_function("!SaliencyApp.current.runs[0].id.startsWith('example-')")
    tab.wait_for_selector("#app-run:not([disabled])")
    assert site.backend.calls[-1]["image"].size == (384, 288)  # the one that is seen is the one that is run


def test_a_picture_whose_first_question_was_lost_comes_by_itself(tab):
    with silent(tab, "look_at", times=1) as asked:
        tab.locator("#app-image input[type=file]").set_input_files(PICTURE)
        said(tab)
        tab.wait_for_function("document.querySelector('#app-image').textContent.includes('64 × 48')")
        tab.wait_for_selector(IDLE)
    assert asked == ["look_at"]
    taken_back(tab)


def test_a_run_that_does_not_come_is_said_and_comes_once_it_is_asked_for_again(tab):
    before = run_id(tab)
    with silent(tab, "fetch_run") as asked:
        pick(tab, "kitchen")
        tab.wait_for_function("() => SaliencyApp.shown[0].id === 'example-kitchen'")
        said(tab)
        tab.wait_for_selector(".app-thumb[data-name=kitchen][aria-pressed=true]")
        for _ in range(600):
            if len(asked) == 3:
                break
            tab.wait_for_timeout(20)
        said(tab)
        assert run_id(tab) == before and len(caption(tab)) == 26
    pick(tab, "beach")
    tab.wait_for_function("() => SaliencyApp.current.runs[0].id === 'example-beach'")
    taken_back(tab)


def test_a_run_whose_first_question_was_lost_comes_by_itself(tab):
    with silent(tab, "fetch_run", times=1) as asked:
        pick(tab, "kitchen")
        said(tab)
        tab.wait_for_function("() => SaliencyApp.current.runs[0].id === 'example-kitchen'")
    assert asked == ["fetch_run"]
    taken_back(tab)


def test_what_another_run_replaced_is_not_asked_for_again(tab):
    with silent(tab, "fetch_run", times=1) as asked:
        pick(tab, "kitchen")
        said(tab)
        pick(tab, "beach")
        tab.wait_for_function("() => SaliencyApp.current.runs[0].id === 'example-beach'")
    assert asked == ["fetch_run"]


def test_the_list_of_models_says_it_and_can_be_opened_again(tab):
    with silent(tab, "fetch_offers"):
        tab.click("#app-model")
        wait = tab.locator(".app-models-wait")
        tab.wait_for_function(
            "(text) => document.querySelector('.app-models-wait').textContent.startsWith(text)", arg=SENTENCE
        )
        assert wait.count() == 1
    tab.keyboard.press("Escape")
    tab.click("#app-model")
    tab.wait_for_selector(".app-models input[type=radio]")


def test_a_question_that_is_refused_is_answered_with_the_refusal_and_not_asked_again(tab):
    with silent(tab, "look_at", refusal="Log in first.") as asked:
        tab.locator("#app-image input[type=file]").set_input_files(PICTURE)
        said(tab, "Log in first.")
        tab.wait_for_selector(IDLE)
    assert asked == ["look_at"]
    with silent(tab, "fetch_offers", refusal="Log in first."):
        tab.click("#app-model")
        tab.locator(".app-models-wait", has_text="Log in first.").wait_for()


def test_an_export_that_does_not_come_says_it(tab):
    with silent(tab, "fetch_export"):
        tab.click("#app-export button")
        tab.click("[data-export=steps]")
        said(tab)


def test_a_link_is_not_called_copied_where_its_run_could_not_be_kept(site, tab):
    own_run(tab)
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    with silent(tab, "share_run"):
        tab.click("#app-copy-link")
        said(tab)
        assert tab.locator(".app-notice.info").count() == 0
    tab.click("#app-copy-link")
    tab.wait_for_selector(".app-notice.info")
    assert site.store.get(run_id(tab)).shared


JOIN = "**/queue/join*"
BUSY = "The server has too many requests now."
NOT_TAKEN = [
    (502, "<h1>Bad gateway</h1>", SENTENCE),
    (200, "<h1>Welcome to our network</h1>", SENTENCE),
    (503, '{"detail": "Queue is full."}', BUSY),
    (401, '{"detail": "Log in first."}', "Log in first."),
]


@pytest.mark.parametrize(("status", "body", "sentence"), NOT_TAKEN)
def test_a_run_that_is_not_taken_is_said_in_our_words_and_can_be_asked_for_again(tab, status, body, sentence):
    before = run_id(tab)
    tab.route(JOIN, lambda route: route.fulfill(status=status, body=body))
    tab.click("#app-run")
    said(tab, sentence)
    tab.wait_for_selector(".toast-body", state="attached")
    assert "SyntaxError" not in tab.locator(".toast-body").text_content()  # what gradio says beside it
    with tab.expect_response(lambda answer: "fetch_status" in (answer.request.post_data or "")):
        tab.evaluate("SaliencyApp.lookAtModel()")
    drawn(tab)
    said(tab, sentence)  # that the model's state can be asked for starts no run
    assert run_id(tab) == before
    tab.unroute(JOIN)
    tab.click("#app-run")
    tab.wait_for_function("!SaliencyApp.current.runs[0].id.startsWith('example-')")
    taken_back(tab)


@pytest.mark.parametrize(("status", "body", "sentence"), NOT_TAKEN)
def test_a_question_that_is_not_taken_is_said_where_it_was_asked_and_can_be_asked_again(
    site, tab, status, body, sentence
):
    own_run(tab)
    tab.locator(".sv-tabs [role=tab]", has_text="Logit lens").click()
    drawn(tab)
    ask = tab.locator(".sv-tab-body button", has_text="compute the lens")
    tab.route(JOIN, lambda route: route.fulfill(status=status, body=body))
    ask.click()
    tab.locator(".sv-tab-body", has_text=sentence).wait_for()
    assert site.backend.lenses_asked == 0
    tab.unroute(JOIN)
    ask.click()
    assert eventually(lambda: site.backend.lenses_asked == 1)
    tab.wait_for_function("!document.querySelector('.sv-tab-body').textContent.includes('omputing')")


def test_a_run_whose_connection_is_lost_is_said_once_gradio_has_loaded_the_page_anew(tab):
    tab.evaluate("window.fromBefore = true")
    tab.route(JOIN, lambda route: route.abort())
    tab.click("#app-run")
    tab.wait_for_function("!window.fromBefore && window.SaliencyApp && SaliencyApp.current")
    tab.wait_for_selector(".app-notice.warning")
    assert tab.locator(".app-notice-text").inner_text().startswith("This page was loaded again before the first word")
    tab.unroute(JOIN)


# What the queue says is heard `late` milliseconds after it was said, if anybody still listens.
FAR = """(() => { const ask = window.fetch.bind(window);
window.fetch = async (...given) => {
  const answer = await ask(...given);
  if (!String(given[0].url || given[0]).includes("/queue/data")) return answer;
  const pieces = answer.body.getReader();
  const hear = async (out) => {
    for (let piece = {}; !piece.done; ) {
      const { done, value } = piece = await pieces.read().catch(() => ({done: true}));
      const tell = () => { try { done ? out.close() : out.enqueue(value); } catch (gone) {} };
      setTimeout(tell, window.late || 0);
    }
  };
  return new Response(new ReadableStream({start: (out) => void hear(out)}), answer);
}; })();"""


def test_what_is_asked_while_the_end_of_the_news_is_on_its_way_is_answered_too(site, tab):
    def all_said():
        return not any(site.page._queue.pending_event_ids_session.values())

    def lens_of(token):
        tab.evaluate("(token) => SaliencyApp.current.set({token})", token)
        drawn(tab)

    with opened_with(tab, FAR):
        ready(tab, site.address)
        tab.wait_for_function("SaliencyApp.current.runs[0]")
        own_run(tab)
    first = run_id(tab)
    tab.locator(".sv-tabs [role=tab]", has_text="Logit lens").click()
    tab.evaluate("window.late = 1500")
    for asked, token in enumerate((4, 7, 11, 13), 1):
        lens_of(token)
        tab.locator(".sv-tab-body button", has_text="compute the lens").click()
        assert eventually(lambda asked=asked: site.backend.lenses_asked == asked) and eventually(all_said)
        if token == 7:
            for told in (4, 7):
                lens_of(told)
                tab.wait_for_selector(".sv-tab-body .sv-lens tbody tr")
    tab.click("#app-run")
    tab.wait_for_function("(first) => SaliencyApp.current.runs[0].id !== first", arg=first)
    tab.wait_for_function("SaliencyApp.current.runs[0].steps.length === 40")
    tab.wait_for_selector("#app-run:not([disabled])")
    assert site.backend.lenses_asked == 4
