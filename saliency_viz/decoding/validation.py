"""What cannot run, refused before it starts: too long, tokens that are no text, edits that do not fit.

Ignores settings by themselves: those are checked where they are born.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import torch

from ..attention import Edits
from ..errors import ContextError, PromptError, SettingError
from ..models.base import LVLM, Prepared
from ..models.memory.budget import require_room
from ..models.memory.estimate import DecoderNeeds
from ..models.prepare import placeholder_ids
from ..settings import Edit
from ..trace import RunSettings

MOST_GAIN = float(np.finfo(np.float16).max)  # attention is at most 1, and a Trace keeps it in half precision
ROWS_CHECKED = 64  # at a time: factors are heads x rows x keys


def checked_text(name: str, value: Any, otherwise: str = "") -> str:
    """A text that a tokenizer can take. Raises PromptError for what is none, and for half a character."""
    if not isinstance(value, str):
        raise PromptError(f"{name} must be a text{otherwise}. Got {type(value).__name__}.")
    halves = [letter for letter in value if "\ud800" <= letter <= "\udfff"]
    if halves:
        raise PromptError(
            f"{name} must be whole characters. Got half of one (a lone surrogate, {halves[0]!r}): the text was cut or "
            "decoded wrongly. Remove it."
        )
    return value


def check(model: LVLM, prepared: Prepared, settings: RunSettings, edited: Edits, caches: int = 0) -> None:
    """Refuse what cannot run, before it starts. caches: that the run's decoder holds beside the main one."""
    first, most, forced = len(prepared.prompt_ids), settings.max_new_tokens, settings.forced
    if model.context is not None and first + most > model.context:
        raise ContextError(
            f"Prompt and caption must fit into {model.context} tokens. Got {first} of prompt and picture and "
            f"{most} of caption. {_shorter(model.context - first)}"
        )
    vocabulary = model.network.get_input_embeddings().num_embeddings
    visual = placeholder_ids(model)
    wrong = [token for token in forced if not 0 <= token < vocabulary or token in visual]
    if wrong:
        raise PromptError(
            f"Given output tokens must be text tokens in 0..{vocabulary - 1}, and no placeholders of pictures. Got "
            f"{wrong[:5]}. Use ids of this model's tokenizer."
        )
    for edit in settings.edits:
        _check_edit(edit, model, first, most)
    _check_factors(edited, model, first, most)
    beside = DecoderNeeds(caches, edits_prompt=edited.first_row == 0)
    require_room(model, prepared, most, beside=beside)


def _shorter(room: int) -> str:
    if room > 0:
        return f"Lower max_new_tokens to {room} or shorten the prompt."
    return "Shorten the prompt, or take fewer or smaller pictures: not one token of caption has room."


def _check_edit(edit: Edit, model: LVLM, first: int, most: int) -> None:
    limits = (
        ("rows", edit.rows, first - 1, first + most - 1),
        ("keys", edit.keys, 0, first + most - 1),
        ("layers", edit.layers, 0, model.info.layers - 1),
        ("heads", edit.heads, 0, model.info.heads - 1),
    )
    for name, values, low, high in limits:
        if values is not None and not (low <= values[0] and values[-1] <= high):
            raise SettingError(
                f"An edit's {name} must lie in {low}..{high} for this run. Got {values[0]}..{values[-1]}. "
                "Rows before the one that predicts the first output belong to the prompt and are never edited."
            )


def _check_factors(edited: Edits, model: LVLM, first: int, most: int) -> None:
    """Refuse edits that together leave a row no key, or raise attention beyond what a Trace can hold."""
    if not edited.edits:
        return
    alike = {  # one layer of each group that the same edits touch
        tuple(edit.layers is None or layer in edit.layers for edit in edited.edits): layer
        for layer in range(model.info.layers)
    }
    rows = range(first - 1, first + most - 1)
    for layer, start in product(alike.values(), range(0, len(rows), ROWS_CHECKED)):
        some = rows[start : start + ROWS_CHECKED]
        for renormalized in (True, False):
            factor = edited.factor(layer, some, some[-1] + 1, model.info.heads, renormalized, torch.device("cpu"))
            if factor is None:
                continue
            if not float(factor.max()) <= MOST_GAIN:
                raise SettingError(
                    f"The factors on one key must multiply to at most {MOST_GAIN:g}, LocoRE's among them. Got "
                    f"{float(factor.max()):g} in layer {layer}. Lower them."
                )
            left = factor.tril(some[0]).amax(-1)  # of the keys that each row sees
            if renormalized and not bool((left > 0).all()):
                row = some[int((left <= 0).any(0).nonzero()[0])]
                raise SettingError(
                    f"Edits that renormalise must leave every row at least one key. Got none for row {row} in layer "
                    f"{layer}. Spare a key, or leave renormalize off."
                )
