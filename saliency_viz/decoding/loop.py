"""The decoding loop: draft a chunk of tokens, observe it in one pass, keep what stands, go on.

Ignores where the session came from and what becomes of the steps. Read `decode` from top to bottom.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from ..models.text import token_text
from ..saliency import normalize_rows, score
from ..settings import target_layers
from ..trace import Candidate, RunSettings, Step
from .choices import Chooser, Choices
from .session import Observation, Session
from .sgrs import Lookahead, decide, threshold

SHOWN = 10  # alternatives kept with each step when SGRS does not set their number
PLAIN_CHUNK, FIRST_CHUNK, LONGEST_CHUNK = 32, 8, 32


@dataclass(frozen=True)
class Drafted:
    """A token decoded but not yet observed: shown at once, confirmed or withdrawn later."""

    index: int
    position: int
    token_id: int
    text: str


@dataclass(frozen=True)
class Withdrawn:
    """Drafts from this index on are void: SGRS took another token before them."""

    index: int


Event = Drafted | Withdrawn | Step


@dataclass(frozen=True)
class Draft:
    """A drafted token with what is needed to judge and describe it. logits [vocabulary] predict it."""

    token_id: int
    choices: Choices
    logits: Tensor
    forced: bool


@dataclass
class Rows:
    """What was observed so far: per step attention, normalised saliency [layers, keys up to the row], and norm."""

    attention: list[Tensor] = field(default_factory=list)
    saliency: list[Tensor] = field(default_factory=list)
    norm: list[Tensor] = field(default_factory=list)

    def add(self, attention: Tensor, saliency: Tensor, norm: Tensor) -> None:
        """One step's tensors [layers, keys], [layers, keys], [layers]."""
        self.attention.append(attention)
        self.saliency.append(saliency)
        self.norm.append(norm)


@dataclass
class Run:
    """A caption in the making."""

    session: Session
    settings: RunSettings
    time_limit: float | None = None
    steps: list[Step] = field(default_factory=list)
    rows: Rows = field(default_factory=Rows)
    history: list[float] = field(default_factory=list)  # scores of accepted outputs, Eq. 7
    ended: str = "cancelled"
    seconds: dict[str, float] = field(default_factory=lambda: {"prefill": 0.0, "decode": 0.0, "observe": 0.0})
    chunks: list[int] = field(default_factory=list)  # how many tokens each observing pass saw

    def __post_init__(self) -> None:
        settings, model = self.settings, self.session.model
        wanted = settings.sgrs.layers if settings.sgrs is not None else None
        wanted = settings.recording.target_layers if wanted is None else wanted
        self.targets = target_layers(wanted, model.info.layers)
        self.chooser = Chooser(settings.sampling, model.network.generation_config)
        self.first = len(self.session.prepared.prompt_ids)

    def output_ids(self, drafts: Sequence[Draft] = ()) -> list[int]:
        """Ids of everything written, then of the drafts."""
        return [step.token_id for step in self.steps] + [draft.token_id for draft in drafts]


def decode(run: Run) -> Iterator[Event]:
    """Write the caption: yields Drafted as tokens are decoded, Step once they are observed and stand, Withdrawn when
    SGRS cuts a draft short."""
    started = time.perf_counter()
    logits = _timed(run, "prefill", run.session.prefill)
    sgrs, lookahead = run.settings.sgrs, run.settings.lookahead
    ahead = Lookahead(lookahead, FIRST_CHUNK if sgrs else PLAIN_CHUNK, LONGEST_CHUNK)
    over_time = False
    while True:
        drafts: list[Draft] = []
        for draft in _draft(run, logits, ahead.size):
            drafts.append(draft)
            index = len(run.steps) + len(drafts) - 1
            text = token_text(run.session.model.tokenizer, run.output_ids(drafts), index, skip_special=True)
            yield Drafted(index, run.first + index, draft.token_id, text)
            over_time = run.time_limit is not None and time.perf_counter() - started > run.time_limit
            if over_time:
                break
        kept = 0
        for step in _walk(run, drafts):
            kept += 1
            yield step
        if kept < len(drafts):
            yield Withdrawn(len(run.steps))
        ahead.after(cut=run.steps[-1].token_id != drafts[kept - 1].token_id)
        run.ended = _ended(run, over_time)
        if run.ended != "cancelled":
            return
        run.session.rewind(run.first + len(run.steps) - 1)
        logits = _timed(run, "decode", lambda: run.session.advance([run.steps[-1].token_id])[-1])


def _ended(run: Run, over_time: bool) -> str:
    """Why the caption is finished; "cancelled" while it is not."""
    if run.steps and run.steps[-1].token_id in run.session.model.stop_ids and not run.steps[-1].forced:
        return "end"
    if len(run.steps) >= run.settings.max_new_tokens:
        return "given" if len(run.settings.forced) >= len(run.steps) else "length"
    return "time" if over_time else "cancelled"


def _draft(run: Run, logits: Tensor, size: int) -> Iterator[Draft]:
    """Up to size tokens by plain decoding from logits on; the last one is not fed. Stops at a stop token."""
    sgrs = run.settings.sgrs
    size = min(size, run.settings.max_new_tokens - len(run.steps))
    done = len(run.steps)
    given = run.settings.forced[done : done + size]
    rows = [logits]
    if len(given) > 1:  # all at once: nothing is chosen
        rows += list(_timed(run, "decode", lambda: run.session.advance(given[:-1])))
    for offset in range(size):
        position = run.first + done + offset
        forced = offset < len(given)
        if offset and not (forced and offset < len(rows)):
            rows.append(_timed(run, "decode", lambda: run.session.advance([draft.token_id])[-1]))
        started = time.perf_counter()
        prefix = run.session.ids[:position]
        choices = run.chooser.choose(
            rows[offset], prefix, position, sgrs.top_k if sgrs else SHOWN, among=sgrs.top_k if sgrs else None
        )
        draft = Draft(given[offset] if forced else choices.first, choices, rows[offset], forced)
        run.seconds["decode"] += time.perf_counter() - started
        yield draft
        if draft.token_id in run.session.model.stop_ids and not forced:
            return


