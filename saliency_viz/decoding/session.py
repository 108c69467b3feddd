"""One run's hold on a model: its key/value cache, prefill, decoding steps, and observation of rows already decoded.

Ignores how tokens are chosen. Holds nothing on the model: when the session is dropped, so is everything it made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers.cache_utils import DynamicCache

from ..attention import EditProbe, Edits, at_least_float32, grad_mode
from ..caches import DecodingCache, FrozenCache, GrowingCache, filled
from ..errors import ModelError
from ..models.base import LVLM, Prepared
from ..recording import RecordingProbe
from ..saliency import layer_saliency, loss_gradient, normalize_rows
from ..settings import Fusion
from .long_rope import limit_of, pieces

Tap = Callable[[int, tuple[Tensor, ...]], None]  # first position, the states [1, rows, width] around every layer
LOSS_SCALE = {torch.float16: 1024.0}  # small gradients would vanish in half precision; divided out in float32


@dataclass(frozen=True)
class Observation:
    """What one observing pass saw. attention [rows, layers, keys]: mean over heads. saliency [targets, layers, keys]:
    Eq. 4 summed over heads and divided by the row's l2 norm; norm [targets, layers]. float32, on the CPU; keys beyond
    a row's reach are 0. Layers under the lowest recorded one are missing. fused: as saliency with another fusion rule
    (raw), if asked."""

    attention: Tensor
    saliency: Tensor
    norm: Tensor
    fused: Tensor | None = None


def joined(parts: Sequence[Observation]) -> Observation:
    """Observations of rows that follow each other as one; keys beyond an earlier part's reach are 0."""
    keys = parts[-1].attention.shape[-1]

    def all_of(name: str) -> Tensor:
        tensors = [getattr(part, name) for part in parts]
        return torch.cat([torch.nn.functional.pad(each, (0, keys - each.shape[-1])) for each in tensors])

    fused = None if parts[-1].fused is None else all_of("fused")
    return Observation(all_of("attention"), all_of("saliency"), torch.cat([part.norm for part in parts]), fused)


