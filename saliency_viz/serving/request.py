"""What is to be captioned and how: one frozen value from the page, a program or a link down to the decoding loop.

Ignores which model answers and where the pictures come from. Settings have checked themselves; prompts are checked
here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..errors import PromptError
from ..trace import RunSettings, Trace
from ..video import Video

MAX_PROMPT = 2000  # characters


@dataclass(frozen=True)
class CaptionRequest:
    """image: a picture, several, or a Video. system, history: as in a Trace."""

    image: Any
    prompt: str
    settings: RunSettings
    system: str | None = None
    history: tuple[tuple[str, str], ...] = ()

    @staticmethod
    def checked(image: Any, prompt: Any, settings: RunSettings, system: Any = None) -> CaptionRequest:
        """A first question from outside. Raises PromptError."""
        return CaptionRequest(image, checked_prompt(prompt), settings, checked_system(system))

    @staticmethod
    def of_trace(trace: Trace, settings: RunSettings) -> CaptionRequest:
        """What a trace was asked, with these settings."""
        frames = tuple(picture.image for picture in trace.pictures)
        image = frames if trace.fps is None else Video(frames, trace.fps, trace.times)
        image = frames[0] if trace.fps is None and len(frames) == 1 else image
        return CaptionRequest(image, trace.prompt, settings, trace.system, trace.history)


def checked_prompt(prompt: Any) -> str:
    """The prompt, not empty and not endless (a program may call without the page's own limit). Raises PromptError."""
    text = str(prompt or "").strip()
    if not text:
        raise PromptError("The prompt is empty. Write what the model should do, such as: Describe the image.")
    if len(text) > MAX_PROMPT:
        raise PromptError(f"The prompt must have at most {MAX_PROMPT} characters. Got {len(text)}. Shorten it.")
    return text


def checked_system(system: Any) -> str | None:
    """The system prompt, None where there is none. Raises PromptError when it is endless."""
    return checked_prompt(system) if str(system or "").strip() else None
