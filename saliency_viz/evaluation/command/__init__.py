"""The command `evaluate`: its subcommands, each a row of a table of flags, work and help. Ignores the work."""

from __future__ import annotations

import argparse

from .examining import EXAMINING
from .running import RUNNING
from .scorers import SCORERS

TASKS = {**SCORERS, **RUNNING, **EXAMINING}


def add(command: argparse.ArgumentParser) -> None:
    """The subcommands of `evaluate`."""
    tasks = command.add_subparsers(dest="task", required=True, metavar="TASK")
    for name, (add_flags, run_task, help_text) in TASKS.items():
        task = tasks.add_parser(name, help=help_text, description=help_text)
        add_flags(task)
        task.set_defaults(run_task=run_task)


def run(options: argparse.Namespace) -> int:
    """The chosen subcommand."""
    return options.run_task(options) or 0
