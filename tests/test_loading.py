"""Wrong, damaged and foreign checkpoints each give a sentence; adapters, small weights and several places a model."""

from __future__ import annotations

import json
import shutil

import pytest
import torch
from transformers import BertConfig, BertModel, LlamaConfig, LlamaForCausalLM, T5Config

import saliency_viz as sv
from saliency_viz.errors import ModelError

from . import checkpoints, checkpoints_qwen, checkpoints_tiled
from .engine import PROMPT, picture


@pytest.fixture
def copy(llava_dir, tmp_path):
    return shutil.copytree(llava_dir, tmp_path / "copy")


def refused(folder, *parts, **settings):
    with pytest.raises(ModelError) as caught:
        sv.load_model(folder, device="cpu", **settings)
    sentence = str(caught.value)
    assert sentence[-1] in ".)" or "pip install" in sentence
    assert "\n" not in sentence and "Traceback" not in sentence
    for part in parts:
        assert part in sentence, sentence
    return sentence


def edit(folder, name, **changes):
    path = folder / name
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def shards(folder, network):
    """The same weights in several files."""
    (folder / "model.safetensors").unlink()
    network.save_pretrained(folder, max_shard_size="60KB")
    return sorted(folder.glob("model-*.safetensors"))


def test_a_name_that_is_nowhere(tmp_path):
    refused(tmp_path / "nothing", "could not be opened as a model", "a directory with config.json in it")


def test_an_empty_directory(tmp_path):
    refused(tmp_path, "could not be opened as a model")


def test_a_config_that_is_not_json(copy):
    (copy / "config.json").write_text("{")
    refused(copy, "could not be opened as a model")


def test_an_unknown_model_type(copy):
    edit(copy, "config.json", model_type="no_such_type")
    refused(copy, "could not be opened as a model")


def test_a_text_model(tmp_path):
    LlamaForCausalLM(
        LlamaConfig(hidden_size=12, num_hidden_layers=1, num_attention_heads=2, vocab_size=11)
    ).save_pretrained(tmp_path)
    refused(tmp_path, "is a text model (llama): it has no vision tower", "LLaVA-1.5")


def test_an_encoder(tmp_path):
    BertModel(
        BertConfig(hidden_size=12, num_hidden_layers=1, num_attention_heads=2, intermediate_size=7, vocab_size=11)
    ).save_pretrained(tmp_path)
    refused(tmp_path, "bert")


def test_an_encoder_decoder(tmp_path):
    T5Config(vocab_size=11).save_pretrained(tmp_path)
    refused(tmp_path, "'t5' model, which does not write text about pictures")


def test_code_of_its_own_is_never_run(copy):
    edit(
        copy,
        "config.json",
        model_type="internvl_chat",
        auto_map={"AutoConfig": "configuration_internvl_chat.InternVLChatConfig"},
    )
    (copy / "configuration_internvl_chat.py").write_text("raise SystemExit('this ran')")
    refused(copy, "brings program code of its own, which is never run here", "-hf")


def test_a_missing_shard(copy, llava_dir):
    files = shards(copy, sv.load_model(llava_dir, device="cpu").network)
    assert len(files) > 2
    files[1].unlink()
    refused(copy, "could not be read", "all safetensors shards")


def test_a_truncated_file(copy):
    path = copy / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1000])
    refused(copy, "could not be read", "undamaged")


def test_no_weights_at_all(copy):
    (copy / "model.safetensors").unlink()
    refused(copy, "could not be read", "Expected safetensors files in the directory")


def test_pickled_weights_are_not_read(copy):
    (copy / "model.safetensors").unlink()
    torch.save({"weight": torch.zeros(3)}, copy / "pytorch_model.bin")
    refused(copy, "could not be read", "other formats may carry code and are not read")


def test_missing_weights_are_not_filled_in(copy):
    from safetensors.torch import load_file, save_file

    weights = load_file(copy / "model.safetensors")
    name = sorted(name for name in weights if "q_proj" in name)[0]
    del weights[name]
    save_file(weights, copy / "model.safetensors", {"format": "pt"})
    refused(copy, "lacks 1 of its weights", "Nothing is filled in with random numbers")


def test_weights_of_other_sizes(copy):
    config = json.loads((copy / "config.json").read_text())
    config["text_config"]["intermediate_size"] = 67
    (copy / "config.json").write_text(json.dumps(config))
    refused(copy, "could not be read: some weights have other sizes than the config says")


def test_no_processor(copy):
    for name in ("processor_config.json", "tokenizer_config.json", "tokenizer.json"):
        (copy / name).unlink()
    refused(copy, "processor")


def test_no_chat_template(copy):
    (copy / "chat_template.jinja").unlink()
    refused(copy, "has no chat template", "instruction-tuned")


def test_video_llava_without_a_template_gets_its_own(tmp_path):
    folder = checkpoints_tiled.video_llava(tmp_path)
    (folder / "chat_template.jinja").unlink()
    model = sv.load_model(folder, device="cpu")
    video = sv.Video((picture(70, 60), picture(70, 60, 6)), fps=1.0)
    trace = sv.caption(model, video, "What moves?", max_new_tokens=2, system="Be brief.")
    assert "".join(trace.prompt_texts).replace("<video>", "") == "Be brief. USER: \nWhat moves? ASSISTANT:"
    assert [span.kind for span in trace.spans if span.kind != "template"][:2] == ["system", "image"]


