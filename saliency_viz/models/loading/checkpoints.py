"""Checkpoints by name: which are offered where strangers choose, how large they are, and the commit that is loaded.

Ignores whether they can be reached. A commit is pinned where public code of several people names it in full; nobody
here could ask the hub (docs/models.md says what follows, and what happens when the hub does not know a pin).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Checkpoint:
    """A hub id, the family row that serves it, its weights in billions as the hub's page rounds them, and the commit to
    load (None: the newest)."""

    name: str
    family: str
    billions: float
    revision: str | None = None


CHECKPOINTS: tuple[Checkpoint, ...] = (
    Checkpoint("HuggingFaceTB/SmolVLM-256M-Instruct", "idefics3", 0.26, "7e3e67edbbed1bf9888184d9df282b700a323964"),
    Checkpoint("HuggingFaceTB/SmolVLM-500M-Instruct", "idefics3", 0.51, "a7da5b986cb59b408707209984f360a5f4ad7e47"),
    Checkpoint("HuggingFaceTB/SmolVLM-Instruct", "idefics3", 2.25, "81cd9a775a4d644f2faf4e7becff4559b46b14c7"),
    Checkpoint(
        "HuggingFaceTB/SmolVLM2-256M-Video-Instruct", "smolvlm", 0.26, "067788b187b95ebe7b2e040b3e4299e342e5b8fd"
    ),
    Checkpoint(
        "HuggingFaceTB/SmolVLM2-500M-Video-Instruct", "smolvlm", 0.51, "7b375e1b73b11138ff12fe22c8f2822d8fe03467"
    ),
    Checkpoint("HuggingFaceTB/SmolVLM2-2.2B-Instruct", "smolvlm", 2.25, "482adb537c021c86670beed01cd58990d01e72e4"),
    Checkpoint("HuggingFaceM4/Idefics3-8B-Llama3", "idefics3", 8.46, "fddb4ff79181e55a994674777e06cd5456ce3dc3"),
    Checkpoint("llava-hf/llava-1.5-7b-hf", "llava", 7.06, "b234b804b114d9e37bb655e11cbbb5f5e971b7a9"),
    Checkpoint("llava-hf/llava-1.5-13b-hf", "llava", 13.35, "5dda2880bda009266dda7c4baff660b95ca64540"),
    Checkpoint("llava-hf/llava-v1.6-mistral-7b-hf", "llava_next", 7.57, "52320fb52229c8d942b1dcb8b63b3dc8087bc83b"),
    Checkpoint("llava-hf/llava-v1.6-vicuna-7b-hf", "llava_next", 7.06, "c916e6cdcd760b4cecd1dd4907f84ac649f93b23"),
    Checkpoint("llava-hf/llava-v1.6-vicuna-13b-hf", "llava_next", 13.35),
    Checkpoint(
        "llava-hf/llava-onevision-qwen2-0.5b-ov-hf", "llava_onevision", 0.89, "74dd0bf867a4cda7950c17663794267c60cf4b40"
    ),
    Checkpoint(
        "llava-hf/llava-onevision-qwen2-7b-ov-hf", "llava_onevision", 8.03, "0d50680527681998e456c7b78950205bedd8a068"
    ),
    Checkpoint("Qwen/Qwen2-VL-2B-Instruct", "qwen2_vl", 2.21, "895c3a49bc3fa70a340399125c650a463535e71c"),
    Checkpoint("Qwen/Qwen2-VL-7B-Instruct", "qwen2_vl", 8.29, "eed13092ef92e448dd6875b2a00151bd3f7db0ac"),
    Checkpoint("Qwen/Qwen2.5-VL-3B-Instruct", "qwen2_5_vl", 3.75, "66285546d2b821cf421d4f5eb2576359d3770cd3"),
    Checkpoint("Qwen/Qwen2.5-VL-7B-Instruct", "qwen2_5_vl", 8.29, "cc594898137f460bfe9f0759e9844b3ce807cfb5"),
    Checkpoint("Qwen/Qwen2.5-VL-32B-Instruct", "qwen2_5_vl", 33.45, "7cfb30d71a1f4f49a57592323337a4a4727301da"),
    Checkpoint("Qwen/Qwen2.5-VL-72B-Instruct", "qwen2_5_vl", 73.41, "89c86200743eec961a297729e7990e8f2ddbc4c5"),
    Checkpoint("Qwen/Qwen3-VL-2B-Instruct", "qwen3_vl", 2.13, "89644892e4d85e24eaac8bacfd4f463576704203"),
    Checkpoint("Qwen/Qwen3-VL-4B-Instruct", "qwen3_vl", 4.44, "ebb281ec70b05090aa6165b016eac8ec08e71b17"),
    Checkpoint("Qwen/Qwen3-VL-8B-Instruct", "qwen3_vl", 8.77, "0c351dd01ed87e9c1b53cbc748cba10e6187ff3b"),
    Checkpoint("OpenGVLab/InternVL3-1B-hf", "internvl", 0.94, "014c0583a0d4bedf29fbe2dbff4f865eb998e171"),
    Checkpoint("OpenGVLab/InternVL3-2B-hf", "internvl", 2.09, "cb57a075cb75a2e6d1b668b128d48bb00ae321d2"),
    Checkpoint("OpenGVLab/InternVL3-8B-hf", "internvl", 7.94, "259a3b64a14623c0ec91a045cb43f7c5af5fa6af"),
    Checkpoint("OpenGVLab/InternVL3_5-8B-HF", "internvl", 8.53, "741a7d03020411e666c6109218ab71e08151ef86"),
    Checkpoint("LanguageBind/Video-LLaVA-7B-hf", "video_llava", 7.37, "4cf9d8cfc76a54f46a4cb43be5368b46b7f0d736"),
    Checkpoint("lkhl/VideoLLaMA3-2B-Image-HF", "video_llama_3", 1.96),
    Checkpoint("google/gemma-3-4b-it", "gemma3", 4.3, "093f9f388b31de276ce2de164bdc2081324b9767"),
    Checkpoint("google/gemma-3-12b-it", "gemma3", 12.19, "96b6f1eccf38110c56df3a15bffe176da04bfd80"),
)


def known_checkpoints() -> tuple[str, ...]:
    """Names that may be offered on a public host: the demo and the table's ids."""
    return ("demo", *(checkpoint.name for checkpoint in CHECKPOINTS))


def checkpoint_of(name: str) -> Checkpoint | None:
    """The table's row of a hub id, or None."""
    return next((checkpoint for checkpoint in CHECKPOINTS if checkpoint.name == name), None)
