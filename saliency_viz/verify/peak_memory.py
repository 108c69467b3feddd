"""Peak memory of a computation.

Ignores memory that is not tensors. CUDA: what the allocator says. CPU: every allocation and release of the
allocator, in order, as torch's profiler records them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import torch

from ..errors import SettingError


def peak_memory(compute: Callable[[], object], device: torch.device) -> float:
    """MiB above what is held before, at the highest point of compute(). Raises SettingError on other devices."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
        torch.cuda.reset_peak_memory_stats(device)
        held = torch.cuda.memory_allocated(device)
        compute()
        torch.cuda.synchronize(device)
        return (torch.cuda.max_memory_allocated(device) - held) / 2**20
    if device.type != "cpu":
        raise SettingError(f"Memory can be measured on cpu and cuda. Got {device.type}. Leave it out with --only.")
    os.environ.setdefault("KINETO_LOG_LEVEL", "99")  # the profiler's native part talks on stderr
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], profile_memory=True) as profile:
        compute()
    profiler: Any = profile.profiler  # torch's annotations leave these events out
    events = profiler.kineto_results.events()
    changes = sorted((event.start_ns(), event.nbytes()) for event in events if event.name() == "[memory]")
    held = highest = 0
    for _, change in changes:
        held += change
        highest = max(highest, held)
    return highest / 2**20
