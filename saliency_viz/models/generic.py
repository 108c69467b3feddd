"""Any other vision-language model of transformers: spans from its image token, a grid where one can be inferred.

Ignores pixels where it would have to guess: the picture is then shown without an overlay.
"""

from __future__ import annotations

from math import isqrt

from ..errors import PromptError
from ..trace import Picture
from .base import LVLM, Boxes, Family, Prepared, Request
from .compose import compose, inputs_of, png
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
    pictures, boxes = [], []
    for index, image in enumerate(request.images):
        picture, part = _seen(model, image, index, tokens)
        pictures.append(picture)
        boxes.append(part)
    return compose(model, request, inputs, token, pictures, boxes)


def image_token(model: LVLM) -> int:
    """The id at image positions. Raises PromptError where the checkpoint does not name one."""
    for owner in (model.config, model.processor):
        for name in ("image_token_id", "image_token_index"):
            value = getattr(owner, name, None)
            if isinstance(value, int):
                return value
    raise PromptError(f"{model.info.name!r} names no image token, so it is not known where the picture lies.")


def _seen(model: LVLM, image, picture: int, tokens: int) -> tuple[Picture, Boxes]:
    whole = (0.0, 0.0, float(image.width), float(image.height))
    try:
        region, size = crop_region(model.processor.image_processor, *image.size)
    except (TypeError, KeyError, AttributeError):
        return Picture(png(image), whole, image.size), no_pixels(tokens, picture)
    side = isqrt(tokens)
    if side * side != tokens or size[0] != size[1]:
        return Picture(png(image), whole, image.size), no_pixels(tokens, picture)
    return Picture(png(image), region, size), grid_boxes(side, side, size, picture)


FAMILY = Family(
    "generic",
    "Other",
    (),
    prepare,
    beta=0.15,
    note="Not checked: spans come from the image token, boxes assume a square grid row by row; no video.",
)
