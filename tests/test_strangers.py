"""What strangers can do to a running server: forged headers, wrong passwords, every route without a login."""

from __future__ import annotations

import base64
import http.client
import json
import re

import pytest

from saliency_viz.serving.rate_limit import RateLimit
from saliency_viz.ui.server.auth import DOOR_FOLDERS, DOORS, compared

from .app_browser import api_client, open_site, write_examples
from .traces import png

EVIL = "https://elsewhere.example"


@pytest.fixture(scope="module")
def examples(tmp_path_factory):
    return write_examples(tmp_path_factory.mktemp("strangers") / "examples")


@pytest.fixture(scope="module")
def site(examples):
    site = open_site(examples, auth=("me", "secret"), pause=0.0)
    yield site
    site.page.close()


@pytest.fixture(scope="module")
def proxied(examples):
    site = open_site(examples, auth=("me", "secret"), limits=RateLimit(behind_proxy=True), pause=0.0)
    yield site
    site.page.close()


def answer(site, path, *headers, data=None, method=None):
    """(status, body) of one request. headers: (name, value), where a name may come twice."""
    connection = http.client.HTTPConnection(site.address.removeprefix("http://"), timeout=300)
    connection.putrequest(method or ("POST" if data is not None else "GET"), path)
    for name, value in headers:
        connection.putheader(name, value)
    if data is not None:
        connection.putheader("Content-Length", str(len(data)))
    connection.endheaders(data)
    response = connection.getresponse()
    found = response.status, response.read()
    connection.close()
    return found


# ---- forwarded headers -----------------------------------------------------------------------------------------------


def test_a_forged_host_does_not_open_the_page_to_another_site(site):
    origin = ("Origin", EVIL)
    assert answer(site, "/healthz", origin, ("X-Forwarded-Host", "elsewhere.example"))[0] == 403
    assert answer(site, "/healthz", ("Origin", site.address), ("X-Forwarded-Host", "elsewhere.example"))[0] == 200


def test_behind_a_proxy_its_word_on_our_name_counts_and_only_the_last(proxied):
    own = ("Origin", "https://viz.example")
    assert answer(proxied, "/healthz", own, ("X-Forwarded-Host", "viz.example"))[0] == 200
    assert (
        answer(proxied, "/healthz", ("Origin", EVIL), ("X-Forwarded-Host", "elsewhere.example, viz.example"))[0] == 403
    )
    twice = ("X-Forwarded-Host", "elsewhere.example"), ("X-Forwarded-Host", "viz.example")
    assert answer(proxied, "/healthz", ("Origin", EVIL), *twice)[0] == 403


@pytest.mark.parametrize("behind", [False, True])
def test_the_address_of_a_visitor_is_the_peer_s_or_the_last_hop_of_all_lines(examples, behind, request):
    site = request.getfixturevalue("proxied" if behind else "site")
    seen = []

    async def who(asked):
        from starlette.responses import JSONResponse

        from saliency_viz.serving.rate_limit import visitor

        seen.append(visitor(asked, behind))
        return JSONResponse(dict(asked.headers))

    from starlette.routing import Route

    site.page.app.router.routes.insert(0, Route("/healthz", who))
    try:
        lines = ("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-For", "7.7.7.7, 1.2.3.4")
        headers = json.loads(answer(site, "/healthz", *lines, ("X-Real-IP", "6.6.6.6"))[1])
    finally:
        del site.page.app.router.routes[0]
    assert seen == ["1.2.3.4" if behind else "127.0.0.1"]
    assert behind or not [name for name in headers if "forwarded" in name or name == "x-real-ip"]


# ---- without a login -------------------------------------------------------------------------------------------------


def every_route(routes, before=""):
    """(method, path) of all routes, parameters filled in; of a mounted app its root and something in it."""
    for route in routes:
        path = before + re.sub(r"\{[^}]*\}", "x", getattr(route, "path", ""))
        if included := getattr(route, "original_router", None):  # newer fastapi keeps a router as it was
            yield from every_route(included.routes, before)
        elif getattr(route, "routes", None) and not hasattr(route, "methods"):
            yield from every_route(route.routes, path)
        elif hasattr(route, "methods"):
            yield from ((method, path) for method in route.methods or ("GET",))
        else:
            yield from ((method, path + end) for method in ("GET", "POST") for end in ("", "/", "/x"))


def test_without_a_login_every_route_but_the_doors_is_closed(site):
    found = set(every_route(site.page.app.routes)) | {
        (method, f"/gradio_api/mcp{end}") for method in ("GET", "POST") for end in ("", "/", "/http", "/sse", "/schema")
    }
    assert len(found) > 90 and ("POST", "/gradio_api/queue/join") in found and ("GET", "/config") in found
    closed = {(method, path) for method, path in found if path not in DOORS and not path.startswith(DOOR_FOLDERS)}
    assert len(closed) > 70
    answers = {(method, path): answer(site, path, method=method)[0] for method, path in sorted(closed)}
    assert {asked: status for asked, status in answers.items() if status != 401} == {}
    forged = ("Cookie", f"access-token-{site.page.app.cookie_id}=x")
    assert answer(site, "/gradio_api/info", forged)[0] == 401


def test_the_doors_show_a_login_and_nothing_of_the_page(site):
    status, page = answer(site, "/")
    assert status == 200 and b"auth_required" in page and b'"components":[]' in page
    assert answer(site, "/viewer-files/page.js")[0] == 200


def test_with_a_login_programs_are_served(site):
    own = api_client(site.address, auth=("me", "secret"))
    assert "/caption" in own.view_api(return_format="dict")["named_endpoints"]


def test_the_eleventh_login_of_a_minute_is_refused_even_with_the_right_password(examples):
    site = open_site(examples, auth=("me", "secret"), pause=0.0)
    form = ("Content-Type", "application/x-www-form-urlencoded")
    tries = [b"username=me&password=wrong"] * 9 + [b"username=me&password=secret"] * 2
    statuses = [answer(site, "/login", form, data=data)[0] for data in tries]
    sentence = answer(site, "/login/", form, data=tries[0])[1].decode()
    site.page.close()
    assert statuses == [400] * 9 + [200, 429]
    assert "10 logins a minute" in sentence and "Try again in" in sentence


def test_user_and_password_are_both_compared_whatever_they_hold():
    same = compared(("me", "gehéim"))
    assert same("me", "gehéim")
    assert not any([same("me", "geheim"), same("you", "gehéim"), same("", ""), same("me", "gehéim ")])


# ---- the queue -------------------------------------------------------------------------------------------------------


def test_a_caption_cannot_be_asked_for_beside_the_queue(examples):
    site = open_site(examples, pause=0.0)
    picture = {"path": "data:image/png;base64," + base64.b64encode(png()).decode()}
    body = json.dumps({"data": [picture, "Describe.", 3, 0, 0, False, 0.6, False], "session_hash": "x"}).encode()
    kind = ("Content-Type", "application/json")
    asked = [answer(site, f"/gradio_api/{way}/caption", kind, data=body) for way in ("run", "api")]
    site.page.close()
    assert [status for status, _ in asked] == [404, 404]
    assert all(b"join the queue" in said for _, said in asked) and not site.backend.calls
