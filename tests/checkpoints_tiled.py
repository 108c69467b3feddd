"""Small random checkpoints of the families that cut a picture into squares, or squeeze it into one."""

from __future__ import annotations

from pathlib import Path

from transformers import (
    CLIPVisionConfig,
    Gemma3Config,
    Gemma3ForConditionalGeneration,
    Gemma3ImageProcessor,
    Gemma3Processor,
    GotOcr2ImageProcessor,
    Idefics3Config,
    Idefics3ForConditionalGeneration,
    Idefics3ImageProcessor,
    Idefics3Processor,
    InternVLConfig,
    InternVLForConditionalGeneration,
    InternVLProcessor,
    InternVLVideoProcessor,
    LlamaConfig,
    LlavaNextConfig,
    LlavaNextForConditionalGeneration,
    LlavaNextImageProcessor,
    LlavaNextProcessor,
    LlavaOnevisionConfig,
    LlavaOnevisionForConditionalGeneration,
    LlavaOnevisionImageProcessor,
    LlavaOnevisionProcessor,
    LlavaOnevisionVideoProcessor,
    Qwen2Config,
    SiglipVisionConfig,
    SmolVLMConfig,
    SmolVLMForConditionalGeneration,
    SmolVLMImageProcessor,
    SmolVLMProcessor,
    SmolVLMVideoProcessor,
    VideoLlavaConfig,
    VideoLlavaForConditionalGeneration,
    VideoLlavaImageProcessor,
    VideoLlavaProcessor,
    VideoLlavaVideoProcessor,
)

from .checkpoints import CLIP, TEXT, VICUNA_TEMPLATE, chatml, ids_of, randomize, save, tokenizer

QWEN_TEXT = {name: value for name, value in {**TEXT, "hidden_size": 60}.items() if name != "head_dim"}
SIGLIP = {"hidden_size": 36, "intermediate_size": 41, "num_hidden_layers": 2, "num_attention_heads": 3}
CHAT = ("<|im_start|>", "<|im_end|>")


def llava_next(folder: Path) -> Path:
    """LLaVA-NeXT: CLIP tiles of 56 px in patches of 14; two to four tiles, unpadded, a break after each row."""
    tokens = tokenizer(("<image>",), {"image_token": "<image>"})
    pinpoints = [[56, 112], [112, 56], [112, 112], [56, 168]]
    config = LlavaNextConfig(
        vision_config=CLIPVisionConfig(**CLIP, image_size=56, patch_size=14, projection_dim=33),
        text_config=LlamaConfig(**{**TEXT, **ids_of(tokens)}),
        image_token_index=tokens.image_token_id,
        image_grid_pinpoints=pinpoints,
        image_seq_length=16,
    )
    network = LlavaNextForConditionalGeneration(config)
    randomize(network, 21, (0, 1, 3))
    processor = LlavaNextProcessor(
        LlavaNextImageProcessor(
            size={"shortest_edge": 56}, crop_size={"height": 56, "width": 56}, image_grid_pinpoints=pinpoints
        ),
        tokens,
        patch_size=14,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=VICUNA_TEMPLATE,
    )
    return save(folder, network, processor)


def llava_onevision(folder: Path) -> Path:
    """LLaVA-OneVision: SigLIP tiles of 58 px, of which 4 patches of 14 see 56; more than 2 tiles are scaled down."""
    tokens = tokenizer((*CHAT, "<image>", "<video>"), {"image_token": "<image>", "video_token": "<video>"})
    pinpoints = [[58 * rows, 58 * columns] for rows in (1, 2, 3) for columns in (1, 2, 3)]
    config = LlavaOnevisionConfig(
        vision_config=SiglipVisionConfig(**SIGLIP, image_size=58, patch_size=14, vision_use_head=False),
        text_config=Qwen2Config(**{**QWEN_TEXT, **ids_of(tokens)}),
        image_token_index=tokens.image_token_id,
        video_token_index=tokens.video_token_id,
        image_grid_pinpoints=pinpoints,
        vision_aspect_ratio="anyres_max_2",
    )
    network = LlavaOnevisionForConditionalGeneration(config)
    randomize(network, 22, (0, 1, *range(3, 7)))
    size = {"height": 58, "width": 58}
    processor = LlavaOnevisionProcessor(
        LlavaOnevisionImageProcessor(size=size, image_grid_pinpoints=pinpoints),
        tokens,
        LlavaOnevisionVideoProcessor(size=size),
        num_image_tokens=16,
        vision_feature_select_strategy="full",
        vision_aspect_ratio="anyres_max_2",
        chat_template=chatml("<image>\\n", "<video>\\n"),
    )
    return save(folder, network, processor)


def internvl(folder: Path) -> Path:
    """InternVL: tiles of 84 px, 6 x 6 patches shuffled into 3 x 3 tokens, up to 5 tiles and a thumbnail."""
    names = {
        "start_image_token": "<img>",
        "end_image_token": "</img>",
        "context_image_token": "<IMG_CONTEXT>",
        "video_token": "<video>",
    }
    tokens = tokenizer((*CHAT, *names.values()), names)
    config = InternVLConfig(
        vision_config={
            "hidden_size": 36,
            "intermediate_size": 41,
            "num_hidden_layers": 2,
            "num_attention_heads": 3,
            "image_size": 84,
            "patch_size": 14,
            "attention_bias": True,
        },
        text_config=Qwen2Config(**{**QWEN_TEXT, **ids_of(tokens)}),
        image_token_id=tokens.context_image_token_id,
        image_seq_length=9,
        tie_word_embeddings=False,
    )
    network = InternVLForConditionalGeneration(config)
    randomize(network, 23, (0, 1, *range(3, 9)))
    size = {"height": 84, "width": 84}
    processor = InternVLProcessor(
        GotOcr2ImageProcessor(size=size, min_patches=1, max_patches=5),
        tokens,
        InternVLVideoProcessor(size=size),
        image_seq_length=9,
        chat_template=chatml("<IMG_CONTEXT>\\n", "<video>\\n"),
    )
    return save(folder, network, processor)


