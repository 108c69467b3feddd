"""Whose turn it is, how many may wait, and what those who wait are told and can do."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from types import SimpleNamespace

import pytest
from gradio_client import handle_file
from PIL import Image

from saliency_viz.bench.caller import Caller
from saliency_viz.errors import ImageError, LimitError, QueueFull
from saliency_viz.serving.engine import Engine
from saliency_viz.serving.rate_limit import RateLimit
from saliency_viz.serving.request import CaptionRequest
from saliency_viz.serving.run_store import RunStore
from saliency_viz.serving.turns import Turns
from saliency_viz.trace import RunSettings
from saliency_viz.ui import controls
from saliency_viz.ui.context import Context, Visit
from saliency_viz.ui.gallery import Gallery
from saliency_viz.ui.handlers import caption
from saliency_viz.ui.server.delivered import Delivered

from .app_browser import api_client, open_site, write_examples
from .app_fakes import FakeBackend, eventually
from .traces import png


class Hall:
    """Turns, and who got one in which order. Everybody who joins stays until `next`."""

    def __init__(self, most=32, **options):
        self.turns, self.order, self.stacks = Turns({"run": most, "look": most}, **options), [], {}

    def come(self, who, visit="", kind="run"):
        stack = ExitStack()
        turn = stack.enter_context(self.turns.joined(who, visit, kind=kind))
        self.stacks[turn] = stack
        return turn

    def next(self):
        """The one whose turn it is leaves; who that was."""
        turn = self.turns.running[0]
        self.stacks.pop(turn).close()
        return turn.who + turn.visit

    def all(self):
        return [self.next() for _ in range(len(self.stacks))]


def test_one_visitor_s_twenty_runs_make_another_wait_for_one():
    hall = Hall()
    for _ in range(20):
        hall.come("many")
    late = hall.come("one")
    assert late.began is None
    assert hall.all()[:3] == ["many", "one", "many"]


def test_three_visitors_go_round_and_of_each_one_page_after_another():
    hall = Hall()
    for who, visit in ("ax", "ax", "ax", "bx", "bx", "ay", "cx"):
        hall.come(who, visit)
    assert hall.all() == ["ax", "bx", "cx", "ay", "bx", "ax", "ax"]


def test_who_had_a_turn_longest_ago_is_next_though_others_came_before():
    hall = Hall()
    for who in "aabb":
        hall.come(who)
    assert [hall.next(), hall.next()] == ["a", "b"]
    hall.come("c")
    assert hall.all() == ["a", "c", "b"]


def test_some_places_are_left_whatever_one_visitor_asks():
    hall = Hall(most=32)
    with pytest.raises(QueueFull) as refused:
        for _ in range(100):
            hall.come("many")
    assert refused.value.mine and len(hall.turns.waiting) == 22  # the first n with n >= 2 (32 - n)
    for visitor in range(10):
        hall.come(f"v{visitor}")
    with pytest.raises(QueueFull) as refused:
        hall.come("late")
    assert (refused.value.waiting, refused.value.mine) == (32, False)


def test_looks_take_no_place_of_a_run_but_a_turn():
    hall = Hall(most=1)
    hall.come("a")
    hall.come("b", kind="look")
    run = hall.come("c")
    with pytest.raises(QueueFull):
        hall.come("d", kind="look")
    assert [one.who for one in hall.turns.waiting] == ["b", "c"] and run.began is None


def test_of_several_at_once_one_visitor_has_only_a_part():
    hall = Hall(at_once=3, each=2)
    for who in "aaaab":
        hall.come(who)
    assert sorted(turn.who for turn in hall.turns.running) == ["a", "a", "b"]


def test_who_waits_is_told_the_place_and_the_seconds_until_the_turn_comes():
    turns = Turns({"run": 5}, seconds=lambda before: 10 * before + 3)
    with turns.joined("a"):
        with turns.joined("b"), turns.joined("c") as turn:
            places = turn.places()
            assert next(places) == (2, 13)
        with turns.joined("d") as turn:
            assert next(turn.places()) == (1, 3)
    with turns.joined("e") as turn:
        assert list(turn.places()) == [] and turn.began is not None
    assert not turns.waiting and not turns.running


def test_a_stop_ends_the_wait_at_once_and_leaves_no_place_behind(monkeypatch):
    monkeypatch.setattr("saliency_viz.serving.turns.LOOK", 600.0)  # not only at the next look
    turns, stop = Turns({"run": 5}), threading.Event()
    with turns.joined("a"):
        with turns.joined("b", stop=stop) as turn:
            places, started = turn.places(), time.monotonic()
            next(places)
            threading.Timer(0.05, lambda: (stop.set(), turns.look())).start()
            assert list(places) == [] and turn.began is None and time.monotonic() - started < 300
        assert not turns.waiting


def test_closed_turns_stop_all_and_take_no_more():
    turns = Turns({"run": 5})
    with turns.joined("a") as running, turns.joined("b") as waiting:
        turns.close()
        assert running.stop.is_set() and waiting.stop.is_set() and not turns.idle(0)
        with pytest.raises(LimitError, match="being stopped"), turns.joined("c"):
            pass
    assert turns.idle(0)


# ---- on a server -----------------------------------------------------------------------------------------------------


@pytest.fixture
def site(tmp_path):
    site = open_site(write_examples(tmp_path / "examples"), limits=RateLimit(behind_proxy=True), queue=4, pause=0.0)
    (tmp_path / "x.png").write_bytes(png())
    site.picture = handle_file(str(tmp_path / "x.png"))
    yield site
    site.backend.go_on.set()
    site.page.close()


def client(site, who):
    return api_client(site.address, headers={"X-Forwarded-For": who})


def waiting(site):
    return json.load(urllib.request.urlopen(site.address + "/healthz"))["queue"]["waiting"]


def until(fact):
    assert eventually(fact)


@pytest.mark.slow
def test_a_program_hears_its_place_and_another_visitor_comes_first(site):
    site.backend.hold_at = 3
    many, one = client(site, "10.0.0.1"), client(site, "10.0.0.2")
    jobs = [many.submit(image=site.picture, prompt=f"many {n}", api_name="/caption") for n in range(3)]
    until(lambda: site.backend.written >= 3 and waiting(site) == 2)
    late = one.submit(image=site.picture, prompt="one", api_name="/caption")
    until(lambda: late.outputs())
    assert late.outputs()[0] == ("", {"waiting": 1, "seconds": None})
    site.backend.go_on.set()
    assert late.result()[1]["run"] and all(job.result()[1]["run"] for job in jobs)
    assert [call["prompt"].split()[0] for call in site.backend.calls] == ["many", "one", "many", "many"]


@pytest.mark.slow
def test_as_many_pictures_may_wait_to_be_read_as_runs_have_places(site):
    site.backend.hold_at = 3
    callers = [Caller(site.address, f"10.0.1.{number}") for number in range(5)]  # four places and the one that is on
    path = callers[0].upload(png())
    with ThreadPoolExecutor(5) as pool:
        asked = [pool.submit(one.caption, path, prompt="x", max_new_tokens=5) for one in callers]
        until(lambda: waiting(site) == 4)
        site.backend.go_on.set()
    assert all(one.result().values for one in asked)


def test_gradio_keeps_few_events_sums_none_up_and_forgets_a_session_whose_answers_were_fetched(site):
    queue = site.page._queue
    for number in range(3):
        caller = Caller(site.address, f"10.0.2.{number}")
        assert caller.caption(caller.upload(png()), prompt="x", max_new_tokens=5).values
    assert eventually(lambda: not queue.pending_event_ids_session and not queue.pending_messages_per_session)
    assert queue.ANALYTICS_MAX_EVENTS == 100 and len(queue.event_analytics) == 3
    assert queue.cached_event_analytics_summary == {"functions": {}}


def test_an_answer_that_nobody_fetches_is_kept_ten_minutes_and_one_that_is_made_for_as_long_as_it_takes():
    clock = SimpleNamespace(now=0.0)
    asked = {"fetched": set(), "waiting": {"a"}, "unheard": {"b"}}
    queue = SimpleNamespace(
        pending_event_ids_session=asked,
        pending_messages_per_session=dict.fromkeys(asked, "messages"),
        event_ids_to_events={"a": "event"},
    )
    delivered = Delivered(None, lambda: clock.now)
    for clock.now, left in ((0.0, ["waiting", "unheard"]), (599.0, ["waiting", "unheard"]), (600.0, ["waiting"])):
        delivered.forget(queue)
        assert list(asked) == list(queue.pending_messages_per_session) == left
    assert not delivered.since


@pytest.mark.slow
def test_a_program_refused_is_told_in_a_sentence_when_to_come_back(site):
    site.backend.hold_at = 3
    site.engine.pace._seconds.append(30.0)
    asking = client(site, "10.0.0.1")
    jobs = [asking.submit(image=site.picture, api_name="/caption") for _ in range(4)]
    until(lambda: waiting(site) == 3)
    with pytest.raises(Exception, match=r"3 of yours wait already\. Nothing was started\. Try again in about \d+ s"):
        asking.predict(image=site.picture, api_name="/caption")
    site.backend.go_on.set()
    assert all(job.result()[1]["run"] for job in jobs) and len(site.backend.calls) == 4


@pytest.mark.slow
def test_a_cancelled_call_that_waits_leaves_its_place_and_never_runs(site):
    site.backend.hold_at = 3
    first, second = client(site, "10.0.0.1"), client(site, "10.0.0.2")
    running = first.submit(image=site.picture, prompt="runs", api_name="/caption")
    until(lambda: site.backend.written >= 3)
    late = second.submit(image=site.picture, prompt="waits", api_name="/caption")
    until(lambda: late.outputs())
    late.cancel()
    until(lambda: not waiting(site))
    site.backend.go_on.set()
    assert running.result()[1]["run"] and [call["prompt"] for call in site.backend.calls] == ["runs"]


# ---- the page's handlers ---------------------------------------------------------------------------------------------


@pytest.fixture
def context(tmp_path):
    return Context(Engine(backend=FakeBackend(pause=0.0)), RunStore(), Gallery(write_examples(tmp_path / "examples")))


def running(context, who, decoded=lambda: None):
    """Run pressed by a visitor: the page's updates. decoded: called when the picture is read."""

    def make():
        decoded()
        return CaptionRequest.checked(Image.new("RGB", (64, 48)), "What?", RunSettings(3))

    return caption.captioned(context, Visit(f"page of {who}", who), make, "demo", 0, None)


