"""The demo model's shape, tokenizer and processor: a genuine LLaVA, in the hub's format, of about 7 M parameters.

Training it is for `train`; this file only makes an untrained one and writes a finished one to disk.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    CLIPImageProcessorPil,
    CLIPVisionConfig,
    GenerationConfig,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedTokenizerFast,
)

from ..paths import assets
from .batches import IMAGE_SIDE, PATCH, PATCHES
from .grammar import CAPTION_PROMPT, caption, noun_phrase, question
from .kinds import COLOURS, COUNT_WORDS, KINDS
from .world import sample_scene

FOLDER = assets() / "demo-model"
VOCABULARY = 704  # the corpus yields 687 tokens
PAD, BOS, EOS, IMAGE = range(4)
SPECIAL = ("<pad>", "<s>", "</s>", "<image>")

# "<s>USER: <image>\nquestion ASSISTANT: answer</s>USER: ..."; a system message comes first, as plain text.
CHAT_TEMPLATE = """\
{{ '<s>' }}{% for m in messages %}\
{% set parts = [{'type': 'text', 'text': m['content']}] if m['content'] is string else m['content'] %}\
{% if m['role'] == 'user' %}{{ 'USER: ' }}\
{% for part in parts %}{% if part['type'] == 'image' %}{{ '<image>\\n' }}{% endif %}{% endfor %}\
{% for part in parts %}{% if part['type'] == 'text' %}{{ part['text'] }}{% endif %}{% endfor %}{{ ' ' }}\
{% elif m['role'] == 'assistant' %}{{ 'ASSISTANT: ' }}\
{% for part in parts %}{% if part['type'] == 'text' %}{{ part['text'] }}{% endif %}{% endfor %}{{ '</s>' }}\
{% else %}{% for part in parts %}{% if part['type'] == 'text' %}{{ part['text'] + ' ' }}{% endif %}{% endfor %}\
{% endif %}{% endfor %}{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}"""


def build_tokenizer(texts: int = 6000) -> PreTrainedTokenizerFast:
    """A byte-level BPE tokenizer trained on the demo world's sentences: takes any text, their words are one token."""
    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=list(SPECIAL),
        show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
    )
    core.train_from_iterator(_corpus(texts), trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        pad_token=SPECIAL[PAD],
        bos_token=SPECIAL[BOS],
        eos_token=SPECIAL[EOS],
        extra_special_tokens={"image_token": SPECIAL[IMAGE]},
        padding_side="left",
        model_max_length=512,
        clean_up_tokenization_spaces=False,
    )


def _corpus(texts: int) -> list[str]:
    random = Random(0)
    lines = []
    for seed in range(texts):
        scene = sample_scene(seed)
        asked, answer = question(scene, random)
        lines += [f"USER: \n{CAPTION_PROMPT} ASSISTANT: {caption(scene, random)}", f"{asked} {answer}"]
    phrases = [
        f" {noun_phrase(kind, count, colour)} {COUNT_WORDS[count]}"
        for kind in KINDS
        for count in COUNT_WORDS
        for colour in (None, *COLOURS)
    ]
    return lines + phrases * 4


def build_processor(tokenizer: PreTrainedTokenizerFast) -> LlavaProcessor:
    """Resizes to 160 x 160 pixels, scales to [-1, 1], puts one token per patch for each `<image>`."""
    images = CLIPImageProcessorPil(
        size={"shortest_edge": IMAGE_SIDE},
        crop_size={"height": IMAGE_SIDE, "width": IMAGE_SIDE},
        image_mean=[0.5] * 3,
        image_std=[0.5] * 3,
    )
    # num_additional_image_tokens=1 counts the class token that the "default" strategy then drops
    return LlavaProcessor(
        image_processor=images,
        tokenizer=tokenizer,
        patch_size=PATCH,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=CHAT_TEMPLATE,
    )


def build_model(seed: int, attention: str = "eager") -> LlavaForConditionalGeneration:
    """An untrained model, float32. Eager attention trains fastest on a CPU."""
    torch.manual_seed(seed)
    vision = CLIPVisionConfig(
        hidden_size=192,
        intermediate_size=768,
        num_hidden_layers=6,
        num_attention_heads=6,
        image_size=IMAGE_SIDE,
        patch_size=PATCH,
        projection_dim=192,
        hidden_act="gelu",
    )
    text = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=256,
        intermediate_size=512,
        num_hidden_layers=6,
        num_attention_heads=8,
        num_key_value_heads=4,
        head_dim=32,
        max_position_embeddings=512,
        tie_word_embeddings=True,
        pad_token_id=PAD,
        bos_token_id=BOS,
        eos_token_id=EOS,
    )
    config = LlavaConfig(
        vision_config=vision,
        text_config=text,
        image_token_index=IMAGE,
        image_seq_length=PATCHES,
        vision_feature_layer=-1,
        vision_feature_select_strategy="default",
        tie_word_embeddings=True,
        pad_token_id=PAD,
        bos_token_id=BOS,
        eos_token_id=EOS,
    )
    config._attn_implementation = attention
    model = LlavaForConditionalGeneration(config)
    model.generation_config = GenerationConfig(pad_token_id=PAD, bos_token_id=BOS, eos_token_id=EOS, max_new_tokens=80)
    return model


def export(model: LlavaForConditionalGeneration, processor: LlavaProcessor, folder: Path) -> None:
    """Writes bfloat16 weights, tokenizer, processor and template to `folder`, readable by everyone."""
    folder.mkdir(parents=True, exist_ok=True)
    copy = LlavaForConditionalGeneration(model.config)
    copy.load_state_dict(model.state_dict())
    copy.generation_config = model.generation_config
    copy.to(torch.bfloat16).save_pretrained(folder)
    processor.save_pretrained(folder)
    for path in folder.iterdir():
        path.chmod(0o644)  # transformers writes the weights with mode 0600
