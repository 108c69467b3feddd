"""What a page is told as it opens, and what becomes of what it no longer wants; without a browser."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest
from PIL import Image

from saliency_viz.paths import assets
from saliency_viz.serving import model_catalog
from saliency_viz.serving.engine import Engine
from saliency_viz.serving.request import CaptionRequest
from saliency_viz.serving.run_store import RunStore
from saliency_viz.serving.visits import MOST_UNWANTED, Visits
from saliency_viz.trace import Mark, RunSettings
from saliency_viz.ui import controls, permalinks
from saliency_viz.ui.context import Context, Visit
from saliency_viz.ui.gallery import Gallery
from saliency_viz.ui.handlers import caption, page_load, runs, what_if
from saliency_viz.ui.handlers.show import is_foreign, run_reference

from .app_browser import write_examples
from .app_fakes import FakeBackend, first_steps
from .traces import example_trace


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    return Gallery(write_examples(tmp_path_factory.mktemp("page") / "examples"))


@pytest.fixture
def context(gallery):
    """A page's server on a fake model, where any model may be named."""
    return Context(Engine(("demo",), backend=FakeBackend(pause=0.0), table=True, allow_any=True), RunStore(), gallery)


def opened(context, kept="", **query):
    """What a page with this address is told, our own parts' news read back."""
    updates = page_load.restore(context, Visit("me", query=query), kept)
    return {name: news(update) for name, update in updates.items()}


def news(update):
    if not isinstance(update, dict):
        return update
    return {key: json.loads(text) if text and key in TOLD else text for key, text in update.items()}


TOLD = ("note", "run", "second", "given", "runs", "delta", "part")


@pytest.mark.parametrize("query", [{"run": "kitchen"}, {"run": "example-kitchen"}, {"example": "kitchen"}])
def test_an_example_opens_by_its_name_or_id_wherever_it_stands_in_the_address(context, query):
    found = opened(context, token="4", **query)
    assert found["viewer"]["run"]["id"] == "example-kitchen" and found["viewer"]["run"]["state"] == {"token": "4"}
    assert found["media"]["given"]["value"] == {"kind": "pictures", "files": [{"example": "kitchen"}]}
    assert found["notice"]["note"]["kind"] == ""


def test_an_example_beside_opens_by_its_name_too(context):
    found = opened(context, run="kitchen", beside="beach")
    assert [found["viewer"][place]["id"] for place in ("run", "second")] == ["example-kitchen", "example-beach"]


def test_an_unknown_run_is_said_to_be_gone_and_the_page_still_shows_something(context):
    found = opened(context, run="nobody")
    assert (found["notice"]["note"]["key"], found["notice"]["note"]["kind"]) == ("lost_link", "warning")


def test_a_link_s_weights_and_adapter_are_chosen_with_its_model(context, monkeypatch):
    monkeypatch.setattr(model_catalog, "find_spec", lambda name: object())
    link = {"example": "farm", "n": "5", "model": "a/b", "weights": "4bit", "adapter": "c/d"}
    found = opened(context, **link)
    assert found["model"] == found["header"]["model"] == found["media"]["model"] == "a/b::4bit::c/d"
    assert found["notice"]["note"]["key"] == "lost_run"


def test_a_link_s_weights_that_cannot_be_had_here_are_named_and_nothing_else_is_loaded_in_their_place(
    context, monkeypatch
):
    monkeypatch.setattr(model_catalog, "find_spec", lambda name: None)
    found = opened(context, example="farm", n="5", model="a/b", weights="4bit")
    note = found["notice"]["note"]
    assert (note["key"], note["values"]) == ("lost_model", {"model": "a/b, 4bit"}) and "model" not in found


