"""Several pictures and video frames in the viewer, from disk without a network: what is shown equals the trace."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from saliency_viz.figures.rows import metrics
from saliency_viz.figures.web.payload import payload, picture_side, rows_payload
from saliency_viz.figures.web.standalone import standalone
from saliency_viz.trace import Trace

from .app_browser import shut, watched
from .traces import example_trace, frames_trace

pytestmark = pytest.mark.browser


@pytest.fixture
def opened(browser, tmp_path_factory):
    """Opens traces as a standalone page without a network; in the end there must be no error and no request."""
    pages, folder = [], tmp_path_factory.getbasetemp() / "frames"
    folder.mkdir(exist_ok=True)

    def show(*traces: Trace, width: int = 1240, language: str = "en", **state):
        page, seen = watched(browser, viewport={"width": width, "height": 900}, offline=True)
        file = folder / f"page-{len(pages)}.html"
        file.write_text(standalone(traces, state=state, language=language), encoding="utf-8")
        page.goto(file.as_uri())
        page.evaluate("() => viewer.drawn()")
        pages.append((page, seen))
        return page

    yield show
    for page, seen in pages:
        shut(page)
        assert seen.errors == [] and [url for url in seen.outside if not url.startswith("file:")] == []


def bars(page, kind: str, slot: int = 0) -> list[float]:
    """The shares on the strip, cell by cell."""
    selector = f'.sv-frame-bar[data-kind="{kind}"][data-slot="{slot}"]'
    return page.evaluate("(s) => [...document.querySelectorAll(s)].map((bar) => Number(bar.dataset.value))", selector)


def choose(page, **state) -> None:
    page.evaluate("(state) => { viewer.setState(state); return viewer.drawn(); }", state)


def heat(page, kind: str) -> np.ndarray:
    """The shares of the tab's heatmap, [groups, steps]."""
    script = "(kind) => viewer.tabs.find((t) => t.name === 'frames').view.sides.find((s) => s.kind === kind).values"
    return np.array(page.evaluate(script, kind))


def firsts(trace: Trace) -> list[int]:
    return [group[0] for group in trace.picture_groups]


@pytest.mark.slow
@pytest.mark.parametrize("together", [1, 2])
@pytest.mark.parametrize("normalization", ["row", "raw", "share"])
def test_bars_and_heatmap_equal_picture_shares(opened, together, normalization):
    trace = frames_trace(7, groups=5, together=together)
    page = opened(trace, view="frames")
    for layer in ("target", "all", 1):
        choose(page, token=4, layer=layer, normalization=normalization)
        for kind in metrics.KINDS:
            every = [metrics.picture_shares(trace, step, kind, layer, normalization) for step in range(7)]
            assert bars(page, kind) == pytest.approx(every[4][firsts(trace)], abs=1e-6)
            assert heat(page, kind) == pytest.approx(np.stack(every)[:, firsts(trace)].T, abs=1e-6)


def test_several_words_have_the_share_of_their_mean(opened):
    trace = frames_trace(7, groups=3)
    page = opened(trace, token=3, also=[4, 5])
    assert bars(page, "saliency") == pytest.approx(metrics.picture_shares(trace, (3, 4, 5)), abs=1e-6)


def test_all_bars_end_at_the_largest_share_of_the_run(opened):
    trace = frames_trace(7, groups=5)
    page = opened(trace, token=2)
    top = max(metrics.picture_shares(trace, step, kind).max() for step in range(7) for kind in metrics.KINDS)
    shares = metrics.picture_shares(trace, 2, "attention")
    widths = page.evaluate(
        "() => [...document.querySelectorAll('.sv-frame-bar[data-kind=attention] .sv-frame-track > span')]"
        ".map((fill) => parseFloat(fill.style.width))"
    )
    assert widths == pytest.approx(100 * shares / top, abs=1e-3)


