"""Paper figures: their artists hold the very numbers of `reading`, on one scale, and show any token as it is."""

from __future__ import annotations

import re
import threading
import warnings
from dataclasses import replace
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from PIL import Image

from saliency_viz.errors import SettingError
from saliency_viz.figures import paper
from saliency_viz.figures.paper.style import heat, norm_of, save
from saliency_viz.figures.rows import metrics
from saliency_viz.figures.rows.alignment import triangle_difference
from saliency_viz.figures.rows.scales import Scale
from saliency_viz.figures.rows.view import View
from saliency_viz.settings import LocoRE
from saliency_viz.trace import Mark
from tests.traces import example_trace

HOSTILE = (
    "The",
    " $x^2$",
    " <b>dog</b>",
    " </text><script>alert(1)</script>",
    " \\frac{1}{2}",
    " $",
    "茶壶",
    " 😀",
    "\n",
    "",
    " _{a",
)


def maps(figure, cmap: str) -> list[AxesImage]:
    """Matrices drawn with a colour map, in the order of their axes (pictures and grey cells have no numbers)."""
    images = [image for axes in figure.axes for image in axes.images]
    return [image for image in images if image.get_cmap().name == cmap and image.get_array().ndim == 2]


def same(image: AxesImage, values: np.ndarray) -> None:
    drawn = np.ma.filled(np.ma.masked_invalid(image.get_array()), np.nan)
    np.testing.assert_array_equal(drawn.astype(np.float32), values)


def limits(image: AxesImage) -> tuple[float, float]:
    return image.norm.vmin, image.norm.vmax


def test_output_maps_are_the_triangles_on_one_scale_with_one_bar() -> None:
    trace = example_trace()
    figure = paper.output_maps(trace, (5,))
    attention, saliency = maps(figure, "viridis")
    same(attention, metrics.triangle(trace, kind="attention", normalization="share"))
    same(saliency, metrics.triangle(trace, kind="saliency", normalization="share"))
    largest = max(np.nanmax(image.get_array()) for image in (attention, saliency))
    assert limits(attention) == limits(saliency) == (0, pytest.approx(largest))
    bars = [axes.get_ylabel().replace("\n", " ") for axes in figure.axes if not axes.images]
    assert bars == ["share of the row (attention | saliency)"]


def test_raw_saliency_has_its_own_scale_and_bar() -> None:
    trace = example_trace()
    figure = paper.output_maps(trace, view=View(normalization="raw"))
    attention, saliency = maps(figure, "viridis")
    same(saliency, metrics.triangle(trace, normalization="raw"))
    assert limits(attention) != limits(saliency)
    bars = [axes.get_ylabel().replace("\n", " ") for axes in figure.axes if not axes.images]
    assert bars == ["attention, mean over heads", "saliency |A·∂L/∂A|, nats"]


def test_a_row_under_the_l2_norm_has_another_unit_than_attention_hence_its_own_scale() -> None:
    trace = example_trace()
    attention, saliency = maps(paper.output_maps(trace, view=View()), "viridis")
    assert limits(attention) == (0, pytest.approx(np.nanmax(metrics.triangle(trace, kind="attention"))))
    assert limits(saliency) == (0, pytest.approx(np.nanmax(metrics.triangle(trace))))


def test_on_a_log_scale_zero_is_the_bottom_and_nan_is_missing() -> None:
    scale = Scale(1e-3, 1.0, "log")
    found = norm_of(scale)(np.array([0, -1, 1e-4, 1e-3, 10**-1.5, 1, np.nan]))
    assert found.mask.tolist() == [False] * 6 + [True]
    np.testing.assert_allclose(found[:6], [0, 0, 0, 0, 0.5, 1], atol=1e-12)
    assert norm_of(scale)(0) == 0 and norm_of(scale).inverse(0.5) == pytest.approx(10**-1.5)


def test_a_log_map_paints_zero_in_the_lowest_colour_and_nan_in_that_of_what_is_not_reached() -> None:
    figure = Figure(figsize=(3, 1), dpi=50)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    heat(axes, np.array([[0, 1, np.nan]], np.float32), Scale(1e-3, 1.0, "log"), missing="white")
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[25, [25, 75, 125], :3]
    assert [*map(tuple, pixels)] == [(68, 1, 84), (253, 231, 36), (255, 255, 255)]  # the ends of viridis, and white


