"""SGRS writes what Algorithm 1 to the letter writes, whatever the lookahead, and every score is a true gradient."""

from __future__ import annotations

from functools import cache

import pytest
import torch

import saliency_viz as sv
from saliency_viz.decoding.pace import ALL, PASS, RECORDED, ROW, Pace, cost
from saliency_viz.decoding.sgrs import decide, recent_scores, threshold
from saliency_viz.settings import HISTORIES
from saliency_viz.trace import Step

from .engine import PROMPT, picture, session
from .reference import Reference, locore_gain, relative

COUNT = 9


@pytest.fixture(scope="module")
def model(llava_dir):
    return sv.load_model(llava_dir, device="cpu", dtype="float64")


@pytest.fixture(scope="module")
def reference(llava_dir):
    return Reference(llava_dir)


def literal(reference, inputs, stop_ids, settings, sampling, layers, gain=None):
    """Algorithm 1, line by line: no cache, one full backward per candidate. Returns tokens and every decision."""
    first, outputs, log = inputs["input_ids"].shape[1], [], []
    scores, accepted = {}, []  # S by position; the accepted positions
    for index in range(COUNT):
        logits = reference.truth(inputs, outputs, 0, gain).logits.float()
        scaled = logits / sampling.temperature if sampling.temperature else logits
        p = scaled.softmax(-1)
        pool = torch.topk(p, settings.top_k).indices.tolist()
        if sampling.temperature:
            generator = torch.Generator().manual_seed(sampling.seed * 1_000_003 + first + index)
            race = torch.empty(len(p)).exponential_(generator=generator) / p
            pool.sort(key=lambda token: float(race[token]))
        position = first + index
        if settings.history == "accepted":
            H = [j for j in accepted if j in scores][-settings.window :]
        else:
            H = [j for j in range(first, position) if (position - 1) - j <= settings.window and j in scores]
        if settings.history == "window-accepted":
            H = [j for j in H if j in accepted]
        tau = settings.alpha * sum(scores[j] for j in H) / len(H) if H else 0.0
        rejected, taken = [], None

        @cache
        def saliency(candidate):
            if not outputs:
                return None
            rows = reference.truth(inputs, outputs, candidate, gain).saliency[list(layers), -1]
            return variant((rows / rows.norm(dim=-1, keepdim=True))[:, first:], settings)

        for candidate in pool[: settings.tries]:
            score = saliency(candidate)
            if score is None or score >= tau:
                taken = candidate
                accepted.append(position)
                break
            rejected.append(candidate)
        if taken is None:
            taken = max(pool, key=saliency)
        if outputs:
            scores[position] = saliency(taken)
        outputs.append(taken)
        log.append((taken, tuple(rejected), tau))
        if taken in stop_ids:
            break
    return outputs, log


def variant(rows, settings):
    """S from the target layers' shares [layers, |J|] of the outputs before."""
    return {
        "mean": lambda: float(rows.mean()),
        "sum": lambda: float(rows.sum(-1).mean()),
        "previous": lambda: float(rows[:, -1].mean()),
        "recent": lambda: float(rows[:, max(rows.shape[1] - settings.recent, 0) :].mean()),
    }[settings.score]()


CASES = [
    (sv.SGRS(), sv.Sampling(0.0)),
    (sv.SGRS(top_k=3, tries=2, alpha=0.95, window=2), sv.Sampling(0.0)),
    (sv.SGRS(alpha=0.8), sv.Sampling(1.0, seed=1)),
    (sv.SGRS(alpha=1.0, window=1), sv.Sampling(0.7, seed=2)),
    (sv.SGRS(top_k=7, tries=5, alpha=0.9, layers=(0, 3)), sv.Sampling(1.3, seed=3)),
    (sv.SGRS(top_k=2, tries=1, alpha=0.9, window=3, layers=(4,)), sv.Sampling(1.0, seed=4)),
    (sv.SGRS(alpha=0.0), sv.Sampling(1.0, seed=5)),
    (sv.SGRS(alpha=0.95, window=2, history="window-accepted"), sv.Sampling(1.0, seed=6)),
    (sv.SGRS(alpha=0.9, window=2, history="accepted"), sv.Sampling(1.0, seed=7)),
    (sv.SGRS(top_k=3, alpha=0.9, score="sum"), sv.Sampling(0.9, seed=8)),
    (sv.SGRS(alpha=0.9, score="previous", history="accepted"), sv.Sampling(1.1, seed=9)),
    (sv.SGRS(alpha=1.0, score="recent", recent=3, history="window-accepted", layers=(2,)), sv.Sampling(1.0, seed=10)),
]


