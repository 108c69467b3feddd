"""S and its variants on numbers worked out by hand, and the same from a Trace as SGRS had it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import saliency_viz as sv
from saliency_viz.figures.rows import metrics
from saliency_viz.figures.web.payload import payload
from saliency_viz.scores import VARIANTS, divisor, expected_fall, score
from saliency_viz.settings import SCORES

from .engine import PROMPT, picture
from .traces import example_trace

ROWS = np.arange(21.0).reshape(3, 7)  # layer 0: 0..6, layer 2: 14..20


def test_the_score_is_the_mean_over_target_layers_and_earlier_outputs():
    assert score(ROWS, (0, 2), 2, 4) == (2 + 3 + 16 + 17) / 4
    assert score(ROWS, (1,), 3, 3) is None


def test_each_variant_by_hand():
    found = {kind: score(ROWS, (0, 2), 2, 6, kind, recent=3) for kind in SCORES}
    assert found == {
        "mean": (2 + 3 + 4 + 5 + 16 + 17 + 18 + 19) / 8,
        "sum": (2 + 3 + 4 + 5 + 16 + 17 + 18 + 19) / 2,
        "previous": (5 + 19) / 2,
        "recent": (3 + 4 + 5 + 17 + 18 + 19) / 6,
    }
    assert score(ROWS, (0,), 5, 6, "recent", recent=3) == 5  # fewer outputs than it looks at: those there are


def test_the_variants_are_those_of_the_setting():
    assert tuple(VARIANTS) == SCORES


def test_what_a_variant_divides_by():
    assert [divisor(count) for count in (1, 4, 13)] == [1, 4, 13]
    assert [divisor(count, "recent", 5) for count in (1, 4, 13)] == [1, 4, 5]
    assert {divisor(count, kind) for count in (1, 4, 13) for kind in ("sum", "previous")} == {1}


def test_the_expected_fall_by_hand():
    """Sums over the outputs before: .6, .4 and .8; their mean .6 is spread over 1, 2 and 3 outputs."""
    assert expected_fall([None, 0.6, 0.2, 0.8 / 3]) == pytest.approx((None, 0.6, 0.3, 0.2))
    assert expected_fall([None, 0.6, None, 0.2]) == pytest.approx((None, 0.6, 0.3, 0.2))
    assert expected_fall([None, 1.0, 3.0], "sum") == (None, 2.0, 2.0)
    assert expected_fall([None, 0.2, 0.2, 0.2], "recent", 2) == pytest.approx((None, 1 / 3, 1 / 6, 1 / 6))
    assert expected_fall([None, None]) == (None, None) and expected_fall([]) == ()


def test_outputs_that_all_draw_the_same_in_sum_lie_on_their_expected_fall():
    scores = [None, *(0.7 / count for count in range(1, 23))]
    assert expected_fall(scores) == pytest.approx(scores)


def test_the_page_is_sent_the_expected_fall():
    trace = example_trace(steps=7)
    sums = [step.score * step.index for step in trace.steps[1:]]
    wanted = [None, *(sum(sums) / 6 / index for index in range(1, 7))]
    assert payload(trace)["expected"] == pytest.approx(wanted)
    curve = metrics.score_curve(trace)
    np.testing.assert_allclose(curve.expected[1:], wanted[1:])
    assert curve.top == max(step.score for step in trace.steps[1:])


@pytest.mark.parametrize("kind", SCORES)
def test_the_trace_alone_gives_the_scores_sgrs_had(llava_dir, kind):
    model = sv.load_model(llava_dir, device="cpu")
    settings = sv.SGRS(alpha=0.9, score=kind, recent=3)
    trace = sv.caption(model, picture(), PROMPT, 9, sgrs=settings)
    found = [metrics.score(trace, step) for step in range(9)]
    assert found[0] is None and found[1:] == pytest.approx([step.score for step in trace.steps[1:]], rel=2e-3)
    plain = replace(trace, settings=replace(trace.settings, sgrs=None))
    assert [metrics.score(plain, step, kind, 3) for step in range(9)] == found
