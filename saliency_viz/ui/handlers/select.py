"""Which run is looked at: examples, uploads, saved traces, marks, and the page's closing.

Ignores how captions are made (caption.py), how a page opens (page_load.py) and how runs are drawn. Needs no model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr

from ...errors import SettingError
from ...trace import Mark, Trace
from .. import media
from ..context import Updates, guarded, label_of, log, note, seen_note, told
from ..i18n import english
from .compare import Methods
from .page_load import Opening
from .run_preview import Planner, planned

TITLE = 120  # characters of a run's name


def judged(trace: Trace, asked: Mapping[str, Any]) -> Trace:
    """The trace with one token marked as asked: {step, judgement (None takes the mark away), note}."""
    step, judgement = asked.get("step"), asked.get("judgement")
    if not isinstance(step, int) or not 0 <= step < len(trace.steps):
        raise SettingError(f"step must lie in 0..{len(trace.steps) - 1} of this caption. Got {step!r}.")
    marks = {index: mark for index, mark in trace.marks.items() if index != step}
    if judgement in ("right", "hallucinated"):
        marks[step] = Mark(judgement, str(asked.get("note") or "")[:500])
    return replace(trace, marks=marks)


class Actions(Methods, Opening):
    """The handlers of everything that chooses."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.planner = Planner()

    @guarded
    def pick(self, value: dict[str, Any] | None) -> Updates:
        """An example was chosen: its picture and prompt on the left, its ready trace on the right."""
        scene = self.gallery.scenes.get((value or {}).get("name", ""))
        if scene is None:
            return {self.page.notice: note("error", text="There is no such example. Reload the page.")}
        updates = {self.page.left.media: self._given(media.example(scene.name))}
        if not scene.trace.is_file():
            return {**updates, self.page.notice: note("info", text=english("example_no_trace"))}
        trace = self.gallery.trace(scene.name)
        return {
            **updates,
            self.page.left.prompt: trace.prompt,
            self.page.left.seen: told(note=seen_note(trace)),
            **self._shown({0: f"example-{scene.name}", 1: None}),
            self.page.notice: note(),
        }

    @guarded
    def chosen(self, value: dict[str, Any] | None) -> Updates:
        """Pictures or a video came in and were looked at (`look_at`): what was said of the ones before is over."""
        return {self.page.left.seen: told(note=""), self.page.notice: note("info", "stale")}

    def cleared(self) -> Updates:
        """The pictures were taken away."""
        return {self.page.left.seen: told(note="")}

    def plan(self, media: Any, prompt: str, system: str, model: str, new_tokens: Any) -> dict[str, Any]:
        """What a run of these widgets would need, for the line under the button."""
        asked = {"media": media, "prompt": prompt, "system": system, "model": model, "new_tokens": new_tokens}
        try:
            return told(note=planned(self.engine, self.planner, self.gallery, asked))
        except Exception:
            log.exception("A run could not be planned")
            return told(note=None)

    @guarded
    def halt_model(self, event: gr.EventData) -> Updates:
        """Stop loading a model. event: {name}."""
        self.engine.cancel(str(event._data.get("name") or ""))
        return {self.page.notice: note()}

    @guarded
    def choose_model(self, event: gr.EventData) -> Updates:
        """Another model for the next run; it loads in the background. event: {name}."""
        name = str(event._data.get("name") or "").strip()
        self.engine.check(name)
        self.engine.warm(name)
        return {
            self.page.model: name,
            self.page.header: gr.update(model=name),
            self.page.left.media: gr.update(model=name),
            self.page.left.demo_note: gr.update(visible=name == "demo"),
            self.page.notice: note(),
        }

    @guarded
    def show_run(self, event: gr.EventData) -> Updates:
        """A kept run into a place. event: {run, slot}; run None empties the second place."""
        slot, run_id = int(event._data.get("slot", 0)), event._data.get("run")
        if run_id:
            self.trace(run_id)
        return {**self._shown({slot: run_id or None}), self.page.notice: note()}

    @guarded
    def manage_run(self, event: gr.EventData, request: gr.Request, first: str | None, second: str | None) -> Updates:
        """The run list was used. event: {run, act: "rename" (to name), "pin", "unpin" or "delete"}."""
        visit, run_id, act = request.session_hash, str(event._data.get("run")), event._data.get("act")
        run = self.store.own(run_id, visit)
        places = {slot: run_id for slot, shown in enumerate((first, second)) if shown == run_id}
        updates: Updates = {}
        if act == "rename":
            trace = replace(run.trace, title=" ".join(str(event._data.get("name") or "").split())[:TITLE])
            self.store.put(trace, label_of(trace), visit, run_id, run.example)
            updates = self._shown(places, keep=True) if places else {}
        elif act in ("pin", "unpin"):
            self.store.pin(run_id, visit, act == "pin")
        elif act == "delete":
            self.store.drop(run_id, visit)
            left = sorted(self.store.of_visit(visit), key=lambda one: -one.order)
            next_one = left[0].id if left else f"example-{self.gallery.first}" if self.gallery.first else None
            updates = self._shown({slot: None if slot else next_one for slot in places}) if places else {}
        return {**updates, **self._listed(visit), self.page.notice: note()}

    def open_first(self, path: str | None, request: gr.Request) -> Updates:
        """A saved trace into the first place."""
        return self.open_trace(path, 0, request.session_hash)

    def open_second(self, path: str | None, request: gr.Request) -> Updates:
        """A saved trace beside the first."""
        return self.open_trace(path, 1, request.session_hash)

    @guarded
    def open_trace(self, path: str | None, slot: int, visit: str | None) -> Updates:
        """A saved trace into a place; needs no model."""
        if path is None:
            return {self.page.notice: note()}
        trace = Trace.load(path)
        if not trace.title:
            trace = replace(trace, title=Path(path).stem)
        run_id = self.store.put(trace, label_of(trace), visit)
        asked = self._asked_again(run_id) if slot == 0 else {}
        return {**asked, **self._shown({slot: run_id}), **self._listed(visit), self.page.notice: note()}

    def left(self, request: gr.Request) -> None:
        """The page closed."""
        event = self._stops.get(request.session_hash or "")
        if event is not None:
            event.set()
        self.forget(request.session_hash or "")
        self.store.leave(request.session_hash)

    @guarded
    def mark(self, event: gr.EventData, request: gr.Request) -> Updates:
        """A person judged a token; the kept trace is replaced by one that says so, what is not this visit's own (an
        example, a shared run) by a copy. event: {run, step, judgement, note}."""
        run_id = str(event._data.get("run"))
        run, trace = self.store.get(run_id), self.trace(run_id)
        trace = judged(trace, event._data)
        if run is not None and run.visit == request.session_hash:
            self.store.put(trace, run.label, run.visit, run.id, run.example)
            return {self.page.notice: note()}
        scene = run.example if run else run_id.removeprefix("example-")
        own = self.store.put(trace, label_of(trace), request.session_hash, example=scene)
        return {**self._shown({0: own}, keep=True), **self._listed(request.session_hash)}
