"""A request on its way to Prepared: template and processor called once, then positions, boxes and texts put together.

Ignores any one family: families say where the boxes lie, in the order of the image positions.
"""

from __future__ import annotations

from collections.abc import Sequence
from inspect import signature
from io import BytesIO
from typing import Any

import numpy as np
from jinja2 import TemplateError, TemplateSyntaxError
from jinja2.exceptions import SecurityError
from PIL import Image
from transformers.video_utils import VideoMetadata

from ..errors import ImageError, PromptError
from ..trace import Picture
from .base import LVLM, Boxes, Prepared, Request
from .text import check_prompt, check_rendered, messages, prompt_spans, template_parts
from .token_text import token_texts


def png(image: Image.Image) -> bytes:
    """Lossless bytes of a picture."""
    buffer = BytesIO()
    image.save(buffer, "PNG", compress_level=6)
    return buffer.getvalue()


def whole(image: Image.Image, size: tuple[int, int]) -> Picture:
    """A picture the model saw all of, at size (width, height)."""
    return Picture(png(image), (0.0, 0.0, float(image.width), float(image.height)), size)


def inputs_of(model: LVLM, request: Request) -> dict[str, Any]:
    """What the processor makes of a request, on the model's device: the ids its own `apply_chat_template` gives.

    Raises PromptError when template or processor cannot hold the request, ImageError for a video where only pictures
    are taken.
    """
    processor = model.processor
    media = _media(model, request)
    named = [getattr(processor, name, None) for name in ("image_token", "video_token", "boi_token", "eoi_token")]
    check_prompt(processor.tokenizer, request, [token for token in named if isinstance(token, str)])
    try:
        text = processor.apply_chat_template(messages(request), add_generation_prompt=True)
        check_rendered(text, template_parts(processor, request), request, model.info.name)
        begin = processor.tokenizer.bos_token
        if begin and text.startswith(begin):  # the template has written it; do not write it twice
            media["add_special_tokens"] = False
        made = processor(text=[text], return_tensors="pt", truncation=False, padding=False, **media)
        return model.to_device(made)
    except PromptError:
        raise
    except (TemplateError, ValueError, TypeError, KeyError, IndexError) as error:
        reason = str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
        raise PromptError(
            f"The chat template or processor of {model.info.name!r} did not accept the request: {reason}. "
            f"{_remedy(error, request)}"
        ) from error


def _remedy(error: Exception, request: Request) -> str:
    """What to change in the request, where it holds more than the least; a template that is broken takes none."""
    if isinstance(error, (TemplateSyntaxError, SecurityError)):
        return "The template itself is damaged: download the checkpoint again, or choose another model."
    said = [name for name, given in (("system prompt", request.system), ("history", request.history)) if given]
    if said:
        return f"Leave out the {' and the '.join(said)}."
    if len(request.images) > 1:
        return "Pass fewer frames." if request.fps is not None else "Pass one picture."
    return "Choose another picture, or another model."


def _media(model: LVLM, request: Request) -> dict[str, Any]:
    if request.fps is None:
        processor = getattr(model.processor, "image_processor", None)
        takes = getattr(getattr(processor, "valid_kwargs", None), "__annotations__", {})
        # Video-LLaVA's processor gives notice unless asked for the name that its model reads now
        named = {"return_legacy_image_output": False} if "return_legacy_image_output" in takes else {}
        return {"images": [list(request.images)], **named}
    if not model.family.video or getattr(model.processor, "video_processor", None) is None:
        raise ImageError(
            f"{model.family.title} takes pictures here, not a video. Pass frames as pictures, or choose a model that "
            "takes videos."
        )
    shown = list(range(len(request.images)))
    least = getattr(model.processor.video_processor, "temporal_patch_size", None) or 1
    shown += shown[-1:] * (least - len(shown))  # Qwen3-VL refuses fewer frames than a token shows; Qwen2-VL repeats too
    frames = np.stack([np.asarray(request.images[index].convert("RGB")) for index in shown])
    rate, total, places = _clock(request, request.fps)
    metadata = VideoMetadata(
        total_num_frames=total,  # pyright: ignore[reportArgumentType]  # a clock: its ticks may be fractions
        fps=rate,
        width=frames.shape[2],
        height=frames.shape[1],
        duration=total / rate,
        frames_indices=[places[index] for index in shown],  # pyright: ignore[reportArgumentType]  # ticks again
    )
    media = {"videos": [frames], "video_metadata": [metadata], "do_sample_frames": False}
    if getattr(model.processor.video_processor, "cap_pixels_per_frame", False) is None:
        media["cap_pixels_per_frame"] = False  # what unset means in Qwen's, which gives notice of it
    return media


