"""Reads captions of the demo world: which objects are named where in the text, what is claimed, and what is true.

Needs no model and no pictures. Works on unfinished and on broken captions too; `is_grammatical` tells which are whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from .facts import RELATIONS, relation_holds
from .grammar import noun_phrase
from .kinds import COLOURS, COUNT_WORDS, KINDS, PLACES, THEMES
from .world import Scene

ASPECTS = ("count", "colour", "place", "relation")


@dataclass(frozen=True)
class Mention:
    """An object named in a text: text[start:end] is the noun. Objects that the text denies ("no dog") are left out."""

    start: int
    end: int
    kind: str
    in_scene: bool


@dataclass(frozen=True)
class Claim:
    """Something said about an object that is in the scene: text[start:end] says it. `aspect` is one of `ASPECTS`."""

    start: int
    end: int
    kind: str
    aspect: str
    stated: str
    right: bool


def mentions(caption: str, scene: Scene) -> list[Mention]:
    """Every object named, in order. Those not `in_scene` are hallucinated."""
    return [
        Mention(*match.span("noun"), kind, kind in scene.kinds)
        for match in _noun_pattern().finditer(caption)
        if not match["no"]
        for kind in (kind_of(match["noun"]),)
    ]


def kind_of(noun: str) -> str:
    """The kind that a noun, singular or plural, names; raises KeyError if there is none."""
    return _kinds_by_noun()[noun.lower()]


def claims(caption: str, scene: Scene) -> list[Claim]:
    """Every count, colour, place and relation stated of an object that is in the scene, in order.

    What is said of absent objects is not judged: their mention is already wrong. "a", "an", "one" state a count of 1.
    """
    found = [*_item_claims(caption, scene), *_definite_claims(caption, scene), *_relation_claims(caption, scene)]
    return sorted(found, key=lambda claim: (claim.start, claim.end))


def is_grammatical(caption: str) -> bool:
    """Whether the text is a whole caption: an opener and one to three sentences, articles and verbs in agreement."""
    return _caption_pattern().fullmatch(caption) is not None


def is_grammatical_answer(answer: str) -> bool:
    """Whether the text is a whole answer to one of the questions of `grammar`."""
    return _answer_pattern().fullmatch(answer) is not None


def stated_theme(caption: str) -> str | None:
    """The theme a caption opens with, or None."""
    match = re.match(rf"(?:A|This is a) ({_either(THEMES)})\b", caption)
    return match[1] if match else None


def _item_claims(caption: str, scene: Scene) -> list[Claim]:
    """From "two red cars on the left"."""
    found = []
    for match in _item_pattern().finditer(caption):
        kind = kind_of(match["noun"])
        group = scene.group(kind)
        if group is None:
            continue
        count = _COUNT_OF_WORD[match["count"].lower()]
        found.append(Claim(*match.span("count"), kind, "count", str(count), count == group.count))
        if match["colour"]:
            right = match["colour"] == group.colour
            found.append(Claim(*match.span("colour"), kind, "colour", match["colour"], right))
        if match["place"]:
            place = _PLACE_OF_PHRASE[match["place"]]
            found.append(Claim(*match.span("place"), kind, "place", place, place in group.places))
    return found


def _definite_claims(caption: str, scene: Scene) -> list[Claim]:
    """From "The dog is on the left." and "The car is red."."""
    found = []
    for match in _definite_pattern().finditer(caption):
        kind = kind_of(match["noun"])
        group = scene.group(kind)
        if group is None:
            continue
        if match["place"]:
            place = _PLACE_OF_PHRASE[match["place"]]
            found.append(Claim(*match.span("place"), kind, "place", place, place in group.places))
        else:
            right = match["colour"] == group.colour
            found.append(Claim(*match.span("colour"), kind, "colour", match["colour"], right))
    return found


def _relation_claims(caption: str, scene: Scene) -> list[Claim]:
    """From "The dog is above the cow."; judged only if both are in the scene."""
    found = []
    for match in _relation_pattern().finditer(caption):
        first, second = scene.group(kind_of(match["first"])), scene.group(kind_of(match["second"]))
        if first and second:
            right = relation_holds(first, match["relation"], second)
            found.append(Claim(*match.span("relation"), first.kind, "relation", match["relation"], right))
    return found


_COUNT_OF_WORD = {word: count for count, word in COUNT_WORDS.items()} | {"a": 1, "an": 1}
_PLACE_OF_PHRASE = {phrase: place for place, phrase in PLACES.items()}


def _either(words) -> str:
    """A pattern that matches any of the words, the longest first ("palm tree" before "tree")."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


