"""Does the map point at what the model needs? Insertion and deletion curves of one written token.

Places of the picture are ranked by saliency, by attention and at random, and taken away (deletion) or shown
(insertion) from the first on; each time the model reads the whole prompt again and says how probable the written token
still is. Ignores how the token was chosen: the words before it stay as written.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from PIL import Image

from ..attention import at_least_float32
from ..errors import SettingError
from ..memory import guarded
from ..models.base import LVLM, Prepared
from ..models.memory.budget import require_room
from ..models.prepare import inputs_of
from ..trace import Trace
from ..whole_numbers import layers_of, whole
from .occlusion import FILLS, Fill, Places, fill_of, places_of
from .replay_context import ADVICE, checked_step, edits_of, prepared_again, request_of
from .session import Session

RANKINGS = ("saliency", "attention", "random")
FRACTIONS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8, 1.0)
MOST_CALLS = 2000
Side = Literal["deletion", "insertion"]


@dataclass(frozen=True, eq=False)
class Faithfulness:
    """Probability of a step's token as places of the picture go (deletion) or come (insertion).

    fractions [n]: share of places removed or shown, from 0 to 1. deletion, insertion: by ranking, float64 [draws, n];
    one draw but for "random". orders: by ranking, int64 [draws, places] of image tokens (indices into trace.boxes), the
    first ranked highest.
    """

    step: int
    layers: tuple[int, ...]
    fill: Fill
    seed: int
    fractions: np.ndarray
    deletion: Mapping[str, np.ndarray]
    insertion: Mapping[str, np.ndarray]
    orders: Mapping[str, np.ndarray]

    def area(self, side: Side, ranking: str) -> np.ndarray:
        """Area under each draw's curve (trapezoids), 0 to 1, float64 [draws]. A faithful ranking has a small one for
        deletion and a large one for insertion."""
        curves = getattr(self, side)[ranking]
        return ((curves[:, 1:] + curves[:, :-1]) / 2 * np.diff(self.fractions)).sum(axis=1)

    def table(self) -> list[dict[str, Any]]:
        """A line per curve, draw and fraction; for `figures.rows.tables.csv_text`."""
        return [
            {"side": side, "ranking": ranking, "draw": draw, "fraction": float(fraction), "probability": float(value)}
            for side in ("deletion", "insertion")
            for ranking, curves in getattr(self, side).items()
            for draw, curve in enumerate(curves)
            for fraction, value in zip(self.fractions, curve, strict=True)
        ]


@dataclass(frozen=True)
class Measuring:
    """How far a measurement is: model calls done of total; the last one carries the result."""

    done: int
    total: int
    result: Faithfulness | None = None


def faithfulness(model: LVLM, trace: Trace, step: int, **settings: Any) -> Faithfulness:
    """Insertion and deletion curves of a step's token. Settings and errors as in `stream_faithfulness`."""
    with closing(stream_faithfulness(model, trace, step, **settings)) as measuring:
        *_, last = measuring
    assert last.result is not None
    return last.result


def stream_faithfulness(
    model: LVLM,
    trace: Trace,
    step: int,
    layers: str | int | Sequence[int] = "target",
    fractions: Sequence[float] = FRACTIONS,
    draws: int = 5,
    seed: int = 0,
    fill: Fill = "mean",
) -> Generator[Measuring, None, None]:
    """The same, told of after every call of the model; closing it ends the measurement and leaves nothing behind.

    layers: whose mean row ranks the places ("target", "all", one or several). draws: random rankings, from seed. fill:
    what a removed place's pixels become in the upload, before the model's own processor sees it: "mean" (the picture's
    mean colour) or "blur". Calls: 2 + 2 * (2 + draws) * (fractions strictly between 0 and 1). Raises SettingError.
    """
    step = checked_step(trace, step)
    chosen, points = layers_of(layers, trace.target_layers, trace.model.layers), _checked(fractions, draws, seed, fill)
    places = places_of(trace)
    orders = _orders(trace, places, step, chosen, draws, seed)
    blank = Faithfulness(step, chosen, fill, seed, points, {}, {}, {})
    return _measured(model, trace, places, orders, blank)


