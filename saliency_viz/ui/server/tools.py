"""What an assistant gets from our tools (MCP): JSON, in the protocol's structured content and as text.

Ignores what the tools do. gradio 6.31 writes Python's text of the objects instead, asks its own address through any
proxy that is named, and without a login where one is needed.
"""

from __future__ import annotations

import json
from typing import Any

PATIENCE = 60.0  # seconds: a busy server is slower than the 5 that are usual


def answer_in_json(server: Any, address: str) -> None:
    """Change a running GradioMCPServer. address: of the server itself."""
    types, written = server.types, server.postprocess_output_data

    def content(data: Any, root_url: str) -> list[Any]:
        images = [part for part in written(data, root_url) if part.type == "image"]
        return [types.TextContent(type="text", text=_json(_listed(data, root_url))), *images]

    asked = server.mcp_server.request_handlers[types.CallToolRequest]

    async def call(request: Any) -> Any:
        answer = await asked(request)
        result = answer.root
        if not result.isError:
            endpoint = server.get_block_fn_from_endpoint_name(server.tool_to_endpoint[request.params.name])
            labels = [part.label for part in endpoint.outputs]
            result.structuredContent = named(json.loads(result.content[0].text), labels)
            result.content[0].text = _json(result.structuredContent)
        return answer

    def client() -> Any:
        if server._client_instance is None:
            server._client_instance = _client(address, server.mcp_server.request_context.request)
        return server._client_instance

    server.postprocess_output_data, server._get_or_create_client = content, client
    server.mcp_server.request_handlers[types.CallToolRequest] = call


def named(values: list[Any], labels: list[str]) -> dict[str, Any]:
    """An endpoint's values as one object: a table keeps its own names, any other value goes by its label."""
    found: dict[str, Any] = {}
    for label, value in zip(labels, values, strict=True):
        found.update(value if isinstance(value, dict) else {label: value})
    return found


def _listed(data: Any, root_url: str) -> list[Any]:
    """An endpoint's values as JSON knows them; of a file its address."""
    from gradio.processing_utils import add_root_url

    if len(data) == 1 and isinstance(data[0], tuple):  # as gradio's own client gives several
        data = data[0]
    plain = [value.model_dump() if hasattr(value, "model_dump") else value for value in data]
    return [_address(value) for value in add_root_url(plain, root_url, None)]


def _address(value: Any) -> Any:
    is_file = isinstance(value, dict) and (value.get("meta") or {}).get("_type") == "gradio.FileData"
    return value["url"] if is_file else value


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _client(address: str, request: Any) -> Any:
    """gradio's client of this very server, with the login of whoever asks first."""
    from gradio_client import Client

    login = {"cookie": request.headers["cookie"]} if "cookie" in request.headers else {}
    return Client(
        address,
        download_files=False,
        verbose=False,
        analytics_enabled=False,
        _skip_components=False,
        headers={"x-gradio-user": "mcp", **login},
        httpx_kwargs={"trust_env": False, "timeout": PATIENCE},
    )
