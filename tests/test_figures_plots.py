"""Screen figures: plain JSON with the numbers of `metrics`, stated ranges, and no token that plotly could interpret."""

from __future__ import annotations

import base64
import html
import json
import re

import numpy as np
import pytest

from saliency_viz.errors import SettingError
from saliency_viz.figures import plots as screen
from saliency_viz.figures.labels import label, plotly_label, plotly_text
from saliency_viz.figures.rows import metrics
from saliency_viz.figures.rows.scales import scale_of
from saliency_viz.figures.rows.view import View
from tests.traces import example_trace

HOSTILE = ("The", " <b>dog</b>", " <a href='x'>y", " &lt;i&gt;", " $x$", " %{x}", " <br>", "\n", " 7", " {y}", "")


def every_figure(trace):
    return {
        "overlay": screen.image_overlay(trace, 6),
        "layers": screen.layers_by_keys(trace, 6),
        "triangle": screen.output_triangle(trace),
        "difference": screen.output_difference(trace, example_trace(seed=1, words=HOSTILE)),
        "scores": screen.scores(trace),
        "distance": screen.distance(trace, (3, 6)),
        "shares": screen.part_shares(trace),
    }


def numbers(value) -> np.ndarray:
    """What the browser reads: plotly's base64 arrays or lists."""
    if isinstance(value, dict):
        shape = [int(side) for side in value["shape"].split(",")] if "shape" in value else -1
        return np.frombuffer(base64.b64decode(value["bdata"]), value["dtype"]).reshape(shape)
    return np.array(value, float)


def sent(figure) -> dict:
    return json.loads(figure.to_json())


def test_every_figure_is_json_without_template_and_keeps_its_zoom() -> None:
    for figure in every_figure(example_trace()).values():
        found = sent(figure)
        assert len(json.dumps(found["layout"]["template"])) < 200
        assert found["layout"]["uirevision"] == "kept" and found["layout"]["margin"]["t"] == 34


def test_every_heat_map_states_range_unit_and_colours() -> None:
    for name, figure in every_figure(example_trace()).items():
        for trace in sent(figure)["data"]:
            if trace["type"] == "heatmap":
                assert trace["zmin"] < trace["zmax"] and trace["colorbar"]["title"]["text"], name
                assert len(trace["colorscale"]) == 33 and trace["zauto"] is False


def test_overlay_cells_are_the_lattice_in_pixels() -> None:
    trace = example_trace()
    found = sent(screen.image_overlay(trace, 6, "attention"))
    heat = found["data"][0]
    x_edges, y_edges, cells = metrics.image_map(trace, 6, "attention").lattice()
    np.testing.assert_array_equal(numbers(heat["z"]), cells)
    np.testing.assert_array_equal(numbers(heat["x"]), x_edges)
    assert numbers(heat["z"]).shape == (5, 7) and numbers(heat["y"]).tolist() == [0, 10, 20, 30, 40, 50]
    assert found["layout"]["yaxis"]["range"] == [50, 0]  # the first line on top
    picture = found["layout"]["images"][0]
    assert (picture["sizex"], picture["sizey"], picture["x"], picture["y"]) == (70, 50, 0, 0)
    assert picture["source"].startswith("data:image/jpeg;base64,")


def test_one_locked_scale_serves_two_panels() -> None:
    trace = example_trace()
    scale = View().scale(trace, metrics.KINDS, keys="image")
    ends = {
        (heat["zmin"], heat["zmax"])
        for kind in metrics.KINDS
        for heat in sent(screen.image_overlay(trace, 6, kind, scale=scale))["data"]
    }
    assert ends == {(0, scale.high)}


def test_layers_by_keys_has_a_line_per_layer_and_a_column_per_visible_text_token() -> None:
    trace = example_trace()
    figure = sent(screen.layers_by_keys(trace, 6))
    rows = metrics.layer_rows(trace, 6)
    np.testing.assert_array_equal(numbers(figure["data"][0]["z"]), np.delete(rows[:, :48], range(3, 38), axis=1))
    assert figure["layout"]["xaxis"]["ticktext"][:4] == ["&lt;s&gt;", "USER", ":", "Describe"]


