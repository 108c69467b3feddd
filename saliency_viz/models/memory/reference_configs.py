"""Configs of real checkpoints from their published sizes, one table: to plan memory for them without a connection, and
to bench their shapes with random weights.

Ignores tokenizers, and everything in a config that changes neither sizes nor speed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from transformers import Idefics3Config, LlavaConfig, PreTrainedConfig, Qwen2_5_VLConfig, Qwen2VLConfig

# Special tokens of Qwen's vocabularies: picture, video, and the marks around them.
QWEN_TOKENS: dict[str, Any] = {
    "image_token_id": 151655,
    "video_token_id": 151656,
    "vision_start_token_id": 151652,
    "vision_end_token_id": 151653,
}
CLIP_336 = {
    "model_type": "clip_vision_model",
    "hidden_size": 1024,
    "intermediate_size": 4096,
    "num_hidden_layers": 24,
    "num_attention_heads": 16,
    "image_size": 336,
    "patch_size": 14,
    "projection_dim": 768,
}


def llava(hidden: int, inner: int, layers: int, heads: int, clip: dict[str, Any] | None = None) -> LlavaConfig:
    """LLaVA-1.5 on a Llama of these sizes. clip: what differs from CLIP-L at 336 pixels."""
    clip = {**CLIP_336, **(clip or {})}
    text = {"model_type": "llama", "hidden_size": hidden, "intermediate_size": inner, "num_hidden_layers": layers}
    groups = {"num_attention_heads": heads, "num_key_value_heads": heads}
    return LlavaConfig(
        vision_config=clip,
        text_config={**text, **groups, "vocab_size": 32064, "max_position_embeddings": 4096},
        image_token_index=32000,
        image_seq_length=(clip["image_size"] // clip["patch_size"]) ** 2,
    )


def _qwen_text(hidden: int, inner: int, layers: int, heads: tuple[int, int], vocabulary: int, **more: Any) -> dict:
    return {
        "hidden_size": hidden,
        "intermediate_size": inner,
        "num_hidden_layers": layers,
        "num_attention_heads": heads[0],
        "num_key_value_heads": heads[1],
        "vocab_size": vocabulary,
        "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [16, 24, 24]},
        **more,
    }


def qwen2(hidden: int, inner: int, layers: int, heads: tuple[int, int], vocabulary: int = 152064) -> Qwen2VLConfig:
    """Qwen2-VL of these sizes; heads: of queries and of keys."""
    vision = {"depth": 32, "embed_dim": 1280, "num_heads": 16, "mlp_ratio": 4, "patch_size": 14}
    return Qwen2VLConfig(
        vision_config={**vision, "hidden_size": hidden},
        text_config=_qwen_text(hidden, inner, layers, heads, vocabulary, max_position_embeddings=32768),
        **QWEN_TOKENS,
    )


def qwen2_5(
    hidden: int, inner: int, layers: int, heads: tuple[int, int], vocabulary: int = 152064, **more: Any
) -> Qwen2_5_VLConfig:
    """Qwen2.5-VL of these sizes; heads: of queries and of keys."""
    vision = {"depth": 32, "hidden_size": 1280, "num_heads": 16, "intermediate_size": more.pop("vision_inner", 3420)}
    return Qwen2_5_VLConfig(
        vision_config={**vision, "out_hidden_size": hidden},
        text_config=_qwen_text(hidden, inner, layers, heads, vocabulary, max_position_embeddings=128000),
        **QWEN_TOKENS,
        **more,
    )


def smolvlm() -> Idefics3Config:
    """SmolVLM-256M."""
    vision = {"hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12}
    return Idefics3Config(
        vision_config={**vision, "image_size": 512, "patch_size": 16},
        text_config={
            "model_type": "llama",
            "hidden_size": 576,
            "intermediate_size": 1536,
            "num_hidden_layers": 30,
            "num_attention_heads": 9,
            "num_key_value_heads": 3,
            "vocab_size": 49280,
            "max_position_embeddings": 8192,
        },
        image_token_id=49190,
        scale_factor=4,
    )


PUBLISHED: dict[str, Callable[[], PreTrainedConfig]] = {
    "HuggingFaceTB/SmolVLM-256M-Instruct": smolvlm,
    "llava-hf/llava-1.5-7b-hf": lambda: llava(4096, 11008, 32, 32),
    "llava-hf/llava-1.5-13b-hf": lambda: llava(5120, 13824, 40, 40),
    "Qwen/Qwen2-VL-7B-Instruct": lambda: qwen2(3584, 18944, 28, (28, 4)),
    "Qwen/Qwen2.5-VL-3B-Instruct": lambda: qwen2_5(
        2048, 11008, 36, (16, 2), vocabulary=151936, tie_word_embeddings=True
    ),
    "Qwen/Qwen2.5-VL-7B-Instruct": lambda: qwen2_5(3584, 18944, 28, (28, 4)),
    "Qwen/Qwen2.5-VL-32B-Instruct": lambda: qwen2_5(5120, 27648, 64, (40, 8), vision_inner=3456),
    "Qwen/Qwen2.5-VL-72B-Instruct": lambda: qwen2_5(8192, 29568, 80, (64, 8), vision_inner=3456),
}
