"""Which marked words name something: content words, not articles, joints or signs.

Ignores grammar: a short list of English function words, and for every language whether there is a letter at all.
"""

from __future__ import annotations

import re

from ..trace import Trace
from .mentions import Word, words_from_marks

FUNCTION_WORDS = frozenset(
    re.findall(
        r"\w+",
        """a an the this that these those it its they their them he she his her we you i there here is are was were be
        been being am has have had do does did can could will would may might shall should must not no nor and or but if
        as of at by for from in into on onto over under to up down with without about above below between through near
        next while which who whom whose what where when how than then so such too very also both each some any all
        more most other another same""",
    )
)


def content_words(trace: Trace) -> list[Word]:
    """The marked words of a trace that name something."""
    return [word for word in words_from_marks(trace) if is_content(word_text(trace, word))]


def word_text(trace: Trace, word: Word) -> str:
    """A marked word, of all its tokens."""
    mark, stop = trace.marks[word.step], word.step + 1
    while trace.marks.get(stop) == mark:
        stop += 1
    return "".join(step.text for step in trace.steps[word.step : stop]).strip()


def is_content(text: str) -> bool:
    """Whether a text has a letter or digit and is no function word."""
    return any(sign.isalnum() for sign in text) and text.strip().lower() not in FUNCTION_WORDS
