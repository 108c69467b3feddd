"""Whether the server's memory stays flat over many visits: pages that open, run one short caption and close.

Ignores the browser: a visit asks over HTTP what a page asks (gradio 6.31), in the same order. The ten minutes a closed
page may take to come back are taken as none, so that what is left is what leaks.
"""

from __future__ import annotations

import json
import re
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psutil

from ..errors import SaliencyVizError, SettingError
from .port import free_port
from .rows import Row

WARM = 20  # visits that only load and warm up
FULL = 70  # visits until gradio holds the last values of as many pages as it ever does (SESSIONS in ui/server/serve.py)
PATIENCE = 120.0  # seconds
MIB = 2**20
START = """
import sys
from saliency_viz.serving.engine import Engine
from saliency_viz.serving.run_store import RunStore
from saliency_viz.ui.server.serve import serve
serve(Engine((sys.argv[2],)), port=int(sys.argv[1]), store=RunStore(grace=0.0), warm=False)
"""


def visit_rows(visits: int, tokens: int, model: str, tell: Callable[[str], None]) -> list[Row]:
    """Resident memory of the server (MiB) at each visit after the first 20, and how much it grows by a visit (KiB, the
    least squares line) once gradio's own store of pages is full. Raises SettingError, SaliencyVizError."""
    if visits < FULL + 20:
        raise SettingError(f"--visits must be at least {FULL + 20}: the first {FULL} fill caches. Got {visits}.")
    resident = []
    with server(model) as (address, process):
        for number in range(visits):
            tell(f"visit {number + 1} of {visits}")
            with Visit(address) as page:
                page.caption(tokens)
            resident.append(process.memory_info().rss / MIB)
    marks = {number: resident[number - 1] for number in (WARM + 1, FULL + 1, visits)}
    note = ", ".join(f"{value:.1f} at visit {number}" for number, value in marks.items())
    return [
        Row("visits", "resident memory of the server", "MiB", tuple(resident[WARM:]), note=note),
        Row("visits", "growth by a visit", "KiB", (1024 * slope(resident[FULL:]),), note=f"after visit {FULL}"),
    ]


def slope(values: list[float]) -> float:
    """Of the least squares line through values at 0, 1, 2, ..."""
    middle, mean = (len(values) - 1) / 2, sum(values) / len(values)
    above = sum((x - middle) * (y - mean) for x, y in enumerate(values))
    return above / sum((x - middle) ** 2 for x in range(len(values)))


@contextmanager
def server(model: str, start: str = START) -> Iterator[tuple[str, psutil.Process]]:
    """The app in a process of its own: (its address, the process). start: its script, given a port and the model."""
    port = free_port()
    command = [sys.executable, "-c", start, str(port), model]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        address, end = f"http://127.0.0.1:{port}", time.monotonic() + PATIENCE
        while process.poll() is None and time.monotonic() < end:
            try:
                urllib.request.urlopen(f"{address}/healthz").close()
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        else:
            raise SaliencyVizError("The app did not start. Run python app.py to see why.")
        yield address, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(timeout=30)


class Visit:
    """One open page: a session with its heartbeat, closed at the end as a browser closes it."""

    def __init__(self, address: str) -> None:
        self.address, self.session = address, secrets.token_hex(6)

    def __enter__(self) -> Visit:
        self._get("/")
        self.config = json.loads(self._get("/config"))
        self.heart = urllib.request.urlopen(f"{self.address}/gradio_api/heartbeat/{self.session}", timeout=PATIENCE)
        self.heart.read(1)
        self.call("restore", {})
        return self

    def __exit__(self, *_: Any) -> None:
        self.heart.close()

    def caption(self, tokens: int) -> None:
        """Run pressed on the first example, with a caption of at most so many tokens; the run is fetched as it ends."""
        scene = self._component("app-examples")["props"]["props"]["items"][0]["name"]
        given = {"app-image": {"kind": "pictures", "files": [{"example": scene}]}, "app-max_new_tokens": tokens}
        told = "".join(self.call("start", given)).replace("\\", "")  # props travel as JSON text within JSON
        runs = re.findall(r'"id": "([\w-]+)", "label"', told)
        if not runs:
            raise SaliencyVizError("A visit's caption did not come. Run python app.py to see why.")
        viewer = self._component("app-viewer")["id"]
        body = {"data": runs[-1], "fn_name": "fetch_run", "component_id": viewer, "session_hash": self.session}
        if b'"steps"' not in self._post("/gradio_api/component_server", body):
            raise SaliencyVizError("A visit's run could not be fetched. Run python app.py to see why.")

    def call(self, name: str, given: dict[str, Any]) -> list[str]:
        """What the page sends when an event fires, inputs as they stand or as given by elem_id; the server's events."""
        (entry,) = [one for one in self.config["dependencies"] if one["api_name"] == name]
        parts = {one["id"]: one["props"] for one in self.config["components"]}
        data = [given.get(parts[i].get("elem_id"), parts[i].get("value")) for i in entry["inputs"]]
        body = {"data": data, "fn_index": entry["id"], "session_hash": self.session}
        self._post("/gradio_api/queue/join", body)
        found = []
        place = f"{self.address}/gradio_api/queue/data?session_hash={self.session}"
        with urllib.request.urlopen(place, timeout=PATIENCE) as events:
            for line in events:
                found.append(line.decode())
                if '"process_completed"' in found[-1]:
                    break
        return found

    def _component(self, elem_id: str) -> dict[str, Any]:
        return next(one for one in self.config["components"] if one["props"].get("elem_id") == elem_id)

    def _get(self, path: str) -> bytes:
        with urllib.request.urlopen(self.address + path, timeout=PATIENCE) as answer:
            return answer.read()

    def _post(self, path: str, body: Any) -> bytes:
        request = urllib.request.Request(
            self.address + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.read()
