"""How `evaluate` prints: text, or JSON, and the flags for it. Ignores what is printed (`tables`)."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Mapping
from typing import Any


def show(report: Any, as_json: bool, text: Callable[[Any], str]) -> None:
    """JSON or text on stdout."""
    print(json.dumps(_finite(report), indent=2, allow_nan=False) if as_json else text(report))


def _finite(value: Any) -> Any:
    """JSON has no word for an undefined number but null."""
    if isinstance(value, Mapping):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def add_json(task: argparse.ArgumentParser) -> None:
    task.add_argument("--json", action="store_true", help="print JSON instead of tables; shares lie in 0..1")


def add_partial(task: argparse.ArgumentParser) -> None:
    task.add_argument("--partial", action="store_true", help="score what is there when a file lacks some items")
