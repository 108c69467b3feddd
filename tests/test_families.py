"""Every family, on a small random checkpoint: prompt, tokens, attention, saliency, LocoRE and SGRS are exact.

Where boxes and spans lie is tested in test_family_pixels.py.
"""

from __future__ import annotations

import pytest
import torch

import saliency_viz as sv
from saliency_viz.attention import Edits
from saliency_viz.decoding.session import Session

from .engine import write
from .families import BUILDERS, HISTORY, PROMPT, SYSTEM, TAKES_VIDEO, Case, request
from .reference import locore_gain, relative

SIZE = (97, 61)
COUNT = 6


@pytest.fixture(scope="module", params=BUILDERS)
def case(request, tmp_path_factory):
    return Case(request.param, BUILDERS[request.param](tmp_path_factory.mktemp(request.param)))


def asked(case, video):
    if video and case.name not in TAKES_VIDEO:
        pytest.skip("takes no video")
    return request(*[(45, 61)] * 5, video=True) if video else request(SIZE)


def session(model, wanted, locore=None):
    prepared = model.family.prepare(model, wanted)
    return Session(model, prepared, Edits(len(prepared.prompt_ids), locore))


@pytest.mark.parametrize(
    "wanted",
    [
        request(SIZE),
        request((33, 131)),
        request((16, 15)),
        request((960, 12)),
        request(SIZE, (40, 83)),
        request(SIZE, system=SYSTEM, history=HISTORY),
        request((40, 33), (40, 33), (40, 33), video=True),
    ],
    ids=["wide", "tall", "tiny", "thin", "two", "system", "video"],
)
def test_prompt_ids_equal_the_processors_own_template(case, wanted):
    if wanted.fps is not None and case.name not in TAKES_VIDEO:
        pytest.skip("takes no video")
    prepared = case.single.family.prepare(case.single, wanted)
    own = case.own_inputs(wanted)
    assert prepared.inputs["input_ids"].tolist() == own["input_ids"].tolist()
    for name, value in own.items():
        if isinstance(value, torch.Tensor):
            assert torch.equal(prepared.inputs[name], value.to(prepared.inputs[name].dtype)), name


@pytest.mark.parametrize("video", [False, True], ids=["picture", "video"])
def test_greedy_tokens_equal_unmodified_generate(case, video):
    wanted = asked(case, video)
    own = case.own_inputs(wanted)
    ids = case.plain.generate(**own, max_new_tokens=13, do_sample=False)[0, own["input_ids"].shape[1] :]
    image = sv.Video(wanted.images, wanted.fps) if video else wanted.images
    trace = sv.caption(case.single, image, PROMPT, max_new_tokens=13)
    assert list(trace.output_ids) == ids.tolist()
    assert len(set(trace.output_ids)) > 2  # not one token over and over: the test can fail


@pytest.mark.parametrize("video", [False, True], ids=["picture", "video"])
def test_attention_and_saliency_equal_one_backward_per_token(case, video):
    wanted = asked(case, video)
    own, run = case.own_inputs(wanted), session(case.model, wanted)
    written = write(run, count=COUNT)
    seen = run.observe(len(run.prepared.prompt_ids) - 1, written)
    for index, token in enumerate(written):
        truth = case.reference.truth(own, written[:index], token)
        assert truth.saliency[:, -1].max(-1).values.min() > 1e-4  # gradients are not so small that anything passes
        _rows_equal(seen, index, truth, 1e-10)


def _rows_equal(seen, index, truth, tolerance):
    reach = truth.saliency.shape[-1]
    for layer, (attention, saliency) in enumerate(
        zip(truth.attention[:, :, -1].mean(1), truth.saliency[:, -1], strict=True)
    ):
        assert relative(seen.attention[index, layer, :reach], attention) < tolerance
        assert relative(seen.saliency[index, layer, :reach] * seen.norm[index, layer], saliency) < tolerance
    assert not seen.saliency[index, :, reach:].any()


