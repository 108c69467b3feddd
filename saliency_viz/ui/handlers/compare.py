"""All four decodings of one picture, one after the other, and the table they end in; any two can stand side by side.

Ignores how one caption is made (engine.py). What was made before a stop or a failure is kept and listed.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import gradio as gr

from ...errors import SaliencyVizError
from ...serving.engine import CaptionRequest
from ...serving.run_store import RunStore
from ...trace import RunSettings, Trace
from ..context import Updates, guarded, label_of, log, note, told
from ..run_list import counted
from .caption import METHODS, Captions


def line(method: str, run_id: str, trace: Trace) -> dict[str, Any]:
    """One line of the table; the caption is a model's words."""
    return {"method": method, "run": run_id, "caption": trace.text.strip(), "ended": trace.ended, **counted(trace)}


def made_so(trace: Trace, settings: RunSettings, model: str) -> bool:
    """Whether a run already is what this decoding would make, so that it need not be made again."""
    whole = trace.ended in ("end", "length") and trace.model.name in (model, Path(model).name)
    return whole and replace(trace.settings, lookahead=None) == replace(settings, lookahead=None)


@dataclass
class Table:
    """Lines made so far; serial tells one comparison from the next."""

    serial: int
    lines: list[dict[str, Any]] = field(default_factory=list)


class Methods(Captions):
    """The handlers of the table."""

    def compare_all(self, request: gr.Request, first: str | None, model: str, *values: Any) -> Iterator[Updates]:
        """Plain, SGRS, LocoRE and both, of the first run's pictures and seed; those that are there are taken."""
        visit, stop, table = request.session_hash, threading.Event(), Table(next(self._serial))
        lines = table.lines
        self._stops[visit or ""] = stop
        news: Updates = {}
        try:
            trace = self.trace(first or "")
            planned = {name: self._decoding(trace, name, values) for name in METHODS}
            yield {**self._busy(True), self.page.notice: note("busy", "running")}
            for name, settings in planned.items():
                if made_so(trace, settings, model):
                    lines.append(line(name, str(first), trace))
                    yield self._table(table)
                    continue
                if stop.is_set():
                    break
                self.visitors.admit(request)
                made: Trace | None = None
                for updates, made in self._one(model, CaptionRequest.again(trace, settings), stop, name, table):  # noqa: B007
                    yield updates
                if made is not None and made.steps:
                    made = self.gallery.judged(made, self._scene_of(first))
                    run_id = self.store.put(made, label_of(made), visit, RunStore.new_id(), self._scene_of(first))
                    lines.append(line(name, run_id, made))
                yield {**self._table(table), **self._listed(visit)}
            news = {self.page.notice: note("info", "stopped") if stop.is_set() else note()}
        except SaliencyVizError as error:
            news = {self.page.notice: note("error", text=str(error))}
        except Exception:
            log.exception("Comparing the decodings failed")
            news = {self.page.notice: note("error", "unexpected")}
        finally:
            if self._stops.get(visit or "") is stop:
                del self._stops[visit or ""]
        yield {**self._busy(False), **self._table(table, done=True), **self._listed(visit), **news}

    def _one(
        self, model: str, order: CaptionRequest, stop: threading.Event, name: str, table: Table
    ) -> Iterator[tuple[Updates, Trace]]:
        """One caption as it grows: how far it is, and its trace."""
        with closing(self.engine.caption(model, order, stop)) as growing:
            for progress in growing:
                at = {"method": name, "tokens": len(progress.trace.steps), "of": order.settings.max_new_tokens}
                yield self._table(table, at), progress.trace

    def _table(self, table: Table, at: dict[str, Any] | None = None, done: bool = False) -> Updates:
        told_now = {"serial": table.serial, "lines": table.lines, "at": at, "done": done, "all": list(METHODS)}
        return {self.page.methods: told(table=told_now)}

    @guarded
    def show_pair(self, event: gr.EventData) -> Updates:
        """Two lines of the table side by side. event: {first, second}."""
        first, second = str(event._data.get("first")), str(event._data.get("second"))
        return {**self._shown({0: first, 1: second}), self.page.notice: note()}
