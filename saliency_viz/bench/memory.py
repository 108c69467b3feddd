"""Peak memory of saliency in one pass and of one eager backward, at two prompt lengths.

Ignores speed, and memory that is not tensors.
"""

from __future__ import annotations

from collections.abc import Callable

from ..verify.peak_memory import peak_memory
from ..verify.workload import Workload
from .eager import eager, too_large
from .rows import Row

KINDS = ("one pass", "one backward per token")


def memory_rows(make: Callable[[int], Workload], prompt_tokens: int, tell: Callable[[str], None]) -> list[Row]:
    """(b) Extra memory, in MiB, over the model and its cache; and how it grows when the prompt is twice as long.

    make: gives the workload for a prompt length.
    """
    found: dict[tuple[str, int], float] = {}
    left_out: dict[int, str] = {}
    for wanted in (prompt_tokens, 2 * prompt_tokens):
        work = make(wanted)
        left_out[work.first] = too_large(work)
        for kind in KINDS[:1] if left_out[work.first] else KINDS:
            tell(f"memory of {kind}, prompt {work.first}")
            found[kind, work.first] = extra_memory(work, kind)
    shortest, rows = min(left_out), []
    for (kind, length), taken in found.items():
        ratio = None if kind == KINDS[0] else taken / found[KINDS[0], length]
        short = found.get((kind, shortest))
        grown = "" if length == shortest or not short else f"{taken / short:.1f} times the shorter prompt's"
        note = "; ".join(filter(None, (grown, left_out[length] if kind == KINDS[0] else "")))
        part, name = f"extra peak memory, {work.tokens} tokens", f"{kind}, prompt {length}"
        rows.append(
            Row(part, name, "MiB", (taken,), None if ratio is None else f"{KINDS[0]}, same prompt", ratio, note)
        )
    return rows


def extra_memory(work: Workload, kind: str) -> float:
    """MiB of tensors above what is held before, at the highest point of computing saliency this way."""
    session, output = work.decoded()
    if kind == KINDS[0]:
        return peak_memory(lambda: session.observe(work.first - 1, output), work.model.device)
    with eager(work) as baseline:
        return peak_memory(lambda: baseline.rows(output, len(output) - 1), work.model.device)
