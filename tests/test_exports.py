"""Files are of what is on the screen: which token, kind and layers, what is hidden, what stands beside; and say so."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from saliency_viz import __version__
from saliency_viz.errors import SaliencyVizError
from saliency_viz.figures.caption_text import method_words
from saliency_viz.figures.rows import metrics
from saliency_viz.figures.rows.alignment import triangle_difference
from saliency_viz.figures.web.payload import payload
from saliency_viz.settings import Decoding
from saliency_viz.ui import exports
from saliency_viz.ui.server.api import checked, layer_of

from .traces import csv_file, example_trace, frames_trace


def figure(trace, name, other=None, **state) -> Figure:
    return exports.FIGURES[name](exports._asked(trace, other, {"token": 6, "transform": "linear", **state}))


def maps(drawn: Figure) -> list[np.ndarray]:
    """Numbers behind every map, without pictures and grey cells."""
    images = [image for image in drawn.findobj(AxesImage) if image.get_array().ndim == 2]
    return [np.ma.filled(image.get_array(), np.nan) for image in images if image.get_cmap().name != "gray"]


def tops(drawn: Figure) -> list[float]:
    images = [image for image in drawn.findobj(AxesImage) if image.get_array().ndim == 2]
    return [image.get_clim()[1] for image in images if image.get_cmap().name == "viridis"]


def said(drawn: Figure) -> str:
    return " ".join(" ".join(text.get_text() for text in drawn.texts).split())


def with_sinks(*positions: int):
    """A trace in which these positions take half of all attention, each."""
    trace = example_trace()
    attention = trace.attention.copy()
    attention[:, :, list(positions)] = 0.5
    return replace(trace, attention=attention)


# ---- scales ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("normalization", metrics.NORMALIZATIONS)
def test_the_pair_has_a_scale_and_a_bar_for_each_kind_whose_top_is_the_largest_patch_of_the_run(normalization):
    trace = example_trace()
    drawn = figure(trace, "image", normalization=normalization)
    rows = {kind: metrics.rows(trace, kind, normalization=normalization)[:, 3:38] for kind in metrics.KINDS}
    assert tops(drawn) == pytest.approx([rows["attention"].max(), rows["saliency"].max()])
    bars = [axes for axes in drawn.axes if not axes.images]
    assert [axes.get_ylabel().split(",")[0].split(" ")[0] for axes in bars] == ["attention", "saliency"]
    assert f"Attention: linear, 0 to {rows['attention'].max():.3g}" in said(drawn)


def test_beside_a_second_run_the_scale_is_over_both():
    first, second = example_trace(), example_trace(seed=3)
    second = replace(second, saliency=(second.saliency * 0.5).astype(np.float32), attention=second.attention * 0.5)
    for one, other in ((first, second), (second, first)):
        wanted = [metrics.rows(first, kind)[:, 3:38].max() for kind in metrics.KINDS]
        assert tops(figure(one, "image", other)) == pytest.approx(wanted)
        assert "2 runs together" in said(figure(one, "image", other))
    every_layer = [figure(second, "layers", other) for other in (None, first)]
    assert tops(every_layer[1])[0] == pytest.approx(float(first.saliency[:, :, 3:38].max()))
    assert tops(every_layer[0])[0] < tops(every_layer[1])[0]


def test_locked_to_the_token_the_scale_is_over_it_and_its_partner_in_the_second_run():
    first, second = example_trace(), example_trace(seed=3)
    second = replace(second, saliency=second.saliency * 2)
    drawn = figure(first, "image", second, token=4, scale="token")
    both = max(float(metrics.row(trace, 4)[3:38].max()) for trace in (first, second))
    assert tops(drawn)[1] == pytest.approx(both)
    grid = figure(first, "layers", token=4, scale="token")
    assert tops(grid)[0] == pytest.approx(float(first.saliency[4, :, 3:38].max()))


def test_a_partner_is_the_same_token_or_the_place_after_the_last_one_shared():
    first, second = (example_trace(steps=5), example_trace(steps=6))
    ids = lambda trace, *ids: replace(  # noqa: E731
        trace, steps=tuple(replace(step, token_id=i) for step, i in zip(trace.steps, ids, strict=True))
    )
    first, second = ids(first, 1, 2, 3, 4, 5), ids(second, 1, 9, 2, 7, 8, 5)  # pairs 0-0, 1-2, 4-5
    assert [exports.counterparts(first, second, (step,), step) for step in range(5)] == [(0,), (2,), (3,), (4,), (5,)]
    assert exports.counterparts(first, second, (0, 1, 3), 1) == (0, 2)  # 3 has no partner


# ---- what is compared ------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("kind", metrics.KINDS)
def test_two_runs_are_compared_in_the_kind_on_the_screen(kind):
    first, second = example_trace(), example_trace(seed=1)
    a, b, change = maps(figure(first, "compare", second, compare_kind=kind))[:3]
    wanted = [metrics.triangle(trace, kind=kind) for trace in (first, second)]
    np.testing.assert_array_equal(a.astype(np.float32), wanted[0])
    np.testing.assert_array_equal(b.astype(np.float32), wanted[1])
    np.testing.assert_allclose(np.float32(change), triangle_difference(first, second, *wanted))
    assert exports.export(first, "compare.svg", {"compare_kind": kind}, second).name.endswith(
        f"-{kind}-target-layers-compare.svg"
    )


@pytest.mark.parametrize("kind", metrics.KINDS)
def test_every_layer_can_be_had_of_both_kinds(kind):
    trace, end = example_trace(), "" if kind == "saliency" else "-attention"
    pictures, outputs = (maps(figure(trace, name + end)) for name in ("layers", "grid"))
    for layer in range(5):
        np.testing.assert_array_equal(pictures[layer], metrics.image_map(trace, 6, kind, layer).grid())
        np.testing.assert_array_equal(np.float32(outputs[layer]), metrics.triangle(trace, layer, kind))


@pytest.mark.parametrize("kind", metrics.KINDS)
@pytest.mark.parametrize("lock", ["layer", "token"])
def test_a_held_token_stands_beside_the_selected_one_on_one_scale_with_the_difference(kind, lock):
    trace = example_trace()
    drawn = figure(trace, "compare", token=9, held=4, compare_kind=kind, scale=lock)
    selected, held, change, words, change_of_words = maps(drawn)
    now, then = metrics.row(trace, 9, kind), metrics.row(trace, 4, kind)
    np.testing.assert_array_equal(selected, metrics.place_on_image(trace, now).grid())
    np.testing.assert_array_equal(held, metrics.place_on_image(trace, then).grid())
    np.testing.assert_allclose(change, metrics.place_on_image(trace, then - now).grid(), atol=1e-7)
    np.testing.assert_array_equal(words[:, 7:11], [now[42:46], then[42:46]])
    np.testing.assert_allclose(change_of_words[0, 7:11], (then - now)[42:46], atol=1e-7)
    assert np.isnan(words[1, 11:]).all() and np.isnan(change_of_words[0, 11:]).all()  # the held row ended before
    rows = np.stack([now, then]) if lock == "token" else metrics.rows(trace, kind)
    assert tops(drawn)[:2] == pytest.approx([rows[:, 3:38].max()] * 2)
    ends = [image.get_clim() for image in drawn.findobj(AxesImage) if image.get_cmap().name == "RdBu_r"]
    far = np.abs((then - now)[3:38]).max()
    assert ends[0] == pytest.approx((-far, far))
    assert "Held: “red” (step 4" in said(drawn) and "Selected: “below” (step 9" in said(drawn)


@pytest.mark.slow
def test_a_held_token_stands_before_a_second_run_and_its_file_names_both():
    trace = example_trace()
    file = exports.export(
        trace, "compare.png", {"token": 9, "held": 4, "held_also": [5], "layer": [1, 3]}, example_trace()
    )
    assert file.name.endswith("-step-9-beside-4-5-saliency-layer-1-3-compare.png")
    assert exports.export(frames_trace(), "compare.png", {"token": 9, "held": 4}).data.startswith(b"\x89PNG")


# ---- hidden ----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_hidden_patches_are_uncoloured_and_hidden_words_grey_or_gone_and_the_footer_says_so():
    trace = with_sinks(20, 44)  # a patch, and output 2
    for name in ("image", "layers", "layers-attention"):
        shown, hidden = (maps(figure(trace, name, hide_sinks=on)) for on in (False, True))
        for before, after in zip(shown, hidden, strict=True):
            assert not np.isnan(before).any() and np.isnan(after).mean() == pytest.approx(1 / 35)
        assert "Hidden on request: 1 patch" in said(figure(trace, name, hide_sinks=True))
    for name in ("outputs", "grid", "distance"):
        assert "Hidden on request: shows at 44" in said(figure(trace, name, hide_sinks=True))
        assert "Hidden" not in said(figure(trace, name, hide_sinks=False))
    text = maps(figure(trace, "text", hide_sinks=True))
    assert text[0].shape == (11, 1 + 4 + 10)  # template and output 2 are gone, the picture is one column
    shares = metrics.rows(trace, "attention")[:, [key for key in range(3, 38) if key != 20]]
    np.testing.assert_allclose(text[0][:, 0], shares.mean(axis=1), rtol=1e-6)
    held = figure(trace, "compare", held=4, hide_sinks=True)
    assert "<s> at 0, USER at 1, : at 2, shows at 44, 1 patch" in said(held) and np.isnan(maps(held)[0]).any()


def test_where_nothing_shown_is_hidden_the_footer_says_that():
    words = said(figure(example_trace(), "image", hide_sinks=True))
    assert "Hidden on request: nothing here is among the 3 template and sink tokens" in words


def test_many_hidden_words_are_counted():
    trace = example_trace()
    spans = tuple(replace(span, kind="template") if span.kind == "prompt" else span for span in trace.spans)
    many = replace(trace, spans=spans, attention=with_sinks(*range(42, 50)).attention)
    assert ", 3 more words" in said(figure(many, "text", hide_sinks=True))  # 3 + 4 + 8 of which 12 are named


# ---- tables ----------------------------------------------------------------------------------------------------------

HOSTILE = 'a\n# b: 1\u2028"c",=1+1;@x, -2\r#'


def test_a_table_says_what_it_is_of_and_its_name_too():
    trace = replace(example_trace(), prompt=HOSTILE)
    file = exports.export(trace, "keys", {"token": 4, "layer": 2, "normalization": "raw", "hide_sinks": True})
    assert file.name == "saliency-the-image-shows-a-step-4-layer-2-token.csv"
    about, rows = csv_file(file.data)
    assert about["program"] == f"saliency_viz {__version__}" and about["model"] == "synthetic"
    assert (about["step"], about["token"], about["layers"], about["normalization"]) == (4, " red", "layer 2", "raw")
    assert about["prompt"] == HOSTILE and about["settings"]["sgrs"]["alpha"] == 0.6 and about["hide_sinks"] is True
    assert about["saliency"] == "saliency |A·∂L/∂A|, nats" and "revision" in about
    assert len(rows) == 46 and [row["hidden"] for row in rows[:4]] == ["True"] * 3 + ["False"]
    several = csv_file(exports.export(trace, "keys", {"steps": [4, 5], "reduce": "max"}).data)[0]
    assert (several["step"], several["token"], several["over the steps"]) == ([4, 5], " red teapot", "max")


@pytest.mark.slow
def test_the_names_of_two_tokens_and_layers_differ():
    trace = example_trace()
    names = {
        exports.export(trace, what, {"token": token, "layer": layer}).name
        for what in ("keys", "image.svg")
        for token in (4, 9)
        for layer in ("target", "all", 3)
    }
    assert len(names) == 12
    assert exports.export(trace, "candidates").name == "saliency-the-image-shows-a-candidates.csv"
    assert csv_file(exports.export(trace, "candidates").data)[0].keys() & {"step", "layers"} == set()


def test_figures_and_pages_name_the_decoder_with_its_numbers():
    trace = example_trace(sgrs=None)
    trace = replace(trace, settings=replace(trace.settings, decoding=Decoding("vcd", {"alpha": 0.5, "beta": 0.1})))
    assert method_words(trace) == "VCD (alpha 0.5, beta 0.1)" and payload(trace)["decoder"] == "VCD"
    assert payload(example_trace())["decoder"] is None
    assert "VCD (alpha 0.5, beta 0.1)" in said(figure(trace, "scores"))


def test_a_formula_can_begin_no_cell_of_a_comment():
    trace = replace(example_trace(), prompt=HOSTILE)
    top = [line for line in exports.export(trace, "steps").data.decode().split("\n") if line.startswith("#")]
    assert len(top) == len(csv_file(exports.export(trace, "steps").data)[0])
    assert not re.search(r"[,;]\s*[=+@]|[,;]\s*-2", "".join(line for line in top if line.startswith("# prompt")))


def test_pandas_reads_a_table_with_comment_also_where_a_token_is_a_hash():
    pandas = pytest.importorskip("pandas")
    trace = example_trace(words=("#", " a#b", "\n#", " c"))
    data = exports.export(trace, "keys", {"token": 6}).data
    table = pandas.read_csv(io.BytesIO(data), comment="#")
    assert len(table) == 48 and table["text"].tolist()[42:46] == ["#", " a#b", "\n#", " c"]
    np.testing.assert_array_equal(np.float32(table["saliency"]), metrics.row(trace, 6)[:48])
    assert table["hidden"].tolist() == [True] * 3 + [False] * 45


def test_the_citation_names_the_paper_this_program_and_the_model():
    trace = example_trace()
    text = exports.export(replace(trace, model=replace(trace.model, name="org/a_b-7B%")), "citation").data.decode()
    assert text.count("\n@") == 1 and text.startswith("@misc{") and "saliency\\_viz" in text
    assert f"version = {{{__version__}}}" in text and "note    = {Run on the model org/a\\_b-7B\\%}" in text
    assert text.count("{") == text.count("}")


def test_a_small_score_is_not_zero_in_a_title():
    trace = example_trace()
    small = replace(trace.steps[6], score=1.28e-6)
    trace = replace(trace, steps=(*trace.steps[:6], small, *trace.steps[7:]))
    assert "score 1.28e-06" in said(figure(trace, "image"))


# ---- programs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", ["x", "", "-1", "1.5", "²", None, "last"])
def test_a_layer_that_is_none_is_refused(bad):
    with pytest.raises(SaliencyVizError, match="layer must be .* Got"):
        layer_of(bad)
    assert [layer_of(good) for good in ("target", "all", "3", 3, " 3 ")] == ["target", "all", 3, 3, 3]


@pytest.mark.parametrize("bad", [-1, 11, "4", 1.5, True])
def test_a_token_that_is_none_is_refused(bad):
    trace = SimpleNamespace(steps=range(11))
    with pytest.raises(SaliencyVizError, match=r"token must be a whole number in 0\.\.10 .* Got"):
        checked(trace, bad)
    assert [checked(trace, good) for good in (None, 0, 10)] == [None, 0, 10]
