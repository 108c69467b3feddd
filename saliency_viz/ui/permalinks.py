"""A link that holds a whole view: which runs (or the recipes to make them again), and what was looked at in them.

Ignores the page: a link is a mapping of short strings, checked when it is read. Unknown or impossible entries are
dropped, never raised: a link is typed and cut by people.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from ..errors import SettingError
from ..serving.model_key import QUANTIZATIONS, ModelKey
from ..serving.request import MAX_PROMPT
from ..settings import DECODERS, HISTORIES, SCORES, SGRS, Decoding, History, LocoRE, Sampling, Score
from ..trace import RunSettings, Trace
from ..whole_numbers import indices_from

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
MODEL = re.compile(r"[A-Za-z0-9][\w.@-]{0,95}(/[A-Za-z0-9][\w.-]{0,95})?")  # a hub id, or the last part of a directory
# What the viewer looks at: its own words, passed through; it checks them. All of its state (a test compares).
STATE_KEYS = (
    "token", "also", "layer", "view", "scale", "transform", "normalization", "cmap", "opacity", "granularity", "pins",
    "pin_kind", "hide_sinks", "reveal_truth", "image_columns", "triangle", "triangle_keys", "compare_kind",
    "range_attention", "range_saliency", "reduce", "held", "held_also", "frame", "matrix", "matrix_row",
    "heads_show", "head", "heads_part", "heads_kind", "fill", "follow",
    "smooth", "strip", "content", "curve", "claim_scope", "knock_hide", "knock_layers", "knock_head",
)  # fmt: skip
WORDS = ("example", "run", "model", "weights", "adapter", "prompt", "system", "seen")  # a run's own, in this order
SEEN = re.compile(r"(video|pictures)-[1-9][0-9]{0,2}")
BESIDE = "beside"
LAYERS = "layers."  # before a list of layers, as layers are written everywhere; links of before have 2-3-7, all listed
MAX_STATE = 4000
LONG_PROMPT = 1500  # characters of an address; with more, some mail programs and servers cut the link


@dataclass(frozen=True)
class LinkedRun:
    """One run and how to make it again. run: id of a run this server may still keep ("example-NAME" for a ready trace
    in the second slot). example: name of the scene its picture is from. weights: "4bit" or "8bit" (None: whole).
    adapter: of LoRA. settings None: the example's own. partial: something that made the run is not in the link, or
    cannot be read in it. system: the system prompt. seen: what was uploaded where it was more than one picture, such as
    video-8 (frames) or pictures-3."""

    run: str | None = None
    example: str | None = None
    model: str | None = None
    prompt: str | None = None
    settings: RunSettings | None = None
    partial: bool = False
    system: str | None = None
    seen: str | None = None
    weights: str | None = None
    adapter: str | None = None

    @property
    def wanted(self) -> ModelKey | None:
        """The model it was made by, None where the link does not say."""
        return ModelKey(self.model, self.weights, self.adapter) if self.model else None


@dataclass(frozen=True)
class Link:
    """beside: the run compared with the first. state: the viewer's state (token, layer, view, ...) as strings."""

    first: LinkedRun = LinkedRun()
    beside: LinkedRun = LinkedRun()
    state: Mapping[str, str] = field(default_factory=dict)


def write(link: Link) -> dict[str, str]:
    """Query parameters of a link, in a fixed order; `read` gives the link back."""
    query = write_run(link.first)
    for key, value in write_run(link.beside).items():
        query[BESIDE if key == "run" else f"{BESIDE}_{key}"] = value
    return query | {key: link.state[key] for key in STATE_KEYS if key in link.state}


def write_run(linked: LinkedRun) -> dict[str, str]:
    """Query parameters of one run, as they stand for the first."""
    query = {key: getattr(linked, key) for key in WORDS if getattr(linked, key)}
    if linked.settings is not None:
        query |= recipe(linked.settings)
    return query | ({"partial": "1"} if linked.partial else {})


def linked_run(trace: Trace, run: str | None, example: str | None) -> LinkedRun:
    """A kept run as a link names it; prompts too long for an address are left out, and that is said. A conversation
    always is: what was answered is not the person's to type."""
    prompt, system = (text if len(quote(text or "")) <= LONG_PROMPT else None for text in (trace.prompt, trace.system))
    long = (prompt, system) != (trace.prompt, trace.system)
    count = len(trace.pictures)
    seen = f"video-{count}" if trace.fps else f"pictures-{count}" if count > 1 else None
    more = _settings(recipe(trace.settings))[0] != replace(trace.settings, lookahead=None)  # what if, chosen tokens
    made = ModelKey.of(trace.model)
    model, adapter = (name if MODEL.fullmatch(name or "") else None for name in (made.name, made.adapter))
    partial = more or bool(trace.history) or long or model is None or adapter != made.adapter
    return LinkedRun(run, example, model, prompt, trace.settings, partial, system, seen, made.quantization, adapter)