class Session:
    """A decoding run on one prepared prompt. Positions are absolute; `length` of them are in the cache."""

    def __init__(self, model: LVLM, prepared: Prepared, edits: Edits) -> None:
        self.model, self.prepared, self.edits = model, prepared, edits
        self.ids: list[int] = list(prepared.prompt_ids)  # prompt, then every token fed or about to be
        self.cache = DecodingCache()
        self.tap: Tap | None = None

    @property
    def length(self) -> int:
        """Positions whose keys and values are in the cache."""
        return self.cache.get_seq_length()

    @grad_mode(False)
    def prefill(self) -> Tensor:
        """Run the whole prompt; returns the logits [vocabulary] for the first output.

        Of the prompt's rows only the one that predicts the first output may be edited (but by functions that say
        otherwise) or tapped: it is then run once more.
        """
        extra = {"probe": EditProbe(self.edits, 0)} if self.edits.first_row == 0 else {}
        shown = self.model.shown(self.prepared)
        result = self.model.network(**shown, **self.model.remembering(self.cache), logits_to_keep=1, **extra)
        row = self.length - 1
        if self.edits.of_last_prompt_row() or self.tap is not None:
            last = self.ids[row]
            self.rewind(row)
            return self.advance([last])[-1]
        return result.logits[0, -1]

    @grad_mode(False)
    def advance(self, tokens: Sequence[int]) -> Tensor:
        """Feed tokens at positions length..; returns logits [tokens, vocabulary], row i predicting after token i."""
        start = self.length
        self.ids[start:] = tokens
        rows = []
        for first, stop in self._pieces(start, len(tokens)):
            extra = {"probe": EditProbe(self.edits, first)} if self.edits else {}
            rows.append(self._call(tokens[first - start : stop - start], first, self.cache, **extra).logits[0])
        return rows[0] if len(rows) == 1 else torch.cat(rows)

    def rewind(self, length: int) -> None:
        """Forget everything from position length on."""
        for layer in filled(self.cache):
            layer.keys, layer.values = layer.keys[:, :, :length], layer.values[:, :, :length]
        del self.ids[length:]

    def fork(self, edits: Edits, length: int | None = None) -> Session:
        """A session of its own that has read the same, up to position length; no key or value is copied."""
        other = Session(self.model, self.prepared, edits)
        other.ids, other.cache = list(self.ids), self.cache.fork()
        other.rewind(self.length if length is None else length)
        return other

    def drop(self) -> None:
        """Let go of the cache."""
        self.cache = DecodingCache()

    @grad_mode(True)
    def observe(self, start: int, targets: Sequence[int], lowest: int = 0, fusion: Fusion = "product") -> Observation:
        """Attention and saliency of rows start..start+len(targets)-1, each against its own target, in one pass (in two
        where LongRoPE changes its factors between them)."""
        parts = list(self._pieces(start, len(targets)))
        if len(parts) > 1:
            return joined([self.observe(a, targets[a - start : b - start], lowest, fusion) for a, b in parts])
        probe, logits = self._record(start, len(targets), lowest)
        towards = loss_gradient(logits, torch.tensor(targets, device=logits.device), self.loss_scale)
        gradients = torch.autograd.grad(logits, [record.outputs for record in probe.records.values()], towards)
        return self.collect(probe, [gradient[None] for gradient in gradients], fusion)

    @grad_mode(True)
    def row_gradients(self, row: int, target: int) -> tuple[RecordingProbe, tuple[Tensor, ...]]:
        """One row's records, and the gradient at every layer's head outputs, unscaled, for its loss on target."""
        probe, logits = self._record(row, 1, 0)
        towards = loss_gradient(logits, torch.tensor([target], device=logits.device), self.loss_scale)
        gradients = torch.autograd.grad(logits, [record.outputs for record in probe.records.values()], towards)
        return probe, tuple(at_least_float32(gradient) / self.loss_scale for gradient in gradients)

    @grad_mode(False)
    def hidden_states(self, token: int) -> tuple[tuple[Tensor, ...], Tensor]:
        """Feed one token; returns the states [1, 1, width] of the embedding and after every layer, and the logits
        [vocabulary] that follow. transformers gives the last state after the text model's final norm."""
        start = self.length
        extra = {"probe": EditProbe(self.edits, start)} if self.edits else {}
        self.ids[start:] = [token]
        result = self._call([token], start, self.cache, output_hidden_states=True, **extra)
        return result.hidden_states, result.logits[0, -1]

    def observe_candidates(
        self, row: int, candidates: Sequence[int], lowest: int = 0, fusion: Fusion = "product"
    ) -> Observation:
        """Attention of one row, and its saliency against each candidate: one forward, one batched backward."""
        return self.record_row(row, lowest).observe(candidates, fusion)

    @grad_mode(True)
    def record_row(self, row: int, lowest: int = 0) -> RecordedRow:
        """The forward of a row that is in the cache, with its graph from layer `lowest` up."""
        return RecordedRow(self, *self._record(row, 1, lowest))

    @grad_mode(True)
    def advance_recorded(self, token: int, lowest: int = 0) -> RecordedRow:
        """Feed one token as `advance` does, with the same logits, and hold the row's graph from layer `lowest` up."""
        start = self.length
        self.ids[start:] = [token]
        return RecordedRow(self, *self._record(start, 1, lowest, GrowingCache(self.cache)))

    def _pieces(self, start: int, count: int) -> Iterator[tuple[int, int]]:
        """(start, stop) of the calls that positions start..start+count-1 take."""
        limit = limit_of(self.model.config)
        return pieces(start, count, None if limit is None else limit - self.prepared.rope_delta)

    @property
    def loss_scale(self) -> float:
        return LOSS_SCALE.get(self.model.dtype, 1.0)

    def _record(
        self, start: int, rows: int, lowest: int, growing: GrowingCache | None = None
    ) -> tuple[RecordingProbe, Tensor]:
        """growing: the rows are decoded with it; None: they are in the cache already."""
        cache = FrozenCache(self.cache, start, start + rows) if growing is None else growing
        edits = EditProbe(self.edits, start) if self.edits else None
        probe = RecordingProbe(cache, edits, lowest, decodes=growing is not None)
        logits = self._call(self.ids[start : start + rows], start, cache, probe=probe).logits[0]
        if len(probe.records) != self.model.info.layers - lowest:
            raise ModelError(
                f"Expected attention from {self.model.info.layers - lowest} layers, got {len(probe.records)}: this "
                "model's layers do not all go through transformers' attention interface, so it cannot be recorded."
            )
        return probe, logits

    def _call(self, tokens: Sequence[int], start: int, cache: DynamicCache, **extra: object) -> Any:
        device = self.model.device
        first = start + self.prepared.rope_delta
        if self.tap is not None:
            extra["output_hidden_states"] = True
        result = self.model.network(
            input_ids=torch.tensor([list(tokens)], device=device),
            position_ids=torch.arange(first, first + len(tokens), device=device)[None],
            **self.model.remembering(cache),
            **extra,
        )
        if self.tap is not None:
            self.tap(start, tuple(state.detach() for state in result.hidden_states))
        return result

    @grad_mode(False)
    def collect(self, probe: RecordingProbe, gradients: Sequence[Tensor], fusion: Fusion) -> Observation:
        """gradients: per layer [batch, 1, heads, rows, width]; batch or rows is 1, and the other counts the targets."""
        attention, saliency, fused = [], [], []
        for record, batch in zip(probe.records.values(), gradients, strict=True):
            attention.append(record.attention.mean(0))
            targets = batch[:, 0].transpose(0, 1).flatten(1, 2)[None]
            gradient = record.gradient(targets) / self.loss_scale
            weights = record.attention.expand_as(gradient)
            saliency.append(layer_saliency(weights, gradient))
            if fusion != "product":
                fused.append(layer_saliency(weights, gradient, fusion))
        raw = _in_main_memory(saliency)
        if not torch.isfinite(raw).all():
            raise ModelError(
                f"The gradient in {self.model.info.dtype} is not finite. Expected numbers for every layer. "
                "Load the model with dtype float32 or bfloat16."
            )
        normalized, norm = normalize_rows(raw)
        return Observation(
            attention=_in_main_memory(attention),
            saliency=normalized,
            norm=norm,
            fused=_in_main_memory(fused) if fused else None,
        )


