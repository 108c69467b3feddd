"""The text of a token is what it adds, for every kind of decoder: joined texts are the decoded whole."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saliency_viz.models.token_text import UNFINISHED, decoded, next_texts, token_text, token_texts

from .tokenizer_kinds import KINDS, byte_fallback

WRITTEN = (
    "a small red fox",
    "  two  spaces, and an end ",
    "Don't stop: it's the fox's; isn't it?",
    "日本語の説明と中文",
    "نص عربي مع الشكل: كَتَبَ",
    "ภาษาไทยที่ดี",
    "हिन्दी में लिखा",
    "a \N{FOX FACE} \U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 b \U0001f1eb\U0001f1f7 \u2764\ufe0f",
    "Café naïve ﬁ ｆｕｌｌ",
    "a \ufffd b",
    "line\nline\t\u3000end",
)
TOKENIZERS = {kind: build() for kind, build in KINDS.items()}
bounded = settings(max_examples=60, derandomize=True, deadline=None, database=None)
every_kind = pytest.mark.parametrize("kind", KINDS)


def ids_of(kind: str, text: str) -> list[int]:
    return TOKENIZERS[kind](text, add_special_tokens=False)["input_ids"]


def check_texts(tokenizer, ids: list[int], skip_special: bool = False) -> tuple[str, ...]:
    texts = token_texts(tokenizer, ids, skip_special)
    assert len(texts) == len(ids)
    joined, whole = "".join(texts), decoded(tokenizer, ids, skip_special)
    if whole.endswith(UNFINISHED):  # a character that never came whole: the text before it
        shorter = (decoded(tokenizer, ids[:stop], skip_special) for stop in range(len(ids), -1, -1))
        assert joined in (whole.rstrip(UNFINISHED), next(text for text in shorter if not text.endswith(UNFINISHED)))
    else:
        assert joined == whole
    return texts


@every_kind
@pytest.mark.parametrize("text", WRITTEN)
def test_a_token_s_text_is_what_it_adds_to_the_decoded_text_before(kind, text):
    tokenizer, ids = TOKENIZERS[kind], ids_of(kind, text)
    texts = check_texts(tokenizer, ids)
    for stop in range(len(ids)):
        before = decoded(tokenizer, ids[:stop])
        if UNFINISHED not in before:
            assert "".join(texts[:stop]) == before


@every_kind
@pytest.mark.parametrize("text", WRITTEN)
def test_the_texts_while_writing_are_those_of_the_finished_caption(kind, text):
    tokenizer, ids = TOKENIZERS[kind], ids_of(kind, text)
    written = tuple(token_text(tokenizer, ids[: index + 1], index) for index in range(len(ids)))
    assert written == token_texts(tokenizer, ids)


@pytest.mark.slow
@every_kind
@bounded
@given(text=st.text(max_size=40))
def test_joined_texts_are_the_decoded_whole_of_any_text(kind, text):
    check_texts(TOKENIZERS[kind], ids_of(kind, text))


@every_kind
@bounded
@given(data=st.data(), skip=st.booleans())
def test_joined_texts_are_the_decoded_whole_of_any_tokens(kind, data, skip):
    """Also of bytes that never become a character, and with control tokens among them."""
    tokenizer = TOKENIZERS[kind]
    ids = data.draw(st.lists(st.integers(0, len(tokenizer) - 1), max_size=30))
    check_texts(tokenizer, ids, skip)


@bounded
@given(st.lists(st.integers(5, 260), max_size=40))
def test_joined_texts_are_the_decoded_whole_of_any_bytes(ids):
    tokenizer = TOKENIZERS["ByteFallback"]
    assert tokenizer.convert_ids_to_tokens([5, 260]) == ["<0x00>", "<0xFF>"]
    check_texts(tokenizer, ids)


def test_a_character_of_several_bytes_belongs_to_the_token_that_completes_it():
    """By hand: three bytes each, after a space that Strip takes away."""
    ids = ids_of("ByteFallback", "中文")
    assert [TOKENIZERS["ByteFallback"].convert_ids_to_tokens(token) for token in ids[1:4]] == [
        "<0xE4>", "<0xB8>", "<0xAD>",
    ]  # fmt: skip
    assert token_texts(TOKENIZERS["ByteFallback"], ids) == ("", "", "", "中", "", "", "文")
    assert token_texts(TOKENIZERS["ByteFallback"], ids[:-1]) == ("", "", "", "中", "", "")  # the rest never came


def test_bytes_that_never_become_a_character_take_back_the_one_beside_them():
    """Byte fallback gives up the whole run: what was said while writing is corrected in the finished caption."""
    tokenizer = TOKENIZERS["ByteFallback"]
    ids = [*tokenizer.convert_tokens_to_ids(["<0xE4>", "<0xB8>", "<0xAD>", "<0xFF>"]), *ids_of("ByteFallback", "a")]
    assert token_text(tokenizer, ids, 2) == "中"
    assert decoded(tokenizer, ids) == "\ufffd\ufffd\ufffd\ufffd a"
    assert "".join(token_texts(tokenizer, ids)) == "\ufffd\ufffd\ufffd\ufffd a"


def test_a_long_run_of_bytes_is_read_a_few_tokens_at_a_time():
    """400 characters of three bytes: the work grows with the length, not with its square."""
    calls = []

    class Counting:
        def __init__(self, inner):
            self.inner = inner

        def decode(self, ids, **settings):
            calls.append(len(ids))
            return self.inner.decode(ids, **settings)

        def convert_ids_to_tokens(self, ids):
            return self.inner.convert_ids_to_tokens(ids)

    ids = ids_of("ByteFallback", "中文" * 200)
    assert len(ids) == 1201
    assert "".join(token_texts(Counting(TOKENIZERS["ByteFallback"]), ids)) == "中文" * 200
    assert sum(calls) < 60 * len(ids)


@every_kind
def test_each_candidate_s_text_is_what_it_would_add(kind):
    tokenizer, ids = TOKENIZERS[kind], ids_of(kind, "a small 日本 red fox")
    tokens = ids_of(kind, "moon b s.")
    wanted = tuple(token_texts(tokenizer, [*ids, token])[-1] for token in tokens)
    assert next_texts(tokenizer, ids, tokens) == wanted


def test_a_control_token_shows_its_name_unless_it_is_to_be_left_out():
    tokenizer = byte_fallback()
    ids = [*tokenizer("a fox", add_special_tokens=False)["input_ids"], tokenizer.eos_token_id]
    assert token_texts(tokenizer, ids)[-1] == "</s>"
    assert token_texts(tokenizer, ids, skip_special=True)[-1] == ""
