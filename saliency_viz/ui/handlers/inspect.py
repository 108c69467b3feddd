"""What only the model can add to a finished run: every head, one token's map, the lens, knock-outs, insertion and
deletion curves.

Ignores how captions are made (caption.py) and how answers are drawn. Computed in the queue like a run; the page then
fetches the answer by its key (serving/one_time_results.py).
"""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import ModelError, SettingError
from ...figures.rows.metrics import layer_indices
from ...serving.engine import Engine
from ...serving.model_key import ModelKey
from ...trace import Trace
from ..context import Context, Visit
from ..i18n import english
from ..updates import Updates, note, sentence, told, update

NEWS_SECONDS = 0.2  # progress is told at most this often
TICKET = 64  # characters of a ticket


def same_model(name: str, trace: Trace) -> None:
    """Raises ModelError unless the chosen model is the one that made the trace (a directory goes by its last part)."""
    wanted = ModelKey.read(name)
    if not wanted.made(trace.model):
        made, chosen = trace.model.name, Path(wanted.name).name
        if made == chosen or made == wanted.name:
            made, chosen = f"{made}, {trace.model.dtype}", f"{chosen}, {wanted.quantization or 'whole weights'}"
        raise ModelError(
            f"This run was made by {made!r}, and the model chosen is {chosen!r}. "
            "Choose the first in the header to change this run or to look deeper into it."
        )


def packed(attention: np.ndarray, saliency: np.ndarray) -> dict[str, Any]:
    """Two arrays [..., keys] for the viewer: {shape, attention, saliency}, each as {codes, units} in base64.

    codes: float16 of each row divided by its largest value; units: these, float32. A row of tiny raw saliencies would
    vanish in float16 as it stands.
    """
    return {"shape": list(attention.shape), "attention": _coded(attention), "saliency": _coded(saliency)}


def _coded(values: np.ndarray) -> dict[str, str]:
    units = np.abs(values).max(axis=-1, initial=0).astype("<f4")
    codes = values / np.where(units > 0, units, 1)[..., None]
    return {"codes": _text(codes.astype("<f2")), "units": _text(units)}


