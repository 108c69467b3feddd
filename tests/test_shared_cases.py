"""The Python side's answers to the tables of cases that tests/scripts/shared_cases.test.js reads too."""

from __future__ import annotations

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from saliency_viz.figures.colors import opacity_at
from saliency_viz.figures.rows.alignment import align, shared_keys
from saliency_viz.figures.rows.judgements import Judged, statistics
from saliency_viz.figures.rows.scales import scale_between, scale_of
from saliency_viz.figures.rows.tables import csv_text
from saliency_viz.figures.rows.view import _ranges
from saliency_viz.serving.model_key import ModelKey
from saliency_viz.ui.exports import counterparts

FOLDER = Path(__file__).parent / "cases"


def cases(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


def named(name: str) -> Any:
    """A test's parameter: the cases of a file, by their names."""
    return pytest.mark.parametrize("case", [pytest.param(one, id=one["name"]) for one in cases(name)])


def trace_of(run: dict[str, Any]) -> Any:
    """What alignment asks of a Trace."""
    start, stop = run["image"]
    return SimpleNamespace(
        model=SimpleNamespace(name=run["model"]),
        prompt_ids=run["prompt_ids"],
        prompt_texts=run["prompt_texts"],
        first_output=len(run["prompt_ids"]),
        output_ids=tuple(run["output_ids"]),
        steps=tuple(SimpleNamespace(text=text) for text in run["output_texts"]),
        positions=lambda kind: np.arange(start, stop),
        boxes=np.array(run["boxes"]),
        box_images=np.array(run["box_images"]),
        box_scales=np.array(run["box_scales"]),
    )


@named("alignment")
def test_two_runs_are_aligned_as_on_the_page(case: dict[str, Any]) -> None:
    first, second = trace_of(case["first"]), trace_of(case["second"])
    found = align(first, second)
    assert [list(pair) for pair in found.pairs] == case["pairs"]
    changed = [
        [step for change in found.changes for step in range(*getattr(change, side))] for side in ("first", "second")
    ]
    assert changed == case["changed"]
    assert shared_keys(first, second).tolist() == case["keys"]
    partners = [counterparts(first, second, (step,), step) for step in range(len(first.steps))]
    assert [list(one) for one in partners] == [[partner] for partner in case["partners"]]


@named("scales")
def test_scales_have_the_page_s_ends_and_places(case: dict[str, Any]) -> None:
    values = np.array(case["values"], np.float64)
    if "ends" in case:
        scale = scale_between(values, tuple(case["ends"]), case["transform"])
    else:
        scale = scale_of(values, case["transform"], signed=case.get("signed", False))
    assert (scale.low, scale.high, scale.largest) == pytest.approx(
        (case["low"], case["high"], case["largest"]), rel=1e-6
    )
    given, places = np.array(case["places"], np.float64).T
    assert scale.normalized(given) == pytest.approx(places, abs=1e-6)


@named("judgements")
def test_marked_tokens_have_the_page_s_statistics(case: dict[str, Any]) -> None:
    scores = np.array([*case["right"], *case["hallucinated"]], np.float64)
    wrong = np.arange(len(scores)) >= len(case["right"])
    found = statistics(Judged(scores, wrong, tuple((0, step) for step in range(len(scores))), 1), case["bins"])
    assert found.edges[-1] == case["high"]
    for name in ("right_counts", "hallucinated_counts"):
        assert list(getattr(found, name)) == case[name]
    for name in ("auroc", "right_mean", "right_sd", "hallucinated_mean", "hallucinated_sd"):
        assert getattr(found, name) == (None if case[name] is None else pytest.approx(case[name], rel=1e-12))


@named("csv")
def test_a_table_is_the_page_s_text_letter_by_letter(case: dict[str, Any]) -> None:
    lines = [dict(zip(case["columns"], row, strict=True)) for row in case["rows"]]
    assert csv_text(lines, case["about"]) == case["text"]


@named("csv")
def test_readers_that_skip_comments_get_the_table(case: dict[str, Any]) -> None:
    """What pandas.read_csv(path, comment="#") and numpy do: lines that begin with # do not count."""
    import csv

    about = len(case["about"])
    head, rest = case["text"].splitlines(keepends=True)[:about], case["text"].split("\n", about)[about]
    assert all(line.startswith("# ") for line in head)
    rows = list(csv.reader(io.StringIO(rest), quoting=csv.QUOTE_NONNUMERIC))
    wanted = [["" if cell is None else cell for cell in row] for row in case["rows"]]
    assert rows[0] == case["columns"]
    assert [[str(cell).removeprefix("'") for cell in row] for row in rows[1:]] == [
        [str(float(cell)) if isinstance(cell, (int, float)) else cell for cell in row] for row in wanted
    ]


@pytest.mark.parametrize("case", cases("model_keys")["keys"], ids=lambda case: case["key"])
def test_model_keys_are_read_written_and_called_as_on_the_page(case: dict[str, str]) -> None:
    found = ModelKey.read(case["key"])
    assert (found.name, found.quantization or "", found.adapter or "") == (
        case["name"],
        case["weights"],
        case["adapter"],
    )
    assert (found.key, found.label) == (case["key"], case["label"])


@pytest.mark.parametrize("case", cases("model_keys")["made"], ids=lambda case: case["model"]["dtype"])
def test_a_run_s_model_is_known_as_on_the_page(case: dict[str, Any]) -> None:
    model: Any = SimpleNamespace(**case["model"])
    assert [key for key in case["by"] if not ModelKey.read(key).made(model)] == []
    assert [key for key in case["not_by"] if ModelKey.read(key).made(model)] == []


@pytest.mark.parametrize("case", cases("ranges"), ids=lambda case: case["text"])
def test_consecutive_numbers_are_written_as_ranges(case: dict[str, Any]) -> None:
    assert _ranges(case["numbers"]) == case["text"]


@named("opacity")
def test_a_colour_over_a_picture_is_as_opaque_as_on_the_page(case: dict[str, Any]) -> None:
    found = opacity_at(np.array([case["place"]]), case["opacity"], case["signed"])
    assert found[0] == pytest.approx(case["alpha"], rel=1e-8, abs=1e-12)
