"""A run, or two beside each other, as the interactive view in a notebook's cell.

Ignores what is drawn: the page is the one of standalone.py. It stands in an iframe of its own, so that its scripts run,
the notebook's styles stay outside, and it can reach neither the notebook nor anything on a network.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...trace import Trace
from ...whole_numbers import whole
from .standalone import standalone

HEIGHT = 860  # pixels; the cell's corner can be dragged
LOWEST, HIGHEST = 200, 4000
MAX_BYTES = 30 * 2**20  # a notebook keeps every output in its file
# Scripts may run and a table may be saved. Not allow-same-origin: the page then has no cookies, no storage and no way
# to the notebook around it; its own policy (standalone.py) lets nothing be fetched.
SANDBOX = "allow-scripts allow-downloads"
STYLE = "display: block; width: 100%; border: 1px solid rgb(128 128 128 / 0.35); border-radius: 8px; resize: vertical"


@dataclass(frozen=True)
class View:
    """What `view` returns: a notebook shows `html`, a plain console the sentence `text`."""

    html: str
    text: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.text


def view(
    first: Trace,
    second: Trace | None = None,
    height: int = HEIGHT,
    state: Mapping[str, Any] | None = None,
    theme: str | None = None,
    language: str = "en",
) -> View:
    """The interactive view of a run, or of two to compare, for the last line of a notebook's cell.

    height: of the cell in pixels. state: what is looked at first (token, layer, view, scale, ...). theme: "light",
    "dark", or None for what the reader's system prefers. Raises SettingError.
    """
    height = whole("height", height, LOWEST, HIGHEST, " of pixels")
    runs = (first,) if second is None else (first, second)
    text = " beside ".join(map(repr, runs))
    page = standalone(runs, state=state, theme=theme, language=language)
    size = len(page.encode())
    if size > MAX_BYTES:
        sentence = (
            f"{text}: the interactive view would put {size / 2**20:.0f} MiB into this notebook, more than "
            f"{MAX_BYTES // 2**20}. Save the trace and open it: python -m saliency_viz open run.trace"
        )
        return View(f"<p>{html.escape(sentence)}</p>", sentence)
    frame = (
        f'<iframe srcdoc="{html.escape(page, quote=True)}" sandbox="{SANDBOX}" referrerpolicy="no-referrer" '
        f'title="{html.escape(text, quote=True)}" loading="lazy" '
        f'style="{STYLE}; height: {height}px; min-height: {LOWEST}px"></iframe>'
    )
    return View(frame, text)
