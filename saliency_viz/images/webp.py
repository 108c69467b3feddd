"""Looks at the EXIF block of a WebP before Pillow reads it."""

from __future__ import annotations

import struct

from .metadata import check_tags


def bearable(data: bytes, name: str) -> bytes:
    """The same bytes. Raises ImageError for tags that use memory up."""
    at = 12
    while at + 8 <= len(data) and data[8:12] == b"WEBP":
        kind, length = data[at : at + 4], struct.unpack_from("<I", data, at + 4)[0]
        if kind == b"EXIF":
            check_tags(data[at + 8 : at + 8 + length].removeprefix(b"Exif\0\0"), name)
        at += 8 + length + length % 2
    return data
