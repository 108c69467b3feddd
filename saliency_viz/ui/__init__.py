"""The page: gradio components of our own, wired to the package. Read serve, layout, desk, captions, actions.

Ignores everything a caption is about; callbacks turn widgets into settings and Traces into what is shown.
"""

from __future__ import annotations

from typing import Any


def open_trace(trace: Any, host: str = "127.0.0.1", port: int = 7860) -> None:
    """Serve the page on one Trace until interrupted; no model is loaded."""
    from .server.serve import open_trace

    open_trace(trace, host, port)
