"""The instrument does not change the answer, and leaves nothing behind: after success, error and cancel."""

from __future__ import annotations

import gc
import threading
import weakref
from dataclasses import replace

import pytest
import torch
from transformers import AutoModelForImageTextToText

import saliency_viz as sv
from saliency_viz.decoding import Drafted, Withdrawn
from saliency_viz.decoding.candidates import Chooser
from saliency_viz.errors import ContextError, ModelError
from saliency_viz.models.token_text import token_texts

from .engine import PROMPT, picture, session


@pytest.fixture(scope="module", params=["llava_dir", "llava_full_dir"])
def checkpoint(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def model(checkpoint):
    return sv.load_model(checkpoint, device="cpu")


def state_of(model):
    """What a run must leave as it found it."""
    network = model.network
    return {
        "attention": network.config.get_text_config()._attn_implementation,
        "hooks": sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in network.modules()),
        "grads": sum(p.grad is not None or p.requires_grad for p in network.parameters()),
        "training": network.training,
        "grad_mode": torch.is_grad_enabled(),
        "weights": float(sum(p.double().sum() for p in network.parameters())),
    }


@pytest.mark.parametrize("seed", range(6))
def test_greedy_tokens_equal_unmodified_generate(model, checkpoint, seed):
    image = picture(60 + 13 * seed, 120 - 11 * seed, seed)
    plain = AutoModelForImageTextToText.from_pretrained(checkpoint, dtype=torch.float32, attn_implementation="sdpa")
    inputs = session(model, image).prepared.inputs
    ids = plain.eval().generate(**inputs, max_new_tokens=23, do_sample=False)[0, inputs["input_ids"].shape[1] :]
    for lookahead in (None, 1, 5):
        trace = sv.caption(model, image, PROMPT, max_new_tokens=23, lookahead=lookahead)
        assert list(trace.output_ids) == ids.tolist()
        assert trace.ended == ("end" if ids[-1] in model.stop_ids else "length")


def test_a_checkpoints_own_repetition_penalty_is_kept(model, checkpoint):
    plain = AutoModelForImageTextToText.from_pretrained(checkpoint, dtype=torch.float32).eval()
    inputs = session(model).prepared.inputs
    ids = plain.generate(**inputs, max_new_tokens=19, do_sample=False, repetition_penalty=1.7)
    before = model.network.generation_config.repetition_penalty
    model.network.generation_config.repetition_penalty = 1.7
    try:
        trace = sv.caption(model, picture(), PROMPT, max_new_tokens=19)
    finally:
        model.network.generation_config.repetition_penalty = before
    assert list(trace.output_ids) == ids[0, inputs["input_ids"].shape[1] :].tolist()


def test_a_seed_gives_the_same_draws_and_another_seed_others(model):
    def tokens(seed, **more):
        return sv.caption(
            model, picture(), PROMPT, max_new_tokens=17, sampling=sv.Sampling(1.0, seed, **more)
        ).output_ids

    assert tokens(3) == tokens(3)
    assert len({tokens(seed) for seed in range(5)}) > 1
    assert tokens(3, top_k=1) == sv.caption(model, picture(), PROMPT, max_new_tokens=17).output_ids


def test_draws_follow_the_models_distribution(model):
    """3000 seeds at the first position: frequencies within 5 standard errors of the probabilities."""
    from saliency_viz.decoding.candidates import Chooser

    run = session(model)
    logits = run.prefill()
    p = logits.softmax(-1)
    config = model.network.generation_config
    drawn = [Chooser(sv.Sampling(1.0, seed), config).choose(logits, run.ids, 7, 5).first for seed in range(3000)]
    for token in p.topk(5).indices.tolist():
        error = (float(p[token]) * (1 - float(p[token])) / 3000) ** 0.5
        assert abs(drawn.count(token) / 3000 - float(p[token])) < 5 * error


@pytest.mark.slow
def test_top_p_and_top_k_keep_only_what_they_should(model):
    kept = sv.Sampling(2.0, 0, top_k=3)
    p = session(model).prefill().softmax(-1)
    firsts = {
        sv.caption(model, picture(), PROMPT, max_new_tokens=1, sampling=sv.Sampling(2.0, seed, top_k=3)).output_ids[0]
        for seed in range(40)
    }
    assert firsts <= set(p.topk(kept.top_k).indices.tolist())
    nucleus = {
        sv.caption(model, picture(), PROMPT, max_new_tokens=1, sampling=sv.Sampling(1.0, seed, top_p=1e-6)).output_ids
        for seed in range(9)
    }
    assert nucleus == {(int(p.argmax()),)}


def test_a_stream_gives_each_step_once_and_the_same_trace(model):
    stream = sv.stream_caption(model, picture(), PROMPT, max_new_tokens=13, sgrs=sv.SGRS(alpha=0.9))
    steps = list(stream)
    whole = sv.caption(model, picture(), PROMPT, max_new_tokens=13, sgrs=sv.SGRS(alpha=0.9))
    assert [step.index for step in steps] == list(range(len(whole.steps)))
    assert tuple(steps) == stream.trace.steps == whole.steps


