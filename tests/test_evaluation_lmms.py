"""lmms-eval itself finds this package by its entry point and runs tasks with it, in one process and in two."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("lmms_eval", reason="the extra lmms is not installed")
tomllib = pytest.importorskip("tomllib", reason="comes with Python 3.11")

from saliency_viz.errors import SettingError  # noqa: E402
from saliency_viz.evaluation.lmms import asked_of, sampling_of, until  # noqa: E402
from saliency_viz.evaluation.scenes import write  # noqa: E402
from saliency_viz.settings import Sampling  # noqa: E402

from .engine import picture  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
TASK = """\
task: {name}
dataset_path: {data}
dataset_kwargs: {{load_from_disk: true}}
test_split: test
output_type: generate_until
doc_to_visual: !function utils.visual
doc_to_text: !function utils.{name}_text
doc_to_target: target
process_results: !function utils.{name}_results
generation_kwargs: {{max_new_tokens: {tokens}, temperature: 0, do_sample: false}}
metric_list:
  - metric: {metric}
    aggregation: mean
    higher_is_better: true
"""
UTILS = """\
import json
from saliency_viz.evaluation.chair import Vocabulary, count
from saliency_viz.evaluation.coco import synonyms_of
from saliency_viz.evaluation.yes_no import official

WORDS = Vocabulary(synonyms_of(open({synonyms!r}).read()))

def visual(doc): return [doc["image"].convert("RGB")]
def scene_pope_text(doc): return doc["question"]
def scene_pope_results(doc, results):
    return {{"accuracy": float(official(results[0], doc["target"]).said == doc["target"])}}
def scene_chair_text(doc): return "Describe the image."
def scene_chair_results(doc, results):
    found = count("0", results[0], json.loads(doc["target"]), WORDS)
    return {{"clean": float(not any(found.invented))}}
"""


@pytest.fixture(scope="module")
def tasks(tmp_path_factory) -> Path:
    """A POPE-shaped and a CHAIR-shaped task of demo scenes, as local data sets, and the entry point as if installed."""
    from datasets import Dataset, DatasetDict, Image

    folder = tmp_path_factory.mktemp("lmms")
    scenes = write(folder / "scenes", 3)
    truth = json.loads((scenes / "truth.json").read_text())
    questions = [json.loads(line) for line in (scenes / "pope_random.json").read_text().splitlines()]
    images = scenes / "images"
    asked = [
        {"image": str(images / row["image"]), "question": row["text"], "target": row["label"]} for row in questions
    ]
    shown = [{"image": str(images / f"{name}.png"), "target": json.dumps(kinds)} for name, kinds in truth.items()]
    rows = {"scene_pope": asked, "scene_chair": shown}
    (folder / "utils.py").write_text(UTILS.format(synonyms=str(scenes / "synonyms.txt")))
    for (name, found), (tokens, metric) in zip(rows.items(), ((12, "accuracy"), (40, "clean")), strict=True):
        data = folder / f"data_{name}"
        DatasetDict({"test": Dataset.from_list(found).cast_column("image", Image())}).save_to_disk(str(data))
        (folder / f"{name}.yaml").write_text(TASK.format(name=name, data=data, tokens=tokens, metric=metric))
    points = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["lmms_eval.models"]
    about = folder / "site" / "saliency_viz-0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: saliency-viz\nVersion: 0\n")
    lines = "".join(f"{name} = {place}\n" for name, place in points.items())
    (about / "entry_points.txt").write_text(f"[lmms_eval.models]\n{lines}")
    return folder


def evaluate(tasks: Path, out: Path, *launcher: str, arguments: str = "") -> dict[str, list[str]]:
    """Answers by task, in the order of the documents."""
    paths = f"{ROOT}:{tasks / 'site'}"
    environment = {**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    asked = ["--model", "saliency_viz", "--model_args", f"pretrained=demo,device=cpu{arguments}", "--batch_size", "1"]
    more = ["--tasks", "scene_pope,scene_chair", "--include_path", str(tasks)]
    more += ["--output_path", str(out), "--log_samples", "--verbosity", "DEBUG"]  # else a failure exits with 0
    command = [sys.executable, *(launcher or ("-m",)), "lmms_eval", *asked, *more]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    found = {}
    for task in ("scene_pope", "scene_chair"):
        (path,) = out.rglob(f"*samples_{task}.jsonl")
        rows = sorted((json.loads(line) for line in path.read_text().splitlines()), key=lambda row: row["doc_id"])
        found[task] = [
            row["filtered_resps"] if isinstance(row["filtered_resps"], str) else row["filtered_resps"][0]
            for row in rows
        ]
    return found


@pytest.mark.slow
def test_lmms_eval_runs_both_tasks_alone_and_in_two_processes(tasks, tmp_path):
    import saliency_viz as sv

    one = evaluate(tasks, tmp_path / "one")
    model = sv.load_model("demo", device="cpu")
    images = sorted((tasks / "scenes/images").iterdir())
    own = [sv.caption(model, image, "Describe the image.", 40).text.strip() for image in images]
    assert one["scene_chair"] == own and all(text.startswith(("Yes", "No")) for text in one["scene_pope"])
    launcher = (
        "-m",
        "accelerate.commands.launch",
        "--multi_gpu",
        "--num_processes",
        "2",
        "--main_process_port",
        "0",
        "--module",
    )
    assert evaluate(tasks, tmp_path / "two", *launcher) == one


@pytest.mark.slow
def test_methods_are_model_arguments(tasks, tmp_path):
    import saliency_viz as sv

    found = evaluate(tasks, tmp_path, arguments=",sgrs=0.9,locore=1.0")
    model, how = sv.load_model("demo", device="cpu"), {"sgrs": sv.SGRS(alpha=0.9), "locore": sv.LocoRE(beta=1.0)}
    own = sv.caption(model, tasks / "scenes/images/scene-00000.png", "Describe the image.", 40, **how)
    assert found["scene_chair"][0] == own.text.strip()


def message(*content: dict, role: str = "user") -> dict:
    return {"role": role, "content": list(content)}


def test_messages_become_pictures_prompt_system_and_history():
    image, text = {"type": "image", "url": picture()}, {"type": "text", "text": "What?"}
    answer, system = message(text, role="assistant"), message(text, role="system")
    found = asked_of([system, message(image, text), answer, message(text)], 8)
    assert (found.prompt, found.system, len(found.media)) == ("What?", "What?", 1)
    assert found.history == (("user", "What?"), ("assistant", "What?"))
    with pytest.raises(SettingError, match="0 images"):
        asked_of([message(text)], 8)


def test_generation_settings_of_a_task_are_taken_or_refused():
    assert sampling_of({"temperature": 0, "do_sample": False}) == Sampling()
    assert sampling_of({"temperature": 0.7, "do_sample": True, "top_p": 0.9}) == Sampling(0.7, top_p=0.9)
    assert sampling_of({"temperature": 0.7, "do_sample": False}) == Sampling()
    with pytest.raises(SettingError, match="num_beams"):
        sampling_of({"num_beams": 5})
    assert until("Yes.\n\nNo", ["\n\n", "No"]) == "Yes." and until("Yes", ()) == "Yes" and until("a.b", ".") == "a"
