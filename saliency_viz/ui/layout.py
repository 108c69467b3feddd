"""The page: which components there are, where they stand, and which handler each event calls.

Ignores what handlers do (handlers/) and how the page is served (server/serve.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from ..serving.engine import Engine
from ..serving.rate_limit import RateLimit
from ..serving.run_store import RunStore
from ..trace import Trace
from . import components as ours
from . import controls
from .context import Page
from .gallery import Gallery
from .handlers.select import Actions
from .i18n import translator
from .server import api

TITLE = "saliency_viz"
GPU = {"concurrency_id": "gpu", "concurrency_limit": 1, "show_progress": "hidden", "api_visibility": "private"}
# Settings stay in the visitor's browser: kept at every change without asking the server, handed over when a page opens.
REMEMBER = "(...values) => { try { localStorage.setItem('saliency-viz-settings', JSON.stringify(values)); } catch {} }"
# What assets/app/prefs.js recalls, once that script is there.
RECALL = (
    "async () => { while (!(window.SaliencyApp && SaliencyApp.recall)) await new Promise((go) => setTimeout(go, 15)); "
    "return SaliencyApp.recall(); }"
)
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
    visitors: RateLimit | None = None,
) -> tuple[gr.Blocks, gr.I18n]:
    """The whole page over one engine and one store.

    limit: the most new tokens a run may ask for. opened: a trace the page shows at first, instead of an example.
    warm: load the first model in the background as soon as a page is open. visitors: counts their runs.
    """
    translate = translator()
    actions = Actions(engine, store, Gallery(examples), limit, opened, warm, visitors)
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=(600, 3600)) as page:
        actions.blocks = page
        actions.page = page_parts(actions, translate, max_new_tokens, limit)
        wire(page, actions)
        api.publish(actions)
    return page, translate


def page_parts(actions: Actions, t: Any, max_new_tokens: int, limit: int) -> Page:
    """Draw every component."""
    header = ours.header(
        actions.engine.first,
        [
            actions.fetch_status,
            actions.fetch_offers,
            actions.fetch_place,
            actions.fetch_export,
            actions.fetch_film,
            actions.share_run,
        ],
    )
    notice = ours.notice()
    with gr.Row(elem_id="app-main", equal_height=False):
        with gr.Column(scale=0, min_width=300, elem_id="app-left"):
            thumbnails = actions.gallery.thumbnails()
            looks = [actions.look_at, actions.fetch_takes]
            left = controls.build_left(t, thumbnails, max_new_tokens, limit, actions.engine.first, looks)
        with gr.Column(scale=1, min_width=320, elem_id="app-right"):
            methods = ours.methods()
            viewer = ours.viewer([actions.fetch_run, actions.fetch_rows, actions.fetch_answer])
    uploads = [
        gr.UploadButton("trace", file_types=[".trace"], type="filepath", visible="hidden", elem_id=f"app-open-{place}")
        for place in ("first", "second")
    ]
    return Page(
        left=left,
        header=header,
        notice=notice,
        methods=methods,
        viewer=viewer,
        first=gr.State(None),
        second=gr.State(None),
        model=gr.State(actions.engine.first),
        uploads=(uploads[0], uploads[1]),
        remembered=gr.Textbox(visible=False, label="remembered"),
    )


def wire(page: gr.Blocks, actions: Actions) -> None:
    """Events to handlers."""
    parts, left = actions.page, actions.page.left
    everything = [
        left.media, left.seen, left.prompt, left.system, left.system_box, *left.settings, left.run, left.stop,
        left.demo_note, parts.header, parts.notice, parts.methods, parts.viewer, parts.first, parts.second, parts.model,
    ]  # fmt: skip
    left.run.click(
        actions.start,
        [left.media, left.prompt, left.system, parts.model, *left.settings],
        everything,
        **GPU,
    )
    parts.header.compare(actions.compare, [parts.first, parts.model, *left.settings], everything, **GPU)
    parts.header.compare_all(actions.compare_all, [parts.first, parts.model, *left.settings], everything, **GPU)
    parts.header.manage(actions.manage_run, [parts.first, parts.second], everything, **QUICK)
    for part in (parts.methods, parts.header):
        part.show_pair(actions.show_pair, None, everything, **QUICK)
    parts.viewer.action(actions.act, [parts.model], everything, **GPU)
    parts.viewer.look(actions.look, [parts.model], [parts.viewer, parts.notice], trigger_mode="multiple", **GPU)
    parts.viewer.halt(actions.halt, None, None, **QUICK)
    parts.viewer.mark(actions.mark, None, everything, **QUICK)
    left.stop.click(actions.stop, None, [left.stop], **QUICK)
    left.thumbnails.pick(actions.pick, left.thumbnails, everything, **QUICK)
    left.media.chosen(actions.chosen, left.media, everything, **QUICK)
    left.media.cleared(actions.cleared, None, everything, **QUICK)
    parts.header.model(actions.choose_model, None, everything, **QUICK)
    parts.header.halt_model(actions.halt_model, None, everything, **QUICK)
    planned = [left.media, left.prompt, left.system, parts.model, left.settings.max_new_tokens]
    changes = [left.media.chosen, left.media.cleared, left.thumbnails.pick, parts.header.plan]
    changes += [left.prompt.change, left.system.change, left.settings.max_new_tokens.change]
    for change in changes:
        change(actions.plan, planned, left.plan, trigger_mode="always_last", **QUICK)
    parts.header.show_run(actions.show_run, None, everything, **QUICK)
    for upload, opened in zip(parts.uploads, (actions.open_first, actions.open_second), strict=True):
        upload.upload(opened, upload, everything, **QUICK)
    usual = [widget.value for widget in left.settings]
    left.reset.click(lambda: usual, None, list(left.settings), **QUICK)
    for key, button in left.presets.items():
        button.click(lambda key=key: controls.PRESETS[key], None, [left.settings.alpha, left.settings.beta], **QUICK)
    gr.on([widget.change for widget in left.settings], None, list(left.settings), None, js=REMEMBER, **QUICK)
    page.load(actions.restore, parts.remembered, everything, js=RECALL, **QUICK)
    page.unload(actions.left)
