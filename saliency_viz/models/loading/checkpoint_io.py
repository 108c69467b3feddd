"""Config, weights and processor read from disk or hub, each fault as a sentence.

Ignores devices and requests. Never runs code from a checkpoint, reads safetensors only, fills in no missing weight.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from huggingface_hub import errors as hub_errors
from safetensors import SafetensorError
from transformers import AutoConfig, AutoModelForImageTextToText, AutoProcessor, PreTrainedConfig
from transformers.models.auto.modeling_auto import (
    MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
    MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES,
)

from ...errors import ModelError
from ..base import Family
from ..families import generic
from ..families.table import FAMILIES, family_of
from .hub import HUB_ID
from .missing_fields import fill_in

BAD_FIELD = getattr(hub_errors, "StrictDataclassError", ArithmeticError)  # older hub libraries check no config
FAULTS = (
    *(OSError, ValueError, LookupError, TypeError, RuntimeError, AttributeError, ImportError),
    *(ArithmeticError, BAD_FIELD, SafetensorError),
)
NUMBERED = re.compile(r"(.*\b(?:layers|layer|blocks))\.(\d+)\.")


def read_config(source: str, name: str, revision: str | None) -> tuple[Any, Family]:
    """A checkpoint's config and the table row that serves it ("generic" where there is none). Raises ModelError."""
    if reason := not_found(source):
        raise ModelError(_not_opened(name, reason))
    try:
        config = AutoConfig.from_pretrained(source, revision=revision, trust_remote_code=False)
    except FAULTS as error:
        raise ModelError(_not_understood(name, error)) from error
    return config, family_of(config.model_type) or _generic(config, name)


def not_found(name: str) -> str:
    """Why a name can be no directory and no hub id; empty if it can."""
    if not name.strip():
        return "the name is empty."
    if Path(name).is_file():  # transformers would read a config.json by its name, and look for nothing beside it
        return "it is a file."
    return "" if Path(name).is_dir() or HUB_ID.fullmatch(name) else "there is no directory of that name."


def _not_opened(name: str, reason: str) -> str:
    return (
        f"{name!r} could not be opened as a model: {reason} "
        "Expected 'demo', a hub id such as llava-hf/llava-1.5-7b-hf, or a directory with config.json in it."
    )


def _not_understood(name: str, error: BaseException) -> str:
    if isinstance(error, (ArithmeticError, BAD_FIELD)):
        return _bad_config(name, error)
    if "trust_remote_code" in str(error):
        return (
            f"{name!r} brings program code of its own, which is never run here. Expected a checkpoint in transformers' "
            "own format: look for one of the same model whose name ends in -hf."
        )
    return _not_opened(name, first_line(error))


def _bad_config(name: str, error: BaseException) -> str:
    return (
        f"The config.json of {name!r} holds values that no model can have: {first_line(error)} "
        "Download the checkpoint again, or correct the value."
    )


def _generic(config: Any, name: str) -> Family:
    kind = config.model_type
    known = ", ".join(row.title for row in FAMILIES)
    if kind in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES and kind not in MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES:
        raise ModelError(
            f"{name!r} is a text model ({kind}): it has no vision tower. Expected a vision-language model such as one "
            f"of {known}."
        )
    if kind not in MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES:
        raise ModelError(
            f"{name!r} is a {kind!r} model, which does not write text about pictures. Expected a vision-language model "
            f"such as one of {known}."
        )
    if config.is_encoder_decoder:
        raise ModelError(
            f"{name!r} is an encoder-decoder ({kind}): its picture and its words do not share one attention, so it "
            f"cannot be recorded. Expected a model such as one of {known}."
        )
    generic.refuse(config, name)
    return generic.FAMILY


def read_processor(source: str, name: str, revision: str | None, config: Any, family: Family) -> Any:
    """Tokenizer, image processor and chat template (the family's own where the checkpoint has none). What is missing
    is filled in, also in the config. Raises ModelError where something is missing everywhere or belongs elsewhere."""
    try:
        processor = AutoProcessor.from_pretrained(source, revision=revision, trust_remote_code=False)
    except FAULTS as error:
        raise ModelError(
            f"The processor of {name!r} could not be read: {_processor_fault(error)} {_remedy(error)}"
        ) from error
    if getattr(processor, "tokenizer", None) is None or getattr(processor, "image_processor", None) is None:
        raise ModelError(f"{name!r} has no image processor with a tokenizer. Expected a vision-language checkpoint.")
    fill_in(processor, config, _written(source, revision), name)
    processor.chat_template = processor.chat_template or family.template
    if not processor.chat_template:
        raise ModelError(f"{name!r} has no chat template, so a prompt cannot be built. Use an instruction-tuned model.")
    vocabulary = config.get_text_config().vocab_size
    if len(processor.tokenizer) > vocabulary:
        raise ModelError(
            f"The tokenizer of {name!r} has {len(processor.tokenizer)} tokens, its model {vocabulary}. The processor "
            "is that of another model: download the checkpoint again."
        )
    if family is not generic.FAMILY:  # others may write tokens that are not what the model replaces (Llama 4's tiles)
        _same_image_token(processor, config, name)
    return processor


