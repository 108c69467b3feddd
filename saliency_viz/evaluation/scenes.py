"""Demo scenes as a benchmark in the formats of the public ones, so that every command can be tried at once.

    images/  truth.json  synonyms.txt  pope_random.json  pope_adversarial.json  boxes.json

Ignores models. Questions follow POPE: three objects that are there, three that are not (at random, or those that
usually come along).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from random import Random

from ..demo.evaluate import held_out_scenes
from ..demo.grammar import noun_phrase
from ..demo.kinds import COUPLINGS, HELD_OUT_STYLE, KINDS, THEMES
from ..demo.world import Scene, render
from ..errors import SettingError
from ..whole_numbers import whole

SIDE = 512  # pixels of a rendered scene
# name: (drawing style, which kinds meet), as `held_out_scenes` takes them; the model invents little in the first
WORLDS = {"held-out": (None, "seen"), "combinations": (None, "novel"), "style": (HELD_OUT_STYLE, "seen")}


def scenes_of(world: str, count: int) -> list[Scene]:
    """Scenes that no training run saw. Raises SettingError."""
    if world not in WORLDS:
        raise SettingError(f"world must be one of {', '.join(WORLDS)}. Got {world!r}.")
    return held_out_scenes(whole("scenes", count, 1), *WORLDS[world])


def write(out: Path, count: int, world: str = "style") -> Path:
    """Everything for `count` scenes of a world (see `WORLDS`) under `out`. Returns `out`. Raises SettingError."""
    scenes = scenes_of(world, count)
    (out / "images").mkdir(parents=True, exist_ok=True)
    names = [f"scene-{number:05d}" for number in range(count)]
    for name, scene in zip(names, scenes, strict=True):
        render(scene, SIDE).save(out / "images" / f"{name}.png")
    truth = {name: sorted(scene.kinds) for name, scene in zip(names, scenes, strict=True)}
    boxes = {name: boxes_of(scene) for name, scene in zip(names, scenes, strict=True)}
    (out / "truth.json").write_text(json.dumps(truth, indent=0), encoding="utf-8")
    (out / "boxes.json").write_text(json.dumps(boxes), encoding="utf-8")
    (out / "synonyms.txt").write_text("".join(f"{kind}\n" for kind in KINDS), encoding="utf-8")
    for split, absent in (("random", _random), ("adversarial", _expected)):
        rows = [row for name, scene in zip(names, scenes, strict=True) for row in _questions(name, scene, absent)]
        lines = (json.dumps({"question_id": number, **row}) + "\n" for number, row in enumerate(rows, start=1))
        (out / f"pope_{split}.json").write_text("".join(lines), encoding="utf-8")
    return out


def boxes_of(scene: Scene) -> dict[str, list[list[float]]]:
    """By kind: left, top, right, bottom of each thing, in shares of the picture's side."""
    return {group.kind: [list(thing.box) for thing in group.things] for group in scene.groups}


def _questions(name: str, scene: Scene, absent_kinds) -> list[dict[str, str]]:
    random = Random(f"pope {scene.seed}")
    there = random.sample(sorted(scene.kinds), min(3, len(scene.kinds)))
    absent = absent_kinds(scene, random)[: len(there)]
    pairs = [pair for both in zip(there, absent, strict=True) for pair in zip(both, ("yes", "no"), strict=True)]
    return [{"image": f"{name}.png", "text": f"Is there {noun_phrase(kind)}?", "label": label} for kind, label in pairs]


def _random(scene: Scene, random: Random) -> list[str]:
    pool = [kind for kind in KINDS if kind not in scene.kinds]
    return random.sample(pool, len(pool))


def _expected(scene: Scene, random: Random) -> list[str]:
    """Kinds that usually come with one in the scene, then those of its theme, then any."""
    pairs: Sequence[tuple[str, str]] = [pair for a, b, _ in COUPLINGS for pair in ((a, b), (b, a))]
    partners = [other for kind, other in pairs if kind in scene.kinds]
    order = dict.fromkeys([*partners, *THEMES[scene.theme].kinds, *_random(scene, random)])
    return [kind for kind in order if kind not in scene.kinds]
