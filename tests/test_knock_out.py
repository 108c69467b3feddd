"""Hiding keys from one row, or silencing heads: every number equals that of the whole sequence with those entries
masked, without a cache, on three families."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

import saliency_viz as sv
from saliency_viz.models.token_text import token_texts
from saliency_viz.ui.handlers.inspect import knock_out

from .decoders import Literal, prepared
from .engine import PROMPT, picture
from .families import BUILDERS

STEP, FOLLOWING = 3, 8
FAMILIES = ("llava", "qwen2_5_vl", "llava_next")


@pytest.fixture(scope="module", params=FAMILIES)
def folder(request, tmp_path_factory):
    return BUILDERS[request.param](tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="module")
def model(folder):
    return sv.load_model(folder, device="cpu", dtype="float64")


@pytest.fixture(scope="module")
def literal(folder):
    return Literal(folder)


@pytest.fixture(scope="module")
def trace(model):
    return sv.caption(model, picture(), PROMPT, max_new_tokens=6)


class Masked:
    """Next-token logits of the whole sequence with keys hidden from the rows that predict from the step on."""

    def __init__(self, literal, main, trace, keys, heads=None):
        self.literal, self.main, self.trace, self.keys, self.heads = literal, main, trace, keys, heads

    def logits(self, layers, outputs):
        row = self.trace.steps[STEP].position - 1

        def shape(layer, scores):
            weights = scores.softmax(-1)
            if layer not in layers:
                return weights
            for head in range(scores.shape[0]) if self.heads is None else self.heads:
                if self.keys is None:
                    weights[head, row:] = 0
                else:
                    hidden = scores[head, row:].clone()
                    hidden[:, self.keys] = -torch.inf
                    weights[head, row:] = hidden.softmax(-1)
            return weights

        return self.literal.next_logits(self.main.inputs, outputs, shape)

    def log_p(self, layers):
        """[vocabulary] at the step."""
        return self.logits(layers, self.trace.output_ids[:STEP]).log_softmax(-1)


def hidden_keys(trace, kind):
    """Picture, prompt and written words among them; or none by name: heads are silent."""
    image = trace.positions("image")
    return None if kind == "silent" else [1, *image[::3].tolist(), trace.first_output]


@pytest.mark.parametrize("kind", ["keys", "silent"])
@pytest.mark.parametrize("layers,heads", [(None, None), ((1, 3), None), ((2,), (0, 3))])
def test_every_number_equals_the_masked_recomputation(model, literal, trace, kind, layers, heads):
    keys = hidden_keys(trace, kind)
    masked = Masked(literal, prepared(model), trace, keys, heads)
    every, target = range(model.info.layers) if layers is None else layers, trace.output_ids[STEP]
    found = sv.knock_out(model, trace, STEP, keys, layers, heads)
    plain, after = masked.log_p(()), masked.log_p(every)
    assert found.before == pytest.approx(float(plain[target]), abs=1e-9)
    assert found.after == pytest.approx(float(after[target]), abs=1e-9) != found.before
    assert len(found.by_layer) == model.info.layers
    for layer, value in enumerate(found.by_layer):
        assert value == pytest.approx(float(masked.log_p((layer,) if layer in every else ())[target]), abs=1e-9)
    for top, scores in ((found.top_before, plain), (found.top_after, after)):
        assert [one.token_id for one in top] == scores.topk(5).indices.tolist()
        assert [one.probability for one in top] == pytest.approx(scores.topk(5).values.exp().tolist(), abs=1e-9)


@pytest.mark.parametrize("kind", ["keys", "silent"])
def test_what_follows_is_greedy_with_the_same_taken_away(model, literal, trace, kind):
    keys = hidden_keys(trace, kind)
    masked, outputs = Masked(literal, prepared(model), trace, keys), list(trace.output_ids[:STEP])
    for _ in range(FOLLOWING):
        outputs.append(int(masked.logits(range(model.info.layers), outputs).argmax()))
        if outputs[-1] in model.stop_ids:
            break
    texts = token_texts(model.tokenizer, outputs, skip_special=True)
    assert sv.knock_out(model, trace, STEP, keys).follows == "".join(texts[STEP:])


@pytest.mark.parametrize(
    "more,sentence",
    [
        ({"keys": [5000]}, "keys must lie in 0"),
        ({"keys": [1], "layers": [50]}, "layers must lie in 0"),
        ({"keys": [1], "heads": [60]}, "heads must lie in 0"),
        ({"keys": None, "heads": [60]}, "heads must lie in 0"),
        ({"keys": [1.5]}, "keys"),
    ],
)
def test_what_is_not_there_is_refused(model, trace, more, sentence):
    with pytest.raises(sv.SaliencyVizError, match=sentence):
        sv.knock_out(model, trace, STEP, **more)


def test_hiding_every_key_one_by_one_is_refused(model, trace):
    with pytest.raises(sv.SaliencyVizError, match="at least one key"):
        sv.knock_out(model, trace, STEP, range(trace.steps[STEP].position))


def test_the_page_is_told_the_same_numbers(model, trace):
    engine = SimpleNamespace(looked=lambda what, name, *given, **more: getattr(sv, what)(model, *given, **more))
    keys = hidden_keys(trace, "keys")
    told = knock_out(engine, "", trace, {"step": STEP, "keys": keys, "layers": [1, 2], "heads": None})
    found = sv.knock_out(model, trace, STEP, keys, (1, 2))
    assert (told["before"], told["after"], told["follows"]) == (found.before, found.after, found.follows)
    assert told["by_layer"] == list(found.by_layer)
    assert told["top_after"] == [[one.token_id, one.text, one.probability] for one in found.top_after]
