"""What an answer of the server's costs: the parts it does not name are neither built anew nor told to the page."""

from __future__ import annotations

import asyncio
from functools import wraps

import gradio as gr
import pytest

from saliency_viz.ui.server.refusals import SpokenBlocks

LEFT_ALONE = {"__type__": "update"}


@pytest.fixture
def answered(monkeypatch):
    """(kind of blocks, names): (the outputs as sent, how many parts were built for it) of an answer that hides these of
    five parts."""
    built, own = [], gr.HTML.__init__

    @wraps(own)
    def counted(self, *given, **named):
        built.append(self)
        own(self, *given, **named)

    def answer(kind, names):
        with kind() as blocks:
            parts = [gr.HTML(f"part {number}") for number in range(5)]
            gr.Button().click(lambda: {parts[name]: gr.update(visible=False) for name in names}, None, parts)
        (called,) = blocks.fns.values()
        built.clear()
        return asyncio.run(blocks.process_api(called, [], state=None))["data"], len(built)

    monkeypatch.setattr(gr.HTML, "__init__", counted)
    return answer


def test_only_the_parts_an_answer_names_are_built_anew(answered):
    sent, built = answered(SpokenBlocks, (1, 3))
    assert built == 2
    assert [part == LEFT_ALONE for part in sent] == [True, False, True, False, True]
    assert sent[1]["visible"] is sent[3]["visible"] is False


def test_one_part_alone(answered):
    sent, built = answered(SpokenBlocks, (4,))
    assert built == 1 and [part == LEFT_ALONE for part in sent] == [True] * 4 + [False]


def test_gradio_itself_builds_every_output_anew(answered):
    """Once it no longer does, our own way can go."""
    assert answered(gr.Blocks, (1, 3))[1] == 5