def test_lines_are_labelled_by_their_tokens_from_the_top() -> None:
    trace = example_trace()
    axes = paper.output_maps(trace).axes[0]
    words = ["The", "image", "shows", "a", "red", "teapot", "and", "two", "cups", "below", "."]
    assert [text.get_text() for text in axes.get_yticklabels()] == words
    assert [text.get_text() for text in axes.get_xticklabels()] == words
    assert axes.get_ylim()[0] > axes.get_ylim()[1]  # line 0 on top


def test_compare_shares_one_scale_and_shows_the_signed_difference_centred() -> None:
    first, second = example_trace(), example_trace(seed=1, locore=LocoRE())
    figure = paper.compare(first, second, (5,))
    left, right = maps(figure, "viridis")
    (change,) = maps(figure, "RdBu_r")
    a, b = metrics.triangle(first), metrics.triangle(second)
    same(left, a), same(right, b), same(change, triangle_difference(first, second, a, b))
    assert limits(left) == limits(right) == (0, pytest.approx(max(np.nanmax(a), np.nanmax(b))))
    low, high = limits(change)
    assert low == -high and high == pytest.approx(np.nanmax(np.abs(b - a)))
    assert "LocoRE (β 0.15, w_s 10)" in [axes.get_title(loc="left") for axes in figure.axes][1]


def test_compare_of_captions_of_different_length_keeps_both() -> None:
    first, second = example_trace(steps=7), example_trace(steps=11, seed=2)
    left, right = maps(paper.compare(first, second), "viridis")
    assert left.get_array().shape == (7, 7) and right.get_array().shape == (11, 11)


def test_text_map_has_a_column_per_text_token_and_the_mean_of_the_image() -> None:
    trace = example_trace()
    figure = paper.text_map(trace)
    attention, saliency = maps(figure, "viridis")
    assert attention.get_array().shape == (11, 3 + 1 + 4 + 11) and limits(attention) == limits(saliency)
    rows = metrics.rows(trace, "saliency", normalization="share")
    drawn = np.ma.filled(saliency.get_array(), np.nan)
    np.testing.assert_allclose(drawn[:, 3], rows[:, 3:38].mean(axis=1), rtol=1e-6)
    np.testing.assert_array_equal(drawn[:, :3], rows[:, :3])
    np.testing.assert_array_equal(drawn[6, 8:14], rows[6, 42:48])
    assert np.isnan(drawn[6, 14:]).all()
    names = [text.get_text() for text in figure.axes[2].get_xticklabels()]
    assert names[:5] == ["<s>", "USER", ":", "[image, mean of 35]", "Describe"]


def test_hidden_tokens_are_named() -> None:
    figure = paper.text_map(example_trace(), hidden=[0])
    assert maps(figure, "viridis")[0].get_array().shape == (11, 18)
    assert any("Hidden on request: <s> at 0" in text.get_text() for text in figure.texts)


@pytest.mark.parametrize("kind", metrics.KINDS)
def test_layer_grid_draws_every_layer_on_one_scale(kind) -> None:
    trace = example_trace()
    drawn = maps(paper.layer_grid(trace, kind), "viridis")
    assert len(drawn) == 5 and len({limits(image) for image in drawn}) == 1
    for layer, image in enumerate(drawn):
        same(image, metrics.triangle(trace, layer, kind))


def test_image_overlays_are_the_grids_of_reading_on_one_scale() -> None:
    trace = example_trace()
    attention, saliency = maps(paper.image_overlays(trace, 6), "magma")
    same(attention, metrics.image_map(trace, 6, "attention", normalization="share").grid())
    same(saliency, metrics.image_map(trace, 6, "saliency", normalization="share").grid())
    assert limits(attention) == limits(saliency)
    assert attention.get_extent() == [0, 70, 50, 0]


def test_image_layers_draw_each_layer_of_one_step() -> None:
    trace = example_trace()
    drawn = maps(paper.image_layers(trace, 6), "magma")
    assert len(drawn) == 5 and len({limits(image) for image in drawn}) == 1
    for layer, image in enumerate(drawn):
        same(image, metrics.image_map(trace, 6, layers=layer).grid())


