"""Ports of this test process alone, so that two that run side by side never take one from each other.

They lie below those that a system hands out by itself (Linux: from 32768), or any connection might hold one.
"""

from __future__ import annotations

import itertools
import os
import socket

EACH, SITES = 100, 80  # ports of a process, and how many of them are for the servers that gradio finds one for
FIRST = 10_000 + EACH * (os.getpid() % 220)
_others = itertools.cycle(range(FIRST + SITES, FIRST + EACH))


def free_port() -> int:
    """A port nobody listens on, another each time."""
    for port in itertools.islice(_others, EACH - SITES):
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(os.name != "nt"))
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError(f"Expected a free port in {FIRST + SITES}..{FIRST + EACH - 1}. Other programs hold them all.")
