"""One pass over a chunk of rows gives what one autograd backward per token gives, on small random LLaVA checkpoints."""

from __future__ import annotations

import pytest
import torch

import saliency_viz as sv
from saliency_viz.saliency import fuse

from .engine import PROMPT, picture, session, write
from .reference import Reference, relative

TOKENS = [17, 101, 5, 230, 44, 3 + 40, 9, 77, 150, 61, 12]


@pytest.fixture(scope="module", params=["llava_dir", "llava_full_dir"])
def checkpoint(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def model(checkpoint):
    """In double precision, so that a difference is a mistake and not rounding."""
    return sv.load_model(checkpoint, device="cpu", dtype="float64")


@pytest.fixture(scope="module")
def truths(checkpoint, model):
    """Per output token, the true attention and gradient of every entry, in double precision."""
    reference = Reference(checkpoint)
    inputs = session(model).prepared.inputs
    return [reference.truth(inputs, TOKENS[:index], token) for index, token in enumerate(TOKENS)]


def observed(model, **settings):
    run = session(model)
    write(run, TOKENS)
    return run, run.observe(len(run.prepared.prompt_ids) - 1, TOKENS, **settings)


def test_one_pass_equals_one_backward_per_token(model, truths):
    _, seen = observed(model)
    for index, truth in enumerate(truths):
        reach = truth.saliency.shape[-1]
        for layer in range(model.info.layers):
            mine = seen.saliency[index, layer, :reach] * seen.norm[index, layer]
            assert relative(mine, truth.saliency[layer, -1]) < 1e-11
            assert relative(seen.attention[index, layer, :reach], truth.attention[layer, :, -1].mean(0)) < 1e-11
        assert not seen.saliency[index, :, reach:].any()
        assert not seen.attention[index, :, reach:].any()


def test_float32_equals_float32_autograd(checkpoint):
    model, reference = sv.load_model(checkpoint, device="cpu"), Reference(checkpoint, torch.float32)
    run, seen = observed(model)
    for index, token in enumerate(TOKENS):
        truth = reference.truth(run.prepared.inputs, TOKENS[:index], token).saliency[:, -1]
        for layer in range(model.info.layers):
            mine = (seen.saliency[index, layer] * seen.norm[index, layer])[: truth.shape[-1]]
            assert relative(mine, truth[layer]) < 1e-5


def test_the_row_before_or_after_would_not_pass(model, truths):
    """The check above can fail: another row, or the head axis taken for the layer axis, is far from the truth."""
    _, seen = observed(model)
    truth = truths[6].saliency[:, -1]
    mine = (seen.saliency[6] * seen.norm[6][:, None])[:, : truth.shape[-1]]
    for wrong in (5, 7):
        other = (seen.saliency[wrong] * seen.norm[wrong][:, None])[:, : truth.shape[-1]]
        assert relative(other, truth) > 1e-2
    assert relative(mine.flip(0), truth) > 1e-2


def test_gradient_of_the_row_itself_is_counted(model, truths):
    """The diagonal entry: a row's own key and value carry gradient upward through later layers."""
    _, seen = observed(model)
    own = torch.stack([truth.saliency[:, -1, -1] for truth in truths])
    first = len(session(model).prepared.prompt_ids)
    mine = torch.stack([(seen.saliency[i, :, first - 1 + i] * seen.norm[i]) for i in range(len(TOKENS))])
    assert own.max() > 0
    assert relative(mine, own) < 1e-11


@pytest.mark.parametrize("fusion", ["sum", "max", "gradient"])
def test_other_fusions_equal_autograd(model, truths, fusion):
    _, seen = observed(model, fusion=fusion)
    for index in (0, 4, 10):
        truth = truths[index]
        expected = fuse(truth.attention[:, :, -1], truth.gradient[:, :, -1], fusion).sum(1)
        assert relative(seen.fused[index][:, : expected.shape[-1]], expected) < 1e-11


def test_all_candidates_of_a_step_come_from_one_forward(model, checkpoint):
    reference = Reference(checkpoint)
    run = session(model)
    write(run, TOKENS)
    first = len(run.prepared.prompt_ids)
    seen = run.observe_candidates(first + 3, [5, 44, 230])
    for index, candidate in enumerate([5, 44, 230]):
        truth = reference.truth(run.prepared.inputs, TOKENS[:4], candidate).saliency[:, -1]
        assert relative(seen.saliency[index] * seen.norm[index][:, None], truth) < 1e-11


def test_a_recorded_row_is_refused_once_its_keys_were_written_over(model):
    """Where another token stands now, its graph would give numbers of neither."""
    run = session(model)
    write(run, TOKENS[:4])
    for record in (lambda: run.advance_recorded(TOKENS[3]), lambda: run.record_row(run.length - 1)):
        row = record()
        before = row.observe([7]).saliency
        assert torch.equal(row.observe([7]).saliency, before)
        length = run.length
        run.rewind(length - 1)
        run.advance([TOKENS[5]])
        assert run.length == length
        with pytest.raises(RuntimeError, match="modified by an inplace operation"):
            row.observe([7])


def test_layers_below_the_lowest_need_no_graph(model, truths):
    _, whole = observed(model)
    _, upper = observed(model, lowest=3)
    assert upper.saliency.shape[1] == model.info.layers - 3
    assert relative(upper.saliency, whole.saliency[:, 3:]) < 1e-11


def test_chunks_of_any_size_see_the_same(model):
    run, whole = observed(model)
    first = len(run.prepared.prompt_ids)
    for start, stop in ((0, 1), (1, 4), (4, 11)):
        part = run.observe(first - 1 + start, TOKENS[start:stop])
        assert relative(part.saliency, whole.saliency[start:stop, :, : part.saliency.shape[-1]]) < 1e-11


@pytest.mark.parametrize("size", [(56, 56), (120, 61), (59, 163)])
def test_pictures_of_any_shape(model, checkpoint, size):
    run = session(model, picture(*size))
    written = write(run, count=3)
    first = len(run.prepared.prompt_ids)
    seen = run.observe(first - 1, written)
    truth = Reference(checkpoint).truth(run.prepared.inputs, written[:2], written[2]).saliency[:, -1]
    assert relative((seen.saliency[2] * seen.norm[2][:, None]), truth) < 1e-11


@pytest.mark.parametrize("dtype,bound", [("bfloat16", 0.15), ("float16", 0.02)])
def test_half_precision_stays_within_its_bound(checkpoint, truths, dtype, bound):
    """Rows in half precision against double precision, by the direction of the whole row (cosine distance)."""
    model = sv.load_model(checkpoint, device="cpu", dtype=dtype)
    _, seen = observed(model)
    for index, truth in enumerate(truths):
        expected = truth.saliency[:, -1]
        mine = seen.saliency[index][:, : expected.shape[-1]].double()
        cosine = torch.nn.functional.cosine_similarity(mine, expected, dim=-1)
        assert float(1 - cosine.min()) < bound


def test_a_trace_holds_the_truth_to_half_precision(model, truths):
    first = session(model)
    ids = write(first, TOKENS)
    trace = sv.replay(model, picture(), "Describe the image.", ids)
    raw = trace.raw_saliency()
    for index, truth in enumerate(truths):
        expected = truth.saliency[:, -1]
        assert relative(torch.tensor(raw[index][:, : expected.shape[-1]]), expected) < 2e-3
        layers, outputs = list(trace.target_layers), slice(trace.first_output, trace.first_output + index)
        normalized = expected / expected.norm(dim=-1, keepdim=True)
        if index == 0:
            assert trace.steps[0].score is None
        else:
            assert trace.steps[index].score == pytest.approx(float(normalized[layers, outputs].mean()), rel=1e-5)


def test_probability_rank_and_entropy_equal_the_full_forward(model, truths):
    trace = sv.replay(model, picture(), "Describe the image.", TOKENS)
    for step, truth in zip(trace.steps, truths, strict=True):
        p = truth.logits.softmax(-1)
        assert step.probability == pytest.approx(float(p[step.token_id]), rel=1e-4)
        assert step.rank == 1 + sum(1 for other in p.tolist() if other > float(p[step.token_id]))
        assert step.entropy == pytest.approx(-sum(x * float(torch.tensor(x).log()) for x in p.tolist()), rel=1e-4)


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode], ids=["no_grad", "inference_mode"])
def test_the_caller_may_have_switched_gradients_off(llava_dir, mode):
    model = sv.load_model(llava_dir, device="cpu", dtype="float32")
    settings = {"max_new_tokens": 6, "sgrs": sv.SGRS(top_k=3), "locore": sv.LocoRE(0.5)}
    wanted = sv.caption(model, picture(), PROMPT, **settings)
    matrix, _ = sv.token_matrix(model, wanted, 3)
    with mode():
        trace = sv.caption(model, picture(), PROMPT, **settings)
        again, _ = sv.token_matrix(model, trace, 3)
        heads = sv.head_rows(model, trace, 3)
        assert not torch.is_grad_enabled()
    assert trace.output_ids == wanted.output_ids and (trace.saliency == wanted.saliency).all()
    assert torch.equal(matrix, again) and heads.saliency.max() > 0
