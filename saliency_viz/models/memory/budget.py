"""Whether a caption fits into the memory that is free, and what to change when it does not.

Ignores the weights: they are there already. Several devices (device_map) are not added up: nothing is refused there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from ...errors import MemoryLimitError
from ...memory import free_memory, size_text
from ..base import LVLM, Prepared
from .estimate import DecoderNeeds, caption_bytes, matrix_bytes, results_bytes
from .vision_memory import patches_in, vision_bytes

FIXED = ("llava", "video_llava", "gemma3")  # families to whom every picture is as many tokens


@dataclass(frozen=True)
class Room:
    """What a caption of these lengths takes beside the model, in bytes. vision: of it, the vision tower's work. free:
    None where the device does not tell. matrix: one token's single-loss map, taken after the caption; results: what it
    takes of main memory beside that, where `main` is free (0 where the model itself lies there). beside: what a decoder
    adds, counted in `needed`."""

    prompt_tokens: int
    new_tokens: int
    vision: int
    needed: int
    matrix: int
    free: int | None
    results: int = 0
    main: int = 0
    beside: DecoderNeeds = DecoderNeeds()

    @property
    def fits(self) -> bool:
        """Whether the caption can be written and observed."""
        return self.free is None or self.needed <= self.free

    @property
    def matrix_fits(self) -> bool:
        """Whether the last token's map can be computed."""
        return (self.free is None or self.matrix <= self.free) and self.results <= self.main


def room(
    model: LVLM, prompt_tokens: int, new_tokens: int, patches: int = 0, beside: DecoderNeeds = DecoderNeeds()
) -> Room:
    """The room a caption needs and has now. prompt_tokens: with the picture's. patches: that the vision tower sees."""
    text, element = model.config.get_text_config(), torch.finfo(model.dtype).bits // 8
    vision = vision_bytes(model.config, patches, element)
    matrix, results = matrix_needs(model, prompt_tokens + new_tokens)
    return Room(
        prompt_tokens,
        new_tokens,
        vision,
        caption_bytes(text, prompt_tokens, new_tokens, element, vision, beside),
        max(vision, matrix),
        free_here(model),
        results,
        free_memory(torch.device("cpu")) or 0,
        beside,
    )


def matrix_needs(model: LVLM, positions: int) -> tuple[int, int]:
    """Bytes of one token's single-loss map where the model is, and beside it in main memory. Where both are one, the
    graph is gone before the results are there a second time."""
    text, element = model.config.get_text_config(), torch.finfo(model.dtype).bits // 8
    work, results = matrix_bytes(text, positions, element), results_bytes(text, positions)
    return (work + results // 2, 0) if model.device.type == "cpu" else (work, results)


def free_here(model: LVLM) -> int | None:
    """Free bytes where the model is; None where it is spread over several places."""
    places = set((getattr(model.network, "hf_device_map", None) or {"": model.device}).values())
    return free_memory(model.device) if len(places) == 1 else None


def require_room(
    model: LVLM, prepared: Prepared, new_tokens: int, what: str = "This caption", beside: DecoderNeeds = DecoderNeeds()
) -> None:
    """Refuse before the start a caption that cannot fit. Raises MemoryLimitError with what would make it fit.

    what: begins the sentence. beside: what the run's decoder holds.
    """
    prompt = len(prepared.prompt_ids)
    found = room(model, prompt, new_tokens, patches_in(model.config, prepared.inputs), beside)
    if not found.fits:
        pictures = sum(span.stop - span.start for span in prepared.spans if span.kind == "image")
        video = prepared.request is not None and prepared.request.fps is not None
        raise MemoryLimitError(
            f"{what} needs {size_text(found.needed)} beside the model, {size_text(found.free or 0)} free on "
            f"{model.device.type}: {advice(model, found, pictures, video)}"
        )


def advice(model: LVLM, found: Room, picture_tokens: int, video: bool = False) -> str:
    """What to lower, the most effective first; the longest caption that fits is computed."""
    longest = longest_fit(model, found)
    ways = [f"lower max new tokens to {longest}"] if longest else []
    plain = caption_bytes(*_lengths(model, found), vision=found.vision)
    if found.beside != DecoderNeeds() and plain <= (found.free or 0):
        ways.append("decode plainly or with another decoder")
    if picture_tokens > found.prompt_tokens // 4 and (video or model.family.name not in FIXED):
        ways.append("take fewer frames" if video else "take a smaller picture")
    if "weights" not in model.info.dtype:
        ways.append("load the model with weights in 4 bits")
    return ", ".join([*ways, "choose a smaller model", "or close other programs."])


def longest_fit(model: LVLM, found: Room) -> int:
    """The most new tokens that fit into the free memory after this prompt; 0 when not even one does."""
    text, prompt, _, element = _lengths(model, found)
    low, high = 0, found.new_tokens
    while low < high:
        middle = (low + high + 1) // 2
        if caption_bytes(text, prompt, middle, element, found.vision, found.beside) <= (found.free or 0):
            low = middle
        else:
            high = middle - 1
    return low


def _lengths(model: LVLM, found: Room) -> tuple[Any, int, int, int]:
    """(text config, prompt tokens, new tokens, bytes a number), as `caption_bytes` takes them."""
    element = torch.finfo(model.dtype).bits // 8
    return model.config.get_text_config(), found.prompt_tokens, found.new_tokens, element
