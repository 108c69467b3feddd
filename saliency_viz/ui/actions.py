"""Which run is looked at: examples, uploads, links, saved traces, marks, and the page's opening and closing.

Ignores how captions are made (captions.py) and how runs are drawn. Needs no model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
from PIL import Image

from ..errors import SettingError
from ..images import load_image
from ..trace import Mark, Trace
from . import controls, links
from .captions import Captions
from .desk import Updates, guarded, label_of, note, seen_words, told
from .text import english


def judged(trace: Trace, asked: Mapping[str, Any]) -> Trace:
    """The trace with one token marked as asked: {step, judgement (None takes the mark away), note}."""
    step, judgement = asked.get("step"), asked.get("judgement")
    if not isinstance(step, int) or not 0 <= step < len(trace.steps):
        raise SettingError(f"step must lie in 0..{len(trace.steps) - 1} of this caption. Got {step!r}.")
    marks = {index: mark for index, mark in trace.marks.items() if index != step}
    if judgement in ("right", "hallucinated"):
        marks[step] = Mark(judgement, str(asked.get("note") or "")[:500])
    return replace(trace, marks=marks)


def same_recipe(link: links.Link, trace: Trace) -> bool:
    """Whether a ready trace is what the link's recipe would make."""
    prompt = link.prompt is None or link.prompt == trace.prompt
    return prompt and links.recipe(link.settings or trace.settings) == links.recipe(trace.settings)


class Actions(Captions):
    """The handlers of everything that chooses."""

    @guarded
    def pick(self, value: dict[str, Any] | None) -> Updates:
        """An example was chosen: its picture and prompt on the left, its ready trace on the right."""
        scene = self.gallery.scenes.get((value or {}).get("name", ""))
        if scene is None:
            return {self.page.notice: note("error", text="There is no such example. Reload the page.")}
        updates = {self.page.left.image: Image.open(scene.picture).convert("RGB"), self.page.scene: scene.name}
        if not scene.trace.is_file():
            return {**updates, self.page.notice: note("info", text=english("example_no_trace"))}
        trace = self.gallery.trace(scene.name)
        return {
            **updates,
            self.page.left.prompt: trace.prompt,
            self.page.left.seen: told(note=seen_words(trace)),
            **self._shown({0: f"example-{scene.name}", 1: None}),
            self.page.notice: note(),
        }

    @guarded
    def uploaded(self, image: str | None) -> Updates:
        """A picture came in: say at once when it cannot be used, and how large the model's working copy is."""
        updates: Updates = {self.page.scene: None, self.page.left.seen: told(note="")}
        if image is None:
            return updates
        picture = load_image(image)
        size = f"{picture.width} × {picture.height} pixels"
        return {
            **updates,
            self.page.left.seen: told(note=size),
            self.page.notice: note(),
        }

    def cleared(self) -> Updates:
        """The picture was taken away."""
        return {self.page.scene: None, self.page.left.seen: told(note="")}

    @guarded
    def choose_model(self, event: gr.EventData) -> Updates:
        """Another model for the next run; it loads in the background. event: {name}."""
        name = str(event._data.get("name") or "").strip()
        self.engine.check(name)
        self.engine.warm(name)
        return {
            self.page.model: name,
            self.page.header: gr.update(model=name),
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
        return {**self._shown({slot: run_id}), **self._listed(visit), self.page.notice: note()}

    @guarded
    def restore(self, request: gr.Request, remembered: str) -> Updates:
        """The page opened: show what its link names, else the first example, with the settings of the last visit."""
        if self.warm:
            self.engine.warm()
        link = links.read(dict(request.query_params or {}))
        page, updates = self.page, {**self._listed(request.session_hash)}
        values = controls.remembered_values(remembered, self.limit)
        if link.settings is not None:
            values = controls.widget_values(link.settings)
        updates |= dict(zip(page.left.settings, values, strict=False))
        if link.prompt:
            updates[page.left.prompt] = link.prompt
        scene = self.gallery.scenes.get(link.example or "")
        if scene is not None:
            updates |= {page.left.image: Image.open(scene.picture).convert("RGB"), page.scene: scene.name}
        run = self.store.get(link.run)
        if run is not None:
            beside = {1: link.beside} if self.known(link.beside) else {}
            return {**updates, **self._shown({0: run.id, **beside}, state=dict(link.state))}
        if scene is not None and scene.trace.is_file():
            same = link.settings is None or same_recipe(link, self.gallery.trace(scene.name))
            news = note() if same else note("info", "press_run")
            places = {0: f"example-{scene.name}"} | ({1: link.beside} if self.known(link.beside) else {})
            return {**updates, **self._shown(places, state=dict(link.state)), page.notice: news}
        first = self.gallery.first
        if self.opened is not None:
            run_id = self.store.put(self.opened, label_of(self.opened), request.session_hash)
            return {**updates, **self._listed(request.session_hash), **self._shown({0: run_id}, state=dict(link.state))}
        if first is not None and link.example is None and link.run is None:
            picture = Image.open(self.gallery.scenes[first].picture).convert("RGB")
            updates |= {page.left.image: picture, page.scene: first}
            updates |= self._shown({0: f"example-{first}"}, aside=True)
        lost = link.run is not None or link.example is not None
        return {**updates, page.notice: note("warning", "lost_link") if lost else note()}

    def left(self, request: gr.Request) -> None:
        """The page closed."""
        event = self._stops.get(request.session_hash or "")
        if event is not None:
            event.set()
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
