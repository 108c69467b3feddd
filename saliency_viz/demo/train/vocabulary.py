"""A byte-level BPE vocabulary pruned to what some texts need, closed under merges, with the embeddings to go with it.

Any text can still be written: all bytes stay. A kept token is built by the same merges in the same order as before.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

import torch
from tokenizers import Tokenizer
from torch import Tensor
from transformers import PreTrainedTokenizerFast

SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<image>")
PAD, BOS, EOS, IMAGE = range(4)
COMMON_MERGES = 5200  # the first merges, which build the commonest pieces of English


def prune(whole: Tokenizer, texts: Iterable[str], common: int = COMMON_MERGES) -> tuple[Tokenizer, list[int]]:
    """The pruned tokenizer, and for each of its ids the id it had (-1: `<image>`, which is new).

    Kept are the special tokens, the bytes, the first `common` merges, and every token of the texts, with each token
    that a merge on the way to it makes.
    """
    spec = json.loads(whole.to_str())
    old = spec["model"]["vocab"]
    merges = [tuple(m) if isinstance(m, list) else tuple(m.split(" ")) for m in spec["model"]["merges"]]
    kept = {piece for piece in old if len(piece) == 1}
    kept |= {left + right for left, right in merges[:common]}
    for text in texts:
        kept |= set(whole.encode(text, add_special_tokens=False).tokens)
    parts = {}
    for left, right in merges:
        parts.setdefault(left + right, (left, right))
    todo = list(kept)
    while todo:
        for part in parts.get(todo.pop(), ()):
            if part not in kept:
                kept.add(part)
                todo.append(part)
    ordinary = sorted(kept - set(SPECIAL) - {token["content"] for token in spec["added_tokens"]}, key=old.__getitem__)
    spec["model"]["vocab"] = {piece: number for number, piece in enumerate((*SPECIAL, *ordinary))}
    spec["model"]["merges"] = [[a, b] for a, b in merges if a in kept and b in kept and a + b in kept]
    special = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    spec["added_tokens"] = [{"id": number, "content": word, **special} for number, word in enumerate(SPECIAL)]
    spec["post_processor"] = None
    return Tokenizer.from_str(json.dumps(spec)), [old.get(piece, -1) for piece in (*SPECIAL, *ordinary)]


def pruned_rows(embeddings: Tensor, old_ids: list[int]) -> Tensor:
    """The rows [new token, width] of embeddings [old token, width]; a new token (-1) gets the mean row."""
    rows = torch.tensor(old_ids)
    return torch.where((rows < 0)[:, None], embeddings.mean(0), embeddings[rows.clamp(min=0)])


def wrap(core: Tokenizer) -> PreTrainedTokenizerFast:
    """The tokenizer as transformers takes it."""
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        pad_token=SPECIAL[PAD],
        bos_token=SPECIAL[BOS],
        eos_token=SPECIAL[EOS],
        extra_special_tokens={"image_token": SPECIAL[IMAGE]},
        padding_side="left",
        model_max_length=2048,
        clean_up_tokenization_spaces=False,
    )
