"""LLaVA-1.5 and its kin: a square crop of the picture, one token per patch, the whole block in one place; with a
Pixtral tower the whole picture at its own shape, row by row.

Ignores any-resolution variants (LLaVA-NeXT, OneVision), which have files of their own.
"""

from __future__ import annotations

from typing import Any

from ...errors import PromptError
from ...trace import Picture
from ..base import LVLM, Boxes, Family, Prepared, Request
from ..boxes import crop_region, grid_boxes, no_pixels
from ..prepare import compose, inputs_of, png, whole


def prepare(model: LVLM, request: Request) -> Prepared:
    """Chat template, pixels, spans and boxes of one request. Raises PromptError on a prompt it cannot hold."""
    inputs = inputs_of(model, request)
    if model.config.vision_config.model_type == "pixtral":
        return _own_shape(model, request, inputs)
    token = model.config.image_token_id
    tokens = _tokens_per_image(inputs["input_ids"][0].tolist().count(token), len(request.images))
    pictures, boxes = [], []
    for index, image in enumerate(request.images):
        region, size = crop_region(model.processor.image_processor, *image.size)
        pictures.append(Picture(png(image), region, size))
        boxes.append(_boxes(model, tokens, size, index))
    return compose(model, request, inputs, token, pictures, boxes)


def _own_shape(model: LVLM, request: Request, inputs: dict[str, Any]) -> Prepared:
    """Pixtral: as many patches as the reduced picture has; the break after each row is a token of the template."""
    patch = model.config.vision_config.patch_size
    sizes = [(width, height) for height, width in inputs["image_sizes"].tolist()]
    pictures = [whole(image, size) for image, size in zip(request.images, sizes, strict=True)]
    boxes = [grid_boxes(size[1] // patch, size[0] // patch, size, index) for index, size in enumerate(sizes)]
    return compose(model, request, inputs, model.config.image_token_id, pictures, boxes)


def _tokens_per_image(found: int, images: int) -> int:
    if not images or not found or found % images:
        raise PromptError(
            f"Expected one block of image tokens for each of {images} picture(s). The template produced {found} image "
            "tokens. Check the checkpoint's chat template and processor."
        )
    return found // images


def _boxes(model: LVLM, tokens: int, size: tuple[int, int], picture: int) -> Boxes:
    patch = model.config.vision_config.patch_size
    columns, rows = size[0] // patch, size[1] // patch
    if tokens == rows * columns + 1:  # feature selection "full" keeps the class token in front
        return Boxes.join([no_pixels(1, picture), _cells(rows, columns, patch, picture)])
    if tokens != rows * columns:
        raise PromptError(
            f"Expected {rows * columns} image tokens for {columns} x {rows} patches. The processor made {tokens}. "
            "The checkpoint's processor and vision tower do not fit together."
        )
    return _cells(rows, columns, patch, picture)


def _cells(rows: int, columns: int, patch: int, picture: int) -> Boxes:
    return grid_boxes(rows, columns, (columns * patch, rows * patch), picture)


FAMILY = Family("llava", "LLaVA-1.5", ("llava", "vipllava"), prepare, beta=0.15)
