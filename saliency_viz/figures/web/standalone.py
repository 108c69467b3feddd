"""One HTML file of a run, or of two beside each other: everything inside, opened from disk without a network.

Ignores what is drawn: it lays the viewer's bundle (of assets/viewer), plotly.js and the payload into one page.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from typing import Any

from ...errors import SettingError, TraceError
from ...paths import assets
from ...trace import Trace
from .payload import payload

PLOTLY = "plotly-cartesian.min.js"
VIEWER = "bundles/viewer.js"  # made by assets/build.js from the modules in assets/viewer


def standalone(
    traces: Trace | Sequence[Trace],
    title: str = "",
    state: Mapping[str, Any] | None = None,
    theme: str | None = None,
    language: str = "en",
) -> str:
    """A whole page (HTML text) of one trace, or of two to compare. state: the viewer's choices to begin with (token,
    layer, scale, ...). theme: "light", "dark", or None for what the reader's system prefers.

    Raises SettingError unless there are one or two traces.
    """
    runs = (traces,) if isinstance(traces, Trace) else tuple(traces)
    if len(runs) not in (1, 2):
        raise SettingError(f"A page shows one trace or two side by side. Got {len(runs)}. Choose which.")
    if theme not in (None, "light", "dark"):
        raise SettingError(f"theme must be light, dark or None. Got {theme!r}.")
    name = title or runs[0].title or runs[0].prompt.strip() or "saliency_viz"
    data = {
        "runs": [payload(run, f"run-{slot}") for slot, run in enumerate(runs)],
        "state": dict(state or {}),
        "theme": theme,
        "language": language,
    }
    folder = assets()
    scripts = [(folder / name).read_text("utf-8") for name in (PLOTLY, VIEWER)]
    return PAGE.format(
        language=html.escape(language, quote=True),
        title=html.escape(name),
        about=html.escape(_about(runs)),
        css=_inside_style((folder / "viewer" / "viewer.css").read_text("utf-8")),
        scripts="\n".join(f"<script>{_inside_script(script)}</script>" for script in scripts),
        data=_inside_json(json.dumps(data, ensure_ascii=False)),
        start=START,
    )


def _about(runs: Sequence[Trace]) -> str:
    first = runs[0].model
    made = f"{first.name}, {first.layers} layers, {first.dtype}"
    return f"{made}. Attention beside saliency |A \u00b7 \u2202L/\u2202A|, token by token."


def _inside_json(text: str) -> str:
    """JSON in which no text can end its script element or open a comment."""
    return text.replace("<", "\\u003c")


def _inside_script(text: str) -> str:
    """Our own files and plotly's, where neither of these may stand; a test says so too."""
    for ending in ("</script", "<!--"):
        if ending in text.lower():
            raise TraceError(f"A script of the page contains {ending!r} and cannot be put into one file.")
    return text


def _inside_style(text: str) -> str:
    return text.replace("</", "<\\/")


START = """
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const dark = data.theme ? data.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.body.classList.toggle("dark", dark);
  const viewer = SaliencyViewer.create(document.getElementById("viewer"), {plotly: Plotly, lang: data.language});
  data.runs.forEach((run, slot) => viewer.setRun(run, {slot}));
  viewer.setState(data.state);
  window.viewer = viewer;
})();
"""

PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; \
style-src 'unsafe-inline'; img-src data: blob:; font-src data:">
<title>{title}</title>
<style>
{css}
body {{ margin: 0; background: #f7f7f9; }}
body.dark {{ background: #0e1015; }}
main {{ max-width: 1240px; margin: 0 auto; padding: 20px 16px 48px; }}
main > header {{ font: 14px/1.5 system-ui, sans-serif; color: #5b5b66; margin: 0 2px 14px; }}
main > header h1 {{ font-size: 20px; line-height: 1.35; margin: 0; color: #18181b; overflow-wrap: anywhere; }}
main > header p {{ margin: 2px 0 0; }}
body.dark main > header {{ color: #a8a8b6; }}
body.dark main > header h1 {{ color: #ececf1; }}
</style>
</head>
<body>
<main>
<header><h1>{title}</h1><p>{about}</p></header>
<div id="viewer"></div>
</main>
<script type="application/json" id="data">{data}</script>
{scripts}
<script>{start}</script>
</body>
</html>
"""
