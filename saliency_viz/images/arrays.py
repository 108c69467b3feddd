"""Arrays of numbers as pictures of 8 bits."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

from ..errors import ImageError
from .limits import check_size


def from_array(source: Any) -> Image.Image:
    try:
        array = np.asarray(source)
    except Exception as error:  # for example a tensor on a GPU
        raise ImageError(
            f"{type(source).__name__} could not be read as an array. Move it to the CPU and pass a numpy array."
        ) from error
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.size == 0 or array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (3, 4)):
        hint = "Pass a list of images." if array.ndim == 4 else "Put the channels last."
        raise ImageError(f"An array must be height x width [x 1, 3 or 4]. Got shape {array.shape}. {hint}")
    check_size(array.shape[1], array.shape[0], "The array")
    return Image.fromarray(np.ascontiguousarray(eight_bit(array)))


def eight_bit(array: np.ndarray) -> np.ndarray:
    """Any accepted number type as uint8 in [0, 255]; white is 255, 65535, 1.0 or True."""
    if array.dtype == np.uint8:
        return array
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * np.uint8(255)
    if array.dtype.kind == "u" and array.dtype.itemsize == 2:
        return ((array.astype(np.uint32) + 128) // 257).astype(np.uint8)
    if array.dtype.kind == "f":
        if not np.isfinite(array).all():
            raise ImageError("Float pixels must be finite. Got NaN or infinity. Replace them.")
        low, high = float(array.min()), float(array.max())
        if low < 0.0 or high > 1.0:
            raise ImageError(
                f"Float pixels must lie in [0, 1]. Got {low:g} to {high:g}. Rescale them, or pass uint8 for 0 to 255."
            )
        return np.rint(array.astype(np.float32) * 255).astype(np.uint8)
    raise ImageError(f"Pixels must be uint8, uint16, bool, or float in [0, 1]. Got {array.dtype}. Convert them.")
