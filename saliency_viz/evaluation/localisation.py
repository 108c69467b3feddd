"""Does the map of an object's word point at the object? Pointing game and energy inside its box, beside chance.

Ignores where the boxes come from. The box's own area is what a map that knows nothing would score. Deletion and
insertion need the model too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ..decoding import faithfulness
from ..decoding.faithfulness import RANKINGS
from ..figures.rows.metrics import Kind, image_map, scales_of
from ..models import LVLM
from ..trace import Trace
from .intervals import Interval, estimates, share
from .mentions import Word

Box = Sequence[float]  # left, top, right, bottom in shares of the picture
MAPS: tuple[Kind, ...] = ("saliency", "attention")
SIDES = ("deletion", "insertion")


@dataclass(frozen=True)
class Localisation:
    """Over right object words with a box. pointing: share of maps whose highest token's centre lies in a box of its
    object; energy: mean share of the map inside; chance: mean share of the picture that the boxes cover."""

    words: int
    pointing: Mapping[str, Interval]
    energy: Mapping[str, Interval]
    chance: float


def localise(
    traces: Sequence[Trace], words: Sequence[Sequence[Word]], boxes: Sequence[Mapping[str, Sequence[Box]]]
) -> Localisation:
    """boxes: by trace, each kind's boxes. Words that are hallucinated or have no box are left out."""
    rows = [
        [_row(trace, word.step, found[word.kind]) for word in named if not word.hallucinated and word.kind in found]
        for trace, named, found in zip(traces, words, boxes, strict=True)
    ]
    counts = np.array([np.sum(part, axis=0) if part else np.zeros(2 + 2 * len(MAPS)) for part in rows])
    counts = counts.reshape(-1, 2 + 2 * len(MAPS))
    if not counts[:, 0].sum():
        return Localisation(0, {}, {}, float("nan"))

    def mean_of(column: int):
        return lambda sums: share(sums[..., column], sums[..., 0])

    pointing = estimates(counts, {name: mean_of(2 + place) for place, name in enumerate(MAPS)})
    energy = estimates(counts, {name: mean_of(2 + len(MAPS) + place) for place, name in enumerate(MAPS)})
    return Localisation(int(counts[:, 0].sum()), pointing, energy, float(counts[:, 1].sum() / counts[:, 0].sum()))


def _row(trace: Trace, step: int, boxes: Sequence[Box]) -> list[float]:
    """1, the boxes' area, and for each map whether it points inside and its energy there."""
    maps = [inside(trace, step, boxes, kind) for kind in MAPS]
    return [1.0, area(boxes), *(float(hit) for hit, _ in maps), *(energy for _, energy in maps)]


def inside(trace: Trace, step: int, boxes: Sequence[Box], kind: Kind) -> tuple[bool, float]:
    """Whether the highest token's centre lies in a box, and the map's share there; tokens count by covered area."""
    found = image_map(trace, step, kind, scale=scales_of(trace)[0])
    left, top, right, bottom = trace.pictures[0].region
    width, height = trace.pictures[0].image.size
    scale = np.array([(right - left) / found.size[0] / width, (bottom - top) / found.size[1] / height] * 2)
    tokens = found.boxes * scale + np.array([left / width, top / height] * 2)
    cover = _covered(tokens, boxes)
    centres = np.stack([(tokens[:, 0] + tokens[:, 2]) / 2, (tokens[:, 1] + tokens[:, 3]) / 2], axis=1)
    best = centres[int(np.argmax(found.values))]
    hit = any(box[0] <= best[0] <= box[2] and box[1] <= best[1] <= box[3] for box in boxes)
    total = float(found.values.sum())
    return hit, float((found.values * cover).sum() / total) if total > 0 else 0.0


def _covered(tokens: np.ndarray, boxes: Sequence[Box], fine: int = 8) -> np.ndarray:
    """The share of each token [n, 4] that some box covers, float64 [n], on a fine grid of points within it."""
    steps = (np.arange(fine) + 0.5) / fine
    x = tokens[:, 0, None] + (tokens[:, 2] - tokens[:, 0])[:, None] * steps
    y = tokens[:, 1, None] + (tokens[:, 3] - tokens[:, 1])[:, None] * steps
    under = np.zeros((len(tokens), fine, fine), bool)
    for left, top, right, bottom in boxes:
        under |= ((x >= left) & (x <= right))[:, :, None] & ((y >= top) & (y <= bottom))[:, None, :]
    return under.mean(axis=(1, 2))


def area(boxes: Sequence[Box]) -> float:
    """The share of the picture that the boxes cover, as `_covered` measures it."""
    return float(_covered(np.array([[0.0, 0.0, 1.0, 1.0]]), boxes, 128)[0])


def faithful(
    model: LVLM, traces: Sequence[Trace], words: Sequence[Sequence[Word]], most: int, seed: int = 0
) -> dict[str, Any]:
    """Areas under deletion and insertion curves (`faithfulness`) of up to `most` right words, one a trace, by ranking,
    with intervals over traces."""
    chosen = [
        (trace, next(w for w in found if not w.hallucinated))
        for trace, found in zip(traces, words, strict=True)
        if any(not w.hallucinated for w in found)
    ][:most]
    curves = [faithfulness(model, trace, word.step, seed=seed) for trace, word in chosen]
    areas = {
        name: {side: _mean([float(curve.area(side, name).mean()) for curve in curves]) for side in SIDES}
        for name in RANKINGS
    }
    return {"words": len(chosen), "areas": areas if chosen else {}}


def _mean(values: Sequence[float]) -> dict[str, float]:
    rows = np.stack([np.array(values), np.ones(len(values))], axis=1)
    return asdict(estimates(rows, {"mean": lambda sums: share(sums[..., 0], sums[..., 1])})["mean"]) if values else {}
