"""Picture files of every kind, written byte by byte by their formats' definitions, and what must be seen in them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import product

import numpy as np
from PIL import Image

from saliency_viz.images import formats

WIDTH, HEIGHT = 23, 17
PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))  # Adam7


@dataclass(frozen=True)
class Case:
    """A file; seen: uint8 [height, width, 3], None where a sentence is right; within: levels it may differ by."""

    name: str
    data: bytes
    seen: np.ndarray | None
    within: float = 0.6
    says: str = ""


def samples(channels: int, bits: int, seed: int = 1) -> np.ndarray:
    """Whole numbers [17, 23, channels] in [0, 2^bits), ends among them."""
    found = np.random.default_rng(seed).integers(0, 2**bits, (HEIGHT, WIDTH, channels))
    found[0, 0], found[0, 1] = 0, 2**bits - 1
    return found


def packed(values: np.ndarray, bits: int, order: str = ">") -> bytes:
    """Rows of [height, width x channels], each padded to whole bytes, most significant bit first."""
    if bits == 16 or bits == 32:
        return values.astype(f"{order}u{bits // 8}").tobytes()
    digits = (values[..., None] >> np.arange(bits - 1, -1, -1)) & 1
    return np.packbits(digits.reshape(len(values), -1).astype(np.uint8), axis=1).tobytes()


def on_white(colour: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """colour, alpha: in [0, 1]; levels in [0, 255]."""
    return 255 * (colour * alpha + 1 - alpha)


def rgb(levels: np.ndarray) -> np.ndarray:
    """Float levels [height, width, 1 or 3] as [height, width, 3]."""
    return np.broadcast_to(levels, (*levels.shape[:2], 3))


def turned(seen: np.ndarray, orientation: int) -> np.ndarray:
    """Row 0 and column 0 of the file lie where the orientation says (TIFF 6.0, tag 274)."""
    if orientation > 4:
        seen = seen.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        seen = seen[::-1]
    return seen[:, ::-1] if orientation in (2, 3, 6, 7) else seen


# ---- PNG (ISO/IEC 15948) ---------------------------------------------------------------------------------------------


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(values: np.ndarray, bits: int, colour: int, rest: bytes = b"", interlaced: bool = False) -> bytes:
    """values: [height, width, channels]. rest: chunks before the pixels."""
    header = struct.pack(">IIBBBBB", values.shape[1], values.shape[0], bits, colour, 0, 0, interlaced)
    parts = [values[y::down, x::right] for x, y, right, down in PASSES] if interlaced else [values]
    rows = b"".join(
        b"\0" + packed(row.reshape(1, -1), bits) for part in parts if part.shape[1] for row in part if len(row)
    )
    pixels = chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + rest + pixels


def exif(orientation: int, order: str = ">") -> bytes:
    mark = b"MM\0*" if order == ">" else b"II*\0"
    entry = struct.pack(order + "HHHIHHI", 1, 274, 3, 1, orientation, 0, 0)
    return mark + struct.pack(order + "I", 8) + entry


def pngs() -> Iterator[Case]:
    for colour, channels, bits, interlaced, clear in product(
        (0, 2, 4, 6), (1, 2, 3, 4), (1, 2, 4, 8, 16), (0, 1), (0, 1)
    ):
        if {0: 1, 2: 3, 4: 2, 6: 4}[colour] != channels or (colour and bits < 8) or (clear and colour > 2):
            continue
        values = samples(channels, bits, bits + channels)
        share = values / (2**bits - 1)
        seen = on_white(share[..., :-1], share[..., -1:]) if colour > 2 else 255 * share
        rest = b""
        if clear:
            key = values[3, 5]
            values[3, 6] = key
            values[3, 7] = key ^ 1  # its neighbour stays
            seen = 255 * values / (2**bits - 1)
            seen = np.where((values == key).all(axis=2, keepdims=True), 255, seen)
            rest = chunk(b"tRNS", struct.pack(f">{channels}H", *key))
        data = png(values, bits, colour, rest, bool(interlaced))
        yield Case(
            f"png-{colour}-{bits}-{'adam7' * interlaced}-{'trns' * clear}",
            data,
            rgb(seen),
            2.01 if colour > 2 and bits == 16 else 1.01,
        )
    for bits, clear in product((1, 2, 4, 8), (False, True)):
        values, palette = samples(1, bits), samples(3, 8)[:12, :, :].reshape(-1, 3)[: 2**bits]
        alpha = np.linspace(0, 1, len(palette))[:, None] if clear else np.ones((len(palette), 1))
        rest = chunk(b"PLTE", palette.astype(np.uint8).tobytes())
        rest += chunk(b"tRNS", np.rint(255 * alpha).astype(np.uint8).tobytes()) if clear else b""
        seen = on_white(palette / 255, np.rint(255 * alpha) / 255)[values[..., 0].clip(0, len(palette) - 1)]
        values = values.clip(0, len(palette) - 1)
        yield Case(f"png-palette-{bits}-{'trns' * clear}", png(values, bits, 3, rest), seen, 1.01)
    values = samples(3, 8)
    for orientation in range(1, 9):
        data = png(values, 8, 2, chunk(b"eXIf", exif(orientation)))
        yield Case(f"png-turned-{orientation}", data, turned(values, orientation))
    long = b"workflow\0" + b'{"nodes": [1, 2, 3]} ' * 100_000
    page = b'<x:xmpmeta><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    texts = {
        "text": chunk(b"tEXt", long),
        "packed text": chunk(b"zTXt", b"workflow\0\0" + zlib.compress(long)),
        "international text": chunk(b"iTXt", b"workflow\0\0\0\0\0" + long),
        "packed bomb": chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(2**26))),
        "profile": chunk(b"iCCP", b"name\0\0" + zlib.compress(np.random.default_rng(1).bytes(2**21))),
        "many texts": chunk(b"tEXt", b"a\0" + bytes(900_000)) * 8,
    }
    for name, rest in texts.items():
        yield Case(f"png with long {name}", png(values, 8, 2, rest), values)
    turn = chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + page)
    yield Case("png turned by a text", png(values, 8, 2, texts["text"] + turn), turned(values, 6))


# ---- TIFF (6.0) ------------------------------------------------------------------------------------------------------

SHORT, LONG = 3, 4


def tiff(order: str, tags: dict[int, tuple[int, list[int]]], strips: list[bytes]) -> bytes:
    """tags: number to (type, values). The strips' places are filled in."""
    tags = tags | {273: (LONG, [0] * len(strips)), 279: (LONG, [len(strip) for strip in strips])}
    start = 8 + 2 + 12 * len(tags) + 4
    sizes = {tag: len(values) * (2 if kind == SHORT else 4) for tag, (kind, values) in tags.items()}
    outside = {}
    at = start
    for tag in sorted(tags):
        if sizes[tag] > 4:
            outside[tag], at = at, at + sizes[tag] + sizes[tag] % 2
    places = [at + sum(map(len, strips[:index])) for index in range(len(strips))]
    tags[273] = (LONG, places)
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "IH", 8, len(tags))
    rows, rest = b"", b""
    for tag in sorted(tags):
        kind, values = tags[tag]
        data = struct.pack(order + str(len(values)) + "HI"[kind == LONG], *values)
        rows += struct.pack(order + "HHI", tag, kind, len(values))
        rows += struct.pack(order + "I", outside[tag]) if tag in outside else data.ljust(4, b"\0")
        rest += data.ljust(len(data) + len(data) % 2, b"\0") if tag in outside else b""
    return head + rows + bytes(4) + rest + b"".join(strips)


