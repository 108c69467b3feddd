"""Beam search: the most probable caption among a few kept at each length, as transformers' generate finds it.

Ignores attention. Each beam is a session of its own, forked without copying what they share.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

import torch
from torch import Tensor

from ..session import Session
from .contract import Context, Decoder, Found, Limits, Parts, Setting


@dataclass(frozen=True)
class Beam:
    """A caption in the making: the sum of its log p, its tokens, its session, and the logits that follow."""

    total: float
    outputs: tuple[int, ...]
    session: Session
    logits: Tensor


OneBeam = TypeVar("OneBeam", bound=Beam)


@dataclass(frozen=True)
class Choice(Generic[OneBeam]):
    """A beam's next token before it is fed. total and outputs: with it. beam: makes the longer beam."""

    total: float
    outputs: tuple[int, ...]
    beam: Callable[[], OneBeam]


class BeamSearch:
    """beams captions side by side; finished ones compete by total / length ** penalty."""

    def __init__(self, beams: int, penalty: float) -> None:
        self.beams, self.penalty = beams, penalty
        self.caches = 2 * beams  # those that are read on, and what they grow from

    def find(self, session: Session, logits: Tensor, limits: Limits) -> Found:
        """The best finished caption; where time runs out, the best running one."""
        kept = max(2, 1 + len(limits.stop_ids)) * self.beams
        start = Beam(0.0, (), session, logits)
        expand = partial(best, limits=limits, count=kept)
        return (yield from search(start, limits, self.beams, self.penalty, expand))


def search(
    start: OneBeam,
    limits: Limits,
    beams: int,
    penalty: float,
    expand: Callable[[list[OneBeam]], list[Choice[OneBeam]]],
    review: Callable[[list[OneBeam]], list[OneBeam]] = lambda running: running,
) -> Found:
    """The loop of a beam search. expand: choices of all beams, falling by total. review: may take the running beams
    back to where they were. A finished caption counts only if it is among the first `beams` choices of its length."""
    running: list[OneBeam] = [start]
    finished: list[tuple[float, tuple[int, ...]]] = []
    while running[0] is start or not limits.enough():  # at least one word
        length = len(running[0].outputs) + 1
        ranked = expand(running)
        ended = [choice.outputs[-1] in limits.stop_ids or length >= limits.tokens for choice in ranked]
        finished += [
            (choice.total / length**penalty, choice.outputs)
            for choice, ends in zip(ranked[:beams], ended, strict=False)
            if ends
        ]
        finished = sorted(finished, key=lambda caption: -caption[0])[:beams]
        going_on = [choice for choice, ends in zip(ranked, ended, strict=True) if not ends][:beams]
        full = len(finished) == beams
        if not going_on or (full and going_on[0].total / length**penalty <= finished[-1][0]):
            break
        running = review([choice.beam() for choice in going_on])
        yield length
    return list(finished[0][1] if finished else running[0].outputs)


def best(running: Sequence[Beam], limits: Limits, count: int) -> list[Choice[Beam]]:
    """The `count` most probable one-token continuations of all beams."""
    scores = torch.stack([beam.total + limits.scores(beam.logits, beam.outputs) for beam in running])
    top = scores.flatten().topk(min(count, scores.numel()))
    places = [divmod(place, scores.shape[1]) for place in top.indices.tolist()]
    return [
        Choice(total, (*running[parent].outputs, token), partial(grown, running[parent], total, token))
        for total, (parent, token) in zip(top.values.tolist(), places, strict=True)
        if total > -torch.inf
    ]


def grown(beam: Beam, total: float, token: int) -> Beam:
    """A beam with one token more, in a session of its own."""
    session = beam.session.fork(beam.session.edits)
    return Beam(total, (*beam.outputs, token), session, session.advance([token])[-1])


def make(context: Context) -> Parts:
    """The search; one beam is greedy decoding."""
    if context.values["beams"] == 1:
        return Parts()
    return Parts(search=BeamSearch(int(context.values["beams"]), context.values["length_penalty"]))


DECODER = Decoder(
    name="beam",
    title="Beam search",
    paper="as in transformers (early_stopping False)",
    formula="the caption with the largest sum of log p / length ** length_penalty among those found with `beams` kept",
    settings=(
        Setting("beams", 5, 1, 64, "captions kept side by side", whole=True, neutral=1),
        Setting("length_penalty", 1.0, -10.0, 10.0, "above 0 favours long captions"),
    ),
    passes="beams",
    reading="The caption appears when the search is over, and is recorded then.",
    make=make,
    searches=True,
    without_sgrs="SGRS judges one token at a time, and a search decides on whole captions.",
)
