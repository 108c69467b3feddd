"""ICD: what a confusing instruction makes likely is taken away."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from ..session import Session
from .combine import contrast
from .contract import Context, Decoder, Parts, Setting
from .stream import SecondStream

DISTURBANCE = "You are a confused objects detector to provide a fuzzy overview or impression of the image. "


def make(context: Context) -> Parts:
    """A second stream whose question has the disturbing words before it."""
    values = context.values
    if values["alpha"] == 0 and values["beta"] == 0:
        return Parts()

    def start() -> Session:
        request = context.request
        disturbed = context.model.family.prepare(context.model, replace(request, prompt=DISTURBANCE + request.prompt))
        disturbed = replace(disturbed, encoded=context.prepared.encoded)  # the picture is the same
        return Session(context.model, disturbed, context.other_edits(disturbed))

    return Parts(mixer=SecondStream(start, partial(contrast, alpha=values["alpha"], beta=values["beta"])))


DECODER = Decoder(
    name="icd",
    title="ICD",
    paper="Wang et al., Findings of ACL 2024, arXiv 2403.18715",
    formula="(1 + alpha) logits(question) - alpha logits(disturbed question), among p >= beta max p",
    settings=(
        Setting("alpha", 1.0, 0.0, 10.0, "weight of the contrast", neutral=0.0),
        Setting("beta", 0.1, 0.0, 1.0, "least share of the largest probability a token must have", neutral=0.0),
    ),
    passes="2",
    reading=f'The disturbance is the paper\'s first role prefix, before the question: "{DISTURBANCE.strip()}" '
    "It goes to the language model only: no family here has a Q-Former.",
    make=make,
    needs_request=True,
)
