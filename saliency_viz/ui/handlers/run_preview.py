"""Before Run is pressed: what a run of the widgets' values would need, as a line under the button.

Ignores the run itself; the same rules refuse there what is too large (models/memory/budget.py). Nothing is queued and
no model is loaded for it: without one that is ready there is nothing to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import SaliencyVizError
from ...images import load_size
from ...serving.run_needs import Shapes
from ...video import frame_size
from ..context import Context, Visit
from ..gallery import Gallery
from ..media import Decode, frames_of, here, path_of
from ..updates import Updates, log, told

FRAME_SECONDS = 10.0  # to decode a film's first frame


def plan(context: Context, visit: Visit, media: Any, prompt: str, system: str, model: str, new_tokens: Any) -> Updates:
    """What a run of these widgets would need, and which part of a picture the model would see."""
    line = None
    try:
        line = needs_line(context, visit.who, media, prompt, system, model, new_tokens)
    except SaliencyVizError:
        pass  # the run says it
    except Exception:
        log.exception("A run could not be planned")
    part = {"region": line.pop("seen") if line else None, "serial": next(context.serials)}
    return {"plan": told(note=line), "media": told(part=part)}


def needs_line(
    context: Context, who: str, media: Any, prompt: Any, system: Any, key: str, new_tokens: Any
) -> dict[str, Any] | None:
    """The line for these widgets' values; None when nothing can be said. Raises SaliencyVizError."""
    model = context.engine.pool.peek(key)
    if model is None or getattr(model, "family", None) is None or context.engine.is_remote:
        return None
    shapes, video = shapes_of(media, context.gallery, context.decode(who))
    prompt, system = str(prompt or "").strip(), str(system or "").strip() or None
    number = isinstance(new_tokens, (int, float)) and not isinstance(new_tokens, bool)
    if not shapes or not prompt or not number or new_tokens < 1:
        return None
    return context.needs.line(key, model, shapes, video, prompt, system, int(new_tokens))


def shapes_of(value: Mapping[str, Any] | None, gallery: Gallery, decode: Decode = here) -> tuple[Shapes, bool]:
    """Width and height of every picture or frame as the model will be given it, and whether they are a video's; read
    from pictures' heads and a film's first frame. Nothing when nothing is chosen. Raises ImageError."""
    value = value or {}
    files = value.get("files") or []
    if value.get("kind") == "video" and len(files) == 1:
        return (decode(FRAME_SECONDS, frame_size, path_of(files[0], gallery)),) * frames_of(value.get("frames")), True
    return tuple(load_size(path_of(file, gallery)) for file in files), False
