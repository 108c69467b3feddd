"""What a report is made of: sections of text, tables and figures. Ignores how they are shown (`pages`, `sheets`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..figures.paper.style import Drawing

Rows = list[list[str]]  # of a table, its head first


@dataclass(frozen=True)
class Section:
    """text: the finding, in a sentence; tables: (heading, text in which Markdown tables stand); figures: (caption,
    drawing)."""

    title: str
    text: str
    tables: tuple[tuple[str, str], ...]
    figures: tuple[tuple[str, Drawing], ...] = ()


def blocks(text: str) -> Iterator[str | Rows]:
    """A text's paragraphs, a line each, and its Markdown tables, in their order."""
    lines = text.splitlines()
    while lines:
        size = next((place for place, line in enumerate(lines) if not line.startswith("|")), len(lines))
        if size:
            yield _rows(lines[:size])
            lines = lines[size:]
        elif line := lines.pop(0).strip():
            yield line


def _rows(lines: list[str]) -> Rows:
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if not line.startswith("|-")]


def numbered(sections: tuple[Section, ...]) -> Iterator[tuple[Section, list[tuple[str, Drawing]]]]:
    """Each section with its figures, whose captions begin with their number in the report."""
    count = 0
    for section in sections:
        figures = []
        for caption, drawing in section.figures:
            count += 1
            figures.append((f"Figure {count}. {caption}", drawing))
        yield section, figures
