"""Checkpoints as people have them: files that leave something out, cut the prompt, or know unnamed control tokens."""

from __future__ import annotations

import json
import shutil
from types import SimpleNamespace

import pytest

import saliency_viz as sv
from saliency_viz.errors import ModelError, PromptError
from saliency_viz.models import Request
from saliency_viz.models.loading import devices
from saliency_viz.models.loading.missing_fields import fill_in

from . import checkpoints
from .engine import PROMPT, picture
from .families import BUILDERS
from .tokenizer_kinds import byte_fallback

LONG = "What is in the picture? " * 4
SELECT = "vision_feature_select_strategy"


@pytest.fixture
def copy(llava_dir, tmp_path):
    return shutil.copytree(llava_dir, tmp_path / "copy")


def change(folder, name, **changes) -> None:
    """Fields of a JSON file; None takes one away."""
    path = folder / name
    fields = {**json.loads(path.read_text()), **changes}
    path.write_text(json.dumps({key: value for key, value in fields.items() if value is not None}))


def prompt_of(folder, prompt=LONG):
    model = sv.load_model(folder, device="cpu")
    return model.family.prepare(model, Request((picture(),), prompt))


STORED = {
    "tokenizer_config.json": {"truncation": True, "max_length": 31, "padding": "max_length"},
    "processor_config.json": {"text_kwargs": {"truncation": True, "max_length": 31}},
    "tokenizer.json": {"truncation": {"max_length": 31, "strategy": "LongestFirst", "stride": 0, "direction": "Right"}},
}


@pytest.mark.parametrize("name", STORED)
def test_a_stored_length_does_not_cut_the_prompt(copy, llava_dir, name):
    change(copy, name, **STORED[name])
    prepared, whole = prompt_of(copy), prompt_of(llava_dir)
    assert prepared.prompt_ids == whole.prompt_ids and len(whole.prompt_ids) > 60
    assert prepared.spans == whole.spans


def test_stored_padding_does_not_lengthen_the_prompt(copy, llava_dir):
    padding = {"strategy": {"Fixed": 300}, "direction": "Left", "pad_id": 0, "pad_type_id": 0, "pad_token": "<pad>"}
    change(copy, "tokenizer.json", padding={**padding, "pad_to_multiple_of": None})
    change(copy, "tokenizer_config.json", padding="max_length", max_length=300)
    assert prompt_of(copy).prompt_ids == prompt_of(llava_dir).prompt_ids


def test_a_replayed_caption_is_not_cut_either(copy):
    for name, fields in STORED.items():
        change(copy, name, **fields)
    model = sv.load_model(copy, device="cpu")
    trace = sv.replay(model, picture(), PROMPT, LONG)
    assert trace.text == LONG


@pytest.mark.parametrize("kept", [-6, -40])
def test_a_prompt_that_was_cut_all_the_same_is_refused(llava_dir, monkeypatch, kept):
    """Whatever cuts it: here the processor itself drops the last tokens, the assistant's header or the prompt's end."""
    model = sv.load_model(llava_dir, device="cpu")
    cls = type(model.processor)
    own = cls.__call__

    def cutting(self, *args, **settings):
        made = own(self, *args, **settings)
        return type(made)({name: value[:, :kept] if value.dim() == 2 else value for name, value in made.items()})

    monkeypatch.setattr(cls, "__call__", cutting)
    with pytest.raises(PromptError, match="Expected the whole chat template .* max_length and truncation"):
        sv.caption(model, picture(), LONG, max_new_tokens=1)


@pytest.mark.parametrize(
    ("rewrite", "prompt"),
    [
        ("part['text'] | upper", "a fox"),
        ("part['text'] | replace('fox', 'dog')", "a fox"),
        ("part['text'][:3]", "a fox"),
        ("'Describe.'", "a fox"),
        ("'' if 'fox' in part['text'] else part['text']", "a fox"),
    ],
)
def test_a_template_that_drops_or_rewrites_the_prompt_is_refused(copy, rewrite, prompt):
    path = copy / "chat_template.jinja"
    path.write_text(path.read_text().replace("part['text'] }}", f"{rewrite} }}}}"))
    with pytest.raises(PromptError, match="does not hold the prompt as it was written"):
        prompt_of(copy, prompt)


