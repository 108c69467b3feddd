"""How much memory a model will want, from its config alone: weights, cache, recording, and the single-loss matrix.

Ignores fragmentation and what the driver keeps for itself (about 0.5 GB on CUDA).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForImageTextToText

from ...errors import ModelError, SettingError
from ...memory import size_text
from ...whole_numbers import whole
from ..loading.devices import DTYPES, QUANTIZATIONS
from .vision_memory import patches_of, vision_bytes

UNKNOWN = 2_000_000_000  # bytes taken as free where the device does not tell (MPS)
CHUNK = 64  # tokens per observing pass at most; that of decoding/pace.py
BLOCK_BYTES = 64_000_000  # of float32 scores held at once by the matrix; that of decoding/matrix.py
QUANTIZED_BYTES = {"4bit": 0.5 + (1 + 4 / 256) / 64, "8bit": 1.0}  # per weight, nf4 with its scales quantised again

UNQUANTIZED = 0.1  # bytes per weight that embeddings and norms add to quantised layers, where sizes are not known
OVERHEAD = 1.08  # of the weights, for cache and recording, where sizes are not known
PICTURES = 150_000_000  # numbers that the vision tower works on, where sizes are not known: a picture in many tiles


@dataclass(frozen=True)
class Estimate:
    """Bytes. weights: all of them. vision: what comes and goes while the vision tower looks at the pictures. cache:
    keys and values of every position. prefill: what comes and goes while the prompt runs. recording: what an observing
    pass of `rows` tokens holds, `least` what one of a single token holds. matrix: one token's single-loss matrix, less
    its `results`, which lie in main memory wherever the model is."""

    parameters: int
    weights: int
    vision: int
    cache: int
    prefill: int
    recording: int
    matrix: int
    results: int
    rows: int
    least: int

    @property
    def needed(self) -> int:
        """What must be free to caption and record at all: passes shrink to one token before anything is refused."""
        return self._peak(max(self.prefill, self.least))

    @property
    def caption(self) -> int:
        """Peak of plain captioning."""
        return self._peak(self.prefill)

    @property
    def recorded(self) -> int:
        """Peak of captioning with every token's saliency: prompt and recording do not come together."""
        return self._peak(max(self.prefill, self.recording))

    @property
    def with_matrix(self) -> int:
        """Peak of the matrix of one token on its device; the cache is gone by then."""
        return self.weights + max(self.vision, self.matrix)

    def _peak(self, work: int) -> int:
        """The tower is done before the cache is made."""
        return self.weights + max(self.vision, self.cache + work)

    def text(self) -> str:
        """The parts and the peaks, a line each."""
        rows = (
            ("weights", self.weights, f"{self.parameters / 1e9:.2f} billion"),
            ("pictures, at once", self.vision, ""),
            ("cache", self.cache, ""),
            ("prompt, at once", self.prefill, ""),
            ("recording", self.recording, f"{self.rows} tokens at once"),
            ("matrix of a token", self.matrix, f"and {size_text(self.results)} of main memory"),
            ("peak: caption", self.caption, ""),
            ("peak: with saliency", self.recorded, ""),
            ("peak: with a matrix", self.with_matrix, ""),
        )
        return "\n".join(f"  {name:<20}{size_text(count):>10}  {note}".rstrip() for name, count, note in rows)


def estimate(
    config: Any,
    prompt_tokens: int = 640,
    new_tokens: int = 128,
    dtype: str = "bfloat16",
    quantization: str | None = None,
    free: int | None = None,
    picture_tokens: int | None = None,
) -> Estimate:
    """Memory for a prompt (picture tokens included) and a caption of these lengths. No weight is made or read.

    config: a model's config. dtype, quantization: as for `load_model`. free: bytes beside the weights and the cache, to
    which observing passes shrink (None: plenty). picture_tokens: how many of the prompt's are a picture's (None: as if
    all were). Raises SettingError for lengths or names out of range, ModelError for a config that is no vision-language
    model.
    """
    _check(prompt_tokens, new_tokens, dtype, quantization)
    text = config.get_text_config()
    element = torch.finfo(DTYPES[dtype]).bits // 8
    keys = prompt_tokens + new_tokens
    rows = min(CHUNK, new_tokens)
    rows = rows if free is None else rows_that_fit(text, keys, element, rows, free)
    parameters, weights = weights_of(config, element, quantization)
    return Estimate(
        parameters=parameters,
        weights=weights,
        vision=vision_bytes(
            config, patches_of(config, prompt_tokens if picture_tokens is None else picture_tokens), element
        ),
        cache=cache_bytes(text, keys, element),
        prefill=_prefill(text, prompt_tokens, element),
        recording=_recording(text, rows, keys, element),
        matrix=matrix_bytes(text, keys, element),
        results=results_bytes(text, keys),
        rows=rows,
        least=_recording(text, 1, keys, element),
    )


@dataclass(frozen=True)
class DecoderNeeds:
    """What a decoder holds beside plain decoding. caches: further caches of the whole length, at most. edits_prompt:
    it edits rows of the prompt, so that their whole attention is there, a layer at a time."""

    caches: int = 0
    edits_prompt: bool = False


def caption_bytes(
    text: Any, prompt_tokens: int, new_tokens: int, element: int, vision: int = 0, beside: DecoderNeeds = DecoderNeeds()
) -> int:
    """What captioning and recording take beside the weights, at least. text: a text config; element: bytes a number;
    vision: bytes of the tower's work, which is over before the cache is made."""
    keys = prompt_tokens + new_tokens
    edited = edited_prompt_bytes(text, prompt_tokens) if beside.edits_prompt else 0
    work = max(_prefill(text, prompt_tokens, element), edited, _recording(text, 1, keys, element))
    return max(vision, (1 + beside.caches) * cache_bytes(text, keys, element) + work)


