"""The example scenes with their ready traces: what is in assets/examples, and a small picture of each.

Ignores who made them (demo/). A scene without its trace can still be captioned; one without its picture is left out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image

from ..errors import TraceError
from ..trace import Trace
from .thumbnails import small

THUMBNAIL = 112  # pixels; shown at half of it


@dataclass(frozen=True)
class Scene:
    """One example. name: also its link and file name. picture, trace, truth: paths; the last two may not exist.
    hallucinates: whether its caption is known to name what is not there."""

    name: str
    title: str
    note: str
    picture: Path
    trace: Path
    truth: Path
    hallucinates: bool = False


class Gallery:
    """The scenes listed in a folder's index.json ({name, title, note, hallucinates} each), in its order."""

    def __init__(self, folder: Path) -> None:
        self.scenes: dict[str, Scene] = {}
        for entry in _index(folder):
            name = str(entry["name"])
            scene = Scene(
                name,
                str(entry.get("title") or name),
                str(entry.get("note") or ""),
                folder / f"{name}.png",
                folder / f"{name}.trace",
                folder / f"{name}.json",
                bool(entry.get("hallucinates")),
            )
            if scene.picture.is_file():
                self.scenes[name] = scene
        self.trace = lru_cache(maxsize=32)(self._trace)

    @property
    def first(self) -> str | None:
        """The scene the empty page shows: the first whose trace has a hallucinated word, else the first trace."""
        there = {name: scene for name, scene in self.scenes.items() if scene.trace.is_file()}
        wrong = (name for name, scene in there.items() if scene.hallucinates and self._invents(name))
        return next(wrong, next(iter(there), None))

    def _invents(self, name: str) -> bool:
        return any(mark.judgement == "hallucinated" for mark in self.trace(name).marks.values())

    def _trace(self, name: str) -> Trace:
        """A scene's ready trace. Raises TraceError when there is none."""
        scene = self.scenes.get(name)
        if scene is None or not scene.trace.is_file():
            raise TraceError(f"There is no ready trace for the example {name!r}. Choose it on the left and press Run.")
        return Trace.load(scene.trace)

    def judged(self, trace: Trace, name: str | None) -> Trace:
        """The trace with the scene's ground truth as marks, where the scene has its JSON beside the picture; it is of
        descriptions, not of answers in a conversation."""
        scene = self.scenes.get(name or "")
        if scene is None or trace.history or not scene.truth.is_file():
            return trace
        from ..demo.marks import marked
        from ..demo.world import Scene as World

        return marked(trace, World.from_json(scene.truth.read_text(encoding="utf-8")))

    def thumbnails(self) -> list[dict[str, str]]:
        """[{name, title, note, src}] with small pictures as data addresses."""
        return [
            {"name": scene.name, "title": scene.title, "note": scene.note, "src": _small(scene.picture)}
            for scene in self.scenes.values()
        ]


def _index(folder: Path) -> list[dict[str, str]]:
    path = folder / "index.json"
    entries = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    return entries if isinstance(entries, list) else entries.get("examples", [])


def _small(path: Path) -> str:
    with Image.open(path) as picture:
        return small(picture, THUMBNAIL)
