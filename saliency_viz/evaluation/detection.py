"""Do scores tell hallucinated object words from right ones, beyond where in the caption they stand?

Plain arrays in, numbers with intervals out. Position is a trap: S (Eq. 6) is a mean over all earlier outputs and falls
with their number, and hallucinations come late. So S never stands without position alone and S adjusted for position.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ..figures.rows.judgements import weighted_auroc, weights_by_value
from .intervals import RESAMPLES, Interval, interval, weights
from .logistic import Gain, gain, predicted, standard_ranks

FEW = 10  # mentions of a class under which nothing is said
FEW_IMAGES = 10  # under which mentions, not images, are drawn again
S, POSITION, PROBABILITY, ADJUSTED = "S", "position", "probability", "S beside position"


@dataclass(frozen=True, eq=False)
class Mentions:
    """Object words of many captions. scores: by name, float64 [n], NaN where undefined; hallucinated: bool [n];
    image: int [n], which picture; "position" among the scores: how many outputs stand before."""

    scores: Mapping[str, np.ndarray]
    hallucinated: np.ndarray
    image: np.ndarray

    def __len__(self) -> int:
        return len(self.hallucinated)

    def kept(self, chosen: np.ndarray) -> Mentions:
        """Only the chosen [n] ones."""
        scores = {name: values[chosen] for name, values in self.scores.items()}
        return Mentions(scores, self.hallucinated[chosen], self.image[chosen])

    def known(self, name: str = S) -> Mentions:
        """Only those that have this score."""
        return self.kept(np.isfinite(self.scores[name]))


@dataclass(frozen=True)
class Discrimination:
    """How well one score tells the classes apart. auroc: the chance that a hallucinated mention looks worse than a
    right one; precision: average precision, `base` by chance. Right and hallucinated: how many of each."""

    auroc: Interval
    precision: Interval
    right: int
    hallucinated: int

    @property
    def base(self) -> float:
        """Average precision of a score that knows nothing."""
        return self.hallucinated / max(1, self.hallucinated + self.right)


def danger(mentions: Mentions, name: str) -> np.ndarray:
    """The score [n] turned so that higher means hallucinated, as its theory has it; ADJUSTED is worked out."""
    if name == ADJUSTED:
        return -beside_position(mentions)
    sign = 1 if name in RISING else -1
    return sign * mentions.scores[name]


# Scores that are expected to be higher where the model hallucinates; all others lower.
RISING = frozenset({POSITION, "entropy"})


def beside_position(mentions: Mentions, name: str = S) -> np.ndarray:
    """The score's rank less what the position's rank predicts, float64 [n], within classes.

    The slope is that of both classes each around its own mean, so that late hallucinations do not pass for position,
    nor position for hallucination.
    """
    score, place = standard_ranks(mentions.scores[name]), standard_ranks(mentions.scores[POSITION])
    within = np.zeros((2, len(mentions)))
    for group in (mentions.hallucinated, ~mentions.hallucinated):
        if group.any():
            within[0, group], within[1, group] = score[group] - score[group].mean(), place[group] - place[group].mean()
    spread = (within[1] ** 2).sum()
    slope = (within[0] * within[1]).sum() / spread if spread > 0 else 0.0
    return score - slope * place


def discriminate(looks_worse: np.ndarray, mentions: Mentions, resamples: int = RESAMPLES) -> Discrimination:
    """AUROC and average precision of looks_worse [n] (see `danger`), with intervals over images."""
    bad = mentions.hallucinated
    auroc, precision = (
        _over_images(measure, looks_worse, mentions, resamples) for measure in (weighted_auroc, average)
    )
    return Discrimination(auroc, precision, int((~bad).sum()), int(bad.sum()))


def average(looks_worse: np.ndarray, hallucinated: np.ndarray, counted: np.ndarray) -> np.ndarray:
    """Average precision of finding the hallucinated, the worst looking first; as `weighted_auroc`."""
    bad, good = (part[:, ::-1] for part in weights_by_value(looks_worse, hallucinated, counted))
    found, all_of_them = np.cumsum(bad, axis=1), np.cumsum(bad + good, axis=1)
    precision = np.divide(found, all_of_them, out=np.zeros_like(found), where=all_of_them > 0)
    total = bad.sum(1)
    return np.divide((bad * precision).sum(1), total, out=np.full(len(total), np.nan), where=total > 0)


def _over_images(measure: Callable, looks_worse: np.ndarray, mentions: Mentions, resamples: int) -> Interval:
    images, place = np.unique(mentions.image, return_inverse=True)
    if len(images) < FEW_IMAGES:
        images = place = np.arange(len(mentions))
    if not len(images):
        return Interval(np.nan, np.nan, np.nan)
    blocks = np.array_split(weights(len(images), resamples), 20)
    return interval(np.concatenate([measure(looks_worse, mentions.hallucinated, b[:, place]) for b in blocks]))


# ---- Table 5 and Fig. 10 ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Spread:
    """Mean and standard deviation (n - 1) of a score over the right and over the hallucinated mentions (Table 5)."""

    right: tuple[float, float]
    hallucinated: tuple[float, float]


def spread(mentions: Mentions, values: np.ndarray) -> Spread:
    """Of values [n], undefined ones left out; NaN where a class is missing."""

    def of(part: np.ndarray) -> tuple[float, float]:
        part = part[np.isfinite(part)]
        mean = float(part.mean()) if len(part) else np.nan
        return mean, float(part.std(ddof=1)) if len(part) > 1 else np.nan

    return Spread(of(values[~mentions.hallucinated]), of(values[mentions.hallucinated]))


@dataclass(frozen=True)
class Bin:
    """Mentions whose score lies in [low, high). rate: share of hallucinated, None where there are none; by_position:
    the rate that their positions alone predict."""

    low: float
    high: float
    count: int
    rate: Interval | None
    by_position: float | None


def rate_by_bin(mentions: Mentions, name: str = S, bins: int = 10, equal_counts: bool = False) -> list[Bin]:
    """Hallucination rate over bins of a score (Fig. 10b): equally wide from 0, or with equal counts."""
    mentions = mentions.known(name)
    values = mentions.scores[name]
    if not len(values):
        return []
    expected = predicted(standard_ranks(mentions.scores[POSITION])[:, None], mentions.hallucinated)
    low = min(0.0, float(values.min()))
    edges = (
        np.quantile(values, np.linspace(0, 1, bins + 1)) if equal_counts else np.linspace(low, values.max(), bins + 1)
    )
    place = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, bins - 1)
    return [_bin(mentions, expected, place == index, edges[index], edges[index + 1]) for index in range(bins)]


def _bin(mentions: Mentions, expected: np.ndarray, inside: np.ndarray, low: float, high: float) -> Bin:
    if not inside.any():
        return Bin(float(low), float(high), 0, None, None)

    def rate(ignored: np.ndarray, bad: np.ndarray, counted: np.ndarray) -> np.ndarray:
        total = counted.sum(1, dtype=float)
        return np.divide((counted * bad).sum(1), total, out=np.full(len(total), np.nan), where=total > 0)

    part = mentions.kept(inside)
    found = _over_images(rate, np.zeros(len(part)), part, RESAMPLES)
    return Bin(float(low), float(high), len(part), found, float(expected[inside].mean()))


# ---- the claim -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Claim:
    """Does "hallucinations have low saliency" hold on these mentions? scores: by name; gain: what S adds to probability
    and position (None where too few); verdict: a key of VERDICTS; right, hallucinated: how many of each."""

    scores: Mapping[str, Discrimination]
    gain: Gain | None
    verdict: str
    right: int
    hallucinated: int


VERDICTS = {
    "few": f"Too few object words to say: {FEW} right and {FEW} hallucinated ones are needed.",
    "no": "S does not tell hallucinated from right object words here.",
    "reversed": "The reverse of the paper: hallucinated object words have the higher S here.",
    "position": "Low S marks hallucinated words here, but no more than how late they stand: position explains it.",
    "position reversed": "Low S marks hallucinated words only because they stand late: among words at the same place "
    "they have the higher S.",
    "holds": "Low S marks hallucinated object words here, also among words at the same place.",
}


def claim(mentions: Mentions, resamples: int = RESAMPLES) -> Claim:
    """S beside position alone, S adjusted for position, probability and every other score, on the same mentions."""
    mentions = mentions.known(S)
    bad = mentions.hallucinated
    right, wrong = int((~bad).sum()), int(bad.sum())
    names = [S, ADJUSTED, POSITION, PROBABILITY, *(n for n in mentions.scores if n not in (S, POSITION, PROBABILITY))]
    if not right or not wrong:
        return Claim({}, None, "few", right, wrong)
    known = {name: mentions if name == ADJUSTED else mentions.known(name) for name in names}
    found = {name: discriminate(danger(part, name), part, resamples) for name, part in known.items() if len(part)}
    enough = min(right, wrong) >= FEW
    beside = [mentions.scores[PROBABILITY], mentions.scores[POSITION]]
    more = gain(mentions.scores[S], beside, bad) if enough else None
    return Claim(found, more, _verdict(found) if enough else "few", right, wrong)


def _verdict(found: Mapping[str, Discrimination]) -> str:
    plain, adjusted = found[S].auroc, found[ADJUSTED].auroc
    if plain.high < 0.5:
        return "reversed"
    if plain.low <= 0.5:
        return "no"
    if adjusted.low > 0.5:
        return "holds"
    return "position reversed" if adjusted.high < 0.5 else "position"
