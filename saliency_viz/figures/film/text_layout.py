"""Text on pixels: any letters, from whichever font of this machine has them, in lines that fit a width.

Ignores what is written: a token is plain text, and control characters are drawn as signs (`labels`). Letters are
placed one after another from the left, so that lines never change while a caption grows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from matplotlib import font_manager
from PIL import ImageDraw, ImageFont

from ..labels import label
from ..paper.style import INK, fonts

BREAKS = "\n\r\v\f"
WIDE = 0x2E7F  # from here on East Asian letters, between which a line may break


Placed = tuple[int, str, int, float]  # token, letter, line, pixels from the line's start


@dataclass(frozen=True)
class Run:
    """Letters of one token on one line in one font. left: pixels from the line's start; width: pixels."""

    token: int
    line: int
    left: float
    width: float
    text: str
    face: int


def lines_of(texts: Sequence[str], width: float, size: int) -> list[Run]:
    """Tokens, laid out in lines at most width pixels long; a line breaks before a space, else within a long word."""
    placed: list[Placed] = []
    line, left = 0, 0.0
    for word in _words(texts):
        if left and left + sum(_advance(letter, size) for _, letter in word) > width:
            line, left = line + 1, 0.0
        for token, letter in word:
            step = _advance(letter, size) if letter != " " or left else 0.0  # no space at the start of a line
            if left and left + step > width:
                line, left = line + 1, 0.0
            placed.append((token, letter, line, left))
            left += step
            if letter in BREAKS:
                line, left = line + 1, 0.0
    return _runs(placed, size)


def write(
    draw: ImageDraw.ImageDraw,
    at: tuple[float, float],
    text: str,
    size: int,
    color: str = INK,
    width: float = float("inf"),
) -> float:
    """One line of text whose top left corner is at; cut with … where it is longer than width. Returns its width."""
    if length(text, size) > width:
        while text and length(text + "…", size) > width:
            text = text[:-1]
        text += "…"
    placed, left = [], 0.0
    for letter in text:
        placed.append((0, letter, 0, left))
        left += _advance(letter, size)
    for run in _runs(placed, size):
        draw_run(draw, at, run, size, color)
    return left


def draw_run(draw: ImageDraw.ImageDraw, at: tuple[float, float], run: Run, size: int, color: str = INK) -> None:
    """Draw a run of a line whose top left corner is at; every font stands on the first one's base line."""
    base = at[1] + _face(0, size).getmetrics()[0]
    draw.text((at[0] + run.left, base), run.text, font=_face(run.face, size), fill=color, anchor="ls")


def length(text: str, size: int) -> float:
    """Pixels a text takes on one line."""
    return sum(_advance(letter, size) for letter in text)


def line_height(size: int) -> int:
    """Pixels from one line to the next."""
    return round(size * 1.45)


def _words(texts: Sequence[str]) -> list[list[tuple[int, str]]]:
    """(token, letter) of all texts, cut where a line may break."""
    words: list[list[tuple[int, str]]] = [[]]
    for token, text in enumerate(texts):
        for letter in text:
            before = words[-1][-1][1] if words[-1] else ""
            if (letter == " " and before != " ") or ord(letter) > WIDE or (before and before in BREAKS):
                words.append([])
            words[-1].append((token, letter))
    return words


def _runs(placed: Sequence[Placed], size: int) -> list[Run]:
    """Neighbours of one token, line and font together; spaces only keep their room."""
    runs: list[Run] = []
    for token, letter, line, left in placed:
        if letter == " ":
            continue
        text, face, right = _sign(letter), _face_of(letter), left + _advance(letter, size)
        last = runs[-1] if runs else None
        same = last is not None and (last.token, last.line, last.face) == (token, line, face)
        if last is not None and same and abs(last.left + last.width - left) < 0.01:
            runs[-1] = Run(token, line, last.left, right - last.left, last.text + text, face)
        else:
            runs.append(Run(token, line, left, right - left, text, face))
    return runs


def _sign(letter: str) -> str:
    return letter if letter == " " else label(letter)


@cache
def _advance(letter: str, size: int) -> float:
    return _face(_face_of(letter), size).getlength(_sign(letter))


@cache
def _face_of(letter: str) -> int:
    """Index of the first font that has a letter; the first font's empty box stands for a letter none has."""
    codes = [ord(part) for part in _sign(letter)]
    return next((face for face in range(len(fonts())) if all(code in _known(face) for code in codes)), 0)


@cache
def _known(face: int) -> frozenset[int]:
    return frozenset(font_manager.get_font(_path(face)).get_charmap())


@cache
def _face(face: int, size: int) -> ImageFont.FreeTypeFont:
    path = _path(face)
    # BASIC: the same lines with and without the optional shaping library.
    return ImageFont.truetype(str(path), size, getattr(path, "face_index", 0), layout_engine=ImageFont.Layout.BASIC)


def _path(face: int) -> str:
    return font_manager.findfont(fonts()[face])
