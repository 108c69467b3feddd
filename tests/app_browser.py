"""Fixtures for tests that drive the page in a headless Chromium: a server on the fake engine, and a watched page."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gradio_client import Client

from saliency_viz.serving.engine import Engine
from saliency_viz.serving.run_store import RunStore
from saliency_viz.ui.server.serve import serve

from .app_fakes import FakeBackend
from .traces import example_trace, png

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
FLAGS += ["--disable-sync", "--no-first-run"]
FLAGS += ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"]  # nothing leaves this machine
HERE = ("http://127.0.0.1", "http://localhost", "data:", "blob:")
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


@dataclass
class Seen:
    """What a page did that it must not do."""

    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)


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


# Not a first visit: no tour.
SEEN = "try { localStorage.setItem('saliency-viz-tour', 'seen'); } catch (none) {}"
# What a tab keeps for itself cannot be emptied from outside, so the first page after an `empty` does it.
NEW_TAB = """try {
  if (!localStorage.getItem("a test's tab")) sessionStorage.clear();
  localStorage.setItem("a test's tab", "in use");
} catch (none) {}"""


class Visitor:
    """A browser's profile and what its pages did. Once shut it is used again by the next test of the file, emptied of
    what was stored but not of the scripts it has fetched, nor its tab of those it has compiled: to do that anew is most
    of what opening the page costs."""

    known: dict[Any, Visitor] = {}

    def __init__(self, browser: Any, tour: bool, **options: Any) -> None:
        self.seen, self.origins = Seen(), set[str]()
        options = {"viewport": {"width": 1440, "height": 900}, **options}
        self.size, self.tab, self.here = options["viewport"], None, False
        self.context = browser.new_context(**options)
        self.context.visitor = self
        self.context.set_default_timeout(60_000)  # a busy machine is no fault
        self.context.on("request", self.asked)
        self.context.add_init_script(NEW_TAB)
        if not tour:
            self.context.add_init_script(SEEN)

    def asked(self, request: Any) -> None:
        if not request.url.startswith(HERE):
            self.seen.outside.append(request.url)
        elif request.url.startswith("http"):
            self.origins.add("/".join(request.url.split("/")[:3]))

    @property
    def away(self) -> bool:
        """Whether it is on no page."""
        return self.tab.is_closed() or not self.here

    def page(self) -> Any:
        self.here = True
        if self.tab is not None and not self.tab.is_closed():
            return self.tab
        self.tab = page = self.context.new_page()
        page.on("console", self.said)
        page.on("pageerror", lambda error: self.seen.errors.append(str(error)))
        return page

    def said(self, message: Any) -> None:
        if message.type == "error":
            self.seen.errors.append(message.text)

    def empty(self, page: Any) -> None:
        self.seen = Seen()
        self.context.clear_cookies()
        self.context.clear_permissions()
        tools = self.context.new_cdp_session(page)
        for origin in self.origins:
            tools.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "local_storage,indexeddb"})
        tools.detach()


def watched(browser: Any, tour: bool = False, **options: Any) -> tuple[Any, Seen]:
    """A new page, and a record of its errors and of its requests that leave this machine. tour: as at a first visit."""
    kind = (browser, tour, repr(options))
    visitor = Visitor.known.get(kind)
    if visitor is None or not visitor.away:
        visitor = Visitor.known[kind] = Visitor(browser, tour, **options)
    page = visitor.page()
    visitor.empty(page)
    return page, visitor.seen


def shut(page: Any) -> None:
    """Leave a page, and close all others of its visitor, who may come again. (A closed tab is `page.close()`.)"""
    visitor = page.context.visitor
    for each in page.context.pages:
        if each is not visitor.tab:
            each.close()
    visitor.here = False
    visitor.tab.unroute_all()
    visitor.tab.set_viewport_size(visitor.size)
    visitor.tab.mouse.move(0, 0)
    visitor.tab.goto("about:blank")


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


def compare(page: Any, what: str) -> None:
    """Choose a row of "compare with": nothing, token, method:NAME, all, open."""
    page.click("#app-compare")
    page.click(f'[data-compare="{what}"]')
