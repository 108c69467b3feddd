#!/usr/bin/env python
"""Everything worth measuring on a machine with a GPU, in one report: is it exact, how fast, what would graphs bring.

    python dev/gpu_report.py [--out report.md] [--shapes llava-1.5-7b qwen2.5-vl-7b] [--minutes 10]

Weights are random, in the shapes of the real models: nothing is downloaded. Each part stands in the report when it is
done, and none begins that the time left would not allow.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TextIO

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("equality", "decoding", "captured", "methods", "saliency", "memory")  # the most wanted first


def main() -> int:
    """Measure and write; 0 if every part that was begun came to its end."""
    command = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    command.add_argument("--shapes", nargs="+", default=["llava-1.5-7b", "qwen2.5-vl-7b"], metavar="NAME")
    command.add_argument("--device", default="cuda")
    command.add_argument("--tokens", type=int, default=64)
    command.add_argument("--prompt-tokens", type=int, default=640)
    command.add_argument("--repeats", type=int, default=2)
    command.add_argument("--minutes", type=float, default=10)
    command.add_argument("--out", type=Path, default=Path("gpu-report.md"))
    options = command.parse_args()
    until, failed = time.monotonic() + 60 * options.minutes, False
    with options.out.open("w", encoding="utf-8") as report:
        for place, shape in enumerate(options.shapes):
            share = (until - time.monotonic()) / (len(options.shapes) - place)  # seconds of those left
            failed |= not measured(options, shape, share, report)
    print(f"Written to {options.out}.")
    return int(failed)


def measured(options: argparse.Namespace, shape: str, left: float, report: TextIO) -> bool:
    """One process for all parts of a shape, so that the weights are made once; its output is copied as it comes."""
    command = [sys.executable, "-u", "-m", "saliency_viz", "bench", "--shape", shape, "--device", options.device]
    for name in ("tokens", "prompt_tokens", "repeats"):
        command += [f"--{name.replace('_', '-')}", str(getattr(options, name))]
    command += ["--only", *PARTS]
    print(f"{shape}: at most {left / 60:.1f} minutes")
    report.write(f"## {shape}\n\n```text\n")
    report.flush()
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    with subprocess.Popen(command, stdout=report, env={**os.environ, "PYTHONPATH": path}) as running:
        try:
            ended = f"exit code {running.wait(max(left, 0))}"
        except subprocess.TimeoutExpired:
            running.kill()
            ended = "stopped: its time was over"
    report.write(f"```\n\n{ended}\n\n")
    report.flush()
    return ended == "exit code 0"


if __name__ == "__main__":
    sys.exit(main())
