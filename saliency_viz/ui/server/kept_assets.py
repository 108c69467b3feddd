"""gradio's scripts and styles stay in a visitor's browser.

Ignores our own, which say so themselves (serve.py). gradio 6.31 says nothing of its files, whose names change with what
they hold: a browser asks after each of the eighty again once a tenth of their age has passed, soon after an
installation, and reads the scripts anew.
"""

from __future__ import annotations

from typing import Any

FOR_GOOD = "public, max-age=31536000, immutable"  # Cache-Control of what never changes under its name


class KeptAssets:
    """Tells the browser to keep what lies under /assets/."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        from starlette.datastructures import MutableHeaders
        from starlette.routing import get_route_path  # pyright: ignore[reportPrivateImportUsage]  # as in auth

        async def kept(message: Any) -> None:
            if message["type"] == "http.response.start" and message["status"] in (200, 304):
                MutableHeaders(scope=message).setdefault("Cache-Control", FOR_GOOD)
            await send(message)

        asset = scope["type"] == "http" and get_route_path(scope).startswith("/assets/")
        await self.app(scope, receive, kept if asset else send)
