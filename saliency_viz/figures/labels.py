"""Token texts as labels: short, with white space made visible, and shown literally whatever they contain.

Ignores the page's own HTML (it uses textContent). plotly reads tags, entities and TeX in every text it draws, so
that text goes through `plotly_label`; matplotlib reads TeX, which its texts switch off with `parse_math=False`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

VISIBLE = {"\n": "⏎", "\r": "⏎", "\t": "⇥", "\v": "⏎", "\f": "⏎"}
DIRECTIONAL = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C}


def label(text: str, limit: int = 18) -> str:
    """One line of at most limit characters: no leading space, white space and control characters visible."""
    shown = text.strip(" ") if text.strip(" ") else "␣" * len(text)
    shown = "".join(_visible(character) for character in shown) or "∅"
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def labels(texts: Sequence[str], limit: int = 18) -> list[str]:
    """`label` of every text."""
    return [label(text, limit) for text in texts]


def plotly_text(text: str) -> str:
    """Any text, so that plotly draws it letter by letter: no tag, entity, template or TeX is left in it."""
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("$", "&#36;"), ("%{", "&#37;{")):
        text = text.replace(character, entity)
    return text


def plotly_label(text: str, limit: int = 18) -> str:
    """`label`, safe in any text plotly draws (ticks, titles, hover, annotations)."""
    return plotly_text(label(text, limit))


def _visible(character: str) -> str:
    """Control and direction-changing characters would reorder or break a line: show that they are there."""
    if character in VISIBLE:
        return VISIBLE[character]
    code = ord(character)
    hidden = code in DIRECTIONAL or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
    return "\ufffd" if hidden else character
