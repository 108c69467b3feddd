"""The slow truth: the whole sequence anew for every token, attention written out, one autograd backward for each loss.

Ignores our engine entirely: its own attention function, no cache, nothing detached. What `verify` and the tests hold
the engine against.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import torch
from torch import Tensor
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import eager_mask

from .. import attention
from ..settings import SGRS

NAME = "saliency_viz_literal"
Gain = Callable[[int, int, int, int], Tensor]  # (layer, heads, rows, keys) -> factors that broadcast to them


@dataclass
class Truth:
    """Attention and its gradient for one loss, rows start..: [layers, heads, n - start, n]. logits [vocabulary]."""

    attention: Tensor
    gradient: Tensor
    logits: Tensor

    @property
    def saliency(self) -> Tensor:
        """Eq. 4 summed over heads, [layers, n - start, n]."""
        start = self.attention.shape[-1] - self.attention.shape[-2]
        return (self.attention * self.gradient).abs().sum(1).tril(start)


@dataclass
class Call:
    """What one forward pass is to do, and what it kept: by layer, the attention [1, heads, rows, keys] in the graph."""

    start: int = 0  # rows before it go through SDPA, in the graph too, and are not kept
    gain: Gain | None = None
    renormalize: bool = False
    kept: list[Tensor] = field(default_factory=list)

    def attend(self, layer: int, query: Tensor, key: Tensor, value: Tensor, mask: Tensor, scaling: float) -> Tensor:
        """The heads' outputs [1, heads, query, width], every head with keys of its own."""
        mask = mask[:, :, :, : key.shape[2]]
        scores = query[:, :, self.start :] @ key.transpose(-1, -2) * scaling + mask[:, :, self.start :]
        weights = scores.softmax(-1, dtype=torch.promote_types(scores.dtype, torch.float32))
        if not weights.requires_grad and torch.is_grad_enabled():
            weights = weights.requires_grad_()
        if self.gain is not None:
            factors = self.gain(layer, weights.shape[1], query.shape[2], key.shape[2])[..., self.start :, :]
            weights = weights * factors.to(weights.device, weights.dtype)
            weights = weights / weights.sum(-1, keepdim=True) if self.renormalize else weights
        self.kept.append(weights)
        outputs = weights.to(value.dtype) @ value
        if not self.start:
            return outputs
        plain = torch.nn.functional.scaled_dot_product_attention(
            query[:, :, : self.start], key, value, attn_mask=mask[:, :, : self.start].to(query.dtype), scale=scaling
        )
        return torch.cat([plain, outputs], dim=2)


def _attend(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float | None = None,
    literal: Call | None = None,
    **kwargs: Any,
) -> tuple[Tensor, None]:
    """transformers' attention contract; SDPA where a call brings no orders."""
    if literal is None:
        return sdpa_attention_forward(module, query, key, value, attention_mask, scaling=scaling, **kwargs)
    groups = query.shape[1] // key.shape[1]
    key, value = key.repeat_interleave(groups, 1), value.repeat_interleave(groups, 1)
    assert attention_mask is not None  # eager_mask always makes one
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    heads = literal.attend(module.layer_idx, query, key, value, attention_mask, scale)
    return heads.transpose(1, 2).contiguous(), None


class Literal:
    """A network whose text layers attend as above. Use `attached` to lend it a model's network for a while."""

    def __init__(self, network: Any) -> None:
        AttentionInterface.register(NAME, _attend)
        AttentionMaskInterface.register(NAME, eager_mask)
        self.network = network
        self.renormalize = False

    def truth(
        self, inputs: dict[str, Any], outputs: Sequence[int], target: int, gain: Gain | None = None, start: int = 0
    ) -> Truth:
        """The loss of `target` after prompt and outputs, differentiated by the attention of rows start.."""
        call = Call(start, gain, self.renormalize)
        with torch.inference_mode(False), torch.enable_grad():
            logits = self._logits(inputs, outputs, call)
            # in double: p - 1, which autograd forms here, would lose its digits in float32 where p is near 1
            exact = logits.to("cpu", torch.float64)
            loss = torch.nn.functional.cross_entropy(exact[None], torch.tensor([target]))
            gradients = torch.autograd.grad(loss, call.kept)
        kept = torch.stack([weights[0].detach() for weights in call.kept])
        return Truth(kept, torch.stack([gradient[0] for gradient in gradients]), logits.detach())

    def logits(
        self, inputs: dict[str, Any], outputs: Sequence[int], gain: Gain | None = None, start: int = 0
    ) -> Tensor:
        """What the model predicts after prompt and outputs, [vocabulary]. start: the first row that a gain touches."""
        with torch.no_grad():
            return self._logits(inputs, outputs, Call(start, gain, self.renormalize))

    def greedy(self, inputs: dict[str, Any], count: int, gain: Gain | None = None, start: int = 0) -> list[int]:
        """Tokens by argmax, the whole sequence anew for each."""
        outputs: list[int] = []
        for _ in range(count):
            outputs.append(int(self.logits(inputs, outputs, gain, start).argmax()))
        return outputs

    def _logits(self, inputs: dict[str, Any], outputs: Sequence[int], call: Call) -> Tensor:
        longer = self._inputs(inputs, outputs)
        return self.network(**longer, use_cache=False, logits_to_keep=1, literal=call).logits[0, -1]

    def _inputs(self, inputs: dict[str, Any], outputs: Sequence[int]) -> dict[str, Any]:
        """The processor's inputs with outputs behind the prompt; the model finds rotary positions by itself."""
        ids = inputs["input_ids"]
        longer = {name: self._cast(value) for name, value in inputs.items() if name != "position_ids"}
        for name, value in inputs.items():
            if isinstance(value, Tensor) and value.shape == ids.shape and name != "input_ids":
                fill = torch.full_like(value[:, :1], int(name == "attention_mask")).expand(1, len(outputs))
                longer[name] = torch.cat([value, fill], dim=1)
        longer["input_ids"] = torch.cat([ids, ids.new_tensor([list(outputs)]).reshape(1, -1)], dim=1)
        return longer

    def _cast(self, value: Any) -> Any:
        floats = isinstance(value, Tensor) and value.is_floating_point()
        return value.to(self.network.dtype) if floats else value


