"""FarSight: registers to the right of every row take attention that would go to the wrong tokens."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ...attention import AttentionFunction
from .contract import Context, Decoder, Parts, Setting


class Registers(AttentionFunction):
    """Scores -sigma k for k = 1..count stand beside each row in its softmax; what they take goes nowhere."""

    prompt = True

    def __init__(self, sigma: float, count: int) -> None:
        steps = torch.arange(1, count + 1, dtype=torch.float64)
        self.log_mass = float((-sigma * steps).logsumexp(0))

    def weights(self, layer: int, rows: range, scores: Tensor, weights: Tensor) -> Tensor:
        """Each row times Z / (Z + registers), Z the softmax's own sum."""
        return weights * torch.sigmoid(scores.logsumexp(-1, keepdim=True) - self.log_mass)


def make(context: Context) -> Parts:
    """The edit of every row and layer; nothing without registers."""
    values = context.values
    if values["registers"] == 0:
        return Parts()
    return Parts(functions=(Registers(values["sigma"], int(values["registers"])),))


DECODER = Decoder(
    name="farsight",
    title="FarSight",
    paper="Tang et al., CVPR 2025, arXiv 2505.16652",
    formula="softmax over a row's scores and those of registers to its right, -sigma k for k = 1..registers; the "
    "registers' part is dropped",
    settings=(
        Setting("sigma", math.log(256) / math.log(1024), 0.0, 100.0, "how fast the registers' scores fall"),
        Setting("registers", 256, 0, 100_000, "how many stand beside a row", whole=True, neutral=0),
    ),
    passes="1",
    reading="In the paper the registers are the upper triangle of the sequence so far, which gives each row other "
    "registers whenever a token is added and forbids a key/value cache; here every row has the same number of them "
    "from the start. The paper's change of positions for the picture is left out.",
    make=make,
)