def notices(updates):
    return [json.loads(one["notice"]["note"])["key"] for one in updates if "notice" in one]


def test_stop_before_the_turn_ends_a_page_s_run_and_the_model_never_hears_of_it(context):
    with context.turns.joined("other"):
        updates = running(context, "me")
        begun = [next(updates), next(updates)]
        assert notices(begun) == ["queued", "queued_before"] and begun[0]["stop"]["interactive"]
        caption.stop(context, Visit("page of me", "me"))
        ended = list(updates)
    assert notices(ended) == ["stopped_waiting"] and ended[-1]["run"]["interactive"]
    assert not context.engine.backend.calls and not context.turns.waiting and not context.store.of_visit("page of me")


def test_a_page_s_pictures_are_read_before_its_turn_and_refusals_come_without_one(context):
    seen = []
    with context.turns.joined("other"):
        updates = running(context, "me", lambda: seen.append(len(context.turns.waiting)))
        next(updates), next(updates)
        assert seen == [0] and len(context.turns.waiting) == 1
        updates.close()
        assert not context.turns.waiting

        def refused():
            raise ImageError("No picture.")

        ended = list(running(context, "you", refused))
        assert json.loads(ended[-1]["notice"]["note"])["text"] == "No picture." and not context.turns.waiting


def test_more_pictures_than_the_model_takes_are_refused_before_one_is_read(monkeypatch):
    engine, loaded = Engine(), object()
    monkeypatch.setattr(engine.pool, "peek", lambda key: loaded)
    asked = []

    def check(model, pictures, video):
        asked.append((model, pictures, video))
        raise ImageError("One picture at a time.")

    monkeypatch.setattr("saliency_viz.serving.engine.package.check_media", check)
    context = Context(engine, RunStore(), None)
    files = [{"path": f"/nowhere/{n}.png"} for n in range(5)]
    value, widgets = {"kind": "pictures", "files": files}, controls.widget_values(RunSettings(3))
    ended = list(caption.start(context, Visit("v", "me"), value, "x", "", "demo", *widgets))
    assert json.loads(ended[-1]["notice"]["note"])["text"] == "One picture at a time."
    assert asked == [(loaded, 5, False)]
