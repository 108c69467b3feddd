"""Recognises the sentences of the demo world's grammar, and whether each makes sense after those before it.

Whether what they say is true of a scene is for `truth`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from .facts import DIRECTIONS, RELATIONS
from .grammar import MOST_SENTENCES, first_upper, noun_phrase
from .kinds import COLOURS, COUNT_WORDS, KINDS, PLACES, THEMES
from .remarks import REMARKS, inflected
from .truth import either, kind_of, nouns

ANY = None  # a noun whose number its sentence leaves open


@dataclass(frozen=True)
class Parsed:
    """A sentence of the grammar: the kinds it introduces and refers to, each with whether it is plural.

    `pronoun`: whether it says "they" or "them" (True), "it" (False) or neither (None); `remark`: what it remarks.
    """

    form: str
    introduced: Sequence[tuple[str, bool]] = field(default_factory=list)
    referred: Sequence[tuple[str, bool | None]] = field(default_factory=list)
    pronoun: bool | None = None
    remark: str | None = None


@dataclass
class Told:
    """What a caption has said so far: the kinds it named, whether in the plural, and the last of them."""

    plural: dict[str, bool] = field(default_factory=dict)
    last: str | None = None

    def knows(self, kind: str, plural: bool | None) -> bool:
        return kind in self.plural and plural in (ANY, self.plural[kind])

    def add(self, parsed: Parsed) -> None:
        """In the order of naming: a link names its anchor before what it introduces."""
        for kind, plural in (*parsed.referred, *parsed.introduced):
            self.plural.setdefault(kind, bool(plural))
            self.last = kind


def is_grammatical(caption: str) -> bool:
    """Whether the text is a whole caption: an opener and one to four sentences, articles and verbs in agreement."""
    sentences = split(caption)
    forms = [parsed.form if parsed else None for parsed in map(parse, sentences)]
    whole = " ".join(sentences) == caption and 2 <= len(forms) <= MOST_SENTENCES
    return whole and forms[0] == "opener" and not {None, "opener"} & set(forms[1:])


def sane_sentences(caption: str) -> list[bool]:
    """For each sentence, whether it is grammatical and fits what was said before it.

    It may not introduce a kind again, refer to one that was not named or was named in another number, nor remark on
    a kind what is said of another.
    """
    told, sane = Told(), []
    for number, sentence in enumerate(split(caption)):
        parsed = parse(sentence)
        sane.append(parsed is not None and (parsed.form == "opener") == (number == 0) and _fits(parsed, told))
        if parsed:
            told.add(parsed)
    return sane


def _fits(parsed: Parsed, told: Told) -> bool:
    new = [kind for kind, _ in parsed.introduced]
    old = [kind for kind, _ in parsed.referred]
    if len({*new, *old}) < len(new) + len(old) or set(new) & told.plural.keys():
        return False
    if not all(told.knows(kind, plural) for kind, plural in parsed.referred):
        return False
    if parsed.pronoun is not None and (told.last is None or told.plural[told.last] != parsed.pronoun):
        return False
    if parsed.remark is None:
        return True
    kind = old[0] if old else told.last
    assert kind is not None  # a remark without a pronoun names its subject
    return parsed.remark in {inflected(remark, told.plural[kind]) for remark in REMARKS[kind]}


def split(text: str) -> list[str]:
    """The text's sentences, full stops included; a rest without one counts as a sentence."""
    return [part.strip() for part in re.findall(r"[^.]+\.?", text) if part.strip()]


def parse(sentence: str) -> Parsed | None:
    """The sentence as one of the grammar's forms, or None."""
    for form, pattern in _forms().items():
        match = pattern.fullmatch(sentence)
        if match:
            return _parsed(form, sentence, match.groupdict())
    return None


def _parsed(form: str, sentence: str, groups: dict[str, Any]) -> Parsed:
    phrases = [(kind_of(m["noun"]), m["count"].lower() in ("two", "three")) for m in _phrase().finditer(sentence)]
    if form == "recap":
        return Parsed(form, referred=phrases)
    if form == "number":
        return Parsed(form, referred=[(kind_of(groups[name]), ANY) for name in ("first", "second")])
    verb = re.search(r"\b(is|are)\b", sentence)
    subject = [(kind_of(groups["subject"]), _is_plural(groups["subject"], verb))] if groups.get("subject") else []
    anchor = [(kind_of(groups["anchor"]), _is_plural(groups["anchor"], None))] if groups.get("anchor") else []
    pronoun = groups["pronoun"].lower() in ("they", "them") if groups.get("pronoun") else None
    return Parsed(form, phrases, subject + anchor, pronoun, groups.get("remark"))


