"""What was run and how it is shown, in one line of words: for footers, titles and the metadata of tables.

Ignores where the line is written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from typing import Any

from ..settings import DECODERS, SGRS
from ..trace import Trace
from .labels import label
from .rows.view import View

NAMED = 12  # hidden words a footer names; of more, how many
EXPECTED = "S expected from the position"  # what 1/|J| alone would make of it; figures draw it behind the score
NAMES = {"attention": "Attention", "saliency": "Saliency"}


def method_words(trace: Trace) -> str:
    """The decoding method with the paper's symbols: "plain", "SGRS (α 0.6, K 5, R 3, W 5) + LocoRE (β 0.2, w_s 10)"."""
    run = trace.settings
    parts = []
    if run.sgrs is not None:
        parts.append(_sgrs_words(run.sgrs))
    if run.locore is not None:
        kept = ", renormalised" if run.locore.renormalize else ""
        parts.append(f"LocoRE (β {run.locore.beta:g}, w_s {run.locore.window}{kept})")
    if run.decoding is not None:
        values = ", ".join(f"{name} {value:g}" for name, value in run.decoding.values.items())
        parts.append(DECODERS.get(run.decoding.name, run.decoding.name) + (f" ({values})" if values else ""))
    if run.edits:
        parts.append(f"{len(run.edits)} attention edit" + ("s" if len(run.edits) > 1 else ""))
    if run.forced:
        parts.append(f"{len(run.forced)} tokens given")
    return " + ".join(parts) or "plain"


def _sgrs_words(sgrs: SGRS) -> str:
    numbers = f"α {sgrs.alpha:g}, K {sgrs.top_k}, R {sgrs.tries}, W {sgrs.window}"
    history = "" if sgrs.history == SGRS.history else f", H {sgrs.history}"
    score = "" if sgrs.score == SGRS.score else f", S {sgrs.score}"
    return f"SGRS ({numbers}{history}{score}{f' {sgrs.recent}' if sgrs.score == 'recent' else ''})"


def run_words(trace: Trace) -> str:
    """Model, method and sampling: enough to know which run a figure shows."""
    sampling = trace.settings.sampling
    drawn = f"temperature {sampling.temperature:g}, seed {sampling.seed}" if sampling.temperature else "greedy"
    limits = [f"top-{name} {value:g}" for name, value in (("k", sampling.top_k), ("p", sampling.top_p)) if value]
    fusion = trace.settings.recording.fusion
    parts = [f"{trace.model.name} ({trace.model.dtype})", method_words(trace), ", ".join([drawn, *limits])]
    return "; ".join(parts + ([f"fusion {fusion}"] if fusion != "product" else []))


def view_words(trace: Trace, view: View) -> str:
    """The run and which layers are shown."""
    return f"{run_words(trace)}; {view.layer_words(trace)}"


def picture_words(trace: Trace, picture: int) -> str:
    """What a picture is called: "picture 2" (from 1); of a video when it is shown: "1.6 s", or "1.6–2 s" for frames
    that share their tokens."""
    if not trace.fps:
        return f"picture {picture + 1}"
    group = trace.picture_groups[picture // trace.frames_per_token]
    times = trace.times or [one / trace.fps for one in range(len(trace.pictures))]
    places = 2 if (times[-1] - times[0]) / max(1, len(times) - 1) < 0.1 else 1  # as many as tell neighbours apart
    shown = [f"{round(times[one], places):g}" for one in (group[0], group[-1])]
    return "\u2013".join(dict.fromkeys(shown)) + " s"


def judged_words(trace: Trace, step: int) -> str:
    """ ", hallucinated" or ", right" where the token is marked, else nothing."""
    return f", {trace.marks[step].judgement}" if step in trace.marks else ""


def mark_words(trace: Trace) -> list[str]:
    """A line that explains the colours of marked tokens, or none."""
    return ["Words in orange: marked hallucinated; in blue: marked right."] if trace.marks else []


def hidden_words(trace: Trace, hidden: Collection[int], shown: Iterable[int]) -> list[str]:
    """A footer's line on the positions that are left out on request, of those the figure would show; none if nothing
    was asked for."""
    if not hidden:
        return []
    out = sorted({*hidden} & {*shown})
    image = {*trace.positions("image").tolist()} & {*out}
    names = [f"{label(trace.token_texts[key])} at {key}" for key in out if key not in image]
    parts = [*names[:NAMED], *([f"{len(names) - NAMED} more words"] if len(names) > NAMED else [])]
    parts += [f"{len(image)} patch" + ("es" if len(image) > 1 else "")] if image else []
    nothing = f"nothing here is among the {len(hidden)} template and sink tokens"
    return ["Hidden on request: " + (", ".join(parts) or nothing)]


def about(trace: Trace, view: View | None = None, steps: Sequence[int] = ()) -> dict[str, Any]:
    """Plain values for the top of a table: what wrote it, of which model and run, which tokens, under which view."""
    from .. import __version__

    found: dict[str, Any] = {"program": f"saliency_viz {__version__}", "model": trace.model.name}
    found |= {"revision": trace.model.revision, "dtype": trace.model.dtype}
    if steps:
        found |= {"step": steps[0] if len(steps) == 1 else list(steps)}
        found |= {"token": "".join(trace.steps[step].text for step in steps)}
        found |= {"over the steps": view.reduce} if view and len(steps) > 1 else {}
    if view:
        found |= {"layers": view.layer_words(trace), "normalization": view.normalization}
        found |= {"attention": view.unit("attention"), "saliency": view.unit("saliency")}
    return found | {"prompt": trace.prompt, "caption": trace.text, "settings": asdict(trace.settings)}


def metadata(trace: Trace, view: View | None = None) -> dict[str, Any]:
    """Plain values that say where numbers come from: model, settings, view, versions, caption."""
    from .. import __version__

    found = {
        "program": f"saliency_viz {__version__}",
        "model": asdict(trace.model),
        "settings": asdict(trace.settings),
        "target_layers": list(trace.target_layers),
        "system": trace.system,
        "history": [list(turn) for turn in trace.history],
        "prompt": trace.prompt,
        "pictures": len(trace.pictures),
        "frames_per_second": trace.fps,
        "frame_seconds": list(trace.times),
        "frames_per_token": trace.frames_per_token,
        "caption": trace.text,
        "ended": trace.ended,
        "versions": dict(trace.versions),
    }
    if view is not None:
        found["view"] = {
            "layers": list(view.layers) if isinstance(view.layers, tuple) else view.layers,
            "normalization": view.normalization,
            "transform": view.transform,
            "lock": view.lock,
            "percentile": view.percentile,
            "reduce": view.reduce,
            "attention_range": view.attention_range,
            "saliency_range": view.saliency_range,
        }
    return found