def _clock(request: Request, fps: float) -> tuple[float, float, list[float]]:
    """(ticks per second, ticks in all, the tick of every frame), so that tick / rate is the second it is shown.

    Frames that follow each other by fps from 0 are the ticks. Others are told by a clock of one tick per second, in
    which they last as long as lies between two of them on average.
    """
    times, count = request.times, len(request.images)
    if not times or all(abs(time * fps - index) < 1e-3 for index, time in enumerate(times)):
        return fps, count, [*range(count)]
    span = times[-1] - times[0]
    return 1.0, count * (span / (count - 1) if span > 0 else 1 / fps), list(times)


def placeholder_ids(model: LVLM) -> frozenset[int]:
    """The ids that stand where a picture or a video goes in: no caption may hold one, since its embedding is replaced.

    By the config; by the processor where that names none.
    """
    for owner in (model.config, model.processor):
        found = {
            getattr(owner, f"{kind}_token_{name}", None) for kind in ("image", "video") for name in ("id", "index")
        }
        ids = frozenset(token for token in found if isinstance(token, int))
        if ids:
            return ids
    return frozenset()


def rope_positions(model: LVLM, inputs: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """({"position_ids": [3, 1, prompt]}, what later positions add to their index), or ({}, 0) without 3-D positions.

    Computed by the model's own get_rope_index, which leaves nothing on the module: two runs may share it.
    """
    owner = next((module for module in model.network.modules() if hasattr(module, "get_rope_index")), None)
    if owner is None:
        return {}, 0
    taken = signature(owner.get_rope_index).parameters
    known = {name: value for name, value in inputs.items() if name in taken}
    positions, delta = owner.get_rope_index(**known)
    return {"position_ids": positions}, int(delta)


def compose(
    model: LVLM,
    request: Request,
    inputs: dict[str, Any],
    token: int,
    pictures: Sequence[Picture],
    boxes: Sequence[Boxes],
    rope_delta: int = 0,
    frames_per_token: int = 1,
) -> Prepared:
    """Put a request together. token: the id at every image position; boxes: in the order of those positions."""
    ids = inputs["input_ids"][0].tolist()
    where = [index for index, value in enumerate(ids) if value == token]
    joined = Boxes.join(list(boxes))
    if not where or len(where) != len(joined.box):
        raise PromptError(
            f"Expected {len(joined.box)} image tokens for {len(pictures)} picture(s). The processor of "
            f"{model.info.name!r} made {len(where)}. Its chat template, processor and vision tower do not fit together."
        )
    texts = token_texts(model.tokenizer, ids)
    return Prepared(
        inputs=inputs,
        prompt_texts=texts,
        spans=prompt_spans(
            model.tokenizer,
            texts,
            image_runs(where, joined.image.tolist()),
            request,
            template_parts(model.processor, request),
        ),
        pictures=tuple(pictures),
        boxes=joined,
        rope_delta=rope_delta,
        request=request,
        frames_per_token=frames_per_token,
    )


def image_runs(positions: Sequence[int], pictures: Sequence[int]) -> list[tuple[int, int, int]]:
    """(start, stop, picture) of every unbroken run of positions that show one picture."""
    runs: list[tuple[int, int, int]] = []
    for position, picture in zip(positions, pictures, strict=True):
        if runs and runs[-1][1:] == (position, picture):
            runs[-1] = (runs[-1][0], position + 1, picture)
        else:
            runs.append((position, position + 1, picture))
    return runs
