"""The app starts where people start it: behind a company's proxy, beside other users, or says in a sentence why not."""

from __future__ import annotations

import io
import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from saliency_viz.errors import SettingError
from saliency_viz.flags import write_anything
from saliency_viz.serving.temp_folder import PREFIX
from saliency_viz.ui.server import starting
from saliency_viz.ui.server.serve import main, serve

from .app_browser import open_site, write_examples
from .ports import free_port

PROXIED = {"http_proxy": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
ROOT = Path(__file__).resolve().parents[1]
LONG = 300  # seconds, for a busy machine


def health(address):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    return json.load(opener.open(f"{address}/healthz", timeout=LONG))


# ---- proxies ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "proxies",
    [PROXIED, {"ALL_PROXY": "socks5://127.0.0.1:9"}, {"all_proxy": "socks://127.0.0.1:9", "no_proxy": "*.local"}],
)
def test_it_starts_where_a_proxy_is_named_and_leaves_the_name_for_downloads(tmp_path, monkeypatch, proxies):
    for name in (*starting.PROXIES, *map(str.upper, starting.PROXIES)):
        monkeypatch.delenv(name, raising=False)
    for name, value in proxies.items():
        monkeypatch.setenv(name, value)
    site = open_site(write_examples(tmp_path / "examples"), pause=0.0)
    try:
        assert health(site.address)["ok"] is True
        assert {name: os.environ.get(name) for name in proxies} == proxies
    finally:
        site.page.close()


def test_gradio_s_web_application_is_made_once_for_the_page_it_serves(tmp_path, monkeypatch):
    from gradio.routes import App

    made, make = [], App.__init__

    def counted(app, *values, **named):
        made.append(app)
        make(app, *values, **named)

    monkeypatch.setattr(App, "__init__", counted)
    site = open_site(write_examples(tmp_path / "examples"))
    try:
        assert made == [site.page.app] and site.page.app.get_blocks() is site.page
    finally:
        site.page.close()
    another = App.create_app(site.page)  # as before
    assert made == [site.page.app, another]


def test_a_download_can_be_asked_of_a_socks_proxy(monkeypatch):
    httpx = pytest.importorskip("httpx", reason="comes with huggingface_hub")
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    with httpx.Client() as client, pytest.raises(httpx.ConnectError):
        client.get("http://viz.example")


def test_the_proxies_are_back_after_a_start_that_failed(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with pytest.raises(OSError), starting.without_proxies():
        assert "http_proxy" not in os.environ
        raise OSError
    assert os.environ["http_proxy"] == "http://127.0.0.1:9"


# ---- addresses -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "port", "words"),
    [
        ("127.0.0.1", 99999, "--port must be a whole number in 1..65535. Got 99999."),
        ("127.0.0.1", 0, "--port must be a whole number in 1..65535. Got 0."),
        ("no-such-host.invalid", 7999, "not known here. Use 127.0.0.1"),
        ("a" * 80 + ".invalid", 7999, "not known here"),
        ("192.0.2.7", 7999, "must be an address of this machine. Got 192.0.2.7."),
    ],
)
def test_where_nothing_can_listen_it_ends_with_one_sentence(host, port, words):
    with pytest.raises(SystemExit, match=r"^app.py: ") as ended:
        main(["--host", host, "--port", str(port)])
    assert words in str(ended.value) and "\n" not in str(ended.value)


def test_a_taken_port_is_told_before_anything_is_loaded():
    port = free_port()
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        with pytest.raises(SettingError, match=f"Port {port} on 127.0.0.1 is taken"):
            starting.check_address("127.0.0.1", port)
    starting.check_address("127.0.0.1", port)


@pytest.mark.skipif(not socket.has_ipv6, reason="needs IPv6")
def test_an_address_of_the_newer_kind_is_put_in_brackets(tmp_path):
    port = free_port()
    try:
        starting.check_address("::1", port)
    except SettingError:
        pytest.skip("no IPv6 on this machine")
    from saliency_viz.serving.engine import Engine

    from .app_fakes import FakeBackend

    page, address = serve(
        Engine(backend=FakeBackend()),
        "::1",
        port,
        examples=write_examples(tmp_path / "examples"),
        block=False,
    )
    try:
        assert address.rstrip("/") == f"http://[::1]:{port}" and health(address.rstrip("/"))["ok"]
    finally:
        page.close()


