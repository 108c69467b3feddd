"""Whole numbers, read and checked the same way wherever they come in: counts, indices, lists of layers.

Ignores what they count. numpy's whole numbers are taken, True and 3.0 are not.
"""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Integral
from typing import Any

from .errors import SaliencyVizError, SettingError

MOST_LISTED = 100_000  # numbers that a text such as 0-99999 may stand for


def is_whole(value: Any, low: int | None = None, high: int | None = None) -> bool:
    """Whether a value is a whole number from low to high, both included."""
    if not isinstance(value, Integral) or isinstance(value, bool):
        return False
    number = int(value)
    return (low is None or number >= low) and (high is None or number <= high)


def whole(
    name: str,
    value: Any,
    low: int,
    high: int | None = None,
    unit: str = "",
    error: type[SaliencyVizError] = SettingError,
) -> int:
    """The value as Python's own number. unit: " of pixels" and the like. Raises error with what was expected."""
    if not is_whole(value, low, high):
        span = f"of at least {low}" if high is None else f"in [{low}, {high}]"
        raise error(f"{name} must be a whole number{unit} {span}. Got {value!r}.")
    return int(value)


def index(name: str, value: Any, count: int, of: str) -> int:
    """The index of one of `count` things, from the front. of: " of this caption". Raises SettingError."""
    if not is_whole(value, 0, count - 1):
        raise SettingError(f"{name} must lie in 0..{count - 1}{of}. Got {value!r}.")
    return int(value)


def indices(name: str, values: Any) -> tuple[int, ...]:
    """Sorted indices, each once. Raises SettingError for none at all, and for what is no whole number of at least 0."""
    listed = values.tolist() if hasattr(values, "tolist") else values
    listed = tuple(listed) if isinstance(listed, Iterable) else ()  # once: a generator is empty the second time
    if not listed or not all(is_whole(value, 0) for value in listed):
        raise SettingError(f"{name} must be a non-empty list of whole numbers of at least 0. Got {values!r}.")
    return tuple(sorted({int(value) for value in listed}))


def indices_from(name: str, text: str) -> tuple[int, ...]:
    """ "3-5, 8" as (3, 4, 5, 8), in order and each once. Raises SettingError for 6-8-10, 8-6 and anything else."""
    found: set[int] = set()
    for part in text.replace(" ", "").removesuffix(",").split(","):
        ends = part.split("-")
        if len(ends) > 2 or not all(end.isascii() and end.isdigit() and len(end) < 7 for end in ends):
            raise SettingError(f"{name} must look like 3-5 or 2,4. Got {text!r}.")
        first, last = int(ends[0]), int(ends[-1])
        if first > last:
            raise SettingError(f"{name} must rise from first to last, as {last}-{first}. Got {text!r}.")
        if last - first >= MOST_LISTED - len(found):
            raise SettingError(f"{name} must be at most {MOST_LISTED} numbers. Got {text!r}.")
        found |= set(range(first, last + 1))
    return tuple(sorted(found))


def layers_of(choice: Any, target: tuple[int, ...], count: int) -> tuple[int, ...]:
    """The layers a choice stands for: "target", "all", one, or several in the order given. Raises SettingError."""
    if isinstance(choice, str):
        chosen = {"target": target, "all": tuple(range(count))}.get(choice, ())
    else:
        chosen = (choice,) if isinstance(choice, Integral) else tuple(choice) if isinstance(choice, Iterable) else ()
    if not chosen or not all(is_whole(layer, 0, count - 1) for layer in chosen):
        raise SettingError(
            f'layers must be "target", "all", or layers in 0..{count - 1} of this model. Got {choice!r}.'
        )
    return tuple(int(layer) for layer in chosen)
