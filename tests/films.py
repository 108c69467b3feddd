"""Small films of every kind that people really have, made here; and a plain reading of them to compare with."""

from __future__ import annotations

import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from saliency_viz.video import Video

MATRIX = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 2**30)


def movie(
    path: Path,
    frames: int = 23,
    rate: int = 10,
    kind: str = "mpeg4",
    moments: list[int] | None = None,
    size: tuple[int, int] = (64, 48),
    pixels: str = "yuv420p",
    **options: str,
) -> Path:
    """Frame i is grey of level 10 i, its top left quarter white. moments: in hundredths of a second, one per frame."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(kind, rate=rate)
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = *size, pixels, 10**7
        stream.options = options
        stream.codec_context.time_base = Fraction(1, 100)
        for index in range(frames):
            frame = av.VideoFrame.from_ndarray(scene(index, size), "rgb24")
            frame.pts = moments[index] if moments else round(100 * index / rate)
            frame.time_base = Fraction(1, 100)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def scene(index: int, size: tuple[int, int]) -> np.ndarray:
    pixels = np.full((size[1], size[0], 3), 10 * index, np.uint8)
    pixels[: size[1] // 3, : size[0] // 4] = 255
    return pixels


def levels(video: Video) -> list[int]:
    """Which frames of a `movie` these are."""
    return [level(np.asarray(frame)) for frame in video.frames]


def level(pixels: np.ndarray) -> int:
    return round(float(pixels[-9:, -9:, 0].mean()) / 10)


def coded(path: Path, pictures: list[np.ndarray], kind: str, pixels: str, **colours: int) -> Path:
    """Pictures given as arrays of RGBA, 5 a second. colours: fields of the encoder, by the numbers of H.273."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(kind, rate=5)
        stream.width, stream.height, stream.pix_fmt = pictures[0].shape[1], pictures[0].shape[0], pixels
        for name, value in colours.items():
            setattr(stream.codec_context, name, value)
        for index, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, "rgba").reformat(format=pixels)
            frame.pts, frame.time_base = index, Fraction(1, 5)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def planes(path: Path, samples: list[tuple[int, ...]], pixels: str, size: tuple[int, int], **colours: int) -> Path:
    """Frames of FFV1 that hold one Y, Cb, Cr sample each, as it is given."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=5)
        stream.width, stream.height, stream.pix_fmt = *size, pixels
        for name, value in colours.items():
            setattr(stream.codec_context, name, value)
        for index, sample in enumerate(samples):
            frame = av.VideoFrame(*size, pixels)
            for plane, value in zip(frame.planes, sample, strict=True):
                kind = np.uint16 if "10" in pixels else np.uint8
                plane.update(np.full(plane.buffer_size // np.dtype(kind).itemsize, value, kind).tobytes())
            for name, value in colours.items():
                setattr(frame, name, value)
            frame.pts, frame.time_base = index, Fraction(1, 5)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def recut(source: Path, path: Path, keep: Callable[[int, Any], bool]) -> Path:
    """The packets of a film that `keep(number, packet)` wants, copied as they are (as `ffmpeg -c copy` does)."""
    with av.open(str(source)) as old, av.open(str(path), "w") as new:
        stream = new.add_stream_from_template(old.streams.video[0])
        for number, packet in enumerate(old.demux(old.streams.video[0])):
            if packet.size and keep(number, packet):
                packet.stream = stream
                new.mux(packet)
    return path


def edited(path: Path, start: float, seconds: float) -> Path:
    """The same MP4, whose edit list shows only `seconds` of it from `start` on."""
    data = bytearray(path.read_bytes())
    at = data.index(b"elst") + 4
    timescale = struct.unpack_from(">I", data, data.index(b"mdhd") + 4 + 12)[0]
    movie_scale = struct.unpack_from(">I", data, data.index(b"mvhd") + 4 + 12)[0]
    begin = struct.unpack_from(">i", data, at + 12)[0]  # B-frames: the first frame is shown a little later than 0
    struct.pack_into(">Ii", data, at + 8, round(seconds * movie_scale), begin + round(start * timescale))
    path.write_bytes(data)
    return path


def turned(path: Path, a: int, b: int, c: int, d: int) -> Path:
    """The same MP4 with another display matrix: x' = a x + c y, y' = b x + d y."""
    data = path.read_bytes()
    track = data.index(MATRIX, data.index(b"tkhd"))
    matrix = struct.pack(">9i", 65536 * a, 65536 * b, 0, 65536 * c, 65536 * d, 0, 0, 0, 2**30)
    path.write_bytes(data[:track] + matrix + data[track + len(matrix) :])
    return path


def without_sync(path: Path) -> Path:
    """The same MP4 without its table of key frames: every frame then counts as one."""
    path.write_bytes(path.read_bytes().replace(b"stss", b"free"))
    return path


def shown(path: Path) -> list[tuple[float, int]]:
    """(second, level) of every frame a player shows, decoding all packets from the first, one after the other."""
    found: list[tuple[float, int]] = []
    begun = False
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        for packet in container.demux(stream):
            begun = begun or packet.is_keyframe
            try:
                frames = packet.decode() if begun else []
            except av.error.FFmpegError:
                continue
            for frame in frames:
                if not frame.is_corrupt:
                    found.append((float(frame.pts * stream.time_base), level(frame.to_ndarray(format="rgb24"))))
    late = [second <= max((before for before, _ in found[:at]), default=-1e9) for at, (second, _) in enumerate(found)]
    return [(second - found[0][0], which) for (second, which), missed in zip(found, late, strict=True) if not missed]