def test_events_can_be_replayed_into_the_caption(model):
    """Drafted, Withdrawn and Step, applied in order, end in the caption."""
    stream = sv.stream_caption(model, picture(), PROMPT, max_new_tokens=13, sgrs=sv.SGRS(alpha=0.9), lookahead=5)
    shown: list[int] = []
    kinds = set()
    for event in stream.events():
        kinds.add(type(event))
        if isinstance(event, Withdrawn):
            del shown[event.index :]
        else:
            shown[event.index : event.index + 1] = [event.token_id]
    assert tuple(shown) == stream.trace.output_ids
    assert {Drafted, Withdrawn} < kinds


def test_after_success_error_and_cancel_all_is_as_before(model):
    before = state_of(model)
    sv.caption(model, picture(), PROMPT, max_new_tokens=7, sgrs=sv.SGRS(alpha=0.9), locore=sv.LocoRE())
    assert state_of(model) == before
    stream = sv.stream_caption(model, picture(), PROMPT, max_new_tokens=50, lookahead=3)
    for _ in range(4):
        next(iter(stream))
    stream.close()
    assert state_of(model) == before
    assert (len(stream.trace.steps), stream.trace.ended) == (4, "cancelled")
    assert stream.trace.attention.shape[0] == 4
    with pytest.raises(sv.SaliencyVizError):
        sv.caption(model, picture(), PROMPT, max_new_tokens=7, edits=[sv.Edit(0.5, [9000])])
    assert state_of(model) == before


def test_a_closed_stream_lets_go_of_its_cache(model):
    stream = sv.stream_caption(model, picture(), PROMPT, max_new_tokens=30, lookahead=2)
    next(iter(stream))
    keys = weakref.ref(stream._run.session.cache.layers[0].keys)
    stream.close()
    gc.collect()
    assert keys() is None


def test_a_stopped_stream_still_observes_what_was_drafted(model):
    stream = sv.stream_caption(model, picture(), PROMPT, max_new_tokens=30)
    written = []
    for event in stream.events():
        if isinstance(event, Drafted):
            written.append(event.token_id)
            if len(written) == 5:
                stream.stop()
    assert stream.trace.output_ids == tuple(written)
    assert (len(written), stream.trace.ended) == (5, "cancelled")
    assert stream.trace.steps[4].score is not None
    whole = sv.caption(model, picture(), PROMPT, max_new_tokens=30)
    assert whole.output_ids[:5] == tuple(written)


def test_a_generator_dropped_half_way_stops(model):
    stream = sv.stream_caption(model, picture(), PROMPT, max_new_tokens=30, lookahead=2)
    events = stream.events()
    next(events)
    events.close()
    assert stream.trace.ended == "cancelled"
    assert next(events, None) is None


