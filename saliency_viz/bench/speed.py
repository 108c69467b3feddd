"""Speed of the engine: saliency in one pass against one backward per token, decoding with and without observation,
and what SGRS and LocoRE add.

Ignores memory and the app.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import mean

import torch

from ..decoding.candidates import Chooser
from ..decoding.run import CaptionStream
from ..settings import SGRS, LocoRE, Sampling
from ..trace import RunSettings
from .clock import rounds, seconds, synchronize
from .eager import eager
from .rows import Row, compared
from .workload import Workload

Tell = Callable[[str], None]


def saliency_rows(work: Workload, repeats: int, tell: Tell) -> list[Row]:
    """(a) Saliency of the whole caption: one pass over the cache, and one eager backward for each token."""
    session, output = work.decoded()
    device = work.model.device

    def one_pass(_: int) -> float:
        return seconds(lambda: session.observe(work.first - 1, output), device)

    with eager(work) as baseline:
        found = torch.stack([_padded(baseline.rows(output, index).detach(), work) for index in range(len(output))])

        def per_token(_: int) -> float:
            return seconds(lambda: [baseline.rows(output, index) for index in range(len(output))], device)

        runs = rounds({"one backward per token": per_token}, min(repeats, 3), tell)
    runs |= rounds({"one pass": one_pass}, repeats, tell)
    ours = session.observe(work.first - 1, output).saliency
    apart = float(((ours - found.cpu()).norm(dim=-1) / found.cpu().norm(dim=-1).clamp_min(1e-30)).max())
    part = f"saliency of {work.tokens} tokens after a prompt of {work.first}"
    rows = compared(part, "ms", {name: [1000 * value for value in values] for name, values in runs.items()})
    slow, fast = rows
    ratio = slow.median / fast.median
    return [
        slow,
        Row(
            part,
            fast.name,
            "ms",
            fast.runs,
            None,
            None,
            f"{ratio:.0f} times faster; rows differ by {apart:.1e} at most",
        ),
    ]


def decoding_rows(work: Workload, repeats: int, tell: Tell) -> list[Row]:
    """(c) Milliseconds per token of plain decoding: transformers' generate, ours unobserved, ours observed, and the
    observing passes alone (the rest of an observed run describes the steps: texts, candidates, ranks)."""
    per_token = 1000 / work.tokens
    passes: list[float] = []

    def observed(_: int) -> float:
        cost, stream = _streamed(work, RunSettings(work.tokens))
        passes.append(per_token * stream.trace.seconds["observe"])
        return cost

    runs = rounds(
        {
            "generate of transformers": lambda _: _generate(work),
            "plain, unobserved": lambda _: per_token * _plain(work, Sampling()),
            "plain, observed": observed,
        },
        repeats,
        tell,
    )
    runs["of that, observing passes"] = passes[1:]
    return compared(f"decoding after a prompt of {work.first}", "ms/token", runs, "plain, unobserved")


def method_rows(work: Workload, repeats: int, tell: Tell, temperature: float) -> list[Row]:
    """(f) Milliseconds per token of SGRS and LocoRE, and how SGRS fared. Each round draws with its own seed."""
    facts: dict[str, list[tuple[float, float]]] = {}
    per_token = 1000 / work.tokens

    def streamed(name: str, **settings: object) -> Callable[[int], float]:
        def measure(number: int) -> float:
            run = RunSettings(work.tokens, Sampling(temperature, number), **settings)
            cost, stream = _streamed(work, run)
            accepted = mean(step.rejected == 0 for step in stream.trace.steps)
            facts.setdefault(name, []).append((accepted, mean(stream.chunks)))
            return cost

        return measure

    names = ("SGRS, lookahead adapts", "SGRS, one token at a time", "SGRS and LocoRE")
    runs = rounds(
        {
            "plain, unobserved": lambda number: per_token * _plain(work, Sampling(temperature, number)),
            "LocoRE, unobserved": lambda number: per_token * _plain(work, Sampling(temperature, number), LocoRE()),
            "LocoRE, observed": streamed("LocoRE, observed", locore=LocoRE()),
            names[0]: streamed(names[0], sgrs=SGRS()),
            names[1]: streamed(names[1], sgrs=SGRS(), lookahead=1),
            names[2]: streamed(names[2], sgrs=SGRS(), locore=LocoRE()),
        },
        repeats,
        tell,
    )
    notes = {}
    for name in names:
        accepted, chunk = (mean(column) for column in zip(*facts[name][1:], strict=True))
        notes[name] = f"first candidate accepted {accepted:.0%}; {chunk:.1f} tokens per observing pass"
    return compared(f"methods, temperature {temperature:g}", "ms/token", runs, "plain, unobserved", notes)


def _plain(work: Workload, sampling: Sampling, locore: LocoRE | None = None) -> float:
    """Seconds to decode the caption after its prefill, observing nothing."""
    session = work.session(locore)
    logits = session.prefill()
    chooser = Chooser(sampling, work.model.network.generation_config)

    def decode() -> None:
        now = logits
        for index in range(work.tokens):
            token = chooser.choose(now, session.ids, work.first + index, 1).first
            if index + 1 < work.tokens:
                now = session.advance([token])[-1]

    return seconds(decode, work.model.device)


def _streamed(work: Workload, settings: RunSettings) -> tuple[float, CaptionStream]:
    """(ms per token without the prefill, the finished stream)."""
    stream = work.stream(settings)
    taken = seconds(lambda: list(stream), work.model.device) - stream.trace.seconds["prefill"]
    return 1000 * taken / len(stream.trace.steps), stream


def _generate(work: Workload) -> float:
    """ms per token of `generate` on the same network: a caption of all tokens less one of a single token."""
    network, inputs, device = work.model.network, work.prepared.inputs, work.model.device

    def generate(count: int) -> float:
        return seconds(
            lambda: network.generate(**inputs, max_new_tokens=count, min_new_tokens=count, do_sample=False), device
        )

    synchronize(device)
    return 1000 * (generate(work.tokens) - generate(1)) / max(work.tokens - 1, 1)


def _padded(row: torch.Tensor, work: Workload) -> torch.Tensor:
    return torch.nn.functional.pad(row, (0, work.first + work.tokens - 1 - row.shape[-1]))
