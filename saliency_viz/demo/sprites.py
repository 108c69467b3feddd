"""Pictures of the kinds: reads the shipped sprites; run as a script, makes them from the emoji sources.

Nothing is fetched: `python -m saliency_viz.demo.sprites --noto FONT.ttf --fluent DIR --twemoji DIR` reads a font of the
Debian package fonts-noto-color-emoji, the npm package @lobehub/fluent-emoji-3d (its `assets`) and the npm package
emoji-datasource-twitter (its `img/twitter/64`), each unpacked by hand.
"""

from __future__ import annotations

import argparse
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image

from ..errors import SettingError
from ..paths import assets
from .kinds import COLOURS, KINDS, STYLES

FOLDER = assets() / "demo-sprites"
SIDE = 160  # pixels


@lru_cache(maxsize=1024)
def sprite(style: str, kind: str, colour: str | None = None) -> Image.Image:
    """The square RGBA picture of a kind, painted if a colour is given. Do not draw into it: it is cached."""
    if style not in STYLES:
        raise SettingError(f"style must be one of {', '.join(STYLES)}. Got {style!r}.")
    path = FOLDER / style / f"{kind.replace(' ', '-')}.webp"
    if not path.is_file():
        raise FileNotFoundError(f"Expected a sprite at {path}. Make it with `python -m saliency_viz.demo.sprites`.")
    picture = Image.open(path).convert("RGBA")
    return picture if colour is None else paint(picture, COLOURS[colour])


@lru_cache(maxsize=4096)
def sized_sprite(style: str, kind: str, colour: str | None, side: int) -> Image.Image:
    """The sprite at `side` pixels; cached, since scenes ask for the same few hundred again and again."""
    return sprite(style, kind, colour).resize((side, side), Image.Resampling.BICUBIC)


def paint(picture: Image.Image, hue: float) -> Image.Image:
    """The picture with its coloured pixels turned to one hue (degrees); greys, black and white stay."""
    hsv = np.array(picture.convert("RGB").convert("HSV"))
    coloured = hsv[..., 1] > 60
    hsv[..., 0] = np.where(coloured, round(hue / 360 * 255), hsv[..., 0])
    painted = np.array(Image.fromarray(hsv, "HSV").convert("RGB"))
    alpha = np.array(picture)[..., 3:]
    return Image.fromarray(np.concatenate([painted, alpha], axis=-1), "RGBA")


def _from_font(font, emoji: str) -> Image.Image:
    from PIL import ImageDraw

    canvas = Image.new("RGBA", (200, 200))
    ImageDraw.Draw(canvas).text((20, 20), emoji, font=font, embedded_color=True)
    return canvas


def _from_folder(folder: Path, emoji: str) -> Image.Image:
    """The picture named by code point, with or without the variation selector FE0F."""
    stem = "-".join(f"{ord(character):04x}" for character in emoji)
    for name in (f"{stem}.webp", f"{stem}-fe0f.webp", f"{stem}.png", f"{stem}-fe0f.png"):
        if (folder / name).is_file():
            return Image.open(folder / name).convert("RGBA")
    raise FileNotFoundError(f"Expected {stem}.webp or .png for {emoji} in {folder}.")


def _square(picture: Image.Image) -> Image.Image:
    """Cropped to what is visible and centred on a transparent square of `SIDE` pixels or less."""
    picture = picture.crop(picture.getchannel("A").point([255 * (a > 16) for a in range(256)]).getbbox())
    side = max(picture.size)
    canvas = Image.new("RGBA", (side, side))
    canvas.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
    return canvas if side <= SIDE else canvas.resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def main(arguments: list[str] | None = None) -> None:
    """Writes one webp per kind and style into assets/demo-sprites."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--noto", type=Path, required=True, help="NotoColorEmoji.ttf")
    parser.add_argument("--fluent", type=Path, required=True, help="the assets folder of @lobehub/fluent-emoji-3d")
    parser.add_argument("--twemoji", type=Path, required=True, help="img/twitter/64 of emoji-datasource-twitter")
    options = parser.parse_args(arguments)
    from PIL import ImageFont  # here, since reading sprites must not need Pillow's font support

    font = ImageFont.truetype(str(options.noto), size=109)  # the only size its bitmaps come in
    sources = {
        "noto": lambda emoji: _from_font(font, emoji),
        "fluent": lambda emoji: _from_folder(options.fluent, emoji),
        "twemoji": lambda emoji: _from_folder(options.twemoji, emoji),
    }
    for style, read in sources.items():
        (FOLDER / style).mkdir(parents=True, exist_ok=True)
        for kind in KINDS.values():
            _square(read(kind.emoji)).save(FOLDER / style / f"{kind.name.replace(' ', '-')}.webp", quality=85, method=6)


if __name__ == "__main__":
    main()
