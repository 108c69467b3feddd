"""Answers judged: as worded, in other true words, and not when wrong."""

from random import Random

import pytest

from saliency_viz.demo.answers import answer_is_right, yes_or_no
from saliency_viz.demo.pairs import pair_caption, pair_question
from saliency_viz.demo.questions import dialogue
from saliency_viz.demo.world import sample_scene

from .test_demo_world import group, scene_of

CORNER = scene_of(group("cow", (0.2, 0.3)), group("pig", (0.2, 0.55), (0.2, 0.85)), group("owl", (0.9, 0.9)))


@pytest.mark.parametrize(
    ("answer", "wanted", "asked", "right"),
    [
        ("The cow is at the top.", "The cow is on the left.", "Where is the cow?", True),  # a corner is in two places
        ("The cow is on the right.", "The cow is on the left.", "Where is the cow?", False),
        ("The pigs are on the left.", "The cow is on the left.", "Where is the cow?", False),
        ("It is at the top.", "The cow is on the left.", "Where is the cow?", True),
        ("It is at the bottom.", "It is on the left.", "Is there a cow?\nYes, there is a cow.\nWhere is it?", False),
        ("On the left are two pigs.", "On the left is a cow.", "What is on the left?", True),
        ("On the left is an owl.", "On the left is a cow.", "What is on the left?", False),
        ("Next to it are two pigs.", "Next to it are two pigs.", "What is next to it?", True),
        ("Next to it is an owl.", "Next to it are two pigs.", "Is there a cow?\nYes.\nWhat is next to it?", False),
        ("Nothing is next to it.", "Next to it are two pigs.", "Where is the cow?\nWhat is next to it?", False),
        ("Yes, there is a cow at the top.", "Yes, there is a cow on the left.", "Is there a cow?", True),
        ("Yes, there are two cows on the left.", "Yes, there is a cow on the left.", "Is there a cow?", False),
        ("No, there is no cow.", "Yes, there is a cow on the left.", "Is there a cow?", False),
        ("Yes, there is a dog on the left.", "No, there is no dog.", "Is there a dog?", False),
        ("No, there is no dog.", "No, there is no dog.", "Is there a dog?", True),
        ("No, it is at the top.", "No, it is on the left.", "Is the cow on the right?", True),
        ("Yes, it is on the left.", "No, it is on the left.", "Is the cow on the right?", False),
        ("There are two pigs.", "There are two pigs.", "How many pigs?", True),
        ("There are three pigs.", "There are two pigs.", "How many pigs?", False),
        ("Two.", "There are two pigs.", "How many pigs?", False),
        ("", "There are two pigs.", "How many pigs?", False),
    ],
)
def test_an_answer_is_judged_by_the_scene(answer, wanted, asked, right):
    assert answer_is_right(answer, wanted, CORNER, asked) is right


def test_every_true_answer_is_right_and_that_of_another_scene_mostly_is_not():
    wrong = 0
    for seed in range(200):
        scene, other = sample_scene(seed), sample_scene(seed + 1000)
        turns, others = dialogue(scene, Random(seed)), dialogue(other, Random(seed))
        asked = "\n".join(text for turn in turns for text in turn[:1])
        assert answer_is_right(turns[-1][1], turns[-1][1], scene, asked)
        wrong += not answer_is_right(others[-1][1], turns[-1][1], scene, asked)
    assert wrong > 120


def test_yes_and_no_are_read_from_the_first_word():
    assert [yes_or_no(text) for text in ("Yes, there is.", "no", "Nothing.", "Yesterday", "")] == [
        "yes",
        "no",
        *[None] * 3,
    ]


def test_a_pair_of_pictures_is_told_one_after_the_other():
    farm = scene_of(group("cow", (0.2, 0.5)))
    street = scene_of(group("car", (0.5, 0.5), colour="red"), theme="street")
    told = "The first picture shows a farm with a cow on the left."
    then = "The second picture shows a street with a red car in the middle."
    assert pair_caption((farm, street)) == f"{told} {then}"
    seen = {pair_question((farm, street), Random(seed)) for seed in range(100)}
    assert seen == {
        ("What is in the first picture?", told),
        ("What is in the second picture?", then),
        ("Which picture shows a cow?", "The first picture shows a cow."),
        ("Which picture shows a car?", "The second picture shows a car."),
    }
