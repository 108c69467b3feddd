"""The models this process holds, and one caption as a stream of what the page can already show.

Ignores the page. torch and transformers are imported by the thread that loads the first model, so that the page is
served at once; on ZeroGPU models are loaded before, as that platform wants. Nothing here is shared but the models.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import SaliencyVizError
from ..trace import RunSettings, Step, Trace
from ..video import Video
from . import backend as package
from .gpu_seconds import Asked, GpuSeconds
from .model_catalog import Rules, for_photographs, looked_up, parts, refusal, row_of, rows, size_of
from .model_key import ModelKey
from .model_pool import ModelPool
from .model_speed import reading_speed
from .pace import Pace
from .progress import CaptionProgress, RunEnd, follow
from .request import CaptionRequest
from .whole import import_whole
from .zerogpu import Packs, gpu

FLUSH_SECONDS = 0.06  # the page gets news at most this often


READINGS = 100  # of a measurement of faithfulness, about
COSTS = {"plain": 1.0, "locore": 1.1}  # of a token in plain ones; others are taken for DEAR
DEAR = 3.0


def method_of(settings: RunSettings) -> str:
    """What of the settings decides how long a token takes."""
    if settings.decoding is not None:
        return settings.decoding.name
    return "sgrs" if settings.sgrs else "locore" if settings.locore else "plain"


class Engine:
    """Captions with the models of a pool, and computes what a trace leaves out.

    A model goes by its key (see model_key.py). names: the models named at the start; table: offer the known checkpoints
    too; allow_any: and any other name. quantization, adapter, revision: of the first model (revision: of every named
    one). kept: how many models are held (None: one on a GPU, two on the CPU). unload_after: minutes until an unused one
    is freed. device_map: "auto" spreads a large model over all devices. tell: is told of every load's progress, with
    the model's label. zero_size: "large" or "xlarge" on ZeroGPU. backend: has the functions of backend.py (another in
    tests).
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
        zero_size: str | None = None,
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
        self.ran: Callable[[RunEnd], None] = lambda run: None  # told of every caption's end
        self.zero_size, self.gpu_seconds, self._packs = zero_size, GpuSeconds(), Packs()
        self.launched = False  # ZeroGPU packs what is loaded before the launch by itself
        self._calls: dict[str, dict[str, Callable[..., Any]]] = {}
        self.is_remote = self.calls(self.first)["captioning"] != self._captioning  # in another process (ZeroGPU)

    def calls(self, key: str) -> dict[str, Callable[..., Any]]:
        """What is done with a model, where it is done. On ZeroGPU each model has calls of its own: a process that
        another model's call left waiting does not have this one."""
        if key not in self._calls:
            functions = {"captioning": self._captioning, "compute": self._compute, "measuring": self._measuring}
            told = (self.zero_size, self._took, self.gpu_seconds.learn_cut)
            self._calls[key] = {name: gpu(function, *told) for name, function in functions.items()}
        return self._calls[key]

    def _asked(self, what: str, key: str, work: int, method: str = "plain") -> Asked:
        """What a call on ZeroGPU asks of a visitor's quota."""
        import_whole()
        from ..models.loading.checkpoints import checkpoint_of

        row = checkpoint_of(ModelKey.read(key).name)
        billions = row.billions if row else 0.0 if ModelKey.read(key).name == "demo" else None
        return self.gpu_seconds.ask((what, key, method), work, billions, COSTS.get(method, DEAR))

    def _took(self, asked: Asked, value: Any, seconds: float) -> None:
        written = len(value.trace.steps) if isinstance(value, CaptionProgress) else None
        self.gpu_seconds.learn(asked, written, seconds)

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

        where, dtype, room, states, speed = self._measured()
        found = rows(self.rules, quantization, dtype, room, states, speed)
        return {
            "rows": found,
            "photographs": for_photographs(found),
            **parts(self.rules),
            "device": where,
            "room": size_text(room) if room is not None else None,
        }

    def offer(self, key: str) -> dict[str, Any]:
        """One row of the chooser for any model that may be asked for, as `row_of`, with refused: why it cannot be had
        here, or None. Raises ModelError when it is not offered, or is no model."""
        from ..memory import size_text

        wanted = self.rules.check(key)
        known = wanted.name in self.rules.names() or not self._ours
        config = None if known else looked_up(wanted.name, None)
        _, dtype, room, states, speed = self._measured()
        row = row_of(wanted, dtype, room, states, speed, config)
        return {**row, "refused": refusal(row, size_text(room) if room is not None else None)}

    def _measured(self) -> tuple[str, str, int | None, dict[str, str], float | None]:
        """What rows are held against: (kind of device, number type, bytes free, states of held models, bytes of weights
        it reads a second)."""
        where, dtype, room = self._device()
        states = {key: self.pool.status(key)["state"] for key in self.pool.held()}
        return where, dtype, room, states, reading_speed(where, dtype) if self._ours else None

    def takes(self, key: str) -> dict[str, Any] | None:
        """What a model can be shown, None while it is not loaded: {pictures: most or None, video, many, videos}."""
        model = self.pool.peek(key)
        return None if model is None else package.capabilities(model)

    def check_media(self, key: str, pictures: int, video: bool) -> None:
        """Raises ImageError when a model that is loaded does not take so many pictures, or a video."""
        model = self.pool.peek(key) if self._ours else None
        if model is not None and (video or pictures > 1):
            package.check_media(model, 1 if video else pictures, video)

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

        after_launch = self.is_remote and self.launched
        packed = self._packs.loading(key, self.pool.held()) if after_launch else nullcontext()
        try:
            with packed:
                return self.backend.load_model(wanted.name, device=self.device, dtype=self.dtype, tell=both, **given)
        except SaliencyVizError as error:
            if Path(wanted.name).is_absolute():  # where it lies on this server is nobody's business
                raise type(error)(str(error).replace(wanted.name, Path(wanted.name).name)) from error
            raise

    def _most(self) -> int:
        """How many models may be held: on a GPU one, as long as nobody says otherwise."""
        if self.kept is not None:
            return self.kept
        return 2 if self.is_remote or self._device()[0] == "cpu" else 1

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
        import_whole()
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
    ) -> Generator[CaptionProgress, None, None]:
        """One caption, as it grows; the last progress is done. Closing it ends the run and frees the model.

        stop: once set, the run ends after its next token and its last progress holds all that was written. It cannot
        reach ZeroGPU's other process; there the growing trace is taken as it stands.
        """
        began, first, progress, ended = time.monotonic(), None, None, "failed"
        try:
            with closing(self._captioned(name, request, stop)) as growing:
                for progress in growing:
                    first = time.monotonic() - began if first is None else first
                    yield progress
            ended = "stopped" if progress and progress.trace.ended == "cancelled" else "done"
        except GeneratorExit:
            ended = "left"
            raise
        except SaliencyVizError:
            ended = "refused"
            raise
        finally:
            tokens = len(progress.trace.steps) if progress else 0
            self.ran(RunEnd(ended, tokens, first, time.monotonic() - began))

    def _captioned(
        self, name: str, request: CaptionRequest, stop: threading.Event | None
    ) -> Generator[CaptionProgress, None, None]:
        self.check(name)
        video = isinstance(request.image, Video)
        pictures = len(request.image) if isinstance(request.image, (tuple, list)) else 1
        remote = self.is_remote
        progress = None
        with (
            self._using(name, stop) as model,
            closing(self._begun(name, request, stop)) as growing,
        ):
            if video or pictures > 1:
                package.check_media(model, pictures, video)
            for progress in growing:
                yield progress
                if remote and stop is not None and stop.is_set() and not progress.done:
                    yield CaptionProgress(replace(progress.trace, ended="cancelled"), (), done=True)
                    return

    def _begun(
        self, name: str, request: CaptionRequest, stop: threading.Event | None
    ) -> Generator[CaptionProgress, None, None]:
        settings = request.settings
        asked = self._asked("caption", name, settings.max_new_tokens, method_of(settings)) if self.is_remote else None
        return self.calls(name)["captioning"](name, request, None if self.is_remote else stop, asked)

    def _captioning(
        self, name: str, request: CaptionRequest, stop: threading.Event | None, asked: Asked | None
    ) -> Generator[CaptionProgress, None, None]:
        limits = (self.seconds_limit, asked.within if asked else None)
        limit = min((limit for limit in limits if limit is not None), default=None)
        stream = self.backend.stream_caption(self.load(name), request)
        pending: list[Step] = []
        started = shown = time.monotonic()
        with closing(stream):
            for event in stream.events():
                follow(event, pending)
                now = time.monotonic()
                if now - shown >= FLUSH_SECONDS:
                    yield CaptionProgress(stream.trace, tuple(pending), searched=getattr(event, "length", 0))
                    shown = time.monotonic()
                late = limit is not None and now - started > limit
                if late or (stop is not None and stop.is_set()):
                    stream.stop()  # what is drafted is still observed
        yield CaptionProgress(stream.trace, (), done=True)

    def looked(self, what: str, name: str, trace: Trace, step: Any, **options: Any) -> Any:
        """What a trace leaves out, computed again for one step. what: "head_rows" (HeadRows), "token_matrix" (saliency
        and attention [layers, n, n], float32), "logit_lens" (LensLayers) or "knock_out" (KnockOut; options: keys,
        layers, heads). step: as the page sent it. Raises SaliencyVizError."""
        self.check(name)
        with self._using(name):
            asked = self._asked(what, name, trace.model.layers) if self.is_remote else None
            return self.calls(name)["compute"](what, name, trace, step, options, asked)

    def measured(self, name: str, trace: Trace, step: Any, **options: Any) -> Generator[Any, None, None]:
        """Insertion and deletion curves of a step, told of after each reading (Measuring); closing it ends them."""
        self.check(name)
        asked = self._asked("faithfulness", name, READINGS) if self.is_remote else None
        with self._using(name), closing(self.calls(name)["measuring"](name, trace, step, options, asked)) as measuring:
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

    def _compute(
        self, what: str, name: str, trace: Trace, step: int, options: dict[str, Any], asked: Asked | None
    ) -> Any:
        found = getattr(self.backend, what)(self.load(name), trace, step, **options)
        return tuple(_array(part) for part in found) if isinstance(found, tuple) else found

    def _measuring(
        self, name: str, trace: Trace, step: int, options: dict[str, Any], asked: Asked | None
    ) -> Generator[Any, None, None]:
        with closing(self.backend.stream_faithfulness(self.load(name), trace, step, **options)) as measuring:
            yield from measuring


def _array(values: Any) -> Any:
    """A tensor as a float32 array: only arrays may leave ZeroGPU's process, and the page knows no tensors."""
    return values.float().cpu().numpy() if hasattr(values, "cpu") else values
