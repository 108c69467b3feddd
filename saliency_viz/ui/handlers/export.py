"""A run as a file, made under the view on the screen and handed to the browser.

Ignores how files are made (exports.py).
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from .. import exports
from ..context import Context
from ..updates import answered

SECONDS = 180.0  # a file may take, giving way to the model


def fetch_export(context: Context, request: list[Any], who: str) -> dict[str, Any]:
    """[run id, format, viewer state, id of the run beside it or None, ticket or None] -> {name, kind, data: base64}, or
    {"error": sentence}. `fetch_film` tells by the ticket how far a film has come."""
    try:
        return _made(context, request, who)
    finally:
        context.films.done(str(request[-1]))


@answered
def _made(context: Context, request: list[Any], who: str) -> dict[str, Any]:
    context.rate_limit.admit(who)
    run_id, kind, state, beside, *ticket = request
    other = context.trace(beside) if beside else None
    tell = context.films.teller(str(ticket[0])) if ticket and ticket[0] else None
    state = state if isinstance(state, dict) else {}
    file = exported(context, who, context.trace(run_id), str(kind), state, other, tell=tell)
    return {"name": file.name, "kind": file.kind, "data": base64.b64encode(file.data).decode("ascii")}


def exported(context: Context, who: str, *what: Any, tell: Callable[[float], None] | None = None) -> exports.File:
    """The file (see `exports.export`), made beside the model. Raises SaliencyVizError."""
    return context.drawing.do(who, exports.export, *what, seconds=SECONDS, tell=tell)


def fetch_film(context: Context, ticket: str) -> float | None:
    """The part of a film that is made, 0..1; None once it is whole."""
    return context.films.part(str(ticket))
