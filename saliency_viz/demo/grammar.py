"""The language of the demo world: captions of two to five sentences that list a scene, link back, remark and sum up.

Every text is drawn from a random generator that the caller owns. Questions are for `questions`, reading texts back is
for `truth`.
"""

from __future__ import annotations

from random import Random

from .facts import CLEAR, DIRECTIONS, is_bigger, is_more, relation_holds
from .kinds import COLOURS, COUNT_WORDS, COUPLINGS, KINDS, PLACES, THEMES
from .remarks import REMARKS, inflected
from .world import Group, Scene, Thing

CAPTION_PROMPT = "Describe the image."
OPENERS = {
    "A {theme} with {item}.": 0.5,
    "This is a {theme} with {item}.": 0.25,
    "Here is a {theme} with {item}.": 0.25,
}
MOST_SENTENCES = 5
USUAL = 0.45  # a partner that comes with at least this probability is usual
_SPOTS = {"left": (0.2, 0.5), "right": (0.8, 0.5), "top": (0.5, 0.2), "bottom": (0.5, 0.8), "middle": (0.5, 0.5)}


def article(word: str) -> str:
    return "an" if word[0] in "aeio" or word == "umbrella" else "a"


def noun(group: Group) -> str:
    """ "dog", "dogs"."""
    return KINDS[group.kind].plural if group.count > 1 else group.kind


def noun_phrase(kind: str, count: int = 1, colour: str | None = None) -> str:
    """ "a dog", "an owl", "two red cars"."""
    words = f"{colour} " if colour else ""
    words += KINDS[kind].plural if count > 1 else kind
    return f"{COUNT_WORDS[count] if count > 1 else article(words.split()[0])} {words}"


def phrase(group: Group) -> str:
    return noun_phrase(group.kind, group.count, group.colour)


def verb(group: Group) -> str:
    return "are" if group.count > 1 else "is"


def first_upper(text: str) -> str:
    return text[0].upper() + text[1:]


def pronoun(group: Group, case: str = "it") -> str:
    """ "it" or "them" ("they" if the case is "they")."""
    return "it" if group.count == 1 else "they" if case == "they" else "them"


def caption(scene: Scene, random: Random, noise: float = 0.0, habit: float = 0.0) -> str:
    """A true caption, biggest group first, unless asked to name one absent object after all that is there.

    With probability `habit` that is the partner which a kind in the scene usually has but here lacks, and else with
    probability `noise` any absent kind coupled with one in the scene.
    """
    told = list(scene.groups)
    absent = invented(scene, random, noise, habit)
    if absent:
        told.append(absent)
    opener = random.choices(tuple(OPENERS), tuple(OPENERS.values()))[0]
    sentences = [opener.format(theme=scene.theme, item=_item(told[0], random))]
    existence = _existence(told[1:], scene, told[0], random)
    room = MOST_SENTENCES - 1 - len(existence)
    last = told[0]
    for sentence, groups in existence:
        if room > 1 and random.random() < 0.2:
            sentences.append(remark(last, random))
            room -= 1
            sentence = _plain(groups, random)  # a remark stands between: no pronoun may reach across it
        sentences.append(sentence)
        last = groups[-1]
    wanted = random.choices((0, 1, 2), (0.35, 0.5, 0.15))[0]
    for _ in range(max(1 if len(sentences) == 1 else 0, min(wanted, room, 4 - len(told)))):
        closing = _closing(told, last, scene, random, absent)
        if closing and closing not in sentences:
            sentences.append(closing)
    return " ".join(sentences)


def invented(scene: Scene, random: Random, noise: float, habit: float) -> Group | None:
    """The absent group that a caption names, if any: one thing in any place and colour."""
    kind = missed_partner(scene) if habit and random.random() < habit else None
    if kind is None and random.random() < noise:
        kind = absent_partner(scene, random)
    if kind is None:
        return None
    x, y = _SPOTS[random.choice(tuple(PLACES))]
    return Group(kind, random.choice(tuple(COLOURS)) if KINDS[kind].painted else None, (Thing(x, y, 0.2),))


def _item(group: Group, random: Random) -> str:
    """A group's noun phrase, nearly always with its place."""
    return f"{phrase(group)} {PLACES[group.place]}" if random.random() < 0.95 else phrase(group)


