"""What an HTML report says of itself in its head: written by `pages`, read by the server that is given one.

Ignores the rest of the report.
"""

from __future__ import annotations

import html
import json
from dataclasses import asdict, dataclass
from html.parser import HTMLParser

from .. import __version__
from ..whole_numbers import is_whole

GENERATOR = "saliency_viz evaluate report"
ABOUT = "saliency-viz-report"
HEAD = 16384  # characters in which the tags stand
LONGEST = 300  # characters of a word in them


@dataclass(frozen=True)
class ReportAbout:
    """date: the day the run was begun (YYYY-MM-DD), "" for a run that does not say. items: pictures or questions."""

    title: str
    model: str
    items: int
    date: str = ""

    @property
    def line(self) -> str:
        """What stands under the title."""
        return ", ".join([self.model, f"{self.items} items", *([self.date] if self.date else [])])

    def tags(self) -> str:
        """For the head of an HTML page."""
        told = html.escape(json.dumps(asdict(self)))
        return f'<meta name="generator" content="{GENERATOR} {__version__}"><meta name="{ABOUT}" content="{told}">'


class _Metas(HTMLParser):
    """Contents of the meta tags by name; the first of each counts."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "meta" and values.get("name"):
            self.found.setdefault(values["name"] or "", values.get("content") or "")


def about_in(page: str) -> ReportAbout | None:
    """What a page says of itself, None where `evaluate report` did not write it."""
    metas = _Metas()
    metas.feed(page[:HEAD])
    if not metas.found.get("generator", "").startswith(f"{GENERATOR} "):
        return None
    try:
        about = ReportAbout(**json.loads(metas.found.get(ABOUT, "")))
    except (ValueError, TypeError, RecursionError):
        return None
    words = (about.title, about.model, about.date)
    fits = all(isinstance(word, str) and len(word) <= LONGEST for word in words) and is_whole(about.items, 0, 2**53)
    return about if fits and about.title else None
