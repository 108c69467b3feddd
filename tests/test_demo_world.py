"""Scenes: the same seed is the same scene, whatever its size, and everything lies inside."""

import json

import numpy as np
import pytest

from saliency_viz.demo.kinds import COUPLINGS, HELD_OUT_PAIRS, HELD_OUT_STYLE, KINDS, STYLES, THEMES, TRAIN_STYLES
from saliency_viz.demo.sprites import sprite
from saliency_viz.demo.world import Group, Scene, Thing, render, sample_scene


def group(kind, *centres, size=0.2, colour=None):
    return Group(kind, colour, tuple(Thing(x, y, size) for x, y in centres))


def scene_of(*groups, theme="farm"):
    return Scene(seed=1, theme=theme, style="noto", light=1.0, horizon=0.5, groups=groups)


def test_a_scene_survives_json():
    for seed in range(50):
        scene = sample_scene(seed)
        assert Scene.from_json(scene.to_json()) == scene


def test_json_of_something_else_is_refused_with_the_reason():
    with pytest.raises(ValueError, match="Expected the JSON of a demo scene.*groups"):
        Scene.from_json(json.dumps({"seed": 1}))


def test_the_same_seed_gives_the_same_pixels_and_another_seed_others():
    first, again, other = (np.asarray(render(sample_scene(seed), 160)) for seed in (11, 11, 13))
    assert (first == again).all()
    assert (first != other).any()


def test_a_scene_looks_the_same_at_every_size():
    scene = sample_scene(7)
    small = np.asarray(render(scene, 160), dtype=float)
    reduced = np.asarray(render(scene, 480).resize((160, 160)), dtype=float)
    assert np.abs(small - reduced).mean() < 6  # of 255


def test_all_boxes_lie_inside_the_image():
    for seed in range(300):
        for things in sample_scene(seed).groups:
            left, top, right, bottom = things.box
            assert 0 <= left < right <= 1 and 0 <= top < bottom <= 1


def test_groups_come_biggest_first_and_are_no_more_than_five_of_at_most_three():
    for seed in range(300):
        groups = sample_scene(seed).groups
        areas = [things.area for things in groups]
        assert areas == sorted(areas, reverse=True)
        assert 1 <= len(groups) <= 5 and all(1 <= things.count <= 3 for things in groups)


def test_the_place_is_the_direction_farthest_out():
    assert group("cow", (0.2, 0.4)).place == "left"
    assert group("cow", (0.7, 0.9)).place == "bottom"
    assert group("cow", (0.55, 0.45)).place == "middle"
    assert group("cow", (0.2, 0.3), (0.8, 0.3)).place == "top"  # their centre is (0.5, 0.3)


def test_a_corner_is_in_two_places():
    assert group("cow", (0.2, 0.3)).places == {"left", "top"}
    assert group("cow", (0.5, 0.5)).places == {"middle"}


def test_a_groups_box_holds_all_its_things():
    assert group("cow", (0.25, 0.5), (0.75, 0.25), size=0.5).box == (0.0, 0.0, 1.0, 0.75)


@pytest.mark.slow
def test_training_scenes_never_hold_a_held_out_pair_and_novel_ones_always_do():
    for seed in range(100):
        seen, novel = sample_scene(seed).kinds, sample_scene(seed, pairs="novel").kinds
        assert not any(pair <= seen for pair in HELD_OUT_PAIRS)
        assert any(pair <= novel for pair in HELD_OUT_PAIRS)


def test_training_scenes_never_use_the_held_out_style():
    assert HELD_OUT_STYLE not in TRAIN_STYLES
    assert {sample_scene(seed).style for seed in range(100)} == set(TRAIN_STYLES)


def test_every_coupling_and_theme_names_known_kinds():
    named = {kind for a, b, _ in COUPLINGS for kind in (a, b)} | {kind for t in THEMES.values() for kind in t.kinds}
    assert named == set(KINDS)


@pytest.mark.parametrize("style", STYLES)
def test_every_kind_has_a_square_picture_in_every_style(style):
    for kind in KINDS:
        picture = sprite(style, kind)
        assert picture.mode == "RGBA" and picture.width == picture.height <= 160


def test_an_unknown_style_is_refused_by_name():
    with pytest.raises(ValueError, match="noto, fluent, twemoji. Got 'crayon'"):
        sprite("crayon", "cow")
