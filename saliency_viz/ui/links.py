"""A link that holds a whole view: which run (or the recipe to make it again), and what was looked at in it.

Ignores the page: a link is a mapping of short strings, checked when it is read. Unknown or impossible entries are
dropped, never raised: a link is typed and cut by people.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..errors import SettingError
from ..settings import SGRS, LocoRE, Sampling
from ..trace import RunSettings

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
# What the viewer looks at: its own words, passed through; it checks them.
STATE_KEYS = (
    "token", "also", "layer", "view", "scale", "transform", "normalization", "cmap", "opacity", "granularity", "pins",
    "pin_kind", "hide_sinks", "reveal_truth", "image_columns", "triangle", "triangle_keys", "compare_kind",
)  # fmt: skip
MAX_STATE = 2000
MAX_PROMPT = 2000


@dataclass(frozen=True)
class Link:
    """example: name of a ready trace. run: id of a run this server may still keep. beside: id of the run compared with
    it ("example-NAME" for a ready trace). settings None: the example's own.
    state: the viewer's place (token, layer, view, scale, ...) as strings."""

    example: str | None = None
    run: str | None = None
    beside: str | None = None
    prompt: str | None = None
    settings: RunSettings | None = None
    state: Mapping[str, str] = field(default_factory=dict)


def write(link: Link) -> dict[str, str]:
    """Query parameters of a link, in a fixed order; `read` gives the link back."""
    query: dict[str, str] = {}
    for name in ("example", "run", "beside", "prompt"):
        if getattr(link, name):
            query[name] = getattr(link, name)
    if link.settings is not None:
        query |= recipe(link.settings)
    return query | {key: link.state[key] for key in STATE_KEYS if key in link.state}


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
        if value != usual:
            query[key] = _number(value)
    if settings.sgrs:
        one = settings.sgrs
        parts = [_number(one.alpha), one.top_k, one.tries, one.window]
        parts += ["-".join(map(str, one.layers))] if one.layers else []
        query["sgrs"] = "_".join(map(str, parts))
    if settings.locore:
        one = settings.locore
        query["locore"] = f"{_number(one.beta)}_{one.window}{'_norm' if one.renormalize else ''}"
    return query


def read(query: Mapping[str, Any]) -> Link:
    """The link in a page's query parameters."""
    example, run, beside, prompt = (str(query.get(key) or "") for key in ("example", "run", "beside", "prompt"))
    state = {key: str(query[key]) for key in STATE_KEYS if query.get(key) and len(str(query[key])) <= MAX_STATE}
    return Link(
        example=example if NAME.fullmatch(example) else None,
        run=run if NAME.fullmatch(run) else None,
        beside=beside if NAME.fullmatch(beside) else None,
        prompt=prompt[:MAX_PROMPT] or None,
        settings=_settings(query),
        state=state,
    )


def _settings(query: Mapping[str, Any]) -> RunSettings | None:
    count = _parse(int, query.get("n"))
    if count is None or count < 1:
        return None
    sampling = Sampling()
    for name, key, kind in (
        ("temperature", "temperature", float),
        ("seed", "seed", int),
        ("top_k", "topk", int),
        ("top_p", "topp", float),
    ):
        value = _parse(kind, query.get(key))
        if value is not None:
            try:
                sampling = replace(sampling, **{name: value})
            except SettingError:
                continue
    return RunSettings(count, sampling, _sgrs(str(query.get("sgrs") or "")), _locore(str(query.get("locore") or "")))


def _sgrs(text: str) -> SGRS | None:
    parts = text.split("_")
    try:
        layers = tuple(map(int, parts[4].split("-"))) if len(parts) > 4 else None
        return SGRS(
            alpha=float(parts[0]), top_k=int(parts[1]), tries=int(parts[2]), window=int(parts[3]), layers=layers
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
