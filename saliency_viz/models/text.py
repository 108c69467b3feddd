"""Token texts and the spans of a prompt: which positions are system, image, prompt and template.

Ignores pixels and the network: it reads ids, a tokenizer, and the texts that went in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..errors import PromptError
from ..trace import Span
from .base import Request

WINDOW = 8  # tokens decoded before one, to get its text in context
MARK = "\ue000\ue001"  # around the number of a text in a rendered template: characters for private use
UNFINISHED = "\ufffd"  # what a tokenizer gives for the first bytes of a character


def token_text(tokenizer: Any, ids: Sequence[int], index: int, skip_special: bool = False) -> str:
    """The text that token `index` adds to the ones before it."""
    token = int(ids[index])
    if skip_special and token in tokenizer.all_special_ids:
        return ""
    return next_texts(tokenizer, ids[max(0, index - WINDOW) : index], [token])[0]


def next_texts(tokenizer: Any, ids: Sequence[int], tokens: Sequence[int]) -> tuple[str, ...]:
    """The text that each of several tokens would add to ids.

    A character spread over several tokens is given to the last of them; until then its tokens add nothing. Decoded
    with a few tokens before it, since a tokenizer may treat the start of a text in its own way.
    """
    special, recent = tokenizer.all_special_ids, list(ids[-WINDOW:])
    before = _decode(tokenizer, recent).rstrip(UNFINISHED)

    def added(token: int) -> str:
        if token in special:
            return tokenizer.convert_ids_to_tokens(token)
        after = _decode(tokenizer, [*recent, token])
        if after.endswith(UNFINISHED):
            return ""
        return after[len(before) :] if after.startswith(before) else _decode(tokenizer, [token])

    return tuple(added(token) for token in tokens)


def token_texts(tokenizer: Any, ids: Sequence[int], skip_special: bool = False) -> tuple[str, ...]:
    """`token_text` of every token; joined they give the decoded whole (less an unfinished end)."""
    known: dict[tuple[int, ...], str] = {}  # image tokens repeat by the hundred
    texts = []
    for index in range(len(ids)):
        window = tuple(ids[max(0, index - WINDOW) : index + 1])
        if window not in known:
            known[window] = token_text(tokenizer, ids, index, skip_special)
        texts.append(known[window])
    return tuple(texts)


def _decode(tokenizer: Any, ids: Sequence[int]) -> str:
    return tokenizer.decode(list(ids), skip_special_tokens=False, clean_up_tokenization_spaces=False) if ids else ""


def prompt_spans(
    texts: Sequence[str], image_runs: Sequence[tuple[int, int, int]], request: Request, template: Sequence[str]
) -> tuple[Span, ...]:
    """Spans over the whole prompt, ascending and without gaps.

    texts: the text of every position. image_runs: (start, stop, picture) of the positions that show a picture.
    template: `template_parts` of the request.
    """
    kinds: list[tuple[str, int | None]] = [("template", None)] * len(texts)
    for kind, start, stop in _located("".join(texts), texts, said_of(request), template):
        _label(kinds, texts, start, stop, kind)
    for start, stop, picture in image_runs:
        kinds[start:stop] = [("image", picture)] * (stop - start)
    spans: list[Span] = []
    for index, (kind, picture) in enumerate(kinds):
        if spans and (spans[-1].kind, spans[-1].image) == (kind, picture):
            spans[-1] = Span(spans[-1].kind, spans[-1].start, index + 1, picture)
        else:
            spans.append(Span(kind, index, index + 1, picture))
    return tuple(spans)


def said_of(request: Request) -> list[tuple[str, str]]:
    """(kind, text) of everything a person wrote, in the order of the chat messages."""
    system = [("system", request.system)] if request.system else []
    return [*system, *(("history", turn.text) for turn in request.history), ("prompt", request.prompt)]


def template_parts(processor: Any, request: Request) -> list[str]:
    """What the chat template writes around the texts: [literal, number of a text of `said_of`, literal, ..., literal].

    Rendered with a mark in place of every text, so that a text that also occurs in the template is not mistaken.
    """
    marks = iter(f"{MARK[0]}{number}{MARK[1]}" for number in range(len(said_of(request))))
    system = next(marks) if request.system else None
    history = tuple(replace(turn, text=next(marks)) for turn in request.history)
    marked = replace(request, system=system, history=history, prompt=next(marks))
    rendered = processor.apply_chat_template(messages(marked), add_generation_prompt=True)
    return re.split(f"{MARK[0]}(\\d+){MARK[1]}", rendered)


def _located(
    whole: str, texts: Sequence[str], said: Sequence[tuple[str, str]], template: Sequence[str]
) -> list[tuple[str, int, int]]:
    """(kind, start, stop) in letters of every text found; none for a text that the tokenizer rewrote.

    Walked from both ends: what a processor puts in place of a picture is known to neither. White space is left out,
    since tokenizers add and drop it.
    """
    at = [index for index, letter in enumerate(whole) if not _is_space(letter)]
    parts = [_forms(said[int(part)][1] if number % 2 else part) for number, part in enumerate(template)]
    found = _walk(_squeezed(whole), [_squeezed(text) for text in texts], parts)
    backward = [[form[::-1] for form in part] for part in reversed(parts)]
    ends = [_squeezed(text)[::-1] for text in reversed(texts)]
    for number, (start, stop) in _walk(_squeezed(whole)[::-1], ends, backward).items():
        found[len(parts) - 1 - number] = (len(at) - stop, len(at) - start)
    return [
        (said[int(template[number])][0], at[start], at[stop - 1] + 1)
        for number, (start, stop) in sorted(found.items())
        if stop > start
    ]


def _walk(letters: str, tokens: Sequence[str], parts: Sequence[list[str]]) -> dict[int, tuple[int, int]]:
    """(start, stop) of the texts among parts (the odd ones), until a part differs. A token that the tokenizer adds
    by itself, as one that begins every text, may stand before."""
    for extra in range(min(3, len(tokens))):
        found: dict[int, tuple[int, int]] = {}
        start = len("".join(tokens[:extra]))
        for number, forms in enumerate(parts):
            form = next((form for form in forms if letters.startswith(form, start)), None)
            if form is None:
                break
            if number % 2:
                found[number] = (start, start + len(form))
            start += len(form)
        if found:
            return found
    return {}


def _forms(text: str) -> list[str]:
    """A text as tokenizers may give it back: as it is, or with its characters composed."""
    forms = (text, unicodedata.normalize("NFC", text), unicodedata.normalize("NFKC", text))
    return list(dict.fromkeys(_squeezed(form) for form in forms))


def _squeezed(text: str) -> str:
    return "".join(letter for letter in text if not _is_space(letter))


def _is_space(letter: str) -> bool:
    return letter.isspace() or letter == "\u2581"  # how SentencePiece writes a space


def _label(kinds: list, texts: Sequence[str], start: int, stop: int, kind: str) -> None:
    """Label the tokens that overlap letters start..stop-1, and before each those that hold only its first bytes."""
    offset, without = 0, 0  # letters and tokens without a letter before this one
    for index, text in enumerate(texts):
        if text and offset < stop and offset + len(text) > start:
            kinds[index - without : index + 1] = [(kind, None)] * (without + 1)
        offset, without = offset + len(text), 0 if text else without + 1


def runs_of(ids: Sequence[int], token: int) -> list[tuple[int, int]]:
    """[start, stop) of every unbroken run of one token."""
    runs: list[tuple[int, int]] = []
    for index, value in enumerate(ids):
        if value == token:
            if runs and runs[-1][1] == index:
                runs[-1] = (runs[-1][0], index + 1)
            else:
                runs.append((index, index + 1))
    return runs


def messages(request: Request) -> list[dict[str, Any]]:
    """The request as transformers' chat messages. Pictures (or one video) stand where the conversation about them
    began: before the text of the first turn that is the person's."""
    said = [*((turn.role, turn.text) for turn in request.history), ("user", request.prompt)]
    turns: list[dict[str, Any]] = [{"role": role, "content": [{"type": "text", "text": text}]} for role, text in said]
    media = [{"type": "video"}] if request.fps is not None else [{"type": "image"} for _ in request.images]
    first = next(turn for turn in turns if turn["role"] == "user")
    first["content"] = [*media, *first["content"]]
    if request.system:
        turns.insert(0, {"role": "system", "content": [{"type": "text", "text": request.system}]})
    return turns


def check_rendered(text: str, template: Sequence[str], request: Request, name: str) -> None:
    """Refuse a template that leaves out what a person wrote: the model would never have read it."""
    words = {"system": "a system prompt", "history": "earlier turns"}
    for number, (kind, part) in enumerate(said_of(request)):
        if kind in words and (part.strip() not in text or str(number) not in template[1::2]):
            raise PromptError(
                f"The chat template of {name!r} has no place for {words[kind]}: it would be left out. Clear it, or "
                "choose another model."
            )


def check_prompt(tokenizer: Any, request: Request, placeholders: Sequence[str]) -> None:
    """Refuse a prompt that would be read as markup of the model's own: its image placeholders or special tokens."""
    for part in (request.prompt, request.system or "", *(turn.text for turn in request.history)):
        found = [word for word in {*placeholders, *tokenizer.all_special_tokens} if word and word in part]
        if found:
            raise PromptError(
                f"The prompt must not contain the model's own control tokens. It contains {', '.join(sorted(found))}. "
                "Remove them: the picture and the template are added for you."
            )
