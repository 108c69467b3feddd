"""Whole numbers and lists of layers are read alike on the command line, on the page, in the API and in Python."""

from __future__ import annotations

from argparse import ArgumentTypeError
from pathlib import Path

import numpy as np
import pytest
import torch

import saliency_viz as sv
from saliency_viz import flags
from saliency_viz.errors import ImageError, SettingError
from saliency_viz.figures.rows.metrics import layer_indices
from saliency_viz.ui import controls
from saliency_viz.ui.server.api import layer_of
from saliency_viz.whole_numbers import indices, indices_from, is_whole, layers_of, whole

from .engine import PROMPT, picture
from .traces import example_trace

READERS = {
    "command line": lambda text: flags.indices(text),
    "page": lambda text: controls.layers_from(text),
    "parser": lambda text: indices_from("layers", text),
}
WRITTEN = {" 3-5, 8 ": (3, 4, 5, 8), "2,": (2,), "0": (0,), "7,3,3": (3, 7), "4-4": (4,), "1-3,2-5": (1, 2, 3, 4, 5)}
WRONG = ("6-8-10", "8-6", "-1", "1-", "-", ",", ",,3", "1,,2", "a", "1.5", "²", "٣", "0-9999999", "0-999999", "3;4")
NOT_WHOLE = (True, 3.0, "3", None, np.float32(3), np.bool_(True), [3])


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(("text", "layers"), WRITTEN.items())
def test_layers_mean_the_same_wherever_they_are_written(reader, text, layers):
    assert READERS[reader](text) == layers


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("text", WRONG)
def test_what_does_not_look_like_layers_is_refused_wherever_it_is_written(reader, text):
    with pytest.raises((SettingError, ArgumentTypeError), match="Got"):
        READERS[reader](text)


def test_the_api_takes_one_layer_by_the_same_rules():
    assert [layer_of(layer) for layer in ("target", "all", "3", 3, " 3 ", "3-3")] == ["target", "all", 3, 3, 3, 3]
    for layer in ("3-5", "6-8-10", "8-6", "-1", "", "3.0", None, True):
        with pytest.raises(SettingError, match="layer"):
            layer_of(layer)


def test_a_choice_of_layers_means_the_same_in_figures_and_in_measurements():
    trace = example_trace(5)
    for choice in ("target", "all", 1, np.int64(1), [1, 0], np.array([1, 0]), range(2)):
        assert layer_indices(trace, choice) == layers_of(choice, trace.target_layers, trace.model.layers)
    assert layers_of("target", (2, 3), 5) == (2, 3) and layers_of("all", (2, 3), 3) == (0, 1, 2)
    assert layers_of(np.array([4, 1]), (), 5) == (4, 1)
    for choice in ("3", "", True, -1, 5, [], [True], [1.0], None, [5], 1.0):
        with pytest.raises(SettingError, match="layers must be"):
            layers_of(choice, (2, 3), 5)


@pytest.mark.parametrize("value", NOT_WHOLE)
def test_what_is_no_whole_number_is_refused(value):
    assert not is_whole(value)
    with pytest.raises(SettingError, match="n must be a whole number in"):
        whole("n", value, 0, 9)
    with pytest.raises(SettingError, match="keys must be a non-empty list"):
        indices("keys", [1, value])
    with pytest.raises(ImageError, match="n must be a whole number of frames of at least 1"):
        whole("n", 0, 1, unit=" of frames", error=ImageError)


@pytest.mark.parametrize("value", [7, np.int64(7), np.uint8(7), torch.tensor([7]).tolist()[0]])
def test_a_whole_number_of_any_kind_becomes_pythons_own(value):
    assert whole("n", value, 7, 7) == 7 and type(whole("n", value, 7, 7)) is int
    assert indices("n", [value, value, 2]) == (2, 7)


def test_lists_may_come_as_arrays_tensors_and_generators():
    for values in (np.array([4, 2]), torch.tensor([4, 2]), (key for key in (4, 2)), range(2, 5, 2), {2, 4}):
        assert indices("keys", values) == (2, 4)


@pytest.mark.parametrize("look", [sv.token_matrix, sv.head_rows, sv.logit_lens, sv.faithfulness])
def test_every_look_at_a_step_takes_the_same_numbers(llava_dir, look):
    model = sv.load_model(llava_dir, device="cpu")
    trace = sv.caption(model, picture(), PROMPT, max_new_tokens=3)
    for step in (-1, 3, True, 1.0, "1", None, np.int64(3)):
        with pytest.raises(SettingError, match=r"step must lie in 0\.\.2 for this trace. Got"):
            look(model, trace, step)
    more = {"draws": np.int64(1), "fractions": (0, 0.5, 1)} if look is sv.faithfulness else {}
    assert look(model, trace, np.int64(1), **more) is not None


def test_nothing_else_in_the_package_checks_for_whole_numbers():
    """Where a type is told apart (one or several, a JSON number), that is no check of a setting: named here."""
    told_apart = {"trace_checks.py", "images.py", "whole_numbers.py"}
    package = Path(sv.__file__).parent
    found = [
        f"{path.relative_to(package)}:{number}"
        for path in sorted(package.rglob("*.py"))
        if path.name not in told_apart
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if "Integral" in line
        or ("isinstance(" in line and ", int)" in line and ("bool" in line or "not isinstance" in line))
    ]
    assert found == []
