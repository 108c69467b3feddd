"""The card "does the claim hold here?": its numbers are detection's, each is worked out here another way."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from saliency_viz.__main__ import main
from saliency_viz.errors import LimitError
from saliency_viz.evaluation.content import content_words, is_content, word_text
from saliency_viz.evaluation.detection import FEW, VERDICTS
from saliency_viz.evaluation.examination import examine
from saliency_viz.evaluation.words import judged_traces
from saliency_viz.serving.engine import Engine
from saliency_viz.serving.run_store import RunStore
from saliency_viz.trace import Mark, Trace
from saliency_viz.ui.claims import MOST_WAITING, RESAMPLES, SCORES, Claims, examined
from saliency_viz.ui.context import EXAMPLE, Context
from saliency_viz.ui.handlers.claim import SCOPES, captions, fetch_claim

from .app_fakes import FakeBackend
from .test_first_visit import WRONG, scenes
from .traces import example_trace, png

RIGHT, BAD = Mark("right"), Mark("hallucinated")


def judged(seed: int, picture: int | None = None, model: str | None = None) -> Trace:
    """Thirteen words of which teapot and cups are right and cow is not; a picture of its own unless numbered."""
    trace = example_trace(13, seed=seed)
    seen = replace(trace.pictures[0], png=png(70, 49 + (seed if picture is None else picture)))
    name = replace(trace.model, name=model) if model else trace.model
    return replace(trace, model=name, pictures=(seen,), marks={5: RIGHT, 8: RIGHT, 11: RIGHT, 12: BAD})


def runs(count: int = 12) -> dict[str, Trace]:
    return {f"run-{seed}": judged(seed) for seed in range(count)}


def own_score(trace: Trace, step: int) -> float:
    """Eq. 6 from the rows as they lie in the file."""
    rows = trace.saliency[step][list(trace.target_layers), trace.first_output : trace.steps[step].position]
    return float(np.asarray(rows, np.float64).mean())


def pairs_won(bad: list[float], good: list[float]) -> float:
    """The chance that one of `bad` looks worse (larger) than one of `good`; ties one half."""
    return float(np.mean([(b > g) + 0.5 * (b == g) for b in bad for g in good]))


def test_function_words_and_signs_are_no_content_and_nouns_are():
    assert [is_content(one) for one in (" a", "The", ".", "", "\n", " of ", "cow", " 3", "猫", "Owl")] == [
        False
    ] * 6 + [True] * 4
    trace = replace(judged(0), marks={3: BAD, 4: RIGHT, 5: RIGHT, 10: BAD, 12: BAD})
    assert [(word.step, word_text(trace, word)) for word in content_words(trace)] == [(4, "red teapot"), (12, "cow")]


def test_counts_dots_and_aurocs_are_those_of_the_object_words():
    given = runs()
    found = examined(given)
    words = [
        (run, step, mark.judgement == "hallucinated")
        for run, trace in given.items()
        for step, mark in trace.marks.items()
        if step != 11
    ]
    assert (found["right"], found["hallucinated"], found["captions"], found["pictures"]) == (24, 12, 12, 12)
    assert [(dot["run"], dot["step"], dot["hallucinated"]) for dot in found["dots"]] == words
    assert found["dots"][0]["word"] == "teapot" and found["dots"][2]["word"] == "cow"
    for dot in found["dots"]:
        assert dot["S"] == pytest.approx(own_score(given[dot["run"]], dot["step"]), rel=1e-6)
        assert dot["position"] == dot["step"]
    for name, worse in (
        ("S", lambda trace, step: -own_score(trace, step)),
        ("position", lambda trace, step: step),
        ("probability", lambda trace, step: -trace.steps[step].probability),
        ("saliency on image", lambda trace, step: -part(trace, step, "image", "saliency")),
        ("attention on image", lambda trace, step: -part(trace, step, "image", "attention")),
        ("attention on outputs", lambda trace, step: -part(trace, step, "output", "attention")),
    ):
        classes = {
            bad: [worse(given[run], step) for run, step, is_bad in words if is_bad == bad] for bad in (True, False)
        }
        one = found["scores"][name]
        assert one["auroc"]["value"] == pytest.approx(pairs_won(classes[True], classes[False])), name
        assert one["auroc"]["low"] <= one["auroc"]["value"] <= one["auroc"]["high"]
        assert (one["right"], one["hallucinated"]) == (24, 12)
    assert tuple(found["scores"]) == SCORES and found["verdict"] in VERDICTS


def part(trace: Trace, step: int, kind: str, of: str) -> float:
    row = getattr(trace, of)[step][list(trace.target_layers)].astype(np.float64).mean(0)
    return sum(row[span.start : span.stop].sum() for span in trace.spans if span.kind == kind) / row.sum()


def test_the_card_and_evaluate_detect_say_the_same_of_the_same_captions(tmp_path, capsys):
    given = {f"run-{seed:02}": judged(seed, picture=seed % 11) for seed in range(13)}  # two pictures have two captions
    given["run-00"] = replace(given["run-00"], marks={**given["run-00"].marks, 2: BAD, 3: BAD, 9: BAD, 10: BAD})
    for name, trace in given.items():
        trace.save(tmp_path / f"{name}.trace")
    card = examined(given)
    files = sorted(map(str, tmp_path.glob("*.trace")))
    assert main(["evaluate", "detect", *files, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    counted = ("verdict", "right", "hallucinated")
    assert [told[name] for name in counted] == [card[name] for name in counted]
    assert {name: one["auroc"]["value"] for name, one in card["scores"].items()} == {
        name: told["scores"][name]["auroc"]["value"] for name in SCORES
    }
    again = examine(judged_traces([Path(file) for file in files]), resamples=RESAMPLES)  # as many as the card draws
    assert {name: one["auroc"] for name, one in card["scores"].items()} == {
        name: again["scores"][name]["auroc"] for name in SCORES
    }
    assert card["means"]["S previous"]["hallucinated"] == pytest.approx(again["table5"]["S previous"]["hallucinated"])
    assert len(card["dots"]) == told["right"] + told["hallucinated"] and card["pictures"] == 11


def test_the_means_are_those_of_the_dots():
    found = examined(runs())
    for name, bad in (("right", False), ("hallucinated", True)):
        values = [dot["S"] for dot in found["dots"] if dot["hallucinated"] == bad]
        assert found["means"]["S"][name] == pytest.approx([np.mean(values), np.std(values, ddof=1)])


def test_under_ten_of_a_class_there_is_no_auroc_only_the_dots():
    found = examined(runs(FEW - 1))
    assert (found["verdict"], found["scores"], found["hallucinated"]) == ("few", {}, FEW - 1)
    assert len(found["dots"]) == 3 * (FEW - 1)
    assert examined(runs(FEW))["verdict"] != "few"
    nothing = examined({"one": replace(judged(0), marks={})})
    assert (nothing["verdict"], nothing["dots"], nothing["captions"], nothing["models"]) == ("few", [], 0, [])


def test_captions_of_one_picture_are_counted_as_one_picture():
    given = {f"run-{seed}": judged(seed, picture=seed % 5) for seed in range(12)}
    assert examined(given)["pictures"] == 5 and examined(given)["captions"] == 12


def test_a_claim_that_holds_by_construction_is_found_and_one_by_position_alone_is_not():
    def scored(lower: bool) -> dict[str, Trace]:
        made = {}
        for seed in range(30):
            random = np.random.default_rng(seed)
            trace = judged(seed)
            saliency = trace.saliency.copy()
            for step in range(1, 13):
                low = lower and step in bad_of(seed)
                fall = (0.1 if low else 0.5) if lower else 0.5 / step
                saliency[step, :, trace.first_output : trace.steps[step].position] = fall * random.uniform(0.9, 1.1)
            marks = {step: BAD if step in bad_of(seed) else RIGHT for step in (5, 8, 12)}
            made[f"run-{seed}"] = replace(trace, saliency=saliency, marks=marks)
        return made

    def bad_of(seed: int) -> set[int]:
        return {(5, 8, 12)[seed % 3], 12}

    assert examined(scored(True))["verdict"] == "holds"
    assert examined(scored(False))["verdict"] in ("position", "position reversed")


# ---- which captions -------------------------------------------------------------------------------------------------


@pytest.fixture
def context(tmp_path):
    return Context(
        Engine(("demo",), backend=FakeBackend()), RunStore(), scenes(tmp_path, calm={}, wrong=WRONG, none=None)
    )


def test_the_three_scopes_take_the_caption_the_visits_runs_of_its_model_and_every_example(context):
    mine = [context.store.put(judged(seed), str(seed), "v") for seed in range(3)]
    other = context.store.put(judged(4, model="other"), "other", "v")
    growing = context.store.put(replace(judged(5), ended="running"), "growing", "v")
    asked = {"run": mine[0], "runs": [*mine, other, growing, "gone"]}
    assert list(captions(context, "caption", asked)) == [mine[0]]
    assert list(captions(context, "visit", asked)) == mine
    assert list(captions(context, "examples", asked)) == [EXAMPLE + "calm", EXAMPLE + "wrong"]
    assert [fetch_claim(context, {"scope": scope, **asked})["captions"] for scope in SCOPES] == [1, 3, 1]


def test_what_cannot_be_asked_is_refused_in_a_sentence(context):
    assert "scope must be one of" in fetch_claim(context, {"scope": "world"})["error"]
    assert "no longer kept" in fetch_claim(context, {"scope": "caption", "run": "gone"})["error"]


def test_an_answer_is_worked_out_once_and_again_when_a_mark_changes():
    claims, asked = Claims(), []
    given = runs(2)
    work = lambda captions: asked.append(len(captions)) or {"n": len(asked)}  # noqa: E731
    assert [claims.of(given, work)["n"] for _ in range(3)] == [1, 1, 1]
    changed = {**given, "run-0": replace(given["run-0"], marks={5: BAD})}
    assert claims.of(changed, work) == {"n": 2} and claims.of(given, work) == {"n": 1}


def test_who_asks_while_too_many_wait_is_refused_and_leaves_a_place():
    claims, working, go_on = Claims(), threading.Event(), threading.Event()

    def slow(captions):
        working.set()
        assert go_on.wait(120)
        return {"n": len(captions)}

    given = runs(1)
    waiting = [threading.Thread(target=claims.of, args=(given, slow)) for _ in range(MOST_WAITING)]
    for thread in waiting:
        thread.start()
    assert working.wait(120)
    while claims._places._value:
        time.sleep(0.01)
    with pytest.raises(LimitError, match="Choose the captions again"):
        claims.of(given, slow)
    go_on.set()
    for thread in waiting:
        thread.join(120)
    assert claims.of(given, slow) == {"n": 1}


def test_a_failure_is_not_kept_and_frees_its_place():
    claims, given = Claims(), runs(1)
    for _ in range(MOST_WAITING + 1):
        with pytest.raises(ZeroDivisionError):
            claims.of(given, lambda captions: 1 / 0)
    assert claims.of(given, len) == 1
