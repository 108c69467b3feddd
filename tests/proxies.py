"""A real nginx or Caddy before a running site, with the very blocks that docs/serving.md shows."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .app_fakes import eventually

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTED = (ROOT / "docs" / "serving.md").read_text(encoding="utf-8")
FRAME = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
{server}
}}
"""


def program(name: str) -> str:
    """Where a proxy is installed; skips the test only where it really is not."""
    found = shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin")))
    if found is None:
        pytest.skip(f"{name} is not installed (.ci/run installs nginx-light)")
    return found


def blocks(language: str) -> list[str]:
    """The documented blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", DOCUMENTED, re.S)


def nginx_server(port: int, app: str, under_path: bool = False, **changed: str) -> str:
    """The documented server on a port, before an app (host:port), without TLS. changed: texts put in place of others,
    such as http_host="host"."""
    whole, part = blocks("nginx")
    text = whole if not under_path else re.sub(r"    location / \{.*?\n    \}\n", lambda _: part, whole, flags=re.S)
    text = re.sub(r"\n *ssl_[^\n]*", "", text).replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    text = text.replace("127.0.0.1:7860", app)
    for before, after in changed.items():
        text = text.replace(f"${before}", f"${after}")
    return text


@contextmanager
def nginx(folder: Path, port: int, server: str) -> Iterator[None]:
    """nginx with one server, while the block runs."""
    conf = folder / "nginx.conf"
    conf.write_text(FRAME.format(folder=folder, server=server))
    with _running([program("nginx"), "-p", str(folder), "-c", str(conf)], port):
        yield


@contextmanager
def caddy(folder: Path, port: int, app: str) -> Iterator[None]:
    """Caddy with the documented block, without TLS, while the block runs."""
    (text,) = blocks("caddy")
    text = text.replace("viz.example", f"http://localhost:{port}").replace("127.0.0.1:7860", app)
    conf = folder / "Caddyfile"
    conf.write_text("{\n    admin off\n    auto_https off\n    default_bind 127.0.0.1\n}\n" + text)
    command = [program("caddy"), "run", "--adapter", "caddyfile", "--config", str(conf)]
    with _running(command, port, HOME=str(folder), XDG_DATA_HOME=str(folder), XDG_CONFIG_HOME=str(folder)):
        yield


@contextmanager
def _running(command: list[str], port: int, **environment: str) -> Iterator[None]:
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        if not eventually(lambda: process.poll() is not None or _answers(port)) or process.poll() is not None:
            process.kill()
            pytest.fail(f"{command[0]} did not start: {process.communicate()[1].decode()[-500:]}")
        yield
    finally:
        process.kill()  # asked to end, Caddy waits for every open connection
        process.communicate()


def _answers(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0
