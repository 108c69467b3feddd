"""Fixtures for tests that open the viewer from disk, with the network off, in a headless Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from saliency_viz.figures.web.standalone import standalone

from .app_browser import PATIENCE, chromium_path

sync_api = pytest.importorskip("playwright.sync_api")
needs_chromium = pytest.mark.skipif(chromium_path() is None, reason="needs a Chromium (chromium-headless-shell)")


@dataclass
class Opened:
    page: sync_api.Page
    problems: list[str]
    requests: list[str]

    def js(self, expression: str, argument: object = None) -> object:
        return self.page.evaluate(expression, argument)

    def state(self, **changes: object) -> None:
        """Set a state from outside and wait until everything is drawn."""
        self.js("(s) => { viewer.setState(s); return viewer.drawn(); }", changes)

    def values(self, selector: str) -> list[float]:
        """Every data-value under a selector; NaN where there is none."""
        found = self.js("(s) => [...document.querySelectorAll(s)].map((node) => node.dataset.value)", selector)
        return [float(value) if value not in ("", None) else np.nan for value in found]

    def text(self, selector: str) -> str:
        return self.page.locator(selector).first.inner_text()


def opened_page(browser, folder: Path, traces, width: int = 1280, dark: bool = False, **state: object) -> Opened:
    """A page of one trace or two in a folder, opened and drawn."""
    path = folder / f"page-{len(list(folder.iterdir()))}.html"
    path.write_text(standalone(traces, state=state), "utf-8")
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light", offline=True
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    one = Opened(page, [], [])
    page.on("console", lambda note: one.problems.append(note.text) if note.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: one.problems.append(str(error)))
    page.on("dialog", lambda dialog: (one.problems.append("dialog " + dialog.message), dialog.dismiss()))
    page.on("request", lambda request: one.requests.append(request.url))
    page.goto(path.as_uri())
    page.wait_for_selector(".sv-root[data-drawn]", state="attached")
    one.js("viewer.drawn()")
    return one


def closed(one: Opened) -> None:
    """Close a page on which nothing may have gone wrong."""
    assert one.problems == []
    outside = [url for url in one.requests if not url.startswith(("file:", "data:", "blob:"))]
    assert outside == []
    one.page.context.close()


@pytest.fixture
def show(browser, tmp_path: Path) -> Iterator:
    """show(trace or traces, width, dark, **state) opens the page; afterwards nothing may have gone wrong."""
    opened: list[Opened] = []

    def open_page(traces, **options: object) -> Opened:
        opened.append(opened_page(browser, tmp_path, traces, **options))
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
