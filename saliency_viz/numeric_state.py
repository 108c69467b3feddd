"""torch as a fresh process has it, whatever the caller set: float32 and the CPU by default, no autocast.

Ignores what makes speed and not numbers of another type (TF32, kernels, threads): that stays the caller's choice.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import torch

AUTOCAST = ("cpu", "cuda", "mps")


@contextmanager
def numeric_state() -> Iterator[None]:
    """Within it, what is computed does not depend on set_default_dtype, set_default_device or autocast; after it, all
    is as the caller had it. Also a decorator of a function."""
    with ExitStack() as undo:
        undo.enter_context(_float32)
        if torch.empty(0).device.type != "cpu":
            undo.enter_context(torch.device("cpu"))
        for kind in AUTOCAST:
            if torch.is_autocast_enabled(kind):
                undo.enter_context(torch.autocast(kind, enabled=False))
        yield


class _Float32:
    """float32 as the default type for as long as anyone needs it: torch has one for the whole process, so that the
    first of several threads must not set it back under the others."""

    def __init__(self) -> None:
        self._users, self._before, self._lock = 0, torch.float32, threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            if not self._users:
                self._before = torch.get_default_dtype()
                torch.set_default_dtype(torch.float32)
            self._users += 1

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._users -= 1
            if not self._users:
                torch.set_default_dtype(self._before)


_float32 = _Float32()
