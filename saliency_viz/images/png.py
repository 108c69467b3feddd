"""What Pillow does not do for PNG: long texts and profiles are passed over, and the one colour that is clear is found.

Workflow tools keep megabytes of text in a picture; Pillow calls such a file damaged.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageFile

from ..errors import ImageError
from .metadata import check_tags

TEXTS = (b"tEXt", b"zTXt", b"iTXt", b"iCCP")
TELL_THE_TURN = (b"XML:com.adobe.xmp", b"Raw profile type exif")  # texts that may hold the picture's orientation
LONGEST = 2**16  # bytes of such a text as stored
MOST_CHUNKS = 100_000


def bearable(data: bytes, name: str) -> bytes:
    """The file without its texts and profiles, but for short ones that tell its orientation. Raises ImageError."""
    kept, dropped, told = [data[:8]], False, set()
    for kind, start, stop in _chunks(data, name):
        key = data[start + 8 : start + 8 + 80].partition(b"\0")[0]
        if kind == b"eXIf":
            check_tags(data[start + 8 : stop - 4].removeprefix(b"Exif\0\0"), name)
        if kind not in TEXTS or (key in TELL_THE_TURN and key not in told and stop - start < LONGEST):
            kept.append(data[start:stop])
        else:
            dropped = True
        told.add(key)
    return b"".join(kept) if dropped else data


def _chunks(data: bytes, name: str) -> Iterator[tuple[bytes, int, int]]:
    """(kind, where it starts, where it ends) of each chunk; the last may be cut short."""
    at = 8
    for _ in range(MOST_CHUNKS):
        if at >= len(data):
            return
        length = struct.unpack(">I", data[at : at + 4])[0] if at + 4 <= len(data) else 0
        stop = min(len(data), at + 12 + length)
        yield data[at + 4 : at + 8], at, stop
        at = stop
    raise ImageError(f"{name} must have at most {MOST_CHUNKS} parts inside. Got more. Save it again.")


def clear_colour(image: Image.Image) -> np.ndarray | None:
    """Where a PNG of one clear colour (tRNS) is clear, [height, width] bool, if Pillow would not find it; else None.

    Pillow compares the colour with samples it has already scaled (2 and 4 bits) or cut (16 bits of red, green, blue).
    Must be asked before the picture is loaded. Leaves it unloaded, and `transparency` of 2 and 4 bits scaled.
    """
    key = image.info.get("transparency")
    if not isinstance(image, ImageFile.ImageFile) or image.format != "PNG" or not image.tile:
        return None
    tile = image.tile[0]
    stored = tile.args[0] if isinstance(tile.args, tuple) else tile.args
    if stored in ("L;2", "L;4") and isinstance(key, int):
        most = 2 ** int(stored[2]) - 1
        image.info["transparency"] = (key & most) * (255 // most)
    if stored != "RGB;16B" or not isinstance(key, tuple):
        return None
    return np.logical_and(*(_half(image, raw, shift, key) for raw, shift in (("RGB;16B", 8), ("RGB;16L", 0))))


def _half(image: ImageFile.ImageFile, raw: str, shift: int, key: tuple[int, ...]) -> np.ndarray:
    """Where the upper (shift 8) or the lower byte of every sample is the key's: read as if in the other byte order,
    Pillow gives the lower ones."""
    assert image.fp is not None  # closed only when the picture is loaded
    image.fp.seek(0)
    with Image.open(image.fp, formats=("PNG",)) as again:
        assert isinstance(again, ImageFile.ImageFile)
        again.tile = [tile._replace(args=raw) for tile in again.tile]
        again.info.pop("transparency", None)
        wanted = [(part >> shift) & 255 for part in key]
        return (np.asarray(again) == np.array(wanted, np.uint8)).all(axis=2)
