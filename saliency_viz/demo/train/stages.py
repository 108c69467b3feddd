"""The stages of training: which parts each trains, at what rates, on what data, and a run that goes through them.

The loop itself and the command line are for `loop`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ...errors import ModelError
from . import model as shape
from .batches import CaptionBatches, EnglishBatches, VisionBatches, WordBatches
from .losses import DenseHeads, alignment_loss, caption_loss, dense_loss, project, word_tokens, words_loss
from .prepare import Parts
from .workers import Worker

STAGES = ("vision", "heal", "fit", "tune")
Loss = Callable[[int], tuple[Tensor, dict[str, float]]]  # of a step's number: the loss, and numbers worth logging
MINUTES = {"vision": 0.0, "heal": 3.0, "fit": 4.0, "tune": 76.0}
FIRST_SEED = {"vision": 5 * 10**8, "heal": 6 * 10**8, "fit": 55 * 10**7, "tune": 0}  # of the scenes


@dataclass(frozen=True)
class Settings:
    """How to train. A stage ends after its steps if they are given, else after its minutes. Batches are per process."""

    work: Path
    log: Path
    seed: int = 0
    minutes: dict[str, float] = field(default_factory=MINUTES.copy)
    steps: dict[str, int | None] = field(default_factory=lambda: dict.fromkeys(STAGES))
    batch: dict[str, int] = field(default_factory=lambda: {"vision": 16, "heal": 8, "fit": 12, "tune": 3})
    language_rate: float = 5e-4  # peak learning rates of AdamW
    projector_rate: float = 1e-3
    english_every: int = 8  # steps of tuning: one is on plain English
    alignment_weight: float = 0.1
    checkpoint_minutes: float = 5.0
    export_to: Path | None = None


class Run:
    """A training run held open: model, helper heads, optimizer, and how far it has come."""

    def __init__(self, settings: Settings, parts: Parts, worker: Worker | None = None) -> None:
        self.settings, self.worker, self.english = settings, worker or Worker(), parts.english
        self.tokenizer = parts.tokenizer
        self.processor = shape.build_processor(self.tokenizer)
        self.model = shape.build_model(len(self.tokenizer), parts.shape, settings.seed)
        shape.load_language(self.model, parts.language)
        if parts.tower is not None:
            self.model.model.vision_tower.load_state_dict(parts.tower)
        vision: Any = self.model.config.vision_config
        self.heads = DenseHeads(vision.hidden_size)
        self.tokens = word_tokens(self.tokenizer)
        self.stage, self.step, self.seconds = STAGES[0], 0, 0.0
        self.optimizer = build_optimizer(self)

    def save(self, path: Path) -> None:
        """Writes everything a resumed run needs, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        state = {
            "stage": self.stage,
            "step": self.step,
            "seconds": self.seconds,
            "vocabulary": self.tokenizer.get_vocab(),
            "model": self.model.state_dict(),
            "heads": self.heads.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }
        torch.save(state, path.with_suffix(".partial"))
        path.with_suffix(".partial").replace(path)

    def load(self, path: Path) -> None:
        """Goes on where `save` left off."""
        if not path.is_file():
            raise FileNotFoundError(f"Expected a checkpoint at {path} to resume from. Start without --resume first.")
        state = torch.load(path, weights_only=True)
        if state["vocabulary"] != self.tokenizer.get_vocab():
            raise ModelError(
                "Expected the checkpoint's tokenizer. Got another, since the world or its grammar has changed. "
                "Start anew without --resume."
            )
        self.stage, self.step, self.seconds = state["stage"], state["step"], state["seconds"]
        self.model.load_state_dict(state["model"])
        self.heads.load_state_dict(state["heads"])
        self.optimizer = build_optimizer(self)
        self.optimizer.load_state_dict(state["optimizer"])

    @property
    def progress(self) -> float:
        """How much of the present stage is done, 0 to 1."""
        steps, minutes = self.settings.steps[self.stage], self.settings.minutes[self.stage]
        if steps is not None:
            return self.step / steps if steps else 1.0
        return self.seconds / (60 * minutes) if minutes else 1.0


def build_optimizer(run: Run) -> torch.optim.Optimizer:
    """AdamW over what the stage trains; each group knows its peak learning rate."""
    groups: dict[float, list[Tensor]] = {}
    named = [*run.model.named_parameters(), *(("heads." + name, p) for name, p in run.heads.named_parameters())]
    for name, parameter in named:
        peak = peak_rate(run.stage, name, run.settings)
        parameter.requires_grad_(peak > 0)
        if peak:
            groups.setdefault(peak, []).append(parameter)
    rows = [{"params": parameters, "peak": peak} for peak, parameters in groups.items()]
    return torch.optim.AdamW(rows, lr=0.0, weight_decay=0.01, betas=(0.9, 0.98), fused=True)


def peak_rate(stage: str, name: str, settings: Settings) -> float:
    """The learning rate of one parameter in a stage; 0 if it is frozen there."""
    if "vision_tower" in name or name.startswith("heads."):
        return settings.projector_rate if stage == "vision" else 0.0
    if "projector" in name:
        return {"fit": 3 * settings.projector_rate, "tune": settings.projector_rate}.get(stage, 0.0)
    if stage not in ("heal", "tune"):
        return 0.0
    if "embed_tokens" in name or "lm_head" in name:
        return settings.language_rate / 4
    slow = any(part in name for part in ("q_proj", "k_proj", "norm"))
    return settings.language_rate / (2 if slow else 1)


def learning_rate_factor(progress: float) -> float:
    """A short warm-up, then a half cosine to zero."""
    return min(1.0, progress / 0.04 + 0.02) * (0.5 + 0.5 * math.cos(math.pi * min(1.0, progress)))


def stage_losses(run: Run) -> Loss:
    """The loss of the stage's step number i; its batch depends on i, the seed and the process alone."""
    seed = run.settings.seed * 10**7 + FIRST_SEED[run.stage]
    size, stage, model = run.settings.batch[run.stage], run.stage, run.model

    def number(step: int) -> int:
        return step * run.worker.size + run.worker.rank

    if stage == "vision":
        seen = VisionBatches(seed, size)
        return lambda step: dense_loss(model, run.heads, seen[number(step)])
    if stage == "fit":
        seen = VisionBatches(seed, size)

        def fit(step: int) -> tuple[Tensor, dict[str, float]]:
            batch = seen[number(step)]
            return alignment_loss(model, run.tokens, project(model, batch), batch.labels)

        return fit
    if stage == "heal":
        words = WordBatches(seed, size, run.tokenizer, run.english)
        return lambda step: words_loss(model, words[number(step)])
    scenes, english = CaptionBatches(seed, size, run.tokenizer), EnglishBatches(run.english, 2 * size, run.tokenizer)

    def tune(step: int) -> tuple[Tensor, dict[str, float]]:
        every = run.settings.english_every
        if step % every == every - 1:
            loss, numbers = words_loss(model, english[number(step // every)])
            return loss, {"english": numbers["words"]}
        return caption_loss(model, run.tokens, scenes[number(step)], run.settings.alignment_weight)

    return tune
