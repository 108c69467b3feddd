"""Films as people have them: cut, turned, damaged, transparent, untagged, HDR. What a player shows is what counts."""

from __future__ import annotations

import re
from itertools import product
from math import log
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from saliency_viz.errors import ImageError
from saliency_viz.video import Video, frame_size, sampling, stream

from .films import coded, edited, levels, movie, planes, recut, shown, turned, without_sync

KINDS = {
    "mpeg4": {"g": "6"},
    "libx264": {"g": "6", "bf": "2", "crf": "1"},
    "libx265": {"g": "6", "crf": "1", "x265-params": "log-level=none"},
}


def film(folder, kind: str, ending: str = "mp4", **options: str):
    if kind not in av.codecs_available:
        pytest.skip(f"this build writes no {kind}")
    return movie(folder / f"{kind}.{ending}", 25, kind=kind, **{**KINDS.get(kind, {}), **options})


# ---- which frames are shown, and when --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_what_an_edit_list_cuts_away_is_neither_shown_nor_counted(tmp_path, kind):
    """Frames 8 to 22 of 25, begun two frames after a key frame: 15 frames, 1.5 seconds."""
    file = edited(film(tmp_path, kind), 0.8, 1.5)
    video = Video.from_file(file, 5)
    assert levels(video) == [8, 11, 15, 18, 22]
    assert video.times == pytest.approx((0, 0.3, 0.7, 1.0, 1.4))
    assert (video.duration, video.source_frames) == (pytest.approx(1.5), 15)
    assert [which for _, which in shown(file)] == list(range(8, 23))


def test_a_cut_film_is_the_same_whether_its_packets_or_its_frames_are_counted(tmp_path, monkeypatch):
    file = edited(film(tmp_path, "libx264"), 0.8, 1.5)
    leapt = Video.from_file(file, 5)
    monkeypatch.setattr(sampling, "by_packets", lambda stream: None)
    decoded = Video.from_file(file, 5)
    assert (levels(leapt), leapt.times, leapt.duration) == (levels(decoded), decoded.times, decoded.duration)


@pytest.mark.parametrize(("kind", "ending"), list(product(("libx264", "libx265"), ("mp4", "mkv", "ts"))))
def test_a_film_that_begins_between_key_frames_begins_with_the_first_whole_one(tmp_path, kind, ending):
    file = recut(film(tmp_path, kind), tmp_path / f"mid.{ending}", lambda number, packet: number >= 4)
    truth = shown(file)
    assert truth[0][1] in (6, 7) and len(truth) == 25 - truth[0][1]
    video = Video.from_file(file, 4)
    assert (levels(video)[0], levels(video)[-1], video.source_frames) == (truth[0][1], 24, len(truth))
    assert_on_screen(video, truth)


@pytest.mark.parametrize(("kind", "ending"), list(product(KINDS, ("mp4", "mkv", "ts"))))
def test_a_film_that_lost_a_key_frame_shows_what_a_plain_reading_shows(tmp_path, kind, ending):
    if (kind, ending) == ("mpeg4", "ts"):
        pytest.skip("such a file has no headers")
    lost = lambda number, packet: not (packet.is_keyframe and 5 < number < 14)  # noqa: E731
    file = recut(film(tmp_path, kind), tmp_path / f"lost.{ending}", lost)
    truth = shown(file)
    video = Video.from_file(file, 5)
    assert video.source_frames == len(truth) < 25
    assert_on_screen(video, truth)


