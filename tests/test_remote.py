"""ZeroGPU: what its decorator needs of us and what it loses, against a module that behaves as its package does.

Taken from spaces 0.51: arguments and results are pickled; a generator's worker runs ahead and looks for a stop after
each value; an exception that is no gr.Error comes back as one that names only its class; durations are asked with the
call's arguments; coroutines are refused.
"""

from __future__ import annotations

import inspect
import pickle
import queue
import sys
import threading
from types import SimpleNamespace

import gradio as gr
import pytest

from saliency_viz.errors import LimitError, MemoryLimitError, ModelError, SaliencyVizError, SettingError
from saliency_viz.serving import zerogpu
from saliency_viz.serving.engine import Engine, _gpu_seconds
from saliency_viz.serving.request import CaptionRequest
from saliency_viz.serving.zerogpu import gpu, plain
from saliency_viz.settings import SGRS
from saliency_viz.trace import RunSettings, Trace
from saliency_viz.ui.server import flags, serve

from .app_fakes import FakeBackend
from .traces import example_trace


class Platform:
    """The `spaces` module on ZeroGPU. asked: seconds of every call."""

    def __init__(self, zero: bool = True) -> None:
        self.zero, self.asked, self.tasks, self.refuse = zero, [], {}, None
        self.stopped = threading.Event()

    def GPU(self, task, duration=None):
        if not self.zero:
            return task
        if task in self.tasks:
            return self.tasks[task]
        assert not inspect.iscoroutinefunction(task)
        wrapped = self._generator(task, duration) if inspect.isgeneratorfunction(task) else self._plain(task, duration)
        self.tasks[task] = wrapped
        return wrapped

    def _schedule(self, duration, given):
        self.asked.append(duration(*given) if callable(duration) else duration)
        if self.refuse is not None:
            raise gr.Error(self.refuse)
        return pickle.loads(pickle.dumps(given))

    def _plain(self, task, duration):
        def handler(*given):
            there = self._schedule(duration, given)
            try:
                return pickle.loads(pickle.dumps(task(*there)))
            except Exception as error:
                raise self._told(error) from None

        return handler

    def _generator(self, task, duration):
        def handler(*given):
            there, values, stop = self._schedule(duration, given), queue.Queue(), threading.Event()

            def work():
                made = task(*there)
                try:
                    for value in made:
                        if stop.is_set():
                            made.close()
                            self.stopped.set()
                            break
                        values.put(("value", pickle.dumps(value)))
                except Exception as error:
                    values.put(("error", self._told(error)))
                values.put(("end", None))

            threading.Thread(target=work, daemon=True).start()
            while True:
                kind, value = values.get(timeout=60)
                if kind == "end":
                    return
                if kind == "error":
                    raise value
                try:
                    yield pickle.loads(value)
                except GeneratorExit:
                    stop.set()
                    raise

        return handler

    @staticmethod
    def _told(error):
        return error if isinstance(error, gr.Error) else gr.Error(type(error).__name__)


@pytest.fixture
def platform(monkeypatch):
    module = Platform()
    monkeypatch.setitem(sys.modules, "spaces", SimpleNamespace(GPU=module.GPU))
    return module


def order(count=17, **settings):
    return CaptionRequest(None, "p", RunSettings(count, **settings))


def test_off_the_platform_nothing_is_wrapped(monkeypatch):
    monkeypatch.setitem(sys.modules, "spaces", None)
    engine = Engine(backend=FakeBackend())
    assert engine.captioning == engine._captioning and not engine.is_remote
    monkeypatch.setitem(sys.modules, "spaces", SimpleNamespace(GPU=Platform(zero=False).GPU))
    engine = Engine(backend=FakeBackend())
    assert engine.captioning == engine._captioning and not engine.is_remote


def test_a_caption_crosses_the_boundary_whole(platform):
    backend = FakeBackend(pause=0.0)
    engine = Engine(backend=backend)
    *_, last = engine.caption("demo", order(sgrs=SGRS()))
    assert engine.is_remote and last.done and isinstance(last.trace, Trace)
    assert [step.text for step in last.trace.steps] == [
        step.text for step in example_trace(17, words=backend.words).steps
    ]
    assert engine.pool.held() == ["demo"]  # loaded here, before the platform's process is made


