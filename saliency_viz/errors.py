"""The sentences a person may meet when something cannot be done: one exception per kind of cause.

Ignores how they are shown: the command line prints them, the app turns them into a notice.
Every message says what was expected, what came, and what to do next.
"""

from __future__ import annotations


class SaliencyVizError(Exception):
    """Anything this package refuses to do, with a sentence a person can act on."""


class SettingError(SaliencyVizError, ValueError):
    """A setting is outside its range (raised where the setting is born)."""


class ImageError(SaliencyVizError, ValueError):
    """A picture or video cannot be used."""


class PromptError(SaliencyVizError, ValueError):
    """The prompt or the given caption cannot be used with this model."""


class ModelError(SaliencyVizError):
    """A checkpoint cannot be found, read, or understood."""


class LoadCancelled(ModelError):
    """Loading was stopped by the person who asked for it."""


class ContextError(SaliencyVizError, ValueError):
    """Prompt and caption together are longer than the model's context."""


class MemoryLimitError(SaliencyVizError, MemoryError):
    """The request does not fit into the free memory."""


class LimitError(SaliencyVizError):
    """A visitor asks for more than a shared server gives one."""


class QueueFull(LimitError):
    """No place is free for one more. waiting: how many wait, all or (mine) this visitor's. seconds: until there will be
    one, None where nobody knows. kind: "run", "look" or what else waits."""

    waiting: int = 0
    seconds: int | None = None
    kind: str = "run"
    mine: bool = False

    @classmethod
    def of(cls, waiting: int, seconds: int | None, kind: str = "run", mine: bool = False) -> QueueFull:
        """The refusal with its sentence."""
        when = "in a minute" if seconds is None else f"in about {seconds} seconds"
        full = f"The queue is full: {waiting} wait." if not mine else f"{waiting} of yours wait already."
        made = cls(f"{full} Nothing was started. Try again {when}.")
        made.waiting, made.seconds, made.kind, made.mine = waiting, seconds, kind, mine
        return made


class TraceError(SaliencyVizError, ValueError):
    """A trace file is missing, damaged, or from an unknown version."""


class DataError(SaliencyVizError, ValueError):
    """A file of questions, answers, captions or truth cannot be used."""
