"""Makes docs/evidence.md: every command of `evaluate` on the embedded model, and what it printed.

    python dev/evidence.py [--work DIR] [--scenes N]

About ten minutes on two quiet cores with the defaults; interrupted, it goes on where it stopped. Ignores real models:
their commands are in docs/evaluation.md.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import saliency_viz as sv  # noqa: E402
from saliency_viz.__main__ import main  # noqa: E402

PROMPT = "Describe the image."
METHODS = ("plain", "sgrs", "locore", "sgrs+locore")
HEAD = """\
# Evidence

What the commands of [evaluation.md](evaluation.md) print, made by `python dev/evidence.py` with saliency_viz {version}
on the embedded model and drawn scenes whose truth is known, whether or not it flatters the paper or us. The embedded
model is tiny and its world is drawn: what holds here need not hold for LLaVA, and what fails here need not fail there.
Numbers in brackets are 95 % bootstrap intervals over pictures.
"""


def say(*arguments: str) -> str:
    """What a command prints."""
    print("saliency-viz", *arguments, file=sys.stderr)
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        code = main(list(arguments))
    if code:
        raise SystemExit(code)
    return text.getvalue().strip()


def section(title: str, command: str, text: str) -> str:
    """A heading, the command, and what it printed."""
    return f"\n## {title}\n\n`saliency-viz {command}`\n\n{text}\n"


def build(work: Path, scenes: int) -> str:
    """The whole page."""
    few = str(max(10, scenes // 2))
    world, run, pope = work / "scenes", work / "run", work / "pope"
    if not (world / "boxes.json").exists():
        say("evaluate", "scenes", "--out", str(world), "--scenes", str(scenes))
    truth = ["--truth", str(world / "truth.json"), "--synonyms", str(world / "synonyms.txt")]
    boxes = ["--boxes", str(world / "boxes.json")]
    asked = ["--images", str(world / "images"), "--prompt", PROMPT]
    made = ["--max-new-tokens", "90", "--decoding", *METHODS, "--traces"]
    say("evaluate", "run", "--task", "chair", *asked, *made, "--out", str(run))
    questions = str(world / "pope_adversarial.json")
    some = ["--images", str(world / "images"), "--items", questions, "--limit", few]
    say("evaluate", "run", "--task", "pope", *some, "--decoding", "plain", "locore", "--out", str(pope))
    captions = ["--captions", str(run / "sgrs+locore.jsonl"), "--against"]
    captions += [str(run / f"{name}.jsonl") for name in METHODS[:-1]]
    decay = json.dumps(json.loads(say("evaluate", "decay", *asked, *truth, "--limit", few, "--json")))
    (work / "decay.json").write_text(decay, encoding="utf-8")
    say("evaluate", "report", str(run), *truth, *boxes, "--decay", str(work / "decay.json"))
    shown = {name: say("evaluate", "detect", str(run), *truth, "--decoding", name) for name in ("plain", "sgrs+locore")}
    answers = ["--questions", questions, "--answers", str(pope / "plain.jsonl"), "--partial"]
    sweep = ["sweep", "--alpha", "0,0.6", "--beta", "0,0.15,1.0", "--scenes", str(max(8, scenes // 5))]
    from saliency_viz.evaluation.tables import decay_text

    chair = say("evaluate", "chair", *captions, *truth)
    located = say("evaluate", "localise", str(run), *truth, *boxes, "--faithfulness", "8")
    head = "evaluate detect RUN --truth truth.json"
    parts = [
        HEAD.format(version=sv.__version__),
        section("CHAIR by decoding (Table 1)", "evaluate chair --captions sgrs+locore.jsonl --against ...", chair),
        section("Does saliency tell hallucinated words? (Table 5, Fig. 10 to 12)", head, shown["plain"]),
        section("The same after SGRS and LocoRE", f"{head} --decoding sgrs+locore", shown["sgrs+locore"]),
        section("Do maps point at objects?", "evaluate localise RUN ... --boxes boxes.json --faithfulness 8", located),
        section("Weakened words (Table 6)", "evaluate decay --images images ...", decay_text(json.loads(decay))),
        section("POPE", "evaluate pope --questions pope_adversarial.json ...", say("evaluate", "pope", *answers)),
        section("Settings (Table 3, Fig. 5)", " ".join(sweep), say(*sweep)),
        section("Which gains of the paper are larger than an interval?", "evaluate table1", say("evaluate", "table1")),
    ]
    return "".join(parts)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path("evidence"), help="folder for pictures, runs and the report")
    parser.add_argument("--scenes", type=int, default=120)
    options = parser.parse_args()
    started = time.monotonic()
    page = build(options.work, options.scenes)
    (ROOT / "docs" / "evidence.md").write_text(page, encoding="utf-8")
    print(f"docs/evidence.md, {options.work}/run/report.html; {time.monotonic() - started:.0f} s", file=sys.stderr)
