"""The vocabulary of the demo world: kinds of object, themes, couplings, colours, places, styles.

Tables only; how they become scenes and captions is for `world` and `grammar`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from zlib import crc32


@dataclass(frozen=True)
class Kind:
    """A kind of object: its emoji, its plural, and whether scenes paint it in one of `COLOURS`."""

    name: str
    emoji: str
    plural: str
    painted: bool = False


@dataclass(frozen=True)
class Theme:
    """A kind of place: the objects at home in it, and the background's two colours (RGB, upper and lower zone)."""

    name: str
    kinds: tuple[str, ...]
    upper: tuple[int, int, int]
    lower: tuple[int, int, int]


COLOURS = {"red": 0.0, "yellow": 50.0, "green": 115.0, "blue": 215.0, "purple": 280.0}  # hue in degrees
PLACES = {
    "left": "on the left",
    "right": "on the right",
    "top": "at the top",
    "bottom": "at the bottom",
    "middle": "in the middle",
}
COUNT_WORDS = {1: "one", 2: "two", 3: "three"}
STYLES = ("noto", "fluent", "twemoji")
TRAIN_STYLES = ("noto", "fluent")
HELD_OUT_STYLE = "twemoji"

_ROWS = """
cow 🐄 cows; pig 🐖 pigs; chicken 🐔 chickens; tractor 🚜 tractors; rabbit 🐇 rabbits; duck 🦆 ducks;
dog 🐕 dogs; carrot 🥕 carrots; pizza 🍕 pizzas; burger 🍔 burgers; cup ☕ cups;
loaf of bread 🍞 loaves of bread; piece of cheese 🧀 pieces of cheese; cake 🎂 cakes; donut 🍩 donuts;
teapot 🫖 teapots; apple 🍎 apples; banana 🍌 bananas; bunch of grapes 🍇 bunches of grapes;
strawberry 🍓 strawberries; watermelon 🍉 watermelons; pineapple 🍍 pineapples; car 🚗 cars*; bus 🚌 buses*;
bicycle 🚲 bicycles; traffic light 🚦 traffic lights; house 🏠 houses; train 🚂 trains;
umbrella ☂ umbrellas*; boat ⛵ boats; crab 🦀 crabs; fish 🐠 fish*; palm tree 🌴 palm trees;
turtle 🐢 turtles; octopus 🐙 octopuses*; fox 🦊 foxes; owl 🦉 owls; tree 🌳 trees; mushroom 🍄 mushrooms;
frog 🐸 frogs; flower 🌻 flowers; butterfly 🦋 butterflies*; lion 🦁 lions; elephant 🐘 elephants;
giraffe 🦒 giraffes; zebra 🦓 zebras; monkey 🐒 monkeys; laptop 💻 laptops; book 📕 books*; clock ⏰ clocks;
couch 🛋 couches*; camera 📷 cameras; cat 🐈 cats; lamp 💡 lamps; teddy bear 🧸 teddy bears; ball ⚽ balls;
balloon 🎈 balloons*; gift 🎁 gifts; robot 🤖 robots; drum 🥁 drums; guitar 🎸 guitars*; rocket 🚀 rockets
"""


def _kind(row: str) -> Kind:
    words = row.split()
    at = next(i for i, word in enumerate(words) if not word.isascii())
    plural = " ".join(words[at + 1 :])
    return Kind(" ".join(words[:at]), words[at], plural.rstrip("*"), plural.endswith("*"))


KINDS: dict[str, Kind] = {kind.name: kind for kind in map(_kind, _ROWS.split(";"))}

THEMES: dict[str, Theme] = {
    theme.name: theme
    for theme in (
        Theme(
            "farm",
            ("cow", "pig", "chicken", "tractor", "rabbit", "duck", "dog", "carrot", "house", "tree"),
            (190, 224, 245),
            (150, 190, 105),
        ),
        Theme(
            "kitchen",
            ("pizza", "burger", "cup", "loaf of bread", "piece of cheese", "cake", "donut", "teapot", "apple"),
            (245, 236, 214),
            (205, 170, 130),
        ),
        Theme(
            "fruit stand",
            ("apple", "banana", "bunch of grapes", "strawberry", "watermelon", "pineapple", "carrot"),
            (250, 228, 190),
            (188, 146, 100),
        ),
        Theme(
            "street",
            ("car", "bus", "bicycle", "traffic light", "house", "train", "dog", "tree"),
            (205, 222, 236),
            (150, 150, 156),
        ),
        Theme(
            "beach",
            ("umbrella", "boat", "crab", "fish", "palm tree", "turtle", "octopus", "ball"),
            (150, 212, 238),
            (240, 220, 170),
        ),
        Theme(
            "forest",
            ("fox", "owl", "tree", "mushroom", "frog", "flower", "butterfly", "rabbit"),
            (170, 205, 175),
            (110, 150, 95),
        ),
        Theme("savanna", ("lion", "elephant", "giraffe", "zebra", "monkey", "tree"), (250, 222, 170), (214, 184, 110)),
        Theme(
            "living room",
            ("laptop", "book", "clock", "couch", "camera", "cat", "lamp", "cup"),
            (232, 222, 226),
            (178, 150, 140),
        ),
        Theme(
            "playroom",
            ("teddy bear", "ball", "balloon", "gift", "robot", "drum", "guitar", "rocket", "cake"),
            (226, 232, 250),
            (240, 206, 214),
        ),
    )
}

# (a, b, p): where a is, b is added with probability p. They make the language prior, hence honest hallucinations.
COUPLINGS: tuple[tuple[str, str, float], ...] = (
    ("cow", "tractor", 0.5),
    ("pig", "chicken", 0.4),
    ("rabbit", "carrot", 0.55),
    ("dog", "ball", 0.35),
    ("teapot", "cup", 0.6),
    ("loaf of bread", "piece of cheese", 0.5),
    ("burger", "pizza", 0.35),
    ("cake", "balloon", 0.45),
    ("apple", "banana", 0.45),
    ("strawberry", "bunch of grapes", 0.4),
    ("watermelon", "pineapple", 0.4),
    ("car", "traffic light", 0.5),
    ("bus", "bicycle", 0.4),
    ("house", "tree", 0.45),
    ("boat", "fish", 0.45),
    ("umbrella", "palm tree", 0.45),
    ("crab", "turtle", 0.4),
    ("flower", "butterfly", 0.6),
    ("mushroom", "frog", 0.45),
    ("owl", "tree", 0.45),
    ("elephant", "giraffe", 0.5),
    ("lion", "zebra", 0.4),
    ("monkey", "banana", 0.5),
    ("laptop", "cup", 0.5),
    ("couch", "cat", 0.5),
    ("book", "lamp", 0.5),
    ("teddy bear", "gift", 0.45),
    ("drum", "guitar", 0.5),
    ("robot", "rocket", 0.45),
)


def _is_held_out(pair: tuple[str, str]) -> bool:
    return crc32("|".join(sorted(pair)).encode()) % 12 == 0


_COUPLED = {frozenset((a, b)) for a, b, _ in COUPLINGS}
HELD_OUT_PAIRS: frozenset[frozenset[str]] = frozenset(
    frozenset(pair) for pair in combinations(KINDS, 2) if _is_held_out(pair) and frozenset(pair) not in _COUPLED
)  # one pair in twelve never meets in a training scene: the test of unseen combinations
