"""A page opens: what its link names is shown, or what is missing of it is said and offered to be made again.

Ignores how a link is written (permalinks.py) and how captions are made (caption.py). A closing page is here too.
"""

from __future__ import annotations

import json
from typing import Any

from ...trace import Trace
from .. import controls, media, permalinks
from ..context import EXAMPLE, Context, Visit
from ..updates import Updates, guarded, note, told, update
from .caption import bounded, keep_broken_off
from .show import asked_again, given, label_of, listed, seen_note, shown


@guarded
def restore(context: Context, visit: Visit, remembered: str) -> Updates:
    """The page opened: show what its link names, else the first example, with the settings of the last visit."""
    if context.warm:
        context.engine.warm()
    link = permalinks.read(visit.query)
    settings, tab, making = recalled(remembered)
    lost = reloaded(context, visit, tab, making)
    return {**opening(context, visit, link, settings), **lost}


def reloaded(context: Context, visit: Visit, tab: str, making: str | None) -> Updates:
    """The runs of the page that stood in this tab before are this one's; what is written of a caption that was being
    made there is kept, and that is said. making: its run as the browser remembers it, "" before its first word, None
    where none was made."""
    before = context.visits.came_back(tab, visit.id)
    if before is None:
        return {}
    context.visits.stop(before)
    context.store.adopt(before, visit.id)
    for run in context.store.of_visit(visit.id):
        if run.trace.ended == "running" and keep_broken_off(context, run.trace, run.id):
            making = run.id
    if making is None:
        return {}
    made = next((run.trace for run in context.store.of_visit(visit.id) if run.id == making), None)
    if made is None or not made.steps:
        return {"notice": note("warning", "reloaded_empty")}
    return {"notice": cut_short(len(made.steps))} if made.ended == "cancelled" else {}  # whole: nothing was lost


def cut_short(words: int) -> dict[str, Any]:
    """What is said of a caption that a reload broke off after so many tokens."""
    again = [{"do": "again", "key": "run_again"}]
    return note("warning", "reloaded", values={"words": str(words)}, offers=again)


def opening(context: Context, visit: Visit, link: permalinks.Link, settings: str) -> Updates:
    """The page as its link has it, with the decoding's settings as the browser kept them."""
    updates = {**filled_in(context, link.first, settings), **listed(context, visit)}
    updates = joined(updates, with_model(context, link.first))
    run_id = ready(context, link.first)
    if run_id is not None:
        return linked_run_shown(context, updates, link, run_id)
    if context.opened is not None and link.first.example not in context.gallery.scenes:
        return opened_shown(context, visit, updates, link, context.opened)
    return example_shown(context, updates, link)


def left(context: Context, visit: Visit) -> None:
    """The page closed."""
    context.visits.ended(visit.id)
    context.turns.look()
    context.results.forget(visit.id)
    context.store.leave(visit.id)


def recalled(text: str | None) -> tuple[str, str, str | None]:
    """What the browser kept, as (the decoding's settings in JSON, the tab's token, the run that was being made in it,
    see `reloaded`); empty where it kept nothing."""
    try:
        kept = json.loads(text or "{}")
        making = kept.get("making")
        making = None if making is None else str(making)[:64]
        return json.dumps(kept.get("settings") or []), str(kept.get("visit") or "")[:64], making
    except (ValueError, AttributeError):
        return "[]", "", None


def filled_in(context: Context, linked: permalinks.LinkedRun, settings: str) -> Updates:
    """The left column as the link has it; settings else as the browser kept them."""
    values = controls.remembered_values(settings, context.limit)
    if linked.settings is not None:
        values = controls.widget_values(bounded(context, linked.settings))
    updates: Updates = dict(zip(controls.Settings._fields, values, strict=False))
    if linked.prompt:
        updates["prompt"] = linked.prompt
    if linked.system:
        updates |= {"system": linked.system, "system_box": update(open=True)}
    if linked.example in context.gallery.scenes:
        updates["media"] = given(context, media.example(linked.example))
    return updates


def with_model(context: Context, linked: permalinks.LinkedRun) -> Updates:
    """The link's model chosen, where this server offers it and it is not chosen anyway."""
    name = context.offered(linked.wanted)
    if name is None or name == context.engine.first:
        return {}
    chosen = update(model=name)
    return {"header": chosen, "media": chosen, "model": name, "demo_note": update(visible=name == "demo")}


def joined(updates: Updates, more: Updates) -> Updates:
    """Both; where both update properties of one part (its model, its pictures), all of these count."""
    both = {name: {**updates[name], **more[name]} for name in ("header", "media") if name in updates and name in more}
    return {**updates, **more, **both}


