"""A video as a few frames spread evenly over its time, with the moment of each.

Ignores sound, and how a model groups frames: that is its processor's business.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from numbers import Real
from typing import Any

import numpy as np
from PIL import Image

from .errors import ImageError
from .images import MAX_IMAGES, check_size, load_image, load_images, read_file

MAX_BYTES = 500 * 2**20
MAX_SOURCE_FRAMES = 432_000  # four hours at 30 frames per second
MAX_DECODED_PIXELS = 2 * 10**10  # over all frames on the way to the sampled ones: about a minute on one core
FRAME_SIDE = 1024  # a frame's long side is reduced to this: no family looks at one more closely
CONTAINERS = "mov,matroska,webm,avi,mpeg,mpegts,gif"  # no playlists: those can name other files and addresses
TURNS = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}
ONLY_SOUND = "The file has no picture in it, only sound. Choose a video."


@dataclass(frozen=True)
class Video:
    """Frames (upright RGB pictures of one size, at most 128) and how many of them pass per second.

    frames: anything `load_images` takes. fps: of these frames, after sampling, not of the file. times: the second at
    which each is shown; unset: by fps, from 0. duration (seconds) and source_frames: of the whole file, where known.
    Raises ImageError.
    """

    frames: tuple[Image.Image, ...]
    fps: float = 2.0
    times: tuple[float, ...] = ()
    duration: float | None = None
    source_frames: int | None = None

    def __post_init__(self) -> None:
        if isinstance(self.fps, bool) or not isinstance(self.fps, Real) or not (isfinite(self.fps) and self.fps > 0):
            raise ImageError(f"fps must be a number above 0. Got {self.fps!r}. Pass the frames' rate per second.")
        frames = load_images(self.frames)
        sizes = sorted({frame.size for frame in frames})
        if len(sizes) > 1:
            raise ImageError(f"All frames must have one size. Got {len(sizes)}, such as {sizes[:3]}. Resize them.")
        times = tuple(float(time) for time in self.times) or tuple(index / self.fps for index in range(len(frames)))
        if len(times) != len(frames) or not all(isfinite(time) for time in times) or list(times) != sorted(times):
            raise ImageError(f"times must be {len(frames)} ascending seconds, one per frame. Got {self.times!r}.")
        object.__setattr__(self, "frames", frames)
        object.__setattr__(self, "fps", float(self.fps))
        object.__setattr__(self, "times", times)

    @staticmethod
    def from_file(path: str | os.PathLike[str], max_frames: int = 8) -> Video:
        """max_frames frames of a video file, the first and the last among them and the rest evenly in time between.

        A shorter video gives all its frames. Where the rate varies, a frame is the one on the screen at its moment.
        Frames are set upright, and reduced to 1024 pixels on their long side. Needs the package av. Raises ImageError
        with a sentence for files that are missing, damaged, not a video, longer than 432 000 frames, larger than
        500 MiB, or too much to decode.
        """
        if not isinstance(max_frames, int) or isinstance(max_frames, bool) or not 1 <= max_frames <= MAX_IMAGES:
            raise ImageError(f"max_frames must be a whole number in [1, {MAX_IMAGES}]. Got {max_frames!r}.")
        if not isinstance(path, (str, os.PathLike)):
            raise ImageError(f"Expected the path of a video file. Got {type(path).__name__}. Name a file.")
        try:
            import av
        except ImportError as error:
            raise ImageError("Reading a video needs one more package. Run: pip install av") from error
        file = read_file(path, MAX_BYTES, "a video")
        try:
            with open(file, "rb") as handle:  # a handle, not a name: names may be protocols
                return _sample(av, handle, max_frames)
        except ImageError:
            raise
        except Exception as error:  # decoders meet hostile bytes with any exception they like
            raise ImageError(
                f"{file.name!r} could not be read as a video ({type(error).__name__}): expected MP4, MOV, WebM, MKV, "
                "AVI, MPEG or GIF. It may be damaged or hold only sound: save or download it again."
            ) from error


@dataclass(frozen=True)
class Index:
    """Every frame of a stream in the order it is shown. moments: in the stream's time base, ascending; keys: which
    frames can be decoded without the ones before."""

    moments: tuple[int, ...]
    keys: tuple[bool, ...]

    def way(self, wanted: list[int]) -> int:
        """How many frames are decoded on the way to the wanted ones, each reached from the nearest key before it."""
        count, at = 0, -1
        for index in wanted:
            start = max(at + 1, max((key for key in range(at + 1, index + 1) if self.keys[key]), default=at + 1))
            count, at = count + index - start + 1, index
        return count


def _sample(av: Any, handle: Any, max_frames: int) -> Video:
    options = {"format_whitelist": CONTAINERS}
    with av.open(handle, container_options=options) as container:
        covers = [stream for stream in container.streams.video if not _is_cover(stream)]
        if not covers:
            raise ImageError(ONLY_SOUND)
        stream = covers[0]
        width, height = stream.codec_context.width, stream.codec_context.height
        check_size(width, height, "The video")
        base = stream.time_base or Fraction(1, 1000)
        index = _index(container, stream, base)
        wanted = _spread(index.moments, max_frames)
        if (count := index.way(wanted)) * width * height > MAX_DECODED_PIXELS:
            raise ImageError(
                f"{count} frames of {width} x {height} take too long to read. Cut or reduce the video first."
            )
        found = dict(_frames(container, stream, index, wanted))
        if not found:
            raise ImageError("No frame of the video could be decoded. Save it again as MP4.")
        chosen = sorted(found)
        start = index.moments[0]
        times = tuple(float((index.moments[place] - start) * base) for place in chosen)
        rate = stream.average_rate or stream.guessed_rate or Fraction(1)
        span = times[-1] - times[0]
        fps = (len(times) - 1) / span if span > 0 else float(rate)
        whole = float((index.moments[-1] - start) * base + 1 / rate)
        return Video(tuple(found[place] for place in chosen), fps, times, whole, len(index.moments))


def _is_cover(stream: Any) -> bool:
    """Whether a stream is the picture of a record's sleeve."""
    return "attached_pic" in str(getattr(stream, "disposition", ""))


