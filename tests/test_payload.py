"""What travels to the browser equals the trace, number by number, and one page of it needs nothing from outside."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from io import BytesIO

import numpy as np
import plotly.offline
import pytest
from PIL import Image

from saliency_viz.errors import SettingError
from saliency_viz.figures import colors
from saliency_viz.figures.rows import metrics
from saliency_viz.figures.rows.scales import scale_of
from saliency_viz.figures.web.payload import PICTURE_SIDE, payload, rows_payload, steps_payload
from saliency_viz.figures.web.standalone import VIEWER, standalone
from saliency_viz.paths import assets
from saliency_viz.settings import LocoRE
from saliency_viz.trace import Mark, Picture, Span, Trace

from .traces import example_trace, png

HOSTILE = ("</script><script>alert(1)</script>", "<!--", " ${alert(1)}", "\u2028", " \"quoted\" 'too'", "\\u003c")


def decoded(text: str, dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype).reshape(shape)


def test_rows_come_back_bit_for_bit():
    trace = example_trace()
    rows = json.loads(json.dumps(payload(trace, "r")))["rows"]
    assert rows["shape"] == [11, 5, 53]
    assert np.array_equal(decoded(rows["attention"], "<f2", (11, 5, 53)), trace.attention)
    assert np.array_equal(decoded(rows["saliency"], "<f2", (11, 5, 53)), trace.saliency)
    assert np.array_equal(decoded(rows["norm"], "<f4", (11, 5)), trace.saliency_norm)


def test_facts_are_those_of_the_trace():
    trace = example_trace(locore=LocoRE(beta=0.2, window=3))
    trace = replace(trace, marks={4: Mark("hallucinated", "no teapot")}, title="tea", notes="by hand")
    found = json.loads(json.dumps(payload(trace, "run-7")))
    assert found["run"] == "run-7" and found["title"] == "tea" and found["notes"] == "by hand"
    assert found["prompt_texts"] == list(trace.prompt_texts) and found["first_output"] == 42 and found["keys"] == 53
    assert found["target_layers"] == [2, 3, 4] and found["model"]["layers"] == 5
    assert found["settings"]["locore"] == {"beta": 0.2, "window": 3, "renormalize": False}
    assert found["marks"] == {"4": {"judgement": "hallucinated", "note": "no teapot"}}
    assert [span["kind"] for span in found["spans"]] == ["template", "image", "prompt", "output"]
    for step, entry in zip(trace.steps, found["steps"], strict=True):
        assert entry["score"] == step.score and entry["threshold"] == step.threshold and entry["text"] == step.text
        assert entry["rejected"] == step.rejected == (1 if step.index % 3 == 2 else 0)
        assert [one["saliency"] for one in entry["candidates"]] == [one.saliency for one in step.candidates]
    assert found["steps"][0]["score"] is None


def test_boxes_are_fractions_of_the_picture_each_lies_on():
    trace = example_trace()
    second = Picture(png(20, 40), (0, 0, 20, 40), (35, 70))
    images = np.array([0] * 30 + [1] * 5, np.int16)
    trace = replace(trace, pictures=(*trace.pictures, second), box_images=images)
    boxes = np.array(payload(trace)["boxes"])
    assert np.allclose(boxes[8], [1 / 7, 1 / 5, 2 / 7, 2 / 5], atol=1e-6)  # second row, second column of 7 x 5
    assert np.allclose(boxes[34], [60 / 35, 40 / 70, 70 / 35, 50 / 70], atol=1e-6)


def test_a_picture_travels_as_the_model_saw_it_and_not_larger_than_needed():
    trace = example_trace()
    wide = Picture(png(1000, 500), (250.0, -125.0, 1000.0, 625.0), (70, 70))
    found = payload(replace(trace, pictures=(wide,)))["pictures"][0]
    assert (found["width"], found["height"], found["model_size"]) == (750, 750, [70, 70])
    picture = Image.open(BytesIO(base64.b64decode(found["src"].split(",", 1)[1])))
    assert picture.size == (750, 750) and max(picture.size) <= PICTURE_SIDE
    assert np.abs(np.asarray(picture.convert("RGB"))[20, 20].astype(int) - 127).max() < 12  # padding is grey
    large = Picture(png(1600, 900), (0.0, 0.0, 1600.0, 900.0), (70, 49))
    small = Image.open(
        BytesIO(base64.b64decode(payload(replace(trace, pictures=(large,)))["pictures"][0]["src"].split(",", 1)[1]))
    )
    assert small.size == (768, 432)


def test_rows_too_large_are_left_out_and_come_one_step_at_a_time():
    trace = example_trace()
    whole = trace.attention.nbytes + trace.saliency.nbytes + trace.saliency_norm.nbytes
    assert payload(trace, max_rows_bytes=whole)["rows"] is not None
    found = payload(trace, max_rows_bytes=whole - 1)
    assert found["rows"] is None and found["keys"] == 53
    one = rows_payload(trace, 7)
    assert one["shape"] == [1, 5, 53]
    assert np.array_equal(decoded(one["saliency"], "<f2", (5, 53)), trace.saliency[7])
    assert np.array_equal(decoded(one["norm"], "<f4", (5,)), trace.saliency_norm[7])


@pytest.mark.parametrize("group", ["image", "words"])
@pytest.mark.parametrize(("kind", "normalization"), [("attention", "row"), ("saliency", "row"), ("saliency", "raw")])
def test_scales_sent_without_rows_equal_those_of_the_figures(group: str, kind: str, normalization: str):
    trace = example_trace()
    sent = payload(trace, max_rows_bytes=0)["ranges"][group][kind if normalization == "row" else normalization]
    keys = trace.positions("image") if group == "image" else [k for k in range(53) if k not in range(38)]
    for choice, layers in (("target", "target"), ("all", "all"), (3, 3)):
        seen = [
            metrics.row(trace, step, kind, layers, normalization)[[key for key in keys if key < 42 + step]]
            for step in range(11)
        ]
        high, ninety, low = sent[choice] if isinstance(choice, str) else sent["layers"][choice]
        assert high == pytest.approx(scale_of(seen).high, rel=1e-6)
        assert ninety == pytest.approx(scale_of(seen, "percentile").high, rel=1e-6)
        assert low == pytest.approx(min(row[row > 0].min() for row in seen), rel=1e-5)


def test_template_and_sinks_are_dimmed_and_nothing_else():
    trace = example_trace()
    assert metrics.dimmed(trace) == [0, 1, 2]
    attention = trace.attention.copy()
    attention[:, :, 39] = 0.5  # a prompt word that takes half of everything
    assert metrics.dimmed(replace(trace, attention=attention)) == [0, 1, 2, 39]


def test_a_run_without_outputs_yet_can_travel():
    trace = example_trace()
    empty = replace(
        trace,
        steps=(),
        spans=(*trace.spans[:3], Span("output", 42, 42)),
        attention=trace.attention[:0, :, :42],
        saliency=trace.saliency[:0, :, :42],
        saliency_norm=trace.saliency_norm[:0],
    )
    found = json.loads(json.dumps(payload(empty, "r", max_rows_bytes=0)))
    assert found["steps"] == [] and found["rows"]["shape"] == [0, 5, 42]


def test_a_tail_names_its_start_its_rows_and_what_is_pending():
    trace = example_trace()
    tail = steps_payload(
        trace.steps[6:9], 6, "r", trace.attention[6:8], trace.saliency[6:8], trace.saliency_norm[6:8], pending={8}
    )
    assert (tail["run"], tail["start"], tail["keys"], tail["rows"]["shape"]) == ("r", 6, 53, [2, 5, 53])
    assert [step.get("pending", False) for step in tail["steps"]] == [False, False, True]
    assert steps_payload(trace.steps[9:], 9, "r")["rows"] is None


def test_the_maps_of_the_page_are_those_of_the_figures():
    maps = json.loads((assets() / "viewer" / "draw" / "color_maps.json").read_text("utf-8"))
    assert sorted(maps) == sorted((*colors.SEQUENTIAL, colors.DIVERGING))
    for name, encoded in maps.items():
        assert np.array_equal(decoded(encoded, "u1", (256, 3)), colors.table(name))


def test_plotly_js_is_the_version_the_python_package_targets():
    source = (assets() / "plotly-cartesian.min.js").read_text("utf-8")
    version = plotly.offline.get_plotlyjs_version()
    assert f"(cartesian - minified) v{version}" in source[:200]
    assert f'const PLOTLY_VERSION = "{version}"' in (assets() / "viewer" / "draw" / "plot.js").read_text("utf-8")
    assert "MIT" in (assets() / "plotly-cartesian.LICENSE").read_text("utf-8")


def test_every_module_of_the_viewer_is_in_its_bundle():
    bundle = (assets() / VIEWER).read_text("utf-8")
    modules = {path.relative_to(assets()).as_posix() for path in (assets() / "viewer").rglob("*.js")}
    bundled = {name for name in re.findall(r"^  // (\S+\.js)$", bundle, re.M) if name.startswith("viewer/")}
    assert modules - bundled == {"viewer/payload.js", "viewer/options.js"}  # types only
    assert len(bundled) > 60 and bundled <= modules


def test_no_script_writes_markup():
    paths = [path for folder in ("viewer", "app", "shared") for path in (assets() / folder).rglob("*.js")]
    assert len(paths) > 100
    for path in paths:
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", path.read_text("utf-8")
        )


def test_one_page_holds_the_trace_and_asks_for_nothing():
    trace = example_trace()
    page = standalone(trace, state={"token": 4, "layer": 1})
    data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S).group(1))
    assert data["runs"] == [json.loads(json.dumps(payload(trace, "run-0")))] and data["state"]["token"] == 4
    assert not re.search(r'(?:src|href)\s*=\s*["\']?(?:https?:)?//', page.split("<script", 1)[0])
    assert "default-src 'none'" in page
    assert len(page.encode()) < 5e6


def test_no_token_can_leave_its_place_in_the_page():
    trace = example_trace(words=HOSTILE)
    trace = replace(trace, prompt="</title><script>alert(2)</script>", title='"><img src=x onerror=alert(3)>')
    page = standalone(trace)
    assert page.count("</script>") == page.count("<script") == 3 + 1  # data, plotly, start; the viewer
    assert "<img src=x" not in page and "</title><script" not in page
    data = json.loads(re.search(r'id="data">(.*?)</script>', page, re.S).group(1))
    assert tuple(step["text"] for step in data["runs"][0]["steps"][:6]) == HOSTILE


def test_two_runs_share_a_page_and_three_do_not():
    trace = example_trace()
    page = standalone([trace, example_trace(seed=1)], theme="dark", language="zh")
    data = json.loads(re.search(r'id="data">(.*?)</script>', page, re.S).group(1))
    assert [run["run"] for run in data["runs"]] == ["run-0", "run-1"] and data["theme"] == "dark"
    with pytest.raises(SettingError, match="one trace or two"):
        standalone([trace] * 3)
    with pytest.raises(SettingError, match="theme"):
        standalone(trace, theme="pink")


def test_a_sixty_token_demo_sized_page_is_under_five_megabytes():
    trace = example_trace(steps=60, layers=6, grid=(14, 14))
    assert isinstance(trace, Trace)
    assert len(standalone(trace).encode()) < 5e6


def test_the_parts_each_word_drew_on_are_sums_over_its_spans():
    trace = example_trace(11)
    sent = payload(trace)["part_shares"]
    layers = list(trace.target_layers)
    for step, found in enumerate(sent):
        row = trace.saliency[step][layers].astype(np.float64).mean(0)
        by_kind = {"image": 0.0, "prompt": 0.0, "output": 0.0, "template": 0.0}
        for span in trace.spans:
            by_kind[span.kind] += row[span.start : span.stop].sum()
        wanted = [by_kind[kind] / row.sum() for kind in ("template", "image", "prompt", "output")]
        assert found == pytest.approx(wanted, abs=2e-6)
    assert len(sent) == 11 and sent[0][3] == 0.0


def test_a_row_of_nothing_has_no_parts():
    trace = example_trace(3)
    saliency = trace.saliency.copy()
    saliency[1] = 0
    sent = payload(replace(trace, saliency=saliency))["part_shares"]
    assert sent[1] is None and sent[0] is not None and sent[2] is not None
