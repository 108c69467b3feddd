"""What the server stands: many sessions at once, one visitor against another, exports beside captions, hostile inputs.

Ignores the page. Everything stays on this machine: a server in a process of its own, and callers in threads.
"""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import psutil

from ..errors import SaliencyVizError, SettingError
from ..paths import assets
from . import hostile
from .caller import Answer, Caller
from .rows import Row
from .visits import MIB, server

FULL = 64  # sessions of the whole load; the other parts are in proportion
PICTURES = 4  # different ones among the sessions
MANY = 20  # runs of one visitor, against one of another
EXPORTS, HOSTILE = 500, 300
FORMATS = ("json", "keys", "html", "image.png", "film-both.gif", "trace")
VISITORS = 8  # who export at the same time
IDLE = 20  # captions that tell how long one takes with nothing beside it
LIMIT = 600.0  # seconds of a part
START = """
import sys
from saliency_viz.ui.server.serve import main
if __name__ == "__main__":
    main(["--port", sys.argv[1], "--model", sys.argv[2], "--behind-proxy", "--max-queue", "256"])
"""


@dataclass
class Load:
    """A server under load. sessions: of the whole load. right: the facts of each picture's caption by a single user.
    paths: of the uploaded pictures."""

    address: str
    process: psutil.Process
    sessions: int
    tokens: int
    tell: Callable[[str], None]
    right: list[Any] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    addresses: Iterator[int] = field(default_factory=lambda: count(1))

    def caller(self) -> Caller:
        """A program that calls from an address of its own."""
        number = next(self.addresses)
        return Caller(self.address, f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}")

    def part(self, whole: int, least: int = 1) -> int:
        """So much of a whole load as the sessions are of theirs."""
        return max(least, whole * self.sessions // FULL)

    def caption(self, caller: Caller, place: int) -> Answer:
        """A caption of one of the pictures."""
        at = place % len(self.paths)
        return caller.caption(self.paths[at], prompt="Describe the image.", max_new_tokens=self.tokens)

    def wrong(self, answer: Answer, place: int) -> bool:
        """Whether an answer is another than the single user's."""
        return not answer.values or not close(facts(answer), self.right[place % len(self.paths)])


def load_rows(sessions: int, tokens: int, model: str, tell: Callable[[str], None]) -> list[Row]:
    """All four parts. Raises SettingError, and SaliencyVizError when the server does not answer."""
    if not 2 <= sessions <= 200:
        raise SettingError(f"--load must be in 2..200 sessions. Got {sessions}.")
    with server(model, START) as (address, process):
        load = Load(address, process, sessions, tokens, tell)
        idle = alone(load)
        rows = [*at_once(load), *fair(load), *beside_exports(load, idle), *attacked(load)]
        return [Row("load", "caption, nothing beside it", "s", tuple(idle)), *rows, memory(load)]


def alone(load: Load) -> list[float]:
    """Seconds of captions one after another; what they say is right by definition, and the same each time."""
    load.tell("captions alone")
    caller = load.caller()
    scenes = sorted(assets().joinpath("examples").glob("*.png"))[:PICTURES]
    load.paths[:] = [caller.upload(scene.read_bytes()) for scene in scenes]
    load.caption(caller, 0)  # loads the model
    answers = [load.caption(caller, place) for place in range(max(len(scenes), load.part(IDLE, 6)))]
    if not all(answer.values for answer in answers):
        raise SaliencyVizError(f"The app gave no caption: {answers[0].said or answers[0].status}")
    load.right[:] = [facts(answer) for answer in answers[: len(scenes)]]
    if any(load.wrong(answer, place) for place, answer in enumerate(answers)):
        raise SaliencyVizError("The same caption came out differently. Nothing can be compared.")
    return [answer.seconds for answer in answers]


def at_once(load: Load) -> list[Row]:
    """Every session asks for a caption at the same moment."""
    load.tell(f"{load.sessions} sessions at once")
    with watched(load.process) as peak:
        answers = together([(load.caller(), place) for place in range(load.sessions)], load.caption)
    wrong = sum(load.wrong(answer, place) for place, answer in enumerate(answers))
    refused = sum(not answer.values for answer in answers)
    told = sum(bool(answer.waits) for answer in answers)
    note = f"{load.sessions - wrong} of {load.sessions} as a single user's, {refused} refused, {told} told their place"
    rest = f"at the most, {load.process.memory_info().rss / MIB:.0f} afterwards"
    return [
        _spread(f"caption, {load.sessions} sessions at once", answers, note),
        Row("load", "resident memory of the server", "MiB", (max(peak),), note=rest),
    ]


def fair(load: Load) -> list[Row]:
    """A visitor asks for many runs, and then another for one: how many of the many are done before it."""
    load.tell("one visitor against another")
    many, one, ended = load.caller(), load.caller(), []

    def ask(caller: Caller, place: int) -> Answer:
        time.sleep(0.0 if caller is many else 1.0)
        answer = load.caption(caller, place)
        ended.append(caller)
        return answer

    runs = load.part(MANY, 5)
    answers = together([*((many, place) for place in range(runs)), (one, 0)], ask)
    if not all(answer.values for answer in answers):
        raise SaliencyVizError(f"A run was refused: {next(one.said for one in answers if not one.values)}")
    asked = sum(answer.seconds <= 1.0 for answer in answers[:-1])  # done before the other came
    before = ended.index(one) - asked
    note = f"of {runs} were done before the one, counted from when it came"
    return [Row("load", "another's runs before one's own", "runs", (float(before),), note=note)]


def beside_exports(load: Load, idle: list[float]) -> list[Row]:
    """Captions one after another, at the most as many as exports, while visitors export without a pause: exports give
    way to captions, and on a busy machine end only after them."""
    load.tell("exports beside captions")
    caller = load.caller()
    run = load.caption(caller, 0).values[1]["run"]
    exports, numbers, lock = load.part(EXPORTS, 24), count(), threading.Lock()
    end, made = time.monotonic() + LIMIT, []

    def export(one: Caller, _: int) -> None:
        while time.monotonic() < end:
            with lock:
                number = next(numbers)
            if number >= exports:
                return
            made.append(one.export(run, FORMATS[number % len(FORMATS)]))

    working = threading.Thread(target=together, args=([(load.caller(), 0) for _ in range(VISITORS)] * 3, export))
    working.start()
    answers: list[Answer] = []
    while (working.is_alive() and len(answers) < exports) or len(answers) < len(load.paths):
        answers.append(load.caption(caller, len(answers)))
    working.join()
    wrong = [answer for place, answer in enumerate(answers) if load.wrong(answer, place)]
    refused = [answer for answer in made if not answer.values]
    note = f"{len(answers) - len(wrong)} of {len(answers)} right, {len(made)} exports, {len(refused)} of them refused"
    note += "".join(f"; such as: {one.said or 'other numbers'}"[:150] for one in (*wrong[:1], *refused[:1]))
    ratio = percentile([answer.seconds for answer in answers]) / percentile(idle)
    return [
        _spread("caption beside exports", answers, note),
        Row("load", "its p95 to that with nothing beside it", "x", (ratio,)),
    ]


def attacked(load: Load) -> list[Row]:
    """Hostile arguments and files; afterwards everything is as before."""
    load.tell("hostile inputs")
    total = load.part(HOSTILE, 30)
    before = _health(load)["disk"]["used"]
    calls: list[tuple[str, Any]] = [("argument", given) for given in hostile.arguments(total // 2)]
    calls += [("file", file) for file in hostile.files(total - len(calls))]
    callers = [load.caller() for _ in range(VISITORS)]

    def attack(caller: Caller, place: int) -> Answer:
        kind, given = calls[place]
        if kind == "argument":
            return caller.caption(load.paths[0], **given)
        try:
            path = caller.upload(given[1], given[0])
        except OSError as error:
            return Answer(0.0, said=str(error), status=getattr(error, "code", 0))
        return caller.caption(path, prompt="x", max_new_tokens=2)

    asked = [(callers[place % VISITORS], place) for place in range(total)]
    answers = together(asked, attack, VISITORS)
    silent = [calls[at] for at, one in enumerate(answers) if not one.values and not (one.said.strip() and one.status)]
    alive = load.caption(load.caller(), 0)
    if load.wrong(alive, 0):
        raise SaliencyVizError(f"After the hostile inputs a caption is wrong or refused: {alive.said}")
    said = sum(bool(not answer.values and answer.said) for answer in answers)
    note = f"of {total}: {total - said - len(silent)} answered, {said} refused with words, {len(silent)} without"
    note += f"{f' (such as {silent[0]!r})'[:120] if silent else ''}; a caption afterwards is right"
    grown = (_health(load)["disk"]["used"] - before) / MIB
    return [
        _spread("hostile inputs", answers, note),
        Row("load", "files they left, for an hour at most", "MiB", (grown,)),
    ]


def memory(load: Load) -> Row:
    """Of the server when all is over."""
    note = f"{len(load.process.children(recursive=True))} processes beside it"
    return Row("load", "resident memory in the end", "MiB", (load.process.memory_info().rss / MIB,), note=note)


def together(
    asked: list[tuple[Caller, int]], ask: Callable[[Caller, int], Any], at_once: int | None = None
) -> list[Any]:
    """What each is told, asked all at once or so many at a time."""
    with ThreadPoolExecutor(at_once or len(asked)) as pool:
        return list(pool.map(lambda pair: ask(*pair), asked))


@contextmanager
def watched(process: psutil.Process) -> Iterator[list[float]]:
    """Resident memory (MiB) five times a second while the block runs."""
    seen, over = [process.memory_info().rss / MIB], threading.Event()

    def look() -> None:
        while not over.wait(0.2):
            seen.append(process.memory_info().rss / MIB)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def facts(answer: Answer) -> Any:
    """What must be the same whoever asks: the caption and each token's numbers."""
    return [answer.values[0], answer.values[1].get("tokens")]


def close(one: Any, other: Any) -> bool:
    """Whether two answers say the same. How many rows are recorded at a time depends on how long they take, so that
    numbers may differ by float32's last digits."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(close(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(close, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-3, abs_tol=1e-5)
    return one == other


def percentile(values: list[float], share: float = 0.95) -> float:
    """The smallest value that so large a share of all does not exceed."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)]


def _spread(name: str, answers: list[Answer], note: str) -> Row:
    seconds = tuple(answer.seconds for answer in answers)
    return Row("load", name, "s", seconds, note=f"p95 {percentile(list(seconds)):.2f} s; {note}")


def _health(load: Load) -> Any:
    return json.load(load.caller().open("/healthz"))
