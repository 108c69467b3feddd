"""Which layers the page shows first: the choice that finds the named object more often on the shipped examples."""

from __future__ import annotations

import json
import re

import numpy as np

from saliency_viz.demo.truth import mentions
from saliency_viz.demo.world import Scene
from saliency_viz.figures.rows import metrics
from saliency_viz.paths import assets
from saliency_viz.trace import Trace

FOLDER = assets() / "examples"


def named_objects(trace: Trace, scene: Scene):
    """(step, touched [image tokens]) of the first token of each object that is named and there."""
    ends = np.cumsum([len(step.text) for step in trace.steps])
    sides = np.array(trace.pictures[0].size)
    left, top, right, bottom = (trace.boxes / np.tile(sides, 2)).T
    for mention in mentions(trace.text, scene):
        if mention.in_scene:
            step = int(np.searchsorted(ends, mention.start, side="right"))
            touched = np.zeros(len(trace.boxes), bool)
            for box in (thing.box for thing in scene.group(mention.kind).things):
                touched |= (left < box[2]) & (right > box[0]) & (top < box[3]) & (bottom > box[1])
            yield step, touched


def test_the_mean_of_the_target_layers_finds_the_named_object_more_often_than_the_most_telling_layer():
    found = {"mean": 0, "telling": 0, "attention": 0}
    count = 0
    for entry in json.loads((FOLDER / "index.json").read_text("utf-8")):
        trace = Trace.load(FOLDER / f"{entry['name']}.trace")
        image = np.array(trace.positions("image"))
        layers = range(trace.saliency.shape[1])
        for step, touched in named_objects(
            trace, Scene.from_json((FOLDER / f"{entry['name']}.json").read_text("utf-8"))
        ):
            rows = [metrics.row(trace, step, "saliency", layer) for layer in layers]
            telling = rows[int(np.argmax([row[image].sum() / max(row.sum(), 1e-30) for row in rows]))]
            maps = {
                "mean": metrics.row(trace, step, "saliency", "target"),
                "telling": telling,
                "attention": metrics.row(trace, step, "attention", "target"),
            }
            for name, row in maps.items():
                found[name] += bool(touched[np.argmax(row[image])])
            count += 1
    assert count > 50
    assert found["mean"] > found["telling"] and found["mean"] > found["attention"], (found, count)
    assert found["mean"] > 0.75 * count
    default = (assets() / "viewer" / "state" / "defaults.js").read_text("utf-8")
    assert re.search(r'^  layer: "target",$', default, re.MULTILINE)  # what is shown first
