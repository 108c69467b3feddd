"""Read in one direction: every module imports only what stands above it (tests/import_order.txt), and importing does
nothing visible."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import saliency_viz

from . import imports

tomllib = pytest.importorskip("tomllib", reason="comes with Python 3.11")
ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "saliency_viz"

WITHOUT_TORCH = (
    "errors",
    "whole_numbers",
    "settings",
    "terminal",
    "paths",
    "images",
    "trace_checks",
    "trace",
    "video",
    "scores",
    "figures",
)
WITH_GRADIO = ("ui", "bench", "__main__")
OPTIONAL = {
    "pillow_heif",
    "spaces",
    "mcp",
    "bitsandbytes",
    "playwright",
    "spacy",
    "lmms_eval",
}  # imported where they are used, with a sentence
PACKAGE_OF = {"PIL": "pillow"}  # distribution names that differ from the import

KNOWN = imports.modules(PACKAGE)
APP = imports.Module("saliency_viz", "", ROOT / "app.py")
ORDER = [line for line in (ROOT / "tests" / "import_order.txt").read_text().split("\n") if line and line[0] != "#"]


def room(name: str) -> str:
    """The noun a module belongs to: itself, or the folder directly under saliency_viz."""
    return name.split(".")[0]


def outside(module: imports.Module) -> set[str]:
    """Top-level names of other people's packages that a module imports."""
    names = {readings[0].split(".")[0] for readings, _ in module.imports()}
    return names - set(sys.stdlib_module_names) - {"saliency_viz"}


# ---- the order -------------------------------------------------------------------------------------------------------


def test_every_module_has_its_line_in_the_order():
    assert imports.unlisted(KNOWN, ORDER) == []


def test_every_module_imports_only_what_stands_above_it():
    assert imports.upward(KNOWN, ORDER) == []


def test_every_import_is_one_that_an_editor_can_follow():
    assert imports.by_string(KNOWN) == []


def test_no_chain_of_imports_comes_back_to_its_beginning():
    assert imports.cycles(KNOWN) == []


@pytest.mark.parametrize("name", [name for name in KNOWN if name])
def test_torch_and_gradio_stay_where_they_belong(name):
    if room(name) in WITHOUT_TORCH:
        assert not outside(KNOWN[name]) & {"torch", "torchvision", "transformers", "jaxtyping"}
    if room(name) not in WITH_GRADIO:
        assert "gradio" not in outside(KNOWN[name])


# ---- the checker itself, on a tree that is made up -------------------------------------------------------------------

TREE = {
    "__init__.py": "import importlib\n\ndef __getattr__(name):\n    return importlib.import_module(f'.{name}', 'pkg')",
    "low.py": "import os",
    "room/__init__.py": "",
    "room/base.py": "from ..low import thing",
    "room/top.py": "def late():\n    from . import base\n    from .. import low, __version__",
    "high.py": "import pkg.room.top\nfrom pkg.room import base\nfrom .room import VALUE",
}
PLACES = ["low", "room", "room.base", "room.top", "high"]


def tree(folder: Path, **changes: str) -> dict[str, imports.Module]:
    """The tree with some files changed; a double underscore stands for a folder."""
    for name, text in {**TREE, **{f"{key.replace('__', '/')}.py": text for key, text in changes.items()}}.items():
        file = folder / "pkg" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return imports.modules(folder / "pkg")


def complaints(known, order=PLACES):
    return [*imports.unlisted(known, order), *imports.upward(known, order), *imports.by_string(known)]


def test_a_tree_that_points_one_way_is_right(tmp_path):
    known = tree(tmp_path)
    assert set(known) == {"", *PLACES}
    assert imports.own_imports(known["room.top"], known) == {"room.base": 2, "low": 3}
    assert imports.own_imports(known["high"], known) == {"room.top": 1, "room.base": 2, "room": 3}
    assert complaints(known) == [] and imports.cycles(known) == []


