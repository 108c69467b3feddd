"""Training: a resumed run equals an uninterrupted one, and training computes what the exported model computes."""

import json
from random import Random

import numpy as np
import pytest
import torch
from PIL import Image

from saliency_viz.demo.batches import IGNORED, LABELS, PATCHES, CaptionBatches, VisionBatches, patch_labels
from saliency_viz.demo.grammar import CAPTION_PROMPT, caption, question
from saliency_viz.demo.kinds import KINDS
from saliency_viz.demo.train import Run, Settings, answer_states, learning_rate_factor, patch_features, train
from saliency_viz.demo.world import render, sample_scene
from saliency_viz.errors import ModelError

from .test_demo_world import group, scene_of

if not hasattr(torch.optim, "Muon"):
    pytest.skip("training needs torch 2.9, using the model does not", allow_module_level=True)


def settings(folder, **steps):
    return Settings(
        seed=3, steps=steps, batch={"vision": 3, "caption": 2}, work=folder, log=folder / "log.jsonl", frozen_share=0.5
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return Run(settings(tmp_path_factory.mktemp("run"), vision=1, caption=1))


def test_every_word_of_the_world_is_one_token(run):
    for seed in range(60):
        scene, random = sample_scene(seed), Random(seed)
        text = " " + caption(scene, random) + " " + question(scene, random)[1]
        words = text.replace(".", " .").replace(",", " ,").split()
        assert len(run.tokenizer.encode(text, add_special_tokens=False)) == len(words)


def test_any_other_text_survives_the_tokenizer(run):
    text = "Wie viele Äpfel? 苹果 🍎\n"
    assert run.tokenizer.decode(run.tokenizer.encode(text, add_special_tokens=False)) == text


def test_patches_are_labelled_by_what_covers_them():
    balls = group("ball", (0.25, 0.25), (0.75, 0.25), size=0.4)
    blue_car = group("car", (0.5, 0.8), size=0.3, colour="blue")
    labels = patch_labels(scene_of(balls, blue_car))
    assert labels.shape == (len(LABELS), PATCHES)
    kinds = list(KINDS)
    ball, car, corner = 2 * 10 + 2, 8 * 10 + 5, 99
    assert labels[:, ball].tolist() == [1 + kinds.index("ball"), 1, 2, 0, 0]  # two of them, at the top, the biggest
    assert labels[:, car].tolist() == [1 + kinds.index("car"), 0, 3, 1, 4]  # one, at the bottom, second, blue
    assert labels[:, corner].tolist() == [0, *[IGNORED] * 4]


def test_a_batch_depends_on_its_number_alone():
    first, again, other = VisionBatches(5, 2)[3], VisionBatches(5, 2)[3], VisionBatches(5, 2)[4]
    assert torch.equal(first.pixels, again.pixels) and torch.equal(first.labels, again.labels)
    assert not torch.equal(first.pixels, other.pixels)


def test_batches_follow_each_other_without_overlap():
    assert torch.equal(VisionBatches(5, 2)[1].pixels[0], VisionBatches(5, 1)[2].pixels[0])


@torch.no_grad()
def test_packed_turns_give_the_states_that_each_turn_gives_alone(run):
    batch = CaptionBatches(0, 1, run.tokenizer)[0]
    features = run.model.model.multi_modal_projector(patch_features(run, batch.pixels))
    packed = answer_states(run, batch, features)[0]
    pixels = batch.pixels.permute(0, 3, 1, 2).float() / 127.5 - 1
    for turn in range(1, int(batch.turn.max()) + 1):
        columns = (batch.turn[0] == 0) | (batch.turn[0] == turn)
        alone = run.model(input_ids=batch.ids[:, columns], pixel_values=pixels, output_hidden_states=True)
        torch.testing.assert_close(packed[columns], alone.hidden_states[-1][0], atol=1e-4, rtol=1e-4)


def test_training_and_the_chat_template_lay_out_the_same_tokens(run):
    batches = CaptionBatches(0, 1, run.tokenizer)
    messages = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": CAPTION_PROMPT}]}]
    text = run.processor.apply_chat_template(messages, add_generation_prompt=True)
    image = render(sample_scene(0), 160)
    inputs = run.processor(images=[image], text=[text], return_tensors="pt")
    wanted = batches.prefix + run.tokenizer.encode(f"{CAPTION_PROMPT} ASSISTANT:", add_special_tokens=False)
    assert inputs["input_ids"][0].tolist() == wanted
    pixels = torch.from_numpy(np.asarray(image).copy()).permute(2, 0, 1).float() / 127.5 - 1
    torch.testing.assert_close(inputs["pixel_values"][0], pixels, atol=1e-5, rtol=0)


def test_the_template_takes_systems_and_several_turns(run):
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "Is there a dog?"}]},
        {"role": "assistant", "content": [{"type": "text", "text": "No, there is no dog."}]},
        {"role": "user", "content": "Why?"},
    ]
    text = run.processor.apply_chat_template(messages, add_generation_prompt=True)
    assert text == (
        "<s>Be brief. USER: <image>\nIs there a dog? ASSISTANT: No, there is no dog.</s>USER: Why? ASSISTANT:"
    )


