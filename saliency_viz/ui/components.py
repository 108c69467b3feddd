"""Our own gr.HTML components: header, notice, the field of pictures, the example row, and the viewer that shows a run.

Ignores what they draw: assets/app and assets/viewer do that, with textContent, from props. The templates are
constant: a model's or a person's words in them would run as script (gradio 6.31 compiles them). Heavy data never is a
prop: gradio keeps and compares props, so a run is named by its id and fetched once through a server function.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

import gradio as gr

from .i18n import tables

FILES = "viewer-files"  # where serve.py serves our scripts and styles, beside gradio's own routes
WAIT = "(function start() { if (!window.SaliencyApp || !window.Plotly) return setTimeout(start, 15); %s })();"
PLOTLY = "plotly-cartesian.min.js"
PAGE = "bundles/page.js"  # made by assets/build.js from the modules in assets/app and assets/viewer
STYLES = ["app", "media", "models", "runs"]


def header(model: str, server_functions: list[Callable[..., Any]]) -> gr.HTML:
    """Name, model and run choosers, link, export, theme, help. model: key of the one chosen. Events: model (another is
    wanted), halt_model (stop loading it), plan (what a run needs may have changed), show_run, show_pair (swap the two),
    show_again (Back), compare, decode_all, manage (the run list)."""
    return _part(
        '<header class="app-header"></header>',
        "SaliencyApp.header({element, props, trigger, watch, server}); /* events: 'model' 'halt_model' 'plan' "
        "'show_run' 'show_pair' 'show_again' 'compare' 'decode_all' 'manage' */",
        elem_id="app-header",
        model=model,
        runs=None,
        server_functions=server_functions,
    )


def notice() -> gr.HTML:
    """One line of news or trouble with a button to dismiss it. Prop note: {kind, key or text} or None."""
    return _part(
        '<div class="app-notice" role="status" aria-live="polite"></div>',
        "SaliencyApp.notice({element, props, watch});",
        elem_id="app-notice",
        note=None,
    )


def decodings(titles: dict[str, str]) -> gr.HTML:
    """The button beside Run that makes several decodings, and the choice of which. titles: of the decoders, by name.
    Prop busy: whether a run is on. Event: decode_all, with value {names}."""
    return _part(
        '<div class="app-decodings"></div>',
        "SaliencyApp.decodings({element, props, trigger, watch}); /* events: 'decode_all' */",
        elem_id="app-decodings",
        titles=titles,
        busy=None,
    )


def methods() -> gr.HTML:
    """The table of one picture's decodings. Prop table: {serial, lines, at, done, all, titles} (handlers/decodings.py)
    or None. Event: show_pair."""
    return _part(
        '<section class="app-methods"></section>',
        "SaliencyApp.methods({element, props, trigger, watch}); /* events: 'show_pair' */",
        elem_id="app-methods-table",
        table=None,
    )


def remark(name: str = "app-seen") -> gr.HTML:
    """A quiet line of text. Prop note: the text, {key, values} of the table, or None."""
    return _part(
        '<p class="app-note"></p>',
        "SaliencyApp.note({element, props, watch});",
        elem_id=name,
        note=None,
    )


def thumbnails(items: list[dict[str, str]]) -> gr.HTML:
    """The example scenes as small pictures ({name, title, note, src} each). Event: pick, with value {name}."""
    return _part(
        f'<div class="app-thumbs" role="group" data-rows="{1 if len(items) <= 5 else 2}"></div>',
        "SaliencyApp.thumbnails({element, props, trigger, watch}); /* events: 'pick' */",
        elem_id="app-examples",
        items=items,
    )


def media(model: str, server_functions: list[Callable[..., Any]]) -> gr.HTML:
    """The field for pictures and videos; its value is that of `media.py`. Props: given (a value the server sets),
    model (the chosen one's name), part (of a single picture: {region, serial}, what the model will see of it in shares,
    or None for all). Events: chosen (an upload is in), cleared."""
    return _part(
        '<div class="app-media"></div>',
        "SaliencyApp.media({element, props, trigger, watch, server, upload}); /* events: 'chosen' 'cleared' */",
        elem_id="app-image",
        given=None,
        part=None,
        model=model,
        server_functions=server_functions,
    )


def viewer(server_functions: list[Callable[..., Any]], reports: Sequence[Any] = ()) -> gr.HTML:
    """Shows one run or two. Props: run and second ({id, label, example, recipe, state, serial} or None), delta (news
    of a growing run, a tail window), progress ({ticket, done, total} of what is looked up), answer ({ticket, key}: it
    can be fetched), reports (that the claim's place lists: server/reports.py). Events: action (what if: force a
    candidate, edit attention), mark (a person judges a token), look (compute what the trace leaves out), halt (stop
    that)."""
    return _part(
        '<div class="app-viewer"></div>',
        "SaliencyApp.viewer({element, props, trigger, watch, server}); /* events: 'action' 'mark' 'look' 'halt' */",
        elem_id="app-viewer",
        run=None,
        second=None,
        delta=None,
        progress=None,
        answer=None,
        reports=list(reports),
        server_functions=server_functions,
    )


def _part(
    skeleton: str, script: str, server_functions: list[Callable[..., Any]] | None = None, **options: Any
) -> gr.HTML:
    """A gr.HTML with a constant skeleton that a script of ours fills. Not a subclass: gradio 6.31 writes a file beside
    the module of each. The page's scripts may arrive after the skeleton, so each part waits for them."""
    return gr.HTML(
        {},
        html_template=skeleton,
        js_on_load=WAIT % script,
        apply_default_css=False,
        server_functions=[_plain(function) for function in server_functions or []],
        **options,
    )


def _plain(method: Callable[..., Any]) -> Callable[..., Any]:
    """A bound method as the plain function that gradio wants to write its mark on."""

    @wraps(method)
    def function(*given: Any) -> Any:
        return method(*given)

    return function


def bundle(assets: Path, suffix: str) -> bytes:
    """All of the viewer's and the page's scripts (".js", the page's words with them) or styles (".css") as one file, so
    that they load as one."""
    if suffix == ".css":
        styles = [assets / "viewer" / "viewer.css", *(assets / "app" / f"{name}.css" for name in STYLES)]
        return b"\n".join(path.read_bytes() for path in styles)
    words = f"SaliencyApp.setTexts({json.dumps(tables(), ensure_ascii=False)});"
    return b"\n".join([(assets / PAGE).read_bytes(), words.encode()])


def head(assets: Path) -> str:
    """Tags for the page's head; each address is marked with its content so that caches let go."""
    addresses = {
        name: f"{FILES}/{name}?v={hashlib.sha256(data).hexdigest()[:10]}"
        for name, data in (
            ("page.css", bundle(assets, ".css")),
            (PLOTLY, (assets / PLOTLY).read_bytes()),
            ("page.js", bundle(assets, ".js")),
        )
    }
    return (
        f'<link rel="stylesheet" href="{addresses["page.css"]}">\n'
        f'<script src="{addresses[PLOTLY]}"></script>\n<script src="{addresses["page.js"]}"></script>'
    )
