"""Alignment of two captions against brute force over all subsequences, and differences against hand sums."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from saliency_viz.figures.rows import metrics
from saliency_viz.figures.rows.alignment import (
    Change,
    align,
    common_subsequence,
    difference,
    shared_keys,
    triangle_difference,
)
from tests.traces import example_trace


def rewritten(trace, ids: dict[int, int]):
    """The trace with other token ids (and texts) at some steps."""
    steps = tuple(
        replace(step, token_id=ids[step.index], text=f" w{ids[step.index]}") if step.index in ids else step
        for step in trace.steps
    )
    return replace(trace, steps=steps)


def longest(first, second) -> int:
    """Length of a longest common subsequence by trying every subsequence of the shorter one."""
    for size in range(len(first), 0, -1):
        for chosen in combinations(first, size):
            rest = iter(second)
            if all(any(item == other for other in rest) for item in chosen):
                return size
    return 0


@pytest.mark.parametrize("seed", range(17))
def test_the_subsequence_is_as_long_as_the_longest_and_is_common(seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = rng.integers(0, 4, 7).tolist(), rng.integers(0, 4, 11).tolist()
    found = common_subsequence(first, second)
    assert len(found) == longest(first, second)
    assert all(first[i] == second[j] for i, j in found)
    assert all(a < c and b < d for (a, b), (c, d) in zip(found, found[1:], strict=False))


def test_equal_captions_have_no_change() -> None:
    found = align(example_trace(), example_trace(seed=3))
    assert found.pairs == tuple((i, i) for i in range(11)) and found.changes == ()


def test_one_other_word_is_one_change_and_still_the_same_place() -> None:
    first = example_trace()
    second = rewritten(first, {5: 777})
    found = align(first, second)
    assert found.changes == (Change((5, 6), (5, 6)),)
    assert (5, 5) not in found.pairs and (5, 5) in found.places and len(found.places) == 11


def test_a_longer_change_has_no_places() -> None:
    first, second = example_trace(steps=7), example_trace(steps=11)
    moved = {2: 991, 3: 992, 4: 993, 5: 994, 6: 102 + 1, 7: 104, 8: 105, 9: 106, 10: 995}
    found = align(first, rewritten(second, moved))  # 100 101 102 103.. against 100 101 x x x x 103 104 105 106 x
    assert found.pairs == ((0, 0), (1, 1), (3, 6), (4, 7), (5, 8), (6, 9))
    assert found.changes == (Change((2, 3), (2, 6)), Change((7, 7), (10, 11)))
    assert found.places == found.pairs


def test_two_models_are_aligned_by_text() -> None:
    first, second = example_trace(), example_trace(words=("The", " other"))
    second = replace(second, model=replace(second.model, name="other"))
    assert align(first, second).pairs == ((0, 0),)  # same ids throughout, one equal text


def test_difference_is_second_minus_first_on_shared_keys() -> None:
    first, second = example_trace(), rewritten(example_trace(seed=1), {5: 777})
    found = difference(first, second, 8, 8)
    a, b = metrics.row(first, 8), metrics.row(second, 8)
    keys = [key for key in range(50) if key != 47]
    assert found.first_keys.tolist() == keys == found.second_keys.tolist()
    np.testing.assert_array_equal(found.values, (b - a)[keys])
    dense = found.on_first()
    assert np.isnan(dense[[47, 50, 51, 52]]).all() and dense[3] == b[3] - a[3]


def test_difference_of_a_run_with_itself_is_zero_and_of_two_tokens_is_their_rows() -> None:
    trace = example_trace()
    assert (difference(trace, trace, 6, 6).values == 0).all()
    found = difference(trace, trace, 9, 4).on_second()
    expected = metrics.row(trace, 4) - metrics.row(trace, 9)
    np.testing.assert_array_equal(found[:46], expected[:46])
    assert np.isnan(found[46:]).all()


def test_keys_move_with_their_tokens_when_captions_shift() -> None:
    first, second = example_trace(steps=7), example_trace(steps=7)
    shifted = rewritten(second, {0: 900, 1: 100, 2: 101, 3: 102, 4: 103, 5: 104, 6: 105})
    keys = shared_keys(first, shifted)
    assert keys[:42].tolist() == [[key, key] for key in range(42)]
    assert keys[42:].tolist() == [[42 + i, 43 + i] for i in range(6)]


def test_image_tokens_are_shared_only_when_they_show_the_same_boxes() -> None:
    first, second = example_trace(), example_trace(grid=(7, 5))
    shared = shared_keys(first, second)
    assert not set(shared[:, 0]) & set(first.positions("image").tolist())
    assert shared[:7, 0].tolist() == [0, 1, 2, 38, 39, 40, 41]


def test_triangle_difference_pairs_places() -> None:
    first, second = example_trace(), rewritten(example_trace(seed=1), {5: 777})
    a, b = metrics.triangle(first), metrics.triangle(second)
    np.testing.assert_array_equal(triangle_difference(first, second, a, b), b - a)
