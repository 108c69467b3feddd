"""The attention function registered with transformers: plain SDPA, or what a probe passed by the model call orders.

Ignores decoding and what the numbers mean: it computes attention, with edits. Rows kept for a gradient: recording.py.
`model(..., probe=probe)` reaches every text layer of every family; without a probe the model is unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

from .errors import ModelError
from .settings import Edit, LocoRE

NAME = "saliency_viz"
UNSUPPORTED = ("softcap", "s_aux", "position_bias")  # change the softmax itself; not reproduced by a probe


@runtime_checkable
class Probe(Protocol):
    """What a model call may carry: takes over the attention of every text layer of that call."""

    def attend(
        self, layer: int, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, scaling: float
    ) -> Tensor | None:
        """The heads' outputs [1, heads, query, width], or None to leave this layer to SDPA."""


def register() -> None:
    """Make the function known to transformers, together with a mask of the same name.

    Without the mask of the same name transformers passes no mask at all and causality is silently lost.
    """
    AttentionInterface.register(NAME, attention_forward)
    AttentionMaskInterface.register(NAME, sdpa_mask)


def attention_forward(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    probe: Probe | None = None,
    scaling: float | None = None,
    **kwargs: Any,
) -> tuple[Tensor, None]:
    """transformers' attention contract: query [1, heads, query, width] and so on; returns [1, query, heads, width]."""
    if probe is not None:
        changed = [name for name in UNSUPPORTED if kwargs.get(name) is not None]
        if changed:
            raise ModelError(f"This model's attention uses {', '.join(changed)}, which cannot be recorded exactly.")
        if query.shape[0] != 1:
            raise ModelError(f"A recorded call takes one sequence. Got a batch of {query.shape[0]}.")
        scale = query.shape[-1] ** -0.5 if scaling is None else scaling
        heads = probe.attend(module.layer_idx, query, key, value, attention_mask, scale)
        if heads is not None:
            return heads.transpose(1, 2).contiguous(), None
    return sdpa_attention_forward(module, query, key, value, attention_mask, scaling=scaling, **kwargs)


@contextmanager
def grad_mode(on: bool) -> Iterator[None]:
    """Whether what is computed is recorded for a gradient, whatever mode the caller is in: also under no_grad, and
    under inference_mode, whose tensors no graph may hold."""
    with torch.inference_mode(False), torch.set_grad_enabled(on):
        yield


def at_least_float32(tensor: Tensor) -> Tensor:
    """Half precision raised to float32; double left as it is."""
    return tensor.to(torch.promote_types(tensor.dtype, torch.float32))


