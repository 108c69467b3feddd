"""What a kept run counts is what it holds."""

from __future__ import annotations

import pickle
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from saliency_viz.serving.held_bytes import held_bytes
from saliency_viz.serving.run_store import RunStore

from .app_fakes import first_steps
from .traces import example_trace


@pytest.mark.parametrize("steps", [17, 41])
def test_a_trace_s_size_is_what_the_allocator_gave_for_it(steps):
    packed = pickle.dumps(example_trace(steps))
    pickle.loads(packed)  # what is imported or cached by it is there
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    trace = pickle.loads(packed)
    held = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert 0.95 * held < held_bytes(trace) < 1.1 * held + 8192  # names and small numbers are shared with others


def test_what_stands_in_a_value_twice_counts_once_and_a_view_counts_what_it_keeps():
    text, array = "x" * 1000, np.zeros(1000)
    assert held_bytes([text, text]) == held_bytes([text, None])
    assert 8000 < held_bytes(array[:3]) < 8500
    assert held_bytes(np.frombuffer(bytes(1000), np.uint8)) >= 1000


def test_a_growing_run_is_measured_when_it_has_doubled_and_when_it_ends():
    store, whole = RunStore(), example_trace(40)
    grown = [first_steps(whole, count, "running") for count in (5, 9, 10)]
    run_id = store.put(grown[0], "x", "v")
    first = store.bytes
    assert first == held_bytes(grown[0])
    store.put(grown[1], "x", "v", run_id)
    assert store.bytes == first
    store.put(grown[2], "x", "v", run_id)
    assert store.bytes == held_bytes(grown[2])
    store.put(replace(grown[1], ended="cancelled"), "x", "v", run_id)
    assert store.bytes == held_bytes(replace(grown[1], ended="cancelled"))
