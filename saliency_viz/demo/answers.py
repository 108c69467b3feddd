"""Whether an answer to a question about a scene is right: as worded, or in other words that are true of the scene.

Which questions there are is for `questions`.
"""

from __future__ import annotations

import re

from .grammar import noun
from .sentences import is_grammatical_answer
from .truth import claims, mentions, named_before
from .world import Scene


def answer_is_right(answer: str, wanted: str, scene: Scene, asked: str = "") -> bool:
    """Whether the answer is the wanted one, or another of its form that is true.

    Another place, another object at the asked place and another neighbour are right too if they hold in the scene.
    `asked` is what went before (the question, and the turns before it): "it" and "they" refer to what it names last.
    """
    if answer == wanted:
        return True
    if not is_grammatical_answer(answer) or _opening(answer) != _opening(wanted):
        return False
    said, meant = (claims(_resolved(text, scene, asked), scene) for text in (answer, wanted))
    if not said or not all(claim.right for claim in said):
        return False
    if any(not mention.in_scene for mention in mentions(answer, scene)):
        return False
    if [claim.aspect for claim in said if claim.aspect != "colour"] != [
        c.aspect for c in meant if c.aspect != "colour"
    ]:
        return False
    same_kinds = {claim.kind for claim in said} == {claim.kind for claim in meant}
    return same_kinds or answer.split(" ")[0] in ("On", "At", "In", "Next")


def yes_or_no(answer: str) -> str | None:
    """ "yes" or "no" if the answer opens with it."""
    match = re.match(r"(yes|no)\b", answer, re.IGNORECASE)
    return match[1].lower() if match else None


def _opening(answer: str) -> str:
    """The word that fixes an answer's form; places are one form, so are "It", "They" and "The"."""
    word = answer.split(" ")[0]
    return {"On": "place", "At": "place", "In": "place", "It": "The", "They": "The"}.get(word, word)


def _resolved(text: str, scene: Scene, asked: str) -> str:
    """The text with "it", "they" and "them" as the noun that what was asked names last."""
    kind = named_before(asked, len(asked))
    group = scene.group(kind) if kind else None
    if group is None:
        return text
    subject = re.sub(r"\b(?:It|They)\b", f"The {noun(group)}", text)
    return re.sub(r"\b(?:it|they|them)\b", f"the {noun(group)}", subject)
