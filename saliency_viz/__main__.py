"""The command line: caption, decodings, figures, film, open, models, verify, decoders, bench, evaluate and sweep.

Ignores the work: each command turns its flags into settings, calls the package and prints. What cannot be done ends
with one sentence on stderr and exit code 2; an interrupted run ends with 130.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from . import __version__, decodings_command, flags
from .errors import ImageError, SaliencyVizError, SettingError
from .evaluation import command as evaluation
from .settings import SGRS
from .verify import command as verification

PROMPT = "Describe the image."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code."""
    flags.write_anything(sys.stdout, sys.stderr)
    options = parser().parse_args(arguments)
    try:
        return options.run(options) or 0
    except SaliencyVizError as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output went away: nothing to tell it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


class _HelpWithDefaults(argparse.ArgumentDefaultsHelpFormatter):
    """Adds defaults to help texts, but not that a flag is off or unset."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return action.help if action.default in (None, False) else super()._get_help_string(action)


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    root = argparse.ArgumentParser(
        prog="saliency-viz",
        description="Caption an image with a vision-language model and see, token by token, what mattered.",
        epilog="The app in the browser: python app.py. Help on a command: saliency-viz COMMAND --help.",
    )
    root.add_argument("--version", action="version", version=f"saliency_viz {__version__}")
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (add, run, help_text) in COMMANDS.items():
        command = commands.add_parser(name, help=help_text, description=help_text, formatter_class=_HelpWithDefaults)
        add(command)
        command.set_defaults(run=run)
    return root


# ---- caption ---------------------------------------------------------------------------------------------------------


def _add_caption(command: argparse.ArgumentParser) -> None:
    command.add_argument("image", nargs="+", help="picture files; with --frames: one video file")
    flags.add_model_flags(command)
    command.add_argument("--prompt", default=PROMPT, help="what to ask")
    command.add_argument("--system", metavar="TEXT", help="a system prompt, where the model's template has one")
    command.add_argument("--max-new-tokens", type=int, default=64, metavar="N", help="longest caption")
    command.add_argument("--frames", type=int, metavar="N", help="the file is a video: look at N of its frames")
    command.add_argument("--out", metavar="FILE", help="save the trace here (see: figures, open)")
    command.add_argument("--table", action="store_true", help="print a tab-separated table of the steps instead")
    command.add_argument("--color", choices=("auto", "always", "never"), default="auto", help="colour by score")
    flags.add_sampling_flags(command)
    flags.add_method_flags(command)
    flags.add_decoding_flags(command)


def _caption(options: argparse.Namespace) -> int:
    settings = {
        "max_new_tokens": options.max_new_tokens,
        "sampling": flags.sampling_of(options),
        "sgrs": flags.sgrs_of(options),
        "locore": flags.locore_of(options),
        "lookahead": options.lookahead,
        "recording": flags.recording_of(options),
        "decoding": flags.decoding_of(options),
    }
    picture = _pictures(options)
    out = flags.writable(options.out) if options.out else None
    from .terminal import Progress, caption_text, facts, legend, steps_table, wants_color

    with Progress(options.max_new_tokens) as progress:
        progress.show(0, f"loading {options.model}")
        model = flags.quiet_load(options, progress.loading)
        from .decoding import Searching, stream_caption

        settings["locore"] = flags.locore_of(options, model.family.beta)
        progress.show(0, "reading the image")
        stream = stream_caption(model, picture, options.prompt, system=options.system, **settings)
        try:
            for event in stream.events():
                searching = f"searching, {event.length} tokens" if isinstance(event, Searching) else ""
                progress.show(getattr(event, "index", 0), getattr(event, "text", searching))
        except KeyboardInterrupt:
            stream.close()
            if out is not None and stream.trace.steps:
                stream.trace.save(out)
            raise
    trace = stream.trace
    color = wants_color(sys.stdout, options.color)
    print(steps_table(trace) if options.table else caption_text(trace, color))
    if color and not options.table:
        print(legend(trace))
    print(facts(trace), file=sys.stderr)
    if out is not None:
        trace.save(out)
        print(f"Saved {out}. Open it: saliency-viz open {out}", file=sys.stderr)
    return 0


def _pictures(options: argparse.Namespace) -> Any:
    if options.frames is None:
        from .images import load_images

        try:
            return list(load_images(options.image))
        except ImageError as error:
            raise ImageError(str(error).replace("Use Video.from_file", "Add --frames 8")) from error
    from .video import Video

    if len(options.image) != 1:
        raise SettingError(f"--frames takes one video file. Got {len(options.image)} files. Pass one.")
    return Video.from_file(options.image[0], options.frames)


# ---- figures, film, open, models -------------------------------------------------------------------------------------


def _add_figures(command: argparse.ArgumentParser) -> None:
    command.add_argument("trace", help="a trace saved by caption --out or by the app")
    command.add_argument("--out", default="figures", metavar="DIR", help="folder for the files; made if missing")
    command.add_argument("--formats", nargs="+", choices=FORMATS, default=list(FORMATS), help="file formats")
    command.add_argument(
        "--steps", type=flags.indices, metavar="A,B", help="tokens to single out, from 0; a choice if unset"
    )
    command.add_argument("--other", metavar="TRACE", help="a second run of the same picture, to compare with (Fig. 3)")


def _figures(options: argparse.Namespace) -> int:
    from .figures.paper import save_figures
    from .trace import Trace

    try:
        other = Trace.load(options.other) if options.other else None
        paths = save_figures(Trace.load(options.trace), Path(options.out), tuple(options.formats), options.steps, other)
    except OSError as error:
        raise SettingError(f"{options.out} cannot be written ({error.strerror}). Choose another folder.") from error
    for path in paths:
        print(path)
    return 0


def _add_film(command: argparse.ArgumentParser) -> None:
    command.add_argument("trace", help="a trace saved by caption --out or by the app")
    command.add_argument("--out", default="film.gif", metavar="FILE", help="ends in .gif or .mp4")
    command.add_argument("--kind", choices=("saliency", "attention", "both"), default="saliency", help="which map")
    command.add_argument(
        "--frames", choices=("all", "most"), default="all", help="of several: all, or each word's most looked-at one"
    )
    command.add_argument("--seconds", type=float, default=0.5, metavar="S", help="how long a word is shown")
    command.add_argument("--width", type=int, default=640, metavar="N", help="of the film, in pixels")


def _film(options: argparse.Namespace) -> int:
    from .figures.film.files import save_film
    from .trace import Trace

    out, trace = flags.writable(options.out), Trace.load(options.trace)
    how = {"seconds_per_token": options.seconds, "width": options.width, "shown": options.frames}
    print(save_film(trace, out, options.kind, **how))
    return 0


def _add_open(command: argparse.ArgumentParser) -> None:
    command.add_argument("trace", help="a trace saved by caption --out or by the app")
    command.add_argument("--host", default="127.0.0.1", help="address to listen on; 0.0.0.0 lets other machines in")
    command.add_argument("--port", type=int, default=7860, help="port to listen on")


def _open(options: argparse.Namespace) -> int:
    from .trace import Trace

    trace = Trace.load(options.trace)
    from .ui import open_trace

    open_trace(trace, host=options.host, port=options.port)
    return 0


def _add_models(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print JSON")
    command.add_argument("--check", metavar="ID", help="the memory a hub id, directory or demo wants, from its config")
    command.add_argument("--tokens", type=int, default=640, metavar="N", help="with --check: of prompt and picture")
    command.add_argument("--new-tokens", type=int, default=128, metavar="N", help="with --check: of the caption")
    command.add_argument("--device", default="auto", help="with --check: auto, cpu, cuda, cuda:N or mps")
    command.add_argument("--dtype", default="auto", help="with --check: auto, float32, bfloat16 or float16")
    command.add_argument("--quantization", choices=("4bit", "8bit"), help="with --check: small weights")


def _models(options: argparse.Namespace) -> int:
    import json

    if options.check:
        return _check_memory(options)
    from .models.families import generic
    from .models.families.table import FAMILIES

    rows = [
        {
            "family": family.name,
            "title": family.title,
            "model_types": list(family.model_types),
            "video": family.video,
            "beta": family.beta,
            "note": family.note,
        }
        for family in (*FAMILIES, generic.FAMILY)
    ]
    if options.json:
        print(json.dumps(rows, indent=2))
        return 0
    print("demo: the embedded model of drawn scenes; any other name is a hub id or a directory in the hub's format.")
    print("Families that can be recorded (config.model_type in brackets; beta: LocoRE's default):")
    for row in rows:
        extra = ", takes video" if row["video"] else ""
        note = f" {row['note']}" if row["note"] else ""
        types = ", ".join(row["model_types"]) or "any other, if a trial shows that it can be recorded"
        print(f"  {row['title']} [{types}], beta {row['beta']:g}{extra}.{note}")
    return 0


def _check_memory(options: argparse.Namespace) -> int:
    flags.quiet()
    from .models.memory.report import check

    how = {"dtype": options.dtype, "quantization": options.quantization, "device": options.device}
    print(check(options.check, options.tokens, options.new_tokens, **how))
    return 0


# ---- bench and sweep -------------------------------------------------------------------------------------------------


def _add_decoders(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print JSON")


def _decoders(options: argparse.Namespace) -> int:
    import json
    from dataclasses import asdict

    from .decoding.decoders import DECODERS

    if options.json:
        rows = [{**asdict(row), "make": row.make is not None} for row in DECODERS]
        print(json.dumps(rows, indent=2))
        return 0
    for row in DECODERS:
        print(f"{row.name:<9} {row.title} ({row.paper})")
        print(f"{'':<9}   {row.formula or f'not here: {row.absent}'}")
        for setting in row.settings:
            print(f"{'':<9}   {setting.name}={setting.default:g}: {setting.meaning}")
    return 0


def _add_bench(command: argparse.ArgumentParser) -> None:
    flags.add_model_flags(command)
    command.add_argument(
        "--shape", metavar="NAME", help="random weights of this shape: llava-1.5-7b, qwen2.5-vl-72b, tiny-llava, ..."
    )
    command.add_argument("--layers", type=int, metavar="N", help="with --shape: only N text layers")
    command.add_argument("--tokens", type=int, default=32, metavar="N", help="caption length")
    command.add_argument("--prompt-tokens", type=int, default=587, metavar="N", help="prompt length, at least")
    command.add_argument("--repeats", type=int, default=5, metavar="N", help="rounds the medians are taken over")
    command.add_argument(
        "--only", nargs="+", choices=(*PARTS, *ON_REQUEST), default=list(PARTS), help="what to measure"
    )
    command.add_argument("--visits", type=int, metavar="N", help="instead: the app's memory over N opened pages")
    command.add_argument(
        "--load", type=int, nargs="?", const=64, metavar="N", help="instead: the app under N sessions and attacks"
    )
    command.add_argument("--json", action="store_true", help="print JSON instead of the table")


def _bench(options: argparse.Namespace) -> int:
    try:
        from .bench import measure, ready_text, report_json
    except ModuleNotFoundError as missing:
        if missing.name != "saliency_viz.bench":
            raise
        raise SettingError(
            "The bench is not part of the installed package. Run it in a checkout of the repository."
        ) from None
    from .terminal import Progress

    with Progress(0) as progress:
        ready = (lambda report: None) if options.json else (lambda report: progress.print(ready_text(report)))
        report = measure(options, progress.say, ready)
    if options.json:
        print(report_json(report))
    return 0


def _add_sweep(command: argparse.ArgumentParser) -> None:
    flags.add_model_flags(command)
    command.add_argument("--alpha", type=flags.numbers, default="0,0.3,0.6,0.9", metavar="A,B", help="SGRS; 0 is off")
    command.add_argument("--beta", type=flags.numbers, default="0,0.15,0.2,1.0", metavar="A,B", help="LocoRE; 0 is off")
    flags.add_score_flags(command)
    command.add_argument("--scenes", type=int, default=50, metavar="N", help="held-out scenes to caption")
    command.add_argument("--temperature", type=float, default=0.0, help="0 takes the most probable token")
    command.add_argument("--seed", type=int, default=0, help="of the first scene; the next scene takes the next")
    command.add_argument("--world", choices=("held-out", "combinations", "style"), default="style", help=WORLD_HELP)
    command.add_argument("--csv", metavar="FILE", help="also write the numbers here")
    command.add_argument("--figure", metavar="FILE", help="also draw them here (.png, .svg or .pdf)")
    command.add_argument("--json", action="store_true", help="print JSON instead of the table")


def _sweep(options: argparse.Namespace) -> int:
    csv, figure = (flags.writable(name) if name else None for name in (options.csv, options.figure))
    if figure is not None and figure.suffix[1:] not in FORMATS:
        raise SettingError(f"--figure must end in .png, .svg or .pdf. Got {options.figure}.")
    from .evaluation.sweep import csv_text, json_text, sweep, table
    from .terminal import Progress

    with Progress(len(options.alpha) * len(options.beta) * max(options.scenes, 0)) as progress:
        progress.show(0, f"loading {options.model}")
        rows = sweep(
            flags.quiet_load(options, progress.loading),
            options.alpha,
            options.beta,
            options.scenes,
            options.temperature,
            seed=options.seed,
            world=options.world,
            base=SGRS(history=options.history, score=options.score, recent=options.recent),
            tell=progress.show,
        )
    print(json_text(rows) if options.json else table(rows))
    if csv is not None:
        csv.write_text(csv_text(rows), encoding="utf-8")
    if figure is not None:
        from .figures.paper.style import save
        from .figures.paper.sweep import sweep_figure

        note = f"{options.model}, {options.scenes} demo scenes ({options.world}), temperature {options.temperature:g}."
        save(sweep_figure(rows, [note]), figure)
    return 0


def _fail(sentence: str) -> int:
    print(f"saliency-viz: {sentence}", file=sys.stderr)
    return 2


Command = tuple[Callable[[argparse.ArgumentParser], None], Callable[[argparse.Namespace], int], str]
WORLD_HELP = "scenes like those of its training, with kinds that never met there, or drawn in a style it never saw"
FORMATS = ("png", "svg", "pdf")
PARTS = ("saliency", "memory", "decoding", "methods", "decoders", "app", "clicks")
ON_REQUEST = ("equality", "captured")  # asked for by name only
COMMANDS: dict[str, Command] = {
    "caption": (_add_caption, _caption, "caption pictures; print the caption coloured by how much its past mattered"),
    "decodings": (decodings_command.add, decodings_command.run, "decode one picture in several ways; print one table"),
    "figures": (_add_figures, _figures, "draw a saved trace for a paper"),
    "film": (_add_film, _film, "play a saved caption word by word with its map, as GIF or MP4"),
    "open": (_add_open, _open, "show a saved trace in the browser; needs no model"),
    "models": (_add_models, _models, "list the model families that can be recorded"),
    "verify": (verification.add, verification.run, "prove here that a model is recorded as it is"),
    "decoders": (_add_decoders, _decoders, "list the decoders of Table 1 and their settings"),
    "bench": (_add_bench, _bench, "measure speed and memory here"),
    "evaluate": (evaluation.add, evaluation.run, "score answers on public benchmarks; test what saliency tells"),
    "sweep": (_add_sweep, _sweep, "SGRS and LocoRE over a grid of settings, on demo scenes whose truth is known"),
}

if __name__ == "__main__":
    sys.exit(main())
