"""Numbers read from a trace, against sums written out by hand. Axes: 11 steps, 5 layers, 5 x 7 patches, 53 keys."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from saliency_viz.errors import SettingError, TraceError
from saliency_viz.figures.rows import metrics
from saliency_viz.figures.rows.patches import ImageMap
from saliency_viz.settings import Recording
from saliency_viz.trace import Span
from tests.traces import example_trace

STEPS, LAYERS, KEYS, FIRST = 11, 5, 53, 42


def coded_trace(**changes):
    """saliency[s, l, k] = (l + 1) * (k + 1) / 8 and norm[s, l] = (s + 1) / 4 inside a row's reach: exact in float16."""
    trace = example_trace()
    values = np.zeros((STEPS, LAYERS, KEYS), np.float16)
    for step in range(STEPS):
        values[step, :, : FIRST + step] = np.outer(np.arange(1, LAYERS + 1), np.arange(1, FIRST + step + 1)) / 8
    norm = np.tile((np.arange(STEPS, dtype=np.float32)[:, None] + 1) / 4, (1, LAYERS))
    return replace(trace, saliency=values, saliency_norm=norm, **changes)


def test_row_is_the_mean_over_the_target_layers() -> None:
    trace = coded_trace()
    assert trace.target_layers == (2, 3, 4)
    found = metrics.row(trace, 7)
    assert found.dtype == np.float32 and found.shape == (KEYS,)
    assert found[10] == 11 / 8 * (3 + 4 + 5) / 3  # 5.5
    assert found[FIRST + 6] == 49 / 8 * 4 and found[FIRST + 7] == 0


@pytest.mark.parametrize(
    ("layers", "expected"), [(0, 1.0), (4, 5.0), ((0, 4), 3.0), ("all", 3.0), ("target", 4.0), ((1,), 2.0)]
)
def test_a_layer_choice_is_the_mean_of_its_layers(layers, expected: float) -> None:
    assert metrics.row(coded_trace(), 3, layers=layers)[7] == expected


def test_raw_rows_are_rows_times_their_own_norm() -> None:
    trace = coded_trace()
    assert metrics.row(trace, 7, layers=1, normalization="raw")[3] == 4 * 2 / 8 * (8 / 4)
    np.testing.assert_array_equal(metrics.layer_rows(trace, 7, normalization="raw"), trace.raw_saliency()[7])


def test_shares_of_a_layer_row_add_to_one_before_layers_are_averaged() -> None:
    trace = coded_trace()
    found = metrics.row(trace, 2, normalization="share")
    total = sum(range(1, 45))  # the common factor of a layer cancels
    np.testing.assert_allclose(found[:44], np.arange(1, 45) / total, rtol=1e-6)
    assert found[44:].sum() == 0


def test_attention_is_the_same_raw_and_normalised() -> None:
    trace = example_trace()
    for normalization in ("row", "raw"):
        expected = trace.attention[6, [2, 3, 4]].astype(np.float64).mean(axis=0)
        np.testing.assert_allclose(metrics.row(trace, 6, "attention", normalization=normalization), expected, atol=1e-7)


def test_several_steps_are_the_mean_or_the_largest_of_their_rows() -> None:
    trace = example_trace()
    rows = np.stack([metrics.row(trace, step) for step in (2, 3, 7)])
    np.testing.assert_array_equal(metrics.row(trace, (2, 3, 7)), rows.mean(axis=0))
    np.testing.assert_array_equal(metrics.row(trace, range(2, 4), reduce="max"), rows[:2].max(axis=0))
    np.testing.assert_array_equal(metrics.rows(trace)[[2, 3, 7]], rows)


@pytest.mark.parametrize("layers", [5, -1, (), (0, 5), "deep", 1.5, True, None])
def test_a_layer_that_does_not_exist_is_refused_with_the_range(layers) -> None:
    with pytest.raises(SettingError, match=r"0\.\.4"):
        metrics.row(example_trace(), 0, layers=layers)


@pytest.mark.parametrize("step", [11, -1, 1.0, True])
def test_a_step_that_does_not_exist_is_refused(step) -> None:
    with pytest.raises(SettingError):
        metrics.layer_rows(example_trace(), step)


def test_unknown_kind_and_normalization_are_refused() -> None:
    for wrong in ({"kind": "gradient"}, {"normalization": "minmax"}):
        with pytest.raises(SettingError, match="must be one of"):
            metrics.row(example_trace(), 1, **wrong)


