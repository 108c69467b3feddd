"""Takes a picture from wherever it comes and gives it back upright, RGB and of a bearable size, or says what is wrong.

Ignores models (how one crops or resizes a picture is its processor's business) and colour profiles.
"""

from __future__ import annotations

import importlib.util
import os
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, UnidentifiedImageError, features

from .errors import ImageError

MAX_BYTES = 50 * 2**20
MAX_PIXELS = 40_000_000
MIN_SIDE = 8
MAX_RATIO = 100
WORKING_SIDE = 2048  # the run works on the picture reduced to this
MAX_IMAGES = 128

# EXIF orientation (CIPA DC-008, tag 274) to the turn that sets the picture upright; 1 and unknown values need none.
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
ORIENTATION = 274
COLOURS = (
    "1",
    "L",
    "LA",
    "P",
    "PA",
    "RGB",
    "RGBA",
    "RGBX",
    "RGBa",
    "CMYK",
    "YCbCr",
    "HSV",
)  # what Pillow turns into RGB

# How the files that can be read begin: one that begins so and still cannot be opened is damaged.
STARTS = (rb"\x89PNG", rb"\xff\xd8", rb"RIFF....WEBP", rb"GIF8", rb"BM", rb"II\*\x00|MM\x00\*", rb"....ftypavi[fs]")

