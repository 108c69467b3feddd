"""Our own gr.HTML components: the header, the notice, the example row and the viewer that shows a run.

Ignores what they draw: assets/app.js and assets/viewer/*.js do that, with textContent, from props. The templates are
constant: a model's or a person's words in them would run as script (gradio 6.31 compiles them). Heavy data never is a
prop: gradio keeps and compares props, so a run is named by its id and fetched once through a server function.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import gradio as gr

from .text import tables

FILES = "viewer-files"  # where app.py serves the public part of assets, beside gradio's own routes
LIBRARIES = ("plotly-cartesian.min.js",)


def header(models: list[str], free: bool, server_functions: list[Callable[..., Any]]) -> gr.HTML:
    """Name, model and run choosers, link, export, theme, help. Events: model, show_run, compare."""
    return _part(
        '<header class="app-header"></header>',
        "SaliencyApp.header({element, props, trigger, watch, server}); /* events: 'model' 'show_run' 'compare' */",
        elem_id="app-header",
        texts=tables(),
        models=models,
        free=free,
        model=models[0],
        runs=[],
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


def remark() -> gr.HTML:
    """A quiet line of text. Prop note: the text, or None."""
    return _part(
        '<p class="app-note"></p>',
        "SaliencyApp.note({element, props, watch});",
        elem_id="app-seen",
        note=None,
    )


def thumbnails(items: list[dict[str, str]]) -> gr.HTML:
    """The example scenes as small pictures ({name, title, note, src} each). Event: pick, with value {name}."""
    return _part(
        '<div class="app-thumbs" role="group"></div>',
        "SaliencyApp.thumbnails({element, props, trigger, watch}); /* events: 'pick' */",
        elem_id="app-examples",
        items=items,
    )


def viewer(server_functions: list[Callable[..., Any]]) -> gr.HTML:
    """Shows one run or two. Props: run and second ({id, label, example, recipe, state, serial} or None), delta (news
    of a growing run, a tail window). Events: action (what if: force a candidate, edit attention), mark (a person
    judges a token)."""
    return _part(
        '<div class="app-viewer"></div>',
        "SaliencyApp.viewer({element, props, trigger, watch, server}); /* events: 'action' 'mark' */",
        elem_id="app-viewer",
        run=None,
        second=None,
        delta=None,
        server_functions=server_functions,
    )


def _part(
    skeleton: str, script: str, server_functions: list[Callable[..., Any]] | None = None, **options: Any
) -> gr.HTML:
    """A gr.HTML with a constant skeleton that a script of ours fills. Not a subclass: gradio 6.31 writes a file beside
    the module of each."""
    return gr.HTML(
        {},
        html_template=skeleton,
        js_on_load=script,
        apply_default_css=False,
        server_functions=[_plain(function) for function in server_functions or []],
        **options,
    )


def _plain(method: Callable[..., Any]) -> Callable[..., Any]:
    """A bound method as the plain function that gradio wants to write its mark on."""

    @wraps(method)
    def function(request: Any) -> Any:
        return method(request)

    return function


def head(assets: Path) -> str:
    """Tags for the page's head: our style and scripts, each address marked with its content so that caches let go."""
    styles = ["viewer/viewer.css", "app.css"]
    scripts = [*LIBRARIES, *viewer_scripts(assets), "app.js"]
    tags = [f'<link rel="stylesheet" href="{_address(assets, name)}">' for name in styles if (assets / name).is_file()]
    tags += [f'<script src="{_address(assets, name)}"></script>' for name in scripts if (assets / name).is_file()]
    return "\n".join(tags)


def viewer_scripts(assets: Path) -> list[str]:
    """The viewer's scripts in the order they must load: as viewer/order.json lists them, else by name."""
    folder = assets / "viewer"
    order = folder / "order.json"
    if order.is_file():
        return [f"viewer/{name}" for name in json.loads(order.read_text(encoding="utf-8"))]
    return sorted(f"viewer/{path.name}" for path in folder.glob("*.js"))


def _address(assets: Path, name: str) -> str:
    mark = hashlib.sha256((assets / name).read_bytes()).hexdigest()[:10]
    return f"{FILES}/{name}?v={mark}"
