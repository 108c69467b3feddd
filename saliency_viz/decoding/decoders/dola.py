"""DoLa: what a premature layer would already have said is taken away."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ...attention import at_least_float32
from ...errors import ModelError
from ...models.base import LVLM
from .combine import jensen_shannon, plausible
from .contract import Context, Decoder, Mixed, Parts, Setting


class PrematureLayer:
    """Reads the main stream's own states: no pass of its own."""

    def __init__(self, model: LVLM, first: int, layers: Sequence[int], normed: bool, alpha: float, top: float) -> None:
        self.model, self.first, self.layers, self.normed = model, first, list(layers), normed
        self.alpha, self.top = alpha, top
        self._states: dict[int, Tensor] = {}  # by position: [candidate layers, width]

    def keep(self, start: int, states: tuple[Tensor, ...]) -> None:
        """Remember the candidate layers' states of every row of a call."""
        chosen = torch.stack([states[layer][0].detach() for layer in self.layers], dim=1)
        self._states.update({start + row: state for row, state in enumerate(chosen)})

    def mix(self, logits: Tensor, outputs: Sequence[int]) -> Mixed:
        """log p - alpha log q of the layer whose q is farthest from p."""
        state = self._states[self.first + len(outputs) - 1]
        norm = self.model.network.get_decoder().norm if self.normed else lambda value: value
        early = at_least_float32(self.model.network.get_output_embeddings()(norm(state)))
        main = at_least_float32(logits)
        other = early[int(jensen_shannon(main[None], early).argmax())]
        return Mixed(plausible(main.log_softmax(-1) - self.alpha * other.log_softmax(-1), main, self.top), other)

    def drop(self) -> None:
        """Let go of the states."""
        self._states = {}


def make(context: Context) -> Parts:
    """The mixer, told by the main session."""
    values, model = context.values, context.model
    if values["alpha"] == 0 and values["relative_top"] == 0:
        return Parts()
    normed = bool(values["norm"])
    if normed and getattr(model.network.get_decoder(), "norm", None) is None:
        raise ModelError(
            f"DoLa with norm 1 needs a text model with a final norm. {model.info.name!r} has none: set norm 0."
        )
    first = len(context.prepared.prompt_ids)
    mixer = PrematureLayer(model, first, bucket(context), normed, values["alpha"], values["relative_top"])
    return Parts(mixer=mixer, tap=mixer.keep)


def bucket(context: Context) -> list[int]:
    """Candidate layers: every second state of the lower or the upper half; 0 is the embedding, which is left out where
    the output head is the embedding again (it would say the token itself)."""
    layers, upper = context.model.info.layers, bool(context.values["upper"])
    tied = context.model.network.get_output_embeddings().weight is context.model.network.get_input_embeddings().weight
    first = layers // 2 + layers // 2 % 2 if upper else 2 if tied else 0
    found = list(range(first, layers if upper else layers // 2, 2))
    return found or [max(layers // 2, 1)]


DECODER = Decoder(
    name="dola",
    title="DoLa",
    paper="Chuang et al., ICLR 2024, arXiv 2309.03883",
    formula="log p(last layer) - alpha log p(premature layer, the one of largest Jensen-Shannon divergence), among "
    "p >= relative_top max p",
    settings=(
        Setting("alpha", 1.0, 0.0, 10.0, "weight of the premature layer", neutral=0.0),
        Setting("relative_top", 0.1, 0.0, 1.0, "least share of the largest probability", neutral=0.0),
        Setting("upper", 0, 0, 1, "1: candidates are the upper half's layers", whole=True),
        Setting("norm", 0, 0, 1, "1: the final norm before the head, as in the logit lens", whole=True),
    ),
    passes="1",
    reading="Candidates are every second layer of one half, as the paper's buckets; the head reads a premature state "
    "without the final norm, as the authors' code does.",
    make=make,
)
