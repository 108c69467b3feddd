"""What the run list says of a run: its picture, small, and how it was made.

Ignores how lists are drawn and which runs there are (serving/run_store.py).
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from ..serving.run_store import StoredRun
from ..settings import DECODERS
from ..trace import Trace
from .thumbnails import small

SIDE = 88  # pixels of a thumbnail's longer side; shown at half of it
KEPT = 256  # thumbnails


def method_of(trace: Trace) -> str:
    """How it was decoded: "plain", or "SGRS", "LocoRE" and a decoder's title joined by " + ", and whether something in
    it was forced."""
    used = trace.settings
    parts = [name for name, on in (("SGRS", used.sgrs), ("LocoRE", used.locore)) if on]
    parts += [DECODERS.get(used.decoding.name, used.decoding.name)] if used.decoding else []
    method = " + ".join(parts) or "plain"
    return method + (", what if" if trace.settings.forced or trace.settings.edits else "")


class Entries:
    """Makes entries of the list; keeps the thumbnails, which cost most."""

    def __init__(self) -> None:
        self._thumbnails: OrderedDict[str, str | None] = OrderedDict()

    def of(self, run: StoredRun) -> dict[str, Any]:
        """One entry, plain values only. The caption and the title are a model's and a person's words."""
        trace, sampling = run.trace, run.trace.settings.sampling
        return {
            "id": run.id,
            "label": run.label,
            "title": trace.title or trace.text.strip()[:80],
            "model": trace.model.name,
            "method": method_of(trace),
            "seed": sampling.seed if sampling.temperature else None,
            "prompt": trace.prompt[:80],
            "tokens": len(trace.steps),
            "pinned": run.pinned,
            "picture": self._thumbnail(run),
        }

    def listed(self, runs: list[StoredRun]) -> list[dict[str, Any]]:
        """Entries: pinned runs first, then the newest."""
        return [self.of(run) for run in sorted(runs, key=lambda run: (not run.pinned, -run.order))]

    def _thumbnail(self, run: StoredRun) -> str | None:
        if run.id not in self._thumbnails:
            self._thumbnails[run.id] = thumbnail(run.trace)
        self._thumbnails.move_to_end(run.id)
        while len(self._thumbnails) > KEPT:
            self._thumbnails.popitem(last=False)
        return self._thumbnails[run.id]


def thumbnail(trace: Trace) -> str | None:
    """The first picture as a small data address; None for a run without pictures."""
    if not trace.pictures:
        return None
    return small(trace.pictures[0].image, SIDE, quality=70)
