"""README and the pages of docs/ tell the truth: their commands, tables, tree and front matter are those of the code."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from pathlib import Path

import pytest

import saliency_viz
from saliency_viz import settings
from saliency_viz.__main__ import COMMANDS
from saliency_viz.images import MAX_BYTES, MAX_PIXELS, MAX_RATIO, MIN_SIDE, WORKING_SIDE

from .test_import_order import ORDER

tomllib = pytest.importorskip("tomllib", reason="comes with Python 3.11")
ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = (
    "README.md",
    *(f"docs/{name}.md" for name in ("serving", "api", "models", "method", "measured")),
    "CONTRIBUTING.md",
)
DOCS = "\n".join((ROOT / page).read_text(encoding="utf-8") for page in PAGES)
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
START = "python -m venv .venv && . .venv/bin/activate && pip install -r requirements.txt && python app.py"
TEST = "pip install -r requirements-dev.txt && python -m pytest"
NAMED = {"history": "HISTORIES", "score": "SCORES"}  # settings that are one of some names


def section(title: str) -> str:
    """The text under a heading, up to the next heading."""
    return re.split(r"\n#{1,3} ", DOCS.split(f"# {title}\n", 1)[1], maxsplit=1)[0]


def table(text: str) -> list[list[str]]:
    """Cells of the first table in a text, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def code(language: str) -> list[str]:
    """Fenced blocks of one language, of README first."""
    return re.findall(rf"```{language}\n(.*?)```", DOCS, re.S)


def names(cell: str) -> list[str]:
    """Words in backticks."""
    return re.findall(r"`([^`]+)`", cell)


def front_matter() -> dict[str, str]:
    lines = README.split("---\n")[1].splitlines()
    return {key: value.strip().strip('"') for key, value in (line.split(":", 1) for line in lines)}


def test_the_two_commands_are_there_and_ci_runs_the_second():
    blocks = [block.strip() for block in code("bash")]
    assert blocks[0] == START
    assert blocks[1] == TEST
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").rstrip().endswith("\n" + TEST)


def test_commands_name_files_that_are_there():
    assert all((ROOT / name).is_file() for name in ("requirements.txt", "requirements-dev.txt", "app.py"))


def test_the_spaces_front_matter_fits_the_code():
    matter = front_matter()
    pins = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert f"gradio=={matter['sdk_version']}\n" in pins
    assert (ROOT / matter["app_file"]).is_file()
    assert matter["license"].lower() == PYPROJECT["project"]["license"].lower() == "apache-2.0"
    assert len(matter["short_description"]) <= 60
    lowest = PYPROJECT["project"]["requires-python"].removeprefix(">=")
    assert tuple(map(int, matter["python_version"].split("."))) >= tuple(map(int, lowest.split(".")))
    assert f"Python {lowest} or newer" in README
    assert {matter["colorFrom"], matter["colorTo"]} <= {
        "red",
        "yellow",
        "green",
        "blue",
        "indigo",
        "purple",
        "pink",
        "gray",
    }


def test_the_table_of_flags_is_the_app_s():
    from saliency_viz.ui.server.flags import parser

    wanted = {}
    for action in parser({})._actions:
        if action.option_strings[-1] != "--help":
            wanted[action.option_strings[-1]] = {None: "none", False: "off"}.get(action.default, str(action.default))
    shown = {names(row[0])[0]: row[1].strip("`") for row in table(section("The app"))}
    assert shown == wanted


def test_the_table_of_commands_is_the_command_line_s():
    rows = table(section("Command line"))
    assert [names(row[0])[0] for row in rows] == list(COMMANDS)
    assert [row[1] for row in rows] == [help_text for _, _, help_text in COMMANDS.values()]


def test_every_example_of_a_command_is_understood():
    from saliency_viz.__main__ import parser

    lines = [line for block in code("bash") for line in block.splitlines() if "-m saliency_viz " in line]
    assert len(lines) >= 3
    for line in lines:
        parser().parse_args(line.split("-m saliency_viz ", 1)[1].split())


def test_the_table_of_names_is_the_public_face():
    shown = [name for row in table(section("Python")) for name in names(row[0])]
    assert sorted(shown) == sorted(set(saliency_viz.__all__) - {"__version__"})