def test_a_cell_of_two_frames_names_and_shows_both(opened):
    page = opened(frames_trace(3, groups=3, together=2, odd=1))
    names = page.locator(".sv-frame-name").all_inner_texts()
    assert [" ".join(name.split()) for name in names] == ["frames 1–2 0–0.4 s", "frames 3–4 0.8–1.2 s", "frame 5 1.6 s"]
    assert [cell.locator("img").count() for cell in page.locator(".sv-frame").all()] == [2, 2, 1]
    choose(page, frame=1)
    assert page.locator('.sv-panel[data-kind="saliency"] .sv-image-row figcaption').all_inner_texts() == [
        "frame 3",
        "frame 4",
    ]
    choose(page, frame=2)
    assert page.locator('.sv-panel[data-kind="saliency"] .sv-image-row img').count() == 1


def test_both_frames_of_a_pair_lie_under_the_same_map(opened):
    page = opened(frames_trace(5, groups=3, together=2), frame=1, token=2)
    pixels = page.evaluate(
        "() => [...document.querySelectorAll('#viewer .sv-pair .sv-panel[data-kind=saliency] .sv-pictures canvas')]"
        ".map((c) => Array.from(c.getContext('2d').getImageData(0, 0, c.width, c.height).data).join())"
    )
    assert len(pixels) == 2 and pixels[0] == pixels[1] and any(pixels[0].split(","))


@pytest.mark.slow
def test_nobody_chose_the_frame_most_salient_is_shown_and_a_click_holds_one(opened):
    trace = frames_trace(7, groups=5)
    page = opened(trace, token=0)
    shown = "() => SaliencyViewer.groupOf(viewer, 0)"
    for token in range(7):
        choose(page, token=token)
        assert page.evaluate(shown) == metrics.picture_shares(trace, token).argmax()
    page.locator(".sv-frame").nth(3).click()
    choose(page, token=1)
    assert page.evaluate(shown) == 3
    assert page.locator('.sv-frame[aria-selected="true"] .sv-frame-name').inner_text().startswith("frame 4")
    page.keyboard.press("ArrowRight")
    assert page.evaluate(shown) == 4
    page.locator(".sv-frames .sv-follow").click()
    assert page.evaluate(shown) == metrics.picture_shares(trace, 1).argmax()


@pytest.mark.slow
def test_a_click_on_the_heatmap_chooses_word_and_frame(opened):
    page = opened(frames_trace(7, groups=5), view="frames", token=0)
    page.evaluate(
        "() => viewer.tabs.find((t) => t.name === 'frames').view.sides[0].plot.options.click(5, 2) || viewer.drawn()"
    )
    assert page.evaluate("() => [viewer.getState().token, viewer.getState().frame]") == [5, 2]
    page.evaluate("() => viewer.drawn()")
    page.locator(".sv-which canvas").nth(1).click(position={"x": 10, "y": 10})
    assert page.evaluate("() => viewer.getState().frame") == 0


def test_patches_of_the_shown_frame_are_those_of_its_tokens(opened):
    """A run whose saliency lies on one token of the third picture: only that picture is painted."""
    trace = frames_trace(3, groups=4)
    saliency = np.zeros_like(trace.saliency)
    token = 3 + 2 * 21 + 10  # line 1, column 3 of the third picture
    saliency[:, :, token] = 1
    page = opened(replace(trace, saliency=saliency), token=1, opacity=1)
    assert bars(page, "saliency") == pytest.approx([0, 0, 1, 0])
    script = (
        "() => { const c = document.querySelector('.sv-pair [data-kind=saliency] .sv-pictures canvas');"
        " const at = (x, y) => Array.from(c.getContext('2d').getImageData(x * c.width, y * c.height, 1, 1).data);"
        " return [at(3.5 / 7, 0.5), at(0.5 / 7, 0.5)]; }"
    )
    assert page.evaluate("() => SaliencyViewer.groupOf(viewer, 0)") == 2
    hit, miss = page.evaluate(script)
    assert hit != miss and hit[3] == 255


