"""The memory estimate: weights to the last one, cache and graph against what the program really holds."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

import saliency_viz as sv
from saliency_viz.__main__ import main
from saliency_viz.attention import Edits
from saliency_viz.decoding import matrix, progress
from saliency_viz.errors import ModelError, SettingError
from saliency_viz.models import estimate as module
from saliency_viz.models.estimate import check, estimate, matrix_bytes, recording_bytes
from saliency_viz.models.known import CHECKPOINTS, known_checkpoints
from saliency_viz.models.placing import DTYPES
from saliency_viz.models.published import PUBLISHED
from saliency_viz.models.table import FAMILIES

from . import checkpoints
from .engine import session, write

# Weights of the published checkpoints, as the hub's pages give them.
KNOWN = {
    "HuggingFaceTB/SmolVLM-256M-Instruct": 256_484_928,
    "llava-hf/llava-1.5-7b-hf": 7_063_427_072,
    "Qwen/Qwen2-VL-7B-Instruct": 8_291_375_616,
    "Qwen/Qwen2.5-VL-3B-Instruct": 3_754_622_976,
    "Qwen/Qwen2.5-VL-7B-Instruct": 8_292_166_656,
    "Qwen/Qwen2.5-VL-32B-Instruct": 33_452_718_336,
}


@pytest.mark.parametrize("name", KNOWN)
def test_weights_are_counted_exactly(name):
    found = estimate(PUBLISHED[name]())
    assert found.parameters == KNOWN[name]
    assert found.weights == 2 * KNOWN[name]


def test_a_cache_by_hand():
    """LLaVA-1.5-7B in bfloat16: 2 (keys, values) * 32 layers * 4096 * 2 bytes = 512 KiB for each position."""
    found = estimate(PUBLISHED["llava-hf/llava-1.5-7b-hf"](), prompt_tokens=600, new_tokens=100)
    assert found.cache == 700 * 512 * 1024


def test_four_bits_shrink_the_linear_layers_only():
    config = PUBLISHED["llava-hf/llava-1.5-7b-hf"]()
    whole, eight, four = (estimate(config, quantization=kind).weights for kind in (None, "8bit", "4bit"))
    kept = 2 * 2 * 32064 * 4096  # embedding and head stay in bfloat16
    assert kept + 0.25 * (whole - kept) < four < kept + 0.27 * (whole - kept)
    assert kept + 0.5 * (whole - kept) < eight < kept + 0.51 * (whole - kept)


@pytest.fixture(scope="module", params=["float32", "bfloat16"])
def model(request, tmp_path_factory):
    """Wide enough that what grows with sizes outweighs the constants: 8 heads over 4, 6 layers, 256 image tokens."""
    sizes = {"hidden_size": 256, "intermediate_size": 688, "num_hidden_layers": 6, "head_dim": 32}
    folder = checkpoints.llava(
        tmp_path_factory.mktemp("wide"), side=224, num_attention_heads=8, num_key_value_heads=4, **sizes
    )
    return sv.load_model(folder, device="cpu", dtype=request.param)


def held(work, but) -> int:
    """Bytes of all storages a graph saves while it is made, and of the tensors work returns."""
    storages: dict[int, int] = {}
    alive: list[Tensor] = []

    def keep(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in but:
            storages[storage.data_ptr()] = storage.nbytes()
            alive.append(tensor)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        returned = work()
    for tensor in returned:
        keep(tensor)
    return sum(storages.values())


def places(tensors) -> set[int]:
    return {tensor.untyped_storage().data_ptr() for tensor in tensors}


def test_the_recording_graph_is_as_large_as_estimated(model):
    run = session(model)
    written = write(run, count=24)
    known = places(model.network.parameters())
    known |= places(layer.keys for layer in run.cache.layers) | places(layer.values for layer in run.cache.layers)
    start = len(run.prepared.prompt_ids) - 1

    def work():
        probe, logits = run._record(start, len(written), 0)
        loss = torch.nn.functional.cross_entropy(logits.float(), torch.tensor(written))
        return [loss, *(part for record in probe.records.values() for part in (record.attention, record.outputs))]

    element = torch.finfo(model.dtype).bits // 8
    expected = recording_bytes(model.config.get_text_config(), len(written), start + len(written), element)
    assert held(work, known) == pytest.approx(expected, rel=0.1)


def test_the_matrix_graph_is_as_large_as_estimated(model):
    prepared = session(model).prepared
    text, positions = model.config.get_text_config(), len(prepared.prompt_ids)
    probe = matrix.MatrixProbe(Edits(positions))

    def work():
        with torch.enable_grad():
            logits = model.network(**prepared.inputs, probe=probe, use_cache=False, logits_to_keep=1).logits
        kept = [
            part for layer in probe.layers.values() for part in (layer.query, layer.key, layer.value, layer.outputs)
        ]
        return [logits, *kept]

    element = torch.finfo(model.dtype).bits // 8
    results = 2 * 4 * text.num_hidden_layers * positions**2 + 3 * 4 * text.num_attention_heads * positions**2
    expected = matrix_bytes(text, positions, element) - results
    assert held(work, places(model.network.parameters())) == pytest.approx(expected, rel=0.1)


def test_the_estimate_and_the_program_use_the_same_limits():
    assert module.CHUNK == progress.PLAIN_CHUNK
    assert module.BLOCK_BYTES == matrix.BLOCK_BYTES


def test_peaks_add_up():
    found = estimate(PUBLISHED["Qwen/Qwen2.5-VL-7B-Instruct"](), 10_000, 128)
    assert found.caption == found.weights + found.cache + found.prefill
    assert found.recorded == found.weights + found.cache + max(found.prefill, found.recording)
    assert found.with_matrix == found.weights + found.matrix
    assert found.rows == 64 and found.needed == found.weights + found.cache + max(found.prefill, found.least)


def test_observing_passes_shrink_to_half_of_what_is_free():
    config = PUBLISHED["Qwen/Qwen2.5-VL-7B-Instruct"]()
    plenty = estimate(config, 10_000, 128)
    assert plenty.recording == pytest.approx(64 * plenty.least, rel=0.001)
    for rows in (1, 12, 64):
        assert estimate(config, 10_000, 128, free=2 * rows * plenty.least).rows == rows
    assert estimate(config, 10_000, 128, free=0).rows == 1


def test_text_of_a_checkpoint_on_disk(llava_dir):
    text = check(str(llava_dir), 40, 10, "float32")
    assert "float32), 40 tokens of prompt and picture, 10 of caption:" in text
    weights = sum(weight.numel() for weight in sv.load_model(llava_dir, device="cpu").network.parameters())
    assert f"{4 * weights / 1e6:.1f} MB" in text and "peak: with saliency" in text


@pytest.mark.parametrize(
    "settings,part",
    [
        ({"prompt_tokens": 0}, "prompt_tokens must be a whole number of at least 1. Got 0"),
        ({"new_tokens": 1.5}, "new_tokens must be a whole number"),
        ({"dtype": "int4"}, "dtype must be one of"),
        ({"quantization": "3bit"}, "quantization must be 4bit or 8bit, or None"),
    ],
)
def test_lengths_and_names_out_of_range(settings, part):
    with pytest.raises(SettingError, match=part):
        estimate(PUBLISHED["llava-hf/llava-1.5-7b-hf"](), **settings)


def test_a_published_size_needs_no_connection(monkeypatch):
    monkeypatch.setattr("saliency_viz.models.estimate.read_config", None)
    assert "(from its published sizes):" in check("llava-hf/llava-1.5-7b-hf")


def test_a_name_that_is_nowhere(tmp_path):
    with pytest.raises(ModelError, match="could not be opened"):
        check(str(tmp_path / "nothing"))


def test_every_known_checkpoint_has_its_family():
    families = {family.name for family in FAMILIES}
    assert {checkpoint.family for checkpoint in CHECKPOINTS} <= families
    names = known_checkpoints()
    assert names[0] == "demo" and len(set(names)) == len(names)
    assert set(PUBLISHED) <= set(names)


def test_every_dtype_has_a_size():
    sizes = {name: estimate(PUBLISHED["llava-hf/llava-1.5-7b-hf"](), dtype=name).weights for name in DTYPES}
    assert sizes["float64"] == 2 * sizes["float32"] == 4 * sizes["float16"] == 4 * sizes["bfloat16"]


def memory_table() -> str:
    """The table of docs/models.md."""
    lines = [
        "| model | weights | number of weights | caption | with saliency | with one matrix |",
        "|---|---|---|---|---|---|",
    ]
    for name, config in PUBLISHED.items():
        for quantization in (None, "4bit"):
            found = estimate(config(), quantization=quantization)
            peaks = (found.caption, found.recorded, found.with_matrix)
            numbers = " | ".join(f"{peak / 1e9:.1f}" for peak in peaks)
            kind = "4-bit" if quantization else "bfloat16"
            lines.append(f"| `{name}` | {kind} | {found.parameters / 1e9:.2f} billion | {numbers} |")
    return "\n".join(lines)


def test_the_table_in_the_documents_is_the_estimators():
    text = (Path(__file__).resolve().parents[1] / "docs" / "models.md").read_text(encoding="utf-8")
    assert memory_table() in text
    assert all(kind in text for family in FAMILIES for kind in family.model_types)


def readme_table() -> str:
    """The table of README.md: one model of each size."""
    sizes = {"7B": "Qwen/Qwen2.5-VL-7B-Instruct", "13B": "llava-hf/llava-1.5-13b-hf"}
    sizes |= {"32B": "Qwen/Qwen2.5-VL-32B-Instruct", "72B": "Qwen/Qwen2.5-VL-72B-Instruct"}
    lines = ["| size | weights | caption | saliency | one map | 4-bit: caption | saliency | one map |"]
    lines.append("|---|---|---|---|---|---|---|---|")
    for size, name in sizes.items():
        whole, four = (estimate(PUBLISHED[name](), quantization=kind) for kind in (None, "4bit"))
        peaks = [part for found in (whole, four) for part in (found.caption, found.recorded, found.with_matrix)]
        numbers = " | ".join(f"{peak / 1e9:.1f}" for peak in (whole.weights, *peaks))
        lines.append(f"| {size}, `{name.split('/')[1]}` | {numbers} |")
    return "\n".join(lines)


def test_the_table_in_the_readme_is_the_estimators():
    assert readme_table() in (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")


def test_the_command_line_prints_the_estimate(llava_dir, capsys):
    options = ["--tokens", "40", "--new-tokens", "10", "--dtype", "float32"]
    assert main(["models", "--check", str(llava_dir), *options]) == 0
    assert capsys.readouterr().out == check(str(llava_dir), 40, 10, "float32") + "\n"
    assert main(["models", "--check", str(llava_dir), "--quantization", "4bit"]) == 0
    assert f"{llava_dir} (bfloat16, 4bit weights), 640 tokens" in capsys.readouterr().out
    assert main(["models", "--check", str(llava_dir / "nothing")]) == 2
    assert "could not be opened as a model" in capsys.readouterr().err
