"""What was found, as a table for a terminal and as a block of Markdown to paste into an issue.

Ignores how it was found.
"""

from __future__ import annotations

import platform
from collections.abc import Sequence

import torch
import transformers

from .. import __version__
from ..models.base import LVLM
from .check import Check

MARKS = {"ok": "ok", "failed": "FAILED", "open": "open", "skipped": "-"}


def table(checks: Sequence[Check]) -> str:
    """A line for each check, and under it what is wrong."""
    width = max(len(check.name) for check in checks)
    lines = []
    for check in checks:
        lines.append(f"{MARKS[check.status]:<6}  {check.name:<{width}}  {check.figure}".rstrip())
        if check.sentence:
            lines.append(f"{'':<8}{check.sentence}")
    return "\n".join(lines)


def verdict(checks: Sequence[Check]) -> str:
    """One sentence for all."""
    failed = [check.name for check in checks if check.status == "failed"]
    unsure = [check.name for check in checks if check.status in ("open", "skipped")]
    if failed:
        return f"FAILED: {', '.join(failed)}. Please open an issue with the block below."
    rest = f" Not told here: {', '.join(unsure)}." if unsure else ""
    return f"All of {len(checks) - len(unsure)} checks passed.{rest}"


def markdown(model: LVLM, checks: Sequence[Check]) -> str:
    """Model, commit, device, versions, and the table."""
    info, device = model.info, model.device
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.machine()
    commit = f" at `{info.revision}`" if info.revision else ""
    versions = {
        "saliency_viz": __version__,
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "Python": platform.python_version(),
    }
    lines = [
        f"### `{info.name}`{commit}",
        "",
        f"{info.family}, {info.layers} layers, {info.heads} heads, {info.dtype}, {device.type} ({name}); "
        + ", ".join(f"{what} {version}" for what, version in versions.items()),
        "",
        "| check | result | figures |",
        "|---|---|---|",
    ]
    for check in checks:
        said = " ".join(filter(None, (check.figure, check.sentence))).replace("|", "\\|")
        lines.append(f"| {check.name} | {MARKS[check.status]} | {said} |")
    return "\n".join(lines)