class RecordedRow:
    """One row's forward and its graph: the logits behind the row, and its saliency against any token, time and again.

    logits [vocabulary]: outside the graph, which lives as long as this does.
    """

    def __init__(self, session: Session, probe: RecordingProbe, logits: Tensor) -> None:
        self._session, self._probe, self._logits = session, probe, logits[0]
        self.logits = logits[0].detach()

    @grad_mode(True)
    def observe(self, tokens: Sequence[int], fusion: Fusion = "product") -> Observation:
        """Attention of the row, and its saliency against each token: one batched backward."""
        targets = torch.tensor(list(tokens), device=self._logits.device)
        each = loss_gradient(self._logits.expand(len(tokens), -1), targets, self._session.loss_scale)
        outputs = [record.outputs for record in self._probe.records.values()]
        if len(tokens) == 1:
            found = torch.autograd.grad(self._logits, outputs, each[0], retain_graph=True)
            gradients = [gradient[None] for gradient in found]
        else:

            def one(towards: Tensor) -> tuple[Tensor, ...]:
                return torch.autograd.grad(self._logits, outputs, towards, retain_graph=True)

            gradients = torch.vmap(one)(each)
        return self._session.collect(self._probe, gradients, fusion)


def _in_main_memory(layers: Sequence[Tensor]) -> Tensor:
    """Layers [rows, keys], which may lie on several devices, as one [rows, layers, keys] on the CPU: copied once."""
    return torch.stack([layer.to(layers[0].device) for layer in layers], dim=1).cpu()
