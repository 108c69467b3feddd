"""A film shows each token's numbers where they belong, on one scale, and its files can be read back."""

from __future__ import annotations

import sys
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from saliency_viz.__main__ import main
from saliency_viz.errors import SettingError
from saliency_viz.figures.film.files import gif_bytes, mp4_bytes, save_film
from saliency_viz.figures.film.film import _stage, film
from saliency_viz.figures.film.text_layout import length, lines_of
from saliency_viz.figures.rows.metrics import picture_shares, shares
from saliency_viz.figures.rows.view import View
from saliency_viz.trace import Mark, Picture, Trace

from .traces import example_trace, frames_trace, png

PLAIN = View(normalization="row", colors="magma")  # linear: the brightest colour is the largest value
HOSTILE = (
    "<b>x</b>",
    "\n",
    "",
    " $\\alpha$",
    "\x00\ud800",
    " 你好世界",
    " 🐄",
    "\u202eabc",
    " שלום",
    " " * 9,
    "w" * 300,
)


def grey() -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (70, 50), (128, 128, 128)).save(buffer, "PNG")
    return buffer.getvalue()


def peaked(peaks: dict[tuple[int, int], float]) -> Trace:
    """A run of 5 x 7 patches over an even picture; saliency is 0 but for (step, image token): value, in all layers."""
    trace = example_trace(steps=3)
    values = np.zeros_like(trace.saliency)
    for (step, token), value in peaks.items():
        values[step, :, 3 + token] = value
    return replace(trace, saliency=values, pictures=(Picture(grey(), (0.0, 0.0, 70.0, 50.0), (70, 50)),))


def video(frames: int = 5) -> Trace:
    """The 35 image tokens as 5 frames of 7 tokens in a line each."""
    trace = example_trace(steps=3)
    boxes = trace.boxes.copy()
    boxes[:, 1::2] = [0, 10]
    pictures = tuple(Picture(png(70, 10), (0.0, 0.0, 70.0, 10.0), (70, 10)) for _ in range(frames))
    return replace(
        trace, boxes=boxes, pictures=pictures, box_images=np.repeat(np.arange(5), 7).astype(np.int16), fps=2.0
    )


def patch_colors(trace: Trace, step: int, **options) -> np.ndarray:
    """[5, 7, 3]: the colour in the middle of every patch of the map."""
    panel = _stage(trace, "saliency", 640, options.get("view", PLAIN)).panels[-1]
    frame = np.asarray(list(film(trace, **options))[step]).astype(int)
    left, top, right, bottom = panel.box
    x = (left + (np.arange(7) + 0.5) * (right - left) / 7).astype(int)
    y = (top + (np.arange(5) + 0.5) * (bottom - top) / 5).astype(int)
    return frame[y[:, None], x[None]]


@pytest.mark.parametrize("kind", ["saliency", "attention", "both"])
def test_a_film_has_one_frame_per_token_all_of_one_even_size(kind):
    frames = list(film(example_trace(steps=11), kind, width=333))
    assert len(frames) == 11
    assert {(frame.mode, frame.size) for frame in frames} == {("RGB", frames[0].size)}
    assert frames[0].size[0] == 332 and frames[0].size[1] % 2 == 0


def test_the_patch_that_changes_the_picture_most_is_where_the_largest_value_is():
    trace = peaked({(1, 1 * 7 + 4): 0.5, (1, 3 * 7 + 2): 0.25})  # line 1 column 4; line 3 column 2
    shown, picture = (patch_colors(one, 1, view=PLAIN).astype(int) for one in (trace, peaked({})))
    change = np.abs(shown - picture).sum(axis=-1)
    assert np.unravel_index(change.argmax(), (5, 7)) == (1, 4)
    change[1, 4] = 0
    assert np.unravel_index(change.argmax(), (5, 7)) == (3, 2)
    change[3, 2] = 0
    assert not change.any()  # zero leaves the picture untouched


def test_a_patch_ends_where_its_box_ends():
    trace = peaked({(0, 1 * 7 + 4): 0.5})
    stage = _stage(trace, "saliency", 640, PLAIN)
    left, top, right, bottom = stage.panels[-1].box
    shown = np.asarray(next(film(trace, view=PLAIN))).astype(int)[top:bottom, left:right].sum(axis=-1)
    lit = np.argwhere(shown == shown.max())
    assert np.allclose(lit.min(axis=0), [(bottom - top) / 5, (right - left) * 4 / 7], atol=1)
    assert np.allclose(lit.max(axis=0) + 1, [(bottom - top) * 2 / 5, (right - left) * 5 / 7], atol=1)


