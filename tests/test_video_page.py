"""Several pictures, videos, system prompts and follow-up questions on the page: what goes in, and what is shown of it.

The page's own behaviour runs on an engine without a model; numbers come from a small random Qwen2-VL.
"""

from __future__ import annotations

import re
from io import BytesIO
from urllib.parse import urlencode

import numpy as np
import pytest
from gradio_client import handle_file
from PIL import Image

from saliency_viz.errors import ImageError, PromptError, SettingError
from saliency_viz.figures.rows import metrics
from saliency_viz.serving.engine import Engine
from saliency_viz.serving.run_store import RunStore
from saliency_viz.ui import films, media
from saliency_viz.ui.gallery import Gallery
from saliency_viz.ui.handlers import run_preview
from saliency_viz.ui.server.serve import serve
from saliency_viz.video import Video

from .app_browser import Site, api_client, compare, drawn, ready, shut, unfold, watched, write_examples
from .app_fakes import FakeBackend
from .checkpoints_qwen import qwen2
from .films import movie
from .traces import frame_png, frames_trace

av = pytest.importorskip("av")
pytestmark = [pytest.mark.browser, pytest.mark.slow]
WHOLE = (
    "([slot, before]) => { const run = SaliencyApp.current.runs[slot];"
    " return run && run.id !== before && !run.id.startsWith('example-') && run.payload.ended !== 'running' }"
)


@pytest.fixture(scope="module")
def fake(tmp_path_factory):
    """The page over a fake engine: "other" takes anything, "demo" one picture."""
    examples = write_examples(tmp_path_factory.mktemp("fake") / "examples")
    backend, store = FakeBackend(pause=0.0, longest=9), RunStore(grace=0.0)
    engine = Engine(("other", "demo"), backend=backend)
    engine.load("demo")
    page, address = serve(engine, port=None, store=store, examples=examples, block=False)
    yield Site(address.rstrip("/"), backend, store, page)
    page.close()


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """The page over a small random Qwen2-VL, whose video tokens show two frames each."""
    folder = tmp_path_factory.mktemp("real")
    examples = write_examples(folder / "examples")
    (folder / "qwen").mkdir()
    store = RunStore(grace=0.0)
    engine = Engine((str(qwen2(folder / "qwen")),), device="cpu")
    page, address = serve(engine, port=None, store=store, examples=examples, block=False, max_new_tokens=7)
    yield Site(address.rstrip("/"), None, store, page)
    page.close()


@pytest.fixture
def tab(request, browser):
    """A watched page at the site named by the test's parameter, "fake" unless it says "real"."""
    site = request.getfixturevalue(getattr(request, "param", "fake"))
    page, seen = watched(browser)
    ready(page, site.address)
    page.wait_for_selector("#app-image img")
    yield page
    shut(page)
    assert seen.errors == [] and seen.outside == []


on_real = pytest.mark.parametrize("tab", ["real"], indirect=True)


def upload(page, *files) -> None:
    """Choose files in the field and wait until the server has looked at them."""
    page.set_input_files("#app-image input[type=file]", list(files))
    page.wait_for_selector(".app-media-stage.busy", state="detached")


def pictures(*sizes) -> list[dict]:
    return [
        {"name": f"{number}.png", "mimeType": "image/png", "buffer": frame_png(number, *size)}
        for number, size in enumerate(sizes)
    ]


def add(page, *files) -> None:
    with page.expect_file_chooser() as chooser:
        page.click(".app-media-tool.add")
    chooser.value.set_files(list(files))
    page.wait_for_selector(".app-media-stage.busy", state="detached")


def run(page, slot: int = 0) -> str:
    """Press Run and wait for the end; returns the run's id."""
    before = page.evaluate("() => (SaliencyApp.current.run || {}).id")
    page.click("#app-run")
    return finished(page, before, slot)


def finished(page, before, slot: int = 0) -> str:
    page.wait_for_function(WHOLE, arg=[slot, before])
    page.wait_for_selector("#app-run:not([disabled])")
    drawn(page)
    return page.evaluate("(slot) => SaliencyApp.current.runs[slot].id", slot)


