"""SmolVLM, SmolVLM2 and Idefics3: the picture in square tiles named by row and column, then the whole of it.

Ignores how tiles were chosen: rows and columns are read from the prompt the processor wrote.
"""

from __future__ import annotations

import re

from ...errors import PromptError
from ..base import LVLM, Boxes, Family, Prepared, Request
from ..boxes import grid_boxes, tile_boxes
from ..prepare import compose, inputs_of, whole
from ..text import runs_of

PLACE = re.compile(r"<row_(\d+)_col_(\d+)>")


def prepare(model: LVLM, request: Request) -> Prepared:
    """Chat template, tiles, spans and boxes of one request."""
    inputs = inputs_of(model, request)
    token = model.config.image_token_id
    ids = inputs["input_ids"][0].tolist()
    blocks = _blocks(model, ids, token)
    if len(blocks) != len(request.images):
        raise PromptError(
            f"Expected image tokens for {len(request.images)} picture(s). The prompt has {len(blocks)} blocks of them. "
            "Check the checkpoint's chat template and processor."
        )
    tile = int(inputs["pixel_values"].shape[-1])
    side = tile // model.config.vision_config.patch_size // model.config.scale_factor
    pictures, boxes = [], []
    for index, (image, places) in enumerate(zip(request.images, blocks, strict=True)):
        rows, columns = places[-1] if places else (1, 1)
        canvas = (columns * tile, rows * tile)
        pictures.append(whole(image, canvas))
        boxes += [tile_boxes(tile, row - 1, column - 1, side, index) for row, column in places]
        boxes.append(_whole(side, canvas, index, bool(places)))
    return compose(model, request, inputs, token, pictures, boxes)


def _whole(side: int, canvas: tuple[int, int], picture: int, thumbnail: bool) -> Boxes:
    return grid_boxes(side, side, canvas, picture, scale=int(thumbnail))


def _blocks(model: LVLM, ids: list[int], token: int) -> list[list[tuple[int, int]]]:
    """For every picture, in order, the (row, column) of its tiles, from 1; none if it is seen whole only."""
    blocks: list[list[tuple[int, int]]] = []
    places: list[tuple[int, int]] = []
    before = 0
    for start, stop in runs_of(ids, token):
        found = PLACE.findall(model.tokenizer.decode(ids[before:start]))
        if found:
            places.append((int(found[-1][0]), int(found[-1][1])))
        else:  # the whole picture closes its block
            blocks.append(places)
            places = []
        before = stop
    return blocks


FAMILY = Family("smolvlm", "SmolVLM", ("smolvlm",), prepare, beta=0.15, video=True)
IDEFICS3 = Family("idefics3", "Idefics3", ("idefics3",), prepare, beta=0.15)
