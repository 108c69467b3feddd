"""RITUAL: what a transformed picture makes likely is added."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from ..session import Session
from .combine import add
from .contract import Context, Decoder, Parts, Setting
from .stream import SecondStream

Transform = Callable[[Image.Image, np.random.Generator], Image.Image]


def make(context: Context) -> Parts:
    """A second stream on the transformed picture."""
    values = context.values
    if values["alpha"] == 0 and values["beta"] == 0:
        return Parts()

    def start() -> Session:
        request = context.request
        images = transformed(request.images, int(values["transform"]), context.seed)
        other = context.model.family.prepare(context.model, replace(request, images=images))
        return Session(context.model, other, context.other_edits(other))

    return Parts(mixer=SecondStream(start, partial(add, alpha=values["alpha"], beta=values["beta"])))


def transformed(images: tuple[Image.Image, ...], which: int, seed: int) -> tuple[Image.Image, ...]:
    """All pictures under one transformation, with one draw for all: frames of a video stay alike. which: 1 to 6 in the
    order of TRANSFORMS, 0 for one at random."""
    names = list(TRANSFORMS)
    name = names[int(np.random.default_rng(seed).integers(len(names)))] if which == 0 else names[which - 1]
    return tuple(TRANSFORMS[name](image.convert("RGB"), np.random.default_rng(seed + 1)) for image in images)


def _rotated(image: Image.Image, random: np.random.Generator) -> Image.Image:
    return image.rotate(random.uniform(-180, 180))


def _jittered(image: Image.Image, random: np.random.Generator) -> Image.Image:
    """Brightness, contrast and saturation times 0..2, hue turned by up to half a circle."""
    for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        image = enhance(image).enhance(random.uniform(0, 2))
    hue, saturation, value = image.convert("HSV").split()
    shift = int(random.integers(-128, 128))
    return Image.merge("HSV", (hue.point([(h + shift) % 256 for h in range(256)]), saturation, value)).convert("RGB")


def _blurred(image: Image.Image, random: np.random.Generator) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(random.uniform(1.5, 2.0)))


def _cropped(image: Image.Image, random: np.random.Generator) -> Image.Image:
    """A part of 8 to 100 % of the area and a shape of 3:4 to 4:3, at the picture's own size."""
    width, height = image.size
    area, shape = random.uniform(0.08, 1.0) * width * height, np.exp(random.uniform(np.log(3 / 4), np.log(4 / 3)))
    across, down = min(width, round((area * shape) ** 0.5)), min(height, round((area / shape) ** 0.5))
    left, top = (int(random.integers(0, room + 1)) for room in (width - across, height - down))
    box = (left, top, left + max(across, 1), top + max(down, 1))
    return image.resize(image.size, Image.Resampling.BILINEAR, box=box)


TRANSFORMS: dict[str, Transform] = {
    "mirrored": lambda image, random: ImageOps.mirror(image),
    "upside down": lambda image, random: ImageOps.flip(image),
    "rotated": _rotated,
    "other colours": _jittered,
    "blurred": _blurred,
    "cropped": _cropped,
}

DECODER = Decoder(
    name="ritual",
    title="RITUAL",
    paper="Woo et al., 2024, arXiv 2405.17821",
    formula="logits(picture) + alpha logits(transformed picture), among p >= beta max p",
    settings=(
        Setting("alpha", 3.0, 0.0, 10.0, "weight of the transformed picture", neutral=0.0),
        Setting("beta", 0.1, 0.0, 1.0, "least share of the largest probability a token must have", neutral=0.0),
        Setting("transform", 0, 0, len(TRANSFORMS), f"0 at random, or 1 to 6: {', '.join(TRANSFORMS)}", whole=True),
    ),
    passes="2",
    reading="The paper draws one of six transformations for each picture; their ranges are those of torchvision's "
    "usual augmentations, and the draw is the run's seed.",
    make=make,
    needs_request=True,
)
