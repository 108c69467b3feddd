"""Captions in the making: Run, Compare, What if.

Ignores how the engine writes (engine.py) and which run is looked at (handlers/). Whatever happens, a run leaves the
page ready for the next, and what was written is kept.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

import gradio as gr

from ...errors import PromptError, SaliencyVizError, SettingError
from ...figures.web.payload import steps_payload
from ...images import load_image
from ...serving.engine import CaptionProgress, CaptionRequest
from ...serving.run_store import RunStore
from ...settings import Edit
from ...trace import RunSettings, Trace
from .. import controls, media, permalinks
from ..context import ROWS_BYTES, Updates, label_of, log, note, seen_note, told
from .inspect import Looks, same_model

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


def checked_system(system: Any) -> str | None:
    """The system prompt, None where there is none. Raises PromptError when it is endless."""
    return checked_prompt(system) if str(system or "").strip() else None


def followed_up(trace: Trace) -> tuple[tuple[str, str], ...]:
    """The conversation so far, for a further question: earlier turns, this run's question and its answer."""
    answer = trace.text.strip()
    if not answer:
        raise PromptError("This run has no answer yet to ask on from. Run it for at least one word.")
    return (*trace.history, ("user", trace.prompt), ("assistant", answer))


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


class Captions(Looks):
    """The handlers that make runs."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._stops: dict[str, threading.Event] = {}  # by visit, while its run is on

    def stop(self, request: gr.Request) -> Updates:
        """Ask this visit's run to end after its next token; one that still waits ends when its turn comes."""
        event = self._stops.get(request.session_hash or "")
        if event is not None:
            event.set()
        return {self.page.left.stop: gr.update(interactive=False)}

    def start(
        self,
        request: gr.Request,
        value: dict[str, Any] | None,
        prompt: str,
        system: str,
        model: str,
        *values: Any,
    ) -> Iterator[Updates]:
        """Run pressed: caption the pictures or the video into the first place."""

        def make() -> CaptionRequest:
            asked, told_first = checked_prompt(prompt), checked_system(system)
            settings = controls.settings_from(values, self.limit)
            return CaptionRequest(media.opened(value, self.gallery, self.trace), asked, settings, told_first)

        yield from self._captioned(make, model, request, 0, media.scene_of(value))

    def compare(
        self, request: gr.Request, event: gr.EventData, first: str | None, model: str, *values: Any
    ) -> Iterator[Updates]:
        """Another decoding of the first run's picture into the second place. event: {method}, or {recipe} as in a link
        (its own picture where that is an example's)."""
        asked = permalinks.read_place(event._data.get("recipe") or {})
        if asked.settings is not None:
            model, scene = self.offered(asked.model) or model, asked.example or self._scene_of(first)
            yield from self._captioned(lambda: self._linked(asked, first), model, request, 1, scene)
            return

        def make() -> CaptionRequest:
            trace = self.trace(first or "")
            return CaptionRequest.again(trace, self._decoding(trace, event._data.get("method"), values))

        yield from self._captioned(make, model, request, 1, self._scene_of(first))

    def _decoding(self, trace: Trace, choice: Any, values: Sequence[Any]) -> RunSettings:
        """A run's settings with another decoding; what it did not use is as the widgets say. Raises SettingError."""
        if choice not in METHODS:
            raise SettingError(f"There is no decoding {choice!r}. Choose one of {', '.join(METHODS)}.")
        given = dict(zip(controls.Settings._fields, values, strict=True))
        sgrs, locore = METHODS[choice]
        settings = replace(
            trace.settings,
            sgrs=(trace.settings.sgrs or controls.sgrs_from(given)) if sgrs else None,
            locore=(trace.settings.locore or controls.locore_from(given)) if locore else None,
            forced=(),
            edits=(),
        )
        return self._bounded(settings)

    def _linked(self, place: permalinks.Place, first: str | None) -> CaptionRequest:
        """The request of a link's second run. Raises TraceError when there is no picture for it."""
        scene = self.gallery.scenes.get(place.example or "")
        settings, trace = self._bounded(place.settings), None if scene else self.trace(first or "")
        if scene is not None:
            prompt = place.prompt or self.gallery.trace(scene.name).prompt
            return CaptionRequest(
                load_image(scene.picture), checked_prompt(prompt), settings, checked_system(place.system)
            )
        again = CaptionRequest.again(trace, settings)
        return replace(again, prompt=checked_prompt(place.prompt or trace.prompt), system=checked_system(place.system))

    def act(self, request: gr.Request, event: gr.EventData, model: str) -> Iterator[Updates]:
        """What if: a run made again with one thing changed, into the second place (see `changed`). Ask on: {kind:
        "ask", run, prompt} continues the run's conversation with a further question, into the first."""
        asked = event._data
        asks = asked.get("kind") == "ask"

        def make() -> CaptionRequest:
            trace = self.trace(asked.get("run") or "")
            if asks:
                settings = replace(trace.settings, forced=(), edits=())
                again = CaptionRequest.again(trace, self._bounded(settings))
                turns = followed_up(trace)
                return replace(again, prompt=checked_prompt(asked.get("prompt")), history=turns)
            same_model(model, trace)
            return CaptionRequest.again(trace, self._bounded(changed(trace, asked)))

        scene = None if asks else self._scene_of(asked.get("run"))  # its truth is of a description, not of answers
        yield from self._captioned(make, model, request, 0 if asks else 1, scene)

    def _captioned(
        self,
        make: Callable[[], CaptionRequest],
        model: str,
        request: gr.Request,
        slot: int,
        scene: str | None,
    ) -> Iterator[Updates]:
        """One caption from its making to its end; always leaves the page ready for the next."""
        visit = request.session_hash
        page, stop, run_id = self.page, threading.Event(), RunStore.new_id()
        self._stops[visit or ""] = stop
        trace: Trace | None = None
        try:
            self.visitors.admit(request)
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
                page.left.seen: told(note=seen_note(trace)),
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

    def _followed(
        self, model: str, order: CaptionRequest, stop: threading.Event
    ) -> Iterator[tuple[CaptionProgress, dict[str, Any]]]:
        """Each progress with the viewer's news since the one before; ends the engine's run when asked to stop."""
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

    def caption_once(
        self, image: Any, prompt: str, settings: RunSettings, system: str = ""
    ) -> Iterator[CaptionProgress]:
        """A caption for a program, as it grows. image: as in a CaptionRequest. Raises SaliencyVizError."""
        order = CaptionRequest(image, checked_prompt(prompt), settings, checked_system(system))
        yield from self.engine.caption(self.engine.first, order)

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
