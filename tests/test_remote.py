"""ZeroGPU: what its decorator needs of us and what it loses, against a stand-in that forks (spaces_stand_in.py)."""

from __future__ import annotations

import os
import pickle
import sys
import threading
from types import SimpleNamespace

import pytest

from saliency_viz.errors import LimitError, MemoryLimitError, ModelError, SaliencyVizError, SettingError
from saliency_viz.models.loading.checkpoints import checkpoint_of
from saliency_viz.serving import zerogpu
from saliency_viz.serving.engine import Engine, method_of
from saliency_viz.serving.gpu_seconds import MOST, START, Asked, GpuSeconds
from saliency_viz.serving.request import CaptionRequest
from saliency_viz.serving.zerogpu import gpu, plain
from saliency_viz.settings import SGRS, Decoding, LocoRE
from saliency_viz.trace import RunSettings, Trace
from saliency_viz.ui.server import flags, serve

from .app_fakes import FakeBackend
from .spaces_stand_in import Platform
from .test_readme import front_matter
from .traces import example_trace

ASKED = Asked(("x",), 1, 30)


@pytest.fixture
def platform(monkeypatch):
    module = Platform()
    for name, part in module.modules().items():
        monkeypatch.setitem(sys.modules, name, part)
    yield module
    module.close()


def order(count=17, **settings):
    return CaptionRequest(None, "p", RunSettings(count, **settings))


def test_off_the_platform_nothing_is_wrapped(monkeypatch):
    monkeypatch.setitem(sys.modules, "spaces", None)
    assert not Engine(backend=FakeBackend()).is_remote
    monkeypatch.setitem(sys.modules, "spaces", SimpleNamespace(GPU=Platform(zero=False).GPU))
    engine = Engine(backend=FakeBackend())
    assert not engine.is_remote and engine.calls("demo")["captioning"] == engine._captioning


def test_a_caption_crosses_the_boundary_whole(platform):
    backend = FakeBackend(pause=0.0)
    engine = Engine(backend=backend)
    *_, last = engine.caption("demo", order(sgrs=SGRS()))
    assert engine.is_remote and last.done and isinstance(last.trace, Trace)
    assert [step.text for step in last.trace.steps] == [
        step.text for step in example_trace(17, words=backend.words).steps
    ]
    assert engine.pool.held() == ["demo"]  # loaded here, before the platform's process is made


# ---- the seconds asked for -------------------------------------------------------------------------------------------


