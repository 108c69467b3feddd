"""A video as a few evenly spaced frames and their rate.

Ignores sound, and how a model groups frames: that is its processor's business.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from numbers import Real

import numpy as np
from PIL import Image

from .errors import ImageError
from .images import MAX_IMAGES, check_size, load_image, load_images, read_file

MAX_BYTES = 500 * 2**20
MAX_SOURCE_FRAMES = 54_000  # half an hour at 30 frames per second
MAX_DECODED_PIXELS = 10**11  # over all frames: every frame up to the last sampled one is decoded
CONTAINERS = "mov,matroska,webm,avi,mpeg,mpegts,gif"  # no playlists: those can name other files and addresses
TURNS = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}


@dataclass(frozen=True)
class Video:
    """Frames (upright RGB pictures of one size, at most 128) and how many of them pass per second.

    frames: anything `load_images` takes. fps: of these frames, after sampling, not of the file. Raises ImageError.
    """

    frames: tuple[Image.Image, ...]
    fps: float = 2.0

    def __post_init__(self) -> None:
        if isinstance(self.fps, bool) or not isinstance(self.fps, Real) or not (isfinite(self.fps) and self.fps > 0):
            raise ImageError(f"fps must be a number above 0. Got {self.fps!r}. Pass the frames' rate per second.")
        frames = load_images(self.frames)
        sizes = sorted({frame.size for frame in frames})
        if len(sizes) > 1:
            raise ImageError(f"All frames must have one size. Got {len(sizes)}, such as {sizes[:3]}. Resize them.")
        object.__setattr__(self, "frames", frames)
        object.__setattr__(self, "fps", float(self.fps))

    @staticmethod
    def from_file(path: str | os.PathLike[str], max_frames: int = 8) -> Video:
        """max_frames frames of a video file, the first and the last among them and the rest evenly between.

        A shorter video gives all its frames. Needs the package av. Raises ImageError with a sentence for files that
        are missing, damaged, not a video, longer than 54 000 frames, larger than 500 MiB, or too much to decode.
        """
        if not isinstance(max_frames, int) or isinstance(max_frames, bool) or not 1 <= max_frames <= MAX_IMAGES:
            raise ImageError(f"max_frames must be a whole number in [1, {MAX_IMAGES}]. Got {max_frames!r}.")
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
                "AVI, MPEG or GIF. It may be damaged: save or download it again."
            ) from error


def _sample(av, handle, max_frames: int) -> Video:
    options = {"format_whitelist": CONTAINERS}
    with av.open(handle, container_options=options) as container:
        if not container.streams.video:
            raise ImageError("The file has no picture in it, only sound. Choose a video.")
        stream = container.streams.video[0]
        check_size(stream.codec_context.width, stream.codec_context.height, "The video")
        count = _count(container, stream)
        width, height = stream.codec_context.width, stream.codec_context.height
        if count * width * height > MAX_DECODED_PIXELS:
            raise ImageError(
                f"{count} frames of {width} x {height} take too long to read. Cut or reduce the video first."
            )
        wanted = set(np.linspace(0, count - 1, min(max_frames, count)).round().astype(int).tolist())
        container.seek(0, stream=stream)
        found: dict[int, Image.Image] = {}
        for index, frame in enumerate(container.decode(stream)):
            if index in wanted:
                image = frame.to_image()
                turn = TURNS.get(int(frame.rotation) % 360)
                found[index] = load_image(image.transpose(turn) if turn is not None else image)
            if len(found) == len(wanted):
                break
        if not found:
            raise ImageError("No frame of the video could be decoded. Save it again as MP4.")
        rate = stream.average_rate or stream.guessed_rate or Fraction(1)
        first, last = min(found), max(found)
        fps = rate * (len(found) - 1) / (last - first) if last > first else rate
        return Video(tuple(found[index] for index in sorted(found)), float(fps))


def _count(container, stream) -> int:
    """Frames in the stream, from its packets (headers may lie or be silent)."""
    count = 0
    for packet in container.demux(stream):
        count += packet.size > 0
        if count > MAX_SOURCE_FRAMES:
            raise ImageError(f"A video must have at most {MAX_SOURCE_FRAMES} frames. This one has more. Cut it first.")
    if count == 0:
        raise ImageError("The video has no frames. Save it again as MP4.")
    return count
