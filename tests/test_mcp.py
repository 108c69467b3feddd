"""Assistants as users: over MCP the three endpoints are tools, and nothing else is."""

from __future__ import annotations

import ast
import asyncio
import base64
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


def test_a_picture_is_captioned_a_token_explained_and_the_run_exported(ask, site):
    answer = ask("call_tool", "caption", {"image": PICTURE, "max_new_tokens": 6})
    text, details = ast.literal_eval(answer.content[0].text)
    assert text == "".join(token["text"] for token in details["tokens"]) and len(details["tokens"]) == 6
    assert site.backend.calls[-1]["image"].size == (70, 49)
    explained = ask("call_tool", "explain_token", {"run": details["run"], "token": 4}).content[0].text
    explained = ast.literal_eval(explained.removeprefix("root="))
    assert len(explained["keys"]) == 3 + 35 + 4 + 4 and explained["units"]["saliency_raw"].endswith("nats")
    exported = ask("call_tool", "export", {"run": details["run"], "format": "citation"})
    assert exported.content[0].text.endswith(".bib") and not exported.isError


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
