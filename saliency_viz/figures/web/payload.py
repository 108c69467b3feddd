"""What the browser needs of a Trace, as one JSON-able dict: facts as plain values, rows as base64 of their bytes.

Ignores how it is drawn (assets/viewer does that) and how it travels (the app, a notebook or one HTML file).
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Sequence
from dataclasses import asdict
from io import BytesIO
from typing import Any

import numpy as np

from ...settings import DECODERS
from ...trace import Picture, Step, Trace
from ..rows import metrics
from ..rows.decodings import rejections

PICTURE_SIDE = 768  # pixels of the longer side; more is not seen on the screen
FULL_PICTURES = 6  # with more, all share the pixels of this many, so that a page of 128 frames is no larger


def payload(trace: Trace, run_id: str = "", max_rows_bytes: int | None = None) -> dict[str, Any]:
    """Everything the viewer draws of one run; `json.dumps` takes it as it is.

    rows holds attention and saliency [steps, layers, keys] as base64 of little-endian float16 and norm [steps, layers]
    as float32, all in C order. When these bytes exceed max_rows_bytes, rows is None, ranges holds the colour scales of
    the whole run, picture_sums what each of several pictures got of each row, and the viewer asks for one step at a
    time (`rows_payload`). part_shares [steps][parts]: where each step's saliency went. boxes are fractions 0..1 of the
    seen picture, (left, top, right, bottom).
    """
    byte_count = trace.attention.nbytes + trace.saliency.nbytes + trace.saliency_norm.nbytes
    leave_out = max_rows_bytes is not None and byte_count > max_rows_bytes
    hidden, decoding = metrics.dimmed(trace), trace.settings.decoding
    return {
        "run": run_id,
        "title": trace.title,
        "notes": trace.notes,
        "ended": trace.ended,
        "model": asdict(trace.model),
        "settings": asdict(trace.settings),
        "seconds": {name: float(value) for name, value in trace.seconds.items()},
        "versions": dict(trace.versions),
        "prompt": trace.prompt,
        "prompt_ids": [int(token) for token in trace.prompt_ids],
        "prompt_texts": list(trace.prompt_texts),
        "first_output": trace.first_output,
        "spans": [asdict(span) for span in trace.spans],
        "target_layers": [int(layer) for layer in trace.target_layers],
        "system": trace.system,
        "history": [list(turn) for turn in trace.history],
        "fps": trace.fps,
        "times": list(trace.times) or [index / trace.fps for index in range(len(trace.pictures)) if trace.fps],
        "frames_per_token": trace.frames_per_token,
        "pictures": [_picture(picture, picture_side(len(trace.pictures))) for picture in trace.pictures],
        "boxes": _fractions(trace).tolist(),
        "box_images": trace.box_images.tolist(),
        "box_scales": trace.box_scales.tolist(),
        "dimmed": hidden,
        "steps": [_step(step) for step in trace.steps],
        "expected": list(metrics.expected_scores(trace)),
        "part_shares": _part_shares(trace),
        "decoder": decoding and DECODERS.get(decoding.name, decoding.name),
        "rejects": rejections(trace),
        "marks": {str(step): asdict(mark) for step, mark in trace.marks.items()},
        "keys": int(trace.attention.shape[2]),
        "rows": None if leave_out else _rows(trace.attention, trace.saliency, trace.saliency_norm),
        "ranges": ranges(trace, hidden) if leave_out else None,
        "picture_sums": _sums(trace) if leave_out and len(trace.picture_groups) > 1 else None,
    }


def rows_bytes(trace: Trace, count: int) -> int:
    """Bytes of so many steps' rows, before base64."""
    return count * (2 * 2 * trace.attention.shape[1] * trace.attention.shape[2] + 4 * trace.attention.shape[1])


def rows_payload(trace: Trace, step: int, count: int = 1) -> dict[str, Any]:
    """The rows of one step, or of count steps from it on, [count, layers, keys] each, for a viewer without them."""
    window = slice(step, step + count)
    return _rows(trace.attention[window], trace.saliency[window], trace.saliency_norm[window])


def steps_payload(
    steps: Sequence[Step],
    start: int = 0,
    run_id: str = "",
    attention: np.ndarray | None = None,
    saliency: np.ndarray | None = None,
    saliency_norm: np.ndarray | None = None,
    pending: Collection[int] = (),
) -> dict[str, Any]:
    """A tail of a growing run: these steps replace those the viewer has from `start` on.

    attention and saliency [observed, layers, keys], saliency_norm [observed, layers]: rows of the first `observed` of
    these steps; the rest have none yet. pending: indices of steps that are drafted but not observed; they are drawn
    grey, without a score.
    """
    rows = None
    if attention is not None and saliency is not None and saliency_norm is not None and len(attention):
        rows = _rows(attention, saliency, saliency_norm)
    return {
        "run": run_id,
        "start": int(start),
        "steps": [{**_step(step), "pending": True} if step.index in pending else _step(step) for step in steps],
        "rows": rows,
        "keys": rows["shape"][2] if rows else None,
    }


