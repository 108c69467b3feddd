"""A demo scene's ground truth as marks on a trace: which output tokens name an object that is, or is not, there.

Ignores how the caption came about; `truth` reads it.
"""

from __future__ import annotations

from dataclasses import replace

from ..trace import Mark, Trace
from .truth import mentions
from .world import Scene


def truth_marks(trace: Trace, scene: Scene) -> dict[int, Mark]:
    """By step: "right" on every token of an object that is in the scene, "hallucinated" on those of one that is not."""
    marks: dict[int, Mark] = {}
    found, start = mentions(trace.text, scene), 0
    for step in trace.steps:
        stop = start + len(step.text)
        for mention in found:
            if start < mention.end and stop > mention.start and step.text.strip():
                judgement = "right" if mention.in_scene else "hallucinated"
                marks[step.index] = Mark(
                    judgement, f"{mention.kind} ({'in' if mention.in_scene else 'not in'} the scene)"
                )
        start = stop
    return marks


def marked(trace: Trace, scene: Scene) -> Trace:
    """The trace with its ground truth."""
    return replace(trace, marks=truth_marks(trace, scene))
