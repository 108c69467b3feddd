"""What every test file stands on: shapes in signatures are checked while tests run, and small random checkpoints are
made once per run (tests/checkpoints.py)."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from . import ports

# Objects come by the million here, by imports and by Playwright; looking for cycles every 700 took a fifth of the time.
gc.set_threshold(50_000, 20, 20)

# Before gradio is imported: another test process looks for its servers' ports elsewhere.
os.environ |= {"GRADIO_SERVER_PORT": str(ports.FIRST), "GRADIO_NUM_PORTS": str(ports.SITES)}

from . import shapes  # noqa: E402

shapes.check("saliency_viz.saliency", "saliency_viz.attention")  # before anything else imports them

from . import checkpoints  # noqa: E402
from .app_browser import FLAGS, PATIENCE, chromium_path  # noqa: E402
from .visitor import part  # noqa: E402


@pytest.fixture(scope="module", autouse=True)
def settled() -> None:
    """What was imported, with the tests or by those before, stays for good: no collection walks over it again, which
    took two of every five seconds of a run."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def llava_dir(tmp_path_factory):
    """LLaVA: 56 px in patches of 14 (16 image tokens), 5 layers, 6 heads over 3, head width 10."""
    return checkpoints.llava(tmp_path_factory.mktemp("llava"))


@pytest.fixture(scope="session")
def llava_full_dir(tmp_path_factory):
    """LLaVA that keeps the class token, and crops 70 x 70 out of a picture whose short side is 84 (26 image tokens)."""
    return checkpoints.llava(tmp_path_factory.mktemp("llava_full"), select="full", side=70, resized=84, seed=2)


class Chromium:
    """A headless Chromium, started at its first use and anew should it have ended, with the scripts its tabs know."""

    def __init__(self, playwright: Any) -> None:
        self.playwright, self.started = playwright, None
        self.loop = asyncio.get_running_loop()  # Playwright's, of this thread

    def browser(self) -> Any:
        if self.started is None or not self.started.is_connected():
            launch = self.playwright.chromium.launch
            self.started = launch(executable_path=chromium_path(), args=FLAGS, timeout=PATIENCE)
        return self.started

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Between its turns Playwright's loop does not count as running, or no other test could `asyncio.run`."""
        asyncio._set_running_loop(self.loop)
        try:
            yield
        finally:
            asyncio._set_running_loop(None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """One for all files: starting it and compiling the page's scripts costs as much as opening the page twice."""
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        chromium = Chromium(playwright)
        asyncio._set_running_loop(None)
        yield chromium
        with chromium.turn():
            if chromium.started is not None:
                chromium.started.close()
        asyncio._set_running_loop(chromium.loop)


@pytest.fixture(scope="module")
def browser(chromium: Chromium) -> Iterator[Any]:
    """The run's headless Chromium. Afterwards nobody is on a page, also if a test failed."""
    with chromium.turn():
        yield chromium.browser()
        part()