def test_the_seconds_asked_follow_the_caption_s_length_for_bound_methods(platform):
    engine = Engine(backend=FakeBackend(pause=0.0))
    for count, seconds in ((17, 23), (40, 35), (1000, 120)):
        list(engine.caption("demo", order(count)))
        assert platform.asked[-1] == seconds == _gpu_seconds("demo", order(count), None)
    engine.looked("head_rows", "demo", example_trace(3), 1)
    assert platform.asked[-1] == 15


@pytest.mark.parametrize("kind", [SettingError, MemoryLimitError, ModelError, LimitError])
def test_a_refusal_keeps_its_kind_and_its_words(platform, kind):
    backend = FakeBackend(pause=0.0, fail_at=2, failure=kind("Lower max_new_tokens to 7."))
    with pytest.raises(kind, match="Lower max_new_tokens to 7") as caught:
        list(Engine(backend=backend).caption("demo", order()))
    assert type(caught.value) is kind

    def refuse(*_):
        raise kind("Choose an earlier token.")

    backend.head_rows = refuse
    with pytest.raises(kind, match="Choose an earlier token"):
        Engine(backend=backend).looked("head_rows", "demo", example_trace(3), 1)


def test_every_refusal_can_be_made_again_from_its_sentence():
    def kinds(base):
        return {base, *(found for child in base.__subclasses__() for found in kinds(child))}

    for kind in kinds(SaliencyVizError):
        again = pickle.loads(pickle.dumps(zerogpu.Refusal(kind, "Words."))).again()
        assert type(again) is kind and str(again) == "Words."


def test_what_was_written_before_a_refusal_arrived_first(platform):
    backend = FakeBackend(pause=0.05, chunk=2, fail_at=6, failure=MemoryLimitError("Out."))
    seen = []
    with pytest.raises(MemoryLimitError):
        for progress in Engine(backend=backend).caption("demo", order()):
            seen.append(len(progress.trace.steps))
    assert seen and seen[-1] >= 2


def test_an_accident_is_an_error_and_not_a_result(platform):
    backend = FakeBackend(pause=0.0, fail_at=2, failure=RuntimeError("secret path"))
    with pytest.raises(RuntimeError, match="RuntimeError on the shared GPU") as caught:
        list(Engine(backend=backend).caption("demo", order()))
    assert "secret" not in str(caught.value) and not isinstance(caught.value, SaliencyVizError)


def test_the_platform_s_own_refusal_is_shown_without_its_markup(platform):
    platform.refuse = 'You have exceeded your quota (60s requested). <a href="x">Sign up</a> &amp; retry'
    engine = Engine(backend=FakeBackend())
    with pytest.raises(
        ModelError, match=r"not given: You have exceeded your quota \(60s requested\). Sign up & retry\.$"
    ):
        list(engine.caption("demo", order()))
    with pytest.raises(ModelError, match="exceeded your quota"):
        engine.looked("head_rows", "demo", example_trace(3), 1)


def test_markup_of_a_toast_becomes_words():
    assert plain("<b>No</b> GPU  left.") == "The shared GPU was not given: No GPU left."


def test_stop_keeps_what_was_written_and_ends_the_other_process(platform):
    backend, stop = FakeBackend(pause=0.02), threading.Event()
    growing = Engine(backend=backend).caption("demo", order(40), stop)
    next(growing)
    stop.set()
    *_, last = growing
    assert last.done and last.trace.ended == "cancelled"
    assert platform.stopped.wait(60)


def test_closing_the_page_ends_the_other_process(platform):
    growing = Engine(backend=FakeBackend(pause=0.02)).caption("demo", order(40))
    next(growing)
    growing.close()
    assert platform.stopped.wait(60)


def test_the_first_model_is_loaded_before_the_page_and_never_freed_there(platform, monkeypatch):
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    monkeypatch.setattr(serve.importlib.util, "find_spec", lambda name: object())
    assert serve._zero_gpu()
    options = flags.parser({"SPACE_ID": "a/b"}).parse_args(["--unload-after-minutes", "5"])
    assert flags.engine_of(options, serve._zero_gpu()).pool.unload_after is None


def test_plain_functions_and_generators_are_told_apart(platform):
    assert gpu(lambda a: a + 1, 5)(2) == 3 and platform.asked == [5]

    def count(end):
        yield from range(end)

    assert list(gpu(count, lambda end: 10 * end)(3)) == [0, 1, 2] and platform.asked[-1] == 30
