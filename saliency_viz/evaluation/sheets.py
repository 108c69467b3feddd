"""A report as a PDF of A4 sheets: text, tables and figures in one column, numbered, for a paper's appendix.

Ignores what the sections say. A heading stays with what follows, a caption with its figure, and a table that does not
fit goes on under its head on the next sheet. Lengths are inches, from a sheet's upper left corner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

import matplotlib
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.textpath import text_to_path

from ..figures.paper.style import FAINT, INK, Drawing, pdf_font_type, style
from .report_tag import ReportAbout
from .sections import Rows, Section, blocks, numbered

WIDTH, HEIGHT = 8.27, 11.69  # A4
SIDE, TOP, BOTTOM = 0.85, 0.8, 0.95
INNER = WIDTH - 2 * SIDE
GAP = 0.16  # between two columns of a table, and two figures
FEW = 3  # rows of a table that stand together
WHOLE = 3.2  # a table no higher than that is not divided


@dataclass(frozen=True)
class Face:
    """size: points; lead: inches from line to line."""

    size: float
    lead: float
    weight: str = "normal"
    color: str = INK

    def width(self, text: str) -> float:
        """Inches of a line."""
        return _width(text, self.size, self.weight, tuple(matplotlib.rcParams["font.family"]))

    def wrapped(self, text: str, width: float) -> list[str]:
        """Lines no wider than that; a word that is wider alone is broken."""
        if self.width(text) <= width + 1e-6:
            return [text]
        lines = [""]
        for word in text.split(" "):
            longer = f"{lines[-1]} {word}" if lines[-1] else word
            if self.width(longer) <= width + 1e-6:
                lines[-1] = longer
                continue
            *full, word = self._broken(word, width)
            lines += [*full, word]
        return [line for line in lines if line] or [""]

    def _broken(self, word: str, width: float) -> list[str]:
        parts = [""]
        for letter in word:
            if parts[-1] and self.width(parts[-1] + letter) > width:
                parts.append("")
            parts[-1] += letter
        return parts


@lru_cache(maxsize=10_000)  # cells say the same again and again, and a sheet's lines are measured more than once
def _width(text: str, size: float, weight: str, family: tuple[str, ...]) -> float:
    properties = FontProperties(family=family, size=size, weight=weight)
    return text_to_path.get_text_width_height_descent(text, properties, ismath=False)[0] / 72


TITLE, HEAD, SUBHEAD = Face(17, 0.32, "bold"), Face(11, 0.23, "bold"), Face(8.5, 0.19, "bold")
TEXT, FINDING, CAPTION = Face(8.5, 0.175), Face(8.5, 0.175, "bold"), Face(7.5, 0.15, color=FAINT)
CELL, CELL_HEAD = Face(7, 0.142), Face(7, 0.142, "bold")


class Sheets:
    """Sheets that are filled from above. top: where the next line begins on the last one."""

    def __init__(self) -> None:
        self.all: list[Figure] = []
        self.turn()

    def turn(self) -> None:
        """Begin a new sheet."""
        self.all.append(Figure((WIDTH, HEIGHT)))
        self.top = TOP

    def need(self, height: float) -> None:
        """Begin a new sheet unless there is room for so much."""
        if self.top + height > HEIGHT - BOTTOM and self.top > TOP:
            self.turn()

    def skip(self, height: float) -> None:
        """Room above what comes; none at the head of a sheet."""
        self.top += height if self.top > TOP else 0

    def put(self, text: str, face: Face, left: float = SIDE, top: float | None = None, page: int = -1, **how) -> None:
        """One line, its upper edge at `top`."""
        base = (self.top if top is None else top) + 0.5 * face.lead + 0.36 * face.size / 72
        at = (left / WIDTH, 1 - base / HEIGHT)
        font = {"fontsize": face.size, "fontweight": face.weight, "color": face.color}
        self.all[page].text(*at, text, va="baseline", parse_math=False, **font, **how)

    def rule(self, width: float, weight: float) -> None:
        """A line across a table."""
        ends, height = [SIDE / WIDTH, (SIDE + width) / WIDTH], 1 - self.top / HEIGHT
        self.all[-1].add_artist(Line2D(ends, [height, height], color=INK, linewidth=weight))

    def lines(self, text: str, face: Face) -> None:
        """A paragraph, whole on one sheet."""
        lines = face.wrapped(text, INNER)
        self.need(len(lines) * face.lead)
        for line in lines:
            self.put(line, face)
            self.top += face.lead


# ---- tables ----------------------------------------------------------------------------------------------------------


def _columns(rows: Rows) -> list[float]:
    """Widths: what the cells need, the widest cut down until all fit beside each other."""
    faces = [CELL_HEAD, *[CELL] * (len(rows) - 1)]
    need = [max(face.width(row[place]) for face, row in zip(faces, rows, strict=True)) for place in range(len(rows[0]))]
    room, cap = INNER - GAP * (len(need) - 1), max(need)
    while sum(min(one, cap) for one in need) > room:
        cap *= 0.98
    return [min(one, cap) for one in need]


@dataclass(frozen=True)
class Laid:
    """A table with its cells wrapped. heights: of its rows; least: of what must stand on one sheet."""

    widths: list[float]
    cells: list[list[list[str]]]
    heights: list[float]

    @staticmethod
    def of(rows: Rows) -> Laid:
        widths, faces = _columns(rows), [CELL_HEAD, *[CELL] * (len(rows) - 1)]
        cells = [
            [face.wrapped(text, width) for text, width in zip(row, widths, strict=True)]
            for face, row in zip(faces, rows, strict=True)
        ]
        return Laid(widths, cells, [0.04 + CELL.lead * max(map(len, row)) for row in cells])

    @property
    def least(self) -> float:
        whole = sum(self.heights)
        return 0.1 + (whole if whole <= WHOLE else sum(self.heights[: FEW + 1]))


def _table(sheets: Sheets, table: Laid) -> None:
    """Its head is said again on every sheet; no rule but above, under the head, and below."""
    widths, cells, heights = table.widths, table.cells, table.heights
    whole = sum(widths) + GAP * (len(widths) - 1)
    sheets.need(table.least)
    begun = False
    for place in range(1, len(cells)):
        last = place == len(cells) - FEW and place > 1  # the last rows stand together
        ahead = sum(heights[place:]) if last else heights[place]
        if begun and sheets.top + ahead > HEIGHT - BOTTOM:
            sheets.rule(whole, 0.8)
            sheets.turn()
            begun = False
        if not begun:
            sheets.rule(whole, 0.8)
            _row(sheets, cells[0], widths, CELL_HEAD, heights[0])
            sheets.rule(whole, 0.4)
            begun = True
        _row(sheets, cells[place], widths, CELL, heights[place])
    sheets.rule(whole, 0.8)
    sheets.top += 0.1


def _row(sheets: Sheets, cells: Sequence[list[str]], widths: Sequence[float], face: Face, height: float) -> None:
    left = SIDE
    for lines, width in zip(cells, widths, strict=True):
        for place, line in enumerate(lines):
            sheets.put(line, face, left, sheets.top + 0.02 + place * face.lead)
        left += width + GAP
    sheets.top += height


# ---- figures ---------------------------------------------------------------------------------------------------------


def _figures(sheets: Sheets, figures: Sequence[tuple[str, Drawing]]) -> None:
    """Each above its caption; two that are narrow enough side by side."""
    left = list(figures)
    while left:
        count = 2 if len(left) > 1 and left[0][1].width + left[1][1].width <= INNER else 1
        row, left = left[:count], left[count:]
        widths = [drawing.width if count > 1 else INNER for _, drawing in row]
        captions = [CAPTION.wrapped(text, width - GAP) for (text, _), width in zip(row, widths, strict=True)]
        height = max(drawing.height for _, drawing in row)
        sheets.skip(0.12)
        sheets.need(height + CAPTION.lead * max(map(len, captions)))
        at = SIDE
        for (_, drawing), lines, width in zip(row, captions, widths, strict=True):
            drawing.on(sheets.all[-1], at, sheets.top)
            for place, line in enumerate(lines):
                sheets.put(line, CAPTION, at, sheets.top + height + place * CAPTION.lead)
            at += width
        sheets.top += height + CAPTION.lead * max(map(len, captions)) + 0.05


# ---- the whole -------------------------------------------------------------------------------------------------------


def sheets_of(about: ReportAbout, sections: Sequence[Section]) -> list[Figure]:
    """The sheets, in order; inside `style`."""
    sheets = Sheets()
    sheets.lines(about.title, TITLE)
    sheets.lines(about.line, TEXT)
    sheets.skip(0.15)
    contents = sheets.top
    sheets.top += TEXT.lead * len(sections) if len(sections) > 2 else 0
    pages = []
    for section, figures in numbered(tuple(sections)):
        pages.append(_section(sheets, section, figures))
    if len(sections) > 2:
        for place, (section, page) in enumerate(zip(sections, pages, strict=True)):
            top = contents + place * TEXT.lead
            sheets.put(section.title, TEXT, SIDE, top, 0)
            sheets.put(str(page), TEXT, WIDTH - SIDE, top, 0, ha="right")
    for page in range(len(sheets.all)):
        foot = HEIGHT - 0.65
        sheets.put(f"{about.title}: {about.model}", CAPTION, SIDE, foot, page)
        sheets.put(f"{page + 1} of {len(sheets.all)}", CAPTION, WIDTH - SIDE, foot, page, ha="right")
    return sheets.all


def _section(sheets: Sheets, section: Section, figures: Sequence[tuple[str, Drawing]]) -> int:
    """Puts it on the sheets and returns the number of the one on which it begins."""
    parts = [
        (heading, [one if isinstance(one, str) else Laid.of(one) for one in blocks(text)])
        for heading, text in section.tables
    ]
    finding = FINDING.lead * len(FINDING.wrapped(section.text, INNER)) if section.text else 0
    sheets.skip(0.3)
    sheets.need(HEAD.lead + 0.04 + finding + _least([block for part in parts for block in _pieces(*part)]))
    page = len(sheets.all)
    sheets.lines(section.title, HEAD)
    sheets.top += 0.04
    if section.text:
        sheets.lines(section.text, FINDING)
    for heading, shown in parts:
        if heading:
            sheets.skip(0.12)
            sheets.need(_least(_pieces(heading, shown)))
            sheets.lines(heading, SUBHEAD)
        for block in shown:
            if isinstance(block, str):
                sheets.lines(block, TEXT)
            else:
                sheets.skip(0.06)
                _table(sheets, block)
    _figures(sheets, figures)
    return page


def _pieces(heading: str, shown: list[str | Laid]) -> list[str | Laid]:
    return [heading, *shown] if heading else shown


def _least(pieces: Sequence[str | Laid]) -> float:
    """Inches of text up to the first table, and of what must stand with it."""
    height = 0.0
    for piece in pieces:
        if not isinstance(piece, str):
            return height + 0.06 + piece.least
        height += SUBHEAD.lead * len(SUBHEAD.wrapped(piece, INNER))
    return height


def pdf(about: ReportAbout, sections: Sequence[Section]) -> bytes:
    """The file; the same report gives the same bytes."""
    buffer = BytesIO()
    told = {"Title": f"{about.title}: {about.model}", "Creator": "saliency_viz evaluate report", "CreationDate": None}
    with style():
        sheets = sheets_of(about, sections)
        with matplotlib.rc_context({"pdf.fonttype": pdf_font_type(sheets)}), PdfPages(buffer, metadata=told) as pages:
            for sheet in sheets:
                pages.savefig(sheet)
    return buffer.getvalue()