def test_a_scale_locked_to_a_token_differs_from_the_run() -> None:
    trace = example_trace()
    run = limits(maps(paper.image_overlays(trace, 6), "magma")[0])
    token = limits(
        maps(paper.image_overlays(trace, 6, View(normalization="share", lock="token", colors="magma")), "magma")[0]
    )
    assert token[1] < run[1]


def test_distance_lines_are_the_distance_curves() -> None:
    trace = example_trace()
    axes = paper.distance(trace, (5, 8), View(normalization="raw")).axes[0]
    chosen = {line.get_label(): line for line in axes.lines if not line.get_label().startswith("_")}
    assert list(chosen) == ["teapot (step 5)", "cups (step 8)"] and len(axes.lines) == 10
    far, values = metrics.distance_curve(trace, 8, normalization="raw")
    np.testing.assert_array_equal(chosen["cups (step 8)"].get_xdata(), far)
    np.testing.assert_array_equal(chosen["cups (step 8)"].get_ydata(), values)
    assert axes.get_ylabel() == "saliency |A·∂L/∂A|, nats"


def test_score_figure_shows_scores_thresholds_and_rejected_candidates() -> None:
    trace = example_trace()
    axes = paper.scores(trace).axes[0]
    lines = {line.get_label(): line for line in axes.lines}
    np.testing.assert_array_equal(lines["score S"].get_ydata(), metrics.score_curve(trace).scores)
    np.testing.assert_array_equal(lines["threshold τ"].get_ydata(), metrics.score_curve(trace).thresholds)
    crosses = [
        (int(line.get_xdata()[0]), line.get_ydata()[0])
        for line in axes.lines
        if line.get_marker() == "x" and len(line.get_xdata())
    ]
    assert crosses == [(2, 0.001), (5, 0.001), (8, 0.001)]


def test_judgement_figure_states_the_area() -> None:
    trace = replace(example_trace(), marks={5: Mark("hallucinated"), 3: Mark("right"), 7: Mark("right")})
    scores = {step.index: step.score for step in trace.steps}
    expected = sum(scores[5] < scores[step] for step in (3, 7)) / 2
    assert f"AUROC of a low score: {expected:.3f}" in paper.judgements(trace).axes[1].get_title(loc="left")


def test_svg_keeps_tokens_as_text_and_holds_no_script(tmp_path) -> None:
    trace = example_trace(words=HOSTILE)
    path = save(paper.output_maps(trace, (2,)), tmp_path / "maps.svg")
    root = ElementTree.fromstring(path.read_text(encoding="utf-8"))
    assert not [node for node in root.iter() if node.tag.endswith("script")]
    texts = {"".join(node.itertext()).strip() for node in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"$x^2$", "<b>dog</b>", "\\frac{1}{2}", "茶壶", "😀", "$", "⏎", "∅", "_{a"} <= texts
    assert not re.search(r"\son\w+=", path.read_text(encoding="utf-8"))


@pytest.mark.slow
@pytest.mark.parametrize("format", ["png", "pdf"])
def test_any_token_can_be_drawn(tmp_path, format: str) -> None:
    trace = example_trace(words=HOSTILE)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for draw in (paper.output_maps, paper.text_map, paper.scores):
            assert save(draw(trace), tmp_path / f"{draw.__name__}.{format}").stat().st_size > 5000


def test_pdf_embeds_real_letters(tmp_path) -> None:
    """Type 42 for fonts with TrueType outlines; Type 3 once a letter needs a fallback font, whose type 42 is blank."""
    plain = save(paper.scores(example_trace()), tmp_path / "plain.pdf").read_bytes()
    assert b"/CIDFontType2" in plain and b"/Type3" not in plain
    fallback = save(paper.scores(example_trace(words=("茶壶", " a"))), tmp_path / "fallback.pdf").read_bytes()
    assert b"/Type3" in fallback and b"/CIDFontType2" not in fallback


def test_the_footer_states_caption_run_layers_and_scale() -> None:
    trace = example_trace()
    text = "\n".join(text.get_text() for text in paper.output_maps(trace).texts)
    for part in (
        trace.text,
        "synthetic (float32)",
        "SGRS (α 0.6, K 5, R 3, W 5)",
        "target layers 2–4",
        "Scale: linear, 0 to",
    ):
        assert part in text


