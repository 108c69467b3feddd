"""Uploads and files for programs go again: when they were fetched, when they are old, when there are too many."""

from __future__ import annotations

import json
import os
import socket
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import pytest
from gradio_client import handle_file

from saliency_viz.errors import LimitError
from saliency_viz.serving.temp_folder import TempFolder
from saliency_viz.ui.server.starting import UPLOADS

from .app_browser import api_client, open_site, write_examples
from .app_fakes import eventually
from .traces import png


def write(folder, name, size, age):
    path = folder.path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(size))
    changed = max(path.lstat().st_ctime, path.lstat().st_mtime)
    folder.ages[path] = age
    folder.clock_at = changed
    return path


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Files have the age they were written with."""
    folder = TempFolder(tmp_path / "files", most=100, old=3600, clock=lambda: 10_000.0, spare=0)
    folder.path.mkdir()
    folder.ages = {}
    whole = folder.files
    monkeypatch.setattr(
        folder, "files", lambda: sorted((10_000.0 - folder.ages[path], size, path) for _, size, path in whole())
    )
    return folder


def test_what_is_old_goes_and_the_rest_stays(folder):
    old, new = write(folder, "a/old", 1, 3601), write(folder, "b/new", 1, 3599)
    assert folder.sweep() == 1
    assert not old.exists() and new.exists()


def test_above_the_ceiling_the_oldest_go_but_not_the_last_minute_s(folder):
    paths = [write(folder, f"{age}/x", 40, age) for age in (300, 200, 100, 59)]
    assert folder.bytes == 160 and folder.sweep() == 2
    assert [path.exists() for path in paths] == [False, False, True, True]
    assert folder.sweep(room=60) == 1 and folder.sweep(room=100) == 0 and paths[3].exists()


def test_what_comes_in_needs_room_that_nobody_else_was_promised(folder):
    write(folder, "x", 30, 10)
    with folder.taking(60):
        with pytest.raises(LimitError, match="no room for 0 MB more at the moment"), folder.taking(11):
            pass
        with folder.taking(10):
            pass
    with folder.taking(70):
        pass
    folder.spare = folder.free + 2**40
    with pytest.raises(LimitError), folder.taking(1):
        pass


# ---- on a server -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    place = tmp_path_factory.mktemp("temp")
    site = open_site(write_examples(place / "examples"), pause=0.0)
    (place / "x.png").write_bytes(png())
    site.picture = handle_file(str(place / "x.png"))
    yield site
    site.page.close()


def lying():
    return {path for path in Path(os.environ[UPLOADS]).rglob("*") if path.is_file()}


@pytest.mark.slow
def test_what_programs_export_is_gone_once_they_fetched_it(site):
    client = api_client(site.address)
    run = client.predict(image=site.picture, api_name="/caption")[1]["run"]
    before = lying()
    for _ in range(20):
        assert Path(client.predict(run=run, format="keys", api_name="/export")).stat().st_size > 0
    assert eventually(lambda: lying() == before)
    unfetched = api_client(site.address, download_files=False)
    unfetched.predict(run=run, format="keys", api_name="/export")
    assert len(lying() - before) == 1  # one file, not a copy of it too


def test_an_upload_that_breaks_off_leaves_nothing_for_ever(site):
    before = lying()
    host, port = site.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as cut:
        head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n' + bytes(200_000)
        cut.sendall(
            b"POST /gradio_api/upload HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n"
            b"Content-Type: multipart/form-data; boundary=x\r\n\r\n" + head
        )
        assert eventually(lambda: lying() != before)
    later = TempFolder(Path(os.environ[UPLOADS]), clock=lambda: time.time() + 3601)
    later.sweep()
    assert not lying()


def upload(site, size):
    body = (
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
        + bytes(size)
        + b"\r\n--x--\r\n"
    )
    asked = urllib.request.Request(
        site.address + "/gradio_api/upload", body, {"Content-Type": "multipart/form-data; boundary=x"}
    )
    try:
        with urllib.request.urlopen(asked) as answer:
            return SimpleNamespace(status=answer.status, body=json.load(answer))
    except urllib.error.HTTPError as error:
        return SimpleNamespace(status=error.code, body=json.load(error))


def test_a_full_disk_refuses_uploads_with_a_sentence_and_health_tells(site, monkeypatch):
    assert upload(site, 1000).status == 200
    told = json.load(urllib.request.urlopen(site.address + "/healthz"))
    assert told["ok"] and told["disk"]["used"] >= 1000 and told["disk"]["free"] > 0
    monkeypatch.setattr(TempFolder, "free", 0)
    refused = upload(site, 1000)
    assert refused.status == 507 and "no room for" in refused.body["detail"]
    told = json.load(urllib.request.urlopen(site.address + "/healthz"))
    assert not told["ok"] and told["disk"]["free"] == 0
