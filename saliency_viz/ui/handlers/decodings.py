"""One picture decoded in several ways, one after the other, and the table they end in.

Ignores how one caption is made (caption.py) and what a line says (figures/rows/decodings.py). What was made before a
stop or a failure is kept and listed; a decoding that cannot be had here says so in its line.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ...errors import LimitError, LoadCancelled, SettingError
from ...figures.rows.decodings import decoding_line
from ...serving.engine import Engine
from ...serving.progress import CaptionProgress
from ...serving.request import CaptionRequest
from ...serving.run_store import RunStore
from ...serving.whole import import_whole
from ...settings import DECODERS
from ...trace import RunSettings, Trace
from ...video import Video
from ..context import Context, Visit
from ..updates import Updates, busy, note, sentence, told, trouble
from .caption import asked, bounded, scene_asked
from .compare import METHODS, decoding
from .show import label_of, listed, shown
from .waiting import waited

DECODINGS = (*METHODS, *DECODERS)


@dataclass
class Table:
    """Lines made so far of the decodings that are asked for; serial tells one comparison from the next."""

    serial: int
    names: tuple[str, ...] = ()
    lines: list[dict[str, Any]] = field(default_factory=list)
    plain: Trace | None = None

    def update(self, at: dict[str, Any] | None = None, done: bool = False) -> Updates:
        """The page's table as it stands. at: how far the decoding is that is being made."""
        now = {"serial": self.serial, "lines": self.lines, "at": at, "done": done, "all": list(self.names)}
        return {"methods": told(table={**now, "titles": DECODERS})}

    def add(self, name: str, run_id: str, trace: Trace) -> None:
        """A finished decoding's line, its words beside those of plain decoding."""
        self.plain = trace if name == "plain" else self.plain
        self.lines.append({"name": name, "run": run_id, **decoding_line(trace, self.plain)})

    def refuse(self, name: str, why: str) -> None:
        """A decoding that could not be made, with a sentence."""
        self.lines.append({"name": name, "refused": why})


@dataclass(frozen=True)
class Comparison:
    """What the decodings share. scene: of the example whose picture it is. first: id of the run shown."""

    context: Context
    visit: Visit
    table: Table
    request: CaptionRequest
    scene: str | None
    first: str | None
    model: str
    widgets: Sequence[Any]
    stopped: threading.Event

    def make(self, name: str) -> Iterator[Updates]:
        """One decoding: taken from the runs that are there, or made; or why it cannot be had, in its line. Raises what
        stops the others too."""
        try:
            settings = decoding(self.context, self.request.settings, name, self.widgets)
            known = self.known(resolved(settings))
            if known is not None:
                self.table.add(name, *known)
            else:
                yield from self.made(name, replace(self.request, settings=settings))
        except (LimitError, LoadCancelled):
            raise
        except Exception as error:
            if self.context.engine.status(self.model)["state"] != "ready":
                raise
            self.table.refuse(name, sentence(error, f"The decoding {name} failed"))

    def made(self, name: str, request: CaptionRequest) -> Iterator[Updates]:
        """The table as the decoding is written, then the run kept and its line added."""
        context, visit, progress = self.context, self.visit, None
        context.rate_limit.admit(visit.who)
        with context.turns.joined(visit.who, visit.id, self.stopped) as turn:
            yield from waited(turn)
            if turn.began is None:
                return
            yield {"notice": note("busy", "running")}
            for progress in growing(context.engine, self.model, request, self.stopped):
                yield self.table.update(place(name, progress, request.settings))
        if progress is None or not progress.trace.steps:
            return
        trace = context.gallery.judged(progress.trace, self.scene)
        run_id = context.store.put(trace, label_of(trace), visit.id, RunStore.new_id(), self.scene)
        self.table.add(name, run_id, trace)

    def known(self, settings: RunSettings) -> tuple[str, Trace] | None:
        """A run of this visit, or the one shown, that is what a decoding would make."""
        runs = [run.id for run in self.context.store.of_visit(self.visit.id)]
        for run_id in (self.first, *reversed(runs)):
            if run_id is None or not self.context.known(run_id):
                continue
            trace = self.context.trace(run_id)
            if made_so(trace, settings, self.model) and same_question(self.request, trace):
                return run_id, trace
        return None