@pytest.mark.slow
@pytest.mark.parametrize("settings,sampling", CASES)
@pytest.mark.parametrize("locore", [None, sv.LocoRE(0.5, 3)])
def test_tokens_tau_and_verdicts_equal_algorithm_1(model, reference, settings, sampling, locore):
    prepared = session(model).prepared
    layers = settings.layers or (2, 3, 4)
    gain = locore_gain(len(prepared.prompt_ids), 0.5, 3) if locore else None
    outputs, log = literal(reference, prepared.inputs, model.stop_ids, settings, sampling, layers, gain)
    for lookahead in (1, 4, 16, None):
        trace = sv.caption(
            model, picture(), PROMPT, max_new_tokens=COUNT, sampling=sampling, sgrs=settings, locore=locore,
            lookahead=lookahead,
        )  # fmt: skip
        assert list(trace.output_ids) == outputs
        for step, (taken, rejected, tau) in zip(trace.steps, log, strict=True):
            mine = {c.token_id for c in step.candidates if c.verdict == "rejected"}
            assert (step.token_id, mine) == (taken, set(rejected))
            assert step.threshold == pytest.approx(tau, rel=1e-9)
            assert step.fallback == (len(rejected) == min(settings.tries, settings.top_k))
            assert step.rejected == len(rejected)


@pytest.mark.slow
def test_the_cases_reject_and_fall_back(model):
    """The comparison above meets rejections and fallbacks, not only acceptance."""
    seen = [
        sv.caption(model, picture(), PROMPT, max_new_tokens=COUNT, sampling=sampling, sgrs=settings).steps
        for settings, sampling in CASES
    ]
    assert sum(step.rejected for steps in seen for step in steps) > 10
    assert any(step.rejected and not step.fallback for steps in seen for step in steps)
    assert any(step.fallback for steps in seen for step in steps)


@pytest.mark.parametrize("locore", [None, sv.LocoRE(0.5, 3)])
def test_every_scored_candidate_equals_autograd_on_the_prefix(model, reference, locore):
    settings = sv.SGRS(top_k=4, alpha=0.95, window=2)
    trace = sv.caption(
        model, picture(), PROMPT, max_new_tokens=COUNT, sampling=sv.Sampling(1.0, 8), sgrs=settings, locore=locore
    )
    inputs, first = session(model).prepared.inputs, trace.first_output
    gain = locore_gain(first, 0.5, 3) if locore else None
    scored = 0
    for step in trace.steps[1:]:
        for candidate in step.candidates:
            if candidate.saliency is not None:
                truth = reference.truth(inputs, trace.output_ids[: step.index], candidate.token_id, gain)
                rows = truth.saliency[list(trace.target_layers), -1]
                expected = float((rows / rows.norm(dim=-1, keepdim=True))[:, first:].mean())
                assert candidate.saliency == pytest.approx(expected, rel=1e-9)
                scored += 1
    assert scored > COUNT


def test_the_row_of_a_replaced_token_is_the_row_of_the_token_taken(model, reference):
    settings = sv.SGRS(top_k=4, alpha=0.95, window=2)
    trace = sv.caption(model, picture(), PROMPT, max_new_tokens=COUNT, sgrs=settings)
    replaced = [step for step in trace.steps if step.token_id != step.candidates[0].token_id]
    assert replaced
    for step in replaced:
        inputs = session(model).prepared.inputs
        truth = reference.truth(inputs, trace.output_ids[: step.index], step.token_id).saliency[:, -1]
        mine = torch.tensor(trace.raw_saliency()[step.index][:, : truth.shape[-1]])
        assert relative(mine, truth) < 2e-3


def test_alpha_zero_draws_what_plain_sampling_draws(model):
    for seed in range(5):
        sampling = sv.Sampling(1.2, seed, top_k=6)
        plain = sv.caption(model, picture(), PROMPT, max_new_tokens=COUNT, sampling=sampling)
        sgrs = sv.caption(
            model, picture(), PROMPT, max_new_tokens=COUNT, sampling=sampling, sgrs=sv.SGRS(top_k=6, alpha=0.0)
        )
        assert plain.output_ids == sgrs.output_ids
        assert sum(step.rejected for step in sgrs.steps) == 0


