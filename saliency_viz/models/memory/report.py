"""A checkpoint's memory by name, as text: what it wants, what is free here, and what to change where it does not fit.

Ignores weights: a config is enough, from this machine, the hub, or its published sizes; without one, the number of
weights gives an "about".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from ...errors import ModelError
from ...memory import free_memory, size_text
from ...paths import embedded_model
from ..loading.checkpoint_io import read_config
from ..loading.checkpoints import checkpoint_of
from ..loading.devices import QUANTIZATIONS, device_of, dtype_of, stored_quantization
from ..loading.hub import find
from .estimate import about, estimate
from .reference_configs import PUBLISHED


def check(
    name: str,
    prompt_tokens: int = 640,
    new_tokens: int = 128,
    dtype: str = "auto",
    quantization: str | None = None,
    revision: str | None = None,
    device: str = "auto",
) -> str:
    """`estimate` of a checkpoint by name, with what is free on the device. Settings as for `load_model`. Raises
    ModelError, SettingError."""
    where, lengths = device_of(device), (prompt_tokens, new_tokens)
    try:
        config, source = _config(name, revision)
    except ModelError as error:
        row = checkpoint_of(name)
        if row is None or revision is not None:
            raise
        return _about(name, row.billions, _kind(dtype, where, None), quantization, where, str(error))
    kind = _kind(dtype, where, config)
    stored = stored_quantization(config)
    quantization = quantization or (stored if stored in QUANTIZATIONS else None)
    found = estimate(config, *lengths, kind, quantization)
    of = f"{prompt_tokens} tokens of prompt and picture, {new_tokens} of caption"

    def needed(kind: str, quantization: str | None) -> int:
        return estimate(config, *lengths, kind, quantization).needed

    head = f"{name} ({_described(kind, quantization)}), {of}{source}"
    return f"{head}:\n{found.text()}\n{_verdict(where, kind, quantization, needed)}"


def _about(name: str, billions: float, kind: str, quantization: str | None, where: torch.device, reason: str) -> str:
    weights, needed = about(billions, kind, quantization)
    verdict = _verdict(where, kind, quantization, lambda *how: about(billions, *how)[1])
    return (
        f"{name} ({_described(kind, quantization)}), from its {billions:g} billion weights alone. {reason}\n"
        f"  weights       about {size_text(weights):>10}\n  must be free  about {size_text(needed):>10}\n{verdict}"
    )


def _config(name: str, revision: str | None) -> tuple[Any, str]:
    """A checkpoint's config, and where it is from if that is not plain."""
    if name in PUBLISHED and revision is None:
        return PUBLISHED[name](), " (from its published sizes)"
    notes: list[str] = []
    found = find(
        str(embedded_model()) if name == "demo" else name,
        revision,
        lambda loading: notes.append(loading.text) if loading.stage == "note" else None,
    )
    return read_config(found.source, name, found.commit)[0], "".join(f" ({note})" for note in notes)


def _kind(dtype: str, where: torch.device, config: Any) -> str:
    return str(dtype_of(dtype, where, config)).removeprefix("torch.")


def _described(kind: str, quantization: str | None) -> str:
    return f"{kind}, {quantization} weights" if quantization else kind


def _verdict(where: torch.device, kind: str, quantization: str | None, needed: Callable[..., int]) -> str:
    """What is free on the device, whether that is enough, and the first change that would make it so.

    needed: (dtype, quantization) -> bytes.
    """
    free, wanted = free_memory(where), needed(kind, quantization)
    if free is None:
        return f"{where} does not tell what is free; {size_text(wanted)} must be."
    head = f"{size_text(free)} free on {where}, {size_text(wanted)} needed"
    if wanted <= free:
        return f"{head}: it fits."
    for other in (("bfloat16", quantization), (kind, "4bit"), ("bfloat16", "4bit")):
        least = needed(*other)
        if least <= free and least < wanted:
            flags = [f"--dtype {other[0]}"] * (other[0] != kind) + ["--quantization 4bit"] * (other[1] != quantization)
            return f"{head}: it does not fit. With {' '.join(flags)} it would: {size_text(least)}."
    return f"{head}: it does not fit, nor with weights in 4 bits. Choose a smaller model, or another --device."
