"""A checkpoint's files from the hub into its cache on this machine: progress, a stop, and each fault as a sentence.

Ignores what is in the files. HF_HOME, HF_TOKEN, HF_ENDPOINT and HF_HUB_OFFLINE are the hub library's own.
"""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, constants, hf_hub_download, snapshot_download, try_to_load_from_cache
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from tqdm import tqdm
from transformers.utils import logging as transformers_logging

from ...errors import LoadCancelled, ModelError
from ...memory import size_text
from .checkpoints import checkpoint_of

FILES = ["*.json", "*.safetensors", "*.jinja", "*.txt", "*.model", "*.tiktoken"]
NOT = ["*/*", "consolidated*"]  # other programs' copies of the same weights
HUB_ID = re.compile(r"[\w][\w.-]*/[\w][\w.-]*")


@dataclass(frozen=True)
class Loading:
    """Where loading stands. stage: "looking", "download" (done and total in bytes), "weights" (in tensors), or "note",
    whose text is a sentence the person should know. total 0: not known."""

    stage: str
    done: int = 0
    total: int = 0
    text: str = ""

    def __str__(self) -> str:
        if self.stage == "download":
            of = f" of {size_text(self.total)}" if self.total else ""
            return f"downloading {size_text(self.done)}{of}"
        if self.stage == "weights":
            return f"reading weights, {self.done} of {self.total}"
        return self.text or "looking for the model"


Tell = Callable[[Loading], None]  # may raise LoadCancelled: the load stops there


@dataclass(frozen=True)
class Found:
    """Where a checkpoint's files are: a directory, or a hub id at a commit (None where it is not known)."""

    source: str
    commit: str | None = None


def find(name: str, revision: str | None, tell: Tell) -> Found:
    """Which commit of a hub id is to be loaded; its config.json is then on this machine. A directory is itself.

    revision None: the table's pin where it has one, else the newest. A pin the hub does not know, or that is not here
    without a connection, gives way to the newest with a note; a revision asked for does not. Raises ModelError.
    """
    if Path(name).exists() or not HUB_ID.fullmatch(name):  # a file, or no name at all: checkpoint_io.py says so
        return Found(name)
    tell(Loading("looking", text=f"looking for {name}"))
    row = checkpoint_of(name)
    pin = row.revision if row is not None and revision is None else None
    with _sentences(name, revision):
        try:
            return _at(name, revision or pin)
        except (RevisionNotFoundError, LocalEntryNotFoundError):
            if pin is None:
                raise
        found = _at(name, None)
    tell(Loading("note", text=f"The pinned commit {pin[:10]} of {name} could not be had. The newest was taken."))
    return found


def _at(name: str, revision: str | None) -> Found:
    path = Path(hf_hub_download(name, "config.json", revision=revision))
    return Found(name, path.parent.name)  # .../snapshots/COMMIT/config.json


def fetch(found: Found, tell: Tell) -> str:
    """The directory with all files a load needs, downloaded where they miss. Raises ModelError, LoadCancelled."""
    if found.commit is None:
        return found.source
    name, commit = found.source, found.commit
    with _sentences(name, commit):
        total = 0 if constants.HF_HUB_OFFLINE else _missing_bytes(name, commit)
        counted = _Counted(tell, total)
        try:
            return snapshot_download(
                name, revision=commit, allow_patterns=FILES, ignore_patterns=NOT, tqdm_class=counted.bar()
            )
        except (ModelError, HfHubHTTPError, LocalEntryNotFoundError):
            raise
        except Exception as error:  # each HTTP client has a tree of its own
            raise ModelError(_broken_off(name, counted, error)) from error


def _missing_bytes(name: str, commit: str) -> int:
    """How much is to be downloaded. Raises ModelError when it cannot be used or stored; 0 when the hub does not say."""
    try:
        files = HfApi().model_info(name, revision=commit, files_metadata=True, timeout=10).siblings or []
    except Exception as error:
        if isinstance(error, HfHubHTTPError) and error.response.status_code in (401, 403, 404):
            raise
        return 0  # no connection: the download below finds that out, or needs none
    sizes = {file.rfilename: file.size or 0 for file in files}
    if not any(file.endswith(".safetensors") for file in sizes):
        raise ModelError(
            f"{name!r} has no safetensors weights on the hub. Other formats may carry code and are not read: look "
            "for a conversion of it."
        )
    wanted = [
        file
        for file in sizes
        if "/" not in file and not file.startswith("consolidated") and file.endswith(tuple(part[1:] for part in FILES))
    ]
    missing = sum(sizes[file] for file in wanted if not isinstance(_cached(name, file, commit), str))
    free = shutil.disk_usage(_existing(Path(constants.HF_HUB_CACHE))).free
    if missing > free:
        raise ModelError(
            f"The files of {name!r} need {size_text(missing)} on the disk, {size_text(free)} are free there. Make "
            "room, or set HF_HOME to a larger disk."
        )
    return missing


