"""Free memory, sizes in words, and running out of it turned into a sentence.

Ignores what the memory is for.
"""

from __future__ import annotations

import gc
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import torch

from .errors import MemoryLimitError
from .numeric_state import numeric_state


def free_memory(device: torch.device) -> int | None:
    """Bytes that can still be taken on a device; None where the device does not tell (MPS)."""
    if device.type == "cpu":
        return psutil.virtual_memory().available
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        return free + torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    return None


def size_text(count: float) -> str:
    """Bytes as a person reads them."""
    return f"{count / 1e9:.1f} GB" if count >= 1e8 else f"{count / 1e6:.1f} MB"


def require(needed: int, device: torch.device, what: str, advice: str) -> None:
    """Refuse before the start what does not fit. Raises MemoryLimitError."""
    free = free_memory(device)
    if free is not None and needed > free:
        raise MemoryLimitError(f"{what} needs {size_text(needed)}, {size_text(free)} free: {advice}")


@contextmanager
def guarded(device: torch.device, advice: str) -> Iterator[None]:
    """For work of our own: numbers do not depend on how the caller set torch up, and running out of memory becomes a
    MemoryLimitError, with everything the failed work held given back."""
    try:
        with numeric_state():
            yield
    except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
        if isinstance(error, MemoryLimitError) or not _is_out_of_memory(error):
            raise
        let_go(error)
        give_back()
        # without the cause: its traceback would keep the frames, and they the tensors
        raise MemoryLimitError(f"The {device.type} device ran out of memory. {advice}") from None


def let_go(error: BaseException | None) -> None:
    """Empty the frames an error came through, and those of its causes: their tensors are let go."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__


def give_back() -> None:
    """Collect what nobody holds, and hand CUDA's free blocks back to the device."""
    gc.collect()
    if torch.cuda.is_available() and torch.cuda.is_initialized():
        torch.cuda.empty_cache()


def _is_out_of_memory(error: BaseException) -> bool:
    text = str(error).lower()
    return isinstance(error, (torch.OutOfMemoryError, MemoryError)) or (
        "out of memory" in text or "not enough memory" in text or "can't allocate memory" in text
    )
