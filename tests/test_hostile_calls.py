"""Every endpoint with values of every wrong kind: each refusal is a sentence, and none says where this server lives."""

from __future__ import annotations

import base64
import http.client
import json
import sys
import tempfile
import uuid
from pathlib import Path

import pytest

from saliency_viz.ui.server.api import caption_fields, export_fields, token_fields
from saliency_viz.ui.updates import without_places
from saliency_viz.ui.wiring import ASKED

from .app_browser import open_site, write_examples
from .traces import png

PICTURE = {"url": "data:image/png;base64," + base64.b64encode(png()).decode(), "meta": {"_type": "gradio.FileData"}}
NOT_A_NUMBER = json.loads("NaN")
WRONG = {
    "nothing": None,
    "truth": True,
    "number": -7,
    "fraction": 2.5,
    "endless": json.loads("1e999"),
    "not a number": NOT_A_NUMBER,
    "huge": 10**400,
    "text": "x",
    "path": "/etc/passwd",
    "long text": "x" * 100_000,
    "list": [],
    "nested": [[[]]],
    "table": {},
    "file of the server": {"path": str(Path(__file__).resolve()), "meta": {"_type": "gradio.FileData"}},
    "file of no place": {"path": 5, "url": [], "meta": "x"},
}
PLACES = {str(Path(__file__).resolve().parents[1]), sys.prefix, str(Path.home())} - {"/"}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = open_site(write_examples(tmp_path_factory.mktemp("hostile") / "examples"), pause=0.0, longest=4)
    yield site
    site.page.close()


class Asked:
    """One session of a site, as a page or a program has one for all it asks: gradio lays every component out anew for
    each."""

    def __init__(self, site):
        self.session = uuid.uuid4().hex
        self.connection = http.client.HTTPConnection(site.address.removeprefix("http://"), timeout=300)

    def __call__(self, method, path, body=None, raw=None):
        """(status, text)."""
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        self.connection.request(method, path, data, {"Content-Type": "application/json", "Connection": "close"})
        answer = self.connection.getresponse()
        found = answer.status, answer.read().decode(errors="replace")
        self.connection.close()
        return found


@pytest.fixture
def ask(site):
    return Asked(site)


def complaint(status, text):
    """What is wrong with a refusal, "" where it is a sentence without a place of this server."""
    leaked = [place for place in PLACES if place in text]
    if leaked:
        return f"says {leaked[0]}"
    if status < 400:
        return ""
    try:
        told = json.loads(text)
    except ValueError:
        return f"no JSON: {text[:80]}"
    said = told.get("error") or told.get("detail") if isinstance(told, dict) else told
    if not isinstance(said, str) or len(said.split()) < 2:
        return f"no sentence: {text[:120]}"
    return ""


def queued(ask, fn_index, data):
    """(500 or 200, the end of a call through the queue as text); other than 200 of the joining as they are."""
    session = ask.session
    status, text = ask("POST", "/gradio_api/queue/join", {"data": data, "fn_index": fn_index, "session_hash": session})
    if status != 200:
        return status, text
    status, stream = ask("GET", f"/gradio_api/queue/data?session_hash={session}")
    ends = [json.loads(line[6:]) for line in stream.splitlines() if line.startswith("data: ")]
    (end,) = [message for message in ends if message["msg"] == "process_completed"]
    return (200 if end["success"] else 500), json.dumps(end["output"] if not end["success"] else {})


def index_of(site, name):
    return next(index for index, function in site.page.fns.items() if function.api_name == name)


def variants(values):
    """(name, values with one of them replaced), then too few, too many and none at all."""
    for place in range(len(values)):
        for kind, wrong in WRONG.items():
            yield f"{place} {kind}", [*values[:place], wrong, *values[place + 1 :]]
    yield from (("none", []), ("too many", [*values, 1, 2, 3]), ("not a list", "x"), ("nothing", None))


def usual(fields):
    return [field.value for field in fields]


