"""A caption being written: its events as they come, what is observed so far, and how it is ended.

Ignores how a step is made (loop.py) and how a run is begun (run.py).
"""

from __future__ import annotations

from collections.abc import Generator, Iterator

from ..memory import guarded
from ..trace import Step, Trace
from .build_trace import trace_of
from .loop import Event, decode
from .run_state import Run

ADVICE = "Lower max_new_tokens or the picture's size, use a smaller model or dtype, or close other programs."


class CaptionStream:
    """A caption being written. Iterate for final Steps; `events()` also tells of drafts. Closing it ends the run.

    `trace` is what has been observed so far, and whole when the iteration is over; it stays after close().
    """

    def __init__(self, run: Run, prompt: str) -> None:
        self._run: Run = run
        self._prompt = prompt
        self._events = self._guarded()
        self._trace: Trace | None = None

    def events(self) -> Iterator[Event]:
        """Drafted, Withdrawn and Step as they happen."""
        return self._events

    def __iter__(self) -> Iterator[Step]:
        return (event for event in self._events if isinstance(event, Step))

    @property
    def trace(self) -> Trace:
        """Everything observed so far as a Trace. Any thread may ask."""
        return self._trace if self._trace is not None else trace_of(self._run, self._prompt)

    @property
    def chunks(self) -> tuple[int, ...]:
        """How many tokens each observing pass saw."""
        return tuple(self._run.chunks)

    def stop(self) -> None:
        """Draft no further token; what is drafted is still observed, and the iteration ends with it."""
        self._run.stopped = True

    def close(self) -> None:
        """Stop the run and free what it held; `trace` stays. While another thread iterates, it is asked to stop, as by
        `stop`, and frees all when it is through."""
        self._run.stopped = True
        try:
            self._events.close()
        except ValueError as error:
            if "already executing" not in str(error):
                raise
            return
        self._finish()

    def _guarded(self) -> Generator[Event, None, None]:
        events = decode(self._run)
        try:
            while True:
                with guarded(self._run.session.model.device, ADVICE):  # not around the yield: that is the caller's time
                    event = next(events, None)
                if event is None:
                    return
                yield event
        finally:
            events.close()
            self._finish()

    def _finish(self) -> None:
        if self._trace is None:
            self._trace = trace_of(self._run, self._prompt)
            self._run.drop()
