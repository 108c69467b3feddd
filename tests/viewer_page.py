"""Fixtures for tests that open the viewer from disk, with the network off, in a headless Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from saliency_viz.figures.web.standalone import standalone

from .app_browser import PATIENCE, chromium_path

sync_api = pytest.importorskip("playwright.sync_api")
needs_chromium = pytest.mark.skipif(chromium_path() is None, reason="needs a Chromium (chromium-headless-shell)")


class Window:
    """A window without a network. Tests use it one after another: the scripts it has compiled stay, which are most of
    what opening costs."""

    free: dict[tuple[sync_api.Browser, bool], list[Window]] = {}

    def __init__(self, browser: sync_api.Browser, dark: bool) -> None:
        self.kind, self.problems, self.requests = (browser, dark), list[str](), list[str]()
        self.lent = False
        context = browser.new_context(color_scheme="dark" if dark else "light", offline=True)
        context.set_default_timeout(PATIENCE)
        self.page = context.new_page()
        self.page.on("console", lambda note: self.met(note.text) if note.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.met(str(error)))
        self.page.on("dialog", lambda dialog: (self.met("dialog " + dialog.message), dialog.dismiss()))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def met(self, problem: str) -> None:
        self.problems.append(problem)

    @staticmethod
    def of(browser: sync_api.Browser, dark: bool) -> Window:
        """One that nobody uses."""
        free = Window.free.setdefault((browser, dark), [])
        return free.pop() if free else Window(browser, dark)

    def expose(self, name: str, function: Callable[..., object]) -> None:
        """Lends the page a function of Python's, which cannot be taken back: the window is this test's alone."""
        self.lent = True
        self.page.expose_function(name, function)

    def leave(self) -> None:
        if self.lent:
            self.page.context.close()
            return
        self.page.mouse.move(0, 0)
        self.page.goto("about:blank")
        self.problems, self.requests = [], []
        Window.free[self.kind].append(self)


@dataclass
class Opened:
    window: Window

    @property
    def page(self) -> sync_api.Page:
        return self.window.page

    @property
    def problems(self) -> list[str]:
        return self.window.problems

    @property
    def requests(self) -> list[str]:
        return self.window.requests

    def js(self, expression: str, argument: object = None) -> object:
        return self.page.evaluate(expression, argument)

    def state(self, **changes: object) -> None:
        """Set a state from outside and wait until everything is drawn."""
        self.js("(s) => { viewer.setState(s); return viewer.drawn(); }", changes)

    def look(self, selector: str) -> None:
        """Bring a part on the screen and wait until it is drawn."""
        self.page.locator(selector).first.scroll_into_view_if_needed()
        self.js("viewer.drawn()")

    def values(self, selector: str) -> list[float]:
        """Every data-value under a selector; NaN where there is none."""
        found = self.js("(s) => [...document.querySelectorAll(s)].map((node) => node.dataset.value)", selector)
        return [float(value) if value not in ("", None) else np.nan for value in found]

    def text(self, selector: str) -> str:
        return self.page.locator(selector).first.inner_text()


def opened_page(
    browser, folder: Path, traces, width: int = 1280, dark: bool = False, number: int = 0, **state: object
) -> Opened:
    """A page of one trace or two in a folder, opened and drawn. A file of a test before is written over: what a browser
    has compiled it knows by the address."""
    path = folder / f"page-{number}.html"
    path.write_text(standalone(traces, state=state), "utf-8")
    one = Opened(Window.of(browser, dark))
    one.page.set_viewport_size({"width": width, "height": 900})
    one.page.goto(path.as_uri())
    one.page.wait_for_selector(".sv-root[data-drawn]", state="attached")
    one.js("viewer.drawn()")
    return one


def closed(one: Opened) -> None:
    """Close a page on which nothing may have gone wrong."""
    assert one.problems == []
    outside = [url for url in one.requests if not url.startswith(("file:", "data:", "blob:"))]
    assert outside == []
    one.window.leave()


@pytest.fixture
def show(browser, tmp_path_factory) -> Iterator:
    """show(trace or traces, width, dark, **state) opens the page; afterwards nothing may have gone wrong."""
    opened: list[Opened] = []
    folder = tmp_path_factory.getbasetemp() / "pages"
    folder.mkdir(exist_ok=True)

    def open_page(traces, **options: object) -> Opened:
        opened.append(opened_page(browser, folder, traces, number=len(opened), **options))
        return opened[-1]

    yield open_page
    for one in opened:
        closed(one)


def start(opened: Opened, **options: object) -> None:
    """A fresh viewer beside the page's own, as the app makes one: no run yet, requests to the server recorded."""
    opened.js(
        """(options) => { viewer.destroy(); window.asked = []; window.acts = []; window.states = [];
        window.viewer = SaliencyViewer.create(document.getElementById('viewer'), {plotly: Plotly, ...options,
          onState: (s) => states.push(s), onAction: (name, detail) => acts.push([name, detail]),
          fetchRows: (run, step) => { asked.push([run, step]);
            return new Promise((done) => { window.answer = done; }); }}); }""",
        options,
    )
