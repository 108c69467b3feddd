"""The page opens on a caption that names what is not there, with the truth shown and the word chosen."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from saliency_viz.demo.marks import truth_marks
from saliency_viz.demo.world import Scene
from saliency_viz.paths import assets
from saliency_viz.serving.engine import Engine
from saliency_viz.serving.run_store import RunStore
from saliency_viz.trace import Mark
from saliency_viz.ui.context import EXAMPLE, Context, Visit
from saliency_viz.ui.gallery import Gallery
from saliency_viz.ui.handlers.page_load import restore

from .app_fakes import FakeBackend
from .traces import example_trace, png

WRONG = {5: Mark("hallucinated", "teapot (not in the scene)"), 8: Mark("right", "cup (in the scene)")}


def scenes(folder: Path, **marks: dict[int, Mark] | None) -> Gallery:
    """A gallery of these scenes with the marks of each one's trace; None: no trace. All are said to hallucinate."""
    for name, given in marks.items():
        (folder / f"{name}.png").write_bytes(png())
        if given is not None:
            replace(example_trace(11), marks=given).save(folder / f"{name}.trace")
    (folder / "index.json").write_text(json.dumps([{"name": name, "hallucinates": name != "calm"} for name in marks]))
    return Gallery(folder)


def test_the_first_scene_with_a_hallucinated_word_is_shown_first(tmp_path):
    assert scenes(tmp_path, calm=WRONG, none=None, stale={2: Mark("right")}, wrong=WRONG, more=WRONG).first == "wrong"


def test_without_any_the_first_that_has_a_trace(tmp_path):
    assert scenes(tmp_path, none=None, calm={}, stale={}).first == "calm"
    (tmp_path / "empty").mkdir()
    assert Gallery(tmp_path / "empty").first is None


def told(context: Context, query: dict[str, str]) -> dict:
    return json.loads(restore(context, Visit("v", "me", query), "{}")["viewer"]["run"])


def test_a_visit_without_a_link_shows_the_truth_and_a_link_does_not(tmp_path):
    gallery = scenes(tmp_path, calm={}, wrong=WRONG)
    context = Context(Engine(("demo",), backend=FakeBackend()), RunStore(), gallery)
    first = told(context, {})
    assert (first["id"], first["truth"], first["aside"]) == (EXAMPLE + "wrong", True, True)
    linked = told(context, {"example": "calm"})
    assert linked["id"] == EXAMPLE + "calm" and not linked.get("truth")


@pytest.mark.parametrize("name", sorted(path.stem for path in (assets() / "examples").glob("*.trace")))
def test_every_shipped_trace_is_marked_as_its_scene_says(name):
    gallery = Gallery(assets() / "examples")
    scene = Scene.from_json(gallery.scenes[name].truth.read_text("utf-8"))
    trace = gallery.trace(name)
    assert trace.marks == truth_marks(trace, scene)
    invents = any(mark.judgement == "hallucinated" for mark in trace.marks.values())
    assert invents == gallery.scenes[name].hallucinates


def test_the_shipped_page_opens_on_a_hallucination_beside_right_words():
    gallery = Gallery(assets() / "examples")
    judged = [mark.judgement for mark in gallery.trace(gallery.first).marks.values()]
    assert judged.count("hallucinated") >= 1 and judged.count("right") >= 2
