"""One step by head equals autograd, and the logit lens ends in the model's own prediction."""

from __future__ import annotations

import pytest
import torch

import saliency_viz as sv
from saliency_viz.decoding import head_rows, logit_lens

from .engine import PROMPT, picture, session
from .reference import Reference, locore_gain, relative


@pytest.fixture(scope="module")
def model(llava_dir):
    return sv.load_model(llava_dir, device="cpu", dtype="float64")


@pytest.mark.parametrize("locore", [None, sv.LocoRE(0.5, 3)])
@pytest.mark.parametrize("step", [0, 1, 6])
def test_rows_by_head_equal_autograd_and_add_up_to_the_trace(model, llava_dir, locore, step):
    trace = sv.caption(model, picture(), PROMPT, max_new_tokens=7, locore=locore)
    rows = head_rows(model, trace, step)
    gain = locore_gain(trace.first_output, 0.5, 3) if locore else None
    inputs = session(model).prepared.inputs
    truth = Reference(llava_dir).truth(inputs, trace.output_ids[:step], trace.output_ids[step], gain)
    assert rows.attention.shape == (5, 6, trace.steps[step].position)
    assert relative(torch.tensor(rows.attention), truth.attention[:, :, -1]) < 1e-6
    assert relative(torch.tensor(rows.saliency), (truth.attention * truth.gradient).abs()[:, :, -1]) < 1e-6
    assert (
        relative(
            torch.tensor(rows.saliency).sum(1), torch.tensor(trace.raw_saliency()[step][:, : truth.attention.shape[-1]])
        )
        < 2e-3
    )


def test_the_lens_of_the_last_layer_is_the_models_prediction(model):
    trace = sv.caption(model, picture(), PROMPT, max_new_tokens=6)
    for step in (0, 5):
        lens = logit_lens(model, trace, step, count=3)
        assert len(lens) == 5
        assert lens[-1][0].token_id == trace.steps[step].token_id
        assert lens[-1][0].probability == pytest.approx(trace.steps[step].probability, rel=1e-5)


def test_the_lens_of_a_layer_equals_norm_and_head_on_the_whole_sequence(model):
    trace = sv.caption(model, picture(), PROMPT, max_new_tokens=4)
    inputs = dict(session(model).prepared.inputs)
    inputs["input_ids"] = torch.tensor([trace.token_ids[:-1]])
    inputs.pop("attention_mask", None)
    with torch.no_grad():
        states = model.network(**inputs, output_hidden_states=True, use_cache=False).hidden_states
        norm, head = model.network.model.language_model.norm, model.network.lm_head
        expected = head(norm(states[2]))[0, -1].softmax(-1)
    token = logit_lens(model, trace, 3, count=1)[1][0]
    assert token.token_id == int(expected.argmax())
    assert token.probability == pytest.approx(float(expected.max()), rel=1e-6)


def test_a_step_that_is_not_there_is_refused(model):
    trace = sv.caption(model, picture(), PROMPT, max_new_tokens=2)
    for call in (head_rows, logit_lens):
        with pytest.raises(sv.errors.SettingError, match=r"0\.\.1"):
            call(model, trace, 2)