# What people upload by mistake: how such a file begins, and its name.
KNOWN_STARTS = (
    (rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*(<!DOCTYPE svg|<svg)", "an SVG drawing"),
    (rb"\s*<(!doctype html|html|head|body)", "a web page"),
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


def load_image(source: Any) -> Image.Image:
    """One picture: upright, RGB, first frame, transparency on white, its long side at most 2048 pixels.

    source: a path, the bytes of a file, an open binary file, a PIL image (the frame it stands on), or an array of
    height x width [x 1, 3 or 4]: uint8, uint16, bool, or float in [0, 1]. 16-bit values are scaled (65535 becomes
    255). Larger pictures are reduced, keeping their shape: that reduced picture is what a run works on and shows.
    The given object is left as it was. Raises ImageError with a sentence for anything else, for sizes under 8 x 8,
    over 40 megapixels or narrower than 100:1, and for files over 50 MiB; sizes are read before pixels are decoded.
    """
    if isinstance(source, Image.Image):
        return _upright(source, "The image")
    if isinstance(source, (str, os.PathLike)):
        name, data = _read_path(source)
        return _decode(data, name)
    if isinstance(source, (bytes, bytearray, memoryview)):
        return _decode(bytes(source), "The image")
    if hasattr(source, "read"):
        return _decode(_read_stream(source), "The image")
    if hasattr(source, "__array__"):
        return _upright(_from_array(source), "The array")
    raise ImageError(
        f"An image must be a path, a PIL image, an array or the bytes of a file. Got {type(source).__name__}. "
        "Pass one of those."
    )


def load_images(source: Any) -> tuple[Image.Image, ...]:
    """One picture or a list of them, each as `load_image` gives it. Raises ImageError naming the one that fails."""
    if not isinstance(source, (list, tuple)):
        return (load_image(source),)
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


def check_size(width: int, height: int, name: str = "The image") -> None:
    """Raises ImageError unless width x height pixels is a size this program works with."""
    if min(width, height) < MIN_SIDE:
        raise ImageError(
            f"{name} must be at least {MIN_SIDE} x {MIN_SIDE} pixels. Got {width} x {height}. Choose a larger one."
        )
    if max(width, height) > MAX_RATIO * min(width, height):
        raise ImageError(
            f"{name} must be no longer than {MAX_RATIO} times its short side. Got {width} x {height}. Crop it."
        )
    if width * height > MAX_PIXELS:
        raise ImageError(
            f"{name} must have at most {MAX_PIXELS / 1e6:.0f} megapixels. Got {width} x {height} "
            f"({width * height / 1e6:.1f} megapixels). Reduce it first."
        )


def read_file(source: str | os.PathLike[str], limit: int, kind: str = "an image") -> Path:
    """The path of a regular, non-empty file of at most limit bytes. Raises ImageError otherwise."""
    text = os.fsdecode(os.fspath(source))
    if re.match(r"(?i)[a-z][a-z0-9+.-]+://", text):
        raise ImageError(f"Expected a file on this machine. Got the address {_short(text)}. Download it first.")
    if text.lower().startswith("data:"):
        raise ImageError(f"Expected the path of {kind} file. Got a data address. Decode it and pass the bytes.")
    if not text.strip():
        raise ImageError(f"Expected the path of {kind} file. Got an empty text. Name a file.")
    path = Path(text)
    try:
        path = path.expanduser()
        if not path.exists():
            raise ImageError(f"There is no file {_short(text)}. Check the path.")
        if path.is_dir():
            raise ImageError(f"Expected {kind} file. Got the folder {_short(text)}. Name a file inside it.")
        if not path.is_file():
            raise ImageError(f"Expected {kind} file. Got {_short(text)}, which is a device or a pipe. Name a file.")
        size = path.stat().st_size
    except (OSError, ValueError, RuntimeError) as error:
        if isinstance(error, ImageError):
            raise
        raise ImageError(f"{_short(text)} cannot be read as a path. Check its name and your permissions.") from error
    if size == 0:
        raise ImageError(f"{_short(path.name)} is empty (0 bytes). Save or download it again.")
    if size > limit:
        raise ImageError(
            f"{_short(path.name)} must be at most {limit / 2**20:.0f} MiB. Got {size / 2**20:.0f} MiB. Reduce it first."
        )
    return path


def _read_path(source: str | os.PathLike[str]) -> tuple[str, bytes]:
    path = read_file(source, MAX_BYTES)
    try:
        return _short(path.name), path.read_bytes()
    except OSError as error:
        raise ImageError(f"{_short(path.name)} cannot be read ({error.strerror}). Check your permissions.") from error


def _read_stream(stream: Any) -> bytes:
    try:
        data = stream.read(MAX_BYTES + 1)
    except Exception as error:  # a stranger's file object may raise anything
        raise ImageError(f"The given file could not be read ({type(error).__name__}). Open it again.") from error
    if not isinstance(data, (bytes, bytearray)):
        raise ImageError(f"Expected a file opened in binary mode. Got {type(data).__name__}. Open it with mode 'rb'.")
    return bytes(data)


def _decode(data: bytes, name: str) -> Image.Image:
    if not data:
        raise ImageError(f"{name} is empty (0 bytes). Save or download it again.")
    if len(data) > MAX_BYTES:
        raise ImageError(f"{name} must be at most {MAX_BYTES // 2**20} MiB. Reduce it first.")
    readable = formats()
    try:
        image = Image.open(BytesIO(data), formats=readable)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageError(
            f"{name} must have at most {MAX_PIXELS / 1e6:.0f} megapixels. Its header claims far more. Reduce it first."
        ) from error
    except UnidentifiedImageError as error:
        raise ImageError(_unreadable(data, name, readable)) from error
    except Exception as error:  # decoders meet hostile bytes with any exception they like
        raise ImageError(
            f"{name} could not be opened: it is damaged or incomplete. Save or download it again."
        ) from error
    with image:
        return _upright(image, name)


def _upright(image: Image.Image, name: str) -> Image.Image:
    """A new RGB picture turned by its EXIF orientation; the given one keeps its state."""
    check_size(*image.size, name)
    try:
        image.load()  # first: after a failed load, Pillow 12.3 gives black pixels without a word
        turn = TURNS.get(_orientation(image))
        result = _to_rgb(image)
        if turn is not None:
            result = result.transpose(turn)
        if max(result.size) > WORKING_SIDE:
            result.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.LANCZOS)
    except ImageError:
        raise
    except MemoryError as error:
        raise ImageError(f"{name} needs more memory than is free. Reduce it first.") from error
    except Exception as error:  # decoders meet hostile bytes with any exception they like
        kind = f" ({image.format})" if image.format else ""
        raise ImageError(
            f"{name}{kind} could not be decoded: it is damaged or incomplete. Save or download it again."
        ) from error
    result.info = {}  # the orientation is used up: loading the result again must not turn it again
    return result


def _orientation(image: Image.Image) -> int:
    try:
        value = image.getexif().get(ORIENTATION, 1)
    except Exception:  # broken metadata does not spoil the pixels; viewers show such files unturned too
        return 1
    return value if isinstance(value, int) else 1


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16") or (image.mode == "I" and image.format == "PNG"):
        values = np.asarray(image).astype(np.uint16)
        grey = _eight_bit(values)
        hidden = image.info.get("transparency")
        if isinstance(hidden, int):
            grey = np.where(values == hidden, np.uint8(255), grey)
        return Image.fromarray(grey).convert("RGB")
    if image.mode == "F":
        return Image.fromarray(_eight_bit(np.asarray(image))).convert("RGB")
    if image.mode == "I":
        raise ImageError(
            "Expected 8 or 16 bits per channel. Got 32-bit whole numbers, whose white is unknown. Save it as 8-bit."
        )
    if image.mode not in COLOURS:
        raise ImageError(f"Expected an RGB, grey, palette or CMYK picture. Got mode {image.mode}. Save it as RGB.")
    if not image.has_transparency_data:
        return image.convert("RGB") if image.mode != "RGB" else image.copy()
    canvas = Image.new("RGBA", image.size, (255, 255, 255, 255))
    canvas.alpha_composite(image.convert("RGBA"))
    return canvas.convert("RGB")


def _from_array(source: Any) -> Image.Image:
    try:
        array = np.asarray(source)
    except Exception as error:  # for example a tensor on a GPU
        raise ImageError(
            f"{type(source).__name__} could not be read as an array. Move it to the CPU and pass a numpy array."
        ) from error
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.size == 0 or array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (3, 4)):
        hint = "Pass a list of images." if array.ndim == 4 else "Put the channels last."
        raise ImageError(f"An array must be height x width [x 1, 3 or 4]. Got shape {array.shape}. {hint}")
    check_size(array.shape[1], array.shape[0], "The array")
    return Image.fromarray(np.ascontiguousarray(_eight_bit(array)))