def test_a_directory_s_model_and_adapter_are_found_again_by_their_last_parts(gallery, monkeypatch):
    monkeypatch.setattr(model_catalog, "find_spec", lambda name: object())
    engine = Engine(("/models/mine",), backend=FakeBackend(), adapter="/loras/fine", quantization="8bit")
    context = Context(engine, RunStore(), gallery)
    link = permalinks.LinkedRun(model="mine", weights="8bit", adapter="fine")
    assert context.offered(link.wanted) == engine.first == "/models/mine::8bit::/loras/fine"
    assert context.offered(replace(link, adapter="other").wanted) is None
    assert context.offered(replace(link, adapter=None, weights=None).wanted) == "/models/mine"
    assert context.offered(permalinks.LinkedRun().wanted) is None


def test_an_example_s_ready_trace_does_not_stand_for_a_run_of_other_weights(context):
    trace = context.gallery.trace("farm")
    linked = permalinks.linked_run(trace, None, "farm")
    assert page_load.ready(context, linked) == "example-farm"
    for other in (replace(linked, weights="4bit"), replace(linked, adapter="c/d"), replace(linked, partial=True)):
        assert page_load.ready(context, other) is None
    assert page_load.ready(context, replace(linked, settings=RunSettings(7))) is None


# ---- what a visit does not want any more -----------------------------------------------------------------------------


def test_however_many_halts_come_too_late_the_next_one_still_counts():
    visits = Visits()
    for number in range(3 * MOST_UNWANTED):
        visits.answered("me", f"{number}")
        visits.unwanted("me", f"{number}")  # the answer was on its way
    visits.unwanted("me", "waits")
    running = visits.ticket("me", "runs")
    assert visits.ticket("me", "waits").is_set() and not running.is_set()
    visits.unwanted("me", "runs")
    assert running.is_set()
    assert len(visits.tickets) <= MOST_UNWANTED
    visits.unwanted("you", "waits")
    visits.ended("me")
    assert list(visits.tickets) == [("you", "waits")]


def test_visits_that_never_were_leave_few_wishes_behind(monkeypatch):
    monkeypatch.setattr("saliency_viz.serving.visits.ALL_UNWANTED", 7)
    visits = Visits()
    running = visits.ticket("me", "runs")
    for number in range(100):
        visits.unwanted(f"made up {number}", "x")
    assert len(visits.tickets) == 8 and visits.ticket("me", "runs") is running


def test_a_wish_that_comes_before_its_question_waits_for_it():
    visits = Visits()
    visits.unwanted("me", "early")
    assert visits.ticket("me", "early").is_set()


# ---- a page loaded again in mid-run ----------------------------------------------------------------------------------


def kept(tab="tab", making=None):
    return json.dumps({"settings": [], "visit": tab, "making": making})


def test_what_was_written_when_the_page_was_loaded_again_is_kept_ended_and_said(context):
    context.visits.came_back("tab", "old")
    growing = replace(first_steps(example_trace(9), 4), ended="running")
    run_id = context.store.put(growing, "run", "old")
    with context.visits.running("old") as stopped:
        found = opened(context, kept(), run=run_id)
        assert stopped.is_set()  # what still runs for the page that is gone ends
    assert found["viewer"]["run"]["id"] == run_id and context.store.get(run_id).trace.ended == "cancelled"
    note = found["notice"]["note"]
    assert (note["key"], note["values"], note["offers"][0]["do"]) == ("reloaded", {"words": "4"}, "again")
    # what the old page's run writes last belongs to the new page too
    context.store.put(first_steps(example_trace(9), 6), "run", "old", run_id)
    assert [run.id for run in context.store.of_visit("me")] == [run_id]
    assert len(context.trace(run_id).steps) == 6


@pytest.mark.parametrize(("making", "key"), [("", "reloaded_empty"), ("gone", "reloaded_empty"), (None, None)])
def test_a_page_loaded_again_says_of_a_run_without_words_only_that_there_was_one(context, making, key):
    context.visits.came_back("tab", "old")
    assert opened(context, kept(making=making))["notice"]["note"]["key"] == key


