"""A video as a few frames spread evenly over its time, with the moment of each.

Ignores sound, and how a model groups frames: that is its processor's business.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from math import isfinite
from numbers import Real

from PIL import Image

from ..errors import ImageError
from ..images import MAX_IMAGES, load_images, read_file
from ..whole_numbers import whole
from .frame import picture
from .sampling import NO_FRAMES, sampled
from .stream import opened

MAX_BYTES = 500 * 2**20


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

        A shorter video gives all its frames. Times, duration (seconds) and number of frames are of what a player shows:
        not of what an edit list cuts away, nor of what cannot be decoded. Where the rate varies, a frame is the one on
        the screen at its moment. Frames are set upright, laid on white where transparent, and reduced to 1024 pixels on
        their long side. Needs the package av. Raises ImageError with a sentence for files that are missing, damaged,
        not a video, longer than 432 000 frames, larger than 500 MiB, or too much to decode.
        """
        max_frames = whole("max_frames", max_frames, 1, MAX_IMAGES, error=ImageError)
        if not isinstance(path, (str, os.PathLike)):
            raise ImageError(f"Expected the path of a video file. Got {type(path).__name__}. Name a file.")
        file = read_file(path, MAX_BYTES, "a video")
        with opened(file) as stream:
            found = sampled(stream, max_frames)
        return Video(found.pictures, found.rate, found.times, found.duration, found.shown)


def frame_size(path: str | os.PathLike[str]) -> tuple[int, int]:
    """Width and height of the frames `Video.from_file` gives, from the first one. Raises ImageError."""
    with opened(read_file(path, MAX_BYTES, "a video")) as stream:
        for _, frame in stream.frames():
            return picture(frame, stream.stored).size
    raise ImageError(NO_FRAMES)
