"""How answers are decoded, by name: "plain", "sgrs", "locore", a decoder of Table 1, or several joined by "+".

"sgrs:alpha=0.3,history=accepted+locore:beta=0.2" sets what the names alone leave at the paper's values. Ignores models.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from ..errors import SettingError
from ..settings import SGRS, Decoding, LocoRE

SYNTAX = "Name it like sgrs, sgrs:alpha=0.3+locore:beta=0.2, or vcd:alpha=1."


@dataclass(frozen=True)
class Method:
    """One way of decoding. name: what was asked for. beta: whether LocoRE's is the model family's own."""

    name: str
    sgrs: SGRS | None = None
    locore: LocoRE | None = None
    decoding: Decoding | None = None
    family_beta: bool = False

    @property
    def file_name(self) -> str:
        """The name as it may stand in a path."""
        return re.sub(r"[^\w.+=-]", "-", self.name)

    def keywords(self, beta: float) -> dict[str, Any]:
        """What `caption` takes. beta: the model family's, for a LocoRE that names none."""
        locore = replace(self.locore, beta=beta) if self.locore and self.family_beta else self.locore
        return {"sgrs": self.sgrs, "locore": locore, "decoding": self.decoding}


def method_of(name: str) -> Method:
    """The method of a name. Raises SettingError."""
    found: dict[str, Any] = {}
    for part in name.split("+"):
        kind, _, text = part.strip().partition(":")
        values = _values(part, text)
        place = kind if kind in ("sgrs", "locore") else "decoding"
        if not kind or (kind == "plain" and ("+" in name or values)) or place in found:
            raise SettingError(f"A decoding must be one of its kind. Got {name!r}. {SYNTAX}")
        if kind != "plain":
            found[place] = _setting(kind, values, name)
    family_beta = "locore" in found and "beta" not in name
    return Method(name, **found, family_beta=family_beta)


def _setting(kind: str, values: Mapping[str, Any], name: str) -> Any:
    if kind not in ("sgrs", "locore"):
        return Decoding(kind, values)
    made = SGRS if kind == "sgrs" else LocoRE
    known = [field.name for field in fields(made)]
    if unknown := [key for key in values if key not in known]:
        raise SettingError(f"{kind} has the settings {', '.join(known)}. Got {unknown[0]!r} in {name!r}. {SYNTAX}")
    return made(**values)


def _values(part: str, text: str) -> dict[str, Any]:
    """ "alpha=0.3,history=accepted,layers=6-8" as keywords."""
    pairs = [piece.partition("=") for piece in text.split(",") if piece.strip()]
    if any(not key.strip() or not sign or not value.strip() for key, sign, value in pairs):
        raise SettingError(f"Settings of a decoding must read name=value. Got {part!r}. {SYNTAX}")
    return {key.strip(): _value(value.strip()) for key, _, value in pairs}


def _value(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(r"\d+-\d+", text):
        first, last = map(int, text.split("-"))
        return tuple(range(first, last + 1))
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text
