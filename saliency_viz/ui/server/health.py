"""How the server is: what is loaded, who waits, what memory is left. For /healthz.

Ignores who asks: it holds nothing that a stranger may not know (a model in a directory goes by its last part).
"""

from __future__ import annotations

import sys
from typing import Any

import psutil

from ... import __version__
from ...serving.model_key import ModelKey
from ...serving.temp_folder import TempFolder
from ...serving.turns import Turns
from ..context import Context


def health(context: Context) -> dict[str, Any]:
    """{ok, version, model: state of the first, models: {label: state}, queue (see `queue`), memory: bytes {free, total,
    process, cuda_free, cuda_total}, disk (see `disk`)}. ok: the process answers, the first model has not failed and the
    disk takes uploads."""
    engine = context.engine
    folder = context.folder
    states = {key: engine.status(key)["state"] for key in {engine.first, *engine.pool.held()}}
    return {
        "ok": states[engine.first] != "failed" and (folder is None or folder.free > folder.spare),
        "version": __version__,
        "model": states[engine.first],
        "models": {ModelKey.read(key).label: state for key, state in states.items()},
        "queue": queue(context.turns),
        "memory": memory(),
        "disk": disk(folder),
    }


def queue(turns: Turns) -> dict[str, Any]:
    """{waiting, most: of runs, running, seconds: until who comes now has a turn, oldest: seconds since the turn of what
    runs began, longest: seconds that the one which waits longest has waited; 0 where there is none}."""
    now, waiting, running = turns.clock(), tuple(turns.waiting), tuple(turns.running)
    return {
        "waiting": len(waiting),
        "most": turns.most["run"],
        "running": bool(running),
        "seconds": turns.seconds(len(waiting)),
        "oldest": max((round(now - (turn.began or now), 1) for turn in running), default=0.0),
        "longest": max((round(now - turn.came, 1) for turn in waiting), default=0.0),
    }


def disk(folder: TempFolder | None) -> dict[str, int]:
    """Bytes of the disk that holds uploads and files on their way out: {free, used: by those, most: of those}."""
    return {} if folder is None else {"free": folder.free, "used": folder.bytes, "most": folder.most}


def memory() -> dict[str, int]:
    """Bytes, of the machine and of this process; of the first CUDA device where torch already uses it."""
    machine = psutil.virtual_memory()
    found = {"free": machine.available, "total": machine.total, "process": psutil.Process().memory_info().rss}
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available() and torch.cuda.is_initialized():
        found["cuda_free"], found["cuda_total"] = torch.cuda.mem_get_info()
    return found


def health_route(context: Context) -> Any:
    """GET /healthz for whoever watches the server."""
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    def answer(_: Any) -> Any:  # not async: the folder is looked through in a thread of its own
        return JSONResponse(health(context))

    return Route("/healthz", answer)
