"""A run as a file, made under the view on the screen and handed to the browser.

Ignores how files are made (exports.py).
"""

from __future__ import annotations

import base64
from typing import Any

from .. import exports
from ..context import Context
from ..updates import answered


def fetch_export(context: Context, request: list[Any]) -> dict[str, Any]:
    """[run id, format, viewer state, id of the run beside it or None, ticket or None] -> {name, kind, data: base64}, or
    {"error": sentence}. `fetch_film` tells by the ticket how far a film has come."""
    try:
        return _made(context, request)
    finally:
        context.films.done(str(request[-1]))


@answered
def _made(context: Context, request: list[Any]) -> dict[str, Any]:
    run_id, kind, state, beside, *ticket = request
    other = context.trace(beside) if beside else None
    tell = context.films.teller(str(ticket[0])) if ticket and ticket[0] else None
    state = state if isinstance(state, dict) else {}
    file = exports.export(context.trace(run_id), str(kind), state, other, tell)
    return {"name": file.name, "kind": file.kind, "data": base64.b64encode(file.data).decode("ascii")}


def fetch_film(context: Context, ticket: str) -> float | None:
    """The part of a film that is made, 0..1; None once it is whole."""
    return context.films.part(str(ticket))