def test_one_value_has_one_colour_in_all_frames():
    trace = peaked({(0, 8): 0.25, (1, 8): 0.5, (2, 8): 0.25, (2, 30): 0.5})
    first, second, third = (patch_colors(trace, step, view=PLAIN).reshape(35, 3).tolist() for step in range(3))
    assert first[8] == third[8] != second[8] == third[30]
    assert first[0] == second[0] == third[0]


def test_the_map_is_of_the_kind_and_the_layers_asked_for():
    trace = peaked({})
    saliency, attention = np.zeros_like(trace.saliency), np.zeros_like(trace.attention)
    saliency[0, 1, 3 + 9], attention[0, 1, 3 + 20], saliency[0, 4, 3 + 33] = 0.5, 0.5, 0.5
    trace = replace(trace, saliency=saliency, attention=attention)

    def brightest(**options) -> int:
        return int(patch_colors(trace, 0, view=PLAIN, **options).sum(axis=-1).argmax())

    assert (brightest(layers=1), brightest(kind="attention", layers=1), brightest()) == (9, 20, 33)


def test_shares_of_pictures_add_to_the_image_s_share():
    trace = video()
    found = picture_shares(trace, 2)
    rows = trace.saliency[2][list(trace.target_layers)].astype(np.float64).mean(axis=0)
    by_hand = [rows[3 + 7 * frame : 10 + 7 * frame].sum() / rows.sum() for frame in range(5)]
    assert np.allclose(found, by_hand, atol=1e-6)
    assert found.sum() == pytest.approx(shares(trace, 2)["image"])


def test_a_video_is_a_strip_whose_largest_share_is_framed():
    trace = video()
    values = np.zeros_like(trace.saliency)
    values[1, :, 3 + 7 * 3 + 1] = 1  # frame 3 alone
    trace = replace(trace, saliency=values)
    stage = _stage(trace, "saliency", 640, PLAIN)
    assert [panel.picture for panel in stage.panels] == [0, 1, 2, 3, 4]
    assert stage.panels[3].title == "1.5 s"
    frame = list(film(trace, view=PLAIN))[1]
    framed = [frame.getpixel((panel.box[0] - 1, panel.box[1] - 1)) == (0xD5, 0x5E, 0) for panel in stage.panels]
    assert framed == [False, False, False, True, False]


def test_frames_that_share_their_tokens_are_called_by_both_their_times():
    titles = [panel.title for panel in _stage(frames_trace(2, 3, together=2, odd=1), "saliency", 640, PLAIN).panels]
    assert titles == ["0–0.4 s", "0.8–1.2 s", "1.6 s"]
    pictures = _stage(frames_trace(2, 3, fps=None), "saliency", 640, PLAIN).panels
    assert [panel.title for panel in pictures] == ["picture 1", "picture 2", "picture 3"]


@pytest.mark.parametrize("kind", ["saliency", "attention"])
def test_the_most_looked_at_frame_is_the_only_one_shown(kind):
    trace = frames_trace(7, groups=4, together=2)
    stage = _stage(trace, kind, 640, PLAIN, "most")
    assert stage.most == tuple(picture_shares(trace, step, kind).argmax() for step in range(7))
    assert {panel.kind for panel in stage.panels} == {None, kind}
    for step, frame in enumerate(film(trace, kind, view=PLAIN, shown="most")):
        left, top, *_ = stage.panels[0].box
        ground = trace.pictures[stage.most[step]].image.getpixel((0, 0))
        assert frame.getpixel((left, top)) == ground  # the plain picture, beside its map
    assert len({frame.size for frame in film(trace, kind, shown="most")}) == 1


def test_a_film_of_something_else_is_refused():
    with pytest.raises(SettingError, match="shown must be all or most"):
        film(frames_trace(2), shown="some")


def test_a_frame_without_tokens_is_left_out_and_many_frames_fit():
    trace = replace(video(6), fps=None)
    assert [panel.picture for panel in _stage(trace, "both", 640, PLAIN).panels] == [0, 1, 2, 3, 4] * 2
    assert all(panel.box[2] <= 240 for panel in _stage(trace, "both", 240, PLAIN).panels)


def test_lines_are_no_longer_than_the_room_and_lose_no_letter():
    texts = (" one", " two", "three", "\n", " 你好世界", "w" * 90)
    runs = lines_of(texts, 100, 18)
    assert all(run.left >= 0 and run.left + run.width <= 100 for run in runs)
    assert "".join(run.text for run in runs) == "".join(texts).replace(" ", "").replace("\n", "⏎")
    assert [run.line for run in runs] == sorted(run.line for run in runs)
    assert length("ab", 18) == pytest.approx(length("a", 18) + length("b", 18))