def _walk(run: Run, drafts: Sequence[Draft]) -> Iterator[Step]:
    """Observe the drafts in one pass and yield their steps, up to and including the first that SGRS replaces."""
    if not drafts:
        return
    start = run.first + len(run.steps) - 1
    run.chunks.append(len(drafts))
    seen = _timed(
        run,
        "observe",
        lambda: run.session.observe(
            start, [draft.token_id for draft in drafts], fusion=run.settings.recording.fusion
        ),
    )
    for offset, draft in enumerate(drafts):
        row = start + offset
        first_score = score(seen.saliency[offset], run.targets, run.first, row + 1)
        if run.settings.sgrs is None or draft.forced:
            step = _plain_step(run, draft, first_score)
            _keep(run, seen, offset, offset, row)
        else:
            step, other = _judged_step(run, draft, row, first_score)
            if other is None:
                _keep(run, seen, offset, offset, row)
            else:
                observation, taken = other
                _keep(run, observation, 0, taken, row)
        run.steps.append(step)
        yield step
        if step.token_id != draft.token_id:
            return


def _judged_step(
    run: Run, draft: Draft, row: int, first_score: float | None
) -> tuple[Step, tuple[Observation, int] | None]:
    """Algorithm 1 at one position; with the observation of the taken candidate if it is not the drafted one."""
    seen: list[Observation] = []

    def score_all() -> list[float]:
        seen.append(
            _timed(run, "observe", lambda: run.session.observe_candidates(row, draft.choices.token_ids))
        )
        return [score(saliency, run.targets, run.first, row + 1) for saliency in seen[0].saliency]

    history = tuple(run.history[-run.settings.sgrs.window :])
    decision = decide(draft.choices.order, first_score, run.history, run.settings.sgrs, score_all)
    taken_score = decision.saliency[decision.taken]
    if taken_score is not None and not decision.fallback:
        run.history.append(taken_score)
    candidates = _candidates(run, draft, decision.saliency, decision.verdicts)
    token = draft.choices.token_ids[decision.taken]
    step = _step(run, draft, token, taken_score, decision.threshold, history, candidates, decision.fallback)
    return step, (seen[0], decision.taken) if token != draft.token_id else None


def _plain_step(run: Run, draft: Draft, first_score: float | None) -> Step:
    """A step that is not judged: plain decoding, or a token the person gave."""
    saliency = [first_score if token == draft.token_id else None for token in draft.choices.token_ids]
    verdicts = ["accepted" if token == draft.token_id else "untried" for token in draft.choices.token_ids]
    history = tuple(run.history[-run.settings.sgrs.window :]) if run.settings.sgrs else ()
    tau = threshold(run.history, run.settings.sgrs) if run.settings.sgrs else None
    if first_score is not None:
        run.history.append(first_score)
    candidates = _candidates(run, draft, saliency, verdicts)
    return _step(run, draft, draft.token_id, first_score, tau, history, candidates, False)


def _candidates(run: Run, draft: Draft, saliency: Sequence, verdicts: Sequence) -> tuple[Candidate, ...]:
    tokenizer, written = run.session.model.tokenizer, run.output_ids()
    places = {candidate: place for place, candidate in enumerate(draft.choices.order)}
    return tuple(
        Candidate(
            token_id=token,
            text=token_text(tokenizer, [*written[-8:], token], min(len(written), 8)),
            probability=draft.choices.probabilities[index],
            saliency=saliency[index],
            verdict=verdicts[index],
            draw=places[index],
        )
        for index, token in enumerate(draft.choices.token_ids)
    )


def _step(
    run: Run,
    draft: Draft,
    token: int,
    taken_score: float | None,
    tau: float | None,
    history: tuple[float, ...],
    candidates: tuple[Candidate, ...],
    fallback: bool,
) -> Step:
    index = len(run.steps)
    log_probabilities = draft.logits.float().log_softmax(-1)
    own = log_probabilities[token]
    return Step(
        index=index,
        position=run.first + index,
        token_id=token,
        text=token_text(run.session.model.tokenizer, [*run.output_ids(), token], index, skip_special=True),
        probability=float(own.exp()),
        rank=int((log_probabilities > own).sum()) + 1,
        entropy=float(torch.special.entr(log_probabilities.exp()).sum()),
        score=taken_score,
        threshold=tau,
        history=history,
        candidates=candidates,
        fallback=fallback,
        forced=draft.forced,
    )


def _keep(run: Run, seen: Observation, row_index: int, target_index: int, row: int) -> None:
    saliency, norm = seen.saliency[target_index], seen.norm[target_index]
    if seen.fused is not None:
        saliency, norm = normalize_rows(seen.fused[target_index])
    run.rows.add(seen.attention[row_index, :, : row + 1], saliency[:, : row + 1], norm)


def _timed(run: Run, what: str, work):  # noqa: ANN001, ANN202 - a timer, whatever the work gives
    started = time.perf_counter()
    result = work()
    run.seconds[what] += time.perf_counter() - started
    return result
