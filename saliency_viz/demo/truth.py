"""Reads texts of the demo world: which objects are named where, what is claimed of them, and whether it is true.

Needs no model and no pictures. Works on unfinished and on broken texts too; which are whole is for `sentences`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from .facts import DIRECTIONS, RELATIONS, is_bigger, is_more, relation_holds
from .kinds import COLOURS, COUNT_WORDS, KINDS, PLACES, THEMES
from .world import Group, Scene

ASPECTS = ("count", "colour", "place", "relation", "size", "number")


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


def named_before(text: str, end: int) -> str | None:
    """The kind named last before text[end]: what "it" or "they" there refers to."""
    nouns = [match["noun"] for match in _noun_pattern().finditer(text, 0, end)]
    return kind_of(nouns[-1]) if nouns else None


def claims(caption: str, scene: Scene) -> list[Claim]:
    """Every count, colour, place, relation and comparison stated of objects that are in the scene, in order.

    What is said of absent objects is not judged: their mention is already wrong. "a", "an", "one" state a count of 1;
    "it", "they" and "them" refer to the kind named last.
    """
    readers = (_item_claims, _place_first_claims, _subject_claims, _relation_claims, _link_claims, _comparisons)
    found = [claim for reader in readers for claim in reader(caption, scene)]
    return sorted(found, key=lambda claim: (claim.start, claim.end))


def stated_theme(caption: str) -> str | None:
    """The theme a caption opens with, or None."""
    match = re.match(rf"(?:A|This is a|Here is a) ({either(THEMES)})\b", caption)
    return match[1] if match else None


def _item_claims(caption: str, scene: Scene) -> Iterator[Claim]:
    """From "two red cars on the left" and "Two red cars are on the left"."""
    for match in _item_pattern().finditer(caption):
        kind = kind_of(match["noun"])
        group = scene.group(kind)
        if group is None:
            continue
        count = _COUNT_OF_WORD[match["count"].lower()]
        yield Claim(*match.span("count"), kind, "count", str(count), count == group.count)
        if match["colour"]:
            yield _colour_claim(match, group)
        if match["place"]:
            yield _place_claim(match, group)


def _place_first_claims(caption: str, scene: Scene) -> Iterator[Claim]:
    """The place in "On the left are two red cars"; the rest is an item."""
    for match in _place_first_pattern().finditer(caption):
        group = scene.group(kind_of(match["noun"]))
        if group:
            yield _place_claim(match, group)


def _subject_claims(caption: str, scene: Scene) -> Iterator[Claim]:
    """From "The dog is on the left.", "They are red." and "No, it is at the top."."""
    for match in _subject_pattern().finditer(caption):
        kind = kind_of(match["noun"]) if match["noun"] else named_before(caption, match.start())
        group = scene.group(kind) if kind else None
        if group:
            yield _place_claim(match, group) if match["place"] else _colour_claim(match, group)


def _place_claim(match: re.Match[str], group: Group) -> Claim:
    place = _PLACE_OF_PHRASE[match["place"].lower()]
    return Claim(*match.span("place"), group.kind, "place", place, place in group.places)


def _colour_claim(match: re.Match[str], group: Group) -> Claim:
    return Claim(*match.span("colour"), group.kind, "colour", match["colour"], match["colour"] == group.colour)


def _relation_claims(caption: str, scene: Scene) -> Iterator[Claim]:
    """From "The dog is above the cow."; judged only if both are in the scene."""
    for match in _relation_pattern().finditer(caption):
        first, second = scene.group(kind_of(match["first"])), scene.group(kind_of(match["second"]))
        if first and second:
            right = relation_holds(first, match["relation"], second)
            yield Claim(*match.span("relation"), first.kind, "relation", match["relation"], right)


def _link_claims(caption: str, scene: Scene) -> Iterator[Claim]:
    """From "Next to it is a dog." and "Above the cow are two pigs."; judged only if both are in the scene."""
    for match in _link_pattern().finditer(caption):
        anchor = kind_of(match["anchor"]) if match["anchor"] else named_before(caption, match.start())
        first, second = scene.group(kind_of(match["noun"])), scene.group(anchor) if anchor else None
        if first and second and first is not second:
            relation = match["relation"].lower()
            right = relation_holds(first, relation, second)
            yield Claim(*match.span("relation"), first.kind, "relation", relation, right)


def _comparisons(caption: str, scene: Scene) -> Iterator[Claim]:
    """From "The cow is bigger than the dog." and "There are more pigs than cows."."""
    for aspect, pattern, holds in (("size", _bigger_pattern(), is_bigger), ("number", _more_pattern(), is_more)):
        for match in pattern.finditer(caption):
            first, second = scene.group(kind_of(match["first"])), scene.group(kind_of(match["second"]))
            if first and second:
                yield Claim(*match.span("said"), first.kind, aspect, match["second"], holds(first, second))


_COUNT_OF_WORD = {word: count for count, word in COUNT_WORDS.items()} | {"a": 1, "an": 1}
_PLACE_OF_PHRASE = {phrase: place for place, phrase in PLACES.items()}


def either(words) -> str:
    """A pattern that matches any of the words, the longest first ("palm tree" before "tree")."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


