"""The film in a video file: its packets, and its frames as they are decoded, each with the moment it is shown.

Ignores which frames are wanted (sampling.py) and their colours (frame.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

from ..errors import ImageError
from ..images import check_size
from .frame import Stored

CONTAINERS = "mov,matroska,webm,avi,mpeg,mpegts,gif"  # no playlists: those can name other files and addresses
MAX_SOURCE_FRAMES = 432_000  # four hours at 30 frames per second
MAX_DECODED_PIXELS = 2 * 10**10  # over all frames of one pass through a film: about a minute on one core
ONLY_SOUND = "The file has no picture in it, only sound. Choose a video."
WITH_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}  # FFmpeg's own decoders leave the transparency out


@contextmanager
def opened(file: Path) -> Iterator[Stream]:
    """The first film of a file, while it is open. Raises ImageError, also for whatever goes wrong inside the block."""
    try:
        import av
    except ImportError as error:
        raise ImageError("Reading a video needs one more package. Run: pip install av") from error
    try:
        with open(file, "rb") as handle:  # a handle, not a name: names may be protocols
            stream = Stream(av, handle)
            try:
                yield stream
            finally:
                stream.close()
    except ImageError:
        raise
    except Exception as error:  # decoders meet hostile bytes with any exception they like
        raise ImageError(
            f"{file.name!r} could not be read as a video ({type(error).__name__}): expected MP4, MOV, WebM, MKV, "
            "AVI, MPEG or GIF. It may be damaged or hold only sound: save or download it again."
        ) from error


def options() -> dict[str, Any]:
    """How `av.open` opens a stranger's file: by its own bytes, as one of the containers that name no others."""
    return {"container_options": {"format_whitelist": CONTAINERS}}


class Stream:
    """A film that is open. width, height: as stored, in pixels. base: seconds per unit of a moment. step: units from
    one frame to the next where a file does not say."""

    def __init__(self, av: Any, handle: Any) -> None:
        self._av, self._handle = av, handle
        self._container: Any = None
        self._errors = (av.error.FFmpegError, ValueError)
        self.rewind()
        self.width, self.height = self._stream.codec_context.width, self._stream.codec_context.height
        if not self.width or not self.height:
            raise ImageError("The video does not say its size, nor could a frame be decoded. Save it again as MP4.")
        check_size(self.width, self.height, "The video")
        self.base = self._stream.time_base or Fraction(1, 1000)
        rate = self._stream.average_rate or self._stream.guessed_rate or Fraction(25)
        self.step = max(1, round(1 / (self.base * rate)))

    def rewind(self) -> None:
        """Open the file anew: not every container can be led back to its beginning."""
        self.close()
        self._handle.seek(0)
        self._container = self._av.open(self._handle, **options())
        films = [stream for stream in self._container.streams.video if not _is_cover(stream)]
        if not films:
            raise ImageError(ONLY_SOUND)
        self._stream = films[0]
        self._decoder = films[0].codec_context
        if films[0].metadata.get("alpha_mode") == "1" and films[0].codec.name in WITH_ALPHA:
            self._decoder = self._av.CodecContext.create(WITH_ALPHA[films[0].codec.name], "r")

    @property
    def stored(self) -> Stored:
        """As far as the frames decoded up to now tell (a frame itself tells its transfer only since PyAV 17)."""
        codec = self._stream.codec_context
        return Stored(self._stream.sample_aspect_ratio, int(codec.color_trc), int(codec.color_primaries))

    def close(self) -> None:
        if self._container is not None:
            self._container.close()

    def seek(self, moment: int) -> None:
        """Stand at the last key frame up to a moment, as far as the file's own index knows it."""
        self._container.seek(moment, stream=self._stream)
        self._decoder.flush_buffers()

    def packets(self) -> Iterator[Any]:
        """Every packet from here on, the empty one that ends a film last; up to where the file is damaged."""
        try:
            yield from self._container.demux(self._stream)
        except self._errors:
            return

    def frames(self) -> Iterator[tuple[int, Any]]:
        """(moment, frame) of every whole frame from the next key on, in the order they are shown; moments ascend
        strictly, in units of `base`. What cannot be decoded, or comes after its time, is left out as players do. Raises
        ImageError when it is too much."""
        clock, spent, begun = Clock(self.step), 0, False
        for packet in self.packets():
            begun = begun or packet.is_keyframe
            if not begun:  # some decoders would make a grey picture of it
                continue
            for frame in self._decoded(packet):
                spent += frame.width * frame.height
                if spent > MAX_DECODED_PIXELS:
                    raise ImageError(
                        f"More than {MAX_DECODED_PIXELS / 1e6:.0f} megapixels would have to be decoded, which takes "
                        "too long. Cut or reduce the video first."
                    )
                moment = None if frame.is_corrupt else clock.moment(frame.pts, frame.dts)
                if moment is not None:
                    yield moment, frame

    def _decoded(self, packet: Any) -> list[Any]:
        try:
            return self._decoder.decode(packet if packet.size else None)
        except self._errors:  # one packet is damaged: players show the next ones
            return []


class Clock:
    """When each frame is shown, in a stream's units. step: how long one without a moment lasts."""

    def __init__(self, step: int) -> None:
        self._step, self._shift, self._anew = step, 0, False
        self._before: int | None = None
        self._decoded: int | None = None

    def moment(self, shown: int | None, decoded: int | None) -> int | None:
        """None for a frame that comes after its time. Where the order of decoding begins anew (two recordings joined),
        the frames from there on follow those before."""
        if decoded is not None:
            self._anew = self._anew or (self._decoded is not None and decoded < self._decoded)
            self._decoded = decoded
        own = shown if shown is not None else decoded
        after = 0 if self._before is None else self._before + self._step
        moment = after if own is None else own + self._shift
        if self._before is not None and moment <= self._before:
            if not self._anew:
                return None
            self._shift, self._anew, moment = self._shift + after - moment, False, after
        self._before = moment
        return moment


def _is_cover(stream: Any) -> bool:
    """Whether a stream is the picture of a record's sleeve."""
    return "attached_pic" in str(getattr(stream, "disposition", ""))
