"""Boxes: what changes in the picture inside a token's box changes that token, and no other of its kind as much.

Ignores how boxes are computed. The vision tower's attention is silenced while this is looked at, so that a patch's
feature depends on its own pixels alone; what merges and projects patches stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ..models.base import LVLM, Prepared
from ..trace import Picture
from .check import Check
from .subject import Subject

LOOKED_AT = 6  # boxes
MIXING = ("self_attn.out_proj", "attn.proj", "attention.projection_layer", "attention.o_proj", "attn.out_proj")


class _Enough(Exception):
    """The features are there: the rest of the forward pass is not needed."""


def boxes_check(subject: Subject) -> Check:
    """Colours changed inside one box at a time, for a few boxes spread over the picture."""
    name = "boxes lie on their pixels"
    request = subject.request
    if subject.own is None or request is None:
        return Check(name, "skipped", "", "Random weights take no pictures.")
    model, boxes, (image,) = subject.model, subject.prepared.boxes, request.images
    shown = np.flatnonzero((boxes.box[:, 2] > boxes.box[:, 0]) & (boxes.box[:, 3] > boxes.box[:, 1]))
    if not len(shown):
        return Check(name, "open", "no box is known", "It is not known which pixels this model's image tokens show.")
    with _silenced(model) as silenced:
        before = features(model, subject.prepared)
        right, looked_at, wrong = 0, 0, ""
        spread = np.unique(np.linspace(0, len(shown) - 1, LOOKED_AT).round().astype(int))
        for token in shown[spread].tolist():
            changed = changed_inside(image, subject.prepared.pictures[0], boxes.box[token])
            if changed is None:
                continue
            after = features(model, model.family.prepare(model, replace(request, images=(changed,))))
            moved = ((after - before).norm(dim=1) / before.norm(dim=1).clamp_min(1e-12)).cpu()
            rivals = np.flatnonzero(boxes.scale == boxes.scale[token])
            most = int(rivals[int(moved[rivals].argmax())])
            looked_at, right = looked_at + 1, right + (most == token)
            if most != token and not wrong:
                wrong = f"Pixels changed inside the box of image token {token} change token {most} most."
    figure = f"{right} of {looked_at} boxes"
    if not looked_at:
        return Check(name, "open", figure, "The boxes looked at lie in padding. Pass another picture with --image.")
    if right == looked_at:
        return Check(name, "ok", figure)
    if not silenced:
        return Check(name, "open", figure, f"{wrong} But this vision tower's attention could not be silenced.")
    return Check(name, "failed", figure, wrong)


@contextmanager
def _silenced(model: LVLM) -> Iterator[bool]:
    """The vision tower without its attention's output while the block runs. Gives whether there was any to silence."""
    text = {id(module) for module in model.network.get_decoder().modules()}
    mixing = [
        module
        for name, module in model.network.named_modules()
        if name.endswith(MIXING) and id(module) not in text and hasattr(module, "weight")
    ]
    with ExitStack() as hooks:
        for module in mixing:
            handle = module.register_forward_hook(lambda module, args, output: torch.zeros_like(output))
            hooks.callback(handle.remove)
        yield bool(mixing)


@torch.no_grad()
def features(model: LVLM, prepared: Prepared) -> Tensor:
    """What enters the text model at the image positions, in their order: [image tokens, width] float32."""
    kept: list[Tensor] = []

    def keep(module: torch.nn.Module, args: tuple, kwargs: dict) -> None:
        kept.append(kwargs["hidden_states"] if "hidden_states" in kwargs else args[0])
        raise _Enough

    decoder = model.network.get_decoder()
    first = next(module for module in decoder.modules() if getattr(module, "layer_idx", None) == 0)
    handle = first.register_forward_pre_hook(keep, with_kwargs=True)
    try:
        model.network(**prepared.inputs, use_cache=False)
    except _Enough:
        pass
    finally:
        handle.remove()
    where = [place for span in prepared.spans if span.kind == "image" for place in range(span.start, span.stop)]
    return kept[0][0, where].float()


def changed_inside(image: Image.Image, picture: Picture, box: np.ndarray) -> Image.Image | None:
    """The upload with the colours inside a box of the seen picture changed; None if the box lies in padding."""
    left, top, right, bottom = picture.region
    across, down = (right - left) / picture.size[0], (bottom - top) / picture.size[1]
    pixels = np.asarray(image.convert("RGB")).copy()
    xs, ys = (left + box[0] * across, left + box[2] * across), (top + box[1] * down, top + box[3] * down)
    rows = slice(max(0, round(ys[0])), max(0, min(image.height, round(ys[1]))))
    columns = slice(max(0, round(xs[0])), max(0, min(image.width, round(xs[1]))))
    inside = pixels[rows, columns]
    if inside.shape[0] * inside.shape[1] < 0.6 * (xs[1] - xs[0]) * (ys[1] - ys[0]):
        return None
    pixels[rows, columns] = np.where(inside < 128, 255, 0)
    return Image.fromarray(pixels)
