"""Every panel can be saved as a picture: the file shows what the panel shows, by keyboard too, offline."""

# ruff: noqa: F811 -- fixtures are imported

from __future__ import annotations

import io
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from saliency_viz.figures.colors import table
from saliency_viz.figures.rows import metrics
from saliency_viz.figures.rows.scales import locked_scale

from .traces import example_trace
from .viewer_page import needs_chromium, show  # noqa: F401

pytestmark = needs_chromium
TWICE, PAD = 2, 14  # of snapshot.js


def saved(opened, selector, how="click"):
    """(name, bytes) of what a save button hands over."""
    button = opened.page.locator(selector).first
    with opened.page.expect_download() as download:
        button.click() if how == "click" else (button.focus(), opened.page.keyboard.press("Enter"))
    return download.value.suggested_filename, download.value.path().read_bytes()


@pytest.mark.slow
def test_a_saved_panel_shows_its_patches_in_the_colours_of_their_values_and_its_bar(show):
    trace = example_trace()
    opened = show(trace, token=5, layer=4, opacity=1, transform="linear", dark=True)
    panel = ".sv-token-card .sv-panel[data-kind=saliency]"
    name, data = saved(opened, f"{panel} [data-save=png]", "key")
    assert name == "saliency-saliency-token-5-teapot-layer-4.png"
    picture = np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)
    box = opened.js(
        """(s) => { const panel = document.querySelector(s), a = panel.getBoundingClientRect();
        const b = panel.querySelector('.sv-picture').getBoundingClientRect();
        const c = panel.querySelector('.sv-bar-vertical canvas').getBoundingClientRect();
        const row = document.querySelector('.sv-layer-row').offsetHeight + 8; // of the pair, not of this panel
        return [a.width, a.height - row, b.left - a.left, b.top - a.top, b.width, b.height,
          c.left - a.left + c.width / 2, c.top - a.top, c.height]; }""",
        panel,
    )
    width, height, left, top, wide, tall, bar, bar_top, bar_tall = box
    assert picture.shape[1] == pytest.approx(TWICE * (width + 2 * PAD), abs=2) and picture.shape[0] > TWICE * height
    at = lambda x, y: picture[round(TWICE * (PAD + y)), round(TWICE * (PAD + x))]  # noqa: E731
    scale = locked_scale(trace, "saliency", 4, keys="image")
    places = scale.normalized(metrics.row(trace, 5, "saliency", 4)[3:38])
    wanted = table("viridis")[np.round(places * 255).astype(int)].astype(int)
    seen = [at(left + (p % 7 + 0.5) / 7 * wide, top + (p // 7 + 0.5) / 5 * tall) for p in range(35)]
    assert np.abs(np.array(seen) - wanted).max() <= 2
    ends = [at(bar, bar_top + place * bar_tall) for place in (0.02, 0.98)]
    assert np.abs(np.array(ends) - table("viridis")[[250, 5]].astype(int)).max() <= 12
    assert np.abs(picture[2, 2] - [22, 24, 31]).max() <= 1  # the paper of the dark page
    title = picture[round(TWICE * PAD) : round(TWICE * (PAD + 16)), : round(TWICE * 90)]
    assert (np.abs(title - [22, 24, 31]).max(-1) > 100).mean() > 0.02  # letters


@pytest.mark.slow
def test_a_plot_is_saved_as_svg_with_its_title_and_the_tokens_as_text(show):
    trace = replace(example_trace(words=("<b>x</b>", " red")), title="t")
    opened = show(trace, token=6, view="words")
    name, data = saved(opened, ".sv-tab-body [data-save=svg]:visible")
    text = data.decode()
    assert name == "saliency-words-by-words-token-6-b-target.svg" and text.startswith("<svg")
    said = " ".join(ElementTree.fromstring(text).itertext())  # well formed, and the token is no tag
    assert said.count("<b>x</b>") >= 6
    assert "unit l2 norm per row" in said and "token 6" in said and "synthetic + SGRS" in said
    _, png = saved(opened, ".sv-tab-body [data-save=png]:visible")
    assert len(Image.open(io.BytesIO(png)).convert("RGB").getcolors(1 << 24)) > 100


def test_every_view_offers_its_picture_and_none_shows_the_buttons(show):
    opened = show(example_trace(), token=6)
    counts = {}
    for view in ("candidates", "layers", "words", "over", "marks"):
        opened.state(view=view)
        counts[view] = opened.page.locator(".sv-tab-body .sv-save [data-save=png]:visible").count()
    assert counts == {"candidates": 0, "layers": 2, "words": 1, "over": 2, "marks": 1}
    assert opened.page.locator(".sv-caption .sv-save:visible, .sv-pair .sv-save:visible").count() >= 3
    opened.state(view="layers", token=7)
    opened.state(layer=2)
    assert opened.page.locator(".sv-tab-body .sv-save:visible").count() == 2  # heads filled anew have theirs again
    assert opened.js("SaliencyViewer.aboutPicture(viewer, viewer.panels[0].root)").startswith("“two” · token 7")
