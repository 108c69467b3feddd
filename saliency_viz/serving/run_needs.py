"""Before a run: how many tokens pictures and prompt are, what the run needs, and whether it fits.

Ignores the run itself; the same rules refuse there what is too large (models/memory/budget.py).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

from PIL import Image

from ..trace import Picture
from .whole import import_whole

KEPT = 64  # shapes of pictures whose tokens are remembered
Shapes = tuple[tuple[int, int], ...]
Region = tuple[float, float, float, float]


class RunNeeds:
    """Counts tokens by preparing blank pictures of the same shapes, once per shape and model."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[Any, ...], tuple[int, int, int, Region | None]] = OrderedDict()
        self._lock = threading.Lock()

    def line(
        self, key: str, model: Any, shapes: Shapes, video: bool, prompt: str, system: str | None, new_tokens: int
    ) -> dict[str, Any]:
        """{key, values} of the text table; values are sizes and numbers in words; `seen`: what the model sees of a
        single picture, as `seen_part`. Raises SaliencyVizError."""
        from ..memory import size_text

        import_whole()
        from ..models.memory.budget import advice, room

        pictures, around, patches, seen = self._tokens(key, model, shapes, video, system)
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
        return {"key": kind if found.fits else "plan_too_large", "values": values, "fits": found.fits, "seen": seen}

    def _tokens(
        self, key: str, model: Any, shapes: Shapes, video: bool, system: str | None
    ) -> tuple[int, int, int, Region | None]:
        """(tokens of the pictures, tokens of the template and the system prompt, patches of the pictures, what is seen
        of a single one)."""
        known = (key, id(model), shapes, video, system)
        with self._lock:
            if known in self._known:
                self._known.move_to_end(known)
                return self._known[known]
        import_whole()
        from ..models.base import Request
        from ..models.memory.vision_memory import patches_in

        # frames that differ: some processors leave out what does not change
        images = tuple(Image.new("RGB", shape, (255 * (index % 2),) * 3) for index, shape in enumerate(shapes))
        prepared = model.family.prepare(model, Request(images, "a", system, (), 1.0 if video else None))
        pictures = sum(span.stop - span.start for span in prepared.spans if span.kind == "image")
        patches = patches_in(model.config, prepared.inputs)
        found = (pictures, len(prepared.prompt_ids) - pictures - 1, patches, seen_part(prepared.pictures, shapes))
        with self._lock:
            self._known[known] = found
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return found


def seen_part(pictures: tuple[Picture, ...], shapes: Shapes) -> Region | None:
    """(left, top, right, bottom) in shares of a single picture of what the model sees, where that is not all of it."""
    if len(pictures) != 1:
        return None
    (width, height), (left, top, right, bottom) = shapes[0], pictures[0].region
    region = (max(0.0, left / width), max(0.0, top / height), min(1.0, right / width), min(1.0, bottom / height))
    return region if min(region[2] - region[0], region[3] - region[1]) < 0.995 else None
