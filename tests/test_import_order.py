"""Read in one direction: every file imports only what stands above it, and importing does nothing visible."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import saliency_viz

tomllib = pytest.importorskip("tomllib", reason="comes with Python 3.11")
ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "saliency_viz"

# Each may import those before it, and itself.
ORDER = (
    "errors",
    "settings",
    "paths",
    "images",
    "trace_checks",
    "trace",
    "video",
    "scores",
    "memory",
    "saliency",
    "attention",
    "models",
    "decoding",
    "figures",
    "terminal",
    "flags",
    "demo",
    "evaluation",
    "serving",
    "ui",
    "bench",
    "sweep",
    "__main__",
)
WITHOUT_TORCH = (
    "errors",
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
WITHOUT_GRADIO = tuple(name for name in ORDER if name not in ("ui", "bench", "__main__"))
OPTIONAL = {
    "pillow_heif",
    "spaces",
    "mcp",
    "bitsandbytes",
    "playwright",
    "spacy",
}  # imported where they are used, with a sentence
PACKAGE_OF = {"PIL": "pillow"}  # distribution names that differ from the import

FILES = sorted(PACKAGE.rglob("*.py"))


def part(file: Path) -> str:
    """The noun a file belongs to: its module or subpackage directly under saliency_viz."""
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(file: Path) -> list[tuple[str, int]]:
    """Absolute names and line numbers of all modules a file imports, also inside functions."""
    package = (".".join(("saliency_viz", *file.relative_to(PACKAGE).parts))).removesuffix(".py").split(".")[:-1]
    found = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(name.name, node.lineno) for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            # `from . import attention` imports a module, `from .attention import NAME` a name: keep both readings
            found += [(module, node.lineno)] + [(f"{module}.{name.name}", node.lineno) for name in node.names]
    return found


def own_parts(file: Path) -> list[tuple[str, int]]:
    """Parts of this package that a file imports."""
    names = [(name.split(".")[1], line) for name, line in imports(file) if name.startswith("saliency_viz.")]
    return [(name, line) for name, line in names if name in ORDER or (PACKAGE / f"{name}.py").exists()]


def outside(file: Path) -> set[str]:
    """Top-level names of other people's packages that a file imports."""
    names = {name.split(".")[0] for name, _ in imports(file)}
    return names - set(sys.stdlib_module_names) - {"saliency_viz"}


def test_every_part_has_its_place_in_the_order():
    assert {part(file) for file in FILES} - {"__init__"} <= set(ORDER)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_a_file_imports_only_what_stands_above_it(file):
    if part(file) == "__init__":
        return  # the public face names everything, lazily
    rank = ORDER.index(part(file))
    wrong = [f"line {line}: {name}" for name, line in own_parts(file) if ORDER.index(name) > rank]
    assert not wrong


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_torch_and_gradio_stay_where_they_belong(file):
    if part(file) in WITHOUT_TORCH:
        assert not outside(file) & {"torch", "torchvision", "transformers", "jaxtyping"}
    if part(file) in WITHOUT_GRADIO:
        assert "gradio" not in outside(file)


def test_every_imported_package_is_a_stated_requirement():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    stated = {line.split(">")[0].split("=")[0] for line in lines if line and not line.startswith("#")}
    comes_along = {"gradio_client", "tokenizers", "huggingface_hub", "fastapi", "starlette", "jinja2", "tqdm"}
    files = [*FILES, *(file for file in [ROOT / "app.py"] if file.exists())]
    used = set().union(*(outside(file) if file.is_relative_to(PACKAGE) else app_imports(file) for file in files))
    assert {PACKAGE_OF.get(name, name) for name in used} - OPTIONAL - comes_along <= stated


def app_imports(file: Path) -> set[str]:
    """Like `outside`, for a file beside the package."""
    tree = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    names = {name.name for node in tree if isinstance(node, ast.Import) for name in node.names}
    tree = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    names |= {node.module or "" for node in tree if isinstance(node, ast.ImportFrom)}
    return {name.split(".")[0] for name in names} - set(sys.stdlib_module_names) - {"saliency_viz"}


def test_optional_extras_are_stated_with_one_range():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    lines = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8").splitlines()
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
