"""Makes the examples' ready traces: each scene captioned by the demo model, with its ground truth as marks.

Deterministic up to rounding. Which scenes there are is for `examples`.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

from ..decoding import caption
from ..models import load_model
from ..paths import assets
from .grammar import CAPTION_PROMPT
from .marks import marked
from .world import Scene


def main(arguments: list[str] | None = None) -> None:
    """Writes NAME.trace beside every example of index.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=assets() / "examples")
    folder = parser.parse_args(arguments).folder
    model = load_model("demo", device="cpu")
    for entry in json.loads((folder / "index.json").read_text(encoding="utf-8")):
        scene = Scene.from_json((folder / f"{entry['name']}.json").read_text(encoding="utf-8"))
        trace = marked(caption(model, folder / f"{entry['name']}.png", CAPTION_PROMPT), scene)
        replace(trace, title=entry["title"]).save(folder / f"{entry['name']}.trace")
        print(f"{entry['name']}: {trace.text}")


if __name__ == "__main__":
    main()