def test_triangle_and_its_hover_numbers_are_those_of_reading() -> None:
    trace = example_trace()
    heat = sent(screen.output_triangle(trace, view=View(transform="log")))["data"][0]
    values = metrics.triangle(trace)
    np.testing.assert_array_equal(numbers(heat["customdata"]), values)
    scale = View(transform="log").scale(trace, "saliency", keys="outputs")
    places = (numbers(heat["z"]) - heat["zmin"]) / (heat["zmax"] - heat["zmin"])
    np.testing.assert_allclose(places, scale.normalized(values), atol=1e-5)
    assert heat["colorbar"]["tickvals"][0] == heat["zmin"] and heat["colorbar"]["tickvals"][-1] == heat["zmax"]


def test_difference_is_centred_on_zero() -> None:
    heat = sent(screen.output_difference(example_trace(), example_trace(seed=1)))["data"][0]
    assert heat["zmin"] == -heat["zmax"] < 0


def test_curves_are_those_of_reading() -> None:
    trace = example_trace()
    lines = {line["name"]: line for line in sent(screen.scores(trace))["data"]}
    np.testing.assert_array_equal(numbers(lines["score S"]["y"]), metrics.score_curve(trace).scores)
    assert lines["rejected"]["x"] == [2, 5, 8] and lines["rejected"]["customdata"] == ["&lt;b&gt;dog&lt;/b&gt;"] * 3
    line = sent(screen.distance(trace, (6,)))["data"][0]
    np.testing.assert_array_equal(numbers(line["y"]), metrics.distance_curve(trace, 6)[1])
    assert line["customdata"] == ["teapot", "red", "a", "shows", "image", "The"]
    bars = sent(screen.part_shares(trace))["data"]
    np.testing.assert_allclose(sum(numbers(bar["y"]) for bar in bars), np.ones(11), atol=1e-12)


def test_no_token_reaches_plotly_as_markup() -> None:
    for name, figure in every_figure(example_trace(words=HOSTILE)).items():
        text = json.dumps(sent(figure), ensure_ascii=False).replace("<extra></extra>", "")
        assert "<" not in text, (name, re.findall(r".{20}<.{20}", text))
        assert "$" not in text, name
        assert set(re.findall(r"%\{(\w+)", text)) <= {"x", "y", "customdata"}


@pytest.mark.parametrize("text", [*HOSTILE, "&amp;", "a<b>c&d$e%{f}", "&#60;script&#62;", "<<>>"])
def test_escaped_text_reads_back_as_itself(text: str) -> None:
    assert html.unescape(plotly_text(text)) == text
    assert html.unescape(plotly_label(text)) == label(text)


def test_labels_are_short_single_lines_that_show_white_space() -> None:
    assert [label(text) for text in (" dog", "\n", "\n\n", " ", "  ", "", "\t", "a\u202eb", "\x00")] == [
        "dog", "⏎", "⏎⏎", "␣", "␣␣", "∅", "⇥", "a\ufffdb", "\ufffd",
    ]  # fmt: skip
    assert label("x" * 40) == "x" * 17 + "…" and len(label("x" * 18)) == 18


def test_an_absent_scale_of_a_picture_is_refused() -> None:
    with pytest.raises(SettingError, match="scale 1"):
        screen.image_overlay(example_trace(), 3, box_scale=1)


def test_a_figure_can_be_drawn_on_a_scale_of_nothing_but_zeros() -> None:
    heat = sent(screen.output_triangle(example_trace(), scale=scale_of(np.zeros(3), "log")))["data"][0]
    assert np.isfinite([heat["zmin"], heat["zmax"]]).all() and heat["zmin"] < heat["zmax"]
