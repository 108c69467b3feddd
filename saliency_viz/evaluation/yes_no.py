"""Reading "yes" or "no" out of an answer, in the four ways in use: they disagree, and the choice moves F1 by points.

Each is written after the published evaluation code it is named for, with its oddities. Ignores what was asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """said: "yes", "no", or None where the parser leaves it open; found: whether a word decided, not a default."""

    said: str | None
    found: bool


Parser = Callable[[str, str], Reading]  # (answer, label) to reading


def official(answer: str, label: str) -> Reading:
    """POPE's own: in the first sentence "No", "no" or "not" means no; everything else means yes."""
    words = answer.split(".")[0].replace(",", "").split(" ")
    if {"No", "not", "no"} & set(words):
        return Reading("no", True)
    return Reading("yes", "yes" in (word.lower() for word in words))


def vcd(answer: str, label: str) -> Reading:
    """VCD's: looks only for the right answer, anywhere in the text, also within a word ("no" in "know")."""
    text = answer.lower()
    other = "no" if label == "yes" else "yes"
    return Reading(label if label in text else other, "yes" in text or "no" in text)


def pai(answer: str, label: str) -> Reading:
    """PAI's and OPERA's: "no", "not" or a word ending in "n't" anywhere means no; everything else means yes."""
    words = answer.replace(".", "").replace(",", "").split(" ")
    if {"No", "not", "no", "NO"} & set(words) or any(word.endswith("n't") for word in words):
        return Reading("no", True)
    return Reading("yes", "yes" in (word.lower() for word in words))


def lmms_eval(answer: str, label: str) -> Reading:
    """lmms-eval's: the whole answer must be "yes" or "no"; anything else counts as wrong and is neither."""
    text = answer.lower().strip()
    return Reading(text, True) if text in ("yes", "no") else Reading(None, False)


PARSERS: dict[str, Parser] = {"official": official, "vcd": vcd, "pai": pai, "lmms-eval": lmms_eval}


def mme(answer: str) -> str | None:
    """MME's: the whole answer, else the first four letters hold "yes" or "no"; None else ("other")."""
    text = answer.strip().lower()
    beginning = text if text in ("yes", "no") else text[:4]
    return next((said for said in ("yes", "no") if said in beginning), None)
