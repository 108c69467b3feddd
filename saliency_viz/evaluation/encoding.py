"""One picture encoded once for all that is asked about it.

Holds for any family whose network has transformers' `get_image_features`; others encode again each time. Ignores the
prompt: its keys and values are made anew, since they depend on the question before or after the picture.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from ..models import LVLM

KEPT = 2  # encodings held at once; items of one picture follow each other


@contextmanager
def encoded_once(model: LVLM) -> Iterator[None]:
    """Within it, the same pixels are encoded only the first time. Nothing stays on the network afterwards."""
    owners = [module for module in model.network.modules() if hasattr(type(module), "get_image_features")]
    inner = owners[-1:]  # the outer ones call it
    for owner in inner:
        object.__setattr__(owner, "get_image_features", _remembering(owner.get_image_features))
    try:
        yield
    finally:
        for owner in inner:
            object.__delattr__(owner, "get_image_features")


def _remembering(encode: Any) -> Any:
    kept: dict[str, Any] = {}

    def remembered(*values: Any, **named: Any) -> Any:
        key = _key(values, {name: value for name, value in named.items() if name != "probe"})
        if key not in kept:
            while len(kept) >= KEPT:
                del kept[next(iter(kept))]
            kept[key] = encode(*values, **named)
        return _copied(kept[key])

    return remembered


def _copied(found: Any) -> Any:
    """The outer containers anew, since networks join and replace what they hold; tensors are only read."""
    if hasattr(found, "to_tuple"):
        return type(found)(**found)
    return type(found)(found) if isinstance(found, (list, tuple)) and not hasattr(found, "_fields") else found


def _key(values: Any, named: dict[str, Any]) -> str:
    """A digest of all arguments; tensors by their bytes."""
    digest = hashlib.sha256()
    for value in (*values, *(part for item in sorted(named.items()) for part in item)):
        if isinstance(value, torch.Tensor):
            flat = value.detach().cpu().reshape(-1).contiguous()
            digest.update(f"{tuple(value.shape)}{value.dtype}".encode())
            digest.update(flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b"")
        else:
            digest.update(repr(value).encode())
    return digest.hexdigest()
