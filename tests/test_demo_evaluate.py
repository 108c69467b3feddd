"""Scores of captions worked out by hand, and a floor under the shipped model's."""

import pytest

from saliency_viz.demo.evaluate import (
    answer_is_right,
    caption_scores,
    evaluate,
    generate,
    held_out_scenes,
    load,
    table,
)
from saliency_viz.demo.grammar import CAPTION_PROMPT
from saliency_viz.demo.model import FOLDER
from saliency_viz.demo.truth import is_grammatical
from saliency_viz.demo.world import HELD_OUT_SEEDS, render

from .test_demo_world import group, scene_of

FARM = scene_of(group("cow", (0.2, 0.5), (0.2, 0.7)), group("dog", (0.8, 0.5)), group("owl", (0.5, 0.1)))
STREET = scene_of(group("car", (0.5, 0.5), colour="red"), theme="street")
CAPTIONS = (
    "A farm with two cows on the left. There is a dog at the top and a pig on the left.",
    "A kitchen with a blue car. The car is in the middle.",
)


def test_scores_are_shares_of_the_right_wholes():
    scores = caption_scores([FARM, STREET], CAPTIONS)
    assert scores["recall"] == 3 / 4  # cow, dog and car of cow, dog, owl and car
    assert scores["precision"] == 3 / 4  # cow, dog and car of cow, dog, pig and car
    assert scores["chair_i"] == 1 / 5  # the pig among cows, dog, pig, car, car
    assert scores["chair_s"] == 1 / 2
    assert scores["grammatical"] == 1.0
    assert scores["theme_right"] == 1 / 2
    assert scores["counts_right"] == 1.0  # two cows, a dog, a car
    assert scores["counts_above_one_right"] == 1.0
    assert scores["places_right"] == 2 / 3  # left, not top, middle
    assert scores["colours_right"] == 0.0
    assert scores["relations_right"] is None


def test_an_answer_may_name_another_true_place():
    corner = scene_of(group("cow", (0.2, 0.3)))
    assert answer_is_right("The cow is at the top.", "The cow is on the left.", corner)
    assert not answer_is_right("The cow is on the right.", "The cow is on the left.", corner)
    assert not answer_is_right("No, there is no cow.", "Yes, there is a cow on the left.", corner)
    assert not answer_is_right("Yes, there is a cow on the left.", "No, there is no pig.", corner)
    assert answer_is_right("No, there is no pig.", "No, there is no pig.", corner)


def test_held_out_scenes_have_seeds_that_training_never_reaches():
    assert all(scene.seed >= HELD_OUT_SEEDS for scene in held_out_scenes(5))


@pytest.fixture(scope="module")
def shipped():
    if not (FOLDER / "model.safetensors").is_file():
        pytest.skip("no trained model in assets/demo-model; make one with `python -m saliency_viz.demo.train`")
    return load()


def test_the_shipped_model_sees_most_of_twenty_fixed_scenes(shipped):
    scores = evaluate(*shipped, held_out_scenes(20))
    assert scores.recall >= 0.75
    assert scores.grammatical >= 0.95
    assert scores.places_right >= 0.7
    assert "| recall |" in table({"held-out": scores})


def test_the_shipped_model_takes_any_prompt_and_ends_its_captions(shipped):
    model, processor = shipped
    image = render(held_out_scenes(1)[0], 300)
    prompts = [CAPTION_PROMPT, "Qu'est-ce que c'est ? 🐮", ""]
    assert is_grammatical(generate(model, processor, [image] * 3, prompts)[0])


def test_padding_beside_a_longer_prompt_changes_no_caption(shipped):
    model, processor = shipped
    image = render(held_out_scenes(2)[1], 300)
    (alone,) = generate(model, processor, [image], [CAPTION_PROMPT])
    beside = generate(model, processor, [image] * 2, [CAPTION_PROMPT, CAPTION_PROMPT * 3])
    assert beside[0] == alone


def test_the_model_folder_is_small_and_readable(shipped):
    files = list(FOLDER.iterdir())
    assert sum(path.stat().st_size for path in files) <= 32 * 2**20
    assert all(path.stat().st_mode & 0o444 == 0o444 for path in files)
