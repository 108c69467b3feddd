"""Which modules of a package import which, read from their text; and what is wrong with that, against a one-way order.

Ignores what the imports are for: one inside a function counts like any other, for a reader follows it too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

LOADERS = ("import_module", "__import__")


@dataclass(frozen=True)
class Module:
    """One file of a package. name: dotted, within the package; "" for the package's own face."""

    package: str
    name: str
    file: Path

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Everything its text says."""
        return list(ast.walk(ast.parse(self.file.read_text(encoding="utf-8"))))

    def imports(self) -> Iterator[tuple[tuple[str, ...], int]]:
        """What is imported, by absolute names, and the line. `from . import x` may name a module, `from .x import y` a
        value: both readings are given, the longer first."""
        parts = [self.package, *filter(None, self.name.split("."))]
        home = parts if self.file.name == "__init__.py" else parts[:-1]
        for node in self.nodes:
            if isinstance(node, ast.Import):
                yield from (((name.name,), node.lineno) for name in node.names)
            elif isinstance(node, ast.ImportFrom):
                above = home[: len(home) - node.level + 1] if node.level else []
                target = ".".join([*above, *filter(None, [node.module])])
                yield from (((f"{target}.{name.name}", target), node.lineno) for name in node.names)

    def strings(self) -> Iterator[tuple[str, int]]:
        """Modules of this package that are imported by a string, which neither an editor nor `imports` sees."""
        names = {*LOADERS, *self._loaders_by_another_name()}
        for node in self.nodes:
            if isinstance(node, ast.Call) and node.args and getattr(node.func, "attr", _name(node.func)) in names:
                text = _beginning(node.args[0])
                if text is not None and (text.startswith(".") or text.split(".")[0] == self.package):
                    yield text, node.lineno

    def _loaders_by_another_name(self) -> Iterator[str]:
        for node in self.nodes:
            if isinstance(node, ast.ImportFrom) and node.module == "importlib":
                yield from (name.asname for name in node.names if name.asname and name.name in LOADERS)


def _name(node: ast.AST) -> str | None:
    return node.id if isinstance(node, ast.Name) else None


def _beginning(node: ast.AST) -> str | None:
    """The literal text a value begins with, None where it begins with something else."""
    first = node.values[0] if isinstance(node, ast.JoinedStr) and node.values else node
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None


def modules(folder: Path) -> dict[str, Module]:
    """Every module of the package in a folder, by name."""
    found = {}
    for file in sorted(folder.rglob("*.py")):
        parts = file.relative_to(folder).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = Module(folder.name, name, file)
    return found


def own_imports(module: Module, known: dict[str, Module]) -> dict[str, int]:
    """Modules of the same package that it imports, without itself and the face, and the line of each."""
    found: dict[str, int] = {}
    for readings, line in module.imports():
        inside = [name.removeprefix(f"{module.package}.") for name in readings if name.startswith(f"{module.package}.")]
        name = next((name for name in inside if name in known), None)
        if name not in (None, module.name):
            found.setdefault(name, line)
    return found


def unlisted(known: dict[str, Module], order: Sequence[str]) -> list[str]:
    """What the order lacks, has too much, or has twice."""
    wrong = [f"{name} has no line in the order: add one after what it imports" for name in {*known} - {"", *order}]
    wrong += [f"{name} is in the order, and there is no such module: remove its line" for name in {*order} - {*known}]
    return sorted(wrong + [f"{name} is in the order twice" for name in {*order} if order.count(name) > 1])


def upward(known: dict[str, Module], order: Sequence[str]) -> list[str]:
    """Imports of what stands later in the order. The face may name everything: it imports nothing until asked."""
    rank = {name: place for place, name in enumerate(order)}
    return [
        f"{name}, line {line}, imports {other}, which stands later in the order"
        for name, module in known.items()
        for other, line in own_imports(module, known).items()
        if name and rank.get(other, -1) > rank.get(name, len(rank))
    ]


def by_string(known: dict[str, Module]) -> list[str]:
    """Imports by string. Only the face may: Python calls it with a name when one is asked for."""
    return [
        f"{name}, line {line}, imports {text!r} by a string: write an import, inside the function if it must be late"
        for name, module in known.items()
        if name
        for text, line in module.strings()
    ]


def cycles(known: dict[str, Module]) -> list[str]:
    """Chains of imports that end where they begin, each told once, from its first name in the alphabet."""
    graph = {name: sorted(own_imports(module, known)) for name, module in known.items() if name}
    return [" imports ".join([*chain, start]) for start in graph for chain in _chains(graph, start, (start,), set())]


def _chains(
    graph: dict[str, list[str]], start: str, chain: tuple[str, ...], seen: set[str]
) -> Iterator[tuple[str, ...]]:
    """One chain from start back to it through names after it, where there is one."""
    for name in graph[chain[-1]]:
        if name == start:
            yield chain
            return
        if name > start and name not in seen:
            seen.add(name)
            found = next(_chains(graph, start, (*chain, name), seen), None)
            if found:
                yield found
                return
