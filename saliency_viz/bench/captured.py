"""Decoding over a cache of fixed size, on CUDA as one captured graph: what a token costs without the launches.

And an observing pass likewise. A mask of fixed size says which positions are there, so that every step is the same work
on other numbers. Ignores reading rows off the gradients.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import torch
from torch import Tensor
from transformers import StaticCache

from ..attention import grad_mode
from ..caches import FrozenCache, filled
from ..decoding.session import Session
from ..recording import RecordingProbe
from ..saliency import loss_gradient
from ..verify.workload import Workload
from .clock import rounds, seconds
from .rows import Row, compared

WARM_UP = 3  # calls on a side stream before a capture, as torch asks
Result = TypeVar("Result")


def captured(work: Callable[[], Result], before: Callable[[], None] = lambda: None) -> Callable[[], Result]:
    """`work` as one CUDA graph, whose result each call writes anew. before: sets its inputs back, while it is captured.

    Raises RuntimeError where a part of it cannot be captured.
    """
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(WARM_UP):
            before()
            work()
    torch.cuda.current_stream().wait_stream(stream)
    before()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        result = work()

    def replay() -> Result:
        graph.replay()
        return result

    return replay


class StaticDecoder:
    """Greedy steps from where a session stands, over a copy of its cache with room for `steps` more positions."""

    @grad_mode(False)
    def __init__(self, session: Session, steps: int) -> None:
        self.model, self.start, device = session.model, session.length, session.model.device
        self.delta, most = session.prepared.rope_delta, session.length + steps
        self.cache = StaticCache(self.model.config.get_text_config(), most)
        self.layers: list[Any] = self.cache.layers  # StaticLayer; transformers' own types know of others
        for layer, decoded in zip(self.layers, filled(session.cache), strict=True):
            layer.lazy_initialization(decoded.keys, decoded.values)
            layer.keys[:, :, : self.start], layer.values[:, :, : self.start] = decoded.keys, decoded.values
        self.token = torch.zeros(1, 1, dtype=torch.long, device=device)
        self.position = torch.zeros(1, 1, dtype=torch.long, device=device)
        self.places = torch.arange(most, device=device)
        self.replay: Callable[[], Tensor] = self._forward

    @grad_mode(False)
    def decode(self, token: int, count: int) -> list[int]:
        """The tokens [count] from `token` on, which the session had chosen and not fed; it is the first of them."""
        self._rewind()
        self.token.fill_(token)
        self.position.fill_(self.start + self.delta)
        found = [self.token.clone()]
        for _ in range(count - 1):
            self.token.copy_(self.replay())
            self.position.add_(1)
            found.append(self.token.clone())
        return torch.cat(found).flatten().tolist()

    @grad_mode(False)
    def capture(self) -> None:
        """Make a step one CUDA graph. Raises RuntimeError where a part of the model cannot be captured."""
        self.replay = captured(self._forward, self._rewind)

    def _rewind(self) -> None:
        for layer in self.layers:
            layer.cumulative_length.fill_(self.start)

    def _forward(self) -> Tensor:
        """The next token [1, 1]; nothing here reads a tensor's value on the CPU."""
        reached = self.position[0] - self.delta
        logits = self.model.network(
            input_ids=self.token,
            position_ids=self.position,
            attention_mask=(self.places <= reached)[None, None, None],
            **self.model.remembering(self.cache),
        ).logits
        return logits[:, -1].argmax(-1, keepdim=True)


def captured_rows(work: Workload, repeats: int, tell: Callable[[str], None]) -> list[Row]:
    """Milliseconds per token over the growing cache, over one of fixed size, and as a captured graph (CUDA only)."""
    session = work.session()
    first = int(session.prefill().argmax())
    device, per_token = work.model.device, 1000 / (work.tokens - 1)
    static = StaticDecoder(session, work.tokens)
    decoders = {"growing cache": partial(_grown, session, first, work.tokens)}
    decoders["cache of fixed size"] = partial(static.decode, first, work.tokens)
    graphed = StaticDecoder(session, work.tokens)
    note = _why_not(graphed.capture, device)
    if not note:
        decoders["one captured graph"] = partial(graphed.decode, first, work.tokens)
    words = {name: decode() for name, decode in decoders.items()}
    runs = rounds({name: partial(_cost, decode, device, per_token) for name, decode in decoders.items()}, repeats, tell)
    notes = {name: _agreement(found, words["growing cache"]) for name, found in words.items()}
    notes["growing cache"] = note
    return compared(f"decoding alone, prompt of {work.first}", "ms/token", runs, "growing cache", notes)