def test_a_template_that_trims_the_prompt_is_taken(copy):
    path = copy / "chat_template.jinja"
    path.write_text(path.read_text().replace("part['text'] }}", "part['text'] | trim }}"))
    prepared = prompt_of(copy, "  a fox ")
    (span,) = [span for span in prepared.spans if span.kind == "prompt"]
    assert "".join(prepared.prompt_texts[span.start : span.stop]).strip() == "a fox"


def test_a_template_that_stands_only_with_the_tokenizer_is_found(copy, llava_dir):
    template = (copy / "chat_template.jinja").read_text()
    (copy / "chat_template.jinja").unlink()
    change(copy, "tokenizer_config.json", chat_template=template)
    assert prompt_of(copy).prompt_ids == prompt_of(llava_dir).prompt_ids


MARKED = "<|turn|>"


@pytest.fixture(scope="module")
def marked(tmp_path_factory):
    """A tokenizer with one control token that nothing names: only its table of added tokens marks it as special."""
    tokens = checkpoints.tokenizer(("<image>", MARKED), {"image_token": "<image>"})
    folder = checkpoints.llava(tmp_path_factory.mktemp("marked"), tokens=tokens)
    model = sv.load_model(folder, device="cpu")
    assert MARKED not in model.tokenizer.all_special_tokens
    return model


def test_a_control_token_that_only_the_table_of_added_tokens_knows_is_refused_in_a_prompt(marked):
    with pytest.raises(PromptError, match=r"control tokens. It contains <\|turn\|>"):
        sv.caption(marked, picture(), f"a {MARKED} fox", max_new_tokens=1)


def test_a_control_token_that_only_the_table_of_added_tokens_knows_is_no_word_of_a_caption(marked):
    token = marked.tokenizer.convert_tokens_to_ids(MARKED)
    fox = marked.tokenizer(" fox", add_special_tokens=False)["input_ids"]
    trace = sv.replay(marked, picture(), PROMPT, [*fox, token, *fox])
    assert trace.text == " fox fox"
    assert trace.steps[len(fox)].text == ""


LLAVA_KIN = {name: BUILDERS[name] for name in ("llava", "llava_next", "llava_onevision", "video_llava")}


@pytest.mark.parametrize("name", LLAVA_KIN)
@pytest.mark.parametrize("field", ["patch_size", SELECT, "num_additional_image_tokens", "num_image_tokens"])
def test_what_the_processor_leaves_out_is_taken_from_the_config(tmp_path, name, field):
    folder = LLAVA_KIN[name](tmp_path / "whole")
    whole = prompt_of(folder)
    stored = json.loads((folder / "processor_config.json").read_text())
    if field not in stored:
        pytest.skip("this processor has no such field")
    change(folder, "processor_config.json", **{field: None})
    prepared = prompt_of(folder)
    assert prepared.prompt_ids == whole.prompt_ids
    assert (prepared.boxes.box == whole.boxes.box).all()


def test_what_the_config_leaves_out_is_taken_from_the_processor(llava_full_dir, tmp_path):
    folder = shutil.copytree(llava_full_dir, tmp_path / "copy")
    change(folder, "config.json", **{SELECT: None})
    whole, model = (sv.load_model(where, device="cpu") for where in (llava_full_dir, folder))
    assert model.config.vision_feature_select_strategy == "full"
    left, right = (sv.caption(one, picture(), PROMPT, max_new_tokens=3) for one in (whole, model))
    assert left.output_ids == right.output_ids


def test_files_that_disagree_are_refused_at_load(copy):
    change(copy, "processor_config.json", **{SELECT: "full"})
    with pytest.raises(ModelError, match="vision_feature_select_strategy 'default', its processor 'full'"):
        sv.load_model(copy, device="cpu")


def test_a_patch_size_that_nobody_names_is_refused():
    processor = SimpleNamespace(patch_size=None, chat_template="x", tokenizer=None)
    config = SimpleNamespace(vision_config=SimpleNamespace(model_type="other"))
    with pytest.raises(ModelError, match="Expected a patch size in the config or the processor of 'some'"):
        fill_in(processor, config, {}, "some")


