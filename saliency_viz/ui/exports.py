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
from . import films

CITATION = """@misc{hallucination_begins_where_saliency_drops,
  title  = {Hallucination Begins Where Saliency Drops},
  author = {{Anonymous authors}},
  note   = {Paper under double-blind review}
}
"""


@dataclass(frozen=True)
class Asked:
    """What is on the screen: the run, the one beside it, the selected tokens, the view, the viewer's whole state."""

    trace: Trace
    other: Trace | None
    steps: tuple[int, ...]
    view: View
    state: Mapping[str, Any]


@dataclass(frozen=True)
class File:
    """A file to download. kind: its media type."""

    name: str
    kind: str
    data: bytes


def export(
    trace: Trace,
    what: str,
    state: Mapping[str, Any] | None = None,
    other: Trace | None = None,
    tell: Callable[[float], None] | None = None,
) -> File:
    """One row of FILES; "FIGURE.FORMAT" with a row of FIGURES and png, svg or pdf; or a film (`films.NAMES`) and gif
    or mp4, of which tell hears the part done.

    state: the viewer's state (token, layer, ...), with steps: every selected token, where they are several. Raises
    SettingError for anything unknown or impossible.
    """
    asked = _asked(trace, other, state or {})
    stem = _stem(trace)
    figure, dot, suffix = what.partition(".")
    if dot and figure in FIGURES and suffix in MEDIA:
        return File(f"{stem}-{figure}.{suffix}", MEDIA[suffix], draw(asked, figure, suffix))
    if dot and figure.startswith("film"):
        data = films.film_bytes(trace, figure, suffix, asked.state, tell)
        return File(f"{stem}-{figure}.{suffix}", films.MEDIA[suffix][0], data)
    if what not in FILES:
        raise SettingError(f"There is no export {what!r}. Choose one of {', '.join([*FILES, *FIGURES, 'film'])}.")
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
    """The viewer's state as steps and a View. Raises SettingError."""
    last, token, several = len(trace.steps) - 1, state.get("token"), state.get("steps")
    chosen = several if isinstance(several, list) and several else [token]
    steps = {min(max(int(one), 0), max(last, 0)) if isinstance(one, (int, float)) else 0 for one in chosen}
    choices = {
        "layers": state.get("layer"),
        "normalization": state.get("normalization"),
        "transform": state.get("transform"),
        "lock": state.get("scale"),
        "colors": state.get("cmap"),
        "reduce": state.get("reduce"),
        "attention_range": state.get("range_attention"),
        "saliency_range": state.get("range_saliency"),
    }
    view = View(**{name: choice for name, choice in choices.items() if choice is not None})
    reading.layer_indices(trace, view.layers)
    return Asked(trace, other, tuple(sorted(steps)), view, state)


def _page(asked: Asked) -> bytes:
    runs = asked.trace if asked.other is None else (asked.trace, asked.other)
    state = {name: value for name, value in asked.state.items() if name != "steps"}  # the page knows them itself
    return standalone.standalone(runs, state=state).encode("utf-8")


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
    "keys": ("-token.csv", "text/csv", _csv(lambda asked: tables.key_table(asked.trace, asked.steps, asked.view))),
    "candidates": ("-candidates.csv", "text/csv", _csv(lambda asked: tables.candidate_table(asked.trace))),
    "json": (
        ".json",
        "application/json",
        lambda asked: tables.json_text(asked.trace, asked.view, asked.steps).encode("utf-8"),
    ),
    "npz": (".npz", "application/octet-stream", lambda asked: tables.npz_bytes(asked.trace, asked.view)),
    "citation": (".bib", "text/plain", lambda asked: CITATION.encode("utf-8")),
}
FIGURES: dict[str, Callable[[Asked], Any]] = {
    "image": lambda asked: paper.image_overlays(asked.trace, asked.steps, asked.view),
    "layers": lambda asked: paper.image_layers(asked.trace, asked.steps, "saliency", asked.view),
    "outputs": lambda asked: paper.output_maps(asked.trace, asked.steps, asked.view),
    "distance": lambda asked: paper.distance(asked.trace, asked.steps, asked.view),
    "text": lambda asked: paper.text_map(asked.trace, asked.view),
    "grid": lambda asked: paper.layer_grid(asked.trace, "saliency", asked.view, asked.steps),
    "scores": lambda asked: paper.scores(asked.trace, asked.steps),
    "compare": _beside,
}
MEDIA = {"png": "image/png", "svg": "image/svg+xml", "pdf": "application/pdf"}
