"""CHAIR counts what it should by hand, keeps every mention's place, and agrees with published numbers."""

from __future__ import annotations

import json
import sys

import pytest
import typeguard

from saliency_viz.__main__ import main
from saliency_viz.errors import DataError
from saliency_viz.evaluation.chair import Vocabulary, _inflector, chair, count
from saliency_viz.evaluation.coco import synonyms, synonyms_of
from saliency_viz.evaluation.records import image_key
from saliency_viz.evaluation.scoring import captions_of
from saliency_viz.evaluation.truth import coco_truth, read_truth

from .evaluation_data import public

WORDS = Vocabulary()


def kinds(caption: str) -> list[str]:
    return [mention.kind for mention in WORDS.mentions(caption)]


def test_inflect_is_loaded_without_rewriting_its_source(monkeypatch):
    monkeypatch.delitem(sys.modules, "inflect", raising=False)
    monkeypatch.setattr("typeguard._decorators.instrument", lambda function: pytest.fail("it was rewritten"))
    before = typeguard.typechecked
    assert _inflector.__wrapped__().singular_noun("octopuses") == "octopus"
    assert typeguard.typechecked is before


@pytest.mark.parametrize(
    ("caption", "wanted"),
    [
        ("Two men ride motorbikes past a bus.", ["person", "motorcycle", "bus"]),
        ("Children feed geese; the oxen and the calves watch.", ["person", "bird", "cow", "cow"]),
        ("A hot dog on a bench, two hot dogs on benches.", ["hot dog", "bench", "hot dog", "bench"]),
        ("A baby elephant and an adult giraffe.", ["elephant", "giraffe"]),
        ("A baby on a passenger train near a train track.", ["person", "train"]),
        ("The seat of the toilet is up.", ["toilet"]),
        ("A toilet seat.", ["toilet"]),
        ("A seat by the window.", ["chair"]),
        ("The player slides into home plate with a baseball bat.", ["person", "baseball bat"]),
        ("A bow tie, ties and a teddy bear.", ["tie", "tie", "teddy bear"]),
        ("Knives, glasses and wine glasses, dishes, skis, scissors.", ["knife", "wine glass", "skis", "scissors"]),
        ("Nothing but sky.", []),
        ("", []),
        ("a bus stop sign", ["bus", "stop sign"]),
    ],
)
def test_words_become_classes(caption, wanted):
    assert kinds(caption) == wanted


def test_every_mention_keeps_its_place():
    caption = "Über zwei Cars: a HOT  DOG, dogs."
    found = WORDS.mentions(caption)
    assert [(caption[m.start : m.stop], m.kind) for m in found] == [
        ("Cars", "car"),
        ("HOT  DOG", "hot dog"),
        ("dogs", "dog"),
    ]


def test_a_caption_is_counted_by_hand():
    one = count("7", "A dog, a cat and two dogs on a couch.", ["dog", "couch", "book"], WORDS)
    assert one.invented == (False, True, False, False)
    assert one.row == (1, 1, 4, 1, 3, 2, 10)


def test_measures_are_ratios_of_sums_over_captions():
    found = chair({"1": "A dog and a cat.", "2": "A dog."}, {"1": ["dog"], "2": ["dog", "car"]})
    assert {name: one.value for name, one in found.items()} == pytest.approx(
        {"chair_s": 0.5, "chair_i": 1 / 3, "recall": 2 / 3, "length": 3.5}
    )


def test_there_are_eighty_classes_and_every_plural_is_known():
    table = synonyms()
    assert len(set(table.values())) == 80
    for word, kind in table.items():
        assert kinds(f"the {word}") == [kind]


@pytest.mark.parametrize("name", ["42", 42, "COCO_val2014_000000000042.jpg", "000000000042.jpg", "000000000042"])
def test_an_image_has_one_name(name):
    assert image_key(name) == "42"


def test_names_that_are_no_numbers_stay():
    assert [image_key(name) for name in ("cow.png", "scene-7", "a.b/c_12.jpg")] == ["cow", "scene-7", "c_12"]


