"""docs/features.md names no test that does not exist, and no file that is not there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "docs" / "features.md").read_text(encoding="utf-8")


def test_every_named_test_exists():
    defined = {
        name
        for file in (ROOT / "tests").glob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)
    }
    named = set(re.findall(r"`(test_\w+)`", TEXT))
    assert len(named) > 30
    assert named <= defined, sorted(named - defined)


def test_every_named_file_exists():
    named = set(re.findall(r"`((?:tests|docs|saliency_viz)/[\w/.]+)`", TEXT)) | {"docs/models.md"}
    assert [name for name in named if not (ROOT / name).is_file()] == []
