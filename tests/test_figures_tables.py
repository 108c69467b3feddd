"""Tables equal what the figures show, and read back as the same numbers."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from io import BytesIO, StringIO

import numpy as np
import pytest

from saliency_viz.figures.rows import metrics, tables
from saliency_viz.figures.rows.view import View
from saliency_viz.settings import LocoRE
from saliency_viz.trace import Mark
from tests.traces import example_trace, frames_trace

RAW = View(layers=1, normalization="raw")


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


def test_keys_read_back_from_csv_are_the_rows_of_reading() -> None:
    trace = example_trace(locore=LocoRE(beta=0.25, window=2))
    lines = read(tables.csv_text(tables.key_table(trace, 6, RAW)))
    assert len(lines) == 48  # the row of step 6 sees positions 0..47
    for kind in metrics.KINDS:
        found = np.array([float(line[kind]) for line in lines], np.float32)
        np.testing.assert_array_equal(found, metrics.row(trace, 6, kind, 1, "raw")[:48])
    assert [line["part"] for line in lines] == ["template"] * 3 + ["image"] * 35 + ["prompt"] * 4 + ["outputs"] * 6
    plain = [line["saliency_raw"] for line in tables.key_table(trace, 6)]
    np.testing.assert_array_equal(np.float32(plain), metrics.row(trace, 6, normalization="raw")[:48])
    assert [float(line["gain"]) for line in lines] == trace.gain(6)[:48].tolist()
    assert [lines[3 + 8][edge] for edge in ("left", "top", "right", "bottom")] == ["10.0", "10.0", "20.0", "20.0"]
    assert lines[40]["left"] == "" and lines[40]["picture"] == ""


def test_steps_read_back_from_csv_are_the_facts_of_the_page() -> None:
    trace = replace(example_trace(), marks={4: Mark("hallucinated", "no red here")})
    lines = read(tables.csv_text(tables.step_table(trace)))
    assert [line["text"] for line in lines] == [step.text for step in trace.steps]
    assert lines[0]["score"] == "" and float(lines[4]["score"]) == trace.steps[4].score
    assert (lines[4]["judgement"], lines[4]["note"], lines[5]["judgement"]) == ("hallucinated", "no red here", "")
    for step, line in enumerate(lines):
        for kind in metrics.KINDS:
            found = {part: float(line[f"{kind}_{part}"]) for part in metrics.PARTS}
            assert found == metrics.shares(trace, step, kind) and sum(found.values()) == pytest.approx(1)


def test_each_picture_s_share_reads_back_and_the_file_says_when_frames_were_shown() -> None:
    trace = frames_trace(3, groups=3, together=2, odd=1)
    lines = read(tables.csv_text(tables.step_table(trace, RAW)))
    for step, line in enumerate(lines):
        for kind in metrics.KINDS:
            wanted = metrics.picture_shares(trace, step, kind, 1, "raw")
            assert [float(line[f"{kind}_picture_{first}"]) for first in (0, 2, 4)] == wanted[[0, 2, 4]].tolist()
    about = tables.metadata(replace(trace, system="Be brief.", history=(("user", "What?"),)))
    assert about["frame_seconds"] == pytest.approx([0, 0.4, 0.8, 1.2, 1.6]) and about["frames_per_token"] == 2
    assert (about["system"], about["history"]) == ("Be brief.", [["user", "What?"]])
    assert "saliency_picture_0" not in tables.step_table(example_trace())[0]


def test_candidates_keep_order_and_verdict() -> None:
    lines = read(tables.csv_text(tables.candidate_table(example_trace())))
    assert len(lines) == 22 and [line["verdict"] for line in lines[4:6]] == ["accepted", "rejected"]
    assert lines[5]["text"] == " <b>dog</b>" and float(lines[5]["saliency"]) == 0.001


@pytest.mark.parametrize("text", ["=1+1", "+a", "-b", "@c", "\td", "=cmd|' /C calc'!A0"])
def test_a_token_cannot_be_a_formula(text: str) -> None:
    (line,) = read(tables.csv_text([{"text": text, "value": -0.5}]))
    assert line == {"text": "'" + text, "value": "-0.5"}


def test_text_with_commas_quotes_and_breaks_reads_back() -> None:
    texts = ['a,"b"', "\n", " ", "", "茶壶", "<b>"]
    assert [line["text"] for line in read(tables.csv_text([{"n": 1, "text": text} for text in texts]))] == texts
    assert tables.csv_text([]) == ""


def test_npz_reads_back_without_pickle_and_equals_reading() -> None:
    trace = example_trace()
    with np.load(BytesIO(tables.npz_bytes(trace, RAW)), allow_pickle=False) as found:
        np.testing.assert_array_equal(found["saliency"], trace.saliency)
        np.testing.assert_array_equal(found["view_saliency"], metrics.rows(trace, layers=1, normalization="raw"))
        np.testing.assert_array_equal(found["view_attention_triangle"], metrics.triangle(trace, 1, "attention"))
        np.testing.assert_array_equal(found["scores"], metrics.score_curve(trace).scores)
        assert found["token_texts"].tolist() == list(trace.token_texts)
        assert found["part_names"][found["parts"]].tolist()[:4] == ["template"] * 3 + ["image"]
        assert json.loads(str(found["metadata"]))["view"]["layers"] == 1


def test_json_is_strict_and_says_where_the_numbers_come_from() -> None:
    trace = example_trace()
    text = tables.json_text(trace, RAW, step=3)
    found = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert found["metadata"]["model"]["name"] == "synthetic" and found["metadata"]["settings"]["sgrs"]["alpha"] == 0.6
    assert found["metadata"]["caption"] == trace.text and found["metadata"]["view"]["normalization"] == "raw"
    assert found["metadata"]["program"].startswith("saliency_viz ")
    triangle = np.array(found["output_triangle"]["saliency"], float)
    np.testing.assert_array_equal(triangle.astype(np.float32), metrics.triangle(trace, 1, normalization="raw"))
    assert found["steps"][0]["score"] is None and len(found["keys"]["lines"]) == 45
