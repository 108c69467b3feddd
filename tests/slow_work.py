"""Work for other processes: what takes long, what dies, what tells. By name, so that they can find it."""

from __future__ import annotations

import importlib
import os
import sys
import time
from pathlib import Path

from saliency_viz.errors import ImageError
from saliency_viz.images import load_images

ROOM = "SALIENCY_VIZ_SLOW_WORK"  # names a folder: "begun" appears there, and work goes on once "go on" does


def slow_pictures(paths):
    """As `load_images`, but a file called slow waits for the test and is refused."""
    if any("slow" in str(path) for path in paths):
        room = Path(os.environ[ROOM])
        (room / "begun").touch()
        while not (room / "go on").exists():
            time.sleep(0.02)
        raise ImageError("The slow one is refused.")
    return load_images(paths)


def telling(count, tell):
    for number in range(count):
        tell(number)
    return os.getpid()


def dying():
    os._exit(3)


def refusing(sentence):
    raise ImageError(sentence)


def failing():
    raise KeyError("secret")


def brought(module):
    """Which heavy packages come along when a module is imported."""
    importlib.import_module(module)
    return sorted({"gradio", "torch", "transformers"} & set(sys.modules))
