"""What one file of a checkpoint leaves out and another one holds: filled in at load, or refused where they disagree.

Ignores what is missing from both: the model's own defaults hold there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import ModelError

SELECT = "vision_feature_select_strategy"
WITH_CLASS_TOKEN = ("clip_vision_model",)  # towers that put one feature before those of the patches


def fill_in(processor: Any, config: Any, written: Mapping[str, Any], name: str) -> None:
    """Give LLaVA's kin what they count image tokens by. written: config.json as it stands, without the defaults.

    Older checkpoints have it in the config alone, some in the processor alone. Raises ModelError.
    """
    vision: Any = getattr(config, "vision_config", None)
    if getattr(processor, "patch_size", 0) is None:
        processor.patch_size = _patch_size(vision, name)
    if getattr(processor, "num_image_tokens", 0) is None:
        processor.num_image_tokens = (vision.image_size // _patch_size(vision, name)) ** 2
    kind = getattr(vision, "model_type", None)
    if getattr(processor, "num_additional_image_tokens", None) == 0 and kind in WITH_CLASS_TOKEN:
        processor.num_additional_image_tokens = 1
    if hasattr(processor, SELECT):
        _select(processor, config, written, name)
    if not getattr(processor, "chat_template", None):
        processor.chat_template = getattr(processor.tokenizer, "chat_template", None)


def _patch_size(vision: Any, name: str) -> int:
    size = getattr(vision, "patch_size", None)
    if size is None:
        raise ModelError(
            f"Expected a patch size in the config or the processor of {name!r}. Neither names one, so it is not known "
            "how many tokens a picture takes. Download the checkpoint again, or choose another one."
        )
    return size


def _select(processor: Any, config: Any, written: Mapping[str, Any], name: str) -> None:
    theirs, ours = getattr(processor, SELECT), getattr(config, SELECT, "default")
    if theirs is None:
        setattr(processor, SELECT, ours)
    elif SELECT not in written and hasattr(config, SELECT):
        setattr(config, SELECT, theirs)
    elif theirs != ours:
        raise ModelError(
            f"The config of {name!r} has {SELECT} {ours!r}, its processor {theirs!r}: they would count a picture's "
            "tokens differently. One of them is another model's: download the checkpoint again."
        )
