"""A setting outside its range is refused where it is born, with what was expected and what came."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from saliency_viz import SGRS, Edit, LocoRE, Recording, Sampling
from saliency_viz.errors import SettingError
from saliency_viz.settings import target_layers


@pytest.mark.parametrize(
    "make,sentence",
    [
        (lambda: SGRS(alpha=1.4), r"alpha must be in \[0, 1\]. Got 1.4."),
        (lambda: SGRS(alpha=float("nan")), "alpha"),
        (lambda: SGRS(alpha="0.6"), "alpha"),
        (lambda: SGRS(top_k=0), r"top_k \(K\) must be a whole number"),
        (lambda: SGRS(tries=2.5), "tries"),
        (lambda: SGRS(window=True), "window"),
        (lambda: SGRS(layers=[]), "L_target"),
        (lambda: SGRS(layers=[-1]), "L_target"),
        (lambda: SGRS(layers="3"), "L_target|whole"),
        (lambda: SGRS(history=5), "history must be one of window, window-accepted, accepted. Got 5."),
        (lambda: SGRS(score="max"), "score must be one of mean, sum, previous, recent. Got 'max'."),
        (lambda: SGRS(recent=0), "recent"),
        (lambda: LocoRE(beta=-0.1), "beta must be in"),
        (lambda: LocoRE(window=0), "w_s"),
        (lambda: LocoRE(renormalize=1), "renormalize must be True or False. Got 1."),
        (lambda: Sampling(temperature=-1), "temperature"),
        (lambda: Sampling(seed=1.5), "seed"),
        (lambda: Sampling(top_p=0.0), r"top_p must be in \(0, 1\]"),
        (lambda: Sampling(top_k=0), "top_k"),
        (lambda: Edit(-1, [2]), "factor"),
        (lambda: Edit(0.5, []), "keys"),
        (lambda: Edit(0.5, None), "keys must name"),
        (lambda: Edit(0.5, [1], rows=[1.5]), "rows"),
        (lambda: Edit(0.5, [float("inf")]), "keys"),
        (lambda: Edit(0.5, (key for key in [1.5])), "keys"),
        (lambda: Recording(fusion="multiply"), "fusion must be one of product, sum, max, gradient. Got 'multiply'."),
    ],
)
def test_out_of_range_is_refused_with_a_sentence(make, sentence):
    with pytest.raises(SettingError, match=sentence):
        make()


def test_the_papers_defaults():
    assert (SGRS().top_k, SGRS().tries, SGRS().alpha, SGRS().window) == (5, 3, 0.6, 5)
    assert (SGRS().history, SGRS().score) == ("window", "mean")
    assert (LocoRE().beta, LocoRE().window, LocoRE().renormalize) == (0.15, 10, False)


def test_target_layers_are_the_deeper_half_unless_set():
    assert target_layers(None, 7) == (3, 4, 5, 6)
    assert target_layers([5, 1, 1], 7) == (5, 1, 1)
    assert SGRS(layers=[5, 1, 1]).layers == (1, 5)
    with pytest.raises(SettingError, match=r"0\.\.6 for this model. Got \[7\]"):
        target_layers([7], 7)


def test_numbers_of_any_kind_are_kept_as_pythons_own():
    sampling = Sampling(np.float32(0.5), np.int64(7), np.int32(3), Fraction(1, 2))
    sgrs = SGRS(np.int64(4), np.uint8(2), np.float16(0.5), np.int64(3), np.array([1, 2]))
    found = [
        *(sampling.temperature, sampling.seed, sampling.top_k, sampling.top_p),
        *(sgrs.top_k, sgrs.tries, sgrs.alpha, sgrs.window, *sgrs.layers),
        *(
            LocoRE(Fraction(1, 4), np.int64(5)).beta,
            LocoRE(window=np.int64(5)).window,
            Edit(np.float32(0.5), [1]).factor,
        ),
    ]
    assert found == [0.5, 7, 3, 0.5, 4, 2, 0.5, 3, 1, 2, 0.25, 5, 0.5]
    assert [type(value) for value in found] == [
        float,
        int,
        int,
        float,
        int,
        int,
        float,
        int,
        int,
        int,
        float,
        int,
        float,
    ]
