"""A check's outcome, and how one that ends in an error still has one.

Ignores what is checked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ..errors import SaliencyVizError
from ..memory import let_go

Status = Literal["ok", "failed", "open", "skipped"]


@dataclass(frozen=True)
class Check:
    """name: what was held against what. figure: the numbers. sentence: what is wrong, or why it could not be told
    ("open": half precision hides it; "skipped": does not apply here)."""

    name: str
    status: Status
    figure: str = ""
    sentence: str = ""


def judged(name: str, right: bool, figure: str, sentence: str) -> Check:
    """ "ok", or "failed" with the sentence."""
    return Check(name, "ok" if right else "failed", figure, "" if right else sentence)


def outcome(name: str, make: Callable[[], Check]) -> Check:
    """The check's own outcome; an error is a failure with its first line."""
    try:
        return make()
    except Exception as error:
        let_go(error)
        text = str(error).strip().splitlines() or [""]
        kind = "" if isinstance(error, SaliencyVizError) else f"{type(error).__name__}: "
        return Check(name, "failed", "", f"It ended in an error: {kind}{text[0]}")
