"""Makes the examples' ready traces: the demo model answers about each scene; its ground truth becomes marks.

Deterministic up to rounding. Which scenes there are is for `examples`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..decoding import caption
from ..models import load_model
from ..paths import assets
from ..trace import Trace
from .marks import marked
from .world import Scene


def answered(model, picture: Path, questions: Sequence[str]) -> Trace:
    """The trace of the model's answer to the last question; it answered those before itself."""
    history: list[tuple[str, str]] = []
    for asked in questions[:-1]:
        history += [("user", asked), ("assistant", caption(model, picture, asked, history=history).text)]
    return caption(model, picture, questions[-1], history=history)


def main(arguments: list[str] | None = None) -> None:
    """Writes NAME.trace beside every example of index.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=assets() / "examples")
    folder = parser.parse_args(arguments).folder
    model = load_model("demo", device="cpu")
    for entry in json.loads((folder / "index.json").read_text(encoding="utf-8")):
        scene = Scene.from_json((folder / f"{entry['name']}.json").read_text(encoding="utf-8"))
        trace = marked(answered(model, folder / f"{entry['name']}.png", entry["questions"]), scene)
        replace(trace, title=entry["title"]).save(folder / f"{entry['name']}.trace")
        print(f"{entry['name']}: {trace.text}")


if __name__ == "__main__":
    main()
