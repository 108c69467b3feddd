"""What every model family provides and every caller gets: Family, Prepared and the loaded LVLM.

Ignores any one family: those are one file each beside this one, and one row in table.py.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ..trace import ModelInfo, Picture, Span
from .encoded_pictures import EncodedPictures


class Message(NamedTuple):
    """One turn of a conversation: role "system", "user" or "assistant"."""

    role: str
    text: str


@dataclass(frozen=True)
class Request:
    """What a person asks of a model: pictures (frames when fps is set), a prompt, and what was said before."""

    images: tuple[Image.Image, ...]
    prompt: str
    system: str | None = None
    history: tuple[Message, ...] = ()
    fps: float | None = None  # set for a video: the images are its frames
    times: tuple[float, ...] = ()  # of a video: the second at which each frame is shown


@dataclass(frozen=True)
class Boxes:
    """Where the image tokens lie, in the order of their positions.

    box [tokens, 4] float32: (left, top, right, bottom) in pixels of the picture at the size the model saw, empty for
    a token that shows no pixels. image [tokens] int16: which picture. scale [tokens] int8: 1 for a thumbnail.
    """

    box: np.ndarray
    image: np.ndarray
    scale: np.ndarray

    @staticmethod
    def join(parts: list[Boxes]) -> Boxes:
        """One after the other; none at all gives zero tokens."""
        if not parts:
            return Boxes(np.zeros((0, 4), np.float32), np.zeros(0, np.int16), np.zeros(0, np.int8))
        return Boxes(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("box", "image", "scale")))


@dataclass(frozen=True)
class Prepared:
    """A request as the model takes it. inputs: keyword arguments of the prefill call, on the model's device.

    rope_delta: what must be added to a position's index to get its rotary position after the last image. request:
    what was asked, so that it can be prepared again. frames_per_token: as in a Trace. encoded: keeps what the vision
    tower makes of the pictures for the run's other prefills; None where there are none.
    """

    inputs: dict[str, Any]
    prompt_texts: tuple[str, ...]
    spans: tuple[Span, ...]
    pictures: tuple[Picture, ...]
    boxes: Boxes
    rope_delta: int = 0
    request: Request | None = None
    frames_per_token: int = 1
    encoded: EncodedPictures | None = None

    @property
    def prompt_ids(self) -> tuple[int, ...]:
        """Token ids of the whole prompt, images expanded."""
        return tuple(self.inputs["input_ids"][0].tolist())


@dataclass(frozen=True)
class Family:
    """A model family: how to recognise it and how to turn a request into its inputs.

    model_types: config.model_type values it serves. beta: LocoRE's default in the paper's Table 3 where it has one.
    template: the chat template the family was trained on, for checkpoints that came before templates were saved.
    """

    name: str
    title: str
    model_types: tuple[str, ...]
    prepare: Callable[[LVLM, Request], Prepared]
    beta: float = 0.15
    video: bool = False
    note: str = ""
    template: str | None = None


@dataclass(frozen=True, eq=False)
class LVLM:
    """A loaded vision-language model: frozen weights, attention through our registered function, nothing else changed.

    Holds no state of any run, so that several threads may use one.
    """

    network: Any  # transformers' module
    processor: Any
    family: Family
    info: ModelInfo
    stop_ids: frozenset[int]
    context: int | None = None  # longest sequence in tokens
    source: str | None = None  # the directory its files were read from
    extras: dict[str, Any] = field(default_factory=dict)

    @property
    def tokenizer(self) -> Any:
        """The processor's tokenizer."""
        return self.processor.tokenizer

    @property
    def device(self) -> torch.device:
        """Where token ids go in."""
        return self.network.get_input_embeddings().weight.device

    @property
    def dtype(self) -> torch.dtype:
        """The network's floating-point type."""
        return self.network.dtype

    @property
    def config(self) -> Any:
        """The checkpoint's configuration."""
        return self.network.config

    def __repr__(self) -> str:
        return f"LVLM({self.info.name!r}, {self.info.family}, {self.info.dtype}, {self.info.device})"

    def shown(self, prepared: Prepared) -> dict[str, Any]:
        """Keyword arguments of a prefill, its pictures encoded once for the run where that is kept."""
        kept = prepared.encoded
        return dict(prepared.inputs) if kept is None else kept.inputs(self.network, prepared.inputs)

    def remembering(self, cache: Any) -> dict[str, Any]:
        """The keywords that give a call of the network this key/value cache."""
        return {cache_keyword(type(self.network)): cache, "use_cache": True}

    def to_device(self, inputs: Any) -> dict[str, Any]:
        """A processor's output on the model's device, floats in the model's dtype."""
        return {
            name: (value.to(self.device, self.dtype) if value.is_floating_point() else value.to(self.device))
            if isinstance(value, Tensor)
            else value
            for name, value in inputs.items()
        }


@cache
def cache_keyword(network: type[Any]) -> str:
    """What a network calls its cache: transformers from 5.24 on say `cache`, those before `past_key_values`."""
    return "cache" if "cache" in inspect.signature(network.forward).parameters else "past_key_values"
