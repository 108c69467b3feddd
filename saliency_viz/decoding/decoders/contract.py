"""What a decoder is: a row of the table with its settings, and what it puts into a run.

Ignores any one decoder: those are one file each beside this one, and one row each in table.py.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from ...attention import AttentionFunction, Edits
from ...models.base import LVLM, Prepared, Request
from ...settings import Edit, LocoRE
from ..session import Session, Tap


@dataclass(frozen=True)
class Setting:
    """A number a person can set. default: the authors'. neutral: with all settings neutral, decoding is plain."""

    name: str
    default: float
    low: float
    high: float
    meaning: str
    whole: bool = False
    neutral: float | None = None


@dataclass(frozen=True)
class Mixed:
    """A step's logits [vocabulary] as the decoder would have them chosen from, and those of its other stream."""

    final: Tensor
    other: Tensor | None = None


class Mixer(Protocol):
    """Stands between the session and the choice of a token."""

    def mix(self, logits: Tensor, outputs: Sequence[int]) -> Mixed:
        """logits [vocabulary]: the main stream's after these outputs. Called in any order: what a mixer has read must
        follow outputs back and forth."""
        ...

    def drop(self) -> None:
        """Let go of what was read."""


Found = Generator[int, None, list[int]]  # yields how long the captions are so far; returns the one that was found


class Search(Protocol):
    """Finds whole captions, which are then recorded like a given one."""

    def find(self, session: Session, logits: Tensor, limits: Limits) -> Found:
        """The output tokens that follow what a session has read (it is left as it was). logits [vocabulary]: what it
        predicts next."""
        ...


@dataclass(frozen=True)
class Limits:
    """Where a search must end: tokens at most, ids that end a caption, and a clock or a person that says enough.
    scores: log p [vocabulary] after the checkpoint's processors, from logits and the outputs so far."""

    tokens: int
    stop_ids: frozenset[int]
    enough: Callable[[], bool]
    scores: Callable[[Tensor, Sequence[int]], Tensor]


@dataclass(frozen=True)
class Context:
    """What a decoder is made from. values: all of its settings. seed: the run's."""

    model: LVLM
    prepared: Prepared
    values: Mapping[str, float]
    seed: int = 0
    locore: LocoRE | None = None
    edits: tuple[Edit, ...] = ()

    @property
    def request(self) -> Request:
        """What was asked, for a decoder with needs_request: it is not made without one."""
        assert self.prepared.request is not None, "needs_request must be set"
        return self.prepared.request

    def other_edits(self, prepared: Prepared, functions: Sequence[AttentionFunction] = ()) -> Edits:
        """The run's edits for a second stream: LocoRE moves with its outputs; a person's edits name positions of the
        main prompt, and act on a stream with the same prompt only."""
        alike = prepared.prompt_ids == self.prepared.prompt_ids
        return Edits(len(prepared.prompt_ids), self.locore, self.edits if alike else (), tuple(functions))


@dataclass(frozen=True)
class Parts:
    """What a decoder puts into a run; empty for plain decoding. functions: edits of the main stream. tap: hears the
    main stream's states. attach: called with the run's session after its prefill and the
    logits [vocabulary] it ended in, before anything else is read."""

    functions: tuple[AttentionFunction, ...] = ()
    tap: Tap | None = None
    attach: Callable[[Session, Tensor], None] = lambda session, logits: None
    mixer: Mixer | None = None
    search: Search | None = None

    @property
    def caches(self) -> int:
        """Caches of the whole length beside the main one, at most: of second streams, of a search's captions, and of
        the stream that tells what would be said without edits by function."""
        return sum(getattr(part, "caches", 0) for part in (self.mixer, self.search)) + bool(self.functions)


@dataclass(frozen=True)
class Decoder:
    """A row of the table. paper: authors, venue, arXiv. formula: as we read it. passes: forward passes for each token,
    plain decoding being 1. reading: where the paper does not settle the formula. absent: why it cannot be had."""

    name: str
    title: str
    paper: str
    formula: str
    settings: tuple[Setting, ...] = ()
    passes: str = "1"
    reading: str = ""
    make: Callable[[Context], Parts] | None = None
    absent: str = ""
    searches: bool = False  # finds whole captions
    without_sgrs: str = ""  # why it does not combine with SGRS; "" where it does
    needs_request: bool = False  # prepares the picture or the instruction anew: not from a bare tensor
    models: str = "all"

    @property
    def defaults(self) -> dict[str, float]:
        """Every setting at the authors' value."""
        return {setting.name: setting.default for setting in self.settings}

    @property
    def neutral(self) -> dict[str, float]:
        """The settings with which decoding is plain, bit for bit."""
        return {s.name: s.default if s.neutral is None else s.neutral for s in self.settings}
