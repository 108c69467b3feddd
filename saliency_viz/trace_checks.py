"""What must hold of a Trace: every field of the kind its annotation names, and all parts agreeing with each other.

Ignores what a Trace is for, and files: it compares values. A trace may come from a stranger, so nothing is made larger
than what is already there before it is checked.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from sys import float_info
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

from .errors import TraceError
from .images import MAX_PIXELS

PNG_START = b"\x89PNG\r\n\x1a\n"
KINDS = {str: "a text", int: "a whole number", float: "a finite number", bool: "true or false", bytes: "bytes"}
FLOATS, WHOLE = ("attention", "saliency", "saliency_norm", "boxes"), ("box_images", "box_scales")
SHORT, LONG = 1_000, 1_000_000  # characters: of a title or one token's text; of a prompt or a note
MOST_LAYERS, MOST_TOKENS, MOST_SECONDS, MOST_FPS = 10_000, 10_000_000, 10_000_000, 1_000_000  # beyond any real run
_hints = cache(get_type_hints)


def typed(hint: Any, value: Any, name: str) -> Any:
    """A value read from JSON as its annotation asks: lists as tuples, mappings as dataclasses.

    Raises TraceError naming the first field that is of another kind.
    """
    origin, inside = get_origin(hint), get_args(hint)
    if isinstance(hint, type) and is_dataclass(hint):
        return _made(hint, value, name)
    if origin in (Union, UnionType):  # only "this or None" occurs
        return None if value is None else typed(inside[0], value, name)
    if origin is Literal:
        return _of_kind(value in inside, value, name, f"one of {', '.join(inside)}")
    if origin is tuple:
        _of_kind(isinstance(value, (list, tuple)), value, name, "a list")
        kinds = [inside[0]] * len(value) if inside[-1] is Ellipsis else inside
        _of_kind(len(value) == len(kinds), value, name, f"a list of {len(kinds)}")
        return tuple(typed(kind, item, f"{name}[{at}]") for at, (kind, item) in enumerate(zip(kinds, value)))  # noqa: B905 - checked above
    if origin is Mapping:
        _of_kind(isinstance(value, Mapping), value, name, "a mapping")
        keys = {int(key) if inside[0] is int else key: item for key, item in value.items()}
        return {key: typed(inside[1], item, f"{name}[{key!r}]") for key, item in keys.items()}
    return _of_kind(_fits(hint, value), value, name, KINDS.get(hint, "an array"))


def _made(kind: type, value: Any, name: str) -> Any:
    """A dataclass from its fields by name."""
    _of_kind(isinstance(value, Mapping), value, name, "a mapping")
    known, hints = {field.name: field for field in fields(kind)}, _hints(kind)
    if unknown := sorted(set(value) - set(known)):
        raise TraceError(f"{name} must have the fields of {kind.__name__}. Got {unknown[0]!r:.60}.")
    for field in known.values():
        if field.name not in value and field.default is MISSING and field.default_factory is MISSING:
            raise TraceError(f"{name} must have the field {field.name!r}. Got none. The file is incomplete.")
    prefix = "" if name == "trace" else f"{name}."
    return kind(**{field: typed(hints[field], item, prefix + field) for field, item in value.items()})


def _fits(kind: type, value: Any) -> bool:
    if kind is str:
        return isinstance(value, str) and not any("\ud800" <= letter <= "\udfff" for letter in value)  # no UTF-8 for it
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63
    if kind is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= float_info.max
    return isinstance(value, kind)


def _of_kind(fits: bool, value: Any, name: str, kind: str) -> Any:
    if not fits:
        raise TraceError(f"{name} must be {kind}. Got {value!r:.60}. The file is damaged: save or download it again.")
    return value


def check(trace: Any) -> None:
    """Everything of a Trace that must agree; raises TraceError naming the first that does not."""
    steps, layers, keys = len(trace.steps), trace.model.layers, len(trace.prompt_ids) + len(trace.steps)
    _check_texts(trace)
    _check_numbers(trace)
    _check_spans(trace.spans, keys, len(trace.pictures))  # before anything counts positions
    for index, picture in enumerate(trace.pictures):
        _check_picture(picture, f"pictures[{index}]")
    image_tokens = sum(span.stop - span.start for span in trace.spans if span.kind == "image")
    _check_arrays(
        trace,
        {
            "attention": (steps, layers, keys),
            "saliency": (steps, layers, keys),
            "saliency_norm": (steps, layers),
            "boxes": (image_tokens, 4),
            "box_images": (image_tokens,),
            "box_scales": (image_tokens,),
        },
    )
    _check_steps(trace)
    if len(trace.prompt_texts) != len(trace.prompt_ids):
        raise TraceError(f"Expected {len(trace.prompt_ids)} prompt texts, one per id. Got {len(trace.prompt_texts)}.")
    if trace.times and len(trace.times) != len(trace.pictures):
        raise TraceError(f"Expected {len(trace.pictures)} times, one per frame. Got {len(trace.times)}.")
    if trace.fps is not None and not 0 < trace.fps <= MOST_FPS:
        raise TraceError(f"fps must be above 0 and at most {MOST_FPS}. Got {trace.fps!r}.")
    if not isinstance(trace.frames_per_token, int) or trace.frames_per_token < 1:
        raise TraceError(f"frames_per_token must be a whole number of at least 1. Got {trace.frames_per_token!r}.")


def _check_texts(trace: Any) -> None:
    """No text so long that showing it would hold up everybody else's run."""
    candidates = [candidate.text for step in trace.steps for candidate in step.candidates]
    texts = {
        SHORT: {
            "title": [trace.title],
            "model": [trace.model.name, trace.model.family, trace.model.dtype, trace.model.device],
            "a token's text": [*trace.prompt_texts, *(step.text for step in trace.steps), *candidates],
        },
        LONG: {
            "prompt": [trace.prompt],
            "system": [trace.system or ""],
            "notes": [trace.notes, *(mark.note for mark in trace.marks.values())],
            "history": [part for turn in trace.history for part in turn],
        },
    }
    for most, named in texts.items():
        for name, values in named.items():
            if (longest := max(map(len, values), default=0)) > most:
                raise TraceError(f"{name} must have at most {most} characters. Got {longest}. Shorten it.")