def test_before_any_call_the_seconds_follow_the_model_s_size_and_the_caption_s_length():
    seconds, big = GpuSeconds(), checkpoint_of("Qwen/Qwen2.5-VL-7B-Instruct").billions
    asked = [seconds.ask(("caption", "m", "plain"), count, big).seconds for count in (1, 8, 64, 128, 10_000)]
    each = 0.03 + 0.012 * big
    assert asked == [10, 10, START + -int(-1.5 * each * 64 // 1), START + -int(-1.5 * each * 128 // 1), MOST]
    assert seconds.ask(("caption", "m", "sgrs"), 64, big, 3.0).seconds > 2 * (asked[2] - START)


def test_after_a_call_they_are_half_as_much_again_as_the_slowest_of_the_last_ones_took():
    seconds, kind = GpuSeconds(), ("caption", "m", "plain")
    for work, took in ((64, 3.2), (32, 3.2), (64, 6.0)):
        seconds.learn(seconds.ask(kind, 64), work, took)
    assert seconds.ask(kind, 64).seconds == START + 10  # 1.5 x 0.1 x 64 = 9.6
    assert seconds.ask(("caption", "other", "plain"), 64).seconds != START + 10
    for _ in range(20):
        seconds.learn(seconds.ask(kind, 64), 64, 0.64)
    assert seconds.ask(kind, 64).seconds == 10


def test_a_call_that_was_cut_short_is_given_twice_as_much_the_next_time():
    seconds, kind = GpuSeconds(), ("faithfulness", "m", "plain")
    first = seconds.ask(kind, 100, 4.0)
    seconds.learn_cut(first)
    again = seconds.ask(kind, 100, 4.0)
    assert abs((again.seconds - START) - 2 * (first.seconds - START)) <= 1


def test_the_method_decides_what_a_token_takes():
    for settings, method in (
        (RunSettings(5), "plain"),
        (RunSettings(5, locore=LocoRE()), "locore"),
        (RunSettings(5, sgrs=SGRS(), locore=LocoRE()), "sgrs"),
        (RunSettings(5, decoding=Decoding.read("vcd", "")), "vcd"),
    ):
        assert method_of(settings) == method


@pytest.mark.slow
def test_a_run_is_asked_for_by_its_length_and_the_next_by_what_it_took(platform):
    engine = Engine(backend=FakeBackend(pause=0.05))
    list(engine.caption("demo", order(400)))
    guess = platform.asked[-1][0]
    assert guess == START + 18  # 1.5 x 0.03 x 400; 40 tokens are written, in about 2 s
    list(engine.caption("demo", order(400)))
    learned = platform.asked[-1][0]
    assert START + 1.5 * 0.05 * 400 <= learned <= MOST
    engine.looked("head_rows", "demo", example_trace(3), 1)
    assert platform.asked[-1][0] == 10


@pytest.mark.slow
def test_a_run_ends_by_itself_before_its_seconds_are_over(platform):
    engine = Engine(backend=FakeBackend(pause=0.1, longest=400))
    engine.gpu_seconds.learn(Asked(("caption", "demo", "plain"), 400, 0), 400, 0.1)  # far too little
    *_, last = engine.caption("demo", order(400))
    assert platform.asked[-1][0] == 10 and last.done and 5 <= len(last.trace.steps) < 100


def test_a_call_that_does_not_end_is_a_sentence_and_asks_for_more_the_next_time(platform):
    platform.second = 0.02
    engine = Engine(backend=FakeBackend(reading_pause=0.2))
    with pytest.raises(ModelError, match=r"taken back before the end: \d+ seconds were asked for. Run it again"):
        list(engine.measured("demo", example_trace(3), 1, layers="target", fill="blur"))
    first = platform.asked[-1][0]
    with pytest.raises(ModelError, match="taken back"):
        list(engine.measured("demo", example_trace(3), 1, layers="target", fill="blur"))
    assert platform.asked[-1][0] >= first + (first - START) - 1


def test_the_share_of_the_card_is_asked_for_where_it_is_named(platform):
    for size in (None, "xlarge"):
        list(Engine(backend=FakeBackend(pause=0.0), zero_size=size).caption("demo", order(3)))
        assert platform.asked[-1][1] == size
    with pytest.raises(SystemExit, match="--zero-size must be large or xlarge. Got 'small'."):
        flags.engine_of(flags.parser({}).parse_args(["--zero-size", "small"]))


# ---- models ----------------------------------------------------------------------------------------------------------


class Processes(FakeBackend):
    """Writes into the first token which process loaded the model and which one captions."""

    def load_model(self, name, **more):
        made = super().load_model(name, **more)
        made.loaded_in = os.getpid()
        return made

    def stream_caption(self, model, request):
        self.words = (f" {model.loaded_in}", f" {os.getpid()}")
        return super().stream_caption(model, request)


def test_a_model_chosen_later_is_loaded_and_packed_once_and_never_in_a_process_that_lacks_it(platform):
    engine = Engine(("demo", "other"), backend=Processes(pause=0.0))
    engine.load("demo")
    engine.launched = True
    seen = []
    for name in ("demo", "other", "demo", "other"):
        *_, last = engine.caption(name, order(2))
        seen.append([int(step.text) for step in last.trace.steps])
    here = os.getpid()
    assert [loaded for loaded, _ in seen] == [here] * 4
    assert seen[0] == seen[2] and seen[1] == seen[3] and len({process for _, process in seen} - {here}) == 2
    assert len(platform.tensor_packs) == 1 and platform.tensor_packs[0].folder == "offload"
    assert engine.backend.loads == 2 and platform.forks == 2


def test_the_pack_of_a_model_that_is_gone_goes_too(platform):
    engine = Engine(("demo", "other", "third"), backend=FakeBackend(pause=0.0), kept=1)
    engine.launched = True
    for name in ("demo", "other", "third"):
        engine.load(name)
    assert engine.pool.held() == ["third"] and len(platform.tensor_packs) == 1


def test_where_the_platform_s_inner_parts_are_others_the_model_is_loaded_all_the_same(platform, monkeypatch, caplog):
    monkeypatch.delattr(sys.modules["spaces.zero.torch.patching"], "_pack")
    engine = Engine(backend=FakeBackend(pause=0.0))
    engine.launched = True
    *_, last = engine.caption("demo", order(3))
    assert last.done and "not packed" in caplog.text and not platform.tensor_packs


def test_on_a_space_with_a_gpu_photographs_are_captioned_by_default_and_elsewhere_drawn_scenes(monkeypatch):
    def first(**environment):
        return flags.parser(environment).parse_args([]).model

    assert first(SPACE_ID="a/b", SPACES_ZERO_GPU="true") == flags.PHOTOGRAPHS
    monkeypatch.setattr(flags.Path, "exists", lambda path: str(path) == "/dev/nvidiactl")
    assert first(SPACE_ID="a/b") == flags.PHOTOGRAPHS and first() == "demo"
    monkeypatch.setattr(flags.Path, "exists", lambda path: False)
    assert first(SPACE_ID="a/b") == "demo"
    assert first(SPACE_ID="a/b", SPACES_ZERO_GPU="1", SALIENCY_VIZ_MODEL="demo") == "demo"
    assert checkpoint_of(flags.PHOTOGRAPHS).revision
    assert front_matter()["preload_from_hub"] == f"[{flags.PHOTOGRAPHS}]"


def test_the_space_s_python_gets_a_torch_that_the_platform_takes():
    packaging = pytest.importorskip("packaging.requirements")
    lines = (serve.assets().parent / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = [packaging.Requirement(line) for line in lines if line.startswith("torch")]

    def torch(version):
        (one,) = [r for r in wanted if r.name == "torch" and r.marker.evaluate({"python_full_version": version})]
        return one.specifier

    assert front_matter()["python_version"] in ("3.10.13", "3.12.12")  # what ZeroGPU has
    assert list(torch(front_matter()["python_version"]).filter(["2.8.0", "2.13.0", "2.14.1", "2.15.0"])) == ["2.13.0"]
    assert list(torch("3.11.9").filter(["2.7.1", "2.8.0", "2.15.0", "2.16.0"])) == ["2.8.0", "2.15.0"]


# ---- refusals --------------------------------------------------------------------------------------------------------


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
    assert gpu(lambda a, asked: a + 1)(2, ASKED) == 3 and platform.asked == [(30, None)]

    def count(end, asked):
        yield from range(end)

    told = []
    assert list(gpu(count, took=lambda *how: told.append(how))(3, ASKED)) == [0, 1, 2]
    assert told[0][:2] == (ASKED, 2) and 0 <= told[0][2] < 300


def test_what_cannot_be_carried_is_not_sent(platform):
    with pytest.raises((pickle.PicklingError, AttributeError, TypeError)):
        gpu(lambda lock, asked: 1)(threading.Lock(), ASKED)
