"""Detection by hand and by brute force: AUROC counts pairs, position is adjusted for, noise adds nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from saliency_viz.evaluation.detection import (
    ADJUSTED,
    POSITION,
    PROBABILITY,
    VERDICTS,
    Mentions,
    S,
    average,
    beside_position,
    claim,
    danger,
    discriminate,
    rate_by_bin,
    spread,
)
from saliency_viz.evaluation.logistic import fit, gain, predicted, standard_ranks
from saliency_viz.figures.rows.judgements import weighted_auroc


def mentions(n: int = 400, seed: int = 0, by_place: float = 1.0, by_class: float = 0.0) -> Mentions:
    """Hallucinations come late; S falls with position (by_place) and, at one place, with the class (by_class)."""
    rng = np.random.default_rng(seed)
    position = rng.integers(1, 41, n).astype(float)
    bad = rng.random(n) < 0.02 + 0.02 * position
    score = np.exp(-by_place * np.log(position) - by_class * bad + 0.1 * rng.standard_normal(n))
    probability = np.clip(0.8 - 0.2 * bad + 0.1 * rng.standard_normal(n), 0.01, 1)
    return Mentions({S: score, POSITION: position, PROBABILITY: probability}, bad, np.repeat(np.arange(n // 4), 4))


def pairs(worse: np.ndarray, bad: np.ndarray) -> float:
    """AUROC by counting every pair."""
    won = [float(a > b) + 0.5 * float(a == b) for a in worse[bad] for b in worse[~bad]]
    return sum(won) / len(won)


def test_auroc_is_the_share_of_pairs_ties_one_half():
    worse = np.array([3.0, 1.0, 3.0, 2.0, 0.0, 1.0, 5.0])
    bad = np.array([True, False, False, True, False, True, False])
    assert weighted_auroc(worse, bad, np.ones((1, 7)))[0] == pytest.approx(pairs(worse, bad)) == pytest.approx(6.0 / 12)


def test_a_weight_is_as_many_copies():
    rng = np.random.default_rng(2)
    worse, bad, times = rng.integers(0, 5, 11).astype(float), rng.random(11) < 0.5, rng.integers(0, 4, 11)
    copies = np.repeat(np.arange(11), times)
    for measure in (weighted_auroc, average):
        copied = measure(worse[copies], bad[copies], np.ones((1, len(copies))))
        assert measure(worse, bad, times[None])[0] == pytest.approx(copied[0])


def test_average_precision_by_hand():
    worse, bad = np.array([4.0, 3.0, 2.0, 1.0]), np.array([True, False, True, False])
    assert average(worse, bad, np.ones((1, 4)))[0] == pytest.approx((1 / 1 + 2 / 3) / 2)
    assert average(np.zeros(4), bad, np.ones((1, 4)))[0] == 0.5
    assert np.isnan(average(worse, np.zeros(4, bool), np.ones((1, 4)))[0])


def test_low_s_and_late_position_count_as_danger():
    few = Mentions({S: np.array([0.1, 0.9]), POSITION: np.array([9.0, 1.0])}, np.array([True, False]), np.arange(2))
    assert discriminate(danger(few, S), few).auroc.value == discriminate(danger(few, POSITION), few).auroc.value == 1


def test_the_interval_is_that_of_the_theory_for_independent_mentions():
    rng = np.random.default_rng(4)
    bad = np.arange(300) < 100
    worse = rng.standard_normal(300) + bad
    free = Mentions({S: -worse}, bad, np.arange(300))
    found = discriminate(worse, free).auroc
    a = found.value
    q1, q2 = a / (2 - a), 2 * a * a / (1 + a)  # Hanley and McNeil 1982
    error = np.sqrt((a * (1 - a) + 99 * (q1 - a * a) + 199 * (q2 - a * a)) / (100 * 200))
    assert (found.high - found.low) / 2 == pytest.approx(1.96 * error, rel=0.15)


def test_copies_of_images_do_not_make_it_surer():
    one = mentions(80)
    twice = one.kept(np.repeat(np.arange(80), 5))
    a, b = (discriminate(danger(part, S), part).auroc for part in (one, twice))
    assert b.value == pytest.approx(a.value) and b.high - b.low == pytest.approx(a.high - a.low, rel=0.1)


def test_s_that_only_falls_with_position_is_called_so():
    found = claim(mentions())
    assert found.scores[S].auroc.low > 0.6 and found.scores[POSITION].auroc.low > 0.6
    assert found.scores[ADJUSTED].auroc.low < 0.5 < found.scores[ADJUSTED].auroc.high
    assert found.verdict == "position" and found.gain.p > 0.01


@pytest.mark.parametrize(
    ("by_class", "by_place", "verdict"),
    [(1.0, 1.0, "holds"), (-0.3, 1.0, "position reversed"), (-1.0, 0.0, "reversed"), (0.0, 0.0, "no")],
)
def test_the_verdict_follows_what_was_built_in(by_class, by_place, verdict):
    found = claim(mentions(by_class=by_class, by_place=by_place, seed=3))
    assert (found.verdict, verdict in VERDICTS) == (verdict, True)
    if by_class:
        assert found.gain.p < 0.01 and np.sign(found.gain.coefficient) == -np.sign(by_class)


def test_adjusting_leaves_nothing_of_position_within_a_class():
    part = mentions(by_class=0.7)
    left, place = beside_position(part), standard_ranks(part.scores[POSITION])
    total = sum(
        ((left[g] - left[g].mean()) * (place[g] - place[g].mean())).sum()
        for g in (part.hallucinated, ~part.hallucinated)
    )
    assert total == pytest.approx(0, abs=1e-9)


def test_under_ten_a_class_nothing_is_said():
    part = mentions()
    order = np.argsort(~part.hallucinated, kind="stable")
    few = part.kept(order[: part.hallucinated.sum() + 9])
    assert (claim(few).verdict, claim(few).gain, claim(few).right) == ("few", None, 9)
    assert claim(part.kept(part.hallucinated)).scores == {}
    assert claim(part.kept(np.zeros(len(part), bool))).verdict == "few"


def test_mentions_without_a_score_are_left_out_of_every_comparison():
    part = mentions()
    holes = part.scores[S].copy()
    holes[:7] = np.nan
    found = claim(replace(part, scores={**part.scores, S: holes}))
    assert found.right + found.hallucinated == len(part) - 7
    assert found.scores[POSITION].right == found.right


def test_mean_and_deviation_by_class():
    part = Mentions({S: np.array([1.0, 3.0, 10.0])}, np.array([False, False, True]), np.arange(3))
    found = spread(part, part.scores[S])
    assert found.right == (2.0, pytest.approx(np.sqrt(2))) and found.hallucinated[0] == 10


def test_bins_hold_every_mention_once_and_rates_are_shares():
    part = mentions()
    for equal in (False, True):
        found = rate_by_bin(part, bins=5, equal_counts=equal)
        assert sum(one.count for one in found) == len(part)
        bad = sum(one.rate.value * one.count for one in found if one.rate)
        assert bad == pytest.approx(part.hallucinated.sum())
        assert sum(one.by_position * one.count for one in found if one.rate) == pytest.approx(bad, rel=1e-6)
    assert {one.count for one in rate_by_bin(part, bins=5, equal_counts=True)} == {80}


def test_logistic_regression_solves_its_equations():
    rng = np.random.default_rng(1)
    features = rng.standard_normal((200, 2))
    outcome = rng.random(200) < 1 / (1 + np.exp(-features @ [1.0, -2.0] - 0.5))
    at, likelihood = fit(features, outcome)
    chance = predicted(features, outcome)
    assert np.column_stack([np.ones(200), features]).T @ (outcome - chance) == pytest.approx(0, abs=1e-4)
    assert likelihood == pytest.approx((np.log(np.where(outcome, chance, 1 - chance))).sum())
    alone, _ = fit(np.zeros((200, 0)), outcome)
    assert alone[0] == pytest.approx(np.log(outcome.mean() / (1 - outcome.mean())))


def test_the_likelihood_ratio_of_noise_is_chi_squared():
    rng = np.random.default_rng(5)
    outcome = rng.random(150) < 0.4
    p = [gain(rng.standard_normal(150), [rng.standard_normal(150)], outcome).p for _ in range(200)]
    assert np.mean(np.array(p) < 0.5) == pytest.approx(0.5, abs=0.12)
    assert gain(rng.standard_normal(150) + 2 * outcome, [], outcome).p < 1e-6


def test_separated_classes_stay_finite():
    outcome = np.arange(40) < 20
    found = gain(np.arange(40.0), [np.arange(40.0) % 7], outcome)
    assert np.isfinite(found.likelihood_ratio) and found.p < 1e-6 and found.coefficient < 0
