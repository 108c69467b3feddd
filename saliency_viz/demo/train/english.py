"""Plain English for the language model to keep its English by: questions and the uncut model's own sampled answers.

They are no part of the demo world and are never judged.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

from ..kinds import KINDS, THEMES

TOKENS, BATCH = 56, 24  # tokens of an answer at most, answers sampled at once
FORMS = (
    "Tell me about the {kind}.",
    "What is a {kind}?",
    "Write two sentences about a {kind}.",
    "What do people like about the {kind}?",
    "Where would you find a {kind}?",
    "Tell a very short story with a {kind}.",
)
OTHERS = (
    "Hello!",
    "How are you?",
    "What is an image?",
    "What can you see?",
    "Why is the sky blue?",
    "Say something kind.",
    "What is attention?",
    "What is a word?",
    "Name three colours.",
    "What is bigger, a cat or a dog?",
    "What do you do in the morning?",
    "Why do people sleep?",
    "What is left and what is right?",
    "Explain how to count to ten.",
    "What is the weather like in spring?",
    "Write one sentence about friendship.",
)


def questions() -> list[str]:
    """The fixed list: every form for every kind, one for every theme, and a few others."""
    asked = [form.format(kind=kind) for kind in KINDS for form in FORMS]
    return asked + [f"What happens on a {theme}?" for theme in THEMES] + list(OTHERS)


def ask(question: str) -> str:
    """The question in the language model's own template, without a system message."""
    return f"<|im_start|>user\n{question}<|im_end|>\n<|im_start|>assistant\n"


def answered(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, work: Path, seed: int) -> list[list[str]]:
    """[question, answer] pairs; kept in `work` after each batch, so that a second call goes on where one stopped."""
    file, asked = work / f"english-{seed}.json", questions()
    pairs = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []
    while len(pairs) < len(asked):
        batch = asked[len(pairs) : len(pairs) + BATCH]
        pairs += zip(batch, _sample(model, tokenizer, batch, seed + len(pairs)), strict=True)
        file.write_text(json.dumps(pairs, indent=0), encoding="utf-8")
    return [list(pair) for pair in pairs]


@torch.no_grad()
def _sample(model, tokenizer, batch: list[str], seed: int) -> list[str]:
    """Whole sentences only: what follows the last full stop is dropped."""
    torch.manual_seed(seed)
    tokenizer.padding_side = "left"
    inputs = tokenizer([ask(question) for question in batch], padding=True, return_tensors="pt")
    tokens = model.generate(
        input_ids=inputs["input_ids"],
        attention_mask=inputs["attention_mask"],
        do_sample=True,
        temperature=0.7,
        top_p=0.9,
        max_new_tokens=TOKENS,
    )
    texts = tokenizer.batch_decode(tokens[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
    return [text[: text.rfind(".") + 1].strip() or text.strip() for text in texts]
