"""Importing torch, transformers or gradio without looking for garbage meanwhile.

Ignores what is imported. Their modules make a million objects that stay: looking for cycles among them again and again
took an eighth (torch and transformers) to a quarter (gradio) of the time.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def not_collecting() -> Iterator[None]:
    """Within it Python does not look for cycles by itself; afterwards it does as before."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()