def head_scores(
    query: Float[Tensor, "1 heads query width"], key: Float[Tensor, "1 groups key width"], scaling: float
) -> Float[Tensor, "heads query key"]:
    """q.k * scaling for every head, keys shared within a group (grouped-query attention), without copying keys."""
    _, heads, rows, width = query.shape
    groups = key.shape[1]
    grouped = query[0].reshape(groups, heads // groups * rows, width)
    return (grouped @ key[0].transpose(-1, -2)).reshape(heads, rows, key.shape[2]) * scaling


def head_outputs(
    weights: Float[Tensor, "heads query key"], value: Float[Tensor, "1 groups key width"]
) -> Float[Tensor, "1 heads query width"]:
    """The weighted values of every head, in the values' dtype."""
    heads, rows, keys = weights.shape
    groups = value.shape[1]
    grouped = weights.reshape(groups, heads // groups * rows, keys).to(value.dtype)
    return (grouped @ value[0]).reshape(1, heads, rows, value.shape[-1])


def apply_mask(scores: Float[Tensor, "heads query key"], mask: Tensor | None) -> Float[Tensor, "heads query key"]:
    """At least float32 scores with everything a row may not see at -inf. mask: sdpa's (boolean or additive), or None.

    SDPA's mask is None for one row over a cache (it sees all) and for a whole sequence (causal); nothing else.
    """
    scores = at_least_float32(scores)
    rows, keys = scores.shape[-2:]
    if mask is None:
        if rows == 1:
            return scores
        assert rows == keys, f"no mask for {rows} rows over {keys} keys: causality would be lost"
        return scores.masked_fill(~torch.ones(rows, keys, dtype=torch.bool, device=scores.device).tril(), -torch.inf)
    mask = mask[0, :, :, :keys]
    return scores.masked_fill(~mask, -torch.inf) if mask.dtype == torch.bool else scores + mask.to(scores.dtype)


class AttentionFunction:
    """An edit by function: attention as a function of its own scores, which no fixed factor can give.

    layers: those it acts on; None: all. prompt: whether rows of the prompt are edited too; without it only rows from
    the one that predicts the first output on are ever passed. Made anew for each run: it may remember what it saw.
    """

    layers: frozenset[int] | None = None
    prompt: bool = False

    def scores(
        self, layer: int, rows: range, scores: Float[Tensor, "heads query key"]
    ) -> Float[Tensor, "heads query key"]:
        """Scores before the softmax, -inf where a row may not see, of query positions rows."""
        return scores

    def weights(
        self,
        layer: int,
        rows: range,
        scores: Float[Tensor, "heads query key"],
        weights: Float[Tensor, "heads query key"],
    ) -> Float[Tensor, "heads query key"]:
        """What the softmax made of the scores."""
        return weights


@dataclass(frozen=True)
class Edits:
    """The attention edits of a run: factors on post-softmax attention by row and key (Eq. 8-10; decay: Table 6).

    first_output: P0. functions: edits by function; they act between the two kinds of factor. Renormalised factors act
    first (as log-factors before the softmax, which is the same thing), the others multiply what comes out of it.
    """

    first_output: int
    locore: LocoRE | None = None
    edits: tuple[Edit, ...] = ()
    functions: tuple[AttentionFunction, ...] = ()

    def __bool__(self) -> bool:
        return self.locore is not None or bool(self.edits) or bool(self.functions)

    @property
    def first_row(self) -> int:
        """The first row that may be edited: the one that predicts the first output, unless prompt rows are edited."""
        return 0 if any(function.prompt for function in self.functions) else self.first_output - 1

    def of_last_prompt_row(self) -> bool:
        """Whether the row that predicts the first output, and no other of the prompt, may be edited."""
        row = self.first_output - 1
        touched = any(edit.rows is None or row in edit.rows for edit in self.edits)
        return self.first_row == row and (touched or bool(self.functions))

    def factor(
        self, layer: int, rows: Sequence[int], keys: int, heads: int, renormalized: bool, device: torch.device
    ) -> Float[Tensor, "heads_or_one query key"] | None:
        """The product of all factors of one kind at a layer for query positions rows; None if all are 1."""
        total: Tensor | None = None
        if self.locore is not None and self.locore.beta and self.locore.renormalize == renormalized:
            total = self._locore(self.locore, rows, keys, device)
        for edit in self.edits:
            if edit.renormalize == renormalized and (edit.layers is None or layer in edit.layers):
                part = self._edit(edit, rows, keys, heads, device)
                if part is not None:
                    total = part if total is None else total * part
        return total

    def _locore(self, locore: LocoRE, rows: Sequence[int], keys: int, device: torch.device) -> Tensor | None:
        """gamma of Eq. 8: row P raises keys j with P0 <= j < P and P - j <= w_s."""
        gain = None
        for index, row in enumerate(rows):
            start, stop = max(self.first_output, row - locore.window), min(row, keys)
            if start < stop:
                gain = torch.ones(1, len(rows), keys, device=device) if gain is None else gain
                gain[0, index, start:stop] += locore.beta
        return gain

    def _edit(self, edit: Edit, rows: Sequence[int], keys: int, heads: int, device: torch.device) -> Tensor | None:
        chosen = [index for index, row in enumerate(rows) if self._touches(edit, row)]
        if not chosen or edit.factor == 1:
            return None
        columns = [key for key in edit.keys if key < keys]
        which = list(edit.heads) if edit.heads is not None else list(range(heads))
        factor = torch.ones(heads if edit.heads is not None else 1, len(rows), keys, device=device)
        index = torch.tensor(which if edit.heads is not None else [0], device=device)[:, None, None]
        row_index = torch.tensor(chosen, device=device)[None, :, None]
        factor[index, row_index, torch.tensor(columns, dtype=torch.long, device=device)[None, None, :]] = edit.factor
        return factor

    def _touches(self, edit: Edit, row: int) -> bool:
        return row >= self.first_output - 1 if edit.rows is None else row in edit.rows


@dataclass
class EditProbe:
    """Applies edits to rows starts.. of a decoding call, without a gradient."""

    edits: Edits
    start: int
    _cache: dict[Any, Any] = field(default_factory=dict)

    def attend(
        self, layer: int, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, scaling: float
    ) -> Tensor | None:
        """Softmax is untouched by a factor on its result, so one row's factor can ride on the values instead."""
        before, after = self.factors(layer, query, key)
        functions = self.functions(layer)
        if before is None and after is None and not functions:
            return None
        if query.shape[2] == 1 and before is None and after is not None and not functions and after.shape[0] == 1:
            scaled = value * after.reshape(1, 1, -1, 1).to(value.dtype)
            grouped = query.reshape(1, key.shape[1], -1, query.shape[3])  # heads that share a key as rows of it
            heads = torch.nn.functional.scaled_dot_product_attention(
                grouped, key, scaled, attn_mask=mask, scale=scaling
            )
            return heads.reshape(1, query.shape[1], 1, -1)
        return head_outputs(self.weights(layer, query, key, apply_mask(head_scores(query, key, scaling), mask)), value)

    def weights(self, layer: int, query: Tensor, key: Tensor, scores: Tensor) -> Float[Tensor, "heads query key"]:
        """Post-softmax attention with every edit, from masked scores of at least float32."""
        before, after = self.factors(layer, query, key)
        scores = scores if before is None else scores + before.to(scores.dtype).log()
        rows, functions = range(self.start, self.start + scores.shape[1]), self.functions(layer)
        for function in functions:
            scores = function.scores(layer, rows, scores)
        weights = torch.softmax(scores, dim=-1)
        for function in functions:
            weights = function.weights(layer, rows, scores, weights)
        return weights if after is None else weights * after

    def functions(self, layer: int) -> list[AttentionFunction]:
        """The edits by function that act on a layer."""
        return [function for function in self.edits.functions if function.layers is None or layer in function.layers]

    def factors(self, layer: int, query: Tensor, key: Tensor) -> tuple[Tensor | None, Tensor | None]:
        """(renormalised factors, plain factors) of this layer, made once for all layers that share them."""
        heads, rows, keys = query.shape[1], query.shape[2], key.shape[2]
        shared = all(edit.layers is None for edit in self.edits.edits)
        name = (None if shared else layer, query.device)
        if name not in self._cache:
            positions = range(self.start, self.start + rows)
            self._cache[name] = tuple(
                self.edits.factor(layer, positions, keys, heads, renormalized, query.device)
                for renormalized in (True, False)
            )
        return self._cache[name]