def recipe(settings: RunSettings) -> dict[str, str]:
    """The decoding settings as query parameters; what equals the default is left out, max new tokens never."""
    sampling = settings.sampling
    query = {"n": str(settings.max_new_tokens)}
    for key, value, usual in (
        ("temperature", sampling.temperature, 0.0),
        ("seed", sampling.seed, 0),
        ("topk", sampling.top_k, None),
        ("topp", sampling.top_p, None),
    ):
        if value is not None and value != usual:
            query[key] = _number(value)
    if settings.sgrs:
        one = settings.sgrs
        parts = [_number(one.alpha), one.top_k, one.tries, one.window]
        parts += [f"{LAYERS}{','.join(map(str, one.layers))}"] if one.layers else []
        parts += [one.history]  # always: a link without it is of the time when "accepted" was the only one
        if one.score != SGRS.score:
            parts += [f"{one.score}.{one.recent}" if one.score == "recent" else one.score]
        query["sgrs"] = "_".join(map(str, parts))
    if settings.locore:
        one = settings.locore
        query["locore"] = f"{_number(one.beta)}_{one.window}{'_norm' if one.renormalize else ''}"
    if settings.decoding:
        query["decoding"] = ",".join(filter(None, (settings.decoding.name, settings.decoding.written())))
    return query


def read(query: Mapping[str, Any]) -> Link:
    """The link in a page's query parameters."""
    beside = {key.removeprefix(f"{BESIDE}_"): value for key, value in query.items() if key.startswith(f"{BESIDE}_")}
    state = {key: str(query[key]) for key in STATE_KEYS if query.get(key) and len(str(query[key])) <= MAX_STATE}
    return Link(read_run(query), read_run({**beside, "run": query.get(BESIDE)}), state)


def read_run(query: Mapping[str, Any]) -> LinkedRun:
    """One run in query parameters. What cannot be read, and a prompt longer than the page takes, is left out, and that
    is said."""
    given = {key: str(query.get(key) or "") for key in WORDS}
    settings, lost = _settings(query)
    found: dict[str, Any] = {
        "run": NAME.fullmatch(given["run"]),
        "example": NAME.fullmatch(given["example"]),
        "model": MODEL.fullmatch(given["model"]),
        "weights": given["weights"] in QUANTIZATIONS,
        "adapter": MODEL.fullmatch(given["adapter"]),
        "prompt": 0 < len(given["prompt"]) <= MAX_PROMPT,
        "system": 0 < len(given["system"]) <= MAX_PROMPT,
        "seen": SEEN.fullmatch(given["seen"]),
    }
    read = {key: given[key] if fits else None for key, fits in found.items()}
    lost = lost or any(given[key] and not read[key] for key in ("model", "weights", "adapter", "prompt", "system"))
    return LinkedRun(**read, settings=settings, partial=str(query.get("partial") or "") == "1" or lost)


def _settings(query: Mapping[str, Any]) -> tuple[RunSettings | None, bool]:
    """(the settings, None without any; whether something was given that is not in them)."""
    numbers = {"temperature": float, "seed": int, "topk": int, "topp": float}
    methods = {"sgrs": _sgrs, "locore": _locore, "decoding": _decoding}
    count = _parse(int, query.get("n"))
    if count is None or count < 1:
        return None, any(query.get(key) for key in ("n", *numbers, *methods))
    sampling, lost = Sampling(), False
    for key, kind in numbers.items():
        if query.get(key) is None:
            continue
        name = {"topk": "top_k", "topp": "top_p"}.get(key, key)
        value = _parse(kind, query[key])
        try:
            sampling = replace(sampling, **{name: value})
        except SettingError:
            value = None
        lost = lost or value is None
    made = {key: read(str(query.get(key) or "")) for key, read in methods.items()}
    lost = lost or any(query.get(key) and made[key] is None for key in methods)
    return RunSettings(count, sampling, **made), lost


def _decoding(text: str) -> Decoding | None:
    name, _, values = text.partition(",")
    try:
        return Decoding.read(name, values) if name in DECODERS else None
    except SettingError:
        return None


def _sgrs(text: str) -> SGRS | None:
    parts = text.split("_")
    try:
        alpha, top_k, tries, window, *words = parts
        old = [word.replace("-", ",") for word in words if word[:1].isdigit()]
        listed = [word.removeprefix(LAYERS) for word in words if word.startswith(LAYERS)] or old
        more = [word.partition(".") for word in words]
        histories: list[History] = [known for word, _, _ in more for known in HISTORIES if known == word]
        scores: list[tuple[Score, int]] = [
            (known, int(size or SGRS.recent)) for word, _, size in more for known in SCORES if known == word
        ]
        return SGRS(
            alpha=float(alpha),
            top_k=int(top_k),
            tries=int(tries),
            window=int(window),
            layers=indices_from("layers", listed[0]) if listed else None,
            history=histories[0] if histories else "accepted",
            score=scores[0][0] if scores else SGRS.score,
            recent=scores[0][1] if scores else SGRS.recent,
        )
    except (IndexError, ValueError):
        return None


def _locore(text: str) -> LocoRE | None:
    parts = text.split("_")
    try:
        return LocoRE(beta=float(parts[0]), window=int(parts[1]), renormalize="norm" in parts[2:])
    except (IndexError, ValueError):
        return None


def _parse(kind: type, value: Any) -> Any:
    try:
        return kind(str(value))
    except ValueError:
        return None


def _number(value: float) -> str:
    return json.dumps(value)
