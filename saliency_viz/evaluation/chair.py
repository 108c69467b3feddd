"""CHAIR: how many of the objects a caption names are not in the picture (Rohrbach et al. 2018).

Reads text and truth only. The rules are the published ones: singular words, phrases before words, a young or grown
animal is no person, a passenger train is no person, and a toilet's seat is no chair.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np

from .coco import NO_OBJECT, QUALIFIED, TOILET_SEAT, synonyms
from .intervals import Interval, estimates, share

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
LONGEST = 3  # words of a phrase


@dataclass(frozen=True)
class ObjectMention:
    """An object that a text names: text[start:stop] is the word or phrase, kind the class it stands for."""

    start: int
    stop: int
    kind: str


@dataclass(frozen=True)
class Vocabulary:
    """Which words name which class. words: class by word or phrase, singular, lower case."""

    words: Mapping[str, str] = field(default_factory=synonyms)

    @cached_property
    def phrases(self) -> dict[str, str | None]:
        """Phrases of two words and more: the class, or None where they name no object."""
        qualified = {phrase: self.words.get(noun) for phrase, noun in QUALIFIED.items()}
        several = {word: kind for word, kind in self.words.items() if " " in word}
        several |= {" ".join(map(self._singular, word.split())): kind for word, kind in several.items()}
        return {**several, **qualified, **dict.fromkeys(NO_OBJECT), TOILET_SEAT: self.words.get("toilet")}

    def mentions(self, caption: str) -> list[ObjectMention]:
        """Every object named, in order, counted each time."""
        spans = [match.span() for match in WORD.finditer(caption)]
        nouns = [self._singular(caption[start:stop].lower()) for start, stop in spans]
        found, place = [], 0
        while place < len(nouns):
            length, kind = self._longest(nouns, place)
            found.append((ObjectMention(spans[place][0], spans[place + length - 1][1], kind or ""), nouns[place]))
            place += length
        said = {noun for mention, noun in found}
        seats = "seat" if "toilet" in said else None
        return [mention for mention, noun in found if mention.kind and noun != seats]

    def _longest(self, nouns: Sequence[str], place: int) -> tuple[int, str | None]:
        """How many words from here on are one phrase, and the class they name."""
        for length in range(min(LONGEST, len(nouns) - place), 1, -1):
            phrase = " ".join(nouns[place : place + length])
            if phrase in self.phrases:
                return length, self.phrases[phrase]
        return 1, self.words.get(nouns[place])

    def _singular(self, word: str) -> str:
        return word if word in self.words else singular(word)


@lru_cache(maxsize=1)
def _inflector():
    """inflect 7 without typeguard's checks of its arguments: to add them, its source is read, rewritten and compiled
    for each of its methods, two seconds at every start."""
    import typeguard

    checked, typeguard.typechecked = typeguard.typechecked, lambda function: function
    try:
        import inflect
    finally:
        typeguard.typechecked = checked
    return inflect.engine()


@lru_cache(maxsize=100_000)
def singular(word: str) -> str:
    """A noun in the singular; other words as they are, or mangled where they look like plurals."""
    return _inflector().singular_noun(word) or word if word.endswith(("s", "n", "e", "i", "a")) else word


@dataclass(frozen=True)
class CaptionCount:
    """One caption counted. kinds: of the picture, seen: those of them named; words: its length."""

    image: str
    mentions: tuple[ObjectMention, ...]
    invented: tuple[bool, ...]
    kinds: int
    seen: int
    words: int

    @property
    def row(self) -> tuple[int, ...]:
        """In the order of COLUMNS."""
        return (1, any(self.invented), len(self.mentions), sum(self.invented), self.kinds, self.seen, self.words)


COLUMNS = ("captions", "inventing", "mentions", "invented", "kinds", "seen", "words")
MEASURES = {
    "chair_s": lambda sums: share(sums[..., 1], sums[..., 0]),
    "chair_i": lambda sums: share(sums[..., 3], sums[..., 2]),
    "recall": lambda sums: share(sums[..., 5], sums[..., 4]),
    "length": lambda sums: share(sums[..., 6], sums[..., 0]),
}


def count(image: str, caption: str, truth: Iterable[str], vocabulary: Vocabulary) -> CaptionCount:
    """One caption against the classes that its picture shows."""
    kinds = frozenset(truth)
    found = tuple(vocabulary.mentions(caption))
    named = {mention.kind for mention in found}
    invented = tuple(mention.kind not in kinds for mention in found)
    return CaptionCount(image, found, invented, len(kinds), len(named & kinds), len(caption.split()))


def counts(found: Sequence[CaptionCount]) -> np.ndarray:
    """What the measures are taken of, float64 [captions, columns]."""
    return np.array([one.row for one in found], float)


def chair(captions: Mapping[str, str], truth: Mapping[str, Iterable[str]]) -> dict[str, Interval]:
    """CHAIRs, CHAIRi, recall (shares) and mean length (words) of captions by image, with intervals over images."""
    vocabulary = Vocabulary()
    return estimates(
        counts([count(image, caption, truth[image], vocabulary) for image, caption in captions.items()]), MEASURES
    )
