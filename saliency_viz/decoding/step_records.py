"""A draft that stands becomes a Step: its facts, its candidates and their verdicts.

Ignores how the draft was made and judged.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ..models.token_text import next_texts, token_text
from ..trace import Candidate, Step, Verdict
from .run_state import Draft, Run
from .sgrs import Decision, threshold


def plain_step(run: Run, draft: Draft, score: float | None) -> Step:
    """A step that is not judged: plain decoding, or a token the person gave."""
    taken = [token == draft.token_id for token in draft.choices.token_ids]
    saliency = [score if mine else None for mine in taken]
    verdicts: list[Verdict] = ["accepted" if mine else "untried" for mine in taken]
    recent = run.recent_scores()
    tau = threshold(recent, run.settings.sgrs) if run.settings.sgrs else None
    return _step(run, draft, draft.token_id, score, tau, recent, _candidates(run, draft, saliency, verdicts), False)


def judged_step(run: Run, draft: Draft, recent: tuple[float, ...], decision: Decision) -> Step:
    """The step of Algorithm 1's decision. recent: the scores its tau was taken from."""
    candidates = _candidates(run, draft, decision.saliency, decision.verdicts)
    token, score = draft.choices.token_ids[decision.taken], decision.saliency[decision.taken]
    return _step(run, draft, token, score, decision.threshold, recent, candidates, decision.fallback)


def _candidates(
    run: Run, draft: Draft, saliency: Sequence[float | None], verdicts: Sequence[Verdict]
) -> tuple[Candidate, ...]:
    texts = next_texts(run.session.model.tokenizer, run.output_ids(), draft.choices.token_ids)
    compared = _compared(run, draft, draft.choices.token_ids)
    places = {candidate: place for place, candidate in enumerate(draft.choices.order)}
    return tuple(
        Candidate(
            token_id=token,
            text=texts[index],
            probability=draft.choices.probabilities[index],
            saliency=saliency[index],
            verdict=verdicts[index],
            draw=places[index],
            plain=compared[index][0],
            other=compared[index][1],
        )
        for index, token in enumerate(draft.choices.token_ids)
    )


def _compared(run: Run, draft: Draft, tokens: Sequence[int]) -> list[tuple[float | None, float | None]]:
    """(plain, other) probability of each token: without the run's decoder, and in its other stream, after the same
    processors and temperature; None where there is none."""
    position = run.first + len(run.steps)
    plain = run.plain(draft.logits, position) if run.decides_otherwise else None
    other = None if draft.mixed is None else draft.mixed.other
    found = [
        [None] * len(tokens) if logits is None else _probabilities(run, logits, position, tokens)
        for logits in (plain, other)
    ]
    return list(zip(*found, strict=True))


def _probabilities(run: Run, logits: Tensor, position: int, tokens: Sequence[int]) -> list[float]:
    return run.chooser.scores(logits, run.session.ids[:position]).softmax(-1)[list(tokens)].tolist()


def _plain(run: Run, draft: Draft) -> Candidate | None:
    """The token that would have been taken without the decoder, by the same draw."""
    if not run.decides_otherwise:
        return None
    position, sgrs = run.first + len(run.steps), run.settings.sgrs
    count, among = (sgrs.top_k, sgrs.top_k) if sgrs else (1, None)
    plain = run.plain(draft.logits, position)
    token = run.chooser.choose(plain, run.session.ids[:position], position, count, among).first
    ((before, other),) = _compared(run, draft, [token])
    final = draft.logits if draft.mixed is None else draft.mixed.final
    (after,) = _probabilities(run, final, position, [token])
    (text,) = next_texts(run.session.model.tokenizer, run.output_ids(), [token])
    return Candidate(token, text, after, plain=before, other=other)


def _step(
    run: Run,
    draft: Draft,
    token: int,
    score: float | None,
    tau: float | None,
    recent: tuple[float, ...],
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
        score=score,
        threshold=tau,
        history=recent,
        candidates=candidates,
        fallback=fallback,
        forced=draft.forced,
        plain=_plain(run, draft),
    )
