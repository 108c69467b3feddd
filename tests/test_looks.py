"""What only the model can add: an answer belongs to the visit that asked, and nothing is left behind when it ends."""

from __future__ import annotations

import base64
import json
import threading
from contextlib import closing
from types import SimpleNamespace

import numpy as np
import pytest

from saliency_viz.errors import ModelError
from saliency_viz.serving import one_time_results as answers_file
from saliency_viz.serving.engine import Engine
from saliency_viz.serving.one_time_results import OneTimeResults
from saliency_viz.serving.run_store import RunStore
from saliency_viz.ui.context import Context, Visit
from saliency_viz.ui.gallery import Gallery
from saliency_viz.ui.handlers import inspect
from saliency_viz.ui.handlers.inspect import fetch_answer, packed, same_model
from saliency_viz.ui.handlers.page_load import left

from .app_fakes import FakeBackend
from .traces import example_trace


@pytest.fixture
def desk(tmp_path):
    """The handlers on a fake engine, with the run "synthetic" made by the model of that name."""
    backend = FakeBackend()
    context = Context(Engine(("synthetic", "other"), backend=backend), RunStore(), Gallery(tmp_path))
    run = context.store.put(example_trace(), "run", "visit")
    return SimpleNamespace(context=context, backend=backend, run=run, tickets=context.visits.tickets)


def asked(desk, kind, visit="visit", model="synthetic", **more):
    """The handler's updates of the page, each prop as the page reads it."""
    event = {"kind": kind, "run": desk.run, "step": 6, "layer": 1, "ticket": "7", **more}
    for update in inspect.look(desk.context, Visit(visit), event, model):
        props = [item for part in update.values() for item in part.items()]
        yield {name: json.loads(text) for name, text in props if isinstance(text, str) and name != "__type__"}


def answer(desk, *given, **more):
    *_, last = asked(desk, *given, **more)
    return fetch_answer(desk.context, last["answer"]["key"])


def unpacked(part, width):
    codes, units = (base64.b64decode(part[name]) for name in ("codes", "units"))
    values = np.frombuffer(codes, "<f2").astype(np.float32).reshape(-1, width)
    return values * np.frombuffer(units, "<f4")[:, None]


def test_rows_keep_three_digits_however_small_they_are():
    rng = np.random.default_rng(1)
    values = rng.random((3, 5, 41)) * 10.0 ** -np.arange(15).reshape(3, 5, 1)
    found = packed(values, values)
    assert found["shape"] == [3, 5, 41]
    assert np.allclose(unpacked(found["saliency"], 41).reshape(values.shape), values, rtol=6e-4, atol=1e-24)
    assert (unpacked(packed(values * 0, values)["attention"], 41) == 0).all()


def test_an_answer_opens_once_and_only_by_its_key(desk):
    *_, last = asked(desk, "heads")
    key = last["answer"]["key"]
    assert last["answer"]["ticket"] == "7" and len(key) >= 20
    assert "error" in fetch_answer(desk.context, "7") and "error" in fetch_answer(desk.context, key[:-1])
    assert fetch_answer(desk.context, key)["shape"] == [5, 3, 48]
    assert "error" in fetch_answer(desk.context, key) and len(desk.context.results) == 0


def test_a_visit_that_asks_much_takes_no_answer_from_another():
    kept = OneTimeResults()
    mine = kept.put("me", {"mine": 1})
    others = [kept.put("other", {"number": number}) for number in range(3 * answers_file.EACH)]
    assert [kept.take(key) is not None for key in others] == [False] * 8 + [True] * 4
    assert kept.take(mine) == {"mine": 1}


def test_answers_nobody_fetches_are_forgotten():
    kept = OneTimeResults()
    for visit in range(2 * answers_file.ALL):
        kept.put(f"visit {visit}", {})
    assert len(kept) == answers_file.ALL
    kept.forget(f"visit {2 * answers_file.ALL - 1}")
    assert len(kept) == answers_file.ALL - 1


def test_the_map_holds_every_word_as_a_query_and_no_patch(desk):
    found = answer(desk, "matrix", layer=3)
    assert found["rows"] == [0, 1, 2, *range(38, 48)]
    assert found["shape"] == [13, 48]
    wanted = 3 * np.tri(48)[found["rows"]]  # layer 3 of the fake is all threes
    assert np.allclose(unpacked(found["saliency"], 48), wanted)


