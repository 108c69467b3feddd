"""Another decoding of the same picture beside the first run, and two runs side by side.

Ignores how one caption is made (caption.py), and the table of many (decodings.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...errors import SettingError
from ...images import load_image
from ...serving.request import CaptionRequest, checked_prompt, checked_system
from ...settings import DECODERS, Decoding
from ...trace import RunSettings
from .. import controls, permalinks
from ..context import Context, Visit
from ..updates import Updates, guarded, note
from .caption import bounded, captioned
from .show import shown

METHODS = {"plain": (False, False), "sgrs": (True, False), "locore": (False, True), "both": (True, True)}


def compare(
    context: Context, visit: Visit, event: Mapping[str, Any], first: str | None, model: str, *widgets: Any
) -> Iterator[Updates]:
    """Another decoding of the first run's picture into the second slot. event: {method}, or {recipe} as in a link (its
    own picture where that is an example's)."""
    linked = permalinks.read_run(event.get("recipe") or {})
    if linked.settings is not None:
        model, scene = context.offered(linked.wanted) or model, linked.example or context.scene_of(first)
        yield from captioned(context, visit, lambda: linked_request(context, linked, first), model, 1, scene)
        return

    def make() -> CaptionRequest:
        trace = context.trace(first or "")
        return CaptionRequest.of_trace(trace, decoding(context, trace.settings, event.get("method"), widgets))

    yield from captioned(context, visit, make, model, 1, context.scene_of(first))


def decoding(context: Context, settings: RunSettings, method: Any, widgets: Sequence[Any]) -> RunSettings:
    """A run's settings with another decoding, one of METHODS or a decoder's name; what it did not use is as the widgets
    say. Raises SettingError."""
    given = dict(zip(controls.Settings._fields, widgets, strict=True))
    if method not in METHODS and method not in DECODERS:
        raise SettingError(f"There is no decoding {method!r}. Choose one of {', '.join((*METHODS, *DECODERS))}.")
    sgrs, locore = METHODS.get(method, (False, False))
    changed = replace(
        settings,
        sgrs=(settings.sgrs or controls.sgrs_from(given)) if sgrs else None,
        locore=(settings.locore or controls.locore_from(given)) if locore else None,
        forced=(),
        edits=(),
        decoding=decoder(settings, method, given) if method in DECODERS else None,
    )
    return bounded(context, changed)


def decoder(settings: RunSettings, name: str, given: Mapping[str, Any]) -> Decoding:
    """A decoder with the run's own numbers, else those in the widgets, where they are of this one. Raises
    SettingError."""
    known = (settings.decoding, controls.decoding_from(given))
    return next((one for one in known if one is not None and one.name == name), Decoding(name))


def linked_request(context: Context, linked: permalinks.LinkedRun, first: str | None) -> CaptionRequest:
    """The request of a link's second run. Raises TraceError when there is no picture for it."""
    scene = context.gallery.scenes.get(linked.example or "")
    assert linked.settings is not None  # `compare` has looked
    settings = bounded(context, linked.settings)
    if scene is not None:
        prompt = linked.prompt or context.gallery.trace(scene.name).prompt
        return CaptionRequest.checked(load_image(scene.picture), prompt, settings, linked.system)
    trace = context.trace(first or "")
    prompt, system = checked_prompt(linked.prompt or trace.prompt), checked_system(linked.system)
    return replace(CaptionRequest.of_trace(trace, settings), prompt=prompt, system=system)


@guarded
def show_pair(context: Context, visit: Visit, event: Mapping[str, Any]) -> Updates:
    """Two lines of the table side by side. event: {first, second}."""
    first, second = str(event.get("first")), str(event.get("second"))
    return {**shown(context, {0: first, 1: second}), "notice": note()}
