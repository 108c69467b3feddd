"""Small random checkpoints in the hub's own format, one builder per family: config, safetensors, tokenizer, processor.

Ignores training: weights are random, but scaled so that attention is far from uniform and gradients are not tiny.
Sizes are odd on purpose (prime where the architecture allows), so that a swapped axis cannot go unnoticed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

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

CORPUS = (
    "USER: Describe the image. ASSISTANT: a small red fox sits beside two blue boats under a yellow moon.",
    "system user assistant: What is in the picture? Three green cups, one round table and a window.",
    "You are a careful observer who says only what is there. Name every thing and its colour.",
)
TEXT = {  # 6 heads over 3 key/value heads, head width 10, hidden size not their product
    "hidden_size": 54,
    "intermediate_size": 61,
    "num_hidden_layers": 5,
    "num_attention_heads": 6,
    "num_key_value_heads": 3,
    "head_dim": 10,
    "max_position_embeddings": 997,
    "tie_word_embeddings": False,
}
CLIP = {"hidden_size": 33, "intermediate_size": 41, "num_hidden_layers": 3, "num_attention_heads": 3}

# "<s>SYSTEM? USER: <image>\nquestion ASSISTANT: answer</s>USER: ..."
VICUNA_TEMPLATE = """\
{{ '<s>' }}{% for m in messages %}\
{% set parts = [{'type': 'text', 'text': m['content']}] if m['content'] is string else m['content'] %}\
{% if m['role'] == 'user' %}{{ 'USER: ' }}\
{% for part in parts %}{% if part['type'] == 'image' %}{{ '<image>\\n' }}{% endif %}\
{% if part['type'] == 'video' %}{{ '<video>\\n' }}{% endif %}{% endfor %}\
{% for part in parts %}{% if part['type'] == 'text' %}{{ part['text'] }}{% endif %}{% endfor %}{{ ' ' }}\
{% elif m['role'] == 'assistant' %}{{ 'ASSISTANT: ' }}\
{% for part in parts %}{% if part['type'] == 'text' %}{{ part['text'] }}{% endif %}{% endfor %}{{ '</s>' }}\
{% else %}{% for part in parts %}{% if part['type'] == 'text' %}{{ part['text'] + ' ' }}{% endif %}{% endfor %}\
{% endif %}{% endfor %}{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}"""


def chatml(image: str, video: str = "") -> str:
    """A template of the kind Qwen uses; image and video: what it writes for one of them."""
    return (
        "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\\n' }}"
        "{% for part in m['content'] %}{% if part['type'] == 'image' %}{{ '" + image + "' }}"
        "{% elif part['type'] == 'video' %}{{ '" + video + "' }}{% else %}{{ part['text'] }}{% endif %}{% endfor %}"
        "{{ '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
    )


def tokenizer(
    special: tuple[str, ...] = ("<image>",), named: dict[str, str] | None = None, size: int = 331
) -> PreTrainedTokenizerFast:
    """A byte-level BPE tokenizer of exactly `size` tokens: <pad>, <s>, </s> are 0, 1, 2, then the special ones.

    named: attributes such as image_token that processors look for on the tokenizer.
    """
    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=["<pad>", "<s>", "</s>", *special],
        show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
    )
    core.train_from_iterator(list(CORPUS) * 3, trainer)
    assert core.get_vocab_size() == size, core.get_vocab_size()
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        pad_token="<pad>",
        bos_token="<s>",
        eos_token="</s>",
        extra_special_tokens=named or {},
        padding_side="left",
        model_max_length=997,
        clean_up_tokenization_spaces=False,
    )


@torch.no_grad()
def randomize(network: torch.nn.Module, seed: int, special: tuple[int, ...] = ()) -> None:
    """Random weights of useful size: matrices keep the variance of what goes in (query and key maps raise it, so that
    attention is uneven), norms lie around 1, biases are small. special: ids that the head gives logit 0, so that a
    greedy caption never contains a control token."""
    generator = torch.Generator().manual_seed(seed)
    for name, weight in network.named_parameters():
        noise = torch.randn(weight.shape, generator=generator)
        if weight.dim() <= 1:
            scale = any(part in name for part in ("norm", "ln_q")) and not name.endswith("bias")
            weight.copy_(1 + 0.2 * noise if scale else 0.1 * noise)
        else:
            inputs = weight[0].numel() if "embed" not in name or "patch" in name else 1
            gain = 1.7 if any(part in name for part in ("q_proj", "k_proj", "qkv", "lm_head")) else 1.0
            weight.copy_(gain * noise / inputs**0.5)
    if special:
        network.get_output_embeddings().weight[list(special)] = 0


def save(folder: Path, network: torch.nn.Module, processor: Any, **generation: Any) -> Path:
    """Write everything a hub repository has. generation: further generation settings."""
    network.generation_config = GenerationConfig(pad_token_id=0, bos_token_id=1, eos_token_id=2, **generation)
    network.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def ids_of(tokens: PreTrainedTokenizerFast) -> dict[str, int]:
    """pad, bos and eos as a text config takes them."""
    return {
        "pad_token_id": tokens.pad_token_id,
        "bos_token_id": tokens.bos_token_id,
        "eos_token_id": tokens.eos_token_id,
        "vocab_size": len(tokens),
    }


def llava(
    folder: Path,
    select: str = "default",
    side: int = 56,
    resized: int | None = None,
    seed: int = 1,
    vision: dict[str, Any] | None = None,
    tokens: PreTrainedTokenizerFast | None = None,
    **text: Any,
) -> Path:
    """LLaVA-1.5: CLIP of side x side pixels in patches of 14. select: "default", or "full" with the class token.

    resized: the shortest edge before the centre crop (None: side). vision, text: changes to the two configs. tokens:
    another tokenizer (None: byte-level).
    """
    tokens = tokens or tokenizer(("<image>",), {"image_token": "<image>"})
    patches = (side // 14) ** 2
    config = LlavaConfig(
        vision_config=CLIPVisionConfig(**{**CLIP, **(vision or {})}, image_size=side, patch_size=14, projection_dim=33),
        text_config=LlamaConfig(**{**TEXT, **ids_of(tokens), **text}),
        image_token_index=tokens.image_token_id,
        image_seq_length=patches + (select == "full"),
        vision_feature_layer=-2,
        vision_feature_select_strategy=select,
        tie_word_embeddings=False,
    )
    network = LlavaForConditionalGeneration(config)
    randomize(network, seed, (0, 1, tokens.image_token_id))
    images = CLIPImageProcessorPil(size={"shortest_edge": resized or side}, crop_size={"height": side, "width": side})
    processor = LlavaProcessor(
        image_processor=images,
        tokenizer=tokens,
        patch_size=14,
        vision_feature_select_strategy=select,
        num_additional_image_tokens=1,
        chat_template=VICUNA_TEMPLATE,
    )
    return save(folder, network, processor)
