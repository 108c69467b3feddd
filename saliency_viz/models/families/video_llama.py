"""VideoLLaMA3: the whole picture at its own shape, patches merged; of a video only the patches that change are kept.

Ignores Video-LLaMA2, which transformers does not have.
"""

from __future__ import annotations

import numpy as np

from ..base import LVLM, Boxes, Family, Prepared, Request
from ..boxes import grid_boxes
from ..prepare import compose, inputs_of, whole


def prepare(model: LVLM, request: Request) -> Prepared:
    """Chat template, pixels, spans and boxes of one request."""
    inputs = inputs_of(model, request)
    video = request.fps is not None
    kind = "video" if video else "image"
    patch = model.config.vision_config.patch_size
    grids = inputs[f"{kind}_grid_thw"].tolist()
    merges = inputs[f"{kind}_merge_sizes"].tolist()
    sizes, boxes = [], []
    for index, ((time, rows, columns), merge) in enumerate(zip(grids, merges, strict=True)):
        size = (columns * patch, rows * patch)
        sizes += [size] * (len(request.images) if video else 1)
        pictures = range(time) if video else [index]
        boxes += [grid_boxes(rows // merge, columns // merge, size, picture) for picture in pictures]
    if video and inputs.get("video_compression_mask") is not None:
        boxes = [_kept(Boxes.join(boxes), inputs["video_compression_mask"].cpu().numpy().astype(bool))]
    return compose(
        model,
        request,
        inputs,
        model.config.video_token_id if video else model.config.image_token_id,
        [whole(image, size) for image, size in zip(request.images, sizes, strict=True)],
        boxes,
    )


def _kept(boxes: Boxes, mask: np.ndarray) -> Boxes:
    return Boxes(boxes.box[mask], boxes.image[mask], boxes.scale[mask])


FAMILY = Family(
    "video_llama_3",
    "VideoLLaMA3",
    ("video_llama_3",),
    prepare,
    beta=0.15,
    video=True,
    note="Of a video, patches that hardly change from the frame before are left out by the model's own processor.",
)
