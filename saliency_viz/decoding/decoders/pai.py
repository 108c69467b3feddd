"""PAI: attention to the picture is raised, and what would be said without any picture is taken away."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from ...attention import AttentionFunction
from ...models.base import Boxes, Prepared
from ..session import Session
from .combine import guide
from .contract import Context, Decoder, Parts, Setting
from .pictures import image_positions
from .stream import SecondStream


class RaisedPicture(AttentionFunction):
    """s + alpha |s| before the softmax on image keys, in layers from `layer` on (Eq. 3-4)."""

    def __init__(self, alpha: float, layers: range, positions: Tensor) -> None:
        self.alpha, self.layers, self.positions = alpha, frozenset(layers), positions

    def scores(self, layer: int, rows: range, scores: Tensor) -> Tensor:
        """Image columns raised; what a row may not see stays at -inf."""
        positions = self.positions.to(scores.device)
        own = scores[..., positions]
        return scores.index_copy(-1, positions, own + self.alpha * own.abs().nan_to_num(posinf=0.0))


def make(context: Context) -> Parts:
    """The edit where alpha is above 0, the stream without a picture where gamma or cutoff do something."""
    values, layers = context.values, context.model.info.layers
    functions, mixer = (), None
    if values["alpha"]:
        positions = image_positions(context.prepared)
        functions = (RaisedPicture(values["alpha"], range(int(values["layer"]), layers), positions),)
    if values["gamma"] != 1 or values["cutoff"]:
        without = without_picture(context.prepared)
        mixer = SecondStream(
            lambda: Session(context.model, without, context.other_edits(without)),
            partial(guide, gamma=values["gamma"], cutoff=values["cutoff"]),
        )
    return Parts(functions=functions, mixer=mixer)


def without_picture(prepared: Prepared) -> Prepared:
    """The prompt with the picture's own tokens left out, as a text."""
    ids = prepared.inputs["input_ids"]
    keep = torch.ones(ids.shape[1], dtype=torch.bool, device=ids.device)
    keep[image_positions(prepared).to(ids.device)] = False
    kept = ids[:, keep]
    inputs = {"input_ids": kept, "attention_mask": torch.ones_like(kept)}
    if "position_ids" in prepared.inputs:
        inputs["position_ids"] = torch.arange(kept.shape[1], device=ids.device)[None]
    texts = tuple(text for text, stays in zip(prepared.prompt_texts, keep.tolist(), strict=True) if stays)
    return Prepared(inputs, texts, (), (), Boxes.join([]))


DECODER = Decoder(
    name="pai",
    title="PAI",
    paper="Liu et al., ECCV 2024, arXiv 2407.21771",
    formula="scores of image keys s + alpha |s| before the softmax, from `layer` on; then gamma log p - (gamma - 1) "
    "log p(without picture), among p >= cutoff max p",
    settings=(
        Setting("alpha", 0.2, 0.0, 10.0, "how far attention to the picture is raised", neutral=0.0),
        Setting("layer", 2, 0, 1000, "first layer it is raised in", whole=True),
        Setting("gamma", 1.1, 1.0, 10.0, "weight of the run with the picture", neutral=1.0),
        Setting("cutoff", 0.1, 0.0, 1.0, "least share of the largest probability a token must have", neutral=0.0),
    ),
    passes="2",
    reading="The rows raised are those that predict an output; without the picture means that its tokens are left out "
    "of the prompt.",
    make=make,
)
