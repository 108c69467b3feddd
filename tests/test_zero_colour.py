"""A value of zero leaves no colour behind: on the picture, in small pictures of layers, on bars and in films; what is
said of a map ("smoothed") is true of it, and what marks it is not drawn over it."""

# ruff: noqa: F811 -- fixtures are imported

from __future__ import annotations

import io
from base64 import b64decode
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageColor

from saliency_viz.figures.film.film import FILM, _stage, film
from saliency_viz.figures.paper.style import FAINT, over_paper
from saliency_viz.trace import Trace

from .traces import example_trace, frames_trace
from .viewer_page import needs_chromium, show  # noqa: F401

PAPER = {False: (255, 255, 255), True: (22, 24, 31)}  # --sv-paper of viewer.css, PAPER of color.js
LIT = 3 + 17  # position of the one image token with a value: line 2, column 3 of 5 x 7 patches
GRID = ".sv-panel[data-picture=frames-over-the-caption] .sv-grid-canvas"
# As one text: Playwright takes seconds for a million numbers.
BYTES = """((data) => { let text = '';
  for (let at = 0; at < data.length; at += 8192) text += String.fromCharCode(...data.subarray(at, at + 8192));
  return btoa(text); })"""
CANVAS = """(selector) => { const canvas = document.querySelector(selector);
  const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return [pixels.width, pixels.height, BYTES(pixels.data)]; }""".replace("BYTES", BYTES)


def one_patch(steps: int = 6) -> Trace:
    """Saliency is zero but for one image token, in every layer."""
    trace = example_trace(steps)
    values = np.zeros_like(trace.saliency)
    values[:, :, LIT] = 0.5
    return replace(trace, saliency=values)


def canvas(opened, selector: str) -> np.ndarray:
    """Pixels [height, width, 4] of a canvas."""
    width, height, pixels = opened.js(CANVAS, selector)
    return np.frombuffer(b64decode(pixels), np.uint8).reshape(height, width, 4)


def seen(opened, selector: str) -> np.ndarray:
    """Pixels [height, width, 3] of a part of the page as they are on the screen."""
    return np.array(Image.open(io.BytesIO(opened.page.locator(selector).first.screenshot())).convert("RGB"))


@pytest.mark.slow
@needs_chromium
@pytest.mark.parametrize("dark", [False, True])
def test_zero_is_the_page_s_ground_in_a_layer_s_small_picture_and_on_the_bar(show, dark):
    opened = show(one_patch(), token=4, layer=2, dark=dark)
    thumbnail = canvas(opened, ".sv-layer[data-layer='1'] canvas")
    tall, wide = thumbnail.shape[:2]
    lit = thumbnail[tall * 5 // 10, wide * 7 // 14, 3]
    assert lit > 0 and (thumbnail[: tall // 5, ..., 3] == 0).all()
    shown = seen(opened, ".sv-layer[data-layer='1'] canvas")
    tall, wide = shown.shape[:2]
    assert tuple(shown[tall // 10 + 2, wide // 2]) == PAPER[dark]  # of the first line, within the outline
    bar = canvas(opened, ".sv-panel[data-kind=saliency] .sv-image-bar canvas")
    ends = sorted((tuple(bar[0, 0, :3]), tuple(bar[-1, -1, :3])), key=lambda rgb: rgb != PAPER[dark])
    assert ends[0] == PAPER[dark] != ends[1]


@needs_chromium
@pytest.mark.parametrize("state", [{}, {"smooth": True}, {"layer": 1, "transform": "percentile"}])
def test_a_patch_of_zero_leaves_the_picture_as_it_is(show, state):
    opened = show(one_patch(), token=4, **state)
    map_ = canvas(opened, ".sv-panel[data-kind=saliency] canvas.sv-canvas")
    tall, wide = map_.shape[:2]
    assert map_[tall // 2, wide // 2, 3] > 0
    assert (map_[: tall // 5, ..., 3] == 0).all() and (map_[..., : wide // 7, 3] == 0).all()


def test_a_film_s_bar_begins_at_its_paper_as_a_paper_figure_s():
    stage = _stage(one_patch(), "saliency", 480, FILM)
    line = np.asarray(next(film(one_patch(), width=480)))[stage.bottom + stage.margin // 3 + 6]
    wide, faint = stage.width // 4, ImageColor.getrgb(FAINT)
    edges = [x for x in range(len(line) - wide - 1) if (line[[x, x + wide + 1]] == faint).all()]
    assert len(edges) == 1
    first, last = line[edges[0] + 1], line[edges[0] + wide]
    assert first.tolist() == [255, 255, 255] and np.allclose(last, np.array(over_paper("magma")(255)[:3]) * 255, atol=1)


@needs_chromium
@pytest.mark.parametrize("width", [1280, 390])
def test_smoothed_is_said_at_every_width_and_only_where_it_is_drawn(show, width):
    opened = show(example_trace(), width=width, token=4, smooth=True)
    said = opened.page.locator(".sv-token-card .sv-panel[data-kind=saliency] .sv-smoothed")
    assert said.is_visible() and said.inner_text() == "smoothed"
    opened.state(layer="all")  # cells of layers show patches
    assert not said.is_visible()
    opened.state(layer="target", hide_sinks=True)  # so does a picture with patches crossed out
    assert opened.js("viewer.run.dimmed.size") and not said.is_visible()
    opened.state(hide_sinks=False)
    assert said.is_visible()
    opened.state(smooth=False)
    assert not said.is_visible()


@pytest.mark.slow
@needs_chromium
def test_the_chosen_picture_s_frame_lies_around_its_map(show):
    trace = frames_trace(7, groups=5)
    one, other = (canvas(show(trace, view="frames", token=2, frame=frame), GRID) for frame in (0, 1))
    framed = (one != other).any(axis=-1)
    assert framed.any()
    grid = "viewer.tabs.find((tab) => tab.name === 'frames').view.sides[0].contact.grid"
    opened = show(trace, view="frames", token=2, frame=0)
    cell, tall = (opened.js(f"{grid}.{part}") for part in ("cell", "tall"))
    fit = min((cell - 4) / 70, (tall - 19) / 30)  # GAP and LABEL of contact.js; the pictures are of 70 x 30
    wide, high = round(70 * fit), round(30 * fit)
    assert not framed[2 : high + 2, 2 : wide + 2].any()
    assert framed[:2, 2:wide].all() and framed[2:high, :2].all() and framed[2:high, wide + 2 : wide + 4].all()