# index, S, fallback: what stands before output 7; the first output has no score
WRITTEN = (
    (0, None, False),
    (1, 0.9, False),
    (2, 0.5, True),
    (3, 0.2, False),
    (4, 0.1, True),
    (5, 0.4, False),
    (6, 0.3, True),
)


@pytest.mark.parametrize(
    ("history", "window", "wanted"),
    [
        ("window", 2, (0.1, 0.4, 0.3)),  # W + 1 positions: 4, 5, 6
        ("window", 6, (0.9, 0.5, 0.2, 0.1, 0.4, 0.3)),  # reaches the first output, which has none
        ("window-accepted", 2, (0.4,)),  # the same positions; 4 and 6 fell back
        ("accepted", 2, (0.2, 0.4)),  # the last two accepted, wherever
        ("accepted", 9, (0.9, 0.2, 0.4)),
    ],
)
def test_which_scores_tau_averages_over(history, window, wanted):
    steps = [
        Step(index, 40 + index, 7, "x", 1.0, 1, 0.0, score=score, fallback=fallback)
        for index, score, fallback in WRITTEN
    ]
    settings = sv.SGRS(alpha=0.5, window=window, history=history)
    assert recent_scores(steps, settings) == wanted
    assert threshold(wanted, settings) == pytest.approx(0.5 * sum(wanted) / len(wanted))
    assert recent_scores(steps[:1], settings) == () and threshold((), settings) == 0.0


def test_a_window_of_fallbacks_lets_everything_pass_or_counts_them():
    steps = [Step(index, 40 + index, 7, "x", 1.0, 1, 0.0, score=0.2, fallback=True) for index in range(5)]
    taus = {
        history: threshold(recent_scores(steps, settings), settings)
        for history in HISTORIES
        if (settings := sv.SGRS(alpha=0.5, window=3, history=history))
    }
    assert taus == {"window": pytest.approx(0.1), "window-accepted": 0.0, "accepted": 0.0}


def test_decisions_by_hand():
    never = lambda: pytest.fail("scored although the first was accepted")  # noqa: E731
    first = decide((1, 0, 2), None, 0.0, 2, never)
    assert (first.taken, first.verdicts, first.saliency) == (1, ("untried", "accepted", "untried"), (None,) * 3)
    equal = decide((1, 0, 2), 0.5, 0.5, 2, never)
    assert (equal.taken, equal.threshold) == (1, 0.5)  # S >= tau, not S > tau
    second = decide((1, 0, 2), 0.4, 0.5, 2, lambda: [0.6, 0.4, 0.9])
    assert (second.taken, second.verdicts) == (0, ("accepted", "rejected", "untried"))
    fallback = decide((1, 0, 2), 0.4, 0.5, 2, lambda: [0.3, 0.4, 0.45])
    assert (fallback.taken, fallback.fallback) == (2, True)
    assert fallback.verdicts == ("rejected", "rejected", "untried")  # the best is taken, though never accepted


def test_the_pace_follows_the_acceptance():
    assert Pace(None, 0.3).size == 32 and Pace(3, 0.3).size == 3  # as good as nothing falls
    pace = Pace(None, 0.6)
    assert pace.size == 8
    told = ((True, 8, 16), (True, 8, 32), (True, 8, 32), (False, 5, 0), (True, 8, 0), (True, 24, 8), (True, 16, 16))
    for accepted, count, size in told:
        for _ in range(count):
            pace.saw(accepted)
        pace.choose()
        assert pace.size == size
    for _ in range(20):
        pace.saw(False)
    assert pace.all_at_once  # the first candidate falls more often than not
    for fixed, alpha, size in ((4, 0.6, 4), (None, None, 64), (5, None, 5)):
        pace = Pace(fixed, alpha)
        pace.saw(False)
        pace.choose()
        assert pace.size == size


def test_what_a_pace_costs_by_hand():
    assert cost(32, 1.0) == pytest.approx((32 + PASS + 32 * ROW) / 32)
    assert cost(1, 0.0) == pytest.approx(1 + PASS + ROW + RECORDED + ALL)  # each draft falls: one token a chunk
    assert cost(0, 0.0) == pytest.approx(RECORDED + ALL + PASS / 32 + ROW)
    # two drafts at 0.5: both stand 1/4, one and its replacement 1/4, a replacement 1/2; 1.5 tokens
    assert cost(2, 0.5) == pytest.approx((2 + PASS + 2 * ROW + 0.75 * (RECORDED + ALL)) / 1.5)
