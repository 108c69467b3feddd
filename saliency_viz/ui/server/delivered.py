"""Forgets what gradio keeps of a session once its answers were delivered, or nobody came for them.

Ignores what they said. gradio 6.31 keeps a queue of messages for each of the last 2,000 sessions and an entry for every
one there ever was; a program's every call is a session.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

STREAMS = ("/gradio_api/queue/data", "/gradio_api/call/")
KEPT = 600.0  # seconds that an answer waits for whoever asked


class Delivered:
    """Looks through gradio's sessions whenever one of their streams ended."""

    def __init__(self, app: Any, clock: Callable[[], float] = time.monotonic) -> None:
        self.app, self.clock = app, clock
        self.since: dict[str, float] = {}  # by session: when its answers were first seen to be ready and not fetched

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        from starlette.routing import get_route_path  # pyright: ignore[reportPrivateImportUsage]  # as in auth

        try:
            await self.app(scope, receive, send)
        finally:
            if scope["type"] == "http" and scope["method"] == "GET" and get_route_path(scope).startswith(STREAMS):
                self.forget(scope["app"].get_blocks()._queue)

    def forget(self, queue: Any) -> None:
        """Sessions of which nothing is asked and nothing waits. In the server's own loop, so that none begins here."""
        for session, asked in list(queue.pending_event_ids_session.items()):
            if any(event in queue.event_ids_to_events for event in asked):
                self.since.pop(session, None)
            elif not asked or self.clock() - self.since.setdefault(session, self.clock()) >= KEPT:
                self.since.pop(session, None)
                queue.pending_event_ids_session.pop(session)
                queue.pending_messages_per_session.pop(session, None)
        for session in [one for one in self.since if one not in queue.pending_event_ids_session]:
            del self.since[session]
