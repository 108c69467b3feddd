"""A model as it is asked for: its name, how small its weights, which adapter; and one word that says all three.

Ignores whether it is offered or there. The word is what the page keeps and what every handler is given.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ..errors import ModelError
from ..trace import ModelInfo

MARK = "::"
QUANTIZATIONS = ("4bit", "8bit")
ADAPTED = " + adapter "  # between the number type and the adapter's name, as a trace says them
SMALL = re.compile(r"\S+ \(?([48]bit)(?: weights\))?")  # "(4bit weights, as stored)" are the checkpoint's own


@dataclass(frozen=True)
class ModelKey:
    """name: demo, a hub id or a directory. quantization: "4bit", "8bit" or None. adapter: of LoRA, as a name."""

    name: str
    quantization: str | None = None
    adapter: str | None = None

    @property
    def key(self) -> str:
        """The word: NAME, NAME::4bit, NAME::4bit::ADAPTER or NAME::::ADAPTER."""
        parts = (self.name, self.quantization or "", self.adapter or "")
        return MARK.join(parts).rstrip(":") if not self.adapter else MARK.join(parts)

    @staticmethod
    def of(model: ModelInfo) -> ModelKey:
        """What was asked for to get a trace's model; a directory goes by its last part."""
        kind, _, adapter = model.dtype.partition(ADAPTED)
        small = SMALL.fullmatch(kind)
        return ModelKey(model.name, small[1] if small else None, adapter or None)

    @staticmethod
    def read(key: str) -> ModelKey:
        """The model of a word. Raises ModelError."""
        name, _, rest = str(key).strip().partition(MARK)
        quantization, _, adapter = rest.partition(MARK)
        if quantization and quantization not in QUANTIZATIONS:
            raise ModelError(f"Weights can be whole, 4bit or 8bit. Got {quantization!r}. Choose one of these.")
        return ModelKey(name.strip(), quantization or None, adapter.strip() or None)

    @property
    def label(self) -> str:
        """For people; a directory by its last part, since its place on this server is nobody's business."""
        return " + ".join([_short(self.name), *([_short(self.adapter)] if self.adapter else [])])

    @property
    def words(self) -> str:
        """The label and how small the weights are."""
        return ", ".join(filter(None, (self.label, self.quantization)))

    def made(self, model: ModelInfo) -> bool:
        """Whether this model is the one a trace was made by."""
        theirs = ModelKey.of(model)
        same = theirs.quantization == self.quantization and (theirs.adapter is None) == (self.adapter is None)
        return same and _goes_by(self.name, theirs.name) and _goes_by(self.adapter or "", theirs.adapter or "")


def _goes_by(name: str, other: str) -> bool:
    return other in (name, Path(name).name)


def _short(name: str) -> str:
    return Path(name).name if Path(name).is_absolute() else name
