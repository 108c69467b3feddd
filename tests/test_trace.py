"""A trace comes back from its file as it was, and a file that is not one is refused with a sentence."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors import safe_open
from safetensors.numpy import save

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


def test_a_file_from_before_there_was_a_choice_of_history_says_accepted(tmp_path):
    path = example_trace(sgrs=SGRS(alpha=0.5)).save(tmp_path / "run.trace")
    with safe_open(str(path), framework="numpy") as file:
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a mapping
        metadata = file.metadata()
    header = json.loads(metadata["trace"])
    for name in ("history", "score", "recent"):
        del header["settings"]["sgrs"][name]
    path.write_bytes(save(arrays, {**metadata, "trace": json.dumps(header)}))
    assert Trace.load(path).settings.sgrs == SGRS(alpha=0.5, history="accepted", score="mean")


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


def changed(path: Path, change: Callable[[dict, dict], object]) -> Path:
    """A saved example whose header and arrays a stranger has changed."""
    example_trace(locore=LocoRE()).save(path)
    with safe_open(str(path), framework="numpy") as file:
        metadata, arrays = file.metadata(), {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    header = json.loads(metadata["trace"])
    change(header, arrays)
    path.write_bytes(save(arrays, {**metadata, "trace": json.dumps(header)}))
    return path


def picture(**fields: object) -> Callable[[dict, dict], object]:
    return lambda header, arrays: header["pictures"][0].update(fields)


def step(**fields: object) -> Callable[[dict, dict], object]:
    return lambda header, arrays: header["steps"][1].update(fields)


def header_png(width: int, height: int) -> np.ndarray:
    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    return np.frombuffer(png()[:16] + size + png()[24:], np.uint8)


HOSTILE = {
    "text": (step(text=5), r"steps\[1\].text must be a text. Got 5"),
    "surrogate": (step(text="\ud800"), "must be a text"),
    "token": (step(token_id="x"), r"steps\[1\].token_id must be a whole number"),
    "position": (step(position=10**6), r"steps\[1\] must have index 1 and position 43. Got 1 and 1000000"),
    "probability": (step(probability=10**400), "probability must be a finite number"),
    "score": (step(score=float("nan")), "score must be a finite number"),
    "verdict": (lambda h, a: h["steps"][0]["candidates"][0].update(verdict="?"), "one of accepted, rejected, untried"),
    "candidate": (lambda h, a: h["steps"][0]["candidates"][0].pop("text"), "must have the field 'text'"),
    "title": (lambda h, a: h.update(title=[1]), "title must be a text"),
    "unknown": (lambda h, a: h.update(zzz=1), "fields of Trace. Got 'zzz'"),
    "missing": (lambda h, a: h.pop("steps"), "must have the field 'steps'"),
    "layers": (lambda h, a: h["model"].update(layers="6"), "model.layers must be a whole number"),
    "targets": (lambda h, a: h.update(target_layers=[99]), r"target_layers must lie in 0..4. Got 99"),
    "twice": (lambda h, a: h.update(target_layers=[3] * 1_000_000), "name each layer once. Got 1000000 with rep"),
    "long title": (
        lambda h, a: h.update(title="x" * 10_000_000),
        "title must have at most 1000 .* Got 10000000",
    ),
    "long token": (step(text="x" * 1001), "a token's text must have at most 1000 characters"),
    "long prompt": (lambda h, a: h.update(prompt="x" * 1_000_001), "prompt must have at most 1000000 characters"),
    "long turn": (lambda h, a: h.update(history=[["user", "x" * 1_000_001]]), "history must have at most 1000000"),
    "no length": (
        lambda h, a: h["settings"].update(max_new_tokens=-1),
        "max_new_tokens must lie in 0.* Got -1",
    ),
    "time": (lambda h, a: h.update(times=[1e300]), r"times\[0\] must lie in 0..10000000. Got 1e\+300"),
    "before": (lambda h, a: h.update(times=[-5.0]), r"times\[0\] must lie in"),
    "fast": (lambda h, a: h.update(fps=1e300), "fps must be above 0 and at most 1000000"),
    "deep": (lambda h, a: h["model"].update(layers=10**9), "model.layers must lie in 0..10000. Got 1000000000"),
    "heads": (lambda h, a: h["model"].update(heads=10**9), "model.heads must lie in 0..10000"),
    "wide": (picture(region=[1e9, 0, 1e9 + 7, 5]), "region must lie near the picture"),
    "mark": (lambda h, a: h.update(marks={"99": {"judgement": "right"}}), r"marks must lie in 0..10. Got 99"),
    "beta": (lambda h, a: h["settings"]["locore"].update(beta=10**400), "beta must be a finite number"),
    "alpha": (lambda h, a: h["settings"]["sgrs"].update(alpha=3.0), r"alpha must be in \[0, 1\]"),
    "fps": (lambda h, a: h.update(fps=0.0), "fps must be above 0"),
    "overlap": (lambda h, a: h["spans"][1].update(start=0), "Spans must follow each other"),
    "beyond": (lambda h, a: h["spans"][3].update(stop=99), "Spans must follow each other"),
    "span": (lambda h, a: h["spans"][1].update(image=4), "name one of 1 pictures"),
    "region": (picture(region=[0, 1]), "region must be a list of 4"),
    "infinite": (picture(region=[0, 0, float("inf"), 3]), "must be a finite number"),
    "huge": (picture(region=[0, 0, 30000, 30000]), "at most 40 megapixels. Got 30000 x 30000"),
    "far": (picture(region=[1e300, 0, 1.1e300, 3]), "megapixels"),
    "size": (picture(size=[0, 3]), "above 0"),
    "garbage": (lambda h, a: a.update({"picture.0": a["picture.0"][::-1].copy()}), "must be a PNG file"),
    "bomb": (lambda h, a: a.update({"picture.0": header_png(50_000, 50_000)}), "Got 50000 x 50000"),
    "box_images": (lambda h, a: a["box_images"].fill(99), r"box_images must lie in 0..0. Got 99..99"),
    "box_scales": (lambda h, a: a["box_scales"].fill(7), r"box_scales must lie in 0..1"),
    "boxes": (lambda h, a: a["boxes"].fill(np.nan), "not finite"),
    "kind": (lambda h, a: a.update(attention=a["attention"].astype(np.int16)), "must hold floats. Got int16"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_changed_by_a_stranger_is_refused_before_it_is_used(tmp_path, name):
    change, sentence = HOSTILE[name]
    path = changed(tmp_path / "run.trace", change)
    with pytest.raises(TraceError, match=sentence):
        Trace.load(path)


def test_json_nested_without_end_is_refused(tmp_path):
    nested = {"format": "saliency_viz.trace", "version": "1", "trace": "[" * 200_000}
    (tmp_path / "nested").write_bytes(save({"w": np.zeros(3)}, nested))
    with pytest.raises(TraceError, match="RecursionError"):
        Trace.load(tmp_path / "nested")


def test_a_span_of_300_million_positions_is_refused_without_counting_them(tmp_path):
    path = changed(tmp_path / "run.trace", lambda h, a: h["spans"][1].update(stop=300_000_000))
    tracemalloc.start()
    try:
        with pytest.raises(TraceError, match="Got 3..299999999"):
            Trace.load(path)
        assert tracemalloc.get_traced_memory()[1] < 20 * 2**20
    finally:
        tracemalloc.stop()


def test_a_picture_damaged_after_its_first_bytes_says_so_when_it_is_drawn(tmp_path):
    path = changed(tmp_path / "run.trace", lambda h, a: a.update({"picture.0": a["picture.0"][:60].copy()}))
    with pytest.raises(TraceError, match="picture of the trace is damaged"):
        _ = Trace.load(path).pictures[0].image


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
