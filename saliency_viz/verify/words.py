"""Texts and spans: token texts join to what the tokenizer decodes, spans cover the prompt and lie on its words.

Ignores numbers and pixels.
"""

from __future__ import annotations

from ..models.text import said_of
from ..models.token_text import decoded, token_texts
from ..trace import Trace
from .check import Check, judged
from .subject import Subject

SCRIPTS = "Éa 日本語 中文 العربية हिन्दी ไทย \U0001f468\u200d\U0001f469\u200d\U0001f467 end."
RANDOM = "Random weights have no tokenizer."


def texts_check(subject: Subject, trace: Trace) -> Check:
    """Of the prompt, of the caption, and of a line in several scripts."""
    name = "joined texts as decode's"
    if subject.own is None:
        return Check(name, "skipped", "", RANDOM)
    tokenizer = subject.model.tokenizer
    scripts = tokenizer(SCRIPTS, add_special_tokens=False)["input_ids"]
    pairs = {
        "the prompt": ("".join(trace.prompt_texts), decoded(tokenizer, trace.prompt_ids)),
        "the caption": (trace.text, decoded(tokenizer, trace.output_ids, skip_special=True)),
        "a line in several scripts": ("".join(token_texts(tokenizer, scripts)), decoded(tokenizer, scripts)),
    }
    wrong = [what for what, (mine, whole) in pairs.items() if not _same(mine, whole)]
    count = len(trace.prompt_ids) + len(trace.output_ids) + len(scripts)
    return judged(name, not wrong, f"{count} tokens", f"The token texts of {', '.join(wrong)} do not join to it.")


def _same(mine: str, whole: str) -> bool:
    """Whether they are equal, but for a last character that never came whole."""
    return mine == whole or (whole.endswith("\ufffd") and whole.rstrip("\ufffd").startswith(mine.rstrip("\ufffd")))


def spans_check(subject: Subject) -> Check:
    """Spans without gaps from the first token to the last; the picture's tokens, as many as boxes; the words."""
    name = "spans cover prompt and words"
    if subject.own is None or subject.request is None:
        return Check(name, "skipped", "", RANDOM)
    covered = [place for span in subject.prepared.spans for place in range(span.start, span.stop)]
    fault = ""
    if covered != list(range(subject.first)) or len(subject.prepared.prompt_texts) != subject.first:
        fault = "The spans do not cover every token of the prompt once."
    image = [place for span in subject.prepared.spans if span.kind == "image" for place in range(span.start, span.stop)]
    if not fault and len(image) != len(subject.prepared.boxes.box):
        fault = f"There are {len(image)} image tokens and {len(subject.prepared.boxes.box)} boxes."
    words = 0
    for kind, text in said_of(subject.request):
        found = [span for span in subject.prepared.spans if span.kind == kind]
        said = "".join(subject.prepared.prompt_texts[place] for span in found for place in range(span.start, span.stop))
        words += sum(span.stop - span.start for span in found)
        own = decoded(subject.model.tokenizer, subject.model.tokenizer(text, add_special_tokens=False)["input_ids"])
        if not fault and _letters(said) not in (_letters(text), _letters(own)):
            fault = f"The {kind}'s span lies on {said.strip()!r:.60}, not on {text!r:.60}."
    return judged(name, not fault, f"{len(image)} image tokens, {words} of words", fault)


def _letters(text: str) -> str:
    return "".join(text.split()).replace("\u2581", "")
