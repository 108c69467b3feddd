"""Counts, per scene, what a model's caption and answers get right; a measure is a share of two such sums.

Decoding is for `evaluate`, intervals for `evaluation.intervals`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from random import Random

from .answers import answer_is_right, yes_or_no
from .grammar import missed_partner
from .pairs import ORDINALS
from .sentences import is_grammatical, sane_sentences
from .truth import Claim, claims, mentions, stated_theme
from .world import Group, Scene

# measure: the sums it is a share of
MEASURES = {
    "recall": ("seen", "kinds"),  # of the kinds in the scenes, those named
    "precision": ("seen", "named"),  # of the kinds named (each once per caption), those in the scene
    "precision beside the knob": ("seen", "named but for habits"),  # the usual partners, named though absent, left out
    "CHAIR_i": ("invented", "mentions"),  # of all mentions, those of absent objects
    "CHAIR_s": ("inventing", "scenes"),  # of all captions, those with such a mention
    "inventions by habit": ("habits", "invented kinds"),  # of the kinds invented, the usual partner that is missing
    "grammatical": ("grammatical", "scenes"),
    "sane sentences": ("sane", "sentences"),
    "theme right": ("theme", "scenes"),
    "counts right": ("count right", "count"),
    "counts above one right": ("many right", "many"),  # of the counts of groups of two or three
    "places right": ("place right", "place"),
    "places by chance": ("place by chance", "place"),  # the same stated places dealt out at random
    "colours right": ("colour right", "colour"),
    "relations right": ("relation right", "relation"),
    "comparisons right": ("compared right", "compared"),
    "answers right": ("answer right", "answer"),
    "yes or no right": ("poll right", "poll"),  # of "Is there" questions, half of them for absent objects
    "yes said": ("poll yes", "poll"),
    "follow-ups right": ("follow right", "follow"),
    "pairs told right": ("pair right", "pair"),  # of two pictures' sentences, those that name only what theirs holds
    "which of two right": ("which right", "which"),
}


def caption_counts(scenes: Sequence[Scene], captions: Sequence[str]) -> list[Counter[str]]:
    """One count of everything in `MEASURES` that captions alone give, per scene."""
    counts = [_caption(scene, caption) for scene, caption in zip(scenes, captions, strict=True)]
    stated = [
        (number, claim.stated, _group(scene, claim).places)
        for number, (scene, caption) in enumerate(zip(scenes, captions, strict=True))
        for claim in claims(caption, scene)
        if claim.aspect == "place"
    ]
    dealt = [place for _, place, _ in stated]
    Random(0).shuffle(dealt)
    for (number, _, true), place in zip(stated, dealt, strict=True):
        counts[number]["place by chance"] += place in true
    return counts


def _group(scene: Scene, claim: Claim) -> Group:
    group = scene.group(claim.kind)
    assert group is not None  # `claims` are made of what is in the scene
    return group


def _caption(scene: Scene, caption: str) -> Counter[str]:
    found, count = mentions(caption, scene), Counter(scenes=1, kinds=len(scene.kinds))
    named = {mention.kind for mention in found}
    invented = named - scene.kinds
    habits = invented & {missed_partner(scene)}
    sane = sane_sentences(caption)
    count.update(
        {
            "seen": len(named & scene.kinds),
            "named": len(named),
            "named but for habits": len(named - habits),
            "mentions": len(found),
            "invented": sum(not mention.in_scene for mention in found),
            "invented kinds": len(invented),
            "inventing": bool(invented),
            "habits": len(habits),
            "grammatical": is_grammatical(caption),
            "sane": sum(sane),
            "sentences": len(sane),
            "theme": stated_theme(caption) == scene.theme,
        }
    )
    for claim in claims(caption, scene):
        names = ["compared" if claim.aspect in ("size", "number") else claim.aspect]
        if claim.aspect == "count" and _group(scene, claim).count > 1:
            names.append("many")
        for name in names:
            count[name] += 1
            count[f"{name} right"] += claim.right
    return count


def answer_count(scene: Scene, asked: str, answer: str, wanted: str, name: str = "answer") -> Counter[str]:
    """Whether one answer is right, as counts of `name`; an "Is there" question counts as a poll too."""
    count = Counter({name: 1, f"{name} right": answer_is_right(answer, wanted, scene, asked)})
    if asked.rsplit("\n", 1)[-1].startswith("Is there"):
        said = yes_or_no(answer)
        count.update({"poll": 1, "poll right": said == yes_or_no(wanted), "poll yes": said == "yes"})
    return count


def pair_count(scenes: tuple[Scene, Scene], told: str) -> Counter[str]:
    """Whether each of two pictures is told by a sentence that names its theme and, of objects, only what it holds."""
    count = Counter(pair=2)
    for scene, ordinal in zip(scenes, ORDINALS, strict=True):
        found = re.search(rf"The {ordinal} picture shows (?:a|an) {scene.theme} with ([^.]+)\.", told)
        named = mentions(found[1], scene) if found else []
        count["pair right"] += bool(named) and all(mention.in_scene for mention in named)
    return count
