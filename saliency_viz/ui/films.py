"""A run as a film to download, and how far each one that is being made has come.

Ignores what is on the frames (figures/film.py) and that each is made in a process of its own (serving/jobs.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, cast

from PIL import Image

from ..errors import SettingError
from ..figures.film.files import gif_bytes, mp4_bytes
from ..figures.film.film import FILM, FilmKind, film
from ..figures.rows.metrics import KINDS
from ..trace import Trace

MEDIA: dict[str, tuple[str, Callable[..., bytes]]] = {
    "gif": ("image/gif", gif_bytes),
    "mp4": ("video/mp4", mp4_bytes),
}
NAMES = "film, film-attention, film-saliency or film-both, with -most for each word's most looked-at frame"
WIDTH = 800
DRAWN = 0.85  # of the work is drawing, the rest is packing


def film_bytes(
    trace: Trace, what: str, suffix: str, state: Mapping[str, Any], tell: Callable[[float], None] | None = None
) -> bytes:
    """The film `what` names (see NAMES) in the layers and colours on the screen; tell: called with the part done, 0..1.

    Raises SettingError for another name, and for a run without words or image.
    """
    name, *parts = what.split("-")
    kind = next((part for part in parts if part != "most"), "both")
    known = set(parts) <= {*KINDS, "both", "most"} and len(set(parts) - {"most"}) <= 1
    if name != "film" or not known or len(parts) != len(set(parts)) or suffix not in MEDIA:
        raise SettingError(f"There is no film {what}.{suffix}. Choose {NAMES}; .gif or .mp4.")
    view = FILM.at(colors=state.get("cmap") or FILM.colors)
    layers, shown = state.get("layer", "target"), "most" if "most" in parts else "all"
    frames = film(trace, cast(FilmKind, kind), layers, WIDTH, view, shown)
    return MEDIA[suffix][1](_counted(frames, len(trace.steps), tell or (lambda part: None)))


def _counted(frames: Iterable[Image.Image], count: int, tell: Callable[[float], None]) -> Iterator[Image.Image]:
    for done, frame in enumerate(frames, 1):
        yield frame
        tell(DRAWN * done / count)


class FilmProgress:
    """How far films have come, by a ticket of the page that asked; forgotten when a film is done."""

    def __init__(self) -> None:
        self._parts: dict[str, float] = {}

    def teller(self, ticket: str) -> Callable[[float], None]:
        """What a maker calls with the part done."""
        self._parts[ticket] = 0.0

        def tell(part: float) -> None:
            self._parts[ticket] = part

        return tell

    def part(self, ticket: str) -> float | None:
        """The part done, 0..1; None for a film that nobody makes."""
        return self._parts.get(ticket)

    def done(self, ticket: str) -> None:
        """The film is made, or will not be."""
        self._parts.pop(ticket, None)
