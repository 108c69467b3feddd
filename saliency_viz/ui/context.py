"""What every handler is given besides the page's values: the engine, the stores, and who asks. Set once, never changed.

Ignores the page's components: handlers name the parts they change (updates.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

from ..errors import ModelError, TraceError
from ..serving.engine import Engine
from ..serving.jobs import Jobs
from ..serving.model_key import ModelKey
from ..serving.one_time_results import OneTimeResults
from ..serving.rate_limit import RateLimit, visitor
from ..serving.run_needs import RunNeeds
from ..serving.run_store import RunStore
from ..serving.temp_folder import TempFolder
from ..serving.turns import Turns
from ..serving.visits import Visits
from ..trace import Trace
from .claims import Claims
from .films import FilmProgress
from .gallery import Gallery
from .payloads import Payloads
from .run_list import Entries

EXAMPLE = "example-"  # begins the id of an example's ready trace


def reading(most: int) -> Jobs:
    """Processes that read uploads; so many may wait for one."""
    return Jobs("Reading the upload", most=most)


@dataclass(frozen=True)
class Visit:
    """Who asks. id: of the open page, "" for a program without one. who: whose runs are counted together. query: of the
    page's address."""

    id: str = ""
    who: str = "nobody"
    query: Mapping[str, str] = field(default_factory=dict)

    @staticmethod
    def of(request: Any, behind_proxy: bool = False) -> Visit:
        """The visit of a gr.Request, or of a plain one (gradio 6.31 hands MCP's on as it came)."""
        query = dict(getattr(request, "query_params", None) or {})
        return Visit(getattr(request, "session_hash", None) or "", visitor(request, behind_proxy), query)


@dataclass(frozen=True)
class Context:
    """limit: the most new tokens a run may ask for. opened: a trace to show at first. warm: load the first model when a
    page opens. turns: whose turn it is with the model. decoding, drawing: read uploads and make files beside it.
    folder: of uploads and files for programs; a program's exports need it."""

    engine: Engine
    store: RunStore
    gallery: Gallery
    limit: int = 256
    opened: Trace | None = None
    warm: bool = False
    rate_limit: RateLimit = field(default_factory=RateLimit)
    turns: Turns = field(default_factory=lambda: Turns({"run": 32, "look": 16}))
    folder: TempFolder | None = None
    decoding: Jobs = field(default_factory=lambda: reading(64))
    drawing: Jobs = field(default_factory=lambda: Jobs("Making the file", nice=10))
    visits: Visits = field(default_factory=Visits)
    results: OneTimeResults = field(default_factory=OneTimeResults)
    films: FilmProgress = field(default_factory=FilmProgress)
    claims: Claims = field(default_factory=Claims)
    entries: Entries = field(default_factory=Entries)
    payloads: Payloads = field(default_factory=Payloads)
    needs: RunNeeds = field(default_factory=RunNeeds)
    serials: Iterator[int] = field(default_factory=lambda: count(1))

    def decode(self, who: str) -> Callable[..., Any]:
        """How uploads of a visitor are read: see `media.Decode`."""
        return lambda seconds, function, *given: self.decoding.do(who, function, *given, seconds=seconds)

    def example_of(self, run_id: str | None) -> str | None:
        """Name of the scene whose ready trace an id ("example-NAME") stands for, else None."""
        run_id = run_id or ""
        return run_id.removeprefix(EXAMPLE) if run_id.startswith(EXAMPLE) else None

    def trace(self, run_id: str) -> Trace:
        """A kept run's trace, or an example's ready one. Raises TraceError when it is gone."""
        run_id = str(run_id)
        run, scene = self.store.get(run_id), self.example_of(run_id)
        if run is not None:
            return run.trace
        if scene is not None:
            return self.gallery.trace(scene)
        raise TraceError("This run is no longer kept here. Run it again, or open its saved trace.")

    def known(self, run_id: str | None) -> bool:
        """Whether there is such a run to show."""
        scene = self.gallery.scenes.get(self.example_of(run_id) or "")
        return self.store.get(run_id) is not None or (scene is not None and scene.trace.is_file())

    def scene_of(self, run_id: str | None) -> str | None:
        """Name of the example whose picture a run is of, None where it is of another."""
        run = self.store.get(run_id)
        return run.example if run else self.example_of(run_id)

    def offered(self, wanted: ModelKey | None) -> str | None:
        """The key under which this server offers a link's model (directories go by their last parts), or None."""
        if wanted is None:
            return None
        rules = self.engine.rules
        adapters = (rules.adapter,) if rules.adapter else ()
        key = replace(
            wanted,
            name=_of_last_part(wanted.name, rules.names()),
            adapter=wanted.adapter and _of_last_part(wanted.adapter, adapters),
        ).key
        try:
            self.engine.check(key)
        except ModelError:
            return None
        return key


def _of_last_part(name: str, known: Iterable[str]) -> str:
    """The known name that goes by this one, else the name itself."""
    return next((one for one in known if name in (one, Path(one).name)), name)
