"""A video's prompt names the moments its frames are shown at, and no caption makes a processor give notice."""

from __future__ import annotations

import logging
import re
from dataclasses import replace

import pytest

import saliency_viz as sv
from saliency_viz.video import Video

from .families import BUILDERS, PROMPT, TAKES_VIDEO, Case, request

SAYS = {  # families whose prompt tells the time: how
    "qwen3_vl": r"<(\d+\.\d) seconds>",
    "smolvlm": r"Frame from 00:(\d\d)",
    "video_llama_3": r"Time (\d+\.\d)s:",
}
QUIET = ("qwen2_vl", "qwen2_5_vl", "qwen3_vl", "video_llava")


@pytest.fixture(scope="module")
def case_of(tmp_path_factory):
    made = {}

    def case(name):
        if name not in made:
            made[name] = Case(name, BUILDERS[name](tmp_path_factory.mktemp(name)))
        return made[name]

    return case


def moments(case, times):
    wanted = replace(request(*[(40, 33)] * 4, video=True), times=times)
    prepared = case.single.family.prepare(case.single, wanted)
    text = case.single.tokenizer.decode(prepared.prompt_ids)
    return [float(found) for found in re.findall(SAYS[case.name], text.replace("<|video_pad|>", ""))]


@pytest.mark.parametrize("name", SAYS)
@pytest.mark.parametrize("times", [(0.0, 10.0, 20.0, 30.0), (5.0, 6.0, 12.0, 30.0)], ids=["even", "uneven"])
def test_the_prompt_tells_the_times_of_the_frames(case_of, name, times):
    pairs = [(times[0] + times[1]) / 2, (times[2] + times[3]) / 2]  # Qwen3-VL: of two frames, the time between
    assert moments(case_of(name), times) == (pairs if name == "qwen3_vl" else list(times))


def test_qwen2_5_steps_by_the_seconds_between_frames(case_of):
    case = case_of("qwen2_5_vl")
    wanted = replace(request(*[(40, 33)] * 4, video=True), times=(0.0, 10.0, 20.0, 30.0))
    own = replace(wanted, times=(), fps=0.1)
    for asked in (wanted, own):
        inputs = case.single.family.prepare(case.single, asked).inputs
        assert [float(value) for value in inputs["second_per_grid_ts"]] == [pytest.approx(20.0)]


@pytest.mark.parametrize("name", TAKES_VIDEO)
def test_frames_evenly_from_zero_are_told_by_their_rate_alone(case_of, name):
    case = case_of(name)
    rate = 29.97  # whose moments are no whole numbers
    asked = replace(request(*[(40, 33)] * 4, video=True), fps=rate)
    timed = replace(asked, times=Video(asked.images, rate).times)
    assert case.single.family.prepare(case.single, timed).prompt_ids == tuple(
        case.own_inputs(asked)["input_ids"][0].tolist()
    )


class Notices(logging.Handler):
    def __init__(self):
        super().__init__(logging.WARNING)
        self.said = []

    def emit(self, record):
        self.said.append(record.getMessage())


@pytest.mark.parametrize("name", QUIET)
@pytest.mark.parametrize("video", [False, True], ids=["picture", "video"])
def test_a_caption_gives_no_notice(case_of, name, video):
    wanted, model = request(*[(40, 33)] * (4 if video else 1), video=video), case_of(name).single
    log, notices = logging.getLogger("transformers"), Notices()
    from transformers.utils import logging as theirs

    theirs.warning_once.cache_clear()  # else only the first caption of the process could fail
    log.addHandler(notices)
    try:
        sv.caption(model, Video(wanted.images) if video else wanted.images, PROMPT, max_new_tokens=2)
    finally:
        log.removeHandler(notices)
    assert notices.said == []
