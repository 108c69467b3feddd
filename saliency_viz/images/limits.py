"""How large a picture may be."""

from __future__ import annotations

from ..errors import ImageError

MAX_BYTES = 50 * 2**20
MAX_PIXELS = 40_000_000
MIN_SIDE = 8
MAX_RATIO = 100
WORKING_SIDE = 2048  # the run works on the picture reduced to this
MAX_IMAGES = 128


def check_size(width: int, height: int, name: str = "The image") -> None:
    """Raises ImageError unless width x height pixels is a size this program works with."""
    if min(width, height) < MIN_SIDE:
        raise ImageError(
            f"{name} must be at least {MIN_SIDE} x {MIN_SIDE} pixels. Got {width} x {height}. Choose a larger one."
        )
    if max(width, height) > MAX_RATIO * min(width, height):
        raise ImageError(
            f"{name} must be no longer than {MAX_RATIO} times its short side. Got {width} x {height}. Crop it."
        )
    if width * height > MAX_PIXELS:
        raise ImageError(
            f"{name} must have at most {MAX_PIXELS / 1e6:.0f} megapixels. Got {width} x {height} "
            f"({width * height / 1e6:.1f} megapixels). Reduce it first."
        )
