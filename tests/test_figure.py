"""`sv.figure` as a person calls it: the numbers of the trace, and a sentence for what it does not have."""

from __future__ import annotations

import numpy as np
import pytest

import saliency_viz as sv
from saliency_viz.errors import SettingError
from saliency_viz.figures.rows import metrics

from .traces import example_trace

STEP = 6


def test_a_step_is_drawn_on_its_picture_with_the_trace_s_own_rows():
    trace = example_trace()
    heat = sv.figure(trace, step=STEP, kind="saliency", layer="target").data[0]
    by_hand = (
        trace.saliency[STEP, list(trace.target_layers)][:, trace.positions("image")].astype(np.float64).mean(axis=0)
    )
    np.testing.assert_allclose(np.asarray(heat.z).ravel(), by_hand, rtol=1e-6)


def test_one_layer_of_attention_is_that_layer():
    trace = example_trace()
    heat = sv.figure(trace, STEP, "attention", 2).data[0]
    np.testing.assert_allclose(
        np.asarray(heat.z).ravel(), trace.attention[STEP, 2, trace.positions("image")], rtol=1e-6
    )


def test_without_a_step_the_outputs_are_drawn_and_beside_another_run_their_difference():
    first, second = example_trace(), example_trace(seed=1)
    np.testing.assert_array_equal(sv.figure(first).data[0].customdata, metrics.triangle(first))
    heat = sv.figure(first, other=second).data[0]
    assert heat.zmin == -heat.zmax < 0


@pytest.mark.parametrize("what", ["layers", "distance", "scores", "shares"])
def test_every_other_figure_has_marks_to_show(what):
    found = sv.figure(example_trace(), STEP, what=what)
    assert found.data and found.layout.title.text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"what": "pie"}, "what must be one of"),
        ({"what": "image"}, "step must lie in 0..10"),
        ({"step": 11}, "step must lie in 0..10"),
        ({"step": -1}, "step must lie in 0..10"),
        ({"step": 3, "layer": 99}, "layers must be"),
        ({"step": 3, "kind": "hope"}, "kind must be one of"),
        ({"step": 3, "picture": 5}, "pictures"),
        ({"what": "scores", "other": "a run"}, 'what="outputs"'),
    ],
)
def test_what_the_trace_does_not_have_is_refused_with_a_sentence(wrong, said):
    with pytest.raises(SettingError, match=said):
        sv.figure(example_trace(), **wrong)
