"""The bench measures what it says: both ways to saliency agree, memory counts what is taken, ratios pair rounds."""

from __future__ import annotations

import json

import pytest
import torch

from saliency_viz.__main__ import main, parser
from saliency_viz.bench import make_workload, measure
from saliency_viz.bench.eager import eager
from saliency_viz.bench.memory import KINDS, extra_memory, peak_memory
from saliency_viz.bench.rows import Report, Row, compared, number, report_text
from saliency_viz.errors import SettingError


def options(*more: str):
    return parser().parse_args(
        ["bench", "--shape", "tiny-llava", "--tokens", "5", "--prompt-tokens", "29", "--repeats", "2", *more]
    )


@pytest.mark.parametrize(("shape", "prompt"), [("tiny-llava", 29), ("tiny-qwen2-vl", 587)])
def test_one_pass_equals_one_eager_backward_per_token(shape, prompt):
    work = make_workload(options("--shape", shape), prompt)
    session, output = work.decoded()
    ours = session.observe(work.first - 1, output).saliency
    with eager(work) as baseline:
        for index in range(len(output)):
            row = baseline.rows(output, index).detach()
            mine = ours[index][:, : row.shape[-1]]
            assert row.shape == (3, prompt + index)
            assert torch.linalg.norm(mine - row) < 1e-4 * torch.linalg.norm(row)
            assert not ours[index][:, row.shape[-1] :].any()


def test_the_model_is_as_before_after_the_eager_baseline():
    work = make_workload(options(), 29)
    before = work.model.network.config.text_config._attn_implementation
    with pytest.raises(ValueError, match="x"), eager(work):
        assert work.model.network.config.text_config._attn_implementation == "eager"
        raise ValueError("x")
    assert work.model.network.config.text_config._attn_implementation == before
    assert not work.model.network.get_decoder()._forward_pre_hooks


def test_a_workload_has_the_lengths_it_says():
    work = make_workload(options(), 31)
    session, output = work.decoded()
    assert (work.first, len(output), session.length) == (31, 5, 35)
    with pytest.raises(SettingError, match="at least 15"):
        make_workload(options(), 14)


@pytest.mark.slow
def test_every_part_reports_its_rows():
    rows = measure(options("--only", "saliency", "decoding", "methods")).rows
    names = [row.name for row in rows]
    assert names[:6] == [
        "one backward per token",
        "one pass",
        "generate of transformers",
        "plain, unobserved",
        "plain, observed",
        "of that, observing passes",
    ]
    assert len(names) == 6 + 2 * 6
    assert all(len(row.runs) == 2 and min(row.runs) > 0 for row in rows if row.unit == "ms/token")


def test_json_holds_every_run(capsys):
    arguments = ["bench", "--shape", "tiny-llava", "--tokens", "3", "--prompt-tokens", "29", "--repeats", "3", "--json"]
    assert main([*arguments, "--only", "decoding"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [len(row["runs"]) for row in report["rows"]] == [3, 3, 3, 3]
    assert report["model"]["prompt"] == "prompt of 29 tokens"
    assert report["rows"][1]["median"] == sorted(report["rows"][1]["runs"])[1]


def test_memory_of_known_allocations_is_exact():
    def compute():
        first = torch.ones(5 * 2**18)  # 5 MiB
        second = first + 1  # 10 held
        del first
        return (second * 2).sum()  # 10 held again, and the sum

    assert peak_memory(compute, torch.device("cpu")) == pytest.approx(10, abs=0.001)


def test_one_pass_takes_rows_times_keys_and_the_eager_way_keys_times_keys():
    taken = {}
    for prompt in (601, 1201):
        work = make_workload(options(), prompt)
        taken[prompt] = [extra_memory(work, kind) for kind in KINDS]
    assert taken[1201][0] / taken[601][0] < 2.1
    assert taken[1201][1] / taken[601][1] > 3
    # the eager way keeps every layer's attention and its gradient: 3 layers of 6 heads, float32
    assert taken[1201][1] > 2 * 3 * 6 * 1205**2 * 4 / 2**20


def test_memory_is_reported_at_two_lengths():
    rows = measure(options("--only", "memory")).rows
    assert [row.name for row in rows] == [f"{kind}, prompt {length}" for length in (29, 58) for kind in KINDS]
    assert [row.ratio is None for row in rows] == [True, False, True, False]


@pytest.mark.slow
def test_the_app_starts_and_its_page_comes():
    rows = {row.name: row for row in measure(options("--only", "app")).rows}
    assert set(rows) == {"start to first page", "a finished run, sent once", "one clicked token"}
    assert all(value > 0 for row in rows.values() for value in row.runs)


def test_a_ratio_is_the_median_over_paired_rounds():
    rows = compared("part", "ms", {"a": [1.0, 10.0, 2.0], "b": [3.0, 20.0, 2.0]}, "a")
    assert (rows[0].ratio, rows[1].ratio, rows[1].median) == (None, 2.0, 3.0)


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (0.01234, "0.0123"), (1.0, "1.00"), (12.3, "12.3"), (1234.6, "1235")]
)
def test_numbers_have_three_digits(value, text):
    assert number(value) == text


def test_the_table_names_units_ratios_and_notes():
    row = Row("speed", "fast", "ms", (1.0, 2.0, 3.0), "slow", 0.25, "note")
    text = report_text(Report({"device": "cpu"}, {"name": "x"}, (row,)))
    assert "speed" in text and "2.00 ms" in text and "0.25 x  slow" in text and "(note)" in text
