"""The memory estimate: weights to the last one, cache and graph against what the program really holds."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor
from transformers import AutoConfig, AutoModelForImageTextToText

import saliency_viz as sv
from saliency_viz.__main__ import main
from saliency_viz.attention import Edits
from saliency_viz.decoding import matrix, pace
from saliency_viz.errors import ModelError, SettingError
from saliency_viz.memory import size_text
from saliency_viz.models.families.table import FAMILIES
from saliency_viz.models.loading.checkpoints import CHECKPOINTS, known_checkpoints
from saliency_viz.models.loading.devices import DTYPES
from saliency_viz.models.loading.hub import Found
from saliency_viz.models.memory import estimate as module
from saliency_viz.models.memory import report
from saliency_viz.models.memory.estimate import (
    about,
    estimate,
    matrix_bytes,
    recording_bytes,
    results_bytes,
    weights_of,
)
from saliency_viz.models.memory.reference_configs import PUBLISHED
from saliency_viz.models.memory.report import check
from saliency_viz.models.memory.vision_memory import patches_in, patches_of, vision_bytes
from saliency_viz.verify.peak_memory import peak_memory

from . import checkpoints, families
from .engine import session, write
from .families import BUILDERS, Case

SMOL = "HuggingFaceTB/SmolVLM-256M-Instruct"
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
    expected = matrix_bytes(text, positions, element) - 3 * 4 * text.num_attention_heads * positions**2
    assert held(work, places(model.network.parameters())) == pytest.approx(expected, rel=0.1)


def vision_shapes() -> dict:
    """Configs with the published vision towers, two layers of them, and next to no text model."""
    text = {"hidden_size": 256, "intermediate_size": 256, "num_hidden_layers": 1, "num_attention_heads": 4}
    rope = {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [8, 12, 12]}
    shapes = {name: PUBLISHED[name]() for name in VISION}
    for config in shapes.values():
        setattr(config.vision_config, "depth" if hasattr(config.vision_config, "depth") else "num_hidden_layers", 2)
        for name, value in {**text, "num_key_value_heads": 4, "vocab_size": 1000, "rope_parameters": rope}.items():
            if name != "rope_parameters" or hasattr(config.vision_config, "depth"):
                setattr(config.text_config, name, value)
        if hasattr(config.vision_config, "embed_dim"):
            config.vision_config.hidden_size = 256
        elif hasattr(config.vision_config, "out_hidden_size"):
            config.vision_config.out_hidden_size = 256
    return shapes


VISION = (
    "HuggingFaceTB/SmolVLM-256M-Instruct",
    "llava-hf/llava-1.5-7b-hf",
    "Qwen/Qwen2-VL-7B-Instruct",
    "Qwen/Qwen2.5-VL-3B-Instruct",
)


def pixels(config, kind: torch.dtype) -> dict[str, Tensor]:
    """What a processor hands over for one picture of 484 patches, or for one tile."""
    vision = config.vision_config
    if hasattr(vision, "depth"):
        return {
            "pixel_values": torch.randn(22 * 22, 3 * 2 * 14 * 14, dtype=kind),
            "image_grid_thw": torch.tensor([[1, 22, 22]]),
        }
    side = vision.image_size
    tiles = torch.randn(1, 3, side, side, dtype=kind)
    return {"pixel_values": tiles[None] if config.model_type == "idefics3" else tiles}


# A processor without bfloat16 of its own takes ten times as long in it.
@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float32", pytest.param("bfloat16", marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", VISION)
def test_the_vision_tower_s_peak_is_as_large_as_estimated(name, dtype):
    """Every allocation of the tower's pass, and the pixels themselves."""
    config, kind = vision_shapes()[name], DTYPES[dtype]
    network = AutoModelForImageTextToText.from_config(config, attn_implementation="sdpa").to(kind).eval()
    network.requires_grad_(False)
    given = pixels(config, kind)
    with torch.no_grad():
        measured = peak_memory(lambda: network.model.get_image_features(**given), torch.device("cpu")) * 2**20
    held_already = given["pixel_values"].nbytes
    expected = vision_bytes(config, patches_in(config, given), kind.itemsize)
    assert measured + held_already == pytest.approx(expected, rel=0.1)


@pytest.mark.parametrize("family", [name for name in BUILDERS if name != "llava_onevision"])  # it scales tiles down
def test_patches_follow_from_the_picture_s_tokens(family, tmp_path):
    """One picture of no padding: as many patches as the processor cut, but for class tokens and what was trimmed."""
    model = Case(family, BUILDERS[family](tmp_path)).single
    prepared = model.family.prepare(model, families.request((112, 112)))
    tokens = sum(span.stop - span.start for span in prepared.spans if span.kind == "image")
    assert patches_of(model.config, tokens) == pytest.approx(patches_in(model.config, prepared.inputs), rel=0.35)


def test_seventeen_tiles_of_smolvlm_by_hand():
    """1024 patches a tile of 64 tokens. A patch: twice 3072 in the MLP, four times 768 around it, twice its pixels."""
    config = PUBLISHED["HuggingFaceTB/SmolVLM-256M-Instruct"]()
    assert patches_of(config, 17 * 64) == 17 * 1024
    found = estimate(config, 17 * 64 + 60, 128, "float32", picture_tokens=17 * 64)
    assert found.vision == 17 * 1024 * (2 * 3072 + 4 * 768 + 2 * 768) * 4  # 749 MB; all allocations: 756 MB
    assert found.needed == found.weights + found.vision


def test_a_map_s_results_lie_in_main_memory():
    """[layers, n, n] float32 of both, twice while they are put together."""
    text = PUBLISHED["llava-hf/llava-1.5-7b-hf"]().get_text_config()
    assert results_bytes(text, 700) == 2 * 2 * 4 * 32 * 700**2


