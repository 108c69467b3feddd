"""A finished run taken further: another token, edited attention, or another question.

Ignores how a caption is made and shown (caption.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ...errors import PromptError, SettingError
from ...serving.request import CaptionRequest, checked_prompt
from ...settings import Edit
from ...trace import RunSettings, Trace
from ...whole_numbers import index
from ..context import Context, Visit
from ..controls import settings_from
from ..updates import Updates
from .caption import bounded, captioned
from .inspect import same_model


def act(context: Context, visit: Visit, event: Mapping[str, Any], model: str, *widgets: Any) -> Iterator[Updates]:
    """What if: a run made again with one thing changed, into the second slot (see `changed`). Ask on: {kind: "ask",
    run, prompt} continues the run's conversation with a further question, into the first, decoded as the widgets say.
    """
    asks = event.get("kind") == "ask"

    def make() -> CaptionRequest:
        trace = context.trace(event.get("run") or "")
        if asks:
            return asked_on(trace, event.get("prompt"), settings_from(widgets, context.limit))
        same_model(model, trace)
        return CaptionRequest.of_trace(trace, bounded(context, changed(trace, event)))

    yield from captioned(context, visit, make, model, 0 if asks else 1, context.scene_of(event.get("run")))


def asked_on(trace: Trace, prompt: Any, settings: RunSettings) -> CaptionRequest:
    """A run's conversation with a further question, decoded by these settings: what is ticked now counts, not what the
    run before was made with. Raises PromptError."""
    again = CaptionRequest.of_trace(trace, settings)
    turns = followed_up(trace)
    return replace(again, prompt=checked_prompt(prompt), history=turns)


def followed_up(trace: Trace) -> tuple[tuple[str, str], ...]:
    """The conversation so far, for a further question: earlier turns, this run's question and its answer."""
    answer = trace.text.strip()
    if not answer:
        raise PromptError("This run has no answer yet to ask on from. Run it for at least one word.")
    return (*trace.history, ("user", trace.prompt), ("assistant", answer))


def changed(trace: Trace, asked: Mapping[str, Any]) -> RunSettings:
    """The settings of a run with one thing changed from a step on, what was written before it kept.

    asked: {kind: "force", step, token_id} takes that token there; {kind: "what_if", step, keys, factor} multiplies the
    attention to these keys (and layers, heads, if given) in every row from the one that predicts the step. Raises
    SettingError.
    """
    step = index("step", asked.get("step"), max(len(trace.steps), 1), " of this caption")
    if asked.get("kind") == "force":
        forced = (*trace.output_ids[:step], int(asked.get("token_id", -1)))
        return replace(trace.settings, forced=forced)
    if asked.get("kind") == "what_if":
        rows = range(trace.steps[step].position - 1, trace.first_output + trace.settings.max_new_tokens - 1)
        given: dict[str, Any] = {name: asked.get(name) for name in ("factor", "keys", "layers", "heads")}
        edit = Edit(**given, rows=tuple(rows))
        return replace(trace.settings, edits=(*trace.settings.edits, edit), forced=trace.output_ids[:step])
    raise SettingError(f"There is no such action: {asked.get('kind')!r}. Expected force or what_if.")
