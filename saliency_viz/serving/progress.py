"""Where a growing caption stands: what is observed, and what is written but not observed yet.

Ignores who is told of it and how often.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..trace import Step, Trace


@dataclass(frozen=True)
class CaptionProgress:
    """trace: what is observed so far (whole when done). pending: tokens written after that, as Steps that know only
    their text and position. searched: of a decoder that searches, how long its captions are so far."""

    trace: Trace
    pending: tuple[Step, ...] = ()
    done: bool = False
    searched: int = 0


ENDINGS = ("done", "stopped", "left", "refused", "failed")


@dataclass(frozen=True)
class RunEnd:
    """How a caption went. ended: one of ENDINGS ("left": the page closed). first, seconds: from its turn to its first
    token (None: there was none), and to its end."""

    ended: str
    tokens: int
    first: float | None
    seconds: float


def follow(event: Any, pending: list[Step]) -> None:
    """Keep the list of written but unobserved tokens true to the loop's events (Searching, Drafted, Withdrawn,
    Step)."""
    kind = type(event).__name__
    if kind == "Searching":
        return
    if kind == "Drafted":
        pending[:] = [token for token in pending if token.index < event.index]
        pending.append(Step(event.index, event.position, event.token_id, event.text, 0.0, 0, 0.0))
    elif kind == "Withdrawn":
        pending[:] = [token for token in pending if token.index < event.index]
    else:  # a final Step
        pending[:] = [token for token in pending if token.index > event.index]
