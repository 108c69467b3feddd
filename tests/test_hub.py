"""Loading from a hub: progress, pins, a stop, and every way a download fails, against a small hub on this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

import saliency_viz as sv
from saliency_viz.errors import LoadCancelled, ModelError
from saliency_viz.models.loading import checkpoints
from saliency_viz.models.loading import hub as fetching
from saliency_viz.models.loading.hub import Loading

from .engine import PROMPT, picture
from .fake_hub import COMMIT, Hub, asked_there, serving

NAME = "someone/little-llava"


@pytest.fixture
def hub(llava_dir, tmp_path, monkeypatch):
    with serving(Hub({NAME: llava_dir})) as hub:
        asked_there(monkeypatch, hub, tmp_path / "cache")
        yield hub


def load(**settings):
    told: list[Loading] = []
    return sv.load_model(NAME, device="cpu", tell=told.append, **settings), told


def refused(name=NAME, **settings):
    with pytest.raises(ModelError) as caught:
        sv.load_model(name, device="cpu", **settings)
    assert "\n" not in str(caught.value) and str(caught.value).endswith(".")
    return str(caught.value)


def test_progress_counts_every_byte_and_every_weight(hub):
    model, told = load()
    files = {name: len(data) for name, data in hub.files(NAME).items() if name != "config.json"}
    bytes_told = [item for item in told if item.stage == "download"]
    assert bytes_told[-1].done == bytes_told[-1].total == sum(files.values())
    assert [item.done for item in bytes_told] == sorted(item.done for item in bytes_told)
    weights = [item for item in told if item.stage == "weights"]
    assert weights[-1].done == weights[-1].total > 40
    assert str(bytes_told[-1]).startswith("downloading ") and str(weights[0]).startswith("reading weights, 1 of ")
    assert model.info.name == NAME


def test_a_second_load_downloads_nothing(hub):
    load()
    hub.asked.clear()
    _, told = load()
    assert not any(item.stage == "download" and item.done for item in told)
    assert not [path for method, path, _ in hub.asked if method == "GET" and "resolve" in path]


def test_every_trace_says_which_commit_made_it(hub, tmp_path):
    model, _ = load()
    trace = sv.caption(model, picture(), PROMPT, max_new_tokens=2)
    assert trace.model.revision == COMMIT
    assert sv.Trace.load(trace.save(tmp_path / "x.trace")).model.revision == COMMIT


def test_offline_takes_what_is_there_and_says_what_is_not(hub, monkeypatch, tmp_path):
    load()
    hub.asked.clear()
    asked_there(monkeypatch, hub, tmp_path / "cache", offline=True)
    model, _ = load()
    assert model.info.revision == COMMIT and not hub.asked
    assert "HF_HUB_OFFLINE forbids" in refused("someone/else")


def test_without_a_connection_a_complete_copy_still_loads_and_else_the_sentence_says_so(hub, monkeypatch, tmp_path):
    load()
    hub.address = "http://127.0.0.1:9"
    asked_there(monkeypatch, hub, tmp_path / "cache")
    assert load()[0].info.revision == COMMIT
    asked_there(monkeypatch, hub, tmp_path / "empty")
    assert "the hub cannot be reached" in refused()


def pinned(monkeypatch, commit):
    rows = (replace(checkpoints.CHECKPOINTS[0], name=NAME, revision=commit),)
    monkeypatch.setattr(checkpoints, "CHECKPOINTS", rows)


def test_a_pin_of_the_table_is_what_is_asked_for(hub, monkeypatch):
    pinned(monkeypatch, COMMIT)
    _, told = load()
    resolved = {path.split("/")[3] for _, path, _ in hub.asked if "resolve" in path}
    assert resolved == {COMMIT} and not [item for item in told if item.stage == "note"]


def test_a_pin_the_hub_does_not_know_gives_way_with_a_note(hub, monkeypatch):
    pinned(monkeypatch, "0" * 40)
    model, told = load()
    note = next(item for item in told if item.stage == "note")
    assert note.text == f"The pinned commit 0000000000 of {NAME} could not be had. The newest was taken."
    assert model.info.revision == COMMIT


def test_a_revision_that_was_asked_for_overrides_the_pin_and_never_gives_way(hub, monkeypatch):
    pinned(monkeypatch, "0" * 40)
    model, told = load(revision="main")
    assert model.info.revision == COMMIT and not [item for item in told if item.stage == "note"]
    assert f"'{NAME}' has no revision 'v9'" in refused(revision="v9")


def test_pins_are_whole_commit_hashes():
    pins = [row.revision for row in checkpoints.CHECKPOINTS if row.revision is not None]
    assert len(pins) >= 25 and len(set(pins)) == len(pins)
    assert all(len(pin) == 40 and set(pin) <= set("0123456789abcdef") for pin in pins)


def test_the_documents_name_every_pin_and_what_has_none():
    text = (Path(__file__).resolve().parents[1] / "docs" / "models.md").read_text(encoding="utf-8")
    for row in checkpoints.CHECKPOINTS:
        assert f"| `{row.name}` | {f'`{row.revision}`' if row.revision else 'newest'} |" in text


def test_the_token_is_sent(hub, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    load()
    assert {authorization for _, path, authorization in hub.asked if "resolve" in path} == {"Bearer hf_secret"}


def test_a_download_that_breaks_off_says_how_far_it_came_and_asks_only_for_the_rest_again(hub):
    size = len(hub.files(NAME)["model.safetensors"])
    hub.broken["model.safetensors"] = size // 2
    sentence = refused()
    assert "broke off after 0." in sentence and " MB (" in sentence and "try again" in sentence
    hub.broken.clear()
    hub.begun.clear()
    assert load()[0].info.revision == COMMIT
    assert hub.begun == {"model.safetensors": [0]}


def test_loading_stops_when_the_listener_says_so_and_can_begin_again(hub):
    hub.hold = threading.Event()
    threading.Timer(0, lambda: (hub.held.wait(60), hub.hold.set())).start()

    def stop(loading):
        if loading.stage == "download" and hub.held.is_set():
            raise LoadCancelled("Loading was stopped.")

    with pytest.raises(LoadCancelled):
        sv.load_model(NAME, device="cpu", tell=stop)
    hub.hold = None
    assert load()[0].info.revision == COMMIT


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (lambda hub: hub.gated.add(NAME), "accepted its licence"),
        (lambda hub: hub.repositories.clear(), "There is no model"),
        (lambda hub: setattr(hub, "down", True), "hub"),
    ],
)
def test_what_the_hub_refuses_is_a_sentence(hub, fault, words):
    fault(hub)
    assert words in refused()


def test_a_repository_without_safetensors_is_refused_before_anything_is_downloaded(hub, tmp_path):
    bare = shutil.copytree(hub.repositories[NAME], tmp_path / "bare")
    (bare / "model.safetensors").rename(bare / "pytorch_model.bin")
    hub.repositories[NAME] = bare
    assert "has no safetensors weights on the hub" in refused()
    assert not [path for method, path, _ in hub.asked if method == "GET" and path.endswith(".bin")]


def test_a_full_disk_is_said_before_the_download(hub, monkeypatch):
    monkeypatch.setattr(fetching.shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10, 5, 5))
    assert "need" in refused() and "HF_HOME" in refused()
    assert not [path for method, path, _ in hub.asked if method == "GET" and path.endswith(".safetensors")]


def test_too_large_for_the_memory_is_said_before_the_download(hub, monkeypatch):
    monkeypatch.setattr("saliency_viz.memory.free_memory", lambda device: 1000)
    with pytest.raises(sv.errors.MemoryLimitError, match=r"model little-llava needs .* free: Choose a smaller model"):
        sv.load_model(NAME, device="cpu")
    assert not [path for method, path, _ in hub.asked if method == "GET" and path.endswith(".safetensors")]


@pytest.mark.slow
def test_the_environment_s_hub_home_and_offline_mode_are_respected(hub, tmp_path):
    code = f"import saliency_viz as sv; print(sv.load_model({NAME!r}, device='cpu').info.revision)"
    environment = {**os.environ, "HF_ENDPOINT": hub.address, "HF_HOME": str(tmp_path / "home"), "HF_HUB_OFFLINE": "0"}

    def run():
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    assert run() == COMMIT
    assert (tmp_path / "home" / "hub" / "models--someone--little-llava" / "snapshots" / COMMIT).is_dir()
    hub.asked.clear()
    environment["HF_HUB_OFFLINE"] = "1"
    assert run() == COMMIT and not hub.asked
