"""A run computes the same whatever the caller set torch to, and leaves it as it was."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import numpy as np
import pytest
import torch

import saliency_viz as sv
from saliency_viz.errors import PromptError
from saliency_viz.numeric_state import numeric_state

from .engine import PROMPT, picture
from .families import BUILDERS, Case


@contextmanager
def default_dtype(dtype):
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


@contextmanager
def default_device(device):
    torch.set_default_device(device)
    try:
        yield
    finally:
        torch.set_default_device(None)


STATES = {
    "bfloat16 by default": lambda: default_dtype(torch.bfloat16),
    "double by default": lambda: default_dtype(torch.float64),
    "autocast": lambda: torch.autocast("cpu", torch.bfloat16),
    "another device by default": lambda: default_device("meta"),
    "inside a device": lambda: torch.device("meta"),
}
ALL = {"sgrs": sv.SGRS(alpha=1.0), "locore": sv.LocoRE(0.7, 3), "sampling": sv.Sampling(1.0, 3)}


def state() -> tuple:
    return torch.get_default_dtype(), torch.empty(0).device, torch.is_autocast_enabled("cpu")


def everything(model) -> dict[str, np.ndarray]:
    """Numbers of every public call on a model; the states must be the same between the steps of a stream."""
    before, kinds = state(), []
    stream = sv.stream_caption(model, picture(), PROMPT, max_new_tokens=5, **ALL)
    for _ in stream:
        kinds.append(state())
    assert kinds and set(kinds) == {before}
    trace = stream.trace
    again = sv.replay(model, picture(), PROMPT, trace.output_ids, locore=ALL["locore"])
    saliency, attention = sv.token_matrix(model, trace, 3)
    heads, lens = sv.head_rows(model, trace, 3), sv.logit_lens(model, trace, 3)
    curves = sv.faithfulness(model, trace, 3, draws=1, fractions=(0, 0.5, 1))
    assert state() == before
    return {
        "ids": np.array(trace.output_ids),
        "probability": np.array([step.probability for step in trace.steps]),
        "rows": trace.saliency,
        "norm": trace.saliency_norm,
        "attention": trace.attention,
        "replayed": again.saliency_norm,
        "matrix": saliency.numpy(),
        "matrix attention": attention.numpy(),
        "heads": heads.saliency,
        "lens": np.array([layer.probability for layer in lens]),
        "deletion": curves.deletion["saliency"],
    }


@pytest.fixture(scope="module")
def plain(llava_dir):
    return everything(sv.load_model(llava_dir, device="cpu"))


@pytest.mark.parametrize("name", STATES)
def test_every_call_gives_the_same_numbers(llava_dir, plain, name):
    """Also when the model is loaded in that state."""
    with STATES[name]():
        before = state()
        found = everything(sv.load_model(llava_dir, device="cpu"))
        assert state() == before
    for what, numbers in plain.items():
        assert np.array_equal(found[what], numbers), what


@pytest.mark.slow
@pytest.mark.parametrize("family", BUILDERS)
def test_every_family_gives_the_same_numbers(family, tmp_path):
    folder = BUILDERS[family](tmp_path)
    plain = everything(Case(family, folder).single)
    for name in ("bfloat16 by default", "autocast", "another device by default"):
        with STATES[name]():
            found = everything(sv.load_model(folder, device="cpu"))
        for what, numbers in plain.items():
            assert np.array_equal(found[what], numbers), (name, what)


@pytest.mark.parametrize("name", STATES)
def test_all_is_as_before_after_an_error_and_after_closing_a_stream(llava_dir, name):
    model = sv.load_model(llava_dir, device="cpu")
    with STATES[name]():
        before = state()
        with pytest.raises(PromptError):
            sv.caption(model, picture(), "a <image>", max_new_tokens=2)
        assert state() == before
        stream = sv.stream_caption(model, picture(), PROMPT, max_new_tokens=5)
        next(iter(stream))
        stream.close()
        assert state() == before


def test_two_threads_share_one_default_type():
    """The first to end must not set it back under the other."""
    inside, leave, seen = threading.Barrier(2), threading.Event(), []

    def short():
        with numeric_state():
            inside.wait(60)
        leave.set()

    def long():
        with numeric_state():
            inside.wait(60)
            leave.wait(60)
            seen.append(torch.get_default_dtype())

    with default_dtype(torch.float64):
        threads = [threading.Thread(target=work) for work in (short, long)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        assert seen == [torch.float32]
        assert torch.get_default_dtype() == torch.float64
