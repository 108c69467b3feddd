"""A figure's scale ends are those of the bars on the screen: alone, beside a second run, and beside a held token."""

# ruff: noqa: F811 -- fixtures are imported

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from saliency_viz.figures.rows import metrics
from saliency_viz.ui import exports

from .traces import example_trace
from .viewer_page import needs_chromium, show  # noqa: F401

pytestmark = [needs_chromium, pytest.mark.slow]
TICKS = ".sv-token-card .sv-panel{} .sv-image-bar .sv-bar-ticks > span"


def asked(opened) -> dict:
    """What the page sends with an export (assets/app/runs/export_menu.js)."""
    return opened.js("({...viewer.getState(), steps: viewer.stepsOf(0)})")


def words(figure: Figure, suffix: str) -> bytes:
    """What stands on a figure, which is not drawn: that takes longer than all else."""
    return "\n".join(text.get_text() for text in figure.findobj(Text)).encode()


def ends(opened, trace, figure, other=None, drawn=False) -> dict[str, tuple[float, float]]:
    """{what the footer calls a scale: its ends} of the export of the page's state, as a drawn SVG or by its words."""
    with pytest.MonkeyPatch.context() as patch:
        if not drawn:
            patch.setattr(exports, "figure_bytes", words)
        text = exports.export(trace, f"{figure}.svg", asked(opened), other).data.decode()
    found = re.findall(r"(\w+): (?:linear|log|percentile), (\S+) to ([^\s;<]+)", " ".join(text.split()))
    return {name: (float(low), float(high)) for name, low, high in found}


def bar(opened, panel) -> tuple[float, float]:
    ticks = opened.values(TICKS.format(panel))
    return float(f"{ticks[0]:.3g}"), float(f"{ticks[-1]:.3g}")


@pytest.mark.parametrize("normalization", metrics.NORMALIZATIONS)
def test_the_exported_pair_has_the_scales_of_the_two_panels(show, normalization):
    trace = example_trace()
    opened = show(trace, token=6, normalization=normalization)
    for lock, transform, layer in product(("run", "layer", "token"), ("linear", "log", "percentile"), ("target", 1)):
        opened.state(scale=lock, transform=transform, layer=layer)
        found = ends(opened, trace, "image")
        for kind in metrics.KINDS:
            assert found[kind.capitalize()] == bar(opened, f"[data-kind={kind}]")
    assert len(found) == 2 and ends(opened, trace, "image", drawn=True) == found


def test_the_exported_triangles_have_the_scale_of_the_words(show):
    trace = example_trace()
    opened = show(trace, token=6, view="words", transform="percentile")
    found = ends(opened, trace, "outputs", drawn=True)
    for kind in metrics.KINDS:
        opened.state(triangle=kind)
        low, *_, high = opened.values(
            f".sv-token-card .sv-panel[data-kind={kind}] .sv-word-bar-box .sv-bar-ticks > span"
        )
        assert found[kind.capitalize()] == (float(f"{low:.3g}"), float(f"{high:.3g}"))


@pytest.mark.parametrize("lock", ["run", "layer", "token"])
def test_beside_a_second_run_the_exported_scale_is_the_one_of_both_panels(show, lock):
    first, second = example_trace(), example_trace(seed=4)
    first = replace(first, saliency=first.saliency * 0.5)
    opened = show((first, second), token=6, scale=lock, compare_kind="saliency")
    assert bar(opened, "[data-slot='0']") == bar(opened, "[data-slot='1']")
    assert ends(opened, first, "image", second, drawn=True)["Saliency"] == bar(opened, "[data-slot='0']")
    opened.state(view="words")
    low, *_, high = opened.values(".sv-token-card .sv-panel[data-slot='0'] .sv-word-bar-box .sv-bar-ticks > span")
    words = (float(f"{low:.3g}"), float(f"{high:.3g}"))
    assert lock == "token" or ends(opened, first, "outputs", second)["Saliency"] == words
    opened.state(compare_kind="attention")
    assert ends(opened, first, "image", second)["Attention"] == bar(opened, "[data-slot='0']")


@pytest.mark.parametrize("lock", ["layer", "token"])
def test_a_held_pair_has_the_scales_of_its_three_panels(show, lock):
    trace = example_trace()
    opened = show(trace, token=9, held=4, scale=lock, transform="linear", compare_kind="attention")
    found = ends(opened, trace, "compare", drawn=True)
    assert found["Picture"] == bar(opened, "[data-slot='0']") == bar(opened, "[data-slot='1']")
    svg = exports.export(trace, "compare.svg", asked(opened)).data.decode()
    _, high = bar(opened, "[data-slot=difference]")
    assert f"Difference: linear, -{high:.3g} to {high:.3g}" in svg