def linked_run_shown(context: Context, updates: Updates, link: permalinks.Link, run_id: str) -> Updates:
    """What a link names, as it is still there; of a run beside it that is not, what can be done."""
    scene = context.example_of(run_id)
    if link.first.example not in context.gallery.scenes:
        field = {"media": given(context, media.example(scene))} if scene else asked_again(context, run_id)
        updates = joined(updates, field)
    beside = ready(context, link.beside)
    slots = {0: run_id} | ({1: beside} if beside else {})
    news = note() if beside or not named(link.beside) else offer(context, link.beside, "beside")
    seen = {"seen": told(note=seen_note(context.trace(run_id)))}
    return {**updates, **seen, **shown(context, slots, state=dict(link.state)), "notice": news}


def opened_shown(context: Context, visit: Visit, updates: Updates, link: permalinks.Link, trace: Trace) -> Updates:
    """The trace that this server was started with, as a run of the visit."""
    run_id = context.store.put(trace, label_of(trace), visit.id)
    updates = joined(joined(updates, asked_again(context, run_id)), listed(context, visit))
    return {**updates, **shown(context, {0: run_id}, state=dict(link.state))}


def example_shown(context: Context, updates: Updates, link: permalinks.Link) -> Updates:
    """The link's example or the first one; of a link's run that is gone, what can be done."""
    scenes = context.gallery.scenes
    scene = link.first.example if named(link.first) else context.gallery.first
    if scene in scenes and scenes[scene].trace.is_file():
        updates = joined(updates, {"media": given(context, media.example(scene))})
        updates |= shown(context, {0: EXAMPLE + scene}, aside=True, truth=not named(link.first))
        updates |= {"seen": told(note=seen_note(context.gallery.trace(scene)))}
    if not named(link.first):
        return {**updates, "notice": note()}
    beside = permalinks.write_run(link.beside) if link.beside.settings else None
    wanted = {"state": dict(link.state), "beside": beside}
    return {**updates, "notice": offer(context, link.first, "first", wanted)}


def ready(context: Context, linked: permalinks.LinkedRun) -> str | None:
    """Id of a run that can be shown as it is: kept here, or an example's ready trace of the same recipe. An example may
    also stand as `run`, by its id or its name."""
    for run_id in (linked.run, EXAMPLE + (linked.run or "")):
        if run_id is not None and context.known(run_id):
            return run_id
    scene = context.gallery.scenes.get(linked.example or "")
    if scene is not None and scene.trace.is_file() and same_recipe(linked, context.gallery.trace(scene.name)):
        return EXAMPLE + scene.name
    return None


def same_recipe(linked: permalinks.LinkedRun, trace: Trace) -> bool:
    """Whether a ready trace is what the link's recipe would make."""
    prompt = linked.prompt in (None, trace.prompt) and linked.system == trace.system
    model = linked.wanted is None or linked.wanted.made(trace.model)
    wanted, there = linked.settings or trace.settings, trace.settings
    return prompt and model and not linked.partial and permalinks.recipe(wanted) == permalinks.recipe(there)


def offer(
    context: Context, linked: permalinks.LinkedRun, which: str, wanted: dict[str, Any] | None = None
) -> dict[str, Any]:
    """What is missing of a link's run, and the buttons that bring it back. which: "first" or "beside"."""
    again = {"do": "again" if which == "first" else "again_beside", "key": "run_again"}
    opening = {"do": "open" if which == "first" else "open_beside", "key": "open_trace"}
    more: dict[str, Any] = {"wanted": wanted, "recipe": permalinks.write_run(linked), "values": {}}
    offers = [opening]
    if linked.settings is None:
        key = "lost_link" if which == "first" else "lost_beside"
    elif which == "first" and linked.example not in context.gallery.scenes:
        what, _, count = (linked.seen or "picture-1").partition("-")
        key, more["values"] = f"lost_{what}", {"count": count}
    elif linked.partial:
        key, offers = "lost_partial", [again, opening]
    elif linked.wanted is not None and context.offered(linked.wanted) is None:
        key, more["values"], offers = "lost_model", {"model": linked.wanted.words}, [again, opening]
    else:
        key, offers = "lost_run" if which == "first" else "lost_run_beside", [again]
    return note("warning", key, offers=offers, **more)


def named(linked: permalinks.LinkedRun) -> bool:
    """Whether a link names this run at all."""
    return bool(linked.run or linked.example or linked.settings)
