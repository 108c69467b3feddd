"""What each training stage minimises: dense patch labels, the alignment of patches with words, the words of answers.

The stages' order, their optimizers and the loop are for `train`.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import LlavaForConditionalGeneration

from ..kinds import COLOURS, COUNT_WORDS, KINDS, PLACES
from .batches import GROUNDED_WEIGHT, IGNORED, LABELS, PLACE_WEIGHT, CaptionBatch, TextBatch, VisionBatch, encode
from .vocabulary import IMAGE

BACKGROUND_WEIGHT = 0.3  # of a patch without an object, in the dense loss
SHARPNESS = 16.0  # of the softmax over cosines, in the alignment loss
NORM_WEIGHT = 0.1  # of the squared log ratio of a projected patch's length to a word's
WORDS = {"kind": tuple(KINDS), "count": tuple(COUNT_WORDS.values()), "place": tuple(PLACES), "colour": tuple(COLOURS)}


class DenseHeads(nn.Module):
    """Reads every label of `LABELS` off each patch's features; thrown away after training."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.read = nn.Linear(width, sum(LABELS.values()))

    def forward(self, features: Tensor) -> tuple[Tensor, ...]:
        """[image, patch, width] to one [image, patch, class] per label."""
        return self.read(self.norm(features)).split(tuple(LABELS.values()), dim=-1)


def patch_features(model: LlavaForConditionalGeneration, pixels: Tensor) -> Tensor:
    """uint8 [image, y, x, channel] to the tower's features [image, patch, width], as LLaVA hands them on."""
    values = pixels.permute(0, 3, 1, 2).float() / 127.5 - 1
    return model.model.vision_tower(pixel_values=values).last_hidden_state[:, 1:]


def dense_loss(model, heads: DenseHeads, batch: VisionBatch) -> tuple[Tensor, dict[str, float]]:
    """Cross entropy of every label on every patch, and the share of covered patches each label is right on."""
    features, labels = patch_features(model, batch.pixels), batch.labels
    covered = labels[:, 0] > 0
    loss, right = features.new_zeros(()), {}
    for number, (name, scores) in enumerate(zip(LABELS, heads(features), strict=True)):
        wanted = labels[:, number]
        each = F.cross_entropy(scores.transpose(1, 2), wanted, ignore_index=IGNORED, reduction="none")
        weight = torch.where(covered, 1.0, BACKGROUND_WEIGHT) * (wanted != IGNORED)
        loss = loss + (each * weight).sum() / weight.sum() * (1.0 if name == "kind" else 0.5)
        right[name] = (scores.argmax(-1) == wanted)[covered].float().mean().item()
    return loss, right


def project(model, batch: VisionBatch) -> Tensor:
    """The pictures as the language model sees them, [image, patch, width]; the tower gets no gradient."""
    with torch.no_grad():
        features = patch_features(model, batch.pixels)
    return model.model.multi_modal_projector(features)


def word_tokens(tokenizer) -> dict[str, list[list[int]]]:
    """The tokens of each label's words."""
    return {label: [encode(tokenizer, f" {word}") for word in words] for label, words in WORDS.items()}


def alignment_loss(model, tokens: dict[str, list[list[int]]], projected: Tensor, labels: Tensor):
    """Covered patches should point towards the words of their kind, count, place and colour, and be as long as words.

    Returns the loss and the share of covered patches whose nearest word is right, by label.
    """
    embeddings = model.get_input_embeddings().weight.detach()
    centre, length = embeddings.mean(0), (embeddings - embeddings.mean(0)).norm(dim=-1).mean()
    offset = projected - centre
    loss = NORM_WEIGHT * (offset.norm(dim=-1) / length).log().square().mean()
    right = {}
    for label, words in tokens.items():
        wanted = labels[:, list(LABELS).index(label)] - int(label in ("kind", "colour"))  # there, 0 is "none"
        asked = (labels[:, 0] > 0) & (wanted >= 0)
        if not asked.any():
            continue
        directions = torch.stack([embeddings[word].mean(0) - centre for word in words])
        cosine = F.normalize(offset[asked], dim=-1) @ F.normalize(directions, dim=-1).T
        loss = loss + F.cross_entropy(SHARPNESS * cosine, wanted[asked])
        right[label] = (cosine.argmax(-1) == wanted[asked]).float().mean().item()
    return loss, right


def words_loss(model, text: TextBatch, projected: Tensor | None = None) -> tuple[Tensor, dict[str, float]]:
    """Weighted cross entropy of the answers, with the share of grounded words and of places that are right."""
    rows, columns = (text.weight > 0).nonzero(as_tuple=True)
    hidden = answer_states(model, text, projected)[rows, columns - 1]
    wanted, weight = text.ids[rows, columns], text.weight[rows, columns]
    scores = model.lm_head(hidden)
    loss = (F.cross_entropy(scores, wanted, reduction="none") * weight).sum() / weight.sum()
    hit = scores.argmax(-1) == wanted
    numbers = {"words": loss.item()}
    for name, value in {"grounded_right": GROUNDED_WEIGHT, "places_right": PLACE_WEIGHT}.items():
        if (weight == value).any():
            numbers[name] = hit[weight == value].float().mean().item()
    return loss, numbers


def answer_states(model, text: TextBatch, projected: Tensor | None = None) -> Tensor:
    """The language model's last hidden states [row, token, width]; a thread sees its row's prefix and itself."""
    words = model.get_input_embeddings()(text.ids)
    if projected is not None:
        words = words.masked_scatter((text.ids == IMAGE)[..., None].expand_as(words), projected)
    query, key = text.thread[:, :, None], text.thread[:, None, :]
    seen = ((key == 0) | (key == query)).tril()
    mask = torch.zeros(seen.shape).masked_fill(~seen, torch.finfo(torch.float32).min)[:, None]
    return model.model.language_model(
        inputs_embeds=words, attention_mask=mask, position_ids=text.position, use_cache=False
    ).last_hidden_state


def caption_loss(model, tokens, batch: CaptionBatch, alignment_weight: float) -> tuple[Tensor, dict[str, float]]:
    """The words' loss, with a little of the alignment so that the patches stay where they are."""
    projected = project(model, batch.pictures)
    words, numbers = words_loss(model, batch.text, projected)
    aligned, right = alignment_loss(model, tokens, projected, batch.pictures.labels)
    return words + alignment_weight * aligned, numbers | {f"patch_{name}": share for name, share in right.items()}
