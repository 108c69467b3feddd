"""Ground truth lands on exactly the tokens whose text overlaps the noun."""

from __future__ import annotations

from dataclasses import replace

from saliency_viz.demo.kinds import KINDS
from saliency_viz.demo.marks import truth_marks
from saliency_viz.demo.world import sample_scene

from .traces import example_trace


def test_nouns_are_marked_token_by_token_and_nothing_else():
    scene = sample_scene(5)
    there = sorted(scene.kinds)[0]
    absent = next(kind for kind in KINDS if kind not in scene.kinds and " " not in kind)
    words = ("A", " ", there[:2], there[2:], " and", " a", " " + absent, ".", " No")
    trace = example_trace(steps=9, words=words)
    marks = truth_marks(trace, scene)
    assert {step: mark.judgement for step, mark in marks.items()} == {2: "right", 3: "right", 6: "hallucinated"}
    assert absent in marks[6].note


def test_a_caption_that_names_nothing_has_no_marks():
    trace = example_trace(steps=3, words=("This", " is", " fine"))
    assert truth_marks(replace(trace, notes="x"), sample_scene(5)) == {}
