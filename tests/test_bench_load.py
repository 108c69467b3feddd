"""The load of `bench --load`: its inputs are what they say, its numbers are right, and a small one passes."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from PIL import Image

from saliency_viz.__main__ import main
from saliency_viz.bench import hostile
from saliency_viz.bench.caller import Answer, Caller
from saliency_viz.bench.load import Load, load_rows, percentile
from saliency_viz.errors import ImageError, SettingError
from saliency_viz.images import load_image


def test_the_95th_percentile_is_the_smallest_value_that_95_of_100_do_not_exceed():
    assert percentile([float(n) for n in range(100, 0, -1)]) == 95.0
    assert percentile([3.0]) == 3.0 and percentile([1.0, 2.0]) == 2.0


def test_hostile_inputs_are_the_same_each_time_and_as_many_as_asked():
    assert list(hostile.files(37)) == list(hostile.files(37)) and len(list(hostile.files(37))) == 37
    given = list(hostile.arguments(150))
    assert given == list(hostile.arguments(150)) and len(given) == 150
    assert {name for one in given for name in one} >= set(hostile.ARGUMENTS)


def test_the_costly_files_are_what_they_claim_and_are_refused():
    scans = hostile.many_scans(3000)
    assert scans.count(b"\xff\xda") > 3000 and Image.open(BytesIO(scans)).size == (997, 701)
    for data in (scans, hostile.png_of(30_000, 30_000), hostile.png_of(100_000, 1)):
        with pytest.raises(ImageError):
            load_image(data)
    assert Image.open(BytesIO(hostile.png_of(6300, 6300))).size == (6300, 6300)


def test_an_answer_counts_as_right_only_where_every_number_is_the_single_user_s():
    load = Load("", None, 4, 3, print, right=[["a cow", [{"score": 0.25}]]], paths=["x"])
    assert not load.wrong(Answer(1.0, ["a cow", {"tokens": [{"score": 0.25}]}]), 5)
    assert not load.wrong(Answer(1.0, ["a cow", {"tokens": [{"score": 0.2500001}]}]), 5)
    for score in (0.26, None):
        assert load.wrong(Answer(1.0, ["a cow", {"tokens": [{"score": score}]}]), 5)
    assert load.wrong(Answer(1.0, ["a cow", {"tokens": []}]), 5) and load.wrong(Answer(1.0, ["a dog", {}]), 5)
    assert load.wrong(Answer(1.0, said="The queue is full."), 5)
    assert load.caller().who != load.caller().who and load.part(500, 24) == 31


def test_a_server_that_is_not_there_is_an_answer_and_no_accident():
    answer = Caller("http://127.0.0.1:9", "10.0.0.1").caption("x")
    assert answer.status == 0 and answer.said and not answer.values


def test_the_number_of_sessions_has_bounds():
    with pytest.raises(SettingError, match=r"--load must be in 2\.\.200 sessions\. Got 1\."):
        load_rows(1, 3, "demo", print)


@pytest.mark.slow
def test_a_small_load_is_stood(capsys):
    assert main(["bench", "--load", "3", "--tokens", "5", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["rows"]}
    assert "3 of 3 as a single user's, 0 refused" in rows["caption, 3 sessions at once"]["note"]
    assert rows["another's runs before one's own"]["median"] <= 2
    assert "24 exports" in rows["caption beside exports"]["note"]
    assert "0 without" in rows["hostile inputs"]["note"]
