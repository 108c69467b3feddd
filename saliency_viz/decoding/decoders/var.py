"""VAR: what heads that look at the picture give to sinks is given to the rest of the picture."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from ...attention import AttentionFunction, at_least_float32, grad_mode
from ...models.base import LVLM, Prepared
from .contract import Context, Decoder, Parts, Setting
from .pictures import image_positions


class Redistributed(AttentionFunction):
    """sinks: per layer, which prompt positions are sinks [prompt]. visual [prompt]: which are image tokens."""

    def __init__(self, sinks: Mapping[int, Tensor], visual: Tensor, rho: float, keep: float, least: float) -> None:
        self.sinks, self.visual, self.layers = sinks, visual, frozenset(sinks)
        self.rho, self.keep, self.least = rho, keep, least

    def weights(self, layer: int, rows: range, scores: Tensor, weights: Tensor) -> Tensor:
        """Heads that give the picture at least `least`, and at least rho of that to tokens that are no sinks."""
        room = weights.shape[-1] - len(self.visual)
        sink, visual = (
            torch.nn.functional.pad(part, (0, room)).to(weights.device) for part in (self.sinks[layer], self.visual)
        )
        rest = visual & ~sink
        looked, useful = weights[..., visual].sum(-1, keepdim=True), weights[..., rest].sum(-1, keepdim=True)
        centred = (looked >= self.least) & (useful >= self.rho * looked) & (useful > 0)
        budget = (1 - self.keep) * weights[..., sink].sum(-1, keepdim=True)
        moved = torch.where(sink, weights * self.keep, weights)
        moved = torch.where(rest, weights * (1 + budget / useful.clamp_min(torch.finfo(weights.dtype).tiny)), moved)
        return torch.where(centred, moved, weights)


def make(context: Context) -> Parts:
    """The edit, in every layer from the third to the last but one that has sinks."""
    values, prepared = context.values, context.prepared
    if values["keep"] == 1:
        return Parts()
    visual = torch.zeros(len(prepared.prompt_ids), dtype=torch.bool)
    visual[image_positions(prepared)] = True
    sinks = sinks_of(context.model, prepared, values["tau"])
    if not sinks:
        return Parts()
    return Parts(functions=(Redistributed(sinks, visual, values["rho"], values["keep"], values["least"]),))


@grad_mode(False)
def sinks_of(model: LVLM, prepared: Prepared, tau: float) -> dict[int, Tensor]:
    """Per layer from the third to the last but one, the prompt positions whose state, divided by its root mean square,
    reaches tau in a dimension in which that of position 0 does; layers without any are left out."""
    how = {"use_cache": False, "output_hidden_states": True, "logits_to_keep": 1}
    states = model.network(**model.shown(prepared), **how).hidden_states
    found = {}
    for layer in range(2, model.info.layers - 1):
        state = at_least_float32(states[layer][0])
        scaled = (state / state.square().mean(-1, keepdim=True).sqrt()).abs()
        massive = scaled[0] >= tau
        if massive.any():
            found[layer] = (scaled[:, massive] >= tau).any(-1).cpu()
    return found


DECODER = Decoder(
    name="var",
    title="VAR (visual attention sink)",
    paper="Kang et al., ICLR 2025, arXiv 2503.03321",
    formula="in image-centred heads a(sink) = keep a(sink); what is freed goes to the image tokens that are no sinks, "
    "in proportion to their attention",
    settings=(
        Setting("tau", 20.0, 0.0, 1e6, "root-mean-square-normalised state that makes a sink"),
        Setting("rho", 0.5, 0.0, 1.0, "least share of a head's attention to the picture that is not on sinks"),
        Setting("keep", 0.6, 0.0, 1.0, "p: what a sink keeps of its attention", neutral=1.0),
        Setting("least", 0.2, 0.0, 1.0, "least attention to the picture that makes a head image-centred"),
    ),
    passes="1, and one more prefill for a run",
    reading="The paper names the sink dimensions of two LLaMA-2 models; here they are the dimensions in which position "
    "0 reaches tau, in each layer. Rows edited are those that predict an output; a model without sinks is plain.",
    make=make,
)
