"""The spans of a prompt: which positions are system, image, prompt and template; and what a template may do to it.

Ignores pixels and the network: it reads token texts, a tokenizer, and the texts that went in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..errors import PromptError
from ..trace import Span, SpanKind
from .base import Request
from .token_text import decoded, special_tokens

MARK = "\ue000\ue001"  # around the number of a text in a rendered template: characters for private use


def prompt_spans(
    tokenizer: Any,
    texts: Sequence[str],
    image_runs: Sequence[tuple[int, int, int]],
    request: Request,
    template: Sequence[str],
) -> tuple[Span, ...]:
    """Spans over the whole prompt, ascending and without gaps.

    texts: the text of every position. image_runs: (start, stop, picture) of the positions that show a picture.
    template: `template_parts` of the request. Raises PromptError where what was encoded is not all of the template, or
    where the tokenizer made so much else of a text that it cannot be told which positions are its.
    """
    kinds: list[tuple[SpanKind, int | None]] = [("template", None)] * len(texts)
    for kind, start, stop in _located(tokenizer, texts, said_of(request), template):
        _label(kinds, texts, start, stop, kind)
    for start, stop, picture in image_runs:
        for place in range(start, stop):
            kinds[place] = ("image", picture)
    spans: list[Span] = []
    for index, (kind, picture) in enumerate(kinds):
        if spans and (spans[-1].kind, spans[-1].image) == (kind, picture):
            spans[-1] = Span(spans[-1].kind, spans[-1].start, index + 1, picture)
        else:
            spans.append(Span(kind, index, index + 1, picture))
    return tuple(spans)


def said_of(request: Request) -> list[tuple[SpanKind, str]]:
    """(kind, text) of everything a person wrote, in the order of the chat messages."""
    said: list[tuple[SpanKind, str]] = [("system", request.system)] if request.system else []
    for turn in request.history:
        said.append(("history", turn.text))
    said.append(("prompt", request.prompt))
    return said


def template_parts(processor: Any, request: Request) -> list[str]:
    """What the chat template writes around the texts: [literal, number of a text of `said_of`, literal, ..., literal].

    Rendered with a mark in place of every text, so that a text that also occurs in the template is not mistaken.
    """
    marks = iter(f"{MARK[0]}{number}{MARK[1]}" for number in range(len(said_of(request))))
    system = next(marks) if request.system else None
    history = tuple(turn._replace(text=next(marks)) for turn in request.history)
    marked = replace(request, system=system, history=history, prompt=next(marks))
    rendered = processor.apply_chat_template(messages(marked), add_generation_prompt=True)
    return re.split(f"{MARK[0]}(\\d+){MARK[1]}", rendered)


def _located(
    tokenizer: Any, texts: Sequence[str], said: Sequence[tuple[SpanKind, str]], template: Sequence[str]
) -> list[tuple[SpanKind, int, int]]:
    """(kind, start, stop) in letters of every text but those of white space alone. Raises PromptError.

    Walked from both ends: what a processor puts in place of a picture is known to neither. White space is left out,
    since tokenizers add and drop it.
    """
    whole = "".join(texts)
    at = [index for index, letter in enumerate(whole) if not _is_space(letter)]
    parts = [_forms(tokenizer, said[int(part)][1] if number % 2 else part) for number, part in enumerate(template)]
    found = _walk(_squeezed(whole), [_squeezed(text) for text in texts], parts)
    backward = [[form[::-1] for form in part] for part in reversed(parts)]
    ends = [_squeezed(text)[::-1] for text in reversed(texts)]
    from_the_end = _walk(_squeezed(whole)[::-1], ends, backward)
    if not from_the_end:  # not even the prompt, the last text there is
        raise PromptError(_not_whole(len(texts), "".join(texts)))
    for number, (start, stop) in from_the_end.items():
        found[len(parts) - 1 - number] = (len(at) - stop, len(at) - start)
    for number in range(1, len(parts), 2):
        kind, text = said[int(template[number])]
        start, stop = found.get(number, (0, 0))
        if start == stop and _squeezed(text):
            raise PromptError(
                f"The tokenizer made something else of this {kind} text, so that it cannot be told which tokens are "
                f"its: {text:.60}. Write it in other characters."
            )
    return [
        (said[int(template[number])][0], at[start], at[stop - 1] + 1)
        for number, (start, stop) in sorted(found.items())
        if stop > start
    ]


def _not_whole(count: int, text: str) -> str:
    return (
        f"Expected the whole chat template with the prompt to be encoded. Got {count} tokens that end with "
        f"{text[-40:]!r}: the checkpoint's tokenizer or processor cuts or rewrites it. Correct max_length and "
        "truncation in its files, or write the prompt in other characters."
    )


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


def _forms(tokenizer: Any, text: str) -> list[str]:
    """A text as tokenizers may give it back: as it is, with its characters composed, or as this one writes it (in
    lower case, without accents, with a name for what it does not know)."""
    own = decoded(tokenizer, tokenizer(text, add_special_tokens=False, truncation=False)["input_ids"])
    forms = (text, unicodedata.normalize("NFC", text), unicodedata.normalize("NFKC", text), own)
    return list(dict.fromkeys(_squeezed(form) for form in forms))


def _squeezed(text: str) -> str:
    return "".join(letter for letter in text if not _is_space(letter))


def _is_space(letter: str) -> bool:
    return letter.isspace() or letter == "\u2581"  # how SentencePiece writes a space


def _label(kinds: list, texts: Sequence[str], start: int, stop: int, kind: SpanKind) -> None:
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
    """Refuse a template that leaves out or rewrites what a person wrote: the model would read something else."""
    words = {"system": "a system prompt", "history": "earlier turns"}
    for number, (kind, part) in enumerate(said_of(request)):
        if str(number) in template[1::2] and part.strip() in text:
            continue
        if kind == "prompt":
            raise PromptError(
                f"The chat template of {name!r} does not hold the prompt as it was written, but: {text[-80:]!r}. Write "
                "it otherwise, or choose another model."
            )
        raise PromptError(
            f"The chat template of {name!r} has no place for {words[kind]}: it would be left out. Clear it, or "
            "choose another model."
        )


def check_prompt(tokenizer: Any, request: Request, placeholders: Sequence[str]) -> None:
    """Refuse a prompt that would be read as markup of the model's own: its image placeholders or special tokens."""
    control = {*placeholders, *special_tokens(tokenizer)}
    for part in (request.prompt, request.system or "", *(turn.text for turn in request.history)):
        found = [word for word in control if word and word in part]
        if found:
            raise PromptError(
                f"The prompt must not contain the model's own control tokens. It contains {', '.join(sorted(found))}. "
                "Remove them: the picture and the template are added for you."
            )