def _cached(name: str, file: str, commit: str) -> Any:
    return try_to_load_from_cache(name, file, revision=commit)


def _existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path


class _Counted:
    """Progress bars that draw nothing and tell how many bytes have come, over all files and threads."""

    def __init__(self, tell: Tell, total: int) -> None:
        self.tell, self.total, self.done = tell, total, 0
        self._lock = threading.Lock()

    def bar(self) -> type[Any]:
        """A class for snapshot_download's tqdm_class. It makes a bar for bytes on the wire and one for bytes on the
        disk: the one that is ahead counts."""
        counted = self

        class Bar(_Silent):
            def update(self, n: float | None = 1) -> None:
                super().update(n)
                if self.unit == "B":
                    counted.reached(int(self.n), int(self.total or 0))

        return Bar

    def reached(self, done: int, total: int) -> None:
        """So many bytes have come; total: of the files begun."""
        with self._lock:
            self.done = max(self.done, done)
            whole = max(self.total, total, self.done)
        self.tell(Loading("download", self.done, whole))


class _Silent(tqdm):
    """A bar that counts without a terminal."""

    def __init__(self, *given: Any, **named: Any) -> None:
        named.pop("name", None)
        super().__init__(*given, **{**named, "disable": True})
        self.unit, self.n = named.get("unit", "it"), named.get("initial", 0)

    def update(self, n: float | None = 1) -> None:
        self.n += n or 0

    def __iter__(self) -> Iterator[Any]:
        for item in self.iterable:
            yield item
            self.update(1)


@contextmanager
def weights_told(tell: Tell) -> Iterator[None]:
    """While it is open, tells how many weights transformers has read in this thread (where it has a hook for it)."""
    set_hook = getattr(transformers_logging, "set_tqdm_hook", None)
    if set_hook is None:
        yield
        return
    mine = threading.get_ident()

    class Bar(_Silent):
        def update(self, n: float | None = 1) -> None:
            super().update(n)
            tell(Loading("weights", int(self.n), int(self.total or 0)))

    def made(factory: Callable[..., Any], given: tuple[Any, ...], named: dict[str, Any]) -> Any:
        ours = threading.get_ident() == mine and "weights" in str(named.get("desc", "")).lower()
        return (Bar if ours else factory)(*_sized(given), **named)

    before = set_hook(made)
    try:
        yield
    finally:
        set_hook(before)


def _sized(given: tuple[Any, ...]) -> Iterable[Any]:
    return (list(given[0]), *given[1:]) if given and not hasattr(given[0], "__len__") else given


@contextmanager
def _sentences(name: str, revision: str | None) -> Iterator[None]:
    """The hub library's errors as ModelError."""
    try:
        yield
    except (ModelError, LoadCancelled):
        raise
    except GatedRepoError as error:
        raise ModelError(
            f"{name!r} is given only to people who accepted its licence. Accept it on the model's page, then set "
            "HF_TOKEN to a token of that account."
        ) from error
    except RevisionNotFoundError as error:
        raise ModelError(f"{name!r} has no revision {revision!r}. Choose another, or leave --revision out.") from error
    except RepositoryNotFoundError as error:
        raise ModelError(
            f"There is no model {name!r} on the hub, or it is private. Check the spelling (a directory must exist and "
            "have config.json in it), or set HF_TOKEN."
        ) from error
    except EntryNotFoundError as error:
        if not isinstance(error, LocalEntryNotFoundError):
            raise ModelError(
                f"{name!r} has no config.json on the hub, so it is no checkpoint of transformers. Choose another."
            ) from error
        raise ModelError(_not_here(name)) from error
    except HfHubHTTPError as error:
        status = getattr(error.response, "status_code", "nothing")
        raise ModelError(f"The hub answered {status} for {name!r}. Try again in a while.") from error
    except FileNotFoundError as error:
        raise ModelError(_not_here(name)) from error


def _not_here(name: str) -> str:
    if constants.HF_HUB_OFFLINE:
        return (
            f"{name!r} is not complete on this machine, and HF_HUB_OFFLINE forbids asking the hub. Unset it, or name a "
            "directory with the checkpoint in it."
        )
    return (
        f"{name!r} is not complete on this machine and the hub cannot be reached. Check the connection and try again; "
        "files that came whole are kept."
    )


def _broken_off(name: str, counted: _Counted, error: BaseException) -> str:
    if "No space left" in str(error):
        return f"The disk is full: {name!r} could not be stored. Make room, or set HF_HOME to a larger disk."
    return (
        f"The download of {name!r} broke off after {size_text(counted.done)} of {size_text(counted.total)} "
        f"({type(error).__name__}). Files that came whole are kept: try again."
    )
