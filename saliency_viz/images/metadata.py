"""Whether the directory of tags in a TIFF file or an EXIF block can be read without using it up.

Pillow keeps a copy of every value, so that 64 KiB whose 5,000 entries all point at the same 60 KB take 300 MB.
"""

from __future__ import annotations

import struct

from ..errors import ImageError

SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
INNER = (34665, 34853, 40965)  # EXIF, GPS and interoperability: tags that point at another directory
SPARE = 2**16
ENTRIES = 10_000


def check_tags(block: bytes, name: str) -> None:
    """block: from its byte order mark on. Raises ImageError when its values are together larger than twice the block,
    or more than 10,000; says nothing of what is not a directory."""
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None or len(block) < 16:
        return
    big = struct.unpack_from(order + "H", block, 2)[0] == 43
    found, entries = 0, 0
    waiting = [struct.unpack_from(order + ("Q" if big else "I"), block, 8 if big else 4)[0]]
    for at in waiting:  # grows on the way
        for tag, size, value in _entries(block, at, order, big):
            entries += 1
            found += size
            if tag in INNER and len(waiting) < 8:
                waiting.append(value)
            if found > 2 * len(block) + SPARE or entries > ENTRIES:
                raise ImageError(f"{name} is damaged: its tags claim more than the file holds. Save it again.")


def _entries(block: bytes, at: int, order: str, big: bool) -> list[tuple[int, int, int]]:
    """(tag, bytes of its value as far as they lie inside the block, the value or where it lies)."""
    head, entry, inside = ("Q", "HHQQ", 8) if big else ("H", "HHII", 4)
    start, length = at + struct.calcsize(order + head), struct.calcsize(order + entry)
    if start > len(block):
        return []
    count = struct.unpack_from(order + head, block, at)[0]
    count = min(count, (len(block) - start) // length, ENTRIES + 1)
    rows = struct.iter_unpack(order + entry, block[start : start + count * length])
    found = ((tag, SIZES.get(kind, 1) * number, value) for tag, kind, number, value in rows)
    return [(tag, size if size <= inside or value + size <= len(block) else 0, value) for tag, size, value in found]
