"""Timing that is fair on a busy machine: rounds that run every contender in turn.

Ignores what is timed.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Mapping

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

    The first round warms caches up and is thrown away. tell: hears what is measured and, once that is known, how long
    the rest will take.
    """
    runs: dict[str, list[float]] = {name: [] for name in contenders}
    taken: dict[str, float] = {}
    for number in range(repeats + 1):
        gc.collect()
        for place, (name, measure) in enumerate(contenders.items()):
            tell(f"{name}, round {number} of {repeats}{time_left(taken, contenders, place, repeats - number)}")
            started = time.perf_counter()
            value = measure(number)
            taken[name] = time.perf_counter() - started
            if number:
                runs[name].append(value)
    return runs


def time_left(taken: Mapping[str, float], names: Iterable[str], place: int, rounds_after: int) -> str:
    """ ", about 40 s left" from the seconds each contender took last, with the one at `place` up; "" before all did."""
    names = list(names)
    if any(name not in taken for name in names):
        return ""
    left = sum(taken[name] for name in names[place:]) + rounds_after * sum(taken[name] for name in names)
    return f", about {left / 60:.0f} min left" if left >= 90 else f", about {left:.0f} s left"


def synchronize(device: torch.device) -> None:
    """Wait until the device has done what it was told."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()
