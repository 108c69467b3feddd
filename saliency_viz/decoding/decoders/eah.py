"""EAH: in one shallow layer, the head with the densest sinks on the picture speaks for all heads."""

from __future__ import annotations

import torch
from torch import Tensor

from ...attention import AttentionFunction
from .contract import Context, Decoder, Parts, Setting
from .pictures import image_positions


class Broadcast(AttentionFunction):
    """Rows of the prompt in one layer: the attention of the head that has most sinks among the image keys, in every
    head. The head is chosen when the whole prompt is read."""

    prompt = True

    def __init__(self, layer: int, prompt: int, positions: Tensor, threshold: float) -> None:
        self.layers, self.last, self.positions, self.threshold = frozenset({layer}), prompt, positions, threshold
        self._head: int | None = None

    def weights(self, layer: int, rows: range, scores: Tensor, weights: Tensor) -> Tensor:
        """Rows from the first output on are left as they are."""
        if rows.start == 0:
            self._head = self.densest(weights[:, : self.last, : self.last])
        edited = [index for index, row in enumerate(rows) if row < self.last]
        if self._head is None or not edited:
            return weights
        stop = edited[-1] + 1
        spoken = weights[self._head, None, :stop].expand(weights.shape[0], -1, -1)
        return torch.cat([spoken, weights[:, stop:]], dim=1)

    def densest(self, weights: Tensor) -> int | None:
        """The head with most image keys whose mean attention from the rows after them is above the threshold; the
        first of equals, None where no head has any. weights [heads, prompt, prompt]."""
        below = weights.tril(-1).sum(1)
        rows = torch.arange(weights.shape[1] - 1, -1, -1, device=weights.device).clamp_min(1)
        counts = ((below / rows)[:, self.positions.to(weights.device)] > self.threshold).sum(-1)
        return int(counts.argmax()) if int(counts.max()) else None


def make(context: Context) -> Parts:
    """The edit, unless no head can pass the threshold."""
    values, prepared = context.values, context.prepared
    if values["threshold"] >= 1:
        return Parts()
    function = Broadcast(int(values["layer"]), len(prepared.prompt_ids), image_positions(prepared), values["threshold"])
    return Parts(functions=(function,))


DECODER = Decoder(
    name="eah",
    title="EAH",
    paper="Zhang et al., EMNLP 2025, arXiv 2411.09968",
    formula="in layer `layer`, rows of the prompt: A(h) = A(h*) for every head, h* the head with most image keys whose "
    "mean attention is above threshold",
    settings=(
        Setting("layer", 1, 0, 1000, "the layer, from 0 (the paper's layer two)", whole=True),
        Setting("threshold", 0.0008, 0.0, 1.0, "mean attention that makes a sink", neutral=1.0),
    ),
    passes="1",
    reading="The head is chosen over the whole prompt; the paper does not say what becomes of the rows written after "
    "it, and the authors' code leaves them as they are, as here. Of equally dense heads the first is taken.",
    make=make,
)
