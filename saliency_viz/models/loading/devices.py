"""Where weights go and how small: devices, number types, 4- and 8-bit weights, several devices, LoRA adapters.

Ignores families. The optional packages (bitsandbytes, peft) are asked for with a sentence where they are missing.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import torch
from safetensors import SafetensorError
from transformers.utils.hub import cached_file

from ...errors import ModelError
from .checkpoint_io import FAULTS, first_line, not_found

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16, "float64": torch.float64}
QUANTIZATIONS = ("4bit", "8bit")
DEVICE_MAPS = ("auto", "balanced", "balanced_low_0", "sequential")


def device_of(device: str) -> torch.device:
    """ "auto" as CUDA, then MPS, then CPU; anything else as torch reads it. Raises ModelError, also where this machine
    has no such device."""
    if device != "auto":
        return _present(device)
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def _present(device: str) -> torch.device:
    try:
        where = torch.device(device)
    except (RuntimeError, TypeError) as error:
        raise ModelError(f"device must be auto, cpu, cuda, cuda:N or mps. Got {device!r}.") from error
    count = {"cpu": 1, "cuda": torch.cuda.device_count(), "mps": int(torch.backends.mps.is_available())}.get(where.type)
    if count is None:
        raise ModelError(f"device must be auto, cpu, cuda, cuda:N or mps. Got {device!r}.")
    if count == 0:
        raise ModelError(f"This machine has no {where.type.upper()} device torch can use. Choose --device cpu or auto.")
    if (where.index or 0) >= count:
        known = ", ".join(f"{where.type}:{index}" for index in range(count))
        raise ModelError(f"This machine has no {device!r}: torch can use {known} here. Choose one of them, or auto.")
    return where


def dtype_of(dtype: str, device: torch.device, config: Any) -> torch.dtype:
    """ "auto" as float32 on the CPU, elsewhere the checkpoint's own half precision. Raises ModelError."""
    if dtype != "auto":
        if dtype not in DTYPES:
            raise ModelError(f"dtype must be auto, {', '.join(DTYPES)}. Got {dtype!r}.")
        return DTYPES[dtype]
    own = getattr(config, "dtype", None)
    own = DTYPES.get(own, own) if isinstance(own, str) else own
    if device.type == "cpu":
        return torch.float32
    return own if own in (torch.bfloat16, torch.float16) else torch.bfloat16


def placing(
    device: torch.device, dtype: torch.dtype, quantization: str | None, device_map: str | dict[str, Any] | None
) -> dict[str, Any]:
    """Keyword arguments for from_pretrained; none for one device and full weights. Raises ModelError."""
    settings: dict[str, Any] = {}
    if device_map is not None:
        settings["device_map"] = _mapped(device_map)
    if quantization is not None:
        settings["quantization_config"] = _quantized(quantization, dtype)
        settings.setdefault("device_map", {"": device})
    return settings


def stored_quantization(config: Any) -> str | None:
    """How small a checkpoint's weights are stored: "4bit" or "8bit" (bitsandbytes), "gptq 4bit" and the like of other
    methods, or None for whole weights."""
    stored = getattr(config, "quantization_config", None) or {}
    stored = stored if isinstance(stored, dict) else stored.to_dict()
    for name in QUANTIZATIONS:
        if stored.get(f"load_in_{name}"):
            return name
    method = stored.get("quant_method")
    bits = stored.get("bits", stored.get("w_bit"))
    method = getattr(method, "value", method)
    return method and (f"{method} {bits}bit" if bits else str(method))


def weights_as(quantization: str | None, stored: str | None, name: str) -> str | None:
    """How small the weights will be: as stored, else as asked. Raises ModelError where the two differ."""
    if stored is not None and quantization not in (None, stored):
        raise ModelError(
            f"The weights of {name!r} are stored small already ({stored}) and cannot be made {quantization}. Load it "
            "without quantization, or choose the checkpoint with whole weights."
        )
    return stored or quantization


def _mapped(device_map: str | dict[str, Any]) -> str | dict[str, Any]:
    if isinstance(device_map, str) and device_map not in DEVICE_MAPS:
        try:
            return str(_present(device_map))
        except ModelError as error:
            raise ModelError(
                f"device_map must be one of {', '.join(DEVICE_MAPS)}, a device of this machine, or a map of modules to "
                f"devices. Got {device_map!r}."
            ) from error
    return device_map


def _quantized(quantization: str, dtype: torch.dtype) -> Any:
    if quantization not in QUANTIZATIONS:
        raise ModelError(f"quantization must be {' or '.join(QUANTIZATIONS)}, or None. Got {quantization!r}.")
    need("bitsandbytes", f"Weights in {quantization}")
    from transformers import BitsAndBytesConfig

    if quantization == "8bit":
        return BitsAndBytesConfig(load_in_8bit=True)
    return BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype=dtype
    )


def keep_gradients(network: Any) -> None:
    """Keep 4-bit layers on a path that has a gradient: on CPUs with AVX512-BF16, bitsandbytes 0.50 repacks the weights
    at the first call without one, for a kernel that silently ends the graph."""
    for module in network.modules():
        if hasattr(module, "support_avx512bf16_for_cpu"):
            module.support_avx512bf16_for_cpu = False


def need(package: str, what: str) -> None:
    """Raise ModelError unless an optional package is installed."""
    if find_spec(package) is None:
        raise ModelError(f"{what} needs one more package. Run: pip install {package}")


def need_packages(quantization: str | None, adapter: object) -> None:
    """Say what is missing before anything is downloaded. Raises ModelError."""
    if quantization in QUANTIZATIONS:
        need("bitsandbytes", f"Weights in {quantization}")
    if adapter is not None:
        need("peft", "A LoRA adapter")


def add_adapter(network: Any, adapter: str) -> None:
    """Put a LoRA adapter (hub id or directory, safetensors) on the loaded network, unmerged. Raises ModelError."""
    need("peft", "A LoRA adapter")
    try:
        cached_file(adapter, "adapter_model.safetensors")  # load_adapter would take pickled weights in its place
        report = network.load_adapter(adapter)
    except torch.OutOfMemoryError:
        raise
    except FAULTS as error:
        raise ModelError(
            f"The adapter {adapter!r} could not be put on this model: {not_found(adapter) or _adapter_fault(error)} "
            "Expected the directory or hub id of a LoRA adapter made for it."
        ) from error
    lost = list(getattr(report, "missing_keys", ()) or ()) + list(getattr(report, "unexpected_keys", ()) or ())
    if lost:
        raise ModelError(
            f"The adapter {adapter!r} does not fit this model: {len(lost)} of its weights have no place or are "
            f"missing (first: {sorted(lost)[0]}). Use the model it was trained on."
        )


def _adapter_fault(error: BaseException) -> str:
    if "ignore_mismatched_sizes" in str(error):
        return "its weights have other sizes than this model's, or than its own adapter_config.json says."
    if isinstance(error, SafetensorError):
        return f"its adapter_model.safetensors is damaged ({first_line(error).rstrip('.')})."
    return first_line(error)
