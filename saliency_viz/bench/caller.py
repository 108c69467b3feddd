"""A program that calls the app over HTTP as a stranger: uploads, captions and exports, from an address of its own.

Ignores what is measured. The app must run behind a proxy, which this program plays: it names its own address.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PATIENCE = 300.0  # seconds


@dataclass(frozen=True)
class Answer:
    """values: what came back, none for a refusal. said: its sentence. status: of HTTP, 0 where the connection broke.
    waits: each place that was told. seconds: from the call to its end."""

    seconds: float
    values: list[Any] = field(default_factory=list)
    said: str = ""
    status: int = 200
    waits: tuple[int, ...] = ()


@dataclass(frozen=True)
class Caller:
    """address: of the app. who: the address this program says it calls from."""

    address: str
    who: str

    def upload(self, data: bytes, name: str = "picture.png") -> str:
        """The path under which the app keeps a file. Raises urllib.error.HTTPError."""
        head = f'--x\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode()
        body = head + data + b"\r\n--x--\r\n"
        return json.load(self.open("/gradio_api/upload", body, "multipart/form-data; boundary=x"))[0]

    def caption(self, path: str, **given: Any) -> Answer:
        """A caption of an uploaded picture; given: arguments of /caption by name."""
        return self.call("caption", {"image": picture(path), **given})

    def export(self, run: str, format: str) -> Answer:
        """A run as a file, fetched too."""
        answer = self.call("export", {"run": run, "format": format})
        if answer.values:
            self.open(f"/gradio_api/file={answer.values[0]['path']}").read()
        return answer

    def call(self, name: str, given: dict[str, Any]) -> Answer:
        """What an endpoint answers to arguments by name, whatever it is."""
        started, waits, kind = time.monotonic(), [], ""
        last: Any = None
        try:
            event = json.load(self.open(f"/gradio_api/call/v2/{name}", json.dumps(given).encode()))["event_id"]
            with self.open(f"/gradio_api/call/{name}/{event}") as lines:
                for line in lines:
                    text = line.decode().strip()
                    if text.startswith("event:"):
                        kind = text.removeprefix("event:").strip()
                    elif text.startswith("data:"):
                        last = json.loads(text.removeprefix("data:"))
                        waits += [last[1]["waiting"]] if kind == "generating" and _waits(last) else []
        except urllib.error.HTTPError as error:
            return Answer(time.monotonic() - started, said=error.read().decode(errors="replace"), status=error.code)
        except (OSError, ValueError) as error:
            return Answer(time.monotonic() - started, said=str(error), status=0)
        seconds = time.monotonic() - started
        if kind == "complete":
            return Answer(seconds, last, waits=tuple(waits))
        said = (last.get("error") or "") if isinstance(last, Mapping) else str(last or "")
        return Answer(seconds, said=said, waits=tuple(waits))

    def open(self, path: str, body: bytes | None = None, kind: str = "application/json") -> Any:
        """One request, a POST where it has a body."""
        headers = {"X-Forwarded-For": self.who, "Content-Type": kind}
        return urllib.request.urlopen(urllib.request.Request(self.address + path, body, headers), timeout=PATIENCE)


def picture(path: str) -> dict[str, Any]:
    """An uploaded file as an argument."""
    return {"path": path, "meta": {"_type": "gradio.FileData"}}


def _waits(values: Any) -> bool:
    return isinstance(values, list) and len(values) == 2 and isinstance(values[1], dict) and "waiting" in values[1]
