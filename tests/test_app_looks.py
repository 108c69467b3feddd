"""The page asks the model for what a trace leaves out: computed once, kept, stopped, refused. The engine is a fake."""

from __future__ import annotations

import pytest

from .app_browser import drawn, open_site, ready, watched, watched_page, write_examples
from .app_fakes import eventually
from .test_app_browser import pick, run

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BODY = ".sv-tab-body > div:not([hidden])"
ASKED = "SaliencyApp.current.tabs.find((tab) => tab.name === SaliencyApp.current.state.view).view.asked"


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
        yield page


def look(tab, view):
    """Open a tab and press its button."""
    tab.evaluate("(view) => SaliencyApp.current.set({view})", view)
    drawn(tab)
    tab.locator(f"{BODY} > .sv-section-head button:visible").first.click()


def came(tab):
    tab.wait_for_function(f"Boolean({ASKED}.held)")
    drawn(tab)


def unasked(tab, **state):
    """Look at it, without a click; the machine was quick so far, however busy it is."""
    quick = "viewer.pace.heard(viewer.run.payload.model.name, 1, 0.01)"
    tab.evaluate(f"(state) => {{ const viewer = SaliencyApp.current; {quick}; viewer.set(state); }}", state)
    came(tab)


def test_each_look_is_computed_once_and_kept_for_its_step_also_after_an_accident(site, tab, caplog):
    pick(tab, "farm")
    run(tab)
    tab.evaluate("() => SaliencyApp.current.set({token: 4, layer: 3})")

    def fail(*_):
        raise RuntimeError("a secret path")

    site.backend.logit_lens = fail
    look(tab, "lens")
    tab.wait_for_selector(".app-notice.error")
    tab.wait_for_function(f"{ASKED}.failed.size === 1")
    assert "secret" not in tab.locator(BODY).inner_text() + tab.locator(".app-notice").inner_text()
    del site.backend.logit_lens

    look(tab, "lens")
    came(tab)
    for view in ("heads", "matrix"):
        unasked(tab, view=view)
    backend = site.backend
    assert (backend.lenses_asked, backend.heads_asked, backend.matrices_asked) == (1, 1, 1)
    assert tab.evaluate(
        f"(() => {{ const held = {ASKED}.held; return [held.keys, held.saliency[held.keys]]; }})()"
    ) == [46, 3]
    unasked(tab, token=2, view="lens")
    assert backend.lenses_asked == 2
    tab.evaluate("() => SaliencyApp.current.set({token: 4})")
    drawn(tab)
    assert tab.evaluate(f"Boolean({ASKED}.held)") and tab.locator(f"{BODY} .sv-lens tbody tr").count() == 5
    assert backend.lenses_asked == 2


def test_a_measurement_tells_how_far_it_is_and_stop_leaves_the_page_as_it_was(site, tab):
    pick(tab, "farm")
    run(tab)
    site.backend.reading_pause = 0.4
    look(tab, "faithfulness")
    tab.wait_for_function(f"{ASKED}.bar.max === 11 && !{ASKED}.bar.hidden")
    tab.locator(f"{BODY} button", has_text="stop").click()
    tab.wait_for_function(f"{ASKED}.status.textContent.startsWith('Stopped')")
    assert site.backend.readings < 10 and site.backend.measures_closed == 1
    site.backend.reading_pause = 0.0
    look(tab, "faithfulness")
    came(tab)
    assert tab.locator(f"{BODY} .sv-areas [data-value]").first.get_attribute("data-value") == "0.25"
    run(tab)  # the queue is free


def test_closing_the_page_ends_its_measurement(site, tab, browser):
    page, _ = watched(browser)
    ready(page, site.address)
    pick(page, "farm")
    run(page)
    site.backend.reading_pause = 0.4
    look(page, "faithfulness")
    page.wait_for_function(f"{ASKED}.bar.max === 11 && !{ASKED}.bar.hidden")
    page.close()
    assert eventually(lambda: site.backend.measures_closed == 1)
    assert site.backend.readings < 10


def test_a_run_of_another_model_greys_the_tabs(site, tab):
    tab.wait_for_selector(".sv-token")  # the example was made by another model
    tab.click(".sv-tab[data-view=heads]")
    drawn(tab)
    assert "“synthetic”" in tab.locator(f"{BODY} [role=status]").inner_text()
    assert tab.locator(".sv-tab[data-missing]").count() == 5
    pick(tab, "farm")
    run(tab)
    drawn(tab)
    assert tab.locator(".sv-tab[data-missing]").count() == 0
    tab.evaluate("() => { SaliencyApp.model = 'other'; SaliencyApp.current.schedule(); }")  # as the header does
    tab.wait_for_selector(".sv-tab[data-missing]", state="attached")