def test_two_runs_compared_show_the_kind_of_each(opened):
    first, second = frames_trace(7, groups=3), frames_trace(5, groups=3)
    page = opened(first, second, token=3, compare_kind="attention")
    assert bars(page, "attention", 0) == pytest.approx(metrics.picture_shares(first, 3, "attention"), abs=1e-6)
    partner = page.evaluate("() => viewer.tokenOf(1)")
    assert bars(page, "attention", 1) == pytest.approx(metrics.picture_shares(second, partner, "attention"), abs=1e-6)


def test_a_run_of_one_picture_has_no_strip_and_no_tab(opened):
    page = opened(example_trace(5))
    assert page.locator(".sv-frames").is_hidden()
    assert page.locator('.sv-tab[data-view="frames"]').is_hidden()


def test_pictures_are_called_pictures_and_a_phone_shows_them(opened):
    page = opened(frames_trace(5, groups=3, fps=None), width=390, view="frames")
    assert page.locator('.sv-tab[data-view="frames"]').inner_text() == "Pictures"
    assert page.locator(".sv-frame-name").first.inner_text().strip() == "picture 1"
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390


def test_the_strip_speaks_chinese(opened):
    page = opened(frames_trace(5, groups=3, together=2), language="zh")
    assert page.locator(".sv-frame-name").first.inner_text().startswith("第 1–2 帧")
    assert page.locator(".sv-frames h3").inner_text() == "哪一帧起作用"


@pytest.mark.slow
def test_sums_of_a_large_run_give_the_same_shares_as_its_rows(opened):
    """A viewer that holds no rows draws bars and heatmap from the sums it is given, and rows as they come."""
    trace = frames_trace(7, groups=5, together=2)
    large = payload(trace, "large", max_rows_bytes=0)
    assert large["rows"] is None
    page = opened(trace, view="frames")
    page.evaluate("(run) => { viewer.setRun(run); viewer.setState({token: 4}); return viewer.drawn(); }", large)
    for normalization in metrics.NORMALIZATIONS:
        for layer in ("target", 1):
            choose(page, layer=layer, normalization=normalization)
            for kind in metrics.KINDS:
                wanted = [metrics.picture_shares(trace, step, kind, layer, normalization) for step in range(7)]
                assert bars(page, kind) == pytest.approx(wanted[4][firsts(trace)], abs=1e-6)
                assert heat(page, kind) == pytest.approx(np.stack(wanted)[:, firsts(trace)].T, abs=1e-6)
    page.evaluate(
        "(rows) => { viewer.run.placeRows(4, rows); viewer.schedule(); return viewer.drawn(); }", rows_payload(trace, 4)
    )
    assert bars(page, "saliency") == pytest.approx(wanted[4][firsts(trace)], abs=1e-6)


def test_many_pictures_share_the_pixels_of_six():
    sides = [picture_side(count) for count in (1, 6, 7, 24, 128)]
    assert sides[:2] == [768, 768] and sides[3] == 384
    assert all(count * side**2 <= 6 * 768**2 * 1.01 for count, side in zip((7, 24, 128), sides[2:], strict=True))


def test_earlier_turns_and_the_system_prompt_stand_above_the_caption_as_text(opened):
    hostile = "<img src=x onerror=alert(1)>"
    trace = replace(frames_trace(3, groups=2), system="Be brief.", history=(("user", "What?"), ("assistant", hostile)))
    page = opened(trace)
    turns = [" | ".join(turn.split("\n")) for turn in page.locator(".sv-turn").all_inner_texts()]
    assert turns == ["system | Be brief.", "asked | What?", f"answered | {hostile}", "asked now | Describe the image."]
    assert page.locator("img[src=x]").count() == 0
    assert page.locator(".sv-ask-open").is_hidden()  # nobody to ask in a file


def test_the_strip_is_saved_as_a_picture(opened):
    page = opened(frames_trace(5, groups=3, together=2))
    with page.expect_download() as download:
        page.locator('.sv-frames [data-save="png"]').click()
    assert download.value.suggested_filename.startswith("saliency-which-frame-token-")
    with Image.open(download.value.path()) as saved:
        pixels = np.asarray(saved.convert("RGB")).reshape(-1, 3)
    assert (pixels == (255, 224, 102)).all(axis=1).any()  # the frames' bright square is on it
