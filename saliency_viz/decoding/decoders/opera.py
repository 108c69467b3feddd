"""OPERA: beam search that distrusts captions leaning on one word, and goes back to that word to say something else.

Ignores the picture: the penalty reads attention among the words written so far.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import partial

from torch import Tensor

from ...attention import AttentionFunction, Edits
from ..session import Session
from .beam import Beam, Choice, search
from .contract import Context, Decoder, Found, Limits, Parts, Setting

MOST_RETURNS = 5  # to one word, before the one before it is gone back to (beta in the paper)


class Watch(AttentionFunction):
    """Changes nothing; keeps the newest row of the last layer, the largest of all heads, over the words written."""

    def __init__(self, layer: int, first: int) -> None:
        self.layers, self.first = frozenset({layer}), first
        self.rows: list[Tensor] = []

    def weights(self, layer: int, rows: range, scores: Tensor, weights: Tensor) -> Tensor:
        """One entry per row of the call."""
        largest = weights.detach().amax(0)
        self.rows = [largest[index, self.first : row + 1].cpu() for index, row in enumerate(rows)]
        return weights


@dataclass(frozen=True)
class Trusting(Beam):
    """A beam with its words' attention to each other (row i over words 0..i) and, per word, where trust was largest."""

    rows: tuple[Tensor, ...] = ()
    places: tuple[int, ...] = ()


@dataclass
class Opera:
    """The search. window: how many of the last words the penalty looks at."""

    beams: int
    scale: float
    threshold: int
    candidates: int
    weight: float
    window: int
    layer: int
    _returns: Counter = field(default_factory=Counter)
    _banned: set[tuple[int, ...]] = field(default_factory=set)  # words that may not be said again, with those before
    _past: dict[int, list[Trusting]] = field(default_factory=dict)  # the beams at each length, without their sessions

    @property
    def caches(self) -> int:
        """One for every word tried, beside the beams they grow from."""
        return self.beams * (self.candidates + 1)

    def find(self, session: Session, logits: Tensor, limits: Limits) -> Found:
        """The best finished caption."""
        watch = Watch(self.layer, len(session.ids))
        edits = replace(session.edits, functions=(*session.edits.functions, watch))
        start = Trusting(0.0, (), session, logits)
        expand = partial(self._expand, edits=edits, watch=watch, limits=limits)
        review = partial(self._review, session=session, edits=edits)
        return (yield from search(start, limits, self.beams, 1.0, expand, review))

    def _expand(self, running: list[Trusting], edits: Edits, watch: Watch, limits: Limits) -> list[Choice[Trusting]]:
        """Every beam's most probable words, each read to see how it would be trusted."""
        choices = []
        for beam in running:
            scores = limits.scores(beam.logits, beam.outputs)
            for outputs in self._banned:
                if outputs[:-1] == beam.outputs:
                    scores[outputs[-1]] = float("-inf")
            top = scores.topk(min(self.candidates, len(scores)))
            for value, token in zip(top.values.tolist(), top.indices.tolist(), strict=True):
                if value > float("-inf"):
                    choices.append(self._read(beam, value, token, edits, watch))
        return sorted(choices, key=lambda choice: -choice.total)

    def _read(self, beam: Trusting, log_probability: float, token: int, edits: Edits, watch: Watch) -> Choice[Trusting]:
        session = beam.session.fork(edits)
        logits = session.advance([token])[-1]
        rows = (*beam.rows, watch.rows[-1])
        trust, place = over_trust(rows, self.scale, self.window)
        total = beam.total + log_probability - self.weight * trust
        longer = Trusting(total, (*beam.outputs, token), session, logits, rows, (*beam.places, place))
        return Choice(total, longer.outputs, lambda: longer)

    def _review(self, running: list[Trusting], session: Session, edits: Edits) -> list[Trusting]:
        """Go back to just after the word that the best beam trusted most, once it has done so often enough."""
        leading = running[0]
        self._past[len(leading.outputs)] = [replace(beam, session=None, logits=None) for beam in running]
        place, count = Counter(leading.places).most_common(1)[0]
        if count < self.threshold:
            return running
        while place >= 0 and self._returns[place] >= MOST_RETURNS:
            place -= 1
        if place < 0:
            return running
        self._returns[place] += 1
        self._banned.add(leading.outputs[: place + 2])
        again = []
        for beam in self._past[place + 1]:
            reread = session.fork(edits)
            again.append(replace(beam, session=reread, logits=reread.advance(beam.outputs)[-1]))
        return again


def over_trust(rows: tuple[Tensor, ...], scale: float, window: int) -> tuple[float, int]:
    """(phi, word): the largest product down a column of scaled attention from the last `window` words to each of them,
    from its own row on, and which word's column it is. rows[i] [i + 1]: attention of word i to words 0..i."""
    first = max(0, len(rows) - window)
    products = [
        math.prod(float(rows[row][word]) * scale for row in range(word, len(rows))) for word in range(first, len(rows))
    ]
    largest = max(range(len(products)), key=products.__getitem__)
    return products[largest], first + largest


def make(context: Context) -> Parts:
    """The search; one beam and one candidate without weight is greedy decoding."""
    values = context.values
    if values["beams"] == 1 and values["candidates"] == 1 and values["weight"] == 0:
        return Parts()
    opera = Opera(
        beams=int(values["beams"]),
        scale=values["scale"],
        threshold=int(values["threshold"]),
        candidates=int(values["candidates"]),
        weight=values["weight"],
        window=int(values["window"]),
        layer=context.model.info.layers - 1,
    )
    return Parts(search=opera)


DECODER = Decoder(
    name="opera",
    title="OPERA",
    paper="Huang et al., CVPR 2024, arXiv 2311.17911",
    formula="beam search by log p - weight phi, phi the largest product down a column of scaled attention among the "
    "last words; back to the word of that column once it was the same `threshold` times",
    settings=(
        Setting("beams", 5, 1, 64, "captions kept side by side", whole=True, neutral=1),
        Setting("scale", 50.0, 0.0, 1000.0, "sigma: factor on attention before the product"),
        Setting("threshold", 15, 1, 1000, "how often one word must be trusted most", whole=True),
        Setting("candidates", 5, 1, 64, "words tried for each beam", whole=True, neutral=1),
        Setting("weight", 1.0, 0.0, 100.0, "alpha: weight of the penalty", neutral=0.0),
        Setting("window", 512, 1, 4096, "last words the penalty looks at", whole=True),
    ),
    passes="beams x candidates",
    reading="Attention is the last layer's, the largest of its heads. Each candidate is read to have its own row in "
    "the penalty; scores are not normalised again over the candidates. Going back is decided by the leading beam, all "
    "beams return to where they stood, and how often a word was trusted is counted over the whole caption.",
    make=make,
    searches=True,
    without_sgrs="SGRS judges one token at a time, and a search decides on whole captions.",
)
