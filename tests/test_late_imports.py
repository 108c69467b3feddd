"""The engine is imported late, by several threads at once, and none of them ends in a deadlock."""

from __future__ import annotations

import ast
import gc
import subprocess
import sys
from pathlib import Path

import pytest

import saliency_viz
from saliency_viz.quick_imports import not_collecting

ROOM = Path(__file__).resolve().parent.parent / "saliency_viz"
# One thread imports the package, slowly; a second asks for a part of it before the first has come to that part.
RACE = """
import importlib.abc, sys, threading, time
begun, failed = threading.Event(), []

class Slow(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "saliency_viz.models.base":
            begun.set()
            time.sleep(1)

sys.meta_path.insert(0, Slow())

def tried(act):
    try:
        act()
    except BaseException as error:
        failed.append(repr(error))

def package():
    from saliency_viz.serving.whole import import_whole
    import_whole()
    from saliency_viz.models import load_model

def part():
    begun.wait()
    {part}

threads = [threading.Thread(target=tried, args=(act,)) for act in (package, part)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(failed)
"""
PARTS = "from saliency_viz.models.loading.checkpoints import checkpoint_of"


def _race(part: str) -> str:
    run = subprocess.run([sys.executable, "-c", RACE.format(part=part)], capture_output=True, text=True, check=True)
    return run.stdout.strip()


@pytest.mark.slow
def test_threads_that_want_different_parts_all_get_them():
    assert _race(f"from saliency_viz.serving.whole import import_whole; import_whole(); {PARTS}") == "[]"


def _late(
    tree: ast.AST, names: tuple[str, ...] = ("models", "decoding")
) -> list[tuple[ast.FunctionDef, ast.ImportFrom]]:
    return [
        (function, node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.ImportFrom) and node.level >= 2 and (node.module or "").startswith(names)
    ]


@pytest.mark.parametrize("path", sorted([*ROOM.glob("serving/*.py"), *ROOM.rglob("ui/**/*.py")]), ids=lambda p: p.stem)
def test_whoever_imports_a_part_late_imports_the_whole_before(path):
    for function, node in _late(ast.parse(path.read_text(encoding="utf-8"))):
        calls = [
            n for n in ast.walk(function) if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "import_whole"
        ]
        assert any(call.lineno < node.lineno for call in calls), f"{path.name}:{node.lineno}: call import_whole() first"


def test_no_garbage_is_looked_for_while_a_part_is_imported_and_afterwards_as_before(monkeypatch):
    seen = []
    monkeypatch.setattr(
        saliency_viz, "import_module", lambda *names: seen.append(gc.isenabled()) or saliency_viz.errors
    )
    assert saliency_viz.__getattr__("SaliencyVizError") is saliency_viz.errors.SaliencyVizError
    assert seen == [False] and gc.isenabled()
    with pytest.raises(ValueError, match="x"), not_collecting():
        raise ValueError("x")
    assert gc.isenabled()
    with not_collecting():
        with not_collecting():
            pass
        assert not gc.isenabled()  # it was off before, and stays so
    assert gc.isenabled()
