"""Which tokens a step may take, with their probabilities, in the order they are drawn.

Ignores saliency: SGRS tests the candidates in this order, plain decoding takes the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor
from transformers import LogitsProcessorList, TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

from ..errors import ModelError
from ..settings import Sampling
from .processors import own_processors


@dataclass(frozen=True)
class Choices:
    """Candidates of one step by falling probability. probabilities: after the processors, over the whole vocabulary.
    order: indices into token_ids in the order of drawing; the first is what plain decoding takes."""

    token_ids: tuple[int, ...]
    probabilities: tuple[float, ...]
    order: tuple[int, ...]

    @property
    def first(self) -> int:
        """The token drawn first."""
        return self.token_ids[self.order[0]]


class Chooser:
    """Turns logits into Choices: the checkpoint's own processors, temperature, top-k, top-p, then the draw.

    prompt, longest: as `own_processors` takes them. never: ids that are not written, whatever their logits.
    The draw without replacement is an exponential race: candidate v arrives at E_v / p_v with E_v from a generator
    seeded by (seed, position) for the whole vocabulary. Arrivals in order are draws in proportion to probability,
    and a narrower candidate set only removes runners, so that alpha = 0 draws what plain sampling draws.
    """

    def __init__(
        self,
        sampling: Sampling,
        generation_config: Any,
        prompt: Sequence[int] = (),
        longest: int | None = None,
        never: Iterable[int] = (),
        device: torch.device | str = "cpu",
    ) -> None:
        self.sampling, self.device = sampling, device
        self.own = own_processors(generation_config, prompt, longest, device)
        self.never = torch.tensor(sorted(never), dtype=torch.long)
        self.warpers = _warpers(sampling)

    def choose(
        self, logits: Tensor, ids: Sequence[int], position: int, count: int, among: int | None = None
    ) -> Choices:
        """The `count` most probable tokens after logits [vocabulary] for this position, and their draw order.

        among: draw from the `among` most probable tokens only (K of SGRS); None: from all of them, whatever count.
        Raises ModelError when there is no number to choose by.
        """
        scores = self.scores(logits, ids)
        top = torch.topk(scores, min(max(count, 1), scores.shape[0]))
        if not torch.isfinite(top.values[0]):  # NaN counts as the largest; -inf is what processors rule out
            raise ModelError(_not_finite(logits.dtype, position))
        finite = int(torch.isfinite(top.values).sum())
        # topk leaves the order of equal values open; argmax takes the lowest id, and so does this
        pairs = sorted(zip((-top.values[:finite]).tolist(), top.indices[:finite].tolist(), strict=True))
        token_ids = [token for _, token in pairs]
        if self.sampling.temperature == 0 and among is None:
            best = int(scores.argmax())
            token_ids = [best, *[token for token in token_ids if token != best]][: len(token_ids)]
        probabilities = scores.softmax(-1)
        if self.sampling.temperature == 0:
            order = list(range(len(token_ids)))
        else:
            arrival = self._arrivals(probabilities.cpu(), position)
            if among is None:
                winner = int(arrival.argmin())
                if winner not in token_ids:  # a sample from the tail: it must be among those shown
                    token_ids[-1] = winner
            order = sorted(range(len(token_ids)), key=lambda index: float(arrival[token_ids[index]]))
        return Choices(tuple(token_ids), tuple(probabilities[token_ids].tolist()), tuple(order))

    def scores(self, logits: Tensor, ids: Sequence[int]) -> Tensor:
        """What a token is chosen by: logits [vocabulary] after the processors and the sampling settings."""
        scores = logits.float()[None]
        if self.own:
            before = torch.tensor([list(ids)], device=self.device)
            scores = self.own(cast(torch.LongTensor, before), cast(torch.FloatTensor, scores.to(self.device)))
        scores = scores.index_fill(1, self.never.to(scores.device), -torch.inf)
        no_ids: Any = None  # temperature, top-k and top-p look at the scores only
        return self.warpers(no_ids, scores)[0]

    def _arrivals(self, probabilities: Tensor, position: int) -> Tensor:
        generator = torch.Generator().manual_seed((self.sampling.seed * 1_000_003 + position) % 2**63)
        runners = torch.empty_like(probabilities).exponential_(generator=generator)
        return runners / probabilities  # probability 0 arrives at infinity


def _not_finite(dtype: torch.dtype, position: int) -> str:
    damaged = "weights are damaged: download the checkpoint again."
    remedy = f"Its {damaged}"
    if dtype in (torch.float16, torch.bfloat16):  # float16 ends at 65504, and some models go beyond
        remedy = f"Load the model with dtype float32 or bfloat16; if that gives the same, its {damaged}"
    return (
        f"The model's logits at position {position}, computed in {str(dtype).removeprefix('torch.')}, are not finite. "
        f"Expected a number for each token. {remedy}"
    )


def _warpers(sampling: Sampling) -> LogitsProcessorList:
    """The person's sampling settings, in the order of `generate`."""
    warpers = LogitsProcessorList()
    if sampling.temperature not in (0.0, 1.0):
        warpers.append(TemperatureLogitsWarper(sampling.temperature))
    if sampling.temperature and sampling.top_k is not None:
        warpers.append(TopKLogitsWarper(sampling.top_k))
    if sampling.temperature and sampling.top_p is not None and sampling.top_p < 1:
        warpers.append(TopPLogitsWarper(sampling.top_p))
    return warpers