def labels(page) -> list[str]:
    """Sizes of the chosen pictures, in order."""
    found = [
        re.search(r"(\d+ × \d+)", cell.get_attribute("aria-label")) for cell in page.locator(".app-media-cell").all()
    ]
    return [size[1] for size in found]


def test_pictures_are_ordered_and_removed_by_key_and_mouse(fake, tab):
    upload(tab, *pictures((40, 30), (50, 30), (60, 30)))
    assert labels(tab) == ["40 × 30", "50 × 30", "60 × 30"]
    tab.locator(".app-media-cell").first.focus()
    tab.keyboard.press("Alt+ArrowRight")
    assert labels(tab) == ["50 × 30", "40 × 30", "60 × 30"]
    assert "40 × 30" in tab.evaluate("document.activeElement.getAttribute('aria-label')")
    tab.locator(".app-media-cell").nth(2).drag_to(tab.locator(".app-media-cell").first)
    assert labels(tab) == ["60 × 30", "50 × 30", "40 × 30"]
    tab.locator(".app-media-cell").first.hover()
    tab.locator(".app-media-cell").first.locator(".later").click()
    assert labels(tab) == ["50 × 30", "60 × 30", "40 × 30"]
    add(tab, pictures((70, 30))[0])
    run(tab)
    assert [image.size for image in fake.backend.calls[-1]["image"]] == [(50, 30), (60, 30), (40, 30), (70, 30)]
    assert tab.evaluate("() => SaliencyApp.current.run.groups.length") == 4
    tab.locator(".app-media-cell").nth(1).focus()
    tab.keyboard.press("Delete")
    tab.keyboard.press("Delete")
    assert labels(tab) == ["50 × 30", "70 × 30"]
    tab.keyboard.press("Delete")
    tab.wait_for_selector(".app-media-one")
    run(tab)
    assert fake.backend.calls[-1]["image"].size == (50, 30)


def test_a_bad_file_takes_nothing_away(fake, tab):
    upload(tab, *pictures((40, 30), (50, 30)))
    upload(tab, {"name": "clip.mp4", "mimeType": "video/mp4", "buffer": b"\0\0\0\x18ftypisom" + bytes(300)})
    tab.wait_for_selector(".app-notice.error")
    assert "clip.mp4" in tab.locator(".app-notice-text").text_content()
    assert labels(tab) == ["40 × 30", "50 × 30"]
    run(tab)
    assert len(fake.backend.calls[-1]["image"]) == 2


def test_pictures_and_a_video_at_once_are_refused_with_a_sentence(tab, tmp_path):
    video = {"name": "a.mkv", "mimeType": "", "buffer": movie(tmp_path / "a.mkv").read_bytes()}
    upload(tab, *pictures((40, 30)), video)
    tab.wait_for_selector(".app-notice.error")
    assert tab.locator(".app-notice-text").text_content().startswith("Choose pictures, or one video")
    assert tab.locator(".app-media-one").count() == 1  # the example's picture is still there


def test_a_picture_is_dropped_and_another_pasted(fake, tab):
    data = (
        "(bytes) => { const held = new DataTransfer(), file = new File([new Uint8Array(bytes)], 'x.png');"
        " held.items.add(file); return held; }"
    )
    held = tab.evaluate_handle(data, list(frame_png(1, 44, 30)))
    tab.dispatch_event(".app-media", "drop", {"dataTransfer": held})
    tab.wait_for_function("document.querySelector('.app-media-about').textContent === '44 × 30'")
    held = tab.evaluate_handle(data, list(frame_png(2, 55, 30)))
    tab.evaluate("(held) => document.dispatchEvent(new ClipboardEvent('paste', {clipboardData: held}))", held)
    tab.wait_for_function("document.querySelector('.app-media-about').textContent === '55 × 30'")
    run(tab)
    assert fake.backend.calls[-1]["image"].size == (55, 30)


