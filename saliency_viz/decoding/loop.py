"""The decoding loop: draft a chunk of tokens, observe it in one pass, keep what stands, go on.

Ignores where the session came from and what becomes of the steps. Read `decode` from top to bottom.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from torch import Tensor

from ..models.token_text import token_text
from ..saliency import normalize_rows
from ..trace import Step
from .run_state import Draft, Run
from .session import Observation
from .sgrs import decide, threshold
from .step_records import judged_step, plain_step

Result = TypeVar("Result")
SHOWN = 10  # alternatives kept with each step when SGRS does not set their number
PATIENCE = 1.0  # seconds of plain drafting after which scores are due, however few tokens


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


def decode(run: Run) -> Iterator[Event]:
    """Write the caption: yields Drafted as tokens are decoded, Step once they are observed and stand, Withdrawn when
    SGRS cuts a draft short."""
    started = time.perf_counter()
    logits = _timed(run, "prefill", run.session.prefill)
    run.decoder.attach(run.session, logits)
    _timed(run, "decode", partial(run.search, logits, started))
    patient = run.settings.sgrs is not None or run.settings.lookahead is not None
    over_time = False
    while True:
        drafts: list[Draft] = []
        chunk_started = time.perf_counter()
        for draft in _draft(run, logits, run.chunk):
            drafts.append(draft)
            index = len(run.steps) + len(drafts) - 1
            text = token_text(run.session.model.tokenizer, run.output_ids(drafts), index, skip_special=True)
            yield Drafted(index, run.first + index, draft.token_id, text)
            now = time.perf_counter()
            over_time = run.over_time(started) and run.found is None
            if over_time or run.stopped or (not patient and now - chunk_started > PATIENCE):
                break
        kept = 0
        for step in _walk(run, drafts):
            kept += 1
            yield step
        if kept < len(drafts):
            yield Withdrawn(len(run.steps))
        run.ahead.after(cut=run.steps[-1].token_id != drafts[kept - 1].token_id)
        run.ended = _ended(run, over_time)
        if run.ended != "cancelled" or run.stopped:
            return
        run.session.rewind(run.first + len(run.steps) - 1)
        logits = _timed(run, "decode", partial(run.session.advance, [run.steps[-1].token_id]))[-1]


def _ended(run: Run, over_time: bool) -> str:
    """Why the caption is finished; "cancelled" while it is not."""
    if run.steps and run.steps[-1].token_id in run.session.model.stop_ids and not run.steps[-1].forced:
        return "end"
    if len(run.steps) >= run.settings.max_new_tokens:
        return "given" if len(run.settings.forced) >= len(run.steps) else "length"
    if run.found is not None and len(run.steps) >= len(run.found):  # the search was cut short
        return "cancelled" if run.stopped else "time"
    return "time" if over_time else "cancelled"


def _draft(run: Run, logits: Tensor, size: int) -> Iterator[Draft]:
    """Up to size tokens by plain decoding from logits on; the last one is not fed. Stops at a stop token."""
    sgrs = run.settings.sgrs
    done = len(run.steps)
    size = min(size, (run.settings.max_new_tokens if run.found is None else len(run.found)) - done)
    given = run.given[done : done + size]
    rows, previous = [logits], -1
    if len(given) > 1:  # all at once: nothing is chosen
        rows += list(_timed(run, "decode", partial(run.session.advance, given[:-1])))
    for offset in range(size):
        position = run.first + done + offset
        forced = done + offset < len(run.settings.forced)
        if offset and not (offset < len(given) and offset < len(rows)):
            rows.append(_timed(run, "decode", partial(run.session.advance, [previous]))[-1])
        started = time.perf_counter()
        prefix = run.session.ids[:position]
        mixed = run.mix(rows[offset], position)
        final = rows[offset] if mixed is None else mixed.final
        choices = run.chooser.choose(
            final, prefix, position, sgrs.top_k if sgrs else SHOWN, among=sgrs.top_k if sgrs else None
        )
        token = given[offset] if offset < len(given) else choices.first
        draft = Draft(token, choices, rows[offset], forced, mixed)
        previous = draft.token_id
        run.seconds["decode"] += time.perf_counter() - started
        yield draft
        if draft.token_id in run.session.model.stop_ids and not forced:
            return


def _walk(run: Run, drafts: Sequence[Draft]) -> Iterator[Step]:
    """Observe the drafts in one pass and yield their steps, up to and including the first that SGRS replaces."""
    start = run.first + len(run.steps) - 1
    run.chunks.append(len(drafts))
    fusion = run.settings.recording.fusion
    all_candidates = None
    if run.ahead.shrunk and len(drafts) == 1 and not drafts[0].forced:  # a rejection is likely: score them all at once
        candidates = drafts[0].choices.token_ids
        seen = _timed(run, "observe", partial(run.session.observe_candidates, start, candidates, fusion=fusion))
        all_candidates, target = seen, drafts[0].choices.order[0]
    else:
        targets, target = [draft.token_id for draft in drafts], 0
        seen = _timed(run, "observe", partial(run.session.observe, start, targets, fusion=fusion))
    for offset, draft in enumerate(drafts):
        row = start + offset
        first_score = run.score(seen.saliency[target + offset], row)
        if run.settings.sgrs is None or draft.forced:
            step, taken = plain_step(run, draft, first_score), None
        else:
            step, taken = _judge(run, draft, row, first_score, all_candidates)
        if taken is None:
            _keep(run, seen, offset, target + offset, row)
        else:
            _keep(run, taken[0], 0, taken[1], row)
        run.steps.append(step)
        yield step
        if step.token_id != draft.token_id:
            return


def _judge(
    run: Run, draft: Draft, row: int, first_score: float | None, seen: Observation | None
) -> tuple[Step, tuple[Observation, int] | None]:
    """Algorithm 1 at one position; with where to find the taken candidate's row if it is not the drafted one."""
    fusion, tokens = run.settings.recording.fusion, draft.choices.token_ids

    def score_all() -> list[float]:
        nonlocal seen
        if seen is None:
            seen = _timed(run, "observe", partial(run.session.observe_candidates, row, tokens, fusion=fusion))
        return [run.score(saliency, row) for saliency in seen.saliency]

    recent, sgrs = run.recent_scores(), run.settings.sgrs
    decision = decide(draft.choices.order, first_score, threshold(recent, sgrs), sgrs.tries, score_all)
    step = judged_step(run, draft, recent, decision)
    return step, (seen, decision.taken) if step.token_id != draft.token_id else None


def _keep(run: Run, seen: Observation, row_index: int, target_index: int, row: int) -> None:
    saliency, norm = seen.saliency[target_index], seen.norm[target_index]
    if seen.fused is not None:
        saliency, norm = normalize_rows(seen.fused[target_index])
    run.rows.add(seen.attention[row_index, :, : row + 1], saliency[:, : row + 1], norm)


def _timed(run: Run, what: str, work):
    started = time.perf_counter()
    result = work()
    run.seconds[what] += time.perf_counter() - started
    return result
