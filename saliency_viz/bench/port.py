"""A port for a server that is about to start.

Ignores what is served. It lies below those that a system hands out by itself (Linux: from 32768): while a server
starts, any connection might take one of these.
"""

from __future__ import annotations

import random
import socket

FROM, TO, TRIES = 10_000, 32_000, 100


def free_port() -> int:
    """A port of this machine that nobody listens on. Raises OSError where none is found."""
    for port in random.sample(range(FROM, TO), TRIES):
        with socket.socket() as tried:
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError(f"Expected a free port in {FROM}..{TO}. {TRIES} were tried and all are taken.")
