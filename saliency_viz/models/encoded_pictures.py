"""What the vision tower made of a run's pictures, kept for every prefill of the run that is shown the same ones.

Ignores prompts. transformers takes pictures that are encoded already from 5.24 on; before, every prefill encodes anew.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from transformers.utils.generic import ModelOutput

ENCODED = "mm_encoder_outputs"  # transformers' keyword for it
MODALITIES = ("image", "video")
HEAVY = ("hidden_states", "attentions")  # of the tower; no text model reads them


class EncodedPictures:
    """Holds the first pictures it is asked about, until it is dropped."""

    def __init__(self) -> None:
        self._pixels: dict[str, Tensor] = {}
        self._outputs: dict[str, ModelOutput] = {}

    def inputs(self, network: torch.nn.Module, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """A prefill's keywords with the pictures encoded in place of their pixels; as they are where these are others,
        or where the network takes pixels only."""
        pixels = pixels_of(inputs)
        if not pixels or ENCODED not in inspect.signature(network.forward).parameters:
            return dict(inputs)
        if not self._pixels:
            self._outputs = encoded(network, inputs)
            self._pixels = pixels if self._outputs else {}
        if not self._pixels or not alike(pixels, self._pixels):
            return dict(inputs)
        rest = {name: value for name, value in inputs.items() if name not in pixels}
        return {**rest, ENCODED: dict(self._outputs)}

    def drop(self) -> None:
        """Let go of them."""
        self._pixels, self._outputs = {}, {}


def pixels_of(inputs: Mapping[str, Any]) -> dict[str, Tensor]:
    """The inputs that are pixels."""
    return {name: value for name, value in inputs.items() if name.startswith("pixel_values")}


def alike(one: Mapping[str, Tensor], two: Mapping[str, Tensor]) -> bool:
    """Whether these are the same pixels."""
    return one.keys() == two.keys() and all(torch.equal(one[name], two[name]) for name in one)


def encoded(network: Any, inputs: Mapping[str, Any]) -> dict[str, ModelOutput]:
    """By modality, what the network's own functions make of the pixels; empty where they do not take all of them."""
    found, used = {}, set()
    for modality in MODALITIES:
        encode: Any = getattr(network.base_model, f"get_{modality}_features", None)
        if encode is None:
            continue
        given = {n: inputs[n] for n in inspect.signature(encode).parameters if n in inputs}
        taken = pixels_of(given)
        if taken:
            output = encode(**given, return_dict=True)
            found[modality] = type(output)(**{n: value for n, value in output.items() if n not in HEAVY})
            used.update(taken)
    return found if used == set(pixels_of(inputs)) else {}
