"""The slow truth of the decoders: every stream read anew for every token, no cache, eager attention, double precision.

Ignores our engine: attention edits are functions of whole matrices here, and formulas are written out once more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from saliency_viz.models import LVLM, Prepared, Request
from saliency_viz.verify.literal import Call

from .engine import PROMPT, picture
from .families import FamilyReference

Shape = Callable[[int, Tensor], Tensor]  # (layer, masked scores [heads, n, n]) -> attention


def softmax_only(layer: int, scores: Tensor) -> Tensor:
    """No edit."""
    return scores.softmax(-1)


@dataclass
class Shaped(Call):
    """A forward pass with attention as a function of its scores."""

    shape: Shape = softmax_only

    def attend(self, layer: int, query: Tensor, key: Tensor, value: Tensor, mask: Tensor, scaling: float) -> Tensor:
        scores = query @ key.transpose(-1, -2) * scaling
        mask = mask[:, :, :, : key.shape[2]]
        scores = scores.masked_fill(mask < torch.finfo(mask.dtype).min / 2, -torch.inf)
        return self.shape(layer, scores[0])[None] @ value


class Literal(FamilyReference):
    """Next-token logits of the whole sequence, with attention as any function of its scores."""

    @torch.no_grad()
    def next_logits(self, inputs: dict[str, Any], outputs: Sequence[int], shape: Shape = softmax_only) -> Tensor:
        """[vocabulary] after inputs and outputs."""
        return self.run(inputs, outputs, shape).logits[0, -1]

    @torch.no_grad()
    def run(self, inputs: dict[str, Any], outputs: Sequence[int], shape: Shape = softmax_only) -> Any:
        """The model's own result, with every hidden state."""
        call = Shaped(shape=shape)
        return self.network(**self._inputs(inputs, outputs), use_cache=False, output_hidden_states=True, literal=call)


def greedy(next_logits: Callable[[list[int]], Tensor], count: int) -> list[int]:
    """Tokens by argmax of a function of the outputs so far."""
    outputs: list[int] = []
    for _ in range(count):
        outputs.append(int(next_logits(outputs).argmax()))
    return outputs


def asked(prompt: str = PROMPT, **more: Any) -> Request:
    """The standard request."""
    return Request((picture(),), prompt, **more)


def prepared(model: LVLM, request: Request | None = None) -> Prepared:
    """The standard request, prepared."""
    return model.family.prepare(model, request or asked())


def image_columns(prepared: Prepared) -> list[int]:
    """Positions of image tokens."""
    return [at for span in prepared.spans if span.kind == "image" for at in range(span.start, span.stop)]


def plausible(combined: Tensor, main: Tensor, beta: float) -> Tensor:
    """Tokens under beta times the largest probability ruled out, by probabilities rather than logits."""
    p = main.softmax(-1)
    return torch.where(p >= beta * p.max(), combined, torch.full_like(combined, -torch.inf)) if beta else combined
