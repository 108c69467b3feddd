"""`verify` passes what is right and fails what is deliberately broken, naming it."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest
import torch

import saliency_viz as sv
from saliency_viz import __main__ as command_line
from saliency_viz.decoding import candidates, sgrs
from saliency_viz.decoding.session import Session
from saliency_viz.models.base import Boxes
from saliency_viz.verify import numbers
from saliency_viz.verify.check import Check, outcome
from saliency_viz.verify.literal import attached, relative
from saliency_viz.verify.proof import CHECKS, verify
from saliency_viz.verify.report import markdown, table, verdict
from saliency_viz.verify.subject import Subject, exact, subject_of

from . import checkpoints
from .families import BUILDERS, PROMPT, noise
from .test_long_rope import rope

QUICK = 7  # tokens


def checked(model, only=(), tokens=QUICK, prompt=PROMPT, size=(97, 61)) -> dict[str, Check]:
    """Every check's outcome by its name; with `only`, the others are not waited for."""
    found = {}
    for check in verify(subject_of(model, noise(*size), prompt, tokens)):
        found[check.name] = check
        if only and set(only) <= set(found):
            break
    return found


def failed(found) -> list[str]:
    return [name for name, check in found.items() if check.status == "failed"]


@pytest.fixture(scope="module")
def model(llava_dir):
    return sv.load_model(llava_dir, device="cpu")


@pytest.fixture(scope="module")
def found(model):
    return checked(model)


@pytest.mark.slow
def test_a_right_model_passes_every_check(found):
    assert tuple(found) == CHECKS
    assert {check.status for check in found.values()} == {"ok"}, table(list(found.values()))
    assert "a second copy of the checkpoint" in found["greedy tokens as generate's"].figure
    assert "6 of 6 boxes" in found["boxes lie on their pixels"].figure
    assert "0 rejections" not in found["SGRS as written"].figure  # else the check would say little


def test_nothing_is_left_on_the_model(model, found):
    hooks = [
        hook
        for module in model.network.modules()
        for hook in (*module._forward_hooks.values(), *module._forward_pre_hooks.values())
    ]
    assert [hook for hook in hooks if getattr(hook, "__module__", "").startswith("saliency_viz")] == []
    assert model.network.config.get_text_config()._attn_implementation == "saliency_viz"
    assert next(model.network.parameters()).dtype == torch.float32


@pytest.mark.slow
@pytest.mark.parametrize("family", BUILDERS)
def test_a_random_checkpoint_of_every_family_passes(family, tmp_path):
    found = checked(sv.load_model(BUILDERS[family](tmp_path), device="cpu"), size=(168, 112))
    assert failed(found) == [], table(list(found.values()))
    assert [name for name, check in found.items() if check.status == "open"] == []


@pytest.mark.slow
def test_the_embedded_model_passes():
    found = checked(sv.load_model("demo", device="cpu"), tokens=24, size=(256, 192))
    assert failed(found) == [], table(list(found.values()))


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_is_told_apart_from_a_mistake(llava_dir, dtype):
    model = sv.load_model(llava_dir, device="cpu", dtype=dtype)
    before = {name: weight.clone() for name, weight in model.network.named_parameters()}
    found = checked(model)
    assert failed(found) == [], table(list(found.values()))
    assert "in float32" in found["rows as one backward each"].figure
    assert all(torch.equal(weight, before[name]) for name, weight in model.network.named_parameters())


@pytest.mark.slow
def test_a_caption_that_crosses_the_limit_of_longrope_passes_and_says_so(model, tmp_path):
    first = len(subject_of(model, noise(97, 61), PROMPT, QUICK).prepared.prompt_ids)
    folder = checkpoints.llava(tmp_path, rope_parameters=rope(first + 3))
    found = checked(sv.load_model(folder, device="cpu"))
    assert failed(found) == [], table(list(found.values()))
    assert f"LongRoPE's long factors at {first + 3}: crossed" in found["LongRoPE and windows"].figure
    assert "steps 0, 2, 3:" in found["rows as one backward each"].figure


# ---- deliberately broken ---------------------------------------------------------------------------------------------


def with_family(model, prepare):
    return replace(model, family=replace(model.family, prepare=prepare))


def test_boxes_in_the_wrong_place_fail(model):
    def shifted(model, request):
        prepared = family.prepare(model, request)
        boxes = prepared.boxes
        return replace(prepared, boxes=Boxes(np.roll(boxes.box, 1, axis=0), boxes.image, boxes.scale))

    family = model.family
    found = checked(with_family(model, shifted), ["boxes lie on their pixels"])
    assert failed(found) == ["boxes lie on their pixels"]
    assert "Pixels changed inside the box of image token" in found["boxes lie on their pixels"].sentence


