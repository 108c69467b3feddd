"""The page's parts: which components there are and where they stand.

Ignores what they do: wiring.py knows which event calls which handler.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import gradio as gr
from gradio.blocks import Block
from gradio.themes import Base

from . import components as ours
from . import controls

TITLE = "saliency_viz"
Functions = list[Callable[[Any], Any]]  # what a part asks of the server, by their names


@dataclass(frozen=True)
class Page:
    """The components of the page."""

    left: controls.Left
    header: gr.HTML
    notice: gr.HTML
    methods: gr.HTML  # the table of one picture's methods
    viewer: gr.HTML
    first: gr.State  # id of the run shown first, or None
    second: gr.State
    model: gr.State  # key of the chosen model
    remembered: gr.Textbox  # what the browser kept of an earlier visit, as JSON: {settings, visit}
    uploads: tuple[gr.UploadButton, gr.UploadButton]  # saved traces into the first slot and the second

    def parts(self) -> dict[str, Any]:
        """Every part a handler may change, by its name; each setting by its own."""
        left = {field.name: getattr(self.left, field.name) for field in fields(self.left)}
        mine = {field.name: getattr(self, field.name) for field in fields(self)}
        every = {**left, **self.left.settings._asdict(), **mine}
        return {name: part for name, part in every.items() if isinstance(part, Block)}


def theme() -> gr.Theme:
    """Calm greys and one indigo; fonts of the system, so that nothing is fetched."""
    sans = ["ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"]
    mono = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"]
    return Base(
        primary_hue="indigo",
        neutral_hue="zinc",
        radius_size="md",
        spacing_size="sm",
        text_size="sm",
        font=sans,
        font_mono=mono,
    )


def draw(
    t: Any,
    scenes: list[dict[str, str]],
    max_new_tokens: int,
    limit: int,
    model: str,
    ask: Mapping[str, Functions],
    reports: Sequence[Any] = (),
) -> Page:
    """Every component, inside the current gradio context. t: the translator. scenes: the example row's items. model:
    key of the one chosen at first. ask: what the "header", the field of pictures ("media") and the "viewer" ask of the
    server. reports: what the claim's place lists."""
    header = ours.header(model, ask["header"])
    notice = ours.notice()
    with gr.Row(elem_id="app-main", equal_height=False):
        with gr.Column(scale=0, min_width=300, elem_id="app-left"):
            left = controls.build_left(t, scenes, max_new_tokens, limit, model, ask["media"])
        with gr.Column(scale=1, min_width=320, elem_id="app-right"):
            methods = ours.methods()
            viewer = ours.viewer(ask["viewer"], reports)
    first, second = (
        gr.UploadButton("trace", file_types=[".trace"], type="filepath", visible="hidden", elem_id=f"app-open-{slot}")
        for slot in ("first", "second")
    )
    return Page(
        left=left,
        header=header,
        notice=notice,
        methods=methods,
        viewer=viewer,
        first=gr.State(None),
        second=gr.State(None),
        model=gr.State(model),
        uploads=(first, second),
        remembered=gr.Textbox(visible=False, label="remembered"),
    )
