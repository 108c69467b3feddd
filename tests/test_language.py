"""The chosen language stands first in the head of every HTML page, and nothing else is touched."""

from __future__ import annotations

import asyncio

import pytest

from saliency_viz.ui.server.language import CHOSEN, ChosenLanguage

PAGE = b"<!doctype html><html><head><script>first</script></head><body>\xe7\x8c\xab <head></body></html>"


def answered(kind: bytes, parts: list[bytes], *more: tuple[bytes, bytes]) -> tuple[dict[bytes, bytes], list[bytes]]:
    """(headers, body's parts) of an answer of this kind after the middleware."""

    async def app(scope, receive, send):
        length = str(sum(map(len, parts))).encode()
        headers = [(b"content-type", kind), (b"content-length", length), *more]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for number, part in enumerate(parts):
            await send({"type": "http.response.body", "body": part, "more_body": number + 1 < len(parts)})

    sent = []

    async def send(message):
        sent.append(message)

    asyncio.run(ChosenLanguage(app)({"type": "http"}, None, send))
    assert [message["type"] for message in sent] == ["http.response.start"] + ["http.response.body"] * len(parts)
    return dict(sent[0]["headers"]), [message["body"] for message in sent[1:]]


def test_the_line_stands_before_every_other_script_and_the_length_says_so():
    headers, (body,) = answered(b"text/html; charset=utf-8", [PAGE])
    assert body == PAGE.replace(b"<head>", b"<head>" + CHOSEN, 1)
    assert int(headers[b"content-length"]) == len(body) == len(PAGE) + len(CHOSEN)


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        (b"application/json", ()),
        (b"text/html", ((b"content-encoding", b"br"),)),
        (b"text/html", ((b"content-security-policy", b"sandbox"),)),
        (b"text/css", ()),
    ],
)
def test_what_is_no_readable_page_passes_as_it_is(kind, more):
    headers, parts = answered(kind, [PAGE, b"rest"], *more)
    assert parts == [PAGE, b"rest"] and int(headers[b"content-length"]) == len(PAGE) + 4


def test_a_page_in_parts_and_one_without_a_head_keep_their_length_true():
    headers, parts = answered(b"text/html", [PAGE, b"<head>"])
    assert parts[1] == b"<head>" and int(headers[b"content-length"]) == sum(map(len, parts))
    headers, parts = answered(b"text/html", [b"no page"])
    assert parts == [b"no page"] and headers[b"content-length"] == b"7"
