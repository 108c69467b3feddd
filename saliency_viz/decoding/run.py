"""The public calls: caption, stream_caption and replay. Each begins a run from its arguments as checked values.

Ignores how a step is made (loop.py) and how it is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..attention import Edits
from ..errors import PromptError, SettingError
from ..memory import guarded
from ..models.base import LVLM, Message, Request
from ..models.encoded_pictures import EncodedPictures
from ..numeric_state import numeric_state
from ..settings import SGRS, Decoding, Edit, LocoRE, Recording, Sampling, is_number
from ..trace import RunSettings, Trace
from ..whole_numbers import whole
from .arguments import request_for, same_arguments, settings_of, token_ids
from .caption_stream import ADVICE, CaptionStream
from .decoders import decoder_parts
from .run_state import Run
from .session import Session
from .validation import check, checked_text


def stream_caption(
    model: LVLM,
    image: Any,
    prompt: str = "Describe the image.",
    max_new_tokens: int = 64,
    sampling: Sampling = Sampling(),
    sgrs: SGRS | None = None,
    locore: LocoRE | None = None,
    lookahead: int | None = None,
    edits: Edit | Sequence[Edit] = (),
    forced: Sequence[int] = (),
    recording: Recording = Recording(),
    time_limit: float | None = None,
    system: str | None = None,
    history: Sequence[Message | tuple[str, str]] = (),
    decoding: Decoding | str | None = None,
) -> CaptionStream:
    """Write a caption a Step at a time, with the attention and saliency of every token.

    image: a path, PIL image, array, a list of them, or a Video. lookahead: tokens drafted before they are observed
    (None: chosen by the program; it changes speed, never the tokens). edits: one Edit or several. forced: output tokens
    given instead of decoded, from the first on. time_limit: seconds after which no further token is drafted. system,
    history: what was said before, history as Messages or (role, text); pictures stand with its first question.
    decoding: one of the decoders of docs/decoders.md, by name or with settings; attention and saliency are then those
    of the main stream for the token that was taken. Raises SaliencyVizError subclasses.
    """
    settings = settings_of(max_new_tokens, sampling, sgrs, locore, edits, recording, lookahead, forced, decoding)
    return stream(model, request_for(image, prompt, system, history), settings, time_limit)


@numeric_state()
def stream(model: LVLM, request: Request, settings: RunSettings, time_limit: float | None = None) -> CaptionStream:
    """`stream_caption` on checked values (arguments.py)."""
    if time_limit is not None and not (is_number(time_limit) and time_limit > 0):
        raise SettingError(f"time_limit must be more than 0 seconds, or None. Got {time_limit!r}.")
    with guarded(model.device, ADVICE):
        prepared = model.family.prepare(model, request)
        if settings.decoding is not None:
            prepared = replace(prepared, encoded=EncodedPictures())
        decoder = decoder_parts(model, prepared, settings)
    edited = Edits(len(prepared.prompt_ids), settings.locore, settings.edits, decoder.functions)
    check(model, prepared, settings, edited, decoder.caches)
    session = Session(model, prepared, edited)
    session.tap = decoder.tap
    return CaptionStream(Run(session, settings, time_limit, decoder), request.prompt)


def written(growing: CaptionStream) -> Trace:
    """The Trace of a stream, written to its end."""
    for _ in growing:
        pass
    return growing.trace


@same_arguments(stream_caption)
def caption(*given: Any, **named: Any) -> Trace:
    """Write a whole caption and return its Trace. Arguments as in `stream_caption`."""
    return written(stream_caption(*given, **named))


def replay(
    model: LVLM,
    image: Any,
    prompt: str,
    output: str | Sequence[int],
    locore: LocoRE | None = None,
    sampling: Sampling = Sampling(),
    sgrs: SGRS | None = None,
    lookahead: int | None = None,
    edits: Edit | Sequence[Edit] = (),
    recording: Recording = Recording(),
    time_limit: float | None = None,
    system: str | None = None,
    history: Sequence[Message | tuple[str, str]] = (),
    max_new_tokens: int | None = None,
    decoding: Decoding | str | None = None,
) -> Trace:
    """Attention and saliency of a given caption: its text, or its token ids. Nothing is chosen by the model.

    max_new_tokens: replay no more than the caption's first so many tokens. Other settings as in `stream_caption`.
    """
    if isinstance(output, str):
        text = checked_text("The caption to replay", output)
        output = model.tokenizer(text, add_special_tokens=False, truncation=False)["input_ids"]
    ids = token_ids("The caption to replay", output)
    if not ids:
        raise PromptError("The caption to replay must have at least one token. Got an empty one.")
    length = len(ids) if max_new_tokens is None else whole("max_new_tokens", max_new_tokens, 1)
    ids = ids[:length]
    settings = settings_of(len(ids), sampling, sgrs, locore, edits, recording, lookahead, ids, decoding)
    return written(stream(model, request_for(image, prompt, system, history), settings, time_limit))
