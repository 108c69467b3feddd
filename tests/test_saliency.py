"""Eq. 4 and 5 on numbers worked out by hand."""

from __future__ import annotations

import pytest
import torch
from jaxtyping import TypeCheckError

from saliency_viz.saliency import layer_saliency, normalize_matrix, normalize_rows

ATTENTION = torch.tensor([[[0.5, 0.5, 0.0]], [[0.2, 0.8, 0.0]]])  # 2 heads, 1 row, 3 keys
GRADIENT = torch.tensor([[[-2.0, 1.0, 7.0]], [[1.0, -3.0, 7.0]]])


def test_saliency_is_the_absolute_product_summed_over_heads():
    assert layer_saliency(ATTENTION, GRADIENT).tolist() == [pytest.approx([1.2, 2.9, 0.0])]


@pytest.mark.parametrize(
    "fusion,expected", [("sum", [3.7, 5.3, 0.0]), ("max", [3.0, 4.0, 0.0]), ("gradient", [3.0, 4.0, 0.0])]
)
def test_other_fusions_ignore_what_a_row_cannot_see(fusion, expected):
    assert layer_saliency(ATTENTION, GRADIENT, fusion).tolist() == [pytest.approx(expected)]


def test_rows_have_unit_length_and_zeros_stay_zeros():
    normalized, norm = normalize_rows(torch.tensor([[3.0, 4.0], [0.0, 0.0]]))
    assert normalized.tolist() == [pytest.approx([0.6, 0.8]), [0.0, 0.0]]
    assert norm.tolist() == [5.0, 0.0]


def test_the_matrix_has_unit_frobenius_norm():
    assert normalize_matrix(torch.tensor([[2.0, 0.0], [2.0, 1.0]])).tolist() == [
        pytest.approx([2 / 3, 0]),
        pytest.approx([2 / 3, 1 / 3]),
    ]


def test_shapes_in_signatures_are_checked_while_tests_run():
    with pytest.raises(TypeCheckError, match="query key"):
        normalize_matrix(torch.ones(2, 3, 5))
    with pytest.raises(TypeCheckError, match="gradient"):
        layer_saliency(torch.ones(2, 3, 5), torch.ones(2, 3, 7))
