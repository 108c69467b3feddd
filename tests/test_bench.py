"""The bench measures what it says: both ways to saliency agree, memory counts what is taken, ratios pair rounds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from saliency_viz.__main__ import main, parser
from saliency_viz.bench import make_workload, measure
from saliency_viz.bench.captured import ObservingPass, StaticDecoder
from saliency_viz.bench.clock import time_left
from saliency_viz.bench.eager import eager, eager_bytes
from saliency_viz.bench.memory import KINDS, extra_memory
from saliency_viz.bench.rows import Report, Row, compared, number, ready_text
from saliency_viz.errors import SettingError
from saliency_viz.verify.peak_memory import peak_memory

ROOT = Path(__file__).resolve().parents[1]


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
    judged = [f"SGRS, alpha {alpha}" for alpha in ("to 0 (all accepted)", "0.6", "1.0")]
    methods = ["plain, unobserved", "LocoRE, unobserved", "LocoRE, observed", *judged, "SGRS and LocoRE"]
    assert names[6:] == 2 * methods
    assert "accepted 100%" in next(row.note for row in rows if row.name == judged[0])
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


def test_the_estimate_of_the_eager_way_is_near_what_it_takes():
    work = make_workload(options(), 901)
    assert eager_bytes(work) == pytest.approx(extra_memory(work, KINDS[1]) * 2**20, rel=0.3)


def test_what_would_fill_the_memory_is_left_out_and_said(monkeypatch):
    monkeypatch.setattr("saliency_viz.bench.eager.free_memory", lambda device: 200_000)
    found = measure(options("--only", "saliency", "memory")).rows
    assert [row.name for row in found] == ["one pass", *(f"one pass, prompt {length}" for length in (29, 58))]
    assert all("left out: it takes" in row.note and "0.2 MB are free" in row.note for row in found)


def test_each_part_is_told_of_when_it_is_ready(capsys):
    heard = []
    report = measure(options("--only", "saliency", "decoding"), ready=heard.append)
    assert [len(one.rows) for one in heard] == [0, 2, 4]
    assert heard[1].rows + heard[2].rows == report.rows
    assert "one backward per token will take about" in heard[0].model["needs"]
    arguments = ["bench", "--shape", "tiny-llava", "--tokens", "3", "--prompt-tokens", "29", "--repeats", "1"]
    assert main([*arguments, "--only", "decoding"]) == 0
    assert "plain, observed" in capsys.readouterr().out


def test_what_is_fast_is_also_the_same():
    rows = {row.name: row for row in measure(options("--only", "equality")).rows}
    assert [row.median for row in rows.values() if row.unit == "share"] == [1.0, 1.0]
    assert rows["logits of the recorded forward, off by"].median == 0.0  # bit for bit
    assert 0 < rows["saliency in one pass, off by"].median < 1e-4


@pytest.mark.parametrize(("shape", "prompt"), [("tiny-llava", 29), ("tiny-qwen2-vl", 587)])
def test_a_cache_of_fixed_size_gives_the_same_tokens_each_time_it_is_asked(shape, prompt):
    work = make_workload(options("--shape", shape), prompt)
    session, output = work.decoded()
    session.rewind(work.first)
    static = StaticDecoder(session, 7)
    assert static.decode(output[0], 5) == static.decode(output[0], 5) == output
    assert session.length == work.first


@pytest.mark.parametrize(("shape", "prompt"), [("tiny-llava", 29), ("tiny-qwen2-vl", 587)])
def test_the_observing_pass_that_is_captured_gives_each_row_its_own_gradient(shape, prompt):
    work = make_workload(options("--shape", shape), prompt)
    session, output = work.decoded()
    layers = ObservingPass(session, work.first, output).replay()
    for step in (0, 3, 4):
        _, own = session.row_gradients(work.first - 1 + step, output[step])
        for mine, true in zip(layers, own, strict=True):
            assert float((mine[..., step, :] - true[..., 0, :]).abs().max()) < 1e-4 * float(true.abs().max())


@pytest.mark.slow
def test_the_gpu_report_is_written_part_by_part_and_ends_in_time(tmp_path):
    out, run = tmp_path / "report.md", [sys.executable, str(ROOT / "dev" / "gpu_report.py"), "--device", "cpu"]
    run += ["--tokens", "4", "--prompt-tokens", "29", "--repeats", "1", "--out", str(out)]
    whole = subprocess.run([*run, "--shapes", "tiny-llava"], capture_output=True, text=True, cwd=tmp_path, timeout=300)
    assert whole.returncode == 0, whole.stderr
    text = out.read_text(encoding="utf-8")
    order = ["## tiny-llava", "equality", "decoding after", "decoding alone", "methods, temperature 0", "saliency of 4"]
    assert [text.index(word) for word in order] == sorted(text.index(word) for word in order)
    cut = subprocess.run([*run, "--minutes", "0"], capture_output=True, text=True, cwd=tmp_path, timeout=300)
    assert cut.returncode == 1 and out.read_text(encoding="utf-8").count("its time was over") == 2


def test_the_time_left_by_hand():
    taken = {"a": 2.0, "b": 30.0}
    assert time_left({"a": 2.0}, ("a", "b"), 1, 1) == ""  # b was never measured
    assert time_left(taken, ("a", "b"), 1, 1) == ", about 62 s left"  # b now, then a and b
    assert time_left(taken, ("a", "b"), 0, 4) == ", about 3 min left"


def test_memory_is_reported_at_two_lengths():
    rows = measure(options("--only", "memory")).rows
    assert [row.name for row in rows] == [f"{kind}, prompt {length}" for length in (29, 58) for kind in KINDS]
    assert [row.ratio is None for row in rows] == [True, False, True, False]


@pytest.mark.slow
def test_the_app_starts_and_its_page_comes():
    rows = {row.name: row for row in measure(options("--only", "app", "--repeats", "1")).rows}
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
    head, text = (ready_text(Report({"device": "cpu"}, {"name": "x"}, rows)) for rows in ((), (row,)))
    assert head == "cpu\nx"
    assert "speed" in text and "2.00 ms" in text and "0.25 x  slow" in text and "(note)" in text