def test_coco_files_give_annotated_and_described_objects(tmp_path):
    (tmp_path / "instances.json").write_text(
        json.dumps(
            {
                "images": [{"id": 1}, {"id": 2}],
                "categories": [{"id": 18, "name": "dog"}],
                "annotations": [{"image_id": 1, "category_id": 18}],
            }
        )
    )
    references = {"annotations": [{"image_id": 1, "caption": "A man walks."}, {"image_id": 2, "caption": "Snow."}]}
    (tmp_path / "captions.json").write_text(json.dumps(references))
    found = coco_truth([tmp_path / "instances.json"], [tmp_path / "captions.json"], WORDS)
    assert found == {"1": {"dog", "person"}, "2": set()}
    with pytest.raises(DataError, match="It lacks categories"):
        coco_truth([tmp_path / "captions.json"], [], WORDS)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('{"image_id": 1}\n', "must have the field 'caption'"),
        ('{"image_id": 1, "caption": "A dog"}\n{"image_id": 1, "caption": "A', "Line 2"),
        ('{"image_id": 1, "caption": "A"}\n{"image_id": "1", "caption": "B"}\n', "Got two for 1"),
        ('{"image_id": 2, "caption": "A"}\n', "It lacks 1, first 2"),
        ("", "at least one record"),
        ("[3]", "must be an object"),
    ],
)
def test_captions_that_cannot_be_scored_are_named(tmp_path, text, part):
    (tmp_path / "captions.jsonl").write_text(text)
    with pytest.raises(DataError, match=part):
        captions_of(tmp_path / "captions.jsonl", {"1": frozenset()})


def test_the_command_prints_what_the_function_finds(tmp_path, capsys):
    captions, truth, places = (tmp_path / name for name in ("c.jsonl", "t.json", "m.jsonl"))
    captions.write_text('{"image_id": 1, "caption": "A dog and a cat."}\n{"image_id": 2, "caption": "A dog."}\n')
    truth.write_text('{"1": ["dog"], "2": ["dog", "car"]}')
    command = ["evaluate", "chair", "--captions", str(captions), "--truth", str(truth), "--against", str(captions)]
    assert main([*command, "--mentions", str(places), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["chair_s"], report["recall"], report["images"]) == (0.5, pytest.approx(2 / 3), 2)
    assert report["differences"][str(captions)]["chair_i"]["change"]["value"] == 0
    first = json.loads(places.read_text().splitlines()[0])
    assert first["mentions"][1] == {"start": 12, "stop": 15, "kind": "cat", "invented": True}
    assert main(command) == 0
    assert "CHAIRs %" in capsys.readouterr().out


def test_a_run_over_other_images_is_not_compared(tmp_path, capsys):
    (tmp_path / "a.jsonl").write_text('{"image_id": 1, "caption": "A dog."}\n')
    (tmp_path / "b.jsonl").write_text('{"image_id": 2, "caption": "A dog."}\n')
    (tmp_path / "t.json").write_text('{"1": ["dog"], "2": []}')
    files = [str(tmp_path / name) for name in ("a.jsonl", "t.json", "b.jsonl")]
    assert main(["evaluate", "chair", "--captions", files[0], "--truth", files[1], "--against", files[2]]) == 2
    assert "same 1 images" in capsys.readouterr().err
    assert main(["evaluate", "chair", "--captions", files[0]]) == 2


# An independent scorer's numbers on public captions of LLaVA-1.5, in percent.
PUBLISHED = {"greedy": (45.0, 12.6), "beam5": (49.0, 13.8), "ours": (44.8, 12.7)}


@pytest.mark.parametrize("own_list", [True, False])
@pytest.mark.parametrize("run", PUBLISHED)
def test_public_captions_score_what_was_published(run, own_list):
    truth = read_truth(public("chair/ground-truth.json"))
    captions = captions_of(public(f"chair/llava-1.5-{run}.jsonl"), truth)
    words = WORDS if own_list else Vocabulary(synonyms_of(public("chair/synonyms.txt").read_text()))
    found = [count(image, caption, truth[image], words) for image, caption in captions.items()]
    inventing = sum(any(one.invented) for one in found) / len(found)
    invented = sum(sum(one.invented) for one in found) / sum(len(one.mentions) for one in found)
    assert (len(found), 100 * inventing) == (500, pytest.approx(PUBLISHED[run][0], abs=1.0))
    assert 100 * invented == pytest.approx(PUBLISHED[run][1], abs=0.7)


def test_no_word_stands_for_another_class_than_in_the_published_list():
    published = synonyms_of(public("chair/synonyms.txt").read_text())
    own = synonyms()
    assert set(published.values()) == set(own.values())
    assert {word for word in own.keys() & published.keys() if own[word] != published[word]} == set()
