"""Memory before and during a run: what cannot fit is refused with what can; running out leaves nothing behind."""

from __future__ import annotations

import gc
import weakref
from types import SimpleNamespace

import pytest
import torch

import saliency_viz as sv
from saliency_viz.decoding import stream_caption, stream_faithfulness, validation
from saliency_viz.errors import MemoryLimitError
from saliency_viz.models.memory import budget as module
from saliency_viz.models.memory.budget import longest_fit, matrix_needs, room
from saliency_viz.models.memory.estimate import DecoderNeeds, caption_bytes, edited_prompt_bytes

from . import checkpoints_qwen, checkpoints_tiled
from .engine import PROMPT, picture, session


@pytest.fixture(scope="module")
def model(llava_dir):
    return sv.load_model(llava_dir, device="cpu")


def with_free(monkeypatch, count):
    monkeypatch.setattr(module, "free_memory", lambda device: count)


def test_the_room_of_a_caption_by_hand(model):
    """5 layers, 3 key heads of width 10, float32: 2 * 5 * 3 * 10 * 4 = 1200 bytes of cache a position; the prompt's
    pass, which is larger here than one token's recording, does not grow with the caption."""
    prompt = len(session(model).prepared.prompt_ids)
    one, two = (room(model, prompt, count).needed for count in (7, 8))
    assert two - one == 1200
    assert room(model, prompt, 7).fits and room(model, prompt, 7).matrix_fits


def test_a_caption_that_cannot_fit_is_refused_before_it_starts_with_the_length_that_does(model, monkeypatch):
    prompt = len(session(model).prepared.prompt_ids)
    text = model.config.get_text_config()
    with_free(monkeypatch, caption_bytes(text, prompt, 23, 4))
    with pytest.raises(MemoryLimitError, match="lower max new tokens to 23") as caught:
        sv.caption(model, picture(), PROMPT, max_new_tokens=64)
    assert "free on cpu" in str(caught.value) and "weights in 4 bits" in str(caught.value)
    assert len(sv.caption(model, picture(), PROMPT, max_new_tokens=23).steps) <= 23
    found = room(model, prompt, 64)
    assert longest_fit(model, found) == 23


def test_the_vision_tower_s_work_counts_where_it_is_the_most(model, monkeypatch):
    """A patch of 14 x 14: three times 41 in the MLP, four times 33 around it, 588 numbers of pixels; 4 bytes each."""
    prompt = len(session(model).prepared.prompt_ids)
    assert room(model, prompt, 3, 16).vision == 16 * (3 * 41 + 4 * 33 + 588) * 4
    assert room(model, prompt, 3, 16).needed == room(model, prompt, 3).needed
    many = room(model, prompt, 3, 16_000)
    assert many.needed == many.vision == 1000 * room(model, prompt, 3, 16).vision
    with_free(monkeypatch, many.vision - 1)
    assert not room(model, prompt, 3, 16_000).fits and longest_fit(model, room(model, prompt, 3, 16_000)) == 0
    monkeypatch.setattr(module, "patches_in", lambda config, inputs: 16_000)
    with pytest.raises(MemoryLimitError, match="This caption needs 54.0 MB"):
        sv.caption(model, picture(), PROMPT, max_new_tokens=3)


