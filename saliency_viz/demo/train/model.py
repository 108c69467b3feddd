"""The demo model's shape, template and processor: a genuine LLaVA, in the hub's format, of about 42 M parameters.

Its vision tower is our own, its language model ten layers of SmolLM2 (`language`, `vocabulary`). Training it is for
`train`; this file only puts one together and writes a finished one to disk.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import (
    CLIPImageProcessorPil,
    CLIPVisionConfig,
    GenerationConfig,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedTokenizerFast,
)

from .batches import IMAGE_SIDE, PATCH, PATCHES
from .language import LAYERS
from .vocabulary import BOS, EOS, IMAGE, PAD

# SmolLM2's own template; pictures come first in their message, each on a line
CHAT_TEMPLATE = """\
{% for m in messages %}\
{% set parts = [{'type': 'text', 'text': m['content']}] if m['content'] is string else m['content'] %}\
{{ '<|im_start|>' + m['role'] + '\\n' }}\
{% for part in parts %}{% if part['type'] == 'image' %}{{ '<image>\\n' }}{% endif %}{% endfor %}\
{% for part in parts %}{% if part['type'] == 'text' %}{{ part['text'] }}{% endif %}{% endfor %}\
{{ '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"""


@dataclass(frozen=True)
class Shape:
    """Sizes of the language model; the defaults are SmolLM2-135M's with ten layers."""

    width: int = 576
    inner: int = 1536
    layers: int = len(LAYERS)
    heads: int = 9
    key_heads: int = 3
    rope_theta: float = 100_000.0


def build_processor(tokenizer: PreTrainedTokenizerFast) -> LlavaProcessor:
    """Resizes to 160 x 160 pixels, scales to [-1, 1], puts one token per patch for each `<image>`."""
    images = CLIPImageProcessorPil(
        size={"shortest_edge": IMAGE_SIDE},
        crop_size={"height": IMAGE_SIDE, "width": IMAGE_SIDE},
        image_mean=[0.5] * 3,
        image_std=[0.5] * 3,
    )
    # num_additional_image_tokens=1 counts the class token that the "default" strategy then drops
    return LlavaProcessor(
        image_processor=images,
        tokenizer=tokenizer,
        patch_size=PATCH,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=CHAT_TEMPLATE,
    )


def build_model(vocabulary: int, shape: Shape, seed: int, attention: str = "eager") -> LlavaForConditionalGeneration:
    """An untrained model, float32. Eager attention trains fastest on a CPU."""
    torch.manual_seed(seed)
    special: dict[str, Any] = {"pad_token_id": PAD, "bos_token_id": BOS, "eos_token_id": EOS}
    vision = CLIPVisionConfig(
        hidden_size=192,
        intermediate_size=768,
        num_hidden_layers=6,
        num_attention_heads=6,
        image_size=IMAGE_SIDE,
        patch_size=PATCH,
        projection_dim=192,
        hidden_act="gelu",
    )
    text = LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=shape.width,
        intermediate_size=shape.inner,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.key_heads,
        head_dim=shape.width // shape.heads,
        max_position_embeddings=2048,
        rms_norm_eps=1e-5,
        rope_parameters={"rope_type": "default", "rope_theta": shape.rope_theta},
        tie_word_embeddings=True,
        **special,
    )
    config = LlavaConfig(
        vision_config=vision,
        text_config=text,
        image_token_index=IMAGE,
        image_seq_length=PATCHES,
        vision_feature_layer=-1,
        vision_feature_select_strategy="default",
        tie_word_embeddings=True,
        **special,
    )
    config._attn_implementation = attention
    model = LlavaForConditionalGeneration(config)
    model.generation_config = GenerationConfig(max_new_tokens=96, **special)
    return model


def load_language(model: LlavaForConditionalGeneration, state: dict[str, Tensor]) -> None:
    """Takes the weights of a `LlamaForCausalLM` of the model's text shape."""
    inner = {name.removeprefix("model."): weights for name, weights in state.items() if name.startswith("model.")}
    model.model.language_model.load_state_dict(inner)


def export(model: LlavaForConditionalGeneration, processor: LlavaProcessor, folder: Path) -> None:
    """Writes bfloat16 weights, tokenizer, processor and template to `folder`, readable by everyone."""
    folder.mkdir(parents=True, exist_ok=True)
    copy: Any = LlavaForConditionalGeneration(model.config)
    copy.load_state_dict(model.state_dict())
    copy.generation_config = model.generation_config
    copy.to(torch.bfloat16).save_pretrained(folder)
    processor.save_pretrained(folder)
    for path in folder.iterdir():
        path.chmod(0o644)  # transformers writes the weights with mode 0600