@pytest.mark.parametrize(
    "text", ["from .high import x", "from . import low, high", "import pkg.high", "from pkg import high"]
)
@pytest.mark.parametrize("late", [False, True])
def test_an_upward_import_is_found_however_it_is_written(tmp_path, text, late):
    known = tree(tmp_path, low=f"def late():\n    {text}" if late else text)
    assert complaints(known) == [f"low, line {1 + late}, imports high, which stands later in the order"]


def test_an_upward_import_within_a_room_is_found(tmp_path):
    known = tree(tmp_path, room__base="from .top import late")
    assert complaints(known) == ["room.base, line 1, imports room.top, which stands later in the order"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("import importlib\nimportlib.import_module('pkg.low')", "pkg.low"),
        ("from importlib import import_module\nimport_module('.low', 'pkg')", ".low"),
        ("from importlib import import_module as load\nload('pkg.room.base')", "pkg.room.base"),
        ("name = 'low'\n__import__(f'pkg.{name}')", "pkg."),
    ],
)
def test_an_import_by_string_is_found(tmp_path, text, told):
    (found,) = complaints(tree(tmp_path, high=text))
    assert found.startswith(f"high, line 2, imports {told!r} by a string")


def test_other_peoples_modules_may_be_imported_by_string(tmp_path):
    assert complaints(tree(tmp_path, high="__import__('spaces')\n__import__('pkgother')\n__import__(NAME)")) == []


def test_a_module_without_a_line_and_a_line_without_a_module_are_found(tmp_path):
    known = tree(tmp_path, room__extra="")
    assert imports.unlisted(known, [*PLACES, "gone", "low"]) == [
        "gone is in the order, and there is no such module: remove its line",
        "low is in the order twice",
        "room.extra has no line in the order: add one after what it imports",
    ]


def test_a_cycle_is_told_once_with_every_module_of_it(tmp_path):
    known = tree(tmp_path, low="def late():\n    from .high import x")
    assert imports.cycles(known) == [
        "high imports room.base imports low imports high",
    ]
    assert imports.cycles(tree(tmp_path, low="", room__base="from .top import late")) == [
        "room.base imports room.top imports room.base"
    ]


# ---- what stands in requirements -------------------------------------------------------------------------------------


def test_every_imported_package_is_a_stated_requirement():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    stated = {line.split(">")[0].split("=")[0] for line in lines if line and not line.startswith("#")}
    comes_along = {
        "gradio_client",
        "tokenizers",
        "huggingface_hub",
        "fastapi",
        "starlette",
        "jinja2",
        "tqdm",
        "typeguard",
    }
    used = set().union(*(outside(module) for module in KNOWN.values()), outside(APP))
    assert {PACKAGE_OF.get(name, name) for name in used} - OPTIONAL - comes_along <= stated


def test_optional_extras_are_stated_with_one_range():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    lines = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8").splitlines()
    extras.pop("lmms")  # brings a hundred packages and pins of its own: not for every CI run
    assert set(sum(extras.values(), [])) <= set(lines)


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)


def test_importing_prints_nothing_and_loads_nothing_heavy():
    done = run(
        "import sys, saliency_viz\n"
        "heavy = {'torch', 'transformers', 'gradio', 'plotly', 'matplotlib', 'numpy', 'PIL'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_traces_and_figures_work_where_torch_and_gradio_are_not_installed():
    done = run(
        "import sys, importlib, pkgutil\n"
        "for name in ('torch', 'torchvision', 'transformers', 'gradio', 'jaxtyping'): sys.modules[name] = None\n"
        "import saliency_viz as sv, saliency_viz.images, saliency_viz.figures as figures\n"
        "for module in pkgutil.walk_packages(figures.__path__, 'saliency_viz.figures.'):\n"
        "    importlib.import_module(module.name)\n"
        "sv.Trace, sv.Video, sv.SGRS\n"
        "from tests.traces import example_trace\n"
        "assert len(example_trace().steps) == 11"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("name", saliency_viz.__all__)
def test_every_public_name_is_there(name):
    assert getattr(saliency_viz, name) is not None
    assert name in dir(saliency_viz)


def test_a_wrong_public_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'captoin'"):
        _ = saliency_viz.captoin
