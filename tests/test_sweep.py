"""A sweep counts captions by their scene, compares settings on the same scenes, and says how sure it is."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import pytest

import saliency_viz as sv
from saliency_viz.__main__ import main, parser
from saliency_viz.demo.kinds import KINDS
from saliency_viz.evaluation.intervals import estimates
from saliency_viz.evaluation.scenes import WORLDS, scenes_of
from saliency_viz.evaluation.sweep import HEADS, MEASURES, Tally, counts, csv_text, methods, row, sweep, table, tally

from .traces import example_trace

# kinds, seen, mentions, invented, tokens, rejected, seconds
FIRST = Tally(4, 3, 5, 2, 20, 3, 0.5)
SECOND = Tally(3, 3, 3, 0, 30, 1, 0.25)
THIRD = Tally(5, 2, 0, 0, 50, 0, 0.25)


def value(found, name: str) -> float:
    return estimates(counts(found), MEASURES)[name].value


def test_measures_are_ratios_of_sums():
    found = [FIRST, SECOND, THIRD]
    assert value(found, "chair_s") == pytest.approx(1 / 3)
    assert value(found, "chair_i") == pytest.approx(2 / 8)
    assert value(found, "recall") == pytest.approx(8 / 12)
    assert value(found, "tokens") == pytest.approx(100 / 3)
    assert value(found, "ms_per_token") == pytest.approx(10.0)
    assert value(found, "rejected") == pytest.approx(0.04)


def test_nothing_named_is_no_hallucination_and_not_a_failure():
    assert value([THIRD, THIRD], "chair_i") == 0.0


def test_scenes_that_agree_leave_no_doubt_and_others_do():
    same = estimates(counts([FIRST] * 7), MEASURES)["recall"]
    assert same.low == same.value == same.high == 0.75
    mixed = estimates(counts([FIRST, THIRD] * 5), MEASURES)["recall"]
    assert mixed.low < mixed.value < mixed.high


def test_a_change_is_paired_scene_by_scene():
    plain = [FIRST, SECOND] * 10
    better = [replace(one, invented=0) for one in plain]
    assert row(0.6, 0.0, better, plain).change.value == pytest.approx(-0.5)
    copy = list(plain)
    assert str(row(0.6, 0.0, copy, plain).change) == "0 [0, 0]"  # unpaired, this would have a width
    assert row(0.0, 0.0, plain, plain).change is None


def test_the_worlds_of_the_flag_are_those_there_are():
    flag = next(a for a in parser()._subparsers._group_actions[0].choices["sweep"]._actions if a.dest == "world")
    assert tuple(flag.choices) == tuple(WORLDS)
    scenes = {world: scenes_of(world, 1)[0] for world in WORLDS}
    assert scenes["style"].style not in (scenes["held-out"].style, scenes["combinations"].style)


def test_zero_switches_a_method_off():
    assert methods(0.0, 0.0) == (None, None)
    assert methods(0.3, 0.2) == (sv.SGRS(alpha=0.3), sv.LocoRE(beta=0.2))
    assert methods(0.3, 0.0, sv.SGRS(score="sum", history="accepted"))[0] == sv.SGRS(
        alpha=0.3, score="sum", history="accepted"
    )


def test_a_caption_is_counted_against_its_scene():
    scene = scenes_of("held-out", 1)[0]
    here = sorted(scene.kinds)[0]
    absent = sorted(set(KINDS) - set(scene.kinds))[0]
    words = ("A ", here, " and", f" a {absent}", f" and a {absent}", ".")
    trace = replace(example_trace(steps=6, words=words), seconds={"prefill": 9.0, "decode": 0.5, "observe": 0.25})
    found = tally(trace, scene)
    assert (found.kinds, found.seen, found.mentions, found.invented) == (len(scene.kinds), 1, 3, 2)
    assert (found.tokens, found.rejected, found.seconds) == (6, 2, 0.75)


@pytest.mark.slow
def test_the_grid_is_run_in_full_and_written_three_ways(llava_dir, tmp_path, capsys):
    out, figure = tmp_path / "sweep.csv", tmp_path / "sweep.svg"
    arguments = ["sweep", "--model", str(llava_dir), "--alpha", "0,0.9", "--beta", "0,0.5", "--scenes", "2", "--json"]
    assert main([*arguments, "--csv", str(out), "--figure", str(figure)]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(one["alpha"], one["beta"]) for one in rows] == [(0, 0), (0, 0.5), (0.9, 0), (0.9, 0.5)]
    assert [one["change"] is None for one in rows] == [True, False, False, False]
    assert all(one["scenes"] == 2 and one["ms_per_token"]["value"] > 0 for one in rows)
    with out.open(newline="") as file:
        written = list(csv.DictReader(file))
    assert [float(line["tokens"]) for line in written] == [one["tokens"]["value"] for one in rows]
    assert "CHAIR_s" in figure.read_text(encoding="utf-8")


def test_a_grid_point_is_what_caption_gives(llava_dir):
    model = sv.load_model(llava_dir)
    rows = sweep(model, [0.6], [0.0], scenes=1, max_new_tokens=7, temperature=1.0, seed=4)
    assert (rows[0].tokens.value, rows[0].change) == (7.0, None)


def test_the_table_has_a_column_for_each_head():
    lines = table([row(0.6, 0.15, [FIRST, SECOND], [SECOND, SECOND])]).splitlines()
    assert len(lines) == 3 and {line.count("|") for line in lines} == {len(HEADS) + 1}
    assert csv_text([row(0, 0, [FIRST], None)]).count("\n") == 2


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--scenes", "0"], "scenes must be"),
        (["--alpha", "2"], "alpha must be in [0, 1]"),
        (["--beta", "-1"], "beta must be in"),
        (["--figure", "x.gif"], ".png, .svg or .pdf"),
        (["--csv", "/no/such/folder/x.csv"], "Make it first"),
    ],
)
def test_a_sweep_that_cannot_be_done_says_so_first(capsys, llava_dir, monkeypatch, tmp_path, arguments, part):
    monkeypatch.chdir(tmp_path)
    assert main(["sweep", "--model", str(llava_dir), *arguments]) == 2
    assert part in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
