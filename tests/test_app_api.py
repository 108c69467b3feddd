"""Programs as users: the three public endpoints through a real gradio_client, and plain HTTP."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from pathlib import Path

import httpx
import numpy as np
import pytest
from gradio_client import handle_file

from saliency_viz.settings import SGRS, Decoding
from saliency_viz.trace import Trace
from saliency_viz.ui.server.kept_assets import FOR_GOOD

from .app_browser import api_client, open_site, write_examples
from .traces import csv_file, png


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = open_site(write_examples(tmp_path_factory.mktemp("api") / "examples"), pause=0.0)
    yield site
    site.page.close()


@pytest.fixture(scope="module")
def client(site):
    return api_client(site.address)


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


def test_locore_takes_the_family_s_beta_unless_one_is_given(client, site, image, monkeypatch):
    monkeypatch.setattr("saliency_viz.ui.server.api.beta_of", lambda key, model: 0.2)
    for given, beta in (({}, 0.2), ({"beta": 0.5}, 0.5)):
        client.predict(image=handle_file(image), max_new_tokens=2, locore=True, **given, api_name="/caption")
        assert site.backend.calls[-1]["locore"].beta == beta


def test_every_setting_of_sgrs_reaches_the_run(client, image):
    asked = {"alpha": 0.3, "sgrs_history": "accepted", "sgrs_score": "recent", "sgrs_recent": 3}
    _, details = client.predict(image=handle_file(image), max_new_tokens=4, sgrs=True, **asked, api_name="/caption")
    trace = Trace.load(client.predict(details["run"], "trace", api_name="/export"))
    assert trace.settings.sgrs == SGRS(alpha=0.3, history="accepted", score="recent", recent=3)


def test_a_decoder_and_its_numbers_reach_the_run_and_its_exports(client, image):
    asked = {"decoding": "vcd", "decoding_values": "alpha=0.5, noise_step=7"}
    _, details = client.predict(image=handle_file(image), max_new_tokens=4, **asked, api_name="/caption")
    trace = Trace.load(client.predict(details["run"], "trace", api_name="/export"))
    assert trace.settings.decoding == Decoding("vcd", {"alpha": 0.5, "noise_step": 7})
    assert details["settings"]["decoding"]["name"] == "vcd"
    top, _ = csv_file(Path(client.predict(details["run"], "candidates", api_name="/export")).read_bytes())
    assert top["settings"]["decoding"] == {"name": "vcd", "values": {"alpha": 0.5, "noise_step": 7.0}}


@pytest.fixture
def made(client, image):
    """(run id, its trace)."""
    _, details = client.predict(image=handle_file(image), max_new_tokens=6, api_name="/caption")
    return details["run"], Trace.load(client.predict(details["run"], "trace", api_name="/export"))


def test_saliency_comes_normalised_as_on_the_page_and_raw_each_with_its_unit(client, made):
    run, trace = made
    targets = list(trace.target_layers)
    explained = client.predict(run, 4, api_name="/explain_token")
    rows = {"saliency": trace.saliency[4, targets], "saliency_raw": trace.raw_saliency()[4, targets]}
    for name, row in rows.items():
        found = [key[name] for key in explained["keys"]]
        assert found == pytest.approx(row.astype("float32").mean(0)[:46].tolist(), rel=1e-5)
    share = sum(key["saliency"] for key in explained["keys"] if key["part"] == "image")
    share /= sum(key["saliency"] for key in explained["keys"])
    assert explained["token"]["saliency_shares"]["image"] == pytest.approx(share)
    assert explained["token"]["score"] == pytest.approx(
        np.mean([k["saliency"] for k in explained["keys"][42:]]), rel=1e-2
    )
    assert set(explained["units"]) == {"attention", "saliency", "saliency_raw"}
    assert "l2 norm" in explained["units"]["saliency"] and "nats" in explained["units"]["saliency_raw"]


def test_a_file_is_of_the_token_layer_and_normalization_asked_for(client, made):
    run, trace = made
    path = client.predict(run, "keys", 3, "2", "raw", api_name="/export")
    about, rows = csv_file(Path(path).read_bytes())
    assert (about["step"], about["layers"], about["normalization"]) == (3, "layer 2", "raw")
    assert [float(row["saliency"]) for row in rows] == pytest.approx(trace.raw_saliency()[3, 2, :45].tolist(), rel=1e-5)
    first = csv_file(Path(client.predict(run, "keys", api_name="/export")).read_bytes())[0]
    assert (first["step"], first["normalization"]) == (0, "row")
    figure = client.predict(run, "image.svg", token=4, layer="all", api_name="/export")
    assert figure.endswith("-step-4-all-layers-image.svg") and "(step 4," in Path(figure).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("endpoint", "options", "sentence"),
    [
        ("/export", {"token": 6}, "token must be a whole number in 0..5 of this caption. Got 6"),
        ("/export", {"token": -1}, "token must be .* Got -1"),
        ("/export", {"layer": "last"}, "layer must be .* Got 'last'"),
        ("/export", {"layer": "77"}, "layers must be .* Got 77"),
        ("/export", {"normalization": "l1"}, "normalization must be one of row, raw, share. Got 'l1'"),
        ("/explain_token", {"token": 2, "layer": "x"}, "layer must be .* Got 'x'"),
        ("/explain_token", {"token": 6}, "Got .*6"),
    ],
)
def test_what_is_not_there_is_refused_with_a_sentence(client, made, endpoint, options, sentence):
    options = {"format": "keys", **options} if endpoint == "/export" else options
    with pytest.raises(Exception, match=sentence):
        client.predict(run=made[0], **options, api_name=endpoint)


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


def test_a_browser_keeps_scripts_whose_names_change_with_them_and_asks_again_for_all_else(site):
    page = httpx.get(site.address + "/")
    scripts = set(re.findall(r"assets/[\w-]+\.(?:js|css)", page.text))
    ours = set(re.findall(r"viewer-files/[\w.-]+\?v=\w+", page.text))
    assert len(scripts) >= 2 and len(ours) >= 2
    for path in scripts | ours:
        assert httpx.get(f"{site.address}/{path}").headers.get_list("cache-control") == [FOR_GOOD]
    for path in ("/", "/config", "/theme.css", "/assets/none-12345678.js"):
        assert FOR_GOOD not in httpx.get(site.address + path).headers.get_list("cache-control")
    assert httpx.get(site.address + "/assets/none-12345678.js").status_code >= 400


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
    own = api_client(site.address, auth=("me", "secret"))
    assert own.view_api(return_format="dict")["named_endpoints"]
    site.page.close()
