"""Peak memory of saliency in one pass and of one eager backward, at two prompt lengths.

Ignores speed. CUDA: what the allocator says. CPU: a child process for each number, since the system only knows the
highest memory a process ever had: the child resets that mark after it has decoded, then does the one thing.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import torch

from ..errors import MemoryLimitError
from .eager import eager
from .rows import Row
from .workload import Workload

KINDS = ("one pass", "one backward per token")


def memory_rows(
    options: argparse.Namespace, make: Callable[[argparse.Namespace, int], Workload], tell: Callable[[str], None]
) -> list[Row]:
    """(b) Extra memory, in MiB, over the model and its cache; and how it grows when the prompt is twice as long."""
    lengths = (options.prompt_tokens, 2 * options.prompt_tokens)
    found: dict[tuple[str, int], float] = {}
    for kind in KINDS:
        for length in lengths:
            tell(f"memory of {kind}, prompt {length}")
            found[kind, length] = _measured(options, make, kind, length)
    rows = []
    for length in lengths:
        for kind in KINDS:
            grown = found[kind, length] / max(found[kind, lengths[0]], 1e-9)
            note = "" if length == lengths[0] else f"{grown:.1f} times that of the shorter prompt"
            ratio = None if kind == KINDS[0] else found[kind, length] / max(found[KINDS[0], length], 1e-9)
            part = f"extra peak memory, {options.tokens} tokens"
            name = f"{kind}, prompt {length}"
            rows.append(
                Row(part, name, "MiB", (found[kind, length],), ratio and f"{KINDS[0]}, same prompt", ratio, note)
            )
    return rows


def _measured(options: argparse.Namespace, make: Callable, kind: str, length: int) -> float:
    if torch.cuda.is_available() and options.device in ("auto", "cuda"):
        return extra_memory(make(options, length), kind)
    flags = ["--model", options.model, "--device", options.device, "--dtype", options.dtype, "--kind", kind]
    flags += ["--tokens", str(options.tokens), "--prompt-tokens", str(length)]
    for name in ("shape", "layers", "revision"):
        if getattr(options, name) is not None:
            flags += [f"--{name}", str(getattr(options, name))]
    done = subprocess.run(
        [sys.executable, "-m", "saliency_viz.bench.memory", *flags], capture_output=True, text=True, check=False
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["it was killed"])[-1]
        raise MemoryLimitError(f"Measuring memory of {kind} failed: {reason} Try fewer --tokens or --prompt-tokens.")
    return float(json.loads(done.stdout.splitlines()[-1])["mib"])


def extra_memory(work: Workload, kind: str) -> float:
    """MiB above what is held before, at the highest point of computing saliency this way."""
    session, output = work.decoded()
    if kind == KINDS[0]:
        return _peak(work, lambda: session.observe(work.first - 1, output))
    with eager(work) as baseline:
        return _peak(work, lambda: baseline.rows(output, len(output) - 1))


def _peak(work: Workload, compute: Callable[[], object]) -> float:
    if work.model.device.type == "cuda":
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
        held = torch.cuda.memory_allocated()
        compute()
        torch.cuda.synchronize()
        return (torch.cuda.max_memory_allocated() - held) / 2**20
    before = _resident(reset=True)
    compute()
    return (_resident() - before) / 2**20


def _resident(reset: bool = False) -> int:
    """Bytes of the highest resident memory, its mark put back to what is held now if reset (Linux; else never)."""
    status = Path("/proc/self/status")
    if status.exists():
        if reset:
            Path("/proc/self/clear_refs").write_text("5")
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _child() -> None:
    from . import make_workload

    parser = argparse.ArgumentParser()
    for name in ("model", "device", "dtype", "revision", "shape", "kind"):
        parser.add_argument(f"--{name}")
    for name in ("tokens", "prompt-tokens", "layers"):
        parser.add_argument(f"--{name}", type=int)
    options = parser.parse_args()
    print(json.dumps({"mib": extra_memory(make_workload(options, options.prompt_tokens), options.kind)}))


if __name__ == "__main__":
    _child()
