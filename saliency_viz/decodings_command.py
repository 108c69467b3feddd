"""The command `decodings`: one picture decoded in several ways, as one table.

Ignores how captions are made and what a line says (figures/rows/decodings.py).
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from . import flags
from .errors import SettingError

USUAL = ("plain", "sgrs", "locore", "sgrs+locore")
HEADS = ("decoding", "changed", "score", "rejected", "seconds", "caption")


def add(command: argparse.ArgumentParser) -> None:
    """A picture, a model, and the decodings by name."""
    command.add_argument("image", help="a picture file")
    flags.add_model_flags(command)
    command.add_argument("--prompt", default="Describe the image.", help="what to ask")
    command.add_argument("--max-new-tokens", type=int, default=64, metavar="N", help="longest caption")
    command.add_argument(
        "--decodings",
        nargs="+",
        default=list(USUAL),
        metavar="NAME",
        help="plain, sgrs, locore, a decoder (see: decoders), several joined by +, as vcd:alpha=2; or all",
    )
    flags.add_sampling_flags(command)
    command.add_argument("--json", action="store_true", help="print JSON instead of the table")


def run(options: argparse.Namespace) -> int:
    """0; a decoding that does not fit says so in its line."""
    from .evaluation.methods import method_of
    from .figures.rows.decodings import decoding_line
    from .images import load_image
    from .settings import DECODERS
    from .terminal import Progress

    names = [*USUAL, *DECODERS] if options.decodings == ["all"] else options.decodings
    methods = {name: method_of(name) for name in dict.fromkeys(names)}
    picture, plain, lines = load_image(options.image), None, []
    with Progress(len(methods)) as progress:
        progress.show(0, f"loading {options.model}")
        model = flags.quiet_load(options, progress.loading)
        from .decoding import caption

        given = {"max_new_tokens": options.max_new_tokens, "sampling": flags.sampling_of(options)}
        for name, method in methods.items():
            progress.show(len(lines), name)
            try:
                trace = caption(model, picture, options.prompt, **given, **method.keywords(model.family.beta))
            except SettingError as error:
                lines.append({"name": name, "refused": str(error)})
                continue
            plain = trace if name == "plain" else plain
            lines.append({"name": name, "caption": trace.text.strip(), **decoding_line(trace, plain)})
    if options.json:
        print(json.dumps(lines, ensure_ascii=False, indent=2))
    else:
        print(table(lines))
        sys.stderr.write("changed: words with a token that plain decoding did not write, of all words\n")
    return 0


def table(lines: list[dict[str, Any]]) -> str:
    """Lines under their heads, columns as wide as they need."""
    rows = [HEADS, *(_cells(line) for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS) - 1)]
    return "\n".join(
        "  ".join([*(cell.ljust(w) for cell, w in zip(row, widths, strict=False)), row[-1]]) for row in rows
    )


def _cells(line: dict[str, Any]) -> tuple[str, ...]:
    if "refused" in line:
        return (line["name"], "-", "-", "-", "-", f"not made: {line['refused']}")
    changed = "-" if line["changed"] is None or line["name"] == "plain" else f"{line['changed']}/{line['words']}"
    score = "-" if line["score"] is None else f"{line['score']:.3g}"
    return (line["name"], changed, score, str(line["rejected"]), f"{line['seconds']:.1f}", line["caption"])
