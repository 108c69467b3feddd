"""Intervals are those of the binomial where it applies, differences are paired, and Holm's steps are Holm's."""

from __future__ import annotations

import numpy as np
import pytest

from saliency_viz.evaluation.intervals import AT_ONCE, differences, estimates, holm, interval, share, weights

RATE = {"rate": lambda sums: share(sums[..., 0], sums[..., 1])}


def counts(hits: int, images: int) -> np.ndarray:
    return np.stack([np.arange(images) < hits, np.ones(images)], axis=1).astype(float)


def test_the_interval_of_a_share_is_the_binomial_one():
    found = estimates(counts(30, 100), RATE)["rate"]
    half = 1.96 * np.sqrt(0.3 * 0.7 / 100)
    assert found.value == 0.3
    assert (found.low, found.high) == (pytest.approx(0.3 - half, abs=0.02), pytest.approx(0.3 + half, abs=0.02))


def test_the_first_row_of_weights_takes_each_image_once_and_all_take_as_many():
    drawn = weights(7)
    assert (drawn[0] == 1).all() and (drawn.sum(1) == 7).all() and drawn[1:].std() > 0.5


def test_resamples_drawn_together_are_those_drawn_one_by_one():
    for images, resamples in ((7, 23), (AT_ONCE + 3, 2)):
        one_by_one = np.random.default_rng(5)
        for row in weights(images, resamples, seed=5)[1:]:
            assert (row == np.bincount(one_by_one.integers(0, images, images), minlength=images)).all()


def test_images_that_agree_leave_no_doubt_and_no_count_is_no_failure():
    assert str(estimates(np.array([[3.0, 4.0]] * 5), RATE)["rate"]) == "0.75 [0.75, 0.75]"
    assert estimates(np.zeros((3, 2)), RATE)["rate"].value == 0


def test_a_resample_without_a_value_is_left_out():
    assert interval(np.array([0.5, np.nan, 0.2, 0.2])).low == 0.2


def test_a_difference_is_taken_image_by_image():
    here = counts(30, 100)
    one = differences(here, {"same": here.copy()}, RATE)["same"]["rate"]
    assert (one.change.value, one.change.low, one.change.high, one.p) == (0, 0, 0, 1)


def test_seven_images_that_all_change_are_as_rare_as_seven_coins_alike():
    better, worse = counts(0, 7), counts(7, 7)
    one = differences(better, {"worse": worse}, RATE)["worse"]["rate"]
    assert one.change.value == -1
    assert one.p == pytest.approx(2 / 2**7, abs=0.006)


def test_holm_multiplies_the_smallest_by_all_and_never_falls():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1.0, 1.0] and holm([]) == []


def test_every_difference_of_a_table_counts_in_the_correction():
    here, there = counts(0, 11), counts(11, 11)
    found = differences(here, {"a": there, "b": there, "c": here}, RATE)
    assert found["a"]["rate"].holm == pytest.approx(3 * found["a"]["rate"].p)
