"""Video-LLaVA: CLIP-sized crops, pictures without and video frames with a class token in front.

Ignores frame sampling: the frames given are the frames seen (the checkpoint was trained on 8).
"""

from __future__ import annotations

from ...trace import Picture
from ..base import LVLM, Family, Prepared, Request
from ..boxes import crop_region, grid_boxes, no_pixels
from ..prepare import compose, inputs_of, png


def prepare(model: LVLM, request: Request) -> Prepared:
    """Chat template, pixels, spans and boxes of one request."""
    inputs = inputs_of(model, request)
    video = request.fps is not None
    processor = model.processor.video_processor if video else model.processor.image_processor
    patch = model.config.vision_config.patch_size
    class_token = video or model.config.vision_feature_select_strategy == "full"
    pictures, boxes = [], []
    for index, image in enumerate(request.images):
        region, size = crop_region(processor, *image.size)
        pictures.append(Picture(png(image), region, size))
        columns, rows = size[0] // patch, size[1] // patch
        if class_token:
            boxes.append(no_pixels(1, index))
        boxes.append(grid_boxes(rows, columns, (columns * patch, rows * patch), index))
    token = model.config.video_token_index if video else model.config.image_token_index
    return compose(model, request, inputs, token, pictures, boxes)


TEMPLATE = (  # Vicuna's, as the model's own examples write it
    "{% for m in messages %}{% if m['role'] == 'user' %}{{ 'USER: ' }}{% elif m['role'] == 'assistant' %}"
    "{{ 'ASSISTANT: ' }}{% endif %}"
    "{% for part in m['content'] %}{% if part['type'] in ('image', 'video') %}{{ '<' + part['type'] + '>\n' }}"
    "{% else %}{{ part['text'] }}{% endif %}{% endfor %}{{ '</s>' if m['role'] == 'assistant' else ' ' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}"
)
FAMILY = Family("video_llava", "Video-LLaVA", ("video_llava",), prepare, beta=0.15, video=True, template=TEMPLATE)
