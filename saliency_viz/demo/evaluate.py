"""Measures the demo model on held-out scenes: what it sees, what it invents, and whether what it says is right.

Greedy decoding in batches. Training is for `train`, counting for `scoring`; what saliency and the decoders do with the
model is for `measure`.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from random import Random

import numpy as np
import torch
from PIL import Image

from ..evaluation.intervals import Interval, estimates, share
from ..paths import embedded_model
from .grammar import CAPTION_PROMPT
from .kinds import HELD_OUT_STYLE
from .pairs import PAIR_PROMPT, pair_question
from .questions import dialogue, question
from .scoring import MEASURES, answer_count, caption_counts, pair_count
from .world import HELD_OUT_SEEDS, Scene, render, sample_scene

SIDE = 512  # pixels of the rendered scenes, as a user would upload them; the processor reduces them to the model's size
# test: style of the sprites, and which kinds meet
TESTS = {
    "held-out scenes": (None, "seen"),
    "unseen combinations": (None, "novel"),
    "unseen style": (HELD_OUT_STYLE, "seen"),
}
Shown = Image.Image | tuple[Image.Image, ...]
Talk = Sequence[str]  # question, answer, question, ...: what was said so far about a picture


def load(folder: Path | None = None):
    """The model (float32, evaluation mode) and its processor."""
    from transformers import AutoModelForImageTextToText, AutoProcessor

    folder = folder or embedded_model()
    model = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32).eval()
    return model, AutoProcessor.from_pretrained(folder)


@torch.no_grad()
def generate(model, processor, images: Sequence[Shown], talks: Sequence[Talk | str], batch: int = 25) -> list[str]:
    """The greedy answer to what was said last about each picture or pair of pictures."""
    pairs = list(zip(images, talks, strict=True))
    return [
        text
        for first in range(0, len(pairs), batch)
        for text in _answer(model, processor, pairs[first : first + batch])
    ]


def _answer(model, processor, pairs: list[tuple[Shown, Talk | str]]) -> list[str]:
    shown = [[images] if isinstance(images, Image.Image) else list(images) for images, _ in pairs]
    texts = [
        processor.apply_chat_template(messages(talk, len(images)), add_generation_prompt=True)
        for images, (_, talk) in zip(shown, pairs, strict=True)
    ]
    inputs = processor(images=sum(shown, []), text=texts, padding=True, return_tensors="pt")
    tokens = model.generate(**inputs, do_sample=False, max_new_tokens=90)[:, inputs["input_ids"].shape[1] :]
    return [text.strip() for text in processor.batch_decode(tokens, skip_special_tokens=True)]


def messages(talk: Talk | str, pictures: int = 1) -> list[dict]:
    """What was said, for the chat template; the pictures stand with the first question."""
    turns = [talk] if isinstance(talk, str) else talk
    said = [
        {"role": ("user", "assistant")[n % 2], "content": [{"type": "text", "text": t}]} for n, t in enumerate(turns)
    ]
    said[0]["content"] = [{"type": "image"}] * pictures + said[0]["content"]
    return said


def held_out_scenes(count: int, style: str | None = None, pairs: str = "seen") -> list[Scene]:
    """Scenes that no training run saw."""
    return [sample_scene(HELD_OUT_SEEDS + number, style, pairs) for number in range(count)]


def evaluate(model, processor, scenes: Sequence[Scene], side: int = SIDE) -> dict[str, Interval]:
    """Every measure of `MEASURES` on the scenes, with its 95 % interval over them."""
    images = [render(scene, side) for scene in scenes]
    answer = partial(generate, model, processor, images)
    captions = answer([CAPTION_PROMPT] * len(scenes))
    counts = caption_counts(scenes, captions)
    for add in (_single_questions, _after_captions, _follow_ups):
        for count, more in zip(counts, add(answer, scenes, captions), strict=True):
            count.update(more)
    both = partial(generate, model, processor, list(zip(images, images[1:] + images[:1], strict=True)))
    for count, more in zip(counts, _pairs(both, scenes), strict=True):
        count.update(more)
    return measures(counts)


def measures(counts: Sequence[Counter[str]]) -> dict[str, Interval]:
    """Each measure that has something to be a share of."""
    columns = sorted({name for pair in MEASURES.values() for name in pair})
    table = np.array([[count[name] for name in columns] for count in counts], dtype=float)
    asked = {
        name: partial(_share, columns.index(top), columns.index(bottom))
        for name, (top, bottom) in MEASURES.items()
        if table[:, columns.index(bottom)].any()
    }
    return estimates(table, asked)


def _share(top: int, bottom: int, sums: np.ndarray) -> np.ndarray:
    return share(sums[..., top], sums[..., bottom])


def _single_questions(answer, scenes, captions) -> list[Counter[str]]:
    """One question of any form, and one "Is there", half of them for something absent."""
    totals = [Counter() for _ in scenes]
    for form, name in ((None, "answer"), ("is there", "poll only")):
        asked = [question(scene, Random(f"{form} {scene.seed}"), form) for scene in scenes]
        for total, scene, said, (prompt, wanted) in zip(
            totals, scenes, answer([q for q, _ in asked]), asked, strict=True
        ):
            total.update(answer_count(scene, prompt, said, wanted, name))
    return totals


def _after_captions(answer, scenes, captions) -> list[Counter[str]]:
    """A question of any form after the model's own caption."""
    asked = [question(scene, Random(f"after {scene.seed}")) for scene in scenes]
    talks = [(CAPTION_PROMPT, caption, prompt) for caption, (prompt, _) in zip(captions, asked, strict=True)]
    return [
        answer_count(scene, prompt, said, wanted, "follow")
        for scene, said, (prompt, wanted) in zip(scenes, answer(talks), asked, strict=True)
    ]


