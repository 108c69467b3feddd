"""What saliency and the two decoders do with the demo model, on held-out scenes: whatever it is, not what it should be.

Every setting sees the same scenes, so differences are paired. What the model sees and says is for `evaluate`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..decoding import caption
from ..evaluation.detection import ADJUSTED, POSITION, PROBABILITY, VERDICTS, S, claim
from ..evaluation.intervals import Interval, differences, estimates, share
from ..evaluation.localisation import faithful
from ..evaluation.mentions import mentions_of, words_from_marks
from ..evaluation.tables import areas_text
from ..models import load_model
from ..settings import SGRS, LocoRE
from ..trace import Trace
from .evaluate import SIDE, held_out_scenes
from .grammar import CAPTION_PROMPT
from .marks import marked
from .scoring import MEASURES, caption_counts
from .world import Scene, render

SETTINGS: dict[str, tuple[SGRS | None, LocoRE | None]] = {
    "plain": (None, None),
    "LocoRE, beta 0.15": (None, LocoRE(beta=0.15)),
    "SGRS mean, alpha 0.3": (SGRS(alpha=0.3), None),
    "SGRS mean, alpha 0.45": (SGRS(alpha=0.45), None),
    "SGRS mean, alpha 0.6": (SGRS(alpha=0.6), None),
    "SGRS sum, alpha 0.3": (SGRS(alpha=0.3, score="sum"), None),
    "SGRS sum, alpha 0.45": (SGRS(alpha=0.45, score="sum"), None),
    "SGRS sum, alpha 0.6": (SGRS(alpha=0.6, score="sum"), None),
}
CAPTION_MEASURES = ("recall", "CHAIR_s", "CHAIR_i", "sane sentences")
STEP_MEASURES = {
    "first candidate accepted": ("accepted", "judged"),  # of the steps that had a score to judge by
    "the same at object words": ("accepted at objects", "judged at objects"),
    "tokens": ("tokens", "scenes"),
}
BUCKETS = ((1, 3), (3, 6), (6, 12), (12, 24), (24, 90))  # of output positions, for S


@dataclass
class Measured:
    """Everything that is reported: measures by setting, what changed against plain, and what plain traces hold."""

    settings: dict[str, dict[str, Interval]] = field(default_factory=dict)
    changes: dict[str, dict[str, Interval]] = field(default_factory=dict)
    scores: dict[str, float] = field(default_factory=dict)
    detection: dict[str, Interval] = field(default_factory=dict)
    verdict: str = ""
    faithfulness: dict[str, Any] = field(default_factory=dict)


def measure(
    model, scenes: Sequence[Scene], tell: Callable[[str], None] = lambda text: None, words: int = 0
) -> Measured:
    """Caption every scene under every setting; with `words`, delete and insert what that many right words drew on."""
    pictures, found, counts, plain = [render(scene, SIDE) for scene in scenes], Measured(), {}, []
    for name, (sgrs, locore) in SETTINGS.items():
        traces = []
        for picture, scene in zip(pictures, scenes, strict=True):
            trace = caption(model, picture, CAPTION_PROMPT, max_new_tokens=90, sgrs=sgrs, locore=locore)
            traces.append(marked(trace, scene))
        tell(f"{name}: {len(traces)} captions")
        plain = plain or traces
        counts[name] = [
            count + step_counts(trace)
            for count, trace in zip(caption_counts(scenes, [t.text for t in traces]), traces, strict=True)
        ]
    tables, wanted = _tables(counts)
    found.settings = {name: estimates(table, wanted) for name, table in tables.items()}
    for name, table in tables.items():
        if name != "plain":
            changed = differences(table, {"plain": tables["plain"]}, {n: wanted[n] for n in CAPTION_MEASURES})["plain"]
            found.changes[name] = {measure: difference.change for measure, difference in changed.items()}
    found.scores = scores(plain)
    judged = claim(mentions_of(plain))
    found.verdict = VERDICTS[judged.verdict]
    names = (S, ADJUSTED, POSITION, PROBABILITY, "saliency on outputs", "attention on outputs", "saliency on image")
    found.detection = {name: judged.scores[name].auroc for name in names if name in judged.scores}
    if words:
        found.faithfulness = faithful(model, plain, [words_from_marks(trace) for trace in plain], words)
    return found


def _tables(counts):
    """A table [scene, column] for each setting, and each measure as a statistic of its sums."""
    pairs = {name: MEASURES[name] for name in CAPTION_MEASURES} | STEP_MEASURES
    columns = sorted({column for pair in pairs.values() for column in pair})
    tables = {
        name: np.array([[count[column] for column in columns] for count in each], dtype=float)
        for name, each in counts.items()
    }
    places = {name: tuple(columns.index(column) for column in pair) for name, pair in pairs.items()}
    return tables, {name: partial(_share, top, bottom) for name, (top, bottom) in places.items()}


def _share(top: int, bottom: int, sums: np.ndarray) -> np.ndarray:
    return share(sums[..., top], sums[..., bottom])


def step_counts(trace: Trace) -> Counter[str]:
    """How often SGRS took the first candidate it drew, over all steps that it could judge and over object words."""
    objects = {word.step for word in words_from_marks(trace)}
    count = Counter(tokens=len(trace.steps))
    for step in trace.steps:
        if step.threshold is None or step.score is None:
            continue
        first = not step.fallback and step.rejected == 0
        for name in ("", " at objects") if step.index in objects else ("",):
            count[f"judged{name}"] += 1
            count[f"accepted{name}"] += first
    return count


def scores(traces: Sequence[Trace]) -> dict[str, float]:
    """Mean S by output position, and the share of an object word's saliency that lies on earlier words."""
    by_position = [(step.index, step.score) for trace in traces for step in trace.steps if step.score is not None]
    found = {
        f"S at outputs {low} to {high - 1}": float(np.mean([s for index, s in by_position if low <= index < high]))
        for low, high in BUCKETS
        if any(low <= index < high for index, _ in by_position)
    }
    words = mentions_of(traces)
    for name, values in words.scores.items():
        if name in ("saliency on outputs", "saliency on image"):
            found[f"{name}, object words"] = float(np.nanmean(values))
    return found


