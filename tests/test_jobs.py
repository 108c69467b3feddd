"""Work beside the model: it can be ended, dies alone, and never takes a run's place."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from gradio_client import handle_file

from saliency_viz.errors import ImageError, LimitError, QueueFull
from saliency_viz.serving.jobs import Jobs
from saliency_viz.serving.rate_limit import RateLimit
from saliency_viz.ui import media

from . import slow_work
from .app_browser import api_client, open_site, write_examples
from .app_fakes import eventually
from .traces import png

LONG = 300.0
ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def jobs():
    jobs = Jobs("Reading the upload", most=4)
    yield jobs
    jobs.close()


def test_what_takes_too_long_is_ended_with_a_sentence_and_its_process_with_it(jobs):
    process = jobs.do("a", os.getpid, seconds=LONG)
    with pytest.raises(LimitError, match=r"Reading the upload took longer than the 0\.5 seconds it may take here\."):
        jobs.do("a", time.sleep, 60, seconds=0.5)
    assert not psutil.pid_exists(process)
    assert jobs.do("a", os.getpid, seconds=LONG) != os.getpid()


def test_a_process_that_dies_takes_nothing_with_it(jobs):
    with pytest.raises(LimitError, match="broke off"):
        jobs.do("a", slow_work.dying, seconds=LONG)
    assert jobs.do("a", sum, (2, 3), seconds=LONG) == 5


def test_a_process_that_is_about_to_end_by_itself_is_given_no_job(jobs):
    first = jobs.do("a", os.getpid, seconds=LONG)
    assert jobs.do("a", os.getpid, seconds=LONG) == first
    jobs._idle[0].since -= 50
    assert jobs.do("a", os.getpid, seconds=LONG) != first and not psutil.pid_exists(first)


def test_a_refusal_keeps_its_kind_and_words_and_the_process_stays(jobs):
    first = jobs.do("a", os.getpid, seconds=LONG)
    with pytest.raises(ImageError, match=r"^No\.$"):
        jobs.do("a", slow_work.refusing, "No.", seconds=LONG)
    with pytest.raises(RuntimeError, match="KeyError"):
        jobs.do("a", slow_work.failing, seconds=LONG)
    told = []
    assert jobs.do("a", slow_work.telling, 3, seconds=LONG, tell=told.append) == first
    assert told == [0, 1, 2]


@pytest.mark.parametrize("module", ["saliency_viz.images", "saliency_viz.video", "saliency_viz.ui.exports"])
def test_the_processes_start_without_the_page_and_the_model(module):
    jobs = Jobs("Looking")
    assert jobs.do("a", slow_work.brought, module, seconds=LONG) == []
    jobs.close()


def test_they_start_whatever_program_started_the_server():
    script = "from saliency_viz.serving.jobs import Jobs\nprint(Jobs('x').do('a', sum, (2, 3), seconds=300))"
    ended = subprocess.run([sys.executable, "-"], input=script, text=True, capture_output=True, cwd=ROOT, timeout=LONG)
    assert ended.stdout.strip() == "5"


def test_too_many_of_one_visitor_are_refused_at_once_and_others_are_let_in():
    jobs = Jobs("Making the file", most=3, at_once=1)
    with jobs.turns.joined("many", kind="job"):
        done = []
        asking = [
            threading.Thread(target=lambda who=who: done.append(jobs.do(who, sum, (1, 1), seconds=LONG)))
            for who in ("many", "many")
        ]
        for thread in asking:
            thread.start()
        assert eventually(lambda: len(jobs.turns.waiting) == 2)
        with pytest.raises(QueueFull, match="2 of yours wait already"):
            jobs.do("many", sum, (1, 1), seconds=LONG)
        with jobs.turns.joined("other", kind="job") as turn:
            assert jobs.turns.waiting.index(turn) == 0  # and first
    for thread in asking:
        thread.join()
    jobs.close()
    assert done == [2, 2]


# ---- on a server -----------------------------------------------------------------------------------------------------


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.setattr(media, "load_images", slow_work.slow_pictures)
    monkeypatch.setattr(media, "SECONDS", (LONG, LONG))
    monkeypatch.setenv(slow_work.ROOM, str(tmp_path))
    limits = RateLimit(5, behind_proxy=True, clock=lambda: 0.0)
    site = open_site(write_examples(tmp_path / "examples"), limits=limits, pause=0.0)
    site.files = {}
    for name in ("slow", "quick"):
        (tmp_path / f"{name}.png").write_bytes(png())
        site.files[name] = handle_file(str(tmp_path / f"{name}.png"))
    yield site
    site.page.close()


def client(site, who):
    return api_client(site.address, headers={"X-Forwarded-For": who})


@pytest.mark.slow
def test_a_slow_upload_keeps_nobody_from_the_model(site, tmp_path):
    first, second = client(site, "10.0.0.1"), client(site, "10.0.0.2")
    second.predict(image=site.files["quick"], api_name="/caption")  # the process is there
    slow = first.submit(image=site.files["slow"], api_name="/caption")
    assert eventually((tmp_path / "begun").exists)
    second.predict(image=site.files["quick"], api_name="/caption")
    assert not slow.done()
    (tmp_path / "go on").touch()
    with pytest.raises(Exception, match="The slow one is refused"):
        slow.result()


@pytest.mark.slow
def test_exports_count_as_runs_and_wait_for_none(site):
    asking = client(site, "10.0.0.1")
    run = asking.predict(image=site.files["quick"], api_name="/caption")[1]["run"]
    site.backend.hold_at, site.backend.written = 0, 0
    holding = client(site, "10.0.0.2").submit(image=site.files["quick"], api_name="/caption")
    for format in ("json", "citation", "keys", "steps"):
        assert os.path.getsize(asking.predict(run=run, format=format, api_name="/export")) > 0
    with pytest.raises(Exception, match="5 runs a minute, so that everybody has a turn"):
        asking.predict(run=run, format="json", api_name="/export")
    assert not holding.done()
    site.backend.go_on.set()
    holding.result()