def _follow_ups(answer, scenes, captions) -> list[Counter[str]]:
    """A question with "it" or "they" after another and its true answer."""
    talks, wanted = [], []
    for scene in scenes:
        random, turns = Random(f"it {scene.seed}"), []
        while len(turns) < 2:
            turns = dialogue(scene, random)
        talks.append((*turns[0], turns[1][0]))
        wanted.append(turns[1][1])
    return [
        answer_count(scene, "\n".join(talk), said, right, "follow")
        for scene, talk, said, right in zip(scenes, talks, answer(talks), wanted, strict=True)
    ]


def _pairs(answer, scenes) -> list[Counter[str]]:
    """Each picture with the next one: both told, and which of them shows a kind."""
    couples = list(zip(scenes, [*scenes[1:], scenes[0]], strict=True))
    asked = [pair_question(couple, Random(f"pair {couple[0].seed}")) for couple in couples]
    told, answers = answer([PAIR_PROMPT] * len(couples)), answer([prompt for prompt, _ in asked])
    counts = [pair_count(couple, text) for couple, text in zip(couples, told, strict=True)]
    for count, said, (prompt, wanted) in zip(counts, answers, asked, strict=True):
        if prompt.startswith("Which"):
            count.update({"which": 1, "which right": said == wanted})
    return counts


def table(results: dict[str, dict[str, Interval]]) -> str:
    """The measures as a Markdown table, a row per measure: value and 95 % interval."""
    rows = [f"| | {' | '.join(results)} |", "|---" * (len(results) + 1) + "|"]
    for name in MEASURES:
        found = [result.get(name) for result in results.values()]
        cells = (f"{each.value:.2f} ({each.low:.2f} to {each.high:.2f})" if each else "-" for each in found)
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(rows)


def main(arguments: list[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=embedded_model())
    parser.add_argument("--scenes", type=int, default=300)
    parser.add_argument("--test", choices=tuple(TESTS), action="append", help="only this one; may be repeated")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)  # fastest for matrices this small, and ten times faster when another run holds a core
    model, processor = load(options.model)
    results = {
        name: evaluate(model, processor, held_out_scenes(options.scenes, *TESTS[name]))
        for name in options.test or TESTS
    }
    if options.json:
        print(json.dumps({name: {k: asdict(v) for k, v in each.items()} for name, each in results.items()}, indent=1))
    else:
        print(table(results))


if __name__ == "__main__":
    main()
