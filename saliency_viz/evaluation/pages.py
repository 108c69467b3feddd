"""A report as one HTML file that needs nothing else: readable on a phone, in the dark, and printed.

Ignores what the sections say. Figures are inline SVG, of whose ids only those that are referred to are kept, so that
two figures do not share one.
"""

from __future__ import annotations

import html as markup
import re
from collections.abc import Sequence
from io import BytesIO

from ..figures.paper.style import Drawing, style
from .report_tag import ReportAbout
from .sections import Rows, Section, blocks, numbered

SHORT = 26  # characters
STYLE = """
:root{color-scheme:light dark;--ink:#1a1a1a;--faint:#5c5c5c;--line:#d9d9d9;--head:#f4f4f5;--paper:#fff;--link:#3f4fd0}
@media (prefers-color-scheme:dark){
:root{--ink:#e6e6e6;--faint:#a9a9a9;--line:#3d3d42;--head:#26262b;--paper:#18181b;--link:#a3b0ff}}
body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto 4rem;padding:0 1rem;color:var(--ink);
background:var(--paper);overflow-wrap:break-word}
h1{font-size:1.7rem;line-height:1.2;margin:0}h2{font-size:1.2rem;margin:2.4rem 0 .5rem}
h3{font-size:1rem;margin:1.4rem 0 .3rem}p{max-width:46rem;margin:.5rem 0}.about,figcaption{color:var(--faint)}
.finding{font-weight:600}nav ol{columns:22rem;padding-left:1.4rem}a{color:var(--link)}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{border-bottom:1px solid var(--line);padding:.25rem .7rem;text-align:left;vertical-align:top}
td,th{white-space:nowrap}.long{white-space:normal}th{background:var(--head)}.wide{overflow-x:auto;margin:.7rem 0}
.figures{display:flex;flex-wrap:wrap;gap:1.2rem 1.6rem;margin:1.2rem 0;--zoom:1.4in}
figure{margin:0;width:calc(var(--w)*var(--zoom) + 2px);max-width:100%}
.drawing{overflow-x:auto;background:#fff;border:1px solid var(--line)}
svg{display:block;height:auto;width:calc(var(--w)*var(--zoom))}figcaption{font-size:.87rem;margin-top:.4rem}
@media (max-width:40rem){.figures{--zoom:1in}}
@media print{body{font-size:9.5pt;max-width:none;margin:0}.figures{--zoom:1in}h2,h3{break-after:avoid}
figure,tr{break-inside:avoid}nav{display:none}}
"""


def html(about: ReportAbout, sections: Sequence[Section]) -> str:
    """One page."""
    name, line = markup.escape(about.title), markup.escape(about.line)
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width">{about.tags()}'
    head += f"<title>{name}: {markup.escape(about.model)}</title><style>{STYLE}</style>"
    shown = [_section(place, *each) for place, each in enumerate(numbered(tuple(sections)), 1)]
    body = f'<h1>{name}</h1><p class="about">{line}</p>{_contents(sections)}{"".join(shown)}'
    return f'<!doctype html><html lang="en"><head>{head}</head><body><main>{body}</main></body></html>'


def _contents(sections: Sequence[Section]) -> str:
    lines = [f'<li><a href="#s{place}">{markup.escape(one.title)}</a></li>' for place, one in enumerate(sections, 1)]
    return f'<nav aria-label="Contents"><ol>{"".join(lines)}</ol></nav>' if len(lines) > 2 else ""


def _section(place: int, section: Section, figures: Sequence[tuple[str, Drawing]]) -> str:
    parts = [f'<section><h2 id="s{place}">{markup.escape(section.title)}</h2>']
    parts += [f'<p class="finding">{markup.escape(section.text)}</p>'] if section.text else []
    for heading, text in section.tables:
        parts += [f"<h3>{markup.escape(heading)}</h3>"] if heading else []
        parts += [f"<p>{markup.escape(one)}</p>" if isinstance(one, str) else _table(one) for one in blocks(text)]
    shown = "".join(_figure(caption, drawing) for caption, drawing in figures)
    parts += [f'<div class="figures">{shown}</div>'] if shown else []
    return "".join(parts) + "</section>"


def _table(rows: Rows) -> str:
    """Scrolls by itself where it is too wide, by keys too."""
    tags = ['th scope="col"', *["td"] * (len(rows) - 1)]
    lines = ["".join(_cell(tag, cell) for cell in row) for tag, row in zip(tags, rows, strict=True)]
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f'<div class="wide" tabindex="0"><table>{body}</table></div>'


def _cell(tag: str, text: str) -> str:
    """What is short stays on one line, so that a number is not parted from its interval."""
    kind = ' class="long"' if len(text) > SHORT else ""
    return f"<{tag}{kind}>{markup.escape(text)}</{tag[:2]}>"


def _figure(caption: str, drawing: Drawing) -> str:
    """In the inches of paper, times what the styles say: 6 points can be read there and not on a screen."""
    told = markup.escape(caption)
    svg = _svg(drawing).replace("<svg ", f'<svg role="img" aria-label="{told}" ', 1)
    shown = f'<div class="drawing" tabindex="0">{svg}</div><figcaption>{told}</figcaption>'
    return f'<figure style="--w:{drawing.width:.2f}">{shown}</figure>'


def _svg(drawing: Drawing) -> str:
    buffer = BytesIO()
    nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
    with style():
        drawing.alone().savefig(buffer, format="svg", metadata=nothing)
    text = buffer.getvalue().decode("utf-8")
    text = text[text.index("<svg") :]
    text = re.sub(r'^(<svg [^>]*?)width="[^"]*" height="[^"]*"', r"\1", text)
    used = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', text))
    return re.sub(r' id="([^"]*)"', lambda found: found[0] if found[1] in used else "", text)