def edited_prompt_bytes(text: Any, prompt_tokens: int) -> int:
    """Scores, weights and edited weights [heads, prompt, prompt] of a layer in float32."""
    return 3 * 4 * text.num_attention_heads * prompt_tokens**2


def rows_that_fit(text: Any, keys: int, element: int, most: int, free: int | None) -> int:
    """Tokens that one observing pass may take: as many as fit into half of what is free, at least 1."""
    one = _recording(text, 1, keys, element)  # a pass takes so much for each of its tokens
    return max(1, min(most, (UNKNOWN if free is None else free) // 2 // one))


def cache_bytes(text: Any, keys: int, element: int) -> int:
    """Keys and values of every layer."""
    return 2 * text.num_hidden_layers * _groups(text) * _width(text) * keys * element


def about(billions: float, dtype: str, quantization: str | None) -> tuple[int, int]:
    """(weights, what must be free to caption and record) in bytes, of a model of which no more than its number of
    weights is known: both are only about right."""
    each = QUANTIZED_BYTES[quantization] + UNQUANTIZED if quantization else DTYPES[dtype].itemsize
    weights = round(billions * 1e9 * each)
    return weights, round(weights * OVERHEAD) + PICTURES * DTYPES[dtype].itemsize


def _check(prompt_tokens: int, new_tokens: int, dtype: str, quantization: str | None) -> None:
    for name, value in (("prompt_tokens", prompt_tokens), ("new_tokens", new_tokens)):
        whole(name, value, 1)
    if dtype not in DTYPES:
        raise SettingError(f"dtype must be one of {', '.join(DTYPES)}. Got {dtype!r}.")
    if quantization not in (None, *QUANTIZATIONS):
        raise SettingError(f"quantization must be {' or '.join(QUANTIZATIONS)}, or None. Got {quantization!r}.")


def weights_of(config: Any, element: int, quantization: str | None) -> tuple[int, int]:
    """(number of weights, their bytes), counted on a network without memory. Raises ModelError."""
    try:
        with torch.device("meta"):
            network = AutoModelForImageTextToText.from_config(AutoConfig.for_model(**config.to_dict()))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ModelError(f"A {config.model_type!r} config could not be built: {error}") from error
    parameters = sum(weight.numel() for weight in network.parameters())
    if quantization is None:
        return parameters, parameters * element
    head = network.get_output_embeddings()
    linear = [m for m in network.modules() if isinstance(m, torch.nn.Linear) and m is not head]
    small = sum(module.weight.numel() for module in linear)
    scales = 4 * sum(module.out_features for module in linear) if quantization == "8bit" else 0
    return parameters, round((parameters - small) * element + small * QUANTIZED_BYTES[quantization] + scales)


def _inner(text: Any) -> int:
    return getattr(text, "intermediate_size", None) or 4 * text.hidden_size


def _prefill(text: Any, positions: int, element: int) -> int:
    """The widest moment of a layer over the whole prompt: the gated MLP, beside the residual and a float32 norm."""
    return positions * (3 * _inner(text) * element + text.hidden_size * (4 * element + 8))


def recording_bytes(text: Any, rows: int, keys: int, element: int) -> int:
    """What the graph of an observing pass holds: attention of every layer in float32 and the rows' activations."""
    square = 4 * text.num_attention_heads * rows * keys
    return text.num_hidden_layers * (square + rows * _activations(text, element, groups=0)) + 4 * rows * text.vocab_size


def _recording(text: Any, rows: int, keys: int, element: int) -> int:
    """The graph, the gradients at the heads' outputs, what is read off them, the logits, and one layer's work."""
    heads, layers = text.num_attention_heads, text.num_hidden_layers
    gradients = layers * rows * (heads * _width(text) * element + 8 * keys)
    logits = rows * text.vocab_size * (2 * element + 8)
    return recording_bytes(text, rows, keys, element) + gradients + logits + 3 * 4 * heads * rows * keys


def matrix_bytes(text: Any, positions: int, element: int) -> int:
    """What one token's single-loss matrix takes where the model is: the graph's activations of every layer with their
    queries, keys and values, and the blocks of rows at work."""
    layers, heads, groups = text.num_hidden_layers, text.num_attention_heads, _groups(text)
    copies = 0 if groups == heads else heads  # shared keys and values are copied for every head, and kept as they are
    graph = layers * positions * _activations(text, element, groups=groups + copies)
    return graph + 3 * min(BLOCK_BYTES, 4 * heads * positions**2)


def results_bytes(text: Any, positions: int) -> int:
    """What its two results [layers, n, n] float32 take in main memory: a layer at a time, and then once more as one."""
    return 2 * 2 * 4 * text.num_hidden_layers * positions**2


def _activations(text: Any, element: int, groups: int) -> int:
    """Kept per layer and row: the gated MLP three times, two float32 norms, query and output, keys and values of
    `groups` heads. Frozen weights keep no inputs."""
    heads = (2 * text.num_attention_heads + 2 * groups) * _width(text)
    return 3 * _inner(text) * element + 8 * text.hidden_size + heads * element


def _width(text: Any) -> int:
    return getattr(text, "head_dim", None) or text.hidden_size // text.num_attention_heads


def _groups(text: Any) -> int:
    return getattr(text, "num_key_value_heads", None) or text.num_attention_heads
