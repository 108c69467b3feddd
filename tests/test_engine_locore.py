"""LocoRE and other attention edits: what acts while decoding is what is drawn, and both equal Eq. 9 on every row."""

from __future__ import annotations

import pytest
import torch

import saliency_viz as sv
from saliency_viz.attention import Edits

from .engine import PROMPT, picture, session, write
from .reference import Reference, locore_gain, relative

TOKENS = [17, 101, 5, 230, 44, 43, 9, 77]
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def model(llava_dir):
    return sv.load_model(llava_dir, device="cpu", dtype="float64")


@pytest.fixture(scope="module")
def reference(llava_dir):
    return Reference(llava_dir)


def test_window_edges_by_hand():
    """P0 = 7, w_s = 3: the query at 7 raises nothing, at 8 only key 7, at 12 keys 9, 10, 11 (distance 3) and not 8."""
    edits = Edits(7, sv.LocoRE(0.25, 3))
    assert edits.factor(0, [6], 7, 2, False, CPU) is None
    assert edits.factor(0, [7], 8, 2, False, CPU) is None
    assert edits.factor(0, [8], 9, 2, False, CPU)[0, 0].tolist() == [1.0] * 7 + [1.25, 1.0]
    assert edits.factor(0, [12], 13, 2, False, CPU)[0, 0].tolist() == [1.0] * 9 + [1.25] * 3 + [1.0]
    assert edits.factor(0, [12], 13, 2, True, CPU) is None  # not renormalised: nothing acts before the softmax


def test_edit_touches_only_its_rows_keys_layers_and_heads():
    edits = Edits(7, None, (sv.Edit(0.5, [2, 8], rows=[9, 11], layers=[1], heads=[2]),))
    assert edits.factor(0, [9], 10, 3, False, CPU) is None
    assert edits.factor(1, [8, 10], 11, 3, False, CPU) is None
    factor = edits.factor(1, [9, 10, 11], 12, 3, False, CPU)
    halved = (factor == 0.5).nonzero().tolist()
    assert halved == [[2, 0, 2], [2, 0, 8], [2, 2, 2], [2, 2, 8]]
    assert ((factor == 1) | (factor == 0.5)).all()


@pytest.mark.parametrize("renormalize", [False, True])
@pytest.mark.parametrize("beta,window", [(0.5, 3), (0.15, 10)])
def test_tokens_attention_and_saliency_equal_the_uncached_recomputation(model, reference, beta, window, renormalize):
    locore = sv.LocoRE(beta, window, renormalize)
    run = session(model, locore=locore)
    first, inputs = len(run.prepared.prompt_ids), run.prepared.inputs
    gain = locore_gain(first, beta, window)
    reference.renormalize = renormalize
    try:
        written = write(run, count=8)
        assert written == reference.greedy(inputs, 8, gain)
        seen = run.observe(first - 1, written)
        for index, token in enumerate(written):
            truth = reference.truth(inputs, written[:index], token, gain)
            reach = truth.saliency.shape[-1]
            mine = seen.saliency[index, :, :reach] * seen.norm[index][:, None]
            assert relative(seen.attention[index, :, :reach], truth.attention[:, :, -1].mean(1)) < 1e-11
            assert relative(mine, truth.saliency[:, -1]) < 1e-11
    finally:
        reference.renormalize = False


def test_locore_changes_what_is_written_after_the_second_output(model):
    plain, strong = session(model), session(model, locore=sv.LocoRE(3.0, 5))
    write(plain, TOKENS), write(strong, TOKENS)
    first = len(plain.prepared.prompt_ids)
    a, b = plain.observe(first - 1, TOKENS), strong.observe(first - 1, TOKENS)
    assert relative(a.attention[:2], b.attention[:2]) < 1e-12  # rows of the prompt and of the first output
    assert relative(a.attention[2:], b.attention[2:]) > 1e-2


def test_neutral_edits_are_plain_decoding_bit_for_bit(model):
    plain = sv.caption(model, picture(), PROMPT, max_new_tokens=9)
    for settings in ({"locore": sv.LocoRE(0.0)}, {"edits": [sv.Edit(1.0, [3, 4])]}):
        neutral = sv.caption(model, picture(), PROMPT, max_new_tokens=9, **settings)
        assert neutral.output_ids == plain.output_ids
        assert [step.probability for step in neutral.steps] == [step.probability for step in plain.steps]
        assert (neutral.attention == plain.attention).all()
        assert (neutral.saliency_norm == plain.saliency_norm).all()


