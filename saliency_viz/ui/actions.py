"""What happens when something is pressed: a few lines each that turn widgets into settings, call the engine, and say
which components change.

Ignores layout and drawing. A refusal (SaliencyVizError) becomes a notice and changes nothing else; an accident is
logged whole on the server and told in one sentence.
"""

from __future__ import annotations

import base64
import json
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from functools import wraps
from itertools import count
from pathlib import Path
from typing import Any

import gradio as gr
from PIL import Image

from ..errors import ModelError, PromptError, SaliencyVizError, SettingError, TraceError
from ..figures.payload import payload, rows_payload, steps_payload
from ..images import load_image
from ..settings import Edit
from ..trace import Mark, RunSettings, Trace
from . import controls, exports, links
from .engine import Engine, Progress
from .gallery import Gallery
from .runs import RunStore
from .text import english

log = logging.getLogger("saliency_viz")
ROWS_BYTES = 6 * 2**20  # larger runs hand out one step's rows at a time
METHODS = {"plain": (False, False), "sgrs": (True, False), "locore": (False, True), "both": (True, True)}
Updates = dict[Any, Any]


@dataclass(frozen=True)
class Page:
    """The components a handler may change."""

    left: controls.Left
    header: Any
    notice: Any
    viewer: Any
    first: gr.State  # id of the run shown first, or None
    second: gr.State
    scene: gr.State  # name of the example whose picture is in the image field, or None
    model: gr.State  # name of the chosen model
    uploads: tuple[gr.UploadButton, gr.UploadButton]  # saved traces into the first and second place


def told(**props: Any) -> dict[str, Any]:
    """An update of one of our own parts. Each prop travels as JSON text: between the yields of a generator gradio 6.31
    sends only what changed inside a value, and its page can lose track and stop listening."""
    return gr.update(**{name: json.dumps(value, ensure_ascii=False) for name, value in props.items()})


def note(kind: str = "", key: str | None = None, text: str | None = None) -> dict[str, Any]:
    """An update of the notice: kind busy, info, warning or error, with a key of the table or a sentence; "" clears."""
    return told(note={"kind": kind, "key": key, "text": text})


def label_of(trace: Trace) -> str:
    """What the run list calls a run: its title, or how it was decoded and how it begins."""
    method = "SGRS + LocoRE" if trace.settings.sgrs and trace.settings.locore else ""
    method = method or ("SGRS" if trace.settings.sgrs else "LocoRE" if trace.settings.locore else "plain")
    if trace.settings.forced:
        method += ", forced"
    words = trace.title or trace.text.strip()
    return f"{method} · {words[:40]}{'…' if len(words) > 40 else ''}"


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


def heads_payload(rows: Any, step: int) -> dict[str, Any]:
    """HeadRows for the viewer: {step, shape, attention, saliency} with base64 of little-endian float16."""
    packed = {
        kind: base64.b64encode(getattr(rows, kind).astype("<f2").tobytes()).decode("ascii")
        for kind in ("attention", "saliency")
    }
    return {"step": step, "shape": list(rows.attention.shape), **packed}


def same_model(name: str, trace: Trace) -> None:
    """Raises ModelError unless the chosen model is the one that made the trace (a directory goes by its last part)."""
    if trace.model.name not in (name, Path(name).name):
        raise ModelError(
            f"This run was made by {trace.model.name!r}, and {Path(name).name!r} is chosen. Choose {trace.model.name!r} "
            "in the header to change or look deeper into this run."
        )


def judged(trace: Trace, asked: Mapping[str, Any]) -> Trace:
    """The trace with one token marked as asked: {step, judgement (None takes the mark away), note}."""
    step, judgement = asked.get("step"), asked.get("judgement")
    if not isinstance(step, int) or not 0 <= step < len(trace.steps):
        raise SettingError(f"step must lie in 0..{len(trace.steps) - 1} of this caption. Got {step!r}.")
    marks = {index: mark for index, mark in trace.marks.items() if index != step}
    if judgement in ("right", "hallucinated"):
        marks[step] = Mark(judgement, str(asked.get("note") or "")[:500])
    return replace(trace, marks=marks)


