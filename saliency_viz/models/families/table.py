"""The table of known model families: one row each. A new family is one file and one row here.

Ignores how a checkpoint is read (loading.py).
"""

from __future__ import annotations

from ..base import Family
from . import anyres, gemma3, internvl, llava, qwen, smolvlm, video_llama, video_llava

FAMILIES: tuple[Family, ...] = (
    llava.FAMILY,
    anyres.NEXT,
    anyres.ONEVISION,
    qwen.QWEN2,
    qwen.QWEN2_5,
    qwen.QWEN3,
    internvl.FAMILY,
    smolvlm.FAMILY,
    smolvlm.IDEFICS3,
    video_llava.FAMILY,
    video_llama.FAMILY,
    gemma3.FAMILY,
)


def family_of(model_type: str) -> Family | None:
    """The row that serves a config's model_type, or None."""
    return next((family for family in FAMILIES if model_type in family.model_types), None)
