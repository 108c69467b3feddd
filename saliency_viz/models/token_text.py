"""The text of every token: what it adds to those before it, so that joined texts are the decoded whole.

Ignores what the words mean and where they stand in a prompt (text.py). A decoder may take back what it gave: byte
fallback writes a run of bytes as characters only once all of them are whole, so that prefixes of a text differ from it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from typing import Any

WINDOW = 8  # tokens decoded before one, to get its text in context
UNFINISHED = "\ufffd"  # what a tokenizer gives for the first bytes of a character
CONTINUED = re.compile(r"<0x[89AB][0-9A-F]>")  # a byte inside a character, as byte fallback names it


def token_text(tokenizer: Any, ids: Sequence[int], index: int, skip_special: bool = False) -> str:
    """The text that token `index` adds to the ones before it."""
    return next_texts(tokenizer, ids[:index], ids[index : index + 1], skip_special)[0]


def next_texts(
    tokenizer: Any, ids: Sequence[int], tokens: Iterable[int], skip_special: bool = False
) -> tuple[str, ...]:
    """The text that each of several tokens would add to ids.

    A character spread over several tokens is given to the last of them; until then its tokens add nothing.
    skip_special: control tokens add nothing, instead of their names.
    """
    recent = list(ids[_window_start(tokenizer, ids, len(ids)) :])
    given = _given(tokenizer, recent, skip_special)
    return tuple(_added(given, decoded(tokenizer, [*recent, token], skip_special)) for token in tokens)


def token_texts(tokenizer: Any, ids: Sequence[int], skip_special: bool = False) -> tuple[str, ...]:
    """The text of every token; joined they are the decoded whole, less a character at its end that never came whole."""
    known: dict[tuple[int, ...], str] = {}  # image tokens repeat by the hundred
    texts = []
    for index, token in enumerate(ids):
        *recent, _ = window = tuple(ids[_window_start(tokenizer, ids, index) : index + 1])
        if window not in known:
            known[window] = next_texts(tokenizer, recent, [token], skip_special)[0]
        texts.append(known[window])
    return whole_texts(tokenizer, ids, texts, skip_special)


def whole_texts(
    tokenizer: Any, ids: Sequence[int], texts: Sequence[str], skip_special: bool = False
) -> tuple[str, ...]:
    """Texts found one after the other, corrected where what followed made something else of them.

    Only bytes that never became a character do that: byte fallback then also gives up whole characters next to them.
    """
    whole = _given(tokenizer, ids, skip_special)
    if "".join(texts) == whole:
        return tuple(texts)
    ends = [0]
    for stop in range(1, len(ids)):
        settled = decoded(tokenizer, ids[:stop], skip_special).rstrip(UNFINISHED)
        ends.append(max(ends[-1], len(_common(settled, whole))))
    return tuple(whole[start:stop] for start, stop in zip(ends, [*ends[1:], len(whole)], strict=True))


def decoded(tokenizer: Any, ids: Sequence[int], skip_special: bool = False) -> str:
    """All tokens at once, as the tokenizer itself writes them."""
    if not ids:
        return ""
    return tokenizer.decode(list(ids), skip_special_tokens=skip_special, clean_up_tokenization_spaces=False)


def special_tokens(tokenizer: Any) -> frozenset[str]:
    """The control tokens, also those that only the tokenizer's table of added tokens marks as such."""
    added = getattr(tokenizer, "added_tokens_decoder", {}).values()
    return frozenset(tokenizer.all_special_tokens) | {token.content for token in added if token.special}


def _window_start(tokenizer: Any, ids: Sequence[int], stop: int) -> int:
    """Where the last few tokens before stop begin, not in the middle of a character."""
    start = max(0, stop - WINDOW)
    while start and CONTINUED.fullmatch(str(tokenizer.convert_ids_to_tokens(int(ids[start])))):
        start -= 1
    return start


def _given(tokenizer: Any, ids: Sequence[int], skip_special: bool) -> str:
    """What these tokens were given one by one: the text up to the last whole character."""
    given = ""
    for stop in range(len(ids), 0, -1):
        text = decoded(tokenizer, ids[:stop], skip_special)
        settled = text.rstrip(UNFINISHED)
        given = settled if settled.startswith(given) else given
        if settled == text:
            break
    return given


def _added(given: str, text: str) -> str:
    settled = text.rstrip(UNFINISHED)
    if settled.startswith(given):
        return settled[len(given) :]
    return "" if settled != text else text[len(_common(given, text)) :]


def _common(left: str, right: str) -> str:
    return os.path.commonprefix([left, right])
