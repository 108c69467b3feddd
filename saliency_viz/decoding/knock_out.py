"""A causal check: what a step's prediction becomes when its row may not see chosen keys, or when chosen layers or heads
are silent; at once and layer by layer.

Ignores rows before it: what those had already read from the keys stays, so that only the direct path is cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from ..attention import at_least_float32
from ..errors import SettingError
from ..memory import guarded
from ..models.base import LVLM
from ..models.prepare import placeholder_ids
from ..models.token_text import next_texts, token_texts
from ..settings import Edit
from ..trace import Trace
from .logit_lens import LensToken
from .replay_context import ADVICE, replayed
from .session import Session

WORDS = 8  # tokens that follow, at most


@dataclass(frozen=True)
class KnockOut:
    """before and after: log p of the written token, in nats. by_layer: the same with the keys hidden in one layer only.
    top_before and top_after: the most probable tokens, falling. follows: what greedy decoding writes from here on while
    the keys stay hidden."""

    before: float
    after: float
    by_layer: tuple[float, ...]
    top_before: tuple[LensToken, ...]
    top_after: tuple[LensToken, ...]
    follows: str


def knock_out(
    model: LVLM,
    trace: Trace,
    step: int,
    keys: Sequence[int] | None,
    layers: Sequence[int] | None = None,
    heads: Sequence[int] | None = None,
    count: int = 5,
) -> KnockOut:
    """Hide keys (positions) from the row that predicts a step's token: what they had goes to the others in proportion.

    keys None: all of them, so that the heads give nothing at all. layers, heads: where they are hidden; None:
    everywhere. count: most probable tokens told. Raises SettingError for keys, layers or heads that are not there, or
    where no key would be left.
    """
    session, row = replayed(model, trace, step)
    where: dict[str, Any] = {"layers": layers, "heads": heads}  # Edit takes any list
    if keys is None:
        hidden = _checked(model, Edit(0.0, tuple(range(row + WORDS)), **where), row + WORDS)
    else:
        where["keys"] = keys
        hidden = _checked(model, Edit(0.0, **where, renormalize=True), row)
    with guarded(model.device, ADVICE.capitalize()), torch.no_grad():
        target, base = trace.steps[step].token_id, session.edits

        def predicted(*hides: Edit) -> Tensor:
            """Log-probabilities [vocabulary] of the row with these edits beside the run's own."""
            session.edits = replace(base, edits=(*base.edits, *hides))
            session.rewind(row)
            return at_least_float32(session.advance([trace.token_ids[row]])[-1]).log_softmax(-1)

        before = predicted()
        chosen = range(model.info.layers) if hidden.layers is None else hidden.layers
        alone = {layer: float(predicted(replace(hidden, rows=(row,), layers=(layer,)))[target]) for layer in chosen}
        rows = range(row, row + WORDS)
        after = predicted(replace(hidden, rows=rows))
        follows = _greedy(model, session, after)
    by_layer = tuple(alone.get(layer, float(before[target])) for layer in range(model.info.layers))
    written = trace.output_ids[:step]
    top_before, top_after = (_top(model, written, scores, count) for scores in (before, after))
    texts = token_texts(model.tokenizer, [*written, *follows], skip_special=True)[len(written) :]
    return KnockOut(float(before[target]), float(after[target]), by_layer, top_before, top_after, "".join(texts))


def _checked(model: LVLM, edit: Edit, row: int) -> Edit:
    """The edit, if it fits a row that sees keys 0..row."""
    limits: tuple[tuple[str, Iterable[int] | None, Any], ...] = (
        ("keys", edit.keys, row),
        ("layers", edit.layers, model.info.layers - 1),
        ("heads", edit.heads, model.info.heads - 1),
    )
    for name, values, last in limits:
        if values is not None and max(values) > last:
            raise SettingError(f"{name} must lie in 0..{last} here. Got {max(values)}.")
    if edit.renormalize and len(edit.keys) > row:
        raise SettingError("The row must be left at least one key. Got all of them to hide. Leave some out.")
    return edit


def _greedy(model: LVLM, session: Session, scores: Tensor) -> list[int]:
    """Up to WORDS tokens by the session's edits as they stand."""
    never = sorted(placeholder_ids(model))
    tokens: list[int] = []
    while len(tokens) < WORDS:
        scores[never] = -torch.inf
        tokens.append(int(scores.argmax()))
        if tokens[-1] in model.stop_ids or len(tokens) == WORDS:
            break
        scores = session.advance([tokens[-1]])[-1]
    return tokens


def _top(model: LVLM, written: Sequence[int], log_probabilities: Tensor, count: int) -> tuple[LensToken, ...]:
    top = log_probabilities.topk(min(count, len(log_probabilities)))
    ids = top.indices.tolist()
    texts = next_texts(model.tokenizer, written, ids)
    return tuple(LensToken(*one) for one in zip(ids, texts, top.values.exp().tolist(), strict=True))
