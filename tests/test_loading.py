"""Wrong, damaged and foreign checkpoints each give a sentence; adapters, small weights and several places a model."""

from __future__ import annotations

import json
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import (
    AutoModelForImageTextToText,
    BertConfig,
    BertModel,
    LlamaConfig,
    LlamaForCausalLM,
    LlavaForConditionalGeneration,
    T5Config,
)

import saliency_viz as sv
from saliency_viz.errors import ModelError
from saliency_viz.models.loading import devices

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


@pytest.mark.parametrize(
    ("part", "value", "words"),
    [
        (
            "text_config",
            {"num_attention_heads": 5},
            "hidden size (54) is not a multiple of the number of attention heads",
        ),
        ("text_config", {"num_attention_heads": 0}, "modulo by zero"),
        ("vision_config", {"num_attention_heads": 0}, "by zero"),
        ("text_config", {"hidden_size": "big"}, "Field 'hidden_size' expected int, got str (value: 'big')"),
    ],
)
def test_a_config_with_values_that_no_model_can_have(copy, part, value, words):
    config = json.loads((copy / "config.json").read_text())
    edit(copy, "config.json", **{part: {**config[part], **value}})
    refused(copy, "The config.json of", words, "correct the value")


def test_a_file_an_empty_name_and_a_folder_that_is_not_there(copy, monkeypatch):
    refused(copy / "model.safetensors", "it is a file. Expected 'demo', a hub id")
    refused("/no/such/folder", "there is no directory of that name")
    refused(" ", "the name is empty")
    monkeypatch.chdir(copy.parent)
    refused("copy/config.json", "it is a file")  # though it reads like a hub id


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
    weights = load_file(copy / "model.safetensors")
    name = sorted(name for name in weights if "q_proj" in name)[0]
    del weights[name]
    save_file(weights, copy / "model.safetensors", {"format": "pt"})
    refused(copy, "lacks 1 of its weights", "Nothing is filled in with random numbers")


def add_weights(folder, **more):
    path = folder / "model.safetensors"
    save_file(
        {**load_file(path), **{name.replace("__", "."): one for name, one in more.items()}}, path, {"format": "pt"}
    )


@pytest.mark.parametrize(("part", "fewer"), [("text_config", 3), ("text_config", 0), ("vision_config", 2)])
def test_a_config_with_fewer_layers_than_the_weights(copy, part, fewer):
    config = json.loads((copy / "config.json").read_text())
    edit(copy, "config.json", **{part: {**config[part], "num_hidden_layers": fewer}}, vision_feature_layer=-1)
    refused(copy, "leaves out", "of its weights", f"layers.{fewer}.", "The config is that of another model")


def test_a_bias_that_the_config_has_no_place_for(copy):
    add_weights(copy, language_model__model__layers__2__self_attn__q_proj__bias=torch.ones(60))
    refused(copy, "leaves out 1 of its weights", "layers.2.self_attn.q_proj.bias")


def test_surplus_that_changes_nothing_is_let_be(copy, llava_dir):
    """Buffers of older libraries, a tower's head, and layers that only guess the token after next."""
    add_weights(
        copy,
        language_model__model__layers__0__self_attn__rotary_emb__inv_freq=torch.ones(5),
        vision_tower__vision_model__embeddings__position_ids=torch.arange(17)[None],
        vision_tower__vision_model__head__probe=torch.ones(1, 33),
        language_model__model__layers__1__self_attn__bias=torch.ones(7, 7),
        language_model__model__layers__5__self_attn__q_proj__weight=torch.ones(60, 54),
    )
    config = json.loads((copy / "config.json").read_text())
    refused(copy, "leaves out 1 of its weights", "layers.5.")
    edit(copy, "config.json", text_config={**config["text_config"], "num_nextn_predict_layers": 1})
    models = [sv.load_model(folder, device="cpu") for folder in (copy, llava_dir)]
    first, second = (sv.caption(model, picture(), PROMPT, max_new_tokens=4).output_ids for model in models)
    assert first == second


def test_weights_of_other_sizes(copy):
    config = json.loads((copy / "config.json").read_text())
    config["text_config"]["intermediate_size"] = 67
    (copy / "config.json").write_text(json.dumps(config))
    refused(copy, "could not be read: some weights have other sizes than the config says")


def test_no_processor(copy):
    for name in ("processor_config.json", "tokenizer_config.json", "tokenizer.json"):
        (copy / name).unlink()
    refused(copy, "processor")


def test_no_tokenizer_files(copy):
    (copy / "tokenizer.json").unlink()
    refused(copy, "it has no tokenizer files (tokenizer.json, or tokenizer.model). Check that the download is complete")


