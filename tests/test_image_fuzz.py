"""1,000 damaged files: a right picture or a sentence; never a traceback, a hang, or memory over the stated limit."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

FILES = 1000
SECONDS = 5  # for one file; damage must not cost more than a picture does
MEMORY = 2**30  # docs/pictures.md: of one picture or film, on top of the program


def damaged(data: bytes, generator: np.random.Generator) -> bytes:
    """Bytes set, bits turned, a piece cut out, doubled or written over; or the end lost."""
    found = bytearray(data)
    for _ in range(int(generator.integers(1, 6))):
        at = int(generator.integers(0, min(len(found), 400) if generator.random() < 0.6 else len(found)))
        how, length = generator.integers(0, 6), int(generator.integers(1, 40))
        if how == 0:
            found[at] ^= 1 << int(generator.integers(0, 8))
        elif how == 1:
            found[at : at + 4] = generator.choice(
                [b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"\0\0\x40\0"]
            )
        elif how == 2:
            del found[at : at + length]
        elif how == 3:
            found[at:at] = found[at : at + length]
        elif how == 4:
            found[at : at + length] = generator.bytes(length)
        else:
            del found[max(16, len(found) - 8 * length) :]
        found = found if len(found) > 16 else bytearray(data)
    return bytes(found)


RUN = """
    import faulthandler, json, resource, sys, tempfile, time, warnings
    from pathlib import Path

    import numpy as np

    from saliency_viz.errors import ImageError
    from saliency_viz.images import load_image
    from saliency_viz.video import Video
    from tests.test_image_fuzz import FILES, MEMORY, SECONDS, damaged, sound

    warnings.simplefilter("ignore")
    seed, of = int(sys.argv[1]), int(sys.argv[2])
    folder = Path(tempfile.mkdtemp(dir=sys.argv[3]))
    files = sound(folder)
    for name, data in files:  # what decoders load once is not the file's
        (folder / name).write_bytes(data)
        Video.from_file(folder / name, 3) if name.startswith("film") else load_image(data)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    size = next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith("VmSize"))
    resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY, size + MEMORY))
    told = {"seen": 0, "said": 0, "slowest": 0.0, "sentences": []}
    for number in range(seed, FILES, of):
        generator = np.random.default_rng(number)
        name, data = files[number % len(files)]
        data = damaged(data, generator)
        faulthandler.dump_traceback_later(60, exit=True)
        begun = time.process_time()
        try:
            if name.startswith("film"):
                (folder / name).write_bytes(data)
                pictures = Video.from_file(folder / name, 3).frames
            else:
                pictures = [load_image(data)]
            assert all(one.mode == "RGB" and 8 <= min(one.size) and max(one.size) <= 2048 for one in pictures)
            told["seen"] += 1
        except ImageError as error:
            told["said"] += 1
            told["sentences"].append(str(error))
        spent = time.process_time() - begun
        assert spent < SECONDS, (number, name, spent)
        told["slowest"] = max(told["slowest"], spent)
    faulthandler.cancel_dump_traceback_later()
    told["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
    print(json.dumps(told))
"""


def sound(folder: Path) -> list[tuple[str, bytes]]:
    """(name, bytes) of whole files of every format, to be damaged: pictures, and films whose names say so."""
    from . import films, pictures

    cases = [*pictures.written(), *list(pictures.pngs())[::5], *list(pictures.tiffs())[::9], *pictures.bmps()]
    found = [(f"picture-{case.name}", case.data) for case in cases if case.seen is not None and "12" not in case.name]
    found = [(name.replace(" ", "-"), data) for name, data in found if "tiff-grey-0-16->" not in name]
    for ending, kind in (
        ("mp4", "mpeg4"),
        ("mkv", "libx264"),
        ("webm", "libvpx"),
        ("avi", "mpeg4"),
        ("ts", "mpeg2video"),
    ):
        file = films.movie(folder / f"film.{ending}", 9, kind=kind, g="4")
        found += [(f"film-{number}.{ending}", file.read_bytes()) for number in range(3)]
    return found


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory are Linux's")
def test_a_thousand_damaged_files_give_a_picture_or_a_sentence(tmp_path):
    command = [sys.executable, "-c", textwrap.dedent(RUN)]
    parts = [
        subprocess.Popen([*command, str(seed), "2", str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for seed in range(2)
    ]
    answers = [part.communicate(timeout=300) for part in parts]
    for part, (_, errors) in zip(parts, answers, strict=True):
        assert part.returncode == 0, errors.decode(errors="replace")[-3000:]
    told = [json.loads(output.decode().splitlines()[-1]) for output, _ in answers]
    assert sum(one["seen"] + one["said"] for one in told) == FILES
    assert min(one["seen"] for one in told) > 50 and min(one["said"] for one in told) > 50
    assert max(one["memory"] for one in told) < MEMORY
    for sentence in (sentence for one in told for sentence in one["sentences"]):
        assert sentence.endswith((".", "as JPEG")) and sentence.isprintable() and len(sentence) < 500
        assert "object at 0x" not in sentence and "memory" not in sentence
