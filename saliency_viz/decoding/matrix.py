"""The paper's full single-loss matrix for one token (Fig. 1, 6, 13, 14): every row, every layer, one loss.

Ignores streaming: one full forward and backward that keeps q, k, v and g per layer and forms |A . gV^T| in row blocks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor

from ..attention import (
    EditProbe,
    Edits,
    apply_mask,
    grad_mode,
    head_outputs,
    head_scores,
)
from ..errors import SettingError
from ..memory import guarded, require
from ..models.base import LVLM, Prepared
from ..models.memory.budget import matrix_needs
from ..numeric_state import numeric_state
from ..recording import Record
from ..saliency import layer_saliency, loss_gradient, normalize_matrix, normalize_rows
from ..trace import Trace
from .long_rope import limit_of
from .replay_context import ADVICE, checked_step, edits_of, extended, prepared_again
from .session import LOSS_SCALE

BLOCK_BYTES = 64_000_000  # of float32 scores held at once
Normalization = Literal["none", "row", "matrix"]


@dataclass
class _Kept:
    query: Tensor
    key: Tensor
    value: Tensor
    outputs: Tensor
    mask: Tensor | None
    scaling: float


@dataclass
class MatrixProbe:
    """Keeps what is needed to form attention and its gradient afterwards; edited rows are computed one by one."""

    edits: Edits
    layers: dict[int, _Kept] = field(default_factory=dict)

    def attend(
        self, layer: int, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, scaling: float
    ) -> Tensor:
        """SDPA for all rows, then the rows an edit may touch again with it; the first layer is the graph's leaf."""
        outputs = torch.nn.functional.scaled_dot_product_attention(
            query, *for_all_heads(query, key, value), attn_mask=mask, is_causal=mask is None, scale=scaling
        )
        start = self.edits.first_row
        if self.edits and start < query.shape[2]:
            rows = self.weights(layer, query, key, mask, scaling, start, query.shape[2])
            outputs = torch.cat([outputs[:, :, :start], head_outputs(rows, value)], dim=2)
        if not self.layers:
            outputs = outputs.detach().requires_grad_()
        self.layers[layer] = _Kept(query.detach(), key.detach(), value.detach(), outputs, mask, scaling)
        return outputs

    def weights(
        self, layer: int, query: Tensor, key: Tensor, mask: Tensor | None, scaling: float, start: int, stop: int
    ) -> Tensor:
        """Edited post-softmax attention [heads, stop-start, keys] of rows start..stop-1, float32."""
        rows = query[:, :, start:stop]
        keys = key.shape[2]
        if mask is None:
            positions = torch.arange(keys, device=query.device)
            mask = (positions[None] <= positions[start:stop, None])[None, None]
        else:
            mask = mask[:, :, start:stop, :keys]
        return EditProbe(self.edits, start).weights(layer, rows, key, apply_mask(head_scores(rows, key, scaling), mask))


def for_all_heads(query: Tensor, *shared: Tensor) -> tuple[Tensor, ...]:
    """Keys and values with a copy for every query head. SDPA's enable_gqa needs none, but where no kernel has it (CUDA
    under a mask or in float32, CPUs before torch 2.9) it silently keeps heads x rows x keys for the backward pass."""
    copies = query.shape[1] // shared[0].shape[1]
    return shared if copies == 1 else tuple(part.repeat_interleave(copies, dim=1) for part in shared)


@numeric_state()
def token_matrix(model: LVLM, trace: Trace, step: int, normalization: Normalization = "none") -> tuple[Tensor, Tensor]:
    """(saliency, attention), each [layers, n, n] float32 on the CPU, of the loss of one output token.

    n is the number of positions before the token: row n-1 predicts it. saliency: Eq. 4 summed over heads, raw
    ("none"), per query row ("row") or divided by the whole matrix's Frobenius norm ("matrix", Eq. 5 to the letter).
    attention: mean over heads, edits applied as in the run. Raises MemoryLimitError before the start if it cannot fit.
    """
    if normalization not in ("none", "row", "matrix"):
        raise SettingError(f"normalization must be none, row or matrix. Got {normalization!r}.")
    taken = trace.steps[checked_step(trace, step)]
    for needed, device in zip(matrix_needs(model, taken.position), (model.device, torch.device("cpu")), strict=True):
        require(needed, device, f"The matrix of token {taken.index}", ADVICE)
    with guarded(model.device, ADVICE.capitalize()), grad_mode(True):
        prepared = prepared_again(model, trace)
        _check_one_rope(model, prepared, taken.position)
        probe = MatrixProbe(edits_of(model, prepared, trace))
        logits = model.network(
            **extended(prepared, trace.output_ids[: taken.index]), probe=probe, use_cache=False, logits_to_keep=1
        ).logits[0, -1]
        scale = LOSS_SCALE.get(model.dtype, 1.0)
        towards = loss_gradient(logits, torch.tensor(taken.token_id, device=logits.device), scale)
        found = torch.autograd.grad(logits, [kept.outputs for kept in probe.layers.values()], towards)
        pairs = [_layer(probe, layer, gradient / scale) for layer, gradient in zip(probe.layers, found, strict=True)]
    saliency, attention = (torch.stack(part) for part in zip(*pairs, strict=True))
    if normalization == "row":
        saliency = normalize_rows(saliency)[0]
    if normalization == "matrix":
        saliency = torch.stack([normalize_matrix(layer) for layer in saliency])
    return saliency, attention


def _check_one_rope(model: LVLM, prepared: Prepared, position: int) -> None:
    """Refuse a caption that was written with two kinds of keys: one pass over it has only one. Raises SettingError."""
    limit, delta = limit_of(model.config), prepared.rope_delta
    if limit is not None and len(prepared.prompt_ids) + delta <= limit < position + delta:
        raise SettingError(
            f"From position {limit - delta} on {model.info.name!r} turns keys by other factors (LongRoPE), and this "
            "caption crosses it: one pass over all of it would not be what wrote it. Choose an earlier token."
        )


@grad_mode(False)
def _layer(probe: MatrixProbe, layer: int, gradient: Tensor) -> tuple[Tensor, Tensor]:
    kept = probe.layers[layer]
    heads, rows, keys = kept.query.shape[1], kept.query.shape[2], kept.key.shape[2]
    block = max(1, BLOCK_BYTES // (4 * heads * keys))
    saliency, attention = [], []
    for start in range(0, rows, block):
        stop = min(start + block, rows)
        weights = probe.weights(layer, kept.query, kept.key, kept.mask, kept.scaling, start, stop)
        record = Record(weights, kept.outputs, kept.value)
        saliency.append(layer_saliency(weights, record.gradient(gradient[:, :, start:stop])).cpu())
        attention.append(weights.mean(0).cpu())
    return torch.cat(saliency), torch.cat(attention)
