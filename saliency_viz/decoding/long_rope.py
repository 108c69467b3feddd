"""LongRoPE: from one position on, a model turns queries and keys by other factors; no call may lie on both sides.

transformers chooses the factors by the last position of a call and leaves the keys in the cache as they were turned.
So a caption that crosses the limit is written with two kinds of keys, one token after the other; a chunk of its rows in
one call must not take the factors of its last row for all. Ignores other kinds of RoPE: theirs do not change midway.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def limit_of(config: Any) -> int | None:
    """The first position with the long factors (original_max_position_embeddings); None without LongRoPE."""
    text = config.get_text_config()
    rope = getattr(text, "rope_parameters", None) or {}
    kinds = [rope] if "rope_type" in rope else [part for part in rope.values() if isinstance(part, Mapping)]
    limits = [kind["original_max_position_embeddings"] for kind in kinds if kind.get("rope_type") == "longrope"]
    return min(limits, default=None)


def pieces(start: int, count: int, limit: int | None) -> Iterator[tuple[int, int]]:
    """(start, stop) of the parts of start..start+count-1 that have one kind of factors each."""
    stop = start + count
    if limit is not None and start < limit < stop:
        yield start, limit
        start = limit
    yield start, stop
