"""SIGTERM: no more runs, the one that is on ends with what is written, and the process with 0 within five seconds."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from gradio_client import Client, handle_file

from .app_browser import write_examples
from .traces import png

ROOT = Path(__file__).parent.parent
START = """
import sys
from pathlib import Path
from saliency_viz.serving.engine import Engine
from saliency_viz.ui.server.serve import serve
from tests.app_fakes import FakeBackend
if __name__ == "__main__":
    serve(Engine(backend=FakeBackend(pause=float(sys.argv[2]), chunk=1)), port=None, examples=Path(sys.argv[1]))
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM")
@pytest.mark.parametrize("pause", [0.2, 30.0])
def test_sigterm_ends_the_run_with_what_is_written_and_the_process_within_five_seconds(tmp_path, pause):
    (tmp_path / "x.png").write_bytes(png())
    start = [sys.executable, "-u", "-c", START, str(write_examples(tmp_path / "examples")), str(pause)]
    server = subprocess.Popen(
        start, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, "GRADIO_TEMP_DIR": str(tmp_path)}
    )
    try:
        address = next(line.split()[-1] for line in server.stdout if line.startswith("saliency_viz is at"))
        client = Client(address, verbose=False)
        asked = {"image": handle_file(str(tmp_path / "x.png")), "max_new_tokens": 40, "api_name": "/caption"}
        running = client.submit(**asked)
        end = time.monotonic() + 60
        while pause < 1 and not running.outputs() and time.monotonic() < end:
            time.sleep(0.02)
        time.sleep(0.5)
        asked_at = time.monotonic()
        server.send_signal(signal.SIGTERM)
        assert server.wait(10) == 0
        assert time.monotonic() - asked_at < 5.0
        if pause < 1:
            text, facts = running.result()
            assert facts["run"] and 0 < len(facts["tokens"]) < 40 and text.startswith(" The")
        assert not list(tmp_path.glob("saliency-viz-files-*"))
    finally:
        server.kill()
        server.wait()
        server.stdout.close()
