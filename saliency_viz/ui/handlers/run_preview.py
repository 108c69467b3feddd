"""Before Run is pressed: what a run of the widgets' values would need, as a line under the button.

Ignores the run itself; the same rules refuse there what is too large (models/memory/budget.py). Nothing is queued and
no model is loaded for it: without one that is ready there is nothing to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError

from ...errors import SaliencyVizError
from ...images import WORKING_SIDE
from ...serving.run_needs import Shapes
from ..context import Context, Visit
from ..gallery import Gallery
from ..media import frames_of, path_of
from ..updates import Updates, log, told

SIDEWAYS = (5, 6, 7, 8)  # EXIF orientations that turn a picture by a quarter


def plan(context: Context, visit: Visit, media: Any, prompt: str, system: str, model: str, new_tokens: Any) -> Updates:
    """What a run of these widgets would need."""
    try:
        return {"plan": told(note=needs_line(context, media, prompt, system, model, new_tokens))}
    except SaliencyVizError:
        return {"plan": told(note=None)}  # the run says it
    except Exception:
        log.exception("A run could not be planned")
        return {"plan": told(note=None)}


def needs_line(
    context: Context, media: Any, prompt: Any, system: Any, key: str, new_tokens: Any
) -> dict[str, Any] | None:
    """The line for these widgets' values; None when nothing can be said. Raises SaliencyVizError."""
    model = context.engine.pool.peek(key)
    if model is None or getattr(model, "family", None) is None or context.engine.is_remote:
        return None
    shapes, video = shapes_of(media, context.gallery)
    prompt, system = str(prompt or "").strip(), str(system or "").strip() or None
    number = isinstance(new_tokens, (int, float)) and not isinstance(new_tokens, bool)
    if not shapes or not prompt or not number or new_tokens < 1:
        return None
    return context.needs.line(key, model, shapes, video, prompt, system, int(new_tokens))


def shapes_of(value: Mapping[str, Any] | None, gallery: Gallery) -> tuple[Shapes, bool]:
    """Width and height of every picture or frame as the model will be given it, and whether they are a video's; read
    from the files' heads. Nothing when nothing is chosen. Raises ImageError."""
    value = value or {}
    files = value.get("files") or []
    if value.get("kind") == "video" and len(files) == 1:
        return (_frame_shape(path_of(files[0], gallery)),) * frames_of(value.get("frames")), True
    return tuple(_shape(path_of(file, gallery)) for file in files), False


def _shape(path: Path) -> tuple[int, int]:
    try:
        with Image.open(path) as image:
            turned = image.getexif().get(0x0112) in SIDEWAYS
            return _working(*(reversed(image.size) if turned else image.size))
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError):
        return (512, 512)  # what cannot be read is said elsewhere


def _frame_shape(path: Path) -> tuple[int, int]:
    import av

    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            return _working(stream.codec_context.width, stream.codec_context.height)
    except (OSError, ValueError, IndexError):
        return (512, 512)


def _working(width: int, height: int) -> tuple[int, int]:
    scale = min(1.0, WORKING_SIDE / max(width, height, 1))
    return max(1, round(width * scale)), max(1, round(height * scale))
