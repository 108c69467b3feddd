"""Puts runs on the page: into the first slot or the second, into the list, and what they were asked back on the left.

Ignores what made them. Every update is by the part's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...demo.marks import has_truth
from ...trace import Trace
from .. import permalinks
from ..context import EXAMPLE, Context, Visit
from ..run_list import method_of
from ..updates import Updates, told, update


def label_of(trace: Trace) -> str:
    """What the run list calls a run: its title, or how it was decoded and how it begins."""
    words = trace.text.strip()
    return trace.title or " · ".join(filter(None, (method_of(trace), words[:40] + ("…" if len(words) > 40 else ""))))


def seen_note(trace: Trace) -> dict[str, Any]:
    """A remark on what the model saw of the picture, in pixels and tokens: a key of the table and its blanks."""
    if not trace.pictures:
        return {}
    tokens, count = str(len(trace.positions("image"))), len(trace.pictures)
    if count > 1:
        return {"key": "seen_frames" if trace.fps else "seen_pictures", "values": {"count": count, "tokens": tokens}}
    width, height = trace.pictures[0].size
    return {"key": "seen_note", "values": {"size": f"{width} × {height}", "tokens": tokens}}


def shown(context: Context, slots: Mapping[int, str | None], **more: Any) -> Updates:
    """The viewer with these runs in these slots (0 first, 1 second; None empties it). more: for the viewer, of each."""
    props: dict[str, Any] = {"delta": {}}
    ids: Updates = {}
    for slot, run_id in slots.items():
        reference = {} if run_id is None else {**run_reference(context, run_id), **more}
        reference["serial"] = next(context.serials)
        props[("run", "second")[slot]] = reference
        ids[("first", "second")[slot]] = run_id
    return {"viewer": told(**props), **ids}


def run_reference(context: Context, run_id: str) -> dict[str, Any]:
    """What the viewer needs to fetch a run and to build a link to it."""
    run, trace = context.store.get(run_id), context.trace(run_id)
    if run is None:
        linked = permalinks.LinkedRun(example=run_id.removeprefix(EXAMPLE))
    else:
        linked = permalinks.linked_run(trace, run_id, run.example)
    return {
        "id": run_id,
        "label": label_of(trace),
        "example": run is None,
        "recipe": permalinks.write_run(linked),
        "short": linked.settings is not None and linked.prompt is None,
        "foreign": run is not None and run.example is None and is_foreign(trace),
        "methods": {
            "sgrs": trace.settings.sgrs is not None,
            "locore": trace.settings.locore is not None,
            "decoder": trace.settings.decoding.name if trace.settings.decoding else "",
        },
    }


def is_foreign(trace: Trace) -> bool:
    """Whether the demo model was shown a picture that is no scene of its world, as far as the trace says."""
    return trace.model.name == "demo" and bool(trace.pictures) and not has_truth(trace)


def given(context: Context, value: dict[str, Any]) -> dict[str, Any]:
    """An update that puts a value into the field of pictures; each is another, even when it says the same."""
    return told(given={"value": value, "serial": next(context.serials)})


def asked_again(context: Context, run_id: str) -> Updates:
    """The left column with what a kept run was shown and asked, so that it can be run again otherwise."""
    trace = context.trace(run_id)
    if not trace.pictures:
        return {"seen": told(note="")}  # what was said of another run's picture is not true of this one
    opened = {"system_box": update(open=True)} if trace.system else {}
    field = given(context, {"kind": "run", "run": run_id})
    seen = told(note=seen_note(trace))
    return {"media": field, "seen": seen, "prompt": trace.prompt, "system": trace.system or "", **opened}


def listed(context: Context, visit: Visit) -> Updates:
    """The header with the visit's runs."""
    return {"header": told(runs=context.entries.listed(context.store.of_visit(visit.id)))}
