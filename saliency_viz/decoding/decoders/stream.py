"""A second stream: another session that reads the same outputs after a prompt of its own, whose logits are combined
with the main ones.

Ignores how they are combined. It follows whatever outputs it is asked about, back and forth: after a rejected draft it
forgets what was withdrawn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch import Tensor

from ...attention import at_least_float32
from ..session import Session
from .contract import Mixed

Combine = Callable[[Tensor, Tensor], Tensor]


class SecondStream:
    """start: makes the session when first asked, with nothing read or all of its prompt but the last row. combine: the
    main and the other logits [vocabulary] to those a token is chosen from."""

    def __init__(self, start: Callable[[], Session], combine: Combine) -> None:
        self._start, self._combine = start, combine
        self._session: Session | None = None
        self._first: Tensor | None = None  # logits for the first output

    def mix(self, logits: Tensor, outputs: Sequence[int]) -> Mixed:
        """Both streams' logits after the outputs, combined in at least float32."""
        other = self.logits(outputs)
        return Mixed(self._combine(at_least_float32(logits), at_least_float32(other)), other)

    def logits(self, outputs: Sequence[int]) -> Tensor:
        """This stream's logits [vocabulary] after the outputs; only what it has not read is fed."""
        if self._session is None:
            self._session = self._start()
            self._first = self._session.prefill() if not self._session.length else self._last_prompt_row()
        session, start = self._session, len(self._session.prepared.prompt_ids)
        if not outputs:
            session.rewind(start)
            return self._first
        known = session.ids[start : session.length]
        same = next((at for at, (a, b) in enumerate(zip(known, outputs, strict=False)) if a != b), len(known))
        same = min(same, len(outputs) - 1)  # the last one is fed again where it was read before: its logits are asked
        session.rewind(start + same)
        return session.advance(list(outputs[same:]))[-1]

    def drop(self) -> None:
        """Let go of the session."""
        if self._session is not None:
            self._session.drop()
        self._session = self._first = None

    def _last_prompt_row(self) -> Tensor:
        """Feed the last row of a prompt that was read up to it."""
        return self._session.advance([self._session.prepared.prompt_ids[-1]])[-1]
