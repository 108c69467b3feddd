"""The command line does what its flags say, and says in one sentence what it cannot do."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import saliency_viz as sv
from saliency_viz import flags, terminal
from saliency_viz.__main__ import COMMANDS, main, parser
from saliency_viz.settings import SGRS, LocoRE, Sampling
from saliency_viz.trace import Trace

from . import checkpoints_qwen
from .traces import example_trace

ROOT = Path(__file__).resolve().parents[1]


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def picture(tmp_path) -> Path:
    Image.fromarray(np.random.default_rng(3).integers(0, 256, (61, 83, 3), np.uint8)).save(tmp_path / "cow.png")
    return tmp_path / "cow.png"


@pytest.fixture
def saved(tmp_path) -> Path:
    return example_trace(steps=5, layers=2).save(tmp_path / "run.trace")


# ---- caption ---------------------------------------------------------------------------------------------------------


def test_caption_prints_what_the_python_call_gives(capsys, picture, llava_dir, tmp_path):
    out = tmp_path / "run.trace"
    code = main(["caption", str(picture), "--model", str(llava_dir), "--max-new-tokens", "7", "--out", str(out)])
    written = capsys.readouterr()
    expected = sv.caption(sv.load_model(llava_dir), picture, max_new_tokens=7)
    assert code == 0
    assert written.out == terminal.caption_text(expected, color=False) + "\n"
    assert Trace.load(out).output_ids == expected.output_ids
    assert "7 tokens" in written.err and "Saved" in written.err


def test_flags_reach_the_run(picture, llava_dir, tmp_path):
    out = tmp_path / "run.trace"
    words = f"caption {picture} --model {llava_dir} --max-new-tokens 5 --out {out} --prompt What? --seed 3"
    words += " --temperature 0.5 --top-k 9 --top-p 0.75 --sgrs --alpha 0.25 --candidates 4 --tries 2 --sgrs-window 6"
    words += " --history window-accepted --score recent --recent 4 --system Brief."
    words += " --target-layers 1,3-4 --lookahead 2 --locore --beta 0.5 --window 7 --renormalize --fusion max"
    assert main(words.split()) == 0
    settings = Trace.load(out).settings
    assert settings.sampling == Sampling(0.5, 3, 9, 0.75)
    assert settings.sgrs == SGRS(4, 2, 0.25, 6, (1, 3, 4), "window-accepted", "recent", 4)
    assert settings.locore == LocoRE(0.5, 7, True)
    assert (settings.lookahead, settings.recording.fusion) == (2, "max")
    assert (Trace.load(out).prompt, Trace.load(out).system) == ("What?", "Brief.")


def test_defaults_are_those_of_the_settings():
    options = parser().parse_args(["caption", "x.png"])
    assert flags.sampling_of(options) == Sampling()
    assert (flags.sgrs_of(options), flags.locore_of(options)) == (None, None)
    options = parser().parse_args(["caption", "x.png", "--sgrs", "--locore"])
    assert (flags.sgrs_of(options), flags.locore_of(options)) == (SGRS(), LocoRE())


@pytest.mark.parametrize("given,beta", [([], 0.2), (["--beta", "0.15"], 0.15)])
def test_locore_takes_the_family_s_beta_unless_one_is_given(given, beta, picture, tmp_path):
    folder, out = checkpoints_qwen.qwen2(tmp_path / "qwen"), tmp_path / "run.trace"
    words = ["caption", str(picture), "--model", str(folder), "--max-new-tokens", "2", "--locore", *given]
    assert main([*words, "--out", str(out)]) == 0
    assert Trace.load(out).settings.locore == LocoRE(beta)
    assert LocoRE().beta == 0.15  # of the package, whatever the model


def test_a_table_has_one_line_for_each_token(capsys, picture, llava_dir):
    assert main(["caption", str(picture), "--model", str(llava_dir), "--max-new-tokens", "5", "--table"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 6 and {line.count("\t") for line in lines} == {8}
    assert lines[1].split("\t")[5] == ""  # the first output has no score


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["caption", "no such file.png"], "There is no file"),
        (["caption", "{picture}", "--model", "/no/such/model"], "could not be opened as a model"),
        (["caption", "{picture}", "--max-new-tokens", "0"], "max_new_tokens must be"),
        (["caption", "{picture}", "--temperature", "-1"], "temperature must be in [0, 10]"),
        (["caption", "{picture}", "--sgrs", "--alpha", "1.4"], "alpha must be in [0, 1]. Got 1.4"),
        (["caption", "{picture}", "--locore", "--beta", "nan"], "beta must be in"),
        (["caption", "{picture}", "--target-layers", "99"], "target layers must lie in 0..4"),
        (["caption", "{picture}", "--out", "/no/such/folder/x.trace"], "Make it first"),
        (["caption", "{picture}", "--out", "."], "Got the folder"),
        (["caption", "{clip}"], "is a video; expected"),
        (["caption", "{clip}"], "Add --frames 8, or save one frame"),
        (["caption", "{picture}", "--device", "meta"], "device must be auto, cpu, cuda, cuda:N or mps"),
        (["caption", "{picture}", "--frames", "3"], "could not be read as a video"),
        (["caption", "{picture}", "{picture}", "--frames", "3"], "takes one video file"),
        (["figures", "no such.trace"], "There is no file"),
        (["figures", "{picture}"], "could not be read as a trace"),
        (["open", "no such.trace"], "There is no file"),
        (["bench", "--shape", "gpt"], "shape must be one of"),
        (["bench", "--tokens", "1"], "--tokens must be at least 2"),
        (["bench", "--shape", "tiny-llava", "--layers", "9"], "layers must lie in 1..3"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_code_2(capsys, picture, llava_dir, arguments, part):
    clip = picture.with_name("clip.mp4")
    clip.write_bytes(b"\x00\x00\x00\x18ftypisom" + bytes(500))
    arguments = [argument.format(picture=picture, clip=clip) for argument in arguments]
    if arguments[0] == "caption" and "--model" not in arguments:
        arguments += ["--model", str(llava_dir)]
    assert main(arguments) == 2
    written = capsys.readouterr()
    assert written.out == ""
    assert written.err.startswith("saliency-viz: ") and part in written.err and written.err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [[], ["fly"], ["caption"], ["caption", "x", "--target-layers", "a"], ["figures", "x", "--formats", "gif"]],
)
def test_a_command_that_does_not_exist_ends_with_code_2(capsys, arguments):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2 and "usage" in capsys.readouterr().err


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
def test_every_command_explains_itself(capsys, command):
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])
    text = capsys.readouterr().out
    assert ended.value.code == 0 and len(text) > 150
    assert "None" not in text and "False" not in text


def test_an_interrupted_run_keeps_what_it_has_and_ends_with_130(monkeypatch, picture, llava_dir, tmp_path):
    drawn = []

    def interrupt(self, done, text=""):
        drawn.append(done)
        if done == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(terminal.Progress, "show", interrupt)
    out = tmp_path / "run.trace"
    arguments = ["caption", str(picture), "--model", str(llava_dir), "--max-new-tokens", "9", "--out", str(out)]
    assert main([*arguments, "--lookahead", "2", "--sgrs"]) == 130
    assert Trace.load(out).ended == "cancelled" and 1 <= len(Trace.load(out).steps) <= 3


def test_an_existing_file_is_not_lost_when_a_run_fails(picture, saved):
    before = saved.read_bytes()
    assert main(["caption", str(picture), "--model", "/no/such/model", "--out", str(saved)]) == 2
    assert saved.read_bytes() == before


def test_version_and_module_run(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "saliency_viz", "--version"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, f"saliency_viz {sv.__version__}\n", "")


# ---- figures, open, models -------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_figures_writes_files_and_lists_them(capsys, saved, tmp_path):
    assert main(["figures", str(saved), "--out", str(tmp_path / "new" / "figures"), "--formats", "svg"]) == 0
    paths = capsys.readouterr().out.split("\n")[:-1]
    assert paths and all(Path(path).read_bytes().lstrip().startswith(b"<?xml") for path in paths)


@pytest.mark.slow
def test_figures_takes_steps_and_a_second_run(capsys, saved, tmp_path):
    other = example_trace(steps=5, layers=2, seed=1).save(tmp_path / "other.trace")
    arguments = ["figures", str(saved), "--out", str(tmp_path), "--formats", "svg"]
    assert main([*arguments, "--steps", "2-3", "--other", str(other)]) == 0
    assert "fig03" in capsys.readouterr().out
    assert main([*arguments, "--steps", "99"]) == 2
    assert "steps must lie in 0..4" in capsys.readouterr().err


def test_open_gives_the_trace_to_the_page_and_loads_no_model(monkeypatch, saved):
    seen = {}
    monkeypatch.setattr("saliency_viz.ui.open_trace", lambda trace, host, port: seen.update(t=trace, at=(host, port)))
    assert main(["open", str(saved), "--port", "7999"]) == 0
    assert len(seen["t"].steps) == 5 and seen["at"] == ("127.0.0.1", 7999)


def test_models_lists_every_family(capsys):
    from saliency_viz.models import FAMILIES

    assert main(["models", "--json"]) == 0
    listed = [row["family"] for row in json.loads(capsys.readouterr().out)]
    assert listed == [*(family.name for family in FAMILIES), "generic"]
    assert main(["models"]) == 0
    text = capsys.readouterr().out
    assert all(family.title in text for family in FAMILIES)


# ---- the terminal ----------------------------------------------------------------------------------------------------


def test_colour_follows_the_terminal_and_no_color(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert terminal.wants_color(Terminal()) and not terminal.wants_color(io.StringIO())
    assert terminal.wants_color(io.StringIO(), "always") and not terminal.wants_color(Terminal(), "never")
    monkeypatch.setenv("TERM", "dumb")
    assert not terminal.wants_color(Terminal())
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not terminal.wants_color(Terminal())


def test_the_highest_score_has_the_last_colour_and_no_score_has_none():
    trace = example_trace(steps=3, sgrs=None)
    scores = (None, 0.5, 0.25)
    steps = [
        replace(step, score=score, text=text, candidates=())
        for step, score, text in zip(trace.steps, scores, "abc", strict=True)
    ]
    text = terminal.caption_text(replace(trace, steps=tuple(steps)), color=True)
    # viridis ends in (253, 231, 37), on which black reads better, and is (33, 145, 140) or its neighbour in the middle
    assert text.startswith("a\x1b[30;48;2;253;231;37mb\x1b[0m")
    middle = text.split("48;2;")[2].split("m")[0].split(";")
    assert np.abs(np.array(middle, int) - [33, 145, 140]).max() <= 2


def test_rejections_are_counted_and_a_fallback_is_underlined():
    trace = example_trace(steps=3)
    steps = (*trace.steps[:2], replace(trace.steps[2], fallback=True))
    text = terminal.caption_text(replace(trace, steps=steps), color=True)
    assert "✗1" in text and text.count("✗") == 1 and "\x1b[4m" in text
    assert "SGRS rejected 1 candidates, 1 fallbacks" in terminal.facts(replace(trace, steps=steps))


def test_what_a_model_writes_cannot_steer_the_terminal():
    hostile = ("\x1b[2J", "\x07", "\r", "\u202e", "\x9b31m", "\ttab", "a\nb")
    trace = example_trace(steps=7, words=hostile)
    for color in (False, True):
        text = terminal.caption_text(trace, color)
        assert not set(text.replace("\x1b[", "" if color else "\x1b[")) & set("\x07\r\u202e\x9b\t")
        assert "\x1b[2J" not in text and "\n" in text
    assert terminal.steps_table(trace).count("\n") == 7


def test_the_progress_line_is_cleared_also_after_an_error():
    stream = Terminal()
    with pytest.raises(ValueError, match="x"), terminal.Progress(5, stream) as progress:
        progress.show(5, "word\x1b[2J\n")
        raise ValueError("x")
    assert "5/5" in stream.getvalue() and stream.getvalue().endswith("\r\x1b[K")
    assert "\x1b[2J" not in stream.getvalue() and "\n" not in stream.getvalue()


def test_a_pipe_gets_no_progress():
    stream = io.StringIO()
    with terminal.Progress(5, stream) as progress:
        progress.show(5)
    assert stream.getvalue() == ""
