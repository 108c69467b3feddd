"""Captions in the making: Run, Compare, What if, Stop; and what only the model can add to a finished one.

Ignores how the engine writes (engine.py) and which run is looked at (actions.py). Whatever happens, a run leaves the
page ready for the next, and what was written is kept.
"""

from __future__ import annotations

import base64
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from ..errors import ModelError, PromptError, SaliencyVizError, SettingError
from ..figures.payload import steps_payload
from ..figures.reading import layer_indices
from ..images import load_image
from ..settings import Edit
from ..trace import RunSettings, Trace
from . import controls
from .desk import ROWS_BYTES, Desk, Updates, answered, label_of, log, note, seen_words, told
from .engine import Order, Progress
from .runs import RunStore
from .text import english

METHODS = {"plain": (False, False), "sgrs": (True, False), "locore": (False, True), "both": (True, True)}


def checked_prompt(prompt: Any) -> str:
    """The prompt, not empty and not endless (a program may call without the page's own limit). Raises PromptError."""
    text = str(prompt or "").strip()
    if not text:
        raise PromptError("The prompt is empty. Write what the model should do, such as: Describe the image.")
    if len(text) > controls.MAX_PROMPT:
        raise PromptError(
            f"The prompt must have at most {controls.MAX_PROMPT} characters. Got {len(text)}. Shorten it."
        )
    return text


def changed(trace: Trace, asked: Mapping[str, Any]) -> RunSettings:
    """The settings of a run with one thing changed from a step on, what was written before it kept.

    asked: {kind: "force", step, token_id} takes that token there; {kind: "what_if", step, keys, factor} multiplies the
    attention to these keys (and layers, heads, if given) in every row from the one that predicts the step. Raises
    SettingError.
    """
    step = asked.get("step")
    if not isinstance(step, int) or not 0 <= step < max(len(trace.steps), 1):
        raise SettingError(f"step must lie in 0..{len(trace.steps) - 1} of this caption. Got {step!r}.")
    if asked.get("kind") == "force":
        forced = (*trace.output_ids[:step], int(asked.get("token_id", -1)))
        return replace(trace.settings, forced=forced)
    if asked.get("kind") == "what_if":
        rows = range(trace.steps[step].position - 1, trace.first_output + trace.settings.max_new_tokens - 1)
        edit = Edit(asked.get("factor"), asked.get("keys"), tuple(rows), asked.get("layers"), asked.get("heads"))
        return replace(trace.settings, edits=(*trace.settings.edits, edit), forced=trace.output_ids[:step])
    raise SettingError(f"There is no such action: {asked.get('kind')!r}. Expected force or what_if.")


def same_model(name: str, trace: Trace) -> None:
    """Raises ModelError unless the chosen model is the one that made the trace (a directory goes by its last part)."""
    if trace.model.name not in (name, Path(name).name):
        raise ModelError(
            f"This run was made by {trace.model.name!r}, and the model chosen is {Path(name).name!r}. "
            "Choose the first in the header to change this run or to look deeper into it."
        )


def packed(shape: Sequence[int], attention: np.ndarray, saliency: np.ndarray) -> dict[str, Any]:
    """Two arrays for the viewer: {shape, attention, saliency} with base64 of little-endian float16."""
    both = {"attention": attention, "saliency": saliency}
    return {
        "shape": list(shape),
        **{name: base64.b64encode(values.astype("<f2").tobytes()).decode("ascii") for name, values in both.items()},
    }


