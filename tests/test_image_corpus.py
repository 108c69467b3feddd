"""Every format x depth x photometric x alpha x orientation, against what its definition says must be seen."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageOps

from saliency_viz.errors import ImageError
from saliency_viz.images import jpeg, load_image, load_size, metadata

from . import pictures
from .pictures import Case, chunk, exif, grid, png, samples

CORPUS = [*pictures.pngs(), *pictures.tiffs(), *pictures.bmps(), *pictures.written()]


def test_the_corpus_covers_every_kind():
    assert len(CORPUS) > 240
    assert len({case.name for case in CORPUS}) == len(CORPUS)


# What Pillow does not decode; the sentence says what was met.
APART = tuple(f"tiff-rgb-{kind}-2" for kind in ("8-<-0", "8-<-1", "8->-0", "8->-1"))
REFUSED = ("tiff-grey-0-16->", "tiff-grey-0-12", "tiff-grey-1-12->", *APART)


def refused(case: Case) -> bool:
    apart = "rgb-16" in case.name and case.name.endswith("-2")
    return case.seen is None or apart or case.name.startswith(REFUSED)


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case.name)
def test_a_picture_is_seen_as_its_format_defines_it(case: Case):
    if refused(case):
        with pytest.raises(ImageError) as caught:
            load_image(case.data)
        assert case.says in str(caught.value) and "TIFF" in str(caught.value)
        assert "damaged" not in str(caught.value)
        return
    loaded = np.asarray(load_image(case.data))
    assert loaded.shape == case.seen.shape
    assert np.abs(loaded.astype(float) - case.seen).max() <= case.within


def test_a_clear_colour_of_sixteen_bits_leaves_its_neighbours_alone():
    """Colours that are the same in their upper bytes: only the one that is named is clear."""
    values = np.full((17, 23, 3), 0x1234)
    values[4, 5] = 0x1235
    key = struct.pack(">3H", 0x1234, 0x1234, 0x1234)
    loaded = load_image(png(values, 16, 2, chunk(b"tRNS", key)))
    assert (loaded.getpixel((0, 0)), loaded.getpixel((5, 4))) == ((255,) * 3, (0x12,) * 3)


def test_an_opened_picture_is_read_as_its_file_is():
    for case in CORPUS:
        if case.name.startswith(("png-0-2", "png-2-16", "tiff-grey-0-16-<", "tiff-turned-6")) and case.seen is not None:
            assert load_image(Image.open(BytesIO(case.data))).tobytes() == load_image(case.data).tobytes()


def test_the_head_tells_the_size_that_is_loaded(tmp_path):
    for case in (case for case in CORPUS if not refused(case)):
        (tmp_path / "file").write_bytes(case.data)
        assert load_size(tmp_path / "file")[::-1] == case.seen.shape[:2], case.name
    Image.new("L", (4096, 512)).save(tmp_path / "large.png")
    assert load_size(tmp_path / "large.png") == load_image(tmp_path / "large.png").size == (2048, 256)


def test_pillow_turns_nothing_where_a_tag_cannot_be_written_back():
    """Why only the orientation is handed to Pillow: a picture is turned whatever else its tags hold."""
    entry = struct.pack(">HHHIHHHHI4s", 2, 274, 3, 1, 6, 0, 0x9C9B, 2, 99, b"abcd")
    data = png(samples(3, 8), 8, 2, chunk(b"eXIf", b"MM\0*" + struct.pack(">I", 8) + entry + bytes(4)))
    assert load_image(data).size == (17, 23)


# ---- files made to use up time or memory -----------------------------------------------------------------------------


def bomb(order: str = ">", entries: int = 5000, length: int = 60_000) -> bytes:
    """An EXIF block whose entries all point at the same bytes."""
    rows = b"".join(struct.pack(order + "HHII", 1000 + index, 7, length, 8) for index in range(entries))
    return exif(1, order)[:8] + struct.pack(order + "H", entries) + rows + bytes(4)


def saved(kind: str, block: bytes = b"", **options: object) -> bytes:
    buffer = BytesIO()
    picture = Image.fromarray(pictures.smooth(3))
    picture.save(buffer, kind, **({"exif": block} if block else {}), **options)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp", "tiff", "mpo"])
def test_tags_that_use_memory_up_are_refused(kind):
    data = {
        "png": png(samples(3, 8), 8, 2, chunk(b"eXIf", bomb())),
        "jpeg": saved("JPEG", b"Exif\0\0" + bomb()),
        "webp": saved("WEBP", b"Exif\0\0" + bomb()),
        "tiff": bomb("<"),
        "mpo": saved("JPEG")[:2]
        + b"\xff\xe2"
        + struct.pack(">H", len(bomb()) + 6)
        + b"MPF\0"
        + bomb()
        + saved("JPEG")[2:],
    }[kind]
    with pytest.raises(ImageError, match="tags claim more"):
        load_image(data)


def test_a_large_true_block_of_tags_is_read():
    block = bytearray(exif(6) + bytes(4))
    block[8:10] = struct.pack(">H", 2)
    entry = struct.pack(">HHII", 0x927C, 7, 60_000, 38)
    data = bytes(block[:22]) + entry + bytes(4) + bytes(60_000)
    metadata.check_tags(data, "it")
    assert load_image(png(samples(3, 8), 8, 2, chunk(b"eXIf", data))).size == (17, 23)


def repeated(data: bytes, times: int) -> bytes:
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * times + data[-2:]


def test_a_jpeg_whose_last_scan_is_repeated_is_refused():
    data = saved("JPEG", progressive=True)
    load_image(repeated(data, jpeg.MOST_SCANS - 10))
    with pytest.raises(ImageError, match="too many scans"):
        load_image(repeated(data, jpeg.MOST_SCANS))
    buffer = BytesIO()
    Image.new("RGB", (6000, 5000)).save(buffer, "JPEG", progressive=True)
    with pytest.raises(ImageError, match="too many scans"):
        load_image(repeated(buffer.getvalue(), 17))


def test_scans_in_a_thumbnail_do_not_count():
    thumbnail = repeated(saved("JPEG", progressive=True), 95)
    block = b"Exif\0\0" + exif(1) + bytes(4) + thumbnail
    assert load_image(saved("JPEG", block, progressive=True)).size == (96, 64)


@pytest.mark.parametrize(
    ("at", "value", "says"),
    [(1, 0xC3, "lossless"), (4, 12, "12 bits")],
)
def test_a_jpeg_that_nobody_here_reads_is_named(at, value, says):
    data = bytearray(saved("JPEG"))
    data[data.index(b"\xff\xc0") + at] = value
    with pytest.raises(ImageError, match=says):
        load_image(bytes(data))


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n" + png(samples(3, 8), 8, 2)[8:33] + chunk(b"aaAa", b"") * 100_001,
        b"\xff\xd8" + b"\xff\xe5\x00\x02" * 10_001,
        b"<!---->" * 290 + b"x",
        b"<?xml ?>" + b"<!-- <!-- -->" * 999,
    ],
    ids=["png of small parts", "jpeg of small parts", "comments", "comments after a declaration"],
)
def test_a_file_of_countless_parts_is_refused_at_once(data):
    with pytest.raises(ImageError):
        load_image(data)


def test_a_long_text_costs_no_memory():
    import tracemalloc

    data = png(samples(3, 8), 8, 2, chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(2**26))))
    tracemalloc.start()
    load_image(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**20


def test_pillow_turns_as_we_expect():
    values = samples(3, 8)
    for orientation in range(1, 9):
        image = Image.open(BytesIO(grid_free(values, orientation)))
        assert np.array_equal(np.asarray(ImageOps.exif_transpose(image)), pictures.turned(values, orientation))


def grid_free(values: np.ndarray, orientation: int) -> bytes:
    return png(values, 8, 2, chunk(b"eXIf", exif(orientation)))


def test_an_associated_alpha_of_nothing_is_white():
    values = np.zeros((17, 23, 4), np.int64)
    assert load_image(grid(values, 8, 2, more={338: (3, [1])})).getpixel((3, 3)) == (255,) * 3