def test_attention_that_cannot_be_exchanged(llava_dir, monkeypatch):
    monkeypatch.setattr(LlavaForConditionalGeneration, "_supports_sdpa", False)
    assert "download" not in refused(llava_dir, "cannot be recorded. Expected a model such as one of LLaVA-1.5")


def test_a_family_not_known_may_write_tokens_of_its_own(copy, monkeypatch):
    """As Llama 4, whose processor has an image token that its model never sees."""
    edit(copy, "config.json", image_token_index=5)
    refused(copy, "writes token 3 where a picture stands, its model expects 5")
    monkeypatch.setattr("saliency_viz.models.loading.checkpoint_io.family_of", lambda kind: None)
    refused(copy, "a trial run failed")  # found out by running, not by comparing names


@pytest.mark.parametrize(
    ("generation", "text", "expected"),
    [(7, 8, {7}), ([7, 9], 8, {7, 9}), (None, 8, {8, 2}), (None, [8, 9], {8, 9, 2}), (None, None, {2})],
)
def test_where_a_caption_ends(copy, generation, text, expected):
    """The generation settings say it; where they do not, the text config and the tokenizer (whose </s> is 2)."""
    config = json.loads((copy / "config.json").read_text())
    edit(copy, "config.json", text_config={**config["text_config"], "eos_token_id": text})
    settings = {"pad_token_id": 0} if generation is None else {"eos_token_id": generation}
    (copy / "generation_config.json").write_text(json.dumps(settings))
    assert sv.load_model(copy, device="cpu").stop_ids == expected


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


@pytest.mark.parametrize(
    ("device", "words"),
    [
        ("cuda", "This machine has no CUDA device torch can use. Choose --device cpu or auto."),
        ("cuda:7", "This machine has no CUDA device torch can use. Choose --device cpu or auto."),
        ("mps", "This machine has no MPS device torch can use. Choose --device cpu or auto."),
        ("meta", "device must be auto, cpu, cuda, cuda:N or mps. Got 'meta'."),
        (5.5, "device must be auto, cpu, cuda, cuda:N or mps. Got 5.5."),
    ],
)
def test_a_device_that_is_not_here(llava_dir, monkeypatch, device, words):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(ModelError, match=words.replace("(", r"\(")):
        sv.load_model(llava_dir, device=device)


def test_a_device_number_too_high_names_those_there_are(monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert devices.device_of("cuda:1") == torch.device("cuda:1")
    with pytest.raises(ModelError, match="no 'cuda:7': torch can use cuda:0, cuda:1 here"):
        devices.device_of("cuda:7")


def test_a_device_map_that_is_no_word_for_one(llava_dir):
    refused(llava_dir, "device_map must be one of auto, balanced", "Got 'foo'.", device_map="foo")
    assert sv.load_model(llava_dir, device="cpu", device_map="cpu").info.device == "device_map cpu"


@pytest.mark.parametrize("package,settings", [("bitsandbytes", {"quantization": "4bit"}), ("peft", {"adapter": "x"})])
def test_a_missing_optional_package_is_named(llava_dir, monkeypatch, package, settings):
    monkeypatch.setattr("saliency_viz.models.loading.devices.find_spec", lambda name: None)
    refused(llava_dir, f"Run: pip install {package}", **settings)


@pytest.mark.slow
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


@pytest.fixture
def adapter(llava_dir, tmp_path):
    peft = pytest.importorskip("peft")
    network = AutoModelForImageTextToText.from_pretrained(llava_dir)
    settings = peft.LoraConfig(r=2, target_modules=r".*language_model.*(q_proj|v_proj)", init_lora_weights=False)
    peft.get_peft_model(network, settings).save_pretrained(tmp_path / "adapter")
    return tmp_path / "adapter"


def test_a_truncated_adapter(llava_dir, adapter):
    path = adapter / "adapter_model.safetensors"
    path.write_bytes(path.read_bytes()[:300])
    refused(llava_dir, "could not be put on this model: its adapter_model.safetensors is damaged", adapter=adapter)


def test_an_adapter_of_other_sizes(adapter, tmp_path):
    other = checkpoints_qwen.qwen2(tmp_path / "qwen")
    sentence = refused(other, "its weights have other sizes than this model's", adapter=adapter)
    assert "ignore_mismatched_sizes" not in sentence


def test_an_adapter_that_is_nowhere(llava_dir):
    pytest.importorskip("peft")
    refused(llava_dir, "there is no directory of that name", adapter="/no/such/adapter")


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
