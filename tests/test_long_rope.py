"""LongRoPE crossed in mid-caption: rows are what writing one token after the other makes of them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from transformers import AutoModelForImageTextToText

import saliency_viz as sv
from saliency_viz.decoding.long_rope import limit_of, pieces
from saliency_viz.errors import SettingError
from saliency_viz.models import Request

from . import checkpoints
from .engine import PROMPT, picture
from .reference import relative

COUNT = 13
LATE = 5  # outputs written before the limit


def rope(limit: int) -> dict:
    short = {"short_factor": [1.0, 1.1, 1.2, 1.3, 1.4], "long_factor": [2.0, 3.0, 5.0, 7.0, 11.0]}
    return {
        "rope_type": "longrope",
        "rope_theta": 100.0,
        "original_max_position_embeddings": limit,
        "attention_factor": 1.0,  # else it would depend on the limit
        **short,
    }


@pytest.fixture(scope="module")
def crossing(llava_dir, tmp_path_factory):
    """(folder, model, prompt length): the limit lies LATE outputs after the prompt."""
    plain = sv.load_model(llava_dir, device="cpu")
    first = len(plain.family.prepare(plain, Request((picture(),), PROMPT)).prompt_ids)
    folder = checkpoints.llava(tmp_path_factory.mktemp("long"), rope_parameters=rope(first + LATE))
    return folder, sv.load_model(folder, device="cpu"), first


@pytest.fixture(scope="module")
def trace(crossing):
    return sv.caption(crossing[1], picture(), PROMPT, max_new_tokens=COUNT)


def test_the_limit_is_found_and_no_call_lies_on_both_sides(crossing):
    assert limit_of(crossing[1].config) == crossing[2] + LATE
    assert list(pieces(3, 7, 5)) == [(3, 5), (5, 10)]
    assert list(pieces(3, 7, 3)) == list(pieces(3, 7, 10)) == list(pieces(3, 7, None)) == [(3, 10)]


def test_models_without_it_have_no_limit(llava_dir):
    assert limit_of(sv.load_model(llava_dir, device="cpu").config) is None


@pytest.fixture(scope="module")
def literal(crossing):
    """transformers alone: eager attention over a cache, one call for each token."""
    folder, model, first = crossing
    network = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    inputs = model.family.prepare(model, Request((picture(),), PROMPT)).inputs
    settings = {"return_dict_in_generate": True, "output_attentions": True, "do_sample": False}
    with torch.no_grad():
        return network.eval().generate(**inputs, max_new_tokens=COUNT, **settings)


def test_tokens_and_attention_are_those_of_generate(crossing, trace, literal):
    first = crossing[2]
    assert list(trace.output_ids) == literal.sequences[0, -COUNT:].tolist()
    for index, layers in enumerate(literal.attentions):
        for layer, weights in enumerate(layers):
            row = weights[0, :, -1].mean(0)
            mine = torch.tensor(trace.attention[index, layer, : first + index].astype(np.float32))
            assert relative(mine, row) < 1e-3  # a trace keeps half precision; the wrong factors are off by 0.1 and more


def test_the_limit_matters_here(llava_dir, crossing, trace, tmp_path):
    """The same caption with the short factors throughout has other rows after the limit, so that the tests can fail."""
    far = sv.load_model(checkpoints.llava(tmp_path, rope_parameters=rope(900)), device="cpu")
    other = sv.replay(far, picture(), PROMPT, trace.output_ids)
    apart = abs(other.attention.astype(float) - trace.attention).max(axis=(1, 2))
    assert (apart[: LATE + 1] < 2e-3).all() and (apart[LATE + 1 :] > 0.02).all()


@pytest.mark.parametrize("lookahead", [1, 4, 64])
def test_rows_are_the_same_for_every_chunk(crossing, trace, lookahead):
    again = sv.caption(crossing[1], picture(), PROMPT, max_new_tokens=COUNT, lookahead=lookahead)
    assert again.output_ids == trace.output_ids
    assert np.allclose(again.saliency_norm, trace.saliency_norm, rtol=1e-5)
    assert np.allclose(again.raw_saliency(), trace.raw_saliency(), rtol=2e-3, atol=1e-3 * trace.raw_saliency().max())


def test_a_given_caption_and_a_look_at_one_row_cross_it_too(crossing, trace):
    given = sv.replay(crossing[1], picture(), PROMPT, trace.output_ids)
    assert np.allclose(given.saliency_norm, trace.saliency_norm, rtol=1e-5)
    for step in (LATE - 1, LATE, LATE + 1, COUNT - 1):
        rows = sv.head_rows(crossing[1], trace, step).saliency.sum(axis=1)
        assert np.allclose(np.linalg.norm(rows, axis=1), trace.saliency_norm[step], rtol=1e-5)


def test_sgrs_and_locore_cross_it_at_every_lookahead(crossing):
    settings = {"sgrs": sv.SGRS(alpha=1.0, window=3), "locore": sv.LocoRE(0.7, 3), "sampling": sv.Sampling(1.0, 2)}
    left, right = (
        sv.caption(crossing[1], picture(), PROMPT, max_new_tokens=COUNT, lookahead=lookahead, **settings)
        for lookahead in (1, 6)
    )
    assert left.output_ids == right.output_ids
    assert np.allclose(left.saliency_norm, right.saliency_norm, rtol=1e-5)


def test_one_pass_over_both_sides_is_refused(crossing, trace):
    for step in (0, LATE):
        assert sv.token_matrix(crossing[1], trace, step)[0].shape[-1] == crossing[2] + step
    with pytest.raises(SettingError, match="LongRoPE.* Choose an earlier token"):
        sv.token_matrix(crossing[1], trace, LATE + 1)


def test_a_prompt_beyond_the_limit_has_one_kind_of_keys(tmp_path, trace):
    model = sv.load_model(checkpoints.llava(tmp_path, rope_parameters=rope(11)), device="cpu")
    run = sv.caption(model, picture(), PROMPT, max_new_tokens=3)
    saliency, _ = sv.token_matrix(model, run, 2)
    raw = run.raw_saliency()[2, :, : saliency.shape[-1]]
    assert np.allclose(raw, saliency[:, -1].numpy(), atol=1e-3 * raw.max())
