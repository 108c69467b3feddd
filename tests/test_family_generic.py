"""Families without a file of their own: tokens as exact as any, boxes only where they can be known, else a refusal.

The small checkpoints of known families serve as strangers: the table is told not to know them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import saliency_viz as sv
from saliency_viz.errors import ImageError, ModelError
from saliency_viz.models.families import generic

from .families import BUILDERS, PROMPT, Case, request

GRIDS = ("qwen2_vl", "qwen2_5_vl", "qwen3_vl", "video_llama_3")  # whose processor tells rows and columns


@pytest.fixture(scope="module", params=[name for name in BUILDERS if name != "qwen3_vl_moe"])  # not in float64
def case(request, tmp_path_factory):
    return Case(request.param, BUILDERS[request.param](tmp_path_factory.mktemp(request.param)))


def stranger(case, monkeypatch):
    monkeypatch.setattr("saliency_viz.models.loading.checkpoint_io.family_of", lambda kind: None)
    return sv.load_model(case.folder, device="cpu", dtype="float64")


def test_an_unknown_family_gives_the_same_rows(case, monkeypatch):
    model = stranger(case, monkeypatch)
    assert (model.info.family, model.family.note[:11]) == ("generic", "Not checked")
    images = request((97, 61)).images
    known, other = (sv.caption(each, images, PROMPT, max_new_tokens=4) for each in (case.model, model))
    assert other.output_ids == known.output_ids
    assert np.array_equal(other.attention, known.attention)
    assert np.array_equal(other.saliency_norm, known.saliency_norm)
    assert [span for span in other.spans if span.kind != "image"] == [
        span for span in known.spans if span.kind != "image"
    ]


def test_boxes_are_the_processor_s_grid_or_those_of_one_square_view(case, monkeypatch):
    model = stranger(case, monkeypatch)
    wanted = request((97, 61))
    boxes = model.family.prepare(model, wanted).boxes
    if case.name in ("llava", "video_llava", "gemma3", *GRIDS):
        assert np.array_equal(boxes.box, case.model.family.prepare(case.model, wanted).boxes.box)
    else:  # tiles
        assert not boxes.box.any()


def test_a_video_is_refused(case, monkeypatch):
    model = stranger(case, monkeypatch)
    with pytest.raises(ImageError, match="takes pictures here, not a video"):
        model.family.prepare(model, request((40, 40), (40, 40), video=True))


def test_layers_outside_the_interface_are_refused(case):
    more = replace(case.single, info=replace(case.single.info, layers=7))
    with pytest.raises(ModelError, match="2 of 7 layers .* do not go through transformers' attention interface"):
        generic.check(more)


def test_other_words_over_the_cache_are_refused(case, monkeypatch):
    """With rotary positions of later tokens off by a few, as where a family's positions are not understood."""
    real = generic.prepare

    def shifted(model, wanted):
        prepared = real(model, wanted)
        return replace(prepared, rope_delta=prepared.rope_delta + 3)

    monkeypatch.setattr(generic, "prepare", shifted)
    with pytest.raises(ModelError, match="gives other words over its cache than without one"):
        generic.check(case.single)
