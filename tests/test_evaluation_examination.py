"""A run's words are judged by its truth, examined layer by layer, located in boxes, weakened, and reported whole."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

import saliency_viz as sv
from saliency_viz.__main__ import main
from saliency_viz.errors import DataError
from saliency_viz.evaluation import decay as decay_module
from saliency_viz.evaluation.chair import Vocabulary
from saliency_viz.evaluation.decay import another, decay, most_salient, weakened
from saliency_viz.evaluation.detection import S
from saliency_viz.evaluation.examination import examine, neighbours, word_at
from saliency_viz.evaluation.localisation import area, inside, localise
from saliency_viz.evaluation.mentions import Word, scores_of
from saliency_viz.evaluation.pages import html
from saliency_viz.evaluation.published import differences_at
from saliency_viz.evaluation.report_tag import ReportAbout
from saliency_viz.evaluation.scenes import write
from saliency_viz.evaluation.sections import Section
from saliency_viz.evaluation.sheets import pdf
from saliency_viz.evaluation.words import Judged, judged_traces
from saliency_viz.trace import Mark, Trace

from .engine import PROMPT, picture
from .traces import example_trace

WORDS = Vocabulary({"teapot": "teapot", "cup": "cup", "image": "image"})


def judged(count: int = 12) -> Judged:
    """Captions of a teapot that is there and cups that are not; numbers differ from trace to trace."""
    traces = tuple(example_trace(seed=seed) for seed in range(count))
    found = (Word(1, False, "image"), Word(5, False, "teapot"), Word(8, True, "cup"))
    return Judged(tuple(map(str, range(count))), traces, (found,) * count)


def test_every_table_holds_position_beside_s():
    report = examine(judged(), resamples=50)
    assert (report["captions"], report["right"], report["hallucinated"]) == (12, 24, 12)
    for table in ("scores", "table5"):
        assert {"S", "position", "S beside position", "probability"} <= set(report[table])
    assert all(one["by_position"] is not None for one in report["bins"]["S"] if one["count"])
    assert len(report["layers"]) == 5 and set(report["layers"][0]) == {"S", "S beside position", "attention on outputs"}
    # words 1 and 5 come before word 8: position alone is perfect here
    assert report["scores"]["position"]["auroc"]["value"] == 1


def test_table_5_is_mean_and_deviation_of_the_words_scores():
    given = judged()
    report = examine(given, resamples=50)
    wrong = [scores_of(trace, 8)[S] for trace in given.traces]
    assert report["table5"]["S"]["hallucinated"] == pytest.approx((np.mean(wrong), np.std(wrong, ddof=1)))


def test_salient_hallucinations_are_those_above_the_median_right_word():
    given = judged()
    right = [trace.steps[step].score for trace in given.traces for step in (1, 5)]
    wrong = {str(n): trace.steps[8].score for n, trace in enumerate(given.traces)}
    expected = sorted((name for name, score in wrong.items() if score > np.median(right)), key=lambda n: -wrong[n])
    found = examine(given, resamples=50)["salient_hallucinations"]
    assert [one["item"] for one in found] == expected and all(one["kind"] == "cup" for one in found)


def test_a_word_of_several_tokens_is_read_whole():
    texts = (" two", " octop", "uses", ",", " one", "-", "eyed", " cow", "2")
    trace = example_trace(13)
    steps = [replace(step, text=text) for step, text in zip(trace.steps, texts, strict=False)]
    trace = replace(trace, steps=(*steps, *trace.steps[len(texts) :]), marks={})
    assert [word_at(trace, at) for at in (0, 1, 2, 4, 7)] == ["two", "octopuses", "octopuses", "one", "cow2"]


def test_a_word_between_two_right_ones_is_compared_with_both():
    trace = example_trace()
    low, high = ([0.5, 0.1, 0.4], [0.5, 0.45, 0.4])
    for scores, lower in ((low, 1.0), (high, 0.0)):
        steps = list(trace.steps)
        for step, score in zip((2, 4, 6), scores, strict=True):
            steps[step] = replace(steps[step], score=score)
        one = SimpleNamespace(steps=steps)
        found = neighbours(
            [one, one], [[Word(2, False), Word(4, True), Word(6, False)], [Word(2, False), Word(4, False)]]
        )
        assert (found.hallucinated, found.lower, found.right, found.right_lower) == (1, lower, 0, None)


def test_marked_traces_are_examined_without_a_truth(tmp_path, capsys):
    marks = {1: Mark("right"), 5: Mark("right"), 8: Mark("hallucinated")}
    for seed in range(3):
        replace(example_trace(seed=seed), marks=marks).save(tmp_path / f"{seed}.trace")
    assert main(["evaluate", "detect", str(tmp_path)]) == 0
    assert "Too few" in capsys.readouterr().out
    assert main(["evaluate", "detect", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["hallucinated"] == 3
    example_trace().save(tmp_path / "bare.trace")
    with pytest.raises(DataError, match="must be marked"):
        judged_traces([tmp_path / "bare.trace"])


def test_a_map_all_inside_its_box_points_there_and_elsewhere_not():
    trace = example_trace()  # 5 x 7 tokens of equal boxes
    rows = np.zeros_like(trace.saliency)
    token = 2 * 7 + 3  # third row, fourth column
    rows[5, :, trace.positions("image")[token]] = 1
    trace = replace(trace, saliency=rows)
    width, height = trace.pictures[0].size
    left, top, right, bottom = trace.boxes[token]
    box = [left / width, top / height, right / width, bottom / height]
    assert inside(trace, 5, [box], "saliency") == (True, pytest.approx(1.0, abs=0.01))
    assert inside(trace, 5, [[0, 0, 0.1, 0.1]], "saliency") == (False, 0.0)
    half = [left / width, top / height, (left + right) / 2 / width, bottom / height]
    assert inside(trace, 5, [half], "saliency")[1] == pytest.approx(0.5, abs=0.13)
    found = localise(
        [trace], [[Word(5, False, "teapot"), Word(8, True, "cup"), Word(1, False, "x")]], [{"teapot": [box]}]
    )
    assert (found.words, found.pointing["saliency"].value) == (1, 1.0)
    assert found.chance == pytest.approx(area([box])) == pytest.approx(1 / 35, abs=0.01)


def test_overlapping_boxes_count_once():
    assert area([[0, 0, 0.5, 1], [0, 0, 0.5, 1]]) == pytest.approx(0.5, abs=0.01)
    assert area([[0, 0, 0.5, 1], [0.25, 0, 0.75, 1]]) == pytest.approx(0.75, abs=0.01)


@pytest.fixture(scope="module")
def model(llava_dir):
    return sv.load_model(llava_dir, device="cpu")


def test_the_most_salient_right_word_is_weakened_and_factor_one_changes_nothing(model):
    plain = sv.caption(model, picture(), PROMPT, 13)
    rest = "".join(step.text for step in plain.steps[5:])
    assert weakened(model, plain, picture(), PROMPT, 3, 1.0, 4) == rest
    assert weakened(model, plain, picture(), PROMPT, 3, 100.0, 4) != rest
    trace = example_trace()
    score = {step: trace.steps[step].score for step in (1, 5, 8)}
    assert most_salient(trace, frozenset(["image", "teapot"]), WORDS) == max((1, 5), key=score.get)
    assert most_salient(trace, frozenset(["pizza"]), WORDS) is None
    assert another(trace, 5, "a") in range(5) and another(trace, 0, "a") == 0


def test_table_6_has_a_row_for_every_target_and_factor(model, monkeypatch):
    monkeypatch.setattr(decay_module, "most_salient", lambda trace, kinds, vocabulary: 3)
    rows = decay(
        model,
        {"a": picture(), "b": picture(seed=1)},
        {"a": frozenset(), "b": frozenset()},
        WORDS,
        PROMPT,
        7,
        (1.0, 0.2),
    )
    assert [(row.target, row.factor) for row in rows] == [(t, f) for t in ("salient", "random") for f in (1.0, 0.2)]
    assert rows[0].change["chair_s"].change.value == 0 and rows[0].chair == rows[2].chair


def test_the_papers_gains_stand_beside_what_chance_moves():
    rows = {(row.measure, row.method): row for row in differences_at(500)}
    assert rows["CHAIRs", "LocoRE"].change == -12.6 and rows["CHAIRs", "LocoRE"].larger
    assert not rows["recall", "LocoRE"].larger and not rows["recall", "LocoRE"].larger_paired
    assert rows["POPE F1", "LocoRE"].change == 1.5 and not rows["POPE F1", "LocoRE"].larger
    few = {(row.measure, row.method): row for row in differences_at(125)}
    assert few["CHAIRs", "LocoRE"].apart == pytest.approx(2 * rows["CHAIRs", "LocoRE"].apart)


def test_a_page_escapes_what_it_is_told_and_needs_nothing_else():
    section = Section("<b>", "a & b", (("t", "| x | y |\n|---|---|\n| <i> | 1 |\nplain"),), ())
    page = html(ReportAbout("<title>", "m", 3), [section])
    assert "<i>" not in page and "&lt;i&gt;" in page and "<td>1</td>" in page and "<p>plain</p>" in page
    assert "http" not in page and pdf(ReportAbout("t", "m", 3), [section]).startswith(b"%PDF")


def test_decodings_of_a_run_stand_side_by_side(tmp_path, capsys):
    said = {"plain": ("A teapot and a cup.", "A cup."), "locore": ("A teapot.", "A cup, a cup and a teapot.")}
    methods = {"plain": {}, "locore": {"locore": {"beta": 0.15}}}
    (tmp_path / "run.json").write_text(json.dumps({"methods": methods, "task": "chair"}))
    for name, captions in said.items():
        rows = [{"id": n, "image_id": n, "caption": text, "tokens": 4} for n, text in enumerate(captions)]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)))
        seconds = [{"id": n, "prefill": 0.5, "decode": 1.0 + n} for n in range(2)]
        (tmp_path / f"{name}.seconds.jsonl").write_text("\n".join(map(json.dumps, seconds)))
    (tmp_path / "truth.json").write_text(json.dumps({"0": ["teapot"], "1": ["cup", "teapot"]}))
    (tmp_path / "words.txt").write_text("teapot\ncup\n")
    asked = [str(tmp_path), "--truth", str(tmp_path / "truth.json"), "--synonyms", str(tmp_path / "words.txt")]
    assert main(["evaluate", "decodings", *asked, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    plain, locore = found["decodings"]["plain"], found["decodings"]["locore"]
    assert (plain["chair_s"], plain["chair_i"], plain["recall"]) == (1 / 2, 1 / 3, 2 / 3)
    assert (locore["chair_s"], locore["recall"], locore["length"]) == (0, 1, 4.5)
    assert (plain["seconds"], plain["ms"]) == (2.0, 500.0) and plain["intervals"]["seconds"] == [1.5, 2.5]
    assert found["differences"]["locore"]["plain"]["recall"]["change"]["value"] == pytest.approx(1 / 3)
    assert main(["evaluate", "decodings", *asked]) == 0
    shown = capsys.readouterr().out
    assert "| locore   | 0.0 [0.0, 0.0]" in shown and "+33.33" in shown
    assert "| CHAIRs " in shown and "chair_s" not in shown
    (tmp_path / "locore.jsonl").unlink()
    assert main(["evaluate", "decodings", *asked, "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)["decodings"]) == {"plain"}


@pytest.mark.slow
def test_scenes_run_and_report_go_end_to_end(tmp_path, capsys):
    scenes, out = write(tmp_path / "scenes", 3), tmp_path / "run"
    asked = ["--images", str(scenes / "images"), "--prompt", "Describe the image.", "--max-new-tokens", "40"]
    assert (
        main(
            [
                "evaluate",
                "run",
                "--task",
                "chair",
                *asked,
                "--decoding",
                "plain",
                "locore",
                "--out",
                str(out),
                "--traces",
            ]
        )
        == 0
    )
    truth = ["--truth", str(scenes / "truth.json"), "--synonyms", str(scenes / "synonyms.txt")]
    boxes = ["--boxes", str(scenes / "boxes.json")]
    capsys.readouterr()
    assert main(["evaluate", "detect", str(out), *truth, "--json"]) == 0
    seen = json.loads(capsys.readouterr().out)
    assert (seen["captions"], seen["fusion"]) == (3, "product")
    given = ["--replay", str(out / "plain.jsonl"), *asked[:4]]
    assert main(["evaluate", "detect", str(tmp_path / "replayed"), *given, *truth, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["right"] == seen["right"]
    read = [Trace.load(path) for path in sorted((tmp_path / "replayed").rglob("*.trace"))]
    for again, first in zip(read, sorted((out / "traces" / "plain").glob("*.trace")), strict=True):
        scores = [step.score for step in Trace.load(first).steps[: len(again.steps)]]
        assert [step.score for step in again.steps][1:] == pytest.approx(scores[1:], abs=1e-4)
    fused = ["--fusion", "gradient", "--limit", "2", "--traces", "--out", str(tmp_path / "fused")]
    assert main(["evaluate", "run", "--task", "chair", *asked, *fused]) == 0
    assert main(["evaluate", "detect", str(tmp_path / "fused"), *truth, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["fusion"] == "gradient"
    assert main(["evaluate", "decodings", str(out), *truth, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["decodings"]["locore"]["seconds"] > 0
    assert main(["evaluate", "table1"]) == 0
    assert "| CHAIRs" in capsys.readouterr().out
    assert main(["evaluate", "localise", str(out), *truth, *boxes, "--faithfulness", "1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["localisation"]["words"] > 0 and set(found["faithfulness"]["areas"]) == {
        "saliency",
        "attention",
        "random",
    }
    assert main(["evaluate", "decay", *asked[:4], *truth, "--limit", "2", "--max-new-tokens", "40", "--json"]) == 0
    (tmp_path / "decay.json").write_text(capsys.readouterr().out)
    assert main(["evaluate", "report", str(out), *truth, *boxes, "--decay", str(tmp_path / "decay.json")]) == 0
    page = (out / "report.html").read_text(encoding="utf-8")
    for title in (
        "What was run",
        "CHAIR",
        "Time of one answer",
        "Hallucinated words: plain",
        "Localisation: locore",
        "Weakened",
    ):
        assert title in page
    assert "<td>decoding plain</td><td>no setting</td>" in page and "chair_s" not in page
    assert page.count("<svg") >= 3 and (out / "report.pdf").read_bytes().startswith(b"%PDF")
