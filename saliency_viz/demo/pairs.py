"""Short texts about two pictures shown together: what each shows, and which of them shows a kind.

One picture alone is for `grammar` and `questions`.
"""

from __future__ import annotations

from random import Random

from .grammar import article, noun_phrase, phrase
from .kinds import PLACES
from .world import Scene

ORDINALS = ("first", "second")
PAIR_PROMPT = "Describe the images."


def pair_caption(scenes: tuple[Scene, Scene]) -> str:
    """One sentence a picture, with its theme and biggest group."""
    return " ".join(shows(scene, ordinal) for scene, ordinal in zip(scenes, ORDINALS, strict=True))


def shows(scene: Scene, ordinal: str) -> str:
    """ "The first picture shows a farm with a cow on the left."."""
    group = scene.groups[0]
    theme = f"{article(scene.theme)} {scene.theme}"
    return f"The {ordinal} picture shows {theme} with {phrase(group)} {PLACES[group.place]}."


def pair_question(scenes: tuple[Scene, Scene], random: Random) -> tuple[str, str]:
    """ "What is in the second picture?" or "Which picture shows a dog?", with the true answer."""
    lone = [(kind, n) for n in (0, 1) for kind in sorted(scenes[n].kinds - scenes[1 - n].kinds)]
    if lone and random.random() < 0.6:
        kind, number = random.choice(lone)
        shown = noun_phrase(kind)
        return f"Which picture shows {shown}?", f"The {ORDINALS[number]} picture shows {shown}."
    number = random.randrange(2)
    return f"What is in the {ORDINALS[number]} picture?", shows(scenes[number], ORDINALS[number])