def test_each_patch_of_the_grid_holds_exactly_its_token() -> None:
    trace = coded_trace()
    grid = metrics.image_map(trace, 4).grid()
    assert grid.shape == (50, 70)  # height, width
    for token in range(35):
        line, column = divmod(token, 7)
        patch = grid[line * 10 : line * 10 + 10, column * 10 : column * 10 + 10]
        assert (patch == 4 * (3 + token + 1) / 8).all()  # token sits at key 3 + token


def test_a_picture_shown_in_tiles_and_as_a_thumbnail_keeps_two_maps() -> None:
    trace = example_trace()
    boxes, scales = trace.boxes.copy(), np.zeros(35, np.int8)
    boxes[34], scales[34] = (0, 0, 70, 50), 1
    trace = replace(trace, boxes=boxes, box_scales=scales)
    assert metrics.scales_of(trace) == (0, 1)
    whole, tiles = metrics.image_map(trace, 4, scale=1), metrics.image_map(trace, 4, scale=0)
    row = metrics.row(trace, 4)
    assert (whole.grid() == row[37]).all() and whole.tokens.tolist() == [34]
    assert np.isnan(tiles.grid()[40:, 60:]).all() and np.isnan(tiles.grid()).sum() == 100
    np.testing.assert_array_equal(tiles.values, row[3:37])


def test_pictures_do_not_mix() -> None:
    trace = example_trace()
    images = np.zeros(35, np.int16)
    images[13:] = 1
    pictures = (trace.pictures[0], replace(trace.pictures[0], size=(110, 60)))
    trace = replace(trace, box_images=images, pictures=pictures)
    second = metrics.image_map(trace, 4, picture=1)
    assert second.grid().shape == (60, 110) and second.positions.tolist() == list(range(16, 38))
    assert len(metrics.image_map(trace, 4).values) == 13
    with pytest.raises(SettingError, match="2 pictures"):
        metrics.image_map(trace, 4, picture=2)


def test_pixels_belong_to_the_box_their_centre_lies_in() -> None:
    boxes = np.array([[0, 0, 2.5, 3], [2.5, 0, 5, 3]], np.float32)
    found = ImageMap(0, 0, (7, 3), np.arange(2), np.arange(2), boxes, np.array([1, 2], np.float32)).grid()
    np.testing.assert_array_equal(found[1], [1, 1, 2, 2, 2, np.nan, np.nan])  # the centre 2.5 opens the second box
    boxes = np.array([[0, 0, 3, 1.25], [0, 1.25, 3, 3]], np.float32)
    found = ImageMap(0, 0, (3, 5), np.arange(2), np.arange(2), boxes, np.array([1, 2], np.float32)).grid()
    np.testing.assert_array_equal(found[:, 1], [1, 2, 2, np.nan, np.nan])


def test_overlapping_boxes_are_averaged_and_empty_ones_shown_nowhere() -> None:
    boxes = np.array([[0, 0, 2, 1], [1, 0, 3, 1], [0, 0, 0, 0]], np.float32)
    found = ImageMap(0, 0, (3, 1), np.arange(3), np.arange(3), boxes, np.array([2, 6, 99], np.float32))
    np.testing.assert_array_equal(found.grid(), [[2, 4, 6]])
    x_edges, y_edges, cells = found.lattice()
    assert x_edges.tolist() == [0, 1, 2, 3] and y_edges.tolist() == [0, 1] and cells.tolist() == [[2, 4, 6]]


def test_a_picture_whose_tokens_show_nothing_is_all_missing() -> None:
    nothing = ImageMap(0, 0, (5, 3), np.zeros(1, int), np.zeros(1, int), np.zeros((1, 4)), np.ones(1))
    assert np.isnan(nothing.grid()).all() and nothing.grid().shape == (3, 5)


def test_shares_add_to_one_and_equal_sums_over_spans() -> None:
    trace = coded_trace()
    found = metrics.shares(trace, 6)
    total = sum(range(1, 49))
    assert found == {
        "template": pytest.approx((1 + 2 + 3) / total),
        "image": pytest.approx(sum(range(4, 39)) / total),
        "prompt": pytest.approx(sum(range(39, 43)) / total),
        "outputs": pytest.approx(sum(range(43, 49)) / total),
    }
    assert sum(found.values()) == pytest.approx(1, abs=1e-12)
    np.testing.assert_allclose(metrics.shares_over_run(trace)[6], list(found.values()), rtol=1e-12)


