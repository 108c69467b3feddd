"""What one visitor may ask of a shared server: runs per minute.

Ignores what a run is. A visitor is who logged in, else an address; forwarded addresses count only behind a proxy of
ours, since anybody can send that header.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Any

from ..errors import LimitError

MINUTE = 60.0
MOST_VISITORS = 10_000  # remembered; the one who came longest ago is forgotten first


def visitor(request: Any, behind_proxy: bool = False) -> str:
    """Who asks: the user's name, else the address the connection (behind_proxy: our proxy) names."""
    if getattr(request, "username", None):
        return f"user {request.username}"
    forwarded = request.headers.get("x-forwarded-for") if behind_proxy and request.headers else None
    if forwarded:
        return forwarded.split(",")[-1].strip()  # what our own proxy added; those before it are the visitor's word
    return getattr(getattr(request, "client", None), "host", None) or "nobody"


class RateLimit:
    """Counts runs per visitor over the last minute. most: None for no limit. behind_proxy: see `visitor`. of: what is
    counted."""

    def __init__(
        self,
        most: int | None = None,
        behind_proxy: bool = False,
        clock: Callable[[], float] = time.monotonic,
        of: str = "run",
    ) -> None:
        self.most, self.behind_proxy, self._clock, self._of = most, behind_proxy, clock, of
        self._came: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def admit(self, who: str) -> None:
        """Count a run of a `visitor`. Raises LimitError with the seconds to wait when there were too many."""
        if self.most is None:
            return
        now = self._clock()
        with self._lock:
            came = self._came.setdefault(who, deque())
            self._came.move_to_end(who)
            while len(self._came) > MOST_VISITORS:
                self._came.popitem(last=False)
            while came and now - came[0] >= MINUTE:
                came.popleft()
            if len(came) >= self.most:
                wait = math.ceil(MINUTE - (now - came[0]))
                raise LimitError(
                    f"This server gives each visitor {self.most} {self._of}{'' if self.most == 1 else 's'} a minute, "
                    f"so that everybody has a turn. Try again in {wait} {'second' if wait == 1 else 'seconds'}."
                )
            came.append(now)
