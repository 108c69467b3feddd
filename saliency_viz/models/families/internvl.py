"""InternVL (hub format): the picture in square tiles, each pixel-shuffled into a smaller grid, then a thumbnail.

Ignores the checkpoints in OpenGVLab's own format, which need remote code: load the ones whose names end in -hf.
"""

from __future__ import annotations

from transformers.models.got_ocr2.image_processing_pil_got_ocr2 import get_optimal_tiled_canvas

from ..base import LVLM, Family, Prepared, Request
from ..boxes import grid_boxes, tile_boxes
from ..prepare import compose, inputs_of, whole


def prepare(model: LVLM, request: Request) -> Prepared:
    """Chat template, tiles, spans and boxes of one request."""
    inputs = inputs_of(model, request)
    side = round(model.processor.image_seq_length**0.5)
    pictures, boxes = [], []
    for index, image in enumerate(request.images):
        if request.fps is None:
            tile, columns, rows = _tiles(model, *image.size)
        else:
            tile, columns, rows = model.processor.video_processor.size["height"], 1, 1
        canvas = (columns * tile, rows * tile)
        pictures.append(whole(image, canvas))
        boxes += [tile_boxes(tile, row, column, side, index) for row in range(rows) for column in range(columns)]
        if rows * columns > 1:
            boxes.append(grid_boxes(side, side, canvas, index, scale=1))
    return compose(model, request, inputs, model.config.image_token_id, pictures, boxes)


def _tiles(model: LVLM, width: int, height: int) -> tuple[int, int, int]:
    """Side of a tile in pixels, columns, rows."""
    processor = model.processor.image_processor
    tile = processor.size["height"]
    most = processor.max_patches
    # Before transformers 5.23 the processor's defaults are on its class of keyword arguments, and crop.
    defaults = getattr(model.processor, "images_kwargs", {"crop_to_patches": True})
    if not defaults.get("crop_to_patches", processor.crop_to_patches) or most <= 1:
        return tile, 1, 1
    return tile, *get_optimal_tiled_canvas((height, width), (tile, tile), processor.min_patches, most)


FAMILY = Family("internvl", "InternVL3", ("internvl",), prepare, beta=0.15, video=True)
