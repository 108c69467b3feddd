"""Tokens and gradients: decoding against `generate`, rows against autograd, LocoRE and SGRS against their letter.

Ignores texts and pixels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from ..settings import SGRS, LocoRE
from ..trace import RunSettings, Trace
from .check import Check, judged
from .literal import algorithm_1, attached, forget_positions, locore_gain, relative
from .subject import Subject, exact, in_half

FEW = 6  # tokens of the literal forms: a full backward for each candidate
EXACT, HALF = 1e-3, 0.03  # largest difference over the largest value of a row: in float32, and in half precision
ROUNDED = 3  # times as far off, at most, as another pass in the same half precision
TRACE = 1e-3  # more where a Trace's half precision comes in
LOCORE = LocoRE(0.5, 3)  # stronger than the paper's, so that leaving it out would be seen
STRICT = SGRS(top_k=3, tries=2, alpha=1.0)  # rejects often


def prompt_check(subject: Subject) -> Check:
    """Ids and tensors of the prompt against the processor's own."""
    name = "prompt as the processor makes it"
    if subject.own is None:
        return Check(name, "skipped", "", "Random weights have no processor.")
    mine, own = subject.prepared.inputs, subject.own
    ids, wanted = mine["input_ids"][0].tolist(), own["input_ids"][0].tolist()
    if ids != wanted:
        at = next((i for i, (a, b) in enumerate(zip(ids, wanted, strict=False)) if a != b), min(len(ids), len(wanted)))
        return Check(
            name,
            "failed",
            f"{len(ids)} tokens, {len(wanted)} expected",
            f"The prompt's tokens differ from the processor's own from position {at} on: it is cut or changed.",
        )
    lost = [key for key, value in own.items() if isinstance(value, Tensor) and not _same(mine.get(key), value)]
    return judged(
        name, not lost, f"{len(ids)} tokens", f"Inputs differ from the processor's own: {', '.join(sorted(lost))}."
    )


def _same(mine: object, own: Tensor) -> bool:
    return isinstance(mine, Tensor) and mine.shape == own.shape and torch.equal(mine, own.to(mine.dtype))


def generate_check(subject: Subject, network: Any, trace: Trace, untouched: str) -> Check:
    """Greedy tokens against transformers' generate. network, untouched: the one it runs on, and what that is."""
    name = "greedy tokens as generate's"
    with torch.no_grad():
        endless = {} if subject.model.stop_ids else {"eos_token_id": -1}  # random weights have no last token
        ids = network.generate(**subject.truth_inputs, max_new_tokens=subject.tokens, do_sample=False, **endless)
    forget_positions(network)
    wanted, mine = ids[0, subject.first :].tolist(), list(trace.output_ids)
    if mine == wanted:
        return Check(name, "ok", f"{len(mine)} tokens, {untouched}")
    at = next((i for i, (a, b) in enumerate(zip(mine, wanted, strict=False)) if a != b), min(len(mine), len(wanted)))
    said = f"Token {at} is {_id(mine, at)}, generate's {_id(wanted, at)} ({untouched})."
    if in_half(subject.model) and at < min(len(mine), len(wanted)):
        logits = subject.session().prefill() if not at else _after(subject, mine[:at])
        apart, spread = float((logits[mine[at]] - logits[wanted[at]]).abs()), float(logits.float().std())
        if apart < 0.02 * spread:
            return Check(
                name, "open", f"equal up to token {at}", f"{said} Their logits differ by half precision's rounding."
            )
    return Check(name, "failed", f"equal up to token {at}", said)


def _id(ids: Sequence[int], at: int) -> str:
    return str(ids[at]) if at < len(ids) else "none"


def _after(subject: Subject, outputs: Sequence[int]) -> Tensor:
    session = subject.session()
    session.prefill()
    return session.advance(list(outputs))[-1]


def rows_check(subject: Subject, trace: Trace) -> Check:
    """Three rows, each against one full backward of its own loss, in the model's type and, where that leaves doubt, in
    float32. A Trace's rows are compared too: made in half precision they are as far off as a pass of their own may be,
    since kernels round otherwise for other numbers of rows."""
    name = "rows as one backward each"
    steps = _three_steps(subject, trace)
    error, stored = _row_errors(subject, trace, steps)
    half = in_half(subject.model)
    figure = f"steps {', '.join(map(str, steps))}: largest error {error:.1e} ({trace.model.dtype})"
    wrong = "The saliency or attention of a row is not what one full backward of its loss gives."
    if stored > (ROUNDED * max(error, HALF) if half else max(error, EXACT)) + TRACE:
        return Check(name, "failed", f"{figure}, in the trace {stored:.1e}", wrong)
    if half and max(error, stored) > EXACT:
        with exact(subject.model) as possible:
            if possible:
                exactly = subject.recast()
                again = exactly.caption(RunSettings(subject.tokens))
                worst, kept = _row_errors(exactly, again, _three_steps(subject, again))
                right = worst <= EXACT and kept <= EXACT + TRACE
                return judged(name, right, f"{figure}; in float32 {max(worst, kept):.1e}", wrong)
        if max(error, stored - TRACE) > HALF:
            return Check(name, "open", figure, "Half precision hides it, and float32 weights do not fit here.")
    return judged(name, error <= (HALF if half else EXACT), figure, wrong)


