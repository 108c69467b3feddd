"""A caption in the making, from Run pressed to the finished run on the page.

Ignores how the engine writes (serving/engine.py). Whatever happens, a run leaves the page ready for the next, and what
was written is kept.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any, Literal

from ...errors import ModelError
from ...figures.web.payload import steps_payload
from ...serving.engine import Engine
from ...serving.progress import CaptionProgress
from ...serving.request import CaptionRequest, checked_prompt, checked_system
from ...serving.run_store import RunStore
from ...trace import RunSettings, Trace
from .. import media
from ..context import Context, Visit
from ..controls import settings_from
from ..payloads import ROWS_BYTES
from ..updates import Updates, busy, note, told, trouble, update
from .show import label_of, listed, seen_note, shown
from .waiting import waited

FAILED_SECONDS = 3.0  # a run that waited in the queue while its model failed to load does not begin the load again


def start(
    context: Context,
    visit: Visit,
    value: dict[str, Any] | None,
    prompt: str,
    system: str,
    model: str,
    *widgets: Any,
) -> Iterator[Updates]:
    """Run pressed: caption the pictures or the video into the first slot."""

    def make() -> CaptionRequest:
        return asked(context, visit, value, prompt, system, model, widgets)

    yield from captioned(context, visit, make, model, 0, scene_asked(context, value), "field")


def asked(
    context: Context,
    visit: Visit,
    value: Mapping[str, Any] | None,
    prompt: str,
    system: str,
    model: str,
    widgets: Sequence[Any],
) -> CaptionRequest:
    """What the left column asks of a model. Raises PromptError, SettingError, ImageError or TraceError."""
    question, told_first = checked_prompt(prompt), checked_system(system)
    settings = settings_from(tuple(widgets), context.limit)
    context.engine.check_media(model, *media.counted(value))
    pictures = media.opened(value, context.gallery, context.trace, context.decode(visit.who))
    return CaptionRequest(pictures, question, settings, told_first)


def scene_asked(context: Context, value: Mapping[str, Any] | None) -> str | None:
    """The example whose picture the field holds, also as that of a kept run; None where it holds another."""
    value = value or {}
    return context.scene_of(value.get("run")) if value.get("kind") == "run" else media.scene_of(value)


def stop(context: Context, visit: Visit) -> Updates:
    """Ask this visit's run to end: after its next token, or at once while it waits."""
    context.visits.stop(visit.id)
    context.turns.look()
    return {"stop": update(interactive=False)}


def captioned(
    context: Context,
    visit: Visit,
    make: Callable[[], CaptionRequest],
    model: str,
    slot: int,
    scene: str | None,
    of: Literal["field", "run"] = "run",
) -> Iterator[Updates]:
    """One caption from its making to its end; always leaves the page ready for the next. scene: of the example whose
    picture it is of. of: where the page has that picture from, its field or a run it shows."""
    run_id, trace = RunStore.new_id(), None
    with context.visits.running(visit.id) as stopped:
        try:
            context.rate_limit.admit(visit.who)
            yield {**busy(True), "notice": note("busy", "queued")}
            request = make()  # pictures are decoded while others have the model
            with context.turns.joined(visit.who, visit.id, stopped) as turn:
                yield from waited(turn)
                if turn.began is None:
                    yield {**busy(False), "notice": note("info", "stopped_waiting")}
                    return
                failure = context.engine.pool.just_failed(model, FAILED_SECONDS)
                if failure is not None:
                    raise failure
                ready = context.engine.status(model)["state"] == "ready"
                yield {"notice": note("busy", "running" if ready else "waiting_model")}
                for progress, news in followed(context.engine, model, request, stopped):
                    first, trace = trace is None, keep(context, visit, progress, run_id, scene)
                    if progress.done:
                        break
                    if first:
                        yield {**shown(context, {slot: run_id}, of=of), "notice": note("busy", "running")}
                    else:
                        yield {"viewer": told(delta={**news, "run": run_id, "slot": slot})}
            yield {
                **shown(context, {slot: run_id}, of=of),
                **listed(context, visit),
                **({} if slot or trace is None else {"seen": told(note=seen_note(trace))}),
                **busy(False),
                "notice": note("info", "stopped") if stopped.is_set() else note(),
            }
        except GeneratorExit:  # nobody listens any more: the page is gone, or was loaded again
            keep_broken_off(context, trace, run_id)
            raise
        except Exception as error:
            notice = trouble(error, "A caption failed", way_back(context, model, error))
            yield {**broken_off(context, visit, trace, slot, run_id, of), "notice": notice}


def way_back(context: Context, model: str, error: Exception) -> list[dict[str, str]]:
    """What the notice of a refusal offers: the demo model, where another could not be had."""
    other = isinstance(error, ModelError) and model != "demo" and "demo" in context.engine.rules.names()
    return [{"do": "back_to_demo", "key": "back_to_demo"}] if other else []


def keep(context: Context, visit: Visit, progress: CaptionProgress, run_id: str, scene: str | None) -> Trace:
    """Keep what is there of a growing run, with the scene's truth once it is whole."""
    if progress.done:
        trace = context.gallery.judged(progress.trace, scene)
    else:
        trace = replace(progress.trace, ended="running")
    context.store.put(trace, label_of(trace), visit.id, run_id, scene)
    return trace


def followed(
    engine: Engine, model: str, request: CaptionRequest, stopped: threading.Event
) -> Generator[tuple[CaptionProgress, dict[str, Any]], None, None]:
    """Each progress with the viewer's news since the one before; ends the engine's run when asked to stop."""
    before, sent = 0, 0  # the window overlaps the last one, so that a lost message heals itself
    with closing(engine.caption(model, request, stopped)) as growing:
        for progress in growing:
            trace = progress.trace
            light = request.settings.max_new_tokens * trace.attention[:1].nbytes * 2 <= ROWS_BYTES
            rows = {name: getattr(trace, name)[before:] for name in ("attention", "saliency", "saliency_norm") if light}
            pending = {step.index for step in progress.pending}
            news = steps_payload([*trace.steps[before:], *progress.pending], before, pending=pending, **rows)
            before, sent = sent, len(trace.steps)
            yield progress, news


def broken_off(context: Context, visit: Visit, trace: Trace | None, slot: int, run_id: str, of: str = "run") -> Updates:
    """The page free again, with whatever was written kept."""
    kept = {}
    if trace is not None and trace.steps:
        if not keep_broken_off(context, trace, run_id):  # others have taken its room, or it was deleted meanwhile
            context.store.put(replace(trace, ended="cancelled"), label_of(trace), visit.id, run_id)
        kept = shown(context, {slot: run_id}, of=of)
    return {**busy(False), **kept, **listed(context, visit)}


def keep_broken_off(context: Context, trace: Trace | None, run_id: str) -> bool:
    """Keep what was written of a run that does not go on, where the run is still kept; whether there was anything."""
    run = context.store.get(run_id)
    if trace is None or not trace.steps or run is None:
        return False
    if trace.ended == "running":
        context.store.put(replace(trace, ended="cancelled"), run.label, run.visit, run_id, run.example)
    return True


def bounded(context: Context, settings: RunSettings) -> RunSettings:
    """The settings with no more new tokens than this server gives."""
    return replace(settings, max_new_tokens=min(settings.max_new_tokens, context.limit))