@lru_cache(maxsize=1)
def _kinds_by_noun() -> dict[str, str]:
    return {kind.plural: kind.name for kind in KINDS.values()} | {kind: kind for kind in KINDS}


@lru_cache(maxsize=1)
def nouns() -> str:
    """A pattern for every noun, singular or plural."""
    return either(_kinds_by_noun())


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b{pattern}\b", re.IGNORECASE)


@lru_cache(maxsize=1)
def _noun_pattern() -> re.Pattern[str]:
    return _compiled(rf"(?P<no>no )?(?P<noun>{nouns()})")


@lru_cache(maxsize=1)
def _phrase() -> str:
    return rf"(?P<count>{either(_COUNT_OF_WORD)}) (?:(?P<colour>{either(COLOURS)}) )?(?P<noun>{nouns()})"


@lru_cache(maxsize=1)
def _item_pattern() -> re.Pattern[str]:
    return re.compile(rf"\b{_phrase()}\b(?: (?:is |are )?(?P<place>{either(PLACES.values())})\b)?", re.IGNORECASE)


@lru_cache(maxsize=1)
def _place_first_pattern() -> re.Pattern[str]:
    return _compiled(rf"(?P<place>{either(PLACES.values())}) (?:is|are) {_phrase()}")


@lru_cache(maxsize=1)
def _subject_pattern() -> re.Pattern[str]:
    said = rf"(?:(?P<place>{either(PLACES.values())})|(?P<colour>{either(COLOURS)}))"
    return _compiled(rf"(?:the (?P<noun>{nouns()})|it|they) (?:is|are) {said}")


@lru_cache(maxsize=1)
def _relation_pattern() -> re.Pattern[str]:
    return _compiled(
        rf"the (?P<first>{nouns()}) (?:is|are) (?P<relation>{either(DIRECTIONS)}) the (?P<second>{nouns()})"
    )


@lru_cache(maxsize=1)
def _link_pattern() -> re.Pattern[str]:
    anchor = rf"(?:it|them|the (?P<anchor>{nouns()}))"
    return _compiled(rf"(?P<relation>{either(RELATIONS)}) {anchor} (?:is|are) {_phrase()}")


@lru_cache(maxsize=1)
def _bigger_pattern() -> re.Pattern[str]:
    return _compiled(rf"the (?P<first>{nouns()}) (?:is|are) (?P<said>bigger than) the (?P<second>{nouns()})")


@lru_cache(maxsize=1)
def _more_pattern() -> re.Pattern[str]:
    return _compiled(rf"there are (?P<said>more) (?P<first>{nouns()}) than (?P<second>{nouns()})")
