"""Places of a trace's pictures: parts that do not overlap, together all the model saw; pictures without some.

Ignores the model: pixels in, pixels out. Where a picture was shown twice (tiles and a thumbnail), the tiles' boxes are
the places, and what fell on a thumbnail's token is spread over the places under it, in proportion to area.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from PIL import Image, ImageFilter

from ..errors import SettingError
from ..trace import Picture, SpanKind

Fill = Literal["mean", "blur"]
FILLS: tuple[Fill, ...] = ("mean", "blur")
BLUR = 0.1  # standard deviation of the blur, as a share of the picture's long side


class Pictured(Protocol):
    """What of a trace, or of a prepared request, says where its pictures' tokens lie: fields as in a Trace."""

    @property
    def pictures(self) -> tuple[Picture, ...]: ...
    @property
    def boxes(self) -> np.ndarray: ...
    @property
    def box_images(self) -> np.ndarray: ...
    @property
    def box_scales(self) -> np.ndarray: ...
    @property
    def fps(self) -> float | None: ...
    def positions(self, kind: SpanKind) -> np.ndarray: ...


@dataclass(frozen=True, eq=False)
class Places:
    """tokens [places]: the image token (index into trace.boxes) whose box a place is. areas: per picture, (place,
    left, top, right, bottom) in the upload's whole pixels, of every place that covers it."""

    trace: Pictured
    tokens: np.ndarray
    areas: tuple[tuple[tuple[int, int, int, int, int], ...], ...]

    def __len__(self) -> int:
        return len(self.tokens)

    def values(self, row: np.ndarray) -> np.ndarray:
        """What a row [keys] took from each place, float64 [places]: from its own token and from its thumbnail's."""
        trace = self.trace
        token_values = np.asarray(row, np.float64)[trace.positions("image")]
        found = token_values[self.tokens]
        for picture in np.unique(trace.box_images[self.tokens]):
            mine = np.flatnonzero(trace.box_images[self.tokens] == picture)
            small = np.flatnonzero((trace.box_images == picture) & (trace.box_scales == 1))
            shared = _overlaps(trace.boxes[self.tokens[mine]], trace.boxes[small])
            found[mine] += shared @ token_values[small]
        return found

    def cover(self, images: Sequence[Image.Image], fills: Sequence[Image.Image], gone: np.ndarray) -> list[Image.Image]:
        """The pictures with the places of gone [places] (true: removed) taken from the fills."""
        covered = []
        for image, fill, areas in zip(images, fills, self.areas, strict=True):
            pixels, other = np.array(image), np.asarray(fill)
            for place, left, top, right, bottom in areas:
                if gone[place]:
                    pixels[top:bottom, left:right] = other[top:bottom, left:right]
            covered.append(Image.fromarray(pixels))
        return covered


def places_of(trace: Pictured) -> Places:
    """One place per image token that shows pixels of its own. Raises SettingError where no box is known.

    A video token that shows several frames (Qwen) covers its place in all of them. Boxes that lie in padding, or that
    hold not even one pixel of the upload, are no places.
    """
    shows = (trace.boxes[:, 2] > trace.boxes[:, 0]) & (trace.boxes[:, 3] > trace.boxes[:, 1])
    owners = _owners(trace, np.unique(trace.box_images[shows]).tolist())
    tokens: list[int] = []
    areas: list[list[tuple[int, int, int, int, int]]] = [[] for _ in trace.pictures]
    for token in np.flatnonzero(shows & (trace.box_scales == 0)).tolist():
        boxes = [
            (picture, _upload_pixels(trace.pictures[picture], trace.boxes[token]))
            for picture, owner in enumerate(owners)
            if owner == int(trace.box_images[token])
        ]
        held = [(picture, box) for picture, box in boxes if box[0] < box[2] and box[1] < box[3]]
        for picture, box in held:
            areas[picture].append((len(tokens), *box))
        tokens += [token] if held else []
    if not tokens:
        raise SettingError(
            "Nothing can be removed from this run's pictures: it is not known which pixels its image tokens show."
        )
    return Places(trace, np.array(tokens, np.int64), tuple(tuple(part) for part in areas))


def fill_of(picture: Picture, fill: Fill) -> Image.Image:
    """A picture of the upload's size that shows nothing in particular: its mean colour, or itself blurred beyond
    recognition (Gaussian, standard deviation a tenth of the long side)."""
    image = picture.image
    if fill == "blur":
        return image.filter(ImageFilter.GaussianBlur(BLUR * max(image.size)))
    left, top, right, bottom = picture.region
    seen = np.asarray(image)[max(round(top), 0) : round(bottom), max(round(left), 0) : round(right)]
    mean = np.rint(seen.reshape(-1, 3).mean(axis=0)).astype(int).tolist()
    return Image.new("RGB", image.size, tuple(mean))


def _owners(trace: Pictured, boxed: list[int]) -> list[int]:
    """Per picture, the picture whose boxes cover it: itself, or of a video the frame before that has boxes."""
    owners = []
    for picture in range(len(trace.pictures)):
        before = [other for other in boxed if other <= picture]
        owners.append(before[-1] if before and trace.fps is not None else picture)
    return owners


def _upload_pixels(picture: Picture, box: np.ndarray) -> tuple[int, int, int, int]:
    """A box of the picture the model saw as whole pixels of the upload; neighbours share their edges."""
    left, top, right, bottom = picture.region
    across, down = (right - left) / picture.size[0], (bottom - top) / picture.size[1]
    width, height = _size(picture)
    xs = [min(max(round(left + float(x) * across), 0), width) for x in (box[0], box[2])]
    ys = [min(max(round(top + float(y) * down), 0), height) for y in (box[1], box[3])]
    return xs[0], ys[0], xs[1], ys[1]


def _size(picture: Picture) -> tuple[int, int]:
    """(width, height) of the upload, from the PNG's header alone."""
    return int.from_bytes(picture.png[16:20], "big"), int.from_bytes(picture.png[20:24], "big")


def _overlaps(places: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """[places, boxes]: the share of each box's area that lies in each place."""
    low = np.maximum(places[:, None, :2], boxes[None, :, :2])
    high = np.minimum(places[:, None, 2:], boxes[None, :, 2:])
    common = np.clip(high - low, 0, None).prod(axis=-1)
    whole = (boxes[:, 2:] - boxes[:, :2]).prod(axis=-1)
    return np.divide(common, whole[None], out=np.zeros_like(common), where=whole[None] > 0)
