"""A run that was stopped, or shared among processes, ends with the same lines as a whole one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import saliency_viz as sv
from saliency_viz.__main__ import main
from saliency_viz.errors import DataError, SettingError
from saliency_viz.evaluation.chair import Vocabulary, count
from saliency_viz.evaluation.coco import synonyms_of
from saliency_viz.evaluation.encoding import encoded_once
from saliency_viz.evaluation.items import Item, Source, read_items
from saliency_viz.evaluation.methods import method_of
from saliency_viz.evaluation.runs import Plan, Shard, read_run, run, trace_path
from saliency_viz.evaluation.scenes import WORLDS, scenes_of, write
from saliency_viz.settings import SGRS, Decoding, LocoRE

from .engine import picture

FILES = ("plain.jsonl", "sgrs+locore.jsonl", "plain.errors.jsonl", "sgrs+locore.errors.jsonl")


@pytest.fixture(scope="module")
def model(llava_dir):
    return sv.load_model(llava_dir, device="cpu")


@pytest.fixture(scope="module")
def images(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("images")
    for number in range(5):
        picture(seed=number).save(folder / f"{number:03d}.png")
    (folder / "003.png").write_bytes(b"not a picture")
    return folder


def plan(images: Path, out: Path, **more) -> Plan:
    items = tuple(read_items("chair", Source(images, prompt="Describe the image.")))
    return Plan("chair", items, tuple(map(method_of, ("plain", "sgrs+locore"))), out, 5, **more)


@pytest.fixture(scope="module")
def whole(model, images, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("whole")
    assert run(model, plan(images, out, traces=True)) == 2
    return out


def contents(out: Path) -> list[str]:
    return [(out / name).read_text() for name in FILES]


def test_every_picture_has_a_line_and_a_bad_one_a_reason(whole):
    lines = [json.loads(line) for line in (whole / "plain.jsonl").read_text().splitlines()]
    assert [line["image_id"] for line in lines] == ["0", "1", "2", "4"]
    assert all(line["caption"] and line["tokens"] == 5 and line["ended"] == "length" for line in lines)
    error = json.loads((whole / "plain.errors.jsonl").read_text())
    assert error["id"] == "3" and error["error"].startswith("ImageError")
    seconds = [json.loads(line) for line in (whole / "plain.seconds.jsonl").read_text().splitlines()]
    assert [set(line) for line in seconds] == [{"id", "prefill", "decode", "observe"}] * 4


def test_the_run_says_what_it_was(whole, model):
    about = read_run(whole)
    assert about["model"]["name"] == model.info.name and about["items"] == 5
    assert about["methods"] == {
        "plain": {},
        "sgrs+locore": {
            "sgrs": {**about["methods"]["sgrs+locore"]["sgrs"], "alpha": 0.6},
            "locore": {"beta": 0.15, "window": 10, "renormalize": False},
        },
    }
    assert set(about["versions"]) == {"saliency_viz", "torch", "transformers", "python"}


def test_kept_traces_are_those_of_the_lines(whole):
    trace = sv.Trace.load(trace_path(whole, method_of("sgrs+locore"), "2"))
    line = json.loads((whole / "sgrs+locore.jsonl").read_text().splitlines()[2])
    assert trace.text.strip() == line["caption"] and trace.settings.sgrs == SGRS()


def test_a_stopped_run_goes_on_and_ends_the_same(model, images, whole, tmp_path):
    class Stop(Exception):
        pass

    def stop(done: int, text: str) -> None:
        if done == 3:
            raise Stop

    with pytest.raises(Stop):
        run(model, plan(images, tmp_path), tell=stop)
    assert not (tmp_path / "plain.jsonl").exists()
    part = tmp_path / "parts" / "plain.0.jsonl"
    part.write_bytes(part.read_bytes()[:-9])  # as if killed while writing
    told = []
    run(model, plan(images, tmp_path), tell=lambda done, text: told.append(done))
    assert told[0] == 2 and contents(tmp_path) == contents(whole)
    again = []
    run(model, plan(images, tmp_path), tell=lambda done, text: again.append(done))
    assert again == [8, 9, 10] and contents(tmp_path) == contents(whole)  # only what failed is tried again


def test_shards_together_are_the_whole(model, images, whole, tmp_path):
    for index in (2, 0, 1):
        assert not (tmp_path / "plain.jsonl").exists()
        run(model, plan(images, tmp_path), Shard(index, 3))
    assert contents(tmp_path) == contents(whole)


@pytest.mark.slow
def test_two_processes_of_accelerate_make_the_same_lines(llava_dir, images, whole, tmp_path):
    command = [sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2"]
    command += ["--main_process_port", "0", "--module"]
    asked = ["--task", "chair", "--images", str(images), "--prompt", "Describe the image.", "--max-new-tokens", "5"]
    more = ["--decoding", "plain", "sgrs+locore", "--model", str(llava_dir), "--device", "cpu", "--out", str(tmp_path)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run(
        [*command, "saliency_viz", "evaluate", "run", *asked, *more],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "parts").iterdir()} >= {"plain.0.jsonl", "plain.1.jsonl"}
    assert contents(tmp_path) == contents(whole)


def test_another_run_is_not_mixed_in(model, images, whole, tmp_path):
    items = tuple(read_items("chair", Source(images, prompt="?")))
    with pytest.raises(SettingError, match="another max_new_tokens: 5"):
        run(model, Plan("chair", items, (method_of("plain"),), whole, 6))


def test_shards_deal_out_whole_pictures():
    items = [Item(f"{n}", Path(f"{n // 3}.png"), "?") for n in range(21)]
    parts = [Shard(index, 3).own(items) for index in range(3)]
    assert [len(part) for part in parts] == [9, 6, 6]
    assert {item.image for item in parts[0]}.isdisjoint(item.image for item in parts[1])
    assert sorted(int(item.id) for part in parts for item in part) == list(range(21))


@pytest.mark.parametrize("text", ["3/3", "x", "1", "-1/2"])
def test_a_shard_that_is_none_is_refused(text):
    with pytest.raises(SettingError, match="I/N"):
        Shard.of(text)


def test_a_launcher_says_which_shard(monkeypatch):
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert Shard.of(None) == Shard(1, 2) and Shard.of("0/5") == Shard(0, 5)


def test_a_picture_is_encoded_once_and_nothing_stays(model, images):
    calls = []
    tower = next(module for name, module in model.network.named_modules() if name.endswith("vision_tower"))
    hook = tower.register_forward_hook(lambda *_: calls.append(1))
    try:
        plain = [sv.caption(model, images / "000.png", prompt, 3).text for prompt in ("A?", "B?", "C?")]
        assert len(calls) == 3
        with encoded_once(model):
            again = [sv.caption(model, images / "000.png", prompt, 3).text for prompt in ("A?", "B?", "C?")]
            assert len(calls) == 4
            sv.caption(model, images / "001.png", "A?", 3)
            assert len(calls) == 5
        sv.caption(model, images / "000.png", "A?", 3)
        assert len(calls) == 6 and again == plain
    finally:
        hook.remove()
    assert not any("get_image_features" in vars(module) for module in model.network.modules())


def test_decodings_are_named_with_their_settings():
    assert method_of("plain").keywords(0.2) == {"sgrs": None, "locore": None, "decoding": None}
    both = method_of("sgrs:alpha=0.3,history=accepted,layers=2-4+locore")
    assert both.sgrs == SGRS(alpha=0.3, history="accepted", layers=(2, 3, 4))
    assert both.keywords(0.2)["locore"] == LocoRE(beta=0.2)
    assert method_of("locore:beta=0.5").keywords(0.2)["locore"] == LocoRE(beta=0.5)
    assert method_of("vcd:alpha=1").decoding == Decoding("vcd", {"alpha": 1.0})
    assert method_of("vcd:alpha=1").file_name == "vcd-alpha=1"


@pytest.mark.parametrize(
    "name", ["", "sgrs+sgrs", "plain+sgrs", "sgrs:beta=1", "sgrs:alpha", "sgrs:alpha=2", "vcd+dola"]
)
def test_a_decoding_that_is_none_is_refused(name):
    with pytest.raises(SettingError):
        method_of(name)


def test_questions_stand_in_the_prompt_and_ids_are_unique(images, tmp_path):
    rows = [
        {"question_id": n, "image": f"{n // 2:03d}.png", "text": f"Is there {n}?", "label": "yes"} for n in range(4)
    ]
    for split in ("a", "b"):
        (tmp_path / f"{split}.json").write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = read_items("pope", Source(images, (tmp_path / "a.json",), "{text} One word."), limit=1)
    assert [(item.id, item.prompt) for item in found] == [
        ("0", "Is there 0? One word."),
        ("1", "Is there 1? One word."),
    ]
    both = read_items("pope", Source(images, (tmp_path / "a.json", tmp_path / "b.json"), "{text}"))
    assert len({item.id for item in both}) == 8 and both[0].image == both[2].image
    with pytest.raises(DataError, match="one record for each id"):
        read_items("replay", Source(images, (twice(tmp_path),)))


def twice(folder: Path) -> Path:
    path = folder / "twice.jsonl"
    path.write_text('{"image_id": 1, "caption": "A"}\n{"image_id": "001.png", "caption": "B"}\n')
    return path


def test_answers_go_from_the_run_to_the_scorer(llava_dir, images, tmp_path, capsys):
    rows = [
        {"question_id": n, "image": f"{n // 2:03d}.png", "text": "Is there a fox?", "label": "yes"} for n in range(4)
    ]
    questions = tmp_path / "q.json"
    questions.write_text("".join(json.dumps(row) + "\n" for row in rows))
    asked = ["--task", "pope", "--images", str(images), "--items", str(questions), "--max-new-tokens", "3"]
    assert (
        main(["evaluate", "run", *asked, "--model", str(llava_dir), "--device", "cpu", "--out", str(tmp_path / "r")])
        == 0
    )
    capsys.readouterr()
    scored = ["--questions", str(questions), "--answers", str(tmp_path / "r" / "plain.jsonl"), "--json"]
    assert main(["evaluate", "pope", *scored]) == 0
    assert json.loads(capsys.readouterr().out)["questions"] == 4


def test_given_captions_are_replayed_word_for_word(model, images, tmp_path):
    (tmp_path / "c.jsonl").write_text('{"image_id": 2, "caption": "a small red fox"}\n')
    items = tuple(read_items("replay", Source(images, (tmp_path / "c.jsonl",), "Describe the image.")))
    run(model, Plan("replay", items, (method_of("plain"),), tmp_path / "out", 99))
    line = json.loads((tmp_path / "out" / "plain.jsonl").read_text())
    assert (line["caption"], line["image_id"], line["ended"]) == ("a small red fox", "2", "given")


def test_scenes_are_a_benchmark_whose_truth_is_right(tmp_path):
    write(tmp_path, 7, "combinations")
    truth = json.loads((tmp_path / "truth.json").read_text())
    words = Vocabulary(synonyms_of((tmp_path / "synonyms.txt").read_text()))
    scenes = dict(zip(truth, scenes_of("combinations", 7), strict=True))
    for name, scene in scenes.items():
        caption = ", ".join(f"two {kind}" for kind in sorted(scene.kinds))
        assert count(name, caption, truth[name], words).row[3:6] == (0, len(scene.kinds), len(scene.kinds))
    for split in ("random", "adversarial"):
        rows = [json.loads(line) for line in (tmp_path / f"pope_{split}.json").read_text().splitlines()]
        assert sum(row["label"] == "yes" for row in rows) * 2 == len(rows)
        for row in rows:
            named = [mention.kind for mention in words.mentions(row["text"])]
            assert len(named) == 1 and (named[0] in scenes[Path(row["image"]).stem].kinds) == (row["label"] == "yes")
    boxes = json.loads((tmp_path / "boxes.json").read_text())
    assert {name: set(kinds) for name, kinds in boxes.items()} == {name: set(kinds) for name, kinds in truth.items()}
    with pytest.raises(SettingError, match="world must be"):
        scenes_of("moon", 3)
    assert set(WORLDS) == {"held-out", "combinations", "style"}
