"""Programs as users: the three public endpoints through a real gradio_client, and plain HTTP."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import pytest
from gradio_client import Client, handle_file

from saliency_viz.trace import Trace

from .app_browser import open_site, write_examples
from .traces import png


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = open_site(write_examples(tmp_path_factory.mktemp("api") / "examples"), pause=0.0)
    yield site
    site.page.close()


@pytest.fixture(scope="module")
def client(site):
    return Client(site.address, verbose=False)


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "picture.png"
    path.write_bytes(png())
    return str(path)


def test_only_three_endpoints_are_public(client):
    assert set(client.view_api(return_format="dict")["named_endpoints"]) == {"/caption", "/explain_token", "/export"}
    assert not client.view_api(return_format="dict")["unnamed_endpoints"]


def test_an_image_and_a_prompt_are_enough_for_a_caption(client, site, image):
    text, details = client.predict(handle_file(image), "Describe the image.", api_name="/caption")
    assert text == "".join(site.backend.words) * 8
    assert [token["text"] for token in details["tokens"]] == list(site.backend.words) * 8
    assert details["tokens"][0]["score"] is None and details["tokens"][1]["score"] > 0
    assert sum(details["tokens"][3]["saliency_shares"].values()) == pytest.approx(1)
    assert site.backend.calls[-1]["image"].size == (70, 49)


def test_the_image_alone_is_enough(client, image):
    assert client.predict(image=handle_file(image), api_name="/caption")[0]


def test_a_token_is_explained_and_the_run_exported(client, image):
    _, details = client.predict(image=handle_file(image), max_new_tokens=6, locore=True, api_name="/caption")
    explained = client.predict(details["run"], 4, api_name="/explain_token")
    assert len(explained["keys"]) == 3 + 35 + 4 + 4
    assert explained["token"] == details["tokens"][4]
    trace = Trace.load(client.predict(details["run"], "trace", api_name="/export"))
    assert len(trace.steps) == 6 and trace.settings.locore is not None
    row = trace.attention[4, list(trace.target_layers)].astype("float32").mean(0)
    assert [key["attention"] for key in explained["keys"]] == pytest.approx(row[:46].tolist(), rel=1e-5)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"max_new_tokens": 0}, "max_new_tokens"),
        ({"max_new_tokens": 10**9}, "max_new_tokens"),
        ({"temperature": -1}, "temperature"),
        ({"prompt": " "}, "prompt"),
        ({"prompt": "x" * 3000}, "prompt"),
        ({"sgrs": True, "alpha": 7}, "alpha"),
    ],
)
def test_a_refusal_reaches_the_caller_as_a_sentence(client, image, options, word):
    with pytest.raises(Exception, match=word):
        client.predict(**{"image": handle_file(image), **options}, api_name="/caption")


def test_a_file_that_is_no_image_is_refused_with_a_sentence(client, tmp_path):
    path = tmp_path / "x.png"
    path.write_bytes(b"nothing")
    with pytest.raises(Exception, match=r"\."):
        client.predict(image=handle_file(str(path)), api_name="/caption")


def test_a_cancelled_call_frees_the_place(client, site, image):
    site.backend.pause = 0.1
    job = client.submit(image=handle_file(image), api_name="/caption")
    while not job.outputs():
        pass
    job.cancel()
    site.backend.pause = 0.0
    assert client.predict(image=handle_file(image), api_name="/caption")[0]


def test_the_health_check_answers_and_private_files_are_not_served(site):
    def status(path: str) -> int:
        try:
            return urllib.request.urlopen(site.address + path).status
        except urllib.error.HTTPError as error:
            return error.code

    assert json.load(urllib.request.urlopen(site.address + "/healthz"))["ok"] is True
    assert status("/viewer-files/page.js") == 200
    for path in ("/viewer-files/app/base.js", "/viewer-files/../app.py", "/viewer-files/demo-model/config.json"):
        assert status(path) == 404
    assert status("/monitoring/summary") in (403, 404)


def test_with_a_password_other_sites_pages_are_refused_and_strangers_too(tmp_path):
    site = open_site(write_examples(tmp_path / "examples"), auth=("me", "secret"))

    def status(path, **headers):
        try:
            return urllib.request.urlopen(urllib.request.Request(site.address + path, headers=headers)).status
        except urllib.error.HTTPError as error:
            return error.code

    assert status("/config") == 401
    assert status("/healthz", Origin=site.address) == 200
    assert status("/healthz", Origin="https://elsewhere.example") == 403
    own = Client(site.address, auth=("me", "secret"), verbose=False)
    assert own.view_api(return_format="dict")["named_endpoints"]
    site.page.close()
