"""On a CUDA device: what other files prove on the CPU holds there too. Skipped where there is none.

Ignores speed (dev/gpu_report.py). On a machine without gradio: python -m pytest --noconftest -m gpu tests/test_gpu.py
"""

from __future__ import annotations

import gc

import numpy as np
import pytest
import torch

import saliency_viz as sv
from saliency_viz.decoding.decoders import DECODERS
from saliency_viz.verify.proof import verify
from saliency_viz.verify.report import table
from saliency_viz.verify.subject import subject_of

from . import checkpoints
from .families import BUILDERS, PROMPT, noise

DEVICE = "cuda"
pytestmark = [pytest.mark.gpu, pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")]
COUNT = 11
METHODS = {
    "plain": {},
    "SGRS": {"sgrs": sv.SGRS(alpha=0.95), "sampling": sv.Sampling(1.0, 3)},
    "LocoRE": {"locore": sv.LocoRE()},
    "both": {"sgrs": sv.SGRS(alpha=0.95), "locore": sv.LocoRE()},
}


@pytest.fixture(scope="module", params=BUILDERS)
def folder(request, tmp_path_factory):
    if request.param == "smolvlm":
        pytest.importorskip("num2words")  # of its processor
    return BUILDERS[request.param](tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="module")
def pair(folder):
    """The same checkpoint on the CPU and on the device, in float32 that is float32: convolutions round to TF32 else."""
    before, torch.backends.cudnn.allow_tf32 = torch.backends.cudnn.allow_tf32, False
    yield tuple(sv.load_model(folder, device=device, dtype="float32") for device in ("cpu", DEVICE))
    torch.backends.cudnn.allow_tf32 = before


def passes(model) -> None:
    found = list(verify(subject_of(model, noise(168, 112), PROMPT, COUNT)))
    assert [check.name for check in found if check.status == "failed"] == [], table(found)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_a_random_checkpoint_of_every_family_passes_verify(folder, dtype):
    passes(sv.load_model(folder, device=DEVICE, dtype=dtype))


@pytest.mark.parametrize("method", METHODS)
def test_the_device_writes_what_the_cpu_writes(pair, method):
    settings = {"max_new_tokens": COUNT, **METHODS[method]}
    here, there = (sv.caption(model, noise(168, 112), PROMPT, **settings) for model in pair)
    assert there.output_ids == here.output_ids
    norms = there.saliency_norm / here.saliency_norm
    assert np.abs(norms - 1).max() < 1e-3
    for name in ("attention", "saliency"):  # float16 in a trace
        apart = getattr(there, name).astype(np.float32) - getattr(here, name).astype(np.float32)
        assert np.abs(apart).max() < 2e-3, name
    for ours, theirs in zip(there.steps, here.steps, strict=True):
        assert [judged.token_id for judged in ours.candidates] == [judged.token_id for judged in theirs.candidates]


@pytest.mark.parametrize("name", [row.name for row in DECODERS if row.make is not None])
def test_every_decoder_writes_what_it_writes_on_the_cpu(pair, name):
    found = []
    for model in pair:
        try:
            run = sv.caption(model, noise(168, 112), PROMPT, max_new_tokens=COUNT, decoding=sv.Decoding(name))
            found.append((run.output_ids, ""))
        except sv.SaliencyVizError as refusal:  # a family without what the decoder needs, on either device
            found.append(((), str(refusal)))
    assert found[0] == found[1]


def test_a_run_let_go_leaves_no_memory(tmp_path):
    model = sv.load_model(checkpoints.llava(tmp_path), device=DEVICE)
    held = []
    for _ in range(4):
        stream = sv.stream_caption(model, noise(168, 112), PROMPT, max_new_tokens=COUNT)
        next(iter(stream.events()))
        stream.close()
        del stream
        gc.collect()
        held.append(torch.cuda.memory_allocated())
    assert held[-1] == held[1]  # the first run makes what a device makes once
