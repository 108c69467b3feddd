"""Which objects each picture shows: from a plain table, or from COCO's own annotation files.

Ignores captions that a model wrote.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..errors import DataError
from .chair import Vocabulary
from .records import image_key, read_json

Truth = dict[str, frozenset[str]]


def read_truth(path: str | Path) -> Truth:
    """Classes by image from {"image id": ["object", ...]}. Raises DataError."""
    table = read_json(path)
    if not isinstance(table, dict) or not all(isinstance(kinds, list) for kinds in table.values()):
        raise DataError(
            f'{path} must be an object such as {{"42": ["dog", "car"]}}. Got {type(table).__name__}. For COCO\'s own '
            "files pass --instances and --references."
        )
    return {image_key(image): frozenset(kinds) for image, kinds in table.items()}


def coco_truth(instances: Sequence[str | Path], references: Sequence[str | Path], vocabulary: Vocabulary) -> Truth:
    """What COCO says of each image: its annotated objects, and those its reference captions name. Raises DataError."""
    found: dict[str, set[str]] = {}
    for path in instances:
        table = _coco(path, "annotations", "categories", "images")
        names = {category["id"]: category["name"] for category in table["categories"]}
        found |= {image_key(image["id"]): set() for image in table["images"] if image_key(image["id"]) not in found}
        for annotation in table["annotations"]:
            found.setdefault(image_key(annotation["image_id"]), set()).add(names[annotation["category_id"]])
    for path in references:
        for annotation in _coco(path, "annotations")["annotations"]:
            named = {mention.kind for mention in vocabulary.mentions(annotation["caption"])}
            found.setdefault(image_key(annotation["image_id"]), set()).update(named)
    return {image: frozenset(kinds) for image, kinds in found.items()}


def _coco(path: str | Path, *parts: str) -> Mapping[str, Any]:
    table = read_json(path)
    lacking = [part for part in parts if not isinstance(table, dict) or part not in table]
    if lacking:
        raise DataError(f"{path} must be a COCO annotation file with {', '.join(parts)}. It lacks {lacking[0]}.")
    return table
