"""Where weights go and how small: devices, number types, 4- and 8-bit weights, several devices, LoRA adapters.

Ignores families. The optional packages (bitsandbytes, peft) are asked for with a sentence where they are missing.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import torch
from transformers.utils import cached_file

from ..errors import ModelError

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16, "float64": torch.float64}
QUANTIZATIONS = ("4bit", "8bit")


def device_of(device: str) -> torch.device:
    """ "auto" as CUDA, then MPS, then CPU; anything else as torch reads it. Raises ModelError."""
    if device != "auto":
        try:
            return torch.device(device)
        except RuntimeError as error:
            raise ModelError(f"device must be auto, cpu, cuda, cuda:N or mps. Got {device!r}.") from error
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


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
        settings["device_map"] = device_map
    if quantization is not None:
        settings["quantization_config"] = _quantized(quantization, dtype)
        settings.setdefault("device_map", {"": device})
    return settings


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


def keep_gradients(network: torch.nn.Module) -> None:
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


def add_adapter(network: torch.nn.Module, adapter: str) -> None:
    """Put a LoRA adapter (hub id or directory, safetensors) on the loaded network, unmerged. Raises ModelError."""
    need("peft", "A LoRA adapter")
    try:
        cached_file(adapter, "adapter_model.safetensors")  # load_adapter would take pickled weights in its place
        report = network.load_adapter(adapter)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, AttributeError) as error:
        text = str(error).strip().splitlines()
        raise ModelError(
            f"The adapter {adapter!r} could not be put on this model: {text[0] if text else type(error).__name__} "
            "Expected the directory or hub id of a LoRA adapter made for it."
        ) from error
    lost = list(getattr(report, "missing_keys", ()) or ()) + list(getattr(report, "unexpected_keys", ()) or ())
    if lost:
        raise ModelError(
            f"The adapter {adapter!r} does not fit this model: {len(lost)} of its weights have no place or are "
            f"missing (first: {sorted(lost)[0]}). Use the model it was trained on."
        )
