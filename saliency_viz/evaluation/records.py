"""Files of records: JSON Lines, a JSON list, or one JSON value, read with sentences for what is wrong with them.

Ignores what the records mean; each scorer names the fields it needs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ..errors import DataError

Record = dict[str, Any]


def read_json(path: str | Path) -> Any:
    """One JSON value. Raises DataError."""
    try:
        return json.loads(_text(path))
    except json.JSONDecodeError as error:
        raise DataError(f"{path} must be JSON. {error.msg} in line {error.lineno}. Mend or export it again.") from error


def read_records(path: str | Path, needs: Sequence[str] = ()) -> list[Record]:
    """Records of a JSON Lines file or of a JSON list, each with the fields of `needs`. Raises DataError."""
    text = _text(path)
    records = read_json(path) if text.lstrip()[:1] == "[" else _lines(path, text)
    for number, record in enumerate(records, start=1):
        if not isinstance(record, dict):
            raise DataError(
                f"Record {number} of {path} must be an object. Got {record!r:.60}. Mend or export it again."
            )
        lacking = [name for name in needs if name not in record]
        if lacking:
            raise DataError(
                f"Record {number} of {path} must have the field {lacking[0]!r}. Got {', '.join(record) or 'none'}. "
                "Rename the field or choose another file."
            )
    return records


def by_key(records: Iterable[Record], key: str, path: str | Path) -> dict[str, Record]:
    """Records by a field that must be unique, as text. Raises DataError."""
    found: dict[str, Record] = {}
    for record in records:
        name = str(record[key])
        if name in found:
            raise DataError(f"{path} must have one record for each {key}. Got two for {name}. Leave one out.")
        found[name] = record
    return found


def image_key(image: Any) -> str:
    """One name for an image: 42, "42" and "COCO_val2014_000000000042.jpg" are the same."""
    name = Path(str(image)).stem if re.search(r"\.\w{3,4}$", str(image)) else str(image)
    number = re.fullmatch(r"(?:.*_)?0*(\d+)", name)
    return number[1] if number and (name.isdigit() or name.startswith("COCO_")) else name


def _lines(path: str | Path, text: str) -> list[Any]:
    records = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            records.append(json.loads(line))
        except json.JSONDecodeError as error:
            raise DataError(
                f"Line {number} of {path} must be JSON ({error.msg}). Got {line!r:.60}. An interrupted run may have "
                "cut it: run it again, or remove the line."
            ) from error
    if not records:
        raise DataError(f"{path} must have at least one record. Got none. Choose another file.")
    return records


def _text(path: str | Path) -> str:
    try:
        return Path(path).expanduser().read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise DataError(f"There is no file {path}. Check the path.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            f"{path} cannot be read as UTF-8 text ({type(error).__name__}). Choose another file."
        ) from error
