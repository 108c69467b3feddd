"""Where the files that come with the package lie."""

from __future__ import annotations

from pathlib import Path


def assets() -> Path:
    """The assets folder: beside the package in a checkout, inside it when installed."""
    here = Path(__file__).resolve().parent
    inside = here / "assets"
    return inside if inside.is_dir() else here.parent / "assets"


def embedded_model() -> Path:
    """The folder of the model that comes with the package ("demo")."""
    return assets() / "demo-model"
