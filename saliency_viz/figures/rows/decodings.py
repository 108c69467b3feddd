"""One picture's decodings as lines of one table: what each wrote, which of its words plain decoding did not write, and
what SGRS turned down and why.

Ignores how captions are made and how the table is drawn (the page, the command line, the API).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from statistics import median
from typing import Any

from ...trace import Step, Trace
from .alignment import align
from .metrics import shares

WIDE = 0x2E80  # from here on scripts are written without spaces: every token begins a word


def decoding_line(trace: Trace, plain: Trace | None = None) -> dict[str, Any]:
    """One line. pieces: [text, changed, judgement] of the caption, neighbours alike joined. words: of the caption;
    changed: of them, those with a token that the plain caption has no partner for (None without one). score: mean of
    Eq. 6 over the outputs that have one. rejected: candidates, by SGRS. hallucinated, right: marked tokens, None where
    nothing is marked. seconds: the model's, for the whole caption. rejects: as `rejections`."""
    steps = trace.steps
    new = set() if plain is None else new_steps(plain, trace)
    groups = [group for group in word_groups([step.text for step in steps]) if _is_word(steps, group)]
    scores = [step.score for step in steps if step.score is not None]
    judged = [mark.judgement for mark in trace.marks.values()]
    return {
        "pieces": pieces(trace, new),
        "tokens": len(steps),
        "words": len(groups),
        "changed": None if plain is None else sum(any(step in new for step in group) for group in groups),
        "score": sum(scores) / len(scores) if scores else None,
        "rejected": sum(step.rejected for step in steps),
        "hallucinated": judged.count("hallucinated") if judged else None,
        "right": judged.count("right") if judged else None,
        "seconds": sum(trace.seconds.values()),
        "ended": trace.ended,
        "rejects": rejections(trace),
    }


def new_steps(plain: Trace, other: Trace) -> set[int]:
    """Steps of the other caption without a partner in the plain one."""
    return {step for change in align(plain, other).changes for step in range(*change.second)}


def word_groups(texts: Sequence[str]) -> list[list[int]]:
    """Tokens that make a word together: a word begins with a space or a punctuation mark, or after one."""
    groups: list[list[int]] = []
    for index, text in enumerate(texts):
        before = texts[index - 1] if index else ""
        begins = text[:1].isspace() or _is_mark(text[:1]) or before[-1:].isspace() or _is_mark(before.strip()[:1])
        if not groups or begins or ord(text[:1] or " ") >= WIDE:
            groups.append([])
        groups[-1].append(index)
    return groups


def pieces(trace: Trace, new: Collection[int]) -> list[list[Any]]:
    """[text, changed, judgement or None] of the whole caption, in order."""
    found: list[list[Any]] = []
    for step in (step for step in trace.steps if step.text):
        mark = trace.marks.get(step.index)
        kind = [step.index in new, mark.judgement if mark else None]
        if found and found[-1][1:] == kind:
            found[-1][0] += step.text
        else:
            found.append([step.text, *kind])
    return found


def rejections(trace: Trace) -> dict[str, Any] | None:
    """What SGRS turned down where it did so at more than half of the tokens it judged; None elsewhere.

    tokens: it judged; turned: of them, those with a rejected candidate. Over these, medians: support, the rejected
    candidates' S; threshold, tau; image and outputs, the shares of the taken token's saliency (target layers).
    """
    judged = [step for step in trace.steps if step.threshold is not None and step.score is not None]
    turned = [step for step in judged if step.rejected]
    if 2 * len(turned) <= len(judged):
        return None
    parts = [part for step in turned if (part := shares(trace, step.index)) is not None]
    rejected = [one for step in turned for one in step.candidates if one.verdict == "rejected"]
    return {
        "tokens": len(judged),
        "turned": len(turned),
        "support": median(one.saliency for one in rejected if one.saliency is not None),
        "threshold": median(step.threshold for step in turned if step.threshold is not None),
        "image": median(part["image"] for part in parts) if parts else None,
        "outputs": median(part["outputs"] for part in parts) if parts else None,
    }


def _is_mark(letter: str) -> bool:
    return bool(letter) and unicodedata.category(letter).startswith("P")


def _is_word(steps: Sequence[Step], group: Sequence[int]) -> bool:
    return any(letter.isalnum() for step in group for letter in steps[step].text)