def test_system_tokens_and_gaps_between_spans_count_as_template() -> None:
    trace = example_trace()
    spans = (Span("system", 0, 2), *trace.spans[1:3], trace.spans[3])  # position 2 lies in no span
    trace = replace(trace, spans=spans)
    row = metrics.row(trace, 5).astype(np.float64)
    assert metrics.shares(trace, 5)["template"] == pytest.approx(row[:3].sum() / row.sum())


def test_a_row_of_zeros_has_no_shares() -> None:
    trace = example_trace()
    saliency = trace.saliency.copy()
    saliency[4] = 0
    trace = replace(trace, saliency=saliency)
    assert metrics.shares(trace, 4) is None
    assert np.isnan(metrics.shares_over_run(trace)[4]).all()
    assert (metrics.row(trace, 4, normalization="share") == 0).all()


def test_score_of_stored_rows_is_the_mean_over_target_layers_and_earlier_outputs() -> None:
    trace = coded_trace()
    assert metrics.score(trace, 0) is None
    assert metrics.score(trace, 3) == 4 * (43 + 44 + 45) / 3 / 8  # layers 3, 4, 5 of mean 4; keys 42, 43, 44


def test_score_of_stored_rows_equals_the_scores_of_the_run_up_to_float16() -> None:
    trace = example_trace()
    for step in trace.steps[1:]:
        assert metrics.score(trace, step.index) == pytest.approx(step.score, rel=2e-3)


def test_score_is_refused_where_the_rows_hold_another_fusion() -> None:
    trace = example_trace()
    trace = replace(trace, settings=replace(trace.settings, recording=Recording(fusion="max")))
    with pytest.raises(TraceError, match="max"):
        metrics.score(trace, 3)


def test_distance_one_is_the_output_just_before() -> None:
    far, values = metrics.distance_curve(coded_trace(), 5)
    assert far.tolist() == [1, 2, 3, 4, 5]
    assert values.tolist() == [4 * (key + 1) / 8 for key in (46, 45, 44, 43, 42)]
    assert [len(part) for part in metrics.distance_curve(coded_trace(), 0)] == [0, 0]


def test_triangle_lines_are_predicted_outputs_and_columns_earlier_ones() -> None:
    trace = coded_trace()
    found = metrics.triangle(trace, 1)
    assert found.shape == (STEPS, STEPS)
    for line in range(STEPS):
        assert found[line, :line].tolist() == [2 * (FIRST + column + 1) / 8 for column in range(line)]
        assert np.isnan(found[line, line:]).all()


def test_triangle_line_read_backwards_is_the_distance_curve() -> None:
    trace = example_trace()
    for kind in metrics.KINDS:
        far, values = metrics.distance_curve(trace, 7, kind, normalization="raw")
        np.testing.assert_array_equal(metrics.triangle(trace, kind=kind, normalization="raw")[7, :7][::-1], values)


def test_score_curve_repeats_the_run() -> None:
    curve = metrics.score_curve(example_trace())
    assert np.isnan(curve.scores[0]) and curve.thresholds[0] == 0 and curve.thresholds[5] == 0.01
    assert curve.rejected.tolist() == [0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0]
    assert np.isnan(metrics.score_curve(example_trace(sgrs=None)).thresholds).all()


def test_a_sink_is_a_key_that_takes_its_share_of_the_steps_that_reach_it() -> None:
    trace = example_trace()
    attention = np.zeros((STEPS, LAYERS, KEYS), np.float16)
    attention[:, :, 0] = 0.5
    attention[9:, :, 50] = 0.25  # reached by steps 9 and 10 only
    attention[:, :, 7] = 0.125
    trace = replace(trace, attention=attention)
    assert metrics.sinks(trace) == (0, 50) and metrics.sinks(trace, 0.1) == (0, 7, 50)


def test_facts_are_plain_values() -> None:
    import json

    found = metrics.facts(example_trace(), 5)
    assert json.loads(json.dumps(found)) == found
    assert found["text"] == " teapot" and found["rejected"] == 1 and found["threshold"] == 0.01


def test_reading_changes_nothing() -> None:
    trace = example_trace()
    before = [getattr(trace, name).copy() for name in ("attention", "saliency", "saliency_norm")]
    for normalization in metrics.NORMALIZATIONS:
        metrics.rows(trace, normalization=normalization)
        metrics.rows(trace, "attention", normalization=normalization)
    for name, array in zip(("attention", "saliency", "saliency_norm"), before, strict=True):
        np.testing.assert_array_equal(getattr(trace, name), array)