def _check_numbers(trace: Any) -> None:
    """No number so large, or so far below zero, that a view would count up to it."""
    for name, value, most in (
        ("model.layers", trace.model.layers, MOST_LAYERS),
        ("model.heads", trace.model.heads, MOST_LAYERS),
        ("settings.max_new_tokens", trace.settings.max_new_tokens, MOST_TOKENS),
        *((f"times[{index}]", time, MOST_SECONDS) for index, time in enumerate(trace.times)),
    ):
        if not 0 <= value <= most:
            raise TraceError(f"{name} must lie in 0..{most}. Got {value!r}.")


def _check_spans(spans: Any, keys: int, pictures: int) -> None:
    """Spans follow each other within the sequence; positions in none of them count as template."""
    reached = 0
    for index, span in enumerate(spans):
        if not reached <= span.start <= span.stop <= keys:
            raise TraceError(
                f"Spans must follow each other in positions 0..{keys - 1}. Got {span.start}..{span.stop - 1} as "
                f"spans[{index}], where {reached} is the next."
            )
        if span.image is not None and not 0 <= span.image < pictures:
            raise TraceError(f"spans[{index}].image must name one of {pictures} pictures. Got {span.image}.")
        reached = span.stop


def _check_picture(picture: Any, name: str) -> None:
    """A PNG, by its first bytes and nothing decoded, and a region of it that can be drawn."""
    start = picture.png[:24]
    if len(start) < 24 or not start.startswith(PNG_START) or start[12:16] != b"IHDR":
        raise TraceError(f"{name} must be a PNG file. Got {len(picture.png)} bytes of something else.")
    left, top, right, bottom = picture.region
    sizes = {
        "png": struct.unpack(">II", start[16:24]),
        "size": picture.size,
        "region": (right - left, bottom - top),
    }
    for what, (width, height) in sizes.items():
        if not (width > 0 and height > 0 and max(width, 1) * max(height, 1) <= MAX_PIXELS):  # NaN fails as well
            raise TraceError(
                f"{name}.{what} must have a width and a height above 0 and at most {MAX_PIXELS / 1e6:.0f} megapixels. "
                f"Got {width:g} x {height:g}."
            )
    if max(map(abs, picture.region)) > MAX_PIXELS:
        raise TraceError(f"{name}.region must lie near the picture. Got {picture.region}.")


def _check_arrays(trace: Any, expected: Mapping[str, tuple[int, ...]]) -> None:
    for name, shape in expected.items():
        array, kinds = getattr(trace, name), "f" if name in FLOATS else "iu"
        if array.shape != shape:
            raise TraceError(f"{name} must have shape {shape}. Got {array.shape}.")
        if array.dtype.kind not in kinds:
            raise TraceError(f"{name} must hold {'floats' if kinds == 'f' else 'whole numbers'}. Got {array.dtype}.")
        if kinds == "f" and not np.isfinite(array).all():
            raise TraceError(f"{name} holds values that are not finite numbers. The run that made it failed.")
    if not expected["boxes"][0]:
        return
    if not trace.pictures:
        raise TraceError("The trace has image tokens but no picture.")
    if np.abs(trace.boxes).max() > MAX_PIXELS:
        raise TraceError(f"boxes must lie in their pictures. Got {np.abs(trace.boxes).max():g} pixels.")
    for name, stop in (("box_images", len(trace.pictures)), ("box_scales", 2)):
        least, most = int(getattr(trace, name).min()), int(getattr(trace, name).max())
        if least < 0 or most >= stop:
            raise TraceError(f"{name} must lie in 0..{stop - 1}. Got {least}..{most}.")


def _check_steps(trace: Any) -> None:
    """Steps are numbered, and layers and marks name what there is."""
    first, count = len(trace.prompt_ids), len(trace.steps)
    for index, step in enumerate(trace.steps):
        if (step.index, step.position) != (index, first + index):
            raise TraceError(
                f"steps[{index}] must have index {index} and position {first + index}. Got {step.index} and "
                f"{step.position}."
            )
    for name, values, most in (
        ("target_layers", trace.target_layers, trace.model.layers),
        ("marks", trace.marks, count),
    ):
        if wrong := [value for value in values if not 0 <= value < most]:
            raise TraceError(f"{name} must lie in 0..{most - 1}. Got {wrong[0]}.")
    if not trace.target_layers:
        raise TraceError("target_layers must name at least one layer. Got none.")
    if len(set(trace.target_layers)) < len(trace.target_layers):
        raise TraceError(f"target_layers must name each layer once. Got {len(trace.target_layers)} with repetitions.")
