"""What can be taken away from a run, one row per file: numbers, figures, a page, the trace, the citation.

Ignores how files are made (figures/) and downloaded. Each is made under the view on the screen.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import SettingError
from ..figures import paper, reading, standalone, tables
from ..figures.style import figure_bytes
from ..figures.view import View
from ..trace import Trace

CITATION = """@misc{hallucination_begins_where_saliency_drops,
  title  = {Hallucination Begins Where Saliency Drops},
  author = {{Anonymous authors}},
  note   = {Paper under double-blind review}
}
"""


@dataclass(frozen=True)
class Asked:
    """What is on the screen: the run, the one beside it, the selected token, the view, and the viewer's whole state."""

    trace: Trace
    other: Trace | None
    step: int
    view: View
    state: Mapping[str, Any]


@dataclass(frozen=True)
class File:
    """A file to download. kind: its media type."""

    name: str
    kind: str
    data: bytes


def export(trace: Trace, what: str, state: Mapping[str, Any] | None = None, other: Trace | None = None) -> File:
    """One row of FILES, or "FIGURE.FORMAT" with a row of FIGURES and png, svg or pdf.

    state: the viewer's state (token, layer, ...). Raises SettingError for anything unknown or impossible.
    """
    asked = _asked(trace, other, state or {})
    stem = _stem(trace)
    figure, dot, suffix = what.partition(".")
    if dot and figure in FIGURES and suffix in MEDIA:
        return File(f"{stem}-{figure}.{suffix}", MEDIA[suffix], draw(asked, figure, suffix))
    if what not in FILES:
        raise SettingError(f"There is no export {what!r}. Choose one of {', '.join([*FILES, *FIGURES])}.")
    ending, kind, make = FILES[what]
    return File(f"{stem}{ending}", kind, make(asked))


def draw(asked: Asked, figure: str, suffix: str) -> bytes:
    """A figure's bytes. One at a time: matplotlib's settings belong to the whole process."""
    if not asked.trace.steps:
        raise SettingError("The run has no output token, so there is nothing to draw. Run it for at least one token.")
    with _drawing:
        return figure_bytes(FIGURES[figure](asked), suffix)


_drawing = threading.Lock()


def _asked(trace: Trace, other: Trace | None, state: Mapping[str, Any]) -> Asked:
    """The viewer's state as a step and a View. Raises SettingError."""
    last, token = len(trace.steps) - 1, state.get("token")
    step = min(max(int(token), 0), max(last, 0)) if isinstance(token, (int, float)) else 0
    choices = {
        "layers": state.get("layer"),
        "normalization": state.get("normalization"),
        "transform": state.get("transform"),
        "lock": state.get("scale"),
        "colors": state.get("cmap"),
    }
    view = View(**{name: choice for name, choice in choices.items() if choice is not None})
    reading.layer_indices(trace, view.layers)
    return Asked(trace, other, step, view, state)


def _page(asked: Asked) -> bytes:
    runs = asked.trace if asked.other is None else (asked.trace, asked.other)
    return standalone.standalone(runs, state=asked.state).encode("utf-8")


def _csv(table: Callable[[Asked], list[dict[str, Any]]]) -> Callable[[Asked], bytes]:
    return lambda asked: tables.csv_text(table(asked)).encode("utf-8")


def _beside(asked: Asked) -> Any:
    if asked.other is None:
        raise SettingError("Fig. 3 needs two runs. Choose one to compare with first.")
    return paper.compare(asked.trace, asked.other, [], asked.view)


def _stem(trace: Trace) -> str:
    """A few plain letters of the caption: file names meet every system."""
    words = re.findall(r"[A-Za-z0-9]+", trace.title or trace.text)[:4]
    return "saliency-" + ("-".join(words).lower()[:40] or "run")


# name: (ending, media type, maker)
FILES: dict[str, tuple[str, str, Callable[[Asked], bytes]]] = {
    "trace": (".trace", "application/octet-stream", lambda asked: asked.trace.to_bytes()),
    "html": (".html", "text/html", _page),
    "steps": ("-tokens.csv", "text/csv", _csv(lambda asked: tables.step_table(asked.trace, asked.view))),
    "keys": ("-token.csv", "text/csv", _csv(lambda asked: tables.key_table(asked.trace, asked.step, asked.view))),
    "candidates": ("-candidates.csv", "text/csv", _csv(lambda asked: tables.candidate_table(asked.trace))),
    "json": (
        ".json",
        "application/json",
        lambda asked: tables.json_text(asked.trace, asked.view, asked.step).encode("utf-8"),
    ),
    "npz": (".npz", "application/octet-stream", lambda asked: tables.npz_bytes(asked.trace, asked.view)),
    "citation": (".bib", "text/plain", lambda asked: CITATION.encode("utf-8")),
}
FIGURES: dict[str, Callable[[Asked], Any]] = {
    "image": lambda asked: paper.image_overlays(asked.trace, asked.step, asked.view),
    "layers": lambda asked: paper.image_layers(asked.trace, asked.step, "saliency", asked.view),
    "outputs": lambda asked: paper.output_maps(asked.trace, [asked.step], asked.view),
    "distance": lambda asked: paper.distance(asked.trace, [asked.step], asked.view),
    "text": lambda asked: paper.text_map(asked.trace, asked.view),
    "grid": lambda asked: paper.layer_grid(asked.trace, "saliency", asked.view, [asked.step]),
    "scores": lambda asked: paper.scores(asked.trace, [asked.step]),
    "compare": _beside,
}
MEDIA = {"png": "image/png", "svg": "image/svg+xml", "pdf": "application/pdf"}
