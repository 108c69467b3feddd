"""How long a click takes until every view shows the chosen token, and how long a streamed caption keeps the page busy.

Ignores models: the traces are made up, of given sizes. Drives a headless Chromium over playwright against the app that
opened the trace; without either, nothing is measured and that is said.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ..errors import SaliencyVizError
from ..figures.web.payload import payload, steps_payload
from ..trace import Candidate, ModelInfo, Picture, RunSettings, Span, Step, Trace
from .port import free_port
from .rows import Row

SIZES = ((60, 6, 113), (200, 32, 700))  # tokens, layers, keys
CLICKS = 60
STREAMED = 200  # tokens
PATIENCE = 120.0  # seconds until a page counts as lost
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
SERVE = (
    "import sys; from saliency_viz.trace import Trace; from saliency_viz.ui.server.serve import open_trace;"
    " open_trace(Trace.load(sys.argv[1]), port=int(sys.argv[2]))"
)
READY = "window.SaliencyApp && SaliencyApp.current && SaliencyApp.current.runs[0] && SaliencyApp.current.run.complete"
CLICK = """async (step) => {
  const button = document.querySelectorAll('.sv-strip .sv-token')[step], from = performance.now();
  button.click();
  await SaliencyApp.current.drawn();
  return performance.now() - from;
}"""
TAB = "(view) => { SaliencyApp.current.setState({view}); return SaliencyApp.current.drawn(); }"
TABS = ("candidates", "layers", "words", "over", "data")
STREAM = """async ([start, deltas]) => {
  const viewer = SaliencyApp.current, from = performance.now();
  viewer.setRun(start);
  for (const delta of deltas) { viewer.appendSteps(delta); await new Promise((next) => setTimeout(next)); }
  await viewer.drawn();
  return performance.now() - from;
}"""


def click_rows(tell: Callable[[str], None], sizes: tuple[tuple[int, int, int], ...] = SIZES) -> list[Row]:
    """(f) Milliseconds from a click to the last view drawn, and of a streamed caption; CPU time of the page beside."""
    if importlib.util.find_spec("playwright") is None:
        tell("clicks are left out: they need playwright (pip install playwright) and a Chromium")
        return []
    rows = []
    for size in sizes:
        with _opened(made_up(*size), tell) as (page, busy):
            name = "{} tokens, {} layers, {} keys".format(*size)
            for views, words in (((None,), "a click"), (TABS, "a click, each tab in turn")):
                tell(f"{words}, {name}")
                rows.append(_clicks(page, busy, size[0], views, f"{words}: {name}"))
            if size == sizes[0]:
                rows.append(_stream(page, busy))
    return rows


def _clicks(page: Any, busy: Callable[[], float], tokens: int, views: tuple[str | None, ...], name: str) -> Row:
    times, used = [], 0.0
    order = np.random.default_rng(0).permutation(np.arange(1, tokens))
    for i in range(CLICKS):
        view = views[i % len(views)]
        if view is not None:
            page.evaluate(TAB, view)
        before = busy()
        times.append(page.evaluate(CLICK, int(order[i % len(order)])))
        used += busy() - before
    note = f"p95 {np.percentile(times, 95):.0f} ms; CPU of the page {1000 * used / CLICKS:.0f} ms a click"
    return Row("clicks", name, "ms", tuple(times), note=note)


def _stream(page: Any, busy: Callable[[], float]) -> Row:
    trace = made_up(STREAMED, 6, 53 + STREAMED)
    rows = ("attention", "saliency", "saliency_norm")
    start = {**payload(trace, "stream"), "steps": [], "rows": None, "ended": "running", "marks": {}}
    deltas = [
        steps_payload([step], step.index, "stream", **{name: getattr(trace, name)[step.index :][:1] for name in rows})
        for step in trace.steps
    ]
    before = busy()
    wall = page.evaluate(STREAM, [start, deltas])
    note = f"CPU of the page {1000 * (busy() - before):.0f} ms; a message for each token, as fast as they are drawn"
    return Row("clicks", f"{STREAMED} tokens streamed", "ms", (wall,), note=note)


@contextmanager
def _opened(trace: Trace, tell: Callable[[str], None]) -> Iterator[tuple[Any, Callable[[], float]]]:
    """(a page of the app that shows the trace, a clock of the page's busy seconds). Raises SaliencyVizError."""
    from playwright.sync_api import Error, sync_playwright

    port = free_port()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = trace.save(Path(folder) / "made-up.trace")
        quiet = {
            "stdout": subprocess.DEVNULL,
            "stderr": subprocess.DEVNULL,
            "env": {**os.environ, "HF_HUB_OFFLINE": "1"},
        }
        server = subprocess.Popen([sys.executable, "-c", SERVE, str(path), str(port)], **quiet)
        try:
            browsers = ("chromium", "chromium-headless-shell", "google-chrome")
            named = (os.environ.get("CHROMIUM"), *map(shutil.which, browsers))
            chromium = playwright.chromium.launch(
                executable_path=next(filter(None, named), None), args=FLAGS, timeout=1000 * PATIENCE
            )
            context = chromium.new_context(viewport={"width": 1440, "height": 900})
            context.add_init_script("try { localStorage.setItem('saliency-viz-tour', 'seen'); } catch {}")
            page = context.new_page()
            page.set_default_timeout(1000 * PATIENCE)
            _visit(page, f"http://127.0.0.1:{port}/", server, Error)
            page.wait_for_function(READY)
            meter = context.new_cdp_session(page)
            meter.send("Performance.enable", {"timeDomain": "threadTicks"})  # CPU time, not time on the clock

            def busy() -> float:
                found = meter.send("Performance.getMetrics")["metrics"]
                return next(one["value"] for one in found if one["name"] == "TaskDuration")

            yield page, busy
            chromium.close()
        except Error as error:
            raise SaliencyVizError(f"The page could not be measured: {str(error).splitlines()[0]}") from error
        finally:
            server.terminate()
            server.wait(timeout=30)


def _visit(page: Any, address: str, server: subprocess.Popen, lost: type[Exception]) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            page.goto(address)
            return
        except lost:
            if server.poll() is not None or time.monotonic() > end:
                raise SaliencyVizError("The app did not start. Run python app.py to see why.") from None
            time.sleep(0.2)


def made_up(tokens: int, layers: int, keys: int) -> Trace:
    """A trace of noise: an image of as many tokens as keys leave, 8 words of prompt, so many outputs and candidates."""
    image = max(4, keys - tokens - 8)
    columns = int(np.sqrt(image))
    image = columns * (image // columns)
    first, rng = image + 8, np.random.default_rng(0)
    attention = np.zeros((tokens, layers, first + tokens), np.float32)
    saliency = np.zeros_like(attention)
    for step in range(tokens):
        reach = first + step
        attention[step, :, :reach] = rng.dirichlet(np.full(reach, 0.3), layers)
        saliency[step, :, :reach] = rng.gamma(0.3, 1.0, (layers, reach))
    norm = np.linalg.norm(saliency, axis=-1).astype(np.float32)
    words = (" a", " red", " teapot", " and", " two", " cups", " on", " the", " table", ".")
    steps = tuple(
        Step(
            i, first + i, 100 + i, words[i % len(words)], 0.5, 1, 1.25, rng.random() / 20 if i else None, 0.01, (),
            tuple(Candidate(j, words[j], 0.1, 0.01 * j, "untried", j) for j in range(5)),
        )
        for i in range(tokens)
    )  # fmt: skip
    left, top = np.meshgrid(np.arange(columns) * 14.0, np.arange(image // columns) * 14.0)
    boxes = np.stack([left, top, left + 14, top + 14], -1).reshape(-1, 4).astype(np.float32)
    size = (14 * columns, 14 * (image // columns))
    png = BytesIO()
    Image.fromarray(rng.integers(0, 255, (size[1], size[0], 3), np.uint8).astype(np.uint8)).save(png, "PNG")
    spans = (Span("template", 0, 3), Span("image", 3, 3 + image, 0), Span("prompt", 3 + image, first))
    return Trace(
        model=ModelInfo("made up", "llava", layers, 8, "float32", "cpu"),
        settings=RunSettings(tokens),
        prompt="Describe the image.",
        prompt_ids=tuple(range(first)),
        prompt_texts=("<s>", "USER", ":", *("<image>",) * image, "Describe", " the", " image", ".", "\n"),
        steps=steps,
        spans=(*spans, Span("output", first, first + tokens)),
        target_layers=tuple(range(layers // 2, layers)),
        pictures=(Picture(png.getvalue(), (0.0, 0.0, float(size[0]), float(size[1])), size),),
        boxes=boxes,
        box_images=np.zeros(image, np.int16),
        box_scales=np.zeros(image, np.int8),
        attention=attention.astype(np.float16),
        saliency=(saliency / norm[..., None]).astype(np.float16),
        saliency_norm=norm,
        ended="length",
        title="made up",
    )
