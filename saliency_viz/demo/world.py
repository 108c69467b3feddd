"""Scenes of the demo world: drawn from a seed, rendered at any size, with exact ground truth and JSON in and out.

All lengths are shares of the image's side, x to the right and y downwards. What a scene sounds like is for `grammar`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from math import hypot, sqrt
from random import Random

import numpy as np
from PIL import Image

from ..errors import SettingError
from .kinds import COLOURS, COUPLINGS, HELD_OUT_PAIRS, KINDS, THEMES, TRAIN_STYLES
from .sprites import sized_sprite

HELD_OUT_SEEDS = 10**9  # scenes with a seed from here on are never trained on
MOST_KINDS, MOST_THINGS = 5, 8
SMALLEST, LARGEST = 0.18, 0.46


@dataclass(frozen=True)
class Thing:
    """One picture in a scene: centre, side, tilt in degrees, mirrored or not."""

    x: float
    y: float
    size: float
    tilt: float = 0.0
    mirrored: bool = False

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        half = self.size / 2
        return self.x - half, self.y - half, self.x + half, self.y + half


@dataclass(frozen=True)
class Group:
    """All the things of one kind in a scene; they share their colour."""

    kind: str
    colour: str | None
    things: tuple[Thing, ...]

    @property
    def count(self) -> int:
        return len(self.things)

    @property
    def area(self) -> float:
        return sum(thing.size**2 for thing in self.things)

    @property
    def centre(self) -> tuple[float, float]:
        return sum(t.x for t in self.things) / self.count, sum(t.y for t in self.things) / self.count

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The smallest box round all the things: left, top, right, bottom."""
        left, top, right, bottom = zip(*(thing.box for thing in self.things), strict=True)
        return min(left), min(top), max(right), max(bottom)

    @property
    def place(self) -> str:
        """The one place a caption names: the direction in which the centre is farthest out, or the middle."""
        dx, dy = self.centre[0] - 0.5, self.centre[1] - 0.5
        if max(abs(dx), abs(dy)) < 0.12:
            return "middle"
        if abs(dx) >= abs(dy):
            return "left" if dx < 0 else "right"
        return "top" if dy < 0 else "bottom"

    @property
    def places(self) -> frozenset[str]:
        """Every place that is true: a thing in the upper left corner is both at the top and on the left."""
        x, y = self.centre
        true = {
            "left": x < 0.4,
            "right": x > 0.6,
            "top": y < 0.4,
            "bottom": y > 0.6,
            "middle": max(abs(x - 0.5), abs(y - 0.5)) < 0.15,
        }
        return frozenset({self.place, *(place for place, holds in true.items() if holds)})


@dataclass(frozen=True)
class Scene:
    """One picture of the demo world. `groups` come biggest first, `seed` also draws the background."""

    seed: int
    theme: str
    style: str
    light: float
    horizon: float
    groups: tuple[Group, ...]

    @cached_property
    def kinds(self) -> frozenset[str]:
        return frozenset(group.kind for group in self.groups)

    def group(self, kind: str) -> Group | None:
        """The things of a kind, or None if there are none."""
        return next((group for group in self.groups if group.kind == kind), None)

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1)

    @staticmethod
    def from_json(text: str) -> Scene:
        """The scene written by `to_json`; raises ValueError with what is wrong otherwise."""
        try:
            fields = json.loads(text)
            groups = tuple(
                Group(g["kind"], g["colour"], tuple(Thing(**thing) for thing in g["things"])) for g in fields["groups"]
            )
            return Scene(**{**fields, "groups": groups})
        except (KeyError, TypeError) as error:
            raise ValueError(f"Expected the JSON of a demo scene (see Scene.to_json). Got {error!r}.") from error


def sample_scene(seed: int, style: str | None = None, pairs: str = "seen") -> Scene:
    """The scene of a seed. `style`: of its sprites, drawn from the training styles if None.

    `pairs`: "seen" scenes hold no pair of `HELD_OUT_PAIRS` (all training scenes are such), "novel" ones at least one.
    """
    if pairs not in ("seen", "novel"):
        raise SettingError(f'pairs must be "seen" or "novel". Got {pairs!r}.')
    random = Random(f"{seed}/{pairs}")
    theme = random.choice(tuple(THEMES))
    kinds = _draw_kinds(random, theme)
    while bool(_held_out_pairs(kinds)) != (pairs == "novel"):
        theme = random.choice(tuple(THEMES))
        kinds = _draw_kinds(random, theme, at_home=0.85 if pairs == "seen" else 0.4)
    return Scene(
        seed=seed,
        theme=theme,
        style=style or random.choice(TRAIN_STYLES),
        light=round(random.uniform(0.85, 1.12), 3),
        horizon=round(random.uniform(0.3, 0.7), 3),
        groups=_place(random, kinds),
    )


def _held_out_pairs(kinds: list[str]) -> list[frozenset[str]]:
    return [pair for pair in HELD_OUT_PAIRS if pair <= set(kinds)]


