"""What can be taken away from a run, one row per file: numbers, figures, a page, the trace, the citation.

Ignores how files are made (figures/) and downloaded. Each is made under the view on the screen.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import SettingError
from ..figures import caption_text, paper
from ..figures.paper.style import figure_bytes
from ..figures.rows import metrics, tables
from ..figures.rows.alignment import align
from ..figures.rows.view import View
from ..figures.web import standalone
from ..trace import Trace
from . import films

CITATION = """@misc{hallucination_begins_where_saliency_drops,
  title  = {Hallucination Begins Where Saliency Drops},
  author = {{Anonymous authors}},
  note   = {Paper under double-blind review}
}

@software{saliency_viz,
  title   = {saliency\\_viz: what an image captioner looked at, and what mattered},
  author  = {{The saliency\\_viz authors}},
  version = {%(version)s},
  note    = {Run on the model %(model)s}
}
"""


@dataclass(frozen=True)
class Asked:
    """What is on the screen: the run, the one beside it, the selected tokens, the view, the viewer's whole state.

    held: the tokens of the same run that stand beside the selected ones; none, or before the run beside it.
    """

    trace: Trace
    other: Trace | None
    steps: tuple[int, ...]
    view: View
    state: Mapping[str, Any]
    held: tuple[int, ...] = ()

    @property
    def kind(self) -> metrics.Kind:
        """Which of the two is compared."""
        return "attention" if self.state.get("compare_kind") == "attention" else "saliency"

    def hidden(self, trace: Trace) -> list[int]:
        """The positions of a run that "hide sinks" leaves out now."""
        return metrics.dimmed(trace) if self.state.get("hide_sinks") is True else []

    @property
    def others(self) -> list[Trace]:
        """The run in the second place, where there is one."""
        return [self.other] if self.other is not None and not self.held else []

    @property
    def beside(self) -> tuple[Trace, tuple[int, ...]] | None:
        """The run and tokens in the second place, over which scales are locked too."""
        if self.held:
            return self.trace, self.held
        if self.other is None or not self.other.steps:
            return None
        return self.other, counterparts(self.trace, self.other, self.steps, self.state.get("token"))


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
        name = f"{stem}{_place(asked, figure)}-{figure}.{suffix}"
        return File(name, MEDIA[suffix], draw(asked, figure, suffix))
    if dot and figure.startswith("film"):
        data = films.film_bytes(trace, figure, suffix, {**asked.state, "layer": asked.view.layers}, tell)
        return File(f"{stem}-{figure}.{suffix}", films.MEDIA[suffix][0], data)
    if what not in FILES:
        raise SettingError(f"There is no export {what!r}. Choose one of {', '.join([*FILES, *FIGURES, 'film'])}.")
    ending, kind, make = FILES[what]
    return File(f"{stem}{_place(asked, what)}{ending}", kind, make(asked))


def draw(asked: Asked, figure: str, suffix: str) -> bytes:
    """A figure's bytes. One at a time: matplotlib's settings belong to the whole process."""
    if not asked.trace.steps:
        raise SettingError("The run has no output token, so there is nothing to draw. Run it for at least one token.")
    with _drawing:
        return figure_bytes(FIGURES[figure](asked), suffix)


_drawing = threading.Lock()


def _asked(trace: Trace, other: Trace | None, state: Mapping[str, Any]) -> Asked:
    """The viewer's state as steps and a View. Raises SettingError."""
    token, several, layers = state.get("token"), state.get("steps"), state.get("layer")
    chosen = several if isinstance(several, list) and several else [token]
    choices = {
        "layers": tuple(layers) if isinstance(layers, list) else layers,
        "normalization": state.get("normalization"),
        "transform": state.get("transform"),
        "lock": state.get("scale"),
        "colors": state.get("cmap"),
        "reduce": state.get("reduce"),
        "attention_range": state.get("range_attention"),
        "saliency_range": state.get("range_saliency"),
    }
    view = View(**{name: choice for name, choice in choices.items() if choice is not None})
    metrics.layer_indices(trace, view.layers)
    also, held = state.get("held_also"), state.get("held")
    held = [] if not _number(held) else [held, *(also if isinstance(also, list) else [])]
    return Asked(trace, other, _steps(trace, chosen), view, state, _steps(trace, held))


def _steps(trace: Trace, chosen: Iterable[Any]) -> tuple[int, ...]:
    """Steps of this run, in order: a number beyond its ends is the nearest, anything else the first."""
    last = max(len(trace.steps) - 1, 0)
    return tuple(sorted({min(max(int(one), 0), last) if _number(one) else 0 for one in chosen}))


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def counterparts(first: Trace, second: Trace, steps: Sequence[int], token: Any) -> tuple[int, ...]:
    """The second run's tokens for those selected in the first, as the page chooses them (viewer/state/choice.js): of
    the current one its partner or the place after the last pair, of the others their partners."""
    pairs = align(first, second).pairs
    current = int(token) if _number(token) and int(token) in steps else steps[-1]
    before = [pair for pair in pairs if pair[0] <= current]
    place = before[-1][1] + current - before[-1][0] if before else current
    there = {i: j for i, j in pairs if i in steps and i != current}
    return tuple(sorted({min(place, len(second.steps) - 1), *there.values()}))


def _page(asked: Asked) -> bytes:
    runs = asked.trace if asked.other is None else (asked.trace, asked.other)
    state = {name: value for name, value in asked.state.items() if name != "steps"}  # the page knows them itself
    return standalone.standalone(runs, state=state).encode("utf-8")


