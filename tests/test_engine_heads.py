"""One step by head equals autograd."""

from __future__ import annotations

import pytest
import torch

import saliency_viz as sv
from saliency_viz.decoding import head_rows

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


def test_a_step_that_is_not_there_is_refused(model):
    trace = sv.caption(model, picture(), PROMPT, max_new_tokens=2)
    with pytest.raises(sv.errors.SettingError, match=r"0\.\.1"):
        head_rows(model, trace, 2)