@lru_cache(maxsize=1)
def _kinds_by_noun() -> dict[str, str]:
    return {kind.plural: kind.name for kind in KINDS.values()} | {kind: kind for kind in KINDS}


@lru_cache(maxsize=1)
def _noun_pattern() -> re.Pattern[str]:
    return re.compile(rf"\b(?P<no>no )?(?P<noun>{_either(_kinds_by_noun())})\b", re.IGNORECASE)


@lru_cache(maxsize=1)
def _item_pattern() -> re.Pattern[str]:
    return re.compile(
        rf"\b(?P<count>{_either(_COUNT_OF_WORD)}) (?:(?P<colour>{_either(COLOURS)}) )?"
        rf"(?P<noun>{_either(_kinds_by_noun())})\b(?: (?P<place>{_either(PLACES.values())})\b)?",
        re.IGNORECASE,
    )


@lru_cache(maxsize=1)
def _definite_pattern() -> re.Pattern[str]:
    return re.compile(
        rf"\bthe (?P<noun>{_either(_kinds_by_noun())}) (?:is|are) "
        rf"(?:(?P<place>{_either(PLACES.values())})|(?P<colour>{_either(COLOURS)}))\b",
        re.IGNORECASE,
    )


@lru_cache(maxsize=1)
def _relation_pattern() -> re.Pattern[str]:
    nouns = _either(KINDS)
    return re.compile(
        rf"\bthe (?P<first>{nouns}) is (?P<relation>{_either(RELATIONS)}) the (?P<second>{nouns})\b", re.IGNORECASE
    )


def _phrases(counts: tuple[int, ...]) -> str:
    """Every right noun phrase with one of the counts; only painted kinds take a colour."""
    return _either(
        {
            noun_phrase(kind.name, count, colour)
            for kind in KINDS.values()
            for count in counts
            for colour in (None, *(COLOURS if kind.painted else ()))
        }
    )


@lru_cache(maxsize=1)
def _caption_pattern() -> re.Pattern[str]:
    """The grammar of `grammar.caption`; it is regular, so that a pattern recognises exactly its captions."""
    place = f"(?:{_either(PLACES.values())})"
    item = f"(?:{_phrases((1, 2, 3))})(?: {place})?"
    opener = rf"(?:A|This is a) (?:{_either(THEMES)}) with {item}\."
    lead = f"(?:is (?:{_phrases((1,))})|are (?:{_phrases((2, 3))}))(?: {place})?"
    existence = rf"There {lead}(?: and {item})?\."
    relation = rf"The (?:{_either(KINDS)}) is (?:{_either(RELATIONS)}) the (?:{_either(KINDS)})\."
    return re.compile(f"{opener}(?: (?:{existence}|{_position_pattern()}|{relation})){{1,3}}")


def _position_pattern() -> str:
    plurals = _either(kind.plural for kind in KINDS.values())
    return rf"The (?:(?:{_either(KINDS)}) is|(?:{plurals}) are) (?:{_either(PLACES.values())})\."


@lru_cache(maxsize=1)
def _answer_pattern() -> re.Pattern[str]:
    place, plurals = _either(PLACES.values()), _either(kind.plural for kind in KINDS.values())
    singular, plural, painted = _either(KINDS), _phrases((2, 3)), _either(COLOURS)
    return re.compile(
        rf"Yes, there (?:is (?:{_phrases((1,))})|are (?:{plural})) (?:{place})\."
        rf"|No, there is no (?:{singular})\.|There is one (?:{singular})\.|There are (?:{plural})\."
        rf"|The (?:(?:{singular}) is|(?:{plurals}) are) (?:{painted})\.|{_position_pattern()}"
    )