@contextmanager
def attached(network: Any) -> Iterator[Literal]:
    """A loaded model's network as Literal while the block runs, and as it was afterwards."""
    literal = Literal(network)
    network.set_attn_implementation({"text_config": NAME})
    try:
        yield literal
    finally:
        network.set_attn_implementation({"text_config": attention.NAME})
        forget_positions(network)


def forget_positions(network: Any) -> None:
    """Take back what Qwen's models keep of a call on themselves."""
    for module in network.modules():
        if getattr(module, "rope_deltas", None) is not None:
            module.rope_deltas = None


def locore_gain(first: int, beta: float, window: int) -> Gain:
    """Eq. 8 and 9 by loops over positions: row P, key j with P0 <= j < P and P - j <= w_s."""

    def gain(layer: int, heads: int, rows: int, keys: int) -> Tensor:
        factors = torch.ones(rows, keys, dtype=torch.float32)
        for row in range(first, rows):
            for key in range(first, row):
                if row - key <= window:
                    factors[row, key] = 1 + beta
        return factors

    return gain


@dataclass(frozen=True)
class Written:
    """A token of `algorithm_1`: what was taken and turned down, with scores (None: no output before) and tau."""

    token: int
    score: float | None
    rejected: tuple[int, ...]
    threshold: float


def algorithm_1(
    literal: Literal,
    inputs: dict[str, Any],
    count: int,
    settings: SGRS,
    layers: Sequence[int],
    candidates: Callable[[Tensor, list[int]], list[int]],
    stop_ids: frozenset[int] = frozenset(),
) -> list[Written]:
    """Algorithm 1 line by line, with Eq. 6 and Eq. 7's window of positions: no cache, one full backward for each
    candidate tried.

    candidates: logits [vocabulary] and the outputs so far to the K candidates in the order of drawing.
    """
    first = inputs["input_ids"].shape[1]
    written: list[Written] = []
    while len(written) < count and not (written and written[-1].token in stop_ids):
        outputs, position = [one.token for one in written], first + len(written)

        @cache  # the best of those that all fell is looked for among scores already known
        def score(candidate: int, outputs: list[int] = outputs, position: int = position) -> float:
            rows = literal.truth(inputs, outputs, candidate, start=position - 1).saliency[list(layers), -1]
            return float((rows / rows.norm(dim=-1, keepdim=True))[:, first:].mean())

        pool = candidates(literal.logits(inputs, outputs, start=first - 1), outputs)
        window = [
            one.score
            for j, one in enumerate(written, first)
            if (position - 1) - j <= settings.window and one.score is not None
        ]
        tau = settings.alpha * sum(window) / len(window) if window else 0.0
        rejected: list[int] = []
        for candidate in pool[: settings.tries]:
            value = score(candidate) if outputs else None
            if value is None or value >= tau:
                written.append(Written(candidate, value, tuple(rejected), tau))
                break
            rejected.append(candidate)
        else:
            best = max(pool, key=score)
            written.append(Written(best, score(best), tuple(rejected), tau))
    return written


def relative(mine: Tensor, truth: Tensor) -> float:
    """Largest difference over the largest true value."""
    truth = truth.double()
    return float((mine.double().to(truth.device) - truth).abs().max() / truth.abs().max().clamp_min(1e-30))
