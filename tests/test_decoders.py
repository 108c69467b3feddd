"""Each decoder of Table 1 against the slow truth of tests/decoders.py on three families; neutral settings are plain."""

from __future__ import annotations

import inspect
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

import saliency_viz as sv
from saliency_viz.decoding import Searching
from saliency_viz.decoding.decoders import DECODERS, decoder_of
from saliency_viz.decoding.decoders.agla import places_of_prompt
from saliency_viz.decoding.decoders.icd import DISTURBANCE
from saliency_viz.decoding.decoders.opera import over_trust
from saliency_viz.decoding.decoders.ritual import transformed
from saliency_viz.models import Request
from saliency_viz.models.encoded_pictures import EncodedPictures

from .decoders import Literal, asked, greedy, image_columns, plausible, prepared, softmax_only
from .engine import PROMPT, picture
from .families import BUILDERS, Case

FAMILIES = ("llava", "qwen2_5_vl", "llava_next")
COUNT = 7
MADE = [row for row in DECODERS if row.make is not None]


@pytest.fixture(scope="module", params=FAMILIES)
def case(request, tmp_path_factory):
    return Case(request.param, BUILDERS[request.param](tmp_path_factory.mktemp(request.param)))


@pytest.fixture(scope="module")
def literal(case):
    return Literal(case.folder)


def written(model, decoding, **more):
    return list(sv.caption(model, picture(), PROMPT, max_new_tokens=COUNT, decoding=decoding, **more).output_ids)


def decoding(name, **values):
    return sv.Decoding(name, values)


def test_vcd_is_the_contrast_with_a_noised_picture(case, literal):
    main = prepared(case.model)
    share = 1.0
    for step in range(601):  # 1 - beta_t, one factor at a time
        share *= 1 - ((5e-3 - 1e-5) / (1 + math.exp(6 - 12 * step / 999)) + 1e-5)
    generator = torch.Generator().manual_seed(11)
    pixels = main.inputs["pixel_values"]
    noise = torch.randn(pixels.shape, generator=generator).double()
    noised = {**main.inputs, "pixel_values": math.sqrt(share) * pixels + math.sqrt(1 - share) * noise}

    def combined(outputs):
        first, second = (literal.next_logits(inputs, outputs) for inputs in (main.inputs, noised))
        return plausible(first + 1.5 * (first - second), first, 0.02)

    vcd = decoding("vcd", alpha=1.5, beta=0.02, noise_step=600)
    assert written(case.model, vcd, sampling=sv.Sampling(seed=11)) == greedy(combined, COUNT)


def test_icd_is_the_contrast_with_a_disturbed_question(case, literal):
    main = prepared(case.model)
    other = prepared(case.model, asked(DISTURBANCE + PROMPT))

    def combined(outputs):
        first, second = (literal.next_logits(stream.inputs, outputs) for stream in (main, other))
        return plausible(first + 2 * (first - second), first, 0.02)

    assert written(case.model, decoding("icd", alpha=2, beta=0.02)) == greedy(combined, COUNT)


@pytest.mark.parametrize("transform", [1, 6])
def test_ritual_adds_what_the_transformed_picture_says(case, literal, transform):
    main = prepared(case.model)
    other = prepared(case.model, Request(transformed((picture(),), transform, 3), PROMPT))

    def combined(outputs):
        first, second = (literal.next_logits(stream.inputs, outputs) for stream in (main, other))
        return plausible(first + 3 * second, first, 0.02)

    ritual = decoding("ritual", beta=0.02, transform=transform)
    assert written(case.model, ritual, sampling=sv.Sampling(seed=3)) == greedy(combined, COUNT)


