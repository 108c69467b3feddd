"""A trace comes back from its file as it was, and a file that is not one is refused with a sentence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from saliency_viz import SGRS, Edit, LocoRE, Trace
from saliency_viz.errors import TraceError
from saliency_viz.trace import ARRAYS, Mark, Picture

from .traces import example_trace, frames_trace, png


def test_pictures_that_share_tokens_are_grouped_and_times_must_fit():
    trace = frames_trace(3, groups=3, together=2, odd=1)
    assert trace.picture_groups == ((0, 1), (2, 3), (4,))
    assert example_trace().picture_groups == ((0,),)
    with pytest.raises(TraceError, match="5 times"):
        replace(trace, times=(0.0, 1.0))
    with pytest.raises(TraceError, match="frames_per_token"):
        replace(trace, frames_per_token=0)


@pytest.mark.parametrize("made", [example_trace, frames_trace])
def test_saved_and_loaded_it_is_the_same(tmp_path, made):
    trace = replace(
        made(sgrs=SGRS(layers=[1, 3]), locore=LocoRE(0.3, 4)),
        marks={2: Mark("hallucinated", "no <b>teapot</b> there"), 7: Mark("right")},
        notes="a note",
        system="Be brief.",
        history=(("user", "What is it?"), ("assistant", "A cow.")),
    )
    trace = replace(trace, settings=replace(trace.settings, edits=(Edit(0.5, [3], heads=[1]),), forced=(7, 8)))
    again = Trace.load(trace.save(tmp_path / "run.trace"))
    for name in trace.__dataclass_fields__:
        if name in ARRAYS:
            assert np.array_equal(getattr(again, name), getattr(trace, name))
            assert getattr(again, name).dtype == getattr(trace, name).dtype
        else:
            assert getattr(again, name) == getattr(trace, name), name


def test_the_file_holds_no_pickle(tmp_path):
    data = example_trace().save(tmp_path / "run.trace").read_bytes()
    assert int.from_bytes(data[:8], "little") < len(data)  # safetensors: header length, JSON, raw arrays
    assert data[8:9] == b"{"


@pytest.mark.parametrize("cut", [0, 5, 100, 3000, -1, -200])
def test_a_truncated_file_is_refused(tmp_path, cut):
    data = example_trace().to_bytes()
    (tmp_path / "run.trace").write_bytes(data[:cut])
    with pytest.raises(TraceError, match="save or download it again"):
        Trace.load(tmp_path / "run.trace")


def test_missing_foreign_and_newer_files_are_refused(tmp_path):
    from safetensors.numpy import save

    with pytest.raises(TraceError, match="There is no file"):
        Trace.load(tmp_path / "none.trace")
    (tmp_path / "weights").write_bytes(save({"w": np.zeros(3)}))
    with pytest.raises(TraceError, match="not a saliency_viz trace"):
        Trace.load(tmp_path / "weights")
    newer = {"format": "saliency_viz.trace", "version": "9", "trace": "{}"}
    (tmp_path / "newer").write_bytes(save({"w": np.zeros(3)}, newer))
    with pytest.raises(TraceError, match="version 9; this program reads version 1"):
        Trace.load(tmp_path / "newer")
    with pytest.raises(TraceError):
        Trace.load(tmp_path)


@pytest.mark.parametrize("name", ARRAYS)
def test_a_wrong_shape_or_a_nan_cannot_be_a_trace(name):
    trace = example_trace()
    array = getattr(trace, name)
    with pytest.raises(TraceError, match=f"{name} must have shape"):
        replace(trace, **{name: array[:-1]})
    if array.ndim > 1 and name != "boxes":
        broken = array.copy()
        broken[0, 0] = np.nan
        with pytest.raises(TraceError, match="not finite"):
            replace(trace, **{name: broken})


def test_raw_saliency_is_the_stored_row_times_its_norm():
    trace = example_trace()
    assert trace.raw_saliency()[4, 3, 20] == np.float32(trace.saliency[4, 3, 20]) * trace.saliency_norm[4, 3]


def test_what_the_model_saw_is_a_part_of_the_upload():
    whole = Image.open(__import__("io").BytesIO(png())).convert("RGB")
    picture = Picture(png(), (10.0, 5.0, 40.0, 45.0), (14, 14))
    assert picture.seen.size == (30, 40)
    assert picture.seen.getpixel((3, 7)) == whole.getpixel((13, 12))


def test_padding_beyond_the_upload_is_grey():
    picture = Picture(png(), (-10.0, 0.0, 70.0, 60.0), (14, 14))
    assert picture.seen.getpixel((4, 10)) == (127, 127, 127)
    assert picture.seen.getpixel((20, 55)) == (127, 127, 127)
    assert picture.seen.getpixel((15, 3)) == picture.image.getpixel((5, 3))


def test_the_caption_is_its_steps_texts():
    trace = example_trace(steps=5)
    assert trace.text == "The image shows a red"
    assert trace.output_ids == (100, 101, 102, 103, 104)
    assert trace.first_output == 42
    assert trace.positions("image").tolist() == list(range(3, 38))
