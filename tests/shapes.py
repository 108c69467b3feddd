"""Shapes in signatures are checked while tests run: a tensor of another shape than its signature says ends the test.

jaxtyping's import hook checks every call of every function anew, which was a fifth of the engine's tests.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from importlib import import_module
from typing import Any

from beartype import beartype
from jaxtyping import jaxtyped
from torch import Tensor

KINDS = ("Float[", "Int[", "Bool[", "Shaped[")


def check(*modules: str) -> None:
    """Check the shapes of all functions of these modules, and of their classes' methods. Whoever has imported one by
    its name before holds it unchecked."""
    for name in modules:
        module = import_module(name)
        own = [part for part in vars(module).values() if getattr(part, "__module__", "") == name]
        for holder in (module, *filter(inspect.isclass, own)):
            for attribute, part in list(vars(holder).items()):
                if inspect.isfunction(part) and part.__module__ == name and _names_shapes(part):
                    setattr(holder, attribute, checked_function(part))


def _names_shapes(function: Any) -> bool:
    return any(kind in str(annotation) for annotation in function.__annotations__.values() for kind in KINDS)


def checked_function(function: Callable[..., Any]) -> Callable[..., Any]:
    """Arguments of kinds that passed once, with a result of the kind they had then, pass again."""
    thorough, passed = jaxtyped(function, typechecker=beartype), {}

    @functools.wraps(function)
    def call(*given: Any, **named: Any) -> Any:
        kinds = (*map(_kind, given), *((name, _kind(value)) for name, value in named.items()))
        if kinds in passed:
            result = function(*given, **named)
            if _kind(result) == passed[kinds]:
                return result
        result = thorough(*given, **named)
        passed[kinds] = _kind(result)
        return result

    return call


def _kind(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.shape, value.dtype
    return tuple(map(_kind, value)) if type(value) in (tuple, list) else type(value)
