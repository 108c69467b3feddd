"""Proves a model here: what is drawn of it is what the model does, each number computed another way.

Ignores how it is asked for and printed (command.py, report.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

import torch
from PIL import Image
from transformers import AutoModelForImageTextToText

from .. import attention
from ..memory import free_memory, give_back, guarded
from ..models.base import LVLM
from ..trace import RunSettings, Trace
from . import cost, numbers, pixels, words
from .check import Check, outcome
from .subject import Subject

ADVICE = "Choose a smaller model or picture, or close other programs."
CHECKS = (
    "prompt as the processor makes it",
    "greedy tokens as generate's",
    "rows as one backward each",
    "joined texts as decode's",
    "spans cover prompt and words",
    "boxes lie on their pixels",
    "LocoRE as written",
    "SGRS as written",
    "LongRoPE and windows",
    "memory within the estimate",
    "ms per token",
)


def verify(subject: Subject, tell: Callable[[str], None] = lambda name: None) -> Iterator[Check]:
    """Each check's outcome as it is known. tell: hears the name of the one that begins."""
    for name, check in _checks(subject).items():
        tell(name)
        yield outcome(name, partial(_guarded, check, subject.model.device))
        give_back()


def _guarded(check: Callable[[], Check], device: torch.device) -> Check:
    with guarded(device, ADVICE):
        return check()


def _checks(subject: Subject) -> dict[str, Callable[[], Check]]:
    trace = cache(lambda: subject.caption(RunSettings(subject.tokens)))  # written by the first check that needs it
    made: tuple[Callable[[], Check], ...] = (
        lambda: numbers.prompt_check(subject),
        lambda: _generate(subject, trace()),
        lambda: numbers.rows_check(subject, trace()),
        lambda: words.texts_check(subject, trace()),
        lambda: words.spans_check(subject),
        lambda: pixels.boxes_check(subject),
        lambda: numbers.locore_check(subject),
        lambda: numbers.sgrs_check(subject),
        lambda: cost.limits_check(subject),
        lambda: cost.memory_check(subject),
        lambda: cost.speed_check(subject),
    )
    return dict(zip(CHECKS, made, strict=True))


def _generate(subject: Subject, trace: Trace) -> Check:
    """Against a second, untouched copy of the checkpoint where it fits and nothing was put on the weights; else against
    the same weights with transformers' own attention."""
    model = subject.model
    size = sum(weight.nbytes for weight in model.network.parameters())
    free = free_memory(model.device)
    if model.source is not None and not _changed(model) and (free is None or size * 1.2 < free):
        network = _untouched(model, model.source)
        return numbers.generate_check(subject, network, trace, "a second copy of the checkpoint")
    model.network.set_attn_implementation({"text_config": "sdpa"})
    try:
        return numbers.generate_check(subject, model.network, trace, "the same weights, transformers' attention")
    finally:
        model.network.set_attn_implementation({"text_config": attention.NAME})


def _untouched(model: LVLM, source: str) -> Any:
    """The checkpoint as transformers loads it, beside ours."""
    network: Any = AutoModelForImageTextToText.from_pretrained(
        source, dtype=model.network.dtype, attn_implementation="sdpa", use_safetensors=True, trust_remote_code=False
    )
    return network.requires_grad_(False).eval().to(model.device)


def default_picture() -> Image.Image:
    """The first example scene, or coloured tiles where there are none."""
    from .workload import example_picture

    return example_picture()


def _changed(model: LVLM) -> bool:
    """Whether the weights are not those of the checkpoint alone, or not in one place."""
    return "weights" in model.info.dtype or "adapter" in model.info.dtype or hasattr(model.network, "hf_device_map")
