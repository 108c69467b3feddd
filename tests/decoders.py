"""The slow truth of the decoders: every stream read anew for every token, no cache, eager attention, double precision.

Ignores our engine: attention edits are functions of whole matrices here, and formulas are written out once more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from saliency_viz.models import LVLM, Prepared, Request

from .engine import PROMPT, picture
from .families import FamilyReference

Shape = Callable[[int, Tensor], Tensor]  # (layer, masked scores [heads, n, n]) -> attention


def softmax_only(layer: int, scores: Tensor) -> Tensor:
    """No edit."""
    return scores.softmax(-1)


class Literal(FamilyReference):
    """Next-token logits of the whole sequence, with attention as any function of its scores."""

    shape: Shape = staticmethod(softmax_only)

    @torch.no_grad()
    def next_logits(self, inputs: dict[str, Any], outputs: Sequence[int], shape: Shape = softmax_only) -> Tensor:
        """[vocabulary] after inputs and outputs."""
        return self.run(inputs, outputs, shape).logits[0, -1]

    @torch.no_grad()
    def run(self, inputs: dict[str, Any], outputs: Sequence[int], shape: Shape = softmax_only) -> Any:
        """The model's own result, with every hidden state."""
        self.shape = shape
        self.gain, self.kept = None, []
        self.register()
        return self.network(**self._inputs(inputs, outputs), use_cache=False, output_hidden_states=True)

    def register(self) -> None:
        """Let this reference answer for attention from now on."""
        from transformers import AttentionInterface

        from .reference import NAME

        AttentionInterface.register(NAME, self._attend)

    def _attend(self, module, query, key, value, attention_mask, scaling=None, dropout=0.0, **kwargs):
        groups = query.shape[1] // key.shape[1]
        key, value = key.repeat_interleave(groups, 1), value.repeat_interleave(groups, 1)
        scores = query @ key.transpose(-1, -2) * scaling
        mask = attention_mask[:, :, :, : key.shape[2]]
        scores = scores.masked_fill(mask < torch.finfo(mask.dtype).min / 2, -torch.inf)
        weights = self.shape(module.layer_idx, scores[0])[None]
        self.kept.append(weights)
        return (weights @ value).transpose(1, 2).contiguous(), weights


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
