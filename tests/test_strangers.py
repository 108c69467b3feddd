"""What strangers can do to a running server: forged headers, wrong passwords, every route without a login."""

from __future__ import annotations

import json

import pytest

from saliency_viz.serving.rate_limit import RateLimit

from .app_browser import open_site, write_examples

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
    import http.client

    connection = http.client.HTTPConnection(site.address.removeprefix("http://"), timeout=30)
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
