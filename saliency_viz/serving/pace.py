"""How long runs take here, and so how long the queue makes one wait.

Ignores who waits.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable

RECENT = 20  # runs whose length the waiting time is judged by


class Pace:
    """Times runs, one at a time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seconds: deque[float] = deque(maxlen=RECENT)
        self._started: float | None = None

    def began(self) -> None:
        """A run has the model."""
        self._started = self._clock()

    def ended(self) -> None:
        """It is over."""
        if self._started is not None:
            self._seconds.append(self._clock() - self._started)
        self._started = None

    def wait(self, before: int) -> int | None:
        """Seconds until `before` runs and the one that is on are done; None until a first run has told how long."""
        if not self._seconds:
            return None
        mean = sum(self._seconds) / len(self._seconds)
        rest = max(0.0, mean - (self._clock() - self._started)) if self._started is not None else 0.0
        return math.ceil(before * mean + rest)
