"""Families that the table does not know: every picture has its own tokens, and what cannot be recorded is said."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import transformers

import saliency_viz as sv
from saliency_viz.errors import ModelError, PromptError
from saliency_viz.models.families import generic, qwen

from . import checkpoints_other
from .families import PROMPT, Case, features, noise, request

BUILDERS = {name: getattr(checkpoints_other, name) for name in ("mistral3", "glm4v", "llava_next_video")}
SIZES = [((97, 61), (40, 83)), ((112, 112), (60, 30)), ((112, 40), (40, 112)), ((84, 84), (168, 84), (252, 84))]
FULL, LINEAR, CONV = "full_attention", "linear_attention", "conv"


@pytest.fixture(scope="module", params=BUILDERS)
def case(request, tmp_path_factory):
    return Case(request.param, BUILDERS[request.param](tmp_path_factory.mktemp(request.param)))


def counts(model, wanted) -> list[int]:
    spans = model.family.prepare(model, wanted).spans
    tokens = np.zeros(len(wanted.images), int)
    for span in spans:
        if span.kind == "image":
            tokens[span.image] += span.stop - span.start
    return tokens.tolist()


@pytest.mark.parametrize("sizes", SIZES)
def test_every_picture_has_as_many_tokens_as_alone(case, sizes):
    together = counts(case.single, request(*sizes))
    assert together == [counts(case.single, request(size))[0] for size in sizes]
    assert len(set(together)) > 1 or sizes == SIZES[2] or case.name == "llava_next_video"


def test_the_tokens_that_change_with_a_picture_are_its_own(case):
    model, wanted = case.model, request((112, 112), (60, 30))
    other = request((112, 112), (60, 30))
    other = type(other)((other.images[0], noise(60, 30, seed=9)), PROMPT)
    prepared = model.family.prepare(model, wanted)
    moved = (features(model, model.family.prepare(model, other)) - features(model, prepared)).norm(dim=1) > 1e-9
    assert moved[torch.from_numpy(prepared.boxes.image == 1)].any()
    assert not moved[torch.from_numpy(prepared.boxes.image == 0)].any()


def test_a_processor_that_tells_rows_and_columns_gives_boxes(tmp_path):
    """The same as Qwen's, whose processor GLM-4V's is made after."""
    model = Case("glm4v", checkpoints_other.glm4v(tmp_path)).single
    wanted = request((112, 112), (60, 30))
    ours, theirs = model.family.prepare(model, wanted), qwen.prepare(model, wanted)
    assert model.info.family == "generic" and (ours.spans, ours.pictures) == (theirs.spans, theirs.pictures)
    assert np.array_equal(ours.boxes.box, theirs.boxes.box) and ours.boxes.box.any(axis=1).all()


def test_pictures_whose_counts_do_not_add_up_are_refused(case, monkeypatch):
    monkeypatch.setattr(generic, "_grids", lambda *_: [])
    monkeypatch.setattr(generic, "_counts", lambda *_: [3, 4])
    with pytest.raises(PromptError, match=r"Expected 3 \+ 4 image tokens for 2 picture\(s\).*Pass one picture"):
        case.single.family.prepare(case.single, request((112, 112), (60, 30)))


def test_what_a_trial_cannot_record_is_refused_at_loading(case, monkeypatch):
    """A layer whose recording fails would otherwise be met at the first caption."""

    def fail(*_, **__):
        raise IndexError("list index out of range")

    monkeypatch.setattr(generic.RecordingProbe, "attend", fail)
    with pytest.raises(ModelError, match="a trial run failed: list index out of range. Choose a model of one of these"):
        generic.check(case.single)


def test_a_gradient_that_is_not_finite_is_refused_at_loading(case, monkeypatch):
    monkeypatch.setattr(torch.autograd, "grad", lambda loss, outputs: [torch.full_like(outputs[0], torch.nan)] * 5)
    with pytest.raises(ModelError, match="has no finite gradient in float32"):
        generic.check(case.single)


def test_a_prefix_language_model_is_named_as_what_it_is(tmp_path):
    with pytest.raises(ModelError, match="prompt see later ones .a prefix language model.*Choose a model of one of"):
        sv.load_model(checkpoints_other.paligemma(tmp_path), device="cpu")


@pytest.mark.parametrize(
    "name,text,part",
    [
        (
            "Qwen3_5Config",
            {"layer_types": [LINEAR, LINEAR, FULL, LINEAR, FULL]},
            r"3 of its 5 layers .linear_attention",
        ),
        ("Lfm2VlConfig", {"model_type": "lfm2", "layer_types": [CONV, FULL, CONV, FULL, FULL]}, r"2 of its 5 .* .conv"),
        ("Gemma4Config", {"num_kv_shared_layers": 2}, "its last 2 layers use the keys and values of layers before"),
        ("MllamaConfig", {"cross_attention_layers": [1, 3]}, "by cross-attention in 2 layers"),
    ],
)
def test_layers_that_cannot_be_recorded_are_named_before_anything_else_is_read(name, text, part, tmp_path):
    if not hasattr(transformers, name):
        pytest.skip(f"this transformers has no {name}")
    with pytest.raises(ModelError, match=f"cannot be recorded: .*{part}.*Choose a model of one of these families: L"):
        sv.load_model(checkpoints_other.config_only(tmp_path, name, **text), device="cpu")


def test_the_note_of_an_unknown_family_is_told(case):
    heard = []
    sv.load_model(case.folder, device="cpu", tell=heard.append)
    assert [loading.text for loading in heard if loading.stage == "note"] == [generic.FAMILY.note]