def test_python_examples_use_what_exists():
    for block in code("python"):
        tree = ast.parse(block)
        used = {
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "sv"
        }
        assert all(hasattr(saliency_viz, name) for name in used)


def test_the_table_of_families_is_the_code_s():
    from saliency_viz.models import FAMILIES
    from saliency_viz.models.loading.checkpoints import checkpoint_of

    rows = table(section("Models"))
    shown = [(row[0], names(row[1]), row[5], row[6] == "yes") for row in rows]
    assert shown == [(f.title, list(f.model_types), f"{f.beta:g}", f.video) for f in FAMILIES]
    examples = [checkpoint_of(row[2].strip("`")) for row in rows]
    assert [one.family for one in examples] == [f.name for f in FAMILIES]


def test_the_table_of_settings_has_the_code_s_defaults_and_ranges():
    rows = table(section("The method, and our reading of it"))
    assert len(rows) == 10
    for row in rows:
        kind, name = names(row[0])[0].split(".")
        setting = getattr(settings, kind)
        default = next(field.default for field in fields(setting) if field.name == name)
        if isinstance(default, str):
            assert (row[2], row[3]) == (default, ", ".join(getattr(settings, NAMED[name])))
            continue
        assert row[2] == {True: "on", False: "off"}.get(default, f"{default:g}")
        if isinstance(default, bool):
            continue
        bounds = [float(number) for number in re.findall(r"\d+", row[3])]
        step = 1 if isinstance(default, int) else 0.01
        number = int if isinstance(default, int) else float
        setting(**{name: number(bounds[0])})
        for beyond in (bounds[0] - step, *(bound + step for bound in bounds[1:])):
            with pytest.raises(saliency_viz.SaliencyVizError):
                setting(**{name: number(beyond)})


def test_the_limits_of_pictures_are_the_code_s():
    text = " ".join(DOCS.split())
    assert f"reduced to {WORKING_SIDE} pixels on its long side" in text
    assert f"under {MIN_SIDE} x {MIN_SIDE} pixels, over {MAX_PIXELS // 10**6} megapixels" in text
    assert f"longer than {MAX_RATIO}:1 or over {MAX_BYTES // 2**20} MiB" in text


def test_the_tree_shows_every_part_in_the_order_of_imports():
    tree = next(block for block in code("text") if block.startswith("saliency_viz/"))
    inside = re.findall(r"^  ([\w.]+)/?\s", tree, re.M)
    assert all((ROOT / "saliency_viz" / name).exists() for name in inside)
    parts = [name.removesuffix(".py") for name in inside]
    exist = {
        path.stem
        for path in (ROOT / "saliency_viz").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert set(parts) == exist - {"__init__"}
    assert parts == [part for part in ORDER if part in parts]
    outside = re.findall(r"^([\w./]+?)/?\s", tree, re.M)
    assert all((ROOT / name).exists() for name in outside)


def test_local_links_lead_somewhere():
    for page in PAGES:
        links = re.findall(r"\]\(([^)#]+)\)", (ROOT / page).read_text(encoding="utf-8"))
        assert all(((ROOT / page).parent / link).exists() for link in links if "://" not in link), page


def test_files_named_in_the_text_exist():
    named = re.findall(r"`((?:decoding|models|figures|tests|demo|serving|ui)/[\w/]+\.py)`", DOCS)
    assert named and all((ROOT / name).exists() or (ROOT / "saliency_viz" / name).exists() for name in named)


LEFT_OUT = {"saliency_viz.bench", "saliency_viz.demo.train"}  # for a checkout only


def test_every_package_goes_into_the_wheel_but_bench_and_training():
    folders = (path.parent.relative_to(ROOT) for path in (ROOT / "saliency_viz").rglob("__init__.py"))
    found = {".".join(folder.parts) for folder in folders}
    assert set(PYPROJECT["tool"]["setuptools"]["packages"]) == found - LEFT_OUT | {"saliency_viz.assets"}


def test_the_version_is_in_the_changelog():
    assert f"## {saliency_viz.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