def _written(source: str, revision: str | None) -> dict[str, Any]:
    """config.json as it stands, without what transformers adds."""
    return PreTrainedConfig.get_config_dict(source, revision=revision)[0]


def _processor_fault(error: BaseException) -> str:
    if "backend tokenizer" in str(error):
        return "it has no tokenizer files (tokenizer.json, or tokenizer.model)."
    return first_line(error)


def _remedy(error: BaseException) -> str:
    package = re.search(r"pip install (\S+?)[`'\".\s]", f"{error} ")
    if isinstance(error, ImportError) and package:
        return f"Run: pip install {package[1]}"
    return "Check that the download is complete (processor, tokenizer, chat template)."


def _same_image_token(processor: Any, config: Any, name: str) -> None:
    """The id the processor writes for a picture must be the one the model replaces (Gemma's is written for it)."""
    written, expected = getattr(processor, "image_token_id", None), getattr(config, "image_token_id", None)
    marks = {expected, getattr(config, "boi_token_index", None)}
    if isinstance(written, int) and isinstance(expected, int) and written not in marks:
        raise ModelError(
            f"The processor of {name!r} writes token {written} where a picture stands, its model expects {expected}. "
            "The processor is that of another model: download the checkpoint again."
        )


def read_network(source: str, name: str, revision: str | None, dtype: torch.dtype, config: Any, **placing: Any) -> Any:
    """The network, every weight from the checkpoint. placing: device_map, quantization_config. Raises ModelError."""
    try:
        loaded: Any = AutoModelForImageTextToText.from_pretrained(
            source,
            revision=revision,
            config=config,
            dtype=dtype,
            attn_implementation="sdpa",
            use_safetensors=True,
            trust_remote_code=False,
            output_loading_info=True,
            **placing,
        )
        network, report = loaded  # a pair, with output_loading_info
    except torch.OutOfMemoryError:
        raise
    except FAULTS as error:
        raise ModelError(_not_read(source, name, error)) from error
    lost = sorted(report["missing_keys"]) + sorted(str(key) for key in report.get("mismatched_keys", ()))
    if lost:
        raise ModelError(
            f"The checkpoint {name!r} lacks {len(lost)} of its weights (first: {lost[0]}). Nothing is filled in with "
            "random numbers: download it again."
        )
    left = _without_a_place(network, report["unexpected_keys"])
    if left:
        raise ModelError(
            f"The config of {name!r} leaves out {len(left)} of its weights (first: {left[0]}), so the model would be "
            "another than was trained. The config is that of another model: download the checkpoint again."
        )
    return network


def _without_a_place(network: Any, unexpected: Iterable[str]) -> list[str]:
    """Weights of layers that the config does not have, and biases it has no place for in one that it has. Other surplus
    is harmless: heads of the vision tower, tied or computed weights, layers that guess the token after next."""
    modules = dict(network.named_modules())
    guessing = getattr(network.config.get_text_config(), "num_nextn_predict_layers", None) or 0
    return [key for key in sorted(unexpected) if _is_lost(key, modules, guessing)]


def _is_lost(key: str, modules: dict[str, torch.nn.Module], guessing: int) -> bool:
    found = NUMBERED.match(key)
    layers = modules.get(found[1]) if found else None
    if found is None or not isinstance(layers, torch.nn.ModuleList):
        return False
    owner, _, kind = key.rpartition(".")
    weighted = isinstance(getattr(modules.get(owner), "weight", None), torch.nn.Parameter)
    return int(found[2]) >= len(layers) + guessing or (kind == "bias" and weighted)


def _not_read(source: str, name: str, error: BaseException) -> str:
    if isinstance(error, (ArithmeticError, BAD_FIELD)):
        return _bad_config(name, error)
    if "scaled_dot_product_attention" in str(error):
        return (
            f"{name!r} computes attention in a way of its own, which transformers cannot exchange, so it cannot be "
            f"recorded. Expected a model such as one of {', '.join(row.title for row in FAMILIES)}."
        )
    if "ignore_mismatched_sizes" in str(error):
        reason = "some weights have other sizes than the config says."
    else:
        reason = first_line(error)
    return f"The weights of {name!r} could not be read: {reason} {_weights_remedy(source, error)}"


def _weights_remedy(source: str, error: BaseException) -> str:
    folder = Path(source)
    if folder.is_dir() and not list(folder.glob("*.safetensors")):
        return "Expected safetensors files in the directory; other formats may carry code and are not read."
    if "bitsandbytes" in str(error) or "accelerate" in str(error):
        return "Install the package it names, or load without quantization or device_map."
    return "Check that the download is complete and undamaged (all safetensors shards): download it again."


def first_line(error: BaseException) -> str:
    """The first sentence of a library's message, without its advice about tokens and addresses."""
    if isinstance(error, BAD_FIELD) and error.__cause__ is not None:  # its own first line names a validator
        error = error.__cause__
    text = str(error).strip().splitlines()
    return (text[0].strip().rstrip(".") + ".") if text else f"{type(error).__name__}."
