"""Every kind of picture comes back upright, RGB and the right colour; every bad one gives a sentence."""

from __future__ import annotations

import os
import struct
import sys
import tracemalloc
import zlib
from io import BytesIO, StringIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from saliency_viz import images
from saliency_viz.errors import ImageError
from saliency_viz.images import load_image, load_images

WIDTH, HEIGHT = 23, 17


def corners(mode: str = "RGB") -> Image.Image:
    """23 x 17, black but for a white top left block of 8 x 8: every turn and flip of it is different."""
    pixels = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    pixels[:8, :8] = 255
    return Image.fromarray(pixels).convert(mode)


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_header(width: int, height: int, depth: int = 8, colour: int = 2, rest: bytes = b"") -> bytes:
    """A PNG that claims a size; rest: the chunks after its header."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + rest


PIXELS = chunk(b"IDAT", zlib.compress(bytes(999)))


def bright_block(image: Image.Image) -> tuple[int, int, int, int]:
    """Bounding box of the white part."""
    rows, columns = np.nonzero(np.asarray(image.convert("L")) > 128)
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


# ---- what is accepted ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"])
def test_every_common_format_gives_rgb_of_the_same_size(kind):
    loaded = load_image(encoded(corners(), kind))
    assert (loaded.mode, loaded.size) == ("RGB", (WIDTH, HEIGHT))
    assert loaded.getpixel((2, 2))[0] > 230 and loaded.getpixel((20, 14))[0] < 25


@pytest.mark.parametrize("kind", ["AVIF", "HEIF"])
def test_avif_and_heic_are_read_where_they_can_be(kind):
    if kind not in images.formats():
        pytest.skip(f"{kind} is not available here")
    assert load_image(encoded(corners(), kind)).size == (WIDTH, HEIGHT)


@pytest.mark.parametrize(
    ("orientation", "block"),
    [
        (1, (0, 0, 8, 8)),
        (2, (15, 0, 23, 8)),
        (3, (15, 9, 23, 17)),
        (4, (0, 9, 8, 17)),
        (5, (0, 0, 8, 8)),
        (6, (9, 0, 17, 8)),
        (7, (9, 15, 17, 23)),
        (8, (0, 15, 8, 23)),
    ],
)
def test_every_exif_orientation_is_set_upright(orientation, block):
    exif = Image.Exif()
    exif[274] = orientation
    loaded = load_image(encoded(corners(), "PNG", exif=exif))
    assert loaded.size == ((WIDTH, HEIGHT) if orientation < 5 else (HEIGHT, WIDTH))
    assert bright_block(loaded) == block


def test_loading_what_was_loaded_changes_nothing():
    exif = Image.Exif()
    exif[274] = 6
    once = load_image(encoded(corners(), "PNG", exif=exif))
    assert once.tobytes() == load_image(once).tobytes()


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_broken_exif_leaves_the_picture_as_it_is():
    data = encoded(corners(), "PNG", exif=b"Exif\x00\x00MM\x00\x2a\xff\xff\xff\xff garbage")
    assert load_image(data).tobytes() == corners().tobytes()


def test_alpha_is_laid_on_white():
    pixels = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    pixels[..., 0] = 200  # hidden red must not appear
    pixels[:, 11:, 3] = 255
    pixels[0, 0, 3] = 128
    loaded = np.asarray(load_image(encoded(Image.fromarray(pixels), "PNG")))
    assert (loaded[5, 3] == (255, 255, 255)).all() and (loaded[5, 15] == (200, 0, 0)).all()
    assert abs(int(loaded[0, 0, 1]) - 127) <= 1


def test_a_transparent_palette_colour_becomes_white():
    image = Image.new("P", (WIDTH, HEIGHT), 0)
    image.putpalette([10, 20, 30, 200, 100, 50] + [0] * 762)
    image.putpixel((4, 3), 1)
    loaded = load_image(encoded(image, "PNG", transparency=0))
    assert (loaded.getpixel((0, 0)), loaded.getpixel((4, 3))) == ((255, 255, 255), (200, 100, 50))


def test_a_transparent_grey_becomes_white():
    image = Image.new("L", (WIDTH, HEIGHT), 7)
    image.putpixel((4, 3), 90)
    loaded = load_image(encoded(image, "PNG", transparency=7))
    assert (loaded.getpixel((0, 0)), loaded.getpixel((4, 3))) == ((255,) * 3, (90,) * 3)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bit_grey_is_scaled_and_not_clipped(kind):
    values = np.full((HEIGHT, WIDTH), 257 * 100, np.uint16)
    values[3, 4], values[5, 6] = 65535, 0
    loaded = load_image(encoded(Image.fromarray(values), kind))
    assert [loaded.getpixel(at)[0] for at in ((4, 3), (6, 5), (0, 0))] == [255, 0, 100]


def test_sixteen_bit_colour_is_scaled():
    row = b"\x00" + struct.pack(">3H", 65535, 257 * 100, 0) * WIDTH
    rest = chunk(b"IDAT", zlib.compress(row * HEIGHT)) + chunk(b"IEND", b"")
    assert load_image(png_header(WIDTH, HEIGHT, 16, 2, rest)).getpixel((9, 9)) == (255, 100, 0)


def test_one_bit_and_grey_alpha_and_cmyk_are_read():
    assert load_image(encoded(corners("1"), "PNG")).tobytes() == corners().tobytes()
    assert load_image(encoded(Image.new("LA", (9, 9), (0, 0)), "PNG")).getpixel((4, 4)) == (255, 255, 255)
    cyan = load_image(encoded(Image.new("CMYK", (16, 16), (255, 0, 0, 0)), "JPEG", quality=98)).getpixel((8, 8))
    assert cyan[0] < 12 and min(cyan[1:]) > 243


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_an_animation_gives_its_first_frame(kind):
    frames = [Image.new("RGB", (WIDTH, HEIGHT), colour) for colour in ("red", "lime", "blue")]
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:], lossless=True)
    assert load_image(data).getpixel((9, 9)) == (255, 0, 0)


def test_a_given_picture_keeps_its_frame_and_its_mode():
    frames = [Image.new("RGB", (WIDTH, HEIGHT), colour) for colour in ("red", "blue")]
    given = Image.open(BytesIO(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])))
    given.seek(1)
    assert load_image(given).getpixel((9, 9)) == (0, 0, 255)
    assert given.tell() == 1


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.full((11, 13), 77, np.uint8), (77, 77, 77)),
        (np.full((11, 13, 1), 77, np.uint8), (77, 77, 77)),
        (np.full((11, 13, 3), 65535, np.uint16), (255, 255, 255)),
        (np.full((11, 13), 257 * 3, np.uint16), (3, 3, 3)),
        (np.full((11, 13, 3), 0.5, np.float32), (128, 128, 128)),
        (np.full((11, 13, 4), 1.0, np.float64), (255, 255, 255)),
        (np.zeros((11, 13, 4), np.uint8), (255, 255, 255)),
        (np.ones((11, 13), bool), (255, 255, 255)),
        (np.full((22, 26), 9, np.uint8)[::-2, ::2], (9, 9, 9)),
    ],
)
def test_arrays_of_every_type_are_read_height_first(array, expected):
    loaded = load_image(array)
    assert (loaded.size, loaded.getpixel((12, 10))) == ((13, 11), expected)


def test_paths_streams_and_bytes_give_the_same_picture(tmp_path):
    data = encoded(corners(), "PNG")
    file = tmp_path / "a b.png"
    file.write_bytes(data)
    with open(file, "rb") as stream:
        ways = [load_image(way).tobytes() for way in (file, str(file), data, bytearray(data), BytesIO(data), stream)]
    assert ways == [corners().tobytes()] * 6


def test_a_large_picture_is_reduced_to_2048_on_its_long_side():
    assert load_image(np.zeros((512, 4096), np.uint8)).size == (2048, 256)
    assert load_image(np.zeros((2048, 31), np.uint8)).size == (31, 2048)


def test_what_was_given_is_left_as_it_was():
    given = corners("P")
    before = given.tobytes()
    load_image(given).putpixel((0, 0), (1, 2, 3))
    assert (given.mode, given.tobytes()) == ("P", before)
    array = np.zeros((9, 9, 3), np.uint8)
    load_image(array).putpixel((0, 0), (1, 2, 3))
    assert array.sum() == 0


def test_one_or_a_list_gives_a_tuple_in_order():
    assert [image.size for image in load_images([np.zeros((9, 11)), corners()])] == [(11, 9), (WIDTH, HEIGHT)]
    assert len(load_images(corners())) == 1


def test_the_one_bad_picture_of_a_list_is_named():
    with pytest.raises(ImageError, match="Image 2 of 3"):
        load_images([corners(), b"no", corners()])


def test_reading_changes_no_global_setting():
    before = (Image.MAX_IMAGE_PIXELS, os.environ.copy())
    with pytest.raises(ImageError):
        load_image(png_header(60_000, 60_000, rest=PIXELS))
    assert (Image.MAX_IMAGE_PIXELS, os.environ.copy()) == before


def test_a_bomb_is_refused_before_its_pixels_take_memory():
    rest = chunk(b"IDAT", zlib.compress(bytes(2**22))) + chunk(b"IEND", b"")
    bomb = png_header(9_000, 9_000, rest=rest)
    tracemalloc.start()
    with pytest.raises(ImageError, match="40 megapixels"):
        load_image(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**20


# ---- what is refused -------------------------------------------------------------------------------------------------

PNG = encoded(corners(), "PNG")
JPEG = encoded(Image.effect_noise((64, 48), 60).convert("RGB"), "JPEG")
NOISE = Image.effect_noise((64, 48), 60).convert("RGB")


class Broken:
    """A file object that fails, or gives text."""

    def __init__(self, answer):
        self.answer = answer

    def read(self, size):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Unreadable:
    """Like a tensor on a GPU."""

    def __array__(self, dtype=None, copy=None):
        raise TypeError("can't convert cuda:0 device type tensor to numpy")


def lazily_closed() -> Image.Image:
    image = Image.open(BytesIO(PNG))
    image.close()
    return image


BAD = {
    "empty bytes": b"",
    "one byte": b"\x89",
    "text": b"this is not a picture",
    "zeros": bytes(4096),
    "all ones": b"\xff" * 4096,
    "png signature alone": PNG[:8],
    "png header alone": PNG[:33],
    "png without pixels": png_header(WIDTH, HEIGHT, rest=chunk(b"IEND", b"")),
    "png with half its pixels": encoded(NOISE, "PNG")[:3000],
    "png with pixels that are no zlib": png_header(WIDTH, HEIGHT, rest=chunk(b"IDAT", b"rubbish" * 9)),
    "png with a wrong checksum": PNG[:29] + b"\x00\x00\x00\x00" + PNG[33:],
    "png of zero width": png_header(0, 99),
    "png of 4 gigapixels": png_header(65_000, 65_000, rest=PIXELS),
    "png of 2 to the 31": png_header(2**31 - 1, 2**31 - 1, rest=PIXELS),
    "png of 41 megapixels": png_header(8_200, 5_000, rest=PIXELS),
    "png of 92 megapixels": png_header(9_600, 9_600, rest=PIXELS),
    "png text bomb": png_header(
        99,
        99,
        rest=chunk(b"zTXt", b"a\x00\x00" + zlib.compress(bytes(2**26))) + chunk(b"IDAT", b"") + chunk(b"IEND", b""),
    ),
    "png of unknown colour type": png_header(99, 99, 8, 5),
    "png of depth 3": png_header(99, 99, 3, 0),
    "1 x 1": encoded(Image.new("RGB", (1, 1)), "PNG"),
    "7 x 99": encoded(Image.new("RGB", (7, 99)), "PNG"),
    "20000 x 1": encoded(Image.new("RGB", (20_000, 1)), "PNG"),
    "1001 x 10": encoded(Image.new("RGB", (1_010, 10)), "PNG"),
    "jpeg start alone": JPEG[:2],
    "jpeg cut in its header": JPEG[:100],
    "jpeg cut in its pixels": JPEG[: len(JPEG) // 2],
    "jpeg cut near its end": JPEG[:-200],
    "jpeg of zero height": JPEG.replace(b"\xff\xc0\x00\x11\x08\x00\x30", b"\xff\xc0\x00\x11\x08\x00\x00"),
    "jpeg of 4 gigapixels": JPEG.replace(b"\x08\x00\x30\x00\x40", b"\x08\xff\xff\xff\xff"),
    "webp cut": encoded(NOISE, "WEBP")[:60],
    "webp of nothing": b"RIFF\x10\x00\x00\x00WEBPVP8 \x04\x00\x00\x00\x00\x00\x00\x00",
    "gif cut": encoded(NOISE, "GIF")[:900],
    "gif header alone": b"GIF89a\x40\x00\x40\x00\x00\x00\x00",
    "bmp cut": encoded(NOISE, "BMP")[:200],
    "bmp of negative width": encoded(NOISE, "BMP")[:18] + struct.pack("<ii", -64, 48) + encoded(NOISE, "BMP")[26:],
    "tiff cut": encoded(NOISE, "TIFF")[:120],
    "tiff whose directory points beyond": b"II*\x00\xff\xff\xff\x7f",
    "tiff of 32-bit whole numbers": encoded(Image.new("I", (20, 20), 70_000), "TIFF"),
    "tiff of floats over one": encoded(Image.fromarray(np.full((20, 20), 255.0, np.float32)), "TIFF"),
    "avif box alone": b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf",
    "heic box alone": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
    "svg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>',
    "svg with a script": b"<svg onload=alert(1)><script>alert(1)</script></svg>",
    "html": b"<!DOCTYPE html><html><body>404</body></html>",
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file\n",
    "photoshop": b"8BPS\x00\x01" + bytes(64),
    "zip": b"PK\x03\x04" + bytes(64),
    "icon": encoded(Image.new("RGB", (32, 32)), "ICO"),
    "ppm": encoded(Image.new("RGB", (32, 32)), "PPM"),
    "mp4": b"\x00\x00\x00\x18ftypisom" + bytes(64),
    "pickle": b"\x80\x04\x95\x1c\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94.",
    "over 50 MiB": bytes(images.MAX_BYTES + 1),
    "nothing": None,
    "a number": 7,
    "a list": [1, 2],
    "a dictionary": {"path": "x.png"},
    "missing file": "no such file.png",
    "missing path object": Path("/no/such/folder/x.png"),
    "folder": ".",
    "device": os.devnull,
    "empty name": "",
    "name with a zero byte": "a\x00b.png",
    "endless name": "x" * 5_000,
    "name with markup": "<img src=x onerror=alert(1)>.png",
    "name that turns the text around": "\u202egnp.exe",
    "web address": "https://example.com/cow.png",
    "file address": "file:///etc/passwd",
    "data address": "data:image/png;base64,iVBORw0KGgo=",
    "unknown home": "~nobody-of-that-name/x.png",
    "text stream": StringIO("text"),
    "stream that fails": Broken(OSError("gone")),
    "stream without bytes": Broken(None),
    "empty stream": BytesIO(),
    "closed picture": lazily_closed(),
    "empty picture": Image.new("RGB", (0, 0)),
    "empty array": np.zeros((0, 0, 3), np.uint8),
    "array of one axis": np.zeros(99, np.uint8),
    "array of four axes": np.zeros((2, 9, 9, 3), np.uint8),
    "channels first": np.zeros((3, 32, 32), np.uint8),
    "two channels": np.zeros((32, 32, 2), np.uint8),
    "not a number": np.full((9, 9), np.nan),
    "infinity": np.full((9, 9, 3), np.inf),
    "floats over one": np.full((9, 9), 255.0),
    "floats under zero": np.full((9, 9), -0.1),
    "int64": np.zeros((9, 9), np.int64),
    "complex": np.zeros((9, 9), complex),
    "objects": np.full((9, 9), None),
    "words": np.full((9, 9), "a"),
    "structured": np.zeros((9, 9), [("r", "u1")]),
    "tiny array": np.zeros((7, 7), np.uint8),
    "thin array": np.zeros((9, 901), np.uint8),
    "41 megapixels of nothing": np.broadcast_to(np.uint8(0), (8_200, 5_000)),
    "array on a gpu": Unreadable(),
}


def test_there_are_at_least_sixty_bad_pictures():
    assert len(BAD) >= 60


@pytest.mark.parametrize("name", BAD)
@pytest.mark.filterwarnings("ignore")
def test_a_bad_picture_gives_a_sentence_and_nothing_else(name):
    with pytest.raises(ImageError) as caught:
        load_image(BAD[name])
    sentence = str(caught.value)
    assert sentence.endswith((".", "as JPEG"))
    assert 30 < len(sentence) < 400 and "\n" not in sentence and "object at 0x" not in sentence
    assert sentence.isprintable()


@pytest.mark.filterwarnings("ignore")
def test_after_all_bad_pictures_a_good_one_loads():
    for source in BAD.values():
        with pytest.raises(ImageError):
            load_image(source)
    assert load_image(PNG).tobytes() == corners().tobytes()


@pytest.mark.parametrize(
    "name", [name for name in BAD if "pixels" in name and " of " in name and "no zlib" not in name]
)
@pytest.mark.filterwarnings("ignore")
def test_a_picture_too_large_is_told_the_limit(name):
    with pytest.raises(ImageError, match="40 megapixels"):
        load_image(BAD[name])


@pytest.mark.parametrize("count", [0, 129])
def test_no_image_and_too_many_are_refused(count):
    with pytest.raises(ImageError, match=f"Got {count}"):
        load_images([corners()] * count)


def test_an_unreadable_file_names_its_reason(tmp_path):
    file = tmp_path / "locked.png"
    file.write_bytes(PNG)
    file.chmod(0)
    if sys.platform == "win32" or os.geteuid() == 0:
        pytest.skip("this user may read everything")
    with pytest.raises(ImageError, match="permissions"):
        load_image(file)


def test_a_named_pipe_is_not_waited_for(tmp_path):
    if not hasattr(os, "mkfifo"):
        pytest.skip("no named pipes here")
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(ImageError, match="device or a pipe"):
        load_image(tmp_path / "pipe.png")
