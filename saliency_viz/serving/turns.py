"""Whose turn it is: the visitor who had one longest ago, of each visitor one page after another, however many they ask.

Ignores what is done in a turn. Nobody is refused for what others ask as long as there are places: a visitor may hold
at most twice as many as are free (dynamic thresholds, Choudhury and Hahne 1998), so some are always left.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, count, zip_longest

from ..errors import LimitError, QueueFull

LOOK = 1.0  # seconds between two looks at one's place, at most
MOST_VISITORS = 10_000  # whose last turn is remembered
STOPPING = "This server is being stopped. Nothing was started. Try again in a minute."


@dataclass(eq=False)
class Turn:
    """One thing that waits or is done. who: the visitor. visit: their open page. kind: what it is, for the places.
    stop: set when it shall end. began: when its turn came, on the clock of the turns."""

    turns: Turns
    who: str
    visit: str
    kind: str
    stop: threading.Event
    came: float
    began: float | None = None

    def places(self) -> Iterator[tuple[int, int | None]]:
        """(how many are before it, seconds until its turn or None), told again at least every second, until the turn
        comes or it is stopped."""
        while self.began is None and not self.stop.is_set():
            with self.turns.gate:
                if self.began is None:
                    place = self.turns.waiting.index(self)
                    told = len(self.turns.running) + place, self.turns.seconds(place)
            if self.began is None:
                yield told
                self.turns.wait(self, LOOK)


@dataclass
class Turns:
    """The queue. most: places by kind. at_once: how many have a turn. each: of one visitor. seconds: until so
    many and those that are on are done, None where nobody knows."""

    most: Mapping[str, int]
    at_once: int = 1
    each: int = 1
    seconds: Callable[[int], int | None] = lambda before: None
    clock: Callable[[], float] = time.monotonic
    waiting: list[Turn] = field(default_factory=list)  # in the order of their turns
    running: list[Turn] = field(default_factory=list)
    _served: OrderedDict[tuple[str, ...], int] = field(default_factory=OrderedDict)
    _count: Iterator[int] = field(default_factory=lambda: count(1))
    gate: threading.Condition = field(default_factory=threading.Condition)
    _closed: bool = False

    @contextmanager
    def joined(
        self, who: str, visit: str = "", stop: threading.Event | None = None, kind: str = "run"
    ) -> Iterator[Turn]:
        """A place for as long as the block runs. Raises QueueFull, or LimitError once the turns are closed."""
        turn = Turn(self, who, visit, kind, stop or threading.Event(), self.clock())
        with self.gate:
            self._admit(turn)
            self.waiting.append(turn)
            self._move()
        try:
            yield turn
        finally:
            with self.gate:
                (self.waiting if turn.began is None else self.running).remove(turn)
                self._move()

    def wait(self, turn: Turn, seconds: float) -> bool:
        """Wait for anything to move, at most so long; whether the turn has come."""
        with self.gate:
            if turn.began is None and not turn.stop.is_set():
                self.gate.wait(seconds)
            return turn.began is not None

    def look(self) -> None:
        """Somebody's stop was set: those who wait look at theirs."""
        with self.gate:
            self.gate.notify_all()

    def close(self) -> None:
        """Take no more and stop all; what has its turn ends by itself."""
        with self.gate:
            self._closed = True
            for turn in (*self.waiting, *self.running):
                turn.stop.set()
            self.gate.notify_all()

    def idle(self, seconds: float) -> bool:
        """Whether nobody is left, waiting for it at most so long."""
        with self.gate:
            return self.gate.wait_for(lambda: not self.running and not self.waiting, seconds)

    def _admit(self, turn: Turn) -> None:
        if self._closed:
            raise LimitError(STOPPING)
        there = [one for one in self.waiting if one.kind == turn.kind]
        own, most = sum(one.who == turn.who for one in there), self.most[turn.kind]
        at_once = not self.waiting and len(self.running) < self.at_once
        if at_once or (len(there) < most and own < 2 * (most - len(there))):
            return
        full = len(there) >= most
        raise QueueFull.of(len(there) if full else own, self.seconds(len(self.waiting)), turn.kind, mine=not full)

    def _move(self) -> None:
        """Put those who wait in order and give turns to the first of them."""
        self.waiting[:] = in_turn(self.waiting, self._served)
        busy = Counter(turn.who for turn in self.running)
        for turn in list(self.waiting):
            if len(self.running) >= self.at_once:
                break
            if busy[turn.who] < self.each:
                busy[turn.who] += 1
                turn.began = self.clock()
                self.waiting.remove(turn)
                self.running.append(turn)
                self._note(turn)
        self.waiting[:] = in_turn(self.waiting, self._served)
        self.gate.notify_all()

    def _note(self, turn: Turn) -> None:
        for key in ((turn.who,), (turn.who, turn.visit)):
            self._served[key] = next(self._count)
            self._served.move_to_end(key)
        while len(self._served) > 2 * MOST_VISITORS:
            self._served.popitem(last=False)


def in_turn(waiting: list[Turn], served: Mapping[tuple[str, ...], int]) -> list[Turn]:
    """In the order of their turns: one of each visitor, the one served longest ago first, then a second of each; of a
    visitor likewise one of each page, and of a page as they came."""
    return _rounds(sorted(waiting, key=lambda turn: turn.came), ("who", "visit"), (), served)


def _rounds(
    turns: list[Turn], names: tuple[str, ...], prefix: tuple[str, ...], served: Mapping[tuple[str, ...], int]
) -> list[Turn]:
    if not names:
        return turns
    groups: dict[tuple[str, ...], list[Turn]] = {}
    for turn in turns:
        groups.setdefault((*prefix, getattr(turn, names[0])), []).append(turn)
    keys = sorted(groups, key=lambda key: served.get(key, 0))
    lines = [_rounds(groups[key], names[1:], key, served) for key in keys]
    return [turn for turn in chain.from_iterable(zip_longest(*lines)) if turn is not None]
