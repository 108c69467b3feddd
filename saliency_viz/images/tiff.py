"""What a TIFF's tags say that Pillow's modes do not: its bits, which way is white, and why one cannot be read."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image
from PIL.TiffImagePlugin import COMPRESSION_INFO, OPEN_INFO, ImageFileDirectory_v2, TiffImageFile

from ..errors import ImageError
from .arrays import eight_bit
from .metadata import check_tags

STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
BITS, COMPRESSION, PHOTOMETRIC, CHANNELS, PLANES, EXTRA, SAMPLES = 258, 259, 262, 277, 284, 338, 339  # tags (TIFF 6.0)
KINDS = {
    1: "whole numbers",
    2: "signed numbers",
    3: "floating point numbers",
    5: "complex numbers",
    6: "complex numbers",
}


def bearable(data: bytes, name: str) -> bytes:
    """The same bytes. Raises ImageError for tags that use memory up."""
    check_tags(data, name)
    return data


def check_kind(image: Image.Image) -> None:
    """Raises ImageError for signed numbers, whose black and white are unknown, and for planes that Pillow mixes up."""
    if not isinstance(image, TiffImageFile):
        return
    tags = image.tag_v2
    apart = tags.get(PLANES, 1) == 2 and tags.get(CHANNELS, 1) > 1
    mixed = apart and (set(tags.get(BITS, (1,))) != {8} or tags.get(EXTRA, (2,)) != (2,))
    if mixed or 2 in tags.get(SAMPLES, ()):
        raise ImageError(f"Expected a TIFF of whole numbers, pixel by pixel. Got {_words(tags)}. Save it as 8-bit RGB.")


def grey(image: TiffImageFile) -> np.ndarray:
    """uint8 [height, width] of a loaded TIFF of one channel in more than 8 bits, white as its tags say."""
    values = np.asarray(image)
    if image.mode == "F":
        found = eight_bit(values)
    else:
        most = 2 ** image.tag_v2.get(BITS, (16,))[0] - 1
        found = ((values.astype(np.uint32) * 255 + most // 2) // most).clip(0, 255).astype(np.uint8)
    return 255 - found if image.tag_v2.get(PHOTOMETRIC) == 0 else found


def unreadable(data: bytes, name: str) -> str | None:
    """Why a TIFF that Pillow does not open is refused, by its own tags; None for other files and for damaged ones."""
    if not data.startswith(STARTS):
        return None
    try:
        tags = ImageFileDirectory_v2(data[:8] if b"*" in data[:4] else data[:16])
        file = BytesIO(data)
        file.seek(tags.next)
        tags.load(file)
        if 256 not in tags or _known(data[:2], tags):
            return None
        words = _words(tags)
    except Exception:  # damaged
        return None
    return f"{name} is a TIFF of {words}; expected 1 to 4 channels of 8 or 16 bits. Save it as 8-bit RGB."


def _known(order: bytes, tags: ImageFileDirectory_v2) -> bool:
    """Whether Pillow reads this kind, so that something else is wrong with the file."""
    kind = tuple(sorted(set(tags.get(SAMPLES, (1,)))))
    key = (order, tags.get(PHOTOMETRIC, 0), kind, tags.get(266, 1), tags.get(BITS, (1,)), tags.get(EXTRA, ()))
    return key in OPEN_INFO and tags.get(COMPRESSION, 1) in COMPRESSION_INFO and tags.get(PLANES, 1) == 1


def _words(tags: ImageFileDirectory_v2) -> str:
    """Such as "5 channels of 8 bits (whole numbers, compression 5)"."""
    bits, channels = tags.get(BITS, (1,)), tags.get(CHANNELS, 1)
    kind = KINDS.get(tags.get(SAMPLES, (1,))[0], "unknown numbers")
    depth = " and ".join(str(depth) for depth in sorted(set(bits))[:4])
    packed = f", compression {int(tags.get(COMPRESSION, 1))}, photometric {int(tags.get(PHOTOMETRIC, 1))}"
    packed += ", each channel apart" if tags.get(PLANES, 1) == 2 else ""
    return f"{int(channels)} channel{'s' * (channels != 1)} of {depth} bits ({kind}{packed})"
