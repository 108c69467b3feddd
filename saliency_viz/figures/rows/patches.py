"""Values of image tokens, placed on the picture the model saw: token by token, as a small lattice, or on every pixel.

Ignores where the values come from (reading) and how they are coloured (scales, colors).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class ImageMap:
    """One picture's image tokens at one scale, their values, and where they lie.

    tokens [n]: index among the trace's image tokens. positions [n]: key position. values [n] float32. boxes [n, 4]:
    (left, top, right, bottom) in pixels of the picture at the size the model saw. size: (width, height) of that.
    """

    picture: int
    scale: int
    size: tuple[int, int]
    tokens: np.ndarray
    positions: np.ndarray
    boxes: np.ndarray
    values: np.ndarray

    def without(self, positions: Collection[int]) -> ImageMap:
        """The same map with the tokens at these positions left out: their place on the picture is covered by none."""
        kept = ~np.isin(self.positions, list(positions))
        parts = (self.tokens, self.positions, self.boxes, self.values)
        return ImageMap(self.picture, self.scale, self.size, *(part[kept] for part in parts))

    def lattice(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(x edges [c + 1], y edges [r + 1], cells [r, c] float32): exact for any set of boxes, small to send.

        A cell no box covers is NaN; boxes that overlap are averaged where they do.
        """
        boxes = np.round(self.boxes.astype(np.float64), 3)
        shown = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
        boxes, values = boxes[shown], self.values[shown].astype(np.float64)
        if not len(boxes):
            return np.zeros(1), np.zeros(1), np.zeros((0, 0), np.float32)
        x_edges, y_edges = np.unique(boxes[:, [0, 2]]), np.unique(boxes[:, [1, 3]])
        total, count = np.zeros((2, len(y_edges) - 1, len(x_edges) - 1))
        columns, lines = np.searchsorted(x_edges, boxes[:, [0, 2]]), np.searchsorted(y_edges, boxes[:, [1, 3]])
        for (left, right), (top, bottom), value in zip(columns, lines, values, strict=True):
            total[top:bottom, left:right] += value
            count[top:bottom, left:right] += 1
        cells = np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
        return x_edges, y_edges, cells.astype(np.float32)

    def grid(self) -> np.ndarray:
        """float32 [height, width]: the value at every pixel the model saw; a pixel no token shows is NaN.

        A pixel belongs to the box its centre lies in, so that boxes side by side never share or skip one.
        """
        width, height = self.size
        x_edges, y_edges, cells = self.lattice()
        padded = np.full((cells.shape[0] + 2, cells.shape[1] + 2), np.nan, np.float32)
        padded[1:-1, 1:-1] = cells
        columns = np.searchsorted(x_edges, np.arange(width) + 0.5, side="right")
        lines = np.searchsorted(y_edges, np.arange(height) + 0.5, side="right")
        if not cells.size:
            return np.full((height, width), np.nan, np.float32)
        return padded[lines[:, None], columns[None, :]]
