"""Random weights in the shapes of real models, built from their published sizes: for speed and memory, not for words.

Ignores tokenizers and processors: the prompt is made of random ids around the right number of image tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import torch
from PIL import Image
from transformers import (
    AutoModelForImageTextToText,
    CLIPVisionConfig,
    LlamaConfig,
    LlavaConfig,
    Qwen2VLConfig,
)

from .. import attention
from ..errors import SettingError
from ..memory import require, size_text
from ..models.base import LVLM, Boxes, Family, Prepared
from ..models.compose import png
from ..models.loading import DTYPES
from ..models.pixels import grid_boxes
from ..trace import ModelInfo, Picture, Span
from .workload import Workload


def llava(text: dict[str, Any], vision: dict[str, Any]) -> LlavaConfig:
    """LLaVA-1.5 of these sizes; the image token is the last of the vocabulary."""
    return LlavaConfig(
        vision_config=CLIPVisionConfig(**vision),
        text_config=LlamaConfig(**text),
        image_token_index=text["vocab_size"] - 1,
        image_seq_length=(vision["image_size"] // vision["patch_size"]) ** 2,
        vision_feature_layer=-2,
        vision_feature_select_strategy="default",
    )


def llava_inputs(config: LlavaConfig, generator: torch.Generator) -> tuple[dict[str, torch.Tensor], tuple[int, int]]:
    """Pixels of one picture, and its grid of image tokens (rows, columns)."""
    vision = config.vision_config
    side = vision.image_size // vision.patch_size
    pixels = torch.randn(1, 3, vision.image_size, vision.image_size, generator=generator)
    return {"pixel_values": pixels}, (side, side)


def qwen2_vl(text: dict[str, Any], vision: dict[str, Any]) -> Qwen2VLConfig:
    """Qwen2-VL of these sizes, with the published special tokens."""
    return Qwen2VLConfig(
        text_config=text,
        vision_config=vision,
        image_token_id=151655,
        video_token_id=151656,
        vision_start_token_id=151652,
        vision_end_token_id=151653,
    )


def qwen2_vl_inputs(
    config: Qwen2VLConfig, generator: torch.Generator
) -> tuple[dict[str, torch.Tensor], tuple[int, int]]:
    """Patches of a 672 x 672 picture: 48 x 48 of them, merged 2 x 2 to 24 x 24 image tokens."""
    vision, side = config.vision_config, 48
    width = vision.in_channels * vision.temporal_patch_size * vision.patch_size**2
    pixels = torch.randn(side * side, width, generator=generator)
    return {"pixel_values": pixels, "image_grid_thw": torch.tensor([[1, side, side]])}, (side // 2, side // 2)


CLIP_336 = {
    "hidden_size": 1024,
    "intermediate_size": 4096,
    "num_hidden_layers": 24,
    "num_attention_heads": 16,
    "image_size": 336,
    "patch_size": 14,
    "projection_dim": 768,
}
LLAMA_7B = {
    "hidden_size": 4096,
    "intermediate_size": 11008,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 32,
    "vocab_size": 32064,
    "max_position_embeddings": 4096,
}
QWEN2_7B = {
    "hidden_size": 3584,
    "intermediate_size": 18944,
    "num_hidden_layers": 28,
    "num_attention_heads": 28,
    "num_key_value_heads": 4,
    "vocab_size": 152064,
    "max_position_embeddings": 32768,
    "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [16, 24, 24]},
}
QWEN2_VISION = {"depth": 32, "embed_dim": 1280, "num_heads": 16, "hidden_size": 3584, "mlp_ratio": 4, "patch_size": 14}
TINY_CLIP = {**CLIP_336, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
TINY_CLIP |= {"image_size": 42}
TINY_LLAMA = {**LLAMA_7B, "hidden_size": 48, "intermediate_size": 80, "num_hidden_layers": 3, "vocab_size": 211}
TINY_LLAMA |= {"num_attention_heads": 6, "num_key_value_heads": 2}
TINY_QWEN2 = {**QWEN2_7B, "hidden_size": 48, "intermediate_size": 80, "num_hidden_layers": 3, "num_attention_heads": 6}
TINY_QWEN2 |= {"num_key_value_heads": 2, "rope_parameters": {**QWEN2_7B["rope_parameters"], "mrope_section": [1, 1, 2]}}
TINY_VISION = {**QWEN2_VISION, "depth": 1, "embed_dim": 32, "num_heads": 2, "hidden_size": 48}

# name: (how to make the configuration, text sizes, vision sizes, how to make a picture's inputs, family)
SHAPES: dict[str, tuple[Callable, dict[str, Any], dict[str, Any], Callable, str]] = {
    "llava-1.5-7b": (llava, LLAMA_7B, CLIP_336, llava_inputs, "llava"),
    "qwen2-vl-7b": (qwen2_vl, QWEN2_7B, QWEN2_VISION, qwen2_vl_inputs, "qwen2_vl"),
    "tiny-llava": (llava, TINY_LLAMA, TINY_CLIP, llava_inputs, "llava"),
    "tiny-qwen2-vl": (qwen2_vl, TINY_QWEN2, TINY_VISION, qwen2_vl_inputs, "qwen2_vl"),
}


def random_workload(
    name: str, tokens: int, prompt_tokens: int, device: str = "auto", dtype: str = "auto", layers: int | None = None
) -> Workload:
    """A model of a real one's shape with random weights, and a prompt of prompt_tokens.

    layers: fewer text layers than the real one, for machines that cannot hold it. Raises SettingError for an unknown
    name or too short a prompt, MemoryLimitError when the weights do not fit.
    """
    if name not in SHAPES:
        raise SettingError(f"shape must be one of {', '.join(SHAPES)}. Got {name!r}.")
    build, text, vision, inputs_of, family = SHAPES[name]
    if layers is not None and not 1 <= layers <= text["num_hidden_layers"]:
        raise SettingError(f"layers must lie in 1..{text['num_hidden_layers']} for {name}. Got {layers}.")
    config = build({**text, "num_hidden_layers": layers or text["num_hidden_layers"]}, vision)
    where = torch.device(("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device)
    kind = (torch.float32 if where.type == "cpu" else torch.bfloat16) if dtype == "auto" else DTYPES.get(dtype)
    if kind is None:
        raise SettingError(f"dtype must be auto, {', '.join(DTYPES)}. Got {dtype!r}.")
    with torch.device("meta"):
        count = sum(weight.numel() for weight in AutoModelForImageTextToText.from_config(config).parameters())
    size = count * kind.itemsize
    require(size, where, f"{name} with random weights in {kind}", f"{size_text(size)} of weights. Use fewer --layers.")
    network = _network(config, where, kind)
    model = LVLM(
        network=network,
        processor=SimpleNamespace(tokenizer=NumberTokenizer()),
        family=Family(family, name, (config.model_type,), prepare=_no_requests),
        info=ModelInfo(
            f"random {name}",
            family,
            config.text_config.num_hidden_layers,
            config.text_config.num_attention_heads,
            str(kind).removeprefix("torch."),
            str(where),
        ),
        stop_ids=frozenset(),
    )
    return Workload(model, _prepared(model, inputs_of, prompt_tokens), tokens)


class NumberTokenizer:
    """Writes a token as its number: random weights know no words."""

    all_special_ids: Sequence[int] = ()

    def decode(self, ids: Sequence[int], **_: object) -> str:
        """The numbers, each after a space."""
        return "".join(f" {token}" for token in ids)


def _network(config: Any, device: torch.device, dtype: torch.dtype) -> torch.nn.Module:
    torch.manual_seed(0)
    with device:
        network = AutoModelForImageTextToText.from_config(config, dtype=dtype, attn_implementation="sdpa")
    attention.register()
    network.set_attn_implementation({"text_config": attention.NAME})
    return network.requires_grad_(False).eval()


def _prepared(model: LVLM, inputs_of: Callable, prompt_tokens: int) -> Prepared:
    generator = torch.Generator().manual_seed(0)
    pixels, (rows, columns) = inputs_of(model.config, generator)
    image, before = rows * columns, 5
    after = prompt_tokens - image - before
    if after < 1:
        raise SettingError(f"prompt_tokens must be at least {image + before + 1} for this shape. Got {prompt_tokens}.")
    ids = torch.randint(10, 200, (prompt_tokens,), generator=generator)
    ids[before : before + image] = model.config.image_token_id
    if hasattr(model.config, "vision_start_token_id"):
        ids[before - 1], ids[before + image] = model.config.vision_start_token_id, model.config.vision_end_token_id
    inputs = {"input_ids": ids[None], "attention_mask": torch.ones_like(ids[None]), **pixels}
    delta = 0
    if model.config.model_type == "qwen2_vl":
        inputs["mm_token_type_ids"] = (ids == model.config.image_token_id).long()[None]
        delta = max(rows, columns) - image  # the picture takes as many rotary positions as its longer side
    return Prepared(
        inputs=model.to_device(inputs),
        prompt_texts=tuple(f" {token}" for token in ids.tolist()),
        spans=(
            Span("template", 0, before),
            Span("image", before, before + image, 0),
            Span("prompt", before + image, prompt_tokens),
        ),
        pictures=(Picture(png(Image.new("RGB", (columns, rows))), (0.0, 0.0, columns, rows), (columns, rows)),),
        boxes=Boxes.join([grid_boxes(rows, columns, (columns, rows))]),
        rope_delta=delta,
    )


def _no_requests(model: LVLM, request: Any) -> Prepared:
    raise SettingError("A model of random weights takes no pictures or prompts. Load a real one.")