@pytest.mark.parametrize("norm", [0, 1])
def test_dola_takes_away_the_farthest_premature_layer(case, literal, norm):
    main = prepared(case.model)
    head = literal.network.get_output_embeddings()
    final_norm = literal.network.get_decoder().norm if norm else lambda state: state
    layers = case.model.info.layers

    def combined(outputs):
        result = literal.run(main.inputs, outputs)
        p = result.logits[0, -1].softmax(-1)
        candidates = []
        for layer in (layer for layer in range(layers) if layer >= layers // 2 and layer % 2 == 0):
            q = head(final_norm(result.hidden_states[layer]))[0, -1].softmax(-1)
            mean = (p + q) / 2
            candidates.append((float((p * (p / mean).log() + q * (q / mean).log()).sum()) / 2, q))
        q = max(candidates, key=lambda pair: pair[0])[1]
        return plausible(p.log() - q.log(), p.log(), 0.03)

    dola = decoding("dola", relative_top=0.03, norm=norm, upper=1)
    assert written(case.model, dola) == greedy(combined, COUNT)


def raised(columns, first, layer_from, alpha):
    """PAI's edit on the whole matrix: rows from the one that predicts the first output."""

    def shape(layer, scores):
        scores = scores.clone()
        if layer >= layer_from:
            for row in range(first - 1, scores.shape[1]):
                scores[:, row, columns] += alpha * scores[:, row, columns].abs()
        return scores.softmax(-1)

    return shape


def test_pai_raises_the_picture_and_takes_away_what_is_said_without_it(case, literal):
    main = prepared(case.model)
    columns = image_columns(main)
    ids = [token for at, token in enumerate(main.prompt_ids) if at not in columns]
    text = {"input_ids": torch.tensor([ids]), "attention_mask": torch.ones(1, len(ids), dtype=torch.long)}

    def combined(outputs):
        first = literal.next_logits(main.inputs, outputs, raised(columns, len(main.prompt_ids), 2, 0.5))
        without = literal.next_logits(text, outputs)
        guided = 1.7 * first.log_softmax(-1) - 0.7 * without.log_softmax(-1)
        return plausible(guided, first, 0.02)

    assert written(case.model, decoding("pai", alpha=0.5, gamma=1.7, cutoff=0.02)) == greedy(combined, COUNT)


def test_sid_takes_away_what_the_least_attended_picture_says(case, literal):
    main = prepared(case.model)
    columns, first = image_columns(main), len(main.prompt_ids)
    keep = max(1, round(0.3 * len(columns)))
    hidden = {}

    def shape(layer, scores):
        scores = scores.clone()
        for row in range(first - 1, scores.shape[1]):
            if layer >= 2:
                scores[:, row, hidden[row]] = -torch.inf
        weights = scores.softmax(-1)
        if layer == 1:
            for row in range(first - 1, scores.shape[1]):
                attended = weights[:, row].mean(0)
                ranked = sorted(columns, key=lambda column: float(attended[column]))
                hidden[row] = ranked[keep:]
        return weights

    def combined(outputs):
        main_logits = literal.next_logits(main.inputs, outputs)
        other = literal.next_logits(main.inputs, outputs, shape)
        return plausible(2 * main_logits - other, main_logits, 0.02)

    assert written(case.model, decoding("sid", share=0.3, beta=0.02)) == greedy(combined, COUNT)


def test_only_contrasts_or_adds_one_layer_of_silenced_heads(case, literal):
    main = prepared(case.model)
    columns, first = image_columns(main), len(main.prompt_ids)

    def shape(layer, scores):
        weights = scores.softmax(-1)
        if layer != 0:
            return weights
        weights = weights.clone()
        for row in range(first - 1, scores.shape[1]):
            text = [at for at in range(1, row + 1) if at not in columns]
            ratios = []
            for head in range(scores.shape[0]):
                entropies = []
                for kind in (text, columns):
                    part = weights[head, row, kind]
                    part = torch.where(part > part.mean() + part.std(), torch.zeros_like(part), part)
                    weights[head, row, kind] = part
                    share = part[part > 0] / part.sum()
                    entropies.append(float(-(share * share.log()).sum()))
                ratios.append(entropies[0] / entropies[1])
            for head, ratio in enumerate(ratios):
                if ratio < sum(ratios) / len(ratios):
                    weights[head, row] = 0
        return weights

    taken = []

    def combined(outputs):
        one = literal.next_logits(main.inputs, outputs)
        two = literal.next_logits(main.inputs, outputs, shape)
        near = float((one.softmax(-1) - two.softmax(-1)).abs().sum()) < 0.9
        taken.append(near)
        return plausible(one + 3 * two if near else 2 * one - two, one, 0.02)

    assert written(case.model, decoding("only", gamma=0.9, beta=0.02)) == greedy(combined, COUNT)
    assert taken


def test_agla_adds_what_the_most_salient_half_of_the_picture_says(case, literal):
    """Which half: Eq. 4 of the first output by one backward pass through everything."""
    main = prepared(case.model)
    first = len(main.prompt_ids)
    truth = literal_saliency(case, main)
    places = places_of_prompt(main)
    values = places.values(truth[first - 1])
    keep = sorted(range(len(places)), key=lambda place: -values[place])[: max(1, round(0.5 * len(places)))]
    pixels = np.array(picture())
    for areas in places.areas:
        for place, left, top, right, bottom in areas:
            if place not in keep:
                pixels[top:bottom, left:right] = 0
    other = prepared(case.model, Request((Image.fromarray(pixels),), PROMPT))

    def combined(outputs):
        one, two = (literal.next_logits(stream.inputs, outputs) for stream in (main, other))
        return plausible(one + 2 * two, one, 0.02)

    assert written(case.model, decoding("agla", beta=0.02)) == greedy(combined, COUNT)


def literal_saliency(case, main):
    """Eq. 5 of the most probable first output, mean over the deeper half of the layers: [n, n]."""
    logits = case.reference.truth(main.inputs, [], 0).logits
    rows = case.reference.truth(main.inputs, [], int(logits.argmax())).saliency
    rows = rows / torch.linalg.vector_norm(rows, dim=-1, keepdim=True).clamp_min(1e-300)
    return rows[rows.shape[0] // 2 :].mean(0).numpy()


def test_var_moves_attention_from_sinks_to_the_rest_of_the_picture(case, literal):
    main = prepared(case.model)
    first, columns = len(main.prompt_ids), image_columns(main)
    tau, rho, keep, least = 2.2, 0.3, 0.25, 0.05
    states = literal.run(main.inputs, []).hidden_states
    sinks = {}
    for layer in range(2, case.model.info.layers - 1):
        scaled = [(state / state.square().mean().sqrt()).abs() for state in states[layer][0]]
        massive = [d for d in range(len(scaled[0])) if scaled[0][d] >= tau]
        sinks[layer] = [at for at in range(first) if any(scaled[at][d] >= tau for d in massive)]
    changed = []

    def shape(layer, scores):
        weights = scores.softmax(-1).clone()
        if not sinks.get(layer):
            return weights
        rest = [column for column in columns if column not in sinks[layer]]
        for row in range(first - 1, scores.shape[1]):
            for head in range(scores.shape[0]):
                own = weights[head, row].clone()
                looked, useful = float(own[columns].sum()), float(own[rest].sum())
                if looked >= least and useful / looked >= rho and useful > 0:
                    freed = (1 - keep) * float(own[sinks[layer]].sum())
                    weights[head, row, sinks[layer]] = keep * own[sinks[layer]]
                    weights[head, row, rest] = own[rest] + freed * own[rest] / useful
                    changed.append(freed)
        return weights

    own = greedy(lambda outputs: literal.next_logits(main.inputs, outputs, shape), COUNT)
    assert written(case.model, decoding("var", tau=tau, rho=rho, keep=keep, least=least)) == own
    assert max(changed) > 0.01


def test_eah_lets_the_densest_head_speak_for_all_in_prompt_rows(case, literal):
    main = prepared(case.model)
    first, columns = len(main.prompt_ids), image_columns(main)
    limit = 0.7 / first

    def shape(layer, scores):
        weights = scores.softmax(-1)
        if layer != 1:
            return weights
        counts = []
        for head in range(scores.shape[0]):
            means = [float(weights[head, column + 1 : first, column].mean()) for column in columns]
            counts.append(sum(mean > limit for mean in means))
        weights = weights.clone()
        weights[:, :first] = weights[counts.index(max(counts)), :first]
        return weights

    own = greedy(lambda outputs: literal.next_logits(main.inputs, outputs, shape), COUNT)
    assert written(case.model, decoding("eah", threshold=limit)) == own


def test_farsight_lets_registers_take_a_share_of_every_row(case, literal):
    main = prepared(case.model)

    def shape(layer, scores):
        registers = torch.tensor([-0.5 * k for k in range(1, 12)], dtype=scores.dtype)
        wide = torch.cat([scores, registers.expand(*scores.shape[:2], -1)], dim=-1)
        return wide.softmax(-1)[..., : scores.shape[-1]]

    own = greedy(lambda outputs: literal.next_logits(main.inputs, outputs, shape), COUNT)
    assert written(case.model, decoding("farsight", sigma=0.5, registers=11)) == own


@pytest.mark.parametrize("beams,penalty", [(3, 1.0), (4, 0.0)])
def test_beam_search_is_that_of_transformers(case, beams, penalty):
    """On a fresh copy of the checkpoint, with its own attention and cache; some captions end early."""
    main = prepared(case.model)
    stop = written(case.model, None)[3]
    network = case.reference.network
    network.set_attn_implementation("eager")
    model = replace(case.model, stop_ids=frozenset({stop}))
    inputs = {name: case.reference._cast(v) for name, v in main.inputs.items() if name != "position_ids"}
    found = network.generate(
        **inputs,
        num_beams=beams,
        length_penalty=penalty,
        max_new_tokens=COUNT,
        do_sample=False,
        eos_token_id=stop,
        pad_token_id=0,
    )[0, len(main.prompt_ids) :].tolist()
    trace = sv.caption(
        model,
        picture(),
        PROMPT,
        max_new_tokens=COUNT,
        decoding=decoding("beam", beams=beams, length_penalty=penalty),
    )
    assert list(trace.output_ids) == found
    assert trace.ended == ("end" if found[-1] == stop else "length")


def test_over_trust_by_hand():
    """Three words, sigma 10: columns 0: 1 * 3 * 2 = 6, 1: 5 * 4 = 20, 2: 3."""
    rows = tuple(torch.tensor(row) for row in ([0.1], [0.3, 0.5], [0.2, 0.4, 0.3]))
    assert over_trust(rows, 10.0, 512) == (pytest.approx(20.0), 1)
    assert over_trust(rows, 10.0, 1) == (pytest.approx(3.0), 2)


@pytest.mark.slow
@pytest.mark.parametrize("threshold", [2, 15])
def test_opera_penalises_trust_and_goes_back(case, literal, threshold):
    """Every beam's candidates read from nothing; threshold 2 makes it go back, 15 does not."""
    main = prepared(case.model)
    first, last = len(main.prompt_ids), case.model.info.layers - 1
    beams, candidates, scale, weight = 2, 3, 7.0, 0.8
    seen = {}

    def read(outputs):
        """(logits after, attention among the words [t, t]: the last layer's largest head)."""
        if outputs not in seen:
            kept = {}

            def shape(layer, scores):
                kept[layer] = scores.softmax(-1)
                return kept[layer]

            logits = literal.next_logits(main.inputs, list(outputs), shape)
            seen[outputs] = logits.log_softmax(-1), kept[last].amax(0)[first:, first:]
        return seen[outputs]

    def trust(outputs):
        rows = read(outputs)[1]
        columns = []
        for word in range(len(outputs)):
            product = 1.0
            for row in range(word, len(outputs)):
                product *= scale * float(rows[row, word])
            columns.append(product)
        return max(columns), columns.index(max(columns))

    running, past, banned, returns, back, finished = [((), 0.0)], {}, set(), {}, 0, []
    while True:
        choices = []
        for outputs, total in running:
            scores = read(outputs)[0].clone()
            for other in banned:
                if other[:-1] == outputs:
                    scores[other[-1]] = -math.inf
            for token in scores.argsort(descending=True)[:candidates].tolist():
                longer = (*outputs, token)
                choices.append((longer, total + float(scores[token]) - weight * trust(longer)[0]))
        choices.sort(key=lambda choice: -choice[1])
        if len(choices[0][0]) == COUNT:
            finished = choices
            break
        running = choices[:beams]
        leading = running[0][0]
        past[len(leading)] = running
        places = [trust(leading[: length + 1])[1] for length in range(len(leading))]
        place = max(dict.fromkeys(places), key=places.count)
        if places.count(place) >= threshold:
            while place >= 0 and returns.get(place, 0) >= 5:
                place -= 1
            if place >= 0:
                returns[place] = returns.get(place, 0) + 1
                banned.add(leading[: place + 2])
                running, back = past[place + 1], back + 1
    assert (back > 0) == (threshold == 2)
    values = {"beams": beams, "candidates": candidates, "scale": scale, "weight": weight, "threshold": threshold}
    model = replace(case.model, stop_ids=frozenset())
    trace = sv.caption(model, picture(), PROMPT, max_new_tokens=COUNT, decoding=sv.Decoding("opera", values))
    assert trace.output_ids == finished[0][0]


def test_a_search_that_runs_out_of_time_keeps_what_it_has(case):
    trace = sv.caption(case.model, picture(), PROMPT, max_new_tokens=COUNT, decoding="beam", time_limit=1e-9)
    assert trace.ended in ("time", "cancelled") and len(trace.steps) < COUNT


def test_a_search_goes_on_from_given_tokens(case):
    given = written(case.model, None)[:2]
    whole = sv.caption(case.model, picture(), PROMPT, max_new_tokens=5, decoding="beam", forced=given)
    assert list(whole.output_ids[:2]) == given and [step.forced for step in whole.steps] == [True] * 2 + [False] * 3


@pytest.mark.parametrize("settings", [{"sgrs": sv.SGRS()}, {"sampling": sv.Sampling(temperature=0.5)}])
def test_a_search_refuses_what_draws_token_by_token(llava_dir, settings):
    model = sv.load_model(llava_dir, device="cpu")
    with pytest.raises(sv.SaliencyVizError, match="Beam search"):
        sv.caption(model, picture(), PROMPT, max_new_tokens=2, decoding="beam", **settings)


ANOTHER_PICTURE = ("vcd", "ritual", "agla")


@pytest.mark.parametrize("row", MADE, ids=lambda row: row.name)
def test_the_vision_tower_looks_once_unless_the_other_stream_is_shown_another_picture(case, row):
    """Before transformers 5.24 pictures cannot be handed on encoded: ICD, VAR and edits of prompt rows look again."""
    base = case.model.network.base_model
    tower = base.visual if hasattr(base, "visual") else base.vision_tower
    looks = []
    hook = tower.register_forward_hook(lambda *_: looks.append(1))
    try:
        written(case.model, row.name)
    finally:
        hook.remove()
    hands_on = "mm_encoder_outputs" in inspect.signature(case.model.network.forward).parameters
    again = () if hands_on else ("icd", "var", "eah", "farsight")
    assert len(looks) == (2 if row.name in (*ANOTHER_PICTURE, *again) else 1)


def test_encoded_pictures_give_the_logits_that_pixels_give_bit_for_bit(case):
    main = prepared(case.model)
    kept = EncodedPictures()
    shown = kept.inputs(case.model.network, main.inputs)
    with torch.no_grad():
        wanted = case.model.network(**main.inputs).logits
        for inputs in (shown, kept.inputs(case.model.network, main.inputs)):
            assert torch.equal(case.model.network(**inputs).logits, wanted)
    darker = {name: value / 2 if "pixel" in name else value for name, value in main.inputs.items()}
    assert kept.inputs(case.model.network, darker).keys() == main.inputs.keys()  # others are not taken for them
    kept.drop()
    assert not kept._pixels and not kept._outputs


@pytest.mark.parametrize("row", MADE, ids=lambda row: row.name)
def test_neutral_settings_are_plain_decoding_bit_for_bit(case, row):
    plain = sv.caption(case.model, picture(), PROMPT, max_new_tokens=COUNT)
    neutral = sv.caption(
        case.model, picture(), PROMPT, max_new_tokens=COUNT, decoding=sv.Decoding(row.name, row.neutral)
    )
    assert neutral.output_ids == plain.output_ids
    assert [step.probability for step in neutral.steps] == [step.probability for step in plain.steps]
    assert (neutral.attention == plain.attention).all()
    assert (neutral.saliency == plain.saliency).all()
    assert all(step.plain is None for step in neutral.steps)


@pytest.mark.parametrize(
    "row", [row for row in MADE if row.name not in ("var", "eah", "beam", "opera")], ids=lambda row: row.name
)
def test_defaults_change_something_somewhere(case, row):
    """Not the tokens, perhaps, but what they are chosen by."""
    plain = sv.caption(case.model, picture(), PROMPT, max_new_tokens=COUNT)
    other = sv.caption(case.model, picture(), PROMPT, max_new_tokens=COUNT, decoding=row.name)
    assert other.settings.decoding == sv.Decoding(row.name, row.defaults)
    chosen = [[(c.token_id, c.probability) for c in step.candidates] for step in plain.steps]
    assert chosen != [[(c.token_id, c.probability) for c in step.candidates] for step in other.steps]


def test_candidates_tell_plain_other_and_final(case):
    trace = sv.caption(case.model, picture(), PROMPT, max_new_tokens=COUNT, decoding="vcd")
    plain = sv.replay(case.model, picture(), PROMPT, trace.output_ids)
    for step, own in zip(trace.steps, plain.steps, strict=True):
        assert step.probability == pytest.approx(own.probability, rel=1e-5)  # always the main stream's
        assert step.plain.token_id == own.candidates[0].token_id
        assert step.plain.plain == pytest.approx(own.candidates[0].probability, rel=1e-5)
        for candidate in step.candidates:
            p = candidate.plain, candidate.other
            if candidate.probability > 0:
                first = step.candidates[0]
                moved = 2 * math.log(p[0] / first.plain) - math.log(p[1] / first.other)
                assert math.log(candidate.probability / first.probability) == pytest.approx(moved, abs=1e-3)


@pytest.mark.parametrize("name", ["pai", "farsight", "opera"])
def test_what_plain_decoding_would_have_taken_is_told_of_edits_and_searches_too(case, name):
    values = {"pai": {"alpha": 0.7}, "farsight": {}, "opera": {"beams": 2, "candidates": 2}}[name]
    trace = sv.caption(case.model, picture(), PROMPT, max_new_tokens=COUNT, decoding=sv.Decoding(name, values))
    plain = sv.replay(case.model, picture(), PROMPT, trace.output_ids)
    for step, own in zip(trace.steps, plain.steps, strict=True):
        assert step.plain.token_id == own.candidates[0].token_id
        assert step.plain.plain == pytest.approx(own.candidates[0].probability, rel=1e-4)
        mine = {candidate.token_id: candidate.plain for candidate in step.candidates}
        theirs = {candidate.token_id: candidate.probability for candidate in own.candidates}
        for token in set(mine) & set(theirs):
            assert mine[token] == pytest.approx(theirs[token], rel=1e-4)


def test_a_trace_with_a_decoder_survives_its_file(case, tmp_path):
    trace = sv.caption(case.model, picture(), PROMPT, max_new_tokens=3, decoding="vcd")
    again = sv.Trace.load(trace.save(tmp_path / "run.trace"))
    assert again.settings == trace.settings and again.steps == trace.steps


def test_recorded_rows_are_the_main_streams(case):
    """Attention and saliency of a VCD run are those of its tokens under plain decoding."""
    trace = sv.caption(case.model, picture(), PROMPT, max_new_tokens=COUNT, decoding="vcd")
    plain = sv.replay(case.model, picture(), PROMPT, trace.output_ids)
    assert abs(trace.attention - plain.attention).max() < 1e-3
    assert abs(trace.saliency - plain.saliency).max() < 1e-3


def test_edited_rows_equal_the_whole_matrix(case):
    """PAI's edit is in the recorded rows, and token_matrix finds the same by one backward pass."""
    trace = sv.caption(case.model, picture(), PROMPT, max_new_tokens=5, decoding=decoding("pai", alpha=0.7))
    saliency, attention = sv.token_matrix(case.model, trace, 4)
    row = trace.steps[4].position - 1
    assert trace.attention[4, :, : row + 1] == pytest.approx(attention[:, row].numpy(), abs=1e-3)
    scale = float(saliency[:, row].max())
    assert trace.raw_saliency()[4, :, : row + 1] == pytest.approx(saliency[:, row].numpy(), abs=2e-3 * scale)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["vcd", "sid", "dola", "pai"])
def test_with_sgrs_the_tokens_do_not_depend_on_the_lookahead(case, name):
    settings = {
        "decoding": name,
        "sgrs": sv.SGRS(alpha=1.0, window=1),
        "sampling": sv.Sampling(temperature=1.0, seed=5),
    }
    runs = [
        sv.caption(case.model, picture(), PROMPT, max_new_tokens=11, lookahead=ahead, locore=sv.LocoRE(), **settings)
        for ahead in (1, 5, None)
    ]
    assert runs[0].output_ids == runs[1].output_ids == runs[2].output_ids
    assert sum(step.rejected for step in runs[0].steps) > 0


def test_locore_acts_in_both_streams(case, literal):
    main = prepared(case.model)
    first = len(main.prompt_ids)
    noised = replace(main).inputs

    def shape(layer, scores):
        weights = scores.softmax(-1).clone()
        for row in range(first, scores.shape[1]):
            weights[:, row, max(first, row - 3) : row] *= 1.5
        return weights

    other = prepared(case.model, asked(DISTURBANCE + PROMPT))

    def other_shape(layer, scores):
        weights = scores.softmax(-1).clone()
        for row in range(len(other.prompt_ids), scores.shape[1]):
            weights[:, row, max(len(other.prompt_ids), row - 3) : row] *= 1.5
        return weights

    def combined(outputs):
        one = literal.next_logits(noised, outputs, shape)
        two = literal.next_logits(other.inputs, outputs, other_shape)
        return plausible(2 * one - two, one, 0.1)

    assert written(case.model, "icd", locore=sv.LocoRE(0.5, 3)) == greedy(combined, COUNT)


def test_the_literal_route_alone_is_plain_decoding(case, literal):
    main = prepared(case.model)
    plain = greedy(lambda outputs: literal.next_logits(main.inputs, outputs, softmax_only), COUNT)
    assert written(case.model, None) == plain


def test_what_cannot_be_had_says_why():
    for row in DECODERS:
        if row.make is None:
            with pytest.raises(sv.SaliencyVizError, match=row.title):
                decoder_of(row.name)
            assert len(row.absent) > 30


@pytest.mark.parametrize(
    "asked_for,sentence",
    [
        ("vdc", "decoding must be one of vcd"),
        (sv.Decoding("vcd", {"gamma": 1}), "VCD has the settings alpha, beta, noise_step"),
        (sv.Decoding("vcd", {"beta": 1.5}), r"beta must be in \[0, 1\]"),
        (sv.Decoding("vcd", {"noise_step": 1.5}), "whole number"),
        (7, "must be a saliency_viz.Decoding"),
    ],
)
def test_settings_that_do_not_fit_are_refused(llava_dir, asked_for, sentence):
    model = sv.load_model(llava_dir, device="cpu")
    with pytest.raises(sv.SaliencyVizError, match=sentence):
        sv.caption(model, picture(), PROMPT, max_new_tokens=2, decoding=asked_for)


@pytest.mark.parametrize("name", ["beam", "opera"])
def test_a_search_says_how_far_it_is_and_can_be_stopped_in_between(case, name):
    """Stop reaches a search between two lengths, by whoever hears of it; what it has is recorded."""
    stream = sv.stream_caption(case.model, picture(), PROMPT, max_new_tokens=COUNT, decoding=decoding(name, beams=2))
    lengths = []
    for event in stream.events():
        if isinstance(event, Searching):
            lengths.append(event.length)
            if event.length == 3:
                stream.stop()
    assert lengths == [1, 2, 3] and stream.trace.ended == "cancelled"
    assert 3 <= len(stream.trace.steps) <= 4