def seen_words(trace: Trace) -> str:
    """What the model saw of the picture, in pixels and tokens."""
    if not trace.pictures:
        return ""
    width, height = trace.pictures[0].size
    return english("seen_note", size=f"{width} × {height}", tokens=str(len(trace.positions("image"))))


def same_recipe(link: links.Link, trace: Trace) -> bool:
    """Whether a ready trace is what the link's recipe would make."""
    prompt = link.prompt is None or link.prompt == trace.prompt
    return prompt and links.recipe(link.settings or trace.settings) == links.recipe(trace.settings)


def _answer(make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What a server function returns: the result, or {"error": sentence}."""
    try:
        return make()
    except SaliencyVizError as error:
        return {"error": str(error)}
    except Exception:
        log.exception("A request of the page failed")
        return {"error": english("unexpected")}


def guarded(handler: Callable[..., Updates]) -> Callable[..., Updates]:
    """The handler, with refusals and accidents as notices."""

    @wraps(handler)
    def safe(self: Actions, *values: Any, **named: Any) -> Updates:
        try:
            return handler(self, *values, **named)
        except SaliencyVizError as error:
            return {self.page.notice: note("error", text=str(error))}
        except Exception:
            log.exception("%s failed", handler.__name__)
            return {self.page.notice: note("error", "unexpected")}

    return safe


class Actions:
    """Handlers over one engine, one store and one gallery; `page` is set once the components exist."""

    def __init__(
        self,
        engine: Engine,
        store: RunStore,
        gallery: Gallery,
        limit: int,
        opened: Trace | None = None,
        warm: bool = False,
    ) -> None:
        self.engine, self.store, self.gallery, self.limit, self.opened = engine, store, gallery, limit, opened
        self.warm = warm
        self.page: Page = None  # type: ignore[assignment]
        self._serial = count(1)
        self._heads: OrderedDict[str, dict[str, Any]] = OrderedDict()  # answers that wait to be fetched
        self._stops: dict[str, threading.Event] = {}  # by visit, while its run is on or waits

    # --- what the browser asks for on its own -------------------------------------------------------------------

    def fetch_run(self, run_id: str) -> dict[str, Any]:
        """The viewer's payload of a run, or {"error": sentence}."""
        return _answer(lambda: payload(self.trace(run_id), run_id, ROWS_BYTES))

    def fetch_rows(self, request: list[Any]) -> dict[str, Any]:
        """[run id, step] -> that step's rows."""

        def make() -> dict[str, Any]:
            run_id, step = request
            trace = self.trace(run_id)
            if not isinstance(step, int) or not 0 <= step < len(trace.steps):
                raise TraceError(f"There is no step {step!r} in this run of {len(trace.steps)} steps.")
            return rows_payload(trace, step)

        return _answer(make)

    def fetch_export(self, request: list[Any]) -> dict[str, Any]:
        """[run id, format, viewer state, id of the run beside it or None] -> {name, kind, data: base64}."""

        def make() -> dict[str, Any]:
            run_id, kind, state, beside = request
            other = self.trace(beside) if beside else None
            file = exports.export(self.trace(run_id), str(kind), state if isinstance(state, dict) else {}, other)
            return {"name": file.name, "kind": file.kind, "data": base64.b64encode(file.data).decode("ascii")}

        return _answer(make)

    def fetch_status(self, name: str) -> dict[str, Any]:
        """Where the model stands."""
        return self.engine.status(str(name))

    def share_run(self, run_id: str) -> bool:
        """A link was copied: keep the run beyond the visit."""
        return self.store.share(str(run_id))

    def trace(self, run_id: str) -> Trace:
        """A kept run's trace, or an example's ready one ("example-NAME"). Raises TraceError when it is gone."""
        run_id = str(run_id)
        run = self.store.get(run_id)
        if run is not None:
            return run.trace
        if run_id.startswith("example-"):
            return self.gallery.trace(run_id.removeprefix("example-"))
        raise TraceError("This run is no longer kept here. Run it again, or open its saved trace.")

    # --- captions -----------------------------------------------------------------------------------------------

    def start(
        self, request: gr.Request, image: str | None, prompt: str, model: str, scene: str | None, *values: Any
    ) -> Iterator[Updates]:
        """Run pressed: caption the picture into the first place."""

        def make() -> tuple[Any, str, RunSettings]:
            if image is None:
                raise PromptError(english("no_image"))
            return load_image(image), checked_prompt(prompt), controls.settings_from(values, self.limit)

        yield from self._captioned(make, model, request.session_hash, 0, scene)

    def compare(
        self, request: gr.Request, event: gr.EventData, first: str | None, model: str, *values: Any
    ) -> Iterator[Updates]:
        """Another decoding of the first run's picture into the second place. event: {method}."""

        def make() -> tuple[Any, str, RunSettings]:
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
            return self._pictures(trace), trace.prompt, self._bounded(settings)

        yield from self._captioned(make, model, request.session_hash, 1, self._scene_of(first))

    def act(self, request: gr.Request, event: gr.EventData, model: str) -> Iterator[Updates]:
        """What if: a run made again with one thing changed, into the second place (see `changed`)."""
        asked = event._data

        def make() -> tuple[Any, str, RunSettings]:
            trace = self.trace(asked.get("run") or "")
            same_model(model, trace)
            return self._pictures(trace), trace.prompt, self._bounded(changed(trace, asked))

        yield from self._captioned(make, model, request.session_hash, 1, self._scene_of(asked.get("run")))

    def heads(self, event: gr.EventData, model: str) -> Updates:
        """Every head of one step, computed with the model. event: {run, step, ticket}; the page fetches the answer."""
        ticket = str(event._data.get("ticket"))

        def make() -> dict[str, Any]:
            trace, step = self.trace(event._data.get("run") or ""), event._data.get("step")
            same_model(model, trace)
            return heads_payload(self.engine.heads(model, trace, step), step)

        answer = _answer(make)
        self._heads[ticket] = answer
        while len(self._heads) > 8:
            self._heads.popitem(last=False)
        news = {self.page.notice: note("error", text=answer["error"])} if "error" in answer else {}
        return {self.page.viewer: told(heads=ticket), **news}

    def fetch_heads(self, ticket: str) -> dict[str, Any]:
        """The answer to `heads`, once."""
        return self._heads.pop(str(ticket), {"error": english("unexpected")})

    def stop(self, request: gr.Request) -> Updates:
        """Ask this visit's run to end after its next token; one that still waits ends when its turn comes."""
        event = self._stops.get(request.session_hash or "")
        if event is not None:
            event.set()
        return {self.page.left.stop: gr.update(interactive=False)}

    def _captioned(
        self,
        make: Callable[[], tuple[Any, str, RunSettings]],
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
            picture, prompt, settings = make()
            waiting = "running" if self.engine.status(model)["state"] == "ready" else "waiting_model"
            yield {
                **self._busy(True),
                page.notice: note("busy", waiting),
            }
            for progress, news in self._followed(model, picture, prompt, settings, stop):
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
                    yield {**self._shown({slot: run_id}, growing=True), page.notice: note("busy", "running")}
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

    def _followed(
        self, model: str, picture: Any, prompt: str, settings: RunSettings, stop: threading.Event
    ) -> Iterator[tuple[Progress, dict[str, Any]]]:
        """Each Progress with the viewer's news since the one before; ends the engine's run when asked to stop."""
        before, sent = 0, 0  # the window overlaps the last one, so that a lost message heals itself
        with closing(self.engine.caption(model, picture, prompt, settings, stop)) as growing:
            for progress in growing:
                trace = progress.trace
                light = settings.max_new_tokens * trace.attention[:1].nbytes * 2 <= ROWS_BYTES
                rows = {
                    name: getattr(trace, name)[before:] for name in ("attention", "saliency", "saliency_norm") if light
                }
                pending = {step.index for step in progress.pending}
                news = steps_payload([*trace.steps[before:], *progress.pending], before, pending=pending, **rows)
                before, sent = sent, len(trace.steps)
                yield progress, news

    def caption_once(self, image: Any, prompt: str, settings: RunSettings) -> Iterator[Progress]:
        """A caption for a program, as it grows. Raises SaliencyVizError."""
        picture, prompt = load_image(image), checked_prompt(prompt)
        yield from self.engine.caption(self.engine.names[0], picture, prompt, settings)

    # --- choosing what is shown ---------------------------------------------------------------------------------

    @guarded
    def pick(self, value: dict[str, Any] | None) -> Updates:
        """An example was chosen: its picture and prompt on the left, its ready trace on the right."""
        scene = self.gallery.scenes.get((value or {}).get("name", ""))
        if scene is None:
            return {self.page.notice: note("error", text="There is no such example. Reload the page.")}
        updates = {self.page.left.image: Image.open(scene.picture).convert("RGB"), self.page.scene: scene.name}
        if not scene.trace.is_file():
            return {**updates, self.page.notice: note("info", text=english("example_no_trace"))}
        trace = self.gallery.trace(scene.name)
        return {
            **updates,
            self.page.left.prompt: trace.prompt,
            self.page.left.seen: told(note=seen_words(trace)),
            **self._shown({0: f"example-{scene.name}", 1: None}),
            self.page.notice: note(),
        }

    @guarded
    def uploaded(self, image: str | None) -> Updates:
        """A picture came in: say at once when it cannot be used, and how large the model's working copy is."""
        updates: Updates = {self.page.scene: None, self.page.left.seen: told(note="")}
        if image is None:
            return updates
        picture = load_image(image)
        size = f"{picture.width} × {picture.height} pixels"
        return {
            **updates,
            self.page.left.seen: told(note=size),
            self.page.notice: note(),
        }

    def cleared(self) -> Updates:
        """The picture was taken away."""
        return {self.page.scene: None, self.page.left.seen: told(note="")}

    @guarded
    def choose_model(self, event: gr.EventData) -> Updates:
        """Another model for the next run; it loads in the background. event: {name}."""
        name = str(event._data.get("name") or "").strip()
        self.engine.check(name)
        self.engine.warm(name)
        return {
            self.page.model: name,
            self.page.header: gr.update(model=name),
            self.page.left.demo_note: gr.update(visible=name == "demo"),
            self.page.notice: note(),
        }

    @guarded
    def show_run(self, event: gr.EventData) -> Updates:
        """A kept run into a place. event: {run, slot}; run None empties the second place."""
        slot, run_id = int(event._data.get("slot", 0)), event._data.get("run")
        if run_id:
            self.trace(run_id)
        return {**self._shown({slot: run_id or None}), self.page.notice: note()}

    def open_first(self, path: str | None, request: gr.Request) -> Updates:
        """A saved trace into the first place."""
        return self.open_trace(path, 0, request.session_hash)

    def open_second(self, path: str | None, request: gr.Request) -> Updates:
        """A saved trace beside the first."""
        return self.open_trace(path, 1, request.session_hash)

    @guarded
    def open_trace(self, path: str | None, slot: int, visit: str | None) -> Updates:
        """A saved trace into a place; needs no model."""
        if path is None:
            return {self.page.notice: note()}
        trace = Trace.load(path)
        if not trace.title:
            trace = replace(trace, title=Path(path).stem)
        run_id = self.store.put(trace, label_of(trace), visit)
        return {**self._shown({slot: run_id}), **self._listed(visit), self.page.notice: note()}

    @guarded
    def restore(self, request: gr.Request) -> Updates:
        """The page opened: show what its link names, else the first example."""
        if self.warm:
            self.engine.warm()
        link = links.read(dict(request.query_params or {}))
        page, updates = self.page, {**self._listed(request.session_hash)}
        if link.settings is not None:
            updates |= dict(zip(page.left.settings, controls.widget_values(link.settings), strict=True))
        if link.prompt:
            updates[page.left.prompt] = link.prompt
        scene = self.gallery.scenes.get(link.example or "")
        if scene is not None:
            updates |= {page.left.image: Image.open(scene.picture).convert("RGB"), page.scene: scene.name}
        run = self.store.get(link.run)
        if run is not None:
            return {**updates, **self._shown({0: run.id}, state=dict(link.state))}
        if scene is not None and scene.trace.is_file():
            same = link.settings is None or same_recipe(link, self.gallery.trace(scene.name))
            news = note() if same else note("info", "press_run")
            return {**updates, **self._shown({0: f"example-{scene.name}"}, state=dict(link.state)), page.notice: news}
        first = self.gallery.first
        if self.opened is not None:
            run_id = self.store.put(self.opened, label_of(self.opened), request.session_hash)
            return {**updates, **self._listed(request.session_hash), **self._shown({0: run_id}, state=dict(link.state))}
        if first is not None and link.example is None and link.run is None:
            picture = Image.open(self.gallery.scenes[first].picture).convert("RGB")
            updates |= {page.left.image: picture, page.scene: first}
            updates |= self._shown({0: f"example-{first}"}, aside=True)
        lost = link.run is not None or link.example is not None
        return {**updates, page.notice: note("warning", "lost_link") if lost else note()}

    def left(self, request: gr.Request) -> None:
        """The page closed."""
        event = self._stops.get(request.session_hash or "")
        if event is not None:
            event.set()
        self.store.leave(request.session_hash)

    @guarded
    def mark(self, event: gr.EventData, request: gr.Request) -> Updates:
        """A person judged a token; the kept trace is replaced by one that says so, an example's by a copy of the
        visit's own. event: {run, step, judgement, note}."""
        run_id = str(event._data.get("run"))
        run, trace = self.store.get(run_id), self.trace(run_id)
        trace = judged(trace, event._data)
        if run is not None:
            self.store.put(trace, run.label, run.visit, run.id, run.example)
            return {self.page.notice: note()}
        own = self.store.put(trace, label_of(trace), request.session_hash, example=run_id.removeprefix("example-"))
        return {**self._shown({0: own}, keep=True), **self._listed(request.session_hash)}

    # --- pieces of updates --------------------------------------------------------------------------------------

    def _shown(self, places: dict[int, str | None], **more: Any) -> Updates:
        """The viewer and the id states with these runs in these places (0 first, 1 second; None empties it)."""
        props: dict[str, Any] = {"delta": {}}
        states: Updates = {}
        for slot, run_id in places.items():
            reference = {} if run_id is None else {**self.reference(run_id), **more}
            reference["serial"] = next(self._serial)
            props[("run", "second")[slot]] = reference
            states[(self.page.first, self.page.second)[slot]] = run_id
        return {self.page.viewer: told(**props), **states}

    def reference(self, run_id: str) -> dict[str, Any]:
        """What the viewer needs to fetch a run and to build a link to it."""
        run = self.store.get(run_id)
        trace = self.trace(run_id)
        name = run.example if run else run_id.removeprefix("example-")
        recipe = links.write(
            links.Link(
                example=name,
                run=run_id if run else None,
                prompt=trace.prompt if run else None,
                settings=trace.settings if run else None,
            )
        )
        return {"id": run_id, "label": label_of(trace), "example": run is None, "recipe": recipe}

    def _listed(self, visit: str | None) -> Updates:
        runs = [{"id": run.id, "label": run.label} for run in self.store.of_visit(visit)]
        return {self.page.header: told(runs=runs)}

    def _busy(self, busy: bool) -> Updates:
        return {
            self.page.left.run: gr.update(interactive=not busy),
            self.page.left.stop: gr.update(interactive=busy),
        }

    def _failed(self, trace: Trace | None, slot: int, run_id: str, visit: str | None) -> Updates:
        """The page free again, with whatever was written kept."""
        kept = self._shown({slot: run_id}) if trace is not None and trace.steps else {}
        return {**self._busy(False), **kept, **self._listed(visit)}

    def _pictures(self, trace: Trace) -> Any:
        images = [picture.image for picture in trace.pictures]
        return images[0] if len(images) == 1 else images

    def _scene_of(self, run_id: str | None) -> str | None:
        run = self.store.get(run_id)
        return run.example if run else (run_id or "").removeprefix("example-") or None

    def _bounded(self, settings: RunSettings) -> RunSettings:
        return replace(settings, max_new_tokens=min(settings.max_new_tokens, self.limit))
