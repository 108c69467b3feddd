"""The folder of uploads and of files on their way out: swept by age, and never above a ceiling.

Ignores what the files are. It belongs to this process alone, so whatever lies in it may go; what processes that were
killed left behind goes when the next one starts.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from ..errors import LimitError

PREFIX = "saliency-viz-files-"  # then the number of the process it belongs to
OLD = 3600.0  # seconds until a file goes
MOST = 4 * 2**30  # bytes
SPARE = 200 * 2**20  # bytes of the disk that are left alone
LOOK = 60.0  # seconds between two sweeps


def made(inside: Path) -> Path:
    """A new folder for this process; folders of processes that are gone are removed. Raises OSError."""
    for left in inside.glob(f"{PREFIX}*"):
        number = left.name.removeprefix(PREFIX).split("-")[0]
        if number.isdigit() and not psutil.pid_exists(int(number)):
            shutil.rmtree(left, ignore_errors=True)  # another user's stays
    return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=inside))


class TempFolder:
    """most: bytes it may hold. old: seconds a file may lie there."""

    def __init__(
        self, path: Path, most: int = MOST, old: float = OLD, clock: Callable[[], float] = time.time, spare: int = SPARE
    ) -> None:
        self.path, self.most, self.old, self.clock, self.spare = path, most, old, clock, spare
        self._coming = 0
        self._lock = threading.Lock()

    def files(self) -> list[tuple[float, int, Path]]:
        """(time of the last change, bytes, path) of every file, the oldest first."""
        found = []
        for path in self.path.rglob("*"):
            try:
                if path.is_file():
                    facts = path.lstat()
                    found.append((max(facts.st_ctime, facts.st_mtime), facts.st_size, path))
            except OSError:  # gone already
                continue
        return sorted(found)

    @property
    def bytes(self) -> int:
        """What its files hold."""
        return sum(size for _, size, _ in self.files())

    @property
    def free(self) -> int:
        """Bytes that are free on its disk."""
        return shutil.disk_usage(self.path).free

    def sweep(self, room: int = 0) -> int:
        """Remove what is old, then the oldest files until so many bytes more fit under the ceiling; returns how many
        files went. The last minute's files stay: somebody is about to read them."""
        files, now, gone = self.files(), self.clock(), 0
        held = sum(size for _, size, _ in files)
        for changed, size, path in files:
            if now - changed <= self.old and (held + room <= self.most or now - changed <= LOOK):
                break
            path.unlink(missing_ok=True)
            held, gone = held - size, gone + 1
        for folder in self.path.rglob("*"):
            if folder.is_dir() and now - folder.stat().st_mtime > LOOK:
                try:
                    folder.rmdir()
                except OSError:  # not empty
                    continue
        return gone

    @contextmanager
    def taking(self, size: int) -> Iterator[None]:
        """Room for so many bytes that come in. Raises LimitError where there is none."""
        with self._lock:
            wanted = self._coming + size
            if self.bytes + wanted > self.most:
                self.sweep(wanted)
            if self.bytes + wanted > self.most or self.free - wanted < self.spare:
                raise LimitError(
                    f"This server has no room for {size / 1e6:.0f} MB more at the moment. Try again in a few minutes."
                )
            self._coming += size
        try:
            yield
        finally:
            with self._lock:
                self._coming -= size

    def watch(self) -> None:
        """Sweep from time to time in the background, for as long as the folder is there."""

        def look() -> None:
            while self.path.is_dir():
                time.sleep(LOOK)
                self.sweep()

        threading.Thread(target=look, name="temporary files", daemon=True).start()
