"""Links as text: every setting of two runs and every word of the viewer goes in and comes out, and no text raises."""

from __future__ import annotations

from dataclasses import replace

import pytest

from saliency_viz.settings import SGRS, Decoding, Edit, LocoRE, Recording, Sampling
from saliency_viz.trace import RunSettings
from saliency_viz.ui import permalinks

from .traces import example_trace

SETTINGS = (
    RunSettings(64),
    RunSettings(17, Sampling(0.7, 12345, 40, 0.9)),
    RunSettings(5, sgrs=SGRS(top_k=7, tries=2, alpha=0.35, window=4, layers=(1, 3, 4))),
    RunSettings(5, sgrs=SGRS(history="window-accepted", score="sum")),
    RunSettings(5, sgrs=SGRS(layers=(2,), history="accepted", score="recent", recent=7)),
    RunSettings(5, locore=LocoRE(beta=0.2, window=3, renormalize=True)),
    RunSettings(5, Sampling(1e-05), SGRS(alpha=0.0), LocoRE(beta=1.0)),
    RunSettings(5, decoding=Decoding("vcd", {"alpha": 0.1, "noise_step": 700.0})),
    RunSettings(5, locore=LocoRE(), decoding=Decoding("opera")),
)


@pytest.mark.parametrize("settings", SETTINGS)
def test_a_link_gives_back_what_was_put_in(settings):
    link = permalinks.Link(
        permalinks.LinkedRun(
            "_b_-12345678901234567890", "farm-2", "Qwen/Qwen2-VL-2B", "What is left of it? & = # 牛", settings
        ),
        permalinks.LinkedRun(
            "example-farm-2", "farm-2", "demo", "And here?", replace(settings, max_new_tokens=7), partial=True
        ),
        {key: f"{number}" for number, key in enumerate(permalinks.STATE_KEYS)},
    )
    assert permalinks.read(permalinks.write(link)) == link


def test_the_run_beside_is_only_an_id_when_it_is_a_ready_trace():
    link = permalinks.Link(permalinks.LinkedRun(example="farm"), permalinks.LinkedRun("example-beach"))
    assert permalinks.write(link) == {"example": "farm", "beside": "example-beach"}


def test_a_link_from_before_there_was_a_choice_of_history_makes_the_same_run_again():
    place = permalinks.read({"n": "5", "sgrs": "0.6_5_3_5"}).first
    assert place.settings.sgrs == SGRS(history="accepted")
    assert permalinks.read({"n": "5", "sgrs": "0.6_5_3_5_2-3"}).first.settings.sgrs == SGRS(
        layers=(2, 3), history="accepted"
    )


def test_a_link_typed_by_hand_never_raises():
    hostile = {
        "example": "../../etc/passwd",
        "run": "<script>",
        "model": "../..",
        "prompt": "x" * 5000,
        "n": "ten",
        "token": "9" * 5000,
        "sgrs": "a_b",
        "locore": "-1_0",
        "unknown": "y",
        "beside": "a b",
        "beside_n": "-3",
    }
    link = permalinks.read(hostile)
    lost = permalinks.LinkedRun(partial=True)  # a prompt too long for the page is not cut but left out
    assert link == permalinks.Link(lost, lost)
    odd = permalinks.read({"n": "3", "sgrs": "7_5_3_5", "locore": "nan_3", "temperature": "-4", "topp": "0"})
    assert odd.first.settings == RunSettings(3)


@pytest.mark.parametrize(
    ("words", "whole"),
    [
        ({}, {}),
        ({"sgrs": "0.6_5_3_5_layers.8-6_window"}, {}),
        ({"sgrs": "0.6"}, {}),
        ({"locore": "nan_3"}, {}),
        ({"decoding": "nothing-like-it"}, {}),
        ({"temperature": "-4"}, {}),
        ({"topk": "many"}, {}),
        ({"model": "a/../b"}, {}),
        ({"model": "a/b", "weights": "3bit"}, {"model": "a/b"}),
        ({"model": "a/b", "adapter": "c/../d"}, {"model": "a/b"}),
    ],
)
def test_what_cannot_be_read_of_a_recipe_is_left_out_and_that_is_said(words, whole):
    found = permalinks.read_run({"n": "5", **words})
    assert found == permalinks.LinkedRun(settings=RunSettings(5), partial=bool(words), **whole)


def test_layers_are_written_as_everywhere_and_links_of_before_keep_their_list():
    assert permalinks.recipe(RunSettings(5, sgrs=SGRS(layers=(6, 8))))["sgrs"] == "0.6_5_3_5_layers.6,8_window"
    written = {"0.6_5_3_5_layers.6-8,11_window": (6, 7, 8, 11), "0.6_5_3_5_6-8_window": (6, 8)}
    for text, layers in written.items():
        assert permalinks.read_run({"n": "5", "sgrs": text}).settings == RunSettings(5, sgrs=SGRS(layers=layers))


@pytest.mark.parametrize(
    ("dtype", "words", "partial"),
    [
        ("float32", {}, False),
        ("bfloat16 (4bit weights)", {"weights": "4bit"}, False),
        ("bfloat16 (8bit weights) + adapter c/lora-4bit", {"weights": "8bit", "adapter": "c/lora-4bit"}, False),
        ("bfloat16 (4bit weights, as stored)", {}, False),
        ("float32 + adapter a lora with spaces", {}, True),
    ],
)
def test_a_link_says_how_small_the_weights_were_and_which_adapter_was_on_them(dtype, words, partial):
    trace = example_trace()
    trace = replace(trace, model=replace(trace.model, name="a/b", dtype=dtype))
    linked = permalinks.linked_run(trace, "abc", None)
    query = permalinks.write_run(linked)
    assert {key: query[key] for key in ("weights", "adapter") if key in query} == words
    assert (query["model"], linked.partial) == ("a/b", partial)
    assert permalinks.read_run(query) == linked
    if not partial:
        assert linked.wanted.made(trace.model)


@pytest.mark.parametrize(
    ("change", "partial"),
    [
        ({}, False),
        ({"prompt": "牛" * 400}, True),
        ({"system": "Be brief."}, False),
        ({"system": "牛" * 400}, True),
        ({"history": (("user", "What is it?"), ("assistant", "A cow."))}, True),
        ({"settings": RunSettings(9, lookahead=4)}, False),  # the same tokens whatever it is
        ({"settings": RunSettings(9, forced=(3, 4))}, True),
        ({"settings": RunSettings(9, edits=(Edit(0.0, (3,)),))}, True),
        ({"settings": RunSettings(9, recording=Recording(fusion="max"))}, True),
    ],
)
def test_a_link_says_when_something_that_made_the_run_is_not_in_it(change, partial):
    trace = replace(example_trace(), **change)
    place = permalinks.linked_run(trace, "abc", "farm")
    assert place.partial == partial
    assert permalinks.read_run(permalinks.write_run(place)) == replace(
        place, settings=permalinks.read_run(permalinks.recipe(trace.settings)).settings
    )
    assert place.prompt == (None if "prompt" in change else trace.prompt)
