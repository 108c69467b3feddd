"""The visit's runs are changed: renamed, pinned, deleted, their tokens judged by a person.

Ignores how the list is drawn. Traces are values: a changed one takes the place of the one before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ...trace import Mark, Trace
from ...whole_numbers import index
from .. import permalinks
from ..context import EXAMPLE, Context, Visit
from ..updates import Updates, guarded, note
from .show import label_of, listed, shown

TITLE = 120  # characters of a run's name
REMARK = 500  # characters of a mark's note


@guarded
def manage_run(
    context: Context, visit: Visit, event: Mapping[str, Any], first: str | None, second: str | None
) -> Updates:
    """The run list was used. event: {run, act: "rename" (to name), "pin", "unpin" or "delete"}."""
    run_id, act = str(event.get("run")), event.get("act")
    run = context.store.own(run_id, visit.id)
    slots = {slot: run_id for slot, there in enumerate((first, second)) if there == run_id}
    updates: Updates = {}
    if act == "rename":
        trace = replace(run.trace, title=" ".join(str(event.get("name") or "").split())[:TITLE])
        context.store.put(trace, label_of(trace), visit.id, run_id, run.example)
        updates = shown(context, slots, keep=True) if slots else {}
    elif act in ("pin", "unpin"):
        context.store.pin(run_id, visit.id, act == "pin")
    elif act == "delete":
        context.store.drop(run_id, visit.id)
        after = next_run(context, visit)
        updates = shown(context, {slot: None if slot else after for slot in slots}) if slots else {}
    return {**updates, **listed(context, visit), "notice": note()}


def next_run(context: Context, visit: Visit) -> str | None:
    """What is shown when the shown run goes: the visit's newest, else the first example."""
    runs = context.store.of_visit(visit.id)
    if runs:
        return max(runs, key=lambda run: run.order).id
    return EXAMPLE + context.gallery.first if context.gallery.first else None


@guarded
def show_again(context: Context, visit: Visit, event: Mapping[str, Any]) -> Updates:
    """Back, or forward: the runs that were looked at there, as its address says. event: {first, second, link}."""
    link, first, second = dict(event.get("link") or {}), str(event.get("first")), event.get("second")
    for run_id in filter(None, (first, second)):
        context.trace(run_id)  # said, where it is gone
    state = dict(permalinks.read(link).state)
    return {**shown(context, {0: first, 1: str(second) if second else None}, state=state), "notice": note()}


@guarded
def mark(context: Context, visit: Visit, event: Mapping[str, Any]) -> Updates:
    """A person judged a token; the kept trace is replaced by one that says so, what is not this visit's own (an
    example, a shared run) by a copy. event: {run, step, judgement, note}."""
    run_id = str(event.get("run"))
    run, trace = context.store.get(run_id), context.trace(run_id)
    trace = judged(trace, event)
    if run is not None and run.visit == visit.id:
        context.store.put(trace, run.label, run.visit, run.id, run.example)
        return {"notice": note()}
    scene = run.example if run else run_id.removeprefix(EXAMPLE)
    own = context.store.put(trace, label_of(trace), visit.id, example=scene)
    return {**shown(context, {0: own}, keep=True), **listed(context, visit)}


def judged(trace: Trace, event: Mapping[str, Any]) -> Trace:
    """The trace with one token marked as asked: {step, judgement (None takes the mark away), note}."""
    step = index("step", event.get("step"), len(trace.steps), " of this caption")
    judgement = event.get("judgement")
    marks = {marked: mark for marked, mark in trace.marks.items() if marked != step}
    if judgement in ("right", "hallucinated"):
        marks[step] = Mark(judgement, str(event.get("note") or "")[:REMARK])
    return replace(trace, marks=marks)
