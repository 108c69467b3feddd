"""How the server is: what is loaded, who waits, what memory is left. For /healthz.

Ignores who asks: it holds nothing that a stranger may not know (a model in a directory goes by its last part).
"""

from __future__ import annotations

import sys
from typing import Any

import psutil

from ... import __version__
from ...serving.model_key import ModelKey


def health(engine: Any, page: Any) -> dict[str, Any]:
    """{ok, version, model: state of the first, models: {label: state}, queue: {waiting, most, running, seconds},
    memory: bytes {free, total, process, cuda_free, cuda_total}}. ok: the process answers and the first model has not
    failed."""
    states = {key: engine.status(key)["state"] for key in {engine.first, *engine.pool.held()}}
    waiting = waiting_runs(page)
    return {
        "ok": states[engine.first] != "failed",
        "version": __version__,
        "model": states[engine.first],
        "models": {ModelKey.read(key).label: state for key, state in states.items()},
        "queue": {
            "waiting": waiting,
            "most": page._queue.max_size,
            "running": engine.pool.working(),
            "seconds": engine.pace.wait(waiting),
        },
        "memory": memory(),
    }


def waiting_runs(page: Any) -> int:
    """Events that wait in gradio's queue; those that run are not among them."""
    return len(page._queue)


def memory() -> dict[str, int]:
    """Bytes, of the machine and of this process; of the first CUDA device where torch already uses it."""
    machine = psutil.virtual_memory()
    found = {"free": machine.available, "total": machine.total, "process": psutil.Process().memory_info().rss}
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available() and torch.cuda.is_initialized():
        found["cuda_free"], found["cuda_total"] = torch.cuda.mem_get_info()
    return found


def health_route(engine: Any, page: Any) -> Any:
    """GET /healthz for whoever watches the server."""
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    async def answer(_: Any) -> Any:
        return JSONResponse(health(engine, page))

    return Route("/healthz", answer)
