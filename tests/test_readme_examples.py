"""Every example of README and docs is run as it stands there, with the embedded model: Python, command line, programs.

Only what an example cannot know is put in: the address of the server; and less of it for time: one scene for the sweep,
one format for the figures.
"""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import urllib.request
from pathlib import Path

import pytest

from saliency_viz import Trace
from saliency_viz.__main__ import main
from saliency_viz.paths import assets
from saliency_viz.serving.engine import Engine
from saliency_viz.serving.run_store import RunStore
from saliency_viz.ui.server import stopping
from saliency_viz.ui.server.serve import serve

from .ports import free_port
from .test_readme import DOCS, START, TEST, code

ADDRESS = "http://127.0.0.1:7860"
PICTURE = "tea-time.png"
LINES = [line for block in code("bash") for line in block.splitlines() if line.startswith("python -m saliency_viz ")]
# Each example of Python by words that only it holds.
PYTHON = {
    "library": "Trace.load(",
    "notebook": "sv.view(",
    "gradio_client": "gradio_client",
    "mcp": "call_tool",
}


@pytest.fixture(scope="module")
def site():
    """The app as README starts it, on the embedded model."""
    page, address = serve(Engine(("demo",)), port=None, store=RunStore(), block=False, warm=False)
    yield address.rstrip("/")
    page.close()


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """A folder with cow.png, where the examples leave their files for those after them."""
    room = tmp_path_factory.mktemp("examples")
    shutil.copy(assets() / "examples" / PICTURE, room / "cow.png")
    return room


@pytest.fixture
def here(room, monkeypatch):
    monkeypatch.chdir(room)
    return room


def example(name: str, site: str = ADDRESS) -> str:
    """The one Python example that holds the words of `PYTHON[name]`, at this site."""
    (found,) = [block for block in code("python") if PYTHON[name] in block]
    return found.replace(ADDRESS, site)


def test_every_example_is_run_by_a_test_of_this_file():
    for block in code("python"):
        assert sum(words in block for words in PYTHON.values()) == 1, block
    shell = [block for block in code("bash") if block.strip() not in (START, TEST)]  # those two are what CI runs
    for block in shell:
        assert all(line in LINES for line in block.splitlines()) or block == rest(), block
    proxies = [*code("nginx"), *code("caddy")]  # tests/test_proxies.py runs those
    assert DOCS.count("\n```") == 2 * (len(code("python")) + len(code("bash")) + len(code("text")) + len(proxies))


@pytest.mark.slow
def test_the_library_s_example_runs(here, capsys):
    names: dict = {}
    exec(example("library"), names)
    trace = Trace.load(here / "run.trace")
    shown = capsys.readouterr().out
    rows = [(s.text, s.probability, s.score, s.threshold, [c.text for c in s.candidates]) for s in trace.steps]
    assert shown == "".join(" ".join(map(str, row)) + "\n" for row in rows) and len(rows) > 9
    assert names["trace"].text == trace.text and trace.settings.sgrs and trace.settings.locore


@pytest.mark.slow
def test_the_notebook_s_last_line_is_the_interactive_view(here):
    *lines, last = ast.parse(example("notebook")).body
    names: dict = {}
    exec(compile(ast.Module(lines, []), "cell", "exec"), names)
    shown = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
    assert shown._repr_html_().startswith("<iframe srcdoc=") and "height: 900px" in shown._repr_html_()
    assert names["first"]._repr_html_().startswith("<iframe srcdoc=")


@pytest.mark.slow
@pytest.mark.parametrize("line", LINES, ids=lambda line: line.split()[3])
def test_the_command_line_s_examples_run_one_after_the_other(line, here, monkeypatch, capsys):
    asked = []

    def open_once(page, *_: object) -> None:
        asked.append(urllib.request.urlopen(page.local_url).status)
        page.close()

    monkeypatch.setattr(stopping, "until_stopped", open_once)
    words = line.split()[3:]
    if words[0] == "sweep":
        words[words.index("--scenes") + 1] = "1"
    if words[0] == "figures":
        words += ["--formats", "png"]
    if words[0] == "film":
        pytest.importorskip("av")
    if words[0] == "open":
        words += ["--port", str(free_port())]
    assert main(words) == 0
    assert capsys.readouterr().out
    assert asked == ([200] if words[0] == "open" else [])
    for flag in ("--out", "--csv", "--figure"):
        if flag in words:
            made = here / words[words.index(flag) + 1]
            assert made.stat().st_size > 100 if made.is_file() else len(list(made.iterdir())) > 5


@pytest.mark.slow
def test_gradio_client_s_example_runs_and_streams(site, here, capsys):
    names: dict = {}
    exec(example("gradio_client", site), names)
    run, shown = names["run"], capsys.readouterr().out
    assert len(run["tokens"]) > 9 and len(names["token"]["keys"]) == run["tokens"][3]["position"]
    (path,) = [line for line in shown.splitlines() if line.endswith(".pdf")]
    assert Path(path).read_bytes().startswith(b"%PDF")
    written = [text for text, _ in names["job"].outputs()]
    assert len(written) > 2 and len(written[0]) < len(written[-1]) and written[-1].strip()
    assert all(text in shown for text in written)


def rest() -> str:
    """The example over plain HTTP."""
    (found,) = [block for block in code("bash") if "curl" in block]
    return found


@pytest.mark.skipif(not shutil.which("curl"), reason="the example calls curl")
def test_the_example_over_http_runs_and_streams(site, here):
    done = subprocess.run(
        ["bash", "-euc", rest().replace(ADDRESS, site)], cwd=here, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    events = [event.split("\n", 1) for event in done.stdout.strip().split("\n\n")]
    kinds = [kind for kind, _ in events]
    assert kinds[-1] == "event: complete" and set(kinds[:-1]) == {"event: generating"}
    text, details = json.loads(events[-1][1].removeprefix("data: "))
    assert len(details["tokens"]) == 20 and text == "".join(token["text"] for token in details["tokens"])


@pytest.mark.slow
def test_mcp_s_example_runs(site, here, capsys):
    pytest.importorskip("mcp", reason='comes with pip install "gradio[mcp]"')
    exec(example("mcp", site), {})
    told = ast.literal_eval(capsys.readouterr().out)
    assert told["caption"] == "".join(token["text"] for token in told["tokens"]) and len(told["tokens"]) > 9
    assert told["settings"]["locore"]["beta"] == 0.15
