"""Insertion and deletion curves equal holes cut by hand and a plain call of the model, and always end in one point."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import AutoModelForImageTextToText, AutoProcessor

import saliency_viz as sv
from saliency_viz.decoding import stream_faithfulness
from saliency_viz.decoding.faithfulness import _Reader
from saliency_viz.decoding.occlusion import fill_of, places_of
from saliency_viz.decoding.replay_context import request_of

from .engine import PROMPT, picture
from .families import BUILDERS, Case, request
from .traces import example_trace

GRID = (0.0, 0.3, 0.7, 1.0)
OVERLAPPING = ("llava_next", "internvl", "smolvlm")  # tiles, and a thumbnail of the whole


@pytest.fixture(scope="module")
def model(llava_dir):
    return sv.load_model(llava_dir, device="cpu", dtype="float64")


@pytest.fixture(scope="module")
def trace(model):
    return sv.caption(model, picture(112, 112), PROMPT, max_new_tokens=7)


@pytest.fixture(scope="module")
def found(model, trace):
    return sv.faithfulness(model, trace, 5, layers=(1, 3), fractions=GRID, draws=2, seed=11)


@pytest.fixture(scope="module")
def plain(llava_dir):
    """Probability of a token after the prompt, a picture and words, by the checkpoint's own parts alone."""
    network = AutoModelForImageTextToText.from_pretrained(llava_dir, dtype=torch.float64).eval()
    processor = AutoProcessor.from_pretrained(llava_dir)

    def probability(image, words, token):
        turn = {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": PROMPT}]}
        text = processor.apply_chat_template([turn], add_generation_prompt=True)
        inputs = processor(text=text, images=image, return_tensors="pt", add_special_tokens=False)
        ids = torch.cat([inputs["input_ids"], torch.tensor([list(words)], dtype=torch.long)], dim=1)
        with torch.no_grad():
            logits = network(input_ids=ids, pixel_values=inputs["pixel_values"].double(), use_cache=False).logits
        return float(logits[0, -1].softmax(-1)[token])

    return probability


def holes(image, patches, shown=False):
    """The picture with its mean colour in these patches of a 4 x 4 grid (or everywhere but in them)."""
    pixels = np.asarray(image).copy()
    mean = np.rint(pixels.reshape(-1, 3).mean(0))
    for patch in range(16):
        if (patch in patches) != shown:
            row, column = divmod(patch, 4)
            for y in range(28 * row, 28 * row + 28):
                pixels[y, 28 * column : 28 * column + 28] = mean
    return Image.fromarray(pixels)


def test_each_point_equals_holes_cut_by_hand_and_a_plain_call(found, trace, plain):
    image = trace.pictures[0].image
    words, token = trace.output_ids[:5], trace.output_ids[5]
    for kind in ("saliency", "attention"):
        row = getattr(trace, kind)[5, [1, 3]].astype(float).mean(0)[trace.positions("image")]
        order = sorted(range(16), key=lambda patch: -row[patch])
        assert found.orders[kind].tolist() == [order]
        for point, taken in ((1, 5), (2, 11)):  # 30 % and 70 % of 16 places
            cut = plain(holes(image, order[:taken]), words, token)
            left = plain(holes(image, order[:taken], shown=True), words, token)
            assert found.deletion[kind][0, point] == pytest.approx(cut, rel=1e-9)
            assert found.insertion[kind][0, point] == pytest.approx(left, rel=1e-9)
    order = found.orders["random"][1]
    assert found.deletion["random"][1, 2] == pytest.approx(plain(holes(image, order[:11]), words, token), rel=1e-9)


def test_nothing_removed_is_the_run_and_everything_removed_is_the_same_for_every_order(found, trace, plain):
    whole = trace.steps[5].probability
    empty = plain(holes(trace.pictures[0].image, range(16)), trace.output_ids[:5], trace.output_ids[5])
    for ranking in ("saliency", "attention", "random"):
        assert found.deletion[ranking][:, 0] == pytest.approx(whole, rel=1e-6)
        assert found.insertion[ranking][:, -1] == pytest.approx(whole, rel=1e-6)
        assert found.deletion[ranking][:, -1] == pytest.approx(empty, rel=1e-9)
        assert found.insertion[ranking][:, 0] == pytest.approx(empty, rel=1e-9)


def test_removing_the_first_is_showing_the_rest(model, trace):
    """Deletion along an order at 1 - f is insertion along the reversed order at f."""
    reader = _Reader(model, trace, 4, places_of(trace), "mean")
    order = np.random.default_rng(3).permutation(16)
    gone = np.zeros(16, bool)
    gone[order[:6]] = True
    back = np.ones(16, bool)
    back[order[::-1][:10]] = False
    assert reader.probability(gone) == reader.probability(back)


def test_random_orders_come_from_the_seed_alone(model, trace, found):
    again = sv.faithfulness(model, trace, 5, layers=(1, 3), fractions=GRID, draws=2, seed=11)
    assert all((again.orders[name] == found.orders[name]).all() for name in found.orders)
    assert all((again.deletion[name] == found.deletion[name]).all() for name in found.deletion)
    other = sv.faithfulness(model, trace, 5, layers=(1, 3), fractions=(0, 1), draws=2, seed=12)
    assert not (other.orders["random"] == found.orders["random"]).all()
    assert sorted(other.orders["random"][0].tolist()) == list(range(16))


def test_areas_are_trapezoids(found):
    for side in ("deletion", "insertion"):
        for ranking, values in getattr(found, side).items():
            assert found.area(side, ranking) == pytest.approx(
                values @ [0.15, 0.35, 0.35, 0.15], rel=1e-12
            )  # by hand, for 0, 0.3, 0.7, 1
    assert len(found.table()) == 2 * 4 * 4  # sides, draws of all rankings, fractions


@pytest.mark.parametrize("step", [0, 3])
def test_an_attention_edit_of_the_run_is_kept(model, step):
    trace = sv.caption(model, picture(112, 112), PROMPT, max_new_tokens=4, locore=sv.LocoRE(0.9, 2))
    found = sv.faithfulness(model, trace, step, fractions=(0, 1), draws=1)
    assert found.deletion["saliency"][0, 0] == pytest.approx(trace.steps[step].probability, rel=1e-6)


def test_progress_counts_every_reading_and_a_closed_measurement_stops_reading(model, trace, monkeypatch):
    readings = []
    once = _Reader.probability
    monkeypatch.setattr(_Reader, "probability", lambda *given: readings.append(1) or once(*given))
    seen = list(stream_faithfulness(model, trace, 2, fractions=GRID, draws=1))
    assert [one.done for one in seen] == list(range(1, 15)) and {one.total for one in seen} == {14}
    assert len(readings) == 14 and [one.result is None for one in seen] == [True] * 13 + [False]
    measuring = stream_faithfulness(model, trace, 2)
    next(measuring)
    measuring.close()
    assert len(readings) == 15 and next(measuring, None) is None
    again = sv.caption(model, picture(112, 112), PROMPT, max_new_tokens=7)
    assert again.output_ids == trace.output_ids


@pytest.mark.parametrize(
    "settings, word",
    [
        ({"layers": 5}, "0..4"),
        ({"layers": "most"}, "most"),
        ({"layers": ()}, "layers"),
        ({"fractions": (0.1, 1)}, "from 0 to 1"),
        ({"fractions": (0, 0.5, 0.5, 1)}, "rise"),
        ({"fractions": (0, float("nan"), 1)}, "rise"),
        ({"draws": 0}, "draws"),
        ({"seed": -1}, "seed"),
        ({"fill": "black"}, "fill"),
        ({"draws": 200}, "2000"),
    ],
)
def test_what_cannot_be_measured_is_refused_before_the_first_reading(model, trace, settings, word):
    with pytest.raises(sv.errors.SettingError, match=word):
        stream_faithfulness(model, trace, 3, **settings)


def test_a_picture_whose_boxes_are_not_known_is_refused(model):
    trace = example_trace()
    with pytest.raises(sv.errors.SettingError, match="not known which pixels"):
        stream_faithfulness(model, replace(trace, boxes=trace.boxes * 0), 3)


@pytest.fixture(scope="module", params=OVERLAPPING)
def tiled(request, tmp_path_factory):
    return Case(request.param, BUILDERS[request.param](tmp_path_factory.mktemp(request.param)))


def caption_of(case, wanted, count=3):
    images = sv.Video(wanted.images, wanted.fps) if wanted.fps else list(wanted.images)
    return sv.caption(case.model, images, wanted.prompt, max_new_tokens=count)


def test_where_a_picture_is_shown_twice_each_pixel_has_one_place_and_nothing_is_lost(tiled):
    trace = caption_of(tiled, request((168, 112)))
    assert (trace.box_scales == 1).any()
    places = places_of(trace)
    assert (trace.box_scales[places.tokens] == 0).all()
    count = np.zeros((112, 168), int)
    for _, left, top, right, bottom in places.areas[0]:
        count[top:bottom, left:right] += 1
    assert count.max() == 1 and (count == 1).mean() > 0.99  # LLaVA-NeXT drops half a row of patches as padding
    row = np.zeros(trace.attention.shape[2])
    row[trace.positions("image")] = np.random.default_rng(1).random(len(trace.boxes))
    shows = (trace.boxes[:, 2] > trace.boxes[:, 0]) & (trace.boxes[:, 3] > trace.boxes[:, 1])
    assert places.values(row).sum() == pytest.approx(row[trace.positions("image")][shows].sum(), rel=0.02)


def test_a_thumbnails_attention_is_spread_over_the_places_under_it(tiled):
    """One thumbnail token alone is hot: only places it overlaps are, in proportion to area, counted pixel by pixel."""
    trace = caption_of(tiled, request((168, 112)))
    places = places_of(trace)
    hot = int(np.flatnonzero(trace.box_scales == 1)[3])
    row = np.zeros(trace.attention.shape[2])
    row[trace.positions("image")[hot]] = 1
    values = places.values(row)
    width, height = trace.pictures[0].size
    fine = 4  # points in a pixel, each way
    x, y = (np.arange(width * fine) + 0.5) / fine, (np.arange(height * fine) + 0.5) / fine
    inside = [((x >= b[0]) & (x < b[2]), (y >= b[1]) & (y < b[3])) for b in trace.boxes]
    area = inside[hot][0].sum() * inside[hot][1].sum()
    for place, token in enumerate(places.tokens):
        common = (inside[token][0] & inside[hot][0]).sum() * (inside[token][1] & inside[hot][1]).sum()
        assert values[place] == pytest.approx(common / area, abs=0.03)


@pytest.mark.parametrize("fill", ["mean", "blur"])
def test_the_whole_way_holds_for_tiles_and_both_fills(tiled, fill):
    trace = caption_of(tiled, request((168, 112)))
    found = sv.faithfulness(tiled.model, trace, 1, fractions=(0, 0.5, 1), draws=1, fill=fill)
    assert found.deletion["saliency"][0, 0] == pytest.approx(trace.steps[1].probability, rel=1e-5)
    ends = [found.deletion[name][0, -1] for name in found.deletion]
    assert max(ends) == min(ends) == found.insertion["random"][0, 0]
    image = fill_of(trace.pictures[0], fill)
    whole = sv.replay(tiled.model, image, trace.prompt, list(trace.output_ids))
    assert ends[0] == pytest.approx(whole.steps[1].probability, rel=2e-2 if tiled.name == "llava_next" else 1e-5)


def test_of_two_pictures_each_loses_its_own_places(tmp_path):
    case = Case("qwen2_vl", BUILDERS["qwen2_vl"](tmp_path))
    trace = caption_of(case, request((97, 61), (45, 83)))
    places = places_of(trace)
    owner = trace.box_images[places.tokens]
    images = request_of(trace).images
    fills = [Image.new("RGB", image.size, (255, 0, 255)) for image in images]
    covered = places.cover(images, fills, owner == 1)
    assert np.array_equal(covered[0], images[0])
    assert (np.asarray(covered[1]) == (255, 0, 255)).all()


def test_a_video_token_of_two_frames_covers_its_place_in_both(tmp_path):
    case = Case("qwen2_vl", BUILDERS["qwen2_vl"](tmp_path))
    trace = caption_of(case, request(*[(56, 61)] * 4, video=True))
    places = places_of(trace)
    assert sorted(set(trace.box_images.tolist())) == [0, 2]
    first = trace.box_images[places.tokens] == 0
    images = request_of(trace).images
    fills = [Image.new("RGB", image.size, (1, 2, 3)) for image in images]
    covered = [np.asarray(image) for image in places.cover(images, fills, first)]
    assert all((image == (1, 2, 3)).all() for image in covered[:2])
    assert all(np.array_equal(image, before) for image, before in zip(covered[2:], images[2:], strict=True))
    found = sv.faithfulness(case.model, trace, 1, fractions=(0, 1), draws=1)
    assert found.deletion["saliency"][0, 0] == pytest.approx(trace.steps[1].probability, rel=1e-5)


def test_a_prompt_that_changes_with_the_pixels_is_refused(tmp_path):
    """VideoLLaMA3 leaves out patches that do not change from frame to frame: of flat frames it keeps fewer."""
    case = Case("video_llama_3", BUILDERS["video_llama_3"](tmp_path))
    wanted = request(*[(56, 61)] * 3, video=True)
    turns = (Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.FLIP_TOP_BOTTOM, Image.Transpose.ROTATE_180)
    frames = tuple(wanted.images[0].transpose(turn) for turn in turns)  # different, of one mean colour
    trace = caption_of(case, replace(wanted, images=frames))
    with pytest.raises(sv.errors.SettingError, match="changes the prompt"):
        sv.faithfulness(case.model, trace, 1, fractions=(0, 1), draws=1)


def test_the_mean_colour_is_that_of_what_the_model_saw():
    trace = example_trace()
    seen = replace(trace.pictures[0], region=(10.0, -5.0, 40.0, 20.0))
    mean = np.asarray(trace.pictures[0].image)[0:20, 10:40].reshape(-1, 3).mean(0)
    assert np.asarray(fill_of(seen, "mean"))[0, 0] == pytest.approx(np.rint(mean))
    assert fill_of(seen, "mean").size == (70, 49)


def test_a_place_smaller_than_a_pixel_of_the_upload_is_none():
    trace = example_trace()
    small = replace(trace.pictures[0], region=(0.0, 0.0, 3.0, 3.0))
    places = places_of(replace(trace, pictures=(small,)))
    assert 0 < len(places) <= 9
    assert sum((r - left) * (b - t) for _, left, t, r, b in places.areas[0]) == 9
