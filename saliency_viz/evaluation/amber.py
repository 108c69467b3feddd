"""AMBER: captions and yes-no answers held against annotated objects, attributes and relations (Wang et al. 2023).

Words are the same object when the benchmark's own table of associations says so; the official tool also takes pairs
whose word vectors are closer than 0.8, which `similar` may add. Ignores how answers were made.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import DataError
from .chair import WORD, singular
from .intervals import Statistic, share
from .pope import MEASURES as YES_NO
from .records import Record

Similar = Callable[[str, str], bool]
DIMENSIONS = {
    "existence": ("discriminative-hallucination",),
    "attribute": (
        "discriminative-attribute-state",
        "discriminative-attribute-number",
        "discriminative-attribute-action",
    ),
    "state": ("discriminative-attribute-state",),
    "number": ("discriminative-attribute-number",),
    "action": ("discriminative-attribute-action",),
    "relation": ("discriminative-relation", "relation"),
}
GENERATIVE_COLUMNS = ("captions", "hallucinating", "words", "invented", "truths", "covered", "traps", "fallen")
GENERATIVE: dict[str, Statistic] = {
    "chair": lambda sums: share(sums[..., 3], sums[..., 2]),
    "cover": lambda sums: share(sums[..., 5], sums[..., 4]),
    "hal": lambda sums: share(sums[..., 1], sums[..., 0]),
    "cog": lambda sums: share(sums[..., 7], sums[..., 6]),
}
# AMBER's positive class is "no": the columns of POPE read the other way round
DISCRIMINATIVE: dict[str, Statistic] = {name: YES_NO[name] for name in ("accuracy", "precision", "recall", "f1")}


def exact(word: str, other: str) -> bool:
    """Word vectors left out: only the same word is similar."""
    return word == other


@dataclass(frozen=True)
class Associations:
    """Which words stand for which object. table: the benchmark's relation.json; safe: words that never count."""

    table: Mapping[str, Sequence[str]]
    safe: Collection[str] = ()
    similar: Similar = exact

    def objects_named(self, caption: str) -> list[str]:
        """Words of the caption that the table knows, singular, in order, counted each time."""
        known = set(self.table).union(*self.table.values())
        words = (match[0].lower() for match in WORD.finditer(caption))
        nouns = (word if word in known else singular(word) for word in words)
        return [noun for noun in nouns if noun in known]

    def place(self, word: str, objects: Sequence[str], similar: Similar) -> int | None:
        """Which object the word stands for: as an associated word first, then as the object itself."""
        named = [(other, index) for index, name in enumerate(objects) for other in self.table.get(name, ())]
        named += [(name, index) for index, name in enumerate(objects)]
        return next((index for other, index in named if similar(word, other)), None)


def generative_row(caption: str, truth: Sequence[str], traps: Sequence[str], words: Associations) -> tuple[int, ...]:
    """One caption counted. truth: objects in the picture; traps: objects people tend to imagine in it."""
    named = words.objects_named(caption)
    covered, fallen, invented = set(), set(), 0
    for noun in named:
        if noun in words.safe:
            continue
        right = words.place(noun, truth, exact)
        if right is None:
            for similar in (exact, words.similar):
                fallen.add(words.place(noun, traps, similar))
            right = words.place(noun, truth, words.similar)
        covered.add(right)
        invented += right is None
    covered, fallen = covered - {None}, fallen - {None}
    return (1, invented > 0, len(named), invented, len(truth), len(covered), len(traps), len(fallen))


def answer_row(answer: str, truth: str) -> tuple[int, ...]:
    """One yes-no answer counted in POPE's columns with "no" as positive; anything but "Yes" and "No" is open."""
    said = {"yes": "yes", "no": "no"}.get(answer.strip().rstrip(".").lower())
    outcomes = {("no", "no"): 0, ("no", "yes"): 1, ("yes", "yes"): 2, ("yes", "no"): 3}
    outcome = outcomes.get((said, truth)) if said else None
    lost = 3 if truth == "no" else 4  # an open answer to a "no" is a miss in the official recall
    outcome = lost if outcome is None else outcome
    return (*(int(place == outcome) for place in range(5)), int(said is None))


def rows(answers: Sequence[Record], annotations: Sequence[Record], words: Associations) -> dict[str, np.ndarray]:
    """Counts by part ("generative" and each dimension answered), float64 [items, columns]. Raises DataError."""
    by_id = {annotation["id"]: annotation for annotation in annotations}
    found: dict[str, list[tuple[int, ...]]] = {}
    for answer in answers:
        known = by_id.get(answer["id"])
        if known is None:
            raise DataError(f"Answers must be to AMBER's items 1..{len(by_id)}. Got id {answer['id']!r}.")
        if known["type"] == "generative":
            row = generative_row(answer["response"], known["truth"], known["hallu"], words)
            found.setdefault("generative", []).append(row)
            continue
        row = answer_row(answer["response"], known["truth"])
        for name in ("discriminative", *(name for name, types in DIMENSIONS.items() if known["type"] in types)):
            found.setdefault(name, []).append(row)
    return {name: np.array(part, float) for name, part in found.items()}
