"""What can be taken away from a run: name, kind and bytes of each file. One row per format.

Ignores how it is downloaded. Numbers are those on the screen: both come from the Trace.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from io import BytesIO, StringIO
from typing import Any

import numpy as np

from ..errors import SaliencyVizError
from ..trace import Trace

CITATION = """@misc{hallucination_begins_where_saliency_drops,
  title  = {Hallucination Begins Where Saliency Drops},
  author = {{Anonymous authors}},
  note   = {Paper under double-blind review}
}
"""


@dataclass(frozen=True)
class File:
    """A file to download."""

    name: str
    kind: str
    data: bytes


def export(trace: Trace, kind: str, view: Mapping[str, Any] | None = None) -> File:
    """One row of FORMATS. view: the viewer's state (token, layer, ...), used by the figures.

    Raises SaliencyVizError for an unknown format.
    """
    if kind not in FORMATS:
        raise SaliencyVizError(f"There is no export {kind!r}. Choose one of {', '.join(FORMATS)}.")
    suffix, mime, make = FORMATS[kind]
    return File(f"{_stem(trace)}.{suffix}", mime, make(trace, dict(view or {})))


def metadata(trace: Trace) -> dict[str, Any]:
    """Model, settings, prompt and versions: what a file of numbers must say about itself."""
    return {
        "model": asdict(trace.model),
        "settings": asdict(trace.settings),
        "prompt": trace.prompt,
        "caption": trace.text,
        "target_layers": list(trace.target_layers),
        "ended": trace.ended,
        "versions": dict(trace.versions),
    }


def _trace(trace: Trace, view: Mapping[str, Any]) -> bytes:
    return trace.to_bytes()


def _json(trace: Trace, view: Mapping[str, Any]) -> bytes:
    """Facts, and per step and layer what each part of the sequence got."""
    raw = trace.raw_saliency()
    steps = [
        {
            **asdict(step),
            "attention": np.round(trace.attention[index].astype(float), 6).tolist(),
            "saliency": np.round(trace.saliency[index].astype(float), 6).tolist(),
            "saliency_norm": trace.saliency_norm[index].astype(float).tolist(),
            "raw_saliency_sum": raw[index].sum(-1).astype(float).tolist(),
        }
        for index, step in enumerate(trace.steps)
    ]
    whole = {
        **metadata(trace),
        "spans": [asdict(span) for span in trace.spans],
        "tokens": list(trace.token_texts),
        "boxes": trace.boxes.astype(float).tolist(),
        "steps": steps,
    }
    return json.dumps(whole, ensure_ascii=False, allow_nan=False).encode("utf-8")


def _csv(trace: Trace, view: Mapping[str, Any]) -> bytes:
    """One line per step, layer and key the row can see; numbers as stored."""
    out = StringIO()
    for key, value in metadata(trace).items():
        out.write(f"# {key}: {json.dumps(value, ensure_ascii=False)}\n")
    writer = csv.writer(out)
    writer.writerow(["step", "token", "layer", "key", "part", "key_token", "attention", "saliency", "raw_saliency"])
    parts = {position: span.kind for span in trace.spans for position in range(span.start, span.stop)}
    words, raw = [_plain(text) for text in trace.token_texts], trace.raw_saliency()
    for index, step in enumerate(trace.steps):
        for layer in range(trace.model.layers):
            for key in range(step.position):
                writer.writerow(
                    [index, _plain(step.text), layer, key, parts.get(key, ""), words[key],
                     f"{trace.attention[index, layer, key]:.6g}", f"{trace.saliency[index, layer, key]:.6g}",
                     f"{raw[index, layer, key]:.6g}"]
                )  # fmt: skip
    return out.getvalue().encode("utf-8")


def _plain(text: str) -> str:
    """A token that a spreadsheet takes as text, never as a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _npz(trace: Trace, view: Mapping[str, Any]) -> bytes:
    buffer = BytesIO()
    np.savez_compressed(
        buffer,
        attention=trace.attention,
        saliency=trace.saliency,
        saliency_norm=trace.saliency_norm,
        boxes=trace.boxes,
        score=np.array([np.nan if step.score is None else step.score for step in trace.steps], np.float32),
        threshold=np.array([np.nan if step.threshold is None else step.threshold for step in trace.steps], np.float32),
        probability=np.array([step.probability for step in trace.steps], np.float32),
        tokens=np.array(trace.token_texts, np.str_),
        metadata=np.array(json.dumps(metadata(trace), ensure_ascii=False)),
    )
    return buffer.getvalue()


def _html(trace: Trace, view: Mapping[str, Any]) -> bytes:
    from ..figures import standalone

    page = standalone.standalone(trace) if hasattr(standalone, "standalone") else standalone.page(trace)
    return page.encode("utf-8") if isinstance(page, str) else page


def _figure(suffix: str) -> Callable[[Trace, Mapping[str, Any]], bytes]:
    def make(trace: Trace, view: Mapping[str, Any]) -> bytes:
        from ..figures import paper

        token = view.get("token")
        steps = [int(token)] if isinstance(token, (int, str)) and str(token).isdigit() else []
        figure = paper.output_maps(trace, [step for step in steps if step < len(trace.steps)])
        return paper.figure_bytes(figure, suffix)

    return make


def _citation(trace: Trace, view: Mapping[str, Any]) -> bytes:
    return CITATION.encode("utf-8")


def _stem(trace: Trace) -> str:
    """Few plain letters of the caption: file names meet every system."""
    words = re.findall(r"[A-Za-z0-9]+", trace.title or trace.text)[:4]
    return "saliency-" + ("-".join(words).lower()[:40] or "run")


# kind: (suffix, mime, maker)
FORMATS: dict[str, tuple[str, str, Callable[[Trace, Mapping[str, Any]], bytes]]] = {
    "trace": ("trace", "application/octet-stream", _trace),
    "html": ("html", "text/html", _html),
    "json": ("json", "application/json", _json),
    "csv": ("csv", "text/csv", _csv),
    "npz": ("npz", "application/octet-stream", _npz),
    "pdf": ("pdf", "application/pdf", _figure("pdf")),
    "svg": ("svg", "image/svg+xml", _figure("svg")),
    "png": ("png", "image/png", _figure("png")),
    "citation": ("bib", "text/plain", _citation),
}
