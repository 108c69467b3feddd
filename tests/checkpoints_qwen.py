"""Small random checkpoints of the families that see a picture at its own shape: Qwen2-VL to Qwen3-VL, VideoLLaMA3,
LLaVA with a Pixtral tower."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from transformers import (
    LlavaConfig,
    LlavaForConditionalGeneration,
    MistralConfig,
    PixtralImageProcessor,
    PixtralProcessor,
    PreTrainedTokenizerFast,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2_5_VLProcessor,
    Qwen2Config,
    Qwen2VLConfig,
    Qwen2VLForConditionalGeneration,
    Qwen2VLImageProcessor,
    Qwen2VLProcessor,
    Qwen2VLVideoProcessor,
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
    Qwen3VLMoeConfig,
    Qwen3VLMoeForConditionalGeneration,
    Qwen3VLProcessor,
    Qwen3VLVideoProcessor,
    VideoLlama3Config,
    VideoLlama3ForConditionalGeneration,
    VideoLlama3Processor,
)
from transformers.models.video_llama_3.configuration_video_llama_3 import VideoLlama3VisionConfig
from transformers.models.video_llama_3.image_processing_video_llama_3 import VideoLlama3ImageProcessor
from transformers.models.video_llama_3.video_processing_video_llama_3 import VideoLlama3VideoProcessor

from .checkpoints import TEXT, chatml, ids_of, randomize, save, tokenizer

SPECIAL = (
    "<|im_start|>",
    "<|im_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|image_pad|>",
    "<|video_pad|>",
)
QWEN_TEXT = {**TEXT, "hidden_size": 60}  # these want hidden size = heads * head width
QWEN_TEXT.pop("head_dim")
TEMPLATE = chatml("<|vision_start|><|image_pad|><|vision_end|>", "<|vision_start|><|video_pad|><|vision_end|>")
SIZE = {"shortest_edge": 28 * 28 * 4, "longest_edge": 28 * 28 * 24}
QWEN3_VISION = {
    "depth": 3,
    "hidden_size": 36,
    "intermediate_size": 41,
    "num_heads": 3,
    "patch_size": 14,
    "num_position_embeddings": 49,
    "deepstack_visual_indexes": [0, 2],
}
CONTROL = (0, 1, *range(3, 9))


def _tokens() -> PreTrainedTokenizerFast:
    return tokenizer(SPECIAL, {"image_token": "<|image_pad|>", "video_token": "<|video_pad|>"})


def _visual_ids(tokens: PreTrainedTokenizerFast) -> dict[str, int]:
    names = {"vision_start": 5, "vision_end": 6, "image": 7, "video": 8}
    assert tokens.convert_ids_to_tokens([5, 6, 7, 8]) == list(SPECIAL[2:])
    return {f"{name}_token_id": value for name, value in names.items()}


def _mrope(section: list[int], **more: Any) -> dict[str, Any]:
    return {"rope_type": "default", "rope_theta": 1e4, "mrope_section": section, **more}


def qwen2(folder: Path) -> Path:
    """Qwen2-VL: patches of 14, merged 2 x 2, two frames in one; rotary sections 1, 2, 2."""
    tokens = _tokens()
    config = Qwen2VLConfig(
        vision_config={
            "depth": 2,
            "embed_dim": 36,
            "hidden_size": 60,
            "num_heads": 3,
            "mlp_ratio": 2,
            "patch_size": 14,
        },
        text_config={**QWEN_TEXT, **ids_of(tokens), "rope_parameters": _mrope([1, 2, 2])},
        **_visual_ids(tokens),
    )
    network = Qwen2VLForConditionalGeneration(config)
    randomize(network, 11, CONTROL)
    processor = Qwen2VLProcessor(
        Qwen2VLImageProcessor(size=SIZE), tokens, Qwen2VLVideoProcessor(size=SIZE), chat_template=TEMPLATE
    )
    return save(folder, network, processor)


def qwen2_5(folder: Path) -> Path:
    """Qwen2.5-VL: windows of 2 x 2 tokens in the vision tower, so that it reorders patches and must put them back."""
    tokens = _tokens()
    config = Qwen2_5_VLConfig(
        vision_config={
            "depth": 3,
            "hidden_size": 36,
            "intermediate_size": 41,
            "num_heads": 3,
            "window_size": 56,
            "fullatt_block_indexes": [1],
            "out_hidden_size": 60,
            "tokens_per_second": 2,
        },
        text_config={**QWEN_TEXT, **ids_of(tokens), "rope_parameters": _mrope([1, 2, 2])},
        **_visual_ids(tokens),
    )
    network = Qwen2_5_VLForConditionalGeneration(config)
    randomize(network, 12, CONTROL)
    processor = Qwen2_5_VLProcessor(
        Qwen2VLImageProcessor(size=SIZE), tokens, Qwen2VLVideoProcessor(size=SIZE), chat_template=TEMPLATE
    )
    return save(folder, network, processor)


def qwen3(folder: Path) -> Path:
    """Qwen3-VL: interleaved rotary sections, and features of two vision layers added to the first text layers."""
    tokens = _tokens()
    config = Qwen3VLConfig(
        vision_config={**QWEN3_VISION, "out_hidden_size": 54},
        text_config={
            **TEXT,
            "head_dim": 16,
            **ids_of(tokens),
            "rope_parameters": _mrope([3, 3, 2], mrope_interleaved=True),
        },
        **_visual_ids(tokens),
    )
    network = Qwen3VLForConditionalGeneration(config)
    randomize(network, 13, CONTROL)
    return save(folder, network, _qwen3_processor(tokens))


def _qwen3_processor(tokens: PreTrainedTokenizerFast) -> Qwen3VLProcessor:
    return Qwen3VLProcessor(
        Qwen2VLImageProcessor(size=SIZE, patch_size=14),
        tokens,
        Qwen3VLVideoProcessor(size={"shortest_edge": 28 * 28 * 4, "longest_edge": 28 * 28 * 99}, patch_size=14),
        chat_template=TEMPLATE,
    )


def qwen3_moe(folder: Path) -> Path:
    """Qwen3-VL-MoE: as Qwen3-VL, every layer's MLP 2 of 4 experts (widths in eights)."""
    tokens = _tokens()
    config = Qwen3VLMoeConfig(
        vision_config={**QWEN3_VISION, "out_hidden_size": 64},
        text_config={
            **TEXT,
            **ids_of(tokens),
            "hidden_size": 64,
            "head_dim": 16,
            "rope_parameters": _mrope([3, 3, 2], mrope_interleaved=True),
            "num_experts": 4,
            "num_experts_per_tok": 2,
            "moe_intermediate_size": 32,
            "decoder_sparse_step": 1,
        },
        **_visual_ids(tokens),
    )
    network = Qwen3VLMoeForConditionalGeneration(config)
    randomize(network, 15, CONTROL)
    return save(folder, network, _qwen3_processor(tokens))


