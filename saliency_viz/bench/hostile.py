"""Inputs that a stranger may send to do harm: arguments of the wrong kind, and files made to cost much or to confuse.

Ignores what the app makes of them. The same numbers give the same inputs.
"""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from PIL import Image

WRONG = (
    None,
    True,
    -1,
    0,
    1e300,
    10**9,
    2.5,
    "",
    "x",
    "0x10",
    "\x00",
    "a" * 100_000,
    [],
    [1, 2],
    {},
    {"path": "/etc/passwd"},
)
ARGUMENTS = ("prompt", "max_new_tokens", "temperature", "seed", "alpha", "beta", "frames", "system")
ARGUMENTS += ("sgrs_history", "sgrs_score", "decoding", "decoding_values", "image", "more", "video")


def arguments(count: int) -> Iterator[dict[str, Any]]:
    """Arguments of /caption, one of them wrong, SGRS and LocoRE on so that all are read."""
    pairs = [(name, value) for value in WRONG for name in ARGUMENTS]
    random.Random(1).shuffle(pairs)
    for place in range(count):
        name, value = pairs[place % len(pairs)]
        yield {"sgrs": True, "locore": True, "max_new_tokens": 3, name: value}


def files(count: int) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of pictures that are damaged, that claim to be large, or that are something else."""
    chance, whole = random.Random(2), {"jpg": _photo("JPEG", progressive=True), "png": _photo("PNG")}
    special = [
        ("scans.jpg", many_scans(3000)),
        ("bomb.png", png_of(30_000, 30_000)),
        ("large.png", png_of(6300, 6300)),
        ("thin.png", png_of(100_000, 1)),
        ("empty.png", b""),
        ("page.png", b"<html><script>alert(1)</script></html>"),
        ("drawing.png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("zip.png", b"PK\x03\x04" + bytes(100)),
        ("../../etc/passwd.png", whole["png"]),
        ("play.m3u8", b"#EXTM3U\nfile:///etc/passwd\n"),
    ]
    for place in range(count):
        if place < len(special):
            yield special[place]
            continue
        kind = chance.choice(("jpg", "png"))
        data = bytearray(whole[kind])
        for _ in range(chance.randint(1, 40)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        if chance.random() < 0.3:
            del data[chance.randrange(len(data)) :]
        yield f"damaged-{place}.{kind}", bytes(data)


def many_scans(times: int) -> bytes:
    """A progressive JPEG with its last scan repeated."""
    data = _photo("JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * times + data[-2:]


def png_of(width: int, height: int) -> bytes:
    """A black PNG of so many pixels in few bytes."""
    row = b"\0" + bytes((width + 7) // 8)
    packed = zlib.compressobj(9)
    pixels = b"".join([packed.compress(row) for _ in range(min(height, 7000))]) + packed.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )


def _photo(format: str, **options: Any) -> bytes:
    picture, into = Image.radial_gradient("L").convert("RGB").resize((997, 701)), BytesIO()
    picture.save(into, format, **options)
    return into.getvalue()
