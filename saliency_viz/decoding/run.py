"""The public calls: caption, stream_caption and replay. Each checks the request, opens a session and drives the loop.

Ignores how a step is made (loop.py) and how it is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from numbers import Real
from typing import Any

from ..attention import Edits
from ..errors import PromptError, SettingError
from ..images import load_images
from ..memory import guarded
from ..models.base import LVLM, Message, Request
from ..settings import SGRS, Decoding, Edit, LocoRE, Recording, Sampling
from ..trace import RunSettings, Step, Trace
from ..video import Video
from ..whole_numbers import is_whole, whole
from .build_trace import trace_of
from .decoders import check_together, decoder_parts, resolved
from .loop import Event, decode
from .run_state import Run
from .session import Session
from .validation import check, checked_text

ROLES = ("user", "assistant", "system")
ADVICE = "Lower max_new_tokens or the picture's size, use a smaller model or dtype, or close other programs."


class CaptionStream:
    """A caption being written. Iterate for final Steps; `events()` also tells of drafts. Closing it ends the run.

    `trace` is what has been observed so far, and whole when the iteration is over; it stays after close().
    """

    def __init__(self, run: Run, prompt: str) -> None:
        self._run: Run = run
        self._prompt = prompt
        self._events = self._guarded()
        self._trace: Trace | None = None

    def events(self) -> Iterator[Event]:
        """Drafted, Withdrawn and Step as they happen."""
        return self._events

    def __iter__(self) -> Iterator[Step]:
        return (event for event in self._events if isinstance(event, Step))

    @property
    def trace(self) -> Trace:
        """Everything observed so far as a Trace. Any thread may ask."""
        return self._trace if self._trace is not None else trace_of(self._run, self._prompt)

    def partial(self) -> Trace:
        """The same as `trace`."""
        return self.trace

    @property
    def chunks(self) -> tuple[int, ...]:
        """How many tokens each observing pass saw."""
        return tuple(self._run.chunks)

    def stop(self) -> None:
        """Draft no further token; what is drafted is still observed, and the iteration ends with it."""
        self._run.stopped = True

    def close(self) -> None:
        """Stop the run and free what it held; `trace` stays. While another thread iterates, it is asked to stop, as by
        `stop`, and frees all when it is through."""
        self._run.stopped = True
        try:
            self._events.close()
        except ValueError as error:
            if "already executing" not in str(error):
                raise
            return
        self._finish()

    def _guarded(self) -> Iterator[Event]:
        try:
            with guarded(self._run.session.model.device, ADVICE):
                yield from decode(self._run)
        finally:
            self._finish()

    def _finish(self) -> None:
        if self._trace is None:
            self._trace = trace_of(self._run, self._prompt)
            self._run.drop()


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
    settings = _settings(max_new_tokens, sampling, sgrs, locore, lookahead, edits, forced, recording, decoding)
    if time_limit is not None and not (_is_number(time_limit) and time_limit > 0):
        raise SettingError(f"time_limit must be more than 0 seconds, or None. Got {time_limit!r}.")
    request = _request(image, prompt, system, history)
    with guarded(model.device, ADVICE):
        prepared = model.family.prepare(model, request)
        decoder = decoder_parts(model, prepared, settings)
    edited = Edits(len(prepared.prompt_ids), locore, settings.edits, decoder.functions)
    check(model, prepared, settings, edited)
    session = Session(model, prepared, edited)
    session.tap = decoder.tap
    return CaptionStream(Run(session, settings, time_limit, decoder), prompt)


def caption(
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
) -> Trace:
    """Write a whole caption and return its Trace. Settings as in `stream_caption`."""
    more = (edits, forced, recording, time_limit, system, history, decoding)
    stream = stream_caption(model, image, prompt, max_new_tokens, sampling, sgrs, locore, lookahead, *more)
    for _ in stream:
        pass
    return stream.trace


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
    ids = _token_ids("The caption to replay", output)
    if not ids:
        raise PromptError("The caption to replay must have at least one token. Got an empty one.")
    length = len(ids) if max_new_tokens is None else whole("max_new_tokens", max_new_tokens, 1)
    ids = ids[:length]
    more = (lookahead, edits, ids, recording, time_limit, system, history, decoding)
    return caption(model, image, prompt, len(ids), sampling, sgrs, locore, *more)


def _settings(
    max_new_tokens: int,
    sampling: Sampling,
    sgrs: SGRS | None,
    locore: LocoRE | None,
    lookahead: int | None,
    edits: Edit | Sequence[Edit],
    forced: Sequence[int],
    recording: Recording,
    decoding: Decoding | str | None,
) -> RunSettings:
    max_new_tokens = whole("max_new_tokens", max_new_tokens, 1)
    lookahead = None if lookahead is None else whole("lookahead", lookahead, 1)
    kinds = (("sampling", sampling, Sampling), ("sgrs", sgrs, SGRS), ("locore", locore, LocoRE))
    for name, value, kind in (*kinds, ("recording", recording, Recording)):
        if not isinstance(value, kind) and not (value is None and name in ("sgrs", "locore")):
            raise SettingError(f"{name} must be a saliency_viz.{kind.__name__}. Got {type(value).__name__}.")
    edits = tuple(edits) if isinstance(edits, Iterable) else (edits,)
    if not all(isinstance(edit, Edit) for edit in edits):
        raise SettingError(f"edits must be a saliency_viz.Edit, or a list of them. Got {edits!r}.")
    forced = _token_ids("forced", forced)
    decoding = resolved(decoding)
    if decoding is not None:
        check_together(decoding, sampling, sgrs)
    return RunSettings(max_new_tokens, sampling, sgrs, locore, edits, recording, lookahead, forced, decoding)


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _token_ids(name: str, values: Any) -> tuple[int, ...]:
    """Token ids from a list, an array or a tensor. Raises PromptError for anything but whole numbers."""
    items = values.tolist() if hasattr(values, "tolist") else values
    items = tuple(items) if isinstance(items, Iterable) else (None,)
    if not all(is_whole(item) for item in items):
        raise PromptError(f"{name} must be a list of token ids, which are whole numbers. Got {values!r:.80}.")
    return tuple(int(item) for item in items)


def _request(image: Any, prompt: str, system: str | None, history: Sequence[Message | tuple[str, str]]) -> Request:
    checked_text("The prompt", prompt)
    if system is not None:
        checked_text("system", system, ", or None")
    if isinstance(history, (str, bytes)) or not isinstance(history, Iterable):
        raise PromptError(f"history must be a list of (role, text). Got {type(history).__name__}.")
    turns = tuple(_turn(turn, index) for index, turn in enumerate(history))
    if isinstance(image, Video):
        return Request(image.frames, prompt, system or None, turns, image.fps, image.times)
    return Request(load_images(image), prompt, system or None, turns)


def _turn(turn: Any, index: int) -> Message:
    """One earlier turn. Raises PromptError unless it is a role and a text."""
    said = (turn.role, turn.text) if isinstance(turn, Message) else turn
    if not isinstance(said, (tuple, list)) or len(said) != 2 or not isinstance(said[1], str):
        raise PromptError(f'history[{index}] must be a pair such as ("user", "What is it?"). Got {turn!r}.')
    if said[0] not in ROLES:
        raise PromptError(f"The role of history[{index}] must be one of {', '.join(ROLES)}. Got {said[0]!r}.")
    checked_text(f"The text of history[{index}]", said[1])
    return Message(*said)
