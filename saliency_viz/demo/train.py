"""Trains the demo model on one CPU thread: first the vision tower on dense patch labels, then captioning end to end.

Resumable: `python -m saliency_viz.demo.train --resume`. Quality on held-out scenes in full is for `evaluate`.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import ModelError
from . import model as shape
from .batches import IGNORED, KIND_NUMBER, LABELS, CaptionBatch, CaptionBatches, VisionBatch, VisionBatches

STAGES = ("vision", "caption")
DENSE_WEIGHT, ALIGNMENT_WEIGHT = 0.4, 0.15
BACKGROUND_WEIGHT = 0.3
LOG = Path(__file__).resolve().parents[2] / "docs" / "demo-training.jsonl"
WORK = Path.home() / ".cache" / "saliency_viz" / "demo-training"


@dataclass(frozen=True)
class Settings:
    """How to train. A stage ends after its steps if they are given, else after its minutes."""

    seed: int = 0
    minutes: dict[str, float] = field(default_factory=lambda: {"vision": 20.0, "caption": 56.0})
    steps: dict[str, int | None] = field(default_factory=lambda: {"vision": None, "caption": None})
    batch: dict[str, int] = field(default_factory=lambda: {"vision": 32, "caption": 16})
    matrix_rate: float = 6e-3  # learning rate of Muon
    other_rate: float = 2e-3  # learning rate of AdamW
    tower_share: float = 0.3  # of the learning rate, for the tower while captioning
    frozen_share: float = 0.2  # of the captioning stage, at its start, with the tower frozen
    work: Path = WORK
    log: Path = LOG
    checkpoint_minutes: float = 4.0
    export_to: Path | None = None
    preview_to: Path | None = None


class DenseHeads(nn.Module):
    """Reads every label of `LABELS` off each patch's features; thrown away after training."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.read = nn.Linear(width, sum(LABELS.values()))

    def forward(self, features: Tensor) -> tuple[Tensor, ...]:
        """[image, patch, width] to one [image, patch, class] per label."""
        return self.read(self.norm(features)).split(tuple(LABELS.values()), dim=-1)


class Run:
    """A training run held open: model, helper heads, optimizers, and how far it has come."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.tokenizer = shape.build_tokenizer()
        self.processor = shape.build_processor(self.tokenizer)
        self.model = shape.build_model(settings.seed)
        self.heads = DenseHeads(self.model.config.vision_config.hidden_size)
        self.kind_tokens = torch.tensor([self.tokenizer.encode(f" {kind}")[0] for kind in KIND_NUMBER])
        self.stage, self.step, self.seconds = STAGES[0], 0, 0.0
        self.optimizers = build_optimizers(self)

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
            "optimizers": [each.state_dict() for each in self.optimizers],
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
        self.optimizers = build_optimizers(self)
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)

    @property
    def progress(self) -> float:
        """How much of the present stage is done, 0 to 1."""
        steps = self.settings.steps[self.stage]
        if steps == 0:
            return 1.0
        return self.step / steps if steps is not None else self.seconds / (60 * self.settings.minutes[self.stage])


def build_optimizers(run: Run) -> list[torch.optim.Optimizer]:
    """Muon for the matrices inside the layers, AdamW for the rest; each group knows its share of the learning rate."""
    if not hasattr(torch.optim, "Muon"):
        raise ModelError(f"Training the demo model needs torch 2.9 or newer, for its Muon. Got {torch.__version__}.")
    groups: dict[tuple[bool, float], list[Tensor]] = {}
    named = [*run.model.named_parameters(), *(("heads." + name, p) for name, p in run.heads.named_parameters())]
    for name, parameter in named:
        in_tower = "vision_tower" in name or name.startswith("heads.")
        if run.stage == "vision" and not in_tower:
            continue
        matrix = parameter.ndim == 2 and (".layers." in name or "projector" in name)
        share = run.settings.tower_share if in_tower and run.stage == "caption" else 1.0
        groups.setdefault((matrix, share), []).append(parameter)

    def rows(matrix: bool) -> list[dict]:
        rate = run.settings.matrix_rate if matrix else run.settings.other_rate
        return [
            {"params": params, "peak": rate * share}
            for (is_matrix, share), params in groups.items()
            if is_matrix == matrix
        ]

    muon = torch.optim.Muon(rows(True), lr=0.0, weight_decay=0.05, adjust_lr_fn="match_rms_adamw")
    adam = torch.optim.AdamW(rows(False), lr=0.0, weight_decay=0.01, betas=(0.9, 0.98))
    return [muon, adam]


def learning_rate_factor(stage: str, progress: float) -> float:
    """A short warm-up, then one straight decay: to a tenth after the vision stage, to zero at the end."""
    floor = 0.1 if stage == "vision" else 0.0
    return min(1.0, progress / 0.03 + 0.02) * max(0.0, floor + (1 - floor) * (1 - progress))


def patch_features(run: Run, pixels: Tensor) -> Tensor:
    """uint8 [image, y, x, channel] to the tower's features [image, patch, width], as LLaVA hands them on."""
    values = pixels.permute(0, 3, 1, 2).float() / 127.5 - 1
    return run.model.model.vision_tower(pixel_values=values).last_hidden_state[:, 1:]


