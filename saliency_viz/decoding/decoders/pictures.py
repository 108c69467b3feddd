"""Where the picture stands in a prompt.

Ignores pixels.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ...errors import SettingError
from ...models.base import Prepared


def image_positions(prepared: Prepared) -> Tensor:
    """Positions of all image tokens, ascending. Raises SettingError where there is none."""
    found = [torch.arange(span.start, span.stop) for span in prepared.spans if span.kind == "image"]
    if not found:
        raise SettingError("This decoder needs image tokens in the prompt. Got none. Pass a picture.")
    return torch.cat(found)
