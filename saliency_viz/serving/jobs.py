"""Work beside the model in processes of their own, which can be ended: uploads are decoded there, files are drawn.

Ignores what is worked; a function is given by its place in a module. A process that takes too long, or dies, takes
nothing with it but its own work.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from ..errors import LimitError, SaliencyVizError
from .turns import STOPPING, Turns

MOST, AT_ONCE, EACH = 16, 2, 1  # jobs that may wait, that run, and that run for one visitor
IDLE = 1  # processes that stay for the next job
IDLE_SECONDS = 60.0  # and so long; then they end by themselves
START_SECONDS = 60.0  # for a process to start and import what it is to do: not counted against a job
RENEWED = 200  # jobs after which a process is replaced by a new one
EASIER = "Try again with something smaller."

log = logging.getLogger("saliency_viz")


class Jobs:
    """Up to AT_ONCE processes, started when they are needed. of: what they do, as a sentence begins. nice: how far they
    give way to the model (of 19)."""

    def __init__(self, of: str, nice: int = 0, most: int = MOST, at_once: int = AT_ONCE, each: int = EACH) -> None:
        self.of, self.nice, self.turns = of, nice, Turns({"job": most}, at_once, each)
        self._idle: list[Worker] = []
        self._lock = threading.Lock()

    def do(
        self,
        who: str,
        function: Callable[..., Any],
        *given: Any,
        seconds: float,
        tell: Callable[[Any], None] | None = None,
    ) -> Any:
        """What the function gives, computed in another process for a visitor. tell: is passed on, and hears what the
        function tells.

        Raises QueueFull at once when no place is free, LimitError when it takes longer than these seconds once begun,
        and what the function raises: SaliencyVizError as it is, an accident as RuntimeError.
        """
        with self.turns.joined(who, kind="job") as turn:
            for _ in turn.places():
                pass
            if turn.began is None:
                raise LimitError(STOPPING)
            return self._done(function, given, seconds, tell)

    def close(self) -> None:
        """End the processes that are idle."""
        self.turns.close()
        with self._lock:
            while self._idle:
                self._idle.pop().end()

    def _done(self, function: Callable[..., Any], given: Any, seconds: float, tell: Any) -> Any:
        worker = self._ready()
        try:
            return worker.do(function, given, seconds, tell)
        except TimeoutError as error:
            raise LimitError(
                f"{self.of} took longer than the {seconds:g} seconds it may take here. {EASIER}"
            ) from error
        except EOFError as error:
            log.error("%s ended its process (exit code %s)", self.of, worker.process.exitcode)
            raise LimitError(f"{self.of} was not possible here: it broke off. {EASIER}") from error
        finally:
            self._back(worker)

    def _ready(self) -> Worker:
        """A process that waits for a job."""
        with self._lock:
            worker = self._idle.pop() if self._idle else None
        if worker is not None and time.monotonic() - worker.since < 0.8 * IDLE_SECONDS:
            return worker
        if worker is not None:  # it is ending or about to
            worker.end()
        return Worker(self.nice)

    def _back(self, worker: Worker) -> None:
        with self._lock:
            keep = worker.whole and worker.count < RENEWED and len(self._idle) < IDLE
            if keep:
                self._idle.append(worker)
        if not keep:
            worker.end()


class Worker:
    """One process. whole: it waits for its next job. since: when it began to. count: jobs it did."""

    def __init__(self, nice: int = 0) -> None:
        spawn = multiprocessing.get_context("spawn")
        self.line, there = spawn.Pipe()
        self.process = spawn.Process(target=work, args=(there, nice), name="saliency_viz job", daemon=True)
        with _without_main():
            self.process.start()
        there.close()
        self.whole, self.since, self.count = True, time.monotonic(), 0

    def do(self, function: Callable[..., Any], given: Any, seconds: float, tell: Any) -> Any:
        """Raises TimeoutError, EOFError when the process dies, or what the function raises."""
        end, self.whole = time.monotonic() + START_SECONDS, False
        self.count += 1
        try:
            self.line.send((function, given, tell is not None))
            while self.line.poll(max(0.0, end - time.monotonic())):
                kind, value = self.line.recv()
                if kind == "begun":
                    end = time.monotonic() + seconds
                    continue
                if kind == "told":
                    tell(value)
                    continue
                self.whole, self.since = True, time.monotonic()
                if kind == "raised":
                    raise value
                return value
        except OSError as error:  # a broken pipe is how some systems say so
            raise EOFError(str(error)) from error
        raise TimeoutError

    def end(self) -> None:
        """Whatever it does."""
        self.process.kill()
        self.process.join()
        self.line.close()


@contextmanager
def _without_main() -> Iterator[None]:
    """A new process imports the program that started this one; that may be a notebook, standard input, or unguarded."""
    with _starting:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


_starting = threading.Lock()


def work(line: Any, nice: int) -> None:
    """The process: one job after another until none came for a while, or nobody is at the other end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the server
    if hasattr(os, "nice"):
        os.nice(nice)
    while line.poll(IDLE_SECONDS):
        try:
            function, given, tells = line.recv()
        except EOFError:
            return
        line.send(("begun", None))
        more = {"tell": lambda value: line.send(("told", value))} if tells else {}
        try:
            line.send(("done", function(*given, **more)))
        except Exception as error:
            ours = isinstance(error, SaliencyVizError)
            line.send(("raised", error if ours else RuntimeError(f"{type(error).__name__}: {error}")))