def report(found: Measured) -> str:
    """Markdown."""
    names = (*CAPTION_MEASURES, *STEP_MEASURES)
    lines = [f"| | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for setting, measures in found.settings.items():
        lines.append(f"| {setting} | {' | '.join(_cell(measures[name], name) for name in names)} |")
    lines += ["", "| less plain (paired) | " + " | ".join(CAPTION_MEASURES) + " |"]
    lines.append("|---" * (len(CAPTION_MEASURES) + 1) + "|")
    for setting, changes in found.changes.items():
        lines.append(f"| {setting} | {' | '.join(_cell(changes[name], name, '+.2f') for name in CAPTION_MEASURES)} |")
    lines += ["", *(f"- {name}: {value:.3f}" for name, value in found.scores.items())]
    lines += [f"- AUROC of {name}: {_cell(each, name)}" for name, each in found.detection.items()]
    lines.append(f"- {found.verdict}")
    if found.faithfulness:
        lines += ["", areas_text(found.faithfulness)]
    return "\n".join(lines)


def _cell(each: Interval, name: str, form: str = ".2f") -> str:
    if name in STEP_MEASURES and not each.value:
        return "-"
    form = ".0f" if name == "tokens" else form
    return f"{each.value:{form}} ({each.low:{form}} to {each.high:{form}})"


def main(arguments: list[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="demo")
    parser.add_argument("--scenes", type=int, default=100)
    parser.add_argument("--words", type=int, default=40, help="of deletion and insertion, one a scene")
    parser.add_argument("--json", type=Path, help="also write everything there")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    tell = partial(print, file=sys.stderr, flush=True)
    model = load_model(options.model, device="cpu")
    found = measure(model, held_out_scenes(options.scenes), tell, options.words)
    print(report(found))
    if options.json:
        options.json.write_text(json.dumps(found, default=vars, indent=1))


if __name__ == "__main__":
    main()
