"""Models held by the app: which are offered, when they are freed, what is gone then; faults that leave it usable."""

from __future__ import annotations

import gc
import shutil
import threading
import weakref
from types import SimpleNamespace

import pytest
import torch
from transformers import BertConfig, BertModel, LlamaConfig, LlamaForCausalLM

import saliency_viz as sv
from saliency_viz.errors import LoadCancelled, MemoryLimitError, ModelError, SaliencyVizError
from saliency_viz.memory import size_text
from saliency_viz.models.loading.checkpoints import CHECKPOINTS, checkpoint_of, known_checkpoints
from saliency_viz.models.loading.hub import Loading
from saliency_viz.serving import model_catalog
from saliency_viz.serving.engine import Engine
from saliency_viz.serving.model_catalog import Rules
from saliency_viz.serving.model_key import ModelKey
from saliency_viz.serving.model_pool import ModelPool
from saliency_viz.serving.model_speed import reading_speed
from saliency_viz.serving.request import CaptionRequest
from saliency_viz.trace import RunSettings

from . import checkpoints_qwen
from .app_fakes import FakeBackend, eventually
from .engine import picture
from .fake_hub import COMMIT, Hub, asked_there, serving


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def two(llava_dir, tmp_path_factory):
    """Two small models on disk."""
    return str(llava_dir), str(checkpoints_qwen.qwen2(tmp_path_factory.mktemp("second") / "qwen"))


def run(engine, key, count=3):
    *_, last = engine.caption(key, CaptionRequest(picture(), "Describe the image.", RunSettings(count)))
    return last.trace


def weights(engine, key):
    """Weak references to a held model, its network and one of its weights."""
    model = engine.pool.peek(key)
    return [weakref.ref(part) for part in (model, model.network, next(model.network.parameters()))]


def gone(references):
    gc.collect()
    return all(reference() is None for reference in references)


# ---- freeing ---------------------------------------------------------------------------------------------------------


def test_switching_frees_the_old_model_down_to_its_last_weight(two):
    engine = Engine(two, device="cpu", kept=1)
    trace = run(engine, two[0])
    engine.looked("head_rows", two[0], trace, 1)
    old = weights(engine, two[0])
    assert not gone(old)
    run(engine, two[1])
    assert gone(old)
    assert engine.status(two[0])["state"] == "unloaded" and engine.status(two[1])["state"] == "ready"
    assert engine.pool.held() == [two[1]]


def test_a_failed_run_holds_nothing_back_either(two):
    engine = Engine(two, device="cpu", kept=1)
    with pytest.raises(SaliencyVizError):
        run(engine, two[0], count=100_000)
    old = weights(engine, two[0])
    engine.load(two[1])
    assert gone(old)


def test_nobody_comes_for_a_while_and_the_model_is_freed_the_next_run_loads_it_again(two):
    clock = Clock()
    engine = Engine(two, device="cpu", unload_after=10, clock=clock)
    first = run(engine, two[0])
    held = weights(engine, two[0])
    clock.now = 599
    assert engine.pool.sweep() == [] and not gone(held)
    clock.now = 601
    assert engine.pool.sweep() == [two[0]] and gone(held)
    assert engine.status(two[0]) == {"name": two[0], "state": "unloaded", "why": "idle"}
    assert run(engine, two[0]).output_ids == first.output_ids
    assert engine.status(two[0])["state"] == "ready"


def test_a_model_that_works_is_never_freed_however_long_it_takes():
    clock, backend = Clock(), FakeBackend(pause=0.0)
    engine = Engine(backend=backend, unload_after=1, clock=clock)
    growing = engine.caption("demo", CaptionRequest(None, "p", RunSettings(40)))
    next(growing)
    clock.now = 10_000
    assert engine.pool.sweep() == []
    growing.close()
    assert engine.pool.sweep() == []  # its end counts as use
    clock.now += 61
    assert engine.pool.sweep() == ["demo"]