def dense_loss(run: Run, features: Tensor, labels: Tensor) -> tuple[Tensor, dict[str, float]]:
    """Cross entropy of every label on every patch, and the share of covered patches each label is right on."""
    covered = labels[:, 0] > 0
    loss, right = features.new_zeros((), dtype=torch.float32), {}
    for number, (name, scores) in enumerate(zip(LABELS, run.heads(features), strict=True)):
        wanted, scores = labels[:, number], scores.float()
        each = F.cross_entropy(scores.transpose(1, 2), wanted, ignore_index=IGNORED, reduction="none")
        weight = torch.where(covered, 1.0, BACKGROUND_WEIGHT) * (wanted != IGNORED)
        loss = loss + (each * weight).sum() / weight.sum() * (1.0 if name == "kind" else 0.5)
        right[name] = (scores.argmax(-1) == wanted)[covered].float().mean().item()
    return loss, right


def vision_loss(run: Run, batch: VisionBatch) -> tuple[Tensor, dict[str, float]]:
    """The dense loss alone."""
    return dense_loss(run, patch_features(run, batch.pixels), batch.labels)


def caption_loss(run: Run, batch: CaptionBatch) -> tuple[Tensor, dict[str, float]]:
    """Weighted cross entropy of the answers, plus the dense loss and the alignment of patches with words as helpers."""
    frozen = run.progress < run.settings.frozen_share
    with torch.set_grad_enabled(not frozen):
        features = patch_features(run, batch.pixels)
    projected = run.model.model.multi_modal_projector(features)
    rows, columns = (batch.weight > 0).nonzero(as_tuple=True)
    hidden = answer_states(run, batch, projected)[rows, columns - 1]
    wanted, weight = batch.ids[rows, columns], batch.weight[rows, columns]
    scores = run.model.lm_head(hidden).float()
    words = (F.cross_entropy(scores, wanted, reduction="none") * weight).sum() / weight.sum()
    dense, right = dense_loss(run, features, batch.labels)
    alignment = alignment_loss(run, projected, batch.labels[:, 0])
    grounded = weight == weight.max()
    numbers = {
        "words": words.item(),
        "dense": dense.item(),
        "alignment": alignment.item(),
        "grounded_right": (scores.argmax(-1) == wanted)[grounded].float().mean().item(),
        **right,
    }
    return words + DENSE_WEIGHT * dense + ALIGNMENT_WEIGHT * alignment, numbers


def answer_states(run: Run, batch: CaptionBatch, projected: Tensor) -> Tensor:
    """The language model's last hidden states [image, token, width]; a turn sees its image's prefix and itself."""
    words = run.model.get_input_embeddings()(batch.ids)
    is_image = (batch.ids == shape.IMAGE)[..., None].expand_as(words)
    inputs = words.masked_scatter(is_image, projected.to(words.dtype))
    query, key = batch.turn[:, :, None], batch.turn[:, None, :]
    seen = ((key == 0) | (key == query)).tril()
    mask = torch.zeros(seen.shape).masked_fill(~seen, torch.finfo(torch.bfloat16).min)[:, None]
    return run.model.model.language_model(
        inputs_embeds=inputs, attention_mask=mask, position_ids=batch.position, use_cache=False
    ).last_hidden_state


def alignment_loss(run: Run, projected: Tensor, kinds: Tensor) -> Tensor:
    """Covered patches, projected, should be nearest to the word of their kind among all kinds' words."""
    covered = kinds > 0
    words = run.model.get_input_embeddings().weight[run.kind_tokens]
    similarity = F.normalize(projected[covered].float(), dim=-1) @ F.normalize(words.float(), dim=-1).T
    return F.cross_entropy(10 * similarity, kinds[covered] - 1)


LOSSES = {"vision": vision_loss, "caption": caption_loss}


