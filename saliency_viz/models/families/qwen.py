"""Qwen2-VL, Qwen2.5-VL and Qwen3-VL: the whole picture at its own shape, 2 x 2 patches merged into one token.

Ignores the module's memory of rope deltas: positions are computed here and passed with every call.
"""

from __future__ import annotations

from ..base import LVLM, Boxes, Family, Prepared, Request
from ..boxes import grid_boxes
from ..prepare import compose, inputs_of, rope_positions, whole

NOTE = "Of a video, one token shows two frames in turn; the views name both."


def prepare(model: LVLM, request: Request) -> Prepared:
    """Chat template, pixels, spans, boxes and 3-D rotary positions of one request."""
    inputs = inputs_of(model, request)
    positions, delta = rope_positions(model, inputs)
    video = request.fps is not None
    grids = inputs["video_grid_thw" if video else "image_grid_thw"].tolist()
    sizes, boxes = [], []
    stride = model.config.vision_config.temporal_patch_size
    for index, (time, rows, columns) in enumerate(grids):
        size = (columns * _patch(model), rows * _patch(model))
        sizes.append(size)
        frames = range(0, time * stride, stride) if video else [index]
        boxes += [_cells(model, rows, columns, size, frame) for frame in frames]
    if video:
        sizes *= len(request.images)
    return compose(
        model,
        request,
        {**inputs, **positions},
        model.config.video_token_id if video else model.config.image_token_id,
        [whole(image, size) for image, size in zip(request.images, sizes, strict=True)],
        boxes,
        delta,
        stride if video else 1,
    )


def _patch(model: LVLM) -> int:
    return model.config.vision_config.patch_size


def _cells(model: LVLM, rows: int, columns: int, size: tuple[int, int], picture: int) -> Boxes:
    merge = model.config.vision_config.spatial_merge_size
    return grid_boxes(rows // merge, columns // merge, size, picture)


QWEN2 = Family("qwen2_vl", "Qwen2-VL", ("qwen2_vl",), prepare, beta=0.20, video=True, note=NOTE)
QWEN2_5 = Family("qwen2_5_vl", "Qwen2.5-VL", ("qwen2_5_vl",), prepare, beta=0.20, video=True, note=NOTE)
QWEN3 = Family("qwen3_vl", "Qwen3-VL", ("qwen3_vl", "qwen3_vl_moe"), prepare, beta=0.20, video=True, note=NOTE)