def grid(
    values: np.ndarray,
    bits: int,
    photometric: int,
    order: str = "<",
    more: dict[int, tuple[int, list[int]]] | None = None,
    packing: int = 1,
    data: bytes | None = None,
) -> bytes:
    """One strip, or one a channel where tag 284 says so."""
    height, width, channels = values.shape
    more = more or {}
    planes = [values] if more.get(284, (0, [1]))[1] == [1] else [values[..., at : at + 1] for at in range(channels)]
    strips = [packed(plane.reshape(height, -1), bits, order) for plane in planes] if data is None else [data]
    strips = [zlib.compress(strip) for strip in strips] if packing == 8 else strips
    tags = {
        256: (SHORT, [width]),
        257: (SHORT, [height]),
        258: (SHORT, [bits] * channels),
        259: (SHORT, [packing]),
        262: (SHORT, [photometric]),
        277: (SHORT, [channels]),
        278: (SHORT, [height]),
    }
    return tiff(order, tags | more, strips)


def tiffs() -> Iterator[Case]:
    for photometric, bits, order, packing in product((0, 1), (1, 2, 4, 8, 12, 16), "<>", (1, 8)):
        values = samples(1, bits)
        seen = 255 * values / (2**bits - 1)
        data = grid(values, bits, photometric, order, packing=packing)
        yield Case(f"tiff-grey-{photometric}-{bits}-{order}-{packing}", data, rgb(seen if photometric else 255 - seen))
    for bits, order, extra, planar in product((8, 16), "<>", (None, 0, 1, 2), (1, 2)):
        channels = 3 if extra is None else 4
        share = samples(channels, bits) / (2**bits - 1)
        if extra == 1:  # already multiplied by alpha
            share[..., :3] *= share[..., 3:]
        values = np.rint(share * (2**bits - 1)).astype(np.int64)
        share = values / (2**bits - 1)
        seen = 255 * share[..., :3]
        if extra == 1:
            seen = seen + 255 * (1 - share[..., 3:])
        elif extra == 2:
            seen = on_white(share[..., :3], share[..., 3:])
        more = {284: (SHORT, [planar])} | ({338: (SHORT, [extra])} if extra is not None else {})
        yield Case(f"tiff-rgb-{bits}-{order}-{extra}-{planar}", grid(values, bits, 2, order, more), seen, 3)
    for bits, order in product((1, 2, 4, 8), "<>"):
        values = samples(1, bits)
        palette = samples(3, 16)[:12].reshape(-1, 3)[: 2**bits]
        palette = np.concatenate([palette, np.zeros((2**bits - len(palette), 3), np.int64)])
        more = {320: (SHORT, palette.T.reshape(-1).tolist())}
        seen = (255 * palette / 65535)[values[..., 0]]
        yield Case(f"tiff-palette-{bits}-{order}", grid(values, bits, 3, order, more), seen, 1.01)
    for bits, order in product((8, 16), "<>"):
        share = samples(4, bits) / (2**bits - 1)
        seen = 255 * (1 - share[..., :3]) * (1 - share[..., 3:])
        yield Case(f"tiff-cmyk-{bits}-{order}", grid(samples(4, bits), bits, 5, order), seen, 2.01)
    for photometric, order in product((0, 1), "<>"):
        values = samples(1, 8) / 255
        more = {339: (SHORT, [3])}
        data = grid(samples(1, 32), 32, photometric, order, more, data=values.astype(f"{order}f4").tobytes())
        yield Case(f"tiff-float-{photometric}-{order}", data, rgb(255 * (values if photometric else 1 - values)))
    for channels, bits, kind, says in (
        (5, 8, 1, "5 channels of 8 bits"),
        (7, 16, 1, "7 channels of 16 bits"),
        (3, 32, 3, "3 channels of 32 bits (floating point numbers"),
        (1, 8, 2, "signed numbers"),
        (1, 16, 2, "signed numbers"),
        (3, 32, 1, "3 channels of 32 bits"),
    ):
        more = {339: (SHORT, [kind] * channels)} | ({338: (SHORT, [0] * (channels - 3))} if channels > 3 else {})
        photometric = 2 if channels > 1 else 1
        # Pillow reads 5 and 6 channels of 8 bits whose last ones mean nothing
        more |= {338: (SHORT, [2] * (channels - 3))} if channels > 3 else {}
        yield Case(
            f"tiff-{channels}-{bits}-{kind}",
            grid(samples(channels, bits), bits, photometric, more=more),
            None,
            says=says,
        )
    yield Case("tiff-packed-strangely", grid(samples(3, 8), 8, 2, packing=34712), None, says="compression 34712")
    values = samples(3, 8)
    for orientation, order in product(range(1, 9), "<>"):
        data = grid(values, 8, 2, order, {274: (SHORT, [orientation])})
        yield Case(f"tiff-turned-{orientation}-{order}", data, turned(values, orientation))