def batches(run: Run, worker: bool) -> Iterator[VisionBatch | CaptionBatch]:
    """The stage's batches from the present step on, made ahead in one worker process unless `worker` is False."""
    size, seed = run.settings.batch[run.stage], run.settings.seed
    if run.stage == "vision":
        data = VisionBatches(seed * 10**7 + 5 * 10**8, size)
    else:
        data = CaptionBatches(seed * 10**7, size, run.tokenizer)
    numbers = range(run.step, run.settings.steps[run.stage] or 10**6)
    loader = torch.utils.data.DataLoader(
        data, batch_size=None, sampler=numbers, num_workers=int(worker), prefetch_factor=12 if worker else None
    )
    return iter(loader)


def train_step(run: Run, batch: VisionBatch | CaptionBatch) -> dict[str, float]:
    """One update; returns the numbers worth logging."""
    factor = learning_rate_factor(run.stage, run.progress)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss, numbers = LOSSES[run.stage](run, batch)
    if not torch.isfinite(loss):
        raise FloatingPointError(
            f"Expected a finite loss at step {run.step} of {run.stage}. Got {loss.item()}. Lower the learning rates."
        )
    loss.backward()
    parameters = [p for optimizer in run.optimizers for group in optimizer.param_groups for p in group["params"]]
    nn.utils.clip_grad_norm_(parameters, 2.0)
    for optimizer in run.optimizers:
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * factor
        optimizer.step()
        optimizer.zero_grad()
    run.step += 1
    return {"loss": loss.item(), **numbers}


def train(run: Run, worker: bool = True, stop_after: int | None = None) -> None:
    """Goes through the stages from where the run stands; after `stop_after` steps it saves and leaves."""
    checkpoint = run.settings.work / "checkpoint.pt"
    for stage in STAGES[STAGES.index(run.stage) :]:
        if stage != run.stage:
            run.stage, run.step, run.seconds = stage, 0, 0.0
            run.optimizers = build_optimizers(run)
        for _ in train_stage(run, worker, checkpoint):
            if stop_after is not None and run.stage == stage and run.step >= stop_after:
                run.save(checkpoint)
                return
        run.save(checkpoint)
    if run.settings.export_to:
        shape.export(run.model, run.processor, run.settings.export_to)


def train_stage(run: Run, worker: bool, checkpoint: Path) -> Iterator[int]:
    """One stage, a step at a time; logs every 20 steps and saves every few minutes."""
    if run.progress >= 1:
        return
    means: dict[str, float] = {}
    before, saved = time.monotonic(), time.monotonic()
    for batch in batches(run, worker):
        numbers = train_step(run, batch)
        now = time.monotonic()
        run.seconds, before = run.seconds + now - before, now
        means = {name: 0.95 * means.get(name, value) + 0.05 * value for name, value in numbers.items()}
        if run.step % 20 == 0:
            log(run, means)
        if now - saved > 60 * run.settings.checkpoint_minutes:
            run.save(checkpoint)
            saved = now
            if run.settings.preview_to and run.stage == "caption":
                shape.export(run.model, run.processor, run.settings.preview_to)
        yield run.step
        if run.progress >= 1:
            return


def log(run: Run, means: dict[str, float]) -> None:
    """One JSON line to the log file and to the screen."""
    row = {
        "stage": run.stage,
        "step": run.step,
        "minutes": round(run.seconds / 60, 2),
        "images": run.step * run.settings.batch[run.stage],
    }
    line = json.dumps(row | {name: round(value, 4) for name, value in means.items()})
    run.settings.log.parent.mkdir(parents=True, exist_ok=True)
    with run.settings.log.open("a") as file:
        file.write(line + "\n")
    print(line, flush=True)


def main(arguments: list[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for stage in STAGES:
        parser.add_argument(f"--{stage}-minutes", type=float, default=Settings().minutes[stage])
        parser.add_argument(f"--{stage}-steps", type=int, default=None, help="instead of minutes")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--matrix-rate", type=float, default=Settings.matrix_rate)
    parser.add_argument("--other-rate", type=float, default=Settings.other_rate)
    parser.add_argument("--work", type=Path, default=WORK, help="where the checkpoint is kept")
    parser.add_argument("--log", type=Path, default=LOG)
    parser.add_argument("--export", type=Path, default=shape.FOLDER, help="where the finished model goes")
    parser.add_argument("--preview", type=Path, default=None, help="where unfinished models go while captioning")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    settings = Settings(
        seed=options.seed,
        minutes={"vision": options.vision_minutes, "caption": options.caption_minutes},
        steps={"vision": options.vision_steps, "caption": options.caption_steps},
        matrix_rate=options.matrix_rate,
        other_rate=options.other_rate,
        work=options.work,
        log=options.log,
        export_to=options.export,
        preview_to=options.preview,
    )
    run = Run(settings)
    if options.resume:
        run.load(settings.work / "checkpoint.pt")
    train(run)


if __name__ == "__main__":
    main()