# ---- the folder of uploads -------------------------------------------------------------------------------------------


@pytest.fixture
def other_users(tmp_path, monkeypatch):
    """A temporary folder in which another user made gradio's folder, where files of ours are refused."""
    monkeypatch.delenv(starting.UPLOADS, raising=False)
    monkeypatch.setattr(starting.tempfile, "tempdir", str(tmp_path))
    theirs = tmp_path / "gradio"
    theirs.mkdir()
    whole = starting.tempfile.TemporaryFile

    def refused(*given, dir=None, **named):  # root may write everywhere, so that rights alone show nothing
        if Path(dir) == theirs:
            raise PermissionError(13, "Permission denied")
        return whole(*given, dir=dir, **named)

    monkeypatch.setattr(starting.tempfile, "TemporaryFile", refused)
    return theirs


def test_another_user_s_folder_is_left_alone_and_one_of_our_own_is_made(other_users, monkeypatch):
    ended = []
    monkeypatch.setattr(starting.atexit, "register", lambda *given, **named: ended.append((given, named)))
    starting.keep_uploads_apart()
    own = Path(os.environ[starting.UPLOADS])
    assert own.parent == other_users.parent and own != other_users and not list(other_users.iterdir())
    assert starting.keep_uploads_apart().path == own  # a second server of the process shares it
    assert stat.S_IMODE(own.stat().st_mode) == 0o700
    ((remove, *given), named), *_ = ended
    remove(*given, **named)
    assert not own.exists()
    monkeypatch.delenv(starting.UPLOADS)


def test_a_named_folder_that_cannot_be_written_is_a_sentence(other_users, monkeypatch):
    monkeypatch.setenv(starting.UPLOADS, str(other_users))
    with pytest.raises(SettingError, match="GRADIO_TEMP_DIR must be a folder that this user can write"):
        starting.keep_uploads_apart()


def test_ours_lies_inside_the_folder_that_is_named_and_what_a_killed_process_left_there_goes(tmp_path, monkeypatch):
    monkeypatch.setenv(starting.UPLOADS, str(tmp_path))
    left, running = tmp_path / f"{PREFIX}{2**22 + 1}-x", tmp_path / f"{PREFIX}{os.getppid()}-x"
    for folder in (left, running):
        folder.mkdir()
        (folder / "upload").write_bytes(b"1")
    own = starting.keep_uploads_apart().path
    assert own.parent == tmp_path and not left.exists() and running.exists()
    shutil.rmtree(own)


# ---- a terminal that lacks letters -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("encoding", "written"), [("ascii", b"caf\\xe9 \\u4e2d"), ("cp1252", b"caf\xe9 \\u4e2d")])
def test_a_letter_the_terminal_lacks_is_written_as_its_number(encoding, written):
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    write_anything(stream, object())
    stream.write("café 中")
    stream.flush()
    assert raw.getvalue() == written


def test_the_command_line_writes_a_caption_where_the_terminal_lacks_its_letters(tmp_path):
    from .traces import example_trace

    path = tmp_path / "x.trace"
    example_trace(3, words=(" 牛", " café", ".")).save(path)
    script = (
        "import sys; from saliency_viz.__main__ import main; from saliency_viz.trace import Trace;"
        "from saliency_viz.terminal import caption_text; import saliency_viz.__main__ as command;"
        "command.COMMANDS['models'] = (lambda parser: None,"
        f" lambda options: print(caption_text(Trace.load({str(path)!r}), False)), 'x'); sys.exit(main(['models']))"
    )
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, timeout=LONG)
    assert ended.returncode == 0 and ended.stdout.decode("ascii").strip() == "\\u725b caf\\xe9."
