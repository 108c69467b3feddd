"""The numbers behind the figures as files: CSV for spreadsheets, JSON for programs, NPZ for numpy; with metadata.

Ignores drawing. Every number comes from `reading` under the same View as the figure, so that a table equals what is
on the screen. Floats are written so that reading them back gives the same float.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping, Sequence
from io import BytesIO, StringIO
from typing import Any

import numpy as np

from ...trace import Trace
from ..caption_text import metadata
from .metrics import (
    KINDS,
    PARTS,
    Steps,
    dimmed,
    facts,
    part_of_keys,
    picture_shares,
    row,
    rows,
    score_curve,
    shares_over_run,
    steps_of,
    triangle,
)
from .view import View

PLAIN = View()
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def step_table(trace: Trace, view: View = PLAIN) -> list[dict[str, Any]]:
    """A line per output: what the page says of it, with the shares by part (None where the row is 0), and of several
    pictures or frames the share of each (those that share their tokens count for the first)."""
    table = []
    for step in range(len(trace.steps)):
        line = facts(trace, step, view.layers, view.normalization)
        for kind in KINDS:
            found = line.pop(f"{kind}_shares")
            line |= {f"{kind}_{part}": None if found is None else found[part] for part in PARTS}
            if len(trace.picture_groups) > 1:
                each = picture_shares(trace, step, kind, view.layers, view.normalization)
                line |= {f"{kind}_picture_{group[0]}": float(each[group[0]]) for group in trace.picture_groups}
        mark = trace.marks.get(step)
        line |= {"judgement": mark.judgement if mark else None, "note": mark.note if mark else None}
        table.append(line)
    return table


def candidate_table(trace: Trace) -> list[dict[str, Any]]:
    """A line per candidate of each step (Algorithm 1), with the threshold it was held against. plain and other: its
    probability without the run's decoder, and in the decoder's other stream."""
    return [
        {
            "step": step.index,
            "threshold": step.threshold,
            "fallback": step.fallback,
            "token_id": candidate.token_id,
            "text": candidate.text,
            "probability": candidate.probability,
            "saliency": candidate.saliency,
            "verdict": candidate.verdict,
            "draw": candidate.draw,
            "plain": candidate.plain,
            "other": candidate.other,
        }
        for step in trace.steps
        for candidate in step.candidates
    ]


def key_table(trace: Trace, step: Steps, view: View = PLAIN) -> list[dict[str, Any]]:
    """A line per key the step's row could see: what it is, where it lies on the image, what was taken from it.

    Several steps: their rows' mean or max (view.reduce), over what the last of them could see. attention and saliency
    are under the view; saliency_raw and gain (LocoRE; None for several steps, which differ in it) always stand beside.
    hidden: what the page's "hide sinks" leaves out (`reading.dimmed`), whether or not it is on.
    """
    steps = steps_of(step)
    attention, saliency = (row(trace, steps, kind, view.layers, view.normalization, view.reduce) for kind in KINDS)
    raw = row(trace, steps, "saliency", view.layers, "raw", view.reduce)
    gain = trace.gain(steps[0]) if len(steps) == 1 else None
    parts, texts, hidden = part_of_keys(trace), trace.token_texts, set(dimmed(trace))
    image = {int(position): index for index, position in enumerate(trace.positions("image"))}
    table = []
    for key in range(trace.steps[steps[-1]].position):
        index = image.get(key)
        box = [None] * 4 if index is None else [float(edge) for edge in trace.boxes[index]]
        line = {"position": key, "part": PARTS[parts[key]], "text": texts[key]}
        line |= {"attention": float(attention[key]), "saliency": float(saliency[key])}
        line |= {"saliency_raw": float(raw[key]), "gain": None if gain is None else float(gain[key])}
        line |= {"hidden": key in hidden}
        line |= {"picture": None if index is None else int(trace.box_images[index])}
        line |= {"scale": None if index is None else int(trace.box_scales[index])}
        table.append(line | dict(zip(("left", "top", "right", "bottom"), box, strict=True)))
    return table


def csv_text(table: Sequence[Mapping[str, Any]], about: Mapping[str, Any] | None = None) -> str:
    """A table as CSV with a header line; None is an empty cell. about: `comment_lines` before it.

    Text that a spreadsheet would run as a formula gets a leading apostrophe; the token id beside it stays exact. All
    text is quoted, so that a # in a token never begins a comment.
    """
    buffer = StringIO()
    buffer.write(comment_lines(about or {}))
    if table:
        writer = csv.DictWriter(buffer, list(table[0]), lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
        writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in line.items()} for line in table)
    return buffer.getvalue()


def comment_lines(about: Mapping[str, Any]) -> str:
    """A line "# key: value" for each, every value as JSON, so that a prompt of several lines stays on one.

    A letter that could begin a line or, after a comma, a spreadsheet's formula is written as JSON's escape of it.
    """
    return "".join(f"# {key}: {_one_line(value)}\n" for key, value in about.items())


def json_text(trace: Trace, view: View = PLAIN, step: Steps | None = None) -> str:
    """Metadata and tables as one JSON value; with a step (or several), its keys too. Undefined numbers are null."""
    value: dict[str, Any] = {"metadata": metadata(trace, view), "steps": step_table(trace, view)}
    value["candidates"] = candidate_table(trace)
    value["output_triangle"] = {kind: triangle(trace, view.layers, kind, view.normalization).tolist() for kind in KINDS}
    if step is not None:
        steps = steps_of(step)
        value["keys"] = {"step": steps[-1], "steps": list(steps), "lines": key_table(trace, steps, view)}
    return json.dumps(_null(value), ensure_ascii=False, allow_nan=False, indent=1)


def arrays(trace: Trace, view: View = PLAIN) -> dict[str, np.ndarray]:
    """What `npz_bytes` holds: the recorded arrays, the same under the view, and a JSON text "metadata"."""
    curve = score_curve(trace)
    found = {name: getattr(trace, name) for name in ("attention", "saliency", "saliency_norm")}
    found |= {name: getattr(trace, name) for name in ("boxes", "box_images", "box_scales")}
    for kind in KINDS:
        found[f"view_{kind}"] = rows(trace, kind, view.layers, view.normalization)
        found[f"view_{kind}_triangle"] = triangle(trace, view.layers, kind, view.normalization)
        found[f"view_{kind}_shares"] = shares_over_run(trace, kind, view.layers, view.normalization)
    found |= {
        "scores": curve.scores,
        "expected": curve.expected,
        "thresholds": curve.thresholds,
        "rejected": curve.rejected,
    }
    found |= {"token_ids": np.array(trace.prompt_ids + trace.output_ids, np.int64)}
    found |= {"token_texts": np.array(trace.token_texts, dtype=np.str_), "parts": part_of_keys(trace)}
    found["part_names"] = np.array(PARTS, dtype=np.str_)
    found["metadata"] = np.array(json.dumps(metadata(trace, view), ensure_ascii=False))
    return found


def npz_bytes(trace: Trace, view: View = PLAIN) -> bytes:
    """The arrays as one compressed NPZ that loads without pickle."""
    buffer = BytesIO()
    found: dict[str, Any] = {**arrays(trace, view)}
    np.savez_compressed(buffer, **found)
    return buffer.getvalue()


def _cell(value: Any) -> Any:
    """csv writes a float so that it reads back as itself, but needs Python's own."""
    if isinstance(value, str):
        return "'" + value if value.startswith(FORMULA) else value
    return "" if value is None else float(value) if isinstance(value, float) else value


def _one_line(value: Any) -> str:
    text = json.dumps(_null(value), ensure_ascii=False)
    unsafe = r"[\x7f-\x9f\u2028\u2029]" + (r"|(?<=[,;])[=+@-]|(?<=[,;] )[=+@-]" if isinstance(value, str) else "")
    return re.sub(unsafe, lambda found: f"\\u{ord(found[0]):04x}", text)


def _null(value: Any) -> Any:
    """JSON has no NaN."""
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _null(item) for key, item in value.items()}
    return [_null(item) for item in value] if isinstance(value, (list, tuple)) else value