def _is_plural(noun: str, verb: re.Match[str] | None) -> bool | None:
    """By its ending; for one like fish, by its verb, if there is one."""
    kind = KINDS[kind_of(noun)]
    if kind.plural != kind.name:
        return noun.lower() == kind.plural
    return verb[1] == "are" if verb else ANY


@lru_cache(maxsize=1)
def _phrase() -> re.Pattern[str]:
    counts, colours = either({"a", "an", *COUNT_WORDS.values()}), either(COLOURS)
    return re.compile(rf"\b(?P<count>{counts}) (?:(?:{colours}) )?(?P<noun>{nouns()})\b", re.IGNORECASE)


def _phrases(counts: tuple[int, ...], at_start: bool = False) -> str:
    """Every right noun phrase with one of the counts; only painted kinds take a colour."""
    phrases = {
        noun_phrase(kind.name, count, colour)
        for kind in KINDS.values()
        for count in counts
        for colour in (None, *(COLOURS if kind.painted else ()))
    }
    return either(map(first_upper, phrases) if at_start else phrases)


@lru_cache(maxsize=1)
def _forms() -> dict[str, re.Pattern[str]]:
    """The forms of `grammar.caption`'s sentences; the grammar is regular, so that patterns recognise exactly them."""
    place, anything = either(PLACES.values()), _phrases((1, 2, 3))
    one, many, item = _phrases((1,)), _phrases((2, 3)), rf"(?:{anything})(?: (?:{place}))?"
    lead = rf"(?:is (?:{one})|are (?:{many}))"
    singular, plural = either(KINDS), either(kind.plural for kind in KINDS.values())
    the = rf"The (?P<subject>(?:{singular})(?= is)|(?:{plural})(?= are)) (?:is|are)"
    anchor = rf"the (?P<anchor>{nouns()})"
    thirds, bases = (either({inflected(r, p) for rs in REMARKS.values() for r in rs}) for p in (False, True))
    forms = {
        "opener": rf"(?:A|This is a|Here is a) (?:{either(THEMES)}) with {item}\.",
        "existence": rf"There {lead}(?: (?:{place}))?(?: and {item})?\.",
        "subject": rf"(?:(?:{_phrases((1,), True)}) is|(?:{_phrases((2, 3), True)}) are) (?:{place})\.",
        "place first": rf"(?:{either(map(first_upper, PLACES.values()))}) {lead}\.",
        "link": rf"(?:{either(map(first_upper, RELATIONS))}) (?:(?P<pronoun>it|them)|{anchor}) {lead}\.",
        "recap": rf"So there {lead}(?:, (?:{anything}))* and (?:{anything})\.",
        "place": rf"{the} (?:{place})\.",
        "relation": rf"{the} (?:{either(DIRECTIONS)}) {anchor}\.",
        "size": rf"{the} bigger than {anchor}\.",
        "number": rf"There are more (?P<first>{plural}) than (?P<second>{plural})\.",
        "remark": rf"(?:(?P<pronoun>It)|The (?P<subject>{singular})) (?P<remark>{thirds})\.",
        "remark on several": rf"(?:(?P<pronoun>They)|The (?P<subject>{plural})) (?P<remark>{bases})\.",
    }
    return {form: re.compile(pattern) for form, pattern in forms.items()}


def is_grammatical_answer(answer: str) -> bool:
    """Whether the text is a whole answer to one of the questions of `questions`."""
    return _answer_pattern().fullmatch(answer) is not None


@lru_cache(maxsize=1)
def _answer_pattern() -> re.Pattern[str]:
    place, colours, one, many = either(PLACES.values()), either(COLOURS), _phrases((1,)), _phrases((2, 3))
    singular, plurals = either(KINDS), either(kind.plural for kind in KINDS.values())
    lead = rf"(?:is (?:{one})|are (?:{many}))"
    subject = rf"(?:The (?:(?:{singular}) is|(?:{plurals}) are)|It is|They are)"
    beside = rf"(?:it|them|the (?:{nouns()}))"
    answers = (
        rf"Yes, there {lead} (?:{place})\.",
        rf"No, there is no (?:{singular})\.",
        rf"There (?:is one (?:{singular})|are (?:two|three) (?:{plurals}))\.",
        rf"{subject} (?:{place}|{colours})\.",
        rf"(?:Yes|No), (?:it is|they are) (?:{place})\.",
        rf"(?:{either(map(first_upper, PLACES.values()))}) {lead}\.",
        rf"Next to {beside} {lead}\.",
        rf"Nothing is next to {beside}\.",
    )
    return re.compile("|".join(answers))
