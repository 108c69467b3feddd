"""The open pages: what runs for each, what it does not want any more, and which page a browser's tab shows now.

Ignores what is run. A visit is one open page, by its id; a tab outlives it when the page is loaded again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

MOST_TABS = 1000  # remembered; the one opened longest ago is forgotten first
MOST_UNWANTED, ALL_UNWANTED = 16, 4000  # tickets of one visit, and of all, that may be unwanted at a time


class Visits:
    """Stop signals by visit, and by visit and ticket; visits by tab."""

    def __init__(self) -> None:
        self.runs: dict[str, threading.Event] = {}  # set to stop; there while the visit's run is on
        self.tickets: dict[tuple[str, str], threading.Event] = {}  # set when the answer is not wanted any more
        self._tabs: OrderedDict[str, str] = OrderedDict()  # a tab's token: its visit now

    @contextmanager
    def running(self, visit: str) -> Iterator[threading.Event]:
        """The stop signal of a visit's run, for as long as the block runs."""
        stop = self.runs[visit] = threading.Event()
        try:
            yield stop
        finally:
            if self.runs.get(visit) is stop:
                del self.runs[visit]

    def stop(self, visit: str) -> None:
        """End a visit's run after its next token; one that still waits ends when its turn comes."""
        event = self.runs.get(visit)
        if event is not None:
            event.set()

    def ticket(self, visit: str, ticket: str) -> threading.Event:
        """Set when a visit does not want the answer of this ticket any more."""
        return self.tickets.setdefault((visit, ticket), threading.Event())

    def unwanted(self, visit: str, ticket: str) -> None:
        """A visit does not want this answer, whether it is computed now or still waits. Of answers that were given
        already the page may say so too late: the oldest such wishes are forgotten."""
        self.ticket(visit, ticket).set()
        wishes = [key for key, event in list(self.tickets.items()) if event.is_set()]
        mine = [key for key in wishes if key[0] == visit]
        for key in (*mine[:-MOST_UNWANTED], *wishes[:-ALL_UNWANTED]):
            self.tickets.pop(key, None)

    def answered(self, visit: str, ticket: str) -> None:
        """The ticket is done with."""
        self.tickets.pop((visit, ticket), None)

    def ended(self, visit: str) -> None:
        """The page closed: nothing it waits for is wanted."""
        self.stop(visit)
        for owner, ticket in list(self.tickets):
            if owner == visit:
                self.tickets.pop((owner, ticket)).set()

    def came_back(self, tab: str, visit: str) -> str | None:
        """A tab shows this visit now. Returns the visit it showed before, if it was another."""
        if not tab or not visit:
            return None
        before = self._tabs.pop(tab, None)
        self._tabs[tab] = visit
        while len(self._tabs) > MOST_TABS:
            self._tabs.popitem(last=False)
        return None if before == visit else before