def assert_on_screen(video: Video, truth: list[tuple[float, int]]) -> None:
    """Each frame is one that a plain reading gives at that second, and they are spread from its first to its last."""
    seconds = [second for second, _ in truth]
    for time, which in zip(video.times, levels(video), strict=True):
        nearest = int(np.argmin([abs(time - second) for second in seconds]))
        assert (seconds[nearest], truth[nearest][1]) == (pytest.approx(time, abs=2e-3), which)
    assert video.times[0] == 0 and video.times[-1] == pytest.approx(seconds[-1], abs=2e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_of_key_frames_that_lies_changes_nothing(tmp_path, kind):
    assert levels(Video.from_file(without_sync(film(tmp_path, kind)), 5)) == [0, 6, 12, 18, 24]


@pytest.mark.parametrize("ending", ["mp4", "mkv", "avi", "ts"])
def test_a_damaged_packet_does_not_spoil_the_rest(tmp_path, ending):
    file = film(tmp_path, "libx264", ending, bf="0")
    data = bytearray(file.read_bytes())
    with av.open(str(file)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
    payload = bytes(packets[8])
    at = data.find(payload[len(payload) // 2 : len(payload) // 2 + 20])
    data[at - 8 : at + 12] = bytes(20)
    file.write_bytes(data)
    video = Video.from_file(file, 25)
    assert len(video.frames) >= 20
    assert levels(video)[-1] == 24


def test_two_recordings_joined_go_on_after_each_other(tmp_path):
    """Time starts anew in the middle of the file: the second recording follows the first."""
    one, two = (movie(tmp_path / f"{number}.ts", 7, kind="mpeg2video", g="3") for number in (1, 2))
    both = tmp_path / "both.ts"
    both.write_bytes(one.read_bytes() + two.read_bytes())
    video = Video.from_file(both, 14)
    assert levels(video) == [*range(7), *range(7)]
    assert list(video.times) == sorted(set(video.times))


def test_one_frame_lasts_as_long_as_one_frame(tmp_path):
    for name in ("a.mp4", "a.mkv", "a.avi"):
        video = Video.from_file(movie(tmp_path / name, 1), 8)
        assert (len(video.frames), video.times, video.source_frames) == (1, (0.0,), 1)
        assert 0 < video.duration <= 0.1


def test_a_file_without_frame_count_duration_or_index_is_read(tmp_path):
    """As a browser records: WebM without cues, whose length is unknown."""
    import io

    class Pipe(io.BytesIO):
        def seekable(self):
            return False

    pipe = Pipe()
    pipe.seek = None
    with av.open(pipe, "w", format="webm", options={"live": "1"}) as container:
        source = av.open(str(movie(tmp_path / "a.webm", 23, kind="libvpx", g="6")))
        new = container.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = new
                container.mux(packet)
        source.close()
    file = tmp_path / "live.webm"
    file.write_bytes(pipe.getvalue())
    video = Video.from_file(file, 5)
    assert levels(video) == [0, 5, 11, 16, 22]
    assert (video.source_frames, video.duration) == (23, pytest.approx(2.3, abs=0.11))


def test_a_call_whose_size_changes_keeps_one_size(tmp_path):
    small, large = (
        movie(tmp_path / f"{width}.ts", 3, kind="mpeg2video", size=(width, 3 * width // 4)) for width in (64, 128)
    )
    both = tmp_path / "both.ts"
    both.write_bytes(small.read_bytes() + large.read_bytes())
    video = Video.from_file(both, 8)
    assert {one.size for one in video.frames} == {(64, 48)} and len(video.frames) >= 5


# ---- which way is up -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b", "c", "d"),
    [
        (1, 0, 0, 1),
        (-1, 0, 0, 1),
        (1, 0, 0, -1),
        (-1, 0, 0, -1),
        (0, 1, 1, 0),
        (0, 1, -1, 0),
        (0, -1, 1, 0),
        (0, -1, -1, 0),
    ],
)
def test_every_display_matrix_is_followed(tmp_path, a, b, c, d):
    """The white corner goes where x' = a x + c y, y' = b x + d y sends it (ISO/IEC 14496-12, 6.2.2)."""
    file = turned(movie(tmp_path / "a.mp4", 2), a, b, c, d)
    pixels = np.asarray(Video.from_file(file, 1).frames[0])[..., 0]
    x, y = np.array([[8, 8], [8, 40], [56, 8], [56, 40]]).T  # of 64 x 48
    right, down = a * x + c * y, b * x + d * y
    right, down = right + 64 * (a < 0) + 48 * (c < 0), down + 64 * (b < 0) + 48 * (d < 0)
    assert pixels.shape == ((48, 64) if a else (64, 48))
    assert [int(pixels[row, column] > 128) for row, column in zip(down, right, strict=True)] == [1, 0, 0, 0]


def test_a_matrix_of_nothing_turns_nothing(tmp_path):
    file = turned(movie(tmp_path / "a.mp4", 2), 0, 0, 0, 0)
    assert Video.from_file(file, 1).frames[0].size == (64, 48)


def test_the_size_of_frames_is_told_without_reading_them_all(tmp_path):
    """A film of 1920 x 1088 is planned at the 1024 pixels it is reduced to, turned as it will be shown."""
    file = turned(movie(tmp_path / "a.mp4", 2, size=(1920, 1088)), 0, 1, -1, 0)
    assert frame_size(file) == Video.from_file(file, 1).frames[0].size == (580, 1024)


# ---- colours ---------------------------------------------------------------------------------------------------------

SAMPLE = (120, 90, 170)


def rgb(y: float, cb: float, cr: float, red: float, blue: float) -> np.ndarray:
    """8-bit limited range to RGB in [0, 255]; red, blue: the shares of luma (ITU-R BT.601 and BT.709, section 3)."""
    luma, cb, cr = (y - 16) / 219, (cb - 128) / 224, (cr - 128) / 224
    r, b = luma + 2 * (1 - red) * cr, luma + 2 * (1 - blue) * cb
    return 255 * np.array([r, (luma - red * r - blue * b) / (1 - red - blue), b]).clip(0, 1)


BT601, BT709 = (0.299, 0.114), (0.2126, 0.0722)


@pytest.mark.parametrize(
    ("lines", "tag", "shares"),
    [
        (718, {}, BT601),
        (720, {}, BT709),
        (1080, {}, BT709),
        (720, {"colorspace": 6}, BT601),
        (96, {"colorspace": 1}, BT709),
    ],
)
def test_untagged_films_are_bt709_from_720_lines_up(tmp_path, lines, tag, shares):
    file = planes(tmp_path / "a.mkv", [SAMPLE], "yuv444p", (80, lines), **tag)
    pixels = np.asarray(Video.from_file(file, 1).frames[0])
    assert np.abs(pixels[40, 40] - rgb(*SAMPLE, *shares)).max() < 2.5


def test_ten_bits_are_read_as_eight(tmp_path):
    file = planes(tmp_path / "a.mkv", [tuple(4 * value for value in SAMPLE)], "yuv420p10le", (80, 48))
    assert np.abs(np.asarray(Video.from_file(file, 1).frames[0])[20, 20] - rgb(*SAMPLE, *BT601)).max() < 2.5


def pq(nits: float) -> float:
    """Luminance in cd/m2 to the PQ signal (ITU-R BT.2100, table 4)."""
    power = (nits / 10_000) ** 0.1593017578125
    return ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375


def hlg(nits: float) -> float:
    """Luminance in cd/m2 of a grey on a display of 1000 to the HLG signal (BT.2100, table 5; its gamma is 1.2)."""
    scene = (nits / 1000) ** (1 / 1.2)
    return (3 * scene) ** 0.5 if scene <= 1 / 12 else 0.17883277 * log(12 * scene - 0.28466892) + 0.55991073


def srgb(linear: float) -> float:
    return 255 * (12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize(("transfer", "signal"), [(16, pq), (18, hlg)])
def test_high_dynamic_range_becomes_srgb_with_its_reference_white_white(tmp_path, transfer, signal):
    light = (0, 5, 20, 60, 120, 203, 600)
    tags = {"colorspace": 9, "color_trc": transfer, "color_primaries": 9, "color_range": 1}
    samples = [(round(64 + 876 * signal(nits)), 512, 512) for nits in light]
    file = planes(tmp_path / "a.mkv", samples, "yuv420p10le", (80, 48), **tags)
    for picture, nits in zip(Video.from_file(file, 7).frames, light, strict=True):
        assert np.abs(np.asarray(picture)[20, 20].astype(int) - srgb(min(1, nits / 203))).max() < 4


def test_a_colour_of_high_dynamic_range_keeps_its_hue(tmp_path):
    """Linear light (0.8, 0.3, 0.1) of BT.709 with white at 203 cd/m2, stored as BT.2020 in PQ (BT.2087, BT.2100)."""
    linear = np.array([0.8, 0.3, 0.1])
    wide = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]]) @ linear
    red, green, blue = (pq(203 * part) for part in wide)
    luma = 0.2627 * red + 0.6780 * green + 0.0593 * blue
    sample = (64 + 876 * luma, 512 + 896 * (blue - luma) / 1.8814, 512 + 896 * (red - luma) / 1.4746)
    tags = {"colorspace": 9, "color_trc": 16, "color_primaries": 9, "color_range": 1}
    file = planes(tmp_path / "a.mkv", [tuple(map(round, sample))], "yuv444p10le", (80, 48), **tags)
    pixels = np.asarray(Video.from_file(file, 1).frames[0])[20, 20].astype(int)
    assert np.abs(pixels - [srgb(part) for part in linear]).max() < 4


def clear() -> np.ndarray:
    """Red 200 that is transparent in its left half."""
    pixels = np.zeros((48, 64, 4), np.uint8)
    pixels[..., 0] = 200
    pixels[:, 32:, 3] = 255
    return pixels


@pytest.mark.parametrize(
    ("name", "kind", "pixels"),
    [
        ("a.mov", "prores_ks", "yuva444p10le"),
        ("a.mov", "qtrle", "argb"),
        ("a.mov", "png", "rgba"),
        ("a.mkv", "ffv1", "bgra"),
        ("a.webm", "libvpx-vp9", "yuva420p"),
    ],
)
def test_transparency_is_laid_on_white(tmp_path, name, kind, pixels):
    if kind not in av.codecs_available:
        pytest.skip(f"this build writes no {kind}")
    pictures = np.asarray(Video.from_file(coded(tmp_path / name, [clear()] * 7, kind, pixels), 3).frames[2]).astype(int)
    assert np.abs(pictures[10, 10] - 255).max() < 4
    assert np.abs(pictures[10, 50] - (200, 0, 0)).max() < 6


def test_a_transparent_gif_is_laid_on_white(tmp_path):

    stills = [Image.new("P", (23, 17), 0) for _ in range(3)]
    for index, still in enumerate(stills):
        still.putpalette([10, 20, 30, 200, 100, 50] + [0] * 762)
        still.paste(1, (4 * index, 0, 4 * index + 9, 9))
    stills[0].save(
        tmp_path / "a.gif", save_all=True, append_images=stills[1:], transparency=0, disposal=2, duration=100
    )
    pixels = np.asarray(Video.from_file(tmp_path / "a.gif", 3).frames[0])
    assert pixels[15, 20].tolist() == [255] * 3 and pixels[4, 4].tolist() == [200, 100, 50]


# ---- what it may cost ------------------------------------------------------------------------------------------------


def test_a_film_whose_index_lies_still_has_a_limit(tmp_path, monkeypatch):
    """The limit holds for what is decoded, not for what packets promise."""
    file = without_sync(film(tmp_path, "libx265", g="25"))
    monkeypatch.setattr(stream, "MAX_DECODED_PIXELS", 12 * 64 * 48)
    with pytest.raises(ImageError, match="too long"):
        Video.from_file(file, 5)


def test_a_file_named_as_a_playlist_is_read_by_its_bytes_alone(tmp_path):
    for name, text in {
        "a.mp4": "#EXTM3U\n#EXTINF:9,\nother.mp4\n#EXT-X-ENDLIST\n",
        "b%03d.png": "x",
        "c.mp4": "ffconcat version 1.0\nfile other.mp4\n",
    }.items():
        (tmp_path / name).write_text(text)
        movie(tmp_path / "other.mp4", 2)
        with pytest.raises(ImageError, match="could not be read as a video"):
            Video.from_file(tmp_path / name)


def test_a_stranger_s_film_is_opened_in_one_place_as_a_container_that_names_no_other_file():
    package = Path(stream.__file__).resolve().parents[1]
    opening = re.compile(r"\b_?av\.open\((.*)")
    found = {
        (str(path.relative_to(package)), given)
        for path in package.rglob("*.py")
        for given in opening.findall(path.read_text(encoding="utf-8"))
    }
    reading = {place for place in found if '"w"' not in place[1] and not place[1].startswith("`")}
    assert reading == {(str(Path("video") / "stream.py"), "self._handle, **options())")}
    naming = {"hls", "concat", "dash", "sdp", "image2", "image2pipe", "rtsp", "applehttp"}
    assert not set(stream.CONTAINERS.split(",")) & naming