def test_the_processor_of_another_model(copy, tmp_path):
    other = checkpoints_qwen.qwen2(tmp_path / "qwen")
    for name in ("processor_config.json", "tokenizer_config.json", "tokenizer.json", "chat_template.jinja"):
        shutil.copy(other / name, copy / name)
    refused(copy, "writes token 7 where a picture stands, its model expects 3", "another model")


def test_a_tokenizer_larger_than_the_model(copy):
    tokens = checkpoints.tokenizer(("<image>",), {"image_token": "<image>"}, size=337)
    tokens.save_pretrained(copy)
    refused(copy, "has 337 tokens, its model 331")


@pytest.mark.parametrize(
    "settings,part",
    [
        ({"dtype": "int8"}, "dtype must be auto, float32"),
        ({"quantization": "2bit"}, "quantization must be 4bit or 8bit, or None. Got '2bit'"),
    ],
)
def test_settings_out_of_range(llava_dir, settings, part):
    refused(llava_dir, part, **settings)


def test_a_device_that_does_not_exist(llava_dir):
    with pytest.raises(ModelError, match="device must be auto, cpu, cuda, cuda:N or mps. Got 'tpu'"):
        sv.load_model(llava_dir, device="tpu")


@pytest.mark.parametrize("package,settings", [("bitsandbytes", {"quantization": "4bit"}), ("peft", {"adapter": "x"})])
def test_a_missing_optional_package_is_named(llava_dir, monkeypatch, package, settings):
    monkeypatch.setattr("saliency_viz.models.placing.find_spec", lambda name: None)
    refused(llava_dir, f"Run: pip install {package}", **settings)


def test_an_adapter_acts_and_its_saliency_is_exact(llava_dir, tmp_path):
    """The adapted model, recorded in one pass, equals token by token the model with the adapter merged into it."""
    peft = pytest.importorskip("peft")
    network = sv.load_model(llava_dir, device="cpu").network
    torch.manual_seed(3)
    wrapped = peft.get_peft_model(
        network, peft.LoraConfig(r=2, target_modules=r".*language_model.*(q_proj|v_proj)", init_lora_weights=False)
    )
    wrapped.save_pretrained(tmp_path / "adapter")
    merged = wrapped.merge_and_unload()
    folder = shutil.copytree(llava_dir, tmp_path / "merged")
    merged.save_pretrained(folder)
    plain, adapted, truth = (
        sv.caption(model, picture(), PROMPT, max_new_tokens=7)
        for model in (
            sv.load_model(llava_dir, device="cpu"),
            sv.load_model(llava_dir, device="cpu", adapter=tmp_path / "adapter"),
            sv.load_model(folder, device="cpu"),
        )
    )
    assert adapted.output_ids == truth.output_ids != plain.output_ids
    assert abs(adapted.saliency_norm - truth.saliency_norm).max() < 1e-4 * truth.saliency_norm.max()


def test_an_adapter_of_another_model_is_refused(llava_dir, tmp_path):
    pytest.importorskip("peft")
    refused(llava_dir, "could not be put on this model", adapter=tmp_path)


def test_layers_on_disk_give_the_same_trace(llava_dir, tmp_path):
    """accelerate's map with some layers kept on disk: they are fetched for each call, the numbers stay."""
    whole = sv.load_model(llava_dir, device="cpu")
    language = "model.language_model"
    names = ["model.vision_tower", "model.multi_modal_projector", "lm_head", f"{language}.norm"]
    names += [f"{language}.embed_tokens", f"{language}.rotary_emb", *(f"{language}.layers.{i}" for i in range(5))]
    split = {name: "disk" if name[-1] in "14" else "cpu" for name in names}
    spread = sv.load_model(llava_dir, device="cpu", device_map=split)
    left, right = (sv.caption(model, picture(), PROMPT, max_new_tokens=5) for model in (whole, spread))
    assert left.output_ids == right.output_ids
    assert abs(left.saliency_norm - right.saliency_norm).max() < 1e-6


@pytest.mark.parametrize("quantization", ["4bit", "8bit"])
def test_small_weights_are_recorded(tmp_path, quantization):
    """The one-pass rows of a quantised model equal its own one-token passes."""
    pytest.importorskip("bitsandbytes")
    even = {"hidden_size": 64, "intermediate_size": 128}  # what the packed formats ask for
    folder = checkpoints.llava(
        tmp_path,
        vision={**even, "num_attention_heads": 2},
        **even,
        head_dim=32,
        num_attention_heads=4,
        num_key_value_heads=2,
    )
    model = sv.load_model(folder, device="cpu", quantization=quantization)
    kinds = {type(module).__name__ for module in model.network.modules()}
    assert {"4bit": "Linear4bit", "8bit": "Linear8bitLt"}[quantization] in kinds
    many = sv.caption(model, picture(), PROMPT, max_new_tokens=5)
    one = sv.replay(model, picture(), PROMPT, many.output_ids, lookahead=1)
    assert abs(many.saliency_norm - one.saliency_norm).max() < 0.02 * one.saliency_norm.max()
