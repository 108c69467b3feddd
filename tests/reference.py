"""The slow truth the engine is checked against (saliency_viz/verify/literal.py), on a fresh copy of a checkpoint.

Ignores our engine entirely: its own attention function, no cache, no detaching, double precision unless asked.
"""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import AutoModelForImageTextToText

from saliency_viz.verify.literal import NAME, Gain, Literal, Truth, locore_gain, relative

__all__ = ["Gain", "Reference", "Truth", "locore_gain", "relative"]


class Reference(Literal):
    """A network of its own that attends literally."""

    def __init__(self, directory: Path, dtype: torch.dtype = torch.float64) -> None:
        network = AutoModelForImageTextToText.from_pretrained(directory, dtype=dtype).eval()
        super().__init__(network.requires_grad_(False))
        network.set_attn_implementation({"text_config": NAME})