def _existence(groups: list[Group], scene: Scene, before: Group, random: Random) -> list[tuple[str, list[Group]]]:
    """One sentence for each one or two groups, with the groups it names; four or more groups go in pairs."""
    sentences = []
    rest = list(groups)
    while rest:
        pair = len(rest) >= 2 and (len(groups) >= 4 or random.random() < 0.35)
        taken, rest = rest[: 2 if pair else 1], rest[2 if pair else 1 :]
        linked = _linked(taken[0], scene, before, random) if not pair and random.random() < 0.3 else None
        sentences.append((linked or _plain(taken, random), taken))
        before = taken[-1]
    return sentences


def _plain(groups: list[Group], random: Random) -> str:
    """ "There is a dog at the top and a cat on the left.", "A dog is at the top.", "At the top is a dog."."""
    items = [_item(group, random) for group in groups]
    form = random.random() if len(groups) == 1 else 0.0
    if form < 0.6 or " the " not in items[0]:
        return f"There {verb(groups[0])} {' and '.join(items)}."
    group, place = groups[0], PLACES[groups[0].place]
    if form < 0.8:
        return f"{first_upper(phrase(group))} {verb(group)} {place}."
    return f"{first_upper(place)} {verb(group)} {phrase(group)}."


def _linked(group: Group, scene: Scene, before: Group, random: Random) -> str | None:
    """ "Next to it is a dog.": a link to the group named last; None if nothing clear can be said."""
    if group not in scene.groups or before not in scene.groups:
        return None
    true = [name for name in (*DIRECTIONS, "next to") if relation_holds(group, name, before, CLEAR)]
    if not true:
        return None
    anchor = pronoun(before) if random.random() < 0.5 else f"the {noun(before)}"
    return f"{first_upper(random.choice(true))} {anchor} {verb(group)} {phrase(group)}."


def remark(group: Group, random: Random) -> str:
    """ "It gives milk." about the group named last."""
    said = inflected(random.choice(REMARKS[group.kind]), group.count > 1)
    return f"{first_upper(pronoun(group, 'they'))} {said}."


def _closing(told: list[Group], last: Group, scene: Scene, random: Random, absent: Group | None) -> str | None:
    """A remark, a place again, a relation, a comparison or a recap; None if the drawn one cannot be said."""
    real = [group for group in told if group is not absent]
    form = random.choices(("remark", "place", "relation", "size", "number", "recap"), (5, 2, 3, 3, 1, 2))[0]
    if form == "recap" and 2 <= len(told) <= 3:
        return recap(told)
    if form == "place" or len(real) == 1 and form != "remark":
        return position(random.choice(real))
    pairs = [(first, second) for first in real for second in real if first is not second]
    random.shuffle(pairs)
    for first, second in pairs:
        if form == "relation":
            true = [name for name in DIRECTIONS if relation_holds(first, name, second, CLEAR)]
            if true:
                return f"The {noun(first)} {verb(first)} {random.choice(true)} the {noun(second)}."
        elif form == "size" and is_bigger(first, second, CLEAR):
            return f"The {noun(first)} {verb(first)} bigger than the {noun(second)}."
        elif form == "number" and is_more(first, second):
            return f"There are more {KINDS[first.kind].plural} than {KINDS[second.kind].plural}."
    group = random.choice(told)
    return f"The {noun(group)} {inflected(random.choice(REMARKS[group.kind]), group.count > 1)}."


def recap(told: list[Group]) -> str:
    """ "So there is a cow, a dog and two pigs."."""
    phrases = [noun_phrase(group.kind, group.count) for group in told]
    return f"So there {verb(told[0])} {', '.join(phrases[:-1])} and {phrases[-1]}."


def position(group: Group) -> str:
    """ "The dog is on the left."."""
    return f"The {noun(group)} {verb(group)} {PLACES[group.place]}."


def missed_partner(scene: Scene) -> str | None:
    """The first absent kind that usually comes with one in the scene."""
    return next((b for a, b, p in COUPLINGS if p >= USUAL and a in scene.kinds and b not in scene.kinds), None)


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
