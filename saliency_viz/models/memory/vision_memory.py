"""How much memory a vision tower takes while it looks at the pictures of a request, from its config and their patches.

Ignores its weights. All patches of a request go through a layer at once, as in every tower of transformers; attention
scores are not held, since they go through SDPA.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

from torch import Tensor

PIXTRAL = "pixtral"  # its MLP is gated though its activation is GELU, and pictures are kept apart by a mask


def vision_bytes(config: Any, patches: int, element: int) -> int:
    """The widest moment of a layer without a gradient, and the pixels. element: bytes a number.

    MLP: its inner activations (a product of two is held with both), the layer's input, residual and norm, and what
    went into the first layer. Attention, where positions are rotary: query and key once more in float32, with the
    terms of their rotation.
    """
    vision = getattr(config, "vision_config", None)
    if vision is None or patches < 1:
        return 0
    width = getattr(vision, "embed_dim", None) or vision.hidden_size
    inner = getattr(vision, "intermediate_size", None) or int(getattr(vision, "mlp_ratio", 4) * width)
    alone = str(getattr(vision, "hidden_act", "")).startswith("gelu") and vision.model_type != PIXTRAL
    mlp = ((2 if alone else 3) * inner + 4 * width) * element
    rotation = width * (5 * element + 28) if _is_rotary(vision) else 0
    mask = patches**2 * element if vision.model_type == PIXTRAL else 0
    pictures = 2 if getattr(config, "scale_factor", None) else 1  # Idefics3 copies them, less the padding
    return patches * (max(mlp, rotation) + pictures * _pixels(vision) * element) + mask


def patches_of(config: Any, picture_tokens: int) -> int:
    """Patches that the tower sees for so many picture tokens: as many, or those that were merged into each."""
    vision = getattr(config, "vision_config", None)
    if vision is None:
        return 0
    side = getattr(config, "scale_factor", None) or getattr(config, "downsample_factor", None)  # Idefics3; Aya
    side = side or getattr(vision, "spatial_merge_size", None) or getattr(config, "spatial_merge_size", None)  # Qwen
    if getattr(config, "downsample_ratio", None):  # InternVL
        side = 1 / config.downsample_ratio
    if getattr(config, "mm_tokens_per_image", None):  # Gemma 3
        return round(picture_tokens * (vision.image_size // vision.patch_size) ** 2 / config.mm_tokens_per_image)
    if config.model_type == "video_llama_3":  # known to its processor only
        side = 2
    return round(picture_tokens * (side or 1) ** 2)


def patches_in(config: Any, inputs: Mapping[str, Any]) -> int:
    """Patches of a request as the processor prepared it."""
    vision = getattr(config, "vision_config", None)
    pixels = [value for name, value in inputs.items() if name.startswith("pixel_values") and isinstance(value, Tensor)]
    return 0 if vision is None else sum(value.numel() for value in pixels) // _pixels(vision)


def _pixels(vision: Any) -> int:
    """Numbers of a patch."""
    side = vision.patch_size
    sides = (side, side) if isinstance(side, int) else tuple(side)
    return 3 * prod(sides) * getattr(vision, "temporal_patch_size", 1)


def _is_rotary(vision: Any) -> bool:
    return not hasattr(vision, "image_size") or getattr(vision, "rope_parameters", None) is not None
