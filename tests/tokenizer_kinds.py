"""Small real tokenizers, one for each kind of decoder that the hub's families have, trained on the tests' corpus.

Ignores models: `checkpoints.llava` takes one of them.
"""

from __future__ import annotations

from collections.abc import Callable

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from .checkpoints import CORPUS, tokenizer

SPECIAL = ["<pad>", "<s>", "</s>", "<image>", "<unk>"]
CORE = {"pad_token": "<pad>", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}


def byte_level() -> PreTrainedTokenizerFast:
    """As Qwen's and SmolVLM's: every byte is a letter of its own alphabet."""
    return tokenizer(("<image>",), {"image_token": "<image>"})


def byte_fallback(strip: bool = True, fused: tuple[str, ...] = ()) -> PreTrainedTokenizerFast:
    """As Llama-2's (LLaVA-1.5, Mistral) with strip, as Gemma's without: what it has no token for becomes bytes."""
    letters = sorted(set("".join(CORPUS)) - {" "})
    learned = Tokenizer(models.BPE(unk_token="<unk>"))
    learned.normalizer = normalizers.Replace(" ", "▁")
    names = [f"<0x{byte:02X}>" for byte in range(256)]
    trainer = trainers.BpeTrainer(
        vocab_size=420, special_tokens=[*SPECIAL, *names], initial_alphabet=["▁", *letters], show_progress=False
    )
    learned.train_from_iterator(list(CORPUS) * 3, trainer)
    state = learned.model
    state.fuse_unk, state.byte_fallback = True, True
    core = Tokenizer(state)
    core.add_special_tokens([AddedToken(name, special=True, normalized=False) for name in (*SPECIAL, *fused)])
    prepend = [normalizers.Prepend("▁")] if strip else []
    core.normalizer = normalizers.Sequence([*prepend, normalizers.Replace(" ", "▁")])
    ends = [decoders.Strip(" ", 1, 0)] if strip else []
    core.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), *ends])
    return _fast(core)


def metaspace() -> PreTrainedTokenizerFast:
    """As T5's and XLM-R's: SentencePiece without bytes, unknown characters are <unk>, full-width forms are composed."""
    core = Tokenizer(models.Unigram())
    core.normalizer = normalizers.NFKC()
    core.pre_tokenizer = pre_tokenizers.Metaspace()
    core.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=200, special_tokens=SPECIAL, unk_token="<unk>", show_progress=False, initial_alphabet=["ह", "न"]
    )
    core.train_from_iterator([*CORPUS, "हिन्दी ไทย العربية 日本語"] * 3, trainer)
    return _fast(core)


def wordpiece() -> PreTrainedTokenizerFast:
    """As BERT's: lower case, without accents, unknown words are <unk>, spaces put back by rule."""
    core = Tokenizer(models.WordPiece(unk_token="<unk>"))
    core.normalizer = normalizers.BertNormalizer(lowercase=True)
    core.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    core.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(vocab_size=300, special_tokens=SPECIAL, show_progress=False)
    core.train_from_iterator([*CORPUS, "हिन्दी ไทย العربية 日本語"] * 3, trainer)
    return _fast(core)


def _fast(core: Tokenizer) -> PreTrainedTokenizerFast:
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        **CORE,
        extra_special_tokens={"image_token": "<image>"},
        padding_side="left",
        model_max_length=997,
        clean_up_tokenization_spaces=False,
    )


KINDS: dict[str, Callable[[], PreTrainedTokenizerFast]] = {
    "ByteLevel": byte_level,
    "ByteFallback": byte_fallback,
    "ByteFallback without Strip": lambda: byte_fallback(strip=False),
    "Metaspace": metaspace,
    "WordPiece": wordpiece,
}
