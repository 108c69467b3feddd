"""How many seconds of a shared GPU a call is given: what calls like it took, with room; before any, a guess by size.

Ignores the platform. A visitor's quota there is minutes a day, and what is asked for must be left of it: asking too
much turns visitors away, asking too little cuts runs short.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from dataclasses import dataclass

START = 8  # seconds until a process with the weights stands: counted there, and not seen from inside it
ROOM = 1.5  # of what calls took
LEAST, MOST = 10, 120  # MOST: an anonymous visitor's quota for a day
SHORT = 8  # work below this is taken for this much: reading the prompt is most of it
KEPT = 20  # calls remembered for each kind
GUESS = (0.03, 0.012)  # seconds a token: at least, and more per billion of weights
UNKNOWN = 8.0  # billions of weights of a model of which no size is known


@dataclass(frozen=True)
class Asked:
    """What a call asks for. kind: (what is done, model, method). work: tokens or readings."""

    kind: tuple[str, ...]
    work: int
    seconds: int

    @property
    def within(self) -> float:
        """Seconds it may take inside its process, so that it ends by itself before the GPU is taken from it."""
        return float(self.seconds - START)


class GpuSeconds:
    """Seconds a unit of work took, by kind. Safe to use from many threads."""

    def __init__(self) -> None:
        self._took: dict[tuple[str, ...], deque[float]] = {}
        self._lock = threading.Lock()

    def ask(self, kind: tuple[str, ...], work: int, billions: float | None = None, factor: float = 1.0) -> Asked:
        """The seconds to ask for. billions: of weights. factor: how many times a plain token's work one of these is;
        both count until a call of this kind was made."""
        with self._lock:
            took = self._took.get(kind)
            least, more = GUESS
            each = max(took) if took else factor * (least + more * (UNKNOWN if billions is None else billions))
        return Asked(kind, work, min(MOST, max(LEAST, START + math.ceil(ROOM * each * max(work, SHORT)))))

    def learn(self, asked: Asked, work: int | None, seconds: float) -> None:
        """A call took so long inside its process. work: what it did, None for what was asked."""
        with self._lock:
            done = max(asked.work if work is None else work, SHORT)
            self._took.setdefault(asked.kind, deque(maxlen=KEPT)).append(seconds / done)

    def learn_cut(self, asked: Asked) -> None:
        """The GPU was taken from a call before it ended: the next one asks for twice as much."""
        self.learn(asked, None, 2 * asked.within / ROOM)
