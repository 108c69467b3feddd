"""The arguments of the public calls, whatever a person passed, as checked values: a request, settings, token ids.

Ignores what is done with them.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, ParamSpec, TypeVar

from ..errors import PromptError, SettingError
from ..images import load_images
from ..models.base import Message, Request
from ..settings import SGRS, Edit, LocoRE, Recording, Sampling
from ..trace import RunSettings
from ..video import Video
from ..whole_numbers import is_whole, whole
from .decoders import check_together, resolved
from .validation import checked_text

ROLES = ("user", "assistant", "system")
KINDS = {"sampling": Sampling, "sgrs": SGRS, "locore": LocoRE, "recording": Recording}
P = ParamSpec("P")
T = TypeVar("T")


def same_arguments(other: Callable[P, Any]) -> Callable[[Callable[..., T]], Callable[P, T]]:
    """A function that takes what another takes: people, editors and `help` see the other's arguments."""

    def take(function: Callable[..., T]) -> Callable[P, T]:
        back = function.__annotations__["return"]
        function.__signature__ = inspect.signature(other).replace(return_annotation=back)  # type: ignore[attr-defined]
        return function

    return take


def checked_settings(settings: RunSettings) -> RunSettings:
    """The settings with plain numbers and tuples. Raises SettingError, PromptError for what is of another kind."""
    lookahead = settings.lookahead
    for name in ("sampling", "sgrs", "locore", "recording"):
        value, kind = getattr(settings, name), KINDS[name]
        if not isinstance(value, kind) and not (value is None and name in ("sgrs", "locore")):
            raise SettingError(f"{name} must be a saliency_viz.{kind.__name__}. Got {type(value).__name__}.")
    edits = tuple(settings.edits) if isinstance(settings.edits, Iterable) else (settings.edits,)
    if not all(isinstance(edit, Edit) for edit in edits):
        raise SettingError(f"edits must be a saliency_viz.Edit, or a list of them. Got {edits!r}.")
    decoding = resolved(settings.decoding)
    if decoding is not None:
        check_together(decoding, settings.sampling, settings.sgrs)
    return replace(
        settings,
        max_new_tokens=whole("max_new_tokens", settings.max_new_tokens, 1),
        lookahead=None if lookahead is None else whole("lookahead", lookahead, 1),
        edits=edits,
        forced=token_ids("forced", settings.forced),
        decoding=decoding,
    )


def settings_of(*given: Any, **named: Any) -> RunSettings:
    """RunSettings from whatever a person passed for its fields. Raises as `checked_settings`."""
    return checked_settings(RunSettings(*given, **named))


def token_ids(name: str, values: Any) -> tuple[int, ...]:
    """Token ids from a list, an array or a tensor. Raises PromptError for anything but whole numbers."""
    items = values.tolist() if hasattr(values, "tolist") else values
    items: tuple[Any, ...] = tuple(items) if isinstance(items, Iterable) else (None,)
    if not all(is_whole(item) for item in items):
        raise PromptError(f"{name} must be a list of token ids, which are whole numbers. Got {values!r:.80}.")
    return tuple(int(item) for item in items)


def request_for(image: Any, prompt: str, system: str | None, history: Sequence[Message | tuple[str, str]]) -> Request:
    """A person's request, its pictures loaded. Raises PromptError, ImageError."""
    checked_text("The prompt", prompt)
    if system is not None:
        checked_text("system", system, ", or None")
    if isinstance(history, (str, bytes)) or not isinstance(history, Iterable):
        raise PromptError(f"history must be a list of (role, text). Got {type(history).__name__}.")
    turns = tuple(_turn(turn, index) for index, turn in enumerate(history))
    if isinstance(image, Video):
        return Request(image.frames, prompt, system or None, turns, image.fps, image.times)
    return Request(load_images(image), prompt, system or None, turns)


def _turn(turn: Any, index: int) -> Message:
    """One earlier turn. Raises PromptError unless it is a role and a text."""
    if not isinstance(turn, (tuple, list)) or len(turn) != 2 or not isinstance(turn[1], str):
        raise PromptError(f'history[{index}] must be a pair such as ("user", "What is it?"). Got {turn!r}.')
    if turn[0] not in ROLES:
        raise PromptError(f"The role of history[{index}] must be one of {', '.join(ROLES)}. Got {turn[0]!r}.")
    checked_text(f"The text of history[{index}]", turn[1])
    return Message(*turn)