def test_every_figure_a_trace_holds_is_in_the_table() -> None:
    trace = replace(example_trace(), marks={4: Mark("hallucinated")})
    assert set(paper.figure_table(trace, (5,), example_trace(seed=1))) == {
        "fig01-output-maps",
        "fig02-distance",
        "fig02-distance-raw",
        "fig03-compare",
        "fig06-text-map",
        "fig10-judgements",
        "fig13-layers-saliency",
        "fig13-layers-attention",
        "scores",
        "image-step005",
        "image-step005-layers-attention",
        "image-step005-layers-saliency",
    }


@pytest.mark.slow
def test_saving_writes_each_figure_once(tmp_path) -> None:
    trace = example_trace(steps=3, layers=2, grid=(2, 3))
    paths = paper.save_figures(trace, tmp_path, ("svg",), (1,))
    stems = list(paper.figure_table(trace, (1,)))
    assert [path.name for path in paths] == [f"{stem}.svg" for stem in stems]
    assert all(path.stat().st_size > 2000 for path in paths)


@pytest.mark.slow
@pytest.mark.parametrize("format", ["png", "svg", "pdf"])
def test_the_same_figure_gives_the_same_bytes(tmp_path, format: str) -> None:
    trace = example_trace()
    first, again = (save(paper.output_maps(trace, (5,)), tmp_path / f"{name}.{format}") for name in "ab")
    assert first.read_bytes() == again.read_bytes()


def test_saved_pictures_open_and_are_large(tmp_path) -> None:
    path = save(paper.layer_grid(example_trace()), tmp_path / "grid.png")
    with Image.open(path) as image:
        assert image.format == "PNG" and min(image.size) > 300


def test_without_steps_a_hallucination_and_the_best_grounded_token_are_singled_out() -> None:
    trace = example_trace()
    scores = [step.score if step.score is not None else np.nan for step in trace.steps]
    assert paper.telling_steps(trace) == (int(np.nanargmin(scores)), int(np.nanargmax(scores)))
    marked = replace(trace, marks={6: Mark("hallucinated")})
    assert paper.telling_steps(marked)[0] == 6
    assert paper.telling_steps(example_trace(steps=1)) == (0,)


@pytest.mark.parametrize("steps", [1, 2])
def test_a_caption_of_one_or_two_tokens_can_be_drawn(steps: int) -> None:
    trace = example_trace(steps=steps)
    for draw in paper.figure_table(trace, paper.telling_steps(trace)).values():
        assert draw().axes


def test_a_long_caption_is_cut_in_sight() -> None:
    trace = example_trace(steps=211, layers=2)
    (caption,) = [
        text.get_text()
        for text in paper.distance(trace).texts + paper.layer_grid(trace).texts
        if "The image" in text.get_text()
    ]
    assert caption.count("\n") == 11 and caption.endswith("…")


def test_wrong_requests_are_refused_before_anything_is_written(tmp_path) -> None:
    trace = example_trace()
    for wrong in ({"formats": ("gif",)}, {"formats": ()}, {"steps": (11,)}):
        with pytest.raises(SettingError):
            paper.save_figures(trace, tmp_path / "new", **wrong)
    assert not (tmp_path / "new").exists()


def test_a_trace_without_an_image_has_no_image_figure() -> None:
    trace = example_trace()
    spans = tuple(replace(span, kind="prompt", image=None) if span.kind == "image" else span for span in trace.spans)
    empty = {
        "boxes": np.zeros((0, 4), np.float32),
        "box_images": np.zeros(0, np.int16),
        "box_scales": np.zeros(0, np.int8),
    }
    trace = replace(trace, spans=spans, pictures=(), **empty)
    assert not [stem for stem in paper.figure_table(trace, (5,)) if stem.startswith("image")]
    with pytest.raises(SettingError, match="no image tokens"):
        paper.image_overlays(trace, 5)


def test_drawing_leaves_matplotlib_as_it_was_also_from_two_threads(tmp_path) -> None:
    before = dict(matplotlib.rcParams)
    figures = []
    threads = [
        threading.Thread(target=lambda n=n: figures.append(save(paper.scores(example_trace()), tmp_path / f"{n}.svg")))
        for n in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(figures) == 3 and len({path.read_bytes() for path in figures}) == 1
    assert dict(matplotlib.rcParams) == before
