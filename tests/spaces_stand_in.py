"""The `spaces` package as it is on ZeroGPU (0.51), for machines without one: calls run in forked processes that may
serve again, carry only what can be pickled, and are ended when the seconds they asked for are over.

A generator's process runs ahead and looks for a stop after each value; an exception that is no gr.Error comes back as
one that names only its class; coroutines are refused. Models loaded after the launch are packed by its inner parts.
"""

from __future__ import annotations

import inspect
import multiprocessing
import threading
from contextlib import nullcontext
from types import SimpleNamespace

import gradio as gr

FORK = multiprocessing.get_context("fork")


class Worker:
    """A forked process that serves one task's calls."""

    def __init__(self, task, stopped):
        self.pipe, theirs = FORK.Pipe()
        self.stop = FORK.Event()
        self.process = FORK.Process(target=self._serve, args=(task, theirs, stopped), daemon=True)
        self.process.start()
        theirs.close()

    def _serve(self, task, pipe, stopped):
        while True:
            try:
                given = pipe.recv()
            except EOFError:
                return
            self.stop.clear()
            try:
                if inspect.isgeneratorfunction(task):
                    made = task(*given)
                    for value in made:
                        if self.stop.is_set():
                            made.close()
                            stopped.set()
                            break
                        pipe.send(("value", value))
                else:
                    pipe.send(("value", task(*given)))
            except Exception as error:
                pipe.send(("error", error if isinstance(error, gr.Error) else gr.Error(type(error).__name__)))
            pipe.send(("end", None))


class Platform:
    """asked: (seconds, size) of every call. second: how long one of the platform's seconds lasts here."""

    def __init__(self, zero=True, second=1.0):
        self.zero, self.second = zero, second
        self.asked, self.refuse, self.forks = [], None, 0
        self.stopped = FORK.Event()
        self.tensor_packs, self.modes = [], []
        self._workers = []

    def modules(self):
        """For sys.modules."""
        patching = SimpleNamespace(
            function_mode=nullcontext(self.modes.append("function")),
            dispatch_mode=nullcontext(),
            tensor_packs=self.tensor_packs,
            _pack=lambda folder: self.tensor_packs.append(SimpleNamespace(folder=folder)),
        )
        torch = SimpleNamespace(patching=patching)
        config = SimpleNamespace(Config=SimpleNamespace(zerogpu_offload_dir="offload"))
        zero = SimpleNamespace(torch=torch)
        return {
            "spaces": SimpleNamespace(GPU=self.GPU, zero=zero, config=config),
            "spaces.config": config,
            "spaces.zero": zero,
            "spaces.zero.torch": torch,
            "spaces.zero.torch.patching": patching,
        }

    def GPU(self, task, *, duration=None, size=None):
        if not self.zero:
            return task
        assert not inspect.iscoroutinefunction(task)
        idle = []  # each decorated function has processes of its own

        def begin(given):
            self.asked.append((duration(*given) if callable(duration) else duration, size))
            if self.refuse is not None:
                raise gr.Error(self.refuse)
            if not idle:
                self.forks += 1
                self._workers.append(Worker(task, self.stopped))
                idle.append(self._workers[-1])
            worker = idle.pop()
            timer = threading.Timer(self.asked[-1][0] * self.second, worker.process.kill)
            timer.start()
            worker.pipe.send(given)
            return worker, timer

        def values(given):
            worker, timer = begin(given)
            try:
                while True:
                    try:
                        kind, value = worker.pipe.recv()
                    except EOFError:
                        raise gr.Error("GPU task aborted") from None
                    if kind == "error":
                        raise value
                    if kind == "end":
                        idle.append(worker)
                        return
                    yield value
            except GeneratorExit:
                worker.stop.set()
                raise
            finally:
                timer.cancel()

        if inspect.isgeneratorfunction(task):
            return lambda *given: values(given)

        def call(*given):
            return list(values(given))[0]

        return call

    def close(self):
        """End every process."""
        for worker in self._workers:
            worker.process.kill()
            worker.process.join(10)
