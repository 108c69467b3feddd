"""Rows recorded for a gradient: attention over frozen keys and values, with its own gradient in closed form.

Ignores decoding and what becomes of the rows. By causality the gradient in a row is exactly that of the row's own
loss, for all rows in one backward pass: each row sees its own key and value in the graph, all others as constants.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd.function import Function
from transformers.integrations.sdpa_attention import sdpa_attention_forward

from .attention import EditProbe, apply_mask, at_least_float32, head_outputs, head_scores
from .caches import FrozenCache, GrowingCache


@dataclass
class Record:
    """One layer's kept tensors: attention [heads, query, key] float32, the heads' outputs, and the values they mix."""

    attention: Tensor
    outputs: Tensor
    value: Tensor

    def gradient(self, output_gradient: Tensor) -> Float[Tensor, "heads query key"]:
        """dL/dA = g . V^T, with g the gradient at the heads' outputs [1, heads, query, width]. float32."""
        return head_scores(at_least_float32(output_gradient), at_least_float32(self.value), 1.0)


@dataclass
class RecordingProbe:
    """Observes rows over frozen keys and values: each row sees its own key and value attached, all others detached.

    lowest: the first recorded layer; layers under it need no graph. The layer `lowest` is the graph's leaf. decodes:
    its one row is being decoded, and goes on with what plain decoding computes, bit for bit.
    """

    cache: FrozenCache | GrowingCache
    edits: EditProbe | None = None
    lowest: int = 0
    decodes: bool = False
    records: dict[int, Record] = field(default_factory=dict)

    def attend(
        self, layer: int, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, scaling: float
    ) -> Tensor | None:
        if layer < self.lowest:
            return None if self.edits is None else self.edits.attend(layer, query, key, value, mask, scaling)
        rows = _Rows(layer, key, value, mask, scaling, self.edits)
        own = self.cache.layers[layer]
        decoded = rows.decoded(query) if self.decodes else None
        closed = self.edits is None or not self.edits.functions(layer)
        attended = _Attended.apply if closed else _attended
        outputs, weights = attended(query, own.own_key, own.own_value, rows, decoded)
        if layer == self.lowest:
            outputs = outputs.detach().requires_grad_()
        self.records[layer] = Record(weights.detach(), outputs, value)
        return outputs


