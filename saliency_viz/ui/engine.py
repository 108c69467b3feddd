"""The models this process holds, and one caption as a stream of what the page can already show.

Ignores the page. torch and transformers are imported by the thread that loads the first model, so that the page is
served at once; on ZeroGPU models are loaded before, as that platform wants. Nothing here is shared but the models.
"""

from __future__ import annotations

import importlib
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from ..errors import ModelError, SaliencyVizError
from ..trace import RunSettings, Step, Trace
from ..video import Video

log = logging.getLogger("saliency_viz")
FLUSH_SECONDS = 0.06  # the page gets news at most this often


@dataclass(frozen=True)
class Order:
    """What is to be captioned and how. image: a picture, several, or a Video. system, history: as in a Trace."""

    image: Any
    prompt: str
    settings: RunSettings
    system: str | None = None
    history: tuple[tuple[str, str], ...] = ()

    @staticmethod
    def again(trace: Trace, settings: RunSettings) -> Order:
        """The request of a trace with these settings."""
        frames = tuple(picture.image for picture in trace.pictures)
        image = frames if trace.fps is None else Video(frames, trace.fps)
        image = frames[0] if trace.fps is None and len(frames) == 1 else image
        return Order(image, trace.prompt, settings, trace.system, trace.history)


@dataclass(frozen=True)
class Progress:
    """Where a caption stands. trace: what is observed so far (whole when done); pending: tokens written after
    that, as Steps that know only their text and place."""

    trace: Trace
    pending: tuple[Step, ...] = ()
    done: bool = False


def gpu(function: Any) -> Any:
    """The function under ZeroGPU's decorator where that platform's package is there, else itself."""
    try:
        import spaces
    except ImportError:
        return function
    return spaces.GPU(function, duration=_gpu_seconds)


