"""Makes docs/evidence.md: every command of `evaluate` on the embedded model, and what it printed.

    python dev/evidence.py [--work DIR] [--scenes N]

About a minute a scene on one core, OPERA and the sweep most of it; interrupted, it goes on where it stopped. Ignores
real models: their commands are in docs/evaluation.md.
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
from saliency_viz.decoding.decoders.table import DECODERS  # noqa: E402
from saliency_viz.evaluation.tables import decay_text, interval, table  # noqa: E402

METHODS = ("plain", "sgrs", "sgrs:score=sum", "locore", "sgrs+locore")
OTHERS = ("plain", *(decoder.name for decoder in DECODERS if decoder.make))
FUSIONS = ("sum", "max", "gradient")
HEAD = """\
# Evidence

What the commands of [evaluation.md](evaluation.md) print, made by `python dev/evidence.py --scenes {scenes}` with
saliency_viz {version} on the embedded model, whether or not it flatters the paper or us. The {scenes} scenes are
drawn, their truth is known, and they are in a style the model never saw, so that it invents often enough to be studied.
It is a small model of a drawn world: what holds here need not hold for LLaVA, and what fails here need not fail there.
Numbers in brackets are 95 % bootstrap intervals over pictures; few scenes make them wide. Times are of one thread of a
busy machine.
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


class Evidence:
    """A folder of runs over one set of scenes, and the commands that read them."""

    def __init__(self, work: Path, scenes: int) -> None:
        self.work, self.scenes, self.few = work, scenes, max(6, scenes // 2)
        world = work / "scenes"
        if not (world / "boxes.json").exists():
            say("evaluate", "scenes", "--out", str(world), "--scenes", str(scenes))
        self.questions = str(world / "pope_adversarial.json")
        self.images = ("--images", str(world / "images"))
        self.asked = (*self.images, "--prompt", "Describe the image.")
        self.truth = ("--truth", str(world / "truth.json"), "--synonyms", str(world / "synonyms.txt"))
        self.boxes = ("--boxes", str(world / "boxes.json"))

    def run(self, name: str, *more: str, task: str = "chair") -> str:
        """A run's folder, its answers made where they are not there yet."""
        longest = () if task == "pope" else ("--max-new-tokens", "90")
        say("evaluate", "run", "--task", task, *more, *longest, "--out", str(self.work / name))
        return str(self.work / name)

    def captions(self) -> str:
        return self.run("run", *self.asked, "--decoding", *METHODS, "--traces")

    def others(self) -> str:
        """OPERA's beams are slow: fewer scenes, in the same order."""
        return self.run("decoders", *self.asked, "--limit", str(self.few), "--decoding", *OTHERS)

    def answers(self) -> str:
        """The printed POPE of plain decoding."""
        asked = (*self.images, "--items", self.questions, "--limit", str(self.few), "--decoding", "plain", "locore")
        answers = f"{self.run('pope', *asked, task='pope')}/plain.jsonl"
        return say("evaluate", "pope", "--questions", self.questions, "--answers", answers, "--partial")

    def fusions(self) -> str:
        """AUROC of S by what is made of attention and gradient, as Fig. 9."""
        runs = {"product": self.work / "run"}
        for name in FUSIONS:
            runs[name] = Path(self.run(f"fusion-{name}", *self.asked, "--fusion", name, "--traces"))
        rows = []
        for name, folder in runs.items():
            scores = json.loads(say("evaluate", "detect", str(folder), *self.truth, "--json"))["scores"]
            columns = ("S", "S beside position", "position")
            rows.append([name, *(interval(scores[key]["auroc"]) if key in scores else "too few" for key in columns)])
        return table(("fusion", "AUROC of S", "of S beside position", "of position"), rows)

    def decay(self) -> Path:
        """The file that `evaluate decay` printed."""
        path = self.work / "decay.json"
        if not path.exists():
            few = ("--limit", str(self.few))
            path.write_text(say("evaluate", "decay", *self.asked, *self.truth, *few, "--json"), encoding="utf-8")
        return path


def build(work: Path, scenes: int) -> str:
    """The whole page."""
    made = Evidence(work, scenes)
    run, truth, decay = made.captions(), made.truth, made.decay()
    say("evaluate", "report", run, *truth, *made.boxes, "--decay", str(decay))
    grid = ("--alpha", "0,0.3,0.6,0.9", "--beta", "0,0.15,0.2,1.0")
    sweep = ["sweep", *grid, "--scenes", str(max(6, scenes // 4))]
    head = "evaluate detect RUN --truth truth.json"
    parts = [
        HEAD.format(version=sv.__version__, scenes=scenes),
        section("SGRS and LocoRE (Table 1)", "evaluate decodings RUN ...", say("evaluate", "decodings", run, *truth)),
        section(
            f"Every decoder (Table 1), {made.few} scenes",
            "evaluate decodings RUN ...",
            say("evaluate", "decodings", made.others(), *truth),
        ),
        section(
            "Does saliency tell hallucinated words? (Table 5, Fig. 10 to 12)",
            head,
            say("evaluate", "detect", run, *truth),
        ),
        section(
            "The same after SGRS and LocoRE",
            f"{head} --decoding sgrs+locore",
            say("evaluate", "detect", run, *truth, "--decoding", "sgrs+locore"),
        ),
        section("Fusions (Fig. 9)", "evaluate run ... --fusion sum --traces", made.fusions()),
        section(
            "Do maps point at objects? Deletion and insertion",
            f"evaluate localise RUN ... --boxes boxes.json --faithfulness {made.few}",
            say("evaluate", "localise", run, *truth, *made.boxes, "--faithfulness", str(made.few)),
        ),
        section(
            f"Weakened words (Table 6), {made.few} scenes",
            "evaluate decay --images images ...",
            decay_text(json.loads(decay.read_text(encoding="utf-8"))),
        ),
        section(f"POPE, {made.few} scenes", "evaluate pope --questions pope_adversarial.json ...", made.answers()),
        section(
            "Settings (Table 3, Fig. 5)",
            " ".join(sweep),
            say(*sweep, "--csv", str(ROOT / "docs" / "sweep-demo.csv")),
        ),
        section("Which gains of the paper are larger than an interval?", "evaluate table1", say("evaluate", "table1")),
    ]
    return "".join(parts)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path("evidence"), help="folder for pictures, runs and the report")
    parser.add_argument("--scenes", type=int, default=40)
    options = parser.parse_args()
    started = time.monotonic()
    page = build(options.work, options.scenes)
    (ROOT / "docs" / "evidence.md").write_text(page, encoding="utf-8")
    print(f"docs/evidence.md, {options.work}/run/report.html; {time.monotonic() - started:.0f} s", file=sys.stderr)
