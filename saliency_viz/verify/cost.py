"""What it costs here: peak memory against the estimate, milliseconds for each token, and limits that were crossed.

Ignores whether the numbers are right.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import torch

from ..attention import grad_mode
from ..decoding.long_rope import limit_of
from ..memory import size_text
from ..models.memory.budget import room
from ..models.memory.vision_memory import patches_in
from ..settings import SGRS, LocoRE
from ..trace import RunSettings
from .check import Check, judged
from .subject import Subject

SLACK = 32_000_000  # bytes that caches of libraries take beside what is estimated
ROUNDS = 2
SHORT = 8  # tokens while memory is recorded


def limits_check(subject: Subject) -> Check:
    """Where a model does something else from a position on, and whether this caption came there."""
    text, last = subject.model.config.get_text_config(), subject.first + subject.tokens
    found: dict[str, int] = {}
    limit = limit_of(subject.model.config)
    if limit is not None:
        found["LongRoPE's long factors"] = limit - subject.prepared.rope_delta
    kinds = getattr(text, "layer_types", None)
    window = getattr(text, "sliding_window", None)
    if window and (kinds is None or any("sliding" in kind for kind in kinds)):
        found["sliding window"] = window
    parts = [f"{name} at {at}: {'crossed' if at < last else 'not crossed'}" for name, at in found.items()]
    return Check("LongRoPE and windows", "ok", f"{last} positions; {', '.join(parts) or 'the model has none'}")


def memory_check(subject: Subject) -> Check:
    """Peak of a short caption over what is held before it, against what is asked for before a run."""
    name = "memory within the estimate"
    model = subject.model
    if model.device.type not in ("cpu", "cuda"):
        return Check(name, "skipped", "", f"Memory cannot be measured on {model.device.type}.")
    from .peak_memory import peak_memory

    peak = peak_memory(lambda: subject.caption(RunSettings(SHORT)), model.device) * 2**20
    needed = room(model, subject.first, SHORT, patches_in(model.config, subject.prepared.inputs)).needed
    figure = f"peak {size_text(peak)}, estimate {size_text(needed)} for {SHORT} tokens"
    return judged(name, peak <= 1.1 * needed + SLACK, figure, "A caption takes more than is asked for before it.")


def speed_check(subject: Subject) -> Check:
    """Milliseconds per token: plain decoding without observing, observed, with LocoRE, with SGRS."""
    ways: dict[str, Callable[[], int]] = {
        "plain": lambda: _plain(subject),
        "observed": lambda: len(subject.caption(RunSettings(subject.tokens)).steps),
        "LocoRE": lambda: len(subject.caption(RunSettings(subject.tokens, locore=LocoRE())).steps),
        "SGRS": lambda: len(subject.caption(RunSettings(subject.tokens, sgrs=SGRS())).steps),
    }
    cost: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, work in ways.items():
            cost[name].append(_milliseconds(work, subject.model.device))
    figures = {name: median(values) for name, values in cost.items()}
    return Check("ms per token", "ok", ", ".join(f"{name} {value:.1f}" for name, value in figures.items()))


def _milliseconds(work: Callable[[], int], device: torch.device) -> float:
    _wait(device)
    started = time.perf_counter()
    count = work()
    _wait(device)
    return 1000 * (time.perf_counter() - started) / max(count, 1)


@grad_mode(False)
def _plain(subject: Subject) -> int:
    """Greedy decoding and nothing else."""
    session = subject.session()
    token = int(session.prefill().argmax())
    for _ in range(subject.tokens - 1):
        token = int(session.advance([token])[-1].argmax())
    return subject.tokens


def _wait(device: torch.device) -> None:
    kinds: dict[str, Any] = {"cuda": torch.cuda, "mps": torch.mps}
    if device.type in kinds:
        kinds[device.type].synchronize()
