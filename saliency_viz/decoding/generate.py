"""SGRS, LocoRE and every decoder inside transformers' own `generate`, for people's own code on a plain model.

Ignores traces and texts: ids in, ids out. `model.generate(**inputs, custom_generate=sv.generate(sgrs=sv.SGRS()))`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast

import torch
from torch import Tensor
from transformers import LogitsProcessorList
from transformers.generation.utils import GenerateDecoderOnlyOutput

from .. import attention
from ..attention import Edits
from ..errors import ModelError, SettingError
from ..models.base import LVLM, Boxes, Prepared
from ..models.families import generic
from ..models.families.table import family_of
from ..models.loading.devices import keep_gradients
from ..models.prepare import placeholder_ids, rope_positions
from ..models.text import runs_of
from ..settings import SGRS, Decoding, Edit, LocoRE, Sampling
from ..trace import ModelInfo, RunSettings, Span, Step
from .arguments import checked_settings, settings_of
from .decoders import decoder_parts
from .loop import decode
from .run_state import Run
from .session import Session
from .validation import check

NOT_INPUTS = (  # made anew for every call
    *("cache", "past_key_values", "use_cache", "logits_to_keep", "position_ids", "cache_position", "rope_deltas"),
    *("output_attentions", "output_hidden_states", "return_dict"),
)
Generate = Callable[..., Tensor | GenerateDecoderOnlyOutput]


def generate(
    sgrs: SGRS | None = None,
    locore: LocoRE | None = None,
    decoding: Decoding | str | None = None,
    sampling: Sampling | None = None,
    lookahead: int | None = None,
    edits: Edit | Sequence[Edit] = (),
) -> Generate:
    """What transformers' `generate` takes as `custom_generate`; settings as in `caption`.

    sampling: None follows the call's do_sample, temperature, top_k and top_p, with a seed drawn from torch. The call's
    other settings (max_new_tokens, repetition_penalty, logits_processor, stopping_criteria, ...) act as always. One
    sequence at a time, of a model whose layers go through transformers' attention interface; weights, mode and
    attention function are as before when it returns. Raises SaliencyVizError subclasses.
    """
    chosen = sampling if sampling is not None else Sampling()
    given = settings_of(1, chosen, sgrs, locore, edits, lookahead=lookahead, decoding=decoding)  # refused at once

    def decode_with(
        network: Any,
        input_ids: Tensor,
        logits_processor: Any = (),
        stopping_criteria: Any = (),
        generation_config: Any = None,
        **inputs: Any,
    ) -> Tensor | GenerateDecoderOnlyOutput:
        config = generation_config
        own = sampling or Sampling(float(bool(config.do_sample)), int(torch.randint(2**62, ()).item()))
        room = config.max_length - input_ids.shape[1]
        settings = checked_settings(replace(given, max_new_tokens=room, sampling=own))
        with borrowed(network):
            run = _run(network, input_ids, inputs, config, settings)
            run.chooser.own = LogitsProcessorList(logits_processor)
            if sampling is None:
                run.chooser.warpers = LogitsProcessorList()  # already among the processors
            try:
                sequence = _written(run, input_ids, stopping_criteria)
            finally:
                run.drop()
        if not config.return_dict_in_generate:
            return sequence
        return GenerateDecoderOnlyOutput(sequences=cast(torch.LongTensor, sequence))

    return decode_with


def _written(run: Run, prompt: Tensor, stopping: Any) -> Tensor:
    """Prompt and outputs [1, tokens], until the run or one of the call's criteria ends it."""
    sequence = prompt
    events = decode(run)
    for event in events:
        if isinstance(event, Step):
            sequence = torch.cat([sequence, torch.tensor([[event.token_id]], device=prompt.device)], dim=1)
            if any(bool(criterion(sequence, None).all()) for criterion in stopping):
                events.close()
                break
    return sequence


def _run(network: Any, ids: Tensor, given: dict[str, Any], config: Any, settings: RunSettings) -> Run:
    mask = given.get("attention_mask")
    if ids.shape[0] != 1 or (mask is not None and not bool((mask != 0).all())):
        raise SettingError(
            f"sv.generate takes one sequence without padding. Got {ids.shape[0]}. Call it for each by itself."
        )
    model = _wrapped(network, config)
    inputs = {name: value for name, value in given.items() if value is not None and name not in NOT_INPUTS}
    inputs = {name: value for name, value in inputs.items() if not isinstance(value, dict) or value}
    inputs["input_ids"] = ids
    positions, delta = _positions(model, inputs, given.get("position_ids"))
    placeholders = placeholder_ids(model)
    runs = sorted(run for token in placeholders for run in runs_of(ids[0].tolist(), token))
    prepared = Prepared(
        inputs={**inputs, **positions},
        prompt_texts=("",) * ids.shape[1],
        spans=tuple(Span("image", start, stop, 0) for start, stop in runs),
        pictures=(),
        boxes=Boxes.join([]),
        rope_delta=delta,
    )
    parts = decoder_parts(model, prepared, settings)
    edited = Edits(ids.shape[1], settings.locore, settings.edits, parts.functions)
    check(model, prepared, settings, edited, parts.caches)
    session = Session(model, prepared, edited)
    session.tap = parts.tap
    return Run(session, settings, decoder=parts)


def _positions(model: LVLM, inputs: dict[str, Any], given: Tensor | None) -> tuple[dict[str, Any], int]:
    """3-D rotary positions and what later ones add to their index, as `rope_positions`. From transformers 5.24 on
    `generate` has encoded the picture already, and its grid is gone: the positions it made are taken."""
    if given is None or given.ndim != 3:
        return rope_positions(model, inputs)
    return {"position_ids": given}, int(given[-3:].max()) + 1 - given.shape[-1]


def _wrapped(network: Any, config: Any) -> LVLM:
    """A plain transformers model as the engine takes it, with no processor."""
    text, end = network.config.get_text_config(), config.eos_token_id
    family = family_of(network.config.model_type) or generic.FAMILY
    return LVLM(
        network=network,
        processor=_NoProcessor(),
        family=family,
        info=ModelInfo(
            name=str(network.config.name_or_path or network.config.model_type),
            family=family.name,
            layers=text.num_hidden_layers,
            heads=text.num_attention_heads,
            dtype=str(network.dtype).removeprefix("torch."),
            device=str(network.device),
        ),
        stop_ids=frozenset() if end is None else frozenset([end] if isinstance(end, int) else end),
        context=getattr(text, "max_position_embeddings", None),
    )


@contextmanager
def borrowed(network: Any) -> Iterator[None]:
    """The network frozen, in evaluation, with our attention function; all as it was before when it is given back."""
    text = network.config.get_text_config()
    was, training = text._attn_implementation, network.training
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    if was is None:
        raise ModelError("Expected a model whose attention implementation can be set. Got one without any.")
    try:
        keep_gradients(network)
        attention.register()
        network.set_attn_implementation({"text_config": attention.NAME})
        network.requires_grad_(False).eval()
        yield
    finally:
        network.set_attn_implementation({"text_config": was})
        for parameter in trained:
            parameter.requires_grad_(True)
        network.train(training)


class _NoTexts:
    """Stands where a tokenizer is asked for texts: none is needed, since ids go out."""

    all_special_ids: tuple[int, ...] = ()
    all_special_tokens: tuple[str, ...] = ()

    def decode(self, ids: Sequence[int], **kwargs: Any) -> str:
        return ""

    def convert_ids_to_tokens(self, ids: Any, **kwargs: Any) -> Any:
        return "" if isinstance(ids, int) else [""] * len(ids)


class _NoProcessor:
    tokenizer = _NoTexts()