def test_a_model_says_before_the_run_what_it_does_not_take_and_nothing_is_lost(fake, browser):
    page, seen = watched(browser)
    ready(page, f"{fake.address}/?model=demo&n=5&example=farm")
    page.wait_for_selector("#app-image img")
    upload(page, *pictures((40, 30), (50, 30)))
    page.wait_for_function("document.querySelector('.app-media-warning').textContent")
    warning = page.locator(".app-media-warning").text_content()
    assert warning.startswith("This model looks at one picture at a time") and "Qwen2-VL" in warning
    page.click("#app-run")
    page.wait_for_selector(".app-notice.error")
    assert "one picture at a time" in page.locator(".app-notice-text").text_content()
    assert labels(page) == ["40 × 30", "50 × 30"]
    page.locator(".app-media-cell").first.focus()
    page.keyboard.press("Delete")
    page.wait_for_selector(".app-media-one")
    assert page.locator(".app-media-warning").text_content() == ""
    run(page)
    shut(page)
    assert seen.errors == []


@pytest.mark.parametrize(("uploads", "word"), [("video-8", "its video (8 frames)"), ("pictures-3", "its 3 pictures")])
def test_a_link_names_the_uploads_it_cannot_hold_and_fills_in_the_rest(fake, browser, uploads, word):
    page, seen = watched(browser)
    query = {"run": "gone", "n": 8, "prompt": "What moves?", "system": "Be brief.", "seen": uploads}
    page.goto(f"{fake.address}/?{urlencode(query)}")
    page.wait_for_selector(".app-notice.warning")
    assert word in page.locator(".app-notice-text").text_content()
    assert page.locator("#app-system textarea").input_value() == "Be brief."
    assert page.locator("#app-prompt textarea").input_value() == "What moves?"
    shut(page)
    assert seen.errors == []


def test_a_link_to_a_run_of_a_video_holds_its_system_prompt(fake, tab, tmp_path):
    upload(tab, movie(tmp_path / "a.mp4"))
    unfold(tab, "#app-system-box")
    tab.fill("#app-system textarea", "Be brief.")
    tab.locator("#app-system textarea").press("Tab")
    run(tab)
    assert (fake.backend.calls[-1]["system"], fake.backend.calls[-1]["image"].source_frames) == ("Be brief.", 23)
    link = tab.evaluate("SaliencyApp.address()")
    assert "system=Be+brief." in link and "seen=video-8" in link and "partial" not in link


@on_real
def test_a_video_is_sampled_run_and_its_shares_are_the_traces(real, tab, tmp_path):
    upload(tab, movie(tmp_path / "clip.mp4", frames=23, rate=10))
    assert tab.locator(".app-media-time").all_inner_texts()[:2] == ["0.0 s", "0.3 s"]
    assert "2.3 s, 23 frames; 8 are looked at" in tab.locator(".app-media-about").inner_text()
    tab.locator(".app-media-frames input").fill("5")
    tab.wait_for_function("document.querySelectorAll('.app-media-time').length === 5")
    assert tab.locator(".app-media-time").all_inner_texts() == ["0.0 s", "0.5 s", "1.1 s", "1.6 s", "2.2 s"]
    trace = real.store.get(run(tab)).trace
    assert trace.times == pytest.approx((0, 0.5, 1.1, 1.6, 2.2)) and trace.frames_per_token == 2
    assert tab.locator(".sv-frame-name").all_inner_texts()[0].split("\n")[0] == "frames 1–2"
    assert tab.locator(".sv-frame").count() == len(trace.picture_groups) == 3
    for token in (0, 4, 6):
        tab.evaluate("(token) => SaliencyApp.current.setState({token})", token)
        tab.wait_for_function("(token) => SaliencyApp.current.run.has(token)", arg=token)
        drawn(tab)
        for kind in metrics.KINDS:
            script = "(s) => [...document.querySelectorAll(s)].map((bar) => Number(bar.dataset.value))"
            shown = tab.evaluate(script, f".sv-frame-bar[data-kind={kind}]")
            assert shown == pytest.approx(metrics.picture_shares(trace, token, kind)[[0, 2, 4]], abs=1e-5)


