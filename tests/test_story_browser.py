"""The page tells the story: it opens on a hallucination, says so, tests the claim, and speaks two languages."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from saliency_viz.figures.web.standalone import standalone
from saliency_viz.paths import assets
from saliency_viz.trace import Mark, Trace
from saliency_viz.ui.claims import examined
from saliency_viz.ui.context import EXAMPLE

from .app_browser import open_site, state, watched_page
from .test_claims import runs
from .traces import png

pytestmark = pytest.mark.browser
READING = "(which) => document.querySelector(`[data-reading=${which}]`).textContent.trim()"
NOTES = {5: Mark("right", "teapot (in the scene)"), 8: Mark("right", "cup (in the scene)")}
NOTES |= {12: Mark("hallucinated", "cow (not in the scene)")}


def marked_scenes() -> dict[str, Trace]:
    """Twelve captions that name a teapot and cups, which are there, and a cow, which is not."""
    return {name: replace(trace, marks=NOTES) for name, trace in runs(12).items()}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("story")
    for name, trace in marked_scenes().items():
        (folder / f"{name}.png").write_bytes(png())
        trace.save(folder / f"{name}.trace")
    index = [{"name": name, "hallucinates": name != "run-0"} for name in marked_scenes()]
    (folder / "index.json").write_text(json.dumps(index))
    site = open_site(folder, pause=0.0)
    yield site
    site.page.close()


@pytest.fixture
def tab(site, browser):
    with watched_page(browser, site.address) as page:
        page.wait_for_selector(".sv-token")
        yield page


@pytest.mark.slow
def test_the_page_opens_on_the_hallucinated_word_and_says_what_is_true(tab):
    assert tab.evaluate("SaliencyApp.current.runs[0].id") == EXAMPLE + "run-1"
    found = state(tab)
    assert (found["token"], found["reveal_truth"]) == (12, True)
    words = tab.evaluate(READING, "word")
    assert words.startswith("There is no cow here.") and "the median of 2)" in words
    assert tab.evaluate(READING, "caption").startswith("Of the 3 objects it names, not there: “cow”.")


@pytest.mark.slow
def test_the_card_shows_the_numbers_of_detection_over_all_examples(tab):
    tab.evaluate("() => SaliencyApp.current.set({view: 'claim'})")
    tab.wait_for_selector("[data-score]")
    wanted = examined({EXAMPLE + name: trace for name, trace in marked_scenes().items()})
    shown = tab.evaluate(
        "Object.fromEntries([...document.querySelectorAll('[data-score]')].map((row) =>"
        " [row.dataset.score, Number(row.querySelector('[data-value]').dataset.value)]))"
    )
    assert shown == {name: pytest.approx(one["auroc"]["value"]) for name, one in wanted["scores"].items()}
    assert tab.locator(".sv-claim-dot").count() == len(wanted["dots"]) == 36
    assert tab.locator(".sv-claim-verdict").get_attribute("data-verdict") == wanted["verdict"]
    tab.locator('.sv-claim-dot[data-step="8"]').first.click(force=True)
    tab.locator('.sv-claim [data-scope="caption"]').click()
    tab.wait_for_selector(".sv-claim-verdict[data-verdict=few]")
    assert "2 right and 1 hallucinated" in tab.locator(".sv-claim-verdict").text_content()
    assert tab.locator("[data-score]").count() == 0 and tab.locator(".sv-claim-dot").count() == 3


@pytest.mark.slow
def test_the_language_can_be_changed_and_stays(tab):
    with tab.expect_navigation():
        tab.click("#app-language")
    tab.wait_for_selector(".sv-token")
    assert tab.evaluate("document.documentElement.lang") == "zh"
    assert tab.locator("#app-run").text_content().strip() == "运行"
    assert tab.evaluate(READING, "word").startswith("图中没有 cow")
    with tab.expect_navigation():
        tab.click("#app-language")
    tab.wait_for_selector(".sv-token")
    assert tab.locator("#app-run").text_content().strip() == "Run"


@pytest.mark.slow
def test_a_page_without_a_server_has_no_tab_that_needs_one(browser, tmp_path):
    trace = Trace.load(next((assets() / "examples").glob("*.trace")))
    (tmp_path / "page.html").write_text(standalone(trace, state={"view": "lens"}), "utf-8")
    page = browser.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    page.wait_for_selector(".sv-root[data-drawn]", state="attached")
    names = "[...document.querySelectorAll('.sv-tab')].filter((tab) => !tab.hidden).map((tab) => tab.dataset.view)"
    assert not {"claim", "lens", "heads", "matrix", "faithfulness"} & set(page.evaluate(names))
    assert page.evaluate("viewer.state.view") == "candidates"
    page.close()
