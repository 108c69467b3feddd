"""Fixtures several test files share: small random checkpoints on disk, made once per run (tests/checkpoints.py)."""

from __future__ import annotations

import pytest

from . import checkpoints


@pytest.fixture(scope="session")
def llava_dir(tmp_path_factory):
    """LLaVA: 56 px in patches of 14 (16 image tokens), 5 layers, 6 heads over 3, head width 10."""
    return checkpoints.llava(tmp_path_factory.mktemp("llava"))


@pytest.fixture(scope="session")
def llava_full_dir(tmp_path_factory):
    """LLaVA that keeps the class token, and crops 70 x 70 out of a picture whose short side is 84 (26 image tokens)."""
    return checkpoints.llava(tmp_path_factory.mktemp("llava_full"), select="full", side=70, resized=84, seed=2)