def test_a_link_to_a_kept_run_brings_back_what_it_was_shown_and_asked(fake, tab, browser, tmp_path):
    upload(tab, movie(tmp_path / "a.mp4"))
    tab.fill("#app-prompt textarea", "What moves?")
    tab.locator("#app-prompt textarea").press("Tab")
    made = run(tab)
    page, seen = watched(browser)
    ready(page, f"{fake.address}/?run={made}&n=9&model=demo")
    page.wait_for_function("document.querySelector('.app-media-warning').textContent.includes('takes no video')")
    page.wait_for_selector(".app-media-time")
    assert page.locator(".app-media-time").all_inner_texts() == tab.locator(".app-media-time").all_inner_texts()
    assert page.locator("#app-prompt textarea").input_value() == "What moves?"
    page.goto(f"{fake.address}/?run={made}&n=9")
    ready(page, page.url)
    page.wait_for_selector(".app-media-time")
    run(page)
    asked = fake.backend.calls[-1]
    assert len(asked["image"].frames) == 8 and asked["image"].times == fake.backend.calls[-2]["image"].times
    assert asked["prompt"] == "What moves?"
    shut(page)
    assert seen.errors == []


@on_real
def test_a_follow_up_continues_the_conversation_with_all_pictures(real, tab):
    upload(tab, *pictures((70, 56), (84, 56)))
    unfold(tab, "#app-system-box")
    tab.fill("#app-system textarea", "Be brief.")
    tab.locator("#app-system textarea").press("Tab")
    first = run(tab)
    asked = real.store.get(first).trace
    tab.click(".sv-ask-open")
    tab.fill(".sv-ask input", "And now?")
    tab.press(".sv-ask input", "Enter")
    second = finished(tab, first)
    trace = real.store.get(second).trace
    assert trace.history == (("user", "Describe the image."), ("assistant", asked.text.strip()))
    assert (trace.prompt, trace.system, len(trace.pictures)) == ("And now?", "Be brief.", 2)
    text = "".join(trace.prompt_texts)
    places = [
        text.index(part)
        for part in ("Be brief.", "<|image_pad|>", "Describe the image.", asked.text.strip(), "And now?")
    ]
    assert places == sorted(places)
    assert [turn.split("\n")[0] for turn in tab.locator(".sv-turn").all_inner_texts()] == [
        "system",
        "asked",
        "answered",
        "asked now",
    ]
    # Compare, force and what if keep the pictures and the conversation.
    compare(tab, "method:locore")
    other = real.store.get(finished(tab, None, slot=1)).trace
    tab.evaluate("() => SaliencyApp.current.act('force', {step: 2, token_id: 40})")
    chosen = "SaliencyApp.current.runs[1] && SaliencyApp.current.runs[1].payload.settings.forced.length === 3"
    tab.wait_for_function(chosen)
    forced = real.store.get(finished(tab, None, slot=1)).trace
    for again in (other, forced):
        assert again.prompt_ids == trace.prompt_ids and len(again.pictures) == 2
        assert (again.history, again.system) == (trace.history, trace.system)
    assert forced.output_ids[:3] == (*trace.output_ids[:2], 40)


@on_real
def test_programs_hand_over_a_video_or_several_pictures(real, tab, tmp_path):
    client = api_client(real.address)
    paths = []
    for number in range(3):
        paths.append(tmp_path / f"{number}.png")
        paths[-1].write_bytes(frame_png(number, 70, 56))
    first, *rest = (handle_file(str(path)) for path in paths)
    _, details = client.predict(first, more=rest, max_new_tokens=3, system="Be brief.", api_name="/caption")
    trace = real.store.get(details["run"]).trace
    assert (len(trace.pictures), trace.fps, trace.system) == (3, None, "Be brief.")
    clip = handle_file(str(movie(tmp_path / "clip.mp4")))
    _, details = client.predict(None, video=clip, frames=4, max_new_tokens=3, api_name="/caption")
    trace = real.store.get(details["run"]).trace
    assert len(trace.pictures) == 4 and trace.times == pytest.approx((0, 0.7, 1.4, 2.2))
    film = client.predict(details["run"], "film-saliency-most.gif", api_name="/export")
    with Image.open(film) as shown:
        assert shown.n_frames == 3
    with pytest.raises(Exception, match="leave out one"):
        client.predict(first, video=clip, api_name="/caption")
    with pytest.raises(Exception, match="Choose an image first"):
        client.predict(None, api_name="/caption")


