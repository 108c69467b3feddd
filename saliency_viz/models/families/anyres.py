"""LLaVA-NeXT and LLaVA-OneVision: a thumbnail, then tiles of the picture at a resolution near its own, row by row.

Ignores padding: tokens that lie wholly in it were cut away by the model. A token at the end of each row is a line
break and shows no pixels. Of a picture so long and thin that no tile is left (from about 72:1), the thumbnail is all.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image
from transformers.image_processing_utils import select_best_resolution

from ...trace import Picture
from ..base import LVLM, Boxes, Family, Prepared, Request
from ..boxes import edge_boxes, grid_boxes, no_pixels
from ..prepare import compose, inputs_of, png, whole


@dataclass(frozen=True)
class Tower:
    """The vision tower's view: tiles of `tile` pixels in `side` x `side` patches of `patch` pixels.

    side * patch may be less than tile (SigLIP: 27 * 14 of 384): the rest of each tile is not seen.
    """

    tile: int
    patch: int

    @property
    def side(self) -> int:
        """Patches along a tile."""
        return self.tile // self.patch

    def cells(self, tiles: int) -> np.ndarray:
        """(start, stop) in pixels of every patch along a row of tiles, [tiles * side, 2]."""
        start = (np.arange(tiles)[:, None] * self.tile + np.arange(self.side)[None] * self.patch).reshape(-1)
        return np.stack([start, start + self.patch], axis=1).astype(np.float64)


def prepare_next(model: LVLM, request: Request) -> Prepared:
    """Chat template, tiles, spans and boxes of one request to LLaVA-NeXT."""
    return _prepare(model, request, most=None)


def prepare_onevision(model: LVLM, request: Request) -> Prepared:
    """The same for LLaVA-OneVision: too many tiles are scaled down, several pictures get one tile each."""
    if request.fps is not None:
        return _video(model, request)
    if len(request.images) > 1:
        return _several(model, request)
    return _prepare(model, request, most=int(model.config.vision_aspect_ratio.removeprefix("anyres_max_")))


def _prepare(model: LVLM, request: Request, most: int | None) -> Prepared:
    inputs = inputs_of(model, request)
    seen = [_tiled(model, image, index, most) for index, image in enumerate(request.images)]
    pictures, boxes = zip(*seen, strict=True)
    return compose(model, request, inputs, model.config.image_token_id, pictures, boxes)


def _tower(model: LVLM) -> Tower:
    vision = model.config.vision_config
    return Tower(vision.image_size, vision.patch_size)


def _tiled(model: LVLM, image: Image.Image, picture: int, most: int | None) -> tuple[Picture, Boxes]:
    """One picture fitted into the best of the checkpoint's resolutions, padded to it, cut into tiles, unpadded."""
    tower = _tower(model)
    width, height = image.size
    best_height, best_width = select_best_resolution((height, width), model.config.image_grid_pinpoints)
    content = _fitted(width, height, best_width, best_height)
    paste = ((best_width - content[0]) // 2, (best_height - content[1]) // 2)
    xs, ys = tower.cells(best_width // tower.tile), tower.cells(best_height // tower.tile)
    cut_x, cut_y = _unpadded(width, height, len(xs), len(ys))
    xs, ys = xs[cut_x : len(xs) - cut_x], ys[cut_y : len(ys) - cut_y]
    if not len(xs) or not len(ys):
        return _thumbnail(tower, image, picture, breaks=len(ys))
    if most is not None:
        ratio = math.sqrt(len(xs) * len(ys) / (most * tower.side**2))
        if ratio > 1.1:
            xs, ys = _resampled(xs, int(len(xs) // ratio)), _resampled(ys, int(len(ys) // ratio))
    origin, end = (xs[0, 0], ys[0, 0]), (xs[-1, 1], ys[-1, 1])
    size = (end[0] - origin[0], end[1] - origin[1])
    across, down = width / content[0], height / content[1]
    region = (
        float((origin[0] - paste[0]) * across),
        float((origin[1] - paste[1]) * down),
        float((end[0] - paste[0]) * across),
        float((end[1] - paste[1]) * down),
    )
    thumbnail = [
        np.clip(tower.cells(1) / tower.tile * content[axis] + paste[axis] - origin[axis], 0, size[axis])
        for axis in (0, 1)
    ]
    boxes = Boxes.join(
        [
            edge_boxes(thumbnail[0], thumbnail[1], picture, scale=1),
            _with_breaks(edge_boxes(xs - origin[0], ys - origin[1], picture), len(xs), picture),
        ]
    )
    return Picture(png(image), region, (round(size[0]), round(size[1]))), boxes


def _thumbnail(tower: Tower, image: Image.Image, picture: int, breaks: int) -> tuple[Picture, Boxes]:
    """The whole picture in one square; the line breaks of rows that hold no tile are still there."""
    cells = tower.cells(1)
    boxes = Boxes.join([edge_boxes(cells, cells, picture), no_pixels(breaks, picture)])
    return whole(image, (tower.tile, tower.tile)), boxes


def _fitted(width: int, height: int, best_width: int, best_height: int) -> tuple[int, int]:
    """Size of the picture inside the best resolution, as transformers' get_patch_output_size."""
    across, down = best_width / width, best_height / height
    if across < down:
        return best_width, min(math.ceil(height * across), best_height)
    return min(math.ceil(width * down), best_width), best_height


def _unpadded(width: int, height: int, columns: int, rows: int) -> tuple[int, int]:
    """Columns and rows of patches cut from each side, as transformers' unpad_image."""
    if width / height > columns / rows:
        return 0, (rows - int(round(height * (columns / width), 7))) // 2
    return (columns - int(round(width * (rows / height), 7))) // 2, 0


def _resampled(cells: np.ndarray, count: int) -> np.ndarray:
    """The pixels that `count` evenly spaced cells cover when the given ones are scaled down to them."""
    edges = np.append(cells[:, 0], cells[-1, 1])
    marks = np.interp(np.linspace(0, len(cells), count + 1), np.arange(len(cells) + 1), edges)
    return np.stack([marks[:-1], marks[1:]], axis=1)


def _with_breaks(boxes: Boxes, columns: int, picture: int) -> Boxes:
    """A token without pixels after every row."""
    empty = no_pixels(1, picture)
    parts: list[Boxes] = []
    for start in range(0, len(boxes.box), columns):
        row = slice(start, start + columns)
        parts += [Boxes(boxes.box[row], boxes.image[row], boxes.scale[row]), empty]
    return Boxes.join(parts)


def _several(model: LVLM, request: Request) -> Prepared:
    """Several pictures: each padded to a square and seen as one tile, with one line break after it."""
    inputs = inputs_of(model, request)
    tower = _tower(model)
    pictures, boxes = [], []
    for index, image in enumerate(request.images):
        edge = max(image.size)
        left, top = (edge - image.width) // 2, (edge - image.height) // 2
        seen = tower.side * tower.patch
        reach = edge * seen / tower.tile
        region = (float(-left), float(-top), float(reach - left), float(reach - top))
        pictures.append(Picture(png(image), region, (seen, seen)))
        boxes += [grid_boxes(tower.side, tower.side, (seen, seen), index), no_pixels(1, index)]
    return compose(model, request, inputs, model.config.image_token_id, pictures, boxes)


def _video(model: LVLM, request: Request) -> Prepared:
    """A video: every frame as one tile, its grid halved, one line break after the last."""
    inputs = inputs_of(model, request)
    tower = _tower(model)
    side = math.ceil(tower.side / 2)
    size = model.processor.video_processor.size
    canvas = (int(size["width"]), int(size["height"]))
    xs = _resampled(tower.cells(1), side)
    frames = range(len(request.images))
    boxes = [edge_boxes(xs, xs, index) for index in frames]
    pictures = [whole(image, canvas) for image in request.images]
    return compose(
        model, request, inputs, model.config.video_token_id, pictures, [*boxes, no_pixels(1, len(request.images) - 1)]
    )


NEXT = Family("llava_next", "LLaVA-NeXT", ("llava_next",), prepare_next, beta=0.15)
ONEVISION = Family("llava_onevision", "LLaVA-OneVision", ("llava_onevision",), prepare_onevision, beta=0.15, video=True)
