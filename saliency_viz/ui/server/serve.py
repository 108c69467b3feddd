"""Starts the page: flags and environment, the engine, and gradio's server with our files beside it.

Ignores what is on the page. Binds to this machine alone unless told otherwise (or on Hugging Face Spaces), never opens
a tunnel, sends nothing anywhere. The page is served first; torch and the model follow once a page is open.
"""

from __future__ import annotations

import argparse
import importlib.util
import logging
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...errors import SaliencyVizError
from ...flags import write_anything
from ...paths import assets
from ...quick_imports import not_collecting
from ...serving.engine import Engine
from ...serving.rate_limit import RateLimit
from ...serving.run_store import RunStore
from ...serving.turns import Turns
from ...trace import Trace
from .auth import FewLogins, LoggedInOnly, OwnPagesOnly, compared, login
from .delivered import Delivered
from .flags import engine_of, is_zero_gpu, parser
from .forwarded import Forwarded, origins_of, uvicorn_believes_nobody
from .kept_assets import FOR_GOOD, KeptAssets
from .language import ChosenLanguage
from .reports import Report, reports_of, reports_route
from .starting import check_address, for_gradio, keep_uploads_apart, not_made_yet, waited_for, without_proxies

QUEUE, LOOKS = 32, 16  # places of runs, and of looks deeper into one
THREADS = 128  # that handlers may wait and work in, beside the one for each place
SESSIONS = 64  # gradio keeps the last values of this many open pages
OFFLINE = {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_DISABLE_TELEMETRY": "1"}
# gradio 6.31 keeps 10,000 events and sums them up with pandas at the end of each, for a page of its own that is off.
OFFLINE |= {"GRADIO_ANALYTICS_MAX_EVENTS": "100", "GRADIO_ANALYTICS_CACHE_FREQUENCY": str(10**9)}


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve the page until interrupted."""
    write_anything(sys.stdout, sys.stderr)
    options = parser(dict(os.environ)).parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    engine = engine_of(options, _zero_gpu())
    engine.pool.watch()
    try:
        _serve(engine, options)
    except SaliencyVizError as error:
        raise SystemExit(f"app.py: {error}") from error


def _serve(engine: Engine, options: argparse.Namespace) -> None:
    serve(
        engine,
        host=options.host,
        port=options.port,
        auth=login(options.auth),
        root_path=options.root_path,
        max_new_tokens=options.max_new_tokens,
        limit=options.max_new_tokens_limit,
        rate_limit=RateLimit(options.runs_per_minute, options.behind_proxy),
        most_waiting=options.max_queue,
        origins=origins_of(options.allowed_origin),
        metrics=options.metrics,
        reports=reports_of(options.report or ()),
    )


def serve(
    engine: Engine,
    host: str = "127.0.0.1",
    port: int | None = 7860,
    auth: Any = None,
    root_path: str | None = None,
    max_new_tokens: int = 64,
    limit: int = 256,
    store: RunStore | None = None,
    opened: Trace | None = None,
    examples: Path | None = None,
    block: bool = True,
    warm: bool = True,
    rate_limit: RateLimit | None = None,
    most_waiting: int = QUEUE,
    origins: tuple[str, ...] = (),
    metrics: bool = False,
    reports: Sequence[Report] = (),
) -> tuple[Any, str]:
    """Build the page and launch it; returns (the gradio Blocks, its address).

    auth: (user, password). limit: the most new tokens a run may ask for. opened: a trace to show at first. examples: a
    folder of scenes other than ours. block: stay until interrupted. rate_limit: counts visitors' runs. most_waiting:
    runs in the queue. origins: where visitors see the page (scheme://host[:port]), if a proxy does not say it.
    metrics: serve /metrics. reports: listed on the page and served beside it.
    Raises SettingError where it cannot be served there.
    """
    if port is not None:
        check_address(host, port)
    folder = keep_uploads_apart()
    for name, value in OFFLINE.items():  # before gradio is imported
        os.environ.setdefault(name, value)
    if _zero_gpu() and warm:
        engine.load(engine.first)  # that platform packs what is loaded before launch
        warm = False
    with not_collecting():
        from ..i18n import translator
        from .build import build
        from .stopping import until_stopped

    context = _context(
        engine, most_waiting, examples, store, rate_limit, limit=limit, opened=opened, warm=warm, folder=folder
    )
    translate = translator()
    with not_made_yet():
        page = build(context, translate, max_new_tokens, [report.told() for report in reports])
    address = _launched(
        page,
        {"routes": _routes(context, auth, metrics, reports), "middleware": _middleware(auth, context, origins)},
        THREADS + 3 * most_waiting + LOOKS,
        server_name=for_gradio(host),
        server_port=port,
        auth=compared(auth) if auth else None,
        root_path=root_path,
        i18n=translate,
    )
    engine.launched = True
    print(f"saliency_viz is at {address}", flush=True)
    if block:
        until_stopped(page, context, lambda: shutil.rmtree(folder.path, ignore_errors=True))
    return page, address


def _context(
    engine: Engine,
    most_waiting: int,
    examples: Path | None,
    store: RunStore | None,
    rate_limit: RateLimit | None,
    **given: Any,
) -> Any:
    """What every handler is given."""
    from ..context import Context, reading
    from ..gallery import Gallery

    return Context(
        engine=engine,
        store=RunStore() if store is None else store,
        rate_limit=rate_limit or RateLimit(),
        gallery=Gallery(examples or assets() / "examples"),
        turns=Turns({"run": most_waiting, "look": LOOKS}, seconds=engine.pace.wait),
        decoding=reading(2 * most_waiting),  # a run is read before it has a place
        **given,
    )


def _launched(page: Any, app: dict[str, Any], threads: int, **given: Any) -> str:
    """The address at which gradio serves the page, with what is ours in its app and nothing of what we do not want."""
    from ..components import head
    from ..layout import theme
    from .refusals import handlers
    from .tools import answer_in_json

    with not_made_yet():
        page.queue(max_size=threads, default_concurrency_limit=4, api_open=False)
    with uvicorn_believes_nobody(), without_proxies(), waited_for():
        _, address, _ = page.launch(
            **given,
            max_threads=threads,
            share=False,
            inbrowser=False,
            max_file_size="200mb",
            state_session_capacity=SESSIONS,
            enable_monitoring=False,
            run_history=False,
            footer_links=["api"],
            show_error=False,
            ssr_mode=False,
            pwa=False,
            quiet=True,
            theme=theme(),
            head=head(assets()),
            mcp_server=importlib.util.find_spec("mcp") is not None,
            app_kwargs={**app, "exception_handlers": handlers()},
            prevent_thread_lock=True,
            _frontend=False,  # or it gives up where the page takes longer than 3 s to come
        )
    if page.mcp_server_obj and page.local_url:
        answer_in_json(page.mcp_server_obj, page.local_url)
    return address


def _routes(context: Any, auth: Any, metrics: bool, reports: Sequence[Report]) -> list[Any]:
    """Our own beside gradio's."""
    from .health import health, health_route

    routes = [_files(), health_route(context)]
    if reports:
        routes.append(reports_route(reports))
    if metrics:
        from .metrics import Metrics, metrics_route

        counts = Metrics(lambda: health(context))
        context.engine.ran = counts.ran
        routes.append(metrics_route(counts, compared(auth) if auth else None, context.rate_limit.behind_proxy))
    return routes


def _middleware(auth: Any, context: Any, origins: tuple[str, ...]) -> list[Any]:
    """What every request passes through before gradio, in this order."""
    from starlette.middleware import Middleware

    from .temp_files import TempFiles

    behind = context.rate_limit.behind_proxy
    own = Middleware(OwnPagesOnly, origins=origins)
    gate = [own, Middleware(FewLogins, behind_proxy=behind), Middleware(LoggedInOnly)]
    return [
        Middleware(ChosenLanguage),
        Middleware(Forwarded, behind_proxy=behind, origins=origins),
        *(gate if auth else ()),
        Middleware(Delivered),
        Middleware(KeptAssets),
        Middleware(TempFiles, folder=context.folder),
    ]


def open_trace(trace: Trace, host: str = "127.0.0.1", port: int = 7860) -> None:
    """The page on one saved trace; the demo model is loaded only when something is run."""
    serve(Engine(), host=host, port=port, opened=trace, warm=False)


def _files() -> Any:
    """Our scripts and styles, beside gradio's own routes; nothing else of assets is public."""
    from starlette.responses import Response
    from starlette.routing import Mount, Route

    from ..components import FILES, PLOTLY, bundle

    def file(name: str, kind: str, data: bytes) -> Route:
        async def send(_: Any) -> Response:
            return Response(data, media_type=kind, headers={"Cache-Control": FOR_GOOD})

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


def _zero_gpu() -> bool:
    """Whether this is a Space on shared GPUs; its package must be imported before torch."""
    if importlib.util.find_spec("spaces") is None:
        return False
    import spaces  # noqa: F401  # pyright: ignore[reportMissingImports]  # it is there on that platform only

    return is_zero_gpu(dict(os.environ))
