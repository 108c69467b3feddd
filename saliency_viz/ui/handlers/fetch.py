"""What the browser asks for on its own: a run's numbers and rows, and how the server stands.

Ignores the page's parts: these are plain questions with one value in and one out.
"""

from __future__ import annotations

from typing import Any

from ...errors import TraceError
from ...figures.web.payload import rows_bytes, rows_payload
from ...serving.model_key import QUANTIZATIONS, ModelKey
from ...whole_numbers import is_whole
from .. import media
from ..context import Context
from ..payloads import ROWS_BYTES
from ..updates import answered, without_places


@answered
def fetch_run(context: Context, run_id: str) -> dict[str, Any]:
    """The viewer's payload of a run, or {"error": sentence}."""
    return context.payloads.of(context.trace(run_id), run_id)


@answered
def fetch_rows(context: Context, request: list[Any]) -> dict[str, Any]:
    """[run id, step] -> that step's rows; [run id, first, count] -> those of so many steps, one after another."""
    given: list[Any] = [*request, 1]
    run_id, step, count = given[:3]
    trace = context.trace(run_id)
    last = len(trace.steps)
    if not is_whole(step, 0, last - 1) or not is_whole(count, 1, last - step):
        raise TraceError(f"There are no steps {step!r} to {step!r} + {count!r} in this run of {last} steps.")
    if count > 1 and count * rows_bytes(trace, 1) > ROWS_BYTES:
        raise TraceError(f"{count} steps of this run are more than one answer holds. Ask for fewer at once.")
    return rows_payload(trace, step, count)


@answered
def look_at(context: Context, value: dict[str, Any], who: str) -> dict[str, Any]:
    """The field's value as it will be shown to the model: small pictures, times (see `media.described`)."""
    return media.described(value, context.gallery, context.trace, context.decode(who))


def fetch_takes(context: Context, name: str) -> dict[str, Any] | None:
    """What a model can be shown (see Engine.takes), None while it is not loaded."""
    return context.engine.takes(str(name))


def fetch_status(context: Context, name: str) -> dict[str, Any]:
    """Where the model stands; back: whether the demo model may be taken in its place."""
    back = str(name) != "demo" and "demo" in context.engine.rules.names()
    told = {**context.engine.status(str(name)), "label": ModelKey.read(str(name)).label, "back": back}
    return {**told, **{part: without_places(told[part]) for part in ("reason", "note", "text") if part in told}}


@answered
def fetch_offers(context: Context, quantization: str | None) -> dict[str, Any]:
    """The chooser's rows for weights of this kind (see Engine.offers), or {"error": sentence}."""
    return context.engine.offers(quantization if quantization in QUANTIZATIONS else None)


@answered
def fetch_offer(context: Context, key: str) -> dict[str, Any]:
    """The chooser's row for one model, of any name (see Engine.offer), or {"error": sentence}."""
    return context.engine.offer(str(key))


def share_run(context: Context, run_id: str) -> bool:
    """A link was copied: keep the run beyond the visit."""
    return context.store.share(str(run_id))
