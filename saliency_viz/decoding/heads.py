"""Every head's attention and saliency in one row: a trace leaves them out for size, so the row is observed again.

Ignores the rest of the caption: it replays the prefix and observes one row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from ..memory import guarded
from ..models.base import LVLM
from ..numeric_state import numeric_state
from ..trace import Trace
from .replay_context import ADVICE, replayed


@dataclass(frozen=True)
class HeadRows:
    """One predicting row by head, float32 [layers, heads, keys]: edited attention, and |A * dL/dA| (Eq. 4, raw)."""

    attention: np.ndarray
    saliency: np.ndarray


@numeric_state()
def head_rows(model: LVLM, trace: Trace, step: int) -> HeadRows:
    """Attention and saliency of every head in the row that predicts a step's token. Raises SaliencyVizError."""
    session, row = replayed(model, trace, step)
    with guarded(model.device, ADVICE.capitalize()):
        probe, gradients = session.row_gradients(row, trace.steps[step].token_id)
        with torch.no_grad():
            attention = [record.attention[:, 0].cpu() for record in probe.records.values()]
            gradient = [
                record.gradient(part)[:, 0].cpu()
                for record, part in zip(probe.records.values(), gradients, strict=True)
            ]
    stacked, differentiated = torch.stack(attention), torch.stack(gradient)
    return HeadRows(stacked.float().numpy(), (stacked * differentiated).abs().float().numpy())
