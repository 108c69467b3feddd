"""The page and the programs' endpoints, over one context.

Ignores how they are served.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from ..context import Context
from ..layout import TITLE, draw
from ..wiring import asked, wire
from .api import Endpoints, publish
from .refusals import SpokenBlocks


def build(context: Context, translate: Any, max_new_tokens: int = 64, reports: Sequence[Any] = ()) -> gr.Blocks:
    """Everything gradio serves. max_new_tokens: what a visitor is offered at first. translate: a gr.I18n. reports: as
    reports.py tells them."""
    with SpokenBlocks(title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=(600, 3600)) as blocks:
        scenes, first = context.gallery.thumbnails(), context.engine.first
        page = draw(translate, scenes, max_new_tokens, context.limit, first, asked(context), reports)
        wire(blocks, page, context)
        blocks.typed = publish(Endpoints(context))
    return blocks
