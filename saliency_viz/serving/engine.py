"""The models this process holds, and one caption as a stream of what the page can already show.

Ignores the page. torch and transformers are imported by the thread that loads the first model, so that the page is
served at once; on ZeroGPU models are loaded before, as that platform wants. Nothing here is shared but the models.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import SaliencyVizError
from ..trace import Step, Trace
from ..video import Video
from . import backend as package
from .model_catalog import Rules, parts, rows, size_of
from .model_key import ModelKey
from .model_pool import ModelPool
from .pace import Pace
from .progress import CaptionProgress, follow
from .request import CaptionRequest
from .zerogpu import MOST_SECONDS, gpu

FLUSH_SECONDS = 0.06  # the page gets news at most this often


def _gpu_seconds(*given: Any) -> int:
    """What a call asks of a visitor's quota: by the length of the caption, where there is one."""
    lengths = [part.settings.max_new_tokens for part in given if isinstance(part, CaptionRequest)]
    return min(MOST_SECONDS, 15 + max(lengths, default=0) // 2)


class Engine:
    """Captions with the models of a pool, and computes what a trace leaves out.

    A model goes by its key (see model_key.py). names: the models named at the start; table: offer the known checkpoints
    too; allow_any: and any other name. quantization, adapter, revision: of the first model (revision: of every named
    one). kept: how many models are held (None: one on a GPU, two on the CPU). unload_after: minutes until an unused one
    is freed. device_map: "auto" spreads a large model over all devices. tell: is told of every load's progress, with
    the model's label. backend: has the functions of backend.py (another in tests).
    """

    def __init__(
        self,
        names: tuple[str, ...] = ("demo",),
        device: str = "auto",
        dtype: str = "auto",
        allow_any: bool = False,
        backend: Any = None,
        seconds_limit: float | None = None,
        table: bool = False,
        quantization: str | None = None,
        adapter: str | None = None,
        revision: str | None = None,
        kept: int | None = None,
        unload_after: float | None = None,
        device_map: str | None = None,
        tell: Callable[[str, Any], None] = lambda name, loading: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.names, self.device, self.dtype, self.revision = names, device, dtype, revision
        self.seconds_limit, self.kept, self.device_map, self._tell = seconds_limit, kept, device_map, tell
        self.pace = Pace(clock)
        self.rules = Rules(names, table, allow_any, adapter)
        self.first = ModelKey(names[0], None if names[0] == "demo" else quantization, adapter).key
        self.backend = package if backend is None else backend
        self._ours = backend is None  # of another backend's models no size is known
        self.pool = ModelPool(
            self._made,
            self._most,
            self._fits,
            None if unload_after is None else 60 * unload_after,
            self._described,
            clock,
        )
        self.captioning = gpu(self._captioning, _gpu_seconds)
        self.compute = gpu(self._compute, _gpu_seconds)
        self.measuring = gpu(self._measuring, MOST_SECONDS)

    @property
    def is_remote(self) -> bool:
        """Whether captions are made in another process (ZeroGPU)."""
        return self.captioning != self._captioning

    @property
    def allow_any(self) -> bool:
        """Whether any name may be loaded."""
        return self.rules.free

    # ---- models --------------------------------------------------------------------------------------------------

    def warm(self, key: str | None = None) -> None:
        """Begin to load a model in the background. Failures are kept for `status` and said again by the next run."""
        self.pool.begin(key or self.first)

    def check(self, key: str) -> None:
        """Raises ModelError when the model is not offered here."""
        self.rules.check(key)

    def load(self, key: str) -> Any:
        """The model, loaded if need be. Raises ModelError when it is not offered or cannot be loaded."""
        self.check(key)
        return self.pool.get(key)

    def cancel(self, key: str) -> None:
        """Stop loading a model."""
        self.pool.cancel(key)

    def status(self, key: str) -> dict[str, Any]:
        """Where a model stands (see ModelPool.status); of a ready one also device, dtype and revision."""
        return {"name": key, **self.pool.status(key)}

    def offers(self, quantization: str | None = None) -> dict[str, Any]:
        """The chooser's rows for these weights, what else may be chosen, and the memory they are held against."""
        from ..memory import size_text

        where, dtype, room = self._device()
        states = {key: self.pool.status(key)["state"] for key in self.pool.held()}
        return {
            "rows": rows(self.rules, quantization, dtype, room, states),
            **parts(self.rules),
            "device": where,
            "room": size_text(room) if room is not None else None,
        }

    def takes(self, key: str) -> dict[str, Any] | None:
        """What a model can be shown, None while it is not loaded: {pictures: most or None, video, many, videos}."""
        model = self.pool.peek(key)
        return None if model is None else package.capabilities(model)

    def _made(self, key: str, tell: Callable[[Any], None]) -> Any:
        wanted = self.rules.check(key)
        more: dict[str, Any] = {"quantization": wanted.quantization, "adapter": wanted.adapter}
        if wanted.name != "demo":
            more["revision"] = self.revision if wanted.name in self.names else None
            more["device_map"] = self.device_map
        given = {name: value for name, value in more.items() if value is not None}

        def both(loading: Any) -> None:
            self._tell(wanted.label, loading)
            tell(loading)

        try:
            return self.backend.load_model(wanted.name, device=self.device, dtype=self.dtype, tell=both, **given)
        except SaliencyVizError as error:
            if Path(wanted.name).is_absolute():  # where it lies on this server is nobody's business
                raise type(error)(str(error).replace(wanted.name, Path(wanted.name).name)) from error
            raise

    def _most(self) -> int:
        """How many models may be held: on a GPU one, as long as nobody says otherwise."""
        if self.kept is not None:
            return self.kept
        return 2 if self._device()[0] == "cpu" else 1

    def _fits(self, key: str) -> bool:
        """Whether there is room for one more model beside those that are held."""
        where, dtype, _ = self._device()
        wanted = ModelKey.read(key)
        size, free = size_of(wanted.name, dtype, wanted.quantization), self._free(where)
        return size is None or free is None or size.needed <= free

    def _device(self) -> tuple[str, str, int | None]:
        """(kind of device, number type, bytes that are free there or would be if idle models were freed)."""
        if not self._ours:
            return "cpu", "float32", None
        from ..models.loading.devices import device_of, dtype_of

        where = device_of(self.device)
        dtype = str(dtype_of(self.dtype, where, None)).removeprefix("torch.")
        free = self._free(where.type)
        for key in self.pool.held():
            wanted = ModelKey.read(key)
            size = size_of(wanted.name, dtype, wanted.quantization)
            free = None if free is None or size is None else free + size.weights
        return where.type, dtype, free

    def _free(self, where: str) -> int | None:
        if not self._ours:
            return None
        import torch

        from ..memory import free_memory

        if self.device_map is not None:  # spread over every GPU, the rest on the CPU
            places = [torch.device("cpu"), *(torch.device("cuda", index) for index in range(torch.cuda.device_count()))]
            return sum(free_memory(place) or 0 for place in places)
        return free_memory(torch.device(self.device if self.device != "auto" else where))

    def _described(self, model: Any) -> dict[str, str]:
        info = getattr(model, "info", None)
        revision = getattr(info, "revision", None)
        return {
            "device": str(getattr(info, "device", None) or getattr(model, "device", self.device)),
            "dtype": str(getattr(info, "dtype", None) or getattr(model, "dtype", self.dtype)).replace("torch.", ""),
            **({"revision": revision} if revision else {}),
        }

    # ---- captions ------------------------------------------------------------------------------------------------

    def caption(
        self, name: str, request: CaptionRequest, stop: threading.Event | None = None
    ) -> Iterator[CaptionProgress]:
        """One caption, as it grows; the last progress is done. Closing it ends the run and frees the model.

        stop: once set, the run ends after its next token and its last progress holds all that was written. It cannot
        reach ZeroGPU's other process; there the growing trace is taken as it stands.
        """
        self.check(name)
        video = isinstance(request.image, Video)
        pictures = len(request.image) if isinstance(request.image, (tuple, list)) else 1
        remote = self.is_remote
        progress = None
        with (
            self._using(name, stop) as model,
            closing(self.captioning(name, request, None if remote else stop)) as growing,
        ):
            if video or pictures > 1:
                package.check_media(model, pictures, video)
            for progress in growing:
                yield progress
                if remote and stop is not None and stop.is_set() and not progress.done:
                    yield CaptionProgress(replace(progress.trace, ended="cancelled"), (), done=True)
                    return

    def _captioning(
        self, name: str, request: CaptionRequest, stop: threading.Event | None
    ) -> Iterator[CaptionProgress]:
        stream = self.backend.stream_caption(self.load(name), request)
        pending: list[Step] = []
        started = shown = time.monotonic()
        with closing(stream):
            for event in stream.events():
                follow(event, pending)
                now = time.monotonic()
                if now - shown >= FLUSH_SECONDS:
                    yield CaptionProgress(stream.trace, tuple(pending))
                    shown = time.monotonic()
                late = self.seconds_limit is not None and now - started > self.seconds_limit
                if late or (stop is not None and stop.is_set()):
                    stream.stop()  # what is drafted is still observed
        yield CaptionProgress(stream.trace, (), done=True)

    def looked(self, what: str, name: str, trace: Trace, step: int) -> Any:
        """What a trace leaves out, computed again for one step. what: "head_rows" (HeadRows), "token_matrix" (saliency
        and attention [layers, n, n], float32) or "logit_lens" (LensLayers). Raises SaliencyVizError."""
        self.check(name)
        with self._using(name):
            return self.compute(what, name, trace, step)

    def measured(self, name: str, trace: Trace, step: int, **options: Any) -> Iterator[Any]:
        """Insertion and deletion curves of a step, told of after each reading (Measuring); closing it ends them."""
        self.check(name)
        with self._using(name), closing(self.measuring(name, trace, step, options)) as measuring:
            yield from measuring

    @contextmanager
    def _using(self, key: str, stop: threading.Event | None = None) -> Iterator[Any]:
        """The model while something runs on it, timed from when it is there."""
        with self.pool.using(key, stop) as model:
            self.pace.began()
            try:
                yield model
            finally:
                self.pace.ended()

    def _compute(self, what: str, name: str, trace: Trace, step: int) -> Any:
        found = getattr(self.backend, what)(self.load(name), trace, step)
        return tuple(_array(part) for part in found) if isinstance(found, tuple) else found

    def _measuring(self, name: str, trace: Trace, step: int, options: dict[str, Any]) -> Iterator[Any]:
        with closing(self.backend.stream_faithfulness(self.load(name), trace, step, **options)) as measuring:
            yield from measuring


def _array(values: Any) -> Any:
    """A tensor as a float32 array: only arrays may leave ZeroGPU's process, and the page knows no tensors."""
    return values.float().cpu().numpy() if hasattr(values, "cpu") else values
