"""Who may come in where a login is asked for: the login itself, and only from this site's own pages.

Ignores what they ask.
"""

from __future__ import annotations

from typing import Any


def login(text: str | None) -> tuple[str, str] | None:
    """--auth as (user, password), None where there is none. Raises SystemExit."""
    user, colon, password = (text or "").partition(":")
    if text and not (user and colon and password):
        raise SystemExit("--auth must be user:password. Got something else.")
    return (user, password) if text else None


class OwnPagesOnly:
    """Refuses requests that another site's page sends with a visitor's login (gradio 6.31 answers any origin)."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = dict(scope.get("headers") or [])
        origin, host = headers.get(b"origin"), headers.get(b"x-forwarded-host") or headers.get(b"host", b"")
        host = host.rsplit(b",", 1)[-1].strip()  # our own proxy's word; forwarded.py removes all others
        if origin is None or origin.partition(b"://")[2] == host:
            return await self.app(scope, receive, send)
        await send({"type": "http.response.start", "status": 403, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": b"This page answers only its own site."})
