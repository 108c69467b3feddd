"""What a Prometheus server asks at /metrics: runs by how they ended, tokens, waits, models, memory.

Ignores who watches. It tells numbers only; where a login is asked for, the same user and password as HTTP Basic, since
that is what Prometheus can send.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from ...errors import LimitError
from ...serving.progress import ENDINGS, RunEnd
from ...serving.rate_limit import RateLimit, visitor
from .auth import LOGINS_PER_MINUTE

SECONDS = (0.5, 1, 2, 5, 10, 20, 60, 120, 300, 900)  # upper edges of the histograms


class Metrics(Collector):
    """Counts for one server. health: tells the state when asked (health.py)."""

    def __init__(self, health: Callable[[], dict[str, Any]]) -> None:
        self.registry, self._health = CollectorRegistry(), health
        self._runs = Counter("saliency_viz_runs", "Captions, by how they ended", ["ended"], registry=self.registry)
        self._tokens = Counter("saliency_viz_tokens", "Tokens written", registry=self.registry)
        self._writing = Counter("saliency_viz_writing_seconds", "Time spent writing them", registry=self.registry)
        self._first = self._histogram("saliency_viz_first_token_seconds", "From a run's turn to its first token")
        self._whole = self._histogram("saliency_viz_run_seconds", "From a run's turn to its end")
        for ended in ENDINGS:
            self._runs.labels(ended)
        self.registry.register(self)

    def _histogram(self, name: str, text: str) -> Histogram:
        return Histogram(name, text, registry=self.registry, buckets=SECONDS)

    def ran(self, run: RunEnd) -> None:
        """A caption ended."""
        self._runs.labels(run.ended).inc()
        self._tokens.inc(run.tokens)
        self._whole.observe(run.seconds)
        if run.first is not None:
            self._first.observe(run.first)
            self._writing.inc(run.seconds - run.first)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """What is true now."""
        found = self._health()
        queue = found["queue"]
        yield GaugeMetricFamily("saliency_viz_up", "1 unless the first model failed", value=float(found["ok"]))
        yield GaugeMetricFamily("saliency_viz_waiting", "Runs that wait", value=queue["waiting"])
        yield GaugeMetricFamily("saliency_viz_waiting_most", "Runs that may wait", value=queue["most"])
        longest = "How long the run that waits longest has waited"
        yield GaugeMetricFamily("saliency_viz_waiting_longest_seconds", longest, value=queue["longest"])
        yield GaugeMetricFamily("saliency_viz_running", "1 while a model works", value=float(queue["running"]))
        models = GaugeMetricFamily("saliency_viz_models", "Models, by state", labels=["state"])
        for state in sorted(set(found["models"].values())):
            models.add_metric([state], list(found["models"].values()).count(state))
        yield models
        for part, text in (("memory", "Memory of machine, process, GPU"), ("disk", "Temporary files")):
            held = GaugeMetricFamily(f"saliency_viz_{part}_bytes", text, labels=["of"])
            for name, size in found[part].items():
                held.add_metric([name], size)
            yield held


def metrics_route(metrics: Metrics, same: Callable[[str, str], bool] | None, behind_proxy: bool) -> Any:
    """GET /metrics. same: whether a user and a password are right; None where there is no login."""
    from starlette.responses import PlainTextResponse, Response
    from starlette.routing import Route

    tried = RateLimit(LOGINS_PER_MINUTE, of="login")

    def answer(request: Any) -> Any:  # not async: the state is asked for in a thread of its own
        if same is not None and not same(*basic(request.headers.get("authorization", ""))):
            try:
                tried.admit(visitor(request, behind_proxy))
            except LimitError as error:
                return PlainTextResponse(str(error), 429)
            return PlainTextResponse("Log in with HTTP Basic.", 401, {"WWW-Authenticate": "Basic"})
        return Response(generate_latest(metrics.registry), media_type="text/plain; version=0.0.4")

    return Route("/metrics", answer)


def basic(header: str) -> tuple[str, str]:
    """User and password of an Authorization header, both empty where there is none."""
    kind, _, told = header.partition(" ")
    try:
        user, _, password = base64.b64decode(told, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return (user, password) if kind.lower() == "basic" else ("", "")
