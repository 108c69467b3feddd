"""Takes the pictures in docs/screenshots: every main view of the page, wide and narrow, light and dark.

No test. `python -m tests.screenshots` starts the app on the embedded model and drives it in the installed Chromium;
`python -m tests.screenshots candidates compare` takes only these views.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, sync_playwright

import saliency_viz as sv
from saliency_viz.paths import assets
from saliency_viz.serving.engine import Engine
from saliency_viz.serving.run_store import RunStore
from saliency_viz.ui.server.serve import serve

from .app_browser import FLAGS
from .checkpoints_qwen import qwen2

FOLDER = Path(__file__).parents[1] / "docs" / "screenshots"
SIZES = {"1440": (1440, 900), "390": (390, 844)}
TOKEN = 18
ON_SCREEN = "() => SaliencyApp.current.drawn()"


def run(page: Page, *switches: str) -> None:
    """Press Run with these switches on, and wait for the whole caption."""
    for switch in switches:
        page.locator(f"#app-{switch} input[type=checkbox]").first.check()
    before = page.evaluate("SaliencyApp.current.runs[0].id")
    page.locator("#app-run").click()
    whole = "(id) => ((run) => run.id !== id && run.payload.ended !== 'running')(SaliencyApp.current.runs[0])"
    page.wait_for_function(whole, arg=before, timeout=300_000)


def first_visit(page: Page) -> None:
    page.evaluate("() => scrollTo(0, 0)")


def tab(name: str, **state: Any) -> Callable[[Page], None]:
    """Open a tab and bring it to the top of the screen."""

    def show(page: Page) -> None:
        page.evaluate("(state) => SaliencyApp.current.set(state)", {"view": name, "token": TOKEN, **state})
        page.evaluate(ON_SCREEN)
        page.locator(".sv-tab-card").evaluate("(node) => scrollTo(0, node.getBoundingClientRect().top + scrollY - 112)")

    return show


def both_methods(page: Page) -> None:
    run(page, "sgrs", "locore")
    page.evaluate("(token) => SaliencyApp.current.set({token, reveal_truth: true})", TOKEN)


def compare(page: Page) -> None:
    page.evaluate("(token) => SaliencyApp.current.set({token})", TOKEN)
    page.click("#app-compare")
    page.click("[data-compare='method:sgrs']")
    page.wait_for_function("SaliencyApp.current.runs[1]", timeout=120_000)
    page.wait_for_function("SaliencyApp.current.runs[1].payload.ended !== 'running'", timeout=300_000)
    page.mouse.move(0, 0)
    if page.viewport_size["width"] < 641:
        page.locator(".sv-caption").evaluate("(node) => node.scrollIntoView()")


def clicked(selector: str, wait: str) -> Callable[[Page], None]:
    """Press something, and wait until `wait` is on the screen."""

    def show(page: Page) -> None:
        page.locator(selector).first.click()
        page.wait_for_selector(wait, timeout=120_000)

    return show


def claim(page: Page) -> None:
    """The card over all examples."""
    tab("claim", claim_scope="examples")(page)
    page.wait_for_selector("[data-score]", timeout=120_000)
    tab("claim", claim_scope="examples")(page)


def four(page: Page) -> None:
    """All four decodings in their table."""
    page.click("#app-compare")
    page.click("[data-compare=all]")
    page.wait_for_function(
        "[...document.querySelectorAll('.app-methods tbody .app-methods-caption')].length === 4", timeout=300_000
    )


def frames(page: Page) -> None:
    """Six scenes as a video, on a small random Qwen2-VL: its words mean nothing, its shares are real."""
    page.goto(f"{page.url.split('?')[0]}?run={film_run()}&token=3&__theme={theme_of(page)}")
    page.wait_for_function("window.SaliencyApp && SaliencyApp.current && SaliencyApp.current.runs[0]")
    tab("frames", token=3)(page)


def theme_of(page: Page) -> str:
    return "dark" if page.evaluate("document.body.classList.contains('dark')") else "light"


STORE = RunStore()


@cache
def film_run() -> str:
    """Id of a run on a video, made once."""
    folder = Path(tempfile.mkdtemp())
    model = sv.load_model(str(qwen2(folder)), device="cpu")
    pictures = sorted((assets() / "examples").glob("*.png"))[:6]
    video = sv.Video([Image.open(path).convert("RGB").resize((224, 224)) for path in pictures], 1.0)
    trace = replace(sv.caption(model, video, "What happens?", max_new_tokens=24), title="Six scenes, random weights")
    run_id = STORE.put(trace, trace.title, None)
    STORE.share(run_id)
    return run_id


ASKED = "SaliencyApp.current.shownTab.asked"


def computed(name: str, **state: Any) -> Callable[[Page], None]:
    """A tab with what only the model can add, computed unasked or not."""

    def show(page: Page) -> None:
        tab(name, **state)(page)
        page.evaluate(f"() => {ASKED}.request()")
        page.wait_for_function(f"{ASKED}.held", timeout=300_000)
        tab(name, **state)(page)

    return show


VIEWS: dict[str, Callable[[Page], None]] = {
    "first-visit": first_visit,
    "candidates": tab("candidates"),
    "layers": tab("layers"),
    "words": tab("words"),
    "over": tab("over"),
    "lens": computed("lens"),
    "heads": computed("heads"),
    "matrix": computed("matrix"),
    "knock-out": computed("knock_out", knock_hide="picture"),
    "faithfulness": computed("faithfulness"),
    "claim": claim,
    "marks": tab("marks", reveal_truth=True),
    "data": tab("data"),
    "frames": frames,
    "sgrs-locore": both_methods,
    "compare": compare,
    "four": four,
    "models": clicked("#app-model", ".app-models-row"),
    "help": clicked("#app-help", ".sv-help-card"),
}


def take(browser: Any, address: str, view: str, size: str, theme: str) -> None:
    """One view in a visit of its own."""
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    page = context.new_page()
    page.add_init_script("localStorage.setItem('saliency-viz-tour', 'seen')")
    first = "" if view == "first-visit" else f"example=tea-time&token={TOKEN}&"
    page.goto(f"{address}?{first}__theme={theme}")
    page.wait_for_function("window.SaliencyApp && SaliencyApp.current && SaliencyApp.current.runs[0]")
    page.wait_for_selector(".app-status[data-state=ready]")
    VIEWS[view](page)
    page.evaluate(ON_SCREEN)
    page.wait_for_timeout(700)  # what is drawn a moment later, off the screen before
    page.evaluate(ON_SCREEN)
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.save(FOLDER / f"{view}-{size}-{theme}.webp", quality=70, method=6)
    context.close()


def main(views: list[str]) -> None:
    _, address = serve(Engine(table=True), port=None, store=STORE, block=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for view in views or VIEWS:
            for size in SIZES:
                for theme in ("light", "dark"):
                    take(browser, address, view, size, theme)
                    print(view, size, theme, flush=True)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
