"""A demo scene's ground truth as marks on a trace: which output tokens name an object that is, or is not, there.

Ignores how the caption came about; `truth` reads it.
"""

from __future__ import annotations

from dataclasses import replace

from ..trace import Mark, Trace
from .truth import mentions
from .world import Scene

SCENE = "in the scene)"  # what the note of a mark of truth ends with


def has_truth(trace: Trace) -> bool:
    """Whether marks of a scene's truth stand on it, so that its picture is one of this world."""
    return any(mark.note.endswith(SCENE) for mark in trace.marks.values())


def truth_marks(trace: Trace, scene: Scene) -> dict[int, Mark]:
    """By step: "right" on every token of an object that is in the scene, "hallucinated" on those of one that is not."""
    marks: dict[int, Mark] = {}
    found, start = mentions(trace.text, scene), 0
    for step in trace.steps:
        stop = start + len(step.text)
        for mention in found:
            if start < mention.end and stop > mention.start and step.text.strip():
                judgement = "right" if mention.in_scene else "hallucinated"
                marks[step.index] = Mark(judgement, f"{mention.kind} ({'' if mention.in_scene else 'not '}{SCENE}")
        start = stop
    return marks


def marked(trace: Trace, scene: Scene) -> Trace:
    """The trace with its ground truth."""
    return replace(trace, marks=truth_marks(trace, scene))