def test_the_learning_rate_warms_up_and_decays_to_zero():
    assert learning_rate_factor("caption", 0.0) == pytest.approx(0.02)
    assert learning_rate_factor("caption", 0.5) == pytest.approx(0.5)
    assert learning_rate_factor("caption", 1.0) == 0.0
    assert learning_rate_factor("vision", 1.0) == pytest.approx(0.1)


def test_resuming_without_a_checkpoint_says_what_to_do(run, tmp_path):
    with pytest.raises(FileNotFoundError, match="without --resume first"):
        run.load(tmp_path / "checkpoint.pt")


def test_resuming_with_another_vocabulary_is_refused(run, tmp_path):
    run.save(tmp_path / "checkpoint.pt")
    state = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    torch.save(state | {"vocabulary": {"cow": 0}}, tmp_path / "checkpoint.pt")
    with pytest.raises(ModelError, match="the checkpoint's tokenizer. Got another"):
        run.load(tmp_path / "checkpoint.pt")


@pytest.mark.slow
def test_a_resumed_run_ends_with_the_weights_of_an_uninterrupted_one(tmp_path):
    steps = {"vision": 2, "caption": 2}
    whole = Run(settings(tmp_path / "whole", **steps))
    train(whole, worker=False)
    train(Run(settings(tmp_path / "parts", **steps)), worker=False, stop_after=1)
    resumed = Run(settings(tmp_path / "parts", **steps))
    resumed.load(tmp_path / "parts" / "checkpoint.pt")
    assert (resumed.stage, resumed.step) == ("vision", 1)
    train(resumed, worker=False)
    for name, weights in whole.model.state_dict().items():
        assert torch.equal(weights, resumed.model.state_dict()[name]), name


@pytest.mark.slow
def test_a_short_run_lowers_the_loss_and_exports_a_model_that_answers(tmp_path):
    from transformers import AutoModelForImageTextToText, AutoProcessor

    run = Run(
        Settings(
            steps={"vision": 20, "caption": 20},
            batch={"vision": 4, "caption": 2},
            work=tmp_path,
            log=tmp_path / "log.jsonl",
            export_to=tmp_path / "model",
        )
    )
    train(run, worker=False)
    rows = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [row["stage"] for row in rows] == ["vision", "caption"]
    model = AutoModelForImageTextToText.from_pretrained(tmp_path / "model")
    processor = AutoProcessor.from_pretrained(tmp_path / "model")
    assert model.dtype == torch.bfloat16
    inputs = processor(images=[Image.new("RGB", (200, 300))], text=["<image>\nhello"], return_tensors="pt")
    assert model.generate(**inputs, max_new_tokens=3, do_sample=False).shape[1] == inputs["input_ids"].shape[1] + 3
