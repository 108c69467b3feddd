"""Timing that is fair on a busy machine: rounds that run every contender in turn.

Ignores what is timed.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

import torch


def seconds(work: Callable[[], object], device: torch.device) -> float:
    """Wall-clock seconds of one call, the device's queue included."""
    synchronize(device)
    started = time.perf_counter()
    work()
    synchronize(device)
    return time.perf_counter() - started


def rounds(
    contenders: dict[str, Callable[[int], float]], repeats: int, tell: Callable[[str], None] = lambda name: None
) -> dict[str, list[float]]:
    """Each contender once per round; a contender takes the round's number and returns its own measurement.

    The first round warms caches up and is thrown away.
    """
    runs: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(repeats + 1):
        gc.collect()
        for name, measure in contenders.items():
            tell(f"{name}, round {number}")
            value = measure(number)
            if number:
                runs[name].append(value)
    return runs


def synchronize(device: torch.device) -> None:
    """Wait until the device has done what it was told."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()
