"""Another decoding of the same picture beside the first run, or all four with the table they end in.

Ignores how one caption is made (caption.py). What was made before a stop or a failure is kept and listed.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ...errors import SettingError
from ...images import load_image
from ...serving.engine import Engine
from ...serving.request import CaptionRequest, checked_prompt, checked_system
from ...serving.run_store import RunStore
from ...settings import DECODERS, Decoding
from ...trace import RunSettings, Trace
from .. import controls, permalinks
from ..context import Context, Visit
from ..run_list import counted
from ..updates import Updates, busy, guarded, note, told, trouble
from .caption import bounded, captioned
from .show import label_of, listed, shown
from .waiting import waited

METHODS = {"plain": (False, False), "sgrs": (True, False), "locore": (False, True), "both": (True, True)}


def compare(
    context: Context, visit: Visit, event: Mapping[str, Any], first: str | None, model: str, *widgets: Any
) -> Iterator[Updates]:
    """Another decoding of the first run's picture into the second slot. event: {method}, or {recipe} as in a link (its
    own picture where that is an example's)."""
    linked = permalinks.read_run(event.get("recipe") or {})
    if linked.settings is not None:
        model, scene = context.offered(linked.model) or model, linked.example or context.scene_of(first)
        yield from captioned(context, visit, lambda: linked_request(context, linked, first), model, 1, scene)
        return

    def make() -> CaptionRequest:
        trace = context.trace(first or "")
        return CaptionRequest.of_trace(trace, decoding(context, trace, event.get("method"), widgets))

    yield from captioned(context, visit, make, model, 1, context.scene_of(first))


def decoding(context: Context, trace: Trace, method: Any, widgets: Sequence[Any]) -> RunSettings:
    """A run's settings with another decoding, one of METHODS or a decoder's name; what it did not use is as the widgets
    say. Raises SettingError."""
    given = dict(zip(controls.Settings._fields, widgets, strict=True))
    if method not in METHODS and method not in DECODERS:
        raise SettingError(f"There is no decoding {method!r}. Choose one of {', '.join((*METHODS, *DECODERS))}.")
    sgrs, locore = METHODS.get(method, (False, False))
    settings = replace(
        trace.settings,
        sgrs=(trace.settings.sgrs or controls.sgrs_from(given)) if sgrs else None,
        locore=(trace.settings.locore or controls.locore_from(given)) if locore else None,
        forced=(),
        edits=(),
        decoding=Decoding(method) if method in DECODERS else None,
    )
    return bounded(context, settings)


def linked_request(context: Context, linked: permalinks.LinkedRun, first: str | None) -> CaptionRequest:
    """The request of a link's second run. Raises TraceError when there is no picture for it."""
    scene = context.gallery.scenes.get(linked.example or "")
    settings = bounded(context, linked.settings)
    if scene is not None:
        prompt = linked.prompt or context.gallery.trace(scene.name).prompt
        return CaptionRequest.checked(load_image(scene.picture), prompt, settings, linked.system)
    trace = context.trace(first or "")
    prompt, system = checked_prompt(linked.prompt or trace.prompt), checked_system(linked.system)
    return replace(CaptionRequest.of_trace(trace, settings), prompt=prompt, system=system)


@guarded
def show_pair(context: Context, visit: Visit, event: Mapping[str, Any]) -> Updates:
    """Two lines of the table side by side. event: {first, second}."""
    first, second = str(event.get("first")), str(event.get("second"))
    return {**shown(context, {0: first, 1: second}), "notice": note()}


# ---- all four --------------------------------------------------------------------------------------------------------


@dataclass
class Table:
    """Lines made so far; serial tells one comparison from the next."""

    serial: int
    lines: list[dict[str, Any]] = field(default_factory=list)

    def update(self, at: dict[str, Any] | None = None, done: bool = False) -> Updates:
        """The page's table as it stands. at: how far the decoding is that is being made."""
        now = {"serial": self.serial, "lines": self.lines, "at": at, "done": done, "all": list(METHODS)}
        return {"methods": told(table=now)}


def line(method: str, run_id: str, trace: Trace) -> dict[str, Any]:
    """One line of the table; the caption is a model's words."""
    return {"method": method, "run": run_id, "caption": trace.text.strip(), "ended": trace.ended, **counted(trace)}


def made_so(trace: Trace, settings: RunSettings, model: str) -> bool:
    """Whether a run already is what this decoding would make, so that it need not be made again."""
    whole = trace.ended in ("end", "length") and trace.model.name in (model, Path(model).name)
    return whole and replace(trace.settings, lookahead=None) == replace(settings, lookahead=None)


def compare_all(context: Context, visit: Visit, first: str | None, model: str, *widgets: Any) -> Iterator[Updates]:
    """Plain, SGRS, LocoRE and both, of the first run's pictures and seed; those that are there are taken."""
    table, news = Table(next(context.serials)), {}
    with context.visits.running(visit.id) as stopped:
        try:
            trace = context.trace(first or "")
            settings = {method: decoding(context, trace, method, widgets) for method in METHODS}
            yield {**busy(True), "notice": note("busy", "running")}
            for method, chosen in settings.items():
                if made_so(trace, chosen, model):
                    table.lines.append(line(method, str(first), trace))
                    yield table.update()
                    continue
                if stopped.is_set():
                    break
                context.rate_limit.admit(visit.who)
                made: Trace | None = None
                request = CaptionRequest.of_trace(trace, chosen)
                with context.turns.joined(visit.who, visit.id, stopped) as turn:
                    yield from waited(turn)
                    if turn.began is None:
                        break
                    yield {"notice": note("busy", "running")}
                    for made in growing(context.engine, model, request, stopped):
                        at = {"method": method, "tokens": len(made.steps), "of": chosen.max_new_tokens}
                        yield table.update(at)
                if made is not None and made.steps:
                    table.lines.append(kept_line(context, visit, method, made, context.scene_of(first)))
                yield {**table.update(), **listed(context, visit)}
            news = {"notice": note("info", "stopped") if stopped.is_set() else note()}
        except Exception as error:
            news = {"notice": trouble(error, "Comparing the decodings failed")}
    yield {**busy(False), **table.update(done=True), **listed(context, visit), **news}


def growing(engine: Engine, model: str, request: CaptionRequest, stopped: threading.Event) -> Iterator[Trace]:
    """One caption as it grows."""
    with closing(engine.caption(model, request, stopped)) as steps:
        for progress in steps:
            yield progress.trace


def kept_line(context: Context, visit: Visit, method: str, trace: Trace, scene: str | None) -> dict[str, Any]:
    """Keep one of the four and say it as a line of the table."""
    trace = context.gallery.judged(trace, scene)
    run_id = context.store.put(trace, label_of(trace), visit.id, RunStore.new_id(), scene)
    return line(method, run_id, trace)
