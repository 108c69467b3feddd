"""Before Run is pressed: how many tokens the picture and the prompt are, what the run needs, and whether it fits.

Ignores the run itself; the same rules refuse there what is too large (models/memory/budget.py). Nothing is queued
and no model is loaded for it: without one that is ready there is nothing to say.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError

from ...errors import SaliencyVizError
from ...images import WORKING_SIDE
from ..gallery import Gallery
from ..media import frames_of, path_of

KEPT = 64  # shapes of pictures whose tokens are remembered
SIDEWAYS = (5, 6, 7, 8)  # EXIF orientations that turn a picture by a quarter
Shapes = tuple[tuple[int, int], ...]


class Planner:
    """Counts tokens by preparing blank pictures of the same shapes, once per shape and model."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[Any, ...], tuple[int, int, int]] = OrderedDict()
        self._lock = threading.Lock()

    def plan(
        self, key: str, model: Any, shapes: Shapes, video: bool, prompt: str, system: str | None, new_tokens: int
    ) -> dict[str, Any]:
        """{key, values} of the text table; values are sizes and numbers in words. Raises SaliencyVizError."""
        from ...memory import size_text
        from ...models.memory.budget import advice, room

        pictures, around, patches = self._tokens(key, model, shapes, video, system)
        words = len(model.tokenizer(prompt, add_special_tokens=False)["input_ids"])
        found = room(model, pictures + around + words, new_tokens, patches)
        values = {
            "tokens": str(found.prompt_tokens),
            "needed": size_text(found.needed),
            "matrix": size_text(found.matrix),
            "free": "?" if found.free is None else size_text(found.free),
            "advice": "" if found.fits else advice(model, found, pictures, video),
        }
        kind = "plan_fits" if found.matrix_fits else "plan_tight"
        return {"key": kind if found.fits else "plan_too_large", "values": values, "fits": found.fits}

    def _tokens(self, key: str, model: Any, shapes: Shapes, video: bool, system: str | None) -> tuple[int, int, int]:
        """(tokens of the pictures, tokens of the template and the system prompt, patches of the pictures)."""
        known = (key, id(model), shapes, video, system)
        with self._lock:
            if known in self._known:
                self._known.move_to_end(known)
                return self._known[known]
        from ...models.base import Request
        from ...models.memory.vision_memory import patches_in

        # frames that differ: some processors leave out what does not change
        images = tuple(Image.new("RGB", shape, (255 * (index % 2),) * 3) for index, shape in enumerate(shapes))
        prepared = model.family.prepare(model, Request(images, "a", system, (), 1.0 if video else None))
        pictures = sum(span.stop - span.start for span in prepared.spans if span.kind == "image")
        patches = patches_in(model.config, prepared.inputs)
        found = (pictures, len(prepared.prompt_ids) - pictures - 1, patches)
        with self._lock:
            self._known[known] = found
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return found


def shapes_of(value: Mapping[str, Any] | None, gallery: Gallery) -> tuple[Shapes, bool]:
    """Width and height of every picture or frame as the model will be given it, and whether they are a video's; read
    from the files' heads. Nothing when nothing is chosen. Raises ImageError."""
    value = value or {}
    files = value.get("files") or []
    if value.get("kind") == "video" and len(files) == 1:
        return (_frame_shape(path_of(files[0], gallery)),) * frames_of(value.get("frames")), True
    return tuple(_shape(path_of(file, gallery)) for file in files), False


def _shape(path: Path) -> tuple[int, int]:
    try:
        with Image.open(path) as image:
            turned = image.getexif().get(0x0112) in SIDEWAYS
            return _working(*(reversed(image.size) if turned else image.size))
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError):
        return (512, 512)  # what cannot be read is said elsewhere


def _frame_shape(path: Path) -> tuple[int, int]:
    try:
        import av

        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            return _working(stream.codec_context.width, stream.codec_context.height)
    except (ImportError, OSError, ValueError, IndexError):
        return (512, 512)


def _working(width: int, height: int) -> tuple[int, int]:
    scale = min(1.0, WORKING_SIDE / max(width, height, 1))
    return max(1, round(width * scale)), max(1, round(height * scale))


def planned(engine: Any, planner: Planner, gallery: Gallery, asked: Mapping[str, Any]) -> dict[str, Any] | None:
    """The line for these widgets' values: {media, prompt, system, model, new_tokens}; None when nothing can be said."""
    model = engine.pool.peek(asked["model"])
    if model is None or getattr(model, "family", None) is None or engine.is_remote:
        return None
    try:
        shapes, video = shapes_of(asked["media"], gallery)
        prompt, system = str(asked["prompt"] or "").strip(), str(asked["system"] or "").strip() or None
        count = asked["new_tokens"]
        if not shapes or not prompt or not isinstance(count, (int, float)) or isinstance(count, bool) or count < 1:
            return None
        return planner.plan(asked["model"], model, shapes, video, prompt, system, int(count))
    except SaliencyVizError:
        return None  # the run says it