def test_float32_rows_are_as_near_the_truth_as_float32_autograd(case):
    """Largest difference over each row's largest value, against double precision: at most 2e-5, or twice what one
    backward per token in float32 is away itself (small random checkpoints are ill-conditioned: up to 4e-5)."""
    wanted = asked(case, False)
    own, run = case.own_inputs(wanted), session(case.single, wanted)
    written = write(run, count=COUNT)
    seen = run.observe(len(run.prepared.prompt_ids) - 1, written)
    for index in (0, COUNT - 1):
        truth = case.reference.truth(own, written[:index], written[index]).saliency[:, -1]
        single = case.reference32.truth(own, written[:index], written[index]).saliency[:, -1]
        for layer, row in enumerate(truth):
            mine = relative(seen.saliency[index, layer, : len(row)] * seen.norm[index, layer], row)
            assert mine < max(2e-5, 2 * relative(single[layer], row))
            assert relative(seen.saliency[index, layer, : len(row)] * seen.norm[index, layer], single[layer]) < 2e-5


def test_locore_equals_the_uncached_recomputation(case):
    wanted = asked(case, False)
    own = case.own_inputs(wanted)
    gain = locore_gain(own["input_ids"].shape[1], 0.5, 3)
    run = session(case.model, wanted, sv.LocoRE(0.5, 3))
    written = write(run, count=COUNT)
    assert written == case.reference.greedy(own, COUNT, gain)
    seen = run.observe(len(run.prepared.prompt_ids) - 1, written)
    _rows_equal(seen, COUNT - 1, case.reference.truth(own, written[:-1], written[-1], gain), 1e-10)


def test_sgrs_gives_the_same_caption_at_every_lookahead(case):
    wanted = asked(case, False)
    traces = [
        sv.caption(
            case.model,
            wanted.images,
            PROMPT,
            max_new_tokens=9,
            sgrs=sv.SGRS(alpha=1.0, window=3, tries=2),
            sampling=sv.Sampling(1.0, seed=3),
            lookahead=lookahead,
        )
        for lookahead in (1, 4)
    ]
    assert traces[0].output_ids == traces[1].output_ids
    assert any(step.rejected for step in traces[0].steps)
    for left, right in zip(traces[0].steps[1:], traces[1].steps[1:], strict=True):
        assert left.score == pytest.approx(right.score, rel=1e-9)


def test_the_single_loss_matrix_equals_autograd_in_every_row(case):
    wanted = asked(case, False)
    trace = sv.caption(case.model, wanted.images, PROMPT, max_new_tokens=4)
    saliency, attention = sv.token_matrix(case.model, trace, 3)
    truth = case.reference.truth(case.own_inputs(wanted), trace.output_ids[:3], trace.output_ids[3])
    assert relative(saliency, (truth.attention * truth.gradient).abs().sum(1)) < 1e-10
    assert relative(attention, truth.attention.mean(1)) < 1e-10


@pytest.mark.parametrize("video", [False, True], ids=["system", "video"])
def test_a_saved_trace_knows_what_was_asked(case, video, tmp_path):
    """System prompt, history and frame rate survive the file, so that a token's matrix can be had afterwards."""
    wanted = asked(case, True) if video else request(SIZE, system=SYSTEM, history=HISTORY)
    image = sv.Video(wanted.images, wanted.fps) if video else wanted.images
    trace = sv.caption(case.model, image, PROMPT, max_new_tokens=3, system=wanted.system, history=wanted.history)
    again = sv.Trace.load(trace.save(tmp_path / "run.trace"))
    saliency, _ = sv.token_matrix(case.model, again, 2)
    truth = case.reference.truth(case.own_inputs(wanted), trace.output_ids[:2], trace.output_ids[2])
    assert relative(saliency, (truth.attention * truth.gradient).abs().sum(1)) < 1e-10


def test_a_run_leaves_no_positions_on_the_model(case):
    """Two captions in turn on one model, of pictures of different shapes, equal the same two one after the other."""
    first, second = request(SIZE), request((33, 131))
    alone = [sv.caption(case.single, wanted.images, PROMPT, max_new_tokens=5).output_ids for wanted in (first, second)]
    runs = [session(case.single, wanted) for wanted in (first, second)]
    written = [[int(run.prefill().argmax())] for run in runs]
    for _ in range(4):
        for run, tokens in zip(runs, written, strict=True):
            tokens.append(int(run.advance([tokens[-1]])[-1].argmax()))
    assert [tuple(tokens) for tokens in written] == alone
    assert all(getattr(module, "rope_deltas", None) is None for module in case.single.network.modules())
