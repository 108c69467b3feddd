"""Speed of the engine: saliency in one pass against one backward per token, decoding with and without observation,
and what SGRS and LocoRE add.

Ignores memory and the app.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from statistics import mean
from typing import Any

import numpy as np
from torch import Tensor

from ..decoding.candidates import Chooser
from ..decoding.run import CaptionStream
from ..settings import SGRS, LocoRE, Sampling
from ..trace import RunSettings
from ..verify.workload import Workload
from .clock import rounds, seconds, synchronize
from .eager import eager, too_large
from .rows import Row, compared

Tell = Callable[[str], None]
SAMPLE = 4  # tokens that the slow way to saliency is measured on
ALPHAS = (("to 0 (all accepted)", 1e-9), ("0.6", 0.6), ("1.0", 1.0))


def saliency_rows(work: Workload, repeats: int, tell: Tell) -> list[Row]:
    """(a) Saliency of the whole caption: one pass over the cache, and one eager backward for each token.

    The slow way is measured on SAMPLE tokens from the first to the last and counted up to all, and left out where its
    matrices would not fit into half of the free memory.
    """
    session, output = work.decoded()
    device = work.model.device
    part = f"saliency of {work.tokens} tokens after a prompt of {work.first}"

    def one_pass(_: int) -> float:
        return seconds(lambda: session.observe(work.first - 1, output), device)

    if left_out := too_large(work):
        runs = rounds({"one pass": one_pass}, repeats, tell)
        (fast,) = compared(part, "ms", {name: [1000 * value for value in values] for name, values in runs.items()})
        return [replace(fast, note=left_out)]
    sample = sorted({round(index) for index in np.linspace(0, len(output) - 1, SAMPLE)})
    with eager(work) as baseline:
        found = {index: baseline.rows(output, index).detach().cpu() for index in sample}

        def sampled() -> None:
            for index in sample:
                baseline.rows(output, index)

        def per_token(_: int) -> float:
            return seconds(sampled, device) * len(output) / len(sample)

        runs = rounds({"one backward per token": per_token}, min(repeats, 3), tell)
    runs |= rounds({"one pass": one_pass}, repeats, tell)
    ours = session.observe(work.first - 1, output).saliency
    apart = max(_apart(ours[index], row) for index, row in found.items())
    slow, fast = compared(part, "ms", {name: [1000 * value for value in values] for name, values in runs.items()})
    faster = f"{slow.median / fast.median:.0f} times faster; rows differ by {apart:.1e} at most"
    return [replace(slow, note=f"from {len(sample)} of {len(output)} tokens"), replace(fast, note=faster)]


def _apart(mine: Tensor, truth: Tensor) -> float:
    """Largest distance of a layer's row [layers, keys] from the true one, as a share of it."""
    difference = (mine[:, : truth.shape[-1]] - truth).norm(dim=-1)
    return float((difference / truth.norm(dim=-1).clamp_min(1e-30)).max())


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
    """(f) Milliseconds per token of SGRS at three thresholds and LocoRE, and how SGRS fared. Each round has a seed."""
    facts: dict[str, list[tuple[float, float]]] = {}
    per_token = 1000 / work.tokens

    def streamed(name: str, **settings: Any) -> Callable[[int], float]:
        def measure(number: int) -> float:
            run = RunSettings(work.tokens, Sampling(temperature, number), **settings)
            cost, stream = _streamed(work, run)
            accepted = mean(step.rejected == 0 for step in stream.trace.steps)
            facts.setdefault(name, []).append((accepted, mean(stream.chunks)))
            return cost

        return measure

    judged: dict[str, dict[str, Any]] = {f"SGRS, alpha {words}": {"sgrs": SGRS(alpha=alpha)} for words, alpha in ALPHAS}
    judged["SGRS and LocoRE"] = {"sgrs": SGRS(), "locore": LocoRE()}
    runs = rounds(
        {
            "plain, unobserved": lambda number: per_token * _plain(work, Sampling(temperature, number)),
            "LocoRE, unobserved": lambda number: per_token * _plain(work, Sampling(temperature, number), LocoRE()),
            "LocoRE, observed": streamed("LocoRE, observed", locore=LocoRE()),
            **{name: streamed(name, **settings) for name, settings in judged.items()},
        },
        repeats,
        tell,
    )
    notes = {}
    for name in judged:
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