@pytest.mark.slow
def test_two_threads_on_one_model_do_not_mix(model):
    images = [picture(seed=seed) for seed in (1, 2)]
    settings = [{"locore": sv.LocoRE(1.0, 4)}, {"sgrs": sv.SGRS(alpha=0.9)}]
    alone = [sv.caption(model, i, PROMPT, max_new_tokens=15, **s) for i, s in zip(images, settings, strict=True)]
    together: list = [None] * 6

    def work(slot):
        together[slot] = sv.caption(model, images[slot % 2], PROMPT, max_new_tokens=15, **settings[slot % 2])

    threads = [threading.Thread(target=work, args=(slot,)) for slot in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    for slot, trace in enumerate(together):
        assert trace.output_ids == alone[slot % 2].output_ids
        apart = abs(trace.saliency.astype(float) - alone[slot % 2].saliency.astype(float))
        assert apart.max() < 2e-3  # rounding of kernels may differ between threads; another run's rows would not pass


def test_a_time_limit_ends_the_run_with_what_there_is(model):
    trace = sv.caption(model, picture(), PROMPT, max_new_tokens=40, time_limit=1e-9)
    assert (trace.ended, len(trace.steps)) == ("time", 1)


def test_replay_of_a_caption_equals_the_run_that_wrote_it(model):
    for settings in ({}, {"locore": sv.LocoRE(0.7, 3)}):
        run = sv.caption(model, picture(), PROMPT, max_new_tokens=13, **settings)
        again = sv.replay(model, picture(), PROMPT, run.output_ids, **settings)
        assert again.output_ids == run.output_ids
        assert abs(again.saliency.astype(float) - run.saliency.astype(float)).max() < 2e-3
        assert again.ended == "given"
        assert all(step.forced for step in again.steps)


def test_replay_of_text_uses_the_models_tokens(model):
    trace = sv.replay(model, picture(), PROMPT, "a small red fox")
    assert trace.text == "a small red fox"
    assert list(trace.output_ids) == model.tokenizer("a small red fox", add_special_tokens=False)["input_ids"]


def test_a_forced_beginning_is_continued_as_if_it_had_been_written(model):
    run = sv.caption(model, picture(), PROMPT, max_new_tokens=13, sgrs=sv.SGRS(alpha=0.8))
    again = sv.caption(model, picture(), PROMPT, max_new_tokens=13, sgrs=sv.SGRS(alpha=0.8), forced=run.output_ids[:1])
    assert again.output_ids == run.output_ids
    assert [step.forced for step in again.steps] == [True] + [False] * (len(again.steps) - 1)


def test_spans_and_texts_cover_the_sequence(model):
    trace = sv.caption(model, picture(), PROMPT, max_new_tokens=5)
    covered = [position for span in trace.spans for position in range(span.start, span.stop)]
    assert covered == list(range(len(trace.prompt_ids) + len(trace.steps)))
    image = trace.positions("image")
    assert {trace.prompt_ids[position] for position in image} == {model.config.image_token_id}
    assert "".join(trace.token_texts[p] for p in trace.positions("prompt")).strip() == PROMPT
    assert trace.text == model.tokenizer.decode(trace.output_ids, skip_special_tokens=True).rstrip("\ufffd")


def test_a_character_of_several_tokens_belongs_to_the_last(model):
    ids = model.tokenizer("a🦊b", add_special_tokens=False)["input_ids"]
    assert len(ids) > 4
    texts = token_texts(model.tokenizer, ids)
    assert "".join(texts) == "a🦊b"
    assert [text for text in texts if text] == ["a", "🦊", "b"]
    assert token_texts(model.tokenizer, ids[:-2])[1:] == ("",) * (len(ids) - 3)


@pytest.mark.parametrize(
    "changes,sentence",
    [
        ({"max_new_tokens": 0}, "max_new_tokens must be a whole number"),
        ({"max_new_tokens": 100_000}, "must fit into 997 tokens"),
        ({"prompt": "look <image> here"}, "control tokens"),
        ({"prompt": 7}, "must be a text"),
        ({"lookahead": 0}, "lookahead must be"),
        ({"sgrs": 0.6}, "saliency_viz.SGRS"),
        ({"sgrs": None, "forced": [10**6]}, "text tokens in 0"),
        ({"recording": sv.Recording(target_layers=[9])}, "must lie in 0..4"),
        ({"time_limit": -1}, "more than 0 seconds"),
    ],
)
def test_bad_requests_get_a_sentence(model, changes, sentence):
    with pytest.raises(sv.SaliencyVizError, match=sentence):
        sv.caption(model, picture(), **{"prompt": PROMPT, "max_new_tokens": 4, **changes})


def test_running_out_of_memory_is_a_sentence_and_leaves_the_model_usable(model, monkeypatch):
    def fail(*args, **kwargs):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 3 GiB")

    with monkeypatch.context() as patch:
        patch.setattr("saliency_viz.decoding.session.Session.observe", fail)
        with pytest.raises(sv.errors.MemoryLimitError, match="ran out of memory. Lower max_new_tokens"):
            sv.caption(model, picture(), PROMPT, max_new_tokens=4)
    assert sv.caption(model, picture(), PROMPT, max_new_tokens=4).steps


@pytest.mark.parametrize("prompt", ["", "   ", "a" * 300, "<b>bold</b> ${x} {{y}}", "日本語 🦊", "line\nbreak\ttab"])
def test_odd_prompts_are_just_text(model, prompt):
    trace = sv.caption(model, picture(), prompt, max_new_tokens=3)
    assert len(trace.steps) >= 1
    assert prompt.strip() in "".join(trace.prompt_texts)


@pytest.mark.parametrize("temperature", [0.0, 1.0])
@pytest.mark.parametrize("sgrs", [None, sv.SGRS()])
def test_weights_that_are_no_numbers_end_with_a_sentence(llava_dir, temperature, sgrs):
    broken = sv.load_model(llava_dir, device="cpu")
    next(weight for name, weight in broken.network.named_parameters() if "q_proj" in name)[0] = float("nan")
    sampling = sv.Sampling(temperature)
    with pytest.raises(ModelError, match=r"computed in float32, are not finite.* Its weights are damaged"):
        sv.caption(broken, picture(), PROMPT, max_new_tokens=3, sampling=sampling, sgrs=sgrs)


def test_numbers_too_large_for_half_precision_ask_for_another():
    chooser = Chooser(sv.Sampling(), None)
    logits = torch.tensor([1.0, float("inf"), 2.0], dtype=torch.float16)
    with pytest.raises(ModelError, match="position 7, computed in float16, .* Load the model with dtype float32 or"):
        chooser.choose(logits, [0], position=7, count=2)
    assert chooser.choose(torch.tensor([1.0, float("-inf"), 2.0]), [0], position=7, count=3).token_ids == (2, 0)


def test_what_has_no_room_says_what_would_have(model):
    first = len(session(model).prepared.prompt_ids)
    tight = replace(model, context=first + 3)
    with pytest.raises(ContextError, match="Lower max_new_tokens to 3 or shorten the prompt"):
        sv.caption(tight, picture(), PROMPT, max_new_tokens=4)
    with pytest.raises(ContextError, match="Shorten the prompt, or take fewer or smaller pictures"):
        sv.caption(replace(model, context=first), picture(), PROMPT, max_new_tokens=4)
