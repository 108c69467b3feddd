"""Value ranges: what they run over, that zero stays zero, and that nothing is hidden."""

from __future__ import annotations

import numpy as np
import pytest

from saliency_viz.errors import SettingError
from saliency_viz.figures.colors import DIVERGING, SEQUENTIAL, ink, luminance, painted, plotly_scale, table
from saliency_viz.figures.rows import metrics
from saliency_viz.figures.rows.scales import key_mask, locked_scale, scale_of
from saliency_viz.figures.rows.view import View
from tests.traces import example_trace


def test_a_linear_scale_starts_at_zero_not_at_the_smallest_value() -> None:
    scale = scale_of(np.array([0.25, 0.5, np.nan, 0.75]))
    assert (scale.low, scale.high) == (0, 0.75)
    np.testing.assert_allclose(scale.normalized([0.25, 0.75, 0.9, np.nan]), [1 / 3, 1, 1, np.nan])


def test_a_percentile_scale_says_what_lies_above_it() -> None:
    scale = scale_of(np.arange(101.0), "percentile", 90)
    assert scale.high == 90 and scale.beyond == 10 / 101 and scale.largest == 100
    assert "9.90% of values above, up to 100" in scale.note


def test_a_log_scale_draws_zero_as_the_bottom_and_says_so() -> None:
    scale = scale_of(np.array([0, 1e-6, 0.01, 1.0]), "log")
    assert scale.low == pytest.approx(1e-3) and scale.high == 1 and scale.below == 0.5
    np.testing.assert_allclose(scale.normalized([0, 1e-3, 1e-1, 1]), [0, 0, 2 / 3, 1])
    assert "50.0% of values below" in scale.note


def test_a_signed_scale_is_centred_at_zero() -> None:
    scale = scale_of(np.array([-0.25, 0.75, np.nan]), signed=True)
    assert (scale.low, scale.high) == (-0.75, 0.75) and scale.normalized([0.0]) == 0.5
    with pytest.raises(SettingError, match="log"):
        scale_of(np.array([1.0]), "log", signed=True)


@pytest.mark.parametrize("values", [np.zeros(3), np.zeros(0), np.full(2, np.nan), np.array([0.5])])
@pytest.mark.parametrize("transform", ["linear", "log", "percentile"])
def test_every_scale_has_two_ends(values: np.ndarray, transform: str) -> None:
    scale = scale_of(values, transform)
    assert scale.low < scale.high and np.isfinite(scale.normalized([0.0, scale.high])).all()


def test_locks_run_over_what_they_name() -> None:
    trace = example_trace()
    image = trace.positions("image")
    every = trace.saliency[:, :, image].astype(np.float32).max()
    mean = np.stack([metrics.row(trace, step)[image] for step in range(11)]).max()
    assert locked_scale(trace, lock="run", keys="image").high == pytest.approx(every)
    assert locked_scale(trace, lock="layer", keys="image").high == pytest.approx(mean)
    token = locked_scale(trace, lock="token", step=4, keys="image")
    assert token.high == pytest.approx(metrics.row(trace, 4)[image].max())
    assert "does not compare between tokens" in token.note


def test_one_scale_holds_for_all_runs_and_kinds() -> None:
    runs = [example_trace(), example_trace(seed=1)]
    scale = locked_scale(runs, metrics.KINDS, keys="outputs")
    largest = max(np.nanmax(metrics.triangle(trace, kind=kind)) for trace in runs for kind in metrics.KINDS)
    assert scale.high == pytest.approx(largest) and "2 runs together" in scale.note


def test_key_masks_part_the_keys() -> None:
    trace = example_trace()
    assert key_mask(trace, "image").sum() == 35 and key_mask(trace, "outputs").sum() == 11
    np.testing.assert_array_equal(key_mask(trace, "text"), ~key_mask(trace, "image"))
    assert key_mask(trace).all() and np.flatnonzero(key_mask(trace, [5, 2])).tolist() == [2, 5]


def test_wrong_choices_are_refused() -> None:
    trace = example_trace()
    for call in (
        lambda: scale_of(np.ones(2), "sqrt"),
        lambda: scale_of(np.ones(2), "percentile", 0),
        lambda: locked_scale(trace, lock="page"),
        lambda: locked_scale(trace, lock="token"),
        lambda: key_mask(trace, "letters"),
        lambda: View(colors="jet"),
        lambda: View(normalization="minmax"),
        lambda: table("jet"),
    ):
        with pytest.raises(SettingError):
            call()


def test_colour_maps_rise_in_luminance_and_the_diverging_one_is_white_in_the_middle() -> None:
    for name in SEQUENTIAL:
        lights = [luminance(rgb) for rgb in table(name)]
        assert all(later > earlier - 1e-3 for earlier, later in zip(lights, lights[1:], strict=False))
        assert lights[-1] - lights[0] > 0.5
    assert luminance(table(DIVERGING)[128]) > 0.9
    assert plotly_scale("viridis")[0] == [0.0, "#440154"] and plotly_scale("viridis")[-1] == [1.0, "#fde725"]


def test_painting_marks_what_cannot_be() -> None:
    colors = painted(np.array([[0.0, 1.0, np.nan]]), "viridis")
    assert colors.tolist() == [[[0x44, 0x01, 0x54], [0xFD, 0xE7, 0x25], [0xE6, 0xE6, 0xE6]]]


def test_ink_on_every_colour_has_a_contrast_above_four_and_a_half() -> None:
    for rgb in (*table("viridis"), *table("magma"), *table(DIVERGING)):
        light = luminance(rgb)
        contrast = (light + 0.05) / 0.05 if ink(rgb) == "#000000" else 1.05 / (light + 0.05)
        assert contrast > 4.5


def test_layers_are_named_in_words() -> None:
    trace = example_trace()
    assert View().layer_words(trace) == "mean of target layers 2–4"
    assert View(layers=3).layer_words(trace) == "layer 3"
    assert View(layers=(0, 1, 4)).layer_words(trace) == "mean of layers 0–1, 4"
    assert View(layers="all").layer_words(trace) == "mean of all 5 layers"
