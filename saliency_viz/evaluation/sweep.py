"""SGRS and LocoRE over a grid of settings, on demo scenes whose truth is known (Table 3, Fig. 5 of the paper).

Ignores how a caption is made and how its truth is read. Every setting sees the same scenes, so differences are paired.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from ..decoding import caption
from ..demo.grammar import CAPTION_PROMPT
from ..demo.truth import mentions
from ..demo.world import Scene, render
from ..errors import SettingError
from ..settings import SGRS, LocoRE, Sampling
from ..trace import Trace
from .intervals import Interval, Statistic, estimates, interval, resampled, share
from .scenes import SIDE, scenes_of

COLUMNS = ("captions", "inventing", "mentions", "invented", "kinds", "seen", "tokens", "milliseconds", "rejected")


@dataclass(frozen=True)
class Tally:
    """What one caption counts. kinds: objects in the scene, seen: those named; mentions: objects named, counted each
    time, invented: those not in the scene; rejected: candidates SGRS turned down; seconds: without the prefill."""

    kinds: int
    seen: int
    mentions: int
    invented: int
    tokens: int
    rejected: int
    seconds: float


@dataclass(frozen=True)
class SweepRow:
    """One setting. alpha 0: SGRS off; beta 0: LocoRE off. change: CHAIR_s less that of the plain setting, paired."""

    alpha: float
    beta: float
    scenes: int
    chair_s: Interval
    chair_i: Interval
    recall: Interval
    tokens: Interval
    ms_per_token: Interval
    rejected: Interval
    change: Interval | None


def sweep(
    model: Any,
    alphas: Sequence[float] = (0.0, 0.3, 0.6, 0.9),
    betas: Sequence[float] = (0.0, 0.15, 0.2, 1.0),
    scenes: int = 50,
    temperature: float = 0.0,
    max_new_tokens: int = 90,
    seed: int = 0,
    world: str = "style",
    base: SGRS = SGRS(),
    tell: Callable[[int, str], None] = lambda done, text: None,
) -> list[SweepRow]:
    """Caption held-out scenes with every pair of alpha and beta, and judge each caption by its scene.

    0 switches a method off. temperature above 0 draws, with one seed per scene. world: scenes like those the demo
    model was trained on ("held-out"), with kinds that never met in training ("combinations"), or drawn in a style it
    never saw ("style"). base: SGRS but for its alpha. Raises SettingError.
    """
    drawn = scenes_of(world, scenes)
    if not alphas or not betas:
        raise SettingError("A sweep needs at least one alpha and one beta. Pass 0 to leave a method off.")
    grid = [(alpha, beta, *methods(alpha, beta, base)) for alpha in alphas for beta in betas]
    tallies: dict[tuple[float, float], list[Tally]] = {(alpha, beta): [] for alpha, beta, *_ in grid}
    done = 0
    for number, scene in enumerate(drawn):
        picture = render(scene, SIDE)
        for alpha, beta, sgrs, locore in grid:
            trace = caption(
                model,
                picture,
                CAPTION_PROMPT,
                max_new_tokens=max_new_tokens,
                sampling=Sampling(temperature, seed + number),
                sgrs=sgrs,
                locore=locore,
            )
            tallies[alpha, beta].append(tally(trace, scene))
            done += 1
            tell(done, f"alpha {alpha:g}, beta {beta:g}, scene {number}")
    return [row(alpha, beta, found, tallies.get((0.0, 0.0))) for (alpha, beta), found in tallies.items()]


def methods(alpha: float, beta: float, base: SGRS = SGRS()) -> tuple[SGRS | None, LocoRE | None]:
    """The settings of one grid point; 0 is off. Raises SettingError when out of range."""
    return (replace(base, alpha=alpha) if alpha else None), (LocoRE(beta=beta) if beta else None)


def tally(trace: Trace, scene: Scene) -> Tally:
    """Count one caption against its scene."""
    found = mentions(trace.text, scene)
    return Tally(
        kinds=len(scene.kinds),
        seen=len({mention.kind for mention in found} & set(scene.kinds)),
        mentions=len(found),
        invented=sum(not mention.in_scene for mention in found),
        tokens=len(trace.steps),
        rejected=sum(step.rejected for step in trace.steps),
        seconds=trace.seconds["decode"] + trace.seconds["observe"],
    )


def _ratio(top: str, bottom: str) -> Statistic:
    above, below = COLUMNS.index(top), COLUMNS.index(bottom)
    return lambda sums: share(sums[..., above], sums[..., below])


MEASURES = {
    "chair_s": _ratio("inventing", "captions"),
    "chair_i": _ratio("invented", "mentions"),
    "recall": _ratio("seen", "kinds"),
    "tokens": _ratio("tokens", "captions"),
    "ms_per_token": _ratio("milliseconds", "tokens"),
    "rejected": _ratio("rejected", "tokens"),
}


def counts(found: Sequence[Tally]) -> np.ndarray:
    """What the measures are ratios of, float64 [scenes, columns]."""
    return np.array(
        [
            (1, t.invented > 0, t.mentions, t.invented, t.kinds, t.seen, t.tokens, 1000 * t.seconds, t.rejected)
            for t in found
        ],
        float,
    )


def row(alpha: float, beta: float, found: Sequence[Tally], plain: Sequence[Tally] | None) -> SweepRow:
    """All measures of one setting with their intervals; the change is paired scene by scene."""
    change = None
    if plain is not None and found is not plain:
        here, there = (MEASURES["chair_s"](resampled(counts(tallies))) for tallies in (found, plain))
        change = interval(here - there)
    return SweepRow(alpha, beta, len(found), **estimates(counts(found), MEASURES), change=change)


# ---- what is printed and written -------------------------------------------------------------------------------------

HEADS = ("alpha", "beta", "CHAIR_s", "CHAIR_i", "recall", "tokens", "ms/token", "rejected/token", "CHAIR_s - plain")


def table(rows: Iterable[SweepRow]) -> str:
    """Markdown: each measure with its 95 % interval."""
    lines = [f"| {' | '.join(HEADS)} |", "|---" * len(HEADS) + "|"]
    for one in rows:
        cells = [f"{one.alpha:g}", f"{one.beta:g}", *(str(getattr(one, name)) for name in MEASURES)]
        lines.append(f"| {' | '.join([*cells, '' if one.change is None else str(one.change)])} |")
    return "\n".join(lines)


def csv_text(rows: Iterable[SweepRow]) -> str:
    """Comma-separated: every number in a column of its own, intervals as _low and _high."""
    text = io.StringIO()
    names = [f"{name}{part}" for name in (*MEASURES, "change") for part in ("", "_low", "_high")]
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["alpha", "beta", "scenes", *names])
    for one in rows:
        cells = [one.alpha, one.beta, one.scenes]
        for name in (*MEASURES, "change"):
            value = getattr(one, name)
            cells += ["", "", ""] if value is None else [value.value, value.low, value.high]
        writer.writerow(cells)
    return text.getvalue()


def json_text(rows: Iterable[SweepRow]) -> str:
    """Everything as JSON."""
    return json.dumps([asdict(one) for one in rows], indent=2)
