"""How the server ends: it takes no more runs, the one that is on ends with what is written, and the process with 0.

Ignores how it began. All of it takes less than five seconds, whatever else is going on.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from ..context import Context

RUN_SECONDS = 3.0  # for the run that is on, and until pages and programs were told its end
CLOSE_SECONDS = 1.0  # for gradio; after that the process ends without it
LOOK = 0.1  # seconds between two looks for a signal


def until_stopped(page: Any, context: Context, last: Callable[[], None]) -> None:
    """Serve until SIGTERM or Ctrl+C, then end the process. last: what is to be done at the very end. Returns only where
    gradio was closed by somebody else."""
    asked = threading.Event()
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_: asked.set())
    try:
        while page.is_running:
            if asked.wait(LOOK):
                break
    except (KeyboardInterrupt, OSError):
        asked.set()
    if asked.is_set():
        end(page, context, last)


def end(page: Any, context: Context, last: Callable[[], None]) -> None:
    """End the runs, the server and the process."""
    late = time.monotonic() + RUN_SECONDS
    context.turns.close()
    context.turns.idle(RUN_SECONDS)
    while any(page._queue.active_jobs) and time.monotonic() < late:
        time.sleep(0.02)
    closing = threading.Thread(target=_close, args=(page, context), daemon=True)
    closing.start()
    closing.join(CLOSE_SECONDS)
    last()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # a thread may still decode or load; nobody waits for it


def _close(page: Any, context: Context) -> None:
    context.decoding.close()
    context.drawing.close()
    page.server.config.timeout_graceful_shutdown = 1  # open pages listen for ever
    page.close(verbose=False)
