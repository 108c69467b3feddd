"""What the engine's tests share: pictures, prepared sessions, and the rows of a whole caption in one pass."""

from __future__ import annotations

import numpy as np
from PIL import Image

from saliency_viz.attention import Edits
from saliency_viz.decoding.session import Session
from saliency_viz.models import LVLM, Request

PROMPT = "Describe the image."


def picture(width: int = 97, height: int = 71, seed: int = 5) -> Image.Image:
    """Smooth colours that differ from place to place."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 255, (5, 7, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((width, height), Image.Resampling.BILINEAR)


def session(model: LVLM, image: Image.Image | None = None, locore=None, edits=()) -> Session:
    """A session on the standard prompt, not yet prefilled."""
    prepared = model.family.prepare(model, Request((image or picture(),), PROMPT))
    return Session(model, prepared, Edits(len(prepared.prompt_ids), locore, tuple(edits)))


def write(run: Session, tokens: list[int] | None = None, count: int = 11) -> list[int]:
    """Prefill and feed the given tokens, or decode count tokens greedily; the last one is not fed."""
    logits = run.prefill()
    written = [tokens[0] if tokens else int(logits.argmax())]
    while len(written) < (len(tokens) if tokens else count):
        logits = run.advance([written[-1]])[-1]
        written.append(tokens[len(written)] if tokens else int(logits.argmax()))
    return written
