"""Reading captions: hand-written ones with answers worked out by hand, and generated ones that must read back true."""

import subprocess
import sys
from random import Random

import pytest

from saliency_viz.demo.grammar import caption, question
from saliency_viz.demo.truth import claims, is_grammatical, is_grammatical_answer, mentions, stated_theme
from saliency_viz.demo.world import sample_scene

from .test_demo_world import group, scene_of

SCENE = scene_of(
    group("palm tree", (0.2, 0.5), size=0.4),
    group("fish", (0.8, 0.4), (0.8, 0.6), colour="red"),
    group("dog", (0.5, 0.9)),
    theme="beach",
)


def test_a_palm_tree_is_no_tree():
    text = "A beach with a palm tree and a tree."
    assert [(text[m.start : m.end], m.kind, m.in_scene) for m in mentions(text, SCENE)] == [
        ("palm tree", "palm tree", True),
        ("tree", "tree", False),
    ]


def test_plurals_are_found_and_parts_of_words_are_not():
    text = "Two dogs chase catfish and a busy carpet."
    assert [m.kind for m in mentions(text, SCENE)] == ["dog"]


def test_what_is_denied_is_not_mentioned():
    assert mentions("No, there is no dog.", SCENE) == []


def test_spans_point_at_the_noun():
    text = "There are two bunches of grapes at the top."
    (mention,) = mentions(text, SCENE)
    assert text[mention.start : mention.end] == "bunches of grapes"


def test_claims_are_judged_one_by_one():
    text = "A beach with two blue fish on the right. There is a dog at the top and three palm trees on the left."
    assert [(text[c.start : c.end], c.kind, c.aspect, c.right) for c in claims(text, SCENE)] == [
        ("two", "fish", "count", True),
        ("blue", "fish", "colour", False),
        ("on the right", "fish", "place", True),
        ("a", "dog", "count", True),
        ("at the top", "dog", "place", False),
        ("three", "palm tree", "count", False),
        ("on the left", "palm tree", "place", True),
    ]


def test_nothing_is_judged_of_what_is_absent():
    assert claims("A beach with two cows on the left. The cow is above the dog.", SCENE) == []


def test_relations_and_positions_are_judged():
    text = "The dog is below the palm tree. The dog is left of the palm tree. The fish are on the left."
    assert [(c.aspect, c.stated, c.right) for c in claims(text, SCENE)] == [
        ("relation", "below", True),
        ("relation", "left of", False),
        ("place", "left", False),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "A farm with a cow on the left. There is an owl at the top.",
        "This is a beach with two red fish. The fish are on the right. The dog is above the crab.",
        "A living room with three books in the middle. There are two cats and a blue book at the top. There is a cup.",
    ],
)
def test_captions_of_the_grammar(text):
    assert is_grammatical(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A farm with a cow on the left.",  # an opener alone is no caption
        "A farm with a cow on the left. There is an owl at the top",  # no full stop
        "A farm with a owl on the left. There is a cow.",  # article
        "A farm with two cow on the left. There is an owl.",  # number
        "A farm with a cow on the left. There are an owl.",  # verb
        "A farm with a cow on the left. The cows is on the left.",
        "A farm with a red cow. There is an owl.",  # cows are never painted
        "A moon with a cow. There is an owl.",
        "A farm with a cow. There is an owl. There is an owl. There is an owl. There is an owl.",  # five sentences
        "A farm with a cow. There is an owl on the left on the left.",
    ],
)
def test_texts_outside_the_grammar(text):
    assert not is_grammatical(text)


def test_the_theme_is_read():
    assert stated_theme("A fruit stand with a dog.") == "fruit stand"
    assert stated_theme("Fruit.") is None


def test_true_captions_read_back_as_the_scene():
    for seed in range(400):
        scene = sample_scene(seed, pairs="novel" if seed % 4 == 0 else "seen")
        text = caption(scene, Random(seed))
        assert is_grammatical(text), text
        assert {mention.kind for mention in mentions(text, scene)} == scene.kinds
        assert all(claim.right for claim in claims(text, scene)), text


def test_noisy_captions_name_one_absent_object_and_stay_grammatical():
    invented = 0
    for seed in range(200):
        scene = sample_scene(seed)
        text = caption(scene, Random(seed), noise=1.0)
        assert is_grammatical(text), text
        absent = {mention.kind for mention in mentions(text, scene) if not mention.in_scene}
        assert len(absent) <= 1
        invented += len(absent)
    assert invented > 150  # a scene without couplings has no partner to invent


def test_a_habit_names_the_usual_partner_when_it_is_missing():
    scene = scene_of(group("cow", (0.5, 0.5)))
    absent = [mention.kind for mention in mentions(caption(scene, Random(0), habit=1.0), scene) if not mention.in_scene]
    assert absent == ["tractor"]
    whole = scene_of(group("cow", (0.2, 0.5)), group("tractor", (0.8, 0.5)))
    assert all(mention.in_scene for mention in mentions(caption(whole, Random(0), habit=1.0), whole))


def test_answers_are_grammatical_and_true():
    for seed in range(400):
        scene, random = sample_scene(seed), Random(seed)
        _, answer = question(scene, random)
        assert is_grammatical_answer(answer), answer
        assert all(mention.in_scene for mention in mentions(answer, scene))
        assert all(claim.right for claim in claims(answer, scene))


def test_the_truth_needs_no_torch():
    code = "import sys, saliency_viz.demo.truth, saliency_viz.demo.grammar; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"
