"""Every word the page shows, in English and Chinese: the table of `texts/`, and what reads it.

Ignores where a text appears. Gradio's own widgets get a text by key (the browser picks the language); our scripts get
the whole table. Words of a model or a person never pass through here.
"""

from __future__ import annotations

import re
from typing import Any

from .texts import header, inputs, settings, states, tour

LANGUAGES = ("en", "zh")
SIGN, HALF = "[\u4e00-\u9fff]", ",:;?!"
WIDE = str.maketrans(HALF, "，：；？！")

TEXTS: dict[str, tuple[str, str]] = {
    key: pair for part in (header, tour, inputs, settings, states) for key, pair in part.TEXTS.items()
}


def texts(language: str) -> dict[str, str]:
    """The whole table in one language, for our scripts."""
    column = LANGUAGES.index(language)
    return {key: full_width(pair[column]) for key, pair in TEXTS.items()}


def full_width(text: str) -> str:
    """Commas, colons, brackets and their like beside a Chinese sign as Chinese print has them; other text as it is."""
    text = re.sub(rf"\(([^()]*{SIGN}[^()]*)\)|(?<={SIGN})\(([^()]*)\)", lambda m: f"（{m[1] or m[2]}）", text)
    beside = rf"(?<={SIGN})[{HALF}]|[{HALF}](?={SIGN})|(?<=[}}）”])[{HALF}](?= {SIGN})|(?<=）)[{HALF}]"
    return re.sub(rf"({beside}) ?", lambda m: m[1].translate(WIDE), text)


def tables() -> dict[str, dict[str, str]]:
    """{language: {key: text}}, for gr.I18n and the page's scripts."""
    return {language: texts(language) for language in LANGUAGES}


def translator() -> Any:
    """gr.I18n over the table, with every key prefixed so that it never meets one of gradio's own."""
    import gradio as gr

    prefixed = {language: {f"sv_{key}": text for key, text in table.items()} for language, table in tables().items()}
    return gr.I18n(**prefixed)


def english(key: str, **values: str) -> str:
    """One English text with its blanks filled."""
    return TEXTS[key][0].format(**values)
