"""Small random checkpoints of families without a file of their own, and configs of some that cannot be recorded."""

from __future__ import annotations

from pathlib import Path

import transformers
from transformers import (
    CLIPVisionConfig,
    GemmaConfig,
    Glm4vConfig,
    Glm4vForConditionalGeneration,
    Glm4vImageProcessor,
    Glm4vProcessor,
    Glm4vVideoProcessor,
    LlamaConfig,
    LlavaNextImageProcessor,
    LlavaNextVideoConfig,
    LlavaNextVideoForConditionalGeneration,
    LlavaNextVideoProcessor,
    LlavaNextVideoVideoProcessor,
    Mistral3Config,
    Mistral3ForConditionalGeneration,
    MistralConfig,
    PaliGemmaConfig,
    PaliGemmaForConditionalGeneration,
    PaliGemmaProcessor,
    PixtralImageProcessor,
    PixtralProcessor,
    SiglipImageProcessor,
    SiglipVisionConfig,
)

from .checkpoints import CLIP, TEXT, VICUNA_TEMPLATE, chatml, ids_of, randomize, save, tokenizer
from .checkpoints_qwen import QWEN_TEXT
from .checkpoints_tiled import SIGLIP


def mistral3(folder: Path) -> Path:
    """Mistral 3: the picture at its own shape in rows of 2 x 2 merged patches, a line break after each."""
    names = {"image_token": "[IMG]", "image_break_token": "[IMG_BREAK]", "image_end_token": "[IMG_END]"}
    tokens = tokenizer(tuple(names.values()), names)
    sizes = {"hidden_size": 36, "intermediate_size": 41, "num_hidden_layers": 2, "num_attention_heads": 3}
    config = Mistral3Config(
        vision_config={"model_type": "pixtral", **sizes, "image_size": 112, "patch_size": 14, "head_dim": 12},
        text_config=MistralConfig(**{**TEXT, **ids_of(tokens)}),
        image_token_index=tokens.convert_tokens_to_ids("[IMG]"),
        spatial_merge_size=2,
        vision_feature_layer=-1,
    )
    network = Mistral3ForConditionalGeneration(config)
    randomize(network, 31, (0, 1, 3, 4, 5))
    images = PixtralImageProcessor(size={"longest_edge": 112}, patch_size={"height": 14, "width": 14})
    template = chatml("[IMG]")
    return save(
        folder, network, PixtralProcessor(images, tokens, patch_size=14, spatial_merge_size=2, chat_template=template)
    )


def glm4v(folder: Path) -> Path:
    """GLM-4V: as Qwen2-VL, the whole picture at its own shape; its processor tells rows and columns."""
    special = ("<|begin_of_image|>", "<|image|>", "<|end_of_image|>", "<|begin_of_video|>", "<|video|>")
    chat = ("<|im_start|>", "<|im_end|>")
    tokens = tokenizer((*chat, *special), {"image_token": "<|image|>", "video_token": "<|video|>"})
    rope = {"rope_type": "default", "rope_theta": 1e4, "mrope_section": [1, 2, 2]}
    vision = {"depth": 2, "hidden_size": 36, "intermediate_size": 41, "num_heads": 3, "patch_size": 14}
    config = Glm4vConfig(
        vision_config={**vision, "out_hidden_size": 60, "image_size": 84, "attention_bias": False},
        text_config={**QWEN_TEXT, **ids_of(tokens), "partial_rotary_factor": 1.0, "rope_parameters": rope},
        image_token_id=6,
        video_token_id=9,
        image_start_token_id=5,
        image_end_token_id=7,
        video_start_token_id=8,
    )
    network = Glm4vForConditionalGeneration(config)
    randomize(network, 13, (0, 1, *range(3, 10)))
    images = Glm4vImageProcessor(size={"shortest_edge": 28 * 28 * 4, "longest_edge": 28 * 28 * 48})
    videos = Glm4vVideoProcessor(size={"shortest_edge": 28 * 28 * 4, "longest_edge": 28 * 28 * 200})
    template = chatml("<|begin_of_image|><|image|><|end_of_image|>")
    return save(folder, network, Glm4vProcessor(images, tokens, videos, chat_template=template))


def llava_next_video(folder: Path) -> Path:
    """LLaVA-NeXT-Video: a thumbnail and unpadded tiles, as LLaVA-NeXT."""
    tokens = tokenizer(("<image>", "<video>"), {"image_token": "<image>", "video_token": "<video>"})
    places, crop = [[56, 112], [112, 56], [112, 112]], {"height": 56, "width": 56}
    config = LlavaNextVideoConfig(
        vision_config=CLIPVisionConfig(**CLIP, image_size=56, patch_size=14, projection_dim=33),
        text_config=LlamaConfig(**{**TEXT, **ids_of(tokens)}),
        image_token_index=tokens.image_token_id,
        video_token_index=tokens.video_token_id,
        image_grid_pinpoints=places,
        image_seq_length=16,
        video_seq_length=4,
    )
    network = LlavaNextVideoForConditionalGeneration(config)
    randomize(network, 21, (0, 1, 3, 4))
    size = {"shortest_edge": 56}
    processor = LlavaNextVideoProcessor(
        video_processor=LlavaNextVideoVideoProcessor(size=size, crop_size=crop),
        image_processor=LlavaNextImageProcessor(size=size, crop_size=crop, image_grid_pinpoints=places),
        tokenizer=tokens,
        patch_size=14,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=VICUNA_TEMPLATE,
    )
    return save(folder, network, processor)


def paligemma(folder: Path) -> Path:
    """PaliGemma: picture and prompt see each other in both directions, only what is written is causal."""
    tokens = tokenizer(("<image>",), {"image_token": "<image>"})
    text = GemmaConfig(**{**TEXT, **ids_of(tokens), "head_dim": 12, "vocab_size": 1500})
    config = PaliGemmaConfig(
        vision_config=SiglipVisionConfig(
            **SIGLIP, image_size=84, patch_size=14, vision_use_head=False, projection_dim=54
        ),
        text_config=text,
        image_token_index=tokens.image_token_id,
        projection_dim=54,
    )
    config.text_config.num_image_tokens = 36
    network = PaliGemmaForConditionalGeneration(config)
    randomize(network, 31, (0, 1, 3))
    images = SiglipImageProcessor(size={"height": 84, "width": 84})
    images.image_seq_length = 36
    return save(folder, network, PaliGemmaProcessor(images, tokens, chat_template=chatml("<image>")))


def config_only(folder: Path, name: str, **text: object) -> Path:
    """A directory with no more than a config of the class `name`; text: changes to its text config."""
    getattr(transformers, name)(text_config={**TEXT, "vocab_size": 331, **text}).save_pretrained(folder)
    return folder
