"""What a person wants captioned: an example's picture, uploaded pictures in order, or frames of an uploaded video.

Ignores the field they were dropped on and the model. The field's value is {}, or
{kind: "pictures", files}, or {kind: "video", files, frames}; a file is {path, name} of an upload or {example: name};
or {kind: "run", run} for what a kept run was shown.
A value comes from a browser: paths count only inside gradio's own folder of uploads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from gradio.utils import get_upload_folder, is_in_or_equal
from PIL import Image

from ..errors import ImageError, PromptError
from ..images import MAX_IMAGES, load_images
from ..serving.request import CaptionRequest
from ..trace import Trace
from ..video import Video
from ..whole_numbers import is_whole
from .gallery import Gallery
from .i18n import english
from .thumbnails import small

FRAMES = (1, 8, 32)  # sampled of a video: fewest, usual, most
PREVIEW, SMALL = 560, 160  # pixels of the long side: of one picture, and of one among several


Media = Image.Image | tuple[Image.Image, ...] | Video
Traces = Callable[[str], Trace]  # a kept run's trace by its id; raises TraceError when it is gone
# (seconds, function, *arguments): what the function gives, in a process that can be ended. The function's module is
# imported there: not this one, which brings gradio along.
Decode = Callable[..., Any]
SECONDS = (20.0, 60.0)  # to decode pictures, a video


def here(seconds: float, function: Callable[..., Any], *given: Any) -> Any:
    """A Decode for files that are trusted."""
    return function(*given)


def opened(
    value: Mapping[str, Any] | None, gallery: Gallery, kept: Traces | None = None, decode: Decode = here
) -> Media:
    """The field's value as the engine takes it. kept: where runs are found. decode: how uploads are read. Raises
    PromptError when nothing is chosen, else ImageError, TraceError or what decode raises."""
    value = value or {}
    kind, files = value.get("kind"), value.get("files") or []
    if kind == "run" and kept is not None:
        trace = kept(str(value.get("run")))
        return CaptionRequest.of_trace(trace, trace.settings).image
    if kind == "video" and len(files) == 1:
        return decode(SECONDS[1], Video.from_file, path_of(files[0], gallery), frames_of(value.get("frames")))
    if kind == "pictures" and files:
        if len(files) > MAX_IMAGES:
            raise ImageError(f"Expected 1 to {MAX_IMAGES} pictures. Got {len(files)}. Remove some.")
        ours = all(isinstance(file, Mapping) and "example" in file for file in files)
        paths = [path_of(file, gallery) for file in files]
        pictures = (here if ours else decode)(SECONDS[0], load_images, paths)
        return pictures[0] if len(pictures) == 1 else pictures
    raise PromptError(english("no_image"))


def counted(value: Mapping[str, Any] | None) -> tuple[int, bool]:
    """How many pictures a value holds and whether they are a video's, before any is read."""
    value = value or {}
    return len(value.get("files") or []), value.get("kind") == "video"


def handed(image: str | None, more: list[str] | None, video: str | None, frames: int, decode: Decode = here) -> Any:
    """What a program hands over, by paths that gradio has checked, as the engine takes it. Raises as `opened`."""
    pictures = [path for path in (image, *(more or ())) if path]
    if video and pictures:
        raise ImageError("Pass pictures or a video. Got both: leave out one of them.")
    if video:
        return decode(SECONDS[1], Video.from_file, video, frames)
    if not pictures:
        raise PromptError(english("no_image"))
    if len(pictures) > MAX_IMAGES:
        raise ImageError(f"Expected 1 to {MAX_IMAGES} pictures. Got {len(pictures)}. Pass fewer.")
    found = decode(SECONDS[0], load_images, pictures)
    return found[0] if len(found) == 1 else found


def described(
    value: Mapping[str, Any] | None, gallery: Gallery, kept: Traces | None = None, decode: Decode = here
) -> dict[str, Any]:
    """What the field shows of its value: {items: [{src, width, height, time or None}], video, duration, source_frames}.

    duration (seconds) and source_frames: of a video file, else None. Raises as `opened`.
    """
    found = opened(value, gallery, kept, decode)
    video = found if isinstance(found, Video) else None
    pictures = found.frames if isinstance(found, Video) else found if isinstance(found, tuple) else (found,)
    side = PREVIEW if len(pictures) == 1 else SMALL
    return {
        "items": [
            {
                "src": small(picture, side, quality=82),
                "width": picture.width,
                "height": picture.height,
                "time": video.times[index] if video else None,
            }
            for index, picture in enumerate(pictures)
        ],
        "video": video is not None,
        "duration": video.duration if video else None,
        "source_frames": video.source_frames if video else None,
    }


def example(name: str) -> dict[str, Any]:
    """The value of an example's picture."""
    return {"kind": "pictures", "files": [{"example": name}]}


def scene_of(value: Mapping[str, Any] | None) -> str | None:
    """Name of the example whose picture is the only one chosen, else None."""
    files = (value or {}).get("files") or []
    name = files[0].get("example") if len(files) == 1 and isinstance(files[0], Mapping) else None
    return str(name) if name else None


def path_of(file: Any, gallery: Gallery) -> Path:
    """Where a file of a value lies. Raises ImageError for what is no upload and no example."""
    file = file if isinstance(file, Mapping) else {}
    if "example" in file:
        scene = gallery.scenes.get(str(file["example"]))
        if scene is None:
            raise ImageError("There is no such example here. Reload the page.")
        return scene.picture
    path = Path(str(file.get("path") or ""))
    if not is_in_or_equal(path, get_upload_folder()) or not path.is_file():
        raise ImageError("This upload is not (or no longer) kept here. Choose the file again.")
    return path


def frames_of(value: Any) -> int:
    """How many frames a value asks for, within bounds."""
    least, usual, most = FRAMES
    return min(max(value, least), most) if is_whole(value) else usual
