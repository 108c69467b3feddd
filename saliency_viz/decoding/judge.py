"""Drafts and candidates are judged (Algorithm 1), and rows of what stands are recorded, many in one pass.

Ignores how tokens are drafted. A step that SGRS changed, or that was decoded in a recorded forward, stands at once; its
row is recorded with the next pass.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from ..saliency import normalize_rows
from ..trace import Step
from .run_state import Draft, Run
from .session import Observation, RecordedRow
from .sgrs import decide, threshold
from .step_records import judged_step, plain_step

Result = TypeVar("Result")


def observed(run: Run, drafts: Sequence[Draft] = ()) -> Iterator[Step]:
    """One pass over the steps that wait for their rows and over the drafts: yields the steps that have theirs.

    Ends at the first draft that SGRS replaces: the step that stands there is written down, and waits for its row.
    """
    waiting = run.steps[run.recorded :]
    if not waiting and not drafts:
        return
    start = run.first + run.recorded - 1
    targets = [one.token_id for one in (*waiting, *drafts)]
    run.chunks.append(len(targets))
    seen = timed(run, "observe", partial(run.session.observe, start, targets, fusion=run.settings.recording.fusion))
    run.look_for_room()
    for offset, step in enumerate(waiting):
        _record(run, seen, offset, start + offset)
        yield step
    for offset, draft in enumerate(drafts, len(waiting)):
        row = start + offset
        first_score = run.score(seen.saliency[offset], row)
        if run.settings.sgrs is None or draft.forced:
            step = plain_step(run, draft, first_score)
        else:
            tokens = draft.choices.token_ids
            look = partial(run.session.observe_candidates, row, tokens, run.lowest)
            step = _judged(run, draft, first_score, partial(_scores, run, row, look))
        if step.token_id != draft.token_id:
            run.steps.append(step)
            return
        _record(run, seen, offset, row, step)
        yield step


def judged_now(run: Run, draft: Draft, recorded: RecordedRow) -> Step:
    """The step of a token that was decoded in a recorded forward: it stands, and waits for its row."""
    row = run.first + len(run.steps) - 1
    tokens, first = draft.choices.token_ids, draft.choices.order[0]
    together = run.pace.all_at_once
    scores = _scores(run, row, partial(recorded.observe, tokens if together else tokens[first : first + 1]))
    score_all = (lambda: scores) if together else partial(_scores, run, row, partial(recorded.observe, tokens))
    step = _judged(run, draft, scores[first if together else 0], score_all)
    run.steps.append(step)
    return step


def _scores(run: Run, row: int, look: Callable[[], Observation]) -> list[float]:
    """S of each token that was looked at in a row, which predicts no first output: that one has no S."""
    scores = [run.score(saliency, row) for saliency in timed(run, "observe", look).saliency]
    return [_number(score) for score in scores]


def _number(score: float | None) -> float:
    assert score is not None
    return score


def _judged(run: Run, draft: Draft, first_score: float | None, score_all: Callable[[], list[float]]) -> Step:
    """Algorithm 1 at one position."""
    recent, sgrs = run.recent_scores(), run.settings.sgrs
    assert sgrs is not None
    decision = decide(draft.choices.order, first_score, threshold(recent, sgrs), sgrs.tries, score_all)
    if first_score is not None:
        run.pace.saw(decision.verdicts[draft.choices.order[0]] == "accepted")
    return judged_step(run, draft, recent, decision)


def _record(run: Run, seen: Observation, index: int, row: int, step: Step | None = None) -> None:
    """Keep a row; its step, if that is new, is written down after it: whoever reads the run meets whole steps only."""
    saliency, norm = seen.saliency[index], seen.norm[index]
    if seen.fused is not None:
        saliency, norm = normalize_rows(seen.fused[index])
    run.rows.add(seen.attention[index, :, : row + 1], saliency[:, : row + 1], norm)
    if step is not None:
        run.steps.append(step)
    run.recorded += 1


def timed(run: Run, what: str, work: Callable[[], Result]) -> Result:
    """The work's result, its seconds counted under a name."""
    started = time.perf_counter()
    result = work()
    run.seconds[what] += time.perf_counter() - started
    return result