def _measured(
    model: LVLM, trace: Trace, places: Places, orders: Mapping[str, np.ndarray], blank: Faithfulness
) -> Generator[Measuring, None, None]:
    with guarded(model.device, ADVICE.capitalize()):
        reader = _Reader(model, trace, blank.step, places, blank.fill)
    require_room(model, reader.prepared, blank.step + 1, "Every reading of these curves")
    points = blank.fractions
    inner = np.flatnonzero((points > 0) & (points < 1))
    drawn = sum(len(part) for part in orders.values())
    done, total = 0, 2 + 2 * drawn * len(inner)

    ends = {}
    for nothing_left in (False, True):
        ends[nothing_left] = reader.probability(np.full(len(places), nothing_left))
        done += 1
        yield Measuring(done, total)
    whole, empty = ends[False], ends[True]

    sides: dict[str, dict[str, np.ndarray]] = {"deletion": {}, "insertion": {}}
    for side, curves in sides.items():
        for ranking, ranked in orders.items():
            first, last = (whole, empty) if side == "deletion" else (empty, whole)
            curves[ranking] = np.where(points == 0, first, last)[None].repeat(len(ranked), axis=0)
            for draw, order in enumerate(ranked):
                for point in inner:
                    taken = np.zeros(len(places), bool)
                    taken[order[: round(float(points[point]) * len(places))]] = True
                    curves[ranking][draw, point] = reader.probability(taken if side == "deletion" else ~taken)
                    done += 1
                    if done < total:
                        yield Measuring(done, total)
    tokens = {ranking: places.tokens[ranked] for ranking, ranked in orders.items()}
    yield Measuring(total, total, replace(blank, **sides, orders=tokens))


class _Reader:
    """Reads the prompt and the words before a step again, with other pixels; keeps nothing between two readings."""

    def __init__(self, model: LVLM, trace: Trace, step: int, places: Places, fill: Fill) -> None:
        self.model, self.trace, self.places = model, trace, places
        self.before, self.target = trace.output_ids[:step], trace.output_ids[step]
        self.prepared = prepared_again(model, trace)
        self.edits = edits_of(model, self.prepared, trace)
        self.request = request_of(trace)
        self.fills: list[Image.Image] = [fill_of(picture, fill) for picture in trace.pictures]

    def probability(self, gone: np.ndarray) -> float:
        """Of the written token, with the places of gone [places] (true: removed) filled."""
        with guarded(self.model.device, ADVICE.capitalize()):
            session = Session(self.model, self._prepared(gone), self.edits)
            logits = session.prefill()
            if self.before:
                logits = session.advance(self.before)[-1]
            return float(at_least_float32(logits).log_softmax(-1)[self.target].exp())

    def _prepared(self, gone: np.ndarray) -> Prepared:
        """Positions do not depend on pixels, so that only what the processor makes of them is made anew."""
        images = self.places.cover(self.request.images, self.fills, gone)
        inputs = inputs_of(self.model, replace(self.request, images=tuple(images)))
        if tuple(inputs["input_ids"][0].tolist()) != self.trace.prompt_ids:
            raise SettingError(
                "This model's processor leaves out parts of a video that do not change, so removing pixels changes the "
                "prompt itself. Ask for the curves of a picture instead."
            )
        return replace(self.prepared, inputs={**self.prepared.inputs, **inputs})


def _orders(
    trace: Trace, places: Places, step: int, layers: Sequence[int], draws: int, seed: int
) -> dict[str, np.ndarray]:
    """By ranking, places from the highest value to the lowest [draws, places]; equal values in order of position."""
    orders = {}
    for ranking in ("saliency", "attention"):
        row = getattr(trace, ranking)[step][list(layers)].astype(np.float64).mean(axis=0)
        orders[ranking] = np.argsort(-places.values(row), kind="stable")[None]
    chance = [np.random.default_rng((seed, draw)).permutation(len(places)) for draw in range(draws)]
    orders["random"] = np.array(chance, np.int64).reshape(draws, len(places))
    return orders


def _checked(fractions: Sequence[float], draws: int, seed: int, fill: str) -> np.ndarray:
    """The fractions as float64, if all settings can be used. Raises SettingError."""
    points = np.asarray(tuple(fractions), np.float64)
    rising = points.ndim == 1 and len(points) >= 2 and bool((np.diff(points) > 0).all())
    if not rising or points[0] != 0 or points[-1] != 1:
        raise SettingError(f"fractions must rise from 0 to 1. Got {tuple(fractions)!r}.")
    for name, value, low in (("draws", draws, 1), ("seed", seed, 0)):
        whole(name, value, low)
    if fill not in FILLS:
        raise SettingError(f"fill must be one of {', '.join(FILLS)}. Got {fill!r}.")
    calls = 2 + 2 * (2 + draws) * (len(points) - 2)
    if calls > MOST_CALLS:
        raise SettingError(
            f"This would call the model {calls} times, of at most {MOST_CALLS}. Lower draws or pass fewer fractions."
        )
    return points
