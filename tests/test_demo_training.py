"""Training: a resumed run equals an uninterrupted one, and training computes what the exported model computes.

Everything here is tiny and random; nothing is fetched.
"""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from tokenizers import Tokenizer
from transformers import AutoModelForImageTextToText, AutoProcessor, LlamaConfig, LlamaForCausalLM

from saliency_viz.demo.grammar import CAPTION_PROMPT
from saliency_viz.demo.kinds import KINDS
from saliency_viz.demo.train import language
from saliency_viz.demo.train.batches import (
    GROUNDED_WEIGHT,
    IGNORED,
    LABELS,
    PATCHES,
    PLACE_WEIGHT,
    VERB_WEIGHT,
    CaptionBatches,
    VisionBatches,
    encode,
    image_prefix,
    pack,
    patch_labels,
    weighted,
)
from saliency_viz.demo.train.loop import train
from saliency_viz.demo.train.losses import alignment_loss, answer_states, patch_features, words_loss
from saliency_viz.demo.train.model import Shape
from saliency_viz.demo.train.prepare import Parts, corpus, cut, read_tower
from saliency_viz.demo.train.stages import STAGES, Run, Settings, learning_rate_factor, peak_rate
from saliency_viz.demo.train.vocabulary import wrap
from saliency_viz.demo.world import render, sample_scene
from saliency_viz.errors import ModelError

from . import gradients_of_two
from .test_demo_vocabulary import whole_tokenizer
from .test_demo_world import group, scene_of

TINY = Shape(width=36, inner=52, layers=2, heads=3, key_heads=1)
ENGLISH = [["What is a cow?", "A cow gives milk."], ["Hello!", "Hello, how are you?"]]


@pytest.fixture(scope="module")
def parts():
    """What training starts from, cut from a random model of four layers by the functions that cut the real one."""
    whole = whole_tokenizer(corpus(150), 900)
    config = LlamaConfig(
        vocab_size=whole.get_vocab_size(),
        hidden_size=TINY.width,
        intermediate_size=TINY.inner,
        num_hidden_layers=30,
        num_attention_heads=TINY.heads,
        num_key_value_heads=TINY.key_heads,
        head_dim=TINY.width // TINY.heads,
        tie_word_embeddings=True,
    )
    torch.manual_seed(0)
    made = cut(LlamaForCausalLM(config).state_dict(), whole, ENGLISH, 20)
    shape = replace(TINY, layers=len(language.LAYERS))
    return Parts(wrap(Tokenizer.from_str(made["tokenizer"])), made["language"], shape, ENGLISH, None, made["steps"])


def settings(folder, **steps):
    return Settings(
        seed=3,
        steps=dict.fromkeys(STAGES, 0) | steps,
        batch={"vision": 3, "heal": 2, "fit": 2, "tune": 2},
        english_every=3,
        work=folder,
        log=folder / "log.jsonl",
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory, parts):
    return Run(settings(tmp_path_factory.mktemp("run"), tune=1), parts)


def test_any_text_survives_the_tokenizer(run):
    text = "Wie viele Äpfel? 苹果 🍎\n"
    assert run.tokenizer.decode(encode(run.tokenizer, text)) == text


def test_the_run_starts_from_the_cut_model(run, parts):
    kept = run.model.model.language_model.layers[3].mlp.up_proj.weight
    assert torch.equal(kept, parts.language["model.layers.3.mlp.up_proj.weight"])
    assert len(run.model.model.language_model.layers) == len(language.LAYERS)
    assert run.model.lm_head.weight is run.model.get_input_embeddings().weight


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


def test_words_that_need_the_picture_count_more(run):
    ids, weights = weighted(run.tokenizer, "The cows are on the left. They give milk.")
    by_word = [(run.tokenizer.decode([token]).strip(), weight) for token, weight in zip(ids, weights, strict=True)]
    counted = {word: weight for word, weight in by_word if weight > 1}
    assert counted == {"cows": GROUNDED_WEIGHT, "are": VERB_WEIGHT, "on": PLACE_WEIGHT, "left": PLACE_WEIGHT}
    assert by_word[-1] == ("<|im_end|>", 1.0)


@torch.no_grad()
def test_packed_threads_give_the_states_that_each_gives_alone(run):
    batch = CaptionBatches(0, 1, run.tokenizer)[0]
    text = batch.text
    features = run.model.model.multi_modal_projector(patch_features(run.model, batch.pictures.pixels))
    packed = answer_states(run.model, text, features)[0]
    pixels = batch.pictures.pixels.permute(0, 3, 1, 2).float() / 127.5 - 1
    assert int(text.thread.max()) >= 2
    for thread in range(1, int(text.thread.max()) + 1):
        columns = (text.thread[0] == 0) | (text.thread[0] == thread)
        alone = run.model(input_ids=text.ids[:, columns], pixel_values=pixels, output_hidden_states=True)
        torch.testing.assert_close(packed[columns], alone.hidden_states[-1][0], atol=1e-4, rtol=1e-4)


def test_two_pictures_share_a_row_now_and_then(run):
    batch = CaptionBatches(0, 40, run.tokenizer)[0]
    per_row = (batch.text.ids == run.model.config.image_token_id).sum(1)
    assert set(per_row.tolist()) == {PATCHES, 2 * PATCHES}
    assert len(batch.pictures.pixels) == per_row.sum() // PATCHES


