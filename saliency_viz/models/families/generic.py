"""Any other vision-language model of transformers: spans from its image token, a grid where one can be inferred.

Ignores pixels where it would have to guess: the picture is then shown without an overlay.
"""

from __future__ import annotations

from dataclasses import replace
from math import isqrt
from typing import Any

import torch
from PIL import Image
from torch import Tensor
from transformers.cache_utils import DynamicCache

from ...attention import at_least_float32
from ...caches import FrozenCache, filled
from ...errors import ModelError, PromptError, SaliencyVizError
from ...recording import RecordingProbe
from ...trace import Picture
from ..base import LVLM, Boxes, Family, Prepared, Request
from ..boxes import crop_region, grid_boxes, no_pixels
from ..prepare import compose, inputs_of, png, rope_positions, whole
from .table import FAMILIES


def prepare(model: LVLM, request: Request) -> Prepared:
    """Chat template and spans of one request; boxes where the processor tells the grid, or a square one is plain."""
    inputs = inputs_of(model, request)
    inputs.pop("labels", None)
    token = image_token(model)
    found = inputs["input_ids"][0].tolist().count(token)
    grids = _grids(model, inputs, len(request.images), found)
    counts = [rows * columns for rows, columns in grids] or _counts(model, request, token, found)
    if not found or sum(counts) != found or not all(counts):
        raise PromptError(
            f"Expected {' + '.join(map(str, counts))} image tokens for {len(request.images)} picture(s), as for each "
            f"alone. The prompt has {found}, so it is not known which of them show which picture. Pass one picture."
        )
    positions, delta = rope_positions(model, inputs)
    pixels = inputs.get("pixel_values")
    single = isinstance(pixels, Tensor) and pixels.dim() == 4 and len(pixels) == len(request.images)  # no tiles
    pictures, boxes = [], []
    for index, image in enumerate(request.images):
        if grids:
            picture, part = _gridded(model, image, index, *grids[index])
        else:
            picture, part = _seen(model, image, index, counts[index], single)
        pictures.append(picture)
        boxes.append(part)
    return compose(model, request, {**inputs, **positions}, token, pictures, boxes, delta)


def _counts(model: LVLM, request: Request, token: int, found: int) -> list[int]:
    """Image tokens of every picture, each prepared alone: a prompt does not say where one ends and the next begins."""
    if len(request.images) == 1:
        return [found]
    alone = (inputs_of(model, replace(request, images=(image,))) for image in request.images)
    return [inputs["input_ids"][0].tolist().count(token) for inputs in alone]


