"""ZeroGPU: functions that run in that platform's other process where it is there, and what comes back from them.

Ignores what they compute. There only a gr.Error keeps its words; anything else comes back as "ZeroGPU worker error"
with the name of its class (spaces 0.51). So refusals and accidents travel as values and are raised again here, and what
an accident was is in that process's log.
"""

# pyright: reportMissingImports=false
# (that platform's package is there only)
from __future__ import annotations

import html
import inspect
import logging
import re
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from ..errors import ModelError, SaliencyVizError
from .gpu_seconds import Asked

TAKEN = (
    "The shared GPU was taken back before the end: {seconds} seconds were asked for. Run it again, which asks for "
    "more, or lower max_new_tokens."
)
SIZES = ("large", "xlarge")  # half a card and a whole one


log = logging.getLogger("saliency_viz")


@dataclass(frozen=True)
class Refusal:
    """An error on its way between processes: a SaliencyVizError, or RuntimeError for an accident."""

    kind: type[Exception]
    sentence: str

    @staticmethod
    def of(error: Exception) -> Refusal:
        """What is to be sent of an error."""
        if isinstance(error, SaliencyVizError):
            return Refusal(type(error), str(error))
        log.error("A call on the shared GPU failed", exc_info=error)
        return Refusal(RuntimeError, f"{type(error).__name__} on the shared GPU")

    def again(self) -> Exception:
        """The error itself."""
        return self.kind(self.sentence)


@dataclass(frozen=True)
class Timed:
    """A value on its way between processes, and the seconds since its call began there."""

    value: Any
    seconds: float


def gpu(
    function: Callable[..., Any],
    size: str | None = None,
    took: Callable[[Asked, Any, float], None] = lambda asked, value, seconds: None,
    cut: Callable[[Asked], None] = lambda asked: None,
) -> Callable[..., Any]:
    """The function under ZeroGPU's decorator, refusals whole, or itself where that platform's package is missing.

    function: a plain one or a generator whose last argument is an Asked; bound methods are fine. Its process is made at
    the first call and may serve later ones: whatever it needs must be there before. size: of the card's share, None for
    the platform's choice. took: told of every call that came to its end, with its last value. cut: of one from which
    the GPU was taken.
    """
    try:
        import spaces
    except ImportError:
        return function
    carried = _carried_generator(function) if inspect.isgeneratorfunction(function) else _carried(function)
    there = spaces.GPU(carried, duration=lambda *given: given[-1].seconds, **({"size": size} if size else {}))
    if there is carried:
        return function  # the package is there, the platform is not

    def call(*given: Any) -> Any:
        with _spoken(given[-1], cut):
            timed = there(*given)
        value = _raised(timed.value)
        took(given[-1], value, timed.seconds)
        return value

    def stream(*given: Any) -> Generator[Any, None, None]:
        timed = before = None
        with closing(there(*given)) as values:
            while True:
                with _spoken(given[-1], cut):
                    timed, before = next(values, None), timed
                if timed is None:
                    break
                yield _raised(timed.value)
        if before is not None:
            took(given[-1], before.value, before.seconds)

    return stream if inspect.isgeneratorfunction(function) else call


class Packs:
    """Models loaded after the launch, on ZeroGPU: each is put once where that platform's processes read it from.

    What is loaded before the launch the platform packs itself (spaces 0.51). Afterwards a thread that loads must be
    told that there is a GPU, packing is the platform's own inner function, and a pack of a model that is gone would
    still be moved to the GPU by every process.
    """

    def __init__(self) -> None:
        self._packs: dict[str, Any] = {}

    @contextmanager
    def loading(self, key: str, held: Iterable[str]) -> Iterator[None]:
        """Load a model in here. held: the keys of those that are still there."""
        try:
            from spaces.config import Config
            from spaces.zero.torch import patching

            modes, pack, packs = (patching.function_mode, patching.dispatch_mode), patching._pack, patching.tensor_packs
        except (ImportError, AttributeError) as error:
            log.warning("A model loaded after the launch is not packed: %s. Each run moves it from memory.", error)
            yield
            return
        gone = [self._packs.pop(other) for other in set(self._packs) - set(held)]
        packs[:] = [one for one in packs if not any(one is other for other in gone)]
        with modes[0], modes[1]:
            yield
        pack(Config.zerogpu_offload_dir)
        self._packs[key] = packs[-1]


def _carried(function: Callable[..., Any]) -> Callable[..., Any]:
    def carried(*given: Any) -> Timed:
        began = time.monotonic()
        try:
            return Timed(function(*given), time.monotonic() - began)
        except Exception as error:
            return Timed(Refusal.of(error), time.monotonic() - began)

    return carried


def _carried_generator(
    function: Callable[..., Generator[Any, None, None]],
) -> Callable[..., Generator[Timed, None, None]]:
    def carried(*given: Any) -> Generator[Timed, None, None]:
        began = time.monotonic()
        try:
            with closing(function(*given)) as values:
                for value in values:
                    yield Timed(value, time.monotonic() - began)
        except Exception as error:
            yield Timed(Refusal.of(error), time.monotonic() - began)

    return carried


def _raised(value: Any) -> Any:
    if isinstance(value, Refusal):
        raise value.again()
    return value


@contextmanager
def _spoken(asked: Asked, cut: Callable[[Asked], None]) -> Iterator[None]:
    """The platform's own refusals (quota, no GPU free) as ours, so that the page shows them. They are known by their
    message, as a gr.Error has one: ours never come this way, and this room knows no gradio."""
    try:
        yield
    except Exception as error:
        message = getattr(error, "message", None)
        if not isinstance(message, str):
            raise
        if "aborted" in message:
            cut(asked)
            raise ModelError(TAKEN.format(seconds=asked.seconds)) from error
        raise ModelError(plain(message)) from error


def plain(text: str) -> str:
    """A toast's words without its markup."""
    words = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())
    return f"The shared GPU was not given: {words}{'' if words.endswith('.') else '.'}"