def test_a_processor_that_counts_more_tokens_needs_no_vision_tower_in_the_config():
    processor = SimpleNamespace(num_additional_image_tokens=0, chat_template="x", tokenizer=None)
    fill_in(processor, SimpleNamespace(), {}, "some")
    assert processor.num_additional_image_tokens == 0


HALF = "a \ud83e fox"


@pytest.mark.parametrize(
    ("run", "name"),
    [
        (lambda model: sv.caption(model, picture(), HALF, max_new_tokens=1), "The prompt"),
        (lambda model: sv.caption(model, picture(), PROMPT, max_new_tokens=1, system=HALF), "system"),
        (lambda model: sv.caption(model, picture(), PROMPT, 1, history=[("user", HALF)]), r"The text of history\[0\]"),
        (lambda model: sv.replay(model, picture(), PROMPT, HALF), "The caption to replay"),
    ],
    ids=["prompt", "system", "history", "replay"],
)
def test_half_a_character_is_a_sentence(llava_dir, run, name):
    with pytest.raises(PromptError, match=name + r" must be whole characters. Got half of one .* Remove it."):
        run(sv.load_model(llava_dir, device="cpu"))


@pytest.mark.parametrize(
    ("stored", "described"),
    [
        ({"quant_method": "bitsandbytes", "load_in_4bit": True}, "4bit"),
        ({"load_in_8bit": True, "load_in_4bit": False}, "8bit"),
        ({"quant_method": "gptq", "bits": 4}, "gptq 4bit"),
        ({"quant_method": "awq", "w_bit": 4}, "awq 4bit"),
        ({"quant_method": "fp8"}, "fp8"),
        (None, None),
        ({}, None),
    ],
)
def test_how_small_the_stored_weights_are(stored, described):
    assert devices.stored_quantization(SimpleNamespace(quantization_config=stored)) == described


@pytest.mark.slow
@pytest.mark.parametrize("quantization", ["4bit", "8bit"])
def test_weights_that_are_stored_small_are_described_so(tmp_path, quantization):
    pytest.importorskip("bitsandbytes")
    even = {"hidden_size": 64, "intermediate_size": 128}
    heads = {"head_dim": 32, "num_attention_heads": 4, "num_key_value_heads": 2}
    folder = checkpoints.llava(tmp_path / "whole", vision={**even, "num_attention_heads": 2}, **even, **heads)
    made = sv.load_model(folder, device="cpu", quantization=quantization)
    stored = tmp_path / "stored"
    made.network.save_pretrained(stored)
    made.processor.save_pretrained(stored)
    model = sv.load_model(stored, device="cpu")
    assert made.info.dtype == f"float32 ({quantization} weights)"
    assert model.info.dtype == f"float32 ({quantization} weights, as stored)"
    assert sv.load_model(stored, device="cpu", quantization=quantization).info.dtype == model.info.dtype
    left, right = (sv.caption(one, picture(), PROMPT, max_new_tokens=4) for one in (made, model))
    assert left.output_ids == right.output_ids
    other = {"4bit": "8bit", "8bit": "4bit"}[quantization]
    with pytest.raises(ModelError, match=f"stored small already .{quantization}. and cannot be made {other}"):
        sv.load_model(stored, device="cpu", quantization=other)


def test_a_tokenizer_of_bytes_survives_a_caption(tmp_path):
    """Chinese and emoji in prompt and caption, in and out of a file, with Llama-2's decoder."""
    model = sv.load_model(checkpoints.llava(tmp_path, tokens=byte_fallback()), device="cpu")
    caption = "日本語 \N{FOX FACE}\u200d\N{FOX FACE} 中文"
    trace = sv.replay(model, picture(), "说明一下", caption)
    assert trace.text == caption == "".join(step.text for step in trace.steps)
    assert "".join(trace.token_texts[place] for place in trace.positions("prompt")).strip() == "说明一下"
    again = sv.Trace.load(trace.save(tmp_path / "run.trace"))
    assert again.text == caption
