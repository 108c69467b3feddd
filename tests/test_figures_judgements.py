"""Statistics of marked tokens (Fig. 10, Table 5) against counting pairs and sums by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from saliency_viz.errors import SettingError
from saliency_viz.figures.rows.judgements import Judged, auroc, judged_scores, statistics
from saliency_viz.trace import Mark
from tests.traces import example_trace


def marked(scores: dict[int, float], marks: dict[int, str]):
    trace = example_trace()
    steps = tuple(replace(step, score=scores.get(step.index, step.score)) for step in trace.steps)
    return replace(trace, steps=steps, marks={step: Mark(judgement) for step, judgement in marks.items()})


def pairs(scores: np.ndarray, bad: np.ndarray) -> float:
    """Every (hallucinated, right) pair: 1 where the hallucinated one scores lower, 1/2 where equal."""
    wins = [1.0 if b < g else 0.5 if b == g else 0.0 for b in scores[bad] for g in scores[~bad]]
    return sum(wins) / len(wins)


@pytest.mark.parametrize("seed", range(23))
def test_auroc_equals_counting_every_pair(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 7, 29) / 7  # many ties
    bad = rng.random(29) < 0.3
    bad[:2] = True, False
    assert auroc(scores, bad) == pytest.approx(pairs(scores, bad), abs=1e-12)


def test_auroc_is_one_when_every_hallucination_scores_lower_and_a_half_when_all_are_equal() -> None:
    assert auroc(np.array([0.1, 0.2, 0.3, 0.4]), np.array([True, True, False, False])) == 1
    assert auroc(np.array([0.1, 0.2, 0.3, 0.4]), np.array([False, False, True, True])) == 0
    assert auroc(np.full(5, 0.25), np.array([True, False, True, False, True])) == 0.5


def test_auroc_needs_both_classes() -> None:
    assert auroc(np.array([0.1, 0.2]), np.array([True, True])) is None
    assert auroc(np.zeros(0), np.zeros(0, bool)) is None


def test_marked_tokens_of_several_runs_are_pooled_and_unscored_ones_left_out() -> None:
    first = marked({3: 0.3, 5: 0.5}, {0: "right", 3: "hallucinated", 5: "right"})  # step 0 has no score
    second = marked({7: 0.7}, {7: "right"})
    found = judged_scores([first, second])
    assert found.scores.tolist() == [0.3, 0.5, 0.7]
    assert found.hallucinated.tolist() == [True, False, False]
    assert found.tokens == ((0, 3), (0, 5), (1, 7)) and found.runs == 2


def test_bins_means_and_rates_by_hand() -> None:
    judged = Judged(np.array([0.05, 0.1, 0.3, 0.35, 0.4]), np.array([True, True, True, False, False]), (), 1)
    found = statistics(judged, bins=2)
    assert found.edges == (0.0, 0.2, 0.4)
    assert found.hallucinated_counts == (2, 1) and found.right_counts == (0, 2)  # 0.4 lies in the last bin
    assert found.rates == (1.0, pytest.approx(1 / 3))
    assert found.right_mean == pytest.approx(0.375)
    assert found.right_sd == pytest.approx(0.05 / 2**0.5)  # n - 1
    assert found.hallucinated_mean == pytest.approx(0.15)
    assert found.hallucinated_sd == pytest.approx(((0.1**2 + 0.05**2 + 0.15**2) / 2) ** 0.5)
    assert found.auroc == 1


def test_an_empty_bin_has_no_rate() -> None:
    judged = Judged(np.array([0.1, 0.9]), np.array([True, False]), (), 1)
    rates = statistics(judged, bins=3, top=1.5).rates
    assert rates[:2] == (1.0, 0.0) and np.isnan(rates[2])


def test_nothing_marked_gives_nothing_rather_than_zero() -> None:
    found = statistics(judged_scores(example_trace()))
    assert found.auroc is None and found.right_mean is None and found.hallucinated_sd is None
    assert sum(found.right_counts) == 0 and np.isnan(found.rates).all()


def test_bins_must_be_whole_and_reach_the_largest_score() -> None:
    judged = Judged(np.array([0.5]), np.array([True]), (), 1)
    for wrong in ({"bins": 0}, {"bins": 2.5}, {"top": 0.4}):
        with pytest.raises(SettingError):
            statistics(judged, **wrong)
