"""Starts the page: flags and environment, the engine, and gradio's server with our files beside it.

Ignores what is on the page. Binds to this machine alone unless told otherwise (or on Hugging Face Spaces), never opens
a tunnel, sends nothing anywhere. The page is served first; torch and the model follow once a page is open.
"""

from __future__ import annotations

import argparse
import importlib.util
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...paths import assets
from ...serving.rate_limit import RateLimit
from ...terminal import LoadingLine
from ...trace import Trace

PREFIX = "SALIENCY_VIZ_"
QUEUE = 32
SESSIONS = 64  # gradio keeps the last values of this many open pages
OFFLINE = {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_DISABLE_TELEMETRY": "1"}


def parser(environment: dict[str, str]) -> argparse.ArgumentParser:
    """Every flag, with its default from the environment: --allow-any-model is SALIENCY_VIZ_ALLOW_ANY_MODEL."""
    spaces = "SPACE_ID" in environment
    host = environment.get("GRADIO_SERVER_NAME") or ("0.0.0.0" if spaces else "127.0.0.1")
    flags = argparse.ArgumentParser(
        prog="app.py", description=__doc__.splitlines()[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )

    def add(name: str, default: Any, text: str, **options: Any) -> None:
        key = PREFIX + name.upper().replace("-", "_")
        if options.get("action") == "store_true":
            default = environment.get(key, str(default)).lower() in ("1", "true", "yes", "on")
        else:
            default = environment.get(key, default)
        flags.add_argument(f"--{name}", default=default, help=text, **options)

    add("host", host, "address to listen on; 0.0.0.0 lets other machines in")
    add("port", environment.get("GRADIO_SERVER_PORT", "7860"), "port to listen on", type=int)
    add("model", "demo", "demo, a hub id or a directory; several with commas, the first is loaded at start")
    add("revision", None, "commit or tag of the named hub models, instead of the pinned one")
    add("device", "auto", "auto, cpu, cuda, cuda:N or mps")
    add("dtype", "auto", "auto, float32, bfloat16 or float16")
    add("quantization", None, "4bit or 8bit weights of the first model, through bitsandbytes")
    add("adapter", None, "a LoRA adapter for the first model, through peft: a hub id or a directory")
    add("device-map", None, "auto spreads a large model over all devices and the CPU")
    add("models-kept", None, "models held at once; unset, 1 on a GPU and 2 on the CPU, if they fit", type=int)
    add("unload-after-minutes", None, "free a model that nobody used for so long", type=float)
    add(
        "public",
        spaces,
        "treat visitors as strangers; on by itself with a --host others can reach",
        action="store_true",
    )
    add("allow-any-model", False, "let strangers name any model or adapter to load", action="store_true")
    add("only-named-models", False, "offer the models of --model and no others", action="store_true")
    add("auth", None, "user:password that visitors must give")
    add("max-new-tokens", 64, "length of a caption unless the visitor asks otherwise", type=int)
    add("max-new-tokens-limit", 256, "the most a visitor may ask for", type=int)
    add("seconds-limit", 300.0, "a run ends after this many seconds", type=float)
    add("runs-per-minute", None, "the most a visitor may start", type=int)
    add("behind-proxy", spaces, "tell visitors apart by the address a reverse proxy forwards", action="store_true")
    add("max-queue", 32, "runs that may wait; the next is told to come back", type=int)
    add("root-path", None, "path under which a reverse proxy serves the page, such as /viz")
    return flags


def is_public(options: argparse.Namespace) -> bool:
    """Whether strangers may come: told so, on a Space, or listening where other machines can reach it."""
    return options.public or options.host not in ("localhost", "::1") and not options.host.startswith("127.")


def engine_of(options: argparse.Namespace, zero: bool = False) -> Any:
    """The engine the flags describe. zero: on ZeroGPU what was loaded at the start stays. Raises SystemExit."""
    from ...serving.engine import Engine
    from ...serving.model_key import QUANTIZATIONS

    for name, kinds in (("quantization", QUANTIZATIONS), ("device_map", ("auto",))):
        if getattr(options, name) not in (None, *kinds):
            raise SystemExit(
                f"--{name.replace('_', '-')} must be {' or '.join(kinds)}. Got {getattr(options, name)!r}."
            )
    for name in ("models_kept", "unload_after_minutes", "runs_per_minute", "max_queue"):
        value = getattr(options, name)
        if value is not None and not value > 0:
            raise SystemExit(f"--{name.replace('_', '-')} must be more than 0. Got {value}.")
    names = tuple(name.strip() for name in options.model.split(",") if name.strip()) or ("demo",)
    if names != ("demo",) and "demo" not in names:
        names = (*names, "demo")
    return Engine(
        names,
        options.device,
        options.dtype,
        allow_any=options.allow_any_model or not (is_public(options) or options.only_named_models),
        seconds_limit=options.seconds_limit,
        table=not options.only_named_models,
        quantization=options.quantization,
        adapter=options.adapter,
        revision=options.revision,
        kept=options.models_kept,
        unload_after=None if zero else options.unload_after_minutes,
        device_map=options.device_map,
        tell=LoadingLine().show,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve the page until interrupted."""
    options = parser(dict(os.environ)).parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    engine = engine_of(options, _zero_gpu())
    engine.pool.watch()
    serve(
        engine,
        host=options.host,
        port=options.port,
        auth=_auth(options.auth),
        root_path=options.root_path,
        max_new_tokens=options.max_new_tokens,
        limit=options.max_new_tokens_limit,
        visitors=RateLimit(options.runs_per_minute, options.behind_proxy),
        most_waiting=options.max_queue,
    )


def serve(
    engine: Any,
    host: str = "127.0.0.1",
    port: int | None = 7860,
    auth: Any = None,
    root_path: str | None = None,
    max_new_tokens: int = 64,
    limit: int = 256,
    store: Any = None,
    opened: Trace | None = None,
    examples: Path | None = None,
    block: bool = True,
    warm: bool = True,
    visitors: RateLimit | None = None,
    most_waiting: int = QUEUE,
) -> tuple[Any, str]:
    """Build the page and launch it; returns (the gradio Blocks, its address).

    opened: a trace to show at first. examples: a folder of scenes other than ours. block: stay until interrupted.
    visitors: counts their runs. most_waiting: runs in the queue.
    """
    for name, value in OFFLINE.items():  # before gradio is imported
        os.environ.setdefault(name, value)
    zero = _zero_gpu()
    if zero and warm:
        engine.load(engine.first)  # that platform packs what is loaded before launch
    from ...serving.run_store import RunStore
    from ..components import head
    from ..layout import build, theme

    examples = examples or assets() / "examples"
    warm_later = warm and not zero
    page, translate = build(
        engine, RunStore() if store is None else store, examples, max_new_tokens, limit, opened, warm_later, visitors
    )
    page.queue(max_size=most_waiting, default_concurrency_limit=4)
    _, address, _ = page.launch(
        server_name=host,
        server_port=port,
        share=False,
        inbrowser=False,
        auth=auth,
        root_path=root_path,
        max_file_size="200mb",
        state_session_capacity=SESSIONS,
        enable_monitoring=False,
        run_history=False,
        footer_links=["api"],
        show_error=False,
        ssr_mode=False,
        pwa=False,
        quiet=True,
        i18n=translate,
        theme=theme(),
        head=head(assets()),
        mcp_server=importlib.util.find_spec("mcp") is not None,
        app_kwargs={"routes": [_files(), _health(engine, page)], "middleware": _own_pages_only() if auth else []},
        prevent_thread_lock=True,
    )
    print(f"saliency_viz is at {address}", flush=True)
    if block:
        page.block_thread()
    return page, address


def open_trace(trace: Trace, host: str = "127.0.0.1", port: int = 7860) -> None:
    """The page on one saved trace; the demo model is loaded only when something is run."""
    from ...serving.engine import Engine

    serve(Engine(), host=host, port=port, opened=trace, warm=False)


def _files() -> Any:
    """Our scripts and styles, beside gradio's own routes; nothing else of assets is public."""
    from starlette.responses import Response
    from starlette.routing import Mount, Route

    from ..components import FILES, PLOTLY, bundle

    def file(name: str, kind: str, data: bytes) -> Route:
        async def send(_: Any) -> Response:
            return Response(data, media_type=kind, headers={"Cache-Control": "public, max-age=31536000, immutable"})

        return Route(f"/{name}", send)

    script = "text/javascript"
    return Mount(
        f"/{FILES}",
        routes=[
            file("page.css", "text/css", bundle(assets(), ".css")),
            file("page.js", script, bundle(assets(), ".js")),
            file(PLOTLY, script, (assets() / PLOTLY).read_bytes()),
        ],
    )


def _health(engine: Any, page: Any) -> Any:
    """GET /healthz for whoever watches the server: state, queue, memory and version (see health.py)."""
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    from .health import health

    async def answer(_: Any) -> Any:
        return JSONResponse(health(engine, page))

    return Route("/healthz", answer)


class OwnPagesOnly:
    """Refuses requests that another site's page sends with a visitor's login (gradio 6.31 answers any origin)."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = dict(scope.get("headers") or [])
        origin, host = headers.get(b"origin"), headers.get(b"x-forwarded-host", headers.get(b"host", b""))
        if origin is None or origin.partition(b"://")[2] == host:
            return await self.app(scope, receive, send)
        await send({"type": "http.response.start", "status": 403, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": b"This page answers only its own site."})


def _own_pages_only() -> list[Any]:
    from starlette.middleware import Middleware

    return [Middleware(OwnPagesOnly)]


def _auth(text: str | None) -> tuple[str, str] | None:
    user, colon, password = (text or "").partition(":")
    if text and not (user and colon and password):
        raise SystemExit("--auth must be user:password. Got something else.")
    return (user, password) if text else None


def _zero_gpu() -> bool:
    """Whether this is a Space on shared GPUs; its package must be imported before torch."""
    if importlib.util.find_spec("spaces") is None:
        return False
    import spaces  # noqa: F401

    return os.environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "true")
