"""How much memory a value holds, each object counted once.

Ignores what others hold too: what a value shares with them counts in full.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import numpy as np


def held_bytes(value: Any) -> int:
    """Bytes of a value and of all that it refers to: containers, dataclasses, texts, numbers, arrays (of a view: the
    whole array behind it)."""
    seen: set[int] = set()
    total, left = 0, [value]
    while left:
        one = left.pop()
        if id(one) in seen or one is None or isinstance(one, (type, bool)):
            continue
        seen.add(id(one))
        total += sys.getsizeof(one)
        if isinstance(one, np.ndarray):
            if isinstance(one.base, np.ndarray):
                left.append(one.base)
            elif one.base is not None:
                total += one.nbytes  # of a buffer that numpy does not own
        elif isinstance(one, Mapping):
            left += [*one.keys(), *one.values()]
        elif isinstance(one, (tuple, list, set, frozenset)):
            left += one
        elif hasattr(one, "__dict__"):
            left.append(one.__dict__)
    return total