@dataclass(frozen=True)
class _Rows:
    """What the rows of one layer see: all keys and values [1, groups, key, width] as they are in the cache."""

    layer: int
    key: Tensor
    value: Tensor
    mask: Tensor | None
    scaling: float
    edits: EditProbe | None

    def decoded(self, query: Tensor) -> Tensor:
        """What `attention_forward` gives for the rows without a recording, outside the graph."""
        with torch.no_grad():
            seen = (query, self.key, self.value, self.mask)
            heads = None if self.edits is None else self.edits.attend(self.layer, *seen, self.scaling)
            if heads is None:
                shared: Any = SimpleNamespace(num_key_value_groups=query.shape[1] // self.key.shape[1])
                heads = sdpa_attention_forward(shared, *seen, scaling=self.scaling)[0].transpose(1, 2)
            return heads


def _attended(
    query: Tensor, own_key: Tensor, own_value: Tensor, seen: _Rows, decoded: Tensor | None
) -> tuple[Tensor, Tensor]:
    """(outputs [1, heads, query, width], weights [heads, query, key]) of attention, for autograd to differentiate:
    with any edit. decoded: the outputs' values, where they are known bit for bit."""
    scores = head_scores(query, seen.key, seen.scaling)
    groups = query.shape[1] // seen.key.shape[1]
    rows, offset = query.shape[2], seen.key.shape[2] - query.shape[2]
    # Differences of 0 in value: they give the diagonal entry the gradient of the row's own key and value.
    own_key = (own_key - own_key.detach()).repeat_interleave(groups, dim=1)[0]
    own_value = (own_value - own_value.detach()).repeat_interleave(groups, dim=1)[0]
    own_scores = (query[0].detach() * own_key).sum(-1) * seen.scaling
    scores = scores.diagonal_scatter(scores.diagonal(offset, -2, -1) + own_scores, offset, -2, -1)
    scores = apply_mask(scores, seen.mask)
    weights = torch.softmax(scores, -1)
    if seen.edits is not None:
        weights = seen.edits.weights(seen.layer, query, seen.key, scores)
    diagonal = torch.arange(rows, device=query.device)
    outputs = head_outputs(weights, seen.value)
    outputs = outputs + weights.detach()[:, diagonal, diagonal + offset, None].to(outputs.dtype) * own_value
    return (outputs if decoded is None else decoded + (outputs - outputs.detach())), weights


class _Attended(Function):
    """`_attended` with its gradient written out: with every edit but those by function.

    Autograd's takes a dozen operations more a layer, and under a batched backward copies all keys and values once for
    each candidate: half of such a backward.
    """

    @staticmethod
    def forward(
        ctx: Any, query: Tensor, own_key: Tensor, own_value: Tensor, seen: _Rows, decoded: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        scores = apply_mask(head_scores(query, seen.key, seen.scaling), seen.mask)
        before, after = (None, None) if seen.edits is None else seen.edits.factors(seen.layer, query, seen.key)
        softmax = torch.softmax(scores if before is None else scores + before.to(scores.dtype).log(), -1)
        weights = softmax if after is None else softmax * after
        ctx.save_for_backward(query, softmax, after, seen.key, seen.value)  # and autograd says if they are written over
        ctx.mark_non_differentiable(weights)
        ctx.seen = seen
        return (head_outputs(weights, seen.value) if decoded is None else decoded.clone()), weights

    @staticmethod
    def backward(ctx: Any, outputs: Tensor, weights: Tensor) -> tuple[Tensor | None, ...]:
        """outputs: the gradient there [1, heads, query, width], or a batch of them under `is_grads_batched`."""
        query, softmax, after, *_ = ctx.saved_tensors
        return (*_Gradient.apply(outputs, query, softmax, after, ctx.seen), None, None)


class _Gradient(Function):
    """The gradient of `_Attended`, once for each of a batch of gradients at its outputs."""

    @staticmethod
    def forward(
        towards: Tensor, query: Tensor, softmax: Tensor, after: Tensor | None, seen: _Rows
    ) -> tuple[Tensor, Tensor, Tensor]:
        """towards [batch, heads, query, width]; returns the gradient at the query, its own key and its own value, each
        with the same batch."""
        (batch, heads, rows, width), groups, keys = towards.shape, seen.key.shape[1], seen.key.shape[2]
        share = heads // groups  # heads that share a key

        def by_group(
            tensor: Tensor,
        ) -> Tensor:  # to [groups, batch, share, query, n]
            return tensor.unflatten(1, (groups, share)).transpose(0, 1)

        def by_head(tensor: Tensor) -> Tensor:
            return tensor.transpose(0, 1).flatten(1, 2)

        flow, attended = by_group(towards), by_group(softmax[None])
        to_weights = (flow.reshape(groups, -1, width) @ seen.value[0].transpose(-1, -2)).to(softmax.dtype)
        to_weights = to_weights.view(groups, batch, share, rows, keys)
        weights = attended
        if after is not None:
            factor = by_group(after.expand_as(softmax)[None].to(softmax.dtype))
            to_weights, weights = to_weights * factor, attended * factor
        to_scores = attended * (to_weights - (attended * to_weights).sum(-1, keepdim=True))
        to_scores = to_scores.to(query.dtype)
        to_query = (to_scores.flatten(1, 3) @ seen.key[0]).view(groups, batch, share, rows, -1) * seen.scaling
        own_scores = to_scores.diagonal(keys - rows, -2, -1)[..., None] * seen.scaling
        own_weights = weights.diagonal(keys - rows, -2, -1)[..., None].to(flow.dtype)
        to_key = (own_scores * by_group(query)).sum(2).transpose(0, 1)
        to_value = (own_weights * flow).sum(2).transpose(0, 1)
        return by_head(to_query), to_key, to_value

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
        """Nothing is kept: there is no gradient of this gradient."""

    @staticmethod
    def vmap(info: Any, in_dims: tuple[int | None, ...], towards: Tensor, *constants: Any) -> tuple[Any, Any]:
        """A batch of gradients at the outputs is more rows for the same keys and values."""
        batch = towards.movedim(in_dims[0] or 0, 0)[:, 0]
        return tuple(part[:, None] for part in _Gradient.forward(batch, *constants)), (0, 0, 0)
