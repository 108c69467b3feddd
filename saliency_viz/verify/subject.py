"""What is verified: a loaded model on one picture and prompt, and the inputs that its own processor makes of them.

Ignores what is checked. A model of random weights (bench's shapes) has no processor: `own` is then None.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from ..attention import Edits
from ..decoding.candidates import Chooser
from ..decoding.caption_stream import CaptionStream
from ..decoding.long_rope import limit_of
from ..decoding.run_state import Run
from ..decoding.session import Session
from ..memory import free_memory
from ..models.base import LVLM, Prepared, Request
from ..models.prepare import placeholder_ids
from ..models.text import messages
from ..settings import LocoRE, Sampling
from ..trace import RunSettings, Trace

HALVES = (torch.float16, torch.bfloat16)


@dataclass
class Subject:
    """prepared: by our own code; own: by the processor alone. tokens: how long the captions are."""

    model: LVLM
    request: Request | None
    prepared: Prepared
    own: dict[str, Any] | None
    tokens: int = 24

    @property
    def first(self) -> int:
        """P0: how many tokens the prompt has."""
        return len(self.prepared.prompt_ids)

    @property
    def truth_inputs(self) -> dict[str, Any]:
        """What the literal forms are given: the processor's own inputs where there are any."""
        return self.own if self.own is not None else self.prepared.inputs

    def on_one_side(self, count: int) -> int:
        """How many of the first `count` outputs lie on the prompt's side of LongRoPE's limit: one pass over a sequence
        that crosses it is not what wrote it."""
        limit, delta = limit_of(self.model.config), self.prepared.rope_delta
        if limit is None or self.first + delta > limit:
            return count
        return min(count, limit - delta - self.first + 1)

    def recast(self) -> Subject:
        """The same with inputs of the type that the weights have now."""
        own = None if self.own is None else self.model.to_device(self.own)
        return replace(
            self, own=own, prepared=replace(self.prepared, inputs=self.model.to_device(self.prepared.inputs))
        )

    def session(self, locore: LocoRE | None = None) -> Session:
        """A fresh hold on the model."""
        return Session(self.model, self.prepared, Edits(self.first, locore))

    def run(self, settings: RunSettings) -> CaptionStream:
        """A caption with these settings, not yet begun."""
        return CaptionStream(Run(self.session(settings.locore), settings), self.request.prompt if self.request else "")

    def caption(self, settings: RunSettings) -> Trace:
        """The whole caption."""
        stream = self.run(settings)
        for _ in stream:
            pass
        return stream.trace

    def candidates(self, logits: Tensor, outputs: Sequence[int], count: int) -> list[int]:
        """The most probable tokens as greedy decoding ranks them, with the checkpoint's own processors."""
        prompt = self.prepared.prompt_ids
        config, never = self.model.network.generation_config, placeholder_ids(self.model)
        chooser = Chooser(Sampling(), config, prompt, len(prompt) + self.tokens, never, self.model.device)
        ids = [*prompt, *outputs]
        found = chooser.choose(logits, ids, len(ids), count, among=count)
        return [found.token_ids[index] for index in found.order]


def subject_of(model: LVLM, image: Image.Image, prompt: str, tokens: int) -> Subject:
    """A loaded model on a picture. Raises PromptError."""
    request = Request((image,), prompt)
    return Subject(model, request, model.family.prepare(model, request), own_inputs(model, request), tokens)


def own_inputs(model: LVLM, request: Request) -> dict[str, Any]:
    """What the processor makes of a request by itself, from chat messages to tensors; nothing of ours but the words."""
    turns = messages(request)
    pictures = iter(request.images)
    for turn in turns:
        turn["content"] = [
            {"type": "image", "image": next(pictures)} if part["type"] == "image" else part for part in turn["content"]
        ]
    takes = getattr(getattr(model.processor.image_processor, "valid_kwargs", None), "__annotations__", {})
    # Video-LLaVA's gives notice unless asked for the name that its model reads now
    legacy = {"return_legacy_image_output": False} if "return_legacy_image_output" in takes else {}
    made = model.processor.apply_chat_template(
        turns,
        add_generation_prompt=True,
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
        processor_kwargs={"truncation": False, **legacy},
    )
    return model.to_device(dict(made))


def in_half(model: LVLM) -> bool:
    """Whether numbers are rounded to half precision, so that an exact comparison says little."""
    return model.network.dtype in HALVES


@contextmanager
def exact(model: LVLM) -> Iterator[bool]:
    """Half-precision weights as float32 while the block runs, where they fit; afterwards bit for bit as they were.
    Gives whether numbers are exact within it. Small (quantised) weights stay as they are."""
    tensors = [
        tensor
        for module in model.network.modules()
        for tensor in (*module._parameters.values(), *module._buffers.values())
        if tensor is not None and tensor.dtype in HALVES
    ]
    tensors = list({id(tensor): tensor for tensor in tensors}.values())
    if not tensors:
        yield not in_half(model)
        return
    extra, free = 2 * sum(tensor.nbytes for tensor in tensors), free_memory(model.device)
    if "weights" in model.info.dtype or (free is not None and extra > free) or _spread(model):
        yield False
        return
    dtypes = [tensor.dtype for tensor in tensors]
    try:
        for tensor in tensors:
            tensor.data = tensor.data.float()
        yield True
    finally:
        for tensor, dtype in zip(tensors, dtypes, strict=True):
            tensor.data = tensor.data.to(dtype)


def _spread(model: LVLM) -> bool:
    return len(set((getattr(model.network, "hf_device_map", None) or {}).values())) > 1
