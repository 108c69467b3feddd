"""Numbers for Prometheus at /metrics: each one is worked out on paper, and strangers do not see them."""

from __future__ import annotations

import base64
import threading

import pytest
from gradio_client import handle_file
from prometheus_client.parser import text_string_to_metric_families

from saliency_viz.errors import MemoryLimitError
from saliency_viz.serving.engine import Engine
from saliency_viz.serving.progress import ENDINGS, RunEnd
from saliency_viz.serving.request import CaptionRequest
from saliency_viz.trace import RunSettings
from saliency_viz.ui.server.metrics import Metrics, basic

from .app_browser import api_client, open_site, write_examples
from .app_fakes import FakeBackend
from .test_strangers import answer
from .traces import png

HEALTH = {
    "ok": True,
    "models": {"demo": "ready", "other": "loading", "third": "ready"},
    "queue": {"waiting": 3, "most": 32, "running": True, "seconds": 5, "oldest": 2.5, "longest": 7.5},
    "memory": {"free": 1000, "total": 3000, "process": 700},
    "disk": {"free": 500, "used": 20, "most": 100},
}


def read(text):
    """{(name, *label values): value}."""
    found = {}
    for family in text_string_to_metric_families(text):
        found.update({(sample.name, *sample.labels.values()): sample.value for sample in family.samples})
    return found


def told(metrics):
    from prometheus_client import generate_latest

    return read(generate_latest(metrics.registry).decode())


def test_runs_tokens_and_times_add_up():
    metrics = Metrics(lambda: HEALTH)
    metrics.ran(RunEnd("done", 40, 1.5, 6.5))
    metrics.ran(RunEnd("stopped", 11, 0.25, 2.25))
    metrics.ran(RunEnd("refused", 0, None, 0.125))
    found = told(metrics)
    assert [found["saliency_viz_runs_total", ended] for ended in ENDINGS] == [1, 1, 0, 1, 0]
    assert found["saliency_viz_tokens_total",] == 51
    assert found["saliency_viz_writing_seconds_total",] == 7.0
    assert found["saliency_viz_first_token_seconds_sum",] == 1.75
    assert found["saliency_viz_run_seconds_count",] == 3
    assert found["saliency_viz_run_seconds_bucket", "5.0"] == 2


def test_what_is_true_now_is_asked_for_each_time():
    state = dict(HEALTH)
    metrics = Metrics(lambda: state)
    found = told(metrics)
    assert (
        found["saliency_viz_up",] == 1 and found["saliency_viz_waiting",] == 3 and found["saliency_viz_running",] == 1
    )
    assert found["saliency_viz_models", "ready"] == 2 and found["saliency_viz_models", "loading"] == 1
    assert found["saliency_viz_memory_bytes", "process"] == 700
    assert found["saliency_viz_disk_bytes", "used"] == 20
    assert found["saliency_viz_waiting_longest_seconds",] == 7.5
    state.update(ok=False, queue={**HEALTH["queue"], "waiting": 0})
    assert told(metrics)["saliency_viz_up",] == 0 and told(metrics)["saliency_viz_waiting",] == 0


def ended(backend, stop=None, close_after=None):
    """(the RunEnd of one caption, whether it raised)."""
    seen, raised = [], False
    engine = Engine(backend=backend)
    engine.ran = seen.append
    growing = engine.caption("demo", CaptionRequest(None, "p", RunSettings(17)), stop)
    try:
        for count, _ in enumerate(growing):
            if count == close_after:
                growing.close()
                break
    except (MemoryLimitError, RuntimeError):
        raised = True
    (run,) = seen
    return run, raised


def test_a_run_is_counted_once_by_how_it_ended():
    run, _ = ended(FakeBackend(pause=0.0))
    assert (run.ended, run.tokens) == ("done", 17) and 0 <= run.first <= run.seconds
    stop = threading.Event()
    stop.set()
    assert ended(FakeBackend(pause=0.0), stop)[0].ended == "stopped"
    assert ended(FakeBackend(pause=0.05), close_after=0)[0].ended == "left"
    for failure, how in ((MemoryLimitError("No room."), "refused"), (RuntimeError("x"), "failed")):
        run, raised = ended(FakeBackend(pause=0.0, fail_at=0, failure=failure))
        assert (run.ended, run.tokens, run.first, raised) == (how, 0, None, True)


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "picture.png"
    path.write_bytes(png())
    return str(path)


def test_behind_the_flag_a_server_tells_its_runs(tmp_path, image):
    site = open_site(write_examples(tmp_path / "examples"), served={"metrics": True}, pause=0.0)
    try:
        client = api_client(site.address)
        client.predict(image=handle_file(image), max_new_tokens=6, api_name="/caption")
        status, text = answer(site, "/metrics")
        found = read(text.decode())
        assert status == 200 and found["saliency_viz_runs_total", "done"] == 1
        assert found["saliency_viz_tokens_total",] == 6 and found["saliency_viz_waiting_most",] == 32
    finally:
        site.page.close()


def test_without_the_flag_there_is_nothing(tmp_path):
    site = open_site(write_examples(tmp_path / "examples"), pause=0.0)
    try:
        assert answer(site, "/metrics")[0] == 404
    finally:
        site.page.close()


def test_with_a_login_it_is_asked_for_and_guesses_are_few(tmp_path):
    served = {"metrics": True}
    site = open_site(write_examples(tmp_path / "examples"), auth=("me", "secret"), served=served, pause=0.0)

    def status(told):
        headers = [("Authorization", "Basic " + base64.b64encode(told.encode()).decode())] if told else []
        return answer(site, "/metrics", *headers)[0]

    try:
        assert status(None) == 401 and status("me:secret") == 200
        assert [status("me:wrong") for _ in range(10)] == [401] * 9 + [429]
        assert status("me:secret") == 200  # who is right is never turned away
    finally:
        site.page.close()


def test_only_a_whole_header_is_a_login():
    assert basic("Basic " + base64.b64encode(b"me:a:b").decode()) == ("me", "a:b")
    for header in ("", "Basic", "Basic ???", "Bearer " + base64.b64encode(b"me:x").decode(), "Basic /w=="):
        assert basic(header) == ("", "")