def test_boxes_of_rows_and_columns_swapped_fail(model):
    def swapped(model, request):
        prepared = family.prepare(model, request)
        boxes = prepared.boxes
        return replace(prepared, boxes=Boxes(boxes.box[:, [1, 0, 3, 2]], boxes.image, boxes.scale))

    family = model.family
    assert failed(checked(with_family(model, swapped), ["boxes lie on their pixels"])) == ["boxes lie on their pixels"]


def test_a_prompt_that_was_cut_fails(model):
    def cut(model, request):
        prepared = family.prepare(model, request)
        inputs = {name: value[:, :-3] if value.dim() == 2 else value for name, value in prepared.inputs.items()}
        return replace(prepared, inputs=inputs)

    family = model.family
    found = checked(with_family(model, cut), ["spans cover prompt and words"])
    assert {"prompt as the processor makes it", "greedy tokens as generate's", "spans cover prompt and words"} <= set(
        failed(found)
    )
    assert "cut or changed" in found["prompt as the processor makes it"].sentence


def test_a_span_on_other_words_fails(model):
    def moved(model, request):
        prepared = family.prepare(model, request)
        spans = [replace(span, kind={"prompt": "template"}.get(span.kind, span.kind)) for span in prepared.spans]
        first = next(place for place, span in enumerate(spans) if span.kind == "template")
        spans[first] = replace(spans[first], kind="prompt")
        return replace(prepared, spans=tuple(spans))

    family = model.family
    found = checked(with_family(model, moved), ["spans cover prompt and words"])
    assert failed(found) == ["spans cover prompt and words"]
    assert "The prompt's span lies on" in found["spans cover prompt and words"].sentence


def test_the_wrong_row_fails(model, monkeypatch):
    """The row one before the one that predicts, as the authors' release reads it."""
    own = Session.observe

    def shifted(self, start, targets, *args, **settings):
        seen = own(self, start, targets, *args, **settings)
        return replace(seen, saliency=seen.saliency.roll(1, -1), attention=seen.attention.roll(1, -1))

    monkeypatch.setattr(Session, "observe", shifted)
    found = checked(model, ["rows as one backward each"])
    assert failed(found) == ["rows as one backward each"]


@pytest.mark.slow
def test_a_trace_that_keeps_other_rows_in_half_precision_is_never_passed(llava_dir, monkeypatch):
    model, own = sv.load_model(llava_dir, device="cpu", dtype="bfloat16"), Subject.caption

    def found(change) -> str:
        monkeypatch.setattr(Subject, "caption", lambda *given: change(own(*given)))
        return checked(model, ["rows as one backward each"])["rows as one backward each"].status

    def scaled(trace):  # by less than half precision may be off
        return replace(trace, saliency_norm=trace.saliency_norm * 1.06)

    assert found(lambda trace: replace(trace, saliency=np.roll(trace.saliency, 1, axis=2))) == "failed"
    assert found(scaled) == "failed"  # in float32
    monkeypatch.setattr(numbers, "exact", lambda model: nullcontext(False))  # no room for that
    assert found(scaled) == "open"


def test_a_gradient_of_another_layer_fails(model, monkeypatch):
    """Every layer drawn with layer 0's saliency, as the authors' plots are."""
    own = Session.observe

    def first_layer(self, *args, **settings):
        seen = own(self, *args, **settings)
        return replace(seen, saliency=seen.saliency[:, :1].expand_as(seen.saliency).clone())

    monkeypatch.setattr(Session, "observe", first_layer)
    assert failed(checked(model, ["rows as one backward each"])) == ["rows as one backward each"]


def test_locore_that_does_nothing_or_too_much_fails(model, monkeypatch):
    from saliency_viz.attention import Edits

    own = Edits._locore
    for wrong in (
        lambda self, rows, keys, device: None,
        lambda self, rows, keys, device: _raised(own, self, rows, keys, device),
    ):
        monkeypatch.setattr(Edits, "_locore", wrong)
        assert "LocoRE as written" in failed(checked(model, ["LocoRE as written"]))


def _raised(own, edits, rows, keys, device):
    factor = own(edits, rows, keys, device)
    return None if factor is None else 1 + 1.1 * (factor - 1)


def test_sgrs_with_another_threshold_fails(model, monkeypatch):
    own = sgrs.threshold
    users = [module for name, module in sys.modules.items() if name.startswith("saliency_viz.decoding")]
    for user in users:
        if getattr(user, "threshold", None) is own:
            monkeypatch.setattr(user, "threshold", lambda recent, settings: 0.5 * own(recent, settings))
    assert failed(checked(model, ["SGRS as written"])) == ["SGRS as written"]


def test_tokens_that_are_not_the_model_s_fail(model, monkeypatch):
    own = candidates.Chooser.choose

    def second_best(self, *args, **settings):
        found = own(self, *args, **settings)
        return replace(found, order=(1, 0, *found.order[2:])) if len(found.order) > 1 else found

    monkeypatch.setattr(candidates.Chooser, "choose", second_best)
    found = checked(model, ["greedy tokens as generate's"])
    assert "greedy tokens as generate's" in failed(found)
    assert "Token 0 is" in found["greedy tokens as generate's"].sentence


