"""The bytes of a file that a person names or hands over, or a sentence. Ignores what the bytes mean."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from ..errors import ImageError
from .limits import MAX_BYTES


def read_file(source: str | os.PathLike[str], limit: int, kind: str = "an image") -> Path:
    """The path of a regular, non-empty file of at most limit bytes. Raises ImageError otherwise."""
    text = os.fsdecode(os.fspath(source))
    if re.match(r"(?i)[a-z][a-z0-9+.-]+://", text):
        raise ImageError(f"Expected a file on this machine. Got the address {short(text)}. Download it first.")
    if text.lower().startswith("data:"):
        raise ImageError(f"Expected the path of {kind} file. Got a data address. Decode it and pass the bytes.")
    if not text.strip():
        raise ImageError(f"Expected the path of {kind} file. Got an empty text. Name a file.")
    path = Path(text)
    try:
        path = path.expanduser()
        if not path.exists():
            raise ImageError(f"There is no file {short(text)}. Check the path.")
        if path.is_dir():
            raise ImageError(f"Expected {kind} file. Got the folder {short(text)}. Name a file inside it.")
        if not path.is_file():
            raise ImageError(f"Expected {kind} file. Got {short(text)}, which is a device or a pipe. Name a file.")
        size = path.stat().st_size
    except (OSError, ValueError, RuntimeError) as error:
        if isinstance(error, ImageError):
            raise
        raise ImageError(f"{short(text)} cannot be read as a path. Check its name and your permissions.") from error
    if size == 0:
        raise ImageError(f"{short(path.name)} is empty (0 bytes). Save or download it again.")
    if size > limit:
        raise ImageError(
            f"{short(path.name)} must be at most {limit / 2**20:.0f} MiB. Got {size / 2**20:.0f} MiB. Reduce it first."
        )
    return path


def read_path(source: str | os.PathLike[str]) -> tuple[str, bytes]:
    path = read_file(source, MAX_BYTES)
    try:
        return short(path.name), path.read_bytes()
    except OSError as error:
        raise ImageError(f"{short(path.name)} cannot be read ({error.strerror}). Check your permissions.") from error


def read_stream(stream: Any) -> bytes:
    try:
        data = stream.read(MAX_BYTES + 1)
    except Exception as error:  # a stranger's file object may raise anything
        raise ImageError(f"The given file could not be read ({type(error).__name__}). Open it again.") from error
    if not isinstance(data, (bytes, bytearray)):
        raise ImageError(f"Expected a file opened in binary mode. Got {type(data).__name__}. Open it with mode 'rb'.")
    return bytes(data)


def short(text: str) -> str:
    """A person's text in quotes, shortened and on one line, for use in a sentence."""
    line = "".join(letter if letter.isprintable() else "?" for letter in text)
    return f'"{line if len(line) <= 120 else line[:60] + "..." + line[-50:]}"'