def _eight_bit(array: np.ndarray) -> np.ndarray:
    """Any accepted number type as uint8 in [0, 255]; white is 255, 65535, 1.0 or True."""
    if array.dtype == np.uint8:
        return array
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * np.uint8(255)
    if array.dtype.kind == "u" and array.dtype.itemsize == 2:
        return ((array.astype(np.uint32) + 128) // 257).astype(np.uint8)
    if array.dtype.kind == "f":
        if not np.isfinite(array).all():
            raise ImageError("Float pixels must be finite. Got NaN or infinity. Replace them.")
        low, high = float(array.min()), float(array.max())
        if low < 0.0 or high > 1.0:
            raise ImageError(
                f"Float pixels must lie in [0, 1]. Got {low:g} to {high:g}. Rescale them, or pass uint8 for 0 to 255."
            )
        return np.rint(array.astype(np.float32) * 255).astype(np.uint8)
    raise ImageError(f"Pixels must be uint8, uint16, bool, or float in [0, 1]. Got {array.dtype}. Convert them.")


def _unreadable(data: bytes, name: str, readable: tuple[str, ...]) -> str:
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


def _short(text: str) -> str:
    """A person's text in quotes, shortened and on one line, for use in a sentence."""
    line = "".join(letter if letter.isprintable() else "?" for letter in text)
    return f'"{line if len(line) <= 120 else line[:60] + "..." + line[-50:]}"'
