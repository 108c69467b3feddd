"""Two distributions made one: the formulas of the contrastive decoders, as functions of logits [vocabulary].

Ignores where the logits come from. -inf is a token that may not be taken.
"""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor

Logits = Float[Tensor, "vocabulary"]


def plausible(combined: Logits, main: Logits, beta: float) -> Logits:
    """Adaptive plausibility (VCD, Eq. 6): only tokens with p_main >= beta * max p_main stay. beta 0 keeps all."""
    return combined if beta == 0 else combined.masked_fill(main < main.max() + math.log(beta), -torch.inf)


def contrast(main: Logits, other: Logits, alpha: float, beta: float) -> Logits:
    """(1 + alpha) * main - alpha * other, among the plausible (VCD, Eq. 3; ICD, Eq. 5; SID, Eq. 4)."""
    return plausible((1 + alpha) * main - alpha * other, main, beta)


def add(main: Logits, other: Logits, alpha: float, beta: float) -> Logits:
    """main + alpha * other, among the plausible (RITUAL, Eq. 3; AGLA, Eq. 7)."""
    return plausible(main + alpha * other, main, beta)


def guide(main: Logits, without: Logits, gamma: float, cutoff: float) -> Logits:
    """gamma * log p - (gamma - 1) * log p without the picture, among the plausible (PAI, Eq. 7)."""
    return plausible(gamma * main.log_softmax(-1) - (gamma - 1) * without.log_softmax(-1), main, cutoff)


def manhattan(one: Logits, two: Logits) -> float:
    """Sum over the vocabulary of |p - q|, 0..2 (ONLY, Eq. 9)."""
    return float((one.softmax(-1) - two.softmax(-1)).abs().sum())


def jensen_shannon(one: Float[Tensor, "*rows vocabulary"], two: Float[Tensor, "*rows vocabulary"]) -> Tensor:
    """JSD of two distributions given by logits, in nats, 0..log 2 (DoLa, Eq. 2)."""
    log_p, log_q = one.log_softmax(-1), two.log_softmax(-1)
    log_mean = torch.logaddexp(log_p, log_q) - math.log(2)
    return 0.5 * ((log_p.exp() * (log_p - log_mean)).sum(-1) + (log_q.exp() * (log_q - log_mean)).sum(-1))
