"""What handlers answer: updates of the page's parts by name, news for our own parts, and refusals as notices.

Ignores which component has which name (layout.py) and what is told.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any

import gradio as gr

from ..errors import LoadCancelled, QueueFull, SaliencyVizError
from ..paths import assets
from .i18n import english

log = logging.getLogger("saliency_viz")
Updates = dict[str, Any]  # a part's name (see Page.parts): its new value, or an update of its properties


def update(**properties: Any) -> dict[str, Any]:
    """An update of a part's properties, its value left as it is."""
    return gr.update(**properties)


def told(**props: Any) -> dict[str, Any]:
    """An update of one of our own parts. Each prop travels as JSON text: between the yields of a generator gradio 6.31
    sends only what changed inside a value, and its page can lose track and stop listening."""
    return update(**{name: json.dumps(value, ensure_ascii=False) for name, value in props.items()})


def note(kind: str = "", key: str | None = None, text: str | None = None, **more: Any) -> dict[str, Any]:
    """An update of the notice: kind busy, info, warning or error, with a key of the table or a sentence; "" clears.

    more: values for the blanks of the key's text; offers, wanted: see assets/app/page/recover_link.js.
    """
    return told(note={"kind": kind, "key": key, "text": text, **more})


def without_places(text: str) -> str:
    """A sentence with files of this server by their names alone: where they lie is nobody's business."""
    return _places().sub(lambda found: Path(found.group()).name, text)


@lru_cache(maxsize=1)
def _places() -> re.Pattern[str]:
    """A path under one of the folders this server lives in."""
    here = (Path.home(), Path.cwd(), Path(tempfile.gettempdir()), assets().parent, Path(sys.prefix))
    folders = {str(place) for place in (*here, *(place.resolve() for place in here)) if place != Path(place.anchor)}
    longest_first = sorted(map(re.escape, folders), key=len, reverse=True)
    return re.compile(rf"(?<![\w.-])(?:{'|'.join(longest_first)})(?![\w.-])(?:[/\\][^\s\"'/\\]*)*")


def sentence(error: Exception, what: str) -> str:
    """What a person is told of an error: a refusal's own words; an accident goes to the log, as what failed."""
    if isinstance(error, SaliencyVizError):
        return without_places(str(error))
    log.error(what, exc_info=error)
    return english("unexpected")


def trouble(error: Exception, what: str, offers: Sequence[dict[str, str]] = ()) -> dict[str, Any]:
    """An update of the notice with what went wrong, as `sentence`. offers: what a click may do about it."""
    if isinstance(error, QueueFull):
        key = f"queue_{'mine' if error.mine else 'full'}{'' if error.seconds is None else '_seconds'}"
        return note("error", key, values={"waiting": str(error.waiting), "seconds": str(error.seconds)})
    if isinstance(error, SaliencyVizError):
        kind = "info" if isinstance(error, LoadCancelled) else "error"
        return note(kind, text=without_places(str(error)), offers=list(offers))
    log.error(what, exc_info=error)
    return note("error", "unexpected")


def busy(on: bool) -> Updates:
    """Run and the button of several decodings, or Stop: one of them can be pressed."""
    return {"run": update(interactive=not on), "decodings": told(busy=on), "stop": update(interactive=on)}


def guarded(handler: Callable[..., Updates]) -> Callable[..., Updates]:
    """The handler, with refusals and accidents as notices."""

    @wraps(handler)
    def safe(*given: Any) -> Updates:
        try:
            return handler(*given)
        except Exception as error:
            return {"notice": trouble(error, f"{handler.__name__} failed")}

    return safe


def answered(function: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """A server function whose refusals and accidents become {"error": sentence}."""

    @wraps(function)
    def safe(*given: Any, **named: Any) -> dict[str, Any]:
        try:
            return function(*given, **named)
        except Exception as error:
            return {"error": sentence(error, "A request of the page failed")}

    return safe
