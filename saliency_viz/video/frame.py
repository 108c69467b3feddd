"""One decoded frame as an upright RGB picture with square pixels, on white where it is transparent.

Ignores colour primaries wider than the usual (P3, and BT.2020 in ordinary range), as pictures ignore colour profiles.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from PIL import Image

from ..images import load_image
from . import hdr

FRAME_SIDE = 1024  # a frame's long side is reduced to this: no family looks at one more closely
HD_LINES = 720  # from here on a film that does not name its colours is BT.709 (as players take it), below BT.601
BT709, UNSAID, BT2020 = 1, 2, 9  # matrices, by the numbers of ITU-T H.273

# What a display matrix does to a picture, by the signs of (a, b, c, d): x' = a x + c y, y' = b x + d y.
TURNS = {
    (-1, 0, 0, 1): Image.Transpose.FLIP_LEFT_RIGHT,
    (-1, 0, 0, -1): Image.Transpose.ROTATE_180,
    (1, 0, 0, -1): Image.Transpose.FLIP_TOP_BOTTOM,
    (0, 1, 1, 0): Image.Transpose.TRANSPOSE,
    (0, 1, -1, 0): Image.Transpose.ROTATE_270,
    (0, -1, -1, 0): Image.Transpose.TRANSVERSE,
    (0, -1, 1, 0): Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class Stored:
    """How a film keeps its frames. square: a pixel's width over its height, or None. transfer, primaries: by H.273."""

    square: Fraction | None
    transfer: int
    primaries: int


def picture(frame: Any, stored: Stored) -> Image.Image:
    """frame: as PyAV decoded it. Raises ImageError."""
    image = Image.fromarray(_pixels(frame, stored))
    if stored.square and stored.square != 1:
        image = image.resize((max(1, round(image.width * float(stored.square))), image.height))
    turn = TURNS.get(display_matrix(frame))
    image = load_image(image.transpose(turn) if turn is not None else image)
    image.thumbnail((FRAME_SIDE, FRAME_SIDE), Image.Resampling.LANCZOS)
    return image


def _pixels(frame: Any, stored: Stored) -> np.ndarray:
    """uint8 [height, width, 3 or 4] as stored."""
    transfer, matrix = stored.transfer, int(frame.colorspace)
    named = {}
    if matrix == UNSAID and not frame.format.is_rgb:
        if transfer in (hdr.PQ, hdr.HLG):
            named = {"src_colorspace": BT2020}
        elif frame.height >= HD_LINES:
            named = {"src_colorspace": BT709}
    if transfer in (hdr.PQ, hdr.HLG):
        scale = min(1.0, FRAME_SIDE / max(frame.width, frame.height))
        size = {"width": max(1, round(frame.width * scale)), "height": max(1, round(frame.height * scale))}
        return hdr.srgb(frame.to_ndarray(format="rgb48le", **size, **named), transfer, stored.primaries)
    clear = frame.format.has_palette or any(part.is_alpha for part in frame.format.components)
    return frame.to_ndarray(format="rgba" if clear else "rgb24", **named)


def same_size(pictures: list[Image.Image]) -> tuple[Image.Image, ...]:
    """All at the first one's size where they have its shape within 2 %: recordings of a call change their size."""
    first = pictures[0]
    return tuple(
        one.resize(first.size) if abs(one.width * first.height / (one.height * first.width) - 1) < 0.02 else one
        for one in pictures
    )


def display_matrix(frame: Any) -> tuple[int, int, int, int]:
    """Signs of (a, b, c, d) of the frame's display matrix, the smaller pair 0; (1, 0, 0, 1) where it has none."""
    data = next((bytes(data) for data in frame.side_data if data.type.name == "DISPLAYMATRIX"), b"")
    if len(data) < 36:
        return 1, 0, 0, 1
    a, b, _, c, d = np.frombuffer(data, np.int32)[:5].astype(np.int64)
    sign = [int(np.sign(number)) for number in (a, b, c, d)]
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return sign[0], 0, 0, sign[3]
    return 0, sign[1], sign[2], 0