def _smol_tokens():
    places = [f"<row_{row}_col_{column}>" for row in range(1, 4) for column in range(1, 4)]
    special = ("<fake_token_around_image>", "<image>", "<end_of_utterance>", "<global-img>", *CHAT, *places)
    return tokenizer(special, {"image_token": "<image>"}, size=347)


def smolvlm(folder: Path) -> Path:
    """SmolVLM: tiles of 84 px, 6 x 6 patches shuffled into 3 x 3 tokens, long side of 3 tiles, then the whole."""
    tokens = _smol_tokens()
    config = SmolVLMConfig(
        vision_config={**SIGLIP, "image_size": 84, "patch_size": 14},
        text_config=LlamaConfig(**{**TEXT, **ids_of(tokens)}),
        image_token_id=tokens.image_token_id,
        scale_factor=2,
    )
    network = SmolVLMForConditionalGeneration(config)
    randomize(network, 24, (0, 1, *range(3, 18)))
    sizes = {"size": {"longest_edge": 252}, "max_image_size": {"longest_edge": 84}}
    processor = SmolVLMProcessor(
        SmolVLMImageProcessor(**sizes),
        tokens,
        SmolVLMVideoProcessor(**sizes),
        image_seq_len=9,
        chat_template=chatml("<image>"),
    )
    return save(folder, network, processor)


def idefics3(folder: Path) -> Path:
    """Idefics3: as SmolVLM, without video."""
    tokens = _smol_tokens()
    config = Idefics3Config(
        vision_config={**SIGLIP, "image_size": 84, "patch_size": 14},
        text_config=LlamaConfig(**{**TEXT, **ids_of(tokens)}),
        image_token_id=tokens.image_token_id,
        scale_factor=2,
    )
    network = Idefics3ForConditionalGeneration(config)
    randomize(network, 25, (0, 1, *range(3, 18)))
    processor = Idefics3Processor(
        Idefics3ImageProcessor(size={"longest_edge": 252}, max_image_size={"longest_edge": 84}),
        tokens,
        image_seq_len=9,
        chat_template=chatml("<image>"),
    )
    return save(folder, network, processor)


def video_llava(folder: Path) -> Path:
    """Video-LLaVA: CLIP crops of 56 px in patches of 14; frames keep their class token."""
    tokens = tokenizer(("<image>", "<video>"), {"image_token": "<image>", "video_token": "<video>"})
    config = VideoLlavaConfig(
        vision_config=CLIPVisionConfig(**CLIP, image_size=56, patch_size=14, projection_dim=33),
        text_config=LlamaConfig(**{**TEXT, **ids_of(tokens)}),
        image_token_index=tokens.image_token_id,
        video_token_index=tokens.video_token_id,
        image_seq_length=16,
    )
    network = VideoLlavaForConditionalGeneration(config)
    randomize(network, 26, (0, 1, 3, 4))
    sizes = {"size": {"shortest_edge": 70}, "crop_size": {"height": 56, "width": 56}}
    processor = VideoLlavaProcessor(
        VideoLlavaImageProcessor(**sizes),
        VideoLlavaVideoProcessor(**sizes),
        tokens,
        patch_size=14,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=VICUNA_TEMPLATE,
    )
    return save(folder, network, processor)


def gemma3(folder: Path) -> Path:
    """Gemma 3: 6 x 6 patches averaged to 3 x 3 tokens that see each other; most layers see 13 tokens back."""
    names = {
        "boi_token": "<start_of_image>",
        "eoi_token": "<end_of_image>",
        "image_token": "<image_soft_token>",
    }
    tokens = tokenizer((*CHAT, *names.values()), names)
    text = {**TEXT, "head_dim": 12, "query_pre_attn_scalar": 12, "sliding_window": 13}
    kinds = ["sliding_attention", "sliding_attention", "full_attention", "sliding_attention", "full_attention"]
    config = Gemma3Config(
        vision_config=SiglipVisionConfig(**SIGLIP, image_size=84, patch_size=14, vision_use_head=False),
        text_config={**text, **ids_of(tokens), "layer_types": kinds},
        mm_tokens_per_image=9,
        image_token_index=tokens.image_token_id,
        boi_token_index=tokens.boi_token_id,
        eoi_token_index=tokens.eoi_token_id,
        tie_word_embeddings=False,
    )
    network = Gemma3ForConditionalGeneration(config)
    randomize(network, 27, (0, 1, *range(3, 8)))
    processor = Gemma3Processor(
        Gemma3ImageProcessor(size={"height": 84, "width": 84}),
        tokens,
        image_seq_length=9,
        chat_template=chatml("<start_of_image>"),
    )
    return save(folder, network, processor)
