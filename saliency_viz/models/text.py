"""Token texts and the spans of a prompt: which positions are system, image, prompt and template.

Ignores pixels and the network: it reads ids, a tokenizer, and the texts that went in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import PromptError
from ..trace import Span
from .base import Request

WINDOW = 8  # tokens decoded before one, to get its text in context
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
    texts: Sequence[str], image_runs: Sequence[tuple[int, int, int]], request: Request
) -> tuple[Span, ...]:
    """Spans over the whole prompt, ascending and without gaps.

    texts: the text of every position. image_runs: (start, stop, picture) of the positions that show a picture.
    """
    kinds: list[tuple[str, int | None]] = [("template", None)] * len(texts)
    at = _label(kinds, texts, (request.system or "").strip(), "system")
    for turn in request.history:
        at = _label(kinds, texts, turn.text.strip(), "history", at)
    _label(kinds, texts, request.prompt.strip(), "prompt", last=True)
    for start, stop, picture in image_runs:
        kinds[start:stop] = [("image", picture)] * (stop - start)
    spans: list[Span] = []
    for index, (kind, picture) in enumerate(kinds):
        if spans and (spans[-1].kind, spans[-1].image) == (kind, picture):
            spans[-1] = Span(spans[-1].kind, spans[-1].start, index + 1, picture)
        else:
            spans.append(Span(kind, index, index + 1, picture))
    return tuple(spans)


def _label(kinds: list, texts: Sequence[str], wanted: str, kind: str, start: int = 0, last: bool = False) -> int:
    """Label the tokens that overlap the first (from letter `start` on) or last occurrence of a text; none if the
    tokenizer rewrote it. Returns the letter after it, or start."""
    whole = "".join(texts)
    found = whole.rfind(wanted) if last else whole.find(wanted, start)
    if found < 0 or not wanted:
        return start
    offset = 0
    for index, text in enumerate(texts):
        if offset < found + len(wanted) and offset + len(text) > found and text:
            kinds[index] = (kind, None)
        offset += len(text)
    return found + len(wanted)


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


def check_rendered(text: str, request: Request, name: str) -> None:
    """Refuse a template that leaves out what a person wrote: the model would never have read it."""
    parts = [("a system prompt", request.system or ""), *(("earlier turns", turn.text) for turn in request.history)]
    for what, part in parts:
        if part.strip() not in text:
            raise PromptError(
                f"The chat template of {name!r} has no place for {what}: it would be left out. Clear it, or choose "
                "another model."
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