def test_the_current_word_is_on_a_pale_ground_and_later_words_are_not_there():
    trace = example_trace(steps=3)
    stage = _stage(trace, "saliency", 640, PLAIN)
    frames = [np.asarray(frame) for frame in film(trace)]
    grounds = [np.argwhere((frame == [0xFD, 0xE3, 0xC8]).all(axis=-1))[:, 1] for frame in frames]
    for run, ground in zip(stage.runs, grounds, strict=True):
        assert ground.min() == pytest.approx(stage.margin + run.left, abs=4)
        assert ground.max() == pytest.approx(stage.margin + run.left + run.width, abs=4)


def test_hostile_tokens_are_drawn_as_text():
    trace = example_trace(steps=11)
    trace = replace(trace, steps=tuple(replace(s, text=t) for s, t in zip(trace.steps, HOSTILE, strict=True)))
    trace = replace(trace, marks={0: Mark("hallucinated"), 10: Mark("right")})
    frames = list(film(trace, width=240))
    assert len(frames) == 11 and len({frame.size for frame in frames}) == 1


def test_a_gif_loops_and_has_every_frame():
    frames = list(film(example_trace(steps=5), width=320))
    with Image.open(BytesIO(gif_bytes(frames, 0.25))) as gif:
        assert (gif.n_frames, gif.size, gif.info["loop"]) == (5, frames[0].size, 0)
        times, wrong = [], []
        for index, frame in enumerate(frames):
            gif.seek(index)
            times.append(gif.info["duration"])
            wrong.append(np.abs(np.asarray(gif.convert("RGB"), int) - np.asarray(frame, int)).mean())
    assert times == [250, 250, 250, 250, 1750]
    assert max(wrong) < 4  # of 255: one palette of 256 colours


def test_equal_frames_are_still_one_frame_each_in_an_mp4():
    av = pytest.importorskip("av")
    white = Image.new("RGB", (33, 21), "white")
    with av.open(BytesIO(mp4_bytes([white] * 4, 0.5))) as container:
        assert [(frame.width, frame.height) for frame in container.decode(video=0)] == [(34, 22)] * 4


def test_an_mp4_has_every_frame_at_its_time():
    av = pytest.importorskip("av")
    frames = list(film(example_trace(steps=5), width=320))
    with av.open(BytesIO(mp4_bytes(frames, 0.25))) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.pix_fmt == "yuv420p" and stream.codec_context.name in ("h264", "mpeg4")
        read = list(container.decode(stream))
    assert [frame.time for frame in read] == pytest.approx([0, 0.25, 0.5, 0.75, 1])
    for frame, wanted in zip(read, frames, strict=True):
        assert np.abs(np.asarray(frame.to_image(), int) - np.asarray(wanted, int)).mean() < 4


def test_an_mp4_without_av_is_a_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(SettingError, match="pip install av"):
        mp4_bytes([Image.new("RGB", (8, 8))])


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"kind": "heat"}, "kind must be one of"),
        ({"width": 100}, "width must be"),
        ({"width": True}, "width must be"),
        ({"layers": 9}, "layers must be"),
        ({"seconds_per_token": 0}, "seconds_per_token must be in"),
        ({"seconds_per_token": float("nan")}, "seconds_per_token must be in"),
    ],
)
def test_wrong_settings_are_refused_and_leave_no_file(tmp_path, options, part):
    with pytest.raises(SettingError, match=part):
        save_film(example_trace(steps=3), tmp_path / "film.gif", **options)
    assert list(tmp_path.iterdir()) == []


def test_other_names_and_frames_of_two_sizes_are_refused(tmp_path):
    with pytest.raises(SettingError, match=r"must end in \.gif or \.mp4"):
        save_film(example_trace(steps=3), tmp_path / "film.avi")
    for frames in ([], [Image.new("RGB", (8, 8)), Image.new("RGB", (8, 6))]):
        with pytest.raises(SettingError, match="one size"):
            gif_bytes(frames)


def test_the_command_writes_a_film_and_names_it(tmp_path, capsys):
    saved, out = example_trace(steps=3).save(tmp_path / "run.trace"), tmp_path / "film.gif"
    assert main(["film", str(saved), "--out", str(out), "--kind", "both", "--seconds", "0.1", "--width", "320"]) == 0
    assert capsys.readouterr().out == f"{out}\n"
    with Image.open(out) as gif:
        assert gif.n_frames == 3 and gif.width == 320
    assert main(["film", str(saved), "--out", str(tmp_path / "film.txt")]) == 2
    assert "must end in .gif or .mp4" in capsys.readouterr().err
    assert main(["film", str(saved), "--out", str(tmp_path / "no" / "film.gif")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
