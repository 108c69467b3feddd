"""The recorded attention's written-out gradient, beside autograd's of the same attention."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from saliency_viz.attention import EditProbe, Edits
from saliency_viz.recording import _Attended, _attended, _Rows
from saliency_viz.settings import Edit, LocoRE

HEADS, GROUPS, KEYS, WIDTH, FIRST_OUTPUT = 6, 3, 13, 5, 7
EDITS = {
    "none": None,
    "LocoRE": Edits(FIRST_OUTPUT, LocoRE(beta=0.7, window=3)),
    "LocoRE, renormalised": Edits(FIRST_OUTPUT, LocoRE(beta=0.7, window=3, renormalize=True)),
    "a head's key": Edits(FIRST_OUTPUT, None, (Edit(keys=(2, 11), factor=0.3, heads=(1, 4)),)),
    "both": Edits(FIRST_OUTPUT, LocoRE(beta=0.4, window=2, renormalize=True), (Edit(keys=(8,), factor=1.9),)),
}


def made(rows: int, edits: Edits | None, seed: int = 3) -> tuple[tuple[Tensor, ...], _Rows]:
    """Rows at the end of KEYS positions: (query, own key, own value) for a graph, and what the rows see, in float64."""
    generator = torch.Generator().manual_seed(seed)

    def tensor(*shape: int) -> Tensor:
        return torch.randn(*shape, dtype=torch.float64, generator=generator)

    key, value = tensor(1, GROUPS, KEYS, WIDTH), tensor(1, GROUPS, KEYS, WIDTH)
    start = KEYS - rows
    mask = torch.ones(rows, KEYS, dtype=torch.bool).tril(start)[None, None]
    own = (tensor(1, HEADS, rows, WIDTH), key[:, :, start:].clone(), value[:, :, start:].clone())
    probe = None if edits is None else EditProbe(edits, start)
    return tuple(each.requires_grad_() for each in own), _Rows(0, key, value, mask, 0.37, probe)


@pytest.mark.parametrize("rows", [1, 5])
@pytest.mark.parametrize("name", EDITS)
def test_the_gradient_written_out_is_autograds(name: str, rows: int):
    own, seen = made(rows, EDITS[name])
    towards = torch.randn(1, HEADS, rows, WIDTH, dtype=torch.float64, generator=torch.Generator().manual_seed(5))
    found, truth = [], []
    for attended, gradients in ((_Attended.apply, found), (_attended, truth)):
        outputs, weights = attended(*own, seen, None)
        gradients += [outputs.detach(), weights.detach(), *torch.autograd.grad(outputs, own, towards)]
    for mine, other in zip(found, truth, strict=True):
        assert other.abs().max() > 0.01
        torch.testing.assert_close(mine, other, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", ["none", "both"])
def test_a_batch_of_gradients_is_each_of_them(name: str):
    own, seen = made(1, EDITS[name])
    outputs, _ = _Attended.apply(*own, seen, None)
    towards = torch.randn(7, *outputs.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(11))

    def one(gradient: Tensor) -> tuple[Tensor, ...]:
        return torch.autograd.grad(outputs, own, gradient, retain_graph=True)

    together = torch.vmap(one)(towards)
    for index, gradient in enumerate(towards):
        for mine, other in zip(together, one(gradient), strict=True):
            torch.testing.assert_close(mine[index], other, rtol=1e-10, atol=1e-12)


def test_a_row_sees_its_own_key_and_value_in_the_graph_and_no_other():
    """By finite differences of a row's outputs: its own key and value are moved in the cache's tensors as well."""
    own, seen = made(2, None)
    towards = torch.randn(1, HEADS, 2, WIDTH, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    towards[:, :, 0] = 0  # of the last row only
    outputs, _ = _Attended.apply(*own, seen, None)
    _, at_key, at_value = torch.autograd.grad(outputs, own, towards)
    assert (at_key[:, :, 0] == 0).all() and (at_value[:, :, 0] == 0).all(), "a later row's loss is not in this row"
    step = 1e-6
    for gradient, tensor in ((at_key, seen.key), (at_value, seen.value)):
        for group in range(GROUPS):
            losses = []
            for sign in (1, -1):
                tensor[0, group, -1, 2] += sign * step
                losses.append(float((_Attended.apply(*own, seen, None)[0].detach() * towards).sum()))
                tensor[0, group, -1, 2] -= sign * step
            assert (losses[0] - losses[1]) / (2 * step) == pytest.approx(float(gradient[0, group, 1, 2]), rel=1e-5)


def test_what_was_decoded_is_kept_bit_for_bit_with_the_same_gradient():
    own, seen = made(1, EDITS["LocoRE"])
    decoded = seen.decoded(own[0])
    noisy = decoded + 1e-9
    kept, _ = _Attended.apply(*own, seen, noisy)
    assert torch.equal(kept, noisy)
    plain, _ = _Attended.apply(*own, seen, None)
    torch.testing.assert_close(plain, decoded)
    towards = torch.ones_like(plain)
    for mine, other in zip(
        torch.autograd.grad(kept, own, towards), torch.autograd.grad(plain, own, towards), strict=True
    ):
        assert torch.equal(mine, other)