def test_the_next_model_waits_until_the_one_that_works_is_done():
    engine = Engine(("a", "b"), backend=FakeBackend(pause=0.0), kept=1)
    growing = engine.caption("a", CaptionRequest(None, "p", RunSettings(40)))
    next(growing)
    engine.warm("b")
    assert engine.status("b")["state"] == "loading" and engine.pool.held() == ["a"]
    for _ in growing:
        pass
    engine.load("b")
    assert engine.pool.held() == ["b"] and engine.status("a") == {"name": "a", "state": "unloaded", "why": "room"}


def test_how_many_are_kept_follows_the_device_unless_told(monkeypatch):
    for device, kept, expected in (("cpu", None, 2), ("cuda", None, 1), ("cuda", 3, 3)):
        engine = Engine(("demo",), kept=kept)
        monkeypatch.setattr(engine, "_device", lambda device=device: (device, "float32", None))
        assert engine._most() == expected


def test_a_model_that_would_not_fit_beside_the_others_takes_their_place():
    pool = ModelPool(lambda key, tell: SimpleNamespace(), kept=lambda: 5, fits=lambda key: len(pool.held()) < 2)
    for key in ("a", "b", "a", "c", "d"):
        pool.get(key)
    assert pool.held() == ["c", "d"]
    assert pool.status("a")["why"] == pool.status("b")["why"] == "room"


# ---- loading ---------------------------------------------------------------------------------------------------------


def test_the_status_says_where_loading_stands_and_keeps_notes():
    asked, go_on = threading.Event(), threading.Event()

    def load(key, tell):
        tell(Loading("download", 5_000_000, 20_000_000))
        tell(Loading("note", text="The newest was taken."))
        asked.set()
        go_on.wait(60)
        return SimpleNamespace()

    pool = ModelPool(load)
    pool.begin("a")
    assert asked.wait(60)
    told = pool.status("a")
    assert (told["state"], told["stage"], told["done"], told["total"]) == ("loading", "download", 5_000_000, 20_000_000)
    assert told["text"] == "downloading 5.0 MB of 20.0 MB"
    go_on.set()
    pool.get("a")
    assert pool.status("a") == {"state": "ready", "note": "The newest was taken."}


@pytest.mark.parametrize("by", ["button", "run"])
def test_loading_can_be_stopped_and_begun_again(by):
    asked, stop = threading.Event(), threading.Event()
    tries = []

    def load(key, tell):
        tries.append(key)
        while len(tries) == 1:
            asked.set()
            tell(Loading("download", 1, 2))
        return SimpleNamespace()

    pool = ModelPool(load)

    def halt():
        asked.wait(60)
        pool.cancel("a") if by == "button" else stop.set()

    threading.Thread(target=halt).start()
    with pytest.raises(LoadCancelled):
        pool.get("a", stop)
    assert pool.status("a")["state"] == "none" and "stopped" in pool.status("a")["reason"]
    assert pool.get("a") is pool.peek("a") is not None


def test_a_failed_load_is_told_and_can_be_tried_again():
    results = iter([ModelError("The download broke off."), SimpleNamespace()])

    def load(key, tell):
        found = next(results)
        if isinstance(found, Exception):
            raise found
        return found

    pool = ModelPool(load)
    with pytest.raises(ModelError):
        pool.get("a")
    assert pool.status("a") == {"state": "failed", "reason": "The download broke off."}
    pool.get("a")
    assert pool.status("a")["state"] == "ready"


