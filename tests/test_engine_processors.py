"""A checkpoint's own generation settings act as in `generate`, and no caption holds the placeholder of a picture."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import pytest
import torch
from transformers import AutoModelForImageTextToText

import saliency_viz as sv
from saliency_viz.decoding.candidates import Chooser
from saliency_viz.errors import ModelError, PromptError
from saliency_viz.models.prepare import placeholder_ids

from . import checkpoints_tiled
from .engine import PROMPT, picture, session

COUNT = 19


@pytest.fixture(scope="module")
def model(llava_dir):
    return sv.load_model(llava_dir, device="cpu")


@pytest.fixture(scope="module")
def plain(llava_dir):
    return AutoModelForImageTextToText.from_pretrained(llava_dir, dtype=torch.float32).eval()


@pytest.fixture
def settings(model):
    """The model's generation settings, to be changed and put back."""
    before, model.network.generation_config = model.network.generation_config, deepcopy(model.network.generation_config)
    yield model.network.generation_config
    model.network.generation_config = before


def generated(plain, model, **own):
    inputs = session(model).prepared.inputs
    ids = plain.generate(**inputs, max_new_tokens=COUNT, do_sample=False, **own)
    return ids[0, inputs["input_ids"].shape[1] :].tolist()


ASKED = {
    "begin_suppress_tokens": lambda ids: [ids[0]],
    "bad_words_ids": lambda ids: [[ids[1]], ids[3:5]],
    "sequence_bias": lambda ids: [[[ids[1]], -50.0], [ids[4:6], -9.0]],
    "min_new_tokens": lambda ids: 11,
    "min_length": lambda ids: 50,
    "forced_eos_token_id": lambda ids: 7,
    "suppress_tokens": lambda ids: [ids[2], ids[5]],
    "no_repeat_ngram_size": lambda ids: 1,
    "encoder_no_repeat_ngram_size": lambda ids: 1,
    "encoder_repetition_penalty": lambda ids: 9.0,
    "repetition_penalty": lambda ids: 1.6,
    "exponential_decay_length_penalty": lambda ids: (2, 3.0),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("lookahead", [1, 5])
def test_a_checkpoints_own_setting_acts_as_in_generate(model, plain, settings, name, lookahead):
    first = generated(plain, model)
    beside = {"eos_token_id": first[3] if name.startswith("min") else 2}
    if name.startswith("encoder_no"):
        beside["encoder_repetition_penalty"] = 9.0  # else the caption repeats nothing of the prompt
    own = {name: ASKED[name](first), **beside}
    want = generated(plain, model, **own)
    assert want != generated(plain, model, **beside)
    for one, value in own.items():
        setattr(settings, one, value)
    stops = replace(model, stop_ids=frozenset([own["eos_token_id"]]))
    trace = sv.caption(stops, picture(), PROMPT, max_new_tokens=COUNT, lookahead=lookahead)
    assert list(trace.output_ids) == want


@pytest.mark.parametrize("asked", [{"guidance_scale": 3.0}, {"watermarking_config": {"bias": 2.0}}])
def test_a_setting_that_cannot_be_followed_is_refused_by_its_name(model, settings, asked):
    for name, value in asked.items():
        setattr(settings, name, value)
        with pytest.raises(ModelError, match=f"ask for {name}"):
            sv.caption(model, picture(), PROMPT, max_new_tokens=2)


@pytest.fixture(scope="module")
def video_model(tmp_path_factory):
    return sv.load_model(checkpoints_tiled.video_llava(tmp_path_factory.mktemp("video")), device="cpu")


@pytest.mark.parametrize("temperature", [0.0, 1.0])
@pytest.mark.parametrize("sgrs", [None, sv.SGRS(alpha=0.9)])
def test_a_caption_never_holds_a_pictures_placeholder(llava_dir, temperature, sgrs):
    model = sv.load_model(llava_dir, device="cpu")
    (image,) = placeholder_ids(model)
    first = sv.caption(model, picture(), PROMPT, max_new_tokens=5).output_ids
    with torch.no_grad():
        head = model.network.get_output_embeddings().weight
        for token in first:
            head[image] += 3 * head[token]  # now the most probable by far, where a word was
    logits = session(model).prefill()
    assert int(logits.argmax()) == image
    trace = sv.caption(model, picture(), PROMPT, max_new_tokens=5, sgrs=sgrs, sampling=sv.Sampling(temperature))
    assert image not in trace.output_ids
    assert image not in {candidate.token_id for step in trace.steps for candidate in step.candidates}
    assert sv.token_matrix(model, trace, 3)[0].shape[0] == 5


def test_a_given_caption_holds_neither_placeholder(video_model):
    assert len(placeholder_ids(video_model)) == 2
    for token in placeholder_ids(video_model):
        with pytest.raises(PromptError, match=f"no placeholders of pictures. Got \\[{token}\\]"):
            sv.caption(video_model, picture(), PROMPT, max_new_tokens=4, forced=[40, token])


def test_tokens_ruled_out_have_no_probability():
    choices = Chooser(sv.Sampling(), None, never=[1]).choose(torch.tensor([0.0, 9.0, 0.0]), [0], 3, 3)
    assert (choices.token_ids, choices.probabilities) == ((0, 2), (0.5, 0.5))
