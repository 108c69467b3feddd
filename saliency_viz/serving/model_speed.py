"""How fast a model would write here: each token reads every weight once, so bytes over bytes a second.

Ignores the picture and the prompt, whose pass comes before the first token.
"""

from __future__ import annotations

import functools
import time

OBSERVED = 1.25  # with every token's rows recorded, over plain decoding (docs/log.md)
SIDE = {"cpu": 4096, "cuda": 16384, "mps": 8192}  # of the matrix that is read: larger than the device's caches
READINGS = 5  # the fastest counts


def seconds_a_token(weights: int, bytes_a_second: float | None) -> float | None:
    """Estimate of the time a written and recorded token takes; None where the device's speed is not known."""
    return None if not bytes_a_second else OBSERVED * weights / bytes_a_second


@functools.lru_cache(maxsize=8)
def reading_speed(where: str, dtype: str) -> float | None:
    """Bytes of weights a second that a matrix times a vector reads on a kind of device, measured once; None where it
    cannot be measured (the device is not here, or not enough of it is free)."""
    import torch

    if where not in SIDE or (where == "cuda" and not torch.cuda.is_available()):
        return None
    synchronize = {"cuda": torch.cuda.synchronize, "mps": torch.mps.synchronize}.get(where, lambda: None)
    try:
        weights = torch.ones(SIDE[where], SIDE[where], device=where, dtype=getattr(torch, dtype))
        vector = torch.ones(SIDE[where], device=where, dtype=weights.dtype)
        seconds = []
        with torch.inference_mode():
            for _ in range(READINGS):
                synchronize()
                start = time.perf_counter()
                torch.mv(weights, vector)
                synchronize()
                seconds.append(time.perf_counter() - start)
    except RuntimeError:  # out of memory among them
        return None
    return weights.nbytes / min(seconds)
