"""The language of the demo world: captions of two to four sentences, and short questions with their answers.

Every text is drawn from a random generator that the caller owns. Reading texts back is for `truth`.
"""

from __future__ import annotations

from random import Random

from .kinds import COLOURS, COUNT_WORDS, COUPLINGS, KINDS, PLACES, THEMES
from .world import Group, Scene

CAPTION_PROMPT = "Describe the image."
RELATIONS = {"left of": (-1, 0), "right of": (1, 0), "above": (0, -1), "below": (0, 1)}


def article(word: str) -> str:
    return "an" if word[0] in "aeio" or word == "umbrella" else "a"


def noun_phrase(kind: str, count: int = 1, colour: str | None = None) -> str:
    """ "a dog", "an owl", "two red cars"."""
    words = f"{colour} " if colour else ""
    words += KINDS[kind].plural if count > 1 else kind
    return f"{COUNT_WORDS[count] if count > 1 else article(words.split()[0])} {words}"


def caption(scene: Scene, random: Random, noise: float = 0.0, habit: float = 0.0) -> str:
    """A true caption, biggest group first, unless asked to name one absent object at the end.

    With probability `habit` that is the partner which a kind in the scene usually has but here lacks, and else with
    probability `noise` any absent kind coupled with one in the scene.
    """
    items = [_item(group, random) for group in scene.groups]
    ghost = missed_partner(scene) if habit and random.random() < habit else None
    if ghost is None and random.random() < noise:
        ghost = absent_partner(scene, random)
    if ghost:
        place = PLACES[random.choice(tuple(PLACES))]
        colour = random.choice(tuple(COLOURS)) if KINDS[ghost].painted else None
        items.append((1, f"{noun_phrase(ghost, 1, colour)} {place}"))
    opener = "This is a {theme} with {item}." if random.random() < 0.3 else "A {theme} with {item}."
    sentences = [opener.format(theme=scene.theme, item=items[0][1])]
    rest = items[1:]
    while rest:
        taken, rest = rest[:2], rest[2:]
        verb = "are" if taken[0][0] > 1 else "is"
        sentences.append(f"There {verb} {' and '.join(text for _, text in taken)}.")
    relation = _relation(scene, random)
    if len(sentences) == 1 or (relation and len(sentences) < 4 and random.random() < 0.4):
        sentences.append(relation or _position(scene.groups[0]))
    return " ".join(sentences)


def _item(group: Group, random: Random) -> tuple[int, str]:
    """A group's count and its noun phrase, nearly always with its place."""
    phrase = noun_phrase(group.kind, group.count, group.colour)
    return group.count, f"{phrase} {PLACES[group.place]}" if random.random() < 0.93 else phrase


def _position(group: Group) -> str:
    """ "The dog is on the left."."""
    noun = group.kind if group.count == 1 else KINDS[group.kind].plural
    return f"The {noun} {'is' if group.count == 1 else 'are'} {PLACES[group.place]}."


def relation_holds(first: Group, relation: str, second: Group, margin: float = 0.0) -> bool:
    """Whether the first group lies clearly (by `margin` of the side) in that direction from the second."""
    dx, dy = RELATIONS[relation]
    return dx * (first.centre[0] - second.centre[0]) + dy * (first.centre[1] - second.centre[1]) > margin


def _relation(scene: Scene, random: Random) -> str | None:
    """ "The dog is above the cow." for two things clearly apart, the bigger one first; None if there are none."""
    singles = [group for group in scene.groups if group.count == 1]
    true = [
        f"The {first.kind} is {relation} the {second.kind}."
        for i, first in enumerate(singles)
        for second in singles[i + 1 :]
        for relation in RELATIONS
        if relation_holds(first, relation, second, 0.3)
    ]
    return random.choice(true) if true else None


def missed_partner(scene: Scene) -> str | None:
    """The first absent kind that comes with one in the scene at least every second time."""
    return next((b for a, b, p in COUPLINGS if p >= 0.5 and a in scene.kinds and b not in scene.kinds), None)


def absent_partner(scene: Scene, random: Random) -> str | None:
    """A kind coupled with one that is in the scene, but itself absent."""
    partners = [b for a, b, _ in COUPLINGS if a in scene.kinds and b not in scene.kinds]
    partners += [a for a, b, _ in COUPLINGS if b in scene.kinds and a not in scene.kinds]
    return random.choice(partners) if partners else None


def absent_kind(scene: Scene, random: Random) -> str:
    """A kind that one might expect: a coupled partner, one of the theme, or any."""
    draw = random.random()
    expected = THEMES[scene.theme].kinds if draw < 0.7 else KINDS
    pool = [kind for kind in expected if kind not in scene.kinds] or [kind for kind in KINDS if kind not in scene.kinds]
    return (absent_partner(scene, random) if draw < 0.35 else None) or random.choice(pool)


def question(scene: Scene, random: Random) -> tuple[str, str]:
    """A question and its true answer; half of the "Is there" questions ask for something absent."""
    group = random.choice(scene.groups)
    form = random.choices(("is there", "how many", "where", "colour"), (0.45, 0.25, 0.2, 0.1 if group.colour else 0))[0]
    if form == "is there" and random.random() < 0.5:
        kind = absent_kind(scene, random)
        return f"Is there {noun_phrase(kind)}?", f"No, there is no {kind}."
    return QUESTIONS[form](group)


def _is_there(group: Group) -> tuple[str, str]:
    verb = "are" if group.count > 1 else "is"
    phrase = noun_phrase(group.kind, group.count, group.colour)
    return f"Is there {noun_phrase(group.kind)}?", f"Yes, there {verb} {phrase} {PLACES[group.place]}."


def _how_many(group: Group) -> tuple[str, str]:
    noun = group.kind if group.count == 1 else KINDS[group.kind].plural
    return (
        f"How many {KINDS[group.kind].plural}?",
        f"There {'is' if group.count == 1 else 'are'} {COUNT_WORDS[group.count]} {noun}.",
    )


def _where(group: Group) -> tuple[str, str]:
    plural = group.count > 1
    noun = KINDS[group.kind].plural if plural else group.kind
    return f"Where {'are' if plural else 'is'} the {noun}?", _position(group)


def _colour(group: Group) -> tuple[str, str]:
    plural = group.count > 1
    noun, verb = (KINDS[group.kind].plural, "are") if plural else (group.kind, "is")
    return f"What colour {verb} the {noun}?", f"The {noun} {verb} {group.colour}."


QUESTIONS = {"is there": _is_there, "how many": _how_many, "where": _where, "colour": _colour}
