"""Every number a figure shows, read from a Trace alone: rows, maps, shares, scores, curves and triangles.

Ignores how numbers are drawn (screen, paper), how two runs are aligned (alignment) and coloured (scales). Rows are
taken once here, so that a figure, a table and the page can never disagree.

Words used throughout. kind: "attention" (mean over heads, edits included) or "saliency" (Eq. 4, summed over heads).
layers: "target" (mean over `trace.target_layers`), "all" (mean over every layer), one layer, or several (their mean).
normalization of saliency: "row" (unit l2 norm per layer and row, Eq. 5), "raw" (the only one that compares between
tokens), "share" (each layer's row divided by its sum: the same unit as attention). Attention is the same number under
"row" and "raw"; under "share" it is divided by its sum too, which differs from 1 only under an attention edit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from ... import scores
from ...errors import SettingError, TraceError
from ...settings import SGRS, Score
from ...trace import SpanKind, Step, Trace
from ...whole_numbers import index, layers_of
from .patches import ImageMap

Kind = Literal["attention", "saliency"]
Layers = Literal["target", "all"] | int | tuple[int, ...]
Normalization = Literal["row", "raw", "share"]
Reduce = Literal["mean", "max"]
Steps = int | Iterable[int]
KINDS: tuple[Kind, ...] = ("attention", "saliency")
NORMALIZATIONS: tuple[Normalization, ...] = ("row", "raw", "share")
REDUCES: tuple[Reduce, ...] = ("mean", "max")
PARTS = ("template", "image", "prompt", "outputs")

UNITS: Mapping[tuple[str, str], str] = {
    ("attention", "row"): "attention, mean over heads",
    ("attention", "raw"): "attention, mean over heads",
    ("attention", "share"): "attention, share of the row",
    ("saliency", "row"): "saliency, unit l2 norm per row",
    ("saliency", "raw"): "saliency |A·∂L/∂A|, nats",
    ("saliency", "share"): "saliency, share of the row",
}


def layer_indices(trace: Trace, layers: Layers = "target") -> tuple[int, ...]:
    """The layers a choice stands for. Raises SettingError naming the layers there are."""
    return layers_of(layers, trace.target_layers, trace.model.layers)


def layer_rows(
    trace: Trace,
    step: int,
    kind: Kind = "saliency",
    layers: Layers = "all",
    normalization: Normalization = "row",
) -> np.ndarray:
    """float32 [layers, keys]: how much each layer of the predicting row took from each key (Eq. 4, Eq. 5)."""
    if kind not in KINDS or normalization not in NORMALIZATIONS:
        raise SettingError(
            f"kind must be one of {', '.join(KINDS)} and normalization one of {', '.join(NORMALIZATIONS)}. "
            f"Got {kind!r} and {normalization!r}."
        )
    chosen, step = list(layer_indices(trace, layers)), _step(trace, step)
    rows = getattr(trace, kind)[step][chosen].astype(np.float32)
    if kind == "saliency" and normalization == "raw":
        rows *= trace.saliency_norm[step, chosen, None]
    if normalization == "share":
        total = rows.sum(axis=-1, keepdims=True, dtype=np.float64)
        rows = np.divide(rows, total, out=np.zeros_like(rows), where=total > 0, casting="same_kind")
    return rows


def row(
    trace: Trace,
    step: Steps,
    kind: Kind = "saliency",
    layers: Layers = "target",
    normalization: Normalization = "row",
    reduce: Reduce = "mean",
) -> np.ndarray:
    """float32 [keys]: mean over the chosen layers of the row that predicts a step; keys beyond its reach are 0.

    Several steps (a word, a range): their rows' mean or max, key by key.
    """
    if isinstance(step, (int, np.integer)):
        return layer_rows(trace, step, kind, layers, normalization).mean(axis=0, dtype=np.float64).astype(np.float32)
    if reduce not in REDUCES:
        raise SettingError(f"reduce must be one of {', '.join(REDUCES)}. Got {reduce!r}.")
    steps = steps_of(step)
    if not steps:
        raise SettingError("A map needs at least one step. Got none.")
    rows = np.stack([row(trace, one, kind, layers, normalization) for one in steps])
    return rows.mean(axis=0) if reduce == "mean" else rows.max(axis=0)


def steps_of(step: Steps) -> tuple[int, ...]:
    """One step or several as a tuple, in order and each once."""
    return (int(step),) if isinstance(step, (int, np.integer)) else tuple(sorted({int(one) for one in step}))


def rows(
    trace: Trace,
    kind: Kind = "saliency",
    layers: Layers = "target",
    normalization: Normalization = "row",
) -> np.ndarray:
    """float32 [steps, keys]: `row` of every step, under one another."""
    found = np.zeros((len(trace.steps), trace.attention.shape[2]), np.float32)
    for step in range(len(trace.steps)):
        found[step] = row(trace, step, kind, layers, normalization)
    return found


def scales_of(trace: Trace, picture: int = 0) -> tuple[int, ...]:
    """The scales at which a picture was shown: 0 tiles (or the whole), 1 a thumbnail of the whole."""
    return tuple(int(scale) for scale in np.unique(trace.box_scales[trace.box_images == picture]))


def place_on_image(trace: Trace, values: np.ndarray, picture: int = 0, scale: int = 0) -> ImageMap:
    """Any row of keys [keys], put on one picture at one scale. Raises SettingError when there is no such picture."""
    if not 0 <= picture < len(trace.pictures):
        raise SettingError(f"The trace has {len(trace.pictures)} pictures, counted from 0. Got picture {picture}.")
    tokens = np.flatnonzero((trace.box_images == picture) & (trace.box_scales == scale))
    positions = trace.positions("image")[tokens]
    found = np.asarray(values)[positions].astype(np.float32)
    size = trace.pictures[picture].size
    return ImageMap(picture, scale, (int(size[0]), int(size[1])), tokens, positions, trace.boxes[tokens], found)


def image_map(
    trace: Trace,
    step: Steps,
    kind: Kind = "saliency",
    layers: Layers = "target",
    normalization: Normalization = "row",
    picture: int = 0,
    scale: int = 0,
    reduce: Reduce = "mean",
) -> ImageMap:
    """What a step (or several) took from each token of one picture at one scale."""
    return place_on_image(trace, row(trace, step, kind, layers, normalization, reduce), picture, scale)


def part_of_keys(trace: Trace) -> np.ndarray:
    """int8 [keys]: index into PARTS. Earlier turns of a conversation count as prompt; system tokens and positions in no
    span as template."""
    parts = np.zeros(trace.attention.shape[2], np.int8)
    kinds: tuple[tuple[str, SpanKind], ...] = (
        ("image", "image"), ("prompt", "prompt"), ("prompt", "history"), ("outputs", "output"),
    )  # fmt: skip
    for name, kind in kinds:
        parts[trace.positions(kind)] = PARTS.index(name)
    return parts


def part_sums(trace: Trace, values: np.ndarray) -> np.ndarray:
    """float64 [..., parts]: sums of values [..., keys] over template, image, prompt, outputs."""
    parts = part_of_keys(trace)
    return np.stack([values[..., parts == part].sum(axis=-1, dtype=np.float64) for part in range(len(PARTS))], -1)


def shares(
    trace: Trace,
    step: int | Iterable[int],
    kind: Kind = "saliency",
    layers: Layers = "target",
    normalization: Normalization = "row",
) -> dict[str, float] | None:
    """The part of a row that went to template, image, prompt and outputs; they add to 1. None when the row is 0."""
    sums = part_sums(trace, row(trace, step, kind, layers, normalization))
    total = sums.sum()
    return {name: float(value / total) for name, value in zip(PARTS, sums, strict=True)} if total > 0 else None


def picture_shares(
    trace: Trace,
    step: int | Iterable[int],
    kind: Kind = "saliency",
    layers: Layers = "target",
    normalization: Normalization = "row",
) -> np.ndarray:
    """float64 [pictures]: the part of a row that went to each picture or video frame, all its scales together.

    They add to the image's part of `shares`; all 0 when the row is 0.
    """
    values = row(trace, step, kind, layers, normalization).astype(np.float64)
    shown = values[trace.positions("image")]
    sums = np.bincount(trace.box_images.astype(np.int64), shown, minlength=len(trace.pictures))
    total = values.sum()
    return sums / total if total > 0 else np.zeros_like(sums)


def shares_over_run(
    trace: Trace, kind: Kind = "saliency", layers: Layers = "target", normalization: Normalization = "row"
) -> np.ndarray:
    """float64 [steps, parts]: `shares` of every step; NaN in the rows that are 0."""
    sums = part_sums(trace, rows(trace, kind, layers, normalization))
    total = sums.sum(axis=-1, keepdims=True)
    return np.divide(sums, total, out=np.full_like(sums, np.nan), where=total > 0)


def score(trace: Trace, step: int, kind: Score | None = None, recent: int | None = None) -> float | None:
    """S of a step from the stored rows, by the run's own settings unless named; None for the first output.

    A second route to `Step.score`, equal up to float16 storage. Raises TraceError when the rows hold another fusion.
    """
    step = _step(trace, step)
    if trace.settings.recording.fusion != "product":
        raise TraceError(
            f"Eq. 6 needs |A*dA|. This trace holds the fusion {trace.settings.recording.fusion!r}: "
            "use Step.score, or record it again with the product."
        )
    asked = {"score": kind, "recent": recent}
    how = replace(score_settings(trace), **{name: value for name, value in asked.items() if value is not None})
    return scores.score(
        trace.saliency[step], trace.target_layers, trace.first_output, trace.steps[step].position, how.score, how.recent
    )


def score_settings(trace: Trace) -> SGRS:
    """By which settings `Step.score` was taken: those of SGRS, Eq. 6 where it was off."""
    return trace.settings.sgrs or SGRS()


def distance_curve(
    trace: Trace,
    step: int,
    kind: Kind = "saliency",
    layers: Layers = "target",
    normalization: Normalization = "row",
) -> tuple[np.ndarray, np.ndarray]:
    """(distances [n] int64, values [n] float32) over the n earlier outputs, nearest first (Fig. 2).

    Distance P - j counts tokens back from the predicted one x_P: 1 is the output written just before it.
    """
    first, position = trace.first_output, trace.steps[_step(trace, step)].position
    values = row(trace, step, kind, layers, normalization)[first:position][::-1]
    return np.arange(1, position - first + 1), np.ascontiguousarray(values)


def expected_scores(trace: Trace) -> tuple[float | None, ...]:
    """The score of each step if its position alone decided (`scores.expected_fall`); None for the first output."""
    how = score_settings(trace)
    return scores.expected_fall([step.score for step in trace.steps], how.score, how.recent)


@dataclass(frozen=True, eq=False)
class ScoreCurve:
    """Per step: score S (NaN where undefined), what position alone would make of it, threshold tau (NaN without SGRS),
    candidates turned down, fallback."""

    scores: np.ndarray
    expected: np.ndarray
    thresholds: np.ndarray
    rejected: np.ndarray
    fallback: np.ndarray
    top: float  # the largest score, threshold or rejected candidate's score; the expected fall may begin far above


def score_curve(trace: Trace) -> ScoreCurve:
    """Eq. 6 and Eq. 7 over the caption, as the run had them, beside the fall of the score with position."""

    def number(value: float | None) -> float:
        return np.nan if value is None else value

    return ScoreCurve(
        np.array([number(step.score) for step in trace.steps]),
        np.array([number(value) for value in expected_scores(trace)]),
        np.array([number(step.threshold) for step in trace.steps]),
        np.array([step.rejected for step in trace.steps], np.int64),
        np.array([step.fallback for step in trace.steps], bool),
        max((value for step in trace.steps for value in _sizes(step)), default=0.0),
    )


def _sizes(step: Step) -> list[float]:
    """What a drawing of the score must reach at a step."""
    rejected = [candidate.saliency for candidate in step.candidates if candidate.verdict == "rejected"]
    return [value for value in (step.score, step.threshold, *rejected) if value is not None]


def triangle(
    trace: Trace,
    layers: Layers = "target",
    kind: Kind = "saliency",
    normalization: Normalization = "row",
) -> np.ndarray:
    """float32 [outputs, outputs]: line = predicted output, column = earlier output, NaN from the diagonal on (Fig. 1).

    Each line has its own loss, so that lines are what SGRS scores; `token_matrix` gives the single-loss map.
    """
    values = rows(trace, kind, layers, normalization)[:, trace.first_output :]
    return np.where(np.tri(len(trace.steps), k=-1, dtype=bool), values, np.float32(np.nan))


def sinks(trace: Trace, share: float = 0.2) -> tuple[int, ...]:
    """Keys that take at least this share of attention, averaged over all layers and the steps that reach them.

    For hiding on request only (figures say what they hide); the first token usually is one.
    """
    keys = trace.attention.shape[2]
    reach = np.array([step.position for step in trace.steps])[:, None] > np.arange(keys)
    attention = trace.attention.mean(axis=1, dtype=np.float32).sum(axis=0)
    mean = attention / np.maximum(reach.sum(axis=0), 1)
    return tuple(int(key) for key in np.flatnonzero(mean >= share))


def dimmed(trace: Trace) -> list[int]:
    """Positions the page draws grey, leaves out of the scale of the words, and hides on request: template, system, and
    attention sinks."""
    fixed = [*trace.positions("template"), *trace.positions("system")]
    return sorted({int(position) for position in (*fixed, *sinks(trace))})


def facts(trace: Trace, step: int, layers: Layers = "target", normalization: Normalization = "row") -> dict[str, Any]:
    """What the page says of one token; plain values only."""
    one = trace.steps[_step(trace, step)]
    return {
        "step": one.index,
        "position": one.position,
        "token_id": one.token_id,
        "text": one.text,
        "probability": one.probability,
        "rank": one.rank,
        "entropy_nats": one.entropy,
        "score": one.score,
        "threshold": one.threshold,
        "rejected": one.rejected,
        "fallback": one.fallback,
        "forced": one.forced,
        "attention_shares": shares(trace, step, "attention", layers, normalization),
        "saliency_shares": shares(trace, step, "saliency", layers, normalization),
    }


def _step(trace: Trace, step: int) -> int:
    return index("step", step, len(trace.steps), " of this caption")
