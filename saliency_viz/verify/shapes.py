"""Random weights in the shapes of real models, built from their published sizes: for speed and memory, not for words.

Ignores tokenizers and processors: the prompt is made of random ids around the right number of image tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import torch
from PIL import Image
from transformers import AutoConfig, AutoModelForImageTextToText

from .. import attention
from ..errors import SettingError
from ..memory import require, size_text
from ..models.base import LVLM, Boxes, Family, Prepared
from ..models.boxes import grid_boxes
from ..models.loading.devices import DTYPES
from ..models.memory.reference_configs import PUBLISHED, llava, qwen2
from ..models.prepare import png
from ..trace import ModelInfo, Picture, Span
from .workload import Workload


def llava_inputs(config: Any, generator: torch.Generator) -> tuple[dict[str, torch.Tensor], tuple[int, int]]:
    """Pixels of one picture, and its grid of image tokens (rows, columns)."""
    vision = config.vision_config
    side = vision.image_size // vision.patch_size
    pixels = torch.randn(1, 3, vision.image_size, vision.image_size, generator=generator)
    return {"pixel_values": pixels}, (side, side)


def qwen_inputs(config: Any, generator: torch.Generator) -> tuple[dict[str, torch.Tensor], tuple[int, int]]:
    """Patches of a 672 x 672 picture: 48 x 48 of them, merged 2 x 2 to 24 x 24 image tokens."""
    vision, side = config.vision_config, 48
    width = vision.in_channels * vision.temporal_patch_size * vision.patch_size**2
    pixels = torch.randn(side * side, width, generator=generator)
    return {"pixel_values": pixels, "image_grid_thw": torch.tensor([[1, side, side]])}, (side // 2, side // 2)


def smolvlm_inputs(config: Any, generator: torch.Generator) -> tuple[dict[str, torch.Tensor], tuple[int, int]]:
    """One tile of 512 x 512 pixels: 32 x 32 patches, shuffled 4 x 4 to 8 x 8 image tokens."""
    vision = config.vision_config
    side = vision.image_size // vision.patch_size // config.scale_factor
    pixels = torch.randn(1, 1, 3, vision.image_size, vision.image_size, generator=generator)
    return {"pixel_values": pixels}, (side, side)


def tiny_llava() -> Any:
    """LLaVA with 6 heads over 2 and 9 image tokens."""
    clip = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    config: Any = llava(48, 80, 3, 6, {**clip, "image_size": 42})
    config.text_config.num_key_value_heads, config.text_config.vocab_size = 2, 211
    config.image_token_id = 210
    return config


def tiny_qwen2() -> Any:
    """Qwen2-VL with 6 heads over 2 and the real vocabulary."""
    config: Any = qwen2(48, 80, 3, (6, 2))
    config.text_config.rope_parameters["mrope_section"] = [1, 1, 2]
    for name, value in {"depth": 1, "embed_dim": 32, "num_heads": 2}.items():
        setattr(config.vision_config, name, value)
    return config


# name: (how to make the configuration, how to make a picture's inputs, family)
SHAPES: dict[str, tuple[Callable[[], Any], Callable, str]] = {
    "smolvlm-256m": (PUBLISHED["HuggingFaceTB/SmolVLM-256M-Instruct"], smolvlm_inputs, "idefics3"),
    "llava-1.5-7b": (PUBLISHED["llava-hf/llava-1.5-7b-hf"], llava_inputs, "llava"),
    "llava-1.5-13b": (PUBLISHED["llava-hf/llava-1.5-13b-hf"], llava_inputs, "llava"),
    "qwen2-vl-7b": (PUBLISHED["Qwen/Qwen2-VL-7B-Instruct"], qwen_inputs, "qwen2_vl"),
    "qwen2.5-vl-3b": (PUBLISHED["Qwen/Qwen2.5-VL-3B-Instruct"], qwen_inputs, "qwen2_5_vl"),
    "qwen2.5-vl-7b": (PUBLISHED["Qwen/Qwen2.5-VL-7B-Instruct"], qwen_inputs, "qwen2_5_vl"),
    "qwen2.5-vl-32b": (PUBLISHED["Qwen/Qwen2.5-VL-32B-Instruct"], qwen_inputs, "qwen2_5_vl"),
    "qwen2.5-vl-72b": (PUBLISHED["Qwen/Qwen2.5-VL-72B-Instruct"], qwen_inputs, "qwen2_5_vl"),
    "tiny-llava": (tiny_llava, llava_inputs, "llava"),
    "tiny-qwen2-vl": (tiny_qwen2, qwen_inputs, "qwen2_vl"),
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
    build, inputs_of, family = SHAPES[name]
    config = _shortened(build(), layers, name)
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


def _shortened(config: Any, layers: int | None, name: str) -> Any:
    """The config with only so many text layers, read anew so that lists by layer fit."""
    sizes = config.to_dict()
    most = sizes["text_config"]["num_hidden_layers"]
    if layers is not None and not 1 <= layers <= most:
        raise SettingError(f"layers must lie in 1..{most} for {name}. Got {layers}.")
    sizes["text_config"]["num_hidden_layers"] = layers or most
    sizes["text_config"].pop("layer_types", None)
    return AutoConfig.for_model(**sizes)


class NumberTokenizer:
    """Writes a token as its number: random weights know no words."""

    def convert_ids_to_tokens(self, token: int) -> str:
        """The number."""
        return str(token)

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
    if "image_grid_thw" in pixels:
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
