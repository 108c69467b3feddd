"""The language a visitor chose on the page, told to the browser's scripts before any of them asks for it.

Ignores the texts (ui/i18n.py). gradio 6.31 chooses its language before it adds what `head` holds, so the line stands
in the page itself, first in its head.
"""

from __future__ import annotations

from typing import Any

# assets/app/page/language.js keeps the choice. gradio knows Chinese by the names zh-CN and zh-TW only.
CHOSEN = (
    b"<script>try { const wanted = localStorage.getItem('saliency-viz-language') || navigator.language; "
    b"const known = /^zh/i.test(wanted) ? (/tw|hk|hant/i.test(wanted) ? 'zh-TW' : 'zh-CN') : wanted; "
    b"Object.defineProperty(navigator, 'language', { get: () => known }); } catch {}</script>"
)
HEAD = b"<head>"


class ChosenLanguage:
    """Adds the line to every HTML page; everything else passes as it is."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        start: dict[str, Any] | None = None

        async def sending(message: Any) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and is_page(message):
                start = message  # its length is known with the first part of the body
                return
            if start is not None:
                message, added = with_choice(message)
                await send(longer(start, added))
                start = None
            await send(message)

        return await self.app(scope, receive, sending)


def is_page(start: Any) -> bool:
    """Whether an answer is HTML that nothing has compressed and whose scripts run (a report's may not)."""
    told = {name.lower(): value for name, value in start.get("headers", ())}
    is_html = told.get(b"content-type", b"").startswith(b"text/html")
    return is_html and not {b"content-encoding", b"content-security-policy"} & told.keys()


def with_choice(message: Any) -> tuple[Any, int]:
    """The body with the line first in its head, and how many bytes that adds."""
    body = message.get("body", b"")
    if HEAD not in body:
        return message, 0
    return {**message, "body": body.replace(HEAD, HEAD + CHOSEN, 1)}, len(CHOSEN)


def longer(start: Any, added: int) -> Any:
    """The same head of an answer whose body grew."""

    def grown(name: bytes, value: bytes) -> bytes:
        return str(int(value) + added).encode() if name.lower() == b"content-length" else value

    return {**start, "headers": [(name, grown(name, value)) for name, value in start["headers"]]}