@pytest.mark.parametrize("end", ["failure", "stop"])
def test_who_waits_for_a_load_ends_with_it_and_begins_no_other(end):
    begun, go_on, tries, heard = threading.Event(), threading.Event(), [], []

    def load(key, tell):
        tries.append(key)
        begun.set()
        go_on.wait(60)
        tell(Loading("download", 1, 2))
        raise ModelError("The download broke off.")

    pool, asking = ModelPool(load), set()
    lock = pool._loading
    pool._loading = SimpleNamespace(
        acquire=lambda timeout: asking.add(threading.get_ident()) or lock.acquire(timeout=timeout), release=lock.release
    )

    def wait():
        try:
            pool.get("a")
        except ModelError as error:
            heard.append(error)

    pool.begin("a")
    assert begun.wait(60)
    waiting = [threading.Thread(target=wait) for _ in range(3)]
    for thread in waiting:
        thread.start()
    assert eventually(lambda: len(asking) == 4)  # the load's own thread and these
    if end == "stop":
        pool.cancel("a")  # those who wait hear it before the load does
    else:
        go_on.set()
    for thread in waiting:
        thread.join(60)
    assert tries == ["a"] and len(heard) == 3
    assert {type(error) for error in heard} == {ModelError if end == "failure" else LoadCancelled}
    go_on.set()
    assert eventually(lambda: pool.status("a")["state"] == ("failed" if end == "failure" else "none"))


def test_the_status_counts_the_seconds_of_a_load_from_when_it_was_wanted_and_tells_of_a_fresh_failure():
    clock, go_on = SimpleNamespace(now=100.0), threading.Event()

    def load(key, tell):
        go_on.wait(60)
        raise ModelError("It broke.")

    pool = ModelPool(load, clock=lambda: clock.now)
    pool.begin("a")
    clock.now = 107.9
    assert pool.status("a")["seconds"] == 7
    go_on.set()
    assert eventually(lambda: pool.status("a")["state"] == "failed")
    assert pool.status("a") == {"state": "failed", "reason": "It broke."}
    clock.now = 110.8
    assert str(pool.just_failed("a", 3.0)) == "It broke."
    clock.now = 111.0
    assert pool.just_failed("a", 3.0) is None and pool.just_failed("b", 3.0) is None


