"""Chooses and writes the example pictures of the app: held-out scenes, some where the model hallucinates, some not.

Deterministic: the same model gives the same files. What a caption gets wrong is for `truth`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path

import torch

from ..paths import assets, embedded_model
from .evaluate import SIDE, generate, load
from .grammar import CAPTION_PROMPT, noun, verb
from .kinds import HELD_OUT_STYLE
from .sentences import sane_sentences
from .truth import claims, mentions, stated_theme
from .world import HELD_OUT_SEEDS, Scene, render, sample_scene

EXAMPLES = assets() / "examples"
POOL = 40  # scenes looked at per theme
ROUNDS = 5  # pools at most, for examples that none fits


@dataclass(frozen=True)
class Slot:
    """What an example should show: its theme, whether the model hallucinates in it, its sprite style and pairs.

    `talks`: whether its trace is of a question after the caption, not of the caption.
    """

    name: str
    title: str
    theme: str
    hallucinates: bool
    style: str | None = None
    pairs: str = "seen"
    talks: bool = False


SLOTS = (
    Slot("farm-yard", "Farm yard", "farm", False),
    Slot("savanna-morning", "Savanna morning", "savanna", True),
    Slot("fruit-stand", "Fruit stand", "fruit stand", False),
    Slot("living-room", "Living room", "living room", True),
    Slot("kitchen-table", "Kitchen table", "kitchen", False),
    Slot("tea-time", "Tea time", "kitchen", True),
    Slot("street-corner", "Street corner", "street", False),
    Slot("rush-hour", "Rush hour", "street", True),
    Slot("beach-day", "Beach day", "beach", False),
    Slot("forest-floor", "Forest floor", "forest", True),
    Slot("forest-clearing", "Forest clearing", "forest", False),
    Slot("reading-corner", "Reading corner", "living room", True),
    Slot("playroom", "Playroom", "playroom", False),
    Slot("birthday", "Birthday", "playroom", True),
    Slot("watering-hole", "Watering hole", "savanna", True),
    Slot("where-is-it", "A question after the caption", "farm", False, talks=True),
    Slot("odd-company", "Odd company", "living room", True, None, "novel"),
    Slot("flat-farm", "Farm in another style", "farm", False, HELD_OUT_STYLE),
    Slot("flat-street", "Street in another style", "street", True, HELD_OUT_STYLE),
    Slot("flat-forest", "Forest in another style", "forest", True, HELD_OUT_STYLE),
)


def choose(slots: tuple[Slot, ...], model, processor) -> dict[Slot, tuple[Scene, str]]:
    """For each slot the most telling scene of its pool, with the model's greedy caption. No scene is used twice.

    The better the model, the rarer an invention: a slot that finds no scene looks at another pool, `ROUNDS` in all.
    Raises LookupError with what was not found.
    """
    chosen: dict[Slot, tuple[Scene, str]] = {}
    for style, pairs in sorted({(slot.style, slot.pairs) for slot in slots}, key=str):
        pool, seeds = [], count(HELD_OUT_SEEDS)
        for _ in range(ROUNDS):
            empty = [slot for slot in slots if (slot.style, slot.pairs) == (style, pairs) and slot not in chosen]
            scenes = _pool({slot.theme for slot in empty}, style, pairs, seeds)
            prompts = [CAPTION_PROMPT] * len(scenes)
            captions = generate(model, processor, [render(scene, SIDE) for scene in scenes], prompts)
            pool += zip(scenes, captions, strict=True)
            for slot in empty:
                fitting = [pair for pair in pool if _fits(slot, *pair)]
                if fitting:
                    chosen[slot] = max(fitting, key=lambda pair: _appeal(*pair))
                    pool.remove(chosen[slot])
    if missing := [slot.name for slot in slots if slot not in chosen]:
        raise LookupError(f"Expected a scene for every example. Got none for {', '.join(missing)}; raise ROUNDS.")
    return {slot: chosen[slot] for slot in slots}


def _pool(themes: set[str], style: str | None, pairs: str, seeds: Iterator[int]) -> list[Scene]:
    """The next held-out scenes of these themes with at least two kinds, `POOL` for each theme on average."""
    scenes = (sample_scene(seed, style, pairs) for seed in seeds)
    fitting = (scene for scene in scenes if scene.theme in themes and len(scene.groups) >= 2)
    return list(islice(fitting, POOL * len(themes)))


def _fits(slot: Slot, scene: Scene, caption: str) -> bool:
    invents = any(not mention.in_scene for mention in mentions(caption, scene))
    fits = scene.theme == slot.theme == stated_theme(caption) and invents == slot.hallucinates
    return fits and (not slot.talks or len(scene.groups) >= 3)


def _appeal(scene: Scene, caption: str) -> tuple[int, int, int]:
    """Prefers one invention to many, few other errors or odd sentences, and three or four kinds; the first wins."""
    invented = sum(not mention.in_scene for mention in mentions(caption, scene))
    wrong = sum(not claim.right for claim in claims(caption, scene))
    missed = len(scene.kinds - {mention.kind for mention in mentions(caption, scene)})
    odd = sane_sentences(caption).count(False)
    return -invented, -wrong - missed - odd, -abs(len(scene.groups) - 4)


def questions(slot: Slot, scene: Scene) -> list[str]:
    """What is asked about the scene, in turn; the trace is of the last answer."""
    if not slot.talks:
        return [CAPTION_PROMPT]
    group = scene.groups[-1]
    return [CAPTION_PROMPT, f"Where {verb(group)} the {noun(group)}?"]


def note(slot: Slot, scene: Scene) -> str:
    """One line that tells nothing about the answer."""
    things = sum(group.count for group in scene.groups)
    style = "drawn in a style the model never saw" if slot.style == HELD_OUT_STYLE else "drawn in a style it knows"
    pairs = ", objects it never saw together" if slot.pairs == "novel" else ""
    return f"{things} things of {len(scene.groups)} kinds, {style}{pairs}."


def main(arguments: list[str] | None = None) -> None:
    """Writes a PNG and its ground truth as JSON per example, and index.json, into assets/examples."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=embedded_model())
    parser.add_argument("--to", type=Path, default=EXAMPLES)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    options.to.mkdir(parents=True, exist_ok=True)
    index = []
    for slot, (scene, _) in choose(SLOTS, *load(options.model)).items():
        render(scene, SIDE).save(options.to / f"{slot.name}.png", optimize=True)
        (options.to / f"{slot.name}.json").write_text(scene.to_json() + "\n")
        entry = {"name": slot.name, "title": slot.title, "note": note(slot, scene), "hallucinates": slot.hallucinates}
        index.append(entry | {"questions": questions(slot, scene)})
    (options.to / "index.json").write_text(json.dumps(index, indent=1) + "\n")


if __name__ == "__main__":
    main()
