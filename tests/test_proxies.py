"""Behind a real nginx and Caddy, set as docs/serving.md shows: the page finds itself, its own requests are let in and
no others, and a caption arrives token by token."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.parse
import urllib.request

import pytest
from gradio_client import handle_file

from saliency_viz.errors import SettingError
from saliency_viz.paths import assets
from saliency_viz.serving.rate_limit import RateLimit
from saliency_viz.ui.components import head
from saliency_viz.ui.server.forwarded import named, origins_of, own_origin
from saliency_viz.ui.server.reports import reports_of

from .app_browser import api_client, open_site, write_examples
from .ports import free_port
from .proxies import caddy, nginx, nginx_server, program
from .test_reports import write as written
from .traces import png

LOGIN = ("me", "secret")
BEHIND = RateLimit(behind_proxy=True)
LONG = 300  # seconds, for a busy machine


@pytest.fixture(scope="module")
def examples(tmp_path_factory):
    return write_examples(tmp_path_factory.mktemp("proxies") / "examples")


class Place:
    """A site behind a proxy. address: as a visitor sees it."""

    def __init__(self, examples, proxied, path="", limits=BEHIND, say_origin=False):
        self.port = free_port()
        origin = f"http://localhost:{self.port}"
        self.reports = reports_of([str(written(examples.parent))])
        served = {"root_path": path or None, "origins": (origin,) if say_origin else (), "reports": self.reports}
        self.site = open_site(examples, auth=LOGIN, limits=limits, served=served, pause=0.0)
        self.app = self.site.address.removeprefix("http://")
        self.address, self.origin, self.backend = origin + path, origin, self.site.backend
        self.proxy = proxied(self.port, self.app)

    def __enter__(self):
        try:
            self.proxy.__enter__()
        except BaseException:
            self.site.page.close()
            raise
        return self

    def __exit__(self, *how):
        self.proxy.__exit__(*how)
        self.site.page.close()

    def cookie(self):
        form = urllib.parse.urlencode({"username": LOGIN[0], "password": LOGIN[1]}).encode()
        answer = urllib.request.urlopen(
            urllib.request.Request(f"{self.address}/login", form, {"Origin": self.origin}), timeout=LONG
        )
        return "; ".join(part.split(";")[0] for part in answer.headers.get_all("Set-Cookie"))

    def ask(self, path, **headers):
        """(status, body) of a page's own request."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            answer = urllib.request.urlopen(urllib.request.Request(self.address + path, headers=named), timeout=LONG)
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        return answer.status, answer.read()


WAYS = ["name and port", "name alone", "under a path", "under a path, name alone", "caddy"]


@pytest.fixture(scope="module", params=WAYS)
def place(request, examples, tmp_path_factory):
    way, folder = request.param, tmp_path_factory.mktemp("proxy")
    program("caddy" if way == "caddy" else "nginx")  # skips before a site is opened
    alone, under = "alone" in way, "path" in way
    changed = {"http_host": "host"} if alone else {}

    def proxied(port, app):
        if way == "caddy":
            return caddy(folder, port, app)
        return nginx(folder, port, nginx_server(port, app, under, **changed))

    with Place(examples, proxied, "/viz" if under else "", say_origin=alone) as place:
        yield place


@pytest.mark.slow
def test_the_page_s_own_requests_are_let_in_and_another_site_s_are_not(place):
    cookie = place.cookie()
    status, config = place.ask("/config", Origin=place.origin, Cookie=cookie)
    assert status == 200 and json.loads(config)["root"] == place.address
    assert place.ask("/config", Origin="https://elsewhere.example", Cookie=cookie)[0] == 403
    forged = {"X_Forwarded_Host": "elsewhere.example", "Origin": "https://elsewhere.example"}
    assert place.ask("/config", Cookie=cookie, **forged)[0] == 403
    assert place.ask("/config")[0] == 401


def test_the_page_s_own_files_and_the_tools_are_found_there(place):
    cookie = place.cookie()
    files = re.findall(r'(?:href|src)="([^"]+)"', head(assets()))
    asked = [*files, "gradio_api/mcp/schema", place.reports[0].told()["address"], place.reports[0].told()["pdf"]]
    assert len(files) == 3 and [place.ask(f"/{path}", Cookie=cookie)[0] for path in asked] == [200] * 6


def test_a_caption_arrives_token_by_token(place, tmp_path):
    path = tmp_path / "picture.png"
    path.write_bytes(png())
    client = api_client(place.address, auth=LOGIN)
    place.backend.hold_at, place.backend.pause = 30, 0.02  # news goes out every 0.06 s
    place.backend.go_on.clear()
    try:
        job = client.submit(image=handle_file(str(path)), max_new_tokens=40, api_name="/caption")
        first = next(iter(job))  # the engine stands still at token 30 until told otherwise
        assert first[0].startswith(" The cow") and not job.done()
    finally:
        place.backend.go_on.set()
        place.backend.hold_at, place.backend.pause = None, 0.0
    assert len(job.result(LONG)[1]["tokens"]) == 40


# ---- --allowed-origin ------------------------------------------------------------------------------------------------


def test_without_it_a_name_alone_leads_the_page_astray_and_refuses_it(examples, tmp_path):
    def proxied(port, app):
        return nginx(tmp_path, port, nginx_server(port, app, http_host="host"))

    with Place(examples, proxied) as place:
        with pytest.raises(urllib.error.HTTPError) as refused:
            place.cookie()
        assert refused.value.code == 403


@pytest.mark.parametrize(
    "text",
    ["viz.example", "https://viz.example/viz", "ftp://viz.example", "https://", "https://a@b", "http://x:y", "*"],
)
def test_what_is_no_origin_is_refused_with_a_sentence(text):
    with pytest.raises(SettingError, match="--allowed-origin must be an address as a browser shows it"):
        origins_of(text)


def test_origins_are_read_one_by_one():
    assert origins_of(None) == () == origins_of(" ")
    assert origins_of("https://Viz.example/, http://localhost:8080") == ("https://viz.example", "http://localhost:8080")


@pytest.mark.parametrize(
    ("headers", "origin"),
    [
        ([(b"host", b"viz.example")], "https://viz.example:8443"),
        ([(b"host", b"viz.example:8443")], "https://viz.example:8443"),
        ([(b"host", b"viz.example:9000")], "http://viz.example:9000"),
        ([(b"host", b"viz.example:7860")], None),
        ([(b"host", b"other.example")], None),
        ([(b"host", b"127.0.0.1"), (b"x-forwarded-host", b"a, viz.example")], "https://viz.example:8443"),
        ([], None),
    ],
)
def test_a_name_without_a_port_is_the_first_origin_s_with_that_name(headers, origin):
    origins = ("https://viz.example:8443", "http://viz.example:9000")
    assert own_origin(headers, origins) == origin
    if origin:
        found = dict(named([*headers, (b"x-forwarded-proto", b"http")], origin))
        assert found[b"x-forwarded-host"].decode() == origin.partition("://")[2]
        assert found[b"x-forwarded-proto"].decode() == origin.partition(":")[0]
