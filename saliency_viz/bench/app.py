"""How long a person waits for the app: from its start to the first page, and from a click to the numbers it needs.

Ignores the browser: drawing is timed there. A click on a run of ordinary size asks the server nothing at all.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import partial

import torch

from ..errors import SaliencyVizError
from ..figures.web.payload import payload, rows_payload
from ..trace import RunSettings, Trace
from ..verify.workload import Workload
from .clock import rounds, seconds
from .port import free_port
from .rows import Row

PATIENCE = 120.0  # seconds until a start counts as failed
START = "from saliency_viz.ui.server.serve import main; main()"
LOAD = "import sys, saliency_viz; saliency_viz.load_model(sys.argv[1], sys.argv[2], sys.argv[3])"


def app_rows(
    work: Workload, model: str, device: str, dtype: str, repeats: int, tell: Callable[[str], None]
) -> list[Row]:
    """(d) Seconds to the first page and to a loaded model; (e) milliseconds and bytes of what a page is sent."""
    starts = min(repeats, 3)
    waiting: dict[str, Callable[[int], float]] = {"start to first page": lambda _: _start()}
    if not model.startswith("random "):
        waiting["start to loaded model"] = lambda _: _load(model, device, dtype)
    runs = rounds(waiting, starts, tell)
    rows = [Row("app", name, "s", tuple(values)) for name, values in runs.items()]
    trace = _trace(work)
    middle = len(trace.steps) // 2
    sends = {
        "a finished run, sent once": partial(payload, trace),
        "one clicked token": partial(rows_payload, trace, middle),
    }
    cpu = torch.device("cpu")
    runs = rounds(
        {name: lambda _, make=make: 1000 * seconds(lambda: json.dumps(make()), cpu) for name, make in sends.items()},
        repeats,
        tell,
    )
    for name, make in sends.items():
        size = f"{len(json.dumps(make())) / 1000:.0f} kB"
        note = size if name.startswith("a finished") else f"{size}; only for runs over 6 MiB, else no request is made"
        rows.append(Row("app", name, "ms", tuple(runs[name]), note=note))
    return rows


def _trace(work: Workload) -> Trace:
    """A plain caption."""
    stream = work.stream(RunSettings(work.tokens))
    for _ in stream:
        pass
    return stream.trace


def _start() -> float:
    """Seconds from starting the app's process to its page being served."""
    port = free_port()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": {**os.environ, "HF_HUB_OFFLINE": "1"}}
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", START, "--port", str(port)], **quiet)
    try:
        while time.perf_counter() - started < PATIENCE:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=PATIENCE) as page:
                    page.read()
                return time.perf_counter() - started
            except (urllib.error.URLError, ConnectionError):
                if process.poll() is not None:
                    break
                time.sleep(0.02)
        raise SaliencyVizError("The app did not start. Run python app.py to see why.")
    finally:
        process.terminate()
        process.wait(timeout=30)


def _load(model: str, device: str, dtype: str) -> float:
    """Seconds from starting a process to the model being ready in it."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", LOAD, model, device, dtype], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SaliencyVizError(f"Loading {model} failed: {(done.stderr.strip().splitlines() or ['no reason'])[-1]}")
    return time.perf_counter() - started
