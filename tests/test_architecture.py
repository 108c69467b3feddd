"""docs/architecture.md is true: few files, each there, each with what a reader is sent to."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from . import imports

ROOT = Path(__file__).resolve().parents[1]
ROWS = re.findall(r"^\| `([^`]+)` \| `([^`]+)` \|", (ROOT / "docs/architecture.md").read_text(encoding="utf-8"), re.M)
KNOWN = imports.modules(ROOT / "saliency_viz")


def module(file: str) -> str:
    return file.removeprefix("saliency_viz/").removesuffix(".py").replace("/", ".")


def reached(name: str) -> set[str]:
    """Every module that one imports, itself or through others."""
    found, new = set(), {name}
    while new:
        found |= new
        new = {other for one in new for other in imports.own_imports(KNOWN[one], KNOWN)} - found
    return found


def test_a_newcomer_opens_at_most_fifteen_files():
    files = [file for file, _ in ROWS]
    assert 10 <= len(files) <= 15 and len(set(files)) == len(files)


@pytest.mark.parametrize(("file", "name"), ROWS)
def test_each_file_has_the_name_where_reading_begins(file, name):
    text = (ROOT / file).read_text(encoding="utf-8")
    assert re.search(rf"\b(def|class|import) {name}\b|^ {{2,4}}{name}\(", text, re.M)


def test_the_caption_s_files_lead_from_one_to_the_next():
    path = [module(file) for file, _ in ROWS if file.startswith("saliency_viz")]
    path = path[: path.index("saliency") + 1]
    assert len(path) == 8
    for place, name in enumerate(path[1:], 1):
        assert any(name in reached(before) for before in path[max(0, place - 2) : place]), name
