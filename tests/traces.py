"""Hand-made traces for tests that need no model: axes of different prime sizes, numbers that can be worked out."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from io import BytesIO, StringIO
from itertools import takewhile
from typing import Any

import numpy as np
from PIL import Image

from saliency_viz.settings import SGRS, LocoRE, Sampling
from saliency_viz.trace import Candidate, ModelInfo, Picture, RunSettings, Span, Step, Trace

WORDS = ("The", " image", " shows", " a", " red", " teapot", " and", " two", " cups", " below", ".", " A", " cow")


def png(width: int = 70, height: int = 49) -> bytes:
    """A picture whose every pixel is different."""
    y, x = np.mgrid[0:height, 0:width]
    pixels = np.stack([x * 255 // width, y * 255 // height, (x + y) % 256], -1).astype(np.uint8)
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def csv_file(data: bytes) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """({key: value} of the comment lines at the top of an exported CSV, its rows)."""
    lines = data.decode("utf-8").splitlines(keepends=True)
    top = list(takewhile(lambda line: line.startswith("# "), lines))
    about = dict(line[2:].rstrip("\n").split(": ", 1) for line in top)
    rows = list(csv.DictReader(StringIO("".join(lines[len(top) :]), newline="")))
    return {name: json.loads(value) for name, value in about.items()}, rows


def frame_png(number: int, width: int = 70, height: int = 30) -> bytes:
    """A frame one can tell from the others: a bright square that moves, over a colour of its own."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:] = np.array([37 * number % 200 + 30, 90, 220 - 23 * number % 200])
    left = 7 * number % (width - 14)
    pixels[8:22, left : left + 14] = (255, 224, 102)
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def frames_trace(
    steps: int = 11, groups: int = 5, together: int = 1, fps: float | None = 2.0, odd: int = 0, **more: Any
) -> Trace:
    """A run of several pictures (fps None) or of a video's frames, 7 x 3 tokens for each `together` of them, as Qwen's
    merge makes; odd: frames missing from the last group. more: as example_trace."""
    trace = example_trace(steps, grid=(3 * groups, 7), **more)
    boxes = trace.boxes.copy()
    boxes[:, 1::2] -= 30.0 * np.repeat(np.arange(groups), 21)[:, None]
    count = groups * together - odd
    pictures = tuple(Picture(frame_png(number), (0.0, 0.0, 70.0, 30.0), (70, 30)) for number in range(count))
    owner = np.repeat(np.arange(groups) * together, 21).astype(np.int16)
    image = Span("image", 3, 3 + 21 * groups)
    spans = tuple(
        replace(image, start=3 + 21 * group, stop=24 + 21 * group, image=group * together) for group in range(groups)
    )
    return replace(
        trace,
        boxes=boxes,
        box_images=owner,
        pictures=pictures,
        spans=(trace.spans[0], *spans, *trace.spans[2:]),
        fps=fps,
        times=tuple(0.4 * number for number in range(count)) if fps else (),
        frames_per_token=together,
    )


def example_trace(
    steps: int = 11,
    layers: int = 5,
    grid: tuple[int, int] = (5, 7),
    words: tuple[str, ...] = WORDS,
    sgrs: SGRS | None = SGRS(),
    locore: LocoRE | None = None,
    seed: int = 0,
) -> Trace:
    """steps outputs, layers layers, an image of grid (rows, columns) tokens; 3 template and 4 prompt tokens around."""
    rng = np.random.default_rng(seed)
    rows, columns = grid
    image_tokens = rows * columns
    first = 3 + image_tokens + 4
    keys = first + steps
    attention = np.zeros((steps, layers, keys), np.float32)
    saliency = np.zeros((steps, layers, keys), np.float32)
    for step in range(steps):
        reach = first + step  # row P-1 sees keys 0..P-1
        attention[step, :, :reach] = rng.dirichlet(np.full(reach, 0.3), layers)
        saliency[step, :, :reach] = rng.gamma(0.4, 1.0, (layers, reach))
    norm = np.linalg.norm(saliency, axis=-1).astype(np.float32)
    saliency /= norm[..., None]
    norm *= np.linspace(0.01, 1, steps, dtype=np.float32)[:, None]
    targets = tuple(range(layers // 2, layers))
    entries = []
    for step in range(steps):
        text = words[step % len(words)]
        score = float(saliency[step, targets, first : first + step].mean()) if step else None
        other = Candidate(
            900 + step, " <b>dog</b>", 0.2, 0.001 if step else None, "rejected" if step % 3 == 2 else "untried", 0
        )
        taken = Candidate(100 + step, text, 0.5, score, "accepted", 1)
        entries.append(
            Step(
                index=step,
                position=first + step,
                token_id=100 + step,
                text=text,
                probability=0.5,
                rank=1,
                entropy=1.25,
                score=score,
                threshold=(0.01 if step else 0.0) if sgrs else None,
                candidates=(taken, other),
            )
        )
    left, top = np.meshgrid(np.arange(columns) * 10.0, np.arange(rows) * 10.0)
    boxes = np.stack([left, top, left + 10, top + 10], -1).reshape(-1, 4).astype(np.float32)
    return Trace(
        model=ModelInfo("synthetic", "llava", layers, 3, "float32", "cpu"),
        settings=RunSettings(max_new_tokens=steps, sampling=Sampling(), sgrs=sgrs, locore=locore),
        prompt="Describe the image.",
        prompt_ids=tuple(range(first)),
        prompt_texts=("<s>", "USER", ":") + ("<image>",) * image_tokens + ("Describe", " the", " image", "."),
        steps=tuple(entries),
        spans=(
            Span("template", 0, 3),
            Span("image", 3, 3 + image_tokens, 0),
            Span("prompt", 3 + image_tokens, first),
            Span("output", first, keys),
        ),
        target_layers=targets,
        pictures=(Picture(png(), (0.0, 0.0, 70.0, 49.0), (columns * 10, rows * 10)),),
        boxes=boxes,
        box_images=np.zeros(image_tokens, np.int16),
        box_scales=np.zeros(image_tokens, np.int8),
        attention=attention.astype(np.float16),
        saliency=saliency.astype(np.float16),
        saliency_norm=norm,
        ended="length",
    )
