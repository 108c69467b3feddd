"""A finished trace read again by the model that made it: its request, its prompt, its outputs up to a step.

Ignores what is then looked at (heads.py, logit_lens.py, matrix.py, faithfulness.py).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ..attention import Edits
from ..errors import SettingError
from ..memory import guarded
from ..models.base import LVLM, Message, Prepared, Request
from ..trace import Trace
from ..whole_numbers import index
from .decoders import decoder_parts
from .session import Session

ADVICE = "choose an earlier token, a smaller picture or model, or close other programs."


def checked_step(trace: Trace, step: int) -> int:
    """The step's index, counted from the front. Raises SettingError when there is no such step."""
    return index("step", step, len(trace.steps), " for this trace")


def request_of(trace: Trace) -> Request:
    """The request a trace was made from."""
    images = tuple(picture.image for picture in trace.pictures)
    history = tuple(Message(*turn) for turn in trace.history)
    return Request(images, trace.prompt, trace.system, history, trace.fps)


def prepared_again(model: LVLM, trace: Trace) -> Prepared:
    """The trace's request prepared for this model. Raises SettingError when it is not the model that made it."""
    prepared = model.family.prepare(model, request_of(trace))
    if prepared.prompt_ids != trace.prompt_ids:
        raise SettingError(
            f"This trace was made by {trace.model.name!r}, whose prompt differs from that of {model.info.name!r}. "
            "Load the model that made it."
        )
    return prepared


def edits_of(model: LVLM, prepared: Prepared, trace: Trace) -> Edits:
    """The attention edits of the run: LocoRE's, a person's and its decoder's."""
    functions = decoder_parts(model, prepared, trace.settings).functions
    return Edits(trace.first_output, trace.settings.locore, trace.settings.edits, functions)


def replayed(model: LVLM, trace: Trace, step: int) -> tuple[Session, int]:
    """A session that has read everything up to the row that predicts the step's token, and that row."""
    step = checked_step(trace, step)
    with guarded(model.device, ADVICE.capitalize()):
        prepared = prepared_again(model, trace)
        session = Session(model, prepared, edits_of(model, prepared, trace))
        session.prefill()
        if step:
            session.advance(trace.output_ids[:step])
    return session, trace.steps[step].position - 1


def extended(prepared: Prepared, outputs: tuple[int, ...]) -> dict[str, Any]:
    """The prefill inputs with output tokens behind the prompt."""
    inputs = dict(prepared.inputs)
    ids = inputs["input_ids"]
    first, count = ids.shape[1], len(outputs)
    for name, value in prepared.inputs.items():
        if isinstance(value, Tensor) and value.dim() == 2 and value.shape == ids.shape and name != "input_ids":
            fill = torch.full_like(value[:, :1], 1 if name == "attention_mask" else 0)
            inputs[name] = torch.cat([value, fill.expand(-1, count)], dim=1)
    if "position_ids" in inputs:
        start = first + prepared.rope_delta
        more = torch.arange(start, start + count, device=ids.device)
        inputs["position_ids"] = torch.cat(
            [inputs["position_ids"], more.expand(*inputs["position_ids"].shape[:-1], count)], dim=-1
        )
    inputs["input_ids"] = torch.cat([ids, torch.tensor([list(outputs)], dtype=ids.dtype, device=ids.device)], dim=1)
    return inputs
