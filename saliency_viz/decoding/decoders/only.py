"""ONLY: one layer's attention with its loudest keys and its visual heads silenced gives the other distribution."""

from __future__ import annotations

import torch
from torch import Tensor

from ...attention import AttentionFunction
from ..session import Session
from .combine import add, contrast, manhattan
from .contract import Context, Decoder, Parts, Setting
from .pictures import image_positions
from .stream import SecondStream


class TextEnhanced(AttentionFunction):
    """In one layer, what a head gives to single keys far above its mean is dropped, of text and picture apart, and then
    heads whose entropy over the text is low beside that over the picture are silenced (Eq. 4-7)."""

    def __init__(self, layer: int, positions: Tensor) -> None:
        self.layers, self.positions = frozenset({layer}), positions

    def weights(self, layer: int, rows: range, scores: Tensor, weights: Tensor) -> Tensor:
        """Row by row: a row's keys are those up to itself."""
        done = [self._row(weights[:, index, : row + 1]) for index, row in enumerate(rows)]
        width = weights.shape[-1]
        return torch.stack([torch.nn.functional.pad(row, (0, width - row.shape[-1])) for row in done], dim=1)

    def _row(self, weights: Tensor) -> Tensor:
        """weights [heads, key] of one row; the first position, the text model's own sink, is left as it is."""
        image = torch.zeros(weights.shape[-1], dtype=torch.bool, device=weights.device)
        image[self.positions.to(weights.device)] = True
        text = ~image
        text[0] = False
        quiet = weights.clone()
        entropies = []
        for kind in (text, image):
            quiet[:, kind] = without_peaks(weights[:, kind])
            entropies.append(entropy(quiet[:, kind]))
        ratio = (entropies[0] / entropies[1]).nan_to_num(posinf=0.0)
        return quiet * (ratio >= ratio.mean())[:, None]


def without_peaks(weights: Tensor) -> Tensor:
    """Weights [heads, key] above mean plus standard deviation of their head at 0."""
    limit = weights.mean(-1, keepdim=True) + weights.std(-1, keepdim=True)
    return weights.masked_fill(weights > limit, 0.0)


def entropy(weights: Tensor) -> Tensor:
    """Of weights [heads, key] scaled to sum to 1, in nats; NaN where all are 0."""
    return torch.special.entr(weights / weights.sum(-1, keepdim=True)).sum(-1)


def combined(main: Tensor, other: Tensor, near: float, far: float, gamma: float, beta: float) -> Tensor:
    """Alike (Manhattan distance under gamma): the other is added; apart: it is taken away (Eq. 8-9)."""
    return add(main, other, near, beta) if manhattan(main, other) < gamma else contrast(main, other, far, beta)


def make(context: Context) -> Parts:
    """A second stream that shares the main one's prompt, all but its last row."""
    values = context.values
    if values["near"] == 0 and values["far"] == 0 and values["beta"] == 0:
        return Parts()
    function = TextEnhanced(int(values["layer"]), image_positions(context.prepared))
    opened: list[Session] = []

    def attach(main: Session, logits: Tensor) -> None:
        opened.append(main.fork(context.other_edits(context.prepared, (function,)), len(main.ids) - 1))

    names = ("near", "far", "gamma", "beta")
    return Parts(
        mixer=SecondStream(opened.pop, lambda main, other: combined(main, other, *(values[name] for name in names))),
        attach=attach,
    )


DECODER = Decoder(
    name="only",
    title="ONLY",
    paper="Wan et al., ICCV 2025, arXiv 2507.00898",
    formula="logits + near logits(text-enhanced) where the two are closer than gamma, else (1 + far) logits - far "
    "logits(text-enhanced); among p >= beta max p",
    settings=(
        Setting("near", 3.0, 0.0, 10.0, "weight where the two distributions are alike", neutral=0.0),
        Setting("far", 1.0, 0.0, 10.0, "weight where they differ", neutral=0.0),
        Setting("gamma", 0.1, 0.0, 2.0, "Manhattan distance that counts as alike"),
        Setting("beta", 0.1, 0.0, 1.0, "least share of the largest probability a token must have", neutral=0.0),
        Setting("layer", 0, 0, 1000, "the layer that is intervened in", whole=True),
    ),
    passes="2",
    reading="The paper sends the layer's changed output almost straight to the last layer, through modules that only "
    "some families have; here the layers above run in full on it, which costs a second pass. A head is silenced when "
    "its ratio of text to picture entropy is below the mean of the heads.",
    make=make,
)
