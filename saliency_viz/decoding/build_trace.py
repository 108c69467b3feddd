"""A run's steps and rows put together as a Trace.

Ignores decoding: it pads rows to a common length and adds what a reader needs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
import transformers
from torch import Tensor

from ..models.token_text import whole_texts
from ..trace import Mark, Span, Step, Trace
from .run_state import Run


def trace_of(run: Run, prompt: str, marks: Mapping[int, Mark] | None = None) -> Trace:
    """Everything observed so far as a Trace; also of a run that was cancelled or that another thread goes on with.

    Steps whose rows are not recorded yet are left out, and rows beyond the steps.
    """
    from .. import __version__

    prepared, model = run.session.prepared, run.session.model
    steps = _with_whole_texts(model.tokenizer, tuple(run.steps[: run.recorded]))
    request, count = prepared.request, len(steps)
    keys = run.first + count
    output = (Span("output", run.first, keys),) if steps else ()
    return Trace(
        model=model.info,
        settings=run.settings,
        prompt=prompt,
        prompt_ids=prepared.prompt_ids,
        prompt_texts=prepared.prompt_texts,
        steps=steps,
        spans=(*prepared.spans, *output),
        target_layers=run.targets,
        pictures=prepared.pictures,
        boxes=prepared.boxes.box,
        box_images=prepared.boxes.image,
        box_scales=prepared.boxes.scale,
        attention=_padded(run.rows.attention[:count], model.info.layers, keys),
        saliency=_padded(run.rows.saliency[:count], model.info.layers, keys),
        saliency_norm=_stacked(run.rows.norm[:count], model.info.layers),
        ended=run.ended,
        seconds=dict(run.seconds),
        versions={"saliency_viz": __version__, "torch": torch.__version__, "transformers": transformers.__version__},
        marks=dict(marks or {}),
        system=request.system if request else None,
        history=request.history if request else (),
        fps=request.fps if request else None,
        times=request.times if request else (),
        frames_per_token=prepared.frames_per_token,
    )


def _with_whole_texts(tokenizer: Any, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps, their texts joining to the decoded caption also where bytes never became a character."""
    ids, texts = [step.token_id for step in steps], [step.text for step in steps]
    whole = whole_texts(tokenizer, ids, texts, skip_special=True)
    return tuple(
        step if step.text == text else replace(step, text=text) for step, text in zip(steps, whole, strict=True)
    )


def _padded(rows: Sequence[Tensor], layers: int, keys: int) -> np.ndarray:
    """Rows [layers, reach] float16 as one array [steps, layers, keys], 0 beyond each row's reach."""
    whole = np.zeros((len(rows), layers, keys), np.float16)
    for index, row in enumerate(rows):
        whole[index, :, : row.shape[1]] = row.numpy()
    return whole


def _stacked(rows: Sequence[Tensor], layers: int) -> np.ndarray:
    return torch.stack(list(rows)).numpy() if rows else np.zeros((0, layers), np.float32)
