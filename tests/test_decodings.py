"""Several decodings of one picture: a line's numbers against counting by hand, and the table as it grows."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from saliency_viz.errors import SettingError
from saliency_viz.figures.rows.decodings import decoding_line, rejections, word_groups
from saliency_viz.figures.rows.metrics import shares
from saliency_viz.figures.web.payload import payload
from saliency_viz.serving.engine import Engine
from saliency_viz.serving.request import CaptionRequest
from saliency_viz.serving.run_store import RunStore
from saliency_viz.settings import DECODERS, SGRS, Decoding
from saliency_viz.trace import Mark
from saliency_viz.ui.context import Context, Visit
from saliency_viz.ui.controls import widget_values
from saliency_viz.ui.gallery import Gallery
from saliency_viz.ui.handlers.decodings import DECODINGS, chosen, decode_all, pixels, resolved, same_question

from .app_fakes import FakeBackend
from .traces import example_trace

VISIT = Visit("v", "someone")


def said(*texts: str, ids: tuple[int, ...] | None = None):
    """A trace whose outputs are these texts, each with an id of its own (that of its text's letters)."""
    trace = example_trace(len(texts))
    ids = ids or tuple(sum(map(ord, text)) for text in texts)
    steps = zip(trace.steps, texts, ids, strict=True)
    return replace(trace, steps=tuple(replace(step, text=text, token_id=one) for step, text, one in steps))


# ---- a line ----------------------------------------------------------------------------------------------------------


def test_changed_words_are_those_with_a_token_that_plain_decoding_did_not_write():
    plain = said("A", " red", " tea", "pot", " and", " a", " cup", ".")
    other = said("A", " blue", " tea", "cup", " and", " a", " cup", ".")
    line = decoding_line(other, plain)
    assert (line["words"], line["changed"]) == (6, 2)  # blue, teacup; the full stop is no word
    assert line["pieces"] == [
        *(["A", False, None], [" blue", True, None], [" tea", False, None], ["cup", True, None]),
        [" and a cup.", False, None],
    ]
    assert decoding_line(plain, plain)["changed"] == 0 and decoding_line(plain)["changed"] is None


@pytest.mark.parametrize(
    "texts,groups",
    [
        ((" tea", "pot", "s", " are"), [[0, 1, 2], [3]]),
        (("A", " cup", ".", " B"), [[0], [1], [2], [3]]),
        (("(", "cup", ")"), [[0], [1], [2]]),
        (("一只", "猫", " cat"), [[0], [1], [2]]),
        ((), []),
        (("a", ""), [[0, 1]]),  # the end mark has no text
    ],
)
def test_tokens_make_words(texts, groups):
    assert word_groups(texts) == groups


def test_numbers_of_a_run_are_those_one_counts_by_hand():
    trace = example_trace(7)
    trace.marks.update({2: Mark("hallucinated"), 3: Mark("right"), 5: Mark("right")})
    trace = replace(trace, seconds={"prefill": 0.25, "decode": 1.5, "observe": 0.5})
    line = decoding_line(trace)
    assert line["score"] == pytest.approx(sum(step.score for step in trace.steps[1:]) / 6)
    assert (line["tokens"], line["rejected"], line["hallucinated"], line["right"]) == (7, 2, 1, 2)
    assert line["seconds"] == 2.25
    assert [piece[2] for piece in line["pieces"]] == [None, "hallucinated", "right", None, "right", None]
    assert decoding_line(example_trace(1))["score"] is None and decoding_line(example_trace(2))["right"] is None


def test_a_run_that_rejects_most_says_so_with_medians_and_others_do_not():
    trace = example_trace(11)  # a candidate of S 0.001 is rejected at 2, 5 and 8, of the ten that were judged
    assert rejections(trace) is None and payload(trace)["rejects"] is None
    rejected = {1, 2, 3, 5, 7, 8}

    def turned(step):
        if step.index not in rejected:
            return replace(step, candidates=step.candidates[:1])
        taken, other = step.candidates
        other = replace(other, verdict="rejected", saliency=step.index / 100)
        return replace(step, threshold=step.index / 10, candidates=(taken, other))

    found = rejections(replace(trace, steps=tuple(map(turned, trace.steps))))
    assert (found["tokens"], found["turned"]) == (10, 6)
    assert found["support"] == pytest.approx(0.04) and found["threshold"] == pytest.approx(0.4)  # between 3 and 5
    image = sorted(shares(trace, step)["image"] for step in rejected)
    assert found["image"] == pytest.approx((image[2] + image[3]) / 2)
    assert rejections(example_trace(11, sgrs=None)) is None


# ---- the table -------------------------------------------------------------------------------------------------------


@pytest.fixture
def context(tmp_path):
    backend = FakeBackend(pause=0.0)
    return Context(Engine(("demo",), backend=backend), RunStore(), Gallery(tmp_path))


def base(context, **more) -> str:
    """A kept plain run of the visit."""
    trace = example_trace(40, sgrs=None, words=context.engine.backend.words)
    trace = replace(trace, model=replace(trace.model, name="demo"), **more)
    return context.store.put(trace, "base", VISIT.id)


def compared(context, names, first, **more):
    """Every update of a comparison of a kept run's question."""
    widgets = widget_values(more.pop("settings", example_trace(3, sgrs=None).settings))
    event = {"names": names, "run": first, **more}
    return list(decode_all(context, VISIT, event, None, "", "", first, "demo", *widgets))


def table(update) -> dict:
    return json.loads(update["methods"]["table"])


def test_every_decoding_of_the_table_gets_its_line_in_one_order(context):
    first = base(context)
    updates = compared(context, [*reversed(DECODINGS)], first)
    last = table(updates[-1])
    assert last["done"] and last["all"] == list(DECODINGS) == [line["name"] for line in last["lines"]]
    assert last["lines"][0]["run"] == first  # plain is there already
    calls = context.engine.backend.calls
    assert len(calls) == len(DECODINGS) - 1 and all(call["sampling"] == calls[0]["sampling"] for call in calls)
    assert [call["decoding"].name for call in calls[3:]] == list(DECODERS)
    assert all(call["sgrs"] is None and call["locore"] is None for call in calls[3:])
    assert {line["changed"] for line in last["lines"]} == {0}  # the engine of tests always says the same
    assert not json.loads(updates[-1]["decodings"]["busy"]) and json.loads(updates[0]["decodings"]["busy"])
    assert "viewer" not in updates[-1]  # the question's run is on the screen


def test_progress_is_told_of_the_decoding_that_is_being_written(context):
    told = [table(update)["at"] for update in compared(context, ["sgrs"], base(context)) if "methods" in update]
    at = [one for one in told if one]
    assert at and all(one["name"] == "sgrs" and one["tokens"] <= one["of"] == 40 for one in at)


def test_one_that_does_not_fit_says_so_in_its_line_and_the_others_are_made(context):
    stream, backend = context.engine.backend.stream_caption, context.engine.backend

    def fitting(model, request):
        if request.settings.decoding and request.settings.decoding.name == "agla":
            raise SettingError("It is not known which pixels its tokens show.")
        if request.settings.decoding and request.settings.decoding.name == "var":
            raise RuntimeError("an accident")
        return stream(model, request)

    backend.stream_caption = fitting
    lines = {
        line["name"]: line for line in table(compared(context, ["agla", "var", "vcd"], base(context))[-1])["lines"]
    }
    assert lines["agla"] == {"name": "agla", "refused": "It is not known which pixels its tokens show."}
    assert "went wrong" in lines["var"]["refused"] and "accident" not in lines["var"]["refused"]
    assert lines["vcd"]["run"] and context.store.get(lines["vcd"]["run"]).visit == "v"


def test_a_decoders_numbers_are_the_widgets_own_where_they_are_of_it(context):
    settings = replace(example_trace(3, sgrs=None).settings, decoding=Decoding("vcd", {"alpha": 2.5}))
    compared(context, ["vcd", "icd"], base(context), settings=settings)
    made = [call["decoding"] for call in context.engine.backend.calls]
    assert made == [Decoding("vcd", {"alpha": 2.5}), Decoding("icd")]


def test_what_is_there_already_is_not_made_again(context):
    run_id = base(context)
    trace = context.trace(run_id)
    settings = resolved(replace(trace.settings, decoding=Decoding("pai")))
    assert settings.decoding.values["alpha"] == 0.2
    pai = context.store.put(replace(trace, settings=settings), "pai", VISIT.id)
    lines = table(compared(context, ["plain", "pai"], run_id)[-1])["lines"]
    assert [line["run"] for line in lines] == [run_id, pai] and not context.engine.backend.calls


def test_nothing_and_unknown_names_are_refused(context):
    with pytest.raises(SettingError, match="Tick at least one"):
        chosen([])
    with pytest.raises(SettingError, match="no decoding 'beams'"):
        chosen(["beams", "plain"])
    (only,) = compared(context, ["beams"], base(context))
    assert "no decoding" in json.loads(only["notice"]["note"])["text"] and table(only)["done"]


def test_a_model_that_cannot_be_loaded_ends_the_comparison(context):
    context.engine.backend.load_model = lambda *given, **more: (_ for _ in ()).throw(SettingError("No such weights."))
    last = compared(context, ["sgrs", "locore"], base(context))[-1]
    assert table(last)["lines"] == [] and "No such weights" in json.loads(last["notice"]["note"])["text"]


def test_stop_keeps_what_was_made(context):
    backend, updates = context.engine.backend, []
    widgets = widget_values(example_trace(3, sgrs=None).settings)
    first = base(context)
    for update in decode_all(
        context, VISIT, {"names": list(DECODINGS), "run": first}, None, "", "", first, "demo", *widgets
    ):
        updates.append(update)
        if len(backend.calls) == 2:
            context.visits.stop(VISIT.id)
    lines = table(updates[-1])["lines"]
    assert [line["name"] for line in lines] == ["plain", "sgrs", "locore"] and len(backend.calls) == 2
    assert json.loads(updates[-1]["notice"]["note"])["key"] == "stopped" and updates[-1]["run"]["interactive"]


def test_the_same_question_is_told_by_pictures_words_and_turns():
    trace = example_trace(5)
    request = CaptionRequest.of_trace(trace, trace.settings)
    assert same_question(request, replace(trace, settings=replace(trace.settings, sgrs=SGRS(alpha=0.1))))
    for other in (replace(trace, prompt="What?"), replace(trace, system="Be brief.")):
        assert not same_question(request, other)
    darker = request.image.point(lambda value: value // 2)
    assert pixels(darker) != pixels(request.image) == pixels(request.image.copy())