def decode_all(
    context: Context,
    visit: Visit,
    event: Mapping[str, Any],
    value: dict[str, Any] | None,
    prompt: str,
    system: str,
    first: str | None,
    model: str,
    *widgets: Any,
) -> Iterator[Updates]:
    """Several decodings of one question, with one seed. event: {names, run}: names of DECODINGS; run: whose question it
    is, None for that of the left column. Those that are there already are taken."""
    table = Table(next(context.serials))
    with context.visits.running(visit.id) as stopped:
        try:
            table.names, run_id = chosen(event.get("names")), event.get("run")
            if run_id:
                request = asked_before(context, run_id)
            else:
                request = asked(context, visit, value, prompt, system, model, widgets)
            scene = context.scene_of(run_id) if run_id else scene_asked(context, value)
            compared = Comparison(context, visit, table, request, scene, first, model, widgets, stopped)
            yield {**busy(True), **table.update(), "notice": note("busy", "running")}
            for name in table.names:
                if not stopped.is_set():
                    yield from compared.make(name)
                    yield {**table.update(), **listed(context, visit)}
            news = {"notice": note("info", "stopped") if stopped.is_set() else note(), **in_view(compared)}
        except Exception as error:
            news = {"notice": trouble(error, "Comparing the decodings failed")}
    yield {**busy(False), **table.update(done=True), **listed(context, visit), **news}


def chosen(names: Any) -> tuple[str, ...]:
    """Names of DECODINGS, in its order, each once. Raises SettingError."""
    given = names if isinstance(names, Sequence) and not isinstance(names, str) else ()
    if unknown := [name for name in given if name not in DECODINGS]:
        raise SettingError(f"There is no decoding {unknown[0]!r}. Choose among {', '.join(DECODINGS)}.")
    if not given:
        raise SettingError("No decoding is chosen. Tick at least one beside Run.")
    return tuple(name for name in DECODINGS if name in given)


def asked_before(context: Context, run_id: Any) -> CaptionRequest:
    """What a kept run was asked. Raises TraceError."""
    trace = context.trace(run_id)
    return CaptionRequest.of_trace(trace, bounded(context, replace(trace.settings, forced=(), edits=())))


def in_view(compared: Comparison) -> Updates:
    """The first of the decodings in the first place, where another question's run stands there."""
    run_id = next((line["run"] for line in compared.table.lines if "run" in line), None)
    shown_now = compared.first if compared.context.known(compared.first) else None
    if run_id is None or (shown_now and same_question(compared.request, compared.context.trace(shown_now))):
        return {}
    return shown(compared.context, {0: run_id, 1: None})


def growing(engine: Engine, model: str, request: CaptionRequest, stopped: threading.Event) -> Iterator[CaptionProgress]:
    """One caption as it grows."""
    with closing(engine.caption(model, request, stopped)) as steps:
        yield from steps


def place(name: str, progress: CaptionProgress, settings: RunSettings) -> dict[str, Any]:
    """How far a decoding is: tokens written, or, of a search, read ahead."""
    tokens = len(progress.trace.steps) + len(progress.pending)
    return {"name": name, "tokens": tokens, "searched": progress.searched, "of": settings.max_new_tokens}


def resolved(settings: RunSettings) -> RunSettings:
    """The settings as a trace has them: a decoder's all written out. Raises SettingError."""
    if settings.decoding is None:
        return settings
    import_whole()
    from ...decoding.decoders import resolved as written_out

    return replace(settings, decoding=written_out(settings.decoding))


def made_so(trace: Trace, settings: RunSettings, model: str) -> bool:
    """Whether a run already is what this decoding would make, so that it need not be made again."""
    whole = trace.ended in ("end", "length") and trace.model.name in (model, Path(model).name)
    return whole and replace(trace.settings, lookahead=None) == replace(settings, lookahead=None)


def same_question(request: CaptionRequest, trace: Trace) -> bool:
    """Whether a run was shown and asked the same, however it was decoded."""
    again = CaptionRequest.of_trace(trace, request.settings)
    asked_alike = (again.prompt, again.system, again.history) == (request.prompt, request.system, request.history)
    return asked_alike and pixels(again.image) == pixels(request.image)


def pixels(image: Any) -> tuple[Any, ...]:
    """What tells pictures and films apart: size and bytes of every picture, and a film's times."""
    pictures: Any = image.frames if isinstance(image, Video) else image
    pictures = pictures if isinstance(pictures, tuple) else (image,)
    times = image.times if isinstance(image, Video) else None
    return (times, *((picture.size, picture.convert("RGB").tobytes()) for picture in pictures))
