"""The loss's gradient and Eq. 4 and 5 on tensors: how much each earlier position mattered to a prediction.

Ignores where attention and gradient come from, and any model. All arithmetic is float32.
"""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor

from .settings import Fusion


def loss_gradient(
    logits: Float[Tensor, "*rows vocabulary"], targets: Int[Tensor, "*rows"], scale: float = 1.0
) -> Float[Tensor, "*rows vocabulary"]:
    """scale * dL/dlogits of each row's L = -log p(target), in the logits' dtype.

    At the target it is minus the sum of all other probabilities: p - 1, which is the same, loses every digit of float32
    where p is near 1, and with them the ratio of the target's pull to the others'.
    """
    probabilities = logits.detach().to(torch.promote_types(logits.dtype, torch.float32)).softmax(-1)
    others = probabilities.scatter(-1, targets[..., None], 0.0)
    return (scale * others.scatter(-1, targets[..., None], -others.sum(-1, keepdim=True))).to(logits.dtype)


def fuse(
    attention: Float[Tensor, "*rows key"], gradient: Float[Tensor, "*rows key"], fusion: Fusion = "product"
) -> Float[Tensor, "*rows key"]:
    """One number per attention entry from A and dL/dA (Eq. 4: |A * dL/dA|; the others are the rules of Fig. 9)."""
    if fusion == "product":
        return (attention * gradient).abs()
    if fusion == "sum":
        return attention.abs() + gradient.abs()
    if fusion == "max":
        return torch.maximum(attention.abs(), gradient.abs())
    return gradient.abs()


def layer_saliency(
    attention: Float[Tensor, "heads query key"],
    gradient: Float[Tensor, "heads query key"],
    fusion: Fusion = "product",
) -> Float[Tensor, "query key"]:
    """How much each position mattered to the prediction at each row: Eq. 4 summed over heads (the numerator of Eq. 5).

    The caller's rows must not reach past their own position (Eq. 4's tril): attention is 0 there, and so is |A * dA|;
    the other fusions are masked by attention being 0.
    """
    fused = fuse(attention, gradient, fusion)
    return (fused if fusion == "product" else fused.masked_fill(attention == 0, 0)).sum(dim=0)


def normalize_rows(
    saliency: Float[Tensor, "*rows key"],
) -> tuple[Float[Tensor, "*rows key"], Float[Tensor, "*rows"]]:
    """Each row divided by its l2 norm, and the norms (Eq. 5 per query row). A row of zeros stays zeros."""
    norm = torch.linalg.vector_norm(saliency, dim=-1)
    return saliency / norm.clamp_min(torch.finfo(saliency.dtype).tiny).unsqueeze(-1), norm


def normalize_matrix(saliency: Float[Tensor, "query key"]) -> Float[Tensor, "query key"]:
    """The whole matrix divided by its Frobenius norm (Eq. 5 to the letter)."""
    return saliency / torch.linalg.matrix_norm(saliency).clamp_min(torch.finfo(saliency.dtype).tiny)
