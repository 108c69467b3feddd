"""From a name to a model: "demo", a hub id, or a local directory in the hub's format, as a frozen LVLM.

Ignores requests and decoding; what is read and where it is put are reading.py and placing.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from .. import attention
from ..paths import assets
from ..trace import ModelInfo
from . import generic
from .base import LVLM
from .placing import DTYPES, add_adapter, device_of, dtype_of, keep_gradients, placing
from .reading import read_config, read_network, read_processor

__all__ = ["DTYPES", "load_model"]


def load_model(
    name: str | Path = "demo",
    device: str = "auto",
    dtype: str = "auto",
    revision: str | None = None,
    quantization: str | None = None,
    device_map: str | dict[str, Any] | None = None,
    adapter: str | Path | None = None,
) -> LVLM:
    """Load a vision-language model, frozen and ready to be observed.

    name: "demo" (embedded), a hub id, or a directory. device: "auto" (CUDA, then MPS, then CPU) or a torch device.
    dtype: "auto" (float32 on the CPU, else the checkpoint's own half precision) or one of float32, bfloat16, float16,
    float64. quantization: "4bit" or "8bit" weights through bitsandbytes. device_map: "auto", or accelerate's map of
    modules to devices, instead of one device. adapter: a LoRA adapter's hub id or directory.
    Raises ModelError with a sentence when it cannot be found, read, or recorded.
    """
    where = device_of(device)
    source = str(assets() / "demo-model") if name == "demo" else str(name)
    config, family = read_config(source, str(name), revision)
    kind = dtype_of(dtype, where, config)
    settings = placing(where, kind, quantization, device_map)
    processor = read_processor(source, str(name), revision, config, family)
    network = read_network(source, str(name), revision, kind, **settings)
    if adapter is not None:
        add_adapter(network, str(adapter))
    keep_gradients(network)
    attention.register()
    network.set_attn_implementation({"text_config": attention.NAME})
    network.requires_grad_(False).eval()
    if not settings:
        network.to(where)
    text = network.config.get_text_config()
    model = LVLM(
        network=network,
        processor=processor,
        family=family,
        info=ModelInfo(
            name=str(name) if name == "demo" or not Path(source).is_dir() else Path(source).name,
            family=family.name,
            layers=text.num_hidden_layers,
            heads=text.num_attention_heads,
            dtype=str(kind).removeprefix("torch.") + (f" ({quantization} weights)" if quantization else ""),
            device=str(where) if device_map is None else f"device_map {device_map}",
            revision=getattr(config, "_commit_hash", None),
        ),
        stop_ids=_stop_ids(network),
        context=getattr(text, "max_position_embeddings", None),
    )
    if family is generic.FAMILY:
        generic.check(model)
    return model


def _stop_ids(network: torch.nn.Module) -> frozenset[int]:
    stop = network.generation_config.eos_token_id
    return frozenset() if stop is None else frozenset([stop] if isinstance(stop, int) else stop)
