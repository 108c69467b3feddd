"""Reading captions: hand-written ones with answers worked out by hand, and generated ones that must read back true."""

import re
import subprocess
import sys
from random import Random

import pytest

from saliency_viz.demo.grammar import USUAL, caption, missed_partner
from saliency_viz.demo.kinds import COLOURS, COUNT_WORDS, COUPLINGS, KINDS, PLACES, THEMES
from saliency_viz.demo.questions import FORMS, dialogue, question
from saliency_viz.demo.remarks import REMARKS, inflected
from saliency_viz.demo.sentences import is_grammatical, is_grammatical_answer, sane_sentences
from saliency_viz.demo.truth import claims, mentions, named_before, stated_theme
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


def judged(text):
    return [(claim.kind, claim.aspect, claim.stated, claim.right) for claim in claims(text, SCENE)]


def test_relations_and_positions_are_judged():
    text = "The dog is below the palm tree. The dog is left of the palm tree. The fish are on the left."
    assert judged(text) == [
        ("dog", "relation", "below", True),
        ("dog", "relation", "left of", False),
        ("fish", "place", "left", False),
    ]


def test_a_place_may_come_first_or_last():
    assert judged("On the right are two fish. A dog is at the top.") == [
        ("fish", "place", "right", True),
        ("fish", "count", "2", True),
        ("dog", "count", "1", True),
        ("dog", "place", "top", False),
    ]


def test_links_are_judged_against_what_was_named_last():
    text = "A beach with a palm tree. Right of it are two fish. Above them is a dog. Below the fish is a dog."
    assert [claim for claim in judged(text) if claim[1] == "relation"] == [
        ("fish", "relation", "right of", True),
        ("dog", "relation", "above", False),
        ("dog", "relation", "below", True),
    ]


def test_next_to_means_a_gap_of_less_than_a_fifth():
    near = scene_of(group("cow", (0.2, 0.5)), group("pig", (0.55, 0.5)), group("owl", (0.95, 0.5)))
    found = claims("Next to the cow is a pig. Next to the cow is an owl.", near)  # gaps 0.15 and 0.55
    assert [claim.right for claim in found if claim.aspect == "relation"] == [True, False]


def test_pronouns_speak_of_the_kind_named_last():
    assert named_before("A cow and two pigs. They", 20) == "pig"
    assert named_before("They", 0) is None
    assert judged("There are two fish. They are red. They are on the left.")[1:] == [
        ("fish", "colour", "red", True),
        ("fish", "place", "left", False),
    ]


def test_sizes_and_numbers_are_compared():
    text = "The palm tree is bigger than the dog. The dog is bigger than the palm tree. There are more fish than dogs."
    assert judged(text) == [
        ("palm tree", "size", "dog", True),
        ("dog", "size", "palm tree", False),
        ("fish", "number", "dogs", True),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "A farm with a cow on the left. There is an owl at the top.",
        "This is a beach with two red fish. The fish are on the right. A dog is at the bottom. It barks loudly.",
        "Here is a farm with three cows in the middle. Next to them are two cats. There is a cup and a blue book.",
        "A farm with a cow. At the top are two pigs. The cow is bigger than the pigs. There are more pigs than cows.",
        "A farm with a cow. Above it is an owl. So there is a cow and an owl.",
        "A savanna with two lions on the left. Left of the lions is a zebra. The lions roar loudly.",
    ],
)
def test_captions_of_the_grammar(text):
    assert is_grammatical(text)
    assert all(sane_sentences(text))


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
        "A farm with a cow. There is an owl. There is a cat. There is a pig. There is a dog. There is a fox.",  # six
        "A farm with a cow. There is an owl on the left on the left.",
        "A farm with a cow. A farm with an owl.",  # two openers
        "A farm with a cow. They gives milk.",
        "A farm with a cow. It give milk.",
        "A farm with a cow. Two owl are on the left.",
        "A farm with a cow. On the left is two owls.",
        "A farm with a cow. The cow is bigger than an owl.",
    ],
)
def test_texts_outside_the_grammar(text):
    assert not is_grammatical(text)