# ---- BMP (Windows) ---------------------------------------------------------------------------------------------------


def bmps() -> Iterator[Case]:
    for bits, down in product((1, 4, 8, 16, 24, 32), (False, True)):
        channels = {16: 1, 24: 3, 32: 4}.get(bits, 1)
        values = samples(channels, min(bits, 15) if channels == 1 else 8)
        palette = samples(3, 8).reshape(-1, 3)[: 2**bits] if bits <= 8 else np.zeros((0, 3), int)
        palette = np.resize(palette, (2**bits, 3)) if bits <= 8 else palette
        if bits <= 8:
            seen, rows = palette[values[..., 0]], [packed(row.reshape(1, -1), bits) for row in values]
        elif bits == 16:
            parts = np.stack([values[..., 0] >> shift & 31 for shift in (10, 5, 0)], axis=-1)
            seen, rows = 255 * parts / 31, [row.astype("<u2").tobytes() for row in values]
        else:
            seen, rows = values[..., 2::-1], [row.astype(np.uint8).tobytes() for row in values]
        rows = [row.ljust(-(-len(row) // 4) * 4, b"\0") for row in (rows if down else rows[::-1])]
        table = np.concatenate([palette[:, ::-1], np.zeros((len(palette), 1), int)], axis=1).astype(np.uint8).tobytes()
        head = struct.pack("<IiiHHIIiiII", 40, WIDTH, -HEIGHT if down else HEIGHT, 1, bits, 0, 0, 0, 0, 0, 0)
        start = 14 + len(head) + len(table)
        body = b"".join(rows)
        data = b"BM" + struct.pack("<IHHI", start + len(body), 0, 0, start) + head + table + body
        yield Case(f"bmp-{bits}-{'down' if down else 'up'}", data, seen, 8 if bits == 16 else 0.6)


# ---- what Pillow writes ----------------------------------------------------------------------------------------------


def smooth(channels: int) -> np.ndarray:
    """uint8 [64, 96, channels] without sharp edges, so that lossy formats keep it."""
    down, right = np.mgrid[0:64, 0:96]
    parts = [20 + 2 * down + right, 220 - down - right, 60 + down, 30 + 2 * right]
    return np.stack(parts[:channels], axis=-1).astype(np.uint8)


def written() -> Iterator[Case]:
    colour, clear = smooth(3), smooth(4)
    grey = colour[..., :1]
    levels = {
        "L": (grey[..., 0], rgb(grey)),
        "LA": (np.concatenate([grey, clear[..., 3:]], axis=2), rgb(on_white(grey / 255, clear[..., 3:] / 255))),
        "RGB": (colour, colour),
        "RGBA": (clear, on_white(clear[..., :3] / 255, clear[..., 3:] / 255)),
        "CMYK": (clear, 255 * (1 - clear[..., :3] / 255) * (1 - clear[..., 3:] / 255)),
    }
    kinds = {
        "PNG": (("L", "LA", "RGB", "RGBA"), ({},), 1.01),
        "JPEG": (("L", "RGB", "CMYK"), ({"quality": 97}, {"quality": 97, "progressive": True}, {"subsampling": 0}), 24),
        "WEBP": (("RGB", "RGBA"), ({"lossless": True, "exact": True}, {"quality": 95}), 24),
        "TIFF": (
            ("L", "LA", "RGB", "RGBA", "CMYK"),
            ({}, {"compression": "tiff_lzw"}, {"compression": "packbits"}),
            1.01,
        ),
        "BMP": (("L", "RGB"), ({},), 1.01),
        "AVIF": (("L", "RGB", "RGBA"), ({"quality": 95},), 24),
        "HEIF": (("L", "RGB", "RGBA"), ({"quality": 95},), 24),
    }
    for kind, (modes, ways, within) in kinds.items():
        if kind not in formats():
            continue
        for mode, (number, way) in product(modes, enumerate(ways)):
            pixels, seen = levels[mode]
            yield Case(f"{kind}-{mode}-{number}", _saved(Image.fromarray(pixels, mode), kind, **way), seen, within)
        for orientation in range(2, 9) if kind in ("JPEG", "WEBP", "TIFF", "AVIF", "PNG") else ():
            tags = Image.Exif()
            tags[274] = orientation
            data = _saved(Image.fromarray(colour), kind, exif=tags, quality=97)
            yield Case(f"{kind}-turned-{orientation}", data, turned(colour, orientation), within)


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()
