"""A model, a prompt of a known length and a caption of a known length: what every part of the bench works on.

Ignores what is measured. The caption never ends early: stop tokens are taken from the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from ..attention import Edits
from ..decoding.decoders import decoder_parts
from ..decoding.loop import Run
from ..decoding.run import CaptionStream
from ..decoding.session import Session
from ..images import load_image
from ..models.base import LVLM, Prepared, Request
from ..paths import assets
from ..settings import LocoRE
from ..trace import RunSettings

PROMPT = "Describe the image."
FILLER = " a"  # as short as can be, so that the length is met closely


@dataclass(frozen=True)
class Workload:
    """model: without stop tokens. tokens: caption length."""

    model: LVLM
    prepared: Prepared
    tokens: int

    def session(self, locore: LocoRE | None = None) -> Session:
        """A fresh run's hold on the model."""
        return Session(self.model, self.prepared, Edits(self.first, locore))

    def stream(self, settings: RunSettings) -> CaptionStream:
        """A caption with these settings, not yet begun."""
        parts = decoder_parts(self.model, self.prepared, settings)
        session = Session(
            self.model, self.prepared, Edits(self.first, settings.locore, settings.edits, parts.functions)
        )
        session.tap = parts.tap
        return CaptionStream(Run(session, settings, decoder=parts), PROMPT)

    @property
    def first(self) -> int:
        """P0: how many tokens the prompt has."""
        return len(self.prepared.prompt_ids)

    def decoded(self) -> tuple[Session, list[int]]:
        """A session in which the whole caption is decoded, all but the last token fed, and the caption's ids."""
        session = self.session()
        logits = session.prefill()
        output = [int(logits.argmax())]
        while len(output) < self.tokens:
            output.append(int(session.advance([output[-1]])[-1].argmax()))
        return session, output


def real(model: LVLM, tokens: int, prompt_tokens: int) -> Workload:
    """A loaded model on an example picture, its prompt made long enough by repeating a sentence."""
    model = replace(model, stop_ids=frozenset())
    picture, prompt = example_picture(), PROMPT
    while True:
        prepared = model.family.prepare(model, Request((picture,), prompt))
        missing = prompt_tokens - len(prepared.prompt_ids)
        if missing <= 0:
            return Workload(model, prepared, tokens)
        prompt += FILLER * max(1, missing // 3)


def example_picture() -> Image.Image:
    """The first example scene, or a picture of noise where there are none."""
    scenes: Sequence = sorted((assets() / "examples").glob("*.png"))
    return load_image(scenes[0]) if scenes else load_image(np.random.default_rng(0).random((384, 384, 3)))