def test_a_measurement_tells_how_far_it_is_and_ends_in_its_areas(desk):
    desk.backend.reading_pause = 0.12
    *news, last = asked(desk, "faithfulness", fill="blur")
    assert len(news) >= 2 and all(one["progress"]["ticket"] == "7" and one["progress"]["total"] == 11 for one in news)
    found = fetch_answer(desk.context, last["answer"]["key"])
    assert found["fill"] == "blur" and found["places"] == 35
    assert found["areas"]["deletion"] == {"saliency": [0.25], "attention": [0.375], "random": [0.1875, 0.3125]}
    assert desk.backend.measures_closed == 1 and desk.tickets == {}


def halt(desk, visit="visit", ticket="7"):
    inspect.halt(desk.context, Visit(visit), {"ticket": ticket})


def test_stop_ends_a_measurement_after_its_reading_and_keeps_nothing(desk):
    desk.backend.reading_pause = 0.11
    looking = asked(desk, "faithfulness")
    next(looking)
    halt(desk, visit="another")
    halt(desk, ticket="8")
    assert not desk.tickets["visit", "7"].is_set()
    halt(desk)
    *_, last = looking
    assert fetch_answer(desk.context, last["answer"]["key"]) == {"stopped": True}
    assert desk.backend.readings < 10 and desk.backend.measures_closed == 1
    assert set(desk.tickets) == {("another", "7"), ("visit", "8")}
    left(desk.context, Visit("another"))
    left(desk.context, Visit("visit"))
    assert desk.tickets == {}


def test_what_is_stopped_while_it_waits_is_never_computed(desk):
    halt(desk)
    assert answer(desk, "heads") == {"stopped": True}
    assert desk.backend.heads_asked == 0 and desk.tickets == {}
    for ticket in range(100):
        halt(desk, ticket=str(ticket))
    assert len(desk.tickets) == 16


def test_a_visit_that_ended_gets_nothing_computed_and_leaves_nothing(desk):
    desk.backend.reading_pause = 0.11
    looking = asked(desk, "faithfulness")
    next(looking)
    left(desk.context, Visit("visit"))
    *_, last = looking
    assert desk.backend.measures_closed == 1 and desk.backend.readings < 10 and desk.tickets == {}
    left(desk.context, Visit("visit"))
    assert len(desk.context.results) == 0


def test_a_closed_page_ends_a_measurement_at_once(desk):
    desk.backend.reading_pause = 0.11
    with closing(asked(desk, "faithfulness")) as looking:
        next(looking)
    assert desk.backend.measures_closed == 1 and desk.backend.readings < 10
    assert desk.tickets == {} and len(desk.context.results) == 0


def test_a_measurement_ends_with_a_sentence_when_its_time_is_up(desk):
    desk.backend.reading_pause = 0.05
    desk.context.engine.seconds_limit = 0.2
    assert "0.2 seconds" in answer(desk, "faithfulness")["error"]
    assert desk.backend.measures_closed == 1 and desk.tickets == {}


@pytest.mark.parametrize(
    "more, word",
    [
        ({"kind": "entrails"}, "entrails"),
        ({"model": "other"}, "synthetic"),
        ({"run": "gone"}, "no longer kept"),
        ({"kind": "matrix", "layer": 99}, "0..4"),
        ({"kind": "faithfulness", "layer": "top"}, "0..4"),
    ],
)
def test_what_cannot_be_looked_at_is_refused_in_a_sentence(desk, more, word):
    given = {"kind": "heads", **more}
    *_, last = asked(desk, given.pop("kind"), **given)
    assert word in last["note"]["text"]
    assert word in fetch_answer(desk.context, last["answer"]["key"])["error"] and desk.tickets == {}


def test_an_accident_is_one_sentence_without_its_inside(desk, monkeypatch, caplog):
    def fail(*_):
        raise RuntimeError("a secret path")

    monkeypatch.setattr(desk.backend, "head_rows", fail)
    assert "secret" not in answer(desk, "heads")["error"] and "secret" in caplog.text
    assert answer(desk, "heads", step=2).keys() == {"error"} and desk.tickets == {}
    monkeypatch.undo()
    assert answer(desk, "heads")["shape"] == [5, 3, 48]


def test_a_directory_s_model_goes_by_its_last_part():
    trace = example_trace()
    same_model("/somewhere/synthetic", trace)
    with pytest.raises(ModelError, match="synthetic"):
        same_model("/synthetic/other", trace)


def test_two_visits_ask_at_once_and_each_is_told_its_own(desk):
    found = {}

    def ask(visit, step):
        found[visit] = answer(desk, "heads", visit=visit, step=step)["shape"][2]

    threads = [threading.Thread(target=ask, args=(f"visit {step}", step)) for step in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {f"visit {step}": 42 + step for step in range(8)}
