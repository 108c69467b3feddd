"""Gemma 3: the picture squeezed into one square, its patches averaged into a fixed grid of tokens.

Ignores pan-and-scan (off in the checkpoints). The tokens of a picture see each other in both directions, and most
layers see only a window of the past: both are in the mask that the recorded rows are given.
"""

from __future__ import annotations

from ..base import LVLM, Family, Prepared, Request
from ..boxes import grid_boxes
from ..prepare import compose, inputs_of, whole


def prepare(model: LVLM, request: Request) -> Prepared:
    """Chat template, pixels, spans and boxes of one request."""
    inputs = inputs_of(model, request)
    size = model.processor.image_processor.size
    canvas = (int(size["width"]), int(size["height"]))
    side = round(model.config.mm_tokens_per_image**0.5)
    return compose(
        model,
        request,
        inputs,
        model.config.image_token_index,
        [whole(image, canvas) for image in request.images],
        [grid_boxes(side, side, canvas, index) for index in range(len(request.images))],
    )


FAMILY = Family("gemma3", "Gemma 3", ("gemma3",), prepare, beta=0.15)
