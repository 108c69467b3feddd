"""A picture made small for the page, as a data address.

Ignores which picture it is.
"""

from __future__ import annotations

import base64
from io import BytesIO

from PIL import Image


def small(picture: Image.Image, side: int, quality: int = 80) -> str:
    """The picture as WEBP, its long side at most `side` pixels."""
    reduced = picture.convert("RGB")
    reduced.thumbnail((side, side))
    buffer = BytesIO()
    reduced.save(buffer, "WEBP", quality=quality)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
