"""What every handler stands on: the engine, the store, the gallery, the page's components, and how to tell them news.

Ignores which button does what (captions.py, actions.py). What the browser asks for on its own is answered here.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from itertools import count
from typing import Any

import gradio as gr

from ..errors import SaliencyVizError, TraceError
from ..figures.payload import payload, rows_payload
from ..trace import Trace
from . import controls, exports, links
from .engine import Engine
from .gallery import Gallery
from .runs import RunStore
from .text import english

log = logging.getLogger("saliency_viz")
ROWS_BYTES = 6 * 2**20  # larger runs hand out one step's rows at a time
Updates = dict[Any, Any]


@dataclass(frozen=True)
class Page:
    """The components a handler may change."""

    left: controls.Left
    header: Any
    notice: Any
    viewer: Any
    first: gr.State  # id of the run shown first, or None
    second: gr.State
    scene: gr.State  # name of the example whose picture is in the image field, or None
    model: gr.State  # name of the chosen model
    remembered: gr.Textbox  # settings of an earlier visit, as the browser kept them
    uploads: tuple[gr.UploadButton, gr.UploadButton]  # saved traces into the first and second place


def told(**props: Any) -> dict[str, Any]:
    """An update of one of our own parts. Each prop travels as JSON text: between the yields of a generator gradio 6.31
    sends only what changed inside a value, and its page can lose track and stop listening."""
    return gr.update(**{name: json.dumps(value, ensure_ascii=False) for name, value in props.items()})


def note(kind: str = "", key: str | None = None, text: str | None = None) -> dict[str, Any]:
    """An update of the notice: kind busy, info, warning or error, with a key of the table or a sentence; "" clears."""
    return told(note={"kind": kind, "key": key, "text": text})


def label_of(trace: Trace) -> str:
    """What the run list calls a run: its title, or how it was decoded and how it begins."""
    method = "SGRS + LocoRE" if trace.settings.sgrs and trace.settings.locore else ""
    method = method or ("SGRS" if trace.settings.sgrs else "LocoRE" if trace.settings.locore else "plain")
    if trace.settings.forced or trace.settings.edits:
        method += ", what if"
    words = trace.title or trace.text.strip()
    return f"{method} · {words[:40]}{'…' if len(words) > 40 else ''}"


def seen_words(trace: Trace) -> str:
    """What the model saw of the picture, in pixels and tokens."""
    if not trace.pictures:
        return ""
    width, height = trace.pictures[0].size
    return english("seen_note", size=f"{width} × {height}", tokens=str(len(trace.positions("image"))))


def answered(make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What a server function returns: the result, or {"error": sentence}."""
    try:
        return make()
    except SaliencyVizError as error:
        return {"error": str(error)}
    except Exception:
        log.exception("A request of the page failed")
        return {"error": english("unexpected")}


def guarded(handler: Callable[..., Updates]) -> Callable[..., Updates]:
    """The handler, with refusals and accidents as notices."""

    @wraps(handler)
    def safe(self: Desk, *values: Any, **named: Any) -> Updates:
        try:
            return handler(self, *values, **named)
        except SaliencyVizError as error:
            return {self.page.notice: note("error", text=str(error))}
        except Exception:
            log.exception("%s failed", handler.__name__)
            return {self.page.notice: note("error", "unexpected")}

    return safe


class Desk:
    """One engine, one store and one gallery; `page` is set once the components exist.

    limit: the most new tokens a run may ask for. opened: a trace to show at first. warm: load the first model when a
    page opens.
    """

    def __init__(
        self,
        engine: Engine,
        store: RunStore,
        gallery: Gallery,
        limit: int,
        opened: Trace | None = None,
        warm: bool = False,
    ) -> None:
        self.engine, self.store, self.gallery, self.limit, self.opened = engine, store, gallery, limit, opened
        self.warm = warm
        self.page: Page = None  # type: ignore[assignment]
        self._serial = count(1)

    def fetch_run(self, run_id: str) -> dict[str, Any]:
        """The viewer's payload of a run, or {"error": sentence}."""
        return answered(lambda: payload(self.trace(run_id), run_id, ROWS_BYTES))

    def fetch_rows(self, request: list[Any]) -> dict[str, Any]:
        """[run id, step] -> that step's rows."""

        def make() -> dict[str, Any]:
            run_id, step = request
            trace = self.trace(run_id)
            if not isinstance(step, int) or not 0 <= step < len(trace.steps):
                raise TraceError(f"There is no step {step!r} in this run of {len(trace.steps)} steps.")
            return rows_payload(trace, step)

        return answered(make)

    def fetch_export(self, request: list[Any]) -> dict[str, Any]:
        """[run id, format, viewer state, id of the run beside it or None] -> {name, kind, data: base64}."""

        def make() -> dict[str, Any]:
            run_id, kind, state, beside = request
            other = self.trace(beside) if beside else None
            file = exports.export(self.trace(run_id), str(kind), state if isinstance(state, dict) else {}, other)
            return {"name": file.name, "kind": file.kind, "data": base64.b64encode(file.data).decode("ascii")}

        return answered(make)

    def fetch_status(self, name: str) -> dict[str, Any]:
        """Where the model stands."""
        return self.engine.status(str(name))

    def share_run(self, run_id: str) -> bool:
        """A link was copied: keep the run beyond the visit."""
        return self.store.share(str(run_id))

    def known(self, run_id: str | None) -> bool:
        """Whether there is such a run to show."""
        scene = self.gallery.scenes.get((run_id or "").removeprefix("example-"))
        return self.store.get(run_id) is not None or (scene is not None and scene.trace.is_file())

    def trace(self, run_id: str) -> Trace:
        """A kept run's trace, or an example's ready one ("example-NAME"). Raises TraceError when it is gone."""
        run_id = str(run_id)
        run = self.store.get(run_id)
        if run is not None:
            return run.trace
        if run_id.startswith("example-"):
            return self.gallery.trace(run_id.removeprefix("example-"))
        raise TraceError("This run is no longer kept here. Run it again, or open its saved trace.")

    def _shown(self, places: dict[int, str | None], **more: Any) -> Updates:
        """The viewer and the id states with these runs in these places (0 first, 1 second; None empties it)."""
        props: dict[str, Any] = {"delta": {}}
        states: Updates = {}
        for slot, run_id in places.items():
            reference = {} if run_id is None else {**self.reference(run_id), **more}
            reference["serial"] = next(self._serial)
            props[("run", "second")[slot]] = reference
            states[(self.page.first, self.page.second)[slot]] = run_id
        return {self.page.viewer: told(**props), **states}

    def reference(self, run_id: str) -> dict[str, Any]:
        """What the viewer needs to fetch a run and to build a link to it."""
        run = self.store.get(run_id)
        trace = self.trace(run_id)
        name = run.example if run else run_id.removeprefix("example-")
        recipe = links.write(
            links.Link(
                example=name,
                run=run_id if run else None,
                prompt=trace.prompt if run else None,
                settings=trace.settings if run else None,
            )
        )
        return {"id": run_id, "label": label_of(trace), "example": run is None, "recipe": recipe}

    def _listed(self, visit: str | None) -> Updates:
        runs = [{"id": run.id, "label": run.label} for run in self.store.of_visit(visit)]
        return {self.page.header: told(runs=runs)}

    def _busy(self, busy: bool) -> Updates:
        return {
            self.page.left.run: gr.update(interactive=not busy),
            self.page.left.stop: gr.update(interactive=busy),
        }
