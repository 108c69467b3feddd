"""What a run asks: one item a picture and question, made from a benchmark's own files.

Ignores models. Items of one picture stand together, so that it is encoded once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import DataError, SettingError
from ..whole_numbers import whole
from .records import Record, by_key, image_key, read_json, read_records

PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".heic")


@dataclass(frozen=True)
class Item:
    """One question about one picture. about: fields that its line carries on; given: a caption to be replayed."""

    id: str
    image: Path
    prompt: str
    about: dict[str, Any] = field(default_factory=dict)
    given: str | None = None


@dataclass(frozen=True)
class Task:
    """A kind of run. text: the field that answers stand in; prompt, tokens: what is asked and how long, if unset."""

    items: Callable[[Source], list[Item]]
    text: str
    prompt: str
    tokens: int
    help: str


@dataclass(frozen=True)
class Source:
    """Where items come from. prompt: what is asked, or with {text} in it what is put around a question."""

    images: Path
    files: tuple[Path, ...] = ()
    prompt: str = ""
    ids: Path | None = None


def read_items(task: str, source: Source, limit: int | None = None) -> list[Item]:
    """Every item of a task, or of its first `limit` pictures. Raises DataError, SettingError."""
    if not source.images.is_dir():
        raise DataError(f"--images must be a folder of pictures. Got {source.images}. Check the path.")
    if bool(source.files) != (task != "chair"):
        raise SettingError(f"The task {task} {'takes no' if source.files else 'needs a'} --items FILE.")
    found = TASKS[task].items(source)
    groups: dict[Path, list[Item]] = {}
    for item in found:
        groups.setdefault(item.image, []).append(item)
    kept = list(groups.values())[: len(groups) if limit is None else whole("limit", limit, 1)]
    if not kept:
        raise DataError(f"{source.images} must hold at least one picture to ask about. Got none.")
    by_key([{"id": item.id} for group in kept for item in group], "id", task)
    return [item for group in kept for item in group]


def _captions(source: Source) -> list[Item]:
    """One item a picture, or a picture of --ids."""
    pictures = _pictures(source.images)
    names = list(pictures) if source.ids is None else _ids(source.ids)
    return [Item(name, _picture(name, pictures, source), source.prompt, {"image_id": name}) for name in names]


def _questions(source: Source) -> list[Item]:
    """POPE's questions, of one file or several; ids are unique within a file only."""
    pictures = _pictures(source.images)
    found = []
    for path in source.files:
        for row in read_records(path, ("question_id", "image", "text")):
            about = {"question_id": row["question_id"], "image": row["image"], "question": row["text"]}
            name = str(row["question_id"]) if len(source.files) == 1 else f"{path.stem}-{row['question_id']}"
            prompt = source.prompt.replace("{text}", row["text"])
            found.append(Item(name, _picture(row["image"], pictures, source), prompt, {**about, "split": path.stem}))
    return found


def _free(source: Source) -> list[Item]:
    """Records of id, image and prompt."""
    pictures = _pictures(source.images)
    rows = [row for path in source.files for row in read_records(path, ("image",))]
    return [
        Item(
            str(row.get("id", place)),
            _picture(row["image"], pictures, source),
            str(row.get("prompt", source.prompt)),
            {"image_id": image_key(row["image"]), **{key: value for key, value in row.items() if key != "prompt"}},
        )
        for place, row in enumerate(rows)
    ]


def _replays(source: Source) -> list[Item]:
    """Captions that are given, as CHAIR takes them."""
    pictures = _pictures(source.images)
    rows = [row for path in source.files for row in read_records(path, ("image_id", "caption"))]
    return [_replay(row, pictures, source) for row in rows]


def _replay(row: Record, pictures: dict[str, Path], source: Source) -> Item:
    name = image_key(row["image_id"])
    return Item(name, _picture(name, pictures, source), source.prompt, {"image_id": name}, str(row["caption"]))


TASKS = {
    "chair": Task(_captions, "caption", "Please describe this image in detail.", 512, "describe every picture"),
    "pope": Task(_questions, "answer", "{text}", 16, "answer POPE's questions (--items: its files)"),
    "jsonl": Task(_free, "answer", "Describe the image.", 128, 'answer records of {"id", "image", "prompt"}'),
    "replay": Task(_replays, "caption", "Please describe this image in detail.", 512, "read given captions again"),
}


def safe_name(item: str) -> str:
    """An item's id as it may stand in a path."""
    return "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in item)


def _pictures(folder: Path) -> dict[str, Path]:
    """The folder's pictures by their one name."""
    return {image_key(path.name): path for path in sorted(folder.iterdir()) if path.suffix.lower() in PICTURES}


def _picture(name: str, pictures: dict[str, Path], source: Source) -> Path:
    """The file of a name; one that is not there is named all the same, and fails when it is read."""
    return pictures.get(image_key(name), source.images / str(name))


def _ids(path: Path) -> Sequence[str]:
    table = read_json(path) if path.suffix == ".json" else read_records(path, ("image_id",))
    names = [row["image_id"] if isinstance(row, dict) else row for row in table]
    return list(dict.fromkeys(image_key(name) for name in names))
