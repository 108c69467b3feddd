"""Sections of text, tables and figures as one HTML file that needs nothing else, or as a PDF. Ignores what they say."""

from __future__ import annotations

import html as markup
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from ..figures.paper.style import style
from .report_tag import ReportAbout

LINES = 58  # of text on a page of the PDF
STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;margin:.7rem 0}
th,td{border:1px solid #ddd;padding:.2rem .5rem;text-align:left;vertical-align:top}th{background:#f4f4f4}
.wide{overflow-x:auto}figure{margin:1rem 0}svg{max-width:100%;height:auto}p{max-width:46rem}
"""


@dataclass(frozen=True)
class Section:
    """tables: (heading, text in which Markdown tables stand); figures: matplotlib's."""

    title: str
    text: str
    tables: tuple[tuple[str, str], ...]
    figures: tuple[Figure, ...]


def html(about: ReportAbout, sections: Sequence[Section]) -> str:
    """One page; figures are inline SVG."""
    body = "".join(_section(section) for section in sections)
    name, line = markup.escape(about.title), markup.escape(about.line)
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width">{about.tags()}'
    head += f"<title>{name}: {markup.escape(about.model)}</title><style>{STYLE}</style>"
    top = f'<!doctype html><html lang="en"><head>{head}</head>'
    return f"{top}<body><h1>{name}</h1><p>{line}</p>{body}</body></html>"


def _section(section: Section) -> str:
    parts = [f"<section><h2>{markup.escape(section.title)}</h2>"]
    parts += [f"<p>{markup.escape(section.text)}</p>"] if section.text else []
    for heading, text in section.tables:
        parts += [f"<h3>{markup.escape(heading)}</h3>"] if heading else []
        parts.append(_text(text))
    parts += [f"<figure>{_svg(figure)}</figure>" for figure in section.figures]
    return "".join(parts) + "</section>"


def _text(text: str) -> str:
    """Paragraphs, and Markdown tables as tables."""
    found: list[str] = []
    lines = text.splitlines()
    while lines:
        size = next((place for place, line in enumerate(lines) if not line.startswith("|")), len(lines))
        if size:
            found.append(_table(lines[:size]))
            lines = lines[size:]
        elif (line := lines.pop(0)).strip():
            found.append(f"<p>{markup.escape(line)}</p>")
    return "".join(found)


def _table(lines: Sequence[str]) -> str:
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if not line.startswith("|-")]
    cells = [
        "<tr>" + "".join(f"<{tag}>{markup.escape(cell)}</{tag}>" for cell in row) + "</tr>"
        for tag, row in zip(["th"] + ["td"] * len(rows), rows, strict=False)
    ]
    return f'<div class="wide"><table>{"".join(cells)}</table></div>'


def _svg(figure: Figure) -> str:
    buffer = BytesIO()
    with style():
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue().decode("utf-8")
    return text[text.index("<svg") :]


def pdf(about: ReportAbout, sections: Sequence[Section]) -> bytes:
    """Pages of text in a fixed-width face, each figure on a page of its own."""
    buffer = BytesIO()
    with style(), PdfPages(buffer, metadata={"Title": about.title, "CreationDate": None}) as pages:
        for section in sections:
            lines = [section.title, "", *([section.text, ""] if section.text else [])]
            for heading, text in section.tables:
                lines += [*([heading] if heading else []), *text.splitlines(), ""]
            for place in range(0, len(lines), LINES):
                pages.savefig(_page(lines[place : place + LINES]))
            for figure in section.figures:
                pages.savefig(figure)
    return buffer.getvalue()


def _page(lines: Sequence[str]) -> Figure:
    """Landscape A4; the face is as small as the longest line asks for."""
    figure = Figure((11.7, 8.3))
    size = min(8.0, 1250 / max(90, *(len(line) for line in lines)))
    figure.text(0.04, 0.96, "\n".join(lines), family="monospace", fontsize=size, va="top", parse_math=False)
    return figure
