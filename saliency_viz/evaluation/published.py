"""The paper's own gains (Table 1, LLaVA-1.5-7B), beside how far chance alone moves a difference of two runs.

Widths for CHAIR were measured by our scorer on public captions of LLaVA-1.5 by three decoders over 500 images: half
the 95 % bootstrap interval of a difference, over other images (`apart`) and over the same ones (`paired`). Those for
POPE are binomial over six questions an image: no public answers were at hand. Ignores what a mean over seeds adds.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

BEAM, LOCORE, BOTH = "Beam Search", "LocoRE", "SGRS + LocoRE"
MEASURED_AT = 500  # images
# measure: values by method in percent; half a difference's interval, apart and paired (None: unknown)
TABLE1: dict[str, tuple[dict[str, float], float, float | None]] = {
    "CHAIRs": ({BEAM: 51.0, LOCORE: 38.4, BOTH: 35.6}, 4.3 * sqrt(2), 4.1),
    "CHAIRi": ({BEAM: 15.2, LOCORE: 11.2, BOTH: 8.2}, 1.5 * sqrt(2), 1.3),
    "recall": ({BEAM: 75.2, LOCORE: 75.4, BOTH: 75.4}, 2.0 * sqrt(2), 1.6),
    "POPE accuracy": ({BEAM: 84.0, LOCORE: 87.3, BOTH: 87.5}, 196 * sqrt(2 * 0.14 * 0.86 / 3000), None),
    "POPE F1": ({BEAM: 85.4, LOCORE: 86.9, BOTH: 87.0}, 196 * sqrt(2 * 0.14 * 0.86 / 3000), None),
}


@dataclass(frozen=True)
class PublishedGain:
    """One difference of Table 1, in points. apart, paired: half the 95 % interval of a difference of two runs; larger,
    larger_paired: whether the gain exceeds it (None: not known)."""

    measure: str
    method: str
    baseline: float
    value: float
    change: float
    apart: float
    paired: float | None
    larger: bool
    larger_paired: bool | None


def differences_at(images: int) -> list[PublishedGain]:
    """Every gain of LocoRE and of both over beam search, at this many images: widths fall with their root."""
    return [_gain(measure, method, images) for measure in TABLE1 for method in (LOCORE, BOTH)]


def _gain(measure: str, method: str, images: int) -> PublishedGain:
    values, apart, paired = TABLE1[measure]
    wider = sqrt(MEASURED_AT / images)
    change = round(values[method] - values[BEAM], 2)
    half = None if paired is None else paired * wider
    larger = None if half is None else abs(change) > half
    return PublishedGain(
        measure, method, values[BEAM], values[method], change, apart * wider, half, abs(change) > apart * wider, larger
    )
