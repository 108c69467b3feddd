"""The paper's single-loss matrix equals autograd in every row, and its last row equals the one-pass recording."""

from __future__ import annotations

import pytest
import torch

import saliency_viz as sv
from saliency_viz.decoding import matrix

from .engine import PROMPT, picture, session
from .reference import Reference, locore_gain, relative


@pytest.fixture(scope="module", params=["llava_dir", "llava_full_dir"])
def checkpoint(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def model(checkpoint):
    return sv.load_model(checkpoint, device="cpu", dtype="float64")


@pytest.mark.parametrize("locore", [None, sv.LocoRE(0.5, 3)])
def test_every_row_equals_autograd(model, checkpoint, locore, monkeypatch):
    monkeypatch.setattr(matrix, "BLOCK_BYTES", 4 * 6 * 60 * 7)  # rows in blocks of about 7
    trace = sv.caption(model, picture(), PROMPT, max_new_tokens=7, locore=locore)
    gain = locore_gain(trace.first_output, 0.5, 3) if locore else None
    for step in (0, 5):
        saliency, attention = sv.token_matrix(model, trace, step)
        inputs = session(model).prepared.inputs
        truth = Reference(checkpoint).truth(inputs, trace.output_ids[:step], trace.output_ids[step], gain)
        assert saliency.shape == (5, trace.steps[step].position, trace.steps[step].position)
        assert relative(saliency, truth.saliency) < 1e-11
        assert relative(attention, truth.attention.mean(1)) < 1e-11
        raw = torch.tensor(trace.raw_saliency()[step][:, : saliency.shape[-1]])
        assert relative(raw, saliency[:, -1]) < 2e-3


def test_normalizations_of_the_matrix(model):
    trace = sv.caption(model, picture(), PROMPT, max_new_tokens=3)
    raw, _ = sv.token_matrix(model, trace, 2)
    rows, _ = sv.token_matrix(model, trace, 2, normalization="row")
    whole, _ = sv.token_matrix(model, trace, 2, normalization="matrix")
    for layer in range(5):
        norms = raw[layer].pow(2).sum(-1).sqrt()
        assert relative(rows[layer][norms > 0], raw[layer][norms > 0] / norms[norms > 0, None]) < 1e-12
        assert float(whole[layer].pow(2).sum()) == pytest.approx(1.0)
        assert relative(whole[layer] * raw[layer].pow(2).sum().sqrt(), raw[layer]) < 1e-12


def test_the_size_is_checked_before_the_start(model, monkeypatch):
    trace = sv.caption(model, picture(), PROMPT, max_new_tokens=3)
    monkeypatch.setattr("saliency_viz.memory.free_memory", lambda device: 200_000)
    with pytest.raises(sv.errors.MemoryLimitError, match=r"needs .* 0\.2 MB free: choose an earlier token"):
        sv.token_matrix(model, trace, 1)


@pytest.mark.parametrize("step", [3, -4, 1.5, None])
def test_a_step_that_is_not_there_is_refused(model, step):
    trace = sv.caption(model, picture(), PROMPT, max_new_tokens=3)
    with pytest.raises(sv.errors.SettingError, match=r"step must lie in 0\.\.2"):
        sv.token_matrix(model, trace, step)


def test_a_trace_of_another_model_is_refused(model, llava_dir, llava_full_dir):
    other = sv.load_model(llava_full_dir if model.info.name == llava_dir.name else llava_dir, device="cpu")
    trace = sv.caption(other, picture(), PROMPT, max_new_tokens=2)
    with pytest.raises(sv.errors.SettingError, match="Load the model that made it"):
        sv.token_matrix(model, trace, 1)
