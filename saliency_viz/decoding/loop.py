"""The decoding loop: draft a chunk of tokens, observe it in one pass, keep what stands, go on; or, where SGRS rejects
often, decode and judge a token at a time in one recorded forward.

Ignores where the session came from and what becomes of the steps. Read `decode` from top to bottom.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import partial

from torch import Tensor

from ..models.token_text import token_text
from ..trace import Step
from .judge import judged_now, observed, timed
from .run_state import Draft, Run
from .session import RecordedRow

SHOWN = 10  # alternatives kept with each step when SGRS does not set their number
PATIENCE = 1.0  # seconds of plain drafting after which scores are due, however few tokens


@dataclass(frozen=True)
class Drafted:
    """A token decoded whose row is not yet recorded: shown at once, confirmed or withdrawn later."""

    index: int
    position: int
    token_id: int
    text: str


@dataclass(frozen=True)
class Withdrawn:
    """Drafts from this index on are void: SGRS took another token before them."""

    index: int


@dataclass(frozen=True)
class Searching:
    """A decoder that searches whole captions has found some of this many tokens; none stands yet."""

    length: int


Event = Searching | Drafted | Withdrawn | Step


def decode(run: Run) -> Generator[Event, None, None]:
    """Write the caption: yields Searching while a decoder looks for a whole one, Drafted as tokens are decoded, Step
    once they stand and their rows are recorded, Withdrawn when SGRS cuts a draft short."""
    run.started = time.perf_counter()
    logits = timed(run, "prefill", run.session.prefill)
    run.look_for_room()
    run.decoder.attach(run.session, logits)
    yield from _search(run, logits)
    recorded: RecordedRow | None = None
    while True:
        if recorded is None:
            yield from _draft_and_observe(run, logits)
        else:
            step = judged_now(run, _choose(run, recorded.logits), recorded)
            yield _drafted(run, step)
            if run.waits_long:
                yield from observed(run)
        ended = _ended(run)
        if ended != "cancelled" or run.stopped:
            yield from observed(run)
            run.ended = ended
            return
        run.session.rewind(run.first + len(run.steps) - 1)
        token, recorded = run.steps[-1].token_id, None
        run.pace.choose()
        if run.pace.size == 0 and len(run.steps) >= len(run.given):
            recorded = timed(run, "decode", partial(run.session.advance_recorded, token, run.lowest))
        else:
            logits = timed(run, "decode", partial(run.session.advance, [token]))[-1]


def _search(run: Run, logits: Tensor) -> Iterator[Searching]:
    """Let a decoder that searches find the caption; whoever listens may stop the run between two lengths."""
    searching = run.search(logits)
    while (length := timed(run, "decode", partial(next, searching, None))) is not None:
        yield Searching(length)


def _draft_and_observe(run: Run, logits: Tensor) -> Iterator[Event]:
    """Draft a chunk from logits on, observe it together with what waits for its rows, and keep what stands."""
    if run.recorded + run.room < len(run.steps) + run.chunk:
        yield from observed(run)
    drafts: list[Draft] = []
    chunk_started, patient = time.perf_counter(), run.settings.sgrs is not None or run.settings.lookahead is not None
    first = len(run.steps)
    for draft in _draft(run, logits, run.chunk):
        drafts.append(draft)
        index = first + len(drafts) - 1
        text = token_text(run.session.model.tokenizer, run.output_ids(drafts), index, skip_special=True)
        yield Drafted(index, run.first + index, draft.token_id, text)
        halted = run.found is None and (run.late or run.stopped)  # what a search has found is kept whole
        if halted or (not patient and time.perf_counter() - chunk_started > PATIENCE):
            break
    yield from observed(run, drafts)
    last = len(run.steps) - 1
    if run.steps[last].token_id != drafts[last - first].token_id:
        yield Withdrawn(last)
        yield _drafted(run, run.steps[last])


def _drafted(run: Run, step: Step) -> Drafted:
    """A step that stands and waits for its row."""
    return Drafted(step.index, step.position, step.token_id, step.text)


def _ended(run: Run) -> str:
    """Why the caption is finished; "cancelled" while it is not."""
    if run.steps and run.steps[-1].token_id in run.session.model.stop_ids and not run.steps[-1].forced:
        return "end"
    if len(run.steps) >= run.settings.max_new_tokens:
        return "given" if len(run.settings.forced) >= len(run.steps) else "length"
    if run.found is not None and len(run.steps) >= len(run.found):  # the search was cut short
        return "cancelled" if run.stopped else "time"
    return "time" if run.late else "cancelled"


def _draft(run: Run, logits: Tensor, size: int) -> Iterator[Draft]:
    """Up to size tokens by plain decoding from logits on; the last one is not fed. Stops at a stop token."""
    done = len(run.steps)
    size = min(size, (run.settings.max_new_tokens if run.found is None else len(run.found)) - done)
    given = run.given[done : done + size]
    rows, previous = [logits], -1
    if len(given) > 1:  # all at once: nothing is chosen
        rows += list(timed(run, "decode", partial(run.session.advance, given[:-1])))
    for offset in range(size):
        known = offset < len(given)
        if offset and not (known and offset < len(rows)):
            rows.append(timed(run, "decode", partial(run.session.advance, [previous]))[-1])
        draft = _choose(run, rows[offset], done + offset, given[offset] if known else None)
        previous = draft.token_id
        yield draft
        if draft.token_id in run.session.model.stop_ids and not draft.forced:
            return


def _choose(run: Run, logits: Tensor, index: int | None = None, given: int | None = None) -> Draft:
    """The draft for output `index` (None: the next) from its logits. given: the token, where it is known before."""
    started, sgrs = time.perf_counter(), run.settings.sgrs
    index = len(run.steps) if index is None else index
    position = run.first + index
    mixed = run.mix(logits, position)
    final = logits if mixed is None else mixed.final
    count, among = (sgrs.top_k, sgrs.top_k) if sgrs else (SHOWN, None)
    choices = run.chooser.choose(final, run.session.ids[:position], position, count, among=among)
    run.seconds["decode"] += time.perf_counter() - started
    forced = index < len(run.settings.forced)
    return Draft(choices.first if given is None else given, choices, logits, forced, mixed)
