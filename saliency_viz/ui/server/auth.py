"""Who may come in where a login is asked for: the login itself, only from this site's own pages, and nothing before it.

Ignores what they ask.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any

from ...errors import LimitError
from ...serving.rate_limit import RateLimit, visitor

LOGINS_PER_MINUTE = 10  # of one visitor, right or wrong
DOORS = (  # what a stranger needs in order to log in, or to see that the server lives
    *("/", "/login", "/login/", "/healthz", "/gradio_api/startup-events"),
    "/metrics",  # asks for the login itself
    *("/theme.css", "/gradio_api/theme.css", "/favicon.ico", "/robots.txt", "/manifest.json"),
)
DOOR_FOLDERS = ("/static/", "/assets/", "/viewer-files/", "/svelte/")  # scripts and styles, the same for everybody


def login(text: str | None) -> tuple[str, str] | None:
    """--auth as (user, password), None where there is none. Raises SystemExit."""
    user, colon, password = (text or "").partition(":")
    if text and not (user and colon and password):
        raise SystemExit("--auth must be user:password. Got something else.")
    return (user, password) if text else None


def compared(expected: tuple[str, str]) -> Callable[[str, str], bool]:
    """Whether a user and a password are the expected ones, in a time that tells nothing of how much was right."""

    def same(user: str, password: str) -> bool:
        matches = [
            hmac.compare_digest(right.encode(), given.encode(errors="surrogatepass"))
            for right, given in zip(expected, (user, password), strict=True)
        ]
        return all(matches)  # both are compared, always

    return same


class OwnPagesOnly:
    """Refuses requests that another site's page sends with a visitor's login (gradio 6.31 answers any origin). origins:
    further addresses of this site, from --allowed-origin."""

    def __init__(self, app: Any, origins: tuple[str, ...] = ()) -> None:
        self.app, self.origins = app, {origin.encode() for origin in origins}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = dict(scope.get("headers") or [])
        origin, host = headers.get(b"origin"), headers.get(b"x-forwarded-host") or headers.get(b"host", b"")
        host = host.rsplit(b",", 1)[-1].strip()  # our own proxy's word; forwarded.py removes all others
        if origin is None or origin.partition(b"://")[2] == host or origin in self.origins:
            return await self.app(scope, receive, send)
        await _refuse(403, "This page answers only its own site.")(scope, receive, send)


class FewLogins:
    """Refuses logins of a visitor who tries too often."""

    def __init__(self, app: Any, behind_proxy: bool) -> None:
        self.app, self.behind_proxy = app, behind_proxy
        self.tried = RateLimit(LOGINS_PER_MINUTE, of="login")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["method"] == "POST" and _path(scope).rstrip("/") == "/login":
            from starlette.requests import HTTPConnection

            try:
                self.tried.admit(visitor(HTTPConnection(scope), self.behind_proxy))
            except LimitError as error:
                return await _refuse(429, str(error))(scope, receive, send)
        await self.app(scope, receive, send)


class LoggedInOnly:
    """Refuses whoever has not logged in on every route but the doors (gradio 6.31 leaves MCP and others open)."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan" or _is_door(_path(scope)) or _user(scope):
            return await self.app(scope, receive, send)
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": 1008})
        await _refuse(401, "Log in first.")(scope, receive, send)


def _path(scope: Any) -> str:
    from starlette.routing import get_route_path  # pyright: ignore[reportPrivateImportUsage]  # its home is private

    return get_route_path(scope)


def _is_door(path: str) -> bool:
    return path in DOORS or path.startswith(DOOR_FOLDERS)


def _user(scope: Any) -> str | None:
    """Who gradio's own cookie says is asking."""
    from starlette.requests import HTTPConnection

    gradio, cookies = scope["app"], HTTPConnection(scope).cookies
    names = (f"access-token-{gradio.cookie_id}", f"access-token-unsecure-{gradio.cookie_id}")
    return next((gradio.tokens[cookies[name]] for name in names if cookies.get(name) in gradio.tokens), None)


def _refuse(status: int, sentence: str) -> Any:
    from starlette.responses import JSONResponse

    return JSONResponse({"detail": sentence}, status)