def test_training_and_the_chat_template_lay_out_the_same_tokens(run):
    messages = [
        {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": CAPTION_PROMPT}]},
        {"role": "assistant", "content": [{"type": "text", "text": "A farm."}]},
        {"role": "user", "content": "Why?"},
    ]
    text = run.processor.apply_chat_template(messages, add_generation_prompt=True)
    image = render(sample_scene(0), 160)
    inputs = run.processor(images=[image], text=[text], return_tensors="pt")
    thread = [(CAPTION_PROMPT, "A farm."), ("Why?", "")]
    wanted = pack(run.tokenizer, [image_prefix(run.tokenizer)], [[thread]]).ids[0].tolist()
    assert inputs["input_ids"][0].tolist() == wanted[:-1]  # less the end of the empty answer
    pixels = torch.from_numpy(np.asarray(image).copy()).permute(2, 0, 1).float() / 127.5 - 1
    torch.testing.assert_close(inputs["pixel_values"][0], pixels, atol=1e-5, rtol=0)


def test_the_template_takes_systems_several_turns_and_several_pictures(run):
    messages = [
        {"role": "system", "content": "Be brief."},
        {
            "role": "user",
            "content": [{"type": "image"}, {"type": "image"}, {"type": "text", "text": "Is there a dog?"}],
        },
        {"role": "assistant", "content": [{"type": "text", "text": "No, there is no dog."}]},
        {"role": "user", "content": "Why?"},
    ]
    text = run.processor.apply_chat_template(messages, add_generation_prompt=True)
    assert text == (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n<image>\n<image>\nIs there a dog?<|im_end|>\n"
        "<|im_start|>assistant\nNo, there is no dog.<|im_end|>\n"
        "<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n"
    )


def test_patches_that_point_at_their_words_have_no_alignment_error(run):
    embeddings = run.model.get_input_embeddings().weight.detach()
    words, centre = run.tokens["kind"], embeddings.mean(0)
    labels = torch.full((1, len(LABELS), len(words)), IGNORED)
    labels[0, 0] = torch.arange(1, len(words) + 1)
    length = (embeddings - centre).norm(dim=-1).mean()
    directions = torch.stack([embeddings[word].mean(0) - centre for word in words])
    pointing = centre + length * torch.nn.functional.normalize(directions, dim=-1)
    _, right = alignment_loss(run.model, run.tokens, pointing[None], labels)
    _, shifted = alignment_loss(run.model, run.tokens, pointing.roll(1, 0)[None], labels)
    assert right["kind"] == 1.0 and shifted["kind"] == 0.0


def test_the_learning_rate_warms_up_and_decays_to_zero():
    assert learning_rate_factor(0.0) == pytest.approx(0.02)
    assert learning_rate_factor(0.5) == pytest.approx(0.5)
    assert learning_rate_factor(1.0) == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("stage", "trained"),
    [
        ("vision", {"heads", "vision_tower"}),
        ("heal", {"language_model"}),
        ("fit", {"multi_modal_projector"}),
        ("tune", {"language_model", "multi_modal_projector"}),
    ],
)
def test_each_stage_trains_its_parts_alone(run, stage, trained):
    names = [*(n for n, _ in run.model.named_parameters()), "heads.read.weight"]
    moving = {name for name in names if peak_rate(stage, name, run.settings)}
    assert {
        part
        for part in ("heads", "vision_tower", "language_model", "multi_modal_projector")
        if any(part in name for name in moving)
    } == trained


@pytest.mark.slow
def test_the_mean_gradient_is_that_of_both_processes(tmp_path):
    """Two processes' gradients by hand: 2 and 4 have the mean 3; a missing one counts as zero."""
    torch.multiprocessing.spawn(gradients_of_two.average, (str(tmp_path / "meeting"), str(tmp_path)), nprocs=2)
    for rank in (0, 1):
        assert torch.load(tmp_path / f"{rank}.pt").tolist() == [3.0, 3.0, 0.5]


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
def test_a_resumed_run_ends_with_the_weights_of_an_uninterrupted_one(tmp_path, parts):
    steps = {"vision": 1, "heal": 2, "fit": 2, "tune": 4}
    whole = Run(settings(tmp_path / "whole", **steps), parts)
    train(whole)
    train(Run(settings(tmp_path / "parts", **steps), parts), stop_after=("tune", 2))
    resumed = Run(settings(tmp_path / "parts", **steps), parts)
    resumed.load(tmp_path / "parts" / "checkpoint.pt")
    assert (resumed.stage, resumed.step) == ("tune", 2)
    train(resumed)
    for name, weights in whole.model.state_dict().items():
        assert torch.equal(weights, resumed.model.state_dict()[name]), name


@pytest.mark.slow
def test_a_short_run_lowers_the_loss_and_exports_a_model_that_answers(tmp_path, parts):
    wanted = replace(settings(tmp_path, heal=20, fit=10, tune=20), export_to=tmp_path / "model", language_rate=5e-3)
    run = Run(wanted, parts)
    text = CaptionBatches(10**6, 2, run.tokenizer)[0].text
    with torch.no_grad():
        before, _ = words_loss(run.model, text)
    train(run)
    rows = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [row["stage"] for row in rows] == ["heal", "heal", "fit", "tune", "tune"]
    with torch.no_grad():
        after, _ = words_loss(run.model, text)
    assert after < before - 0.5
    model = AutoModelForImageTextToText.from_pretrained(tmp_path / "model")
    processor = AutoProcessor.from_pretrained(tmp_path / "model")
    assert model.dtype == torch.bfloat16
    inputs = processor(images=[Image.new("RGB", (200, 300))], text=["<image>\nhello"], return_tensors="pt")
    assert model.generate(**inputs, max_new_tokens=3, do_sample=False).shape[1] <= inputs["input_ids"].shape[1] + 3
    tower = read_tower(tmp_path / "model")  # what the next training would take
    for name, weights in run.model.model.vision_tower.state_dict().items():
        torch.testing.assert_close(tower[name], weights, atol=0.01, rtol=0.01)
