"""Object words find their tokens, and every score of a word is what the trace's arrays say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from saliency_viz.evaluation.detection import POSITION, PROBABILITY, S, claim
from saliency_viz.evaluation.mentions import (
    NAMES,
    Word,
    first_of_each_kind,
    mentions_of,
    scores_of,
    words_from_marks,
    words_from_spans,
)
from saliency_viz.figures.rows import metrics
from saliency_viz.trace import Mark

from .traces import example_trace

TRACE = example_trace()  # The image shows a red teapot and two cups below.


def test_neighbouring_tokens_marked_alike_are_one_word():
    marks = {
        5: Mark("right", "teapot"),
        6: Mark("right", "teapot"),
        8: Mark("hallucinated", "cup"),
        9: Mark("right", "cup"),
        99: Mark("right"),
    }
    found = words_from_marks(replace(TRACE, marks={k: v for k, v in marks.items() if k < 11}))
    assert found == [Word(5, False, "teapot"), Word(8, True, "cup"), Word(9, False, "cup")]


def test_a_span_of_text_finds_the_token_it_begins_in():
    text = TRACE.text
    pot, cups = text.index("teapot"), text.index("two cups")
    spans = [(pot, pot + 6, "teapot", False), (cups, len(text), "x", True)]
    assert words_from_spans(TRACE, spans) == [Word(5, False, "teapot"), Word(7, True, "x")]
    assert words_from_spans(TRACE, [(3, 4, "space", True), (900, 905, "beyond", True)]) == []


def test_only_the_first_mention_of_a_kind_is_kept_where_asked():
    words = [Word(1, True, "a"), Word(2, True, "b"), Word(3, True, "a"), Word(4, False), Word(5, False)]
    assert [word.step for word in first_of_each_kind(words)] == [1, 2, 4, 5]


def test_scores_are_those_of_the_trace():
    step = 7
    found = scores_of(TRACE, step)
    rows = TRACE.saliency[step][list(TRACE.target_layers)].astype(np.float64)
    earlier = rows[:, TRACE.first_output : TRACE.steps[step].position]
    assert set(found) == set(NAMES)
    assert found[S] == pytest.approx(metrics.score(TRACE, step)) == pytest.approx(earlier.mean())
    assert found["S previous"] == pytest.approx(earlier[:, -1].mean())
    raw = TRACE.raw_saliency()[step][list(TRACE.target_layers), TRACE.first_output : TRACE.steps[step].position]
    assert found["raw S"] == pytest.approx(raw.mean(), rel=1e-3)
    assert found["saliency on image"] == pytest.approx(metrics.shares(TRACE, step)["image"], rel=1e-5)
    assert found["attention on outputs"] == pytest.approx(metrics.shares(TRACE, step, "attention")["outputs"], rel=1e-5)
    assert (found[PROBABILITY], found["entropy"], found[POSITION]) == (0.5, 1.25, 7)
    assert found["margin"] == pytest.approx(0.3)


def test_a_layer_of_its_own_gives_its_own_score():
    one = scores_of(TRACE, 7, [1])[S]
    earlier = TRACE.saliency[7][1, TRACE.first_output : TRACE.steps[7].position]
    assert one == pytest.approx(float(earlier.astype(float).mean()))


def test_the_first_output_has_no_s_but_a_probability():
    found = scores_of(TRACE, 0)
    assert np.isnan([found[name] for name in (S, "S previous", "raw S")]).all() and found[PROBABILITY] == 0.5


def test_mentions_of_marks_go_through_to_a_claim():
    marks = {0: Mark("right"), 2: Mark("hallucinated"), 4: Mark("right"), 5: Mark("right"), 7: Mark("hallucinated")}
    found = mentions_of([replace(TRACE, marks=marks)] * 3)
    assert len(found) == 12 and found.hallucinated.sum() == 6 and set(found.image) == {0, 1, 2}
    assert claim(found, 50).verdict == "few" and claim(found, 50).right == 3  # the first output has no S
    nothing = mentions_of([TRACE])
    assert len(nothing) == 0 and claim(nothing).verdict == "few"
