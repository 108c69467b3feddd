"""Eq. 4 and 5 on numbers worked out by hand."""

from __future__ import annotations

import pytest
import torch
from jaxtyping import Float, TypeCheckError

from saliency_viz.saliency import layer_saliency, loss_gradient, normalize_matrix, normalize_rows

from .shapes import checked_function

ATTENTION = torch.tensor([[[0.5, 0.5, 0.0]], [[0.2, 0.8, 0.0]]])  # 2 heads, 1 row, 3 keys
GRADIENT = torch.tensor([[[-2.0, 1.0, 7.0]], [[1.0, -3.0, 7.0]]])


@pytest.mark.parametrize("lead", [0.0, 3.0, 14.0, 17.0, 20.0], ids=lambda lead: f"ahead by {lead:g}")
def test_the_loss_s_gradient_keeps_its_digits_where_the_token_is_sure(lead):
    """Against autograd in double precision. p - 1 in float32 is off by 6 % at a lead of 14, and 0 from 17 on."""
    logits = torch.randn(3, 7, generator=torch.Generator().manual_seed(5))
    targets = torch.tensor([2, 0, 6])
    logits[range(3), targets] = logits.max() + lead
    exact = logits.double().requires_grad_()
    torch.nn.functional.cross_entropy(exact, targets, reduction="sum").backward()
    found = loss_gradient(logits, targets, 8.0)
    assert found.dtype == torch.float32
    assert (found.double() / (8 * exact.grad) - 1).abs().max() < 1e-5


def test_the_loss_s_gradient_in_half_precision_is_scaled_before_it_is_rounded():
    logits = torch.tensor([[16.0, 0.0]], dtype=torch.float16)
    assert loss_gradient(logits, torch.tensor([0]))[0, 1] == pytest.approx(1.2e-7, rel=0.1)  # a subnormal: 1 bit
    assert loss_gradient(logits, torch.tensor([0]), 1024.0)[0, 1] == pytest.approx(1024 * 1.1253516e-07, rel=2e-3)


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
    normalize_matrix(torch.ones(3, 5))
    with pytest.raises(TypeCheckError, match="query key"):
        normalize_matrix(torch.ones(2, 3, 5))
    with pytest.raises(TypeCheckError, match="gradient"):
        layer_saliency(torch.ones(2, 3, 5), torch.ones(2, 3, 7))


def test_a_result_of_another_shape_than_that_of_the_same_arguments_before_is_found():
    widths = iter((5, 5, 7, 7))

    def made(row: Float[torch.Tensor, "query key"]) -> Float[torch.Tensor, "query key"]:
        return torch.ones(3, next(widths))

    checked = checked_function(made)
    assert checked(torch.ones(3, 5)).shape == checked(torch.ones(3, 5)).shape == (3, 5)
    with pytest.raises(TypeCheckError, match="query key"):
        checked(torch.ones(3, 5))
