"""The page's parts that need no browser: run store, links, widgets to settings, exports, flags."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import numpy as np
import PIL.Image
import pytest

from saliency_viz.errors import ImageError, SaliencyVizError, SettingError, TraceError
from saliency_viz.serving.engine import Engine
from saliency_viz.serving.held_bytes import held_bytes
from saliency_viz.serving.request import CaptionRequest, checked_prompt
from saliency_viz.serving.run_store import RunStore
from saliency_viz.settings import SGRS, Decoding, LocoRE, Sampling
from saliency_viz.trace import RunSettings, Trace
from saliency_viz.ui import controls, exports, gallery, i18n
from saliency_viz.ui.context import Context, Visit
from saliency_viz.ui.handlers import caption, show, what_if
from saliency_viz.ui.server import flags
from saliency_viz.ui.updates import busy

from .app_fakes import FakeBackend, first_steps
from .traces import csv_file, example_trace, png


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


# ---- run store -------------------------------------------------------------------------------------------------------


def test_a_run_is_found_by_its_id_and_by_nothing_else():
    store = RunStore()
    trace = example_trace(3)
    run_id = store.put(trace, "one", "visit")
    assert store.get(run_id).trace is trace
    assert store.get(run_id[:-1]) is None and store.get(None) is None and store.get("") is None


def test_ids_are_128_bits_and_never_repeat():
    ids = {RunStore.new_id() for _ in range(1000)}
    assert len(ids) == 1000 and min(map(len, ids)) >= 21


def test_the_run_looked_at_longest_ago_goes_first_when_space_runs_out():
    trace = example_trace(5)
    store = RunStore(max_bytes=3 * held_bytes(trace))
    first, second, third = (store.put(trace, str(n), "v") for n in range(3))
    store.get(first)
    fourth = store.put(trace, "3", "v")
    assert store.get(second) is None
    assert [run.id for run in store.of_visit("v")] == [first, third, fourth]
    assert store.bytes <= store.max_bytes


def test_one_run_larger_than_the_limit_is_still_kept():
    store = RunStore(max_bytes=1)
    assert store.get(store.put(example_trace(3), "big", "v")) is not None


def test_a_run_goes_after_its_lifetime_and_looking_at_it_starts_it_anew():
    clock = Clock()
    store = RunStore(lifetime=100, clock=clock)
    looked, left = store.put(example_trace(2), "a", "v"), store.put(example_trace(2), "b", "v")
    clock.now = 60
    store.get(looked)
    clock.now = 101
    assert store.get(left) is None and store.get(looked) is not None


def test_closing_the_page_ends_its_runs_after_the_grace_time_but_not_shared_ones_nor_others():
    clock = Clock()
    store = RunStore(grace=10, clock=clock)
    mine, shared, other = (store.put(example_trace(2), "r", visit) for visit in ("me", "me", "you"))
    assert store.share(shared) and not store.share("nobody")
    store.leave("me")
    clock.now = 11
    assert store.get(mine) is None
    assert store.get(shared) is not None and store.get(other) is not None


def test_a_growing_run_keeps_its_place_in_the_list_and_its_shared_mark():
    clock = Clock()
    store = RunStore(grace=10, clock=clock)
    whole = example_trace(5)
    first = store.put(first_steps(whole, 2), "first", "v")
    second = store.put(whole, "second", "v")
    store.share(first)
    store.put(whole, "first", "v", first)
    assert [run.id for run in store.of_visit("v")] == [first, second]
    store.leave("v")
    clock.now = 11
    assert store.get(first).trace is whole and store.get(second) is None


# ---- widgets to settings ---------------------------------------------------------------------------------------------

SETTINGS = (
    RunSettings(64),
    RunSettings(17, Sampling(0.7, 12345, 40, 0.9)),
    RunSettings(5, sgrs=SGRS(top_k=7, tries=2, alpha=0.35, window=4, layers=(1, 3, 4))),
    RunSettings(5, sgrs=SGRS(history="window-accepted", score="sum")),
    RunSettings(5, sgrs=SGRS(layers=(2,), history="accepted", score="recent", recent=7)),
    RunSettings(5, locore=LocoRE(beta=0.2, window=3, renormalize=True)),
    RunSettings(5, Sampling(1e-05), SGRS(alpha=0.0), LocoRE(beta=1.0)),
    RunSettings(5, decoding=Decoding("vcd", {"alpha": 0.1, "noise_step": 700.0})),
    RunSettings(5, locore=LocoRE(), decoding=Decoding("opera")),
)


@pytest.mark.parametrize("settings", SETTINGS)
def test_settings_survive_the_way_through_the_widgets(settings):
    assert controls.settings_from(controls.widget_values(settings), 256) == settings


def test_what_the_widgets_show_at_first_is_plain_greedy_decoding():
    assert controls.settings_from(controls.widget_values(RunSettings(64)), 64) == RunSettings(64)


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("max_new_tokens", 257, "max new tokens"),
        ("max_new_tokens", 0, "max new tokens"),
        ("max_new_tokens", None, "max new tokens"),
        ("temperature", -1, "temperature"),
        ("temperature", "hot", "temperature"),
        ("temperature", float("nan"), "temperature"),
        ("seed", 1.5, "seed"),
        ("top_k", True, "top-k"),
        ("alpha", 1.4, "alpha"),
        ("layers", "3-", "target layers"),
        ("layers", "0-99999999", "target layers"),
        ("history", "all", "history"),
        ("score", None, "score"),
        ("recent", 0, "recent"),
        ("beta", -0.1, "beta"),
        ("decoder_values", "alpha", "alpha=1"),
    ],
)
def test_a_setting_out_of_range_is_named_in_the_sentence(name, value, word):
    settings = RunSettings(64, sgrs=SGRS(), locore=LocoRE(), decoding=Decoding("vcd"))
    values = controls.Settings(*controls.widget_values(settings))
    with pytest.raises(SettingError, match=word):
        controls.settings_from(list(values._replace(**{name: value})), 256)


def test_settings_a_browser_kept_are_taken_only_when_they_still_fit():
    values = controls.widget_values(SETTINGS[6])
    assert controls.remembered_values(json.dumps(values), 64) == values
    for broken in (None, "", "x", "7", "[]", "[1, 2]", json.dumps([999, *values[1:]]), json.dumps({"a": 1})):
        assert controls.remembered_values(broken, 64) == []


@pytest.mark.parametrize(("typed", "layers"), [("", None), (" 3-5, 8 ", (3, 4, 5, 8)), ("2,", (2,)), (None, None)])
def test_layers_are_read_as_people_write_them(typed, layers):
    assert controls.layers_from(typed) == layers


def test_forcing_a_candidate_keeps_what_was_written_before_it():
    trace = example_trace(6)
    settings = what_if.changed(trace, {"kind": "force", "step": 2, "token_id": 777})
    assert settings.forced == (100, 101, 777)
    edited = what_if.changed(trace, {"kind": "what_if", "step": 3, "factor": 0.0, "keys": [4, 2]})
    assert edited.forced == (100, 101, 102) and edited.edits[0].keys == (2, 4)
    assert edited.edits[0].rows == tuple(range(3 + 35 + 4 + 2, 3 + 35 + 4 + 5))  # predicting rows of steps 3, 4 and 5


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"kind": "force", "step": 6},
        {"kind": "force", "step": "1"},
        {"kind": "what_if", "step": 0, "keys": [0]},
        {"step": 0},
    ],
)
def test_an_impossible_what_if_is_refused(asked):
    with pytest.raises(SettingError):
        what_if.changed(example_trace(6), asked)


# ---- exports ---------------------------------------------------------------------------------------------------------


def test_the_exported_trace_is_the_trace(tmp_path):
    trace = example_trace(4)
    path = tmp_path / "x.trace"
    path.write_bytes(exports.export(trace, "trace").data)
    assert Trace.load(path).text == trace.text


def test_exported_numbers_are_those_of_the_trace_under_the_view_on_the_screen():
    trace = example_trace(4, layers=3)
    numbers = np.load(io.BytesIO(exports.export(trace, "npz").data), allow_pickle=False)
    assert np.array_equal(numbers["saliency"], trace.saliency) and np.array_equal(numbers["attention"], trace.attention)
    assert json.loads(exports.export(trace, "json", {"token": 3}).data)["keys"]["step"] == 3
    for state, rows in (
        ({"token": 2, "layer": 1, "normalization": "raw"}, trace.raw_saliency()[2, 1]),
        ({"token": 2, "layer": "all"}, trace.saliency[2].astype(np.float32).mean(0)),
        ({"token": 99}, trace.saliency[3, [1, 2]].astype(np.float32).mean(0)),
    ):
        _, table = csv_file(exports.export(trace, "keys", state).data)
        step = min(state["token"], 3)
        assert len(table) == trace.steps[step].position
        assert [float(line["saliency"]) for line in table] == pytest.approx(rows[: len(table)].tolist(), rel=1e-5)


def test_a_token_that_looks_like_a_formula_stays_text_in_a_spreadsheet():
    trace = example_trace(2, words=("=1+1", "@x"))
    _, table = csv_file(exports.export(trace, "steps").data)
    assert [line["text"] for line in table] == ["'=1+1", "'@x"]


@pytest.mark.parametrize("figure", [name for name in exports.FIGURES if name != "compare"])
@pytest.mark.parametrize(("suffix", "begins"), [("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<?xml")])
def test_a_figure_is_of_its_kind(figure, suffix, begins):
    file = exports.export(example_trace(5), f"{figure}.{suffix}", {"token": 2, "scale": "run", "cmap": "cividis"})
    assert file.data.startswith(begins) and file.name.endswith(f"-{figure}.{suffix}")


def test_a_figure_of_two_runs_needs_two_runs():
    with pytest.raises(SaliencyVizError, match="a second run or a held token. Got one run"):
        exports.export(example_trace(5), "compare.png")
    assert exports.export(example_trace(5), "compare.png", other=example_trace(4)).data


@pytest.mark.parametrize("state", [{"layer": 77}, {"layer": "../x"}, {"cmap": "jet"}, {"scale": "<b>"}])
def test_an_impossible_view_is_refused_with_a_sentence(state):
    with pytest.raises(SaliencyVizError, match="Got"):
        exports.export(example_trace(3), "npz", state)


def test_the_exported_page_holds_both_runs():
    page = exports.export(example_trace(5), "html", {"token": 3}, example_trace(4)).data.decode()
    assert page.startswith("<!doctype html>") or page.startswith("<!DOCTYPE html>")
    assert "run-1" in page


def test_file_names_are_plain_letters():
    trace = replace(example_trace(3), title="../../<b>ünsafe / name")
    assert exports.export(trace, "json").name == "saliency-b-nsafe-name.json"
    with pytest.raises(SaliencyVizError, match="exe"):
        exports.export(trace, "exe")


# ---- engine, gallery, flags ------------------------------------------------------------------------------------------


def test_only_the_latest_two_models_are_kept_and_each_is_loaded_once():
    backend = FakeBackend()
    engine = Engine(("a", "b", "c"), backend=backend)
    for name in ("a", "b", "a", "c", "a"):
        engine.load(name)
    assert backend.loads == 3
    assert engine.status("b")["state"] == "unloaded" and engine.status("c")["state"] == "ready"


def test_a_model_that_is_not_offered_is_refused_and_one_that_fails_says_why():
    engine = Engine(("demo", "missing"), backend=FakeBackend())
    with pytest.raises(SaliencyVizError, match="does not offer"):
        engine.load("somebody/else")
    with pytest.raises(SaliencyVizError, match="missing"):
        engine.load("missing")
    assert engine.status("missing")["state"] == "failed"


def test_closing_a_caption_closes_the_engine_and_writes_no_further_token():
    backend = FakeBackend(pause=0.1)
    growing = Engine(backend=backend).caption("demo", CaptionRequest(None, "p", RunSettings(40)))
    next(growing)
    growing.close()
    written = backend.written
    assert backend.closed == 1 and written < 40


def test_a_gallery_without_files_is_empty_and_a_name_from_outside_finds_nothing(tmp_path):
    scenes = gallery.Gallery(tmp_path / "none")
    assert scenes.first is None and scenes.thumbnails() == []
    (tmp_path / "a.png").write_bytes(png())
    (tmp_path / "index.json").write_text('[{"name": "a", "title": "A"}, {"name": "lost"}]')
    scenes = gallery.Gallery(tmp_path)
    assert list(scenes.scenes) == ["a"] and scenes.first is None
    with pytest.raises(TraceError):
        scenes.trace("../a")


def test_every_flag_can_be_set_by_the_environment_and_the_flag_wins():
    environment = {"SALIENCY_VIZ_PORT": "1234", "SALIENCY_VIZ_ALLOW_ANY_MODEL": "true", "SALIENCY_VIZ_MODEL": "x/y"}
    options = flags.parser(environment).parse_args(["--model", "demo"])
    assert (options.port, options.allow_any_model, options.model) == (1234, True, "demo")
    assert flags.parser({"GRADIO_SERVER_PORT": "99"}).parse_args([]).port == 99


def test_the_page_binds_to_this_machine_unless_told_or_on_spaces():
    assert flags.parser({}).parse_args([]).host == "127.0.0.1"
    assert flags.parser({"SPACE_ID": "a/b"}).parse_args([]).host == "0.0.0.0"
    assert flags.parser({"SALIENCY_VIZ_HOST": "10.0.0.1"}).parse_args([]).host == "10.0.0.1"


def test_every_text_exists_in_both_languages_with_the_same_blanks():
    def blanks(words: str) -> set[str]:
        return {part.split("}")[0] for part in words.split("{")[1:]}

    for key, pair in i18n.TEXTS.items():
        assert all(pair) and len(pair) == 2, key
        assert blanks(pair[0]) == blanks(pair[1]), key


def test_a_prompt_without_words_or_without_end_is_refused():
    for prompt in ("", "  \n", None, "x" * 5000):
        with pytest.raises(SaliencyVizError):
            checked_prompt(prompt)
    assert checked_prompt("  <script>alert(1)</script> ") == "<script>alert(1)</script>"
    assert issubclass(ImageError, SaliencyVizError)


@pytest.mark.slow
def test_what_is_computed_on_demand_agrees_with_the_trace_of_the_real_model():
    engine = Engine(("demo",), device="cpu")
    picture = PIL.Image.open(io.BytesIO(png(96, 96))).convert("RGB")
    *_, last = engine.caption("demo", CaptionRequest(picture, "Describe the image.", RunSettings(6, locore=LocoRE())))
    trace, step = last.trace, 4
    position = trace.steps[step].position
    raw, attention = trace.raw_saliency()[step], trace.attention[step].astype(np.float32)
    saliency, seen = engine.looked("token_matrix", "demo", trace, step)
    assert saliency.shape == seen.shape == (trace.model.layers, position, position)
    assert np.allclose(saliency[:, -1], raw[:, :position], rtol=4e-3, atol=1e-6 * raw.max())
    assert np.allclose(seen[:, -1], attention[:, :position], rtol=2e-3, atol=1e-6)
    heads = engine.looked("head_rows", "demo", trace, step)
    assert np.allclose(heads.saliency.sum(1)[:, :position], raw[:, :position], rtol=4e-3, atol=1e-6 * raw.max())
    assert np.allclose(heads.attention.mean(1)[:, :position], attention[:, :position], rtol=2e-3, atol=1e-6)
    lens = engine.looked("logit_lens", "demo", trace, step)
    assert lens[-1].probability == pytest.approx(trace.steps[step].probability, rel=1e-4)
    *_, measured = engine.measured("demo", trace, step, layers=(3,), fractions=(0, 0.5, 1), draws=1)
    assert measured.result.deletion["random"][0, 0] == pytest.approx(trace.steps[step].probability, rel=1e-4)


def test_a_follow_up_is_decoded_as_the_page_says_now_and_not_as_the_run_before(tmp_path):
    backend = FakeBackend(pause=0.0)
    context = Context(Engine(("demo",), backend=backend), RunStore(), gallery.Gallery(tmp_path))
    before = context.store.put(example_trace(6, sgrs=SGRS(alpha=0.3)), "before", "v")
    now = RunSettings(max_new_tokens=9, sampling=Sampling(0.5, seed=3), locore=LocoRE(beta=0.4))
    event = {"kind": "ask", "run": before, "prompt": "And what else?"}
    list(what_if.act(context, Visit("v"), event, "demo", *controls.widget_values(now)))
    (asked,) = backend.calls
    assert (asked["sgrs"], asked["locore"], asked["sampling"]) == (None, LocoRE(beta=0.4), Sampling(0.5, seed=3))
    assert (asked["max_new_tokens"], asked["prompt"], len(asked["history"])) == (9, "And what else?", 2)


def test_a_run_that_breaks_off_after_it_was_deleted_still_leaves_the_page_free(tmp_path):
    context = Context(Engine(("demo",), backend=FakeBackend()), RunStore(), gallery.Gallery(tmp_path))
    trace = example_trace(5)
    run_id = context.store.put(trace, "running", "v")
    context.store.drop(run_id, "v")
    updates = caption.broken_off(context, Visit("v"), trace, 0, run_id)
    assert busy(False).items() <= updates.items() and updates["first"] == run_id
    assert context.store.get(run_id).trace.ended == "cancelled"


def test_what_was_said_of_a_picture_is_not_said_of_a_trace_without_one(tmp_path):
    context = Context(Engine(("demo",), backend=FakeBackend()), RunStore(), gallery.Gallery(tmp_path))
    whole = example_trace(6)
    words = tuple(replace(span, kind="prompt", image=None) if span.kind == "image" else span for span in whole.spans)
    none = {"boxes": whole.boxes[:0], "box_images": whole.box_images[:0], "box_scales": whole.box_scales[:0]}
    for trace, said in ((whole, "seen_note"), (replace(whole, pictures=(), spans=words, **none), None)):
        run_id = context.store.put(trace, "opened", "v")
        note = json.loads(show.asked_again(context, run_id)["seen"]["note"])
        assert (note["key"] if said else note) == (said or "")
