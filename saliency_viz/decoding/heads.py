"""What a trace leaves out for size, computed again for one step: every head's row, and what each layer would say.

Ignores the rest of the caption: it replays the prefix and observes one row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from ..attention import Edits, at_least_float32
from ..errors import ModelError, SettingError
from ..memory import guarded
from ..models.base import LVLM
from ..models.text import next_texts
from ..trace import Trace
from .matrix import ADVICE, prepared_again
from .session import Session


@dataclass(frozen=True)
class HeadRows:
    """One predicting row by head, float32 [layers, heads, keys]: edited attention, and |A * dL/dA| (Eq. 4, raw)."""

    attention: np.ndarray
    saliency: np.ndarray


@dataclass(frozen=True)
class LensToken:
    """A token a layer's state would predict, and with what probability."""

    token_id: int
    text: str
    probability: float


def head_rows(model: LVLM, trace: Trace, step: int) -> HeadRows:
    """Attention and saliency of every head in the row that predicts a step's token. Raises SaliencyVizError."""
    session, row = _replayed(model, trace, step)
    with guarded(model.device, ADVICE):
        probe, gradients = session.row_gradients(row, trace.steps[step].token_id)
        with torch.no_grad():
            attention = [record.attention[:, 0].cpu() for record in probe.records.values()]
            gradient = [
                record.gradient(part)[:, 0].cpu()
                for record, part in zip(probe.records.values(), gradients, strict=True)
            ]
    stacked, differentiated = torch.stack(attention), torch.stack(gradient)
    return HeadRows(stacked.float().numpy(), (stacked * differentiated).abs().float().numpy())


def logit_lens(model: LVLM, trace: Trace, step: int, count: int = 5) -> list[list[LensToken]]:
    """Per layer, the count most probable tokens if the network ended there: final norm and output head on its state.

    The last entry is the model's own prediction. Raises ModelError where the text model's final norm is not found.
    """
    session, row = _replayed(model, trace, step)
    norm = getattr(model.network.get_decoder(), "norm", None)
    if norm is None:
        raise ModelError(f"Expected a text model with a final norm. {model.info.name!r} has none: no logit lens.")
    with guarded(model.device, ADVICE), torch.no_grad():
        session.rewind(row)
        states = session.hidden_states(trace.token_ids[row])
        lens = []
        for index, state in enumerate(states[1:]):  # the first is the embedding; the last is already normed
            final = state if index == len(states) - 2 else norm(state)
            p = at_least_float32(model.network.get_output_embeddings()(final)[0, -1]).softmax(-1)
            top = p.topk(count)
            lens.append(
                [
                    _lens_token(model, trace, step, *pair)
                    for pair in zip(top.values.tolist(), top.indices.tolist(), strict=True)
                ]
            )
    return lens


def _lens_token(model: LVLM, trace: Trace, step: int, probability: float, token: int) -> LensToken:
    return LensToken(token, next_texts(model.tokenizer, trace.output_ids[:step], [token])[0], probability)


def _replayed(model: LVLM, trace: Trace, step: int) -> tuple[Session, int]:
    """A session that has read everything up to the row that predicts the step's token, and that row."""
    if not isinstance(step, int) or not 0 <= step < len(trace.steps):
        raise SettingError(f"step must lie in 0..{len(trace.steps) - 1} for this trace. Got {step!r}.")
    with guarded(model.device, ADVICE):
        prepared = prepared_again(model, trace)
        session = Session(model, prepared, Edits(trace.first_output, trace.settings.locore, trace.settings.edits))
        session.prefill()
        if step:
            session.advance(trace.output_ids[:step])
    return session, trace.steps[step].position - 1
