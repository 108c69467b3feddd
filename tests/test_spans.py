"""Spans lie on the words a person wrote, in every family, also where the template or an earlier turn has the same."""

from __future__ import annotations

import pytest

import saliency_viz as sv
from saliency_viz.errors import PromptError
from saliency_viz.models import Message, Request
from saliency_viz.models.text import template_parts

from . import checkpoints
from .families import BUILDERS, Case, noise
from .test_token_text import WRITTEN
from .tokenizer_kinds import KINDS

IMAGE = (noise(97, 61),)
PROMPTS = ("is", "s", "A", "assistant", "user", "a\nb", "Café \N{FOX FACE} ok?", "日本語の説明", "\N{FOX FACE}")
TURNS = (("Is it A or B?", "A"), ("What?", "is"), ("S", "system"), ("日本語", "\N{FOX FACE}"))


@pytest.fixture(scope="module", params=BUILDERS)
def model(request, tmp_path_factory):
    return Case(request.param, BUILDERS[request.param](tmp_path_factory.mktemp(request.param))).single


def said(model, request) -> list[tuple[str, str]]:
    """(kind, text) of every span that is neither the template's nor a picture's."""
    prepared = model.family.prepare(model, request)
    spans = [span for span in prepared.spans if span.kind not in ("image", "template")]
    return [(span.kind, "".join(prepared.prompt_texts[span.start : span.stop]).strip()) for span in spans]


@pytest.mark.parametrize("prompt", PROMPTS)
def test_a_prompt_is_one_span_on_its_own_words(model, prompt):
    assert said(model, Request(IMAGE, prompt)) == [("prompt", prompt)]


@pytest.mark.parametrize("turns", TURNS)
def test_an_answer_of_one_letter_is_not_looked_for_in_the_template(model, turns):
    history = (Message("user", turns[0]), Message("assistant", turns[1]))
    spans = said(model, Request(IMAGE, "Why?", history=history))
    assert spans == [("history", turns[0]), ("history", turns[1]), ("prompt", "Why?")]


@pytest.mark.parametrize("system", ["s", "sys", "user", "説明"])
def test_a_system_prompt_is_not_looked_for_in_the_template(model, system):
    assert said(model, Request(IMAGE, "Why?", system)) == [("system", system), ("prompt", "Why?")]


def test_the_bytes_of_a_character_belong_to_the_words_it_stands_in(model):
    """Its first tokens have no text of their own: they are the prompt's none the less."""
    prepared = model.family.prepare(model, Request(IMAGE, "a\N{FOX FACE}"))
    where = [place for span in prepared.spans if span.kind == "prompt" for place in range(span.start, span.stop)]
    assert [prepared.prompt_texts[place].strip() for place in where] == ["a", "", "", "", "\N{FOX FACE}"]


def test_a_system_prompt_of_one_letter_that_would_be_dropped_is_refused(tmp_path):
    model = Case("qwen2_vl", BUILDERS["qwen2_vl"](tmp_path)).single
    template = model.processor.chat_template
    model.processor.chat_template = "{% set messages = messages[-1:] %}" + template
    with pytest.raises(PromptError, match="no place for a system prompt"):
        sv.caption(model, IMAGE[0], "What is it?", max_new_tokens=1, system="s")


def test_the_parts_of_a_template_by_hand(llava_dir):
    model = sv.load_model(llava_dir, device="cpu")
    request = Request(IMAGE, "Why?", "s", (Message("user", "Which?"), Message("assistant", "A")))
    assert template_parts(model.processor, request) == [
        "<s>", "0", " USER: <image>\n", "1", " ASSISTANT: ", "2", "</s>USER: ", "3", " ASSISTANT:",
    ]  # fmt: skip


@pytest.fixture(scope="module", params=KINDS)
def reader(request, tmp_path_factory):
    """LLaVA with a tokenizer of each kind."""
    folder = checkpoints.llava(tmp_path_factory.mktemp("kind"), tokens=KINDS[request.param]())
    return sv.load_model(folder, device="cpu")


def without_spaces(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("prompt", [*WRITTEN, *PROMPTS])
def test_the_prompt_is_found_whatever_the_tokenizer_makes_of_it(reader, prompt):
    """The span's texts are what the tokenizer gives back of the prompt alone; all texts are the decoded prompt."""
    tokenizer = reader.tokenizer
    prepared = reader.family.prepare(reader, Request(IMAGE, prompt))
    assert "".join(prepared.prompt_texts) == tokenizer.decode(prepared.prompt_ids)
    own = tokenizer.decode(tokenizer(prompt, add_special_tokens=False)["input_ids"])
    (span,) = [span for span in prepared.spans if span.kind == "prompt"]
    assert without_spaces("".join(prepared.prompt_texts[span.start : span.stop])) == without_spaces(own) != ""


def test_every_turn_is_found_whatever_the_tokenizer_makes_of_it(reader):
    history = (Message("user", "日本語?"), Message("assistant", "Café \N{FOX FACE}"))
    prepared = reader.family.prepare(reader, Request(IMAGE, "หก?", "Système", history))
    assert [span.kind for span in prepared.spans if span.kind not in ("image", "template")] == [
        "system", "history", "history", "prompt",
    ]  # fmt: skip
