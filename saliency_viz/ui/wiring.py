"""Which event of the page calls which handler, with which values, and which of its parts the answer changes.

Ignores what handlers do. Here alone gradio's requests and events become plain values, and part names components.
"""

from __future__ import annotations

import inspect as signatures
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Any

import gradio as gr

from ..serving.rate_limit import visitor
from . import controls
from .context import Context, Visit
from .handlers import (
    caption,
    claim,
    compare,
    decodings,
    export,
    fetch,
    inspect,
    models,
    page_load,
    run_preview,
    runs,
    select,
    what_if,
)
from .layout import Page
from .updates import Updates

# No limit of gradio's: whose turn it is with the model the handlers ask themselves (serving/turns.py).
# gradio's signs of progress, though hidden, would run a clock in every part that an event may change: on none, then.
OURS = {"show_progress": "hidden", "show_progress_on": (), "api_visibility": "private"}
GPU = {"concurrency_id": "gpu", "concurrency_limit": None, **OURS}
QUICK = {"queue": False, **OURS}
SETTINGS = controls.Settings._fields
# Settings stay in the visitor's browser: kept at every change without asking the server, handed over when a page opens.
REMEMBER = "try { localStorage.setItem('saliency-viz-settings', JSON.stringify(values)); } catch {}"
# What assets/app/runs/run_due.js compares with the run shown.
CHOSEN = f"SaliencyApp.decodingChosen({json.dumps(SETTINGS)}, values);"
# What assets/app/page/prefs.js recalls, once that script is there.
RECALL = (
    "async () => { while (!(window.SaliencyApp && SaliencyApp.recall)) await new Promise((go) => setTimeout(go, 15)); "
    "return SaliencyApp.recall(); }"
)
ASKED = {  # what our own parts ask of the server, by part
    "header": [
        fetch.fetch_status,
        fetch.fetch_offers,
        fetch.fetch_offer,
        export.fetch_export,
        export.fetch_film,
        fetch.share_run,
    ],
    "media": [fetch.look_at, fetch.fetch_takes],
    "viewer": [fetch.fetch_run, fetch.fetch_rows, inspect.fetch_answer, claim.fetch_claim],
}


def asked(context: Context) -> dict[str, list[Callable[..., Any]]]:
    """The server functions of each part, with the context given."""
    return {part: [_server_function(context, function) for function in functions] for part, functions in ASKED.items()}


def _server_function(context: Context, function: Callable[..., Any]) -> Callable[..., Any]:
    named = "who" in signatures.signature(function).parameters

    def call(request: Any, asked: gr.Request) -> Any:
        who = {"who": visitor(asked, context.rate_limit.behind_proxy)} if named else {}
        return function(context, request, **who)

    call.__name__, call.__doc__ = function.__name__, function.__doc__  # the page calls it by name
    return call


def handler(context: Context, function: Callable[..., Any], parts: Mapping[str, Any]) -> Callable[..., Any]:
    """A handler as gradio calls it. A handler with a parameter `event` is given what the event told."""

    def visit(request: gr.Request) -> Visit:
        return Visit.of(request, context.rate_limit.behind_proxy)

    def named(updates: Updates | None) -> dict[Any, Any] | None:
        return None if updates is None else {parts[name]: value for name, value in updates.items()}

    def call(request: gr.Request, *values: Any) -> Any:
        return named(function(context, visit(request), *values))

    def call_with_event(request: gr.Request, event: gr.EventData, *values: Any) -> Any:
        return named(function(context, visit(request), event._data, *values))

    def stream(request: gr.Request, *values: Any) -> Iterator[Any]:
        with closing(function(context, visit(request), *values)) as growing:
            yield from map(named, growing)

    def stream_with_event(request: gr.Request, event: gr.EventData, *values: Any) -> Iterator[Any]:
        with closing(function(context, visit(request), event._data, *values)) as growing:
            yield from map(named, growing)

    grows, told = signatures.isgeneratorfunction(function), "event" in signatures.signature(function).parameters
    made = {
        (False, False): call,
        (False, True): call_with_event,
        (True, False): stream,
        (True, True): stream_with_event,
    }
    wrapped = made[grows, told]
    wrapped.__name__, wrapped.__doc__ = function.__name__, function.__doc__
    return wrapped


