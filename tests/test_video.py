"""A video file becomes frames that are spread evenly over its time, upright, with their moments; or a sentence."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

from saliency_viz.errors import ImageError
from saliency_viz.video import Video, frame, sampling, stream

from .films import levels, movie


def still() -> Image.Image:
    """23 x 17, black."""
    return Image.new("RGB", (23, 17))


def test_a_video_is_sampled_evenly_from_first_to_last(tmp_path):
    video = Video.from_file(movie(tmp_path / "a.mp4"), 5)
    levels = [np.asarray(frame)[30, 40, 0] / 10 for frame in video.frames]
    assert np.allclose(levels, [0, 5, 11, 16, 22], atol=0.6)  # on the screen at 0, 0.55, 1.1, 1.65 and 2.2 s
    assert video.times == pytest.approx((0, 0.5, 1.1, 1.6, 2.2))
    assert (video.duration, video.source_frames) == (pytest.approx(2.3), 23)
    assert video.fps == pytest.approx(10 * 4 / 22)


def test_a_short_video_gives_all_its_frames(tmp_path):
    video = Video.from_file(movie(tmp_path / "a.mp4", frames=3), 8)
    assert (len(video.frames), video.fps) == (3, pytest.approx(10))
    assert len(Video.from_file(movie(tmp_path / "b.mp4", frames=5), 1).frames) == 1


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("rubbish.mp4", b"\x00\x00\x00\x18ftypisom" + bytes(500)),
        ("empty.mp4", b""),
        ("text.txt", b"hello " * 99),
        ("list.m3u8", b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"),
        ("list.ffconcat", b"ffconcat version 1.0\nfile /etc/passwd\n"),
        ("sound.sdp", b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n"),
    ],
)
def test_a_bad_video_gives_a_sentence(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ImageError) as caught:
        Video.from_file(tmp_path / name)
    assert name in str(caught.value)


def test_a_video_cut_short_gives_what_is_there_or_a_sentence(tmp_path):
    file = movie(tmp_path / "a.avi")
    file.write_bytes(file.read_bytes()[:9000])
    assert 1 <= len(Video.from_file(file, 5).frames) <= 5


def test_a_video_too_long_to_decode_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("saliency_viz.video.stream.MAX_DECODED_PIXELS", 3 * 64 * 48 - 1)
    with pytest.raises(ImageError, match="3 frames of 64 x 48 take too long"):
        Video.from_file(movie(tmp_path / "a.mp4", frames=3))
    monkeypatch.setattr("saliency_viz.video.stream.MAX_SOURCE_FRAMES", 2)
    with pytest.raises(ImageError, match="at most 2 frames"):
        Video.from_file(tmp_path / "a.mp4")


@pytest.mark.parametrize("path", [5, b"a.mp4", None, ["a.mp4"]])
def test_a_path_that_is_none_is_refused(path):
    with pytest.raises(ImageError, match=f"Expected the path of a video file. Got {type(path).__name__}"):
        Video.from_file(path)


@pytest.mark.parametrize("fps", [0, -1, float("nan"), float("inf"), "2", True, None])
def test_a_rate_that_is_none_is_refused(fps):
    with pytest.raises(ImageError, match="fps"):
        Video((still(),), fps)


def test_frames_of_two_sizes_are_refused():
    with pytest.raises(ImageError, match="one size"):
        Video((still(), np.zeros((9, 9), np.uint8)), 2)


@pytest.mark.parametrize("count", [0, -1, 129, 2.0, True])
def test_a_frame_count_out_of_range_is_refused(tmp_path, count):
    with pytest.raises(ImageError, match="max_frames"):
        Video.from_file(tmp_path / "a.mp4", count)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.avi", "a.webm"])
def test_leaps_between_key_frames_find_the_same_frames_as_decoding_all(tmp_path, monkeypatch, name):
    kind = "libvpx" if name.endswith("webm") else "mpeg4"
    file = movie(tmp_path / name, frames=25, kind=kind, g="4")
    leapt = Video.from_file(file, 7)
    monkeypatch.setattr(sampling, "by_leaps", lambda *given: None)
    plain = Video.from_file(file, 7)
    assert levels(leapt) == levels(plain) == [0, 4, 8, 12, 16, 20, 24]
    assert leapt.times == plain.times


def test_frames_stored_out_of_order_come_in_the_order_they_are_shown(tmp_path):
    if "libx264" not in av.codecs_available:
        pytest.skip("this build writes no B-frames")
    video = Video.from_file(movie(tmp_path / "a.mp4", frames=19, kind="libx264", bf="3", g="6", crf="1"), 4)
    assert levels(video) == [0, 6, 12, 18]


def test_a_video_whose_rate_varies_is_sampled_by_time_and_not_by_count(tmp_path):
    """Ten frames in the first second, then one every second: the middle of the time is not the middle frame."""
    moments = [*range(0, 100, 10), *range(100, 1000, 100)]
    video = Video.from_file(movie(tmp_path / "a.mkv", frames=19, moments=moments), 4)
    assert video.times == pytest.approx((0, 3, 6, 9), abs=0.01)
    assert levels(video) == [0, 12, 15, 18]
    assert video.fps == pytest.approx(1 / 3, rel=1e-3)


def test_a_still_shown_for_long_is_taken_once(tmp_path):
    video = Video.from_file(movie(tmp_path / "a.mkv", frames=4, moments=[0, 10, 20, 900]), 3)
    assert levels(video) == [0, 2, 3]


def test_only_the_way_to_the_sampled_frames_counts_against_the_limit(tmp_path, monkeypatch):
    file = movie(tmp_path / "a.mp4", frames=25, g="4")
    monkeypatch.setattr(stream, "MAX_DECODED_PIXELS", 10 * 64 * 48)
    assert levels(Video.from_file(file, 7)) == [0, 4, 8, 12, 16, 20, 24]
    with pytest.raises(ImageError, match="take too long"):
        Video.from_file(file, 13)


def test_a_frame_is_reduced_and_its_pixels_made_square(tmp_path):
    file = tmp_path / "a.mp4"
    with av.open(str(file), "w") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width, stream.height, stream.pix_fmt = 720, 576, "yuv420p"
        stream.codec_context.sample_aspect_ratio = Fraction(64, 45)
        for _ in range(2):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((576, 720, 3), np.uint8), "rgb24")))
        container.mux(stream.encode())
    assert Video.from_file(file).frames[0].size == (1024, 576)  # 720 * 64 / 45
    assert max(Video.from_file(movie(tmp_path / "b.mp4", 2, size=(1920, 1088))).frames[0].size) == frame.FRAME_SIDE


def test_a_file_of_sound_alone_and_one_without_frames_give_a_sentence(tmp_path):
    sound = tmp_path / "sound.mp4"
    with av.open(str(sound), "w") as container:
        stream = container.add_stream("aac", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    with pytest.raises(ImageError, match="only sound"):
        Video.from_file(sound)
    empty = tmp_path / "empty.mkv"
    with av.open(str(empty), "w") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        container.start_encoding()
    with pytest.raises(ImageError, match=r"no frames|could not be read"):
        Video.from_file(empty)


@pytest.mark.parametrize("size", [(6, 48), (9, 1000)])
def test_a_size_nobody_works_with_is_refused(tmp_path, size):
    with pytest.raises(ImageError, match=r"at least 8 x 8|no longer than 100 times"):
        Video.from_file(movie(tmp_path / "a.mkv", 2, kind="ffv1", size=size))


@pytest.mark.parametrize("times", [(0.0,), (1.0, 0.5), (0.0, float("nan"))])
def test_times_that_do_not_fit_the_frames_are_refused(times):
    with pytest.raises(ImageError, match="ascending"):
        Video((still(), still()), 2, times)


def test_frames_without_times_follow_their_rate():
    assert Video((still(),) * 3, 4).times == (0, 0.25, 0.5)
