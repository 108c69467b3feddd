"""Assistants as users: over MCP the three endpoints are tools, and nothing else is."""

from __future__ import annotations

import asyncio
import base64
import json
import urllib.parse
import urllib.request
from typing import Any

import pytest

from .app_browser import open_site, write_examples
from .traces import png

pytest.importorskip("mcp", reason='comes with pip install "gradio[mcp]"')
PICTURE = "data:image/png;base64," + base64.b64encode(png()).decode()
ARGUMENTS = {
    "caption": [
        "image", "prompt", "max_new_tokens", "temperature", "seed", "sgrs", "alpha", "locore", "beta",
        "more", "video", "frames", "system", "sgrs_history", "sgrs_score",
        "decoding", "decoding_values", "sgrs_recent",
    ],
    "explain_token": ["run", "token", "layer"],
    "export": ["run", "format", "token", "layer", "normalization"],
}  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = open_site(write_examples(tmp_path_factory.mktemp("mcp") / "examples"), pause=0.0)
    yield site
    site.page.close()


@pytest.fixture(scope="module")
def ask(site):
    """ask(name of a session's method, ...): one question of the official client to the running server."""
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async def answer(method: str, *values: Any) -> Any:
        place = f"{site.address}/gradio_api/mcp/"
        async with streamable_http_client(place) as (read, write, _), ClientSession(read, write) as session:
            await session.initialize()
            return await getattr(session, method)(*values)

    return lambda method, *values: asyncio.run(answer(method, *values))


def test_the_tools_are_the_three_endpoints_with_their_arguments_each_explained(ask):
    tools = {tool.name: tool for tool in ask("list_tools").tools}
    assert {name: list(tool.inputSchema["properties"]) for name, tool in tools.items()} == ARGUMENTS
    for tool in tools.values():
        assert tool.inputSchema["required"] == list(tool.inputSchema["properties"])[:1]
        assert all(len(about["description"]) > 10 for about in tool.inputSchema["properties"].values())
    assert tools["caption"].description.startswith("Caption an image, several, or a video")
    assert "such as image.pdf" in tools["export"].description
    assert "nats" in tools["explain_token"].description
    assert ask("list_resources").resources == [] and ask("list_prompts").prompts == []


def told(answer):
    """The structured content, which the text says as JSON too."""
    assert not answer.isError and json.loads(answer.content[0].text) == answer.structuredContent
    return answer.structuredContent


@pytest.mark.slow
def test_a_picture_is_captioned_a_token_explained_and_the_run_exported(ask, site):
    caption = told(ask("call_tool", "caption", {"image": PICTURE, "max_new_tokens": 6}))
    assert caption["caption"] == "".join(token["text"] for token in caption["tokens"]) and len(caption["tokens"]) == 6
    assert site.backend.calls[-1]["image"].size == (70, 49)
    explained = told(ask("call_tool", "explain_token", {"run": caption["run"], "token": 4}))
    assert len(explained["keys"]) == 3 + 35 + 4 + 4 and explained["units"]["saliency_raw"].endswith("nats")
    assert explained["token"] == caption["tokens"][4]
    exported = told(ask("call_tool", "export", {"run": caption["run"], "format": "citation"}))
    assert list(exported) == ["file"] and exported["file"].endswith(".bib")
    assert urllib.request.urlopen(exported["file"]).read().startswith(b"@")


def test_a_figure_comes_as_a_picture_beside_its_address(ask):
    run = told(ask("call_tool", "caption", {"image": PICTURE, "max_new_tokens": 3}))["run"]
    answer = ask("call_tool", "export", {"run": run, "format": "scores.png"})
    assert told(answer)["file"].endswith(".png")
    assert [part.type for part in answer.content] == ["text", "image"]


def test_progress_changes_nothing_of_the_answer(site):
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async def answer():
        place, seen = f"{site.address}/gradio_api/mcp/", []

        async def hear(progress, total, message):
            seen.append(message)

        async with streamable_http_client(place) as (read, write, _), ClientSession(read, write) as session:
            await session.initialize()
            values = {"image": PICTURE, "max_new_tokens": 6}
            return await session.call_tool("caption", values, progress_callback=hear), seen

    found, seen = asyncio.run(answer())
    assert len(told(found)["tokens"]) == 6 and seen


@pytest.mark.slow
def test_with_a_login_and_behind_a_proxy_a_caption_still_is_made(tmp_path, monkeypatch):
    from mcp import ClientSession
    from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client

    site = open_site(write_examples(tmp_path / "examples"), auth=("me", "secret"), pause=0.0)
    form = urllib.parse.urlencode({"username": "me", "password": "secret"}).encode()
    login = urllib.request.urlopen(f"{site.address}/login", form)
    cookie = "; ".join(part.split(";")[0] for part in login.headers.get_all("Set-Cookie"))

    async def answer():
        place = f"{site.address}/gradio_api/mcp/"
        async with (
            create_mcp_http_client(headers={"Cookie": cookie}) as own,
            streamable_http_client(place, http_client=own) as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
            monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
            return await session.call_tool("caption", {"image": PICTURE, "max_new_tokens": 6})

    try:
        assert len(told(asyncio.run(answer()))["tokens"]) == 6
    finally:
        site.page.close()


@pytest.mark.parametrize(
    ("tool", "values", "words"),
    [
        ("caption", {"image": PICTURE, "max_new_tokens": 0}, "max_new_tokens must be in [1, 256] here. Got 0."),
        ("explain_token", {"run": "gone"}, "This run is no longer kept here."),
        ("export", {"run": "gone", "format": "json"}, "This run is no longer kept here."),
        ("export", {"run": "gone", "token": 2, "layer": "3"}, "This run is no longer kept here."),
    ],
)
def test_a_refusal_is_a_sentence(ask, tool, values, words):
    answer = ask("call_tool", tool, values)
    assert answer.isError and words in answer.content[0].text


@pytest.mark.parametrize("path", ["/etc/hostname", "README.md", "file:///etc/hostname"])
def test_no_file_of_the_server_can_be_named_as_a_picture(ask, path):
    answer = ask("call_tool", "caption", {"image": path})
    assert answer.isError and "Invalid file data format" in answer.content[0].text
