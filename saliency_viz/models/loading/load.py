"""From a name to a model: "demo", a hub id, or a local directory in the hub's format, as a frozen LVLM.

Ignores requests and decoding; what is read and where it is put are checkpoint_io.py and devices.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from ... import attention
from ...errors import ModelError
from ...memory import guarded, require
from ...numeric_state import numeric_state
from ...paths import embedded_model
from ...trace import ModelInfo
from ..base import LVLM
from ..families import generic
from ..memory.estimate import weights_of
from .checkpoint_io import FAULTS, read_config, read_network, read_processor
from .devices import (
    DTYPES,
    add_adapter,
    device_of,
    dtype_of,
    keep_gradients,
    need_packages,
    placing,
    stored_quantization,
    weights_as,
)
from .hub import Loading, Tell, fetch, find, weights_told

__all__ = ["DTYPES", "Loading", "load_model"]
ROOM = "Choose a smaller model, weights in 4 bits (--quantization 4bit), or close other programs."


def _silent(loading: Loading) -> None:
    """Nobody listens."""


@numeric_state()
def load_model(
    name: str | Path = "demo",
    device: str = "auto",
    dtype: str = "auto",
    revision: str | None = None,
    quantization: str | None = None,
    device_map: str | dict[str, Any] | None = None,
    adapter: str | Path | None = None,
    tell: Tell = _silent,
) -> LVLM:
    """Load a vision-language model, frozen and ready to be observed.

    name: "demo" (embedded), a hub id, or a directory. device: "auto" (CUDA, then MPS, then CPU) or a torch device.
    dtype: "auto" (float32 on the CPU, else the checkpoint's own half precision) or one of float32, bfloat16, float16,
    float64. quantization: "4bit" or "8bit" weights through bitsandbytes. device_map: "auto", or accelerate's map of
    modules to devices, instead of one device. adapter: a LoRA adapter's hub id or directory. revision: of the hub
    (None: the table's pinned commit, else the newest). tell: hears where loading stands, and may raise LoadCancelled.
    Raises ModelError with a sentence when it cannot be found, read, or recorded; MemoryLimitError when it cannot fit.
    """
    where = device_of(device)
    need_packages(quantization, adapter)
    found = find(str(embedded_model()) if name == "demo" else str(name), revision, tell)
    config, family = read_config(found.source, str(name), found.commit)
    kind = dtype_of(dtype, where, config)
    stored = stored_quantization(config)
    small = weights_as(quantization, stored, str(name))
    need_packages(small, adapter)
    settings = placing(where, kind, None if stored else quantization, device_map)
    if stored:
        settings.setdefault("device_map", {"": where})  # small weights are not moved afterwards
    if device_map is None:
        require(_size(config, kind, small), where, f"The model {Path(str(name)).name}", ROOM)
    source = fetch(found, tell)
    processor = read_processor(source, str(name), None, config, family)
    with guarded(where, ROOM):
        network = _frozen(source, str(name), kind, config, settings, adapter, tell)
        if not settings:
            network.to(where)
    dtype = _described(kind, small and f"{small} weights{', as stored' if stored else ''}", adapter)
    text = network.config.get_text_config()
    place = str(where) if device_map is None else f"device_map {device_map}"
    model = LVLM(
        network=network,
        processor=processor,
        family=family,
        info=_info(name, family.name, text, dtype=dtype, device=place, revision=found.commit),
        stop_ids=_stop_ids(network, processor.tokenizer),
        context=getattr(text, "max_position_embeddings", None),
        source=str(source),
    )
    if family is generic.FAMILY:
        generic.check(model)
        tell(Loading("note", text=family.note))
    return model


def _frozen(source, name: str, kind, config, settings: dict[str, Any], adapter: str | Path | None, tell: Tell):
    """The network with its weights, its attention recorded, its parameters not trained."""
    with weights_told(tell):
        network = read_network(source, name, None, kind, config, **settings)
    if adapter is not None:
        add_adapter(network, str(adapter))
    keep_gradients(network)
    attention.register()
    network.set_attn_implementation({"text_config": attention.NAME})
    network.requires_grad_(False).eval()
    return network


def _info(name: str | Path, family: str, text: Any, **kept: Any) -> ModelInfo:
    """What a trace keeps of a model. text: its text config. A directory by its name."""
    shown = Path(name).name if name != "demo" and Path(name).is_dir() else str(name)
    return ModelInfo(name=shown, family=family, layers=text.num_hidden_layers, heads=text.num_attention_heads, **kept)


def _described(kind: torch.dtype, weights: str | None, adapter: str | Path | None) -> str:
    """ "bfloat16 (4bit weights) + adapter NAME": a trace must say what changed the numbers. A directory by its name."""
    small = f" ({weights})" if weights else ""
    lora = f" + adapter {Path(adapter).name if Path(adapter).is_dir() else adapter}" if adapter is not None else ""
    return str(kind).removeprefix("torch.") + small + lora


def _size(config: Any, kind: torch.dtype, quantization: str | None) -> int:
    """Bytes of the weights; 0 where they cannot be counted before they are read."""
    try:
        return weights_of(config, kind.itemsize, quantization)[1]
    except (ModelError, *FAULTS):
        return 0


def _stop_ids(network: Any, tokenizer: Any) -> frozenset[int]:
    """What ends a caption: the generation settings' ids; where they name none, the text config's and tokenizer's."""
    own = _ids(network.generation_config.eos_token_id)
    text = getattr(network.config.get_text_config(), "eos_token_id", None)
    return own or _ids(text) | _ids(tokenizer.eos_token_id)


def _ids(stop: int | list[int] | None) -> frozenset[int]:
    return frozenset() if stop is None else frozenset([stop] if isinstance(stop, int) else stop)
