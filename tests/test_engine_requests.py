"""What a caller may pass, and the sentence for what cannot be: no raw exception, and no value bent into another."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
import torch

import saliency_viz as sv
from saliency_viz.errors import PromptError, SettingError

from .engine import PROMPT, picture, session


@pytest.fixture(scope="module")
def model(llava_dir):
    return sv.load_model(llava_dir, device="cpu")


def test_a_whole_caption_takes_the_arguments_of_a_streamed_one():
    whole, streamed = (inspect.signature(function) for function in (sv.caption, sv.stream_caption))
    assert whole.parameters == streamed.parameters and whole.return_annotation == "Trace"


def test_settings_may_be_given_by_place(model):
    trace = sv.caption(model, picture(), PROMPT, 6, sv.Sampling(1.0, 3), sv.SGRS(alpha=0.9), sv.LocoRE(0.7, 3), 2)
    assert (
        trace.output_ids
        == sv.caption(
            model,
            picture(),
            PROMPT,
            max_new_tokens=6,
            sampling=sv.Sampling(1.0, 3),
            sgrs=sv.SGRS(alpha=0.9),
            locore=sv.LocoRE(0.7, 3),
        ).output_ids
    )
    assert trace.settings.lookahead == 2
    assert list(inspect.signature(sv.caption).parameters) == list(inspect.signature(sv.stream_caption).parameters)


@pytest.mark.parametrize(
    "changes,kind,sentence",
    [
        ({"edits": [1]}, SettingError, "edits must be a saliency_viz.Edit, or a list of them"),
        ({"edits": 0.5}, SettingError, "edits must be a saliency_viz.Edit"),
        ({"time_limit": "3"}, SettingError, "time_limit must be more than 0 seconds, or None. Got '3'"),
        ({"time_limit": float("nan")}, SettingError, "time_limit"),
        ({"forced": "ab"}, PromptError, "forced must be a list of token ids, which are whole numbers. Got 'ab'"),
        ({"forced": 40}, PromptError, "forced must be a list"),
        ({"forced": [1.7, 2.9]}, PromptError, r"whole numbers. Got \[1.7, 2.9\]"),
        ({"max_new_tokens": 2.0}, SettingError, "max_new_tokens must be a whole number"),
    ],
)
def test_bad_settings_get_a_sentence(model, changes, kind, sentence):
    with pytest.raises(kind, match=sentence):
        sv.caption(model, picture(), **{"prompt": PROMPT, "max_new_tokens": 3, **changes})


@pytest.mark.parametrize("output", [[[40, 41]], [1.7, 2.9], None, 40, ["a"], torch.tensor([[40]])])
def test_a_replay_takes_a_text_or_whole_numbers(model, output):
    with pytest.raises(PromptError, match="The caption to replay must be a list of token ids"):
        sv.replay(model, picture(), PROMPT, output)


def test_a_replay_may_end_early_and_its_ids_come_in_any_kind_of_list(model):
    for ids in ([40, 41, 42], np.array([40, 41, 42]), torch.tensor([40, 41, 42]), iter([40, 41, 42])):
        assert sv.replay(model, picture(), PROMPT, ids, max_new_tokens=2).output_ids == (40, 41)
    with pytest.raises(SettingError, match="max_new_tokens must be a whole number of at least 1. Got 0"):
        sv.replay(model, picture(), PROMPT, [40], max_new_tokens=0)


def test_one_edit_is_a_list_of_one(model):
    edit = sv.Edit(0.5, [3])
    trace = sv.caption(model, picture(), PROMPT, 3, edits=edit)
    assert trace.settings.edits == (edit,)


def test_edits_that_take_every_key_from_a_row_are_refused_by_the_row(model):
    first = len(session(model).prepared.prompt_ids)

    def run(*edits):
        return sv.caption(model, picture(), PROMPT, 3, edits=edits)

    whole = sv.Edit(0.0, range(first), renormalize=True)
    with pytest.raises(SettingError, match=f"at least one key. Got none for row {first - 1} in layer"):
        run(whole)
    halves = [sv.Edit(0.0, keys, renormalize=True) for keys in (range(9), range(9, first))]
    with pytest.raises(SettingError, match="at least one key"):
        run(*halves)
    with pytest.raises(SettingError, match="Got none for row .* in layer 2"):
        run(*(sv.Edit(0.0, half.keys, layers=[index, 2], renormalize=True) for index, half in enumerate(halves)))
    assert run(*(sv.Edit(0.0, half.keys, layers=[index], renormalize=True) for index, half in enumerate(halves))).steps
    assert run(sv.Edit(0.0, range(first), rows=[first], renormalize=True)).steps  # that row sees key P0 as well
    assert run(sv.Edit(0.0, range(first))).steps  # not renormalised: nothing is left, and nothing is divided by it


def test_factors_beyond_half_precision_are_refused_before_a_caption_is_lost(model):
    with pytest.raises(SettingError, match=r"multiply to at most 65504, LocoRE's among them. Got 1e\+06"):
        sv.caption(model, picture(), PROMPT, 3, edits=[sv.Edit(100.0, range(5))] * 3)
    first = len(session(model).prepared.prompt_ids)
    with pytest.raises(SettingError, match="at most 65504"):
        sv.caption(model, picture(), PROMPT, 3, locore=sv.LocoRE(99.0), edits=[sv.Edit(100.0, [first])] * 2)
    apart = [sv.Edit(100.0, [key]) for key in (1, 2, 3)]
    assert np.isfinite(sv.caption(model, picture(), PROMPT, 3, edits=apart).attention).all()