def _grids(model: LVLM, inputs: dict[str, Any], pictures: int, found: int) -> list[tuple[int, int]]:
    """(rows, columns) of tokens of every picture as the processor tells them; none where it does not."""
    patches, merge = inputs.get("image_grid_thw"), getattr(model.processor.image_processor, "merge_size", None)
    if not isinstance(patches, Tensor) or not merge or patches.shape != (pictures, 3):
        return []
    grids = [(rows // merge, columns // merge) for time, rows, columns in patches.tolist() if time == 1]
    return grids if sum(rows * columns for rows, columns in grids) == found else []


def image_token(model: LVLM) -> int:
    """The id at image positions. Raises PromptError where the checkpoint does not name one."""
    for owner in (model.config, model.processor):
        for name in ("image_token_id", "image_token_index"):
            value = getattr(owner, name, None)
            if isinstance(value, int):
                return value
    raise PromptError(f"{model.info.name!r} names no image token, so it is not known where the picture lies.")


def _gridded(model: LVLM, image: Image.Image, picture: int, rows: int, columns: int) -> tuple[Picture, Boxes]:
    """The whole picture in rows x columns equal cells, each of merge x merge patches."""
    processor = model.processor.image_processor
    cell = processor.patch_size * processor.merge_size
    size = (columns * cell, rows * cell)
    return whole(image, size), grid_boxes(rows, columns, size, picture)


def _seen(model: LVLM, image: Image.Image, picture: int, tokens: int, single: bool) -> tuple[Picture, Boxes]:
    whole = (0.0, 0.0, float(image.width), float(image.height))
    try:
        region, size = crop_region(model.processor.image_processor, *image.size)
    except (TypeError, KeyError, AttributeError):
        return Picture(png(image), whole, image.size), no_pixels(tokens, picture)
    side = isqrt(tokens)
    if not single or side * side != tokens or size[0] != size[1]:
        return Picture(png(image), whole, image.size), no_pixels(tokens, picture)
    return Picture(png(image), region, size), grid_boxes(side, side, size, picture)


def refuse(config: Any, name: str) -> None:
    """Refuse, before anything else is downloaded, a config whose layers cannot be recorded. Raises ModelError."""
    text = config.get_text_config()
    others = [
        kind for kind in getattr(text, "layer_types", None) or () if not kind.endswith("attention") or "linear" in kind
    ]
    shared, crossed = getattr(text, "num_kv_shared_layers", None), getattr(text, "cross_attention_layers", None)
    reason = None
    if others:
        kinds = ", ".join(sorted(set(others)))
        reason = (
            f"{len(others)} of its {text.num_hidden_layers} layers ({kinds}) have no attention that could be recorded"
        )
    elif shared:
        reason = f"its last {shared} layers use the keys and values of layers before them, which is not recorded yet"
    elif crossed:
        reason = (
            f"it sees the picture by cross-attention in {len(crossed)} layers: picture and words share no attention"
        )
    if reason:
        raise ModelError(f"{name!r} ({config.model_type}) cannot be recorded: {reason}. {_choose()}")


def _choose() -> str:
    return f"Choose a model of one of these families: {', '.join(family.title for family in FAMILIES)}."


FAULTS = (ValueError, TypeError, KeyError, IndexError, RuntimeError, AttributeError, AssertionError)


def check(model: LVLM) -> None:
    """Refuse an unknown family that would give wrong numbers, with one grey picture and two tokens. Raises ModelError.

    No position of the prompt may see a later one; every layer must be recorded, with a gradient; and what is recorded
    over the cache must have the logits of the whole sequence run at once.
    """
    try:
        prepared = prepare(model, Request((Image.new("RGB", (64, 64), (120, 130, 140)),), "Describe the image."))
        fault = _causality_fault(model, prepared) or _recording_fault(model, prepared)
    except torch.OutOfMemoryError:
        raise
    except (SaliencyVizError, *FAULTS) as error:
        said = str(error).strip().splitlines() or [type(error).__name__]
        raise _refusal(
            model, f"is of a family this version does not know, and a trial run failed: {said[0]}"
        ) from error
    if fault:
        raise _refusal(model, fault)


def _refusal(model: LVLM, what: str) -> ModelError:
    return ModelError(f"{model.info.name!r} ({model.config.model_type}) {what.rstrip('.')}. {_choose()}")


def _same_words(model: LVLM, left: Tensor, right: Tensor) -> bool:
    """Logits that differ by no more than rounding adds up to, over their spread."""
    left, right = left.float(), right.float()
    rounding = max(0.01, 10 * torch.finfo(model.dtype).eps)
    return bool((left - right).norm() <= rounding * (right - right.mean()).norm())


@torch.no_grad()
def _causality_fault(model: LVLM, prepared: Prepared) -> str | None:
    """Whether the last layer's keys before the prompt's last token change with that token."""
    ids, keys = prepared.inputs["input_ids"], []
    other = next(token for token in prepared.prompt_ids if token not in (prepared.prompt_ids[-1], image_token(model)))
    for last in (ids[:, -1:], torch.full_like(ids[:, -1:], other)):
        cache = DynamicCache()
        model.network(**{**prepared.inputs, "input_ids": torch.cat([ids[:, :-1], last], 1)}, **model.remembering(cache))
        keys.append(filled(cache)[-1].keys[:, :, :-1].float())
    if torch.allclose(*keys, rtol=0, atol=0.05 * float(keys[0].std())):
        return None
    return (
        "lets positions of the prompt see later ones (a prefix language model), so that a row's gradient does not stay "
        "in its row: it cannot be recorded"
    )


def _recording_fault(model: LVLM, prepared: Prepared) -> str | None:
    """What is wrong with two rows recorded as decoding/session.py does it."""
    cache, start = DynamicCache(), len(prepared.prompt_ids) - 1
    with torch.no_grad():
        first = model.network(**prepared.inputs, **model.remembering(cache)).logits[0, -1].argmax()
        _rows(model, prepared, [first], start + 1, cache)
        at_once = model.network(**_longer(prepared, first), use_cache=False).logits[0, -1]
    frozen = FrozenCache(cache, start, start + 2)
    probe = RecordingProbe(frozen)
    with torch.enable_grad():
        logits = _rows(model, prepared, [prepared.prompt_ids[-1], first], start, frozen, probe=probe)
    missing = model.info.layers - len(probe.records)
    if missing:
        return (
            f"has {missing} of {model.info.layers} layers that do not go through transformers' attention interface, so "
            "its attention cannot be recorded"
        )
    outputs = [record.outputs for record in probe.records.values()]
    gradients = torch.autograd.grad(at_least_float32(logits).logsumexp(-1).sum(), outputs)
    if not all(gradient.isfinite().all() for gradient in gradients):
        return f"has no finite gradient in {model.info.dtype}, so its saliency cannot be recorded"
    if not _same_words(model, logits[-1].detach(), at_once):
        return (
            "gives other words over its cache than without one when called as this program calls it, so what would be "
            "recorded is not what it does"
        )
    return None


def _rows(model: LVLM, prepared: Prepared, tokens: list, start: int, cache: DynamicCache, **extra: Any) -> Tensor:
    first = start + prepared.rope_delta
    return model.network(
        input_ids=torch.tensor([[int(token) for token in tokens]], device=model.device),
        position_ids=torch.arange(first, first + len(tokens), device=model.device)[None],
        **model.remembering(cache),
        **extra,
    ).logits[0]


def _longer(prepared: Prepared, token: Tensor) -> dict:
    """The prefill inputs with one token more; the model finds positions by itself."""
    longer = {name: value for name, value in prepared.inputs.items() if name != "position_ids"}
    ids = longer["input_ids"]
    for name, value in longer.items():
        if isinstance(value, Tensor) and value.shape == ids.shape:
            more = token.view(1, 1) if name == "input_ids" else torch.full_like(value[:, :1], name == "attention_mask")
            longer[name] = torch.cat([value, more], dim=1)
    return longer


FAMILY = Family(
    "generic",
    "Other",
    (),
    prepare,
    beta=0.15,
    note="Not checked: spans come from the image token, boxes from the processor's grid or a square one; no video.",
)