def test_two_who_want_the_same_model_load_it_once():
    backend = FakeBackend(loading=0.05)
    engine = Engine(backend=backend)
    threads = [threading.Thread(target=engine.load, args=("demo",)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert backend.loads == 1


# ---- from a hub -----------------------------------------------------------------------------------------------------

NAME = "someone/little-llava"
SMOL = "HuggingFaceTB/SmolVLM-256M-Instruct"


@pytest.fixture
def hub(llava_dir, tmp_path, monkeypatch):
    with serving(Hub({NAME: llava_dir})) as hub:
        asked_there(monkeypatch, hub, tmp_path / "cache")
        yield hub


def test_a_download_that_fails_is_told_and_the_next_run_gets_the_model_with_its_commit(hub):
    hub.broken["model.safetensors"] = 100_000
    heard = []
    engine = Engine((NAME,), device="cpu", tell=lambda name, loading: heard.append((name, loading.stage)))
    with pytest.raises(ModelError, match="broke off after"):
        run(engine, NAME)
    assert engine.status(NAME)["state"] == "failed" and "try again" in engine.status(NAME)["reason"]
    hub.broken.clear()
    trace = run(engine, NAME)
    status = engine.status(NAME)
    assert (status["state"], status["revision"]) == ("ready", COMMIT) and trace.model.revision == COMMIT
    assert {(NAME, "download"), (NAME, "weights")} <= set(heard)


def test_a_download_is_told_while_it_runs_and_stops_when_asked(hub):
    hub.hold = threading.Event()
    engine = Engine((NAME,), device="cpu")
    engine.warm(NAME)
    assert hub.held.wait(60)
    assert eventually(lambda: engine.status(NAME)["stage"] == "download")
    told = engine.status(NAME)
    assert told["state"] == "loading" and 0 < told["done"] < told["total"]
    engine.cancel(NAME)
    hub.hold.set()
    with engine.pool._loading:  # until the loader has let go
        assert engine.status(NAME)["state"] == "none" and "stopped" in engine.status(NAME)["reason"]
    hub.hold = None
    assert len(run(engine, NAME).steps) == 3


def test_a_typed_name_that_is_nowhere_is_a_sentence(hub):
    engine = Engine(("demo",), device="cpu", allow_any=True)
    with pytest.raises(ModelError, match="There is no model 'no/such' on the hub"):
        run(engine, "no/such")
    assert engine.status("no/such")["state"] == "failed"


# ---- who may load what -----------------------------------------------------------------------------------------------


def test_strangers_may_choose_the_named_models_and_the_table_s_and_nothing_else():
    rules = Rules(("me/mine",), table=True)
    assert rules.names() == ("me/mine", *known_checkpoints())
    assert rules.check("Qwen/Qwen2.5-VL-3B-Instruct").name == "Qwen/Qwen2.5-VL-3B-Instruct"
    for key in ("", "somebody/else", "/etc", "../x", "demo::4bit::me/lora", "::4bit"):
        with pytest.raises(ModelError, match="does not offer"):
            rules.check(key)
    assert Rules(("demo",), free=True).check("somebody/else").name == "somebody/else"
    with pytest.raises(ModelError, match="does not offer"):
        Rules(("demo",)).check("Qwen/Qwen2.5-VL-3B-Instruct")


def test_only_the_named_adapter_is_offered_unless_any_is():
    rules = Rules(("a/b",), adapter="me/lora")
    assert rules.check("a/b::::me/lora").adapter == "me/lora"
    with pytest.raises(ModelError, match="does not offer the adapter 'x/y'"):
        rules.check("a/b::::x/y")


@pytest.mark.parametrize(
    "wanted", [ModelKey("demo"), ModelKey("a/b", "4bit"), ModelKey("a/b", None, "c/d"), ModelKey("/x/y", "8bit", "c/d")]
)
def test_a_key_says_name_weights_and_adapter(wanted):
    assert ModelKey.read(wanted.key) == wanted


def test_weights_nobody_knows_are_refused():
    with pytest.raises(ModelError, match="Got '2bit'"):
        ModelKey.read("a/b::2bit")


@pytest.mark.parametrize("key,package", [("demo::4bit", "bitsandbytes"), ("demo::::a/b", "peft")])
def test_what_is_not_installed_is_said_before_anything_is_loaded(monkeypatch, key, package):
    monkeypatch.setattr(model_catalog, "find_spec", lambda name: None)
    backend = FakeBackend()
    with pytest.raises(ModelError, match=f"needs the package {package} on this server. Run: pip install {package}"):
        Engine(("demo",), backend=backend, allow_any=True).load(key)
    assert backend.loads == 0


def test_weights_adapter_and_revision_reach_the_loader(monkeypatch):
    monkeypatch.setattr(model_catalog, "find_spec", lambda name: object())  # as if every optional package were here
    seen = []
    backend = FakeBackend()
    backend.load_model = lambda name, **more: seen.append((name, more)) or SimpleNamespace(info=None)
    engine = Engine(("a/b",), backend=backend, quantization="4bit", adapter="c/d", revision="v1", table=True)
    assert engine.first == "a/b::4bit::c/d"
    engine.load(engine.first)
    engine.load("demo")
    (name, more), (_, demo) = seen
    assert (name, more["quantization"], more["adapter"], more["revision"]) == ("a/b", "4bit", "c/d", "v1")
    assert not {"quantization", "adapter", "revision"} & set(demo)


def test_a_trace_is_looked_into_only_by_the_weights_that_made_it(two):
    info = run(Engine(two, device="cpu"), two[0]).model
    assert ModelKey(two[0]).made(info) and not ModelKey(two[0], "4bit").made(info) and not ModelKey(two[1]).made(info)
    small = SimpleNamespace(name="a/b", dtype="bfloat16 (4bit weights) + adapter lora")
    assert ModelKey("a/b", "4bit", "/somewhere/lora").made(small)
    assert not ModelKey("a/b", "4bit").made(small) and not ModelKey("a/b", "8bit", "/somewhere/lora").made(small)


# ---- the chooser's rows ----------------------------------------------------------------------------------------------


def rows_of(room, quantization=None, states=None):
    found = model_catalog.rows(Rules(("demo",), table=True), quantization, "bfloat16", room, states or {})
    return {row["key"].split("::")[0]: row for row in found}


def test_a_row_says_download_memory_and_seconds_a_token():
    (row,) = [row for row in model_catalog.rows(Rules(("a", SMOL)), None, "float32", 10**12, {}, 1e10) if row["family"]]
    size = model_catalog.size_of(SMOL, "float32", None)
    assert row["download"] == size_text(2e9 * size.parameters) == "0.5 GB"  # two bytes a weight, whatever runs
    assert row["needed"] == size_text(size.needed) and size.weights == round(4e9 * size.parameters)
    assert row["seconds"] == pytest.approx(1.25 * size.weights / 1e10) and 0.1 < row["seconds"] < 0.2
    assert model_catalog.rows(Rules((SMOL,)), None, "float32", None, {})[0]["seconds"] is None


def test_for_photographs_the_largest_quick_model_is_taken_and_one_that_is_here_before_it():
    def row(billions, seconds=0.2, here=False, fits=True, reachable=True):
        return {"family": "f", "parameters": f"{billions} B", "seconds": seconds, "here": here, "fits": fits,
                "reachable": reachable, "needed": "1 GB"}  # fmt: skip

    demo = {**row(0.04), "family": ""}
    small, large, slow, huge = row(0.25), row(2.2), row(7, seconds=0.6), row(33)
    pick = model_catalog.for_photographs
    assert pick([demo, small, large, slow, huge]) is large
    there = row(0.3, here=True)
    assert pick([demo, there, large]) is there
    assert pick([demo, row(2.2, fits=False), small, row(3, reachable=False)]) is small
    assert pick([demo, slow, row(9, seconds=0.9)]) is slow  # none is quick: the smallest
    assert pick([demo, row(1, reachable=False)]) is None


@pytest.mark.slow
def test_a_typed_model_gets_the_row_of_a_listed_one_and_is_refused_for_the_same(monkeypatch):
    engine = Engine(("demo",), device="cpu", table=True, allow_any=True)
    monkeypatch.setattr(engine, "_device", lambda: ("cuda", "bfloat16", 20_000_000_000))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    listed = {row["key"]: row for row in engine.offers()["rows"]}
    large, small = "Qwen/Qwen2.5-VL-72B-Instruct", "llava-hf/llava-1.5-7b-hf"
    for name in (large, small):
        offer = engine.offer(name)
        refused = offer.pop("refused")
        assert offer == listed[name]
        assert (refused is None) == offer["fits"] == (name == small)
    assert "needs" in engine.offer(large)["refused"] and "20.0 GB free" in engine.offer(large)["refused"]
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert "this server is offline" in engine.offer(small)["refused"]


def test_a_typed_model_that_nobody_knows_is_looked_up_and_measured_like_any_other(hub):
    engine = Engine(("demo",), device="cpu", allow_any=True)
    offer = engine.offer(NAME)
    assert offer["refused"] is None and offer["needed"] and offer["seconds"] > 0
    assert offer["download"] and not offer["here"]  # its config has come, its weights have not
    engine.load(NAME)
    assert engine.offer(NAME)["here"] and not engine.offer(NAME)["download"]
    with pytest.raises(ModelError, match="There is no model 'no/such' on the hub"):
        engine.offer("no/such")


def test_reading_speed_is_measured_and_unknown_for_a_device_that_is_not_here():
    assert 1e8 < reading_speed("cpu", "float32") < 1e13
    if not torch.cuda.is_available():
        assert reading_speed("cuda", "float16") is None
    assert reading_speed("elsewhere", "float32") is None


@pytest.mark.slow
def test_what_cannot_fit_is_marked_and_small_weights_make_it_fit():
    whole = rows_of(20_000_000_000)
    assert whole["llava-hf/llava-1.5-7b-hf"]["fits"] and not whole["llava-hf/llava-1.5-13b-hf"]["fits"]
    four = rows_of(20_000_000_000, "4bit")
    assert four["llava-hf/llava-1.5-13b-hf"]["fits"] and not four["Qwen/Qwen2.5-VL-72B-Instruct"]["fits"]
    assert (
        four["llava-hf/llava-1.5-13b-hf"]["key"] == "llava-hf/llava-1.5-13b-hf::4bit" and four["demo"]["key"] == "demo"
    )


def test_a_row_s_size_is_the_estimator_s():
    from saliency_viz.memory import size_text
    from saliency_viz.models.memory.estimate import estimate
    from saliency_viz.models.memory.reference_configs import PUBLISHED

    name = "Qwen/Qwen2.5-VL-7B-Instruct"
    found = estimate(PUBLISHED[name](), model_catalog.PROMPT, model_catalog.CAPTION)
    row = rows_of(10**12)[name]
    assert row["needed"] == size_text(found.needed) and row["parameters"] == "8.3 B" and not row["about"]
    assert row["share"] == pytest.approx(found.needed / 10**12)
    assert row["family"] == "Qwen2.5-VL"


def test_a_size_known_only_by_its_number_of_weights_says_about():
    row = rows_of(10**12)["google/gemma-3-12b-it"]
    assert row["about"] and row["needed"] == "26.6 GB"  # 12.19 billion of 2 bytes, 8 % more, and a picture


@pytest.mark.parametrize("name", [row.name for row in CHECKPOINTS])
def test_rough_sizes_agree_with_the_published_ones_where_both_are_known(name):

    from saliency_viz.models.memory.estimate import about
    from saliency_viz.models.memory.reference_configs import PUBLISHED

    if name not in PUBLISHED:
        assert checkpoint_of(name).billions > 0
        return
    exact = model_catalog.size_of(name, "bfloat16", None)
    assert checkpoint_of(name).billions == pytest.approx(exact.parameters, rel=0.02)
    assert exact.needed == pytest.approx(about(checkpoint_of(name).billions, "bfloat16", None)[1], rel=0.12, abs=2e8)


def test_nothing_fits_is_never_said_of_the_model_that_is_there():
    assert rows_of(1, states={"demo": "ready"})["demo"]["fits"]


# ---- damaged and foreign checkpoints, in the app ---------------------------------------------------------------------


def broken(folder, what):
    if what == "missing shard":
        network = sv.load_model(folder, device="cpu").network
        (folder / "model.safetensors").unlink()
        network.save_pretrained(folder, max_shard_size="60KB")
        sorted(folder.glob("model-*.safetensors"))[1].unlink()
    if what == "truncated":
        path = folder / "model.safetensors"
        path.write_bytes(path.read_bytes()[:-1000])
    if what == "text model":
        small = {"hidden_size": 12, "num_hidden_layers": 1, "num_attention_heads": 2, "vocab_size": 11}
        LlamaForCausalLM(LlamaConfig(**small)).save_pretrained(folder)
    if what == "encoder":
        small = {"hidden_size": 12, "num_hidden_layers": 1, "num_attention_heads": 2, "vocab_size": 11}
        BertModel(BertConfig(**small, intermediate_size=7)).save_pretrained(folder)
    if what == "remote code":
        text = (folder / "config.json").read_text()
        code = '"auto_map": {"AutoConfig": "own.Config"}, "model_type": "own"'
        (folder / "config.json").write_text(text.replace('"model_type": "llava"', code))
    if what == "wrong processor":
        other = checkpoints_qwen.qwen2(folder.parent / "other")
        for name in ("processor_config.json", "tokenizer_config.json", "tokenizer.json", "chat_template.jinja"):
            shutil.copy(other / name, folder / name)
    if what == "other family":
        text = (folder / "config.json").read_text()
        (folder / "config.json").write_text(text.replace('"model_type": "llava"', '"model_type": "mllama"'))
    return folder


FAULTS = {
    "missing shard": "could not be read",
    "truncated": "undamaged",
    "text model": "it has no vision tower",
    "encoder": "(bert): it has no vision tower",
    "remote code": "never run here",
    "wrong processor": "another model",
    "other family": "it sees the picture by cross-attention in 8 layers",
}


@pytest.mark.parametrize("what", FAULTS)
def test_a_checkpoint_that_cannot_be_used_is_a_sentence_in_the_status_and_in_the_run(llava_dir, tmp_path, what):
    folder = str(broken(shutil.copytree(llava_dir, tmp_path / "bad"), what))
    engine = Engine(("demo", folder), device="cpu")
    with pytest.raises(SaliencyVizError) as caught:
        run(engine, folder)
    status = engine.status(folder)
    assert status["state"] == "failed" and status["reason"] == str(caught.value)
    assert FAULTS[what] in status["reason"] and "\n" not in status["reason"]
    assert "'bad'" in status["reason"] and str(tmp_path) not in status["reason"]  # where it lies is nobody's business
    assert engine.pool.held() == []


def test_attention_that_cannot_be_recorded_is_a_sentence_too(two, monkeypatch):
    """A family that is not known, whose layers a trial run does not hear of."""
    monkeypatch.setattr("saliency_viz.models.loading.checkpoint_io.family_of", lambda kind: None)
    monkeypatch.setattr("saliency_viz.models.families.generic.RecordingProbe.attend", lambda *_: None)
    engine = Engine(two, device="cpu")
    with pytest.raises(ModelError, match="has 5 of 5 layers that do not go through transformers' attention interface"):
        run(engine, two[0])
    assert engine.status(two[0])["state"] == "failed"


def test_after_a_damaged_checkpoint_the_demo_model_still_captions(llava_dir, tmp_path):
    folder = str(broken(shutil.copytree(llava_dir, tmp_path / "bad"), "truncated"))
    engine = Engine(("demo", folder), device="cpu", kept=1)
    with pytest.raises(ModelError):
        engine.load(folder)
    assert len(run(engine, "demo").steps) == 3


def test_after_running_out_of_memory_the_held_model_captions_the_same(two, monkeypatch):
    engine = Engine(two, device="cpu")
    before = run(engine, two[0])

    def fail(*_, **__):
        raise torch.OutOfMemoryError("CUDA out of memory.")

    with monkeypatch.context() as patch:
        patch.setattr("saliency_viz.decoding.session.Session.observe", fail)
        with pytest.raises(MemoryLimitError, match="Lower max_new_tokens"):
            run(engine, two[0])
    with monkeypatch.context() as patch:
        patch.setattr("saliency_viz.decoding.session.Session.row_gradients", fail)
        with pytest.raises(MemoryLimitError, match="ran out of memory"):
            engine.looked("head_rows", two[0], before, 1)
    assert run(engine, two[0]).output_ids == before.output_ids


def test_locore_s_default_is_the_family_s_before_and_after_the_model_is_loaded(tmp_path):
    folder = str(checkpoints_qwen.qwen2(tmp_path / "qwen"))
    assert model_catalog.beta_of(folder, None) == 0.2  # from its config
    assert model_catalog.beta_of(folder, sv.load_model(folder, device="cpu")) == 0.2
    assert model_catalog.beta_of("Qwen/Qwen3-VL-8B-Instruct", None) == 0.2  # from the table's row
    assert model_catalog.beta_of("Qwen/Qwen2-VL-7B-Instruct::4bit", None) == 0.2  # from its published sizes
    assert [model_catalog.beta_of(name, None) for name in ("demo", "some/thing")] == [0.15, 0.15]
