"""Attention beside gradient saliency for captions of vision-language models, token by token and layer by layer."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .quick_imports import not_collecting

if TYPE_CHECKING:
    from . import errors
    from .decoding import (
        caption,
        faithfulness,
        generate,
        head_rows,
        knock_out,
        logit_lens,
        replay,
        stream_caption,
        token_matrix,
    )
    from .errors import SaliencyVizError
    from .figures.figure import figure
    from .figures.web.notebook import view
    from .models import LVLM, load_model
    from .settings import SGRS, Decoding, Edit, LocoRE, Recording, Sampling
    from .trace import Trace
    from .video import Video

__version__ = "0.1.0"

# Public name to the module it lives in, read on first use: importing the package loads neither torch nor a figure.
_HOMES = {
    "caption": "decoding",
    "stream_caption": "decoding",
    "replay": "decoding",
    "token_matrix": "decoding",
    "faithfulness": "decoding",
    "generate": "decoding",
    "head_rows": "decoding",
    "logit_lens": "decoding",
    "knock_out": "decoding",
    "load_model": "models",
    "LVLM": "models",
    "Sampling": "settings",
    "SGRS": "settings",
    "LocoRE": "settings",
    "Decoding": "settings",
    "Edit": "settings",
    "Recording": "settings",
    "Trace": "trace",
    "Video": "video",
    "view": "figures.web.notebook",
    "figure": "figures.figure",
    "SaliencyVizError": "errors",
}
_MODULES = ("errors", "figures")

__all__ = [
    "LVLM",
    "SGRS",
    "Decoding",
    "Edit",
    "LocoRE",
    "Recording",
    "SaliencyVizError",
    "Sampling",
    "Trace",
    "Video",
    "__version__",
    "caption",
    "errors",
    "faithfulness",
    "generate",
    "figure",
    "head_rows",
    "knock_out",
    "load_model",
    "logit_lens",
    "replay",
    "stream_caption",
    "token_matrix",
    "view",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        with not_collecting():
            return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    if name in _MODULES:
        return import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
