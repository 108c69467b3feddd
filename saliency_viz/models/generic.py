"""Any other vision-language model of transformers: spans from its image token, a grid where one can be inferred.

Ignores pixels where it would have to guess: the picture is then shown without an overlay.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isqrt

import torch
from PIL import Image
from torch import Tensor
from transformers.cache_utils import DynamicCache

from ..errors import ModelError, PromptError, SaliencyVizError
from ..trace import Picture
from .base import LVLM, Boxes, Family, Prepared, Request
from .compose import compose, inputs_of, png, rope_positions
from .pixels import crop_region, grid_boxes, no_pixels


def prepare(model: LVLM, request: Request) -> Prepared:
    """Chat template and spans of one request; boxes if every picture has a square number of tokens."""
    inputs = inputs_of(model, request)
    inputs.pop("labels", None)
    token = image_token(model)
    found = inputs["input_ids"][0].tolist().count(token)
    if not found or found % len(request.images):
        raise PromptError(
            f"Expected the same number of image tokens for each of {len(request.images)} picture(s). The prompt has "
            f"{found}. Pass one picture: this family is not known in detail."
        )
    tokens = found // len(request.images)
    positions, delta = rope_positions(model, inputs)
    pixels = inputs.get("pixel_values")
    single = isinstance(pixels, Tensor) and pixels.dim() == 4 and len(pixels) == len(request.images)  # no tiles
    pictures, boxes = [], []
    for index, image in enumerate(request.images):
        picture, part = _seen(model, image, index, tokens, single)
        pictures.append(picture)
        boxes.append(part)
    return compose(model, request, {**inputs, **positions}, token, pictures, boxes, delta)


def image_token(model: LVLM) -> int:
    """The id at image positions. Raises PromptError where the checkpoint does not name one."""
    for owner in (model.config, model.processor):
        for name in ("image_token_id", "image_token_index"):
            value = getattr(owner, name, None)
            if isinstance(value, int):
                return value
    raise PromptError(f"{model.info.name!r} names no image token, so it is not known where the picture lies.")


def _seen(model: LVLM, image: Image.Image, picture: int, tokens: int, single: bool) -> tuple[Picture, Boxes]:
    whole = (0.0, 0.0, float(image.width), float(image.height))
    try:
        region, size = crop_region(model.processor.image_processor, *image.size)
    except (TypeError, KeyError, AttributeError):
        return Picture(png(image), whole, image.size), no_pixels(tokens, picture)
    side = isqrt(tokens)
    if not single or side * side != tokens or size[0] != size[1]:
        return Picture(png(image), whole, image.size), no_pixels(tokens, picture)
    return Picture(png(image), region, size), grid_boxes(side, side, size, picture)


@dataclass
class _Layers:
    """Notes which layers ask the attention interface; leaves them to SDPA."""

    asked: list[int] = field(default_factory=list)

    def attend(self, layer: int, *_: object) -> None:
        self.asked.append(layer)


@torch.no_grad()
def check(model: LVLM) -> None:
    """Refuse an unknown family that would give wrong numbers, with one grey picture and two tokens. Raises ModelError.

    Every layer must go through the attention interface, and a token decoded over the cache must get the logits it
    gets when the whole sequence is run at once.
    """
    try:
        prepared = prepare(model, Request((Image.new("RGB", (64, 64), (120, 130, 140)),), "Describe the image."))
        cache, length = DynamicCache(), len(prepared.prompt_ids)
        first = model.network(**prepared.inputs, **model.remembering(cache)).logits[0, -1].argmax()
        probe = _Layers()
        cached = model.network(
            input_ids=first.view(1, 1),
            position_ids=torch.tensor([[length + prepared.rope_delta]], device=model.device),
            **model.remembering(cache),
            probe=probe,
        ).logits[0, -1]
        whole = model.network(**_longer(prepared, first), use_cache=False).logits[0, -1]
    except torch.OutOfMemoryError:
        raise
    except (SaliencyVizError, ValueError, TypeError, KeyError, IndexError, RuntimeError, AttributeError) as error:
        raise ModelError(
            f"{model.info.name!r} is of a family this version does not know ({model.config.model_type}), and a trial "
            f"run failed: {str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__}"
        ) from error
    missing = model.info.layers - len(set(probe.asked))
    if missing:
        raise ModelError(
            f"{missing} of {model.info.layers} layers of {model.info.name!r} ({model.config.model_type}) do not go "
            "through transformers' attention interface, so its attention cannot be recorded."
        )
    if not torch.allclose(cached.float(), whole.float(), rtol=0, atol=0.05 * float(whole.float().std())):
        raise ModelError(
            f"{model.info.name!r} ({model.config.model_type}) gives other words over its cache than without one when "
            "called as this program calls it, so what would be recorded is not what it does."
        )


def _longer(prepared: Prepared, token: Tensor) -> dict:
    """The prefill inputs with one token more; the model finds positions by itself."""
    longer = {name: value for name, value in prepared.inputs.items() if name != "position_ids"}
    ids = longer["input_ids"]
    for name, value in longer.items():
        if isinstance(value, Tensor) and value.shape == ids.shape:
            more = token.view(1, 1) if name == "input_ids" else torch.full_like(value[:, :1], name == "attention_mask")
            longer[name] = torch.cat([value, more], dim=1)
    return longer


FAMILY = Family(
    "generic",
    "Other",
    (),
    prepare,
    beta=0.15,
    note="Not checked: spans come from the image token, boxes assume a square grid row by row; no video.",
)
