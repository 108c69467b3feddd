"""What each scorer says of files, as plain values: numbers, their intervals, and differences to other files.

Ignores flags and printing (`command`); the rules are in `chair`, `pope`, `mme` and `amber`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import DataError
from . import amber, chair, mme, pope
from .intervals import Difference, Interval, differences, estimates
from .records import Record, by_key, image_key, read_json, read_records
from .truth import Truth
from .yes_no import PARSERS

Report = dict[str, Any]


def values(found: Mapping[str, Interval]) -> Report:
    """Numbers by name, and under "intervals" their [low, high]."""
    spans = {name: [one.low, one.high] for name, one in found.items()}
    return {**{name: one.value for name, one in found.items()}, "intervals": spans}


def captions_of(path: str | Path, truth: Truth, partial: bool = False) -> dict[str, str]:
    """Captions by image. partial: leave out those whose image has no truth. Raises DataError."""
    records = [
        {**record, "image_id": image_key(record["image_id"])} for record in read_records(path, ("image_id", "caption"))
    ]
    given = by_key(records, "image_id", path)
    unknown = [image for image in given if image not in truth]
    if unknown and (not partial or len(unknown) == len(given)):
        raise DataError(
            f"The truth must know each of the {len(given)} captioned images of {path}. It lacks {len(unknown)}, first "
            f"{unknown[0]}. Pass the truth of these images, or --partial to leave them out."
        )
    return {image: str(record["caption"]) for image, record in given.items() if image in truth}


def counted(captions: Mapping[str, str], truth: Truth, vocabulary: chair.Vocabulary) -> list[chair.CaptionCount]:
    """Every caption counted."""
    return [chair.count(image, caption, truth[image], vocabulary) for image, caption in captions.items()]


def chair_report(
    found: Sequence[chair.CaptionCount], others: Mapping[str, Sequence[chair.CaptionCount]] = {}
) -> Report:
    """CHAIRs, CHAIRi, recall, length, and against other captions of the same images the paired differences."""
    report = {"images": len(found), **values(estimates(chair.counts(found), chair.MEASURES))}
    if others:
        rows = {name: _aligned(found, other, name) for name, other in others.items()}
        report["differences"] = _plain(differences(chair.counts(found), rows, chair.MEASURES))
    return report


def _aligned(found: Sequence[chair.CaptionCount], other: Sequence[chair.CaptionCount], name: str) -> np.ndarray:
    """Counts of `other` in the order of `found`. Raises DataError unless the images are the same."""
    by_image = {one.image: one for one in other}
    if set(by_image) != {one.image for one in found}:
        raise DataError(
            f"{name} must caption the same {len(found)} images. It has {len(by_image)}, "
            f"{len(set(by_image) & {one.image for one in found})} of them the same. Compare runs over the same images."
        )
    return chair.counts([by_image[one.image] for one in found])


def pope_report(
    splits: Mapping[str, Sequence[Record]], others: Mapping[str, Mapping[str, Sequence[Record]]] = {}
) -> Report:
    """By parser: each measure averaged over splits; each split alone where there are several; paired differences.

    splits: by name of the question file, questions with answers. others: by name of the other run, the same.
    """
    images = pope.images_of(*splits.values())
    tables = {name: pope.counts(asked, images) for name, asked in splits.items()}
    measures = pope.mean_measures(len(splits))
    joined = {parser: np.concatenate([table[parser] for table in tables.values()], axis=1) for parser in PARSERS}
    report: Report = {
        "images": len(images),
        "questions": sum(len(asked) for asked in splits.values()),
        "parsers": {parser: values(estimates(counts, measures)) for parser, counts in joined.items()},
    }
    if len(splits) > 1:
        report["splits"] = {
            split: {parser: values(estimates(counts, pope.MEASURES)) for parser, counts in table.items()}
            for split, table in tables.items()
        }
    if others:
        report["differences"] = _pope_differences(joined, others, images, measures, tuple(splits))
    return report


def _pope_differences(joined, others, images, measures, names) -> Report:
    found: dict[str, dict[str, dict[str, Difference]]] = {}
    for parser, counts in joined.items():
        there = {
            run: np.concatenate([pope.counts(asked[name], images)[parser] for name in names], axis=1)
            for run, asked in others.items()
        }
        found[parser] = differences(counts, there, measures)
    return {parser: _plain(table) for parser, table in found.items()}


def mme_report(folder: str | Path) -> Report:
    """By subtask accuracy, accuracy+ and score (of 200); totals of perception, cognition and the paper's columns."""
    tables = mme.read_folder(folder)
    report: Report = {"subtasks": {name: values(estimates(rows, mme.MEASURES)) for name, rows in tables.items()}}
    for title, names in (("perception", mme.PERCEPTION), ("cognition", mme.COGNITION), ("paper", mme.PAPER)):
        there = [tables[name] for name in names if name in tables]
        if len(there) == len(names):
            report[title] = sum(float(mme.MEASURES["score"](rows.sum(0))) for rows in there)
    return report


def amber_report(answers: Sequence[Record], annotations: Sequence[Record], words: amber.Associations) -> Report:
    """Generative CHAIR, Cover, Hal, Cog, and accuracy, precision, recall, F1 of each answered dimension; shares."""
    parts = amber.rows(answers, annotations, words)
    report: Report = {}
    for name, rows in parts.items():
        measures = amber.GENERATIVE if name == "generative" else amber.DISCRIMINATIVE
        report[name] = {"items": len(rows), **values(estimates(rows, measures))}
    judged = "the table of associations" if words.similar is amber.exact else "associations and word vectors"
    return {"similarity": judged, **report}


def read_vocabulary(path: str | Path | None) -> chair.Vocabulary:
    """CHAIR's own list where its file is given, else ours. Raises DataError."""
    if path is None:
        return chair.Vocabulary()
    from .coco import synonyms_of

    try:
        return chair.Vocabulary(synonyms_of(Path(path).expanduser().read_text(encoding="utf-8")))
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}). Choose CHAIR's synonyms.txt.") from error


def read_associations(relation: str | Path, safe: str | Path | None, similar: amber.Similar) -> amber.Associations:
    """AMBER's relation.json and, where given, its safe_words.txt."""
    never = Path(safe).expanduser().read_text(encoding="utf-8").splitlines() if safe else ()
    return amber.Associations(read_json(relation), frozenset(never), similar)


def _plain(table: Mapping[str, Mapping[str, Difference]]) -> Report:
    return {run: {name: asdict(one) for name, one in row.items()} for run, row in table.items()}
