"""The slow truth the engine is checked against: the whole sequence, eager attention, one autograd backward per token.

Ignores our engine entirely: its own attention function, no cache, no detaching, double precision if asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from transformers import AttentionInterface, AttentionMaskInterface, AutoModelForImageTextToText
from transformers.masking_utils import eager_mask

NAME = "reference_for_tests"
Gain = Callable[[int, int, int, int], Tensor]  # (layer, heads, rows, keys) -> factors that broadcast to them


@dataclass
class Truth:
    """Attention and its gradient of one prediction, every row: [layers, heads, n, n], and the logits behind row n-1."""

    attention: Tensor
    gradient: Tensor
    logits: Tensor

    @property
    def saliency(self) -> Tensor:
        """Eq. 4 summed over heads, [layers, n, n]."""
        return (self.attention * self.gradient).abs().sum(1).tril()


class Reference:
    """A fresh copy of a checkpoint with an attention function that keeps its weights in the graph."""

    def __init__(self, directory: Path, dtype: torch.dtype = torch.float64) -> None:
        AttentionInterface.register(NAME, self._attend)
        AttentionMaskInterface.register(NAME, eager_mask)
        self.network = AutoModelForImageTextToText.from_pretrained(directory, dtype=dtype).eval()
        self.network.requires_grad_(False)
        self.network.set_attn_implementation({"text_config": NAME})
        self.gain: Gain | None = None
        self.renormalize = False
        self.kept: list[Tensor] = []

    def truth(self, inputs: dict, outputs: Sequence[int], target: int, gain: Gain | None = None) -> Truth:
        """The loss of `target` after prompt and outputs, differentiated with respect to every attention entry."""
        self.gain, self.kept = gain, []
        AttentionInterface.register(NAME, self._attend)
        with torch.enable_grad():
            logits = self.network(**self._inputs(inputs, outputs), use_cache=False).logits[0, -1]
            loss = torch.nn.functional.cross_entropy(logits[None], torch.tensor([target]))
            gradients = torch.autograd.grad(loss, self.kept)
        attention = torch.stack([weights[0].detach() for weights in self.kept])
        return Truth(attention, torch.stack([gradient[0] for gradient in gradients]), logits.detach())

    def greedy(self, inputs: dict, count: int, gain: Gain | None = None) -> list[int]:
        """Tokens by argmax, the whole sequence anew for each."""
        outputs: list[int] = []
        for _ in range(count):
            self.gain, self.kept = gain, []
            AttentionInterface.register(NAME, self._attend)
            outputs.append(int(self.network(**self._inputs(inputs, outputs), use_cache=False).logits[0, -1].argmax()))
        return outputs

    def _inputs(self, inputs: dict, outputs: Sequence[int]) -> dict:
        ids = inputs["input_ids"]
        longer = torch.cat([ids, torch.tensor([list(outputs)], dtype=ids.dtype)], dim=1)
        pixels = inputs["pixel_values"].to(self.network.dtype)
        return {"input_ids": longer, "pixel_values": pixels, "attention_mask": torch.ones_like(longer)}

    def _attend(self, module, query, key, value, attention_mask, scaling=None, dropout=0.0, **kwargs):
        groups = query.shape[1] // key.shape[1]
        key, value = key.repeat_interleave(groups, 1), value.repeat_interleave(groups, 1)
        scores = query @ key.transpose(-1, -2) * scaling + attention_mask[:, :, :, : key.shape[2]]
        weights = scores.softmax(-1)
        if not weights.requires_grad:
            weights = weights.requires_grad_()
        if self.gain is not None:
            weights = weights * self.gain(module.layer_idx, *weights.shape[1:]).to(weights.dtype)
            weights = weights / weights.sum(-1, keepdim=True) if self.renormalize else weights
        self.kept.append(weights)
        return (weights @ value).transpose(1, 2).contiguous(), weights


def locore_gain(first: int, beta: float, window: int) -> Gain:
    """Eq. 8 and 9 by loops over positions: row P, key j with P0 <= j < P and P - j <= w_s."""

    def gain(layer: int, heads: int, rows: int, keys: int) -> Tensor:
        factors = torch.ones(rows, keys)
        for row in range(first, rows):
            for key in range(first, row):
                if row - key <= window:
                    factors[row, key] = 1 + beta
        return factors

    return gain


def relative(mine: Tensor, truth: Tensor) -> float:
    """Largest difference over the largest true value."""
    return float((mine.double() - truth.double()).abs().max() / truth.double().abs().max())
