"""The page: which components there are, where they stand, and which handler each event calls.

Ignores what handlers do (actions.py) and how the page is served (app.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from ..trace import Trace
from . import api, controls
from . import viewer as ours
from .actions import Actions
from .desk import Page
from .engine import Engine
from .gallery import Gallery
from .runs import RunStore
from .text import translator

TITLE = "saliency_viz"
GPU = {"concurrency_id": "gpu", "concurrency_limit": 1, "show_progress": "hidden", "api_visibility": "private"}
# Settings stay in the visitor's browser: kept at every change without asking the server, handed over when a page opens.
REMEMBER = "(...values) => { try { localStorage.setItem('saliency-viz-settings', JSON.stringify(values)); } catch {} }"
RECALL = "() => { try { return localStorage.getItem('saliency-viz-settings') || ''; } catch { return ''; } }"
QUICK = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}


def theme() -> gr.Theme:
    """Calm greys and one indigo; fonts of the system, so that nothing is fetched."""
    sans = ["ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"]
    mono = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"]
    return gr.themes.Base(
        primary_hue="indigo",
        neutral_hue="zinc",
        radius_size="md",
        spacing_size="sm",
        text_size="sm",
        font=sans,
        font_mono=mono,
    )


def build(
    engine: Engine,
    store: RunStore,
    examples: Path,
    max_new_tokens: int = 64,
    limit: int = 256,
    opened: Trace | None = None,
    warm: bool = False,
) -> tuple[gr.Blocks, gr.I18n]:
    """The whole page over one engine and one store.

    limit: the most new tokens a run may ask for. opened: a trace the page shows at first, instead of an example.
    warm: load the first model in the background as soon as a page is open.
    """
    translate = translator()
    actions = Actions(engine, store, Gallery(examples), limit, opened, warm)
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=(600, 3600)) as page:
        actions.page = page_parts(actions, translate, max_new_tokens, limit)
        wire(page, actions)
        api.publish(actions)
    return page, translate


def page_parts(actions: Actions, t: Any, max_new_tokens: int, limit: int) -> Page:
    """Draw every component."""
    names = list(actions.engine.names)
    header = ours.header(
        [labelled(name) for name in names],
        actions.engine.allow_any,
        [actions.fetch_status, actions.fetch_export, actions.share_run],
    )
    notice = ours.notice()
    with gr.Row(elem_id="app-main", equal_height=False):
        with gr.Column(scale=0, min_width=300, elem_id="app-left"):
            thumbnails = actions.gallery.thumbnails()
            left = controls.build_left(t, thumbnails, max_new_tokens, limit, demo=names[0] == "demo")
        with gr.Column(scale=1, min_width=320, elem_id="app-right"):
            viewer = ours.viewer([actions.fetch_run, actions.fetch_rows, actions.fetch_answer])
    uploads = [
        gr.UploadButton("trace", file_types=[".trace"], type="filepath", visible="hidden", elem_id=f"app-open-{place}")
        for place in ("first", "second")
    ]
    return Page(
        left=left,
        header=header,
        notice=notice,
        viewer=viewer,
        first=gr.State(None),
        second=gr.State(None),
        scene=gr.State(None),
        model=gr.State(names[0]),
        uploads=(uploads[0], uploads[1]),
        remembered=gr.Textbox(visible=False, label="remembered"),
    )


def labelled(name: str) -> dict[str, str]:
    """A model for the chooser; a directory by its last part, since its place on this server is nobody's business."""
    return {"name": name, "label": Path(name).name if Path(name).is_absolute() else name}


def wire(page: gr.Blocks, actions: Actions) -> None:
    """Events to handlers."""
    parts, left = actions.page, actions.page.left
    everything = [
        left.image, left.seen, left.prompt, *left.settings, left.run, left.stop, left.demo_note,
        parts.header, parts.notice, parts.viewer, parts.first, parts.second, parts.scene, parts.model,
    ]  # fmt: skip
    left.run.click(
        actions.start,
        [left.image, left.prompt, parts.model, parts.scene, *left.settings],
        everything,
        **GPU,
    )
    parts.header.compare(actions.compare, [parts.first, parts.model, *left.settings], everything, **GPU)
    parts.viewer.action(actions.act, [parts.model], everything, **GPU)
    parts.viewer.look(actions.look, [parts.model], [parts.viewer, parts.notice], **GPU)
    parts.viewer.mark(actions.mark, None, everything, **QUICK)
    left.stop.click(actions.stop, None, [left.stop], **QUICK)
    left.thumbnails.pick(actions.pick, left.thumbnails, everything, **QUICK)
    left.image.upload(actions.uploaded, left.image, everything, **QUICK)
    left.image.clear(actions.cleared, None, everything, **QUICK)
    parts.header.model(actions.choose_model, None, everything, **QUICK)
    parts.header.show_run(actions.show_run, None, everything, **QUICK)
    for upload, opened in zip(parts.uploads, (actions.open_first, actions.open_second), strict=True):
        upload.upload(opened, upload, everything, **QUICK)
    for key, button in left.presets.items():
        button.click(lambda key=key: controls.PRESETS[key], None, [left.settings.alpha, left.settings.beta], **QUICK)
    gr.on([widget.change for widget in left.settings], None, list(left.settings), None, js=REMEMBER, **QUICK)
    page.load(actions.restore, parts.remembered, everything, js=RECALL, **QUICK)
    page.unload(actions.left)
