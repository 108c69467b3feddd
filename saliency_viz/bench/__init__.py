"""Speed and memory on this machine, in one run on one model: what the README's figures come from.

Ignores how a figure is measured (speed, memory and app) and how it is printed (rows).
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Callable

from ..errors import SettingError
from .rows import Report, Row, report_json, report_text
from .workload import Workload, real

__all__ = ["Report", "Row", "make_workload", "measure", "report_json", "report_text"]


def make_workload(options: argparse.Namespace, prompt_tokens: int) -> Workload:
    """The model of the flags (--shape before --model) with a prompt of at least so many tokens."""
    if options.shape is not None:
        from .shapes import random_workload

        return random_workload(
            options.shape, options.tokens, prompt_tokens, options.device, options.dtype, options.layers
        )
    from ..flags import quiet_load

    return real(quiet_load(options), options.tokens, prompt_tokens)


def measure(options: argparse.Namespace, tell: Callable[[str], None] = lambda text: None) -> Report:
    """Run the parts named by options.only. Raises SaliencyVizError subclasses when the model cannot be had."""
    for name, lowest in (("tokens", 2), ("prompt_tokens", 1), ("repeats", 1)):
        if getattr(options, name) < lowest:
            raise SettingError(f"--{name.replace('_', '-')} must be at least {lowest}. Got {getattr(options, name)}.")
    if options.visits is not None:
        from .visits import visit_rows

        rows = visit_rows(options.visits, options.tokens, options.model, tell)
        return Report(
            {"device": f"{os.cpu_count()} cores", "python": f"python {platform.python_version()}"},
            {"name": options.model, "tokens": f"{options.tokens} tokens written"},
            tuple(rows),
        )
    tell("loading the model")
    work = make_workload(options, options.prompt_tokens)
    rows: list[Row] = []
    if "saliency" in options.only:
        from .speed import saliency_rows

        rows += saliency_rows(work, options.repeats, tell)
    if "memory" in options.only:
        from .memory import memory_rows

        rows += memory_rows(lambda length: make_workload(options, length), options.prompt_tokens, tell)
    if "decoding" in options.only:
        from .speed import decoding_rows

        rows += decoding_rows(work, options.repeats, tell)
    if "methods" in options.only:
        from .speed import method_rows

        for temperature in (0.0, 1.0):
            rows += method_rows(work, options.repeats, tell, temperature)
    if "decoders" in options.only:
        from .decoders import decoder_rows

        rows += decoder_rows(work, options.repeats, tell)
    if "app" in options.only:
        from .app import app_rows

        model = f"random {options.shape}" if options.shape is not None else options.model
        rows += app_rows(work, model, options.device, options.dtype, options.repeats, tell)
    if "clicks" in options.only:
        from .clicks import click_rows

        rows += click_rows(tell)
    return Report(_machine(work), _model(work), tuple(rows))


def _machine(work: Workload) -> dict[str, str | int]:
    import torch
    import transformers

    device = work.model.device
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.processor() or platform.machine()
    return {
        "device": f"{device.type}: {name}",
        "cores": f"{os.cpu_count()} cores, {torch.get_num_threads()} threads",
        "python": f"python {platform.python_version()}",
        "torch": f"torch {torch.__version__}",
        "transformers": f"transformers {transformers.__version__}",
    }


def _model(work: Workload) -> dict[str, str | int]:
    info = work.model.info
    return {
        "name": info.name,
        "layers": f"{info.layers} layers",
        "heads": f"{info.heads} heads",
        "dtype": info.dtype,
        "prompt": f"prompt of {work.first} tokens",
        "tokens": f"{work.tokens} tokens written",
    }
