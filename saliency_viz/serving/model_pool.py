"""The models this process holds: loaded one at a time, a few kept, freed when others need the room or nobody comes.

Ignores what a model is and who may ask for it. A model that works is never freed: whoever wants its place waits.
"""

from __future__ import annotations

import copy
import logging
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ..errors import LoadCancelled, SaliencyVizError

log = logging.getLogger("saliency_viz")
LOOK = 20.0  # seconds between two looks at who is idle
STOPPED = "Loading was stopped. The next run with this model begins it again."
Load = Callable[[str, Callable[[Any], None]], Any]


class ModelPool:
    """Holds models by key.

    load: makes one; it is given the key and a function to tell its progress to. kept: how many may be held. fits:
    whether there is room for one more. unload_after: seconds without use after which a model is freed (None: never).
    described: what `status` says of a ready model.
    """

    def __init__(
        self,
        load: Load,
        kept: Callable[[], int] = lambda: 2,
        fits: Callable[[str], bool] = lambda key: True,
        unload_after: float | None = None,
        described: Callable[[Any], dict[str, Any]] = lambda model: {},
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._load, self._kept, self._fits, self._described = load, kept, fits, described
        self.unload_after, self._clock = unload_after, clock
        self._held: OrderedDict[str, Any] = OrderedDict()  # the one used longest ago first
        self._states: dict[str, dict[str, Any]] = {}
        self._working: dict[str, int] = {}  # how many runs use a model now
        self._used: dict[str, float] = {}
        self._stops: dict[str, threading.Event] = {}
        self._ends: dict[str, tuple[int, float, Exception]] = {}  # failed or stopped loads: (which, when, why)
        self._count = 0  # of these
        self._loading = threading.Lock()  # held while loading: one model at a time
        self._gate = threading.Condition()  # held while the dictionaries change

    # ---- asking --------------------------------------------------------------------------------------------------

    def peek(self, key: str) -> Any:
        """The model if it is held, else None; does not count as use."""
        with self._gate:
            return self._held.get(key)

    def held(self) -> list[str]:
        """Keys of all held models, the one used longest ago first."""
        with self._gate:
            return list(self._held)

    def working(self) -> bool:
        """Whether any model works."""
        with self._gate:
            return any(self._working.values())

    def status(self, key: str) -> dict[str, Any]:
        """state: "none", "loading" (with stage, done, total, text, and seconds so far), "ready", "failed" (with the
        reason), or "unloaded" (why: "idle" or "room"). note: a sentence the person should know."""
        with self._gate:
            state = {"state": "none", **self._states.get(key, {})}
        if "since" in state:
            state["seconds"] = int(self._clock() - state.pop("since"))
        return state

    def just_failed(self, key: str, seconds: float) -> Exception | None:
        """Why the last load failed, if that was less than so many seconds ago."""
        with self._gate:
            if key not in self._ends:
                return None
            _, when, error = self._ends[key]
        recent = not isinstance(error, LoadCancelled) and self._clock() - when < seconds
        return copy.copy(error) if recent else None

    # ---- using ---------------------------------------------------------------------------------------------------

    @contextmanager
    def using(self, key: str, stop: threading.Event | None = None) -> Iterator[Any]:
        """The model, loaded if need be and kept while the block runs. stop: ends waiting and loading when set."""
        with self._gate:
            self._working[key] = self._working.get(key, 0) + 1
        try:
            yield self.get(key, stop)
        finally:
            with self._gate:
                self._working[key] -= 1
                self._used[key] = self._clock()
                self._gate.notify_all()

    def get(self, key: str, stop: threading.Event | None = None) -> Any:
        """The model, loaded if need be. Raises what loading raises: whoever waits for a load ends with it, and does not
        begin another."""
        with self._gate:
            before = self._count
        while True:
            with self._gate:
                if key in self._held:
                    self._held.move_to_end(key)
                    self._used[key] = self._clock()
                    return self._held[key]
            self._raise_end(key, before)
            if self._loading.acquire(timeout=0.2):
                try:
                    self._raise_end(key, before)
                    if self.peek(key) is None:
                        self._make(key, stop)
                finally:
                    self._loading.release()
            elif stop is not None and stop.is_set():
                raise LoadCancelled("Stopped while waiting for the model.")

    def begin(self, key: str) -> None:
        """Load in the background, unless it is on its way. Failures are kept for `status`."""
        with self._gate:
            if self._states.get(key, {}).get("state") in ("loading", "ready"):
                return
            self._states[key] = {"state": "loading", "stage": "waiting", "since": self._clock()}
            self._ends.pop(key, None)
        threading.Thread(target=self._try, args=(key,), name="model loader", daemon=True).start()

    def cancel(self, key: str) -> None:
        """Stop loading it; the runs that wait for it end with a sentence. The load itself may hear it later."""
        with self._gate:
            if self._states.get(key, {}).get("state") != "loading":
                return
            if key in self._stops:
                self._stops[key].set()
            self._states[key] = {"state": "none", "reason": STOPPED}
            self._keep_end(key, LoadCancelled(STOPPED))

    # ---- freeing -------------------------------------------------------------------------------------------------

    def sweep(self) -> list[str]:
        """Free the models nobody used for `unload_after` seconds; returns their keys."""
        with self._gate:
            after, now = self.unload_after, self._clock()
            idle = [
                key
                for key in self._held
                if after is not None and not self._working.get(key) and now - self._used[key] >= after
            ]
            for key in idle:
                self._drop(key, "idle")
        self._give_back(idle)
        return idle

    def watch(self) -> None:
        """Sweep from time to time in the background, for as long as the process lives."""
        after = self.unload_after
        if after is None:
            return

        def look() -> None:
            while True:
                time.sleep(min(LOOK, max(1.0, after / 2)))
                self.sweep()

        threading.Thread(target=look, name="idle models", daemon=True).start()

    def _keep_end(self, key: str, error: Exception) -> None:
        self._count += 1
        self._ends[key] = (self._count, self._clock(), error)

    def _raise_end(self, key: str, before: int) -> None:
        """Raises what ended the last load, if `before` loads had ended otherwise than well until then."""
        with self._gate:
            end = self._ends.get(key)
        if end is not None and end[0] > before:
            raise copy.copy(end[2])

    def _make(self, key: str, stop: threading.Event | None) -> None:
        cancelled = threading.Event()

        def tell(progress: Any) -> None:
            if cancelled.is_set() or (stop is not None and stop.is_set()):
                raise LoadCancelled(STOPPED)
            with self._gate:
                state = self._states[key]
                if progress.stage == "note":
                    state["note"] = progress.text
                else:
                    named = {name: getattr(progress, name) for name in ("stage", "done", "total")}
                    self._states[key] = {**state, **named, "text": str(progress)}

        with self._gate:
            self._stops[key] = cancelled
            since = self._states.get(key, {}).get("since", self._clock())
            self._states[key] = {"state": "loading", "stage": "waiting", "since": since}
        try:
            self._make_room(key, lambda: cancelled.is_set() or (stop is not None and stop.is_set()))
            model = self._load(key, tell)
        except BaseException as error:
            stopped = isinstance(error, LoadCancelled)
            with self._gate:
                self._states[key] = {"state": "none" if stopped else "failed", "reason": str(error)}
                if isinstance(error, Exception) and not stopped:
                    self._keep_end(key, error)
            raise
        else:
            with self._gate:
                note = {name: self._states[key][name] for name in ("note",) if name in self._states[key]}
                self._ends.pop(key, None)
                self._held[key], self._used[key] = model, self._clock()
                self._states[key] = {"state": "ready", **self._described(model), **note}
        finally:
            with self._gate:
                self._stops.pop(key, None)

    def _make_room(self, key: str, stopped: Callable[[], bool]) -> None:
        """Free what was used longest ago until one more may be held and fits; waits for models that work."""
        while True:
            with self._gate:
                over = len(self._held) >= max(1, self._kept())
                if not self._held or not (over or not self._fits(key)):
                    return
                free = [held for held in self._held if not self._working.get(held)]
                if not free:
                    if not over:
                        return  # what does not fit is refused by the load, with a sentence
                    self._gate.wait(0.5)
                    if stopped():
                        raise LoadCancelled("Stopped while waiting for the model before it.")
                    continue
                self._drop(free[0], "room")
            self._give_back(free[:1])

    def _drop(self, key: str, why: str) -> None:
        del self._held[key]
        self._states[key] = {"state": "unloaded", "why": why}

    @staticmethod
    def _give_back(keys: list[str]) -> None:
        if keys and "torch" in sys.modules:
            from ..memory import give_back

            give_back()

    def _try(self, key: str) -> None:
        try:
            self.get(key)
        except SaliencyVizError:
            pass  # `status` tells; the next run says it again
        except Exception:
            log.exception("The model %s could not be loaded", key)
