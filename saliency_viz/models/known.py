"""Checkpoints by name: which are offered where strangers choose, and the published sizes of some, to plan without them.

Ignores whether they can be reached. No revision is pinned yet: none of them could be downloaded where this was written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from transformers import Idefics3Config, LlavaConfig, PreTrainedConfig, Qwen2_5_VLConfig


@dataclass(frozen=True)
class Checkpoint:
    """A hub id, the family row that serves it, and the commit to load (None: the newest; nobody has checked one)."""

    name: str
    family: str
    revision: str | None = None


CHECKPOINTS: tuple[Checkpoint, ...] = (
    Checkpoint("HuggingFaceTB/SmolVLM-256M-Instruct", "idefics3"),
    Checkpoint("HuggingFaceTB/SmolVLM-500M-Instruct", "idefics3"),
    Checkpoint("HuggingFaceTB/SmolVLM-Instruct", "idefics3"),
    Checkpoint("HuggingFaceTB/SmolVLM2-256M-Video-Instruct", "smolvlm"),
    Checkpoint("HuggingFaceTB/SmolVLM2-500M-Video-Instruct", "smolvlm"),
    Checkpoint("HuggingFaceTB/SmolVLM2-2.2B-Instruct", "smolvlm"),
    Checkpoint("HuggingFaceM4/Idefics3-8B-Llama3", "idefics3"),
    Checkpoint("llava-hf/llava-1.5-7b-hf", "llava"),
    Checkpoint("llava-hf/llava-1.5-13b-hf", "llava"),
    Checkpoint("llava-hf/llava-v1.6-mistral-7b-hf", "llava_next"),
    Checkpoint("llava-hf/llava-v1.6-vicuna-7b-hf", "llava_next"),
    Checkpoint("llava-hf/llava-v1.6-vicuna-13b-hf", "llava_next"),
    Checkpoint("llava-hf/llava-onevision-qwen2-0.5b-ov-hf", "llava_onevision"),
    Checkpoint("llava-hf/llava-onevision-qwen2-7b-ov-hf", "llava_onevision"),
    Checkpoint("Qwen/Qwen2-VL-2B-Instruct", "qwen2_vl"),
    Checkpoint("Qwen/Qwen2-VL-7B-Instruct", "qwen2_vl"),
    Checkpoint("Qwen/Qwen2.5-VL-3B-Instruct", "qwen2_5_vl"),
    Checkpoint("Qwen/Qwen2.5-VL-7B-Instruct", "qwen2_5_vl"),
    Checkpoint("Qwen/Qwen2.5-VL-32B-Instruct", "qwen2_5_vl"),
    Checkpoint("Qwen/Qwen2.5-VL-72B-Instruct", "qwen2_5_vl"),
    Checkpoint("Qwen/Qwen3-VL-2B-Instruct", "qwen3_vl"),
    Checkpoint("Qwen/Qwen3-VL-4B-Instruct", "qwen3_vl"),
    Checkpoint("Qwen/Qwen3-VL-8B-Instruct", "qwen3_vl"),
    Checkpoint("OpenGVLab/InternVL3-1B-hf", "internvl"),
    Checkpoint("OpenGVLab/InternVL3-2B-hf", "internvl"),
    Checkpoint("OpenGVLab/InternVL3-8B-hf", "internvl"),
    Checkpoint("OpenGVLab/InternVL3_5-8B-HF", "internvl"),
    Checkpoint("LanguageBind/Video-LLaVA-7B-hf", "video_llava"),
    Checkpoint("lkhl/VideoLLaMA3-2B-Image-HF", "video_llama_3"),
    Checkpoint("google/gemma-3-4b-it", "gemma3"),
    Checkpoint("google/gemma-3-12b-it", "gemma3"),
)


def known_checkpoints() -> tuple[str, ...]:
    """Names that may be offered on a public host: the demo and the table's ids."""
    return ("demo", *(checkpoint.name for checkpoint in CHECKPOINTS))


def _llava(hidden: int, inner: int, layers: int, heads: int) -> LlavaConfig:
    clip = {"hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 24, "num_attention_heads": 16}
    text = {"hidden_size": hidden, "intermediate_size": inner, "num_hidden_layers": layers}
    return LlavaConfig(
        vision_config={"model_type": "clip_vision_model", **clip, "image_size": 336, "patch_size": 14},
        text_config={
            "model_type": "llama",
            **text,
            "num_attention_heads": heads,
            "num_key_value_heads": heads,
            "vocab_size": 32064,
            "max_position_embeddings": 4096,
        },
    )


def _qwen2_5(hidden: int, inner: int, layers: int, heads: tuple[int, int], **more: Any) -> Qwen2_5_VLConfig:
    vision = {"depth": 32, "hidden_size": 1280, "num_heads": 16, "intermediate_size": more.pop("vision_inner", 3420)}
    return Qwen2_5_VLConfig(
        vision_config={**vision, "out_hidden_size": hidden},
        text_config={
            "hidden_size": hidden,
            "intermediate_size": inner,
            "num_hidden_layers": layers,
            "num_attention_heads": heads[0],
            "num_key_value_heads": heads[1],
            "vocab_size": more.pop("vocabulary", 152064),
            "max_position_embeddings": 128000,
            "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [16, 24, 24]},
        },
        **more,
    )


def _smolvlm() -> Idefics3Config:
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
    "HuggingFaceTB/SmolVLM-256M-Instruct": _smolvlm,
    "llava-hf/llava-1.5-7b-hf": lambda: _llava(4096, 11008, 32, 32),
    "llava-hf/llava-1.5-13b-hf": lambda: _llava(5120, 13824, 40, 40),
    "Qwen/Qwen2.5-VL-3B-Instruct": lambda: _qwen2_5(
        2048, 11008, 36, (16, 2), vocabulary=151936, tie_word_embeddings=True
    ),
    "Qwen/Qwen2.5-VL-7B-Instruct": lambda: _qwen2_5(3584, 18944, 28, (28, 4)),
    "Qwen/Qwen2.5-VL-32B-Instruct": lambda: _qwen2_5(5120, 27648, 64, (40, 8), vision_inner=3456),
    "Qwen/Qwen2.5-VL-72B-Instruct": lambda: _qwen2_5(8192, 29568, 80, (64, 8), vision_inner=3456),
}
