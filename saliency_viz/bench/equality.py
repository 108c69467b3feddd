"""Whether what is fast is also the same: decoding, the recorded forward, rows in one pass, and SGRS at any lookahead.

Ignores speed. Each row is a difference, or a share of tokens that agree; in half precision rounding shows in both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

from ..settings import SGRS, LocoRE, Sampling
from ..trace import RunSettings
from ..verify.workload import Workload
from .eager import eager, too_large
from .rows import Row

PART = "equality"
SAMPLED = 3  # rows that are compared with one full backward each
JUDGED = SGRS(alpha=0.95)


def equality_rows(work: Workload, tell: Callable[[str], None]) -> list[Row]:
    """Shares of equal tokens (1 is right) and relative differences (0 is right, rounding aside)."""
    rows = []
    for name, measure in (
        ("tokens as generate gives them", _as_generate),
        ("logits of the recorded forward, off by", _recorded),
        ("saliency in one pass, off by", _saliency),
        ("SGRS and LocoRE at lookahead 1, 4, adapting", _lookaheads),
    ):
        tell(name)
        rows.append(measure(work, name))
    return rows


def _as_generate(work: Workload, name: str) -> Row:
    _, output = work.decoded()
    network, count = work.model.network, work.tokens
    found = network.generate(**work.prepared.inputs, max_new_tokens=count, min_new_tokens=count, do_sample=False)
    return _shared(name, [output, found[0, work.first :].tolist()])


def _recorded(work: Workload, name: str) -> Row:
    session, output = work.decoded()
    session.rewind(session.length - 1)
    plain = session.advance([output[-2]])[-1]
    session.rewind(session.length - 1)
    recorded = session.advance_recorded(output[-2], work.model.info.layers // 2).logits
    return Row(PART, name, "relative", (float((recorded - plain).abs().max() / plain.abs().max()),))


def _saliency(work: Workload, name: str) -> Row:
    session, output = work.decoded()
    ours, apart = session.observe(work.first - 1, output).saliency, 0.0
    if note := too_large(work):
        return Row(PART, name, "relative", (float("nan"),), note=note)
    with eager(work) as baseline:
        for index in torch.linspace(0, len(output) - 1, SAMPLED).round().int().tolist():
            row = baseline.rows(output, index).detach().cpu()
            apart = max(apart, float((ours[index][:, : row.shape[-1]] - row).norm() / row.norm()))
    return Row(PART, name, "relative", (apart,), note=f"{SAMPLED} rows against one full backward each")


def _lookaheads(work: Workload, name: str) -> Row:
    found = []
    for lookahead in (1, 4, None):
        run = RunSettings(work.tokens, Sampling(1.0, 3), JUDGED, LocoRE(), lookahead=lookahead)
        stream = work.stream(run)
        found.append([step.token_id for step in stream])
    return _shared(name, found)


def _shared(name: str, found: Sequence[Sequence[int]]) -> Row:
    """The share of tokens before any of the captions differs."""
    columns = list(zip(*found, strict=True))
    same = next((at for at, column in enumerate(columns) if len(set(column)) > 1), len(columns))
    return Row(PART, name, "share", (same / len(columns),), note=f"{same} of {len(columns)} tokens")
