"""The logit lens equals norm and head on the whole sequence, and ends in the model's own prediction."""

from __future__ import annotations

import pytest
import torch
from transformers import AutoModelForImageTextToText

import saliency_viz as sv

from .engine import PROMPT, picture, session


@pytest.fixture(scope="module")
def model(llava_dir):
    return sv.load_model(llava_dir, device="cpu", dtype="float64")


@pytest.fixture(scope="module")
def trace(model):
    return sv.caption(model, picture(), PROMPT, max_new_tokens=7)


def test_every_layer_equals_norm_and_head_of_a_plain_uncached_call(model, trace, llava_dir):
    plain = AutoModelForImageTextToText.from_pretrained(llava_dir, dtype=torch.float64).eval()
    inputs = dict(session(model).prepared.inputs)
    step = 5
    inputs["input_ids"] = torch.tensor([trace.token_ids[: trace.steps[step].position]])
    inputs.pop("attention_mask", None)
    kept = []
    text = plain.get_decoder()
    handles = [
        layer.register_forward_hook(lambda module, given, out: kept.append(out[0] if isinstance(out, tuple) else out))
        for layer in text.layers
    ]
    with torch.no_grad():
        plain(**inputs, use_cache=False)
    for handle in handles:
        handle.remove()
    lens = sv.logit_lens(model, trace, step, count=3)
    assert len(lens) == len(kept) == 5
    for layer, state in zip(lens, kept, strict=True):
        with torch.no_grad():
            expected = plain.get_output_embeddings()(text.norm(state))[0, -1].softmax(-1)
        top = expected.topk(3)
        assert [token.token_id for token in layer.top] == top.indices.tolist()
        assert [token.probability for token in layer.top] == pytest.approx(top.values.tolist(), rel=1e-9)
        written = expected[trace.steps[step].token_id]
        assert layer.probability == pytest.approx(float(written), rel=1e-9)
        assert layer.rank == int((expected > written).sum()) + 1


@pytest.mark.parametrize("locore", [None, sv.LocoRE(0.9, 3)])
def test_the_last_layer_is_the_models_prediction_with_its_edits(model, locore):
    trace = sv.caption(model, picture(), PROMPT, max_new_tokens=6, locore=locore)
    for step in (0, 5):
        last = sv.logit_lens(model, trace, step, count=1)[-1]
        assert last.top[0].token_id == trace.steps[step].token_id and last.top[0].text == trace.steps[step].text
        assert last.probability == pytest.approx(trace.steps[step].probability, rel=1e-5)
        assert last.rank == trace.steps[step].rank


def test_a_model_that_changes_its_logits_after_the_head_is_refused(model, trace, monkeypatch):
    forward = type(model.network).forward

    def scaled(self, *given, **named):
        result = forward(self, *given, **named)
        result.logits = result.logits / 8
        return result

    monkeypatch.setattr(type(model.network), "forward", scaled)
    with pytest.raises(sv.errors.ModelError, match="after the output head"):
        sv.logit_lens(model, trace, 2)


@pytest.mark.parametrize("step, count", [(7, 1), (-1, 1), (True, 1), (0, 0), (0, 10**9), (0, 2.5)])
def test_a_step_or_count_that_is_not_there_is_refused(model, trace, step, count):
    with pytest.raises(sv.errors.SettingError, match="must"):
        sv.logit_lens(model, trace, step, count)