class Captions(Desk):
    """The handlers that need the model."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._answers: OrderedDict[str, dict[str, Any]] = OrderedDict()  # answers that wait to be fetched
        self._stops: dict[str, threading.Event] = {}  # by visit, while its run is on

    def start(
        self, request: gr.Request, image: str | None, prompt: str, model: str, scene: str | None, *values: Any
    ) -> Iterator[Updates]:
        """Run pressed: caption the picture into the first place."""

        def make() -> Order:
            if image is None:
                raise PromptError(english("no_image"))
            return Order(load_image(image), checked_prompt(prompt), controls.settings_from(values, self.limit))

        yield from self._captioned(make, model, request.session_hash, 0, scene)

    def compare(
        self, request: gr.Request, event: gr.EventData, first: str | None, model: str, *values: Any
    ) -> Iterator[Updates]:
        """Another decoding of the first run's picture into the second place. event: {method}."""

        def make() -> Order:
            choice = event._data.get("method")
            if choice not in METHODS:
                raise SaliencyVizError(f"There is no decoding {choice!r}. Choose one of {', '.join(METHODS)}.")
            trace = self.trace(first or "")
            given = dict(zip(controls.Settings._fields, values, strict=True))
            sgrs, locore = METHODS[choice]
            settings = replace(
                trace.settings,
                sgrs=(trace.settings.sgrs or controls.sgrs_from(given)) if sgrs else None,
                locore=(trace.settings.locore or controls.locore_from(given)) if locore else None,
                forced=(),
                edits=(),
            )
            return Order.again(trace, self._bounded(settings))

        yield from self._captioned(make, model, request.session_hash, 1, self._scene_of(first))

    def act(self, request: gr.Request, event: gr.EventData, model: str) -> Iterator[Updates]:
        """What if: a run made again with one thing changed, into the second place (see `changed`)."""
        asked = event._data

        def make() -> Order:
            trace = self.trace(asked.get("run") or "")
            same_model(model, trace)
            return Order.again(trace, self._bounded(changed(trace, asked)))

        yield from self._captioned(make, model, request.session_hash, 1, self._scene_of(asked.get("run")))

    def look(self, event: gr.EventData, model: str) -> Updates:
        """What a trace leaves out, computed with the model; the page fetches the answer by its ticket.

        event: {kind: "heads" or "matrix", run, step, layer, ticket}.
        """
        asked = event._data

        def make() -> dict[str, Any]:
            trace, step = self.trace(asked.get("run") or ""), asked.get("step")
            same_model(model, trace)
            if asked.get("kind") == "heads":
                rows = self.engine.looked("head_rows", model, trace, step)
                return packed(rows.attention.shape, rows.attention, rows.saliency)
            layers = list(layer_indices(trace, asked.get("layer", "target")))
            saliency, attention = (
                part[layers].mean(0) for part in self.engine.looked("token_matrix", model, trace, step)
            )
            return packed(saliency.shape, attention, saliency)

        ticket, answer = str(asked.get("ticket")), answered(make)
        self._answers[ticket] = answer
        while len(self._answers) > 8:
            self._answers.popitem(last=False)
        news = {self.page.notice: note("error", text=answer["error"])} if "error" in answer else {}
        return {self.page.viewer: told(answer=ticket), **news}

    def fetch_answer(self, ticket: str) -> dict[str, Any]:
        """The answer to `look`, once."""
        return self._answers.pop(str(ticket), {"error": english("unexpected")})

    def stop(self, request: gr.Request) -> Updates:
        """Ask this visit's run to end after its next token; one that still waits ends when its turn comes."""
        event = self._stops.get(request.session_hash or "")
        if event is not None:
            event.set()
        return {self.page.left.stop: gr.update(interactive=False)}

    def _captioned(
        self,
        make: Callable[[], Order],
        model: str,
        visit: str | None,
        slot: int,
        scene: str | None,
    ) -> Iterator[Updates]:
        """One caption from its making to its end; always leaves the page ready for the next."""
        page, stop, run_id = self.page, threading.Event(), RunStore.new_id()
        self._stops[visit or ""] = stop
        trace: Trace | None = None
        try:
            order = make()
            waiting = "running" if self.engine.status(model)["state"] == "ready" else "waiting_model"
            yield {
                **self._busy(True),
                page.notice: note("busy", waiting),
            }
            for progress, news in self._followed(model, order, stop):
                known = trace is not None
                trace = replace(progress.trace, ended="running")
                if progress.done:
                    trace = self.gallery.judged(progress.trace, scene)
                self.store.put(trace, label_of(trace), visit, run_id, scene)
                if progress.done:
                    break
                if known:
                    yield {page.viewer: told(delta={**news, "run": run_id, "slot": slot})}
                else:
                    yield {**self._shown({slot: run_id}), page.notice: note("busy", "running")}
            yield {
                **self._shown({slot: run_id}),
                **self._listed(visit),
                page.left.seen: told(note=seen_words(trace)),
                **self._busy(False),
                page.notice: note("info", "stopped") if stop.is_set() else note(),
            }
        except SaliencyVizError as error:
            yield {**self._failed(trace, slot, run_id, visit), page.notice: note("error", text=str(error))}
        except Exception:
            log.exception("A caption failed")
            yield {**self._failed(trace, slot, run_id, visit), page.notice: note("error", "unexpected")}
        finally:
            if self._stops.get(visit or "") is stop:
                del self._stops[visit or ""]

    def _followed(self, model: str, order: Order, stop: threading.Event) -> Iterator[tuple[Progress, dict[str, Any]]]:
        """Each Progress with the viewer's news since the one before; ends the engine's run when asked to stop."""
        before, sent = 0, 0  # the window overlaps the last one, so that a lost message heals itself
        with closing(self.engine.caption(model, order, stop)) as growing:
            for progress in growing:
                trace = progress.trace
                light = order.settings.max_new_tokens * trace.attention[:1].nbytes * 2 <= ROWS_BYTES
                rows = {
                    name: getattr(trace, name)[before:] for name in ("attention", "saliency", "saliency_norm") if light
                }
                pending = {step.index for step in progress.pending}
                news = steps_payload([*trace.steps[before:], *progress.pending], before, pending=pending, **rows)
                before, sent = sent, len(trace.steps)
                yield progress, news

    def caption_once(self, image: Any, prompt: str, settings: RunSettings) -> Iterator[Progress]:
        """A caption for a program, as it grows. Raises SaliencyVizError."""
        yield from self.engine.caption(self.engine.names[0], Order(load_image(image), checked_prompt(prompt), settings))

    def _failed(self, trace: Trace | None, slot: int, run_id: str, visit: str | None) -> Updates:
        """The page free again, with whatever was written kept."""
        kept = {}
        if trace is not None and trace.steps:
            run = self.store.get(run_id)
            self.store.put(replace(trace, ended="cancelled"), run.label, visit, run_id, run.example)
            kept = self._shown({slot: run_id})
        return {**self._busy(False), **kept, **self._listed(visit)}

    def _scene_of(self, run_id: str | None) -> str | None:
        run = self.store.get(run_id)
        return run.example if run else (run_id or "").removeprefix("example-") or None

    def _bounded(self, settings: RunSettings) -> RunSettings:
        return replace(settings, max_new_tokens=min(settings.max_new_tokens, self.limit))
