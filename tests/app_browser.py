"""Fixtures for tests that drive the page in a headless Chromium: a server on the fake engine, and a watched page."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gradio_client import Client

from saliency_viz.serving.engine import Engine
from saliency_viz.serving.run_store import RunStore
from saliency_viz.ui.server.serve import serve

from .app_fakes import FakeBackend
from .traces import example_trace, png
from .visitor import shut, watched

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
FLAGS += ["--disable-sync", "--no-first-run"]
FLAGS += ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"]  # nothing leaves this machine
PATIENCE = 120_000  # milliseconds: a busy machine is no fault
SCENES = ("farm", "kitchen", "beach")


@dataclass
class Site:
    """A running server and what is behind it."""

    address: str
    backend: FakeBackend
    store: RunStore
    page: Any
    engine: Any = None


def write_examples(folder: Path) -> Path:
    """Three scenes of 26 tokens with ready traces."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(SCENES):
        (folder / f"{name}.png").write_bytes(png(384, 288))
        example_trace(26, seed=number).save(folder / f"{name}.trace")
    index = [{"name": name, "title": name.title(), "note": f"A scene of the {name}"} for name in SCENES]
    (folder / "index.json").write_text(json.dumps(index))
    return folder


def open_site(
    examples: Path, auth: Any = None, limits: Any = None, queue: int = 32, served: Any = None, **options: Any
) -> Site:
    """Serve the page on a fake engine at a free port. served: further arguments of serve; options: of the engine."""
    backend, store = FakeBackend(**options), RunStore(grace=0.0)
    engine = Engine(("demo", "other", "missing"), backend=backend)
    page, address = serve(
        engine,
        port=None,
        store=store,
        auth=auth,
        examples=examples,
        block=False,
        rate_limit=limits,
        most_waiting=queue,
        **(served or {}),
    )
    return Site(address.rstrip("/"), backend, store, page, engine)


def api_client(address: str, **options: Any) -> Client:
    """A program that calls a site, and waits longer than a busy machine takes (httpx by itself: 5 s). Certificates,
    which nobody asks for here, would be read from disk anew for each of its requests."""
    return Client(address, verbose=False, ssl_verify=False, httpx_kwargs={"timeout": PATIENCE / 1000}, **options)


def chromium_path() -> str | None:
    """The browser on this machine, or None for playwright's own. The shell, Chromium without its windows, opens our
    page in a third of the time."""
    named = os.environ.get("CHROMIUM")
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    found = (shutil.which(name) for name in names)
    return named or next((path for path in found if path), None)


def ready(page: Any, address: str) -> None:
    """Open the address and wait until the page can be used."""
    page.goto(address)
    page.wait_for_selector("#app-run:not([disabled])")
    page.wait_for_selector(".app-status[data-state=ready]")
    page.wait_for_function("window.SaliencyApp && window.SaliencyApp.current")


@contextmanager
def watched_page(browser: Any, address: str) -> Iterator[Any]:
    """A page that can be used; at the end it must have no console error and no request that left the machine."""
    page, seen = watched(browser)
    ready(page, address)
    yield page
    shut(page)
    assert (seen.errors, seen.outside) == ([], [])


def drawn(page: Any) -> None:
    """Wait until the viewer has drawn all it was asked for."""
    page.evaluate("() => SaliencyApp.current.drawn()")


def state(page: Any) -> dict[str, Any]:
    """The viewer's state."""
    return page.evaluate("() => SaliencyApp.current.getState()")


def caption(page: Any, slot: int = 0) -> list[str]:
    """Texts of the tokens a place shows."""
    return page.evaluate("(slot) => (SaliencyApp.current.runs[slot] || {steps: []}).steps.map((s) => s.text)", slot)


def unfold(page: Any, box: str) -> None:
    """Open a part of gradio's, and wait until it keeps what is typed: a frame after it has drawn the fields of a part
    that was closed it gives them, once more, the values they had."""
    page.click(f"{box} button >> nth=0")
    page.wait_for_selector(f"{box} :is(input, textarea)")
    page.evaluate("() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(go))))")


def compare(page: Any, what: str) -> None:
    """Choose a row of "compare with": nothing, token, method:NAME, all, open."""
    page.click("#app-compare")
    page.click(f'[data-compare="{what}"]')
