"""A small hub on this machine: the few endpoints that loading a checkpoint asks for, with faults on demand."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

COMMIT = "5eed0000000000000000000000000000000000a7"
CHUNK = 1 << 16


class Hub:
    """Repositories by id (directories), and what goes wrong. asked: (method, path, Authorization) of every request."""

    def __init__(self, repositories: dict[str, Path], commit: str = COMMIT) -> None:
        self.repositories, self.commit = repositories, commit
        self.asked: list[tuple[str, str, str | None]] = []
        self.broken: dict[str, int] = {}  # file: how many bytes come before the connection breaks
        self.begun: dict[str, list[int]] = {}  # file: the byte each download of it began at
        self.gated: set[str] = set()
        self.down = False
        self.hold: threading.Event | None = None  # weights stop after their first piece until it is set
        self.held = threading.Event()
        self.address = ""

    def files(self, name: str) -> dict[str, bytes]:
        folder = self.repositories[name]
        return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def _handler(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            pass

        def do_HEAD(self) -> None:
            self.answer(body=False)

        def do_GET(self) -> None:
            self.answer(body=True)

        def answer(self, body: bool) -> None:
            path = unquote(urlsplit(self.path).path).strip("/")
            query = parse_qs(urlsplit(self.path).query)
            hub.asked.append((self.command, path, self.headers.get("Authorization")))
            if hub.down:
                return self.reply(503, b"down")
            parts = path.split("/")
            if parts[:2] == ["api", "models"]:
                name, rest = "/".join(parts[2:4]), parts[4:]
            else:
                name, rest = "/".join(parts[:2]), parts[2:]
            if name not in hub.repositories:
                return self.reply(404, b"{}", {"X-Error-Code": "RepoNotFound"})
            if name in hub.gated:
                return self.reply(403, b"{}", {"X-Error-Code": "GatedRepo"})
            revision = rest[1] if len(rest) > 1 else "main"
            if revision not in ("main", hub.commit):
                return self.reply(404, b"{}", {"X-Error-Code": "RevisionNotFound"})
            if rest[:1] == ["resolve"]:
                return self.file(name, "/".join(rest[2:]), body)
            if rest[:1] == ["tree"]:
                return self.reply(200, json.dumps(self.tree(name)).encode(), kind="application/json")
            info = {"id": name, "modelId": name, "sha": hub.commit, "private": False, "tags": [], "downloads": 0}
            info["siblings"] = [
                {"rfilename": file, **({"size": len(data)} if query.get("blobs") else {})}
                for file, data in hub.files(name).items()
            ]
            return self.reply(200, json.dumps(info).encode(), kind="application/json")

        def tree(self, name: str) -> list[dict[str, Any]]:
            return [
                {"type": "file", "path": file, "size": len(data), "oid": hashlib.sha1(data).hexdigest()}
                for file, data in hub.files(name).items()
            ]

        def file(self, name: str, file: str, body: bool) -> None:
            data = hub.files(name).get(file)
            if data is None:
                return self.reply(404, b"", {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": hub.commit})
            headers = {"ETag": f'"{hashlib.sha1(data).hexdigest()}"', "X-Repo-Commit": hub.commit}
            start = int((self.headers.get("Range") or "bytes=0-").split("=")[1].split("-")[0])
            whole, data = len(data), data[start:]
            if start:
                headers["Content-Range"] = f"bytes {start}-{whole - 1}/{whole}"
            self.send_response(206 if start else 200)
            for key, value in {**headers, "Content-Length": str(len(data)), "Accept-Ranges": "bytes"}.items():
                self.send_header(key, value)
            self.end_headers()
            if body:
                hub.begun.setdefault(file, []).append(start)
                self.pieces(file, data, start)

        def pieces(self, file: str, data: bytes, before: int) -> None:
            limit = hub.broken.get(file)
            for start in range(0, len(data), CHUNK):
                if limit is not None and before + start >= limit:
                    self.close_connection = True
                    self.connection.close()
                    return
                self.wfile.write(data[start : start + CHUNK])
                if hub.hold is not None and file.endswith(".safetensors"):
                    self.wfile.flush()
                    hub.held.set()
                    hub.hold.wait(60)

        def reply(self, status: int, data: bytes, more: dict[str, str] | None = None, kind: str = "text/plain") -> None:
            self.send_response(status)
            for key, value in {"Content-Type": kind, "Content-Length": str(len(data)), **(more or {})}.items():
                self.send_header(key, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

    return Handler


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """The hub at a free port of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(hub))
    server.daemon_threads = True
    hub.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield hub
    finally:
        if hub.hold is not None:
            hub.hold.set()
        server.shutdown()
        server.server_close()


def asked_there(monkeypatch: Any, hub: Hub, cache: Path, offline: bool = False) -> None:
    """Make the hub library ask this hub and keep files here (its own settings, read once from the environment)."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", hub.address)
    monkeypatch.setattr(
        constants, "HUGGINGFACE_CO_URL_TEMPLATE", hub.address + "/{repo_id}/resolve/{revision}/{filename}"
    )
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", offline)
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", CHUNK)
    impatient = SimpleNamespace(**{name: getattr(time, name) for name in ("time", "monotonic")}, sleep=lambda _: None)
    for module in ("huggingface_hub.file_download", "huggingface_hub.utils._http"):
        monkeypatch.setattr(f"{module}.time", impatient, raising=False)  # it waits seconds between its tries
