"""What a checkpoint's own generation settings do to the scores of the next token, as plain `generate` would.

Ignores how a token is drawn: temperature, top-k and top-p are the person's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers import (
    EncoderNoRepeatNGramLogitsProcessor,
    EncoderRepetitionPenaltyLogitsProcessor,
    ExponentialDecayLengthPenalty,
    ForcedEOSTokenLogitsProcessor,
    LogitsProcessorList,
    MinLengthLogitsProcessor,
    MinNewTokensLengthLogitsProcessor,
    NoBadWordsLogitsProcessor,
    NoRepeatNGramLogitsProcessor,
    RepetitionPenaltyLogitsProcessor,
    SequenceBiasLogitsProcessor,
    SuppressTokensAtBeginLogitsProcessor,
    SuppressTokensLogitsProcessor,
)

from ..errors import ModelError


@dataclass(frozen=True)
class About:
    """What the processors must know of a run. prompt [1, tokens]; end: the ids that end a caption; longest: of prompt
    and caption together, None where it is open."""

    prompt: Tensor
    end: Tensor | None
    longest: int | None

    @property
    def first(self) -> int:
        """P0: how many tokens the prompt has."""
        return self.prompt.shape[1]


# In the order of `generate`: a setting, the value beside None that asks for nothing, and how its processor is made.
# remove_invalid_values is left out (scores that are no numbers are refused), as is forced_bos_token_id (it acts on a
# sequence of one token, which no prompt with a picture is) and renormalize_logits (it changes no probability).
OWN = (
    ("sequence_bias", None, lambda value, about: SequenceBiasLogitsProcessor(value)),
    (
        "encoder_repetition_penalty",
        1.0,
        lambda value, about: EncoderRepetitionPenaltyLogitsProcessor(value, about.prompt),
    ),
    ("repetition_penalty", 1.0, lambda value, about: RepetitionPenaltyLogitsProcessor(value)),
    ("no_repeat_ngram_size", 0, lambda value, about: NoRepeatNGramLogitsProcessor(value)),
    (
        "encoder_no_repeat_ngram_size",
        0,
        lambda value, about: EncoderNoRepeatNGramLogitsProcessor(value, about.prompt),
    ),
    ("bad_words_ids", None, lambda value, about: NoBadWordsLogitsProcessor(value, about.end)),
    ("min_length", 0, lambda value, about: MinLengthLogitsProcessor(value, about.end, about.prompt.device)),
    (
        "min_new_tokens",
        0,
        lambda value, about: MinNewTokensLengthLogitsProcessor(about.first, value, about.end, about.prompt.device),
    ),
    (
        "forced_eos_token_id",
        None,
        lambda value, about: ForcedEOSTokenLogitsProcessor(about.longest, value, about.prompt.device),
    ),
    (
        "exponential_decay_length_penalty",
        None,
        lambda value, about: ExponentialDecayLengthPenalty(value, about.end, about.first),
    ),
    ("suppress_tokens", None, lambda value, about: SuppressTokensLogitsProcessor(value, about.prompt.device)),
    (
        "begin_suppress_tokens",
        None,
        lambda value, about: SuppressTokensAtBeginLogitsProcessor(value, about.first, about.prompt.device),
    ),
)
NEEDS_END = ("min_length", "min_new_tokens", "exponential_decay_length_penalty")
REFUSED = {  # what no look at one row of scores can do
    "guidance_scale": (1, "a second pass without the prompt at every token"),
    "watermarking_config": (None, "a watermark in the choice of tokens"),
}


def own_processors(
    config: Any, prompt: Sequence[int], longest: int | None, device: torch.device | str
) -> LogitsProcessorList:
    """A generation config's processors. prompt: its ids; longest: tokens of prompt and caption, at most. Raises
    ModelError where the settings ask for what is not done here."""
    for name, (neutral, what) in REFUSED.items():
        if getattr(config, name, None) not in (None, neutral):
            raise ModelError(
                f"The checkpoint's generation settings ask for {name}: {what}, which is not recorded. Take {name} out "
                "of its generation_config.json."
            )
    end = getattr(config, "eos_token_id", None)
    end = None if end is None else torch.tensor([end] if isinstance(end, int) else list(end), device=device)
    about = About(torch.tensor([list(prompt)], dtype=torch.long, device=device), end, longest)
    processors = LogitsProcessorList()
    for name, neutral, made in OWN:
        value = getattr(config, name, None)
        lacks_end = name in NEEDS_END and end is None
        if value not in (None, neutral) and not lacks_end and not (name == "forced_eos_token_id" and longest is None):
            processors.append(made(value, about))
    return processors
