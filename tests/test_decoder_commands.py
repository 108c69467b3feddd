"""Decoders by name on the command line, in the bench, and in docs/decoders.md."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import saliency_viz as sv
from saliency_viz import settings
from saliency_viz.__main__ import main
from saliency_viz.decoding.decoders import DECODERS

from .engine import picture

DOCS = Path(__file__).resolve().parents[1] / "docs" / "decoders.md"
TESTS = Path(__file__).with_name("test_decoders.py").read_text(encoding="utf-8")


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "picture.png"
    picture().save(path)
    return str(path)


def test_caption_takes_a_decoder_and_its_settings(image, llava_dir, tmp_path, capsys):
    out = tmp_path / "run.trace"
    arguments = ["caption", image, "--model", str(llava_dir), "--max-new-tokens", "3", "--device", "cpu"]
    assert main([*arguments, "--decoding", "vcd", "--set", "alpha=2", "noise_step=7", "--out", str(out)]) == 0
    found = sv.Trace.load(out).settings.decoding
    assert found == sv.Decoding("vcd", {"alpha": 2, "beta": 0.1, "noise_step": 7})


@pytest.mark.parametrize(
    "more,sentence",
    [
        (["--decoding", "halc"], "HALC cannot be had here"),
        (["--set", "alpha=1"], "--set needs --decoding"),
        (["--decoding", "vcd", "--set", "alpha"], "must look like alpha=1"),
    ],
)
def test_what_does_not_fit_ends_with_a_sentence(image, llava_dir, capsys, more, sentence):
    assert main(["caption", image, "--model", str(llava_dir), "--device", "cpu", *more]) == 2
    assert sentence in capsys.readouterr().err


def test_decoders_lists_every_row(capsys):
    assert main(["decoders", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == [row.name for row in DECODERS]
    assert main(["decoders"]) == 0
    text = capsys.readouterr().out
    for row in DECODERS:
        assert row.title in text and all(setting.meaning in text for setting in row.settings)


def test_decodings_of_one_picture_as_a_table(image, llava_dir, capsys):
    arguments = ["decodings", image, "--model", str(llava_dir), "--max-new-tokens", "3", "--device", "cpu"]
    names = ["--decodings", "plain", "sgrs+locore", "vcd:alpha=2", "dola:layer=1"]
    assert main([*arguments, *names, "--json"]) == 0
    lines = {line["name"]: line for line in json.loads(capsys.readouterr().out)}
    assert list(lines) == names[1:]
    model = sv.load_model(llava_dir, device="cpu")
    for name, more in {"plain": {}, "vcd:alpha=2": {"decoding": sv.Decoding("vcd", {"alpha": 2})}}.items():
        trace = sv.caption(model, image, max_new_tokens=3, **more)
        assert lines[name]["caption"] == trace.text.strip() and lines[name]["tokens"] == len(trace.steps)
    assert lines["plain"]["changed"] == 0 and "has the settings" in lines["dola:layer=1"]["refused"]
    assert main([*arguments, "--decodings", "plain", "sgrs"]) == 0
    first, second, third = capsys.readouterr().out.splitlines()
    assert first.split() == ["decoding", "changed", "score", "rejected", "seconds", "caption"]
    assert second.startswith("plain") and third.startswith("sgrs")


def test_the_page_offers_the_rows_that_can_be_had():
    assert {row.name: row.title for row in DECODERS if row.make is not None} == settings.DECODERS


def test_settings_are_read_as_they_are_written():
    one = sv.Decoding("vcd", {"alpha": 0.1, "noise_step": 7})
    assert sv.Decoding.read("vcd", one.written()) == one
    assert sv.Decoding.read("vcd", " alpha = 2 ,") == sv.Decoding("vcd", {"alpha": 2.0})


@pytest.mark.parametrize("row", DECODERS, ids=lambda row: row.name)
def test_the_page_of_decoders_says_what_the_table_says(row):
    text = " ".join(DOCS.read_text(encoding="utf-8").replace("\\", "").split())
    assert f"`{row.name}`" in text and row.title in text and row.paper in text
    if row.make is None:
        assert row.absent in text
        return
    assert row.formula in text and row.reading in text and row.passes in text
    for setting in row.settings:
        assert f"`{setting.name}` {setting.default:.4g}" in text
    line = next(line for line in DOCS.read_text(encoding="utf-8").splitlines() if f"| `{row.name}` |" in line)
    test = line.split("`test_")[1].split("`")[0]
    assert f"def test_{test}(" in TESTS


@pytest.mark.slow
def test_the_bench_has_a_row_for_each_decoder(llava_dir):
    from saliency_viz.bench.decoders import decoder_rows
    from saliency_viz.verify.workload import real

    work = real(sv.load_model(llava_dir, device="cpu"), 3, 20)
    rows = decoder_rows(work, 1, lambda text: None)
    names = ["plain", *(row.name for row in DECODERS if row.make is not None)]
    assert [row.name for row in rows] == names * 2
    assert all(row.median > 0 for row in rows)
