"""Beam search: the most probable caption among a few kept at each length, as transformers' generate finds it.

Ignores attention. Each beam is a session of its own, forked without copying what they share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..session import Session
from .contract import Context, Decoder, Limits, Parts, Setting


@dataclass(frozen=True)
class Beam:
    """A caption in the making: the sum of its log p, its tokens, its session, and the logits that follow."""

    total: float
    outputs: tuple[int, ...]
    session: Session
    logits: Tensor


class BeamSearch:
    """beams captions side by side; finished ones compete by total / length ** penalty."""

    def __init__(self, beams: int, penalty: float) -> None:
        self.beams, self.penalty = beams, penalty

    def find(self, session: Session, logits: Tensor, limits: Limits) -> list[int]:
        """The best finished caption; where time runs out, the best running one."""
        before = len(session.ids)
        running = [Beam(0.0, (), session, logits)]
        finished: list[tuple[float, tuple[int, ...]]] = []
        kept = max(2, 1 + len(limits.stop_ids)) * self.beams
        while not limits.enough():
            length = len(running[0].outputs) + 1
            ranked = best(running, limits, kept)
            ends = [tokens[-1] in limits.stop_ids or length >= limits.tokens for _, tokens, _ in ranked]
            done = [(total / length**self.penalty, tokens) for total, tokens, _ in ranked[: self.beams]]
            finished += [caption for caption, ended in zip(done, ends, strict=False) if ended]
            finished = sorted(finished, key=lambda caption: -caption[0])[: self.beams]
            going_on = [choice for choice, ended in zip(ranked, ends, strict=True) if not ended][: self.beams]
            full = len(finished) == self.beams
            if not going_on or (full and going_on[0][0] / length**self.penalty <= finished[-1][0]):
                return list(finished[0][1])
            running = [grown(running[parent], total, tokens, before) for total, tokens, parent in going_on]
        return list(finished[0][1] if finished else running[0].outputs)


def best(running: Sequence[Beam], limits: Limits, count: int) -> list[tuple[float, tuple[int, ...], int]]:
    """The `count` most probable one-token continuations of all beams, falling: (total, tokens, which beam)."""
    scores = torch.stack([beam.total + limits.scores(beam.logits, beam.outputs) for beam in running])
    top = scores.flatten().topk(min(count, scores.numel()))
    places = [divmod(place, scores.shape[1]) for place in top.indices.tolist()]
    totals = top.values.tolist()
    return [
        (total, (*running[parent].outputs, token), parent)
        for total, (parent, token) in zip(totals, places, strict=True)
        if total > -torch.inf
    ]


def grown(beam: Beam, total: float, outputs: tuple[int, ...], before: int) -> Beam:
    """A beam with one token more, in a session of its own; before: tokens read before the first output."""
    session = beam.session.fork(beam.session.edits, before + len(outputs) - 1)
    return Beam(total, outputs, session, session.advance([outputs[-1]])[-1])


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
