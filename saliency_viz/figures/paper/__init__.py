"""The paper figures by name, and one call that writes those a trace can give.

Ignores how each is drawn: paper_maps, paper_curves, paper_image and paper_pair have one function per figure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from ...errors import SettingError
from ...trace import Trace
from ..rows.metrics import score_curve
from ..rows.view import View
from .curves import distance, judgements, scores
from .image import image_layers, image_overlays
from .maps import compare, layer_grid, output_maps, text_map
from .pair import token_pair
from .style import FORMATS, figure_bytes, save

__all__ = [
    "compare",
    "distance",
    "figure_bytes",
    "image_layers",
    "image_overlays",
    "judgements",
    "layer_grid",
    "output_maps",
    "save_figures",
    "scores",
    "text_map",
    "token_pair",
]


def telling_steps(trace: Trace) -> tuple[int, ...]:
    """Two steps worth a look: a marked hallucination (else the lowest score) and the highest score of the others."""
    found = score_curve(trace).scores
    known = np.flatnonzero(np.isfinite(found))
    if not len(known):
        return tuple(range(len(trace.steps)))[:1]
    wrong = [s for s, mark in sorted(trace.marks.items()) if mark.judgement == "hallucinated" and s in known]
    low = wrong[0] if wrong else int(known[found[known].argmin()])
    others = [int(step) for step in known if step != low and step not in wrong]
    return (low, max(others, key=lambda step: found[step])) if others else (low,)


def figure_table(trace: Trace, steps: Sequence[int], other: Trace | None = None) -> Mapping[str, Callable[[], Figure]]:
    """File stem -> the function that draws it; only what this trace holds."""
    table: dict[str, Callable[[], Figure]] = {
        "fig01-output-maps": partial(output_maps, trace, steps),
        "fig02-distance": partial(distance, trace, steps),
        "fig02-distance-raw": partial(distance, trace, steps, View(normalization="raw")),
        "fig06-text-map": partial(text_map, trace),
        "fig13-layers-saliency": partial(layer_grid, trace, "saliency", steps=steps),
        "fig13-layers-attention": partial(layer_grid, trace, "attention", steps=steps),
        "scores": partial(scores, trace, steps),
    }
    if trace.marks:
        table["fig10-judgements"] = partial(judgements, trace)
    if len(trace.boxes):
        for step in steps:
            table[f"image-step{step:03d}"] = partial(image_overlays, trace, step)
            table[f"image-step{step:03d}-layers-attention"] = partial(image_layers, trace, step, "attention")
            table[f"image-step{step:03d}-layers-saliency"] = partial(image_layers, trace, step, "saliency")
    if other is not None:
        table["fig03-compare"] = partial(compare, trace, other, [s for s in steps if s < len(other.steps)])
    return table


def save_figures(
    trace: Trace,
    directory: str | Path,
    formats: Sequence[str] = FORMATS,
    steps: Iterable[int] | None = None,
    other: Trace | None = None,
) -> list[Path]:
    """Write every figure the trace can give, in each format; returns the paths.

    steps: the tokens to single out (None: `telling_steps`). other: a second run of the same picture for Fig. 3.
    Raises SettingError for an unknown format, a step that does not exist, or a trace without outputs.
    """
    unknown = [format for format in formats if format not in FORMATS]
    if unknown or not formats:
        raise SettingError(f"formats must be some of {', '.join(FORMATS)}. Got {list(formats)!r}.")
    if not trace.steps:
        raise SettingError("The trace has no output token, so there is nothing to draw. Run it for at least one token.")
    chosen = telling_steps(trace) if steps is None else tuple(steps)
    beyond = [step for step in chosen if not 0 <= step < len(trace.steps)]
    if beyond:
        raise SettingError(f"steps must lie in 0..{len(trace.steps) - 1} of this caption. Got {beyond}.")
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    paths = []
    for stem, draw in figure_table(trace, chosen, other).items():
        figure = draw()
        paths += [save(figure, directory / f"{stem}.{format}") for format in formats]
    return paths
