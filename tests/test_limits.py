"""What one visitor may ask of a shared server: runs per minute, the queue, flags of a public host, /healthz."""

from __future__ import annotations

import io
import json
import urllib.request
from types import SimpleNamespace

import pytest
from gradio_client import handle_file

import saliency_viz
from saliency_viz.errors import LimitError, QueueFull
from saliency_viz.models.loading.checkpoints import known_checkpoints
from saliency_viz.models.loading.hub import Loading
from saliency_viz.serving.pace import Pace
from saliency_viz.serving.rate_limit import RateLimit, visitor
from saliency_viz.terminal import LoadingLine, Progress
from saliency_viz.ui.handlers.waiting import place
from saliency_viz.ui.i18n import english
from saliency_viz.ui.server.flags import engine_of, is_public, parser
from saliency_viz.ui.updates import trouble

from .app_browser import api_client, open_site, write_examples
from .traces import png


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def request(host="10.0.0.1", forwarded=None, username=None):
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    return SimpleNamespace(client=SimpleNamespace(host=host), headers=headers, username=username)


# ---- runs per minute -------------------------------------------------------------------------------------------------


def test_the_run_too_many_is_told_how_long_to_wait_and_is_let_in_then():
    clock = Clock()
    visitors = RateLimit(3, clock=clock)
    for clock.now in (0.0, 10.0, 20.5):
        visitors.admit("10.0.0.1")
    clock.now = 31.0
    with pytest.raises(LimitError, match=r"3 runs a minute, .* Try again in 29 seconds\.$"):
        visitors.admit("10.0.0.1")
    clock.now = 59.5
    with pytest.raises(LimitError, match=r"in 1 second\.$"):
        visitors.admit("10.0.0.1")
    clock.now = 60.0
    visitors.admit("10.0.0.1")
    with pytest.raises(LimitError, match=r"in 10 seconds\.$"):
        visitors.admit("10.0.0.1")


def test_a_refused_run_does_not_count():
    clock = Clock()
    visitors = RateLimit(1, clock=clock)
    visitors.admit("10.0.0.1")
    for clock.now in range(1, 60):
        with pytest.raises(LimitError, match="1 run a minute"):
            visitors.admit("10.0.0.1")
    clock.now = 60
    visitors.admit("10.0.0.1")


def test_visitors_are_counted_apart_and_forgotten_in_order(monkeypatch):
    monkeypatch.setattr("saliency_viz.serving.rate_limit.MOST_VISITORS", 2)
    visitors = RateLimit(1, clock=Clock())
    visitors.admit("10.0.0.1")
    visitors.admit("10.0.0.2")
    with pytest.raises(LimitError):
        visitors.admit("10.0.0.1")
    visitors.admit("10.0.0.3")  # 10.0.0.2, who came longest ago, is forgotten
    visitors.admit("10.0.0.2")
    assert len(visitors._came) == 2


def test_without_a_limit_everybody_may_go_on():
    visitors = RateLimit(None)
    for _ in range(1000):
        visitors.admit("10.0.0.1")
    assert not visitors._came


@pytest.mark.parametrize(
    ("asked", "behind", "who"),
    [
        (request("10.0.0.1"), False, "10.0.0.1"),
        (request("10.0.0.1", "1.2.3.4"), False, "10.0.0.1"),  # anybody can send that header
        (request("10.0.0.1", "1.2.3.4"), True, "1.2.3.4"),
        (request("10.0.0.1", "6.6.6.6, 1.2.3.4"), True, "1.2.3.4"),  # what came before our proxy is the visitor's word
        (request("10.0.0.1", None), True, "10.0.0.1"),
        (request("10.0.0.1", "1.2.3.4", "ada"), True, "user ada"),
        (SimpleNamespace(client=None, headers=None, username=None), True, "nobody"),
    ],
)
def test_a_visitor_is_a_name_or_an_address(asked, behind, who):
    assert visitor(asked, behind) == who


def test_waiting_is_told_from_how_long_runs_took():
    clock = Clock()
    pace = Pace(clock)
    assert pace.wait(3) is None
    for seconds in (10, 20):
        pace.began()
        clock.now += seconds
        pace.ended()
    assert pace.wait(0) == 0 and pace.wait(3) == 45
    pace.began()
    clock.now += 4
    assert pace.wait(0) == 11 and pace.wait(2) == 41
    clock.now += 100
    assert pace.wait(2) == 30


def test_every_sentence_for_those_who_wait_is_in_the_table():
    assert english("queued_before", **place(3, None)["values"]) == "Waiting for your turn: 3 before you…"
    assert place(3, 21) == {"key": "queued_seconds", "values": {"waiting": "3", "seconds": "21"}}
    for mine in (False, True):
        for seconds in (None, 7):
            error = QueueFull.of(5, seconds, "run", mine)
            told = json.loads(trouble(error, "")["note"])
            assert english(told["key"], **told["values"]) == str(error)


# ---- flags -----------------------------------------------------------------------------------------------------------


def options(*arguments, **environment):
    return parser(environment).parse_args(arguments)


