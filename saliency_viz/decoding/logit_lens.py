"""The logit lens: what the model would say at a step if it ended after each of its layers.

Ignores how well a middle layer's state fits the last layer's norm and head: early layers may mean little by it.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from ..attention import at_least_float32
from ..errors import ModelError
from ..memory import guarded
from ..models.base import LVLM
from ..models.token_text import next_texts
from ..numeric_state import numeric_state
from ..trace import Trace
from ..whole_numbers import whole
from .replay_context import ADVICE, replayed


@dataclass(frozen=True)
class LensToken:
    """A token a layer's state would predict, and with what probability."""

    token_id: int
    text: str
    probability: float


@dataclass(frozen=True)
class LensLayer:
    """One layer's would-be prediction. top: its most probable tokens, falling. probability and rank (1 is the most
    probable) are those of the token that was written."""

    top: tuple[LensToken, ...]
    probability: float
    rank: int


@numeric_state()
def logit_lens(model: LVLM, trace: Trace, step: int, count: int = 5) -> tuple[LensLayer, ...]:
    """Per layer, what follows if its state at the predicting row goes to the final norm and the output head.

    Probabilities are at temperature 1. The last layer is the model's own prediction, edits included. Raises
    SettingError for a step or count that is not there, ModelError where norm and head are not found or are not all
    that stands between the last layer and the logits.
    """
    vocabulary = model.network.get_output_embeddings().weight.shape[0]
    count = whole("count", count, 1, vocabulary)
    session, row = replayed(model, trace, step)
    norm, head = getattr(model.network.get_decoder(), "norm", None), model.network.get_output_embeddings()
    if norm is None:
        raise ModelError(f"Expected a text model with a final norm. {model.info.name!r} has none: no logit lens.")
    with guarded(model.device, ADVICE.capitalize()), torch.no_grad():
        session.rewind(row)
        (_, *middle, last), own = session.hidden_states(trace.token_ids[row])
        ready = [*(norm(state) for state in middle), last]  # the last state comes out of the norm already
        layers = [at_least_float32(head(state)[0, -1]) for state in ready]
    spread = float(own.float().std())
    if not torch.allclose(layers[-1].float(), own.float(), rtol=0, atol=0.02 * spread):
        raise ModelError(
            f"{model.info.name!r} changes its logits after the output head, so a lens of norm and head alone would "
            "not end in its own prediction. No logit lens for this model."
        )
    return tuple(_layer(model, trace, step, logits.log_softmax(-1), count) for logits in layers)


def _layer(model: LVLM, trace: Trace, step: int, log_probabilities: torch.Tensor, count: int) -> LensLayer:
    top = log_probabilities.topk(count)
    ids = top.indices.tolist()
    texts = next_texts(model.tokenizer, trace.output_ids[:step], ids)
    tokens = zip(ids, texts, top.values.exp().tolist(), strict=True)
    written = log_probabilities[trace.steps[step].token_id]
    rank = int((log_probabilities > written).sum()) + 1
    return LensLayer(tuple(LensToken(*token) for token in tokens), float(written.exp()), rank)