def _csv(
    table: Callable[[Asked], list[dict[str, Any]]], of_token: bool = False, of_view: bool = True
) -> Callable[[Asked], bytes]:
    """A maker of CSV under comment lines that say of which run it is, and token and view where it depends on them."""

    def make(asked: Asked) -> bytes:
        about = caption_text.about(asked.trace, asked.view if of_view else None, asked.steps if of_token else ())
        about |= {"hide_sinks": asked.state.get("hide_sinks") is True} if of_token else {}
        return tables.csv_text(table(asked), about).encode("utf-8")

    return make


def _citation(asked: Asked) -> bytes:
    from .. import __version__

    model = re.sub(r"([#$%&_{}])", r"\\\1", re.sub(r"[\\\s]+", " ", asked.trace.model.name))
    return (CITATION % {"version": __version__, "model": model}).encode("utf-8")


def _image(asked: Asked) -> Any:
    """The pair of maps on the scales of the page: each kind its own, over all that stands beside too."""
    hidden = asked.hidden(asked.trace)
    return paper.image_overlays(asked.trace, asked.steps, asked.view, asked.beside, hidden, together=False)


def _layers(asked: Asked, kind: metrics.Kind) -> Any:
    hidden = asked.hidden(asked.trace)
    return paper.image_layers(asked.trace, asked.steps, kind, asked.view, others=asked.others, hidden=hidden)


def _grid(asked: Asked, kind: metrics.Kind) -> Any:
    return paper.layer_grid(asked.trace, kind, asked.view, asked.steps, asked.hidden(asked.trace))


def _outputs(asked: Asked) -> Any:
    """On the scales of the page's words, which also hold for the run beside."""
    beside = {"together": False, "keys": "words", "others": asked.others}
    return paper.output_maps(asked.trace, asked.steps, asked.view, asked.hidden(asked.trace), **beside)


def _compare(asked: Asked) -> Any:
    """What stands beside: a held token on the picture and the words, or another run's outputs (Fig. 3)."""
    first, other = asked.trace, asked.other
    if asked.held:
        return paper.token_pair(first, asked.steps, asked.held, asked.kind, asked.view, asked.hidden(first))
    if other is None:
        raise SettingError(
            "This figure compares: it needs a second run or a held token. Got one run. Choose one to compare with, or "
            "hold a token, first."
        )
    return paper.compare(first, other, [], asked.view, asked.kind, (asked.hidden(first), asked.hidden(other)))


def _place(asked: Asked, what: str) -> str:
    """Which tokens and layers a file is of, in its name: "-step-4-layer-2"; nothing where it is of the whole run."""
    of_token, of_layer = NAMED.get(what, (False, False))
    pair = what == "compare" and asked.held
    part = f"-step-{_joined(asked.steps)}" if of_token or pair else ""
    part += f"-beside-{_joined(asked.held)}" if pair else ""
    layers = asked.view.layers
    if what == "compare":
        part += f"-{asked.kind}"
    if of_layer:
        part += f"-{layers}-layers" if isinstance(layers, str) else f"-layer-{_joined(metrics.steps_of(layers))}"
    return part


def _joined(numbers: Sequence[int]) -> str:
    """(4,) as "4", (4, 5) as "4-5", more than three as "4-to-9"."""
    return "-".join(map(str, numbers if len(numbers) < 4 else (numbers[0], "to", numbers[-1])))


def _stem(trace: Trace) -> str:
    """A few plain letters of the caption: file names meet every system."""
    found = re.findall(r"[A-Za-z0-9]+", trace.title or trace.text)[:4]
    return "saliency-" + ("-".join(found).lower()[:40] or "run")


# name: (ending, media type, maker)
FILES: dict[str, tuple[str, str, Callable[[Asked], bytes]]] = {
    "trace": (".trace", "application/octet-stream", lambda asked: asked.trace.to_bytes()),
    "html": (".html", "text/html", _page),
    "steps": ("-tokens.csv", "text/csv", _csv(lambda asked: tables.step_table(asked.trace, asked.view))),
    "keys": (
        "-token.csv",
        "text/csv",
        _csv(lambda asked: tables.key_table(asked.trace, asked.steps, asked.view), of_token=True),
    ),
    "candidates": (
        "-candidates.csv",
        "text/csv",
        _csv(lambda asked: tables.candidate_table(asked.trace), of_view=False),
    ),
    "json": (
        ".json",
        "application/json",
        lambda asked: tables.json_text(asked.trace, asked.view, asked.steps).encode("utf-8"),
    ),
    "npz": (".npz", "application/octet-stream", lambda asked: tables.npz_bytes(asked.trace, asked.view)),
    "citation": (".bib", "text/plain", _citation),
}
FIGURES: dict[str, Callable[[Asked], Any]] = {
    "image": _image,
    "layers": lambda asked: _layers(asked, "saliency"),
    "layers-attention": lambda asked: _layers(asked, "attention"),
    "outputs": _outputs,
    "distance": lambda asked: paper.distance(asked.trace, asked.steps, asked.view, hidden=asked.hidden(asked.trace)),
    "text": lambda asked: paper.text_map(asked.trace, asked.view, asked.hidden(asked.trace), together=False),
    "grid": lambda asked: _grid(asked, "saliency"),
    "grid-attention": lambda asked: _grid(asked, "attention"),
    "scores": lambda asked: paper.scores(asked.trace, asked.steps),
    "compare": _compare,
}
MEDIA = {"png": "image/png", "svg": "image/svg+xml", "pdf": "application/pdf"}
# What is of one token, or of chosen layers, says so in its name: (token, layer).
NAMED = {
    "steps": (False, True),
    "keys": (True, True),
    "image": (True, True),
    "layers": (True, False),
    "layers-attention": (True, False),
    "outputs": (False, True),
    "distance": (True, True),
    "text": (False, True),
    "compare": (False, True),
}
