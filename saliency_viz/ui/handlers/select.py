"""Which run is looked at: an example, a run of the list, a saved trace.

Ignores how captions are made (caption.py), how a page opens (page_load.py) and how runs are drawn. Needs no model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...trace import Trace
from .. import media
from ..context import EXAMPLE, Context, Visit
from ..i18n import english
from ..updates import Updates, guarded, note, told
from .show import asked_again, given, label_of, listed, seen_note, shown


@guarded
def pick(context: Context, visit: Visit, value: dict[str, Any] | None) -> Updates:
    """An example was chosen: its picture and prompt on the left, its ready trace on the right."""
    scene = context.gallery.scenes.get((value or {}).get("name", ""))
    if scene is None:
        return {"notice": note("error", text="There is no such example. Reload the page.")}
    updates = {"media": given(context, media.example(scene.name))}
    if not scene.trace.is_file():
        return {**updates, "notice": note("info", text=english("example_no_trace"))}
    trace = context.gallery.trace(scene.name)
    return {
        **updates,
        "prompt": trace.prompt,
        "seen": told(note=seen_note(trace)),
        **shown(context, {0: EXAMPLE + scene.name, 1: None}),
        "notice": note(),
    }


@guarded
def chosen(context: Context, visit: Visit, value: dict[str, Any] | None) -> Updates:
    """Pictures or a video came in and were looked at (`look_at`): what was said of the ones before is over."""
    return {"seen": told(note=""), "notice": note("info", "stale")}


def cleared(context: Context, visit: Visit) -> Updates:
    """The pictures were taken away."""
    return {"seen": told(note="")}


@guarded
def show_run(context: Context, visit: Visit, event: Mapping[str, Any]) -> Updates:
    """A kept run into a slot. event: {run, slot}; run None empties the second."""
    slot, run_id = int(event.get("slot", 0)), event.get("run")
    if run_id:
        context.trace(run_id)
    return {**shown(context, {slot: run_id or None}), "notice": note()}


def open_first(context: Context, visit: Visit, path: str | None) -> Updates:
    """A saved trace into the first slot."""
    return open_trace(context, visit, path, 0)


def open_second(context: Context, visit: Visit, path: str | None) -> Updates:
    """A saved trace beside the first."""
    return open_trace(context, visit, path, 1)


@guarded
def open_trace(context: Context, visit: Visit, path: str | None, slot: int) -> Updates:
    """A saved trace into a slot; needs no model."""
    if path is None:
        return {"notice": note()}
    trace = Trace.load(path)
    if not trace.title:
        trace = replace(trace, title=Path(path).stem)
    run_id = context.store.put(trace, label_of(trace), visit.id)
    asked = asked_again(context, run_id) if slot == 0 else {}
    return {**asked, **shown(context, {slot: run_id}), **listed(context, visit), "notice": note()}