@pytest.mark.parametrize("heads,layers,renormalize", [(None, None, False), ([1, 4], [2], False), ([0], None, True)])
def test_decay_of_image_keys_equals_the_uncached_recomputation(model, reference, heads, layers, renormalize):
    """Table 6's intervention, also on the row that predicts the first output, which is a row of the prompt."""
    keys = [5, 6, 11]
    edit = sv.Edit(0.2, keys, layers=layers, heads=heads, renormalize=renormalize)
    run = session(model, edits=[edit])
    first, inputs = len(run.prepared.prompt_ids), run.prepared.inputs

    def gain(layer, head_count, rows, key_count):
        factor = torch.ones(head_count, rows, key_count)
        if layers is None or layer in layers:
            for head in range(head_count) if heads is None else heads:
                factor[head, first - 1 :, keys] = 0.2
        return factor

    reference.renormalize = renormalize
    try:
        written = write(run, count=5)
        assert written == reference.greedy(inputs, 5, gain)
        seen = run.observe(first - 1, written)
        for index, token in enumerate(written):
            truth = reference.truth(inputs, written[:index], token, gain)
            mine = (seen.saliency[index] * seen.norm[index][:, None])[:, : truth.saliency.shape[-1]]
            assert relative(mine, truth.saliency[:, -1]) < 1e-11
    finally:
        reference.renormalize = False


def test_removing_every_output_key_equals_never_having_read_them(model):
    """Factor 0 on a key, renormalised, is the same as masking it."""
    run = session(model, edits=[sv.Edit(0.0, [2], renormalize=True)])
    write(run, TOKENS)
    seen = run.observe(len(run.prepared.prompt_ids) - 1, TOKENS)
    assert seen.attention[:, :, 2].abs().max() == 0
    assert torch.allclose(seen.attention.sum(-1), torch.ones(()).double())


def test_gain_of_a_trace_is_what_acted(model):
    trace = sv.caption(model, picture(), PROMPT, max_new_tokens=7, locore=sv.LocoRE(0.5, 2))
    first = trace.first_output
    raised = [(trace.gain(step) != 1).nonzero()[0].tolist() for step in range(7)]
    assert raised == [
        [],
        [],
        [first],
        [first, first + 1],
        [first + 1, first + 2],
        [first + 2, first + 3],
        [first + 3, first + 4],
    ]
    assert set(trace.gain(4).tolist()) == {1.0, 1.5}


@pytest.mark.parametrize(
    "edit,sentence",
    [
        (sv.Edit(0.5, [5000]), "keys must lie in"),
        (sv.Edit(0.5, [1], rows=[3]), "never edited"),
        (sv.Edit(0.5, [1], layers=[5]), "layers must lie in 0..4"),
        (sv.Edit(0.5, [1], heads=[6]), "heads must lie in 0..5"),
    ],
)
def test_edits_outside_the_run_are_refused(model, edit, sentence):
    with pytest.raises(sv.SaliencyVizError, match=sentence):
        sv.caption(model, picture(), PROMPT, max_new_tokens=4, edits=[edit])


@pytest.mark.parametrize("lookahead", [1, None])
@pytest.mark.parametrize(
    "edits",
    [
        lambda first: (sv.Edit(1.0, (0,)),),
        lambda first: (sv.Edit(0.25, (5, 6, 7), rows=(first + 3,)),),
        lambda first: (sv.Edit(0.0, range(5, 30)), sv.Edit(0.5, range(5, 30), rows=(first + 3,))),
        lambda first: (sv.Edit(0.5, range(5, 30), rows=(first + 3,)), sv.Edit(0.0, range(5, 30))),
    ],
    ids=["factor 1", "one row", "two", "two, the other way"],
)
def test_an_edit_of_some_rows_takes_nothing_from_the_others(model, edits, lookahead):
    """Rows of LocoRE with edits, decoded one by one or in chunks, are those of the whole sequence at once."""
    chosen = edits(sv.caption(model, picture(), PROMPT, max_new_tokens=1).first_output)
    settings = {"max_new_tokens": 7, "locore": sv.LocoRE(3.0, 4), "edits": chosen, "lookahead": lookahead}
    trace = sv.caption(model, picture(), PROMPT, **settings)
    for step in (1, 4, 6):
        saliency, attention = (part.double().numpy() for part in sv.token_matrix(model, trace, step))
        row = trace.steps[step].position - 1
        assert trace.attention[step, :, : row + 1] == pytest.approx(attention[:, row], abs=6e-4)
        raw = trace.raw_saliency()[step, :, : row + 1]
        assert raw == pytest.approx(saliency[:, row], abs=1e-3 * saliency[:, row].max())
    if len(chosen) == 1 and chosen[0].factor == 1.0:
        alone = sv.caption(model, picture(), PROMPT, **{**settings, "edits": ()})
        assert trace.output_ids == alone.output_ids and (trace.attention == alone.attention).all()
