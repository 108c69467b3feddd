"""A caption in the making: drafts, the steps and rows kept so far, and what the loop needs to know of its settings.

Ignores how tokens are drafted, judged and observed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from ..attention import at_least_float32
from ..memory import free_memory
from ..models.memory.estimate import rows_that_fit
from ..models.prepare import placeholder_ids
from ..scores import score
from ..settings import SGRS, target_layers
from ..trace import RunSettings, Step
from .candidates import Choices, Chooser
from .decoders import Follower, Limits, Mixed, Parts, without_functions
from .pace import PLAIN, Pace
from .session import Session
from .sgrs import recent_scores

PATIENCE = 2.0  # seconds of decoding after which rows are due, if half of WAITING steps wait for theirs
WAITING = 32  # steps that may wait for their rows


@dataclass(frozen=True)
class Draft:
    """A drafted token with what is needed to judge and describe it. logits [vocabulary] predict it. mixed: what a
    decoder made of them, None without one."""

    token_id: int
    choices: Choices
    logits: Tensor
    forced: bool
    mixed: Mixed | None = None


@dataclass
class Rows:
    """What was observed so far: per step attention, normalised saliency [layers, keys up to the row], and norm.

    Copies, in the precision of the Trace: a view would hold all rows of its pass, with SGRS those of K candidates.
    """

    attention: list[Tensor] = field(default_factory=list)
    saliency: list[Tensor] = field(default_factory=list)
    norm: list[Tensor] = field(default_factory=list)

    def add(self, attention: Tensor, saliency: Tensor, norm: Tensor) -> None:
        """One step's tensors [layers, keys], [layers, keys], [layers]."""
        self.attention.append(attention.to(torch.float16, copy=True))
        self.saliency.append(saliency.to(torch.float16, copy=True))
        self.norm.append(norm.to(torch.float32, copy=True))


