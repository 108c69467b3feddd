"""Answers that wait to be fetched by the visit that asked, and by nobody else.

Ignores what they say. A server function does not know whose visit it serves (gradio 6.31), so an answer's key is a
secret that only the asking page is told; it opens the answer once.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from typing import Any

EACH, ALL = 4, 64  # answers kept of one visit, of all visits


class OneTimeResults:
    """Holds each answer until it is taken, its visit has newer ones, or the visit ends."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[str, dict[str, Any]]] = OrderedDict()  # key: (visit, answer)
        self._lock = threading.Lock()

    def put(self, visit: str, answer: dict[str, Any]) -> str:
        """Keep an answer for a visit; returns its key."""
        key = secrets.token_urlsafe(16)
        with self._lock:
            self._kept[key] = (visit, answer)
            mine = [known for known, (owner, _) in self._kept.items() if owner == visit]
            for old in [*mine[:-EACH], *list(self._kept)[: max(0, len(self._kept) - ALL)]]:
                self._kept.pop(old, None)
        return key

    def take(self, key: str) -> dict[str, Any] | None:
        """The answer, once; None when there is none of that key."""
        with self._lock:
            return self._kept.pop(key, (None, None))[1]

    def forget(self, visit: str) -> None:
        """The visit ended."""
        with self._lock:
            for key in [known for known, (owner, _) in self._kept.items() if owner == visit]:
                del self._kept[key]

    def __len__(self) -> int:
        return len(self._kept)
