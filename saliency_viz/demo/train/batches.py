"""Training batches: batch number i is a function of the seed and i alone, so that a resumed run sees the same data.

The threads (conversations) about one picture share its tokens: each sees the picture and itself, never another thread.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from random import Random

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ..facts import RELATIONS
from ..grammar import CAPTION_PROMPT, caption
from ..kinds import COLOURS, COUNT_WORDS, KINDS, PLACES, THEMES
from ..pairs import PAIR_PROMPT, pair_caption, pair_question
from ..questions import dialogue, question
from ..world import MOST_KINDS, Scene, render, sample_scene, thing_picture

IMAGE_SIDE, PATCH = 160, 16  # pixels
PATCHES = (IMAGE_SIDE // PATCH) ** 2
IGNORED = -100
# what each patch is asked for: its kind (0: background), and its group's count, place, rank by size, colour (0: none)
LABELS = {"kind": len(KINDS) + 1, "count": 3, "place": len(PLACES), "rank": MOST_KINDS, "colour": len(COLOURS) + 1}
# captions that name a coupled object which is not there: any such, and the one that usually comes with one in the scene
NOISE_RATE, HABIT_RATE = 0.03, 0.75
OTHER_PROMPTS = ("What do you see?", "What is in this picture?", "Describe this image in detail.")
PAIR_RATE = 0.08  # of the rows: two pictures
SECOND_PICTURES = 3 * 10**8  # their scenes' seeds are this much higher
KIND_NUMBER = {kind: number for number, kind in enumerate(KINDS, start=1)}
PLACE_WEIGHT, GROUNDED_WEIGHT, VERB_WEIGHT = 4.0, 3.0, 2.0

Thread = list[tuple[str, str]]


@dataclass(frozen=True)
class VisionBatch:
    """pixels: uint8 [image, y, x, channel]; labels: int64 [image, label, patch]."""

    pixels: Tensor
    labels: Tensor


@dataclass(frozen=True)
class TextBatch:
    """Rows of threads: ids, thread (0: the shared prefix, -1: padding) and position are int64 [row, token].

    `weight` float32 [row, token] is what the prediction *of* a token counts; 0 in prompts and padding.
    """

    ids: Tensor
    thread: Tensor
    position: Tensor
    weight: Tensor


@dataclass(frozen=True)
class CaptionBatch:
    """Pictures with their dense labels, and the threads about them; the pictures in the order of their image tokens."""

    pictures: VisionBatch
    text: TextBatch


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


def pictures(scenes: list[Scene]) -> VisionBatch:
    pixels = np.stack([np.asarray(_picture(scene)) for scene in scenes])
    return VisionBatch(torch.from_numpy(pixels), torch.from_numpy(np.stack([patch_labels(scene) for scene in scenes])))


def _picture(scene: Scene) -> Image.Image:
    """One scene in four is drawn larger and reduced, as uploaded pictures are."""
    if scene.seed % 4:
        return render(scene, IMAGE_SIDE)
    larger = render(scene, IMAGE_SIDE * (2 + scene.seed // 4 % 2))
    return larger.resize((IMAGE_SIDE, IMAGE_SIDE), Image.Resampling.BICUBIC)


class VisionBatches:
    """Pictures with dense labels."""

    def __init__(self, seed: int, size: int) -> None:
        self.seed, self.size = seed, size

    def __getitem__(self, number: int) -> VisionBatch:
        first = self.seed + number * self.size
        return pictures([sample_scene(first + i) for i in range(self.size)])


class CaptionBatches:
    """Pictures with captions, questions, follow-ups and dense labels."""

    def __init__(self, seed: int, size: int, tokenizer) -> None:
        self.seed, self.size = seed, size
        self.tokenizer = tokenizer

    def __getitem__(self, number: int) -> CaptionBatch:
        first = self.seed + number * self.size
        rows = [self._row(first + i) for i in range(self.size)]
        prefixes = [image_prefix(self.tokenizer, len(scenes)) for scenes, _ in rows]
        text = pack(self.tokenizer, prefixes, [threads for _, threads in rows])
        return CaptionBatch(pictures([scene for scenes, _ in rows for scene in scenes]), text)

    @staticmethod
    def _row(seed: int) -> tuple[list[Scene], list[Thread]]:
        random, scene = Random(f"threads {seed}"), sample_scene(seed)
        if random.random() < PAIR_RATE:
            both = (scene, sample_scene(seed + SECOND_PICTURES))
            return list(both), pair_threads(both, random)
        return [scene], threads_about(scene, random)


def threads_about(scene: Scene, random: Random) -> list[Thread]:
    """Two captions, one with a question after it; a question with a follow-up; and a question of place."""
    prompts = CAPTION_PROMPT, random.choice((CAPTION_PROMPT, *OTHER_PROMPTS))
    captions = [(prompt, caption(scene, random, NOISE_RATE, HABIT_RATE)) for prompt in prompts]
    place = random.choice(("where", "where", "is it where", "what is where"))
    return [
        [captions[0], question(scene, random)],
        [captions[1]],
        dialogue(scene, random),
        [question(scene, random, place)],
    ]


def pair_threads(scenes: tuple[Scene, Scene], random: Random) -> list[Thread]:
    return [[(PAIR_PROMPT, pair_caption(scenes))], [pair_question(scenes, random), pair_question(scenes, random)]]


class EnglishBatches:
    """Plain conversations without pictures; they come round again."""

    def __init__(self, pairs: list[list[str]], size: int, tokenizer) -> None:
        self.pairs, self.size, self.tokenizer = pairs, size, tokenizer

    def __getitem__(self, number: int) -> TextBatch:
        chosen = [self.pairs[(number * self.size + i) % len(self.pairs)] for i in range(self.size)]
        return self.of([[(asked, answer)] for asked, answer in chosen])

    def of(self, threads: list[Thread]) -> TextBatch:
        """Each thread in a row of its own."""
        return pack(
            self.tokenizer, [encode(self.tokenizer, "<|im_start|>user\n")] * len(threads), [[t] for t in threads]
        )


class WordBatches:
    """Captions and questions of the world without their pictures, beside plain English: what the cut model heals on."""

    def __init__(self, seed: int, size: int, tokenizer, pairs: list[list[str]]) -> None:
        self.seed, self.size, self.english = seed, size, EnglishBatches(pairs, size, tokenizer)

    def __getitem__(self, number: int) -> TextBatch:
        threads = []
        for seed in range(self.seed + number * self.size, self.seed + (number + 1) * self.size):
            scene, random = sample_scene(seed), Random(f"words {seed}")
            plain = self.english.pairs[seed % len(self.english.pairs)]
            threads.append([tuple(plain)] if seed % 4 == 0 else threads_about(scene, random)[0])
        return self.english.of(threads)


def encode(tokenizer, text: str) -> list[int]:
    return tokenizer.encode(text, add_special_tokens=False)


def image_prefix(tokenizer, count: int = 1) -> list[int]:
    """The tokens before the question, as the chat template lays them out, for `count` pictures."""
    return encode(tokenizer, "<|im_start|>user\n" + ("<image>" * PATCHES + "\n") * count)


def pack(tokenizer, prefixes: list[list[int]], rows: list[list[Thread]]) -> TextBatch:
    """Rows of a prefix and the threads that share it, padded on the right."""
    packed = [_row(tokenizer, prefix, threads) for prefix, threads in zip(prefixes, rows, strict=True)]
    length = max(len(row[0]) for row in packed)
    fill = (tokenizer.pad_token_id, -1, 0, 0.0)
    columns = [[row[c] + [fill[c]] * (length - len(row[c])) for row in packed] for c in range(4)]
    return TextBatch(*(torch.tensor(column) for column in columns))


def _row(tokenizer, prefix: list[int], threads: list[Thread]) -> tuple[list[int], list[int], list[int], list[float]]:
    """Ids, threads, positions and weights."""
    ids, start = list(prefix), len(prefix)
    number, position, weight = [0] * start, list(range(start)), [0.0] * start
    for count, thread in enumerate(threads, start=1):
        begin = len(ids)
        for turn, (asked, answer) in enumerate(thread):
            lead = "\n<|im_start|>user\n" if turn else ""
            prompt = encode(tokenizer, f"{lead}{asked}<|im_end|>\n<|im_start|>assistant\n")
            reply, counts = weighted(tokenizer, answer)
            ids += prompt + reply
            weight += [0.0] * len(prompt) + counts
        number += [count] * (len(ids) - begin)
        position += range(start, start + len(ids) - begin)
    return ids, number, position, weight


def weighted(tokenizer, answer: str) -> tuple[list[int], list[float]]:
    """The answer's tokens with the end of turn, and what each counts: words that need the picture count more."""
    encoding = tokenizer(answer + tokenizer.eos_token, add_special_tokens=False, return_offsets_mapping=True)
    weights = [1.0] * len(encoding["input_ids"])
    for match in _grounded().finditer(answer):
        value = {"place": PLACE_WEIGHT, "word": GROUNDED_WEIGHT, "verb": VERB_WEIGHT}[match.lastgroup or ""]
        for at, (start, stop) in enumerate(encoding["offset_mapping"]):
            if start < match.end() and stop > match.start() and answer[start:stop].strip() != "the":
                weights[at] = value
    return encoding["input_ids"], weights


@lru_cache(maxsize=1)
def _grounded() -> re.Pattern[str]:
    """Places with their preposition; nouns, counts, colours, directions, yes and no; is and are."""
    nouns = [*KINDS, *(kind.plural for kind in KINDS.values())]
    words = [*nouns, *COLOURS, *COUNT_WORDS.values(), *THEMES, *RELATIONS, "yes", "no", "nothing", "first", "second"]
    place, word = ("|".join(sorted(map(re.escape, each), key=len, reverse=True)) for each in (PLACES.values(), words))
    return re.compile(rf"\b(?:(?P<place>{place})|(?P<word>{word})|(?P<verb>is|are))\b", re.IGNORECASE)
