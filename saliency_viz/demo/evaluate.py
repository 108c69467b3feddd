"""Measures the demo model on held-out scenes: what it sees, what it invents, and whether what it says is right.

Greedy decoding in batches. The training of the model is for `train`; the truth of a caption is for `truth`.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from random import Random

import torch
from PIL import Image

from .grammar import CAPTION_PROMPT, question
from .kinds import HELD_OUT_STYLE, STYLES
from .model import FOLDER
from .truth import claims, is_grammatical, mentions, stated_theme
from .world import HELD_OUT_SEEDS, Scene, render, sample_scene

SIDE = 512  # pixels of the rendered scenes, as a user would upload them; the processor reduces them to the model's size


@dataclass(frozen=True)
class Scores:
    """Shares between 0 and 1. None where nothing was stated."""

    scenes: int
    recall: float  # of the kinds in the scenes, those named
    precision: float  # of the kinds named (each once per caption), those in the scene
    chair_i: float  # of all mentions, those of absent objects
    chair_s: float  # of all captions, those with such a mention
    grammatical: float
    theme_right: float
    counts_right: float | None
    counts_above_one_right: float | None  # of the counts of groups of two or three
    places_right: float | None
    places_by_chance: float | None  # what the same stated places would reach, dealt out among the objects at random
    colours_right: float | None
    relations_right: float | None
    answers_right: float | None  # to one question per scene, word for word but for true alternatives of place


def caption_scores(scenes: Sequence[Scene], captions: Sequence[str]) -> dict[str, float | None]:
    """Every number of `Scores` that captions alone give."""
    tally: Counter[str] = Counter()
    stated: dict[str, list[bool]] = {aspect: [] for aspect in ("count", "many", "place", "colour", "relation")}
    places: list[tuple[str, frozenset[str]]] = []
    for scene, caption in zip(scenes, captions, strict=True):
        found = mentions(caption, scene)
        named = {mention.kind for mention in found}
        tally["kinds"] += len(scene.kinds)
        tally["seen"] += len(named & scene.kinds)
        tally["named"] += len(named)
        tally["mentions"] += len(found)
        tally["invented"] += sum(not mention.in_scene for mention in found)
        tally["inventing"] += not named <= scene.kinds
        tally["grammatical"] += is_grammatical(caption)
        tally["theme"] += stated_theme(caption) == scene.theme
        for claim in claims(caption, scene):
            stated[claim.aspect].append(claim.right)
            if claim.aspect == "count" and scene.group(claim.kind).count > 1:
                stated["many"].append(claim.right)
            if claim.aspect == "place":
                places.append((claim.stated, scene.group(claim.kind).places))
    shares = {aspect: _share(rights) for aspect, rights in stated.items()}
    return {
        "recall": tally["seen"] / tally["kinds"],
        "precision": tally["seen"] / max(1, tally["named"]),
        "chair_i": tally["invented"] / max(1, tally["mentions"]),
        "chair_s": tally["inventing"] / len(scenes),
        "grammatical": tally["grammatical"] / len(scenes),
        "theme_right": tally["theme"] / len(scenes),
        "counts_right": shares["count"],
        "counts_above_one_right": shares["many"],
        "places_right": shares["place"],
        "places_by_chance": _chance(places),
        "colours_right": shares["colour"],
        "relations_right": shares["relation"],
    }


def _share(rights: Sequence[bool]) -> float | None:
    return sum(rights) / len(rights) if rights else None


def _chance(places: Sequence[tuple[str, frozenset[str]]]) -> float | None:
    stated = [place for place, _ in places]
    Random(0).shuffle(stated)
    return _share([place in true for place, (_, true) in zip(stated, places, strict=True)])


def answer_is_right(answer: str, wanted: str, scene: Scene) -> bool:
    """Whether the answer is the wanted one; another place is right too if it is true of the object."""
    if answer == wanted:
        return True
    said, meant = claims(answer, scene), claims(wanted, scene)
    without_place = [(c.kind, c.aspect, c.stated) for c in said if c.aspect != "place"]
    wanted_without_place = [(c.kind, c.aspect, c.stated) for c in meant if c.aspect != "place"]
    same_start = answer.split()[:2] == wanted.split()[:2]
    return bool(said) and same_start and all(c.right for c in said) and without_place == wanted_without_place


def load(folder: Path = FOLDER):
    """The model (float32, evaluation mode) and its processor."""
    from transformers import AutoModelForImageTextToText, AutoProcessor

    model = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32).eval()
    return model, AutoProcessor.from_pretrained(folder)


@torch.no_grad()
def generate(model, processor, images: Sequence[Image.Image], prompts: Sequence[str], batch: int = 50) -> list[str]:
    """Greedy answers to one prompt per image."""
    pairs = list(zip(images, prompts, strict=True))
    return [
        text
        for first in range(0, len(pairs), batch)
        for text in _answer(model, processor, pairs[first : first + batch])
    ]


def _answer(model, processor, pairs: list[tuple[Image.Image, str]]) -> list[str]:
    texts = [
        processor.apply_chat_template(
            [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": prompt}]}],
            add_generation_prompt=True,
        )
        for _, prompt in pairs
    ]
    inputs = processor(images=[image for image, _ in pairs], text=texts, padding=True, return_tensors="pt")
    tokens = model.generate(**inputs, do_sample=False, max_new_tokens=90)[:, inputs["input_ids"].shape[1] :]
    return [text.strip() for text in processor.batch_decode(tokens, skip_special_tokens=True)]


def held_out_scenes(count: int, style: str | None = None, pairs: str = "seen") -> list[Scene]:
    """Scenes that no training run saw."""
    return [sample_scene(HELD_OUT_SEEDS + number, style, pairs) for number in range(count)]


def evaluate(model, processor, scenes: Sequence[Scene], side: int = SIDE) -> Scores:
    """All scores on the given scenes."""
    images = [render(scene, side) for scene in scenes]
    captions = generate(model, processor, images, [CAPTION_PROMPT] * len(scenes))
    asked = [question(scene, Random(scene.seed)) for scene in scenes]
    answers = generate(model, processor, images, [prompt for prompt, _ in asked])
    right = [
        answer_is_right(answer, wanted, scene)
        for answer, (_, wanted), scene in zip(answers, asked, scenes, strict=True)
    ]
    return Scores(scenes=len(scenes), **caption_scores(scenes, captions), answers_right=_share(right))


def table(results: dict[str, Scores]) -> str:
    """The scores as a Markdown table, a row per measure."""
    rows = [f"| | {' | '.join(results)} |", "|---" * (len(results) + 1) + "|"]
    for field in fields(Scores):
        values = (getattr(scores, field.name) for scores in results.values())
        cells = ("-" if value is None else str(value) if isinstance(value, int) else f"{value:.2f}" for value in values)
        rows.append(f"| {field.name.replace('_', ' ')} | {' | '.join(cells)} |")
    return "\n".join(rows)


def main(arguments: list[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=FOLDER)
    parser.add_argument("--scenes", type=int, default=300)
    parser.add_argument("--style", choices=(*STYLES, "held-out"), help="only this style, instead of all three tests")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)  # fastest for matrices this small, and ten times faster when another run holds a core
    model, processor = load(options.model)
    if options.style:
        style = HELD_OUT_STYLE if options.style == "held-out" else options.style
        tests = {style: held_out_scenes(options.scenes, style)}
    else:
        tests = {
            "held-out scenes": held_out_scenes(options.scenes),
            "unseen combinations": held_out_scenes(options.scenes, pairs="novel"),
            "unseen style": held_out_scenes(options.scenes, HELD_OUT_STYLE),
        }
    results = {name: evaluate(model, processor, scenes) for name, scenes in tests.items()}
    print(
        json.dumps({name: asdict(scores) for name, scores in results.items()}, indent=1)
        if options.json
        else table(results)
    )


if __name__ == "__main__":
    main()
