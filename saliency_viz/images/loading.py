"""One picture from a path, bytes, an open file, an array or a PIL image; or a sentence."""

from __future__ import annotations

import os
from io import BytesIO
from typing import Any

from PIL import Image, UnidentifiedImageError

from ..errors import ImageError
from . import jpeg, png, tiff, webp
from .arrays import from_array
from .files import read_path, read_stream
from .kinds import formats, unreadable
from .limits import MAX_BYTES, MAX_IMAGES, MAX_PIXELS, WORKING_SIDE, check_size
from .upright import sideways, upright

# What is looked at before Pillow opens a file: how it begins, and what gives back the bytes Pillow may see, or raises.
BEFORE = (
    (b"\x89PNG", png.bearable),
    (b"\xff\xd8", jpeg.bearable),
    (tiff.STARTS, tiff.bearable),
    (b"RIFF", webp.bearable),
)


def load_image(source: Any) -> Image.Image:
    """One picture: upright, RGB, first frame, transparency on white, its long side at most 2048 pixels.

    source: a path, the bytes of a file, an open binary file, a PIL image (the frame it stands on), or an array of
    height x width [x 1, 3 or 4]: uint8, uint16, bool, or float in [0, 1]. 16-bit values are scaled (65535 becomes
    255). Larger pictures are reduced, keeping their shape: that reduced picture is what a run works on and shows.
    The given object is left as it was. Raises ImageError with a sentence for anything else, for sizes under 8 x 8,
    over 40 megapixels or narrower than 100:1, and for files over 50 MiB; sizes are read before pixels are decoded.
    """
    if isinstance(source, Image.Image):
        return upright(source, "The image")
    if isinstance(source, (str, os.PathLike)):
        name, data = read_path(source)
        return decoded(data, name)
    if isinstance(source, (bytes, bytearray, memoryview)):
        return decoded(bytes(source), "The image")
    if hasattr(source, "read"):
        return decoded(read_stream(source), "The image")
    if hasattr(source, "__array__"):
        return upright(from_array(source), "The array")
    raise ImageError(
        f"An image must be a path, a PIL image, an array or the bytes of a file. Got {type(source).__name__}. "
        "Pass one of those."
    )


def load_images(source: Any) -> tuple[Image.Image, ...]:
    """One picture or a list of them, each as `load_image` gives it. Raises ImageError naming the one that fails."""
    if not isinstance(source, (list, tuple)):
        return (load_image(source),)
    if len(source) == 1:
        return (load_image(source[0]),)
    if not 1 <= len(source) <= MAX_IMAGES:
        raise ImageError(
            f"Expected 1 to {MAX_IMAGES} images. Got {len(source)}. Pass fewer, or sample a video's frames."
        )
    images = []
    for index, item in enumerate(source):
        try:
            images.append(load_image(item))
        except ImageError as error:
            raise ImageError(f"Image {index + 1} of {len(source)}: {error}") from error
    return tuple(images)


def load_size(path: str | os.PathLike[str]) -> tuple[int, int]:
    """Width and height of the picture `load_image` gives, from the head of its file; of a PNG whose orientation stands
    behind its pixels, as it lies. Raises ImageError."""
    name, data = read_path(path)
    with opened(data, name) as image:
        check_size(*image.size, name)
        width, height = reversed(image.size) if sideways(image) else image.size
    scale = min(1.0, WORKING_SIDE / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def decoded(data: bytes, name: str) -> Image.Image:
    """The picture in a file's bytes, as `load_image` gives it. Needs nothing else: it may run in another process."""
    with opened(data, name) as image:
        return upright(image, name)


def opened(data: bytes, name: str) -> Image.Image:
    """A file's bytes as one of the formats that are read, no pixels decoded yet. Raises ImageError."""
    if not data:
        raise ImageError(f"{name} is empty (0 bytes). Save or download it again.")
    if len(data) > MAX_BYTES:
        raise ImageError(f"{name} must be at most {MAX_BYTES // 2**20} MiB. Reduce it first.")
    readable = formats()
    for start, bearable in BEFORE:
        if data.startswith(start):
            data = bearable(data, name)
    try:
        return Image.open(BytesIO(data), formats=readable)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageError(
            f"{name} must have at most {MAX_PIXELS / 1e6:.0f} megapixels. Its header claims far more. Reduce it first."
        ) from error
    except UnidentifiedImageError as error:
        raise ImageError(tiff.unreadable(data, name) or unreadable(data, name, readable)) from error
    except Exception as error:  # decoders meet hostile bytes with any exception they like
        damaged = f"{name} could not be opened: it is damaged or incomplete. Save or download it again."
        raise ImageError(tiff.unreadable(data, name) or damaged) from error
