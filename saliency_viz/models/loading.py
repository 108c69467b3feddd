"""Reading a checkpoint: "demo", a hub id, or a local directory in the hub's format, into a frozen LVLM.

Ignores requests and decoding. Never runs code from a checkpoint, reads safetensors only, fills in no missing weight.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import AutoConfig, AutoModelForImageTextToText, AutoProcessor

from .. import attention
from ..errors import ModelError
from ..paths import assets
from ..trace import ModelInfo
from .base import LVLM, Family
from .table import FAMILIES, family_of

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16, "float64": torch.float64}


def load_model(
    name: str | Path = "demo", device: str = "auto", dtype: str = "auto", revision: str | None = None
) -> LVLM:
    """Load a vision-language model, frozen and ready to be observed.

    name: "demo" (embedded), a hub id, or a directory. device: "auto" (CUDA, then MPS, then CPU) or a torch device.
    dtype: "auto" (float32 on the CPU, else the checkpoint's own half precision) or one of float32, bfloat16, float16, float64.
    Raises ModelError with a sentence when it cannot be found, read, or recorded.
    """
    where = torch.device(_device(device))
    source = str(assets() / "demo-model") if name == "demo" else str(name)
    config, family = _config(source, str(name), revision)
    kind = _dtype(dtype, where, config)
    network, processor = _read(source, str(name), revision, kind)
    attention.register()
    network.set_attn_implementation({"text_config": attention.NAME})
    network.requires_grad_(False).eval().to(where)
    text = network.config.get_text_config()
    return LVLM(
        network=network,
        processor=processor,
        family=family,
        info=ModelInfo(
            name=str(name) if name == "demo" or not Path(source).is_dir() else Path(source).name,
            family=family.name,
            layers=text.num_hidden_layers,
            heads=text.num_attention_heads,
            dtype=str(kind).removeprefix("torch."),
            device=str(where),
            revision=getattr(config, "_commit_hash", None),
        ),
        stop_ids=_stop_ids(network),
        context=getattr(text, "max_position_embeddings", None),
    )


def _device(device: str) -> str:
    if device != "auto":
        try:
            return str(torch.device(device))
        except RuntimeError as error:
            raise ModelError(f"device must be auto, cpu, cuda, cuda:N or mps. Got {device!r}.") from error
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _dtype(dtype: str, device: torch.device, config: Any) -> torch.dtype:
    if dtype != "auto":
        if dtype not in DTYPES:
            raise ModelError(f"dtype must be auto, {', '.join(DTYPES)}. Got {dtype!r}.")
        return DTYPES[dtype]
    own = getattr(config, "dtype", None)
    own = DTYPES.get(own, own) if isinstance(own, str) else own
    return (
        torch.float32 if device.type == "cpu" else (own if own in (torch.bfloat16, torch.float16) else torch.bfloat16)
    )


def _config(source: str, name: str, revision: str | None) -> tuple[Any, Family]:
    try:
        config = AutoConfig.from_pretrained(source, revision=revision, trust_remote_code=False)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{name!r} could not be opened as a model: {_first_line(error)} "
            "Expected 'demo', a hub id such as llava-hf/llava-1.5-7b-hf, or a directory with config.json in it."
        ) from error
    family = family_of(config.model_type)
    if family is None:
        known = ", ".join(kind for row in FAMILIES for kind in row.model_types)
        raise ModelError(
            f"{name!r} is a {config.model_type!r} model, which is not a vision-language family this version records. "
            f"Known: {known}."
        )
    return config, family


def _read(source: str, name: str, revision: str | None, dtype: torch.dtype) -> tuple[torch.nn.Module, Any]:
    try:
        processor = AutoProcessor.from_pretrained(source, revision=revision, trust_remote_code=False)
        network, report = AutoModelForImageTextToText.from_pretrained(
            source,
            revision=revision,
            dtype=dtype,
            attn_implementation="sdpa",
            use_safetensors=True,
            trust_remote_code=False,
            output_loading_info=True,
        )
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError, AttributeError) as error:
        raise ModelError(
            f"The weights or the processor of {name!r} could not be read: {_first_line(error)} "
            "Check that the download is complete (config, processor, tokenizer, all safetensors shards)."
        ) from error
    lost = sorted(report["missing_keys"]) + sorted(str(key) for key in report.get("mismatched_keys", ()))
    if lost:
        raise ModelError(
            f"The checkpoint {name!r} lacks {len(lost)} of its weights (first: {lost[0]}). Nothing is filled in with "
            "random numbers: download it again."
        )
    if getattr(processor, "tokenizer", None) is None or getattr(processor, "image_processor", None) is None:
        raise ModelError(f"{name!r} has no image processor with a tokenizer. Expected a vision-language checkpoint.")
    if not getattr(processor, "chat_template", None):
        raise ModelError(f"{name!r} has no chat template, so a prompt cannot be built. Use an instruction-tuned model.")
    return network, processor


def _stop_ids(network: torch.nn.Module) -> frozenset[int]:
    stop = network.generation_config.eos_token_id
    return frozenset() if stop is None else frozenset([stop] if isinstance(stop, int) else stop)


def _first_line(error: BaseException) -> str:
    """The first sentence of a library's message, without its advice about tokens and URLs."""
    text = str(error).strip().splitlines()
    return (text[0].strip().rstrip(".") + ".") if text else f"{type(error).__name__}."
