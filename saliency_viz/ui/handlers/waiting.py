"""What a visitor is told until their turn with the model comes.

Ignores who is next (serving/turns.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...serving.turns import Turn
from ..updates import Updates, note


def waited(turn: Turn) -> Iterator[Updates]:
    """The notice with the place in the queue, until the turn comes or the run is stopped."""
    for before, seconds in turn.places():
        yield {"notice": note("busy", **place(before, seconds))}


def place(before: int, seconds: int | None) -> dict[str, Any]:
    """{key, values} of the text table for who waits behind so many, for so many seconds as far as known."""
    key = "queued_before" if seconds is None else "queued_seconds"
    return {"key": key, "values": {"waiting": str(before), "seconds": str(seconds)}}
