"""Command-line flags that several commands share, and the settings they make.

Ignores what is done with them. Fields keep the paper's names and symbols; ranges are checked by the settings.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .errors import SettingError
from .quick_imports import not_collecting
from .settings import FUSIONS, HISTORIES, SCORES, SGRS, Decoding, LocoRE, Recording, Sampling
from .whole_numbers import indices_from


def add_model_flags(command: argparse.ArgumentParser) -> None:
    """--model and how to load it."""
    command.add_argument("--model", default="demo", help="demo, a hub id, or a directory in the hub's format")
    add_loading_flags(command)


def add_loading_flags(command: argparse.ArgumentParser) -> None:
    """--device, --dtype, --revision, --quantization, --device-map, --adapter."""
    command.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:N or mps")
    command.add_argument("--dtype", default="auto", help="auto, float32, bfloat16 or float16")
    command.add_argument("--revision", help="commit or tag of a hub model")
    command.add_argument("--quantization", choices=("4bit", "8bit"), help="small weights, through bitsandbytes")
    command.add_argument("--device-map", choices=("auto",), help="spread a large model over all devices and the CPU")
    command.add_argument("--adapter", metavar="DIR", help="a LoRA adapter made for the model, through peft")


def add_sampling_flags(command: argparse.ArgumentParser) -> None:
    """Fields of Sampling."""
    group = command.add_argument_group("sampling")
    group.add_argument("--temperature", type=float, default=0.0, help="0 takes the most probable token")
    group.add_argument("--top-k", type=int, metavar="N", help="draw among the N most probable tokens")
    group.add_argument("--top-p", type=float, metavar="P", help="draw among the fewest tokens that hold probability P")
    group.add_argument("--seed", type=int, default=0, help="the same seed gives the same caption")


def add_method_flags(command: argparse.ArgumentParser) -> None:
    """Fields of SGRS, LocoRE and Recording, with the paper's symbols."""
    sgrs, locore, recording = SGRS(), LocoRE(), Recording()
    group = command.add_argument_group("SGRS (Eq. 6-7, Algorithm 1)")
    group.add_argument("--sgrs", action="store_true", help="reject candidates that the words before support too little")
    group.add_argument("--alpha", type=float, default=sgrs.alpha, help="share of the recent mean score to reach")
    group.add_argument("--candidates", type=int, default=sgrs.top_k, metavar="K", help="candidates of a step")
    group.add_argument(
        "--tries", type=int, default=sgrs.tries, metavar="R", help="candidates tried before the fallback"
    )
    group.add_argument("--sgrs-window", type=int, default=sgrs.window, metavar="W", help="how far back the mean looks")
    add_score_flags(group)
    group.add_argument("--lookahead", type=int, metavar="N", help="draft N tokens before looking; changes speed only")
    group = command.add_argument_group("LocoRE (Eq. 8-10)")
    group.add_argument("--locore", action="store_true", help="raise attention to the latest words")
    group.add_argument("--beta", type=float, help="the gain is 1 + beta; the model family's own (see: models) if unset")
    group.add_argument("--window", type=int, default=locore.window, metavar="W_S", help="how many words are raised")
    group.add_argument("--renormalize", action="store_true", help="let edited attention sum to 1 again")
    group = command.add_argument_group("recording")
    group.add_argument("--fusion", choices=FUSIONS, default=recording.fusion, help="attention and gradient (Fig. 9)")
    group.add_argument(
        "--target-layers", type=indices, metavar="A-B", help="layers the score is taken over; the deeper half if unset"
    )


def add_score_flags(group: Any) -> None:
    """Which scores SGRS takes, and which of them its threshold is the mean of."""
    sgrs = SGRS()
    group.add_argument(
        "--history",
        choices=HISTORIES,
        default=sgrs.history,
        help="scores the mean is over: all at the last W + 1 positions, of those the accepted, the last W accepted",
    )
    group.add_argument(
        "--score",
        choices=SCORES,
        default=sgrs.score,
        help="S: Eq. 6, that without 1/|J|, of the output before",
    )
    group.add_argument("--recent", type=int, default=sgrs.recent, metavar="N", help="outputs --score recent looks at")


