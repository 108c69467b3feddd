"""A second stream: another session that reads the same outputs after a prompt of its own, whose logits are combined
with the main ones.

Ignores how they are combined. It follows whatever outputs it is asked about, back and forth: after a rejected draft it
forgets what was withdrawn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from torch import Tensor

from ...attention import at_least_float32
from ..session import Session
from .contract import Mixed

Combine = Callable[[Tensor, Tensor], Tensor]


class Follower:
    """Another session that reads the same outputs after a prompt of its own. start: makes it when first asked, with
    nothing read or all of its prompt but the last row."""

    def __init__(self, start: Callable[[], Session]) -> None:
        self._start = start
        self._session: Session | None = None
        self._read: list[int] = []  # outputs
        self._rows: dict[int, Tensor] = {}  # logits after so many of them; 0 is always kept

    def logits(self, outputs: Sequence[int], known: Sequence[int] = ()) -> Tensor:
        """This session's logits [vocabulary] after the outputs; only what it has not read is fed. known: outputs and
        those that will be asked for next, read in one pass."""
        known, at = list(known) or list(outputs), len(outputs)
        if self._session is None:
            self._session = self._start()
            self._rows[0] = self._session.prefill() if not self._session.length else _last_prompt_row(self._session)
        same = next((n for n, (a, b) in enumerate(zip(self._read, known, strict=False)) if a != b), None)
        same = min(len(self._read), len(known)) if same is None else same
        if at > same or at not in self._rows:
            same = min(same, at - 1)  # the last one is fed again where it was read before: its logits are asked
            self._session.rewind(len(self._session.prepared.prompt_ids) + same)
            rows = self._session.advance(known[same:])
            self._read = known
            self._rows = {0: self._rows[0], **{same + 1 + index: row for index, row in enumerate(rows)}}
        self._rows = {length: row for length, row in self._rows.items() if length >= at or length == 0}
        return self._rows[at]

    def drop(self) -> None:
        """Let go of the session."""
        if self._session is not None:
            self._session.drop()
        self._session, self._read, self._rows = None, [], {}


class SecondStream(Follower):
    """combine: the main and the other logits [vocabulary] to those a token is chosen from."""

    caches = 1

    def __init__(self, start: Callable[[], Session], combine: Combine) -> None:
        super().__init__(start)
        self._combine = combine

    def mix(self, logits: Tensor, outputs: Sequence[int]) -> Mixed:
        """Both streams' logits after the outputs, combined in at least float32."""
        other = self.logits(outputs)
        return Mixed(self._combine(at_least_float32(logits), at_least_float32(other)), other)


def _last_prompt_row(session: Session) -> Tensor:
    """Feed the last row of a prompt that was read up to it."""
    return session.advance([session.prepared.prompt_ids[-1]])[-1]


def without_functions(main: Session) -> Follower:
    """What a session would say without its edits by function. It shares the prompt where that is not edited."""
    edits = replace(main.edits, functions=())
    if main.edits.first_row == 0:
        return Follower(lambda: Session(main.model, main.prepared, edits))
    return Follower(lambda: main.fork(edits, len(main.prepared.prompt_ids) - 1))
