"""A run as the viewer is given it, kept where making that takes long: the scales over all rows of a large run.

Ignores who asks, and rows that are handed out step by step (handlers/fetch.py).
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from ..figures.web.payload import payload
from ..trace import Trace

ROWS_BYTES = 6 * 2**20  # larger runs hand out one step's rows at a time


class Payloads:
    """Payloads of large runs, as long as their traces: a second each time for 200 tokens of 32 layers."""

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[Trace, dict[str, Any]] = WeakKeyDictionary()

    def of(self, trace: Trace, run_id: str) -> dict[str, Any]:
        """`payload` of a run. Not to be changed by who gets it."""
        known = self._known.get(trace)
        if known is not None and known["run"] == run_id:
            return known
        made = payload(trace, run_id, ROWS_BYTES)
        if made["rows"] is None:
            self._known[trace] = made
        return made
