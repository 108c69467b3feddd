"""Every family's boxes lie on the right pixels: they tile the picture, and box i moves token i and no other more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from saliency_viz.errors import ImageError, PromptError
from saliency_viz.models import Request

from .families import BUILDERS, HISTORY, PROMPT, SYSTEM, TAKES_VIDEO, Case, content, coverage, features, noise, request

# A second shape per family where it matters: more tiles, a tile alone, a resolution scaled down.
SHAPES = [(168, 112), (90, 201), (60, 57)]


@pytest.fixture(scope="module", params=BUILDERS)
def case(request, tmp_path_factory):
    """The vision tower's attention is silenced: a patch's feature then depends on its own pixels alone."""
    made = Case(request.param, BUILDERS[request.param](tmp_path_factory.mktemp(request.param)))
    mixing = [
        weight
        for name, weight in made.model.network.named_parameters()
        if any(
            part in name
            for part in ("self_attn.out_proj", "attn.proj", "attention.projection_layer", "attention.o_proj")
        )
    ]
    assert mixing
    for weight in mixing:
        weight.zero_()
    return made


def prepare(case, wanted):
    return case.model.family.prepare(case.model, wanted)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_boxes_of_a_scale_cover_each_pixel_once(case, shape):
    prepared = prepare(case, request(shape))
    width, height = prepared.pictures[0].size
    tiles = coverage(prepared, 0, 0)
    unseen = tiles == 0
    assert tiles.max() == 1
    if case.name == "llava_onevision":  # a tile of 58 pixels holds 4 patches of 14: two pixels between tiles are unseen
        assert unseen.mean() <= 1 - (56 / 58) ** 2
        unseen = unseen & False
    assert not unseen.any()
    if (prepared.boxes.scale == 1).any():
        left, top, right, bottom = content(prepared, 0)
        small = coverage(prepared, 0, 1)
        inside = small[int(np.ceil(top)) : int(bottom), int(np.ceil(left)) : int(right)]
        if case.name == "llava_onevision":
            assert inside.max() == 1 and (inside == 1).mean() > (56 / 58) ** 2 - 0.02
        else:
            assert (inside == 1).all()
    ratio = (prepared.pictures[0].region[2] - prepared.pictures[0].region[0]) / width
    assert ratio == pytest.approx(
        (prepared.pictures[0].region[3] - prepared.pictures[0].region[1]) / height,
        rel=1.2 if case.name in ("internvl", "smolvlm", "idefics3", "gemma3") else 0.35,  # these squeeze the picture
    )


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_pixels_in_box_i_move_token_i_most(case, shape):
    """Colours inside one box are inverted in the upload; among the tokens of its picture and scale, its own feature
    changes most."""
    _tokens_follow_their_boxes(case, request(shape))


def _tokens_follow_their_boxes(case, wanted):
    prepared = prepare(case, wanted)
    before = features(case.model, prepared)
    boxes = prepared.boxes
    shown = np.flatnonzero((boxes.box[:, 2] > boxes.box[:, 0]) & (boxes.box[:, 3] > boxes.box[:, 1]))
    checked = 0
    for index in shown[:: max(1, len(shown) // 11)]:
        changed = _inverted(wanted.images[0], prepared.pictures[0], boxes.box[index])
        if changed is None:
            continue
        after = features(case.model, prepare(case, replace(wanted, images=(changed,))))
        moved = (after - before).norm(dim=1) / before.norm(dim=1)
        rivals = np.flatnonzero(boxes.scale == boxes.scale[index])
        assert rivals[int(moved[rivals].argmax())] == index
        checked += 1
    assert checked >= min(len(shown), 4)


@pytest.mark.parametrize("shape", [(960, 12), (12, 960)], ids=["wide", "tall"])
def test_a_picture_too_thin_for_a_tile_is_seen_as_its_thumbnail(case, shape):
    if case.name not in ("llava_next", "llava_onevision"):
        pytest.skip("has no thumbnail beside unpadded tiles")
    prepared = prepare(case, request(shape))
    shown = prepared.boxes.box[:, 2] > prepared.boxes.box[:, 0]
    assert shown.tolist() == [True] * 16 + [False] * (len(shown) - 16)  # 4 x 4 patches, then breaks of empty rows
    assert (len(shown) > 16) == (shape[0] < shape[1])
    seen = coverage(prepared, 0, 0)
    assert seen.max() == 1 and seen.mean() > (56 / 58) ** 2 - 1e-9
    _tokens_follow_their_boxes(case, request(shape))


def _inverted(image: Image.Image, picture, box) -> Image.Image | None:
    """The upload with the colours inside a box of the seen picture inverted; None if the box lies in padding."""
    left, top, right, bottom = picture.region
    across, down = (right - left) / picture.size[0], (bottom - top) / picture.size[1]
    pixels = np.asarray(image).copy()
    x = [left + box[0] * across, left + box[2] * across]
    y = [top + box[1] * down, top + box[3] * down]
    rows = slice(max(0, round(y[0])), max(0, min(image.height, round(y[1]))))
    columns = slice(max(0, round(x[0])), max(0, min(image.width, round(x[1]))))
    area = (rows.stop - rows.start) * (columns.stop - columns.start)
    if area < 0.6 * (x[1] - x[0]) * (y[1] - y[0]):
        return None
    pixels[rows, columns] = 255 - pixels[rows, columns]
    return Image.fromarray(pixels)


def test_two_pictures_have_their_own_spans_boxes_and_pixels(case):
    wanted = request((97, 61), (45, 83))
    prepared = prepare(case, wanted)
    assert [picture.image.size for picture in prepared.pictures] == [(97, 61), (45, 83)]
    owner = _span_pictures(prepared)
    assert owner.tolist() == prepared.boxes.image.tolist() == sorted(owner.tolist())
    assert set(owner.tolist()) == {0, 1}
    one = prepare(case, request((97, 61)))
    assert _span_pictures(one).tolist() == [0] * len(one.boxes.box)
    other = replace(wanted, images=(wanted.images[0], noise(45, 83, seed=9)))
    moved = (features(case.model, prepare(case, other)) - features(case.model, prepared)).norm(dim=1) > 1e-9
    shows = (prepared.boxes.box[:, 2] > prepared.boxes.box[:, 0]) | (owner == 0)
    assert (moved.numpy() == (owner == 1))[shows].all()


def _span_pictures(prepared) -> np.ndarray:
    return np.array(
        [span.image for span in prepared.spans if span.kind == "image" for _ in range(span.start, span.stop)]
    )


@pytest.mark.parametrize("count", [1, 4, 5])
def test_a_frame_moves_the_tokens_that_show_it(case, count):
    if case.name not in TAKES_VIDEO:
        pytest.skip("takes no video")
    wanted = request(*[(45, 61)] * count, video=True)
    prepared = prepare(case, wanted)
    assert len(prepared.pictures) == count
    owner = _span_pictures(prepared)
    assert owner.tolist() == prepared.boxes.image.tolist()
    before = features(case.model, prepared)
    together = 2 if case.name.startswith("qwen") else 1  # frames in one token
    assert prepared.frames_per_token == together
    assert sorted(set(owner.tolist())) == list(range(0, count, together))
    for frame in range(count):
        images = list(wanted.images)
        images[frame] = noise(45, 61, seed=50 + frame)
        after = features(case.model, prepare(case, replace(wanted, images=tuple(images))))
        moved = set(owner[((after - before).norm(dim=1) > 1e-9).numpy()].tolist())
        assert moved == {frame // together * together}
    for picture in sorted(set(owner.tolist())):
        assert coverage(prepared, picture, 0).max() == 1


def test_spans_follow_the_template(case):
    """System, image and question are found where their texts are; the rest is template; no gap, no overlap."""
    wanted = request((97, 61), system=SYSTEM, history=HISTORY)
    prepared = prepare(case, wanted)
    texts = prepared.prompt_texts
    assert [span.start for span in prepared.spans[1:]] == [span.stop for span in prepared.spans[:-1]]
    assert (prepared.spans[0].start, prepared.spans[-1].stop) == (0, len(texts))
    asked = {"system": [SYSTEM], "history": [turn.text for turn in HISTORY], "prompt": [PROMPT]}
    for kind, wanted in asked.items():
        found = ["".join(texts[span.start : span.stop]) for span in prepared.spans if span.kind == kind]
        assert len(found) == len(wanted)
        assert all(text in one and len(one) <= len(text) + 2 for one, text in zip(found, wanted, strict=True))
    image = [span for span in prepared.spans if span.kind == "image"]
    kinds = [span.kind for span in prepared.spans]
    assert kinds.index("system") < kinds.index("image") < kinds.index("history") < kinds.index("prompt")
    assert sum(span.stop - span.start for span in image) == len(prepared.boxes.box)


def test_a_prompt_that_writes_the_models_own_tokens_is_refused(case):
    token = case.model.processor.image_token
    with pytest.raises(PromptError, match="must not contain the model's own control tokens"):
        prepare(case, Request((noise(40, 40),), f"What is {token} this?"))


def test_a_video_is_refused_where_only_pictures_are_taken(case):
    if case.name in TAKES_VIDEO:
        pytest.skip("takes video")
    with pytest.raises(ImageError, match="takes pictures here, not a video"):
        prepare(case, request((40, 40), (40, 40), video=True))