@pytest.mark.slow
def test_a_wrong_value_in_every_place_of_the_public_calls_is_a_sentence(site, ask):
    run = "gone"
    calls = {
        "caption": [PICTURE, *usual(caption_fields(256))[1:]],
        "explain_token": [run, *usual(token_fields())[1:]],
        "export": [run, *usual(export_fields())[1:]],
    }
    bad, count, refused = {}, 0, 0
    for name, values in calls.items():
        for kind, data in variants(values):
            answers = [queued(ask, index_of(site, name), data)]
            if name != "caption":
                answers.append(ask("POST", f"/gradio_api/run/{name}", {"data": data}))
            for answer in answers:
                count += 1
                refused += answer[0] >= 400
                if wrong := complaint(*answer):
                    bad[name, kind] = wrong
    assert count > 380 and refused > 250
    assert bad == {}


def test_the_kind_expected_and_what_came_are_said(site, ask):
    def said(name, place, value):
        values = {"caption": [PICTURE, *usual(caption_fields(256))[1:]], "export": ["x", *usual(export_fields())[1:]]}
        data = [*values[name][:place], value, *values[name][place + 1 :]]
        return json.loads(queued(ask, index_of(site, name), data)[1])["error"]

    assert said("caption", 2, "many") == "max_new_tokens must be a number. Got 'many'."
    assert said("caption", 3, True) == "temperature must be a number. Got True."
    assert said("caption", 5, "yes") == "sgrs must be true or false. Got 'yes'."
    assert said("caption", 0, 5).startswith('image must be a file: {"path": ...} of an upload')
    assert said("caption", 4, 10**400) == "seed must be a number. Got a whole number beyond 64 bits."
    assert said("export", 1, {"a": "b" * 100}).endswith("... .".replace(" ", ""))


@pytest.mark.slow
def test_what_the_page_itself_sends_may_be_anything_too(site, ask):
    bad, count = {}, 0
    quick = [index for index, function in site.page.fns.items() if function.fn is not None and not function.js]
    for index in quick:
        wanted = len(site.page.fns[index].inputs)
        for kind, wrong in WRONG.items():
            count += 1
            if kind in ("long text", "huge"):
                continue
            if found := complaint(*queued(ask, index, [wrong] * wanted)):
                bad[site.page.fns[index].name, kind] = found
        if found := complaint(*queued(ask, index, [1] * (wanted + 3))):
            bad[site.page.fns[index].name, "too many"] = found
    assert count > 100
    assert bad == {}


def test_what_the_page_s_parts_ask_may_be_anything(site, ask):
    bad, count = {}, 0
    functions = {function.__name__ for part in ASKED.values() for function in part}
    parts = {name: block._id for block in site.page.blocks.values() for name in functions if hasattr(block, name)}
    assert set(parts) == functions
    for name, component in parts.items():
        for kind, wrong in WRONG.items():
            if kind in ("long text", "huge") or (name, kind) == ("fetch_status", "file of the server"):
                continue  # which is told back
            count += 1
            value = wrong if count % 2 else dict.fromkeys(("run", "step", "kind", "files", "frames"), wrong)
            body = {"data": value, "component_id": component, "fn_name": name, "session_hash": "x"}
            status, text = ask("POST", "/gradio_api/component_server", body)
            silent = text[:1] == "{" and json.loads(text).get("error", "") is None
            if found := "null" if silent else complaint(status, text):
                bad[name, kind] = found
    assert count > 150
    assert bad == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("There is no file {tmp}/gradio/ab/my pic.png.", "There is no file my pic.png."),
        ("See {here}/a.py, ({tmp}).", "See a.py, (tmp)."),
        ("{tmp}foo/x and https://viz.example{tmp}/x stay", "{tmp}foo/x and https://viz.example{tmp}/x stay"),
    ],
)
def test_files_of_this_server_go_by_their_names_alone(text, told, monkeypatch):
    places = {"tmp": "/tmp", "here": str(Path.cwd())}
    if tempfile.gettempdir() != "/tmp":
        pytest.skip("another temporary folder")
    assert without_places(text.format(**places)) == told.format(**places)