def _index(container: Any, stream: Any, base: Fraction) -> Index:
    """From the packets: headers may lie or be silent. Packets without a moment are numbered at the stream's rate."""
    step = max(1, round(1 / (base * (stream.average_rate or Fraction(25)))))
    packets: list[tuple[int, bool]] = []
    for packet in container.demux(stream):
        if not packet.size:
            continue
        moment = packet.pts if packet.pts is not None else packet.dts
        packets.append((len(packets) * step if moment is None else moment, bool(packet.is_keyframe)))
        if len(packets) > MAX_SOURCE_FRAMES:
            raise ImageError(f"A video must have at most {MAX_SOURCE_FRAMES} frames. This one has more. Cut it first.")
    if not packets:
        raise ImageError("The video has no frames. Save it again as MP4.")
    packets.sort()
    return Index(tuple(moment for moment, _ in packets), tuple(key for _, key in packets))


def _spread(moments: tuple[int, ...], most: int) -> list[int]:
    """Places of the frames on the screen at `most` moments evenly from the first to the last frame; all, if fewer."""
    if len(moments) <= most:
        return list(range(len(moments)))
    asked = np.linspace(moments[0], moments[-1], most) + 1e-6
    return sorted({max(0, bisect_right(moments, moment) - 1) for moment in asked})


def _frames(container: Any, stream: Any, index: Index, wanted: list[int]) -> Iterator[tuple[int, Image.Image]]:
    """(place, picture) of the wanted frames: by leaps to the nearest key, or one after the other where that fails."""
    try:
        leapt = list(_leaps(container, stream, index, wanted))
    except ImageError:
        raise
    except Exception:  # no index, or one that is wrong
        leapt = []
    if len(leapt) == len(wanted):
        yield from leapt
        return
    container.seek(0, stream=stream, any_frame=False)
    for place, frame in enumerate(container.decode(stream)):
        if place in wanted:
            yield place, _picture(frame, stream.sample_aspect_ratio)
        if place >= wanted[-1]:
            return


def _leaps(container: Any, stream: Any, index: Index, wanted: list[int]) -> Iterator[tuple[int, Image.Image]]:
    at, frames = -1, None
    for place in wanted:
        key = max((one for one in range(at + 1, place + 1) if index.keys[one]), default=None)
        if frames is None or key is not None:
            container.seek(index.moments[place], stream=stream)
            frames = container.decode(stream)
        for frame in frames:
            if frame.pts is None or frame.pts > index.moments[place]:
                return  # the leap went too far, or nobody knows where
            if frame.pts == index.moments[place]:
                yield place, _picture(frame, stream.sample_aspect_ratio)
                break
        at = place


def _picture(frame: Any, wide: Fraction | None) -> Image.Image:
    """Upright, with square pixels (wide: how wide one is in the file), no larger than FRAME_SIDE."""
    image = frame.to_image()
    if wide and wide != 1:
        image = image.resize((max(1, round(image.width * float(wide))), image.height))
    turn = TURNS.get(int(frame.rotation) % 360)
    image = load_image(image.transpose(turn) if turn is not None else image)
    image.thumbnail((FRAME_SIDE, FRAME_SIDE), Image.Resampling.LANCZOS)
    return image
