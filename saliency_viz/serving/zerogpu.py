"""ZeroGPU: functions that run in that platform's other process where it is there, and what comes back from them.

Ignores what they compute. There only a gr.Error keeps its words; anything else comes back as "ZeroGPU worker error"
with the name of its class (spaces 0.51). So refusals and accidents travel as values and are raised again here, and what
an accident was is in that process's log.
"""

from __future__ import annotations

import html
import inspect
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from ..errors import ModelError, SaliencyVizError

MOST_SECONDS = 120  # an anonymous visitor's quota for a day


log = logging.getLogger("saliency_viz")


@dataclass(frozen=True)
class Refusal:
    """An error on its way between processes: a SaliencyVizError, or RuntimeError for an accident."""

    kind: type[Exception]
    sentence: str

    @staticmethod
    def of(error: Exception) -> Refusal:
        """What is to be sent of an error."""
        if isinstance(error, SaliencyVizError):
            return Refusal(type(error), str(error))
        log.error("A call on the shared GPU failed", exc_info=error)
        return Refusal(RuntimeError, f"{type(error).__name__} on the shared GPU")

    def again(self) -> Exception:
        """The error itself."""
        return self.kind(self.sentence)


def gpu(function: Callable[..., Any], seconds: Callable[..., int] | int) -> Callable[..., Any]:
    """The function under ZeroGPU's decorator, refusals whole, or itself where that platform's package is missing.

    function: a plain one or a generator; bound methods are fine. seconds: what a call asks of a visitor's quota; a
    callable is given the call's arguments (without self).
    """
    try:
        import spaces
    except ImportError:
        return function
    carried = _carried_generator(function) if inspect.isgeneratorfunction(function) else _carried(function)
    there = spaces.GPU(carried, duration=seconds)
    if there is carried:
        return function  # the package is there, the platform is not

    def call(*given: Any) -> Any:
        return _raised(_spoken(lambda: there(*given)))

    def stream(*given: Any) -> Iterator[Any]:
        with closing(_spoken_stream(there(*given))) as values:
            for value in values:
                yield _raised(value)

    return stream if inspect.isgeneratorfunction(function) else call


def _carried(function: Callable[..., Any]) -> Callable[..., Any]:
    def carried(*given: Any) -> Any:
        try:
            return function(*given)
        except Exception as error:
            return Refusal.of(error)

    return carried


def _carried_generator(function: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    def carried(*given: Any) -> Iterator[Any]:
        try:
            with closing(function(*given)) as values:
                yield from values
        except Exception as error:
            yield Refusal.of(error)

    return carried


def _raised(value: Any) -> Any:
    if isinstance(value, Refusal):
        raise value.again()
    return value


def _spoken(make: Callable[[], Any]) -> Any:
    """The platform's own refusals (quota, no GPU free) as ours, so that the page shows them. They are known by their
    message, as a gr.Error has one: ours never come this way, and this room knows no gradio."""
    try:
        return make()
    except Exception as error:
        if not isinstance(getattr(error, "message", None), str):
            raise
        raise ModelError(plain(error.message)) from error


def _spoken_stream(values: Iterator[Any]) -> Iterator[Any]:
    try:
        while True:
            try:
                value = _spoken(lambda: next(values))
            except StopIteration:
                return
            yield value
    finally:
        values.close()


def plain(text: str) -> str:
    """A toast's words without its markup."""
    words = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())
    return f"The shared GPU was not given: {words}{'' if words.endswith('.') else '.'}"
