"""POPE: asked whether an object is in the picture, does the model say yes or no rightly (Li et al. 2023)?

Every answer is read by all four parsers. Ignores how answers were made; several files (random, popular, adversarial)
are scored each, and their mean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ..errors import DataError
from .intervals import Statistic, share
from .records import Record, by_key, image_key, read_records
from .yes_no import PARSERS, Parser

# tp, fp, tn, fn: read as yes or no, yes being positive; open: neither; guessed: no word of the answer decided
COLUMNS = ("tp", "fp", "tn", "fn", "open", "guessed")


def accuracy(sums: np.ndarray) -> np.ndarray:
    """Right answers among all."""
    return share(sums[..., 0] + sums[..., 2], sums[..., :5].sum(-1))


def precision(sums: np.ndarray) -> np.ndarray:
    """Of those read as yes, the right ones."""
    return share(sums[..., 0], sums[..., 0] + sums[..., 1])


def recall(sums: np.ndarray) -> np.ndarray:
    """Of the pictures with the object, those read as yes; answers left open are out, as in lmms-eval."""
    return share(sums[..., 0], sums[..., 0] + sums[..., 3])


def f1(sums: np.ndarray) -> np.ndarray:
    """Harmonic mean of precision and recall."""
    exact, whole = precision(sums), recall(sums)
    return share(2 * exact * whole, exact + whole)


def yes(sums: np.ndarray) -> np.ndarray:
    """Of all answers, those read as yes."""
    return share(sums[..., 0] + sums[..., 1], sums[..., :5].sum(-1))


def unparsed(sums: np.ndarray) -> np.ndarray:
    """Of all answers, those in which the parser found no word that decides."""
    return share(sums[..., 5], sums[..., :5].sum(-1))


MEASURES: dict[str, Statistic] = {
    "accuracy": accuracy,
    "precision": precision,
    "recall": recall,
    "f1": f1,
    "yes": yes,
    "unparsed": unparsed,
}


def row(answer: str, label: str, parser: Parser) -> tuple[int, ...]:
    """One question counted, in the order of COLUMNS."""
    reading = parser(answer, label)
    outcomes = {("yes", "yes"): 0, ("yes", "no"): 1, ("no", "no"): 2, ("no", "yes"): 3}
    outcome = outcomes.get((reading.said, label), 4) if reading.said else 4
    return (*(int(place == outcome) for place in range(5)), int(not reading.found))


def read_answers(questions: str | Path, answers: str | Path, partial: bool = False) -> list[Record]:
    """The questions, each with its answer under "said". partial: leave out those without one. Raises DataError."""
    asked = by_key(read_records(questions, ("question_id", "image", "label")), "question_id", questions)
    given = by_key(read_records(answers, ("question_id",)), "question_id", answers)
    lacking = [name for name in asked if name not in given]
    if lacking and (not partial or len(lacking) == len(asked)):
        raise DataError(
            f"{answers} must answer each of the {len(asked)} questions of {questions}. Got none for {len(lacking)}, "
            f"first {lacking[0]}. Finish the run, or pass --partial to score the others."
        )
    return [
        {**question, "said": _answer(given[name], answers), "label": _label(question, questions)}
        for name, question in asked.items()
        if name in given
    ]


def counts(questions: Sequence[Record], images: Sequence[str]) -> dict[str, np.ndarray]:
    """By parser: what the measures are taken of, float64 [images, columns]."""
    place = {image: index for index, image in enumerate(images)}
    found = {name: np.zeros((len(images), len(COLUMNS))) for name in PARSERS}
    for question in questions:
        for name, parser in PARSERS.items():
            found[name][place[image_key(question["image"])]] += row(question["said"], question["label"], parser)
    return found


def images_of(*questions: Sequence[Record]) -> list[str]:
    """Every image asked about, once, in order."""
    return list(dict.fromkeys(image_key(question["image"]) for asked in questions for question in asked))


def mean_over(splits: int, measure: Statistic) -> Statistic:
    """The measure of sums [..., splits * columns], taken of each split and averaged: how papers report three files."""
    return lambda sums: measure(sums.reshape(*sums.shape[:-1], splits, -1)).mean(-1)


def mean_measures(splits: int) -> Mapping[str, Statistic]:
    """Every measure averaged over splits."""
    return {name: mean_over(splits, measure) for name, measure in MEASURES.items()}


def _answer(record: Record, path: str | Path) -> str:
    for name in ("answer", "text", "response", "caption"):
        if isinstance(record.get(name), str):
            return record[name]
    raise DataError(f'{path} must have a text under "answer". Got {", ".join(record)}. Rename the field.')


def _label(question: Record, path: str | Path) -> str:
    label = str(question["label"]).strip().lower()
    if label not in ("yes", "no"):
        raise DataError(f'Labels of {path} must be "yes" or "no". Got {question["label"]!r}. Choose another file.')
    return label
