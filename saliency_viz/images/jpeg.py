"""What a JPEG would cost and whether it can be read, from its markers alone."""

from __future__ import annotations

import re
import struct

from ..errors import ImageError
from .limits import MAX_PIXELS
from .metadata import check_tags

MOST_SCANS = 100
MOST_SCANNED = 800_000_000  # pixels times scans: two seconds of one core; a photo of 40 megapixels has 10 scans
MOST_MARKERS = 10_000
NEXT = re.compile(
    rb"\xff[\x01-\xcf\xd8-\xfe]"
)  # the marker that ends a scan's data: neither a stuffed byte nor a restart
ALONE = (0x01, *range(0xD0, 0xD9))  # markers without a length
FRAMES = {0xC0: "", 0xC1: "", 0xC2: "", 0xC9: "", 0xCA: ""} | dict.fromkeys(
    (0xC3, 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF), "lossless or layered"
)


def bearable(data: bytes, name: str) -> bytes:
    """The same bytes. Raises ImageError for too many scans, for tags that use memory up, and for what no decoder here
    reads; leaves damage to the decoder."""
    at, scans, pixels, exif = 2, 0, 0, []
    for _ in range(MOST_MARKERS):
        if at + 4 > len(data):
            break
        if data[at] != 0xFF or data[at + 1] in (0x00, 0xFF):
            at += 1  # fill bytes
            found = NEXT.search(data, at)
            at = found.start() if found else len(data)
            continue
        marker = data[at + 1]
        if marker == 0xD9:
            break
        if marker in ALONE:
            at += 2
            continue
        length = struct.unpack_from(">H", data, at + 2)[0]
        body = data[at + 4 : at + 2 + length]
        at += 2 + max(2, length)
        if marker in FRAMES:
            pixels = min(MAX_PIXELS, _pixels(body, marker, name))  # more is refused by its size
        elif marker == 0xE1 and body.startswith(b"Exif\0\0"):
            exif.append(body[6:])
        elif marker == 0xE2 and body.startswith(b"MPF\0"):
            check_tags(body[4:], name)
        elif marker == 0xDA:
            scans += 1
            if scans > MOST_SCANS or scans * pixels > MOST_SCANNED:
                raise ImageError(f"{name} is a JPEG with too many scans to read. Save it again.")
            found = NEXT.search(data, at)
            at = found.start() if found else len(data)
    else:
        raise ImageError(f"{name} must have at most {MOST_MARKERS} parts inside. Got more. Save it again.")
    check_tags(b"".join(exif), name)
    return data


def _pixels(body: bytes, marker: int, name: str) -> int:
    """Width times height. Raises ImageError naming what no decoder here reads."""
    if len(body) < 6:
        return 0
    bits, height, width, parts = struct.unpack_from(">BHHB", body)
    if FRAMES[marker] or bits != 8 or parts not in (1, 3, 4):
        kind = FRAMES[marker] or f"{bits} bits and {parts} channels"
        raise ImageError(f"Expected a JPEG of 8 bits and 1, 3 or 4 channels. {name} is {kind}. Save it as PNG or JPEG.")
    return width * height