def ranges(trace: Trace, hidden: Collection[int]) -> dict[str, Any]:
    """What every locked colour scale needs (`scales.scale_of`), for a viewer that does not hold all rows.

    {group: {kind: {run, target, all: [largest, 99 % quantile, smallest above 0], layers: [[...], ...]}}}. group: image,
    or words with dimmed positions left out. kind: attention, saliency (row-normalised), raw, or share (of saliency).
    Keys beyond a row's reach do not count.
    """
    image = trace.positions("image")
    words = np.setdiff1d(np.arange(trace.attention.shape[2]), [*image, *hidden])
    saliency = trace.saliency.astype(np.float32)
    total = saliency.sum(-1, keepdims=True)
    kinds = {
        "attention": trace.attention.astype(np.float32),
        "saliency": saliency,
        "raw": trace.raw_saliency(),
        "share": np.divide(saliency, total, out=np.zeros_like(saliency), where=total > 0),
    }
    reach = np.array([step.position for step in trace.steps], int)[:, None] > np.arange(trace.attention.shape[2])
    found: dict[str, Any] = {}
    for group, keys in (("image", image), ("words", words)):
        seen = reach[:, keys]
        found[group] = {}
        for kind, values in kinds.items():
            shown = values[:, :, keys]
            found[group][kind] = {
                "run": _ends(shown.transpose(0, 2, 1)[seen]),
                "layers": [_ends(shown[:, layer][seen]) for layer in range(shown.shape[1])],
                "target": _ends(shown[:, list(trace.target_layers)].mean(1)[seen]),
                "all": _ends(shown.mean(1)[seen]),
            }
    return found


def _ends(values: np.ndarray) -> list[float]:
    if not values.size:
        return [0.0, 0.0, 0.0]
    above = values[values > 0]
    smallest = float(above.min()) if above.size else 0.0
    return [float(values.max()), float(np.percentile(values, 99.0)), smallest]


def _step(step: Step) -> dict[str, Any]:
    return {**asdict(step), "rejected": step.rejected}


def _part_shares(trace: Trace) -> list[list[float] | None]:
    """`metrics.shares` of every step's saliency over the target layers, in PARTS' order; None where a row is 0."""
    rows = trace.saliency[:, list(trace.target_layers)].mean(axis=1, dtype=np.float32)
    sums = metrics.part_sums(trace, rows)
    return [np.round(row / row.sum(), 6).tolist() if row.any() else None for row in sums]


def _rows(attention: np.ndarray, saliency: np.ndarray, norm: np.ndarray) -> dict[str, Any]:
    return {
        "shape": [int(length) for length in attention.shape],
        "attention": _base64(attention, "<f2"),
        "saliency": _base64(saliency, "<f2"),
        "norm": _base64(norm, "<f4"),
    }


def _base64(values: np.ndarray, dtype: str) -> str:
    return base64.b64encode(np.ascontiguousarray(values, dtype).tobytes()).decode("ascii")


def _fractions(trace: Trace) -> np.ndarray:
    """boxes over the size of the picture each one lies on, [image tokens, 4]; rounded to a hundredth of a pixel."""
    if not len(trace.boxes):
        return np.zeros((0, 4))
    sizes = np.array([picture.size for picture in trace.pictures], np.float64)
    return np.round(trace.boxes.astype(np.float64) / np.tile(sizes[trace.box_images.astype(int)], 2), 6)


def picture_side(count: int) -> int:
    """Pixels of the longer side of each of several pictures: fewer, the more there are."""
    return round(PICTURE_SIDE * min(1.0, (FULL_PICTURES / max(count, 1)) ** 0.5))


def _sums(trace: Trace) -> dict[str, Any]:
    """What every picture group got of each row, for a viewer that does not hold all rows: [steps, layers, groups + 1]
    of attention and row-normalised saliency, the last place the whole row's sum; norm as in rows."""
    keys, owner = trace.positions("image"), trace.box_images // trace.frames_per_token
    found = {}
    for kind in metrics.KINDS:
        rows = getattr(trace, kind).astype(np.float32)
        parts = [rows[:, :, keys[owner == group]].sum(-1) for group in range(len(trace.picture_groups))]
        found[kind] = np.stack([*parts, rows.sum(-1)], -1)
    return {
        "shape": list(found["attention"].shape),
        **{kind: _base64(values, "<f4") for kind, values in found.items()},
        "norm": _base64(trace.saliency_norm, "<f4"),
    }


def _picture(picture: Picture, side: int) -> dict[str, Any]:
    """What the model saw, as a data URI of at most `side` pixels; width and height in pixels of the seen region."""
    seen = picture.seen
    width, height = seen.size
    seen.thumbnail((side, side))
    buffer = BytesIO()
    if max(seen.size) <= 64:
        seen.save(buffer, "PNG")
        kind = "png"
    else:
        seen.save(buffer, "WEBP", quality=86, method=4)
        kind = "webp"
    source = f"data:image/{kind};base64,{base64.b64encode(buffer.getvalue()).decode('ascii')}"
    return {"src": source, "width": width, "height": height, "model_size": list(picture.size)}
