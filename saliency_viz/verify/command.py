"""The command `verify`: its flags, its progress, its table, its block of Markdown, its exit code.

Ignores the checks themselves.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

from .. import flags
from ..whole_numbers import whole


def add(command: argparse.ArgumentParser) -> None:
    """A model by name, directory or shape."""
    command.add_argument("model", nargs="?", default="demo", help="demo, a hub id, or a directory in the hub's format")
    flags.add_loading_flags(command)
    command.add_argument("--shape", metavar="NAME", help="instead: random weights of this shape, such as tiny-llava")
    command.add_argument("--image", metavar="FILE", help="a picture of yours; an example scene if unset")
    command.add_argument("--prompt", default="Describe the image.", help="what to ask")
    command.add_argument("--tokens", type=int, default=24, metavar="N", help="caption length")
    command.add_argument("--markdown", metavar="FILE", help="also write the block to paste into an issue here")


def run(options: argparse.Namespace) -> int:
    """0 where every check passed, 1 where one failed; what cannot be tried at all is 2 (see __main__)."""
    from ..terminal import Progress
    from .proof import CHECKS, verify
    from .report import markdown, table, verdict

    whole("--tokens", options.tokens, 2)
    target = flags.writable(options.markdown) if options.markdown else None
    checks = []
    with Progress(len(CHECKS)) as progress:
        progress.show(0, f"loading {options.shape or options.model}")
        subject = _subject(options, progress.loading)
        for check in verify(subject, lambda name: progress.show(len(checks), name)):
            checks.append(check)
            if not progress.active:  # no terminal: a line for each, so that a log shows where it stands
                print(f"{len(checks)}/{len(CHECKS)} {check.name}: {check.status}", file=sys.stderr, flush=True)
    block = markdown(subject.model, checks)
    print(table(checks), verdict(checks), block, sep="\n\n")
    if target is not None:
        target.write_text(block + "\n", encoding="utf-8")
    return int(any(check.status == "failed" for check in checks))


def _subject(options: argparse.Namespace, tell: Callable[[Any], None]) -> Any:
    """What to verify."""
    from .proof import default_picture
    from .subject import Subject, subject_of

    if options.shape is not None:
        from .shapes import random_workload

        work = random_workload(options.shape, options.tokens, 640, options.device, options.dtype)
        return Subject(work.model, None, work.prepared, None, options.tokens)
    from ..images import load_image

    model = flags.quiet_load(options, tell)
    picture = load_image(options.image) if options.image else default_picture()
    return subject_of(model, picture, options.prompt, options.tokens)