def _text(values: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode("ascii")


def heads(engine: Engine, model: str, trace: Trace, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Every head's row [layers, heads, keys]."""
    rows = engine.looked("head_rows", model, trace, asked.get("step"))
    return packed(rows.attention, rows.saliency)


def matrix(engine: Engine, model: str, trace: Trace, asked: Mapping[str, Any]) -> dict[str, Any]:
    """One token's map [queries, keys], mean over the chosen layers; rows: each query's position (no patches)."""
    layers = list(layer_indices(trace, asked.get("layer", "target")))
    saliency, attention = (
        part[layers].mean(0) for part in engine.looked("token_matrix", model, trace, asked.get("step"))
    )
    words = np.setdiff1d(np.arange(len(saliency)), trace.positions("image"))
    return {**packed(attention[words], saliency[words]), "rows": words.tolist()}


def lens(engine: Engine, model: str, trace: Trace, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Per layer {probability, rank} of the written token, and top: [id, text, probability] of the most probable."""
    return {
        "layers": [
            {"probability": layer.probability, "rank": layer.rank, "top": told_tokens(layer.top)}
            for layer in engine.looked("logit_lens", model, trace, asked.get("step"))
        ]
    }


def told_tokens(tokens: Sequence[Any]) -> list[list[Any]]:
    """[id, text, probability] of each."""
    return [[token.token_id, token.text, token.probability] for token in tokens]


def knock_out(engine: Engine, model: str, trace: Trace, asked: Mapping[str, Any]) -> dict[str, Any]:
    """log p (nats) of the written token before and after keys, layers or heads are taken away, and by_layer; top_before
    and top_after as `told_tokens`; follows: the words that would come. keys, layers, heads: None for all."""
    chosen = {name: asked.get(name) for name in ("keys", "layers", "heads")}
    found = engine.looked("knock_out", model, trace, asked.get("step"), **chosen)
    return {
        "before": found.before,
        "after": found.after,
        "by_layer": list(found.by_layer),
        "top_before": told_tokens(found.top_before),
        "top_after": told_tokens(found.top_after),
        "follows": found.follows,
    }


def curves(found: Any) -> dict[str, Any]:
    """A Faithfulness as plain lists, with the areas under its curves and the first order of every ranking."""
    sides = {"deletion": found.deletion, "insertion": found.insertion}
    return {
        "fractions": found.fractions.tolist(),
        "fill": found.fill,
        "seed": found.seed,
        "places": int(next(iter(found.orders.values())).shape[1]),
        "sides": {side: {name: part.tolist() for name, part in of.items()} for side, of in sides.items()},
        "areas": {side: {name: found.area(side, name).tolist() for name in of} for side, of in sides.items()},
        "orders": {name: order[0].tolist() for name, order in found.orders.items()},
    }


KINDS: dict[str, Callable[[Engine, str, Trace, Mapping[str, Any]], dict[str, Any]]] = {
    "heads": heads,
    "matrix": matrix,
    "lens": lens,
    "knock_out": knock_out,
}


def look(context: Context, visit: Visit, event: Mapping[str, Any], model: str) -> Iterator[Updates]:
    """event: {kind: a row of KINDS or "faithfulness", run, step, layer, fill, ticket}. Tells the page how far it is,
    then the key of the answer."""
    ticket = str(event.get("ticket"))[:TICKET]
    stopped = context.visits.ticket(visit.id, ticket)
    try:
        context.rate_limit.admit(visit.who)
        with (
            context.turns.joined(visit.who, visit.id, stopped, "look") as turn,
            closing(looked(context, event, model, stopped)) as looking,
        ):
            for _ in turn.places():
                yield {"viewer": update()}  # gradio sees then whether the page is still there
            for news in looking:
                if "total" in news:
                    yield {"viewer": told(progress={"ticket": ticket, **news})}
                else:
                    answer = news
    except Exception as error:
        answer = {"error": sentence(error, "Looking deeper into a run failed")}
    finally:
        context.visits.answered(visit.id, ticket)
    refused = {"notice": note("error", text=answer["error"])} if "error" in answer else {}
    yield {"viewer": told(answer={"ticket": ticket, "key": context.results.put(visit.id, answer)}), **refused}


def halt(context: Context, visit: Visit, event: Mapping[str, Any]) -> None:
    """What was asked for under a ticket is not wanted any more, whether it is computed now or still waits. event:
    {ticket}."""
    context.visits.unwanted(visit.id, str(event.get("ticket"))[:TICKET])
    context.turns.look()


def fetch_answer(context: Context, key: str) -> dict[str, Any]:
    """The answer to `look`, once, for who knows its key."""
    return context.results.take(str(key)) or {"error": english("unexpected")}


def looked(
    context: Context, event: Mapping[str, Any], model: str, stopped: threading.Event
) -> Generator[dict[str, Any], None, None]:
    """Any number of {done, total}, then the answer."""
    if stopped.is_set():
        yield {"stopped": True}
        return
    trace, kind = context.trace(event.get("run") or ""), event.get("kind")
    same_model(model, trace)
    if kind == "faithfulness":
        yield from measured(context.engine, model, trace, event, stopped)
    elif kind in KINDS:
        yield KINDS[kind](context.engine, model, trace, event)
    else:
        raise SettingError(f"There is nothing to look at called {kind!r}. Expected one of {', '.join(KINDS)}.")


def measured(
    engine: Engine, model: str, trace: Trace, event: Mapping[str, Any], stopped: threading.Event
) -> Iterator[dict[str, Any]]:
    """How far the curves of a step are, then the curves; nothing but {stopped} once they are not wanted."""
    layers, limit = layer_indices(trace, event.get("layer", "target")), engine.seconds_limit
    options = {"layers": layers, "fill": str(event.get("fill", "mean"))}
    started = told_at = time.monotonic()
    with closing(engine.measured(model, trace, event.get("step"), **options)) as measuring:
        for progress in measuring:
            now = time.monotonic()
            if progress.result is not None:
                yield curves(progress.result)
            elif stopped.is_set():
                yield {"stopped": True}
                return
            elif limit is not None and now - started > limit:
                raise SettingError(
                    f"The curves took longer than the {limit:g} seconds a run may take here: {progress.done} of "
                    f"{progress.total} readings were done. Use a smaller model or picture."
                )
            elif now - told_at >= NEWS_SECONDS:
                told_at = now
                yield {"done": progress.done, "total": progress.total}
