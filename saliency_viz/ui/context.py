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
from ..figures.web.payload import payload, rows_bytes, rows_payload
from ..serving.engine import Engine
from ..serving.model_key import QUANTIZATIONS, ModelKey
from ..serving.rate_limit import RateLimit
from ..serving.run_store import RunStore
from ..trace import Trace
from . import controls, exports, media, permalinks
from .films import Progress as Films
from .gallery import Gallery
from .i18n import english
from .run_list import Entries, method_of
from .server.health import place

log = logging.getLogger("saliency_viz")
ROWS_BYTES = 6 * 2**20  # larger runs hand out one step's rows at a time
Updates = dict[Any, Any]


@dataclass(frozen=True)
class Page:
    """The components a handler may change."""

    left: controls.Left
    header: Any
    notice: Any
    methods: Any  # the table of one picture's methods
    viewer: Any
    first: gr.State  # id of the run shown first, or None
    second: gr.State
    model: gr.State  # name of the chosen model
    remembered: gr.Textbox  # what the browser kept of an earlier visit, as JSON: {settings, visit}
    uploads: tuple[gr.UploadButton, gr.UploadButton]  # saved traces into the first and second place


def told(**props: Any) -> dict[str, Any]:
    """An update of one of our own parts. Each prop travels as JSON text: between the yields of a generator gradio 6.31
    sends only what changed inside a value, and its page can lose track and stop listening."""
    return gr.update(**{name: json.dumps(value, ensure_ascii=False) for name, value in props.items()})


def note(kind: str = "", key: str | None = None, text: str | None = None, **more: Any) -> dict[str, Any]:
    """An update of the notice: kind busy, info, warning or error, with a key of the table or a sentence; "" clears.

    more: values for the blanks of the key's text; offers, wanted: see assets/app/again.js.
    """
    return told(note={"kind": kind, "key": key, "text": text, **more})


def label_of(trace: Trace) -> str:
    """What the run list calls a run: its title, or how it was decoded and how it begins."""
    words = trace.text.strip()
    return trace.title or " · ".join(filter(None, (method_of(trace), words[:40] + ("…" if len(words) > 40 else ""))))


