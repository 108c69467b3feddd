"""Examples show what their slot asks for: their theme, an invention or none, no scene twice. No model is needed."""

from random import Random

import pytest

from saliency_viz.demo.examples import SLOTS, Slot, choose
from saliency_viz.demo.grammar import caption
from saliency_viz.demo.kinds import HELD_OUT_STYLE
from saliency_viz.demo.truth import mentions
from saliency_viz.demo.world import HELD_OUT_SEEDS

TRUE, INVENTING = Slot("true", "", "farm", False), Slot("inventing", "", "farm", True)


@pytest.fixture
def captioned(monkeypatch):
    """captioned(seed): from this one on, captions name an absent object; which scenes were captioned."""
    monkeypatch.setattr("saliency_viz.demo.examples.render", lambda scene, side: scene)

    def begin(first: int):
        seen = []

        def told(model, processor, scenes, prompts):
            seen.extend(scenes)
            return [caption(scene, Random(scene.seed), noise=float(scene.seed >= first)) for scene in scenes]

        monkeypatch.setattr("saliency_viz.demo.examples.generate", told)
        return seen

    return begin


def invents(scene, text):
    return any(not mention.in_scene for mention in mentions(text, scene))


def test_a_slot_looks_further_until_a_scene_fits_it(captioned):
    seen = captioned(HELD_OUT_SEEDS + 700)  # one scene in nine is a farm: none of the first 40 farms invents
    found = choose((TRUE, INVENTING), None, None)
    assert len(seen) > 40 and len({scene.seed for scene in seen}) == len(seen)
    assert {slot.name: invents(*pair) for slot, pair in found.items()} == {"true": False, "inventing": True}
    assert all(scene.theme == "farm" and len(scene.groups) >= 2 for scene, _ in found.values())


@pytest.mark.slow
def test_what_never_fits_is_named(captioned):
    captioned(2 * HELD_OUT_SEEDS)
    with pytest.raises(LookupError, match="Got none for inventing"):
        choose((TRUE, INVENTING), None, None)


def test_the_slots_hold_inventions_and_truth_known_styles_and_an_unknown_one():
    inventing = sum(slot.hallucinates for slot in SLOTS)
    assert len({slot.name for slot in SLOTS}) == len(SLOTS) and 6 <= inventing <= len(SLOTS) - 6
    assert {slot.style for slot in SLOTS} == {None, HELD_OUT_STYLE} and any(slot.pairs == "novel" for slot in SLOTS)
    assert any(slot.talks for slot in SLOTS)