def test_texts_that_do_not_join_fail(model, monkeypatch):
    monkeypatch.setattr("saliency_viz.verify.words.token_texts", lambda tokenizer, ids: ("x",) * len(ids))
    found = checked(model, ["joined texts as decode's"])
    assert failed(found) == ["joined texts as decode's"]
    assert "a line in several scripts" in found["joined texts as decode's"].sentence


def test_memory_beyond_the_estimate_fails(model, monkeypatch):
    monkeypatch.setattr("saliency_viz.verify.cost.SLACK", -(10**9))
    assert "memory within the estimate" in failed(checked(model, ["memory within the estimate"]))


# ---- how it is told --------------------------------------------------------------------------------------------------


def test_a_check_that_ends_in_an_error_is_a_failure_with_its_first_line():
    def broken() -> Check:
        raise RuntimeError("no such thing\nand more")

    found = outcome("some check", broken)
    assert found == Check("some check", "failed", "", "It ended in an error: RuntimeError: no such thing")


def test_the_report_names_what_failed_and_where_it_ran(model):
    checks = [Check("one", "ok", "3 | 4"), Check("two", "failed", "", "It is wrong."), Check("three", "skipped")]
    assert "FAILED  two\n        It is wrong." in table(checks)
    assert verdict(checks) == "FAILED: two. Please open an issue with the block below."
    assert verdict([checks[0], checks[2]]) == "All of 1 checks passed. Not told here: three."
    block = markdown(replace(model, info=replace(model.info, revision="abc123")), checks)
    assert f"### `{model.info.name}` at `abc123`" in block and f"torch {torch.__version__}" in block
    assert "| one | ok | 3 \\| 4 |" in block and "| two | FAILED | It is wrong. |" in block


@pytest.mark.slow
def test_the_command_prints_a_table_and_a_block_and_its_exit_code_tells(llava_dir, tmp_path, capsys, monkeypatch):
    block = tmp_path / "block.md"
    arguments = ["verify", str(llava_dir), "--device", "cpu", "--tokens", "5", "--markdown", str(block)]
    assert command_line.main(arguments) == 0
    out, err = capsys.readouterr()
    assert "All of 11 checks passed." in out and "| rows as one backward each | ok |" in out
    assert block.read_text().strip() in out
    assert f"11/{len(CHECKS)} ms per token: ok" in err
    monkeypatch.setattr("saliency_viz.verify.cost.SLACK", -(10**9))
    assert command_line.main(arguments) == 1
    assert "FAILED: memory within the estimate." in capsys.readouterr().out
    assert command_line.main(["verify", str(tmp_path / "nowhere")]) == 2


@pytest.mark.slow
@pytest.mark.parametrize("shape", ["tiny-llava", pytest.param("tiny-qwen2-vl", marks=pytest.mark.slow)])
def test_a_shape_of_random_weights_is_verified_as_far_as_it_goes(shape, capsys):
    assert command_line.main(["verify", "--shape", shape, "--device", "cpu", "--tokens", "5"]) == 0
    out = capsys.readouterr().out
    assert "All of 7 checks passed. Not told here: prompt as the processor makes it," in out


def test_exact_raises_half_weights_and_gives_them_back_bit_for_bit(llava_dir):
    model = sv.load_model(llava_dir, device="cpu", dtype="bfloat16")
    before = {name: weight.clone() for name, weight in model.network.named_parameters()}
    with exact(model) as possible:
        assert possible and model.dtype == torch.float32
    assert all(
        torch.equal(weight, before[name]) and weight.dtype == torch.bfloat16
        for name, weight in model.network.named_parameters()
    )
    with exact(sv.load_model(llava_dir, device="cpu")) as possible:
        assert possible


def test_exact_is_refused_where_float32_does_not_fit(llava_dir, monkeypatch):
    model = sv.load_model(llava_dir, device="cpu", dtype="bfloat16")
    monkeypatch.setattr("saliency_viz.verify.subject.free_memory", lambda device: 1)
    with exact(model) as possible:
        assert not possible and model.dtype == torch.bfloat16


def test_rows_before_the_start_are_in_the_graph(model):
    """A row's gradient is the same whether all rows are written out or the ones before go through SDPA."""
    subject = subject_of(model, noise(97, 61), PROMPT, QUICK)
    outputs = [5, 90, 17]
    with attached(model.network) as literal:
        whole = literal.truth(subject.own, outputs[:2], outputs[2])
        last = literal.truth(subject.own, outputs[:2], outputs[2], start=subject.first + 1)
    assert whole.attention.shape[-2] == subject.first + 2 and last.attention.shape[-2] == 1
    assert relative(last.gradient, whole.gradient[:, :, -1:]) < 1e-4
    assert relative(last.logits, whole.logits) < 1e-4