def _gpu_seconds(*given: Any) -> int:
    """What a call asks of a visitor's quota: by the length of the caption, where there is one."""
    lengths = [part.settings.max_new_tokens for part in given if isinstance(part, Order)]
    return min(120, 15 + max(lengths, default=0) // 2)


class Engine:
    """Loads models by name, keeps the latest two, and captions with them.

    names: the models offered. allow_any: take other names too. backend: the package that has `load_model` and
    `stream_caption` (ours; another in tests).
    """

    def __init__(
        self,
        names: tuple[str, ...] = ("demo",),
        device: str = "auto",
        dtype: str = "auto",
        allow_any: bool = False,
        backend: Any = None,
        seconds_limit: float | None = None,
    ) -> None:
        self.names, self.device, self.dtype, self.allow_any = names, device, dtype, allow_any
        self.seconds_limit = seconds_limit
        self._backend = backend
        self._models: OrderedDict[str, Any] = OrderedDict()
        self._states: dict[str, dict[str, str]] = {}
        self._lock = threading.Lock()  # held while loading: one model at a time
        self.captioning = gpu(self._captioning)
        self.compute = gpu(self._compute)

    @property
    def backend(self) -> Any:
        """The package, imported at first use (it brings torch)."""
        if self._backend is None:
            self._backend = importlib.import_module("saliency_viz")
        return self._backend

    def warm(self, name: str | None = None) -> None:
        """Begin to load a model in the background. Failures are kept for `status` and said again by the next run."""
        name = name or self.names[0]
        if self._states.setdefault(name, {"state": "none"})["state"] in ("loading", "ready"):
            return
        self._states[name] = {"state": "loading"}
        threading.Thread(target=self._try, args=(name,), name="model loader", daemon=True).start()

    def check(self, name: str) -> None:
        """Raises ModelError when the model is not offered here."""
        if not name or (name not in self.names and not self.allow_any):
            raise ModelError(
                f"This server does not offer the model {name!r}. Expected one of {', '.join(self.names)}. "
                "Start it with --model or --allow-any-model for others."
            )

    def load(self, name: str) -> Any:
        """The model, loaded if need be. Raises ModelError when it is not offered or cannot be loaded."""
        self.check(name)
        with self._lock:
            if name not in self._models:
                self._states[name] = {"state": "loading"}
                try:
                    self._models[name] = self.backend.load_model(name, device=self.device, dtype=self.dtype)
                except BaseException as error:
                    self._states[name] = {"state": "failed", "reason": str(error)}
                    raise
                self._states[name] = {"state": "ready", **_described(self._models[name], self)}
                while len(self._models) > 2:
                    gone, _ = self._models.popitem(last=False)
                    self._states.pop(gone, None)
            self._models.move_to_end(name)
            return self._models[name]

    def status(self, name: str) -> dict[str, str]:
        """state: "none", "loading", "ready" (with device and dtype) or "failed" (with the reason)."""
        return {"name": name, **self._states.get(name, {"state": "none"})}

    def caption(self, name: str, order: Order, stop: threading.Event | None = None) -> Iterator[Progress]:
        """One caption, as it grows; the last Progress is done. Closing it ends the run and frees the model.

        stop: once set, the run ends after its next token and its last Progress holds all that was written. It cannot
        reach ZeroGPU's other process; there the growing trace is taken as it stands.
        """
        self.load(name)
        remote = self.captioning != self._captioning
        progress = None
        with closing(self.captioning(name, order, None if remote else stop)) as growing:
            for progress in growing:
                yield progress
                if remote and stop is not None and stop.is_set() and not progress.done:
                    yield Progress(replace(progress.trace, ended="cancelled"), (), done=True)
                    return

    def _captioning(self, name: str, order: Order, stop: threading.Event | None) -> Iterator[Progress]:
        settings = order.settings
        stream = self.backend.stream_caption(
            self.load(name),
            order.image,
            prompt=order.prompt,
            max_new_tokens=settings.max_new_tokens,
            sampling=settings.sampling,
            sgrs=settings.sgrs,
            locore=settings.locore,
            edits=settings.edits,
            forced=settings.forced,
            recording=settings.recording,
            system=order.system,
            history=_messages(order.history),
        )
        pending: list[Step] = []
        started = shown = time.monotonic()
        with closing(stream):
            for event in stream.events():
                _follow(event, pending)
                now = time.monotonic()
                if now - shown >= FLUSH_SECONDS:
                    yield Progress(stream.partial(), tuple(pending))
                    shown = time.monotonic()
                late = self.seconds_limit is not None and now - started > self.seconds_limit
                if late or (stop is not None and stop.is_set()):
                    stream.stop()  # what is drafted is still observed
        yield Progress(stream.trace, (), done=True)

    def looked(self, what: str, name: str, trace: Trace, step: int) -> Any:
        """What a trace leaves out, computed again for one step. what: "head_rows" (HeadRows) or "token_matrix"
        (saliency and attention [layers, n, n], float32). Raises SaliencyVizError."""
        self.load(name)
        return self.compute(what, name, trace, step)

    def _compute(self, what: str, name: str, trace: Trace, step: int) -> Any:
        model = self.load(name)  # brings the package's decoding with it
        home = self.backend if hasattr(self.backend, what) else importlib.import_module("saliency_viz.decoding")
        found = getattr(home, what)(model, trace, step)
        return tuple(_array(part) for part in found) if isinstance(found, tuple) else found

    def _try(self, name: str) -> None:
        try:
            self.load(name)
        except SaliencyVizError:
            pass  # `status` tells; the next run says it again
        except Exception:
            log.exception("The model %s could not be loaded", name)


def _follow(event: Any, pending: list[Step]) -> None:
    """Keep the list of written but unobserved tokens true to the engine's events."""
    kind = type(event).__name__
    if kind == "Drafted":
        pending[:] = [token for token in pending if token.index < event.index]
        pending.append(Step(event.index, event.position, event.token_id, event.text, 0.0, 0, 0.0))
    elif kind == "Withdrawn":
        pending[:] = [token for token in pending if token.index < event.index]
    else:  # a final Step
        pending[:] = [token for token in pending if token.index > event.index]


def _array(values: Any) -> Any:
    """A tensor as a float32 array: only arrays may leave ZeroGPU's process, and the page knows no tensors."""
    return values.float().cpu().numpy() if hasattr(values, "cpu") else values


def _messages(history: tuple[tuple[str, str], ...]) -> tuple[Any, ...]:
    """Turns of a conversation as the engine takes them."""
    if not history:
        return ()
    from ..models.base import Message

    return tuple(Message(role, text) for role, text in history)


def _described(model: Any, engine: Engine) -> dict[str, str]:
    info = getattr(model, "info", None)
    return {
        "device": str(getattr(info, "device", None) or getattr(model, "device", engine.device)),
        "dtype": str(getattr(info, "dtype", None) or getattr(model, "dtype", engine.dtype)).replace("torch.", ""),
    }
