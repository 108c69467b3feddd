"""Ranges set by hand: every figure, for the screen and for paper, runs its colours between the same two numbers."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.image import AxesImage

from saliency_viz.errors import SettingError
from saliency_viz.figures import paper, plots
from saliency_viz.figures.film.film import film
from saliency_viz.figures.rows import metrics
from saliency_viz.figures.rows.scales import locked_scale, scale_between
from saliency_viz.figures.rows.view import View
from tests.traces import example_trace

HAND = View(lock="manual", attention_range=(0.02, 0.11), saliency_range=(0, 0.25), colors="magma", layers=2)


def limits(figure) -> set[tuple[float, float]]:
    """(low, high) of every map drawn in our colours."""
    images = figure.findobj(AxesImage)
    return {image.get_clim() for image in images if image.get_cmap().name == "magma"}


def test_a_range_set_by_hand_says_what_lies_outside_it() -> None:
    values = np.array([0, 0.1, 0.2, 0.3, np.nan])
    scale = scale_between(values, (0.1, 0.2))
    assert (scale.low, scale.high, scale.beyond, scale.below, scale.largest) == (0.1, 0.2, 0.25, 0.25, 0.3)
    np.testing.assert_allclose(scale.normalized(values), [0, 0, 1, 1, np.nan])
    assert "set by hand" in scale.note and "up to 0.3" in scale.note


def test_a_log_range_keeps_its_ends_and_cannot_start_at_zero() -> None:
    scale = scale_between(np.array([0.01, 1.0]), (0.01, 1), "log")
    assert scale.low == 0.01 and scale.normalized([0.1]) == pytest.approx(0.5)
    assert scale_between(np.array([1.0]), (0, 1), "log").low == 1e-3
    assert scale_between(np.array([1.0]), (0, 1), "percentile").transform == "linear"


@pytest.mark.parametrize("ends", [(1, 1), (2, 1), (-1, 1), (0, np.inf), (np.nan, 1), ("a", 1), (1,), 3, None])
def test_nonsense_is_no_range(ends) -> None:
    with pytest.raises(SettingError, match="0 <= low < high|two numbers"):
        locked_scale(example_trace(), lock="manual", ends=ends)
    if ends is not None:
        with pytest.raises(SettingError, match="0 <= low < high"):
            View(saliency_range=ends)


def test_every_paper_figure_obeys_the_range_of_its_kind() -> None:
    trace = example_trace()
    both = {(0.02, 0.11), (0.0, 0.25)}
    assert limits(paper.image_overlays(trace, 6, HAND)) == both
    assert limits(paper.output_maps(trace, [6], HAND)) == both
    assert limits(paper.text_map(trace, HAND)) == both
    assert limits(paper.image_layers(trace, 6, "attention", HAND)) == {(0.02, 0.11)}
    assert limits(paper.layer_grid(trace, "saliency", HAND)) == {(0.0, 0.25)}
    assert limits(paper.compare(trace, example_trace(seed=1), [], HAND)) == {(0.0, 0.25)}


def test_every_screen_figure_obeys_the_range_of_its_kind() -> None:
    trace = example_trace()
    for draw in (plots.image_overlay, plots.layers_by_keys):
        for kind, ends in (("attention", (0.02, 0.11)), ("saliency", (0, 0.25))):
            heat = draw(trace, 6, kind, HAND).data[0]
            assert (heat.zmin, heat.zmax) == ends
    heat = plots.output_triangle(trace, "attention", HAND).data[0]
    assert (heat.zmin, heat.zmax) == (0.02, 0.11)


def test_one_scale_for_both_kinds_needs_one_range() -> None:
    trace = example_trace()
    with pytest.raises(SettingError, match="different ranges"):
        HAND.scale(trace, metrics.KINDS)
    same = HAND.at(attention_range=(0, 0.25))
    assert same.scale(trace, metrics.KINDS).high == 0.25
    with pytest.raises(SettingError, match="different ranges"):
        film(trace, "both", view=HAND.at(normalization="share"))


def test_a_word_s_picture_is_the_mean_or_maximum_of_its_tokens() -> None:
    trace = example_trace()
    for reduce in metrics.REDUCES:
        figure = paper.image_overlays(trace, [4, 6, 5], HAND.at(reduce=reduce))
        drawn = [image.get_array() for image in figure.findobj(AxesImage) if image.get_clim() == (0.0, 0.25)]
        wanted = metrics.image_map(trace, (4, 5, 6), "saliency", 2, reduce=reduce).grid()
        assert any(array.shape == wanted.shape and np.allclose(array, wanted) for array in drawn)
        titles = [text.get_text() for text in figure.texts]
        assert any(f"{reduce} of steps 4, 5, 6" in title for title in titles)
    token = View(lock="token", reduce="max")
    top = max(float(metrics.row(trace, step)[3:38].max()) for step in (4, 5))
    assert token.scale(trace, "saliency", (4, 5), "image").high == pytest.approx(top)
