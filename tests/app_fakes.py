"""An engine without a model, shaped like the real one, and a server on it: for tests of the page only."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from saliency_viz.errors import ModelError
from saliency_viz.serving.request import CaptionRequest
from saliency_viz.trace import RunSettings, Step, Trace
from saliency_viz.video import Video

from .traces import example_trace, frames_trace


@dataclass(frozen=True)
class Drafted:
    index: int
    position: int
    token_id: int
    text: str


@dataclass(frozen=True)
class Withdrawn:
    index: int


class FakeStream:
    """Writes the words of `example_trace`, `chunk` drafted tokens at a time, `pause` seconds a token.

    image, said: what was asked, kept in the trace; several pictures or frames have tokens of their own."""

    def __init__(
        self, backend: FakeBackend, name: str, settings: RunSettings, prompt: str, image: Any = None, **said: Any
    ) -> None:
        self.backend, self.done, self.closed, self.stopped = backend, 0, False, False
        count = min(settings.max_new_tokens, backend.longest)
        methods = {"words": backend.words, "sgrs": settings.sgrs, "locore": settings.locore}
        video = isinstance(image, Video)
        pictures = image.frames if video else image if isinstance(image, tuple) else ()
        if len(pictures) > 1:
            made = frames_trace(count, len(pictures), fps=image.fps if video else None, **methods)
            made = replace(made, times=image.times if video else ())
        else:
            made = example_trace(count, **methods)
        made = replace(made, prompt=prompt, settings=settings, model=replace(made.model, name=name))
        self.whole = replace(made, system=said.get("system"), history=said.get("history", ()))

    def events(self) -> Iterator[Any]:
        steps = self.whole.steps
        for start in range(0, len(steps), self.backend.chunk):
            chunk = steps[start : start + self.backend.chunk]
            for place, step in enumerate(chunk):
                time.sleep(self.backend.pause)
                if step.index == self.backend.hold_at:
                    self.backend.go_on.wait(60)
                self.backend.written += 1
                yield Drafted(step.index, step.position, step.token_id, step.text)
                if self.backend.fail_at == step.index:
                    raise self.backend.failure
                if self.stopped:
                    chunk = chunk[: place + 1]
                    break
            for step in chunk:
                self.done = step.index + 1
                yield step
            if self.stopped:
                return

    def stop(self) -> None:
        self.stopped = True

    @property
    def trace(self) -> Trace:
        return first_steps(self.whole, self.done, "cancelled" if self.done < len(self.whole.steps) else "length")

    def close(self) -> None:
        self.closed = True
        self.backend.closed += 1


class FakeBackend:
    """`load_model` and `stream_caption`; counts what happened."""

    def __init__(self, **options: Any) -> None:
        self.pause, self.chunk, self.longest, self.loading = 0.01, 4, 40, 0.0
        self.words: tuple[str, ...] = (" The", " cow", " eats", " grass", ".")
        self.fail_at: int | None = None
        self.failure: Exception = RuntimeError("accident")
        self.written = self.closed = self.loads = self.heads_asked = self.matrices_asked = 0
        self.lenses_asked = self.readings = self.measures_closed = 0
        self.reading_pause = 0.0
        self.knocks: list[dict[str, Any]] = []
        self.calls: list[dict[str, Any]] = []
        self.hold_at: int | None = None  # writes this token only once go_on is set
        self.go_on = threading.Event()
        for name, value in options.items():
            setattr(self, name, value)

    def load_model(self, name: str, device: str = "auto", dtype: str = "auto", **more: Any) -> Any:
        time.sleep(self.loading)
        self.loads += 1
        if name == "missing":
            raise ModelError("There is no model 'missing'. Choose another.")
        return SimpleNamespace(name=name, info=SimpleNamespace(name=name, device="cpu", dtype="float32"))

    def head_rows(self, model: Any, trace: Trace, step: int) -> Any:
        self.heads_asked += 1
        shape = (trace.model.layers, trace.model.heads, trace.steps[step].position)
        return SimpleNamespace(attention=np.full(shape, 0.25, np.float32), saliency=np.full(shape, 0.5, np.float32))

    def token_matrix(self, model: Any, trace: Trace, step: int) -> Any:
        self.matrices_asked += 1
        size = trace.steps[step].position
        layer = np.arange(trace.model.layers, dtype=np.float32)[:, None, None]
        return np.tril(np.ones((trace.model.layers, size, size), np.float32)) * layer, np.zeros(
            (len(layer), size, size)
        )

    def logit_lens(self, model: Any, trace: Trace, step: int) -> Any:
        self.lenses_asked += 1
        top = [SimpleNamespace(token_id=place, text=f" w{place}", probability=0.5 / (place + 1)) for place in range(5)]
        layers = range(trace.model.layers)
        return tuple(SimpleNamespace(top=top, probability=0.1 * layer, rank=layer + 1) for layer in layers)

    def knock_out(self, model: Any, trace: Trace, step: int, **options: Any) -> Any:
        """log p falls by a thousandth for each hidden key, by a layer's share of it alone."""
        self.knocks.append({"step": step, **options})
        hidden = trace.steps[step].position if options["keys"] is None else len(options["keys"])
        top = [SimpleNamespace(token_id=place, text=f" w{place}", probability=0.5 / (place + 1)) for place in range(5)]
        layers = range(trace.model.layers)
        by_layer = tuple(-0.5 - hidden * (layer - 1) / 1000 for layer in layers)
        after = -0.5 - hidden / 1000
        return SimpleNamespace(
            before=-0.5, after=after, by_layer=by_layer, top_before=top, top_after=top[::-1], follows=" something else"
        )

    def stream_faithfulness(self, model: Any, trace: Trace, step: int, layers: Any, fill: str) -> Iterator[Any]:
        """Ten readings of `reading_pause` seconds."""
        try:
            for done in range(1, 11):
                time.sleep(self.reading_pause)
                self.readings += 1
                yield SimpleNamespace(done=done, total=11, result=None)
            points = np.array([0.0, 0.5, 1.0])
            side = {"saliency": np.array([[0.5, 0.25, 0.0]]), "attention": np.array([[0.5, 0.5, 0.0]])}
            side["random"] = np.array([[0.5, 0.125, 0.0], [0.5, 0.375, 0.0]])
            orders = {name: np.arange(35)[None] for name in side}
            yield SimpleNamespace(
                done=11,
                total=11,
                result=SimpleNamespace(
                    fractions=points,
                    fill=fill,
                    seed=0,
                    deletion=side,
                    insertion=side,
                    orders=orders,
                    area=lambda which, name: side[name] @ [0.25, 0.5, 0.25],
                ),
            )
        finally:
            self.measures_closed += 1

    def stream_caption(self, model: Any, request: CaptionRequest) -> FakeStream:
        said = {"system": request.system, "history": request.history}
        self.calls.append(
            {"model": model.name, "image": request.image, "prompt": request.prompt, **vars(request.settings), **said}
        )
        return FakeStream(self, model.name, request.settings, request.prompt, request.image, **said)


def eventually(fact, seconds=120.0):
    """Whether a fact comes true before the time is up."""
    end = time.monotonic() + seconds
    while not fact() and time.monotonic() < end:
        time.sleep(0.02)
    return fact()


def first_steps(trace: Trace, count: int, ended: str = "cancelled") -> Trace:
    """A trace cut after its first steps."""
    keys = len(trace.prompt_ids) + count
    spans = tuple(
        replace(span, stop=keys) if span.kind == "output" else span for span in trace.spans if span.start < keys
    )
    return replace(
        trace,
        steps=tuple(replace(step) if isinstance(step, Step) else step for step in trace.steps[:count]),
        spans=spans,
        attention=trace.attention[:count, :, :keys],
        saliency=trace.saliency[:count, :, :keys],
        saliency_norm=trace.saliency_norm[:count],
        ended=ended,
    )