def video_llama(folder: Path) -> Path:
    """VideoLLaMA3: SigLIP-like patches of 14 at any shape over Qwen2; still patches of a video are dropped."""
    tokens = _tokens()
    visual = _visual_ids(tokens)
    config = VideoLlama3Config(
        vision_config=VideoLlama3VisionConfig(
            hidden_size=36, intermediate_size=41, num_hidden_layers=2, num_attention_heads=3, patch_size=14
        ),
        text_config=Qwen2Config(**{**QWEN_TEXT, **ids_of(tokens)}),
        image_token_id=visual["image_token_id"],
        video_token_id=visual["video_token_id"],
    )
    network = VideoLlama3ForConditionalGeneration(config)
    randomize(network, 14, CONTROL)
    processor = VideoLlama3Processor(
        VideoLlama3ImageProcessor(size=SIZE, merge_size=2),
        tokens,
        VideoLlama3VideoProcessor(size=SIZE),
        chat_template=chatml("<|image_pad|>", "<|video_pad|>"),
    )
    return save(folder, network, processor)


def pixtral(folder: Path) -> Path:
    """LLaVA with a Pixtral tower: patches of 14 of a picture reduced to 112 px, a break after each row of tokens."""
    names = {"image_token": "[IMG]", "image_break_token": "[IMG_BREAK]", "image_end_token": "[IMG_END]"}
    tokens = tokenizer(("<|im_start|>", "<|im_end|>", *names.values()), names)
    config = LlavaConfig(
        vision_config={
            "model_type": "pixtral",
            "hidden_size": 36,
            "intermediate_size": 41,
            "num_hidden_layers": 2,
            "num_attention_heads": 3,
            "head_dim": 12,
            "image_size": 112,
            "patch_size": 14,
        },
        text_config=MistralConfig(**{**TEXT, **ids_of(tokens)}),
        image_token_index=tokens.convert_tokens_to_ids("[IMG]"),
        vision_feature_layer=-1,
        vision_feature_select_strategy="full",
        tie_word_embeddings=False,
    )
    network = LlavaForConditionalGeneration(config)
    randomize(network, 31, (0, 1, *range(3, 8)))
    processor = PixtralProcessor(
        PixtralImageProcessor(size={"longest_edge": 112}, patch_size={"height": 14, "width": 14}),
        tokens,
        patch_size=14,
        chat_template=chatml("[IMG]"),
    )
    return save(folder, network, processor)