@pytest.mark.parametrize(("ended", "key"), [("cancelled", "reloaded"), ("length", None)])
def test_a_run_that_ended_before_its_page_came_back_is_told_by_how_it_ended(context, ended, key):
    context.visits.came_back("tab", "old")
    context.store.put(replace(first_steps(example_trace(9), 2), ended="cancelled"), "stopped earlier", "old")
    run_id = context.store.put(replace(first_steps(example_trace(9), 7), ended=ended), "run", "old")
    note = opened(context, kept(making=run_id))["notice"]["note"]
    assert note["key"] == key and (key is None or note["values"] == {"words": "7"})


def test_a_page_that_is_closed_in_mid_run_leaves_its_run_ended(context):
    request = CaptionRequest(Image.new("RGB", (8, 8)), "What?", RunSettings(30))
    context.engine.backend.pause = 0.02
    growing = caption.captioned(context, Visit("me"), lambda: request, "demo", 0, None)
    while not context.store.of_visit("me") or not context.store.of_visit("me")[0].trace.steps:
        next(growing)
    (run,) = context.store.of_visit("me")
    assert run.trace.ended == "running"
    growing.close()
    assert context.trace(run.id).ended == "cancelled" and not context.visits.runs


# ---- back ------------------------------------------------------------------------------------------------------------


def test_back_shows_the_runs_that_stood_there_as_they_were_looked_at(context):
    run_id = context.store.put(example_trace(5), "run", "me")
    link = {"run": run_id, "token": "3", "layer": "1", "unknown": "x"}
    updates = runs.show_again(context, Visit("me"), {"first": run_id, "second": "example-farm", "link": link})
    found = {name: json.loads(text) for name, text in updates["viewer"].items() if name in ("run", "second")}
    assert (found["run"]["id"], found["second"]["id"]) == (run_id, "example-farm")
    assert found["run"]["state"] == {"token": "3", "layer": "1"}
    updates = runs.show_again(context, Visit("me"), {"first": "example-farm", "second": None, "link": {}})
    assert updates["first"] == "example-farm" and updates["second"] is None


def test_back_to_a_run_that_is_gone_changes_nothing_and_says_so(context):
    updates = runs.show_again(context, Visit("me"), {"first": "gone", "second": None, "link": {}})
    assert set(updates) == {"notice"} and "no longer kept here" in updates["notice"]["note"]


def test_an_answer_about_an_example_is_of_its_picture_and_not_judged_by_its_description(tmp_path):
    folder = write_examples(tmp_path / "examples")
    shutil.copy(assets() / "examples" / "tea-time.json", folder / "farm.json")  # a rabbit is there, no cow
    backend = FakeBackend(pause=0.0, words=(" There", " is", " a", " rabbit", " and", " a", " cow", "."))
    context = Context(Engine(("demo",), backend=backend), RunStore(), Gallery(folder))
    event = {"kind": "ask", "run": "example-farm", "prompt": "What is there?"}
    list(what_if.act(context, Visit("me"), event, "demo", *controls.widget_values(RunSettings(9))))
    (run,) = context.store.of_visit("me")
    assert (run.example, len(run.trace.history), run.trace.marks) == ("farm", 2, {})
    assert run_reference(context, run.id)["foreign"] is False  # so that nobody is told to take a model for photographs
    described = replace(run.trace, history=())
    assert {mark.judgement for mark in context.gallery.judged(described, "farm").marks.values()} == {
        "right", "hallucinated"
    }  # fmt: skip


def test_a_demo_trace_that_carries_a_scene_s_truth_is_no_foreign_picture():
    plain = replace(example_trace(5), model=replace(example_trace(5).model, name="demo"))
    told = replace(plain, marks={3: Mark("hallucinated", "cow (not in the scene)")})
    own = replace(plain, marks={3: Mark("hallucinated", "I see none")})
    assert [is_foreign(one) for one in (plain, told, own, example_trace(5))] == [True, False, True, False]