def wire(blocks: gr.Blocks, page: Page, context: Context) -> None:
    """Events to handlers."""
    parts, left, header, viewer = page.parts(), page.left, page.header, page.viewer
    everything = [part for name, part in parts.items() if name not in ("plan", "thumbnails", "reset", "remembered")]

    def on(event: Any, function: Callable[..., Any], values: Any = None, outputs: Any = everything, **how: Any) -> Any:
        values = [parts[value] if isinstance(value, str) else value for value in values or ()]
        return event(handler(context, function, parts), values, outputs, **how)

    on(left.run.click, caption.start, ("media", "prompt", "system", "model", *SETTINGS), **GPU)
    on(left.stop.click, caption.stop, None, [left.stop], **QUICK)
    on(header.compare, compare.compare, ("first", "model", *SETTINGS), **GPU)
    for part in (left.decodings, header):
        asking = ("media", "prompt", "system", "first", "model", *SETTINGS)
        on(part.decode_all, decodings.decode_all, asking, **GPU)
    for part in (page.methods, header):
        on(part.show_pair, compare.show_pair, **QUICK)
    on(header.manage, runs.manage_run, ("first", "second"), **QUICK)
    on(header.show_run, select.show_run, **QUICK)
    on(header.show_again, runs.show_again, trigger_mode="multiple", **QUICK)  # Back, pressed twice
    on(header.model, models.choose_model, **QUICK)
    on(header.halt_model, models.halt_model, **QUICK)
    on(viewer.action, what_if.act, ("model", *SETTINGS), **GPU)
    on(viewer.look, inspect.look, ("model",), [viewer, page.notice], trigger_mode="multiple", **GPU)
    on(viewer.halt, inspect.halt, None, None, **QUICK)
    on(viewer.mark, runs.mark, **QUICK)
    on(left.thumbnails.pick, select.pick, ("thumbnails",), **QUICK)
    on(left.media.chosen, select.chosen, ("media",), **QUICK)
    on(left.media.cleared, select.cleared, **QUICK)
    for upload, opened in zip(page.uploads, (select.open_first, select.open_second), strict=True):
        on(upload.upload, opened, (upload,), **QUICK)
    changes = [left.media.chosen, left.media.cleared, left.thumbnails.pick, header.plan]
    changes += [left.prompt.change, left.system.change, left.settings.max_new_tokens.change]
    for change in changes:
        planned = ("media", "prompt", "system", "model", "max_new_tokens")
        on(change, run_preview.plan, planned, [left.plan, left.media], trigger_mode="always_last", **QUICK)
    opened = on(blocks.load, page_load.restore, ("remembered",), js=RECALL, **QUICK)
    opened.then(None, list(left.settings), None, js=f"(...values) => {{ {CHOSEN} }}", **QUICK)
    blocks.unload(_closed(context))
    _wire_settings(left)


def _wire_settings(left: controls.Left) -> None:
    """What the settings do among themselves: reset, presets, and staying in the browser."""
    usual = [widget.value for widget in left.settings]
    left.reset.click(lambda: usual, None, list(left.settings), **QUICK)
    for key, button in left.presets.items():
        button.click(lambda key=key: controls.PRESETS[key], None, [left.settings.alpha, left.settings.beta], **QUICK)
    kept = f"(...values) => {{ {REMEMBER} {CHOSEN} }}"
    gr.on([widget.change for widget in left.settings], None, list(left.settings), None, js=kept, **QUICK)


def _closed(context: Context) -> Callable[[gr.Request], None]:
    def left(request: gr.Request) -> None:
        page_load.left(context, Visit.of(request))

    return left
