"""Importing the engine late, from several threads, one at a time.

Threads that import different parts of one package at once can come to wait for each other's module; Python then breaks
the tie with an error (seen at start on a busy machine: the first model "could not be loaded").
"""

from __future__ import annotations

from threading import Lock

from ..quick_imports import not_collecting

_LOCK = Lock()


def import_whole() -> None:
    """Imports the packages models and decoding (with torch: seconds, once). Call it before a late import of either."""
    with _LOCK, not_collecting():
        from .. import decoding, models

        assert decoding and models
