"""An opened picture as a new one: RGB, turned by its EXIF orientation, on white where it is clear, reduced."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageOps
from PIL.ExifTags import Base
from PIL.TiffImagePlugin import TiffImageFile

from ..errors import ImageError
from . import png, tiff
from .arrays import eight_bit
from .limits import WORKING_SIDE, check_size

# What Pillow turns into RGB.
COLOURS = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "RGBa", "CMYK", "YCbCr", "HSV")


def upright(image: Image.Image, name: str) -> Image.Image:
    """A new RGB picture; the given one keeps its state. Raises ImageError."""
    check_size(*image.size, name)
    try:
        tiff.check_kind(image)
        clear = png.clear_colour(image)
        image.load()  # first: after a failed load, Pillow 12.3 gives black pixels without a word
        orientation = _orientation(image)
        result = _rgb(image, clear)
        if max(result.size) > WORKING_SIDE:
            result.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.LANCZOS)
        result = _turned(result, orientation)
    except ImageError:
        raise
    except MemoryError as error:
        raise ImageError(f"{name} needs more memory than is free. Reduce it first.") from error
    except Exception as error:  # decoders meet hostile bytes with any exception they like
        kind = f" ({image.format})" if image.format else ""
        raise ImageError(
            f"{name}{kind} could not be decoded: it is damaged or incomplete. Save or download it again."
        ) from error
    return result


def _orientation(image: Image.Image) -> int:
    try:
        value = image.getexif().get(Base.Orientation, 1)
    except Exception:  # broken metadata does not spoil the pixels; viewers show such files unturned too
        return 1
    return value if isinstance(value, int) else 1


def sideways(image: Image.Image) -> bool:
    """Whether its orientation swaps width and height, as far as its head tells."""
    if isinstance(image, TiffImageFile):
        return False  # Pillow has turned its size
    try:
        return Image.Image.getexif(image).get(Base.Orientation) in (5, 6, 7, 8)  # a PNG's own decodes it first
    except Exception:  # as in _orientation
        return False


def _turned(image: Image.Image, orientation: int) -> Image.Image:
    """By Pillow, with nothing but the orientation beside the picture: it writes metadata back, which fails for odd
    tags, and the picture would stay as it lies."""
    image.info = {}
    image.getexif()[Base.Orientation] = orientation
    result = ImageOps.exif_transpose(image)
    result.info, result._exif = {}, None  # it is used up: loading the result again must not turn it again
    return result


def _rgb(image: Image.Image, clear: np.ndarray | None) -> Image.Image:
    """clear: where one colour is clear, if Pillow does not know."""
    if isinstance(image, TiffImageFile) and (image.mode.startswith("I;16") or image.mode == "F"):
        return Image.fromarray(tiff.grey(image)).convert("RGB")
    if image.mode.startswith("I;16") or (image.mode == "I" and image.format == "PNG"):
        values = np.asarray(image).astype(np.uint16)
        grey, hidden = eight_bit(values), image.info.get("transparency")
        if isinstance(hidden, int):
            grey = np.where(values == hidden, np.uint8(255), grey)
        return Image.fromarray(grey).convert("RGB")
    if image.mode == "F":
        return Image.fromarray(eight_bit(np.asarray(image))).convert("RGB")
    if image.mode == "I":
        raise ImageError(
            "Expected 8 or 16 bits per channel. Got 32-bit whole numbers, whose white is unknown. Save it as 8-bit."
        )
    if image.mode not in COLOURS:
        raise ImageError(f"Expected an RGB, grey, palette or CMYK picture. Got mode {image.mode}. Save it as RGB.")
    if clear is not None:
        pixels = np.array(image.convert("RGB"))
        pixels[clear] = 255
        return Image.fromarray(pixels)
    if not image.has_transparency_data:
        return image.convert("RGB") if image.mode != "RGB" else image.copy()
    canvas = Image.new("RGBA", image.size, (255, 255, 255, 255))
    canvas.alpha_composite(image.convert("RGBA"))
    return canvas.convert("RGB")
