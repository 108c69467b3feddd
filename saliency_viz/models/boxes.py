"""Where image tokens lie on a picture: grids of boxes, and the part of the upload a processor keeps.

Ignores models; whole numbers follow transformers' resize and crop rules.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import PromptError
from .base import Boxes


class UnknownSize(PromptError, TypeError):
    """An image processor resizes by a rule that is not known here, so it is not known what the model sees."""


Region = tuple[float, float, float, float]


def grid_boxes(rows: int, columns: int, size: tuple[int, int], picture: int = 0, scale: int = 0) -> Boxes:
    """rows x columns boxes that tile a picture of size (width, height), row by row."""
    return region_boxes(rows, columns, (0.0, 0.0, float(size[0]), float(size[1])), picture, scale)


def region_boxes(rows: int, columns: int, region: Region, picture: int = 0, scale: int = 0) -> Boxes:
    """rows x columns boxes that tile a region (left, top, right, bottom), row by row."""
    xs = np.linspace(region[0], region[2], columns + 1)
    ys = np.linspace(region[1], region[3], rows + 1)
    left, top = np.meshgrid(xs[:-1], ys[:-1])
    right, bottom = np.meshgrid(xs[1:], ys[1:])
    box = np.stack([left, top, right, bottom], axis=-1).reshape(-1, 4).astype(np.float32)
    return Boxes(box, np.full(len(box), picture, np.int16), np.full(len(box), scale, np.int8))


def tile_boxes(tile: int, row: int, column: int, side: int, picture: int) -> Boxes:
    """side x side boxes of the square tile at (row, column) of a canvas cut into tiles of `tile` pixels."""
    left, top = column * tile, row * tile
    return region_boxes(side, side, (left, top, left + tile, top + tile), picture)


def edge_boxes(xs: np.ndarray, ys: np.ndarray, picture: int, scale: int = 0) -> Boxes:
    """Boxes row by row from columns xs [columns, 2] and rows ys [rows, 2], each (start, stop) in pixels."""
    box = np.zeros((len(ys), len(xs), 4), np.float32)
    box[:, :, 0::2], box[:, :, 1::2] = xs[None], ys[:, None]
    box = box.reshape(-1, 4)
    return Boxes(box, np.full(len(box), picture, np.int16), np.full(len(box), scale, np.int8))


def no_pixels(count: int, picture: int = 0) -> Boxes:
    """Image tokens that show no pixels: class token, row separators."""
    return Boxes(np.zeros((count, 4), np.float32), np.full(count, picture, np.int16), np.zeros(count, np.int8))


def crop_region(processor: Any, width: int, height: int) -> tuple[Region, tuple[int, int]]:
    """What a CLIP- or SigLIP-like image processor keeps of a width x height upload, and at which (width, height).

    Follows resize (shortest edge, or both edges) and centre crop; a crop larger than the resized picture is padding,
    and the region then reaches beyond the upload. Raises UnknownSize.
    """
    resized = (width, height)
    if getattr(processor, "do_resize", True):
        resized = _resized(processor.size, width, height)
    if not getattr(processor, "do_center_crop", False):
        return (0.0, 0.0, float(width), float(height)), resized
    crop = (int(processor.crop_size["width"]), int(processor.crop_size["height"]))
    left, top = _centre(resized[0], crop[0]), _centre(resized[1], crop[1])
    across, down = width / resized[0], height / resized[1]
    return (left * across, top * down, (left + crop[0]) * across, (top + crop[1]) * down), crop


def _resized(size: Any, width: int, height: int) -> tuple[int, int]:
    def get(name: str) -> Any:
        return size.get(name) if hasattr(size, "get") else getattr(size, name, None)

    if get("shortest_edge"):
        edge = int(get("shortest_edge"))
        short, long = min(width, height), max(width, height)
        other = int(edge * long / short)
        return (edge, other) if width <= height else (other, edge)
    if not get("width") or not get("height"):
        raise UnknownSize(
            f"Expected an image processor that resizes to a shortest edge, or to a height and width. Got {size!r}. "
            "Choose a checkpoint of another family."
        )
    return int(get("width")), int(get("height"))


def _centre(resized: int, crop: int) -> int:
    """Where the crop starts; negative when the crop is larger (transformers pads by the same rule)."""
    return (resized - crop) // 2 if resized >= crop else -((crop - resized + 1) // 2)
