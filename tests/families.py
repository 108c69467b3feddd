"""What the tests of model families share: one case per family, requests, the processor's own inputs, features.

The truth comes from the processor and a fresh copy of the checkpoint, never from our own positions or boxes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from transformers import AutoModelForImageTextToText, AutoProcessor
from transformers.video_utils import VideoMetadata

import saliency_viz as sv
from saliency_viz.models import LVLM, Message, Prepared, Request

from . import checkpoints, checkpoints_qwen, checkpoints_tiled
from .reference import Reference

PROMPT = "What is in the picture?"
SYSTEM = "You are a careful observer."
HISTORY = (Message("user", "Name a colour."), Message("assistant", "a yellow moon"))
BUILDERS: dict[str, Callable[[Path], Path]] = {
    "llava": checkpoints.llava,
    "pixtral": checkpoints_qwen.pixtral,
    "llava_next": checkpoints_tiled.llava_next,
    "llava_onevision": checkpoints_tiled.llava_onevision,
    "qwen2_vl": checkpoints_qwen.qwen2,
    "qwen2_5_vl": checkpoints_qwen.qwen2_5,
    "qwen3_vl": checkpoints_qwen.qwen3,
    "qwen3_vl_moe": checkpoints_qwen.qwen3_moe,
    "internvl": checkpoints_tiled.internvl,
    "smolvlm": checkpoints_tiled.smolvlm,
    "idefics3": checkpoints_tiled.idefics3,
    "video_llava": checkpoints_tiled.video_llava,
    "video_llama_3": checkpoints_qwen.video_llama,
    "gemma3": checkpoints_tiled.gemma3,
}
TAKES_VIDEO = (
    "llava_onevision",
    "qwen2_vl",
    "qwen2_5_vl",
    "qwen3_vl",
    "qwen3_vl_moe",
    "internvl",
    "smolvlm",
    "video_llava",
    "video_llama_3",
)


def noise(width: int, height: int, seed: int = 0) -> Image.Image:
    """Coarse random colours: resizing keeps their differences."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 255, (max(2, height // 5), max(2, width // 5), 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((width, height), Image.Resampling.NEAREST)


def request(*sizes: tuple[int, int], video: bool = False, **more: Any) -> Request:
    """A request with pictures (or, with video, frames at 2 per second) of these sizes."""
    pictures = tuple(noise(*size, seed=index) for index, size in enumerate(sizes))
    return Request(pictures, PROMPT, fps=2.0 if video else None, **more)


@dataclass
class Case:
    """One family's small checkpoint on disk, its loaded models and its reference; each made when first asked for."""

    name: str
    folder: Path

    @cached_property
    def model(self) -> LVLM:
        """In double precision, so that a difference is a mistake and not rounding."""
        model = sv.load_model(self.folder, device="cpu", dtype="float64")
        doubled(model.network)
        return model

    @cached_property
    def single(self) -> LVLM:
        """In float32, as it is used."""
        return sv.load_model(self.folder, device="cpu")

    @cached_property
    def plain(self) -> torch.nn.Module:
        """The unmodified model, SDPA, float32."""
        network = AutoModelForImageTextToText.from_pretrained(
            self.folder, dtype=torch.float32, attn_implementation="sdpa"
        )
        return network.eval()

    @cached_property
    def reference(self) -> FamilyReference:
        """Uncached, eager, double precision."""
        return FamilyReference(self.folder)

    @cached_property
    def reference32(self) -> FamilyReference:
        """Uncached, eager, float32."""
        return FamilyReference(self.folder, torch.float32)

    def own_inputs(self, asked: Request) -> dict[str, Any]:
        """What the processor makes of the request by itself, from messages to tensors."""
        processor = AutoProcessor.from_pretrained(self.folder)
        if asked.fps is None:
            media = [{"type": "image", "image": image} for image in asked.images]
            settings = {"return_legacy_image_output": False} if self.name == "video_llava" else {}  # else a notice
        else:
            count = len(asked.images)
            frames = np.stack([np.asarray(image) for image in asked.images])
            media = [{"type": "video", "video": frames}]
            metadata = VideoMetadata(count, asked.fps, duration=count / asked.fps, frames_indices=list(range(count)))
            settings = {"video_metadata": [metadata], "do_sample_frames": False}
        turns = [{"role": turn.role, "content": [{"type": "text", "text": turn.text}]} for turn in asked.history]
        turns.append({"role": "user", "content": [{"type": "text", "text": asked.prompt}]})
        turns[0]["content"][:0] = media  # as they were shown: with the first question
        if asked.system:
            turns.insert(0, {"role": "system", "content": [{"type": "text", "text": asked.system}]})
        made = processor.apply_chat_template(
            turns,
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
            return_tensors="pt",
            processor_kwargs=settings,
        )
        return dict(made)


def doubled(network: torch.nn.Module) -> None:
    """Let experts compute one after the other: torch multiplies them all at once in single and half precision only."""
    if getattr(network.config, "_experts_implementation", None) == "grouped_mm":
        network.set_experts_implementation("eager")


class FamilyReference(Reference):
    """The reference on the processor's own inputs; the model finds rotary positions by itself."""

    def __init__(self, directory: Path, dtype: torch.dtype = torch.float64) -> None:
        super().__init__(directory, dtype)
        if dtype == torch.float64:
            doubled(self.network)


@torch.no_grad()
def features(model: LVLM, prepared: Prepared) -> Tensor:
    """What enters the text model at the image positions, in their order: [image tokens, width]."""
    kept: list[Tensor] = []

    def keep(module, args, kwargs) -> None:
        kept.append(kwargs["hidden_states"] if "hidden_states" in kwargs else args[0])

    first = next(module for module in model.network.modules() if getattr(module, "layer_idx", None) == 0)
    handle = first.register_forward_pre_hook(keep, with_kwargs=True)
    try:
        model.network(**prepared.inputs, use_cache=False)
    finally:
        handle.remove()
    where = [place for span in prepared.spans if span.kind == "image" for place in range(span.start, span.stop)]
    return kept[0][0, where]


def coverage(prepared: Prepared, picture: int, scale: int) -> np.ndarray:
    """How many boxes of one picture and scale hold the centre of each of its pixels, [height, width]."""
    width, height = prepared.pictures[picture].size
    count = np.zeros((height, width), int)
    chosen = (prepared.boxes.image == picture) & (prepared.boxes.scale == scale)
    x, y = np.arange(width) + 0.5, np.arange(height) + 0.5
    for left, top, right, bottom in prepared.boxes.box[chosen]:
        count += ((y >= top) & (y < bottom))[:, None] & ((x >= left) & (x < right))[None]
    return count


def content(prepared: Prepared, picture: int) -> tuple[float, float, float, float]:
    """Where the upload itself lies on the picture the model saw (the rest is padding), clipped to it."""
    seen = prepared.pictures[picture]
    left, top, right, bottom = seen.region
    width, height = seen.image.size
    across, down = seen.size[0] / (right - left), seen.size[1] / (bottom - top)
    ends = ((-left * across), (-top * down), ((width - left) * across), ((height - top) * down))
    low = (max(ends[0], 0), max(ends[1], 0))
    return (*low, min(ends[2], seen.size[0]), min(ends[3], seen.size[1]))
