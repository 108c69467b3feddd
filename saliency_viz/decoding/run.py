"""The public calls: caption, stream_caption and replay. Each checks the request, opens a session and drives the loop.

Ignores how a step is made (loop.py) and how it is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ..attention import Edits
from ..errors import ContextError, PromptError, SettingError
from ..images import load_images
from ..memory import guarded
from ..models.base import LVLM, Message, Prepared, Request
from ..settings import SGRS, Edit, LocoRE, Recording, Sampling
from ..trace import RunSettings, Step, Trace
from ..video import Video
from .assemble import trace_of
from .loop import Event, decode
from .progress import Run
from .room import require_room
from .session import Session

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
        """Everything observed so far as a Trace."""
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
        """Stop the run and free what it held; `trace` stays."""
        self._events.close()
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
            self._run.session.drop()


def stream_caption(
    model: LVLM,
    image: Any,
    prompt: str = "Describe the image.",
    max_new_tokens: int = 64,
    sampling: Sampling = Sampling(),
    sgrs: SGRS | None = None,
    locore: LocoRE | None = None,
    lookahead: int | None = None,
    edits: Sequence[Edit] = (),
    forced: Sequence[int] = (),
    recording: Recording = Recording(),
    time_limit: float | None = None,
    system: str | None = None,
    history: Sequence[Message | tuple[str, str]] = (),
) -> CaptionStream:
    """Write a caption a Step at a time, with the attention and saliency of every token.

    image: a path, PIL image, array, a list of them, or a Video. lookahead: tokens drafted before they are observed
    (None: chosen by the program; it changes speed, never the tokens). forced: output tokens given instead of decoded,
    from the first on. time_limit: seconds after which no further token is drafted. system, history: what was said
    before, history as Messages or (role, text); pictures stand with its first question. Raises SaliencyVizError
    subclasses.
    """
    settings = _settings(max_new_tokens, sampling, sgrs, locore, lookahead, edits, forced, recording)
    request = _request(image, prompt, system, history)
    with guarded(model.device, ADVICE):
        prepared = model.family.prepare(model, request)
    _check(model, prepared, settings)
    if time_limit is not None and not time_limit > 0:
        raise SettingError(f"time_limit must be more than 0 seconds. Got {time_limit!r}.")
    session = Session(model, prepared, Edits(len(prepared.prompt_ids), locore, settings.edits))
    return CaptionStream(Run(session, settings, time_limit), prompt)


def caption(model: LVLM, image: Any, prompt: str = "Describe the image.", **settings: Any) -> Trace:
    """Write a whole caption and return its Trace. Settings as in `stream_caption`."""
    stream = stream_caption(model, image, prompt, **settings)
    for _ in stream:
        pass
    return stream.trace


def replay(
    model: LVLM, image: Any, prompt: str, output: str | Sequence[int], locore: LocoRE | None = None, **settings: Any
) -> Trace:
    """Attention and saliency of a given caption: its text, or its token ids. Nothing is chosen by the model."""
    ids = model.tokenizer(output, add_special_tokens=False)["input_ids"] if isinstance(output, str) else list(output)
    if not ids:
        raise PromptError("The caption to replay must have at least one token. Got an empty one.")
    return caption(model, image, prompt, locore=locore, forced=ids, max_new_tokens=len(ids), **settings)


def _settings(
    max_new_tokens: int,
    sampling: Sampling,
    sgrs: SGRS | None,
    locore: LocoRE | None,
    lookahead: int | None,
    edits: Sequence[Edit],
    forced: Sequence[int],
    recording: Recording,
) -> RunSettings:
    for name, value in (("max_new_tokens", max_new_tokens), ("lookahead", 1 if lookahead is None else lookahead)):
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise SettingError(f"{name} must be a whole number of at least 1. Got {value!r}.")
    kinds = (("sampling", sampling, Sampling), ("sgrs", sgrs, SGRS), ("locore", locore, LocoRE))
    for name, value, kind in (*kinds, ("recording", recording, Recording)):
        if not isinstance(value, kind) and not (value is None and name in ("sgrs", "locore")):
            raise SettingError(f"{name} must be a saliency_viz.{kind.__name__}. Got {type(value).__name__}.")
    return RunSettings(
        max_new_tokens,
        sampling,
        sgrs,
        locore,
        tuple(edits),
        recording,
        lookahead,
        tuple(int(token) for token in forced),
    )


def _request(image: Any, prompt: str, system: str | None, history: Sequence[Message | tuple[str, str]]) -> Request:
    if not isinstance(prompt, str):
        raise PromptError(f"The prompt must be a text. Got {type(prompt).__name__}.")
    if system is not None and not isinstance(system, str):
        raise PromptError(f"system must be a text, or None. Got {type(system).__name__}.")
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
    return Message(*said)


def _check(model: LVLM, prepared: Prepared, settings: RunSettings) -> None:
    """Refuse what cannot run, before it starts."""
    first, most, forced = len(prepared.prompt_ids), settings.max_new_tokens, settings.forced
    if model.context is not None and first + most > model.context:
        raise ContextError(
            f"Prompt and caption must fit into {model.context} tokens. Got {first} of prompt and picture and "
            f"{most} of caption. {_shorter(model.context - first)}"
        )
    vocabulary = model.network.get_input_embeddings().num_embeddings
    image_token = getattr(model.config, "image_token_id", None)
    wrong = [token for token in forced if not 0 <= token < vocabulary or token == image_token]
    if wrong:
        raise PromptError(
            f"Given output tokens must be text tokens in 0..{vocabulary - 1}. Got {wrong[:5]}. "
            "Use ids of this model's tokenizer."
        )
    for edit in settings.edits:
        _check_edit(edit, model, first, most)
    require_room(model, prepared, most)


def _shorter(room: int) -> str:
    if room > 0:
        return f"Lower max_new_tokens to {room} or shorten the prompt."
    return "Shorten the prompt, or take fewer or smaller pictures: not one token of caption has room."


def _check_edit(edit: Edit, model: LVLM, first: int, most: int) -> None:
    limits = (
        ("rows", edit.rows, first - 1, first + most - 1),
        ("keys", edit.keys, 0, first + most - 1),
        ("layers", edit.layers, 0, model.info.layers - 1),
        ("heads", edit.heads, 0, model.info.heads - 1),
    )
    for name, values, low, high in limits:
        if values is not None and not (low <= values[0] and values[-1] <= high):
            raise SettingError(
                f"An edit's {name} must lie in {low}..{high} for this run. Got {values[0]}..{values[-1]}. "
                "Rows before the one that predicts the first output belong to the prompt and are never edited."
            )
