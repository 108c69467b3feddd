"""SID: what the least attended parts of the picture make likely is taken away."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from ...attention import AttentionFunction
from ..session import Session
from .combine import contrast
from .contract import Context, Decoder, Parts, Setting
from .pictures import image_positions
from .stream import SecondStream


class LeastAttended(AttentionFunction):
    """From `layer` on, a row sees of the picture only the tokens that it attended to least in the layer before."""

    def __init__(self, layer: int, layers: int, positions: Tensor, count: int) -> None:
        self.layer, self.layers = layer, frozenset(range(layer - 1, layers))
        self.positions, self.count = positions, count
        self._hidden: Tensor | None = None  # [query, image tokens] of the call under way

    def scores(self, layer: int, rows: range, scores: Tensor) -> Tensor:
        """Image keys but the least attended at -inf."""
        if layer < self.layer:
            return scores
        assert self._hidden is not None  # the layer before has been through `weights`
        positions = self.positions.to(scores.device)
        return scores.index_copy(-1, positions, scores[..., positions].masked_fill(self._hidden, -torch.inf))

    def weights(self, layer: int, rows: range, scores: Tensor, weights: Tensor) -> Tensor:
        """Read the layer before: mean over heads."""
        if layer == self.layer - 1:
            attended = weights[..., self.positions.to(weights.device)].mean(0)
            least = attended.argsort(dim=-1, stable=True)[:, : self.count]
            self._hidden = torch.ones_like(attended, dtype=torch.bool).scatter(-1, least, False)
        return weights


def make(context: Context) -> Parts:
    """A second stream that shares the main one's prompt, all but its last row."""
    values = context.values
    if values["alpha"] == 0 and values["beta"] == 0:
        return Parts()
    positions = image_positions(context.prepared)
    count = max(1, round(values["share"] * len(positions)))
    function = LeastAttended(int(values["layer"]), context.model.info.layers, positions, count)
    opened: list[Session] = []

    def attach(main: Session, logits: Tensor) -> None:
        opened.append(main.fork(context.other_edits(context.prepared, (function,)), len(main.ids) - 1))

    combine = partial(contrast, alpha=values["alpha"], beta=values["beta"])
    return Parts(mixer=SecondStream(opened.pop, combine), attach=attach)


DECODER = Decoder(
    name="sid",
    title="SID",
    paper="Huo et al., ICLR 2025, arXiv 2408.02032",
    formula="(1 + alpha) logits - alpha logits(least attended share of the image tokens, from `layer` on), among "
    "p >= beta max p",
    settings=(
        Setting("alpha", 1.0, 0.0, 10.0, "weight of the contrast", neutral=0.0),
        Setting("beta", 0.1, 0.0, 1.0, "least share of the largest probability a token must have", neutral=0.0),
        Setting("layer", 2, 1, 1000, "first layer that sees the least attended image tokens only", whole=True),
        Setting("share", 0.1736, 0.0, 1.0, "how many image tokens are kept (the authors keep 100 of 576)"),
    ),
    passes="2",
    reading="Every row that predicts an output chooses anew, by its attention in the layer before `layer`, mean over "
    "heads; rows of the prompt before it are those of the main stream, which it shares.",
    make=make,
)
