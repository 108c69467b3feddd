"""This package as a model of lmms-eval (0.7), found by its entry point `lmms_eval.models`: name it `saliency_viz`.

lmms-eval brings tasks, data parallelism and scores; this file turns its requests into captions. Model arguments: those
of `load_model`, and sgrs, locore (true, or alpha and beta), decoding (a decoder's name). Ignores tasks and scores.
"""

# pyright: reportMissingImports=false
# (lmms-eval loads this file, and is no requirement of ours)
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from accelerate import Accelerator
from lmms_eval.api.instance import GenerationResult, TokenCounts
from lmms_eval.api.model import lmms
from lmms_eval.models.registry_v2 import ModelManifest
from lmms_eval.protocol import ChatMessages
from tqdm import tqdm

from ..decoding import caption
from ..errors import SettingError
from ..models import load_model
from ..settings import SGRS, LocoRE, Sampling
from ..video import Video
from .encoding import encoded_once

TOKENS = 128  # where a task names no limit


def manifest() -> ModelManifest:
    """What lmms-eval reads from the entry point."""
    return ModelManifest(model_id="saliency_viz", chat_class_path=f"{__name__}.SaliencyViz")


@dataclass(frozen=True)
class Asked:
    """One request in our words: pictures or a film, the question, and what was said before."""

    media: Any
    prompt: str
    system: str | None
    history: tuple[tuple[str, str], ...]


class SaliencyViz(lmms):
    """Answers one request at a time, on this process's device; pictures asked about in a row are encoded once."""

    is_simple = False

    def __init__(
        self,
        pretrained: str = "demo",
        sgrs: Any = False,
        locore: Any = False,
        decoding: str | None = None,
        device: str | None = None,
        dtype: str = "auto",
        revision: str | None = None,
        max_frames: int = 8,
        batch_size: int | str = 1,
        **more: Any,
    ) -> None:
        super().__init__()
        if int(batch_size) != 1:
            raise SettingError(f"batch_size must be 1: start more processes instead. Got {batch_size}.")
        self.accelerator = Accelerator(cpu=device == "cpu")
        self._rank, self._world_size = self.accelerator.process_index, self.accelerator.num_processes
        place = str(self.accelerator.device) if device in (None, "cuda") else device
        self.model = load_model(pretrained, place, dtype, revision, **more)
        self.max_frames = int(max_frames)
        self.how = {
            "sgrs": _method(SGRS, "alpha", sgrs),
            "locore": _method(LocoRE, "beta", locore, {"beta": self.model.family.beta}),
            "decoding": decoding,
        }

    @property
    def device(self) -> torch.device:
        """Where lmms-eval gathers counts."""
        return self.accelerator.device

    def generate_until(self, requests: Sequence[Any]) -> list[GenerationResult]:
        """An answer to each request, in order."""
        with encoded_once(self.model):
            return [self._answer(request) for request in tqdm(requests, disable=self.rank != 0, desc="answers")]

    def _answer(self, request: Any) -> GenerationResult:
        _, messages_of, asked_for, number, task, split = request.args
        asked = asked_of(messages_of(self.task_dict[task][split][number]), self.max_frames)
        tokens = int(asked_for.get("max_new_tokens") or TOKENS)
        trace = caption(
            self.model,
            asked.media,
            asked.prompt,
            tokens,
            sampling=sampling_of(asked_for),
            system=asked.system,
            history=asked.history,
            **self.how,
        )
        text = until(trace.text.strip(), asked_for.get("until") or ())
        return GenerationResult(text, TokenCounts(len(trace.prompt_ids), len(trace.steps)))

    def loglikelihood(self, requests: Sequence[Any]) -> list[tuple[float, bool]]:
        """Not offered."""
        raise SettingError("saliency_viz writes answers; it does not score given ones. Choose a generation task.")

    def generate_until_multi_round(self, requests: Sequence[Any]) -> list[str]:
        """Not offered."""
        raise SettingError("saliency_viz answers one round. Choose a task without several rounds.")


def asked_of(messages: Any, frames: int) -> Asked:
    """lmms-eval's messages in our words. Raises SettingError for what our families cannot take."""
    turns = ChatMessages(messages=messages)
    images, videos, audios = turns.extract_media()
    if audios or (videos and images) or len(videos) > 1 or not (images or videos):
        given = f"{len(images)} images, {len(videos)} videos, {len(audios)} sounds"
        raise SettingError(f"A request must show images, or one video. Got {given}. Choose another task.")
    said = [(turn.role, "".join(part.text for part in turn.content if part.type == "text")) for turn in turns.messages]
    system = " ".join(text for role, text in said if role == "system") or None
    others = [(role, text) for role, text in said if role != "system"]
    media = Video.from_file(videos[0], frames) if videos else list(images)
    return Asked(media, others[-1][1], system, tuple(others[:-1]))


def sampling_of(asked: dict[str, Any]) -> Sampling:
    """Temperature and top-p of a task. Raises SettingError for beams, which a decoding must name."""
    if (asked.get("num_beams") or 1) > 1:
        raise SettingError("num_beams must be 1. Got more. Name a search as decoding= instead.")
    drawn = asked.get("do_sample", True) and (asked.get("temperature") or 0) > 0
    if not drawn:
        return Sampling()
    return Sampling(float(asked["temperature"]), top_k=asked.get("top_k"), top_p=asked.get("top_p"))


def until(text: str, stops: str | Sequence[str]) -> str:
    """The text up to the first of the stop strings."""
    places = [text.find(stop) for stop in ([stops] if isinstance(stops, str) else stops) if stop in text]
    return text[: min(places)] if places else text


def _method(made: Any, name: str, value: Any, defaults: dict[str, float] | None = None) -> Any:
    """None for false, the defaults for true, or the setting `name` at a number."""
    if isinstance(value, str):
        value = {"true": True, "false": False, "": False}.get(value.lower(), value)
    if value in (None, False):
        return None
    if value is True:
        return made(**(defaults or {}))
    try:
        return made(**{name: float(value)})
    except ValueError as error:
        if isinstance(error, SettingError):
            raise
        raise SettingError(
            f"{made.__name__.lower()} must be true, false or a number for {name}. Got {value!r}."
        ) from error
