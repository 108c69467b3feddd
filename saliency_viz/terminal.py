"""A caption on a terminal: its tokens coloured by score, a legend, a table of its steps, and a progress line.

Ignores files and models. What a model wrote is shown, never obeyed: control characters become visible marks.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from typing import Any, TextIO

import numpy as np

from .figures.colors import ink, table
from .figures.labels import label
from .trace import Step, Trace

MAP = "viridis"
RESET = "\x1b[0m"


def wants_color(stream: TextIO, choice: str = "auto") -> bool:
    """Whether to colour: choice "always", "never", or "auto": on a terminal unless NO_COLOR is set (no-color.org)."""
    if choice != "auto":
        return choice == "always"
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and stream.isatty()


def caption_text(trace: Trace, color: bool) -> str:
    """The caption on its own lines; with color each token stands on the colour of its score (Eq. 6).

    Colours run from 0 to the run's highest score. The first token has no score and stays bare. A token after
    candidates that SGRS turned down is followed by their number, a chosen fallback is underlined.
    """
    if not color:
        return "".join(visible(step.text, lines=True) for step in trace.steps).strip()
    return "".join(_painted(step, highest(trace)) for step in trace.steps).strip(" ")


def legend(trace: Trace) -> str:
    """One coloured line that says what the colours mean."""
    top = highest(trace)
    if not top:
        return "score (Eq. 6): none of these tokens has one above 0"
    blocks = "".join(_on(color) + " " for color in table(MAP)[np.linspace(0, 255, 16).astype(int)])
    return f"score (Eq. 6)  0 {blocks}{RESET} {top:.3g}"


def highest(trace: Trace) -> float:
    """The highest score of the run, 0.0 where there is none."""
    return max((step.score for step in trace.steps if step.score is not None), default=0.0)


def facts(trace: Trace) -> str:
    """One line: how long, how it ended, how fast, and what SGRS did."""
    tokens, seconds = len(trace.steps), trace.seconds
    parts = [f"{tokens} tokens", ENDINGS.get(trace.ended, trace.ended)]
    if "decode" in seconds and "observe" in seconds and tokens:
        parts.append(f"decoded {1000 * seconds['decode'] / tokens:.1f} ms per token")
        parts.append(f"observed {1000 * seconds['observe'] / tokens:.1f} ms per token")
    if trace.settings.sgrs is not None:
        rejected = sum(step.rejected for step in trace.steps)
        fallbacks = sum(step.fallback for step in trace.steps)
        parts.append(f"SGRS rejected {rejected} candidates, {fallbacks} fallbacks")
    return "; ".join(parts) + f"  ({trace.model.name}, {trace.model.device}, {trace.model.dtype})"


ENDINGS = {"end": "ended by itself", "length": "cut at the limit", "time": "cut by time", "cancelled": "stopped"}


def steps_table(trace: Trace) -> str:
    """Tab-separated: index, token, probability, rank, entropy (nats), score, tau, rejected, fallback. Empty: none."""
    rows = ["\t".join(("index", "token", "probability", "rank", "entropy", "score", "tau", "rejected", "fallback"))]
    for step in trace.steps:
        score, tau = (f"{value:.6g}" if value is not None else "" for value in (step.score, step.threshold))
        cells = [f"{step.index}", visible(step.text), f"{step.probability:.6g}", f"{step.rank}", f"{step.entropy:.6g}"]
        rows.append("\t".join([*cells, score, tau, f"{step.rejected}", f"{int(step.fallback)}"]))
    return "\n".join(rows)


class Progress:
    """One line on a terminal that says how far a caption is; silent where the stream is not a terminal.

    Use as a context manager: leaving it, also by an error, clears the line.
    """

    def __init__(self, total: int, stream: TextIO | None = None) -> None:
        self.total, self.stream = total, stream or sys.stderr
        self.active = self.stream.isatty()
        self.started = self.drawn = time.monotonic()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self.active:
            self.stream.write("\r\x1b[K")
            self.stream.flush()

    def show(self, done: int, text: str = "") -> None:
        """Draw the line anew, at most ten times a second. text: what is being done, or the latest token."""
        now = time.monotonic()
        if not self.active or (now - self.drawn < 0.1 and done < self.total):
            return
        self.drawn = now
        width = 24
        filled = min(width, width * done // max(self.total, 1))
        rate = f" {done / max(now - self.started, 1e-9):.1f}/s" if done else ""
        line = f"{'█' * filled}{'░' * (width - filled)} {done}/{self.total}{rate}  {label(text, 30)}"
        self.stream.write("\r" + line[: shutil.get_terminal_size().columns - 1] + "\x1b[K")
        self.stream.flush()

    def say(self, text: str) -> None:
        """What is being done, in words alone; without a terminal, a line whenever ten seconds have passed."""
        now = time.monotonic()
        if self.active:
            self.stream.write("\r" + text[: shutil.get_terminal_size().columns - 1] + "\x1b[K")
        elif now - self.drawn >= 10:
            self.drawn = now
            self.stream.write(f"{text}\n")
        self.stream.flush()

    def print(self, text: str) -> None:
        """A result on standard output, with the line of progress out of its way."""
        if self.active:
            self.stream.write("\r\x1b[K")
            self.stream.flush()
        print(text, flush=True)

    def loading(self, loading: Any) -> None:
        """Where loading the model stands, in the same line; what the person should know stays above it."""
        if loading.stage == "note":
            self.stream.write(("\r\x1b[K" if self.active else "") + f"{loading}\n")
        self.show(0, str(loading))


class LoadingLine:
    """Where loading a model stands, on one line of a terminal; elsewhere only what a person should know is printed."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr
        self.drawn = 0.0

    def show(self, name: str, loading: Any) -> None:
        """loading: with stage, done, total, and words as str()."""
        line = f"{visible(name)}: {loading}"
        if loading.stage == "note":
            self.stream.write(("\r\x1b[K" if self.stream.isatty() else "") + line + "\n")
        elif self.stream.isatty():
            now, last = time.monotonic(), loading.stage == "weights" and loading.done == loading.total
            if now - self.drawn < 0.1 and not last:
                return
            self.drawn = now
            width = shutil.get_terminal_size().columns - 1
            self.stream.write("\r\x1b[K" + (f"{visible(name)}: loaded\n" if last else line[:width]))
        self.stream.flush()


def visible(text: str, lines: bool = False) -> str:
    """The text with every character that would steer a terminal or turn a line around shown as a mark.

    lines: line breaks may stay.
    """
    return "".join(letter if letter.isprintable() or (lines and letter == "\n") else "\ufffd" for letter in text)


def _painted(step: Step, top: float) -> str:
    """A token on its colour; the space before it stays bare, so that words remain apart."""
    text = visible(step.text, lines=True)
    body = text.lstrip(" ")
    if step.score is not None and top > 0 and body.strip():
        place = round(255 * min(max(step.score / top, 0.0), 1.0))
        line = "\x1b[4m" if step.fallback else ""
        text = text[: len(text) - len(body)] + f"{_on(table(MAP)[place])}{line}{body}{RESET}"
    return text + (f"\x1b[31m✗{step.rejected}{RESET}" if step.rejected else "")


def _on(color: np.ndarray) -> str:
    """Terminal codes: this background, and the letter colour that reads best on it."""
    letters = "30" if ink(color) == "#000000" else "97"
    return f"\x1b[{letters};48;2;{color[0]};{color[1]};{color[2]}m"