def test_experts_keep_their_size_in_four_bits(tmp_path):
    """bitsandbytes makes linear layers small; transformers keeps experts as one tensor, which is none."""
    config = AutoConfig.from_pretrained(BUILDERS["qwen3_vl_moe"](tmp_path))
    experts = 5 * 4 * (64 * 2 * 32 + 32 * 64)  # 5 layers of 4: gate and up, down
    whole, four = (weights_of(config, 2, kind) for kind in (None, "4bit"))
    assert four[1] > 2 * experts and whole[0] == four[0]
    others = Case("qwen3_vl", BUILDERS["qwen3_vl"](tmp_path / "plain"))
    plain = [weights_of(AutoConfig.from_pretrained(others.folder), 2, kind)[1] for kind in (None, "4bit")]
    assert four[1] / whole[1] > plain[1] / plain[0]


def test_the_estimate_and_the_program_use_the_same_limits():
    assert module.CHUNK == pace.PLAIN
    assert module.BLOCK_BYTES == matrix.BLOCK_BYTES


def test_peaks_add_up():
    found = estimate(PUBLISHED["Qwen/Qwen2.5-VL-7B-Instruct"](), 10_000, 128)
    assert found.caption == found.weights + max(found.vision, found.cache + found.prefill)
    assert found.recorded == found.weights + max(found.vision, found.cache + max(found.prefill, found.recording))
    assert found.with_matrix == found.weights + max(found.vision, found.matrix)
    least = max(found.prefill, found.least)
    assert found.rows == 64 and found.needed == found.weights + max(found.vision, found.cache + least)


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
    monkeypatch.setattr("saliency_viz.models.memory.report.read_config", None)
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


@pytest.mark.slow
def test_the_table_in_the_documents_is_the_estimators():
    text = (Path(__file__).resolve().parents[1] / "docs" / "models.md").read_text(encoding="utf-8")
    assert memory_table() in text
    assert all(kind in text for family in FAMILIES for kind in family.model_types)


def short_table() -> str:
    """The short table of docs/models.md: one model of each size."""
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
    assert short_table() in (Path(__file__).resolve().parents[1] / "docs" / "models.md").read_text(encoding="utf-8")


def test_the_command_line_prints_the_estimate(llava_dir, capsys):
    assert main(["models", "--check", str(llava_dir), "--tokens", "40", "--new-tokens", "10", "--device", "cpu"]) == 0
    printed, expected = capsys.readouterr().out, check(str(llava_dir), 40, 10, device="cpu")
    assert printed.splitlines()[:-1] == expected.splitlines()[:-1]  # what is free changes
    assert f"{llava_dir} (float32), 40 tokens" in printed and printed.endswith("needed: it fits.\n")
    assert main(["models", "--check", str(llava_dir), "--dtype", "bfloat16", "--quantization", "4bit"]) == 0
    assert f"{llava_dir} (bfloat16, 4bit weights), 640 tokens" in capsys.readouterr().out
    assert main(["models", "--check", str(llava_dir / "nothing")]) == 2
    assert "could not be opened as a model" in capsys.readouterr().err


@pytest.mark.parametrize(
    "free,part",
    [
        (60e9, "60.0 GB free on cpu, 54.8 GB needed: it fits."),
        (30e9, "it does not fit. With --dtype bfloat16 it would: 27.4 GB."),
        (10e9, "it does not fit. With --quantization 4bit it would: "),
        (8.5e9, "it does not fit. With --dtype bfloat16 --quantization 4bit it would: "),
        (1e9, "it does not fit, nor with weights in 4 bits. Choose a smaller model, or another --device."),
        (None, "cpu does not tell what is free; 54.8 GB must be."),
    ],
)
def test_what_is_free_is_said_with_the_first_change_that_makes_it_fit(free, part, monkeypatch):
    monkeypatch.setattr(report, "free_memory", lambda device: free)
    assert part in check("llava-hf/llava-1.5-13b-hf", device="cpu").splitlines()[-1]


def offline(monkeypatch):
    def fail(name, revision, tell):
        raise ModelError(f"{name!r} is not complete on this machine.")

    monkeypatch.setattr(report, "find", fail)


@pytest.mark.parametrize("name", known_checkpoints())
def test_every_known_checkpoint_has_an_answer_without_a_connection(name, monkeypatch):
    if name != "demo":
        offline(monkeypatch)
    text = check(name, device="cpu")
    row = next((row for row in CHECKPOINTS if row.name == name), None)
    if row is not None and name not in PUBLISHED:
        assert f"from its {row.billions:g} billion weights alone. {name!r} is not complete" in text
        assert size_text(about(row.billions, "float32", None)[1]) in text and "about" in text
    assert "free on cpu, " in text


def test_an_id_of_which_nothing_is_known_is_refused_with_the_hub_s_sentence(monkeypatch):
    offline(monkeypatch)
    with pytest.raises(ModelError, match="'some/thing' is not complete"):
        check("some/thing")
    with pytest.raises(ModelError, match="is not complete"):  # a revision may have other sizes
        check("Qwen/Qwen3-VL-8B-Instruct", revision="abc")


def test_a_check_is_of_the_pinned_commit(monkeypatch):
    asked = []
    monkeypatch.setattr(report, "read_config", lambda *given: asked.append(given) or (PUBLISHED[SMOL](), None))
    monkeypatch.setattr(report, "find", lambda name, revision, tell: Found(name, "a commit"))
    check("HuggingFaceTB/SmolVLM-500M-Instruct", device="cpu")
    assert asked == [("HuggingFaceTB/SmolVLM-500M-Instruct",) * 2 + ("a commit",)]
