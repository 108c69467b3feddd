"""What a request says of proxies before ours: believed only behind a proxy of ours, and then its last word only.

Ignores who may come in. Anybody can send these headers, and gradio, its MCP pages and our own checks read them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from ...errors import SettingError

FORWARDED = (b"forwarded", b"x-real-ip", b"x-original-host")
TRUSTED = "FORWARDED_ALLOW_IPS"  # whose headers uvicorn itself believes: by default those of any peer on 127.0.0.1


def is_forwarded(name: bytes) -> bool:
    """Whether a header (in small letters) is one that proxies write."""
    return name.startswith(b"x-forwarded-") or name in FORWARDED


def last_hop(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """X-Forwarded-For once, with the last address of all its lines: what our own proxy added."""
    lines = [value for name, value in headers if name == b"x-forwarded-for"]
    others = [(name, value) for name, value in headers if name != b"x-forwarded-for"]
    return [*others, (b"x-forwarded-for", lines[-1].rsplit(b",", 1)[-1].strip())] if lines else others


def origins_of(text: str | None) -> tuple[str, ...]:
    """--allowed-origin as origins (scheme://host[:port]). Raises SettingError."""
    origins = [part.strip().rstrip("/").lower() for part in (text or "").split(",") if part.strip()]
    for origin in origins:
        try:
            parts = urlsplit(origin)
            whole = (
                parts.scheme in ("http", "https") and parts.hostname and origin == f"{parts.scheme}://{parts.netloc}"
            )
            good = whole and "@" not in origin and (parts.port is None or parts.port > 0)
        except ValueError:
            good = False
        if not good:
            raise SettingError(
                "--allowed-origin must be an address as a browser shows it, without a path, such as "
                f"https://viz.example:8443. Got {origin!r}."
            )
    return tuple(origins)


def own_origin(headers: list[tuple[bytes, bytes]], origins: tuple[str, ...]) -> str | None:
    """Which of our origins a request came to. A proxy that hands on the name alone (nginx: $host) leaves out the port:
    then the first with that name."""
    told = dict(headers)
    name = (
        (told.get(b"x-forwarded-host") or told.get(b"host", b"")).rsplit(b",", 1)[-1].strip().decode("latin-1").lower()
    )
    places = {urlsplit(origin).netloc: origin for origin in reversed(origins)}
    names = {urlsplit(origin).hostname: origin for origin in reversed(origins)}
    return places.get(name) or names.get(name)


def named(headers: list[tuple[bytes, bytes]], origin: str) -> list[tuple[bytes, bytes]]:
    """The headers with our own name and port as a proxy would tell them: gradio makes the page's addresses of them."""
    scheme, _, place = origin.partition("://")
    ours = {b"x-forwarded-host": place.encode(), b"x-forwarded-proto": scheme.encode()}
    return [*((name, value) for name, value in headers if name not in ours), *ours.items()]


def whole_path(scope: Any) -> dict[str, Any]:
    """The path with --root-path before it, as ASGI wants it and a proxy that takes it off leaves it out: or what is
    mounted (MCP, our scripts) is not found there."""
    root, path = scope.get("root_path", ""), scope.get("path", "")
    if not root or path == root or path.startswith(f"{root}/"):
        return {}
    return {"path": root + path, "raw_path": root.encode() + scope.get("raw_path", path.encode())}


class Forwarded:
    """behind_proxy: of X-Forwarded-For the last hop stays; otherwise the app never sees a header of proxies. origins:
    where visitors see the page, as the operator said it; a request to one of these names has it told whole."""

    def __init__(self, app: Any, behind_proxy: bool, origins: tuple[str, ...] = ()) -> None:
        self.app, self.behind_proxy, self.origins = app, behind_proxy, origins

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if "headers" in scope:
            headers = [(name.lower(), value) for name, value in scope["headers"]]
            kept = last_hop(headers) if self.behind_proxy else [pair for pair in headers if not is_forwarded(pair[0])]
            origin = own_origin(kept, self.origins)
            scope = {**scope, "headers": named(kept, origin) if origin else kept, **whole_path(scope)}
        await self.app(scope, receive, send)


@contextmanager
def uvicorn_believes_nobody() -> Iterator[None]:
    """A server started in here takes no address from a header: gradio 6.31 cannot pass uvicorn proxy_headers."""
    before = os.environ.get(TRUSTED)
    os.environ[TRUSTED] = ""
    try:
        yield
    finally:
        if before is None:
            del os.environ[TRUSTED]
        else:
            os.environ[TRUSTED] = before
