"""POPE, MME and AMBER by hand: each parser's reading, each score's arithmetic, on paper first."""

from __future__ import annotations

import json

import numpy as np
import pytest

from saliency_viz.__main__ import main
from saliency_viz.errors import DataError
from saliency_viz.evaluation import amber, mme, pope
from saliency_viz.evaluation.scoring import amber_report, mme_report, pope_report
from saliency_viz.evaluation.yes_no import PARSERS
from saliency_viz.evaluation.yes_no import mme as mme_says

from .evaluation_data import public

# answer: what each parser reads where the right answer is yes, and where it is no
READINGS = {
    "Yes": ("yes yes", "yes yes", "yes yes", "yes yes"),
    "No": ("no no", "no no", "no no", "no no"),
    "Yes, there is a dog. No cat.": ("yes yes", "yes no", "no no", "None None"),
    "There isn't one.": ("yes yes", "no yes", "no no", "None None"),
    "I do not know": ("no no", "no no", "no no", "None None"),
    "A snowy hill": ("yes yes", "no no", "yes yes", "None None"),
    "NO": ("yes yes", "no no", "no no", "no no"),
    "yes.": ("yes yes", "yes yes", "yes yes", "None None"),
    "": ("yes yes", "no yes", "yes yes", "None None"),
}


@pytest.mark.parametrize("answer", READINGS)
def test_four_parsers_read_an_answer_each_in_its_way(answer):
    found = tuple(f"{parser(answer, 'yes').said} {parser(answer, 'no').said}" for parser in PARSERS.values())
    assert found == READINGS[answer]


def test_an_answer_without_a_deciding_word_is_counted_as_guessed():
    assert {name: parser("A snowy hill", "no").found for name, parser in PARSERS.items()} == {
        "official": False,
        "vcd": True,
        "pai": False,
        "lmms-eval": False,
    }


def asked(answers: str, labels: str) -> list[dict]:
    said = {"y": "Yes", "n": "No", "?": "A hill."}
    return [
        {"question_id": i, "image": f"{i // 2}.jpg", "label": said[label].lower(), "said": said[answer]}
        for i, (answer, label) in enumerate(zip(answers, labels, strict=True))
    ]


def test_pope_by_hand():
    report = pope_report({"one": asked("yyynn?", "yynyny")})
    official, lmms = report["parsers"]["official"], report["parsers"]["lmms-eval"]
    # tp 3 (the hill is "yes"), fp 1, fn 1, tn 1
    assert [official[name] for name in pope.MEASURES] == pytest.approx([4 / 6, 3 / 4, 3 / 4, 3 / 4, 4 / 6, 1 / 6])
    # tp 2, fp 1, fn 1, tn 1, open 1: accuracy counts it as wrong, recall leaves it out
    assert [lmms[name] for name in pope.MEASURES] == pytest.approx([3 / 6, 2 / 3, 2 / 3, 2 / 3, 3 / 6, 1 / 6])
    assert (report["images"], report["questions"]) == (3, 6)


def test_several_splits_are_averaged_not_pooled():
    report = pope_report({"a": asked("yn", "yn"), "b": asked("ynyn", "nynn")})
    parts = [report["splits"][name]["official"]["f1"] for name in "ab"]
    assert parts[0] == 1.0 and report["parsers"]["official"]["f1"] == pytest.approx(np.mean(parts))


def test_a_better_run_is_better_by_as_much_as_it_is():
    labels = "ynynynynyn"
    better, worse = asked(labels, labels), asked("nnynynynyn", labels)
    found = pope_report({"q": better}, {"worse": {"q": worse}})["differences"]["official"]["worse"]
    assert found["accuracy"]["change"]["value"] == pytest.approx(0.1)


