"""Frames of a film as one file: GIF through Pillow, MP4 through PyAV.

Ignores what is on the frames.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from io import BytesIO
from math import isfinite
from numbers import Real
from pathlib import Path

import numpy as np
from PIL import Image

from ...errors import SettingError
from ...trace import Trace
from ..rows.metrics import Layers
from .film import FilmKind, Shown, film

SUFFIXES = (".gif", ".mp4")
SECONDS = (0.02, 60.0)  # browsers play a GIF faster than 50 frames per second at their own pace
HOLD = 1.5  # seconds the last frame of a GIF stays before it starts again


def gif_bytes(frames: Iterable[Image.Image], seconds_per_token: float = 0.5) -> bytes:
    """A GIF that loops: one frame per picture, one palette of 256 colours for all of them.

    Times are rounded to hundredths of a second; the last frame stays HOLD seconds longer. Raises SettingError.
    """
    seconds, found = _seconds(seconds_per_token), _one_size(frames)
    palette = _palette(found)
    drawn = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in found]
    times = [max(20, round(seconds * 100) * 10)] * len(drawn)
    times[-1] += round(HOLD * 1000)
    buffer = BytesIO()
    drawn[0].save(buffer, "GIF", save_all=True, append_images=drawn[1:], duration=times, loop=0, optimize=False)
    return buffer.getvalue()


def mp4_bytes(frames: Iterable[Image.Image], seconds_per_token: float = 0.5) -> bytes:
    """An MP4 with one frame per picture: H.264 where the build has it, else MPEG-4; yuv420p.

    Odd sizes get a white edge of one pixel. Needs the package av. Raises SettingError with a sentence.
    """
    seconds, found = _seconds(seconds_per_token), _one_size(frames)
    try:
        import av
    except ImportError as error:
        raise SettingError("Writing MP4 needs one more package. Run: pip install av. Or choose .gif.") from error
    width, height = (ceil_even(side) for side in found[0].size)
    h264 = "libx264" in av.codecs_available
    buffer = BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        rate = (1 / Fraction(seconds)).limit_denominator(1000)
        stream = container.add_stream("libx264" if h264 else "mpeg4", rate=rate)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"crf": "18", "preset": "medium"} if h264 else {"qscale": "3"}
        for frame in found:
            canvas = Image.new("RGB", (width, height), "white")
            canvas.paste(frame)
            container.mux(stream.encode(av.VideoFrame.from_image(canvas)))
        container.mux(stream.encode())
    return buffer.getvalue()


def save_film(
    trace: Trace,
    path: str | Path,
    kind: FilmKind = "saliency",
    layers: Layers = "target",
    seconds_per_token: float = 0.5,
    width: int = 640,
    shown: Shown = "all",
) -> Path:
    """Write a film of a run in the format its name ends in (.gif or .mp4); returns the path. Raises SettingError."""
    path = Path(path)
    encoders: dict[str, Callable[..., bytes]] = dict(zip(SUFFIXES, (gif_bytes, mp4_bytes), strict=True))
    if path.suffix.lower() not in encoders:
        raise SettingError(f"A film's name must end in {' or '.join(SUFFIXES)}. Got {path.name!r}.")
    _seconds(seconds_per_token)
    path.write_bytes(encoders[path.suffix.lower()](film(trace, kind, layers, width, shown=shown), seconds_per_token))
    return path


def ceil_even(number: int) -> int:
    """The number, or the next one where it is odd."""
    return number + number % 2


def _seconds(value: float) -> float:
    real = isinstance(value, Real) and not isinstance(value, bool)
    if not real or not isfinite(value) or not SECONDS[0] <= value <= SECONDS[1]:
        raise SettingError(f"seconds_per_token must be in [{SECONDS[0]:g}, {SECONDS[1]:g}]. Got {value!r}.")
    return float(value)


def _one_size(frames: Iterable[Image.Image]) -> list[Image.Image]:
    found = [frame.convert("RGB") for frame in frames]
    sizes = sorted({frame.size for frame in found})
    if len(sizes) != 1:
        raise SettingError(f"A film needs frames of one size. Got {len(found)} frames of sizes {sizes}.")
    return found


def _palette(frames: list[Image.Image]) -> Image.Image:
    """256 colours for all frames: exact white and black, the rest from up to eight frames evenly over the film."""
    chosen = sorted(set(np.linspace(0, len(frames) - 1, min(8, len(frames))).round().astype(int).tolist()))
    pixels = np.concatenate([np.asarray(frames[index])[::2, ::2].reshape(-1, 3) for index in chosen])
    bins = pixels.astype(np.int64) // 8 @ [1024, 32, 1]
    _, first, counts = np.unique(bins, return_index=True, return_counts=True)
    # By area the ground would take the shades that the map needs; once per colour, specks would: the root is between.
    weighed = np.repeat(pixels[first], np.ceil(np.sqrt(counts)).astype(int), axis=0)
    found = Image.fromarray(weighed[None]).quantize(254, Image.Quantize.MEDIANCUT, kmeans=4, dither=Image.Dither.NONE)
    palette = Image.new("P", (1, 1))
    palette.putpalette(([255, 255, 255, 0, 0, 0] + (found.getpalette() or []))[: 3 * 256])
    return palette
