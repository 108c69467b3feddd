"""What is reported of the decoders on the demo model, on made-up steps whose counts are known."""

from dataclasses import replace
from types import SimpleNamespace

from saliency_viz.demo.measure import SETTINGS, Measured, report, step_counts
from saliency_viz.evaluation.intervals import Interval
from saliency_viz.trace import Mark


def step(index, score=0.1, threshold=0.05, rejected=0, fallback=False):
    return SimpleNamespace(index=index, score=score, threshold=threshold, rejected=rejected, fallback=fallback)


def test_only_steps_with_a_score_and_a_threshold_are_judged():
    steps = [step(0, None, None), step(1), step(2, rejected=1), step(3, rejected=3, fallback=True), step(4)]
    marks = {2: Mark("right", "cow"), 3: Mark("right", "cow"), 4: Mark("hallucinated", "tractor")}
    count = step_counts(SimpleNamespace(steps=steps, marks=marks))
    assert (count["tokens"], count["judged"], count["accepted"]) == (5, 4, 2)
    assert (count["judged at objects"], count["accepted at objects"]) == (2, 1)  # a word counts by its first token


def test_plain_decoding_judges_nothing():
    count = step_counts(SimpleNamespace(steps=[step(0, None, None), step(1, threshold=None)], marks={}))
    assert (count["judged"], count["tokens"]) == (0, 2)


def test_the_report_has_a_row_for_each_setting_and_signs_what_changed():
    value = Interval(0.25, 0.125, 0.5)
    names = ("recall", "CHAIR_s", "CHAIR_i", "sane sentences", "first candidate accepted")
    measures = dict.fromkeys((*names, "the same at object words", "tokens"), value)
    found = Measured(
        dict.fromkeys(SETTINGS, measures), {"LocoRE, beta 0.15": measures}, {"S": 0.5}, {"S": value}, "So."
    )
    area = {"value": 0.25, "low": 0.125, "high": 0.5}
    deleted = {"words": 7, "areas": {"saliency": {"deletion": area, "insertion": {**area, "high": 0.75}}}}
    shown = "| saliency         | 0.250 [0.125, 0.500]         | 0.250 [0.125, 0.750] |"
    assert shown in report(replace(found, faithfulness=deleted))
    text = report(found)
    assert all(f"\n| {name} | 0.25 (0.12 to 0.50)" in text for name in SETTINGS)
    assert "| LocoRE, beta 0.15 | +0.25 (+0.12 to +0.50)" in text
    assert text.endswith("- S: 0.500\n- AUROC of S: 0.25 (0.12 to 0.50)\n- So.")