def test_public_questions_and_answers_go_through_the_command(tmp_path, capsys):
    questions = public("pope/coco_pope_random.json")
    rows = [json.loads(line) for line in questions.read_text().splitlines()]
    rng = np.random.default_rng(3)
    wrong = set(rng.choice(len(rows), 417, replace=False).tolist())
    flip = {"yes": "no", "no": "yes"}
    answers = [
        {"question_id": row["question_id"], "answer": flip[row["label"]] if index in wrong else row["label"]}
        for index, row in enumerate(rows)
    ]
    rng.shuffle(answers)
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(one) + "\n" for one in answers))
    command = ["evaluate", "pope", "--questions", str(questions), "--answers", str(tmp_path / "a.jsonl")]
    assert main([*command, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    for parser in report["parsers"].values():
        assert parser["accuracy"] == pytest.approx(1 - 417 / 3000)
        assert parser["f1"] == pytest.approx(
            2 * parser["precision"] * parser["recall"] / sum((parser["precision"], parser["recall"]))
        )
    assert main(command) == 0
    assert "lmms-eval" in capsys.readouterr().out


def test_missing_answers_are_counted_not_guessed(tmp_path):
    question = {"image": "1.jpg", "text": "?", "label": "yes"}
    (tmp_path / "q.json").write_text("".join(json.dumps({"question_id": i, **question}) + "\n" for i in range(3)))
    (tmp_path / "a.json").write_text('{"question_id": 0, "answer": "Yes"}\n')
    with pytest.raises(DataError, match="Got none for 2, first 1"):
        pope.read_answers(tmp_path / "q.json", tmp_path / "a.json")
    assert len(pope.read_answers(tmp_path / "q.json", tmp_path / "a.json", partial=True)) == 1


@pytest.mark.parametrize(
    ("answer", "said"),
    [("Yes", "yes"), ("no", "no"), ("No, it is", "no"), (" Yes.", "yes"), ("The yes", None), ("Answer: no", None)],
)
def test_mme_reads_the_first_four_letters(answer, said):
    assert mme_says(answer) == said


def test_mme_by_hand(tmp_path, capsys):
    lines = ["a\tIs it?\tYes\tYes", "a\tIs it not?\tNo\tYes", "b\tIs it?\tYes\tyes, so", "b\tNot?\tNo\tNo"]
    for name in ("existence", "count", "position", "color"):
        (tmp_path / f"{name}.txt").write_text("\n".join(lines) + "\n")
    report = mme_report(tmp_path)
    assert {name: report["subtasks"]["count"][name] for name in mme.MEASURES} == {
        "accuracy": 75,
        "accuracy_plus": 50,
        "score": 125,
    }
    assert report["paper"] == 500 and "perception" not in report
    assert main(["evaluate", "mme", "--results", str(tmp_path)]) == 0
    assert "500.00" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "part"),
    [("a\tb\tYes\n", "Got 3 fields"), ("a\tq\tYes\tYes\nb\tq\tNo\tNo\n", "another number for a")],
)
def test_a_folder_of_mme_that_cannot_be_scored_is_named(tmp_path, text, part):
    (tmp_path / "count.txt").write_text(text)
    with pytest.raises(DataError, match=part):
        mme_report(tmp_path)


TABLE = {"sky": [], "person": ["man", "people"], "tree": ["forest"], "dog": ["puppy"], "sun": [], "ground": ["floor"]}


def test_amber_captions_by_hand():
    words = amber.Associations(TABLE, frozenset(["ground"]))
    assert words.objects_named("Two men and puppies under the sun on the ground.") == ["man", "puppy", "sun", "ground"]
    row = amber.generative_row("Two men and puppies under the sun on the ground.", ["sky", "person"], ["sun"], words)
    # puppy and sun are invented, ground is safe; person of two is covered; the one trap was fallen for
    assert row == (1, True, 4, 2, 2, 1, 1, 1)


def test_amber_takes_similar_words_where_vectors_are_given():
    words = amber.Associations(TABLE, similar=lambda word, other: {word, other} == {"puppy", "person"})
    assert amber.generative_row("A puppy.", ["person"], ["sun"], words) == (1, False, 1, 0, 1, 1, 1, 0)


def test_amber_answers_take_no_as_positive():
    annotations = [
        {"id": 1, "type": "discriminative-hallucination", "truth": "no"},
        {"id": 2, "type": "discriminative-hallucination", "truth": "no"},
        {"id": 3, "type": "discriminative-attribute-state", "truth": "yes"},
        {"id": 4, "type": "relation", "truth": "yes"},
        {"id": 5, "type": "generative", "truth": ["sky"], "hallu": ["sun"]},
    ]
    said = ["No", "Perhaps", "No", "Yes", "The sky."]
    answers = [{"id": number, "response": text} for number, text in enumerate(said, start=1)]
    report = amber_report(answers, annotations, amber.Associations(TABLE))
    assert [report["discriminative"][name] for name in ("accuracy", "precision", "recall")] == [0.5, 0.5, 0.5]
    assert report["relation"]["accuracy"] == 1 and report["state"]["items"] == 1
    assert (report["generative"]["chair"], report["generative"]["cover"]) == (0, 1)


def test_ambers_own_truth_invents_nothing(tmp_path, capsys):
    annotations = json.loads(public("amber/annotations.json").read_text())
    said = {"yes": "Yes", "no": "No"}
    answers = [
        {"id": one["id"], "response": said[one["truth"]] if isinstance(one["truth"], str) else ", ".join(one["truth"])}
        for one in annotations
    ]
    (tmp_path / "a.json").write_text(json.dumps(answers))
    files = ["--annotations", str(public("amber/annotations.json")), "--relation", str(public("amber/relation.json"))]
    assert main(["evaluate", "amber", "--answers", str(tmp_path / "a.json"), *files, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["discriminative"]["f1"] == 1 and report["discriminative"]["items"] == len(annotations) - 1004
    assert report["generative"]["hal"] == 0
    assert report["generative"]["cover"] > 0.9  # an object listed twice is covered once, as in the official tool
