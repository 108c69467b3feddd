"""Speed and memory on this machine, in one run on one model: what the README's figures come from.

Ignores how a figure is measured (speed, memory and app) and how it is printed (rows).
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from ..errors import SettingError
from ..verify.workload import Workload, real
from .rows import Report, Row, ready_text, report_json

__all__ = ["Report", "Row", "make_workload", "measure", "ready_text", "report_json"]


def make_workload(options: argparse.Namespace, prompt_tokens: int) -> Workload:
    """The model of the flags (--shape before --model) with a prompt of at least so many tokens."""
    if options.shape is not None:
        from ..verify.shapes import random_workload

        return random_workload(
            options.shape, options.tokens, prompt_tokens, options.device, options.dtype, options.layers
        )
    from ..flags import quiet_load

    return real(quiet_load(options), options.tokens, prompt_tokens)


def measure(
    options: argparse.Namespace,
    tell: Callable[[str], None] = lambda text: None,
    ready: Callable[[Report], None] = lambda report: None,
) -> Report:
    """Run the parts named by options.only. ready: hears of the machine, the model and what will be needed, then of each
    part's rows as they come. Raises SaliencyVizError subclasses when the model cannot be had."""
    for name, lowest in (("tokens", 2), ("prompt_tokens", 1), ("repeats", 1)):
        if getattr(options, name) < lowest:
            raise SettingError(f"--{name.replace('_', '-')} must be at least {lowest}. Got {getattr(options, name)}.")
    if options.visits is not None or options.load is not None:
        from .load import load_rows
        from .visits import visit_rows

        machine = {"device": f"{os.cpu_count()} cores", "python": f"python {platform.python_version()}"}
        model = {"name": options.model, "tokens": f"{options.tokens} tokens written"}
        count, rows = (options.load, load_rows) if options.visits is None else (options.visits, visit_rows)
        report = Report(machine, model, tuple(rows(count, options.tokens, options.model, tell)))
        ready(report)
        return report
    tell("loading the model")
    work = make_workload(options, options.prompt_tokens)
    report = Report(_machine(work), _model(work) | _needs(work, options.only))
    ready(report)
    for part in [part for name in options.only for part in _parts(name, work, options, tell)]:
        rows = tuple(part())
        ready(replace(report, rows=rows))
        report = replace(report, rows=report.rows + rows)
    return report


def _parts(
    name: str, work: Workload, options: argparse.Namespace, tell: Callable[[str], None]
) -> list[Callable[[], list[Row]]]:
    """What is measured under a name of --only, as functions that give their rows."""
    from . import app, captured, clicks, decoders, equality, memory, speed

    model = f"random {options.shape}" if options.shape is not None else options.model
    return {
        "saliency": [partial(speed.saliency_rows, work, options.repeats, tell)],
        "memory": [
            partial(memory.memory_rows, lambda length: make_workload(options, length), options.prompt_tokens, tell)
        ],
        "decoding": [partial(speed.decoding_rows, work, options.repeats, tell)],
        "methods": [partial(speed.method_rows, work, options.repeats, tell, temperature) for temperature in (0.0, 1.0)],
        "decoders": [partial(decoders.decoder_rows, work, options.repeats, tell)],
        "equality": [partial(equality.equality_rows, work, tell)],
        "captured": [
            partial(rows, work, options.repeats, tell) for rows in (captured.captured_rows, captured.observing_rows)
        ],
        "app": [partial(app.app_rows, work, model, options.device, options.dtype, options.repeats, tell)],
        "clicks": [partial(clicks.click_rows, tell)],
    }[name]


def _needs(work: Workload, only: Sequence[str]) -> dict[str, str]:
    """What the parts will take beside the model, as far as it is much."""
    from ..memory import size_text
    from .eager import eager_bytes

    slow = [name for name in ("saliency", "memory") if name in only]
    if not slow:
        return {}
    return {"needs": f"one backward per token will take about {size_text(eager_bytes(work))}"}


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