def _draw_kinds(random: Random, theme: str, at_home: float = 0.85) -> list[str]:
    """One to five kinds: mostly at home in the theme, followed by those they are coupled with."""
    wanted = random.choices(range(1, MOST_KINDS + 1), (0.1, 0.24, 0.3, 0.22, 0.14))[0]
    kinds: list[str] = []
    while len(kinds) < wanted:
        pool = THEMES[theme].kinds if random.random() < at_home else tuple(KINDS)
        kind = random.choice(pool)
        if kind in kinds:
            continue
        kinds.append(kind)
        for cause, effect, probability in COUPLINGS:
            if cause == kind and effect not in kinds and len(kinds) < MOST_KINDS and random.random() < probability:
                kinds.append(effect)
    return kinds


def _place(random: Random, kinds: list[str]) -> tuple[Group, ...]:
    """Counts, sizes and places with little overlap; a thing that finds no room is left out, but one of each stays."""
    counts = [random.choices((1, 2, 3), (0.64, 0.22, 0.14))[0] for _ in kinds]
    while sum(counts) > MOST_THINGS:
        counts[counts.index(max(counts))] -= 1
    largest = min(LARGEST, sqrt(0.62 / sum(counts)))
    placed: list[Thing] = []
    groups = []
    for kind, count in zip(kinds, counts, strict=True):
        size = random.uniform(max(SMALLEST, 0.62 * largest), largest)
        things: list[Thing] = []
        for _ in range(count):
            thing = _find_room(random, size * random.uniform(0.92, 1.0), placed, things)
            if thing:
                things.append(thing)
                placed.append(thing)
        colour = random.choice(tuple(COLOURS)) if KINDS[kind].painted else None
        groups.append(Group(kind, colour, tuple(things)))
    return tuple(sorted(groups, key=lambda group: -group.area))


def _find_room(random: Random, size: float, placed: list[Thing], friends: list[Thing]) -> Thing | None:
    """A spot near its own kind that covers little of others. The first of a kind always gets the best spot tried."""
    size = max(round(size, 4), SMALLEST)
    half = size / 2 + 0.001
    best, best_overlap = None, float("inf")
    for _ in range(40):
        thing = Thing(
            round(random.uniform(half, 1 - half), 4),
            round(random.uniform(half, 1 - half), 4),
            size,
            round(random.uniform(-8, 8), 1),
            random.random() < 0.5,
        )
        if friends and hypot(thing.x - friends[0].x, thing.y - friends[0].y) > 1.5 * size:
            continue
        overlap = max((_overlap(thing, other) for other in placed), default=0.0)
        if overlap < best_overlap:
            best, best_overlap = thing, overlap
        if overlap < 0.06:
            break
    return best if not friends or best_overlap < 0.12 else None


def _overlap(a: Thing, b: Thing) -> float:
    """The shared area of two boxes as a share of the smaller one."""
    wide = min(a.box[2], b.box[2]) - max(a.box[0], b.box[0])
    high = min(a.box[3], b.box[3]) - max(a.box[1], b.box[1])
    return max(wide, 0.0) * max(high, 0.0) / min(a.size, b.size) ** 2


def render(scene: Scene, side: int) -> Image.Image:
    """The scene as an RGB image of side x side pixels; the same scene gives the same pixels."""
    canvas = _background(scene, side)
    for group in reversed(scene.groups):  # the smallest first, so that the biggest are drawn last, in front
        for thing in group.things:
            picture = thing_picture(scene.style, group, thing, side)
            canvas.paste(picture, (round(thing.box[0] * side), round(thing.box[1] * side)), picture)
    if scene.light == 1:
        return canvas
    return canvas.point([min(255, round(value * scene.light)) for value in range(256)] * 3)


def thing_picture(style: str, group: Group, thing: Thing, side: int) -> Image.Image:
    """The RGBA picture of one thing in an image of `side` pixels."""
    picture = sized_sprite(style, group.kind, group.colour, max(1, round(thing.size * side)))
    if thing.mirrored:
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return picture.rotate(thing.tilt, Image.Resampling.BILINEAR) if thing.tilt else picture


def _background(scene: Scene, side: int) -> Image.Image:
    """Two zones in the theme's colours with a soft texture."""
    theme, noise = THEMES[scene.theme], np.random.default_rng(scene.seed)
    tint = noise.uniform(-14, 14, 3)
    coarse = Image.fromarray(noise.uniform(-1, 1, (9, 9)).astype(np.float32))
    texture = coarse.resize((side, side), Image.Resampling.BICUBIC)
    below = (_rows(side) > scene.horizon)[:, None, None]
    zones = np.where(below, np.array(theme.lower) + tint, np.array(theme.upper) + tint)
    pixels = zones + np.asarray(texture)[..., None] * np.where(below, 16, 9)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


@lru_cache(maxsize=16)
def _rows(side: int) -> np.ndarray:
    return (np.arange(side) + 0.5) / side
