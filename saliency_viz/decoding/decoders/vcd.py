"""VCD: what a noised picture makes likely is taken away."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import torch
from torch import Tensor

from ...errors import SettingError
from ...models.base import Prepared
from ..session import Session
from .combine import contrast
from .contract import Context, Decoder, Parts, Setting
from .stream import SecondStream

STEPS = 1000  # of the diffusion


def make(context: Context) -> Parts:
    """A second stream on the noised picture."""
    values = context.values
    if values["alpha"] == 0 and values["beta"] == 0:
        return Parts()
    noised = with_noise(context.prepared, int(values["noise_step"]), context.seed)
    combine = partial(contrast, alpha=values["alpha"], beta=values["beta"])
    return Parts(
        mixer=SecondStream(lambda: Session(context.model, noised, context.other_edits(noised)), combine),
    )


def kept_share(step: int) -> float:
    """The product of 1 - beta_t up to a step, with beta_t rising from 1e-5 to 5e-3 along a sigmoid from -6 to 6: how
    much of the picture's variance is left."""
    rates = torch.linspace(-6, 6, STEPS, dtype=torch.float64).sigmoid() * (5e-3 - 1e-5) + 1e-5
    return float((1 - rates[: step + 1]).prod())


def with_noise(prepared: Prepared, step: int, seed: int) -> Prepared:
    """The same request with x_t = sqrt(a) x + sqrt(1 - a) noise in place of its pixels, as the model takes them
    (normalised); a: `kept_share`."""
    share, generator = kept_share(step), torch.Generator().manual_seed(seed)

    def noised(pixels: Tensor) -> Tensor:
        noise = torch.randn(pixels.shape, generator=generator).to(pixels.device, pixels.dtype)
        return pixels * share**0.5 + noise * (1 - share) ** 0.5

    if not any(name.startswith("pixel_values") for name in prepared.inputs):
        raise SettingError(
            "VCD noises the picture's pixels. Got a picture that is encoded already, as transformers' generate does "
            "from 5.24 on. Use caption."
        )
    inputs = {
        name: noised(value) if name.startswith("pixel_values") else value for name, value in prepared.inputs.items()
    }
    return replace(prepared, inputs=inputs)


DECODER = Decoder(
    name="vcd",
    title="VCD",
    paper="Leng et al., CVPR 2024, arXiv 2311.16922",
    formula="(1 + alpha) logits(picture) - alpha logits(noised picture), among p >= beta max p",
    settings=(
        Setting("alpha", 1.0, 0.0, 10.0, "weight of the contrast", neutral=0.0),
        Setting("beta", 0.1, 0.0, 1.0, "least share of the largest probability a token must have", neutral=0.0),
        Setting("noise_step", 500, 0, STEPS - 1, "step of the diffusion that adds the noise", whole=True),
    ),
    passes="2",
    reading="The noise is drawn once for a run, from its seed, on the pixels as the model takes them.",
    make=make,
)
