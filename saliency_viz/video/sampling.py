"""Chooses frames evenly in time among those that are shown, and fetches them with as little decoding as is safe.

Ignores how files are opened (stream.py) and how a frame becomes a picture (frame.py).
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np
from PIL import Image

from ..errors import ImageError
from . import stream as streams
from .frame import picture, same_size
from .stream import Stream

NO_FRAMES = "The video has no frames that could be decoded. Save it again as MP4."


@dataclass(frozen=True)
class Sample:
    """pictures and times (seconds from the first frame shown) of the chosen frames; rate: of these, per second;
    duration (seconds) and shown (frames): of the whole film."""

    pictures: tuple[Image.Image, ...]
    times: tuple[float, ...]
    rate: float
    duration: float
    shown: int


@dataclass(frozen=True)
class Index:
    """Every frame in the order it is shown. moments: ascending, in the stream's units; keys: which can be decoded
    without the ones before; last: for how many units the last one is shown."""

    moments: tuple[int, ...]
    keys: tuple[bool, ...]
    last: int

    def key(self, place: int) -> int:
        """The nearest key up to a place; the first frame where there is none."""
        return next((at for at in range(place, -1, -1) if self.keys[at]), 0)

    def way(self, wanted: list[int]) -> int:
        """How many frames are decoded on the way to the wanted ones, each reached from the nearest key before it."""
        count, at = 0, -1
        for place in wanted:
            count, at = count + place - max(at + 1, self.key(place)) + 1, place
        return count


def sampled(stream: Stream, most: int) -> Sample:
    """At most `most` frames, first and last among them. Raises ImageError.

    The index is read from packets, which is fast, and believed only where the decoder gives just the frames it names
    between each key and the wanted frame; else the whole film is decoded to see what is shown.
    """
    index = by_packets(stream)
    found = None
    if index is not None:
        wanted = spread(index.moments, most)
        _affordable(stream, index.way(wanted))
        found = by_leaps(stream, index, wanted)
    if found is None:
        index = by_decoding(stream)
        wanted = spread(index.moments, most)
        found = in_passing(stream, index, wanted)
    assert index is not None
    times = tuple(float((index.moments[place] - index.moments[0]) * stream.base) for place in wanted)
    span = times[-1] - times[0]
    rate = (len(times) - 1) / span if span > 0 else float(1 / (stream.step * stream.base))
    whole = float((index.moments[-1] - index.moments[0] + index.last) * stream.base)
    return Sample(same_size(found), times, rate, whole, len(index.moments))


def spread(moments: tuple[int, ...], most: int) -> list[int]:
    """Places of the frames on the screen at `most` moments evenly from the first to the last frame; all, if fewer."""
    if len(moments) <= most:
        return list(range(len(moments)))
    asked = np.linspace(moments[0], moments[-1], most) + 1e-6
    return sorted({max(0, bisect_right(moments, moment) - 1) for moment in asked})


def by_packets(stream: Stream) -> Index | None:
    """What the packets promise, without those that an edit list cuts away and those before the first key frame; None
    where they tell no moments."""
    found: list[tuple[int, bool, int]] = []
    count, first = 0, None
    for packet in stream.packets():
        count += bool(packet.size)
        _bearable(count)
        if not packet.size:
            continue
        if packet.pts is None:
            return None
        if first is None and packet.is_keyframe:
            first = packet.pts
        if first is not None and packet.pts >= first and not packet.is_discard:
            found.append((packet.pts, bool(packet.is_keyframe), packet.duration or stream.step))
    return _index(found)


def by_decoding(stream: Stream) -> Index:
    """What the decoder gives from beginning to end. Raises ImageError."""
    found: list[tuple[int, bool, int]] = []
    stream.rewind()
    for moment, frame in stream.frames():
        found.append((moment, bool(frame.key_frame), getattr(frame, "duration", None) or stream.step))
        _bearable(len(found))
    index = _index(found)
    if index is None:
        raise ImageError(NO_FRAMES)
    return index


def _index(found: list[tuple[int, bool, int]]) -> Index | None:
    if not found:
        return None
    moments, keys, lengths = zip(*sorted(found), strict=True)
    return Index(moments, keys, lengths[-1])


def by_leaps(stream: Stream, index: Index, wanted: list[int]) -> list[Image.Image] | None:
    """The wanted frames, by leaps to the key before each; None where the decoder gives other frames than the index."""
    found, at, frames = [], -1, None
    for place in wanted:
        key = index.key(place)
        if frames is None or key > at:
            stream.seek(index.moments[key])
            at, frames = key - 1, stream.frames()
        for moment, frame in frames:
            if moment < index.moments[at + 1]:
                if at >= key:
                    return None  # a frame that the packets do not name
                continue  # the leap went further back than it had to
            at += 1
            if moment != index.moments[at] or (at == key and index.keys[key] and not frame.key_frame):
                return None  # or a frame that is no key, whatever the file says
            if at == place:
                found.append(picture(frame, stream.stored))
                break
        else:
            return None
    return found


def in_passing(stream: Stream, index: Index, wanted: list[int]) -> list[Image.Image]:
    """The wanted frames, decoding one after the other. Raises ImageError when the film is no longer the same."""
    places = {index.moments[place] for place in wanted}
    found = []
    stream.rewind()
    for moment, frame in stream.frames():
        if moment in places:
            found.append(picture(frame, stream.stored))
        if len(found) == len(places):
            return found
    raise ImageError(NO_FRAMES)


def _affordable(stream: Stream, frames: int) -> None:
    if frames * stream.width * stream.height > streams.MAX_DECODED_PIXELS:
        raise ImageError(
            f"{frames} frames of {stream.width} x {stream.height} take too long to read. Cut or reduce the video first."
        )


def _bearable(frames: int) -> None:
    if frames > streams.MAX_SOURCE_FRAMES:
        raise ImageError(
            f"A video must have at most {streams.MAX_SOURCE_FRAMES} frames. This one has more. Cut it first."
        )
