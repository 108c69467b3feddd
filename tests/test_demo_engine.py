"""On the embedded model: the answer is that of plain `generate`, and its saliency is the gradient it claims to be."""

from __future__ import annotations

import json

import pytest
import torch
from transformers import AutoModelForImageTextToText

import saliency_viz as sv
from saliency_viz.demo.marks import truth_marks
from saliency_viz.demo.traces import answered
from saliency_viz.demo.world import HELD_OUT_SEEDS, Scene, render, sample_scene
from saliency_viz.models import Request
from saliency_viz.paths import assets, embedded_model

from .engine import PROMPT, session, write
from .reference import Reference, relative

FOLDER = embedded_model()
EXAMPLES = assets() / "examples"
INDEX = json.loads((EXAMPLES / "index.json").read_text(encoding="utf-8"))
NAMES = [entry["name"] for entry in INDEX]
QUESTIONS = {entry["name"]: entry["questions"] for entry in INDEX}


@pytest.fixture(scope="module")
def model():
    return sv.load_model("demo", device="cpu")


@pytest.mark.slow
def test_greedy_tokens_equal_unmodified_generate_on_50_scenes(model):
    """generate reads them in tens, which takes it half the time."""
    plain = AutoModelForImageTextToText.from_pretrained(FOLDER, dtype=torch.float32, attn_implementation="sdpa").eval()
    for first in range(0, 50, 10):
        scenes = [render(sample_scene(HELD_OUT_SEEDS + 7000 + number), 192) for number in range(first, first + 10)]
        each = [model.family.prepare(model, Request((scene,), PROMPT)).inputs for scene in scenes]
        inputs = {name: torch.cat([one[name] for one in each]) for name in each[0]}
        expected = plain.generate(**inputs, max_new_tokens=64, do_sample=False)[:, inputs["input_ids"].shape[1] :]
        for scene, wanted in zip(scenes, expected.tolist(), strict=True):
            mine = list(sv.caption(model, scene, PROMPT, max_new_tokens=64).output_ids)
            assert mine == wanted[: len(mine)] and set(wanted[len(mine) :]) <= {plain.generation_config.pad_token_id}
            assert len(mine) == 64 or mine[-1] in model.stop_ids


@pytest.mark.slow
def test_one_pass_in_float32_equals_one_backward_per_token_in_double(model):
    """1.4e-5 was seen, 6.7e-5 for autograd in float32 itself; sure tokens, where p - 1 has few digits, are no worse."""
    reference = Reference(FOLDER)
    run = session(model, render(sample_scene(HELD_OUT_SEEDS + 1), 192))
    written = write(run, count=14)
    seen = run.observe(len(run.prepared.prompt_ids) - 1, written)
    inputs = {
        name: value.double() if value.is_floating_point() else value for name, value in run.prepared.inputs.items()
    }
    doubt = []
    for index, token in enumerate(written):
        found = reference.truth(inputs, written[:index], token)
        truth = found.saliency[:, -1]
        mine = (seen.saliency[index] * seen.norm[index][:, None])[:, : truth.shape[-1]]
        assert relative(mine, truth) < 5e-5
        doubt.append(1 - found.logits.softmax(-1)[token].item())
    assert min(doubt) < 1e-4 and max(doubt) > 0.1


@pytest.mark.slow
def test_sgrs_and_locore_write_the_same_at_every_lookahead(model):
    image = render(sample_scene(HELD_OUT_SEEDS + 3), 192)
    for locore in (None, sv.LocoRE()):
        runs = {
            sv.caption(model, image, PROMPT, max_new_tokens=30, sgrs=sv.SGRS(), locore=locore, lookahead=m).output_ids
            for m in (1, 4, 16, None)
        }
        assert len(runs) == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_ready_traces_are_what_the_model_writes_today(model, name):
    ready = sv.Trace.load(EXAMPLES / f"{name}.trace")
    again = answered(model, EXAMPLES / f"{name}.png", QUESTIONS[name])
    assert (again.prompt, again.history) == (ready.prompt, ready.history)
    assert again.output_ids == ready.output_ids
    assert abs(again.saliency.astype(float) - ready.saliency.astype(float)).max() < 5e-3
    scene = Scene.from_json((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    assert ready.marks == truth_marks(again, scene)


def test_one_example_is_a_conversation():
    talks = [name for name in NAMES if len(QUESTIONS[name]) > 1]
    assert talks and all(sv.Trace.load(EXAMPLES / f"{name}.trace").history for name in talks)


def test_examples_show_both_true_and_invented_objects():
    traces = [sv.Trace.load(EXAMPLES / f"{name}.trace") for name in NAMES]
    invented = [any(mark.judgement == "hallucinated" for mark in trace.marks.values()) for trace in traces]
    assert len(NAMES) >= 16
    assert 4 <= sum(invented) <= len(NAMES) - 4
    assert all(min(picture.image.size) >= 384 for trace in traces for picture in trace.pictures)
