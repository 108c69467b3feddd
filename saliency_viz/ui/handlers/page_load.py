"""A page opens: what its link names is shown, or what is missing of it is said and offered to be made again.

Ignores how a link is written (permalinks.py) and how captions are made (caption.py).
"""

from __future__ import annotations

import json
from collections import OrderedDict
from pathlib import Path
from typing import Any

import gradio as gr

from ...trace import Trace
from .. import controls, media, permalinks
from ..context import Updates, guarded, label_of, note, seen_note, told
from .caption import Captions

MOST_TABS = 1000  # remembered; the one opened longest ago is forgotten first


def same_recipe(place: permalinks.Place, trace: Trace) -> bool:
    """Whether a ready trace is what the link's recipe would make."""
    prompt = place.prompt in (None, trace.prompt) and place.system == trace.system
    model = place.model is None or place.model == trace.model.name
    wanted, there = place.settings or trace.settings, trace.settings
    return prompt and model and not place.partial and permalinks.recipe(wanted) == permalinks.recipe(there)


def recalled(text: str | None) -> tuple[str, str]:
    """What the browser kept, as (the decoding's settings in JSON, the tab's token); empty where it kept nothing."""
    try:
        kept = json.loads(text or "{}")
        return json.dumps(kept.get("settings") or []), str(kept.get("visit") or "")[:64]
    except (ValueError, AttributeError):
        return "[]", ""


class Opening(Captions):
    """The handler of an opening page."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._tabs: OrderedDict[str, str] = OrderedDict()  # a tab's token: its visit now

    @guarded
    def restore(self, request: gr.Request, remembered: str) -> Updates:
        """The page opened: show what its link names, else the first example, with the settings of the last visit."""
        if self.warm:
            self.engine.warm()
        link, visit = permalinks.read(dict(request.query_params or {})), request.session_hash
        settings, tab = recalled(remembered)
        self._returned(tab, visit)
        updates = {**self._filled_in(link.first, settings), **self._listed(visit)}
        model = self.offered(link.first.model)
        if model is not None and model != self.engine.first:
            updates[self.page.header] = {**updates[self.page.header], "model": model}
            updates |= {self.page.model: model, self.page.left.demo_note: gr.update(visible=model == "demo")}
            updates[self.page.left.media] = {**updates.get(self.page.left.media, {}), **gr.update(model=model)}
        shown = self._ready(link.first)
        if shown is not None:
            if link.first.example not in self.gallery.scenes:
                updates = self._joined(updates, self._asked_again(shown))
            beside = self._ready(link.beside)
            places = {0: shown} | ({1: beside} if beside else {})
            updates |= {self.page.left.seen: told(note=seen_note(self.trace(shown)))}
            news = note() if beside or not _asked(link.beside) else self._offer(link.beside, "beside")
            return {**updates, **self._shown(places, state=dict(link.state)), self.page.notice: news}
        if self.opened is not None and link.first.example not in self.gallery.scenes:
            run_id = self.store.put(self.opened, label_of(self.opened), visit)
            updates = {**self._joined(updates, self._asked_again(run_id)), **self._listed(visit)}
            return {**updates, **self._shown({0: run_id}, state=dict(link.state))}
        scene = link.first.example if _asked(link.first) else self.gallery.first
        if scene in self.gallery.scenes and self.gallery.scenes[scene].trace.is_file():
            updates = self._joined(updates, {self.page.left.media: self._given(media.example(scene))})
            updates |= self._shown({0: f"example-{scene}"}, aside=True)
            updates |= {self.page.left.seen: told(note=seen_note(self.gallery.trace(scene)))}
        if not _asked(link.first):
            return {**updates, self.page.notice: note()}
        wanted = {
            "state": dict(link.state),
            "beside": permalinks.write_place(link.beside) if link.beside.settings else None,
        }
        return {**updates, self.page.notice: self._offer(link.first, "first", wanted)}

    def _joined(self, updates: Updates, more: Updates) -> Updates:
        """Both; what either says of the field of pictures (its model, its pictures) counts."""
        field = self.page.left.media
        return {**updates, **more, field: {**updates.get(field, {}), **more.get(field, {})}} if more else updates

    def _ready(self, place: permalinks.Place) -> str | None:
        """Id of a run that can be shown as it is: kept here, or an example's ready trace of the same recipe."""
        if place.run is not None and self.known(place.run):
            return place.run
        scene = self.gallery.scenes.get(place.example or "")
        if scene is not None and scene.trace.is_file() and same_recipe(place, self.gallery.trace(scene.name)):
            return f"example-{scene.name}"
        return None

    def _returned(self, tab: str, visit: str | None) -> None:
        """Give a tab that was loaded again the runs of its visit before."""
        if not tab or not visit:
            return
        before = self._tabs.pop(tab, None)
        if before is not None and before != visit:
            self.store.adopt(before, visit)
        self._tabs[tab] = visit
        while len(self._tabs) > MOST_TABS:
            self._tabs.popitem(last=False)

    def _filled_in(self, place: permalinks.Place, settings: str) -> Updates:
        """The left column as the link has it; settings else as the browser kept them."""
        page: Any = self.page
        values = controls.remembered_values(settings, self.limit)
        if place.settings is not None:
            values = controls.widget_values(self._bounded(place.settings))
        updates: Updates = dict(zip(page.left.settings, values, strict=False))
        if place.prompt:
            updates[page.left.prompt] = place.prompt
        if place.system:
            updates |= {page.left.system: place.system, page.left.system_box: gr.update(open=True)}
        if place.example in self.gallery.scenes:
            updates[page.left.media] = self._given(media.example(place.example))
        return updates

    def offered(self, model: str | None) -> str | None:
        """The name under which this server offers a link's model (a directory goes by its last part), or None."""
        name = next((name for name in self.engine.rules.names() if model in (name, Path(name).name)), None)
        name = self.engine.first if name == self.engine.names[0] else name
        return name or (model if model and self.engine.allow_any else None)

    def _offer(self, place: permalinks.Place, which: str, wanted: dict[str, Any] | None = None) -> dict[str, Any]:
        """What is missing of a link's run, and the buttons that bring it back. which: "first" or "beside"."""
        again = {"do": "again" if which == "first" else "again_beside", "key": "run_again"}
        opening = {"do": "open" if which == "first" else "open_beside", "key": "open_trace"}
        more: dict[str, Any] = {"wanted": wanted, "recipe": permalinks.write_place(place), "values": {}}
        offers = [opening]
        if place.settings is None:
            key = "lost_link" if which == "first" else "lost_beside"
        elif which == "first" and place.example not in self.gallery.scenes:
            what, _, count = (place.seen or "picture-1").partition("-")
            key, more["values"] = f"lost_{what}", {"count": count}
        elif place.partial:
            key, offers = "lost_partial", [again, opening]
        elif place.model is not None and self.offered(place.model) is None:
            key, more["values"], offers = "lost_model", {"model": place.model}, [again, opening]
        else:
            key, offers = "lost_run" if which == "first" else "lost_run_beside", [again]
        return note("warning", key, offers=offers, **more)


def _asked(place: permalinks.Place) -> bool:
    """Whether a link names this run at all."""
    return bool(place.run or place.example or place.settings)
