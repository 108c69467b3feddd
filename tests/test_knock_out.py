"""Hiding keys from one row: its prediction equals that of the whole sequence with those entries masked."""

from __future__ import annotations

import pytest
import torch

import saliency_viz as sv
from saliency_viz.models.token_text import token_texts

from .decoders import Literal, prepared
from .engine import PROMPT, picture

STEP = 3


@pytest.fixture(scope="module")
def model(llava_dir):
    return sv.load_model(llava_dir, device="cpu", dtype="float64")


@pytest.fixture(scope="module")
def literal(llava_dir):
    return Literal(llava_dir)


@pytest.fixture(scope="module")
def trace(model):
    return sv.caption(model, picture(), PROMPT, max_new_tokens=6)


@pytest.mark.parametrize("layers,heads", [(None, None), ((1, 3), None), ((2,), (0, 4))])
def test_before_after_and_each_layer_equal_the_masked_recomputation(model, literal, trace, layers, heads):
    main = prepared(model)
    keys, row = [5, 6, 11, trace.first_output], trace.steps[STEP].position - 1

    def log_p(within, outputs=trace.output_ids[:STEP], last=row):
        def shape(layer, scores):
            scores = scores.clone()
            if layer in within:
                for head in range(scores.shape[0]) if heads is None else heads:
                    scores[head, row : last + 1, keys] = -torch.inf
            return scores.softmax(-1)

        return literal.next_logits(main.inputs, outputs, shape).log_softmax(-1)

    every = range(model.info.layers) if layers is None else layers
    target = trace.output_ids[STEP]
    found = sv.knock_out(model, trace, STEP, keys, layers, heads)
    assert found.before == pytest.approx(float(log_p(())[target]), abs=1e-9)
    assert found.after == pytest.approx(float(log_p(every)[target]), abs=1e-9)
    for layer, value in enumerate(found.by_layer):
        assert value == pytest.approx(float(log_p((layer,) if layer in every else ())[target]), abs=1e-9)
    assert [one.token_id for one in found.top_after] == log_p(every).topk(5).indices.tolist()
    assert found.top_before[0].token_id == int(log_p(()).argmax())


def test_what_follows_is_greedy_with_the_keys_hidden(model, literal, trace):
    main = prepared(model)
    keys, row = [5, 6, 11], trace.steps[STEP].position - 1
    outputs = list(trace.output_ids[:STEP])

    def shape(layer, scores):
        scores = scores.clone()
        scores[:, row:, keys] = -torch.inf
        return scores.softmax(-1)

    for _ in range(8):
        outputs.append(int(literal.next_logits(main.inputs, outputs, shape).argmax()))
        if outputs[-1] in model.stop_ids:
            break
    texts = token_texts(model.tokenizer, outputs, skip_special=True)
    assert sv.knock_out(model, trace, STEP, keys).follows == "".join(texts[STEP:])


@pytest.mark.parametrize(
    "more,sentence",
    [
        ({"keys": [5000]}, "keys must lie in 0"),
        ({"keys": [1], "layers": [5]}, "layers must lie in 0..4"),
        ({"keys": [1], "heads": [6]}, "heads must lie in 0..5"),
    ],
)
def test_what_is_not_there_is_refused(model, trace, more, sentence):
    with pytest.raises(sv.SaliencyVizError, match=sentence):
        sv.knock_out(model, trace, STEP, **more)


def test_hiding_every_key_is_refused(model, trace):
    with pytest.raises(sv.SaliencyVizError, match="at least one key"):
        sv.knock_out(model, trace, STEP, range(trace.steps[STEP].position))