def test_a_film_is_downloaded_with_its_progress_told(tab):
    """It is made in a process of its own; what the page says meanwhile is collected."""
    run(tab)
    tab.evaluate(
        """() => {
            window.told = [];
            const say = () => window.told.push(document.querySelector(".app-notice-text")?.textContent ?? "");
            new MutationObserver(say).observe(document.body, { subtree: true, childList: true, characterData: true });
        }"""
    )
    tab.click("#app-export button")
    with tab.expect_download() as download:
        tab.locator('#app-export [data-export="mp4"]').click()
    file = download.value
    assert file.suggested_filename.endswith("-film-both.mp4")
    with av.open(str(file.path())) as container:
        assert sum(1 for _ in container.decode(video=0)) == 9
    tab.wait_for_selector(".app-notice.on", state="detached")
    assert any("%" in text for text in tab.evaluate("window.told"))


def test_a_film_can_follow_the_most_looked_at_frame():
    trace, told = frames_trace(5, groups=3), []
    data = films.film_bytes(trace, "film-attention-most", "gif", {"layer": 1, "cmap": "viridis"}, told.append)
    with Image.open(BytesIO(data)) as shown:
        assert shown.n_frames == 5
        small = shown.height
    with Image.open(BytesIO(films.film_bytes(trace, "film-both", "gif", {}))) as shown:
        assert shown.height > small  # all frames of both kinds, under one another
    assert told == pytest.approx(films.DRAWN * np.arange(1, 6) / 5)
    for name in ("film-sound", "film-both-both", "film-attention-both", "movie"):
        with pytest.raises(SettingError, match="no film"):
            films.film_bytes(trace, name, "gif", {})


def test_only_uploads_and_examples_are_opened(tmp_path):
    gallery = Gallery(write_examples(tmp_path / "examples"))
    stray = tmp_path / "x.png"
    stray.write_bytes(frame_png(0))
    for path in (str(stray), "/etc/passwd", "", None, 7, "../../etc/passwd"):
        with pytest.raises(ImageError, match="Choose the file again"):
            media.opened({"kind": "pictures", "files": [{"path": path}]}, gallery)
    for value in (None, {}, {"kind": "pictures", "files": []}, {"kind": "else", "files": [{}]}):
        with pytest.raises(PromptError, match="Choose an image first"):
            media.opened(value, gallery)
    with pytest.raises(ImageError, match="no such example"):
        media.opened(media.example("../../etc"), gallery)
    assert media.opened(media.example("farm"), gallery).size == (384, 288)
    assert media.scene_of(media.example("farm")) == "farm"
    two = {"kind": "pictures", "files": [{"example": "farm"}, {"example": "beach"}]}
    assert len(media.opened(two, gallery)) == 2 and media.scene_of(two) is None


def test_a_package_that_is_missing_is_named(tmp_path, monkeypatch):
    (tmp_path / "a.mp4").write_bytes(b"\0\0\0\x18ftypmp42")
    monkeypatch.setitem(__import__("sys").modules, "av", None)
    with pytest.raises(ImageError, match="pip install av"):
        Video.from_file(tmp_path / "a.mp4")


def test_what_the_model_will_see_is_framed_on_the_upload(tab, monkeypatch):
    """A family that crops the middle square of 300 x 200; one that sees everything draws no frame."""
    region = [(50 / 300, 0, 250 / 300, 1)]
    values = dict.fromkeys(("tokens", "needed", "matrix", "free", "advice"), "7")
    line = lambda *given: {"key": "plan_fits", "values": values, "fits": True, "seen": region[0]}  # noqa: E731
    monkeypatch.setattr(run_preview, "needs_line", line)
    upload(tab, *pictures((300, 200)))
    path = tab.wait_for_selector(".app-media-seen path", state="attached").get_attribute("d")
    numbers = [round(float(number)) for number in re.findall(r"[\d.]+", path)]
    assert numbers == [0, 0, 300, 200, 0, 50, 0, 250, 200, 50]
    region[0] = None
    upload(tab, *pictures((301, 200)))
    tab.wait_for_selector(".app-media-seen", state="detached")
