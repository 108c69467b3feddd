"""The app's flags, their defaults from the environment, and the engine they describe.

Ignores serving. Every flag is also an environment variable: --allow-any-model is SALIENCY_VIZ_ALLOW_ANY_MODEL.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ...serving.engine import Engine
from ...serving.model_key import QUANTIZATIONS
from ...serving.zerogpu import SIZES
from ...terminal import LoadingLine

DESCRIPTION = "Starts the page: flags and environment, the engine, and gradio's server with our files beside it."
PREFIX = "SALIENCY_VIZ_"
PHOTOGRAPHS = "Qwen/Qwen3-VL-4B-Instruct"  # fits a card of 16 GB; README.md has a Space fetch it while it is built


def has_gpu(environment: dict[str, str]) -> bool:
    """Whether there is an NVIDIA GPU here, or a share of one (ZeroGPU), found without torch."""
    return is_zero_gpu(environment) or Path("/dev/nvidiactl").exists()


def is_zero_gpu(environment: dict[str, str]) -> bool:
    """Whether this is a Space on shared GPUs."""
    return environment.get("SPACES_ZERO_GPU", "").lower() in ("1", "t", "true")


def parser(environment: dict[str, str]) -> argparse.ArgumentParser:
    """Every flag, with its default from the environment: --allow-any-model is SALIENCY_VIZ_ALLOW_ANY_MODEL."""
    spaces = "SPACE_ID" in environment
    host = environment.get("GRADIO_SERVER_NAME") or ("0.0.0.0" if spaces else "127.0.0.1")
    flags = argparse.ArgumentParser(
        prog="app.py", description=DESCRIPTION, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )

    def add(name: str, default: Any, text: str, **options: Any) -> None:
        key = PREFIX + name.upper().replace("-", "_")
        if options.get("action") == "store_true":
            default = environment.get(key, str(default)).lower() in ("1", "true", "yes", "on")
        elif options.get("action") == "append":
            default = [part.strip() for part in environment.get(key, "").split(",") if part.strip()] or None
        else:
            default = environment.get(key, default)
        flags.add_argument(f"--{name}", default=default, help=text, **options)

    add("host", host, "address to listen on; 0.0.0.0 lets other machines in")
    add("port", environment.get("GRADIO_SERVER_PORT", "7860"), "port to listen on", type=int)
    first = PHOTOGRAPHS if spaces and has_gpu(environment) else "demo"
    add("model", first, "demo, a hub id or a directory; several with commas, the first is loaded at start")
    add("revision", None, "commit or tag of the named hub models, instead of the pinned one")
    add("device", "auto", "auto, cpu, cuda, cuda:N or mps")
    add("dtype", "auto", "auto, float32, bfloat16 or float16")
    add("quantization", None, "4bit or 8bit weights of the first model, through bitsandbytes")
    add("adapter", None, "a LoRA adapter for the first model, through peft: a hub id or a directory")
    add("device-map", None, "auto spreads a large model over all devices and the CPU")
    add("zero-size", None, "share of a ZeroGPU card: large (half, 48 GB) or xlarge (whole; twice the quota)")
    add("models-kept", None, "models held at once; unset, 1 on a GPU and 2 on the CPU, if they fit", type=int)
    add("unload-after-minutes", None, "free a model that nobody used for so long", type=float)
    add(
        "public",
        spaces,
        "treat visitors as strangers; on by itself with a --host others can reach",
        action="store_true",
    )
    add("allow-any-model", False, "let strangers name any model or adapter to load", action="store_true")
    add("only-named-models", False, "offer the models of --model and no others", action="store_true")
    add("auth", None, "user:password that visitors must give")
    add("max-new-tokens", 64, "length of a caption unless the visitor asks otherwise", type=int)
    add("max-new-tokens-limit", 256, "the most a visitor may ask for", type=int)
    add("seconds-limit", 300.0, "a run ends after this many seconds", type=float)
    add("runs-per-minute", None, "the most a visitor may start", type=int)
    add(
        "behind-proxy",
        spaces,
        "believe the headers of a reverse proxy: visitors' addresses, our name",
        action="store_true",
    )
    add("allowed-origin", None, "where visitors see the page, such as https://viz.example:8443; several with commas")
    add("max-queue", 32, "runs that may wait; the next is told to come back", type=int)
    add("metrics", False, "tell numbers for Prometheus at /metrics", action="store_true")
    add("report", None, "a report of evaluate report to show, or a folder of them; may be repeated", action="append")
    add("root-path", None, "path under which a reverse proxy serves the page, such as /viz")
    return flags


def is_public(options: argparse.Namespace) -> bool:
    """Whether strangers may come: told so, on a Space, or listening where other machines can reach it."""
    return options.public or options.host not in ("localhost", "::1") and not options.host.startswith("127.")


def engine_of(options: argparse.Namespace, zero: bool = False) -> Engine:
    """The engine the flags describe. zero: on ZeroGPU what was loaded at the start stays. Raises SystemExit."""
    for name, kinds in (("quantization", QUANTIZATIONS), ("device_map", ("auto",)), ("zero_size", SIZES)):
        if getattr(options, name) not in (None, *kinds):
            raise SystemExit(
                f"--{name.replace('_', '-')} must be {' or '.join(kinds)}. Got {getattr(options, name)!r}."
            )
    for name in ("models_kept", "unload_after_minutes", "runs_per_minute", "max_queue"):
        value = getattr(options, name)
        if value is not None and not value > 0:
            raise SystemExit(f"--{name.replace('_', '-')} must be more than 0. Got {value}.")
    names = tuple(name.strip() for name in options.model.split(",") if name.strip()) or ("demo",)
    if names != ("demo",) and "demo" not in names:
        names = (*names, "demo")
    return Engine(
        names,
        options.device,
        options.dtype,
        allow_any=options.allow_any_model or not (is_public(options) or options.only_named_models),
        seconds_limit=options.seconds_limit,
        table=not options.only_named_models,
        quantization=options.quantization,
        adapter=options.adapter,
        revision=options.revision,
        kept=options.models_kept,
        unload_after=None if zero else options.unload_after_minutes,
        device_map=options.device_map,
        tell=LoadingLine().show,
        zero_size=options.zero_size,
    )