def test_a_map_on_another_device_needs_main_memory_for_its_results_only(model, monkeypatch):
    elsewhere = SimpleNamespace(
        config=model.config, dtype=model.dtype, device=torch.device("cuda"), network=SimpleNamespace()
    )
    work, results = matrix_needs(elsewhere, 100)
    assert results == 2 * 2 * 4 * 5 * 100**2
    assert matrix_needs(model, 100) == (work + results // 2, 0)
    for device, free in (("cuda", work - 1), ("cpu", results - 1)):
        monkeypatch.setattr(
            module, "free_memory", lambda where, low=device, free=free: free if where.type == low else 1e12
        )
        assert not room(elsewhere, 90, 10).matrix_fits
    monkeypatch.setattr(module, "free_memory", lambda where: work if where.type == "cuda" else results)
    assert room(elsewhere, 90, 10).matrix_fits


def test_curves_that_cannot_fit_are_refused_before_their_first_reading(model, monkeypatch):
    trace = sv.caption(model, picture(), PROMPT, max_new_tokens=3)
    with_free(monkeypatch, 10)
    with pytest.raises(MemoryLimitError, match="Every reading of these curves needs .* free on cpu: load the"):
        next(stream_faithfulness(model, trace, 2))


def test_when_not_even_one_token_fits_no_length_is_promised(model, monkeypatch):
    with_free(monkeypatch, 10)
    with pytest.raises(MemoryLimitError) as caught:
        sv.caption(model, picture(), PROMPT, max_new_tokens=5)
    assert "max new tokens" not in str(caught.value) and "smaller" in str(caught.value)


def test_a_smaller_picture_is_named_only_where_it_makes_fewer_tokens(model, monkeypatch, tmp_path):
    with_free(monkeypatch, 10)
    qwen = sv.load_model(checkpoints_qwen.qwen2(tmp_path / "qwen"), device="cpu")
    with pytest.raises(MemoryLimitError, match="take a smaller picture"):
        sv.caption(qwen, picture(), PROMPT, max_new_tokens=2)
    with pytest.raises(MemoryLimitError) as caught:
        sv.caption(model, picture(), PROMPT, max_new_tokens=2)
    assert "picture" not in str(caught.value)


def test_frames_are_named_where_a_video_fills_the_prompt(monkeypatch, tmp_path):
    model = sv.load_model(checkpoints_tiled.video_llava(tmp_path), device="cpu")
    with_free(monkeypatch, 10)
    video = sv.Video((picture(70, 60), picture(70, 60, 6)), fps=1.0)
    with pytest.raises(MemoryLimitError, match="take fewer frames"):
        sv.caption(model, video, "What moves?", max_new_tokens=2)


def test_a_model_spread_over_devices_is_not_judged_by_one_of_them(model, monkeypatch):
    with_free(monkeypatch, 10)
    monkeypatch.setattr(model.network, "hf_device_map", {"a": 0, "b": 1}, raising=False)
    assert room(model, 40, 10).free is None and room(model, 40, 10).fits


def test_little_memory_makes_passes_smaller_and_changes_no_token(model, monkeypatch):
    whole = sv.stream_caption(model, picture(), PROMPT, max_new_tokens=13)
    many = [step.token_id for step in whole]
    monkeypatch.setattr("saliency_viz.decoding.run_state.free_memory", lambda device: 1)
    small = sv.stream_caption(model, picture(), PROMPT, max_new_tokens=13)
    assert [step.token_id for step in small] == many
    assert max(whole.chunks) > 1 and set(small.chunks) == {1}
    assert abs(small.trace.saliency_norm - whole.trace.saliency_norm).max() < 1e-5 * whole.trace.saliency_norm.max()


@pytest.mark.parametrize("failing", ["prefill", "advance", "observe"])
def test_running_out_of_memory_frees_all_and_leaves_the_model_usable(model, monkeypatch, failing):
    """The error is injected deep inside, beside a tensor that only the failing frame knows."""
    before = sv.caption(model, picture(), PROMPT, max_new_tokens=5)
    held: list[weakref.ref] = []

    def fail(self, *_, **__):
        scores = torch.zeros(1000)
        held.append(weakref.ref(scores))
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    with monkeypatch.context() as patch:
        patch.setattr(f"saliency_viz.decoding.session.Session.{failing}", fail)
        stream = sv.stream_caption(model, picture(), PROMPT, max_new_tokens=5)
        with pytest.raises(MemoryLimitError, match="ran out of memory. Lower max_new_tokens"):
            list(stream)
    assert held and all(ref() is None for ref in held)
    session_of = weakref.ref(stream._run.session)
    del stream
    gc.collect()
    assert session_of() is None
    after = sv.caption(model, picture(), PROMPT, max_new_tokens=5)
    assert after.output_ids == before.output_ids and (after.saliency == before.saliency).all()


# ---- decoders --------------------------------------------------------------------------------------------------------


def test_what_decoders_hold_beside_by_hand(model):
    """Six heads of float32 weights three times over; 1200 bytes of cache a position."""
    prompt = len(session(model).prepared.prompt_ids)
    text = model.config.get_text_config()
    plain = caption_bytes(text, prompt, 9, 4)
    assert caption_bytes(text, prompt, 9, 4, beside=DecoderNeeds(caches=3)) - plain == 3 * 1200 * (prompt + 9)
    assert edited_prompt_bytes(text, prompt) == 3 * 4 * 6 * prompt**2
    long = [caption_bytes(text, 5000, 9, 4, beside=DecoderNeeds(edits_prompt=edits)) for edits in (False, True)]
    assert long[1] > 3 * 4 * 6 * 5000**2 > long[0]


@pytest.mark.parametrize(
    "name,caches,edits_prompt",
    [
        *(("vcd", 1, False), ("icd", 1, False), ("ritual", 1, False), ("dola", 0, False), ("pai", 2, False)),
        *(("sid", 1, False), ("only", 1, False), ("agla", 1, False), ("eah", 1, True), ("farsight", 1, True)),
        *(("beam", 10, False), ("opera", 30, False)),
    ],
)
def test_each_decoder_says_what_it_holds(model, monkeypatch, name, caches, edits_prompt):
    asked = []
    monkeypatch.setattr(validation, "require_room", lambda *given, beside: asked.append(beside))
    stream_caption(model, picture(), PROMPT, max_new_tokens=3, decoding=name).close()
    assert asked == [DecoderNeeds(caches, edits_prompt)]


def test_a_decoder_that_cannot_fit_is_refused_where_plain_decoding_fits(model, monkeypatch):
    prompt = len(session(model).prepared.prompt_ids)
    with_free(monkeypatch, caption_bytes(model.config.get_text_config(), prompt, 9, 4))
    with pytest.raises(MemoryLimitError, match="decode plainly or with another decoder"):
        sv.caption(model, picture(), PROMPT, max_new_tokens=9, decoding="opera")
    with pytest.raises(MemoryLimitError, match="another decoder"):
        sv.caption(model, picture(), PROMPT, max_new_tokens=9, decoding="farsight")
    assert sv.caption(model, picture(), PROMPT, max_new_tokens=9).steps