def _three_steps(subject: Subject, trace: Trace) -> list[int]:
    count = subject.on_one_side(len(trace.steps))
    return sorted({0, count // 2, count - 1})


def _row_errors(subject: Subject, trace: Trace, steps: Sequence[int]) -> tuple[float, float]:
    """(of an observing pass, of the trace's own rows): largest difference over a row's largest true value, of attention
    and saliency, over layers and steps."""
    outputs, session = list(trace.output_ids), subject.session()
    session.prefill()
    if len(outputs) > 1:
        session.advance(outputs[:-1])
    seen = session.observe(subject.first - 1, outputs)
    raw = seen.saliency * seen.norm[:, :, None]
    kept = torch.tensor(trace.saliency).float() * torch.tensor(trace.saliency_norm)[:, :, None]
    error = stored = 0.0
    with attached(subject.model.network) as literal:
        for step in steps:
            row = subject.first + step - 1
            truth = literal.truth(subject.truth_inputs, outputs[:step], outputs[step], start=row)
            for layer in range(trace.model.layers):
                attention, saliency = truth.attention[layer, :, -1].mean(0), truth.saliency[layer, -1]
                for mine, true in ((seen.attention, attention), (raw, saliency)):
                    error = max(error, relative(mine[step, layer, : row + 1], true))
                for mine, true in ((torch.tensor(trace.attention).float(), attention), (kept, saliency)):
                    stored = max(stored, relative(mine[step, layer, : row + 1], true))
    return error, stored


@contextmanager
def _literal(subject: Subject) -> Iterator[tuple[Subject, bool]]:
    """The subject with exact numbers if they fit, and whether they do."""
    with exact(subject.model) as possible:
        yield (subject.recast(), True) if possible else (subject, not in_half(subject.model))


def locore_check(subject: Subject) -> Check:
    """Tokens under LocoRE against the whole sequence with edited attention anew for each token, and the last row."""
    name = "LocoRE as written"
    with _literal(subject) as (exactly, is_exact):
        trace = exactly.caption(RunSettings(subject.on_one_side(FEW), locore=LOCORE))
        outputs, first = list(trace.output_ids), subject.first
        gain = locore_gain(first, LOCORE.beta, LOCORE.window)
        with attached(subject.model.network) as literal:
            wanted: list[int] = []
            for _ in outputs:
                logits = literal.logits(exactly.truth_inputs, wanted, gain, start=first - 1)
                wanted.append(exactly.candidates(logits, wanted, 1)[0])
            truth = literal.truth(exactly.truth_inputs, outputs[:-1], outputs[-1], gain, start=first - 1)
        rows = truth.saliency[:, -1]
        kept = torch.tensor(trace.saliency[-1, :, : rows.shape[-1]]).float()
        kept = kept * torch.tensor(trace.saliency_norm[-1])[:, None]
        error = max(relative(mine, true) for mine, true in zip(kept, rows, strict=True))
    figure = f"{len(outputs)} tokens, last row's error {error:.1e}"
    right = outputs == wanted and error <= (EXACT if is_exact else HALF) + TRACE
    if not right and not is_exact:
        return Check(name, "open", figure, "Half precision hides it, and float32 weights do not fit here.")
    wrong = f"Tokens under LocoRE are {outputs}, by Eq. 9 {wanted}." if outputs != wanted else ""
    return judged(name, right, figure, wrong or "The last row's saliency under LocoRE is not what Eq. 9 gives.")


def sgrs_check(subject: Subject) -> Check:
    """Tokens, rejections and thresholds against Algorithm 1 line by line."""
    name = "SGRS as written"
    with _literal(subject) as (exactly, is_exact):
        count = subject.on_one_side(FEW)
        trace = exactly.caption(RunSettings(count, sgrs=STRICT))
        with attached(subject.model.network) as literal:
            wanted = algorithm_1(
                literal,
                exactly.truth_inputs,
                count,
                STRICT,
                trace.target_layers,
                lambda logits, outputs: exactly.candidates(logits, outputs, STRICT.top_k),
                subject.model.stop_ids,
            )
    mine = [(step.token_id, step.rejected) for step in trace.steps]
    true = [(one.token, len(one.rejected)) for one in wanted]
    apart = max(
        (abs((step.threshold or 0.0) - one.threshold) for step, one in zip(trace.steps, wanted, strict=False)),
        default=0.0,
    )
    largest = max((one.threshold for one in wanted), default=0.0)
    right = mine == true and apart <= EXACT * largest + 1e-12
    rejections = sum(count for _, count in mine)
    figure = f"{len(mine)} tokens, {rejections} rejections, tau off by {apart:.1e} at most"
    if not right and not is_exact:
        return Check(name, "open", figure, "Half precision hides it, and float32 weights do not fit here.")
    return judged(name, right, figure, f"Tokens and rejections {mine} are not Algorithm 1's {true}.")
