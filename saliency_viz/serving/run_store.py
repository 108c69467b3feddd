"""Keeps finished and growing runs in memory for the visits that made them, within a limit of bytes and of time.

Ignores what is in a Trace but its size. Ids cannot be guessed: whoever holds one may look at the run. A run belongs to
a visit (one open page) and goes soon after the page closes, unless a link to it was copied; then only time and space
end it. Traces are values: nothing here changes one, a newer one replaces it.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

from ..errors import LimitError, TraceError
from ..trace import Trace
from .held_bytes import held_bytes

MAX_BYTES = 1 * 2**30
LIFETIME = 24 * 3600.0  # seconds a run is kept after it was last looked at
PINNED_SHARE = 0.25  # of the room: the most one visit may pin
GRACE = 600.0  # seconds a closed page may take to come back (a reload is a close and an open)


@dataclass(frozen=True)
class StoredRun:
    """One kept run. label: what the run list calls it. example: name of the ready trace's scene its picture is from.
    visit: the open page it belongs to. expires: on the store's clock.
    order: counts up with each new run. shared: a link to it was copied. pinned: it gives way to no other run. bytes:
    what it held when it had `measured` steps."""

    id: str
    trace: Trace
    label: str
    visit: str | None
    example: str | None
    expires: float
    order: int
    shared: bool = False
    pinned: bool = False
    bytes: int = 0
    measured: int = 0


class RunStore:
    """Runs by id; the one looked at longest ago goes first when space runs out, pinned ones last.

    Safe to use from many threads.
    """

    def __init__(
        self,
        max_bytes: int = MAX_BYTES,
        lifetime: float = LIFETIME,
        grace: float = GRACE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.max_bytes, self.lifetime, self.grace, self.clock = max_bytes, lifetime, grace, clock
        self._runs: OrderedDict[str, StoredRun] = OrderedDict()
        self._count = 0
        self._lock = threading.RLock()

    @staticmethod
    def new_id() -> str:
        """An id that cannot be guessed (128 bits)."""
        return secrets.token_urlsafe(16)

    def put(
        self, trace: Trace, label: str, visit: str | None, run_id: str | None = None, example: str | None = None
    ) -> str:
        """Keep a trace, new or in place of the one with this id, whose visit it stays. Returns the id."""
        run_id = run_id or self.new_id()
        with self._lock:
            old = self._runs.get(run_id)
            self._count += 1
            expires = self.clock() + self.lifetime
            order, shared, pinned = (old.order, old.shared, old.pinned) if old else (self._count, False, False)
            visit = old.visit if old else visit
            self._runs[run_id] = StoredRun(run_id, trace, label, visit, example, expires, order, shared, pinned)
            self._measure(run_id, old)
            self._runs.move_to_end(run_id)
            self._trim()
        return run_id

    def get(self, run_id: str | None) -> StoredRun | None:
        """The run, or None when it was never kept or is gone. Looking at it keeps it longer."""
        with self._lock:
            self._trim()
            run = self._runs.get(run_id or "")
            if run is None:
                return None
            run = replace(run, expires=max(run.expires, self.clock() + self.lifetime))
            self._runs[run.id] = run
            self._runs.move_to_end(run.id)
            return run

    def of_visit(self, visit: str | None) -> list[StoredRun]:
        """The runs of one open page, oldest first."""
        with self._lock:
            self._trim()
            found = [run for run in self._runs.values() if visit and run.visit == visit]
        return sorted(found, key=lambda run: run.order)

    def share(self, run_id: str) -> bool:
        """A link to the run was copied: closing the page no longer ends it. False when the run is gone."""
        with self._lock:
            run = self._runs.get(run_id)
            if run is not None:
                self._runs[run_id] = replace(run, shared=True)
            return run is not None

    def pin(self, run_id: str, visit: str | None, on: bool = True) -> None:
        """Keep a visit's own run while others give way. Raises LimitError when the visit pinned its share already."""
        with self._lock:
            run = self.own(run_id, visit)
            others = (one for one in self.of_visit(visit) if one.pinned and one.id != run_id)
            if on and sum(one.bytes for one in (*others, run)) > PINNED_SHARE * self.max_bytes:
                raise LimitError("No more room for pinned runs. Unpin one first, or save the run as a trace.")
            self._runs[run_id] = replace(run, pinned=on)

    def drop(self, run_id: str, visit: str | None) -> None:
        """Forget a visit's own run. Raises TraceError when it is not there."""
        with self._lock:
            self.own(run_id, visit)
            del self._runs[run_id]

    def own(self, run_id: str, visit: str | None) -> StoredRun:
        """A visit's own run. Raises TraceError when it is not there, or another's."""
        run = self._runs.get(run_id)
        if run is None or not visit or run.visit != visit:
            raise TraceError("This run is no longer in your list. Nothing was changed.")
        return run

    def adopt(self, old: str, new: str) -> None:
        """A page was loaded again: the runs of its old visit are those of the new one, and stay."""
        with self._lock:
            for run in self.of_visit(old):
                expires = max(run.expires, self.clock() + self.lifetime)
                self._runs[run.id] = replace(run, visit=new, expires=expires)

    def leave(self, visit: str | None) -> None:
        """The page closed: its runs go after the grace time."""
        with self._lock:
            for run in self.of_visit(visit):
                if run.shared:
                    continue
                self._runs[run.id] = replace(run, expires=min(run.expires, self.clock() + self.grace))
            self._trim()

    @property
    def bytes(self) -> int:
        """Memory the kept traces hold."""
        with self._lock:
            return sum(run.bytes for run in self._runs.values())

    def __len__(self) -> int:
        return len(self._runs)

    def _measure(self, run_id: str, old: StoredRun | None) -> None:
        """What the run holds; of a growing one only each time that it has twice as many steps."""
        run = self._runs[run_id]
        steps = len(run.trace.steps)
        if old is not None and run.trace.ended == "running" and steps < 2 * old.measured:
            size, steps = old.bytes, old.measured
        else:
            size = held_bytes(run.trace)
        self._runs[run_id] = replace(run, bytes=size, measured=steps)

    def _trim(self) -> None:
        now = self.clock()
        for run in [run for run in self._runs.values() if run.expires <= now]:
            del self._runs[run.id]
        while len(self._runs) > 1 and self.bytes > self.max_bytes:
            last = next(reversed(self._runs))
            loose = (run.id for run in self._runs.values() if not run.pinned and run.id != last)
            del self._runs[next(loose, next(iter(self._runs)))]