def add_decoding_flags(command: argparse.ArgumentParser) -> None:
    """--decoding and --set."""
    group = command.add_argument_group("decoder (see: decoders)")
    group.add_argument("--decoding", metavar="NAME", help="vcd, pai, opera, ...: one of the decoders; plain if unset")
    group.add_argument(
        "--set",
        dest="values",
        nargs="+",
        default=[],
        metavar="SETTING=NUMBER",
        help="its settings; the authors' if unset",
    )


def decoding_of(options: argparse.Namespace) -> Decoding | None:
    """Decoding from the flags, None unless a decoder is named. Raises SettingError."""
    if options.decoding is None:
        if options.values:
            raise SettingError(f"--set needs --decoding NAME beside it. Got {options.values[0]}.")
        return None
    return Decoding.read(options.decoding, ",".join(options.values))


def sampling_of(options: argparse.Namespace) -> Sampling:
    """Sampling from the flags. Raises SettingError."""
    return Sampling(options.temperature, options.seed, options.top_k, options.top_p)


def sgrs_of(options: argparse.Namespace) -> SGRS | None:
    """SGRS from the flags, None unless it is on. Raises SettingError."""
    if not options.sgrs:
        return None
    return SGRS(
        options.candidates,
        options.tries,
        options.alpha,
        options.sgrs_window,
        options.target_layers,
        options.history,
        options.score,
        options.recent,
    )


def locore_of(options: argparse.Namespace, beta: float = LocoRE().beta) -> LocoRE | None:
    """LocoRE from the flags, None unless it is on. beta: the model family's, if none is given. Raises SettingError."""
    given = beta if options.beta is None else options.beta
    return LocoRE(given, options.window, options.renormalize) if options.locore else None


def recording_of(options: argparse.Namespace) -> Recording:
    """Recording from the flags. Raises SettingError."""
    return Recording(options.fusion, options.target_layers)


def quiet_load(options: argparse.Namespace, tell: Callable[[Any], None] | None = None) -> Any:
    """The model the flags ask for, without the libraries' own chatter on the terminal. tell: hears the progress; unset,
    a line on the terminal says it."""
    with not_collecting():
        quiet()
        from .models import load_model
    from .terminal import LoadingLine

    named = {name: getattr(options, name, None) for name in ("quantization", "device_map", "adapter")}
    more = {name: value for name, value in named.items() if value is not None}
    line = LoadingLine()
    tell = tell or (lambda loading: line.show(options.model, loading))
    return load_model(options.model, options.device, options.dtype, options.revision, **more, tell=tell)


def write_anything(*streams: Any) -> None:
    """A letter that a stream's encoding lacks (ASCII, cp1252) is written as its number: a caption that was paid for is
    never lost over it."""
    for stream in streams:
        if hasattr(stream, "reconfigure"):  # what tests and notebooks put in its place takes every letter
            stream.reconfigure(errors="backslashreplace")


def quiet() -> None:
    """Keep the libraries' own messages and bars off the terminal."""
    from logging import ERROR, getLogger

    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    getLogger("huggingface_hub").setLevel(ERROR)  # a line for every retry without a connection


def indices(text: str) -> tuple[int, ...]:
    """ "6-8" or "6,7,8" as indices."""
    try:
        return indices_from("the numbers", text)
    except SettingError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def numbers(text: str) -> list[float]:
    """ "0,0.3" as numbers."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"expected numbers with commas between. Got {text!r}") from error


def writable(name: str) -> Path:
    """A path that can be written, checked before the work is done."""
    path = Path(name).expanduser()
    is_new = not path.exists()
    if path.is_dir():
        raise SettingError(f"Expected a file to write. Got the folder {name}. Add a file name.")
    if not path.absolute().parent.is_dir():
        raise SettingError(f"There is no folder {path.absolute().parent} to save in. Make it first.")
    try:
        with open(path, "ab"):
            pass
    except OSError as error:
        raise SettingError(f"{name} cannot be written ({error.strerror}). Choose another place.") from error
    if is_new:
        path.unlink()
    return path
