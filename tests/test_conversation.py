"""System prompts and earlier turns: they reach the model where its template has a place for them, or are refused."""

from __future__ import annotations

import pytest

import saliency_viz as sv
from saliency_viz.errors import ImageError, PromptError
from saliency_viz.figures.rows import metrics
from saliency_viz.models import Message, capabilities

from . import checkpoints
from .engine import picture

TURNS = (("user", "What is it?"), ("assistant", "a small red fox"))
NO_SYSTEM = checkpoints.VICUNA_TEMPLATE.replace(
    "{% else %}{% for part in parts %}{% if part['type'] == 'text' %}{{ part['text'] + ' ' }}{% endif %}{% endfor %}",
    "",
)


@pytest.fixture(scope="module")
def model(llava_dir):
    return sv.load_model(llava_dir, device="cpu")


@pytest.fixture
def deaf(model):
    """The same model with a template that says nothing of a system prompt."""
    assert NO_SYSTEM != checkpoints.VICUNA_TEMPLATE
    before, model.processor.chat_template = model.processor.chat_template, NO_SYSTEM
    yield model
    model.processor.chat_template = before


def test_a_follow_up_shows_the_picture_where_the_conversation_began(model):
    trace = sv.caption(model, picture(), "And now?", max_new_tokens=3, system="Be brief.", history=TURNS)
    text = "".join(trace.prompt_texts).replace("<image>", "")
    assert text == "<s>Be brief. USER: \nWhat is it? ASSISTANT: a small red fox</s>USER: And now? ASSISTANT:"
    kinds = [span.kind for span in trace.spans]
    assert [kind for kind in kinds if kind != "template"] == [
        "system", "image", "history", "history", "prompt", "output",
    ]  # fmt: skip
    assert (trace.system, trace.history) == ("Be brief.", TURNS)


def test_earlier_turns_count_as_prompt(model):
    trace = sv.caption(model, picture(), "And now?", max_new_tokens=3, history=TURNS)
    parts = metrics.part_of_keys(trace)
    assert (parts[trace.positions("history")] == metrics.PARTS.index("prompt")).all()
    assert len(trace.positions("history")) > 5


def test_turns_may_be_pairs_or_messages(model):
    both = [TURNS, tuple(Message(*turn) for turn in TURNS)]
    first, second = (sv.caption(model, picture(), "And now?", max_new_tokens=3, history=one) for one in both)
    assert first.prompt_ids == second.prompt_ids and first.output_ids == second.output_ids


def test_a_template_that_would_drop_a_system_prompt_is_refused_with_a_sentence(deaf):
    with pytest.raises(PromptError, match="no place for a system prompt"):
        sv.caption(deaf, picture(), "What is it?", max_new_tokens=2, system="Be brief.")
    assert sv.caption(deaf, picture(), "What is it?", max_new_tokens=2, system="").system is None


@pytest.mark.parametrize(
    ("history", "words"),
    [
        ([("user",)], r"history\[0\] must be a pair such as"),
        ([TURNS[0], ("user", 5)], r"history\[1\] must be a pair such as"),
        ([Message("user", 5)], r"history\[0\] must be a pair such as"),
        (["hi"], r"history\[0\] must be a pair .* Got 'hi'"),
        ("hi", r"history must be a list of \(role, text\). Got str"),
        (5, r"history must be a list of \(role, text\). Got int"),
        ([("bot", "x")], r"role of history\[0\] must be one of user, assistant, system. Got 'bot'"),
    ],
)
def test_turns_that_are_none_are_refused(model, history, words):
    with pytest.raises(PromptError, match=words):
        sv.caption(model, picture(), "What is it?", max_new_tokens=1, history=history)


@pytest.mark.parametrize("system", [5, ["x"], b"x"])
def test_a_system_prompt_that_is_no_text_is_refused(model, system):
    with pytest.raises(PromptError, match=f"system must be a text, or None. Got {type(system).__name__}"):
        sv.caption(model, picture(), "What is it?", max_new_tokens=1, system=system)


@pytest.mark.parametrize(
    ("template", "asked", "words"),
    [
        ("{% for %}", {"system": "Be brief."}, "The template itself is damaged"),
        ("{{ ''.__class__.__mro__ }}", {}, "is unsafe. The template itself is damaged"),
        (
            "{{ raise_exception('No system role here.') }}",
            {"system": "Be brief."},
            "here. Leave out the system prompt.",
        ),
        ("{{ raise_exception('Not now') }}", {"history": TURNS}, "Not now. Leave out the history."),
        ("{{ raise_exception('Not now') }}", {}, "Not now. Choose another picture, or another model."),
    ],
)
def test_a_template_that_fails_says_what_to_change(deaf, template, asked, words):
    deaf.processor.chat_template = template
    with pytest.raises(PromptError, match="did not accept the request") as caught:
        sv.caption(deaf, picture(), "What is it?", max_new_tokens=1, **asked)
    assert str(caught.value).endswith(words) or words in str(caught.value)


def test_the_demo_model_takes_one_picture_and_says_which_models_take_more():
    demo = sv.load_model("demo", device="cpu")
    assert capabilities.takes(demo) == capabilities.Takes(1, False)
    capabilities.check(demo, 1, False)
    with pytest.raises(ImageError, match="one picture at a time.*Qwen2-VL"):
        capabilities.check(demo, 2, False)
    with pytest.raises(ImageError, match="takes no video.*Video-LLaVA"):
        capabilities.check(demo, 8, True)


def test_a_family_without_video_refuses_one_and_takes_several_pictures(model):
    assert capabilities.takes(model) == capabilities.Takes(None, False)
    capabilities.check(model, 3, False)
    with pytest.raises(ImageError, match="takes no video"):
        capabilities.check(model, 3, True)
