"""The model chooser, the chip, the plan and the queue's words, driven in a headless Chromium."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

import pytest

from saliency_viz.errors import ModelError
from saliency_viz.memory import size_text
from saliency_viz.models.loading.hub import Loading
from saliency_viz.models.memory.estimate import estimate
from saliency_viz.models.memory.reference_configs import PUBLISHED
from saliency_viz.serving import model_catalog
from saliency_viz.serving.engine import Engine
from saliency_viz.serving.rate_limit import RateLimit
from saliency_viz.serving.run_store import RunStore
from saliency_viz.ui.server.serve import serve

from .app_browser import ready, shut, watched, write_examples
from .app_fakes import FakeBackend, eventually
from .traces import png

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SMALL, LARGE = "llava-hf/llava-1.5-7b-hf", "Qwen/Qwen2.5-VL-72B-Instruct"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Loads:
    """A loader that goes one step further each time it is told to, or fails."""

    seen: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    steps: dict[str, list[Any]] = field(default_factory=dict)
    go: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def attach(self, backend: FakeBackend) -> FakeBackend:
        plain = backend.load_model

        def load(name: str, tell: Any, **more: Any) -> Any:
            self.seen.append((name, more))
            for step in self.steps.pop(name, []):
                if isinstance(step, Exception):
                    raise step
                tell(step)
                if step.stage != "note":
                    self.go.acquire(timeout=60)
                    tell(step)  # a stop is heard here
            return plain(name)

        backend.load_model = load
        return backend


class Site:
    def __init__(self, folder, engine, **options):
        self.engine = engine
        self.page, self.address = serve(
            engine, port=None, store=RunStore(grace=0.0), examples=folder, block=False, **options
        )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_examples(tmp_path_factory.mktemp("models") / "examples")


def fake_site(folder, patch, limits=None, queue=32, backend=None, **options):
    """The page on a fake engine with 20 GB free on a GPU."""
    loads = Loads()
    engine = Engine(options.pop("names", ("demo",)), backend=loads.attach(backend or FakeBackend()), **options)
    patch.setattr(engine, "_device", lambda: ("cuda", "bfloat16", 20_000_000_000))
    patch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    site = Site(folder, engine, rate_limit=limits, most_waiting=queue)
    site.loads, site.backend = loads, engine.backend
    return site


@pytest.fixture
def made(folder, monkeypatch):
    """`fake_site`, closed in the end."""
    sites = []

    def make(**options):
        sites.append(fake_site(folder, monkeypatch, **options))
        return sites[-1]

    yield make
    for site in sites:
        site.backend.go_on.set()
        site.page.close()


@pytest.fixture(scope="module")
def stranger(folder, browser):
    """A page on a public server; (page, site)."""
    with pytest.MonkeyPatch.context() as patch:
        site = fake_site(folder, patch, table=True)
        page, seen = watched(browser)
        ready(page, site.address)
        yield page, site
        shut(page)
        site.page.close()
    assert (seen.errors, seen.outside) == ([], [])


@pytest.fixture
def opened(browser):
    """A function that opens a page and sees to it that nothing went wrong on it."""
    pages = []

    def make(site, **options):
        page, seen = watched(browser, **options)
        pages.append((page, seen))
        ready(page, site.address)
        return page

    yield make
    for page, seen in pages:
        errors = [text for text in seen.errors if "503" not in text]  # a full queue, as the browser logs it
        shut(page)
        assert (errors, seen.outside) == ([], [])


def chooser(page):
    page.click("#app-model")
    page.wait_for_selector(".app-models-row")
    return page.locator(".app-models")


def row(page, name):
    return page.locator(f".app-models-row:has(input[value^='{name}'])")


def chip(page, state):
    page.wait_for_selector(f".app-status[data-state={state}]")
    return page.locator(".app-status-text").text_content()


def notice(page):
    return page.locator(".app-notice-text").text_content()


def test_models_stand_by_family_with_what_they_need_beside_what_is_free(stranger):
    page, _ = stranger
    panel = chooser(page)
    families = panel.locator("legend").all_text_contents()
    assert families[:2] == ["Here", "SmolVLM, Idefics3"] and "Qwen2.5-VL" in families and len(families) == 13
    assert panel.locator(".app-models-room").text_content() == "20.0 GB free for a model on cuda"
    assert row(page, "demo").locator(".app-models-loaded").count() == 1
    assert row(page, "demo").locator("input").is_checked()
    needed = estimate(PUBLISHED[SMALL](), model_catalog.PROMPT, model_catalog.CAPTION).needed
    assert row(page, SMALL).locator(".app-models-size").text_content() == size_text(needed)
    assert row(page, SMALL).locator(".app-models-fetch").text_content() == "about 14.1 GB"
    assert row(page, "demo").locator(".app-models-fetch").text_content() == "here"
    assert not row(page, SMALL).locator("input").is_disabled()
    page.keyboard.press("Escape")
    assert not panel.is_visible() and page.evaluate("document.activeElement.id") == "app-model"


def test_strangers_are_not_offered_a_field_for_names_and_cannot_force_one(stranger):
    page, site = stranger
    chooser(page)
    assert not page.locator("input[name=app-model-other]").is_visible()
    assert not page.locator("input[name=app-model-adapter]").is_visible()
    page.evaluate("document.querySelector('input[name=app-model-other]').value = 'somebody/else'")
    page.click(".app-models-use")
    page.wait_for_selector(".app-models-refused")
    assert "does not offer the model 'somebody/else'" in page.locator(".app-models-refused").text_content()
    page.keyboard.press("Escape")
    assert [name for name, _ in site.loads.seen] == ["demo"]


def test_what_cannot_fit_cannot_be_chosen_and_says_why_and_smaller_weights_change_that(stranger):
    page, site = stranger
    chooser(page)
    thirteen = "llava-hf/llava-1.5-13b-hf"
    for name in (thirteen, LARGE):
        assert row(page, name).locator("input").is_disabled()
    needed = size_text(estimate(PUBLISHED[thirteen](), model_catalog.PROMPT, model_catalog.CAPTION).needed)
    assert row(page, thirteen).locator(".app-models-size").text_content() == f"needs {needed}, 20.0 GB free"
    page.check("input[name=app-model-weights][value='4bit']")
    page.wait_for_selector(f"input[value='{thirteen}::4bit']:not([disabled])")
    assert row(page, LARGE).locator("input").is_disabled()
    page.check(f"input[value='{thirteen}::4bit']")
    page.click(".app-models-use")
    page.wait_for_function(f"SaliencyApp.model === '{thirteen}::4bit'")
    chip(page, "ready")
    name, more = site.loads.seen[-1]
    assert (name, more["quantization"]) == (thirteen, "4bit")
    assert page.locator(".app-model-name").text_content() == thirteen
    assert not page.locator(".app-models").is_visible()


def test_a_download_is_shown_with_its_share_then_the_weights_then_the_model(made, opened):
    site = made(names=("demo", "other"))
    page = opened(site)
    site.loads.steps["other"] = [
        Loading("download", 500_000_000, 2_000_000_000),
        Loading("weights", 30, 40),
        Loading("note", text="The newest was taken."),
    ]
    page.focus("#app-model")  # the keyboard is enough
    page.keyboard.press("Enter")
    page.wait_for_selector(".app-models-row")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "document.querySelector('.app-status-text').textContent.startsWith('downloading 0.5 GB of 2.0 GB')"
    )
    assert page.evaluate("document.querySelector('.app-status-bar').style.getPropertyValue('--share')") == "0.25"
    assert page.locator("#app-model-halt").is_visible()
    site.loads.go.release()
    page.wait_for_function("document.querySelector('.app-status-text').textContent.startsWith('reading weights, 75 %')")
    site.loads.go.release()
    assert chip(page, "ready") == "cpu, float32"
    page.wait_for_selector(".app-notice.warning")
    assert notice(page) == "The newest was taken."
    assert not page.locator("#app-model-halt").is_visible()


def test_loading_can_be_stopped_and_tried_again(made, opened):
    site = made(names=("demo", "other"))
    page = opened(site)
    site.loads.steps["other"] = [Loading("download", 1_000_000, 2_000_000)] * 2
    chooser(page)
    page.check("input[name=app-model][value=other]")
    page.click(".app-models-use")
    page.wait_for_selector("#app-model-halt:visible")
    page.click("#app-model-halt")
    assert eventually(lambda: site.engine.status("other")["state"] == "none")
    site.loads.go.release(2)
    assert chip(page, "none") == "not loaded"
    page.click("#app-model-again")
    chip(page, "ready")


def test_a_checkpoint_that_cannot_be_read_says_so_in_chip_notice_and_run_and_the_page_goes_on(made, opened):
    site = made(names=("demo", "other"))
    page = opened(site)
    sentence = "The weights of 'other' could not be read: truncated. Download it again."
    site.loads.steps["other"] = [ModelError(sentence)]
    chooser(page)
    page.check("input[name=app-model][value=other]")
    page.click(".app-models-use")
    assert chip(page, "failed") == "could not be loaded"
    assert page.locator(".app-status").get_attribute("title") == sentence
    page.wait_for_selector(".app-notice.error")
    assert notice(page) == sentence
    site.loads.steps["other"] = [ModelError(sentence)]
    page.click(".app-close")
    page.click("#app-run")
    page.wait_for_selector(".app-notice.error")
    assert notice(page) == sentence
    chooser(page)
    page.check("input[name=app-model][value=demo]")
    page.click(".app-models-use")
    chip(page, "ready")
    page.click("#app-run")
    page.wait_for_function("SaliencyApp.current.runs[0] && SaliencyApp.current.runs[0].steps.length === 40")


def test_a_model_freed_by_idleness_is_said_to_be_and_the_next_run_loads_it(made, opened):
    clock = Clock()
    site = made(unload_after=5, clock=clock)
    page = opened(site)
    clock.now = 301
    assert site.engine.pool.sweep() == ["demo"]
    page.evaluate("SaliencyApp.lookAtModel()")
    assert chip(page, "unloaded") == "unloaded; the next run loads it"
    page.click("#app-run")
    page.wait_for_function("SaliencyApp.current.runs[0] && SaliencyApp.current.runs[0].steps.length === 40")
    page.evaluate("SaliencyApp.lookAtModel()")
    chip(page, "ready")
    assert [name for name, _ in site.loads.seen] == ["demo", "demo"]


def test_any_name_may_be_typed_where_that_is_allowed_and_stays_text(made, opened):
    hostile = "<img src=x onerror=alert(1)>/${1}"
    site = made(allow_any=True)
    page = opened(site)
    chooser(page)
    page.fill("input[name=app-model-other]", hostile)
    page.fill("input[name=app-model-adapter]", "c/<b>d")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('.app-model-name').textContent !== 'demo'")
    chip(page, "ready")
    assert site.loads.seen[-1] == (hostile, {"device": "auto", "dtype": "auto", "adapter": "c/<b>d"})
    assert page.locator(".app-model-name").text_content() == f"{hostile} + c/<b>d"
    assert page.locator(".app-header img, .app-header b").count() == 0


def test_the_plan_is_the_rooms_and_a_run_that_cannot_fit_is_refused_with_what_to_change(folder, opened, monkeypatch):
    engine = Engine(("demo",), device="cpu")
    engine.load("demo")
    site = Site(folder, engine)
    try:
        page = opened(site)
        page.wait_for_function("document.querySelector('#app-plan .app-note').textContent.includes('tokens')")
        from PIL import Image

        from saliency_viz.models import Request
        from saliency_viz.models.memory.budget import room
        from saliency_viz.models.memory.vision_memory import patches_in

        model = engine.pool.peek("demo")
        wanted = Request((Image.new("RGB", (384, 288)),), "Describe the image.")
        prepared = model.family.prepare(model, wanted)
        tokens = len(prepared.prompt_ids)
        found = room(model, tokens, 64, patches_in(model.config, prepared.inputs))
        shown = page.locator("#app-plan .app-note").text_content()
        assert shown.startswith(f"About {tokens} tokens of picture and prompt. A run takes {size_text(found.needed)},")
        monkeypatch.setattr("saliency_viz.models.memory.budget.free_memory", lambda device: 1_000_000)
        page.fill("#app-prompt textarea", "Describe the image again.")
        page.wait_for_selector("#app-plan .app-note-refused")
        assert "1.0 MB free. To make it fit: " in page.locator("#app-plan .app-note").text_content()
        page.click("#app-run")
        page.wait_for_selector(".app-notice.error")
        assert "This caption needs" in notice(page) and "1.0 MB free on cpu" in notice(page)
        monkeypatch.undo()
        page.fill("#app-prompt textarea", "Describe the image.")
        page.wait_for_selector("#app-plan .app-note:not(.app-note-refused)")
        page.click("#app-run")
        page.wait_for_function("SaliencyApp.current.runs[0] && !SaliencyApp.current.runs[0].example")
    finally:
        site.page.close()


def test_a_full_queue_says_when_to_come_back_and_who_waits_sees_the_place(made, opened):
    site = made(queue=1, backend=FakeBackend(hold_at=3, pause=0.0))
    site.engine.pace._seconds.append(30.0)
    running, waiting, late = opened(site), opened(site), opened(site)
    running.click("#app-run")
    while site.backend.written < 3:  # it holds the model now, and waits
        running.wait_for_timeout(20)
    waiting.click("#app-run")
    waiting.wait_for_function(
        "document.querySelector('.app-notice-text').textContent"
        ".startsWith('Waiting for your turn: 1 before you, about ')"
    )
    late.click("#app-run")
    late.wait_for_selector(".app-notice.error")
    assert notice(late).startswith("The queue is full: 1 wait. Nothing was started. Try again in about ")
    site.backend.go_on.set()
    waiting.wait_for_function("SaliencyApp.current.runs[0] && SaliencyApp.current.runs[0].steps.length === 40")


def test_who_runs_too_often_is_told_how_long_to_wait(made, opened):
    site = made(limits=RateLimit(1, clock=Clock()), backend=FakeBackend(pause=0.0))
    page = opened(site)
    page.click("#app-run")
    page.wait_for_function("SaliencyApp.current.runs[0] && SaliencyApp.current.runs[0].steps.length === 40")
    page.wait_for_selector("#app-run:not([disabled])")
    page.click("#app-run")
    page.wait_for_selector(".app-notice.error")
    assert notice(page).endswith("so that everybody has a turn. Try again in 60 seconds.")


def test_the_open_chooser_stays_on_a_phone_s_screen(made, opened):
    page = opened(made(table=True, allow_any=True), viewport={"width": 390, "height": 844}, color_scheme="dark")
    chooser(page)
    box = page.locator(".app-models").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390 and box["y"] + box["height"] <= 844
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_kinds_of_weights_can_be_walked_with_the_arrow_keys_to_the_last(made, opened, monkeypatch):
    monkeypatch.setattr(model_catalog, "find_spec", lambda name: object())
    page = opened(made(table=True))
    chooser(page)
    page.locator("input[name=app-model-weights]").first.focus()
    for kind in ("4bit", "8bit"):
        page.keyboard.press("ArrowRight")
        page.wait_for_selector(f".app-models-row input[value='{SMALL}::{kind}']")
        page.wait_for_selector(".app-models-form:not([aria-busy])")
        at = page.evaluate("[document.activeElement.name, document.activeElement.value]")
        assert at == ["app-model-weights", kind]


def test_a_typed_name_is_held_to_the_same_as_a_listed_one(made, opened):
    site = made(table=True, allow_any=True)
    page = opened(site)
    chooser(page)
    page.fill("input[name=app-model-other]", LARGE)
    page.wait_for_selector(".app-models-typed .app-models-row.off")
    typed = page.locator(".app-models-typed .app-models-size").text_content()
    assert typed == row(page, LARGE).first.locator(".app-models-size").text_content() and "20.0 GB free" in typed
    page.evaluate("document.querySelector('.app-models-typed .app-models-row').dataset.before = 'Enter'")
    page.keyboard.press("Enter")
    # It is looked up again, and refused; what would be loaded is told to the server in the same moment.
    page.wait_for_selector(".app-models-typed .app-models-row.off:not([data-before])")
    page.evaluate("SaliencyApp.lookAtModel()")
    chip(page, "ready")
    assert page.locator(".app-models").is_visible() and [name for name, _ in site.loads.seen] == ["demo"]
    page.fill("input[name=app-model-other]", SMALL)
    page.wait_for_selector(".app-models-typed .app-models-row:not(.off)")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('.app-model-name').textContent.includes('llava-1.5-7b')")
    chip(page, "ready")
    assert [name for name, _ in site.loads.seen] == ["demo", SMALL]


def test_a_run_that_waits_counts_the_seconds_and_one_click_goes_back_to_the_demo_model(made, opened):
    clock = Clock()
    site = made(names=("demo", "other"), clock=clock)
    page = opened(site)
    site.loads.steps["other"] = [Loading("download", 1_000_000, 2_000_000)]
    chooser(page)
    page.check("input[name=app-model][value=other]")
    page.click(".app-models-use")
    chip(page, "loading")
    clock.now += 7
    page.click("#app-run")
    page.wait_for_function(
        "document.querySelector('.app-notice-text').textContent === 'Waiting for other, 7 s so far…'"
    )
    assert chip(page, "loading").endswith("downloading 1.0 MB of 2.0 MB · 7 s")
    page.click("[data-do=back_to_demo]")
    page.wait_for_function("document.querySelector('.app-model-name').textContent === 'demo'")
    site.loads.go.release(2)  # the load hears the stop when it tells of its next step
    chip(page, "ready")
    page.wait_for_selector("#app-run:not([disabled])")
    page.click("#app-run")
    page.wait_for_function("SaliencyApp.current.runs[0] && SaliencyApp.current.runs[0].steps.length === 40")
    assert [call["model"] for call in site.backend.calls] == ["demo"]


APART = """() => { const parts = [...document.querySelectorAll('.app-header :is(.app-button, .app-status)')]
    .filter((part) => part.getClientRects().length).map((part) => [part, part.getBoundingClientRect()]);
  const over = ([, a], [, b]) =>
    a.left < b.right - .5 && b.left < a.right - .5 && a.top < b.bottom && b.top < a.bottom;
  return parts.flatMap((one, i) => parts.slice(i + 1).filter((other) => over(one, other))
    .map((other) => [one, other].map(([part]) => part.id || part.className))); }"""


@pytest.mark.parametrize("width", [1440, 1280, 1024, 768, 390])
def test_while_a_long_name_loads_the_header_shows_its_seconds_and_nothing_lies_over_another(made, opened, width):
    clock = Clock()
    site = made(names=("demo", SMALL), clock=clock)
    page = opened(site, viewport={"width": width, "height": 800})
    site.loads.steps[SMALL] = [Loading("download", 1_230_000_000, 14_100_000_000)]
    chooser(page)
    page.check(f"input[name=app-model][value='{SMALL}']")
    page.click(".app-models-use")
    chip(page, "loading")
    clock.now += 47
    page.wait_for_function("document.querySelector('.app-status-seconds').textContent === ' · 47 s'")
    chip_box, seconds = (page.locator(name).bounding_box() for name in (".app-status", ".app-status-seconds"))
    assert seconds["width"] > 20 and seconds["x"] + seconds["width"] <= chip_box["x"] + chip_box["width"] + 1
    assert page.evaluate(APART) == [] and page.evaluate("document.documentElement.scrollWidth") == width
    assert width < 641 or page.locator(".app-header").bounding_box()["height"] <= 50
    site.loads.go.release(2)
    chip(page, "ready")


def test_a_load_that_fails_ends_who_waits_for_it_with_one_sentence_and_is_not_begun_again(made, opened):
    site = made(names=("demo", "other"))
    page, second = opened(site), opened(site)
    sentence = "The weights of 'other' could not be read: truncated. Download it again."
    site.loads.steps["other"] = [Loading("download", 1, 2), ModelError(sentence)]
    for each in (page, second):
        chooser(each)
        each.check("input[name=app-model][value=other]")
        each.click(".app-models-use")
        chip(each, "loading")
        each.click("#app-run")  # one waits for the load, the other in the queue
        each.wait_for_selector("#app-stop:not([disabled])")
    site.loads.go.release(1)
    for each in (page, second):
        each.wait_for_selector(".app-notice.error [data-do=back_to_demo]")
        assert notice(each) == sentence and chip(each, "failed") == "could not be loaded"
        each.wait_for_selector("#app-run:not([disabled])")
    assert [name for name, _ in site.loads.seen] == ["demo", "other"]
    page.click("[data-do=back_to_demo]")
    page.wait_for_function("document.querySelector('.app-model-name').textContent === 'demo'")


# Asks where the model stands; eight looks that would follow come at once, and what each would have waited is kept.
WAITS = """() => { const later = window.setTimeout; window.waits = [];
  window.setTimeout = (call, wait, ...more) => {
    if (!String(call).includes('this.poll()')) return later(call, wait, ...more);
    waits.push(wait);
    return waits.length < 8 ? later(call, 0) : 0; };
  SaliencyApp.lookAtModel(); }"""


def test_a_model_that_rests_is_not_asked_after_again_and_again(made, opened):
    site = made(names=("demo", "other"))
    page = opened(site)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "component_server" in request.url else None)
    page.evaluate("SaliencyApp.lookAtModel()")
    site.engine.pool._states["demo"] = {"state": "none"}
    page.evaluate(WAITS)
    page.wait_for_function("waits.length === 8")
    waits = page.evaluate("waits")
    assert waits == [min(20_000, waits[0] * 2**look) for look in range(8)]  # looks follow at growing intervals:
    assert sum(waits[:3]) > 3000 and waits[-1] == 20_000  # at most three in three seconds
    assert len(asked) >= 8


def upload(page):
    page.set_input_files("#app-image input[type=file]", {"name": "a.png", "mimeType": "image/png", "buffer": png()})
    page.wait_for_selector("#app-image img")


def test_a_photograph_on_the_demo_model_brings_the_model_for_it_with_one_click(made, opened):
    site = made(table=True)
    page = opened(site)
    assert not page.locator(".app-photo").is_visible()
    upload(page)
    page.wait_for_selector(".app-photo:not([hidden])")
    wanted = site.engine.offers()["photographs"]
    assert wanted["label"] == "Qwen/Qwen3-VL-8B-Instruct" and wanted["fits"]
    text = page.locator(".app-photo p").text_content()
    assert wanted["label"] in text and wanted["download"] in text and wanted["needed"] in text
    page.click("#app-run")
    page.wait_for_function("SaliencyApp.current.runs[0] && SaliencyApp.current.runs[0].steps.length === 40")
    page.wait_for_selector("#app-run:not([disabled])")
    assert page.locator(".app-photo").is_visible()
    page.click(".app-photo .app-primary")
    page.wait_for_selector(".app-photo", state="hidden")
    page.wait_for_function("SaliencyApp.shown[0] && !SaliencyApp.shown[0].foreign")
    assert [call["model"] for call in site.backend.calls] == ["demo", wanted["label"]]
    page.click(".app-thumb[data-name=farm]")
    assert not page.locator(".app-photo").is_visible()
