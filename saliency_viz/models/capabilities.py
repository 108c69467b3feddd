"""What a loaded model can be shown: several pictures, a video; and which families can, where it cannot.

Ignores prompts: whether a template has a place for a system prompt is seen when it is filled in (text.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..errors import ImageError
from .families.table import FAMILIES


@dataclass(frozen=True)
class Takes:
    """pictures: the most in one request, None as many as fit. video: whether it was made for one."""

    pictures: int | None = None
    video: bool = True


ONE_PICTURE = ("llava", "llava_next")  # trained on one at a time: more are read, but nobody taught them to compare


def takes(model: Any) -> Takes:
    """What this model takes. The embedded demo model has only ever seen one picture."""
    if getattr(getattr(model, "info", None), "name", None) == "demo":
        return Takes(1, False)
    family = getattr(model, "family", None)
    if family is None:
        return Takes()
    return Takes(None, family.video and getattr(model.processor, "video_processor", None) is not None)


def families_for(video: bool) -> str:
    """Titles of the families that take a video, or several pictures, as words of a sentence."""
    names = [family.title for family in FAMILIES if (family.video if video else family.name not in ONE_PICTURE)]
    return ", ".join(names)


def check(model: Any, pictures: int, video: bool) -> None:
    """Raises ImageError, naming what to choose instead, unless the model takes this many pictures or a video."""
    able = takes(model)
    name = getattr(getattr(model, "info", None), "name", "this model")
    if video and not able.video:
        raise ImageError(
            f"The model {name!r} takes no video. Choose a model of one of these families: {families_for(True)}; or "
            "show it one frame as a picture."
        )
    if not video and able.pictures is not None and pictures > able.pictures:
        raise ImageError(
            f"The model {name!r} looks at one picture at a time. Got {pictures}. Leave one, or choose a model of one "
            f"of these families: {families_for(False)}."
        )
