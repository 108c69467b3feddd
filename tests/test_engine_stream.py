"""A stream may be read, stopped and broken off at any moment, from any thread, and holds no more than it keeps."""

from __future__ import annotations

import threading

import pytest
import torch

import saliency_viz as sv
from saliency_viz.decoding.run_state import Rows

from .engine import PROMPT, picture


@pytest.fixture(scope="module")
def model(llava_dir):
    return sv.load_model(llava_dir, device="cpu")


def held(rows: Rows) -> int:
    """Bytes of the storages that kept rows hold on to."""
    kept = [*rows.attention, *rows.saliency, *rows.norm]
    return sum({row.untyped_storage().data_ptr(): row.untyped_storage().nbytes() for row in kept}.values())


def test_sgrs_keeps_the_taken_rows_and_not_those_of_all_candidates(model):
    stream = sv.stream_caption(model, picture(), PROMPT, 9, sgrs=sv.SGRS(top_k=50, alpha=1.0), lookahead=1)
    trace = [stream.trace for _ in stream][-1]
    reached = sum(2 * 2 * trace.model.layers * step.position + 4 * trace.model.layers for step in trace.steps)
    assert held(stream._run.rows) == reached


def test_a_row_written_before_an_interrupt_does_not_lose_the_caption(model, monkeypatch):
    stream = sv.stream_caption(model, picture(), PROMPT, 9)
    add = Rows.add

    def interrupted(rows, *tensors):
        add(rows, *tensors)
        if len(rows.norm) == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr(Rows, "add", interrupted)
    with pytest.raises(KeyboardInterrupt):
        list(stream)
    assert (len(stream.trace.steps), stream.trace.ended) == (3, "cancelled")
    assert stream._run.session.length == 0  # dropped


def test_a_trace_read_between_a_row_and_its_step_is_whole(model, monkeypatch):
    stream = sv.stream_caption(model, picture(), PROMPT, 9)
    add, seen = Rows.add, []

    def read(rows, *tensors):
        add(rows, *tensors)
        seen.append(len(stream.trace.steps))

    monkeypatch.setattr(Rows, "add", read)
    assert len(list(stream)) == len(seen)
    assert seen == list(range(len(seen)))


@pytest.mark.slow
def test_another_thread_may_read_the_trace_and_close_the_stream(model):
    stream = sv.stream_caption(model, picture(), PROMPT, 200, lookahead=1)
    faults, running, over = [], threading.Event(), threading.Event()

    def poll():
        while not over.is_set():
            try:
                trace = stream.trace
                assert len(trace.attention) == len(trace.steps)
            except BaseException as error:
                faults.append(error)
            if stream.trace.steps and not running.is_set():
                running.set()
                stream.close()  # the other thread is inside the generator, or between two steps

    other = threading.Thread(target=poll)
    other.start()
    steps = list(stream)
    over.set()
    other.join()
    assert not faults and running.is_set()
    assert 0 < len(steps) < 200 and stream.trace.ended == "cancelled"


def test_closing_a_generator_that_runs_asks_it_to_stop(model, monkeypatch):
    stream = sv.stream_caption(model, picture(), PROMPT, 30, lookahead=3)
    add = Rows.add

    def close_within(rows, *tensors):
        stream.close()
        add(rows, *tensors)

    monkeypatch.setattr(Rows, "add", close_within)
    assert len(list(stream)) == 3
    assert stream.trace.ended == "cancelled"
    assert torch.is_grad_enabled()
