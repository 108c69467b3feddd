"""Which kinds of files can be read, and what a file is that cannot, by how it begins."""

from __future__ import annotations

import importlib.util
import re

from PIL import features

# How the files that can be read begin: one that begins so and still cannot be opened is damaged.
STARTS = (rb"\x89PNG", rb"\xff\xd8", rb"RIFF....WEBP", rb"GIF8", rb"BM", rb"II[*+]\x00|MM\x00[*+]", rb"....ftypavi[fs]")

# What people upload by mistake: how such a file begins, and its name.
KNOWN_STARTS = (
    (rb"\s*<(!doctype html|html|head|body)", "a web page"),
    (rb"\s*<(?=.*<svg|svg|!doctype svg)", "an SVG drawing"),
    (rb"%PDF-", "a PDF document"),
    (rb"%!PS", "a PostScript document"),
    (rb"8BPS", "a Photoshop document"),
    (rb"PK\x03\x04", "a zip archive"),
    (rb"\x1f\x8b", "a gzip archive"),
    (rb"....ftyp(heic|heix|hevc|heim|heis|mif1|msf1)", "a HEIC photo"),
    (rb"....ftypavi[fs]", "an AVIF picture, which this Pillow cannot read"),
    (rb"....ftyp|\x1a\x45\xdf\xa3|RIFF....AVI ", "a video"),
    (rb"\x00\x00\x01\x00", "an icon file"),
    (rb"\x00\x00\x00\x0cjP  |\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (rb"qoif|P[1-7]\s|\x76\x2f\x31\x01|DDS |#\?RADIANCE", "a picture in a rare format"),
)


def formats() -> tuple[str, ...]:
    """The file formats that can be read here, by Pillow's names. Registers pillow-heif where it is installed."""
    readable = ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"]
    if features.check("avif"):
        readable.append("AVIF")
    if importlib.util.find_spec("pillow_heif") is not None:
        import pillow_heif  # optional; registering twice is harmless

        pillow_heif.register_heif_opener()
        readable.append("HEIF")
    return tuple(readable)


def unreadable(data: bytes, name: str, readable: tuple[str, ...]) -> str:
    wanted = ", ".join(readable[:-1]) + f" or {readable[-1]}"
    kind = next((kind for start, kind in KNOWN_STARTS if re.match(start, data[:2048], re.I | re.S)), None)
    if any(re.match(start, data, re.S) for start in STARTS[: 7 if "AVIF" in readable else 6]) or (
        kind == "a HEIC photo" and "HEIF" in readable
    ):
        return f"{name} could not be opened: it is damaged or incomplete. Save or download it again."
    if kind == "a HEIC photo":
        return f"{name} is {kind}, which needs one more package. Run: pip install pillow-heif, or save it as JPEG."
    if kind == "a video":
        return f"{name} is {kind}; expected {wanted}. Use Video.from_file, or save one frame."
    if kind is not None:
        return f"{name} is {kind}; expected {wanted}. Export it as PNG or JPEG."
    return f"{name} is not a readable image: expected {wanted}. Save it as PNG or JPEG, or download it again."
