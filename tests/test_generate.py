"""transformers' own generate with `custom_generate=sv.generate(...)` writes what `caption` writes."""

from __future__ import annotations

import pytest
import torch
from transformers import AutoModelForImageTextToText

import saliency_viz as sv

from .decoders import prepared
from .engine import PROMPT, picture
from .families import BUILDERS, Case

COUNT = 7
SETTINGS = {
    "plain": {},
    "sgrs and locore": {"sgrs": sv.SGRS(alpha=1.0, window=1), "locore": sv.LocoRE(0.5, 3)},
    "farsight": {"decoding": "farsight"},
    "pai": {"decoding": "pai"},
    "sid with sgrs": {"decoding": "sid", "sgrs": sv.SGRS(alpha=1.0)},
    "dola": {"decoding": "dola"},
    "beam": {"decoding": sv.Decoding("beam", {"beams": 3})},
}


@pytest.fixture(scope="module", params=("llava", "qwen2_5_vl", "llava_next"))
def case(request, tmp_path_factory):
    return Case(request.param, BUILDERS[request.param](tmp_path_factory.mktemp(request.param)))


@pytest.fixture(scope="module")
def network(case):
    """A plain model in a plain program: float64, weights that may be trained, in training mode."""
    network = AutoModelForImageTextToText.from_pretrained(case.folder, dtype=torch.float64)
    network.generation_config.eos_token_id = None
    return network.train()


@pytest.fixture(scope="module")
def inputs(case):
    made = case.own_inputs(prepared(case.model).request)
    return {name: v.double() if v.is_floating_point() else v for name, v in made.items()}


@pytest.mark.parametrize("name", SETTINGS)
def test_generate_writes_what_caption_writes(case, network, inputs, name):
    settings = SETTINGS[name]
    ids = network.generate(**inputs, custom_generate=sv.generate(**settings), max_new_tokens=COUNT, do_sample=False)
    trace = sv.caption(case.model, picture(), PROMPT, max_new_tokens=COUNT, **settings)
    assert ids.tolist() == [[*trace.prompt_ids, *trace.output_ids]]


def test_the_model_is_left_as_it_was(network, inputs):
    before = network.config.get_text_config()._attn_implementation
    with pytest.raises(RuntimeError, match="enough"):

        def criterion(ids, scores):
            raise RuntimeError("enough")

        network.generate(
            **inputs,
            custom_generate=sv.generate(locore=sv.LocoRE()),
            max_new_tokens=3,
            do_sample=False,
            stopping_criteria=[criterion],
        )
    assert network.config.get_text_config()._attn_implementation == before
    assert network.training and all(parameter.requires_grad for parameter in network.parameters())


def test_the_calls_own_settings_act(case, network, inputs):
    plain = sv.caption(case.model, picture(), PROMPT, max_new_tokens=COUNT).output_ids
    first = len(prepared(case.model).prompt_ids)
    ids = network.generate(
        **inputs,
        custom_generate=sv.generate(),
        max_new_tokens=COUNT,
        do_sample=False,
        suppress_tokens=[plain[0]],
        return_dict_in_generate=True,
    ).sequences
    assert plain[0] not in ids[0, first:].tolist()
    stopped = network.generate(
        **inputs,
        custom_generate=sv.generate(),
        max_new_tokens=COUNT,
        do_sample=False,
        stopping_criteria=[lambda ids, scores: torch.tensor([ids.shape[1] == first + 2])],
    )
    assert stopped[0, first:].tolist() == list(plain[:2])


def test_sampling_follows_the_call_and_torchs_seed(network, inputs):
    drawn = []
    for seed in (3, 3, 4):
        torch.manual_seed(seed)
        drawn.append(
            network.generate(
                **inputs, custom_generate=sv.generate(), max_new_tokens=COUNT, do_sample=True, temperature=1.3, top_k=50
            ).tolist()
        )
    assert drawn[0] == drawn[1] != drawn[2]


def test_more_than_one_sequence_is_refused(network, inputs):
    two = {name: torch.cat([value, value]) for name, value in inputs.items()}
    with pytest.raises(sv.SaliencyVizError, match="one sequence"):
        network.generate(**two, custom_generate=sv.generate(), max_new_tokens=3)


def test_what_needs_the_processor_says_so(network, inputs):
    with pytest.raises(sv.SaliencyVizError, match="takes the model's processor"):
        network.generate(**inputs, custom_generate=sv.generate(decoding="icd"), max_new_tokens=3)


def test_wrong_settings_are_refused_before_any_call():
    with pytest.raises(sv.SaliencyVizError, match="decoding must be one of"):
        sv.generate(decoding="none such")