@dataclass
class Run:
    """A caption in the making."""

    session: Session
    settings: RunSettings
    time_limit: float | None = None
    decoder: Parts = Parts()
    found: tuple[int, ...] | None = None  # by a decoder that searches: the whole caption
    steps: list[Step] = field(default_factory=list)  # that stand
    recorded: int = 0  # so many of them have their rows
    started: float = 0.0  # when decoding began, by time.perf_counter
    passed: float = 0.0  # when rows were last recorded
    room: int = 1  # rows that one observing pass may take
    rows: Rows = field(default_factory=Rows)
    ended: str = "cancelled"
    stopped: bool = False  # asked to end with what is drafted
    seconds: dict[str, float] = field(default_factory=lambda: {"prefill": 0.0, "decode": 0.0, "observe": 0.0})
    chunks: list[int] = field(default_factory=list)  # how many tokens each observing pass saw
    pace: Pace = field(init=False)
    _without: Follower | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        settings, model = self.settings, self.session.model
        self.pace = Pace(settings.lookahead, settings.sgrs.alpha if settings.sgrs is not None else None)
        wanted = settings.sgrs.layers if settings.sgrs is not None else None
        wanted = settings.recording.target_layers if wanted is None else wanted
        self.targets = target_layers(wanted, model.info.layers)
        prompt = self.session.prepared.prompt_ids
        self.first = len(prompt)
        self.chooser = Chooser(
            settings.sampling,
            model.network.generation_config,
            prompt,
            self.first + settings.max_new_tokens,
            placeholder_ids(model),
            model.device,
        )

    @property
    def lowest(self) -> int:
        """The first layer that scores are taken over: no candidate needs a graph below it."""
        return min(self.targets)

    @property
    def late(self) -> bool:
        """Whether the person's time is over; what a search found in it is still recorded."""
        return (
            self.time_limit is not None and self.found is None and time.perf_counter() - self.started > self.time_limit
        )

    @property
    def chunk(self) -> int:
        """Tokens to draft before looking, as far as one observing pass fits into the memory that is free now."""
        return self._fitting(max(self.pace.size, 1))

    def look_for_room(self) -> None:
        """Set how many rows, of drafts and of steps that wait for theirs, fit into the memory that is free now."""
        self.passed, self.room = time.perf_counter(), self._fitting(max(self.pace.size, PLAIN))

    @property
    def waits_long(self) -> bool:
        """Whether the steps without rows are as many as one pass should take, or so many that a person waits."""
        waiting, enough = len(self.steps) - self.recorded, min(WAITING, self.room)
        return waiting >= enough or (waiting >= WAITING // 2 and time.perf_counter() - self.passed > PATIENCE)

    def _fitting(self, rows: int) -> int:
        model = self.session.model
        text, keys = model.config.get_text_config(), self.first + self.settings.max_new_tokens
        element = torch.finfo(model.dtype).bits // 8
        return rows_that_fit(text, keys, element, rows, free_memory(model.device))

    def recent_scores(self) -> tuple[float, ...]:
        """The scores that tau of the next step is taken from; none without SGRS."""
        return recent_scores(self.steps, self.settings.sgrs) if self.settings.sgrs else ()

    def score(self, normalized: Tensor, row: int) -> float | None:
        """S of a row [layers, keys] by the run's settings (Eq. 6 without SGRS); layers may be missing from below."""
        how, missing = self.settings.sgrs or SGRS(), self.session.model.info.layers - len(normalized)
        layers = [layer - missing for layer in self.targets]
        return score(normalized.numpy(), layers, self.first, row + 1, how.score, how.recent)

    def mix(self, logits: Tensor, position: int) -> Mixed | None:
        """What the run's decoder makes of the logits [vocabulary] for a position; None without one."""
        mixer = self.decoder.mixer
        return None if mixer is None else mixer.mix(logits, self.session.ids[self.first : position])

    @property
    def decides_otherwise(self) -> bool:
        """Whether a decoder has a part in what is taken."""
        return bool(self.decoder.functions) or self.decoder.mixer is not None or self.decoder.search is not None

    def plain(self, logits: Tensor, position: int) -> Tensor:
        """Logits [vocabulary] for a position as they would be without the run's decoder; logits: the main stream's.
        What is drafted beyond the position is read in the same pass."""
        if not self.decoder.functions:
            return logits
        if self._without is None:
            self._without = without_functions(self.session)
        return self._without.logits(self.session.ids[self.first : position], self.session.ids[self.first :])

    @property
    def given(self) -> tuple[int, ...]:
        """Output tokens that are known before they are drafted: those a person gave, or what a search found."""
        return self.settings.forced if self.found is None else self.found

    def search(self, logits: Tensor) -> Iterator[int]:
        """Let a decoder that searches find the caption from the prompt and the given tokens on; yields how long its
        captions are."""
        forced, session = self.settings.forced, self.session
        room = self.settings.max_new_tokens - len(forced)
        if self.decoder.search is None or room == 0:
            return
        if forced:
            session = session.fork(session.edits)
            logits = session.advance(forced)[-1]

        def scores(logits: Tensor, outputs: Sequence[int]) -> Tensor:
            return self.chooser.scores(at_least_float32(logits).log_softmax(-1), [*session.ids, *outputs])

        def enough() -> bool:
            return self.stopped or self.late

        limits = Limits(room, session.model.stop_ids, enough, scores)
        self.found = (*forced, *(yield from self.decoder.search.find(session, logits, limits)))

    def drop(self) -> None:
        """Let go of every cache."""
        self.session.drop()
        for part in (self.decoder.mixer, self._without, self.session.prepared.encoded):
            if part is not None:
                part.drop()

    def output_ids(self, drafts: Sequence[Draft] = ()) -> list[int]:
        """Ids of everything written, then of the drafts."""
        return [step.token_id for step in self.steps] + [draft.token_id for draft in drafts]
