"""The parts that training starts from: the cut language model, its pruned tokenizer, plain English, and a vision tower.

Made once and kept in the work folder. Putting them together is for `model`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random

import torch
from tokenizers import Tokenizer
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from ..grammar import noun_phrase
from ..kinds import COLOURS, COUNT_WORDS, KINDS
from ..questions import FORMS, question
from ..world import sample_scene
from . import english, language, vocabulary
from .batches import pair_threads, threads_about
from .model import Shape


@dataclass(frozen=True)
class Parts:
    """What a run is built from. `steps` are the rows for the log; `tower` is None if one is to be trained."""

    tokenizer: PreTrainedTokenizerFast
    language: dict[str, Tensor]
    shape: Shape
    english: list[list[str]]
    tower: dict[str, Tensor] | None
    steps: list[dict]


def prepare(work: Path, seed: int, tower: Path | None, scenes: int = 3000) -> Parts:
    """Fetches, cuts and prunes, or reads what an earlier call left in `work`; the tower is that of a demo model."""
    file = work / f"parts-{seed}.pt"
    if not file.is_file():
        whole, tokenizer = language.read(language.fetch(work))
        pairs = english.answered(whole, tokenizer, work, seed)
        made = cut(whole.state_dict(), tokenizer.backend_tokenizer, pairs, scenes)
        torch.save(made, file.with_suffix(".partial"))
        file.with_suffix(".partial").replace(file)
    made = torch.load(file, weights_only=True)
    wrapped = vocabulary.wrap(Tokenizer.from_str(made["tokenizer"]))
    return Parts(wrapped, made["language"], Shape(), made["english"], read_tower(tower), made["steps"])


def cut(state: dict[str, Tensor], whole: Tokenizer, pairs: list[list[str]], scenes: int) -> dict:
    """Tokenizer, language model, English and log rows, as they are kept."""
    core, old_ids = vocabulary.prune(whole, [*corpus(scenes), *(text for pair in pairs for text in pair)])
    state = language.cut_layers(state, language.LAYERS)
    rows = vocabulary.pruned_rows(state["model.embed_tokens.weight"], old_ids)
    state = state | {"model.embed_tokens.weight": rows, "lm_head.weight": rows}
    steps = [
        {"stage": "fetch", "requirement": language.REQUIREMENT, "sha256": language.SHA256},
        {"stage": "cut", "layers": list(language.LAYERS)},
        {"stage": "prune", "tokens": len(old_ids), "of": whole.get_vocab_size()},
        {"stage": "english", "answers": len(pairs)},
    ]
    return {"tokenizer": core.to_str(), "language": state, "english": pairs, "steps": steps}


def corpus(scenes: int) -> list[str]:
    """Texts of the world, with every noun phrase in every colour and number."""
    texts = [
        f"There is {noun_phrase(kind, count, colour)}. {noun_phrase(kind, count, colour).capitalize()} is there."
        for kind in KINDS
        for count in COUNT_WORDS
        for colour in (None, *COLOURS)
    ]
    for seed in range(scenes):
        scene, random = sample_scene(seed), Random(f"corpus {seed}")
        threads = threads_about(scene, random) + pair_threads((scene, sample_scene(seed + 1)), random)
        texts += [text for thread in threads for turn in thread for text in turn]
        texts += [text for form in FORMS if form != "colour" for text in question(scene, random, form)]
    return texts


def read_tower(folder: Path | None) -> dict[str, Tensor] | None:
    """The vision tower's weights (float32) of the demo model in a folder."""
    if folder is None:
        return None
    from safetensors.torch import load_file

    prefix = "vision_tower."
    weights = load_file(folder / "model.safetensors")
    return {name.split(prefix, 1)[1]: w.float() for name, w in weights.items() if prefix in name}
