"""Over which captions the paper's claim is looked at: the one shown, the visit's runs of its model, or all examples.

Ignores what is said of them (claims.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import SettingError
from ...trace import Trace
from ..context import EXAMPLE, Context
from ..updates import answered

SCOPES = ("caption", "visit", "examples")
MOST_RUNS = 100  # of a visit that are looked at


@answered
def fetch_claim(context: Context, asked: Mapping[str, Any]) -> dict[str, Any]:
    """asked: {scope, run: id of the one shown, runs: ids of the visit's list}. The answer of `claims.examined` with its
    scope, or {"error": sentence}."""
    scope = asked.get("scope")
    if scope not in SCOPES:
        raise SettingError(f"scope must be one of {', '.join(SCOPES)}. Got {scope!r}.")
    return {"scope": scope, **context.claims.of(captions(context, scope, asked))}


def captions(context: Context, scope: str, asked: Mapping[str, Any]) -> dict[str, Trace]:
    """Traces by run id. Of the visit only finished runs of the shown one's model: S of two models does not compare."""
    if scope == "examples":
        names = (name for name, scene in context.gallery.scenes.items() if scene.trace.is_file())
        ready = {EXAMPLE + name: context.gallery.trace(name) for name in names}
        return {name: trace for name, trace in ready.items() if not trace.history}  # an answer is no caption
    shown = str(asked.get("run") or "")
    trace = context.trace(shown)
    if scope == "caption":
        return {shown: trace}
    runs = [context.store.get(str(run)) for run in list(asked.get("runs") or [])[:MOST_RUNS]]
    return {
        run.id: run.trace
        for run in runs
        if run is not None and run.trace.ended != "running" and run.trace.model.name == trace.model.name
    }
