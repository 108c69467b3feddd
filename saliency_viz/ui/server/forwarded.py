"""What a request says of proxies before ours: believed only behind a proxy of ours, and then its last word only.

Ignores who may come in. Anybody can send these headers, and gradio, its MCP pages and our own checks read them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

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


class Forwarded:
    """behind_proxy: of X-Forwarded-For the last hop stays; otherwise the app never sees a header of proxies."""

    def __init__(self, app: Any, behind_proxy: bool) -> None:
        self.app, self.behind_proxy = app, behind_proxy

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if "headers" in scope:
            headers = [(name.lower(), value) for name, value in scope["headers"]]
            kept = last_hop(headers) if self.behind_proxy else [pair for pair in headers if not is_forwarded(pair[0])]
            scope = {**scope, "headers": kept}
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
