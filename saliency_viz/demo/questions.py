"""Short questions about a scene with their true answers, and follow-ups that refer to what was just said.

Captions are for `grammar`; whether a model's answer is right is for `answers`.
"""

from __future__ import annotations

from random import Random

from .facts import neighbour
from .grammar import absent_kind, first_upper, noun, noun_phrase, phrase, position, pronoun, verb
from .kinds import COUNT_WORDS, KINDS, PLACES
from .world import Group, Scene

FORMS = {"is there": 4, "how many": 2, "where": 4, "is it where": 2, "what is where": 2, "next to": 2, "colour": 2}


def question(scene: Scene, random: Random, form: str | None = None) -> tuple[str, str]:
    """A question and its true answer; half of the "Is there" questions ask for something absent."""
    return dialogue(scene, random, form, follow=False)[0]


def dialogue(scene: Scene, random: Random, form: str | None = None, follow: bool = True) -> list[tuple[str, str]]:
    """A question with its answer and, if wanted and possible, a follow-up that says "it" or "they"."""
    group = random.choice(scene.groups)
    painted = [each for each in scene.groups if each.colour]
    if form is None:
        form = random.choices(tuple(FORMS), [w if f != "colour" or painted else 0 for f, w in FORMS.items()])[0]
    if form == "is there" and random.random() < 0.5:
        kind = absent_kind(scene, random)
        return [(f"Is there {noun_phrase(kind)}?", f"No, there is no {kind}.")]
    if form == "colour":
        group = random.choice(painted) if painted else group
    turns = [ASKED[form](scene, group, random)]
    if follow and form in ("is there", "how many", "where"):
        again = [each for each in FOLLOW_UPS if each != form and (each != "colour" or group.colour)]
        turns.append(FOLLOW_UPS[random.choice(again)](scene, group))
    return turns


def _is_there(scene: Scene, group: Group, random: Random) -> tuple[str, str]:
    return f"Is there {noun_phrase(group.kind)}?", f"Yes, there {verb(group)} {phrase(group)} {PLACES[group.place]}."


def _how_many(scene: Scene, group: Group, random: Random) -> tuple[str, str]:
    asked = f"How many {KINDS[group.kind].plural}{random.choice(('', ' are there'))}?"
    return asked, f"There {verb(group)} {COUNT_WORDS[group.count]} {noun(group)}."


def _where(scene: Scene, group: Group, random: Random) -> tuple[str, str]:
    return f"Where {verb(group)} the {noun(group)}?", position(group)


def _is_it_where(scene: Scene, group: Group, random: Random) -> tuple[str, str]:
    """Half of them true."""
    wrong = [place for place in PLACES if place not in group.places]
    place = group.place if random.random() < 0.5 else random.choice(wrong)
    said = "Yes" if place == group.place else "No"
    answer = f"{said}, {pronoun(group, 'they')} {verb(group)} {PLACES[group.place]}."
    return f"{first_upper(verb(group))} the {noun(group)} {PLACES[place]}?", answer


def _what_is_where(scene: Scene, group: Group, random: Random) -> tuple[str, str]:
    return f"What is {PLACES[group.place]}?", f"{first_upper(PLACES[group.place])} {verb(group)} {phrase(group)}."


def _beside(scene: Scene, group: Group, anchor: str) -> str:
    other = neighbour(scene, group)
    return f"Next to {anchor} {verb(other)} {phrase(other)}." if other else f"Nothing is next to {anchor}."


def _next_to(scene: Scene, group: Group, random: Random) -> tuple[str, str]:
    return f"What is next to the {noun(group)}?", _beside(scene, group, f"the {noun(group)}")


def _colour(scene: Scene, group: Group, random: Random) -> tuple[str, str]:
    if group.colour is None:
        raise ValueError(f"Expected a painted group to ask the colour of. Got {group.kind}.")
    return f"What colour {verb(group)} the {noun(group)}?", f"The {noun(group)} {verb(group)} {group.colour}."


ASKED = {
    "is there": _is_there,
    "how many": _how_many,
    "where": _where,
    "is it where": _is_it_where,
    "what is where": _what_is_where,
    "next to": _next_to,
    "colour": _colour,
}


def _where_again(scene: Scene, group: Group) -> tuple[str, str]:
    subject = pronoun(group, "they")
    return f"Where {verb(group)} {subject}?", f"{first_upper(subject)} {verb(group)} {PLACES[group.place]}."


def _colour_again(scene: Scene, group: Group) -> tuple[str, str]:
    subject = pronoun(group, "they")
    return f"What colour {verb(group)} {subject}?", f"{first_upper(subject)} {verb(group)} {group.colour}."


def _count_again(scene: Scene, group: Group) -> tuple[str, str]:
    return "How many are there?", f"There {verb(group)} {COUNT_WORDS[group.count]} {noun(group)}."


def _next_again(scene: Scene, group: Group) -> tuple[str, str]:
    return f"What is next to {pronoun(group)}?", _beside(scene, group, pronoun(group))


FOLLOW_UPS = {"where": _where_again, "colour": _colour_again, "how many": _count_again, "next to": _next_again}
