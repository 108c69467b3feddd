"""What must hold on this machine before the page can be served: an address to listen on, a folder for uploads, and no
proxy between the server and itself.

Ignores what is served. What is missing becomes a sentence; what can be done without is.
"""

from __future__ import annotations

import atexit
import errno
import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ...errors import SettingError
from ...serving.temp_folder import PREFIX, TempFolder, made

PROXIES = ("http_proxy", "https_proxy", "all_proxy")  # each also in capitals
UPLOADS = "GRADIO_TEMP_DIR"  # where gradio keeps uploads and files to download


def check_address(host: str, port: int) -> None:
    """Raises SettingError unless a server may listen there."""
    if not 1 <= port <= 65535:
        raise SettingError(f"--port must be a whole number in 1..65535. Got {port}.")
    try:
        kind, _, _, _, place = socket.getaddrinfo(bare(host), port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as error:
        raise SettingError(
            f"--host must be an address or a name of this machine. Got {host!r}, which is not known here. "
            "Use 127.0.0.1 for this machine alone, 0.0.0.0 for all."
        ) from error
    try:
        with socket.socket(kind, socket.SOCK_STREAM) as asked:
            asked.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(os.name != "nt"))  # there it would take over
            asked.bind(place)
    except OSError as error:
        raise SettingError(_refused(host, port, error)) from error


def _refused(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is taken by another program. Choose another with --port, or end that program."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"--host must be an address of this machine. Got {host}. Use 127.0.0.1, or 0.0.0.0 for all of them."
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"Port {port} needs more rights than this user has. Choose one from 1024 on with --port."
    return f"Nothing can listen on {host}, port {port} ({error.strerror}). Choose others with --host and --port."


def bare(host: str) -> str:
    """A host without the brackets of an IPv6 address."""
    return host.removeprefix("[").removesuffix("]") if host.startswith("[") else host


def for_gradio(host: str) -> str:
    """A host as gradio 6.31 puts it into an address: IPv6 in brackets."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def keep_uploads_apart() -> TempFolder:
    """A folder of this process alone for gradio's files, inside the one that is named or the system's, removed at the
    end. Call it before gradio is imported. Raises SettingError where no folder can be written."""
    named = os.environ.get(UPLOADS)
    if named and Path(named).name.startswith(PREFIX) and Path(named).is_dir():
        return TempFolder(Path(named))  # of an earlier call
    if named and not _is_ours(Path(named)):
        raise SettingError(f"{UPLOADS} must be a folder that this user can write. Got {named}. Name another.")
    try:
        own = made(Path(named or tempfile.gettempdir()))
    except OSError as error:
        raise SettingError(f"No folder for uploads can be written. Name one with {UPLOADS}.") from error
    atexit.register(shutil.rmtree, own, ignore_errors=True)
    os.environ[UPLOADS] = str(own)
    folder = TempFolder(own)
    folder.watch()
    return folder


def _is_ours(folder: Path) -> bool:
    """Whether files can be made in a folder (made if need be) and in every folder that is there already."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


@contextmanager
def waited_for() -> Iterator[None]:
    """A server started in here is waited for as long as it takes: gradio 6.31 gives it five seconds, too few for a busy
    machine, and all five where its port was taken in the meantime."""
    from gradio.exceptions import ServerFailedToStartError
    from gradio.http_server import Server

    def run_in_thread(self: Any) -> None:
        self.thread = threading.Thread(target=self.run, daemon=True)
        if self.reloader:
            self.watch_thread = threading.Thread(target=self.watch, daemon=True)
            self.watch_thread.start()
        self.thread.start()
        while not self.started:
            self.thread.join(0.01)
            if not self.thread.is_alive():
                raise ServerFailedToStartError("Its port was taken in the meantime.")

    before, Server.run_in_thread = Server.run_in_thread, run_in_thread
    try:
        yield
    finally:
        Server.run_in_thread = before


@contextmanager
def without_proxies() -> Iterator[None]:
    """No proxy is asked in here: gradio 6.31 asks its own address while it starts, and where a SOCKS proxy is named it
    cannot even try."""
    named = [*PROXIES, *map(str.upper, PROXIES)]
    before = {name: os.environ.pop(name) for name in named if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(before)


@contextmanager
def not_made_yet() -> Iterator[None]:
    """No web application is made in here: gradio 6.31 makes a whole one at three steps before the one that it serves,
    which took half the time in which our page starts."""
    from gradio import routes

    app: Any = routes.App
    before = app.__dict__["create_app"]
    app.create_app = staticmethod(lambda *_, **__: None)
    try:
        yield
    finally:
        app.create_app = before
