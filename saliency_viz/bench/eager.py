"""The way without us: one full eager forward and backward for every token, every matrix kept.

Ignores the cache and the other rows: this is what the method costs when written down directly. The picture is encoded
once and its cost is left out, to be fair to this side.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ..attention import NAME
from ..memory import free_memory, size_text
from ..saliency import layer_saliency, normalize_rows
from ..verify.workload import Workload


@dataclass(frozen=True)
class EagerBaseline:
    """prompt: embeddings [1, P0, width] with the picture in place; positions: as the model made them, or None."""

    decoder: Any
    embed: Any
    head: Any
    prompt: Tensor
    positions: Tensor | None
    rope_delta: int

    def rows(self, output: Sequence[int], index: int) -> Tensor:
        """Row-normalised saliency [layers, keys] of the row that predicts output[index], by full autograd."""
        before = torch.tensor([list(output[:index])], device=self.prompt.device, dtype=torch.long)
        hidden = torch.cat([self.prompt, self.embed(before)], dim=1).detach().requires_grad_()
        with torch.enable_grad():
            result = self.decoder(
                inputs_embeds=hidden,
                position_ids=self._positions(index),
                use_cache=False,
                output_attentions=True,
            )
            logits = self.head(result.last_hidden_state[:, -1]).float()
            loss = torch.nn.functional.cross_entropy(logits, torch.tensor([output[index]], device=logits.device))
            gradients = torch.autograd.grad(loss, result.attentions)
        layers = [
            layer_saliency(attention[0].float(), gradient[0].float())[-1]
            for attention, gradient in zip(result.attentions, gradients, strict=True)
        ]
        return normalize_rows(torch.stack(layers))[0]

    def _positions(self, index: int) -> Tensor | None:
        if self.positions is None:
            return None
        length = self.prompt.shape[1]
        more = torch.arange(length, length + index, device=self.prompt.device).expand(*self.positions.shape[:-1], index)
        more = more + self.rope_delta
        if self.positions.shape[0] == 4:  # the first of four axes counts the text and knows no delta
            more = torch.cat([more[:1] - self.rope_delta, more[1:]])
        return torch.cat([self.positions, more], dim=-1)


COPIES = 4  # of a layer's matrix [heads, n, n] float32: what the graph keeps, and gradients


def eager_bytes(work: Workload) -> int:
    """What the matrices of one backward of the last token take at their peak, about."""
    text, keys = work.model.config.get_text_config(), work.first + work.tokens
    return COPIES * 4 * text.num_hidden_layers * text.num_attention_heads * keys**2


def too_large(work: Workload) -> str:
    """Why this way is not measured: it would take more than half of the free memory. "" where it fits."""
    needed, free = eager_bytes(work), free_memory(work.model.device)
    if free is None or needed <= free // 2:
        return ""
    return f"one backward per token left out: it takes {size_text(needed)}, {size_text(free)} are free"


@contextmanager
def eager(work: Workload) -> Iterator[EagerBaseline]:
    """The model with eager attention while the block runs, and as it was afterwards."""
    network = work.model.network
    caught: dict[str, Any] = {}
    hook = network.get_decoder().register_forward_pre_hook(
        lambda module, args, kwargs: caught.update(kwargs), with_kwargs=True
    )
    try:
        with torch.no_grad():
            network(**work.prepared.inputs, use_cache=False, logits_to_keep=1)
    finally:
        hook.remove()
    network.set_attn_implementation({"text_config": "eager"})
    try:
        yield EagerBaseline(
            decoder=network.get_decoder(),
            embed=network.get_input_embeddings(),
            head=network.get_output_embeddings(),
            prompt=caught["inputs_embeds"],
            positions=caught.get("position_ids"),
            rope_delta=work.prepared.rope_delta,
        )
    finally:
        network.set_attn_implementation({"text_config": NAME})
