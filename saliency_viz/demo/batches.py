"""Training batches: batch number i is a function of the seed and i alone, so that a resumed run sees the same data.

The turns about one image share its tokens: each turn sees the image and itself, never another turn.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from .grammar import CAPTION_PROMPT, caption, question
from .kinds import COLOURS, COUNT_WORDS, KINDS, PLACES, THEMES
from .world import MOST_KINDS, Scene, render, sample_scene, thing_picture

IMAGE_SIDE, PATCH = 160, 16  # pixels
PATCHES = (IMAGE_SIDE // PATCH) ** 2
IGNORED = -100
# what each patch is asked for: its kind (0: background), and its group's count, place, rank by size, colour (0: none)
LABELS = {"kind": len(KINDS) + 1, "count": 3, "place": len(PLACES), "rank": MOST_KINDS, "colour": len(COLOURS) + 1}
# captions that name a coupled object which is not there: any such, and the one that usually comes with one in the scene
NOISE_RATE, HABIT_RATE = 0.03, 0.75
CAPTIONS, QUESTIONS = 2, 2  # turns per image
KIND_NUMBER = {kind: number for number, kind in enumerate(KINDS, start=1)}


@dataclass(frozen=True)
class VisionBatch:
    """pixels: uint8 [image, y, x, channel]; labels: int64 [image, label, patch]."""

    pixels: Tensor
    labels: Tensor


@dataclass(frozen=True)
class CaptionBatch:
    """Images with their turns: ids, turn (0: the image's prefix, -1: padding) and position are int64 [image, token].

    `weight` float32 [image, token] is what the prediction *of* a token counts; 0 in prompts and padding.
    """

    pixels: Tensor
    labels: Tensor
    ids: Tensor
    turn: Tensor
    position: Tensor
    weight: Tensor


def patch_labels(scene: Scene) -> np.ndarray:
    """int64 [label, patch]: what covers at least a quarter of each patch, in the order of `LABELS`."""
    owner = np.zeros((IMAGE_SIDE, IMAGE_SIDE), dtype=np.int64)
    for rank, group in reversed(list(enumerate(scene.groups))):
        for thing in group.things:
            mask = Image.new("L", (IMAGE_SIDE, IMAGE_SIDE))
            picture = thing_picture(scene.style, group, thing, IMAGE_SIDE)
            mask.paste(picture.getchannel("A"), (round(thing.box[0] * IMAGE_SIDE), round(thing.box[1] * IMAGE_SIDE)))
            owner[np.asarray(mask) > 127] = rank + 1
    cells = owner.reshape(IMAGE_SIDE // PATCH, PATCH, IMAGE_SIDE // PATCH, PATCH).transpose(0, 2, 1, 3)
    cells = cells.reshape(PATCHES, PATCH * PATCH)
    coverage = np.stack([(cells == rank + 1).mean(axis=1) for rank in range(len(scene.groups))])
    winner = np.where(coverage.max(axis=0) >= 0.25, coverage.argmax(axis=0), -1)
    table = np.array([_group_labels(rank, group) for rank, group in enumerate(scene.groups)] + [[0] + [IGNORED] * 4])
    return table[winner].T


def _group_labels(rank, group) -> list[int]:
    colour = 1 + list(COLOURS).index(group.colour) if group.colour else 0
    return [KIND_NUMBER[group.kind], group.count - 1, list(PLACES).index(group.place), rank, colour]


def _pictures(scenes: list[Scene]) -> tuple[Tensor, Tensor]:
    pixels = np.stack([np.asarray(_picture(scene)) for scene in scenes])
    return torch.from_numpy(pixels), torch.from_numpy(np.stack([patch_labels(scene) for scene in scenes]))


def _picture(scene: Scene) -> Image.Image:
    """One scene in four is drawn larger and reduced, as uploaded pictures are."""
    if scene.seed % 4:
        return render(scene, IMAGE_SIDE)
    larger = render(scene, IMAGE_SIDE * (2 + scene.seed // 4 % 2))
    return larger.resize((IMAGE_SIDE, IMAGE_SIDE), Image.Resampling.BICUBIC)


class VisionBatches(torch.utils.data.Dataset):
    """Images with dense labels."""

    def __init__(self, seed: int, size: int) -> None:
        self.seed, self.size = seed, size

    def __getitem__(self, number: int) -> VisionBatch:
        first = self.seed + number * self.size
        return VisionBatch(*_pictures([sample_scene(first + i) for i in range(self.size)]))


class CaptionBatches(torch.utils.data.Dataset):
    """Images with captions, questions and dense labels."""

    def __init__(self, seed: int, size: int, tokenizer) -> None:
        self.seed, self.size = seed, size
        self.tokenizer = tokenizer
        self.prefix = image_prefix(tokenizer)
        self.token_weight = grounded_weights(tokenizer)

    def __getitem__(self, number: int) -> CaptionBatch:
        first = self.seed + number * self.size
        scenes = [sample_scene(first + i) for i in range(self.size)]
        rows = [self._row(scene, Random(f"turns {scene.seed}")) for scene in scenes]
        length = max(len(row[0]) for row in rows)
        fill = (self.tokenizer.pad_token_id, -1, 0, 0.0)
        columns = [[row[c] + [fill[c]] * (length - len(row[c])) for row in rows] for c in range(4)]
        return CaptionBatch(*_pictures(scenes), *(torch.tensor(column) for column in columns))

    def _row(self, scene: Scene, random: Random) -> tuple[list[int], list[int], list[int], list[float]]:
        """Ids, turns, positions and weights of one image with all its turns."""
        ids, length = list(self.prefix), len(self.prefix)
        turn, position, weight = [0] * length, list(range(length)), [0.0] * length
        turns = [(CAPTION_PROMPT, caption(scene, random, NOISE_RATE, HABIT_RATE)) for _ in range(CAPTIONS)]
        turns += [question(scene, random) for _ in range(QUESTIONS)]
        for number, (asked, answer) in enumerate(turns, start=1):
            prompt, reply = self._encode(f"{asked} ASSISTANT:"), self._encode(f" {answer}</s>")
            both = prompt + reply
            ids += both
            turn += [number] * len(both)
            position += range(length, length + len(both))
            weight += [0.0] * len(prompt) + [self.token_weight[token] for token in reply]
        return ids, turn, position, weight

    def _encode(self, text: str) -> list[int]:
        return self.tokenizer.encode(text, add_special_tokens=False)


def image_prefix(tokenizer) -> list[int]:
    """The tokens before the question, as the chat template lays them out."""
    return tokenizer.encode("<s>USER: " + "<image>" * PATCHES + "\n", add_special_tokens=False)


def grounded_weights(tokenizer, grounded: float = 3.0, verb: float = 1.5) -> list[float]:
    """What each token counts in the loss: words that need the image count three times."""
    phrases = [*KINDS, *(kind.plural for kind in KINDS.values()), *COLOURS, *PLACES, *COUNT_WORDS.values(), *THEMES]
    words = {word for phrase in phrases for word in phrase.split()} - {"of"} | {"Yes", "No", "no", "above", "below"}
    texts = (tokenizer.decode([token]).strip() for token in range(len(tokenizer)))
    return [grounded if text in words else verb if text in ("is", "are", "an") else 1.0 for text in texts]
