"""Public data that tests compare with where a checkout has it beside itself; it is not part of this project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

FOLDER = Path(
    os.environ.get("SALIENCY_VIZ_EVALUATION", Path(__file__).resolve().parents[1].parent / "shared/evaluation")
)


def public(name: str) -> Path:
    """A file of the public data; skips the test where it is not there."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"needs {name} of the public evaluation data (SALIENCY_VIZ_EVALUATION names its folder)")
    return path