def _why_not(capture: Callable[[], object], device: torch.device) -> str:
    """Captures; or says why there is no graph."""
    if device.type != "cuda":
        return "graphs are captured on CUDA only"
    try:
        capture()
    except RuntimeError as error:
        return f"no graph: {str(error).splitlines()[0]}"
    return ""


def _cost(decode: Callable[[], object], device: torch.device, per_token: float, number: int) -> float:
    return per_token * seconds(decode, device)


def _grown(session: Session, token: int, count: int) -> list[int]:
    start, found = session.length, [token]
    for _ in range(count - 1):
        found.append(int(session.advance([found[-1]])[-1].argmax()))
    session.rewind(start)
    return found


def _agreement(found: list[int], wanted: list[int]) -> str:
    same = next((at for at, (a, b) in enumerate(zip(found, wanted, strict=True)) if a != b), len(wanted))
    return "the same tokens" if same == len(wanted) else f"the same tokens up to {same} of {len(wanted)}"


class ObservingPass:
    """What Session.observe puts on the device for the whole caption: recorded forward and gradients, for fixed rows."""

    def __init__(self, session: Session, first: int, output: list[int]) -> None:
        self.session, self.start, device = session, first - 1, session.model.device
        begin = self.start + session.prepared.rope_delta
        self.ids = torch.tensor([session.ids[self.start : self.start + len(output)]], device=device)
        self.positions = torch.arange(begin, begin + len(output), device=device)[None]
        self.targets = torch.tensor(output, device=device)
        self.replay: Callable[[], list[Tensor]] = self.gradients

    def capture(self) -> None:
        """Make it one CUDA graph. Raises RuntimeError where a part of the model cannot be captured."""
        self.replay = captured(self.gradients)

    @grad_mode(True)
    def gradients(self) -> list[Tensor]:
        """At every layer's head outputs, [1, heads, rows, width] each."""
        model, rows = self.session.model, self.ids.shape[1]
        cache = FrozenCache(self.session.cache, self.start, self.start + rows)
        probe = RecordingProbe(cache, None, 0)
        logits = model.network(
            input_ids=self.ids, position_ids=self.positions, **model.remembering(cache), probe=probe
        ).logits[0]
        towards = loss_gradient(logits, self.targets, self.session.loss_scale)
        return list(torch.autograd.grad(logits, [record.outputs for record in probe.records.values()], towards))


def observing_rows(work: Workload, repeats: int, tell: Callable[[str], None]) -> list[Row]:
    """Milliseconds per token of one observing pass over the caption, launched kernel by kernel and as one graph."""
    session, output = work.decoded()
    plain, graphed = (ObservingPass(session, work.first, output) for _ in range(2))
    device, per_token = work.model.device, 1000 / work.tokens
    passes = {"kernel by kernel": plain.replay}
    notes = {"kernel by kernel": _why_not(graphed.capture, device)}
    if not notes["kernel by kernel"]:
        passes["one captured graph"] = graphed.replay
        pairs = zip(graphed.replay(), plain.replay(), strict=True)
        apart = max(float((mine - true).norm() / true.norm()) for mine, true in pairs)
        notes["one captured graph"] = f"gradients differ by {apart:.1e} at most"
    costs = {name: partial(_cost, one, device, per_token) for name, one in passes.items()}
    runs = rounds(costs, repeats, tell)
    return compared(f"observing {work.tokens} rows in one pass", "ms/token", runs, "kernel by kernel", notes)
