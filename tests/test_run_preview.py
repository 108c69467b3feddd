"""A run is planned at the sizes that pictures and frames are loaded at, from files opened as the loader opens them."""

from __future__ import annotations

from pathlib import Path

import pytest

from saliency_viz.errors import ImageError
from saliency_viz.serving.run_needs import seen_part
from saliency_viz.trace import Picture
from saliency_viz.ui.handlers import run_preview, show

from .films import movie
from .pictures import chunk, exif, png, samples


@pytest.fixture(autouse=True)
def any_path(monkeypatch):
    monkeypatch.setattr(run_preview, "path_of", lambda file, gallery: Path(file["path"]))


def shapes(kind: str, path: Path):
    return run_preview.shapes_of({"kind": kind, "files": [{"path": str(path)}], "frames": 3}, None)


def test_a_film_is_planned_at_the_size_its_frames_are_reduced_to(tmp_path):
    file = movie(tmp_path / "a.mp4", 2, size=(2048, 1024))
    assert shapes("video", file) == (((1024, 512),) * 3, True)


def test_a_turned_picture_is_planned_as_it_is_seen(tmp_path):
    (tmp_path / "a.png").write_bytes(png(samples(3, 8), 8, 2, chunk(b"eXIf", exif(6))))
    assert shapes("pictures", tmp_path / "a.png") == (((17, 23),), False)


@pytest.mark.parametrize(
    ("kind", "name", "data"),
    [
        ("video", "a.mp4", b"#EXTM3U\n#EXTINF:9,\nother.mp4\n#EXT-X-ENDLIST\n"),
        ("video", "frame%03d.png", b"x"),
        ("pictures", "a.png", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n"),
        ("pictures", "a.png", b"P6 99 99 255\n" + bytes(99 * 99 * 3)),
    ],
)
def test_what_is_not_on_the_list_of_formats_is_not_opened(tmp_path, kind, name, data):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ImageError):
        shapes(kind, tmp_path / name)


def picture(*region: float) -> Picture:
    return Picture(b"", region, (336, 336))


def test_what_a_centre_crop_leaves_of_a_picture_is_framed():
    """Of 300 x 200 a family that crops the middle square sees the columns from 50 to 250."""
    assert seen_part((picture(50, 0, 250, 200),), ((300, 200),)) == pytest.approx((1 / 6, 0, 5 / 6, 1))
    assert seen_part((picture(0, 0, 300, 200),), ((300, 200),)) is None
    assert seen_part((picture(0, -50, 300, 250),), ((300, 200),)) is None  # padded: all of it is seen
    assert seen_part((picture(50, 0, 250, 200),) * 2, ((300, 200),) * 2) is None


def test_an_opened_trace_brings_its_own_remark_on_what_was_seen(monkeypatch):
    """Beside the picture of a trace stands the size that the model saw that one at, not the one before."""
    from types import SimpleNamespace

    from .traces import example_trace

    trace = example_trace()
    context = SimpleNamespace(trace=lambda run_id: trace, serials=iter(range(9)))
    updates = show.asked_again(context, "a")
    assert updates["seen"] == show.told(note=show.seen_note(trace))