@pytest.mark.parametrize(
    ("second", "why"),
    [
        ("There is a cow at the top.", "introduced twice"),
        ("It barks loudly.", "said of another kind"),
        ("They give milk.", "one cow is no they"),
        ("The cows give milk.", "there is one cow"),
        ("The owl hunts at night.", "never named"),
        ("The owl is above the cow.", "never named"),
        ("Next to them is an owl.", "one cow is no them"),
        ("Next to the cow is a cow.", "beside itself"),
        ("So there are two cows and an owl.", "recapped in another number"),
        ("There is an owl and an owl.", "introduced twice in one sentence"),
        ("Cow cow.", "no sentence"),
    ],
)
def test_a_sentence_must_fit_what_was_said(second, why):
    assert sane_sentences(f"A farm with a cow on the left. {second}") == [True, False], why


def test_remarks_exist_for_all_kinds_and_name_nothing_of_the_world():
    assert REMARKS.keys() == KINDS.keys() and all(len(set(each)) == 2 for each in REMARKS.values())
    nouns = [noun for kind in KINDS.values() for noun in (kind.name, kind.plural)]
    words = re.compile(rf"\b({'|'.join([*nouns, *COLOURS, *PLACES, *COUNT_WORDS.values(), *THEMES])})\b")
    for remark in (remark for each in REMARKS.values() for remark in each):
        assert not words.search(remark) and not words.search(inflected(remark, False)), remark


def test_remarks_agree_with_their_number():
    cases = {
        "have ears": "has ears",
        "never sleep": "never sleeps",
        "carry a shell": "carries a shell",
        "play": "plays",
    }
    cases |= {"catch flies": "catches flies", "squirt ink": "squirts ink"}
    assert {base: inflected(base, False) for base in cases} == cases
    assert inflected("have ears", True) == "have ears"


def test_the_theme_is_read():
    assert stated_theme("A fruit stand with a dog.") == "fruit stand"
    assert stated_theme("Fruit.") is None


def test_true_captions_read_back_as_the_scene():
    for seed in range(400):
        scene = sample_scene(seed, pairs="novel" if seed % 4 == 0 else "seen")
        text = caption(scene, Random(seed))
        assert is_grammatical(text), text
        assert all(sane_sentences(text)), text
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
    absent = {m.kind for seed in range(20) for m in mentions(caption(scene, Random(seed), habit=1.0), scene)} - {"cow"}
    assert absent == {"tractor"}
    whole = scene_of(group("cow", (0.2, 0.5)), group("tractor", (0.8, 0.5)))
    assert all(mention.in_scene for mention in mentions(caption(whole, Random(0), habit=1.0), whole))


def test_the_usual_partner_comes_at_least_so_often():
    scene = scene_of(group("pig", (0.5, 0.5)), group("lion", (0.2, 0.5)))  # their partners come 0.4 of the time
    assert missed_partner(scene) is None
    usual = {a for a, _, p in COUPLINGS if p >= USUAL}
    assert all(missed_partner(scene_of(group(kind, (0.5, 0.5)))) for kind in usual)


def test_answers_are_grammatical_and_true():
    asked = set()
    for seed in range(300):
        scene, random = sample_scene(seed), Random(seed)
        text = ""
        for prompt, answer in dialogue(scene, random):
            assert is_grammatical_answer(answer), answer
            text += f"{'' if prompt.startswith(('Is the', 'Are the')) else prompt} {answer} "
            asked.add(prompt.split()[0])
        assert all(claim.right for claim in claims(text, scene)), text
    assert asked == {"Is", "Are", "How", "What", "Where"}


@pytest.mark.parametrize("form", [form for form in FORMS if form != "colour"])
def test_every_form_can_be_asked_of_every_scene(form):
    for seed in range(30):
        prompt, answer = question(sample_scene(seed), Random(seed), form)
        assert prompt.endswith("?") and is_grammatical_answer(answer)


def test_half_of_the_is_there_questions_ask_for_what_is_absent():
    answers = [question(sample_scene(seed), Random(seed), "is there")[1] for seed in range(400)]
    assert 160 < sum(answer.startswith("No") for answer in answers) < 240


def test_a_follow_up_refers_to_the_kind_of_the_question_before():
    car = scene_of(group("car", (0.2, 0.5), colour="red"), theme="street")
    seen = {dialogue(car, Random(seed))[1] for seed in range(200) if len(dialogue(car, Random(seed))) == 2}
    assert seen == {
        ("What colour is it?", "It is red."),
        ("Where is it?", "It is on the left."),
        ("How many are there?", "There is one car."),
        ("What is next to it?", "Nothing is next to it."),
    }


def test_the_truth_needs_no_torch():
    names = ("sentences", "answers", "scoring", "pairs")
    imports = ", ".join(f"saliency_viz.demo.{name}" for name in names)
    code = f"import sys, {imports}; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"
