"""AGLA: what the picture's relevant parts alone make likely is added."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from PIL import Image
from torch import Tensor

from ...models.base import Prepared
from ...settings import target_layers
from ...trace import Picture, SpanKind
from ..occlusion import Places, places_of
from ..session import Session
from .combine import add
from .contract import Context, Decoder, Parts, Setting
from .stream import SecondStream


def make(context: Context) -> Parts:
    """A second stream on the masked picture; what is masked is known once the main stream has read its prompt."""
    values = context.values
    if values["alpha"] == 0 and values["beta"] == 0:
        return Parts()
    places = places_of_prompt(context.prepared)
    opened: list[Session] = []

    def attach(main: Session, logits: Tensor) -> None:
        gone = least_relevant(places, relevance(main, logits), values["share"])
        request = context.request
        images = tuple(image.convert("RGB") for image in request.images)
        black = [Image.new("RGB", image.size) for image in images]
        masked = replace(request, images=tuple(places.cover(images, black, gone)))
        other = context.model.family.prepare(context.model, masked)
        opened.append(Session(context.model, other, context.other_edits(other)))

    combine = partial(add, alpha=values["alpha"], beta=values["beta"])
    return Parts(mixer=SecondStream(opened.pop, combine), attach=attach)


@dataclass(frozen=True, eq=False)
class PromptPictures:
    """A prompt's pictures, as `places_of` reads those of a trace."""

    pictures: tuple[Picture, ...]
    boxes: np.ndarray
    box_images: np.ndarray
    box_scales: np.ndarray
    fps: float | None
    tokens: np.ndarray

    def positions(self, kind: SpanKind) -> np.ndarray:
        """Of the image tokens, the only ones asked for."""
        assert kind == "image"
        return self.tokens


def places_of_prompt(prepared: Prepared) -> Places:
    """The places of a prepared request's pictures, as of a trace. Raises SettingError where no box is known."""
    positions = [np.arange(span.start, span.stop) for span in prepared.spans if span.kind == "image"]
    return places_of(
        PromptPictures(
            pictures=prepared.pictures,
            boxes=prepared.boxes.box,
            box_images=prepared.boxes.image,
            box_scales=prepared.boxes.scale,
            fps=prepared.request.fps if prepared.request else None,
            tokens=np.concatenate(positions) if positions else np.zeros(0, np.int64),
        )
    )


def relevance(main: Session, logits: Tensor) -> np.ndarray:
    """Saliency [keys] of the most probable first output in the prompt's last row: Eq. 5, mean over the deeper half."""
    row = len(main.prepared.prompt_ids) - 1
    seen = main.observe(row, [int(logits.argmax())])
    return seen.saliency[0, list(target_layers(None, main.model.info.layers))].mean(0).double().numpy()


def least_relevant(places: Places, row: np.ndarray, share: float) -> np.ndarray:
    """Boolean [places]: all but the given share with the highest values; at least one place stays."""
    order = np.argsort(-places.values(row), kind="stable")
    gone = np.ones(len(places), bool)
    gone[order[: max(1, round(share * len(places)))]] = False
    return gone


DECODER = Decoder(
    name="agla",
    title="AGLA",
    paper="An et al., CVPR 2025, arXiv 2406.12718",
    formula="logits(picture) + alpha logits(picture with its least relevant places black), among p >= beta max p",
    settings=(
        Setting("alpha", 2.0, 0.0, 10.0, "weight of the masked picture", neutral=0.0),
        Setting("beta", 0.5, 0.0, 1.0, "least share of the largest probability a token must have", neutral=0.0),
        Setting("share", 0.5, 0.0, 1.0, "how many places stay (the authors: at most half, by the matching score)"),
    ),
    passes="2, and one backward pass for a run",
    reading="The authors rank places by Grad-CAM of a second model, BLIP's image-text matching. Here the model's own "
    "saliency of its first output stands in for it, and a fixed share for the matching score.",
    make=make,
    needs_request=True,
    models="where it is known which pixels an image token shows",
)