@pytest.mark.parametrize(
    ("arguments", "environment", "public"),
    [
        ([], {}, False),
        (["--host", "localhost"], {}, False),
        (["--host", "127.0.0.5"], {}, False),
        (["--host", "0.0.0.0"], {}, True),
        (["--host", "192.168.1.7"], {}, True),
        (["--public"], {}, True),
        ([], {"SPACE_ID": "a/b"}, True),
        ([], {"SALIENCY_VIZ_PUBLIC": "1"}, True),
    ],
)
def test_strangers_may_come_on_a_space_on_a_reachable_address_or_when_told(arguments, environment, public):
    assert is_public(options(*arguments, **environment)) is public


def test_at_home_any_model_may_be_named_and_strangers_have_the_table():
    home, public = engine_of(options()), engine_of(options("--public"))
    assert home.allow_any and not public.allow_any
    assert home.rules.names() == public.rules.names() == known_checkpoints()
    assert engine_of(options("--public", "--allow-any-model")).allow_any
    only = engine_of(options("--only-named-models", "--model", "a/b"))
    assert only.rules.names() == ("a/b", "demo") and not only.allow_any


def test_the_flags_of_models_reach_the_engine():
    engine = engine_of(
        options(
            "--model",
            "a/b",
            "--quantization",
            "8bit",
            "--adapter",
            "c/d",
            "--revision",
            "v2",
            "--models-kept",
            "3",
            "--unload-after-minutes",
            "2.5",
            "--device-map",
            "auto",
        )  # fmt: skip
    )
    assert engine.first == "a/b::8bit::c/d"
    assert (engine.revision, engine.kept, engine.pool.unload_after, engine.device_map) == ("v2", 3, 150.0, "auto")
    assert engine_of(options("--unload-after-minutes", "5"), zero=True).pool.unload_after is None


@pytest.mark.parametrize(
    "arguments",
    [["--quantization", "3bit"], ["--device-map", "x"], ["--models-kept", "0"], ["--runs-per-minute", "-1"]],
)
def test_a_flag_out_of_range_ends_with_a_sentence(arguments):
    with pytest.raises(SystemExit, match=f"{arguments[0]} must be .* Got"):
        engine_of(options(*arguments))


def test_on_a_space_visitors_are_told_apart_by_what_its_proxy_says():
    assert options(SPACE_ID="a/b").behind_proxy and not options().behind_proxy


# ---- the terminal ----------------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_the_terminal_shows_a_download_and_keeps_notes():
    line = LoadingLine(Terminal())
    line.show("a/b", Loading("download", 5_000_000, 20_000_000))
    line.show("a/b", Loading("note", text="The newest was taken."))
    line.drawn = 0.0
    line.show("a/b", Loading("weights", 7, 7))
    shown = line.stream.getvalue()
    assert "a/b: downloading 5.0 MB of 20.0 MB" in shown
    assert "a/b: The newest was taken.\n" in shown and shown.endswith("a/b: loaded\n")


def test_a_log_file_gets_only_what_a_person_should_know():
    line, bar = LoadingLine(io.StringIO()), Progress(3, io.StringIO())
    for loading in (Loading("download", 1, 2), Loading("note", text="Look."), Loading("weights", 2, 2)):
        line.show("a/b", loading)
        bar.loading(loading)
    assert line.stream.getvalue() == "a/b: Look.\n" and bar.stream.getvalue() == "Look.\n"


# ---- a running server ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = open_site(write_examples(tmp_path_factory.mktemp("limits") / "examples"), pause=0.0)
    yield site
    site.page.close()


def told(site):
    return json.load(urllib.request.urlopen(site.address + "/healthz"))


def test_health_tells_state_queue_memory_and_version(site, tmp_path):
    path = tmp_path / "x.png"
    path.write_bytes(png())
    client = api_client(site.address)
    client.predict(image=handle_file(str(path)), max_new_tokens=3, api_name="/caption")
    found = told(site)
    assert (found["ok"], found["version"], found["model"]) == (True, saliency_viz.__version__, "ready")
    assert found["models"] == {"demo": "ready"}
    assert found["queue"]["waiting"] == 0 and found["queue"]["most"] == 32 and found["queue"]["running"] is False
    assert found["queue"]["seconds"] == found["queue"]["oldest"] == found["queue"]["longest"] == 0
    assert 0 < found["memory"]["process"] < found["memory"]["total"]


@pytest.mark.slow
def test_a_program_that_asks_too_often_gets_the_sentence(tmp_path):
    site = open_site(write_examples(tmp_path / "examples"), limits=RateLimit(1, clock=Clock()), pause=0.0)
    path = tmp_path / "x.png"
    path.write_bytes(png())
    client = api_client(site.address)
    client.predict(image=handle_file(str(path)), api_name="/caption")
    with pytest.raises(Exception, match="1 run a minute, so that everybody has a turn. Try again in"):
        client.predict(image=handle_file(str(path)), api_name="/caption")
    assert len(site.backend.calls) == 1
    site.page.close()