def seen_note(trace: Trace) -> dict[str, Any]:
    """A remark on what the model saw of the picture, in pixels and tokens: a key of the table and its blanks."""
    if not trace.pictures:
        return {}
    tokens, count = str(len(trace.positions("image"))), len(trace.pictures)
    if count > 1:
        return {"key": "seen_frames" if trace.fps else "seen_pictures", "values": {"count": count, "tokens": tokens}}
    width, height = trace.pictures[0].size
    return {"key": "seen_note", "values": {"size": f"{width} × {height}", "tokens": tokens}}


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
    page opens. visitors: counts their runs (None: no limit).
    """

    def __init__(
        self,
        engine: Engine,
        store: RunStore,
        gallery: Gallery,
        limit: int,
        opened: Trace | None = None,
        warm: bool = False,
        visitors: RateLimit | None = None,
    ) -> None:
        self.visitors = visitors or RateLimit()
        self.engine, self.store, self.gallery, self.limit, self.opened = engine, store, gallery, limit, opened
        self.warm = warm
        self.films = Films()
        self.page: Page = None  # type: ignore[assignment]
        self.blocks: Any = None  # gradio's, whose queue is asked how long it is
        self.entries = Entries()
        self._serial = count(1)

    def fetch_run(self, run_id: str) -> dict[str, Any]:
        """The viewer's payload of a run, or {"error": sentence}."""
        return answered(lambda: payload(self.trace(run_id), run_id, ROWS_BYTES))

    def fetch_rows(self, request: list[Any]) -> dict[str, Any]:
        """[run id, step] -> that step's rows; [run id, first, count] -> those of so many steps, one after another."""

        def make() -> dict[str, Any]:
            run_id, step, count = (*request, 1)[:3]
            trace = self.trace(run_id)
            last = len(trace.steps)
            if not isinstance(step, int) or not isinstance(count, int) or not 0 <= step < step + count <= last:
                raise TraceError(f"There are no steps {step!r} to {step!r} + {count!r} in this run of {last} steps.")
            if count > 1 and count * rows_bytes(trace, 1) > ROWS_BYTES:
                raise TraceError(f"{count} steps of this run are more than one answer holds. Ask for fewer at once.")
            return rows_payload(trace, step, count)

        return answered(make)

    def fetch_export(self, request: list[Any]) -> dict[str, Any]:
        """[run id, format, viewer state, id of the run beside it or None, ticket or None] -> {name, kind, data:
        base64}. `fetch_film` tells by the ticket how far a film has come."""

        def make() -> dict[str, Any]:
            run_id, kind, state, beside, *ticket = request
            other = self.trace(beside) if beside else None
            tell = self.films.teller(str(ticket[0])) if ticket and ticket[0] else None
            state = state if isinstance(state, dict) else {}
            file = exports.export(self.trace(run_id), str(kind), state, other, tell)
            return {"name": file.name, "kind": file.kind, "data": base64.b64encode(file.data).decode("ascii")}

        try:
            return answered(make)
        finally:
            self.films.done(str(request[-1]))

    def fetch_film(self, ticket: str) -> float | None:
        """The part of a film that is made, 0..1; None once it is whole."""
        return self.films.part(str(ticket))

    def look_at(self, value: dict[str, Any]) -> dict[str, Any]:
        """The field's value as it will be shown to the model: small pictures, times (see `media.described`)."""
        return answered(lambda: media.described(value, self.gallery, self.trace))

    def fetch_takes(self, name: str) -> dict[str, Any] | None:
        """What a model can be shown, None while it is not loaded: {pictures: most or None, video, many, videos}; the
        last two are families that take several pictures, or a video."""
        return self.engine.takes(str(name))

    def fetch_status(self, name: str) -> dict[str, Any]:
        """Where the model stands."""
        return {**self.engine.status(str(name)), "label": ModelKey.read(str(name)).label}

    def fetch_offers(self, quantization: str | None) -> dict[str, Any]:
        """The chooser's rows for weights of this kind (see Engine.offers), or {"error": sentence}."""
        return answered(lambda: self.engine.offers(quantization if quantization in QUANTIZATIONS else None))

    def fetch_place(self, full: bool) -> dict[str, Any]:
        """What a visitor who waits is told (see health.place). full: their run was not let into the queue."""
        return place(self.engine, self.blocks, bool(full))

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
        run, trace = self.store.get(run_id), self.trace(run_id)
        if run is None:
            place = permalinks.Place(example=run_id.removeprefix("example-"))
        else:
            place = permalinks.place_of(trace, run_id, run.example)
        return {
            "id": run_id,
            "label": label_of(trace),
            "example": run is None,
            "recipe": permalinks.write_place(place),
            "short": place.settings is not None and place.prompt is None,
        }

    def _asked_again(self, run_id: str) -> Updates:
        """The left column with what a kept run was shown and asked, so that it can be run again otherwise."""
        trace, left = self.trace(run_id), self.page.left
        if not trace.pictures:
            return {}
        field = self._given({"kind": "run", "run": run_id})
        opened = {left.system_box: gr.update(open=True)} if trace.system else {}
        return {left.media: field, left.prompt: trace.prompt, left.system: trace.system or "", **opened}

    def _given(self, value: dict[str, Any]) -> dict[str, Any]:
        """An update that puts a value into the field of pictures; each is another, even when it says the same."""
        return told(given={"value": value, "serial": next(self._serial)})

    def _listed(self, visit: str | None) -> Updates:
        return {self.page.header: told(runs=self.entries.listed(self.store.of_visit(visit)))}

    def _busy(self, busy: bool) -> Updates:
        return {
            self.page.left.run: gr.update(interactive=not busy),
            self.page.left.stop: gr.update(interactive=busy),
        }
